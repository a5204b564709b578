/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The canonical form. The walker is the printer's own: it asks here before it says a field, and
 * whether it should say a member at all. What is an argument's alone is done here: paths with
 * the directory that they are looked for in, flags that are not set, and the result.
 */
#include "canon.h"

#include "escape.h"
#include "printer.h"

#include "base/hash.h"
#include "sys/names.h"
#include "sys/table.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum {
	FIRST_PAGE = 4096,
	WHOLE_MAX = 64, /* bytes of a buffer that are said as they are */
	NO_ARGUMENT = -1,
	EMPTY_PATH = 0x1000, /* AT_EMPTY_PATH */
	DIRENT_NAME_AT = 19,
	DIRENT_LENGTH_AT = 16,
	DT_DIR_VALUE = 4,
};

/* Where programs and their libraries, heaps and stacks are. */
#define ADDRESSES_FROM UINT64_C(0x500000000000)
#define ADDRESSES_TO   UINT64_C(0x800000000000)

void printer_canon(struct printer *p, const struct print_canon *canon)
{
	p->canon = canon;
	p->options = (struct print_options){.string_limit = SIZE_MAX / 2, .verbose = true};
}

/* ---- addresses ---- */

void say_pointer(const struct scope *s, uint64_t address)
{
	if (s->p->canon && address)
		buf_str(s->out, "ptr");
	else
		say_address(s->out, address);
}

static void canon_address(const struct scope *s, const struct sys_field *f, uint64_t value)
{
	(void)f;
	if (value < FIRST_PAGE)
		say_address(s->out, value);
	else
		buf_str(s->out, "ptr");
}

static void canon_handler(const struct scope *s, const struct sys_field *f, uint64_t value)
{
	static const char *const names[] = {"SIG_DFL", "SIG_IGN"};

	(void)f;
	buf_str(s->out, value < 2 ? names[value] : "handler");
}

static bool is_address(uint64_t value)
{
	return value >= ADDRESSES_FROM && value < ADDRESSES_TO;
}

/* ---- things ---- */

static void canon_fd(const struct scope *s, const struct sys_field *f, uint64_t value)
{
	const struct print_canon *c = s->p->canon;
	int64_t fd = f->width == 8 ? (int64_t)value : (int32_t)value;

	if (f->again == AGAIN_NUMBER || fd < 0)
		buf_i64(s->out, fd);
	else
		c->fd(c->context, fd, s->dir == OUT, s->out);
}

static void canon_pid(const struct scope *s, const struct sys_field *f, uint64_t value)
{
	(void)f;
	s->p->canon->pid(s->p->canon->context, (int32_t)value, s->out);
}

static void say_path(const struct scope *s, const struct sys_field *f, int32_t dirfd,
		     const void *path, size_t size)
{
	const struct print_canon *c = s->p->canon;

	c->path(c->context, f->again == AGAIN_TEXT ? PRINT_CANON_NOWHERE : dirfd, path, size,
		s->out);
}

static const struct event_memory *string_at(const struct scope *s, uint8_t dir, uint64_t address,
					    size_t *ret_size)
{
	const struct event_memory *m = event_range(s->event, time_of(dir), address);

	if (m)
		*ret_size = strnlen((const char *)m->data, m->length);
	return m;
}

static void canon_path(const struct scope *s, const struct sys_field *f, uint64_t address)
{
	size_t size = 0;
	const struct event_memory *m = string_at(s, f->dir ? f->dir : s->dir, address, &size);

	if (m)
		say_path(s, f, -100, m->data, size);
	else
		say_pointer(s, address);
}

static void canon_words(const struct scope *s, uint64_t address)
{
	const struct event_memory *list = event_range(s->event, EVENT_AT_ENTRY, address);
	size_t wide = s->desc->wide, size = 0;

	buf_char(s->out, '[');
	for (size_t i = 0; list && (i + 1) * wide <= list->length && !is_full(s); i++) {
		uint64_t at = load(list->data, list->length, i * wide, wide);
		const struct event_memory *m = at ? string_at(s, IN, at, &size) : NULL;

		if (!at)
			break;
		buf_str(s->out, i ? ", " : "");
		if (m)
			s->p->canon->word(s->p->canon->context, m->data, size, s->out);
		else
			say_pointer(s, at);
	}
	buf_char(s->out, ']');
}

/* ---- bytes ---- */

