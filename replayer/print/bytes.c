/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Strings, lists of strings and buffers. What is cut is marked: by the -s limit, or
 * because the tape has not more.
 */
#include "printer.h"

#include "escape.h"

#include "sys/capture.h"
#include "sys/table.h"

#include <inttypes.h>
#include <string.h>

static size_t string_limit(const struct printer *p)
{
	return p->options.string_limit;
}

void say_quoted(const struct printer *p, struct buf *out, const uint8_t *bytes, size_t size,
		uint64_t full, bool whole)
{
	size_t shown = whole || size < string_limit(p) ? size : string_limit(p);

	buf_char(out, '"');
	escape_strace(out, bytes, shown, p->options.hex);
	buf_str(out, shown < full ? "\"..." : "\"");
}

void say_string(const struct scope *s, const struct sys_field *f, uint64_t address)
{
	const struct event_memory *m =
		event_range(s->event, time_of(f->dir ? f->dir : s->dir), address);
	size_t shown;
	bool ended;

	if (!m || !m->length) {
		say_pointer(s, address);
		return;
	}
	shown = strnlen((const char *)m->data, m->length);
	ended = shown < m->length;
	/* strace cannot tell what is before an unreadable page, and says the address. */
	if (!ended && m->unreadable) {
		say_pointer(s, address);
		return;
	}
	/* A path that fills the kernel's buffer has lost its NUL's place to a byte. */
	if (f->kind == K_PATH && shown == SYS_PATH_MAX)
		shown--;
	say_quoted(s->p, s->out, m->data, shown, ended ? shown : m->full + 1, f->kind == K_PATH);
}

static void say_list(const struct scope *s, const struct event_memory *list)
{
	size_t wide = s->desc->wide, n = list->length / wide, shown = 0;

	buf_char(s->out, '[');
	for (size_t i = 0; i < n; i++) {
		uint64_t address = load(list->data, list->length, i * wide, wide);
		const struct sys_field text = {.kind = K_STR, .dir = IN};

		if (!address || is_full(s))
			break;
		if (shown)
			buf_str(s->out, ", ");
		if (shown++ == string_limit(s->p) && !s->p->options.verbose) {
			buf_str(s->out, "...");
			break;
		}
		say_string(s, &text, address);
	}
	if (list->unreadable && shown <= string_limit(s->p))
		buf_printf(s->out, "%s... /* %#" PRIx64 " */", shown ? ", " : "",
			   list->address + list->length);
	buf_char(s->out, ']');
}

static size_t count_list(const struct scope *s, const struct event_memory *list)
{
	size_t wide = s->desc->wide, n = 0;

	while ((n + 1) * wide <= list->length && load(list->data, list->length, n * wide, wide))
		n++;
	return n;
}

void say_strings(const struct scope *s, const struct sys_field *f, uint64_t address)
{
	const struct event_memory *list = event_range(s->event, EVENT_AT_ENTRY, address);

	if (!list || list->length < s->desc->wide) {
		say_pointer(s, address);
	} else if (f->kind == K_ENVP && !s->p->options.verbose) {
		size_t n = count_list(s, list);

		say_pointer(s, address);
		buf_printf(s->out, " /* %zu var%s%s */", n, n == 1 ? "" : "s",
			   list->unreadable ? ", unterminated" : "");
	} else {
		say_list(s, list);
	}
}

/* ---- buffers ---- */

static say_bytes_fn *const notations[K_KIND_MAX] = {
	[K_SOCKADDR] = say_sockaddr,
	[K_SIGSET] = say_sigset,
	[K_FDSET] = say_fdset,
	[K_CPUSET] = say_cpuset,
	[K_SIGINFO] = say_siginfo,
	[K_DIRENTS] = say_dirents,
	[K_CMSG] = say_cmsg,
	[K_IPV6] = say_ipv6,
	[K_OPTVAL] = say_optval,
	[K_MSGBUF] = say_msgbuf,
	[K_DIRENTS_OLD] = say_dirents_old,
	[K_RESIDENT] = say_resident,
	[K_NODES] = say_nodes,
	[K_OPAQUE] = say_opaque,
};

bool say_notation(const struct scope *s, uint8_t kind, const uint8_t *bytes, size_t size)
{
	if (notations[kind])
		notations[kind](s, bytes, size, 0);
	return notations[kind];
}

/* Those that say something of no bytes, too. */
static const bool tells_nothing[K_KIND_MAX] = {
	[K_DIRENTS] = true, [K_DIRENTS_OLD] = true, [K_CPUSET] = true,  [K_NODES] = true,
	[K_OPTVAL] = true,  [K_OPAQUE] = true,      [K_RESIDENT] = true};

static uint64_t sibling_value(const struct scope *s, const struct sys_field *f)
{
	const struct sys_field *l = sys_sibling(s->desc, f->len_off);

	return l ? sys_value(l, s->base, s->size) : 0;
}

/* Whether the length says that there is nothing, though there is a pointer. */
static bool is_empty(const struct scope *s, const struct sys_field *f)
{
	bool dealt_out = f->by_ret || strcmp(s->desc->name, "iovec") == 0;

	/* With no room for any the call is only asked for how much there is. */
	if (f->least && f->len == LEN_FIELD && sibling_value(s, f) < f->least)
		return false;
	if (dealt_out && !call_failed(s->event) && s->bound == 0)
		return true;
	return (f->len == LEN_FIELD || f->len == LEN_PAGES) && !f->len_extra &&
	       sibling_value(s, f) == 0;
}