static void say_digest(const struct scope *s, const uint8_t *bytes, size_t size, uint64_t full)
{
	buf_printf(s->out, "<%" PRIu64 " bytes %016" PRIx64 ">", full,
		   hash_add(HASH_START, bytes, size));
}

static void say_some_bytes(const struct scope *s, const uint8_t *bytes, size_t size, uint64_t full)
{
	if (full > WHOLE_MAX)
		say_digest(s, bytes, size, full);
	else
		say_quoted(s->p, s->out, bytes, size, full, true);
}

struct slice {
	size_t from, size;
};

static int compare_slices(const void *a, const void *b, void *text)
{
	const struct slice *x = a, *y = b;
	size_t least = x->size < y->size ? x->size : y->size;
	int r = memcmp((char *)text + x->from, (char *)text + y->from, least);

	return r ? r : (x->size > y->size) - (x->size < y->size);
}

/* The slices of @text, sorted. */
static void say_sorted(struct buf *out, struct slice *slices, size_t count, const struct buf *text)
{
	if (count)
		qsort_r(slices, count, sizeof(*slices), compare_slices, text->data);
	buf_char(out, '{');
	for (size_t i = 0; i < count; i++) {
		buf_str(out, i ? " " : "");
		buf_append(out, text->data + slices[i].from, slices[i].size);
	}
	buf_char(out, '}');
}

static size_t record_length(const uint8_t *at, size_t size)
{
	size_t length = (size_t)load(at, size, DIRENT_LENGTH_AT, 2);

	return length > DIRENT_NAME_AT && length <= size ? length : 0;
}

/* Names, a slash behind those of directories: in which order is the file system's affair. */
static void canon_dirents(const struct scope *s, const uint8_t *at, size_t size)
{
	const struct print_canon *c = s->p->canon;
	int32_t fd = (int32_t)sys_value(&s->desc->field[0], s->base, s->size);
	struct slice *slices = calloc(size / DIRENT_NAME_AT + 1, sizeof(*slices));
	struct buf text = {.failed = slices ? 0 : -12};
	size_t count = 0, length;

	for (; slices && (length = record_length(at, size)); at += length, size -= length) {
		const uint8_t *name = at + DIRENT_NAME_AT;
		size_t from = text.size;

		if (!c->entry(c->context, fd, name,
			      strnlen((const char *)name, length - DIRENT_NAME_AT), &text))
			continue;
		if (at[DIRENT_NAME_AT - 1] == DT_DIR_VALUE)
			buf_char(&text, '/');
		slices[count++] = (struct slice){from, text.size - from};
	}
	buf_inherit(s->out, &text);
	if (!buf_error(&text))
		say_sorted(s->out, slices, count, &text);
	buf_done(&text);
	free(slices);
}

static void canon_sockaddr(const struct scope *s, const uint8_t *bytes, size_t size,
			   uint64_t address)
{
	const struct print_canon *c = s->p->canon;

	if (!c->address(c->context, bytes, size, s->out))
		say_sockaddr(s, bytes, size, address);
}

static const struct event_memory *bytes_at(const struct scope *s, const struct sys_field *f,
					   uint64_t address)
{
	uint8_t dir = f->dir ? f->dir : s->dir;
	const struct event_memory *m = event_range(s->event, time_of(dir), address);

	return m || (f->len != LEN_IOC && dir != INOUT)
		       ? m
		       : event_range(s->event, EVENT_AT_EXIT, address);
}

/* Those of kinds that have a notation of their own are as usual. */
static bool canon_bytes(const struct scope *s, const struct sys_field *f, uint64_t address)
{
	const struct event_memory *m = bytes_at(s, f, address);

	if (!address || !m || !m->length)
		return false;
	switch ((enum sys_kind)f->kind) {
	case K_DIRENTS:
		canon_dirents(s, m->data, m->length);
		return true;
	case K_SOCKADDR:
		canon_sockaddr(s, m->data, m->length, address);
		return true;
	case K_BUF:
	case K_RANDOM:
	case K_OPAQUE:
	case K_HEX:
	case K_MSGBUF:
		if (f->again == AGAIN_PATH)
			say_path(s, f, PRINT_CANON_NOWHERE, m->data, m->length);
		else
			say_some_bytes(s, m->data, m->length, m->full);
		return true;
	case K_OPTVAL:
		if (m->length <= WHOLE_MAX)
			return false;
		say_digest(s, m->data, m->length, m->full);
		return true;
	default:
		return false;
	}
}