void say_hexadecimal(const struct scope *s, const uint8_t *bytes, size_t size, uint64_t full)
{
	size_t shown = size < string_limit(s->p) ? size : string_limit(s->p);

	buf_char(s->out, '"');
	escape_strace(s->out, bytes, shown, PRINT_HEX_ALL);
	buf_str(s->out, shown < full ? "\"..." : "\"");
}

void say_opaque(const struct scope *s, const uint8_t *bytes, size_t size, uint64_t address)
{
	enum { SHOWN_MAX = 128 }; /* a file handle has no more */

	(void)address;
	buf_char(s->out, '"');
	escape_strace(s->out, bytes, size < SHOWN_MAX ? size : SHOWN_MAX, PRINT_HEX_ALL);
	buf_str(s->out, size > SHOWN_MAX ? "\"..." : "\"");
}

enum { SIGSET_SIZE = 8 };

/* What the kernel would not take, or cannot read as far as it is told. */
static bool is_unsuitable(const struct scope *s, const struct sys_field *f, uint8_t when,
			  const struct event_memory *m)
{
	size_t told = string_limit(s->p) < m->full ? string_limit(s->p) + 1 : m->full;

	if (when != EVENT_AT_ENTRY)
		return false;
	if (f->kind == K_SIGSET && f->len == LEN_FIELD && m->full != SIGSET_SIZE)
		return true;
	return m->unreadable && (f->kind != K_BUF || m->length < told);
}

void say_bytes(const struct scope *s, const struct sys_field *f, uint64_t address)
{
	uint8_t dir = f->dir ? f->dir : s->dir, when = time_of(dir);
	const struct event_memory *m = event_range(s->event, when, address);

	if ((f->len == LEN_IOC || dir == INOUT) && !m)
		m = event_range(s->event, EVENT_AT_EXIT, address);
	if (m && is_unsuitable(s, f, when, m))
		m = NULL;
	if (!address) {
		buf_str(s->out, "NULL");
	} else if (m && m->length && f->kind == K_STR) {
		size_t length = strnlen((const char *)m->data, m->length);

		say_quoted(s->p, s->out, m->data, length, length, false);
	} else if (tells_nothing[f->kind] && is_empty(s, f) &&
		   (when == EVENT_AT_ENTRY || !call_failed(s->event))) {
		notations[f->kind](s, NULL, 0, address);
	} else if (m && m->length && notations[f->kind]) {
		notations[f->kind](s, m->data, m->length, address);
	} else if (m && m->length && f->kind == K_RANDOM) {
		say_hexadecimal(s, m->data, m->length, m->full);
	} else if (m && m->length && f->kind == K_BUF &&
		   say_netlink_messages(s, m->data, m->length, m->full)) {
		return;
	} else if (m && m->length && f->kind != K_HEX) {
		say_quoted(s->p, s->out, m->data, m->length, m->full, false);
	} else if (is_empty(s, f) && (when == EVENT_AT_ENTRY || !call_failed(s->event)) &&
		   (f->kind == K_BUF || f->kind == K_RANDOM)) {
		buf_str(s->out, "\"\"");
	} else {
		say_pointer(s, address);
	}
}

void say_msgbuf(const struct scope *s, const uint8_t *bytes, size_t size, uint64_t address)
{
	size_t wide = s->desc->wide;

	(void)address;
	buf_str(s->out, "{mtype=");
	buf_i64(s->out, (int64_t)load(bytes, size, 0, wide));
	buf_str(s->out, ", mtext=");
	say_quoted(s->p, s->out, bytes + (size < wide ? size : wide), size < wide ? 0 : size - wide,
		   size < wide ? 0 : size - wide, false);
	buf_char(s->out, '}');
}

void say_resident(const struct scope *s, const uint8_t *bytes, size_t size, uint64_t address)
{
	(void)address;
	buf_char(s->out, '[');
	for (size_t i = 0; i < size; i++) {
		buf_str(s->out, i ? ", " : "");
		if (i == string_limit(s->p) && !s->p->options.verbose) {
			buf_str(s->out, "...");
			break;
		}
		buf_u64(s->out, bytes[i] & 1);
	}
	buf_char(s->out, ']');
}

void say_nodes(const struct scope *s, const uint8_t *bytes, size_t size, uint64_t address)
{
	size_t wide = s->desc->wide;

	(void)address;
	buf_char(s->out, '[');
	for (size_t i = 0; i + wide <= size && !is_full(s); i += wide)
		buf_printf(s->out, "%s%#0*" PRIx64, i ? ", " : "", (int)wide * 2,
			   load(bytes, size, i, wide));
	buf_char(s->out, ']');
}

void say_fdset(const struct scope *s, const uint8_t *bytes, size_t size, uint64_t address)
{
	const struct sys_field *count = &s->desc->field[0];
	uint64_t n = sys_value(count, s->base, s->size);
	bool any = false;

	(void)address;
	buf_char(s->out, '[');
	for (size_t i = 0; i < size * 8 && i < n; i++) {
		if (!(bytes[i / 8] >> i % 8 & 1))
			continue;
		buf_printf(s->out, "%s%zu", any ? " " : "", i);
		say_fd_name(s, (int64_t)i);
		any = true;
	}
	buf_char(s->out, ']');
}

void say_cpuset(const struct scope *s, const uint8_t *bytes, size_t size, uint64_t address)
{
	bool any = false;

	(void)address;
	buf_char(s->out, '[');
	for (size_t i = 0; i < size * 8; i++) {
		if (!(bytes[i / 8] >> i % 8 & 1))
			continue;
		buf_printf(s->out, "%s%zu", any ? " " : "", i);
		any = true;
	}
	buf_char(s->out, ']');
}