/* Bytes that are a member. */
static bool canon_by_value(const struct scope *s, const struct sys_field *f)
{
	const uint8_t *at = s->base + f->off;
	size_t there = s->size - f->off < f->size ? s->size - f->off : f->size;

	if (f->kind == K_SOCKADDR)
		canon_sockaddr(s, at, there, 0);
	else if (f->kind == K_BYTES)
		say_some_bytes(s, at, there, there);
	else
		return false;
	return true;
}

/* ---- any field ---- */

typedef void canon_fn(const struct scope *s, const struct sys_field *f, uint64_t value);

static void canon_nothing(const struct scope *s, const struct sys_field *f, uint64_t value)
{
	(void)f;
	(void)value;
	buf_char(s->out, '*');
}

static canon_fn *const by_kind[K_KIND_MAX] = {
	[K_ADDR] = canon_address,
	[K_HANDLER] = canon_handler,
	[K_FD] = canon_fd,
	[K_ATFD] = canon_fd,
	[K_PID] = canon_pid,
	[K_TIME] = canon_nothing,
	[K_EPOLL_DATA] = canon_nothing,
	[K_TICKS] = canon_nothing,
	[K_SIGVAL] = canon_nothing,
};

bool canon_field(const struct scope *s, const struct sys_field *f, uint64_t value)
{
	if (f->again == AGAIN_OTHER) {
		buf_char(s->out, '*');
		return true;
	}
	if (f->size)
		return canon_by_value(s, f);
	if (f->mem == MEM_NONE && by_kind[f->kind]) {
		by_kind[f->kind](s, f, value);
		return true;
	}
	if (f->mem == MEM_NONE) {
		if (f->kind != K_HEX || !is_address(value))
			return false;
		buf_str(s->out, "ptr");
		return true;
	}
	if (!value || s->depth >= PRINT_DEPTH_MAX)
		return false;
	if (f->mem == MEM_STRING && f->kind == K_PATH)
		canon_path(s, f, value);
	else if (f->mem == MEM_STRINGS)
		canon_words(s, value);
	else
		return f->mem == MEM_BYTES && canon_bytes(s, f, value);
	return true;
}

static bool is_of_directory(const struct scope *s)
{
	enum { TYPE = 0170000, DIRECTORY = 0040000 };

	for (size_t i = 0; i < s->desc->count; i++) {
		const struct sys_field *f = &s->desc->field[i];

		if (f->kind == K_MODE)
			return (sys_value(f, s->base, s->size) & TYPE) == DIRECTORY;
	}
	return false;
}

bool canon_omits(const struct scope *s, const struct sys_field *f)
{
	static const bool omitted[K_KIND_MAX] = {[K_TIME] = true,
						 [K_EPOLL_DATA] = true,
						 [K_TICKS] = true,
						 [K_SIGVAL] = true,
						 [K_ENVP] = true};

	if (f->again == AGAIN_OTHER_DIRECTORY)
		return is_of_directory(s);
	return f->again == AGAIN_OTHER || f->dated || omitted[f->kind];
}

/* ---- arguments ---- */

/* Where the arguments have got to. */
struct told {
	const struct print_form *form;
	unsigned count;
	bool implied;
};

static void say_separator(const struct scope *s, const struct told *t)
{
	buf_str(s->out, t->count ? ", " : "");
}

static void say_implied(const struct scope *s, struct told *t, bool last)
{
	if (!t->form->implied || t->implied || (t->count < t->form->implied_at && !last))
		return;
	say_separator(s, t);
	buf_str(s->out, t->form->implied);
	t->implied = true;
	t->count++;
}

/* The path, or what the directory stands for when it is the one that is meant. */
static void say_path_in(const struct scope *s, const struct sys_field *f, int32_t dirfd)
{
	uint64_t address = sys_value(f, s->base, s->size);
	size_t size = 0;
	const struct event_memory *m = address ? string_at(s, IN, address, &size) : NULL;

	if ((!address || (m && !size)) && dirfd >= 0)
		s->p->canon->fd(s->p->canon->context, dirfd, false, s->out);
	else if (m)
		say_path(s, f, dirfd, m->data, size);
	else
		say_pointer(s, address);
}

/* Flags without the one that says that an empty path is meant: fstat has none. */
static void say_set_flags(const struct scope *s, const struct sys_field *f, bool empty_path)
{
	uint64_t value = sys_value(f, s->base, s->size);
	size_t from = s->out->size;

	if (!empty_path || !(value & EMPTY_PATH))
		say_field(s, f);
	else if (value & ~(uint64_t)EMPTY_PATH)
		say_parts(s, f->flags, value & ~(uint64_t)EMPTY_PATH);
	/* None is set: older calls do the same without having any. */
	if (s->out->size == from + 1 && s->out->data[from] == '0')
		buf_truncate(s->out, from);
}

static bool is_answer(const struct sys_field *f)
{
	return f->mem != MEM_NONE && f->dir & OUT;
}

static bool is_silent(const struct scope *s, const struct told *t, const struct sys_field *f)
{
	return canon_omits(s, f) ||
	       (is_answer(f) && (t->form->no_answer || (f->dir == OUT && call_failed(s->event))));
}

static bool is_empty_path(const struct scope *s, const struct sys_field *f)
{
	uint64_t address = sys_value(f, s->base, s->size);
	size_t size = 1;

	return f->kind == K_PATH && string_at(s, IN, address, &size) && !size;
}

static void say_argument(const struct scope *s, struct told *t, const struct sys_field *f,
			 const int32_t *dirfd, bool empty_path)
{
	size_t before = s->out->size, from;

	say_implied(s, t, false);
	say_separator(s, t);
	from = s->out->size;
	if (dirfd)
		say_path_in(s, f, *dirfd);
	else if (f->kind == K_FLAGS)
		say_set_flags(s, f, empty_path);
	else
		say_field(s, f);
	say_change(s, f);
	if (s->out->size == from && !buf_error(s->out))
		buf_truncate(s->out, before);
	else
		t->count++;
}

static void say_canonical_arguments(const struct scope *s, const struct print_form *form)
{
	const struct sys_field *fields[EVENT_ARGS];
	size_t n = form->bare ? 0 : shown_fields(s, fields);
	struct told t = {.form = form};
	bool empty_path = false;

	for (size_t i = 0; i < n && !is_full(s); i++) {
		const struct sys_field *f = fields[i];
		int32_t dirfd = (int32_t)sys_value(f, s->base, s->size);
		bool in = f->kind == K_ATFD && i + 1 < n && fields[i + 1]->kind == K_PATH;

		if (in)
			f = fields[++i];
		if (is_silent(s, &t, f))
			continue;
		empty_path |= in && is_empty_path(s, f);
		say_argument(s, &t, f, in ? &dirfd : NULL, empty_path);
	}
	say_implied(s, &t, true);
}

/* ---- the result ---- */

static void say_canonical_value(const struct scope *s)
{
	const struct print_canon *c = s->p->canon;
	int64_t value = s->event->call.ret;
	uint8_t kind = result_kind(s->desc);

	if (kind == K_FD)
		c->fd(c->context, value, true, s->out);
	else if (kind == K_PID && value)
		c->pid(c->context, value, s->out);
	else if ((kind == K_HEX || kind == K_ADDR) && (uint64_t)value >= ADDRESSES_FROM)
		buf_str(s->out, "ptr");
	else
		say_result(s);
}

static void say_canonical_result(const struct scope *s, const struct print_form *form)
{
	int error = event_errno(&s->event->call);
	const char *name = error ? sys_errno_name(error) : NULL;

	if (s->event->call.state != EVENT_FINISHED)
		buf_str(s->out, " = ?");
	else if (name)
		buf_printf(s->out, " = -1 %s", name);
	else if (error)
		buf_printf(s->out, " = -1 errno %d", error);
	else if (form->no_result)
		return;
	else {
		buf_str(s->out, " = ");
		say_canonical_value(s);
	}
}

int print_canonical(struct printer *p, const struct event *e, const struct print_form *form,
		    struct buf *ret)
{
	size_t from = ret->size;

	if (event_is_call(e)) {
		struct scope s = scope_of(p, e, ret);

		buf_str(ret, form->name);
		buf_char(ret, '(');
		say_canonical_arguments(&s, form);
		buf_char(ret, ')');
		say_canonical_result(&s, form);
	} else if (e->kind == EVENT_SIGNAL) {
		say_signal_event(p, e, ret);
	}
	bound_text(ret, from);
	return buf_error(ret);
}
