/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The print walker: the same descriptions that said which bytes to copy say here how
 * to tell them. Bytes come from the event by address, as they were at the entry or at
 * the exit, whichever the field's direction means; where there are none the address
 * is told instead.
 */
#include "printer.h"

#include "sys/table.h"

#include <inttypes.h>
#include <string.h>

/* ---- one struct ---- */

static bool is_shown(const struct scope *s, const struct sys_field *f)
{
	return sys_present(s->desc, f, s->base, s->size) &&
	       (f->detail != 1 || s->p->options.verbose);
}

/* The next field to say: the least order above or at the last one, in place order. */
static const struct sys_field *next_field(const struct sys_desc *d, const struct sys_field *last)
{
	const struct sys_field *best = NULL;

	for (size_t i = 0; i < d->count; i++) {
		const struct sys_field *f = &d->field[i];

		if (last && (f->order < last->order || (f->order == last->order && f <= last)))
			continue;
		if (!best || f->order < best->order)
			best = f;
	}
	return best;
}

/* What the kernel wrote into a struct that is told as it was at the entry. */
static bool is_told_by_result(const struct scope *s, const struct sys_field *f)
{
	return f->dir == OUT && f->mem == MEM_NONE && s->dir == INOUT &&
	       strcmp(s->desc->name, "pollfd") == 0;
}

/* The length of a socket address: given, and come back, if it is another. */
static void say_length_before(const struct scope *s, const struct sys_field *f)
{
	uint64_t before;
	size_t n = 0;
	const uint8_t *at;

	if (s->dir != OUT || f->mem != MEM_NONE)
		return;
	for (size_t i = 0; i < s->desc->count; i++) {
		const struct sys_field *address = &s->desc->field[i];

		if (address->kind != K_SOCKADDR || address->len_off != f->off)
			continue;
		at = view(s->event, EVENT_AT_ENTRY, s->address, &n);
		before = at ? sys_value(f, at, n) : 0;
		if (at && before != sys_value(f, s->base, s->size))
			buf_printf(s->out, "%" PRIu64 " => ", before);
	}
}

/* A number that the kernel wrote, in a struct of which the entry is told. */
static void say_struct_field(const struct scope *s, const struct sys_field *f)
{
	struct scope after = *s;
	size_t n = 0;

	if (f->dir == OUT && f->mem == MEM_NONE && s->dir != OUT && s->address) {
		after.base = view(s->event, EVENT_AT_EXIT, s->address, &n);
		after.size = n < s->size ? n : s->size;
	}
	say_field(after.base ? &after : s, f);
}

void say_struct(const struct scope *s)
{
	const struct sys_field *f = NULL;
	bool any = false, hidden = false;

	if (s->desc->cell && s->desc->count) {
		say_field(s, &s->desc->field[0]);
		return;
	}
	buf_char(s->out, '{');
	while ((f = next_field(s->desc, f))) {
		/* What lies behind the bytes that are there is not said. */
		if ((size_t)f->off + (f->size ? 1 : f->width) > s->size)
			continue;
		if (!is_shown(s, f)) {
			hidden |= f->detail == 1 && sys_present(s->desc, f, s->base, s->size);
			continue;
		}
		if (is_told_by_result(s, f))
			continue;
		buf_printf(s->out, "%s%s=", any ? ", " : "", f->name);
		say_length_before(s, f);
		say_struct_field(s, f);
		any = true;
	}
	if (hidden)
		buf_printf(s->out, "%s...", any ? ", " : "");
	buf_char(s->out, '}');
}

/* ---- by value ---- */

static void say_embedded(const struct scope *s, const struct sys_field *f)
{
	struct scope inner = *s;
	size_t end = (size_t)f->off + f->size;
	bool many = f->kind == K_EMBEDS;

	inner.desc = f->of();
	inner.dir = f->dir ? f->dir : s->dir;
	if (f->ret_off1 && inner.dir == OUT) {
		const struct sys_field *own = sys_sibling(s->desc, (uint16_t)(f->ret_off1 - 1));

		inner.bound = own ? sys_value(own, s->base, s->size) : s->bound;
	}
	buf_str(s->out, many ? "[" : "");
	for (size_t at = f->off; inner.desc->size && at < end; at += inner.desc->size) {
		if (at >= s->size)
			break;
		inner.base = s->base + at;
		inner.address = s->address ? s->address + at : 0;
		inner.size = s->size - at < inner.desc->size ? s->size - at : inner.desc->size;
		buf_str(s->out, at > f->off ? ", " : "");
		if (f->dated)
			say_moment(&inner);
		else
			say_struct(&inner);
	}
	buf_str(s->out, many ? "]" : "");
}

static void say_by_value(const struct scope *s, const struct sys_field *f)
{
	const uint8_t *at = s->base + f->off;
	size_t there = s->size - f->off < f->size ? s->size - f->off : f->size;
	size_t length = f->kind == K_CHARS ? strnlen((const char *)at, there) : there;

	if (f->kind == K_EMBED || f->kind == K_EMBEDS)
		say_embedded(s, f);
	else if (f->kind == K_SIGSET)
		say_sigset(s, at, there, 0);
	else if (f->kind == K_IPV6)
		say_ipv6(s, at, there, 0);
	else
		say_quoted(s->p, s->out, at, length, length, f->kind == K_CHARS);
}

/* ---- pointers to structs ---- */

static bool same_bytes(const uint8_t *a, size_t n, const uint8_t *b, size_t m)
{
	return n == m && memcmp(a, b, n) == 0;
}

static void say_element(const struct scope *s, const struct sys_field *f, const uint8_t *at,
			size_t size, uint8_t dir, uint64_t address)
{
	struct scope inner = *s;

	inner.address = address;
	inner.desc = f->of();
	inner.base = at;
	inner.size = size < inner.desc->size ? size : inner.desc->size;
	inner.dir = dir;
	inner.depth++;
	if (f->dated && size >= inner.desc->size)
		say_moment(&inner);
	else
		say_struct(&inner);
}

/* In and out: how it was, and, if the kernel changed a bare value, what it became. */
static void say_both(const struct scope *s, const struct sys_field *f, uint64_t address)
{
	size_t n, m;
	const uint8_t *before = view(s->event, EVENT_AT_ENTRY, address, &n);
	const uint8_t *after = view(s->event, EVENT_AT_EXIT, address, &m);
	size_t size = f->of()->size;

	n = n < size ? n : size;
	m = m < size ? m : size;
	say_element(s, f, before ? before : after, before ? n : m, before ? INOUT : OUT, address);
	if (!f->of()->cell || !before || !after || m < size || same_bytes(before, n, after, m))
		return;
	buf_str(s->out, " => ");
	say_element(s, f, after, m, OUT, address);
}

static void say_pointed(const struct scope *s, const struct sys_field *f, uint64_t address)
{
	uint8_t dir = f->dir ? f->dir : s->dir;
	/* A struct with a size of its own may be short; any other must be whole. */
	size_t n = 0, m = 0, least = f->len == LEN_NONE ? f->of()->size : 1;
	const uint8_t *at = NULL;
	bool cell = f->of()->cell;

	if (dir != INOUT)
		at = view(s->event, time_of(dir), address, &n);
	else if (view(s->event, EVENT_AT_ENTRY, address, &n) ||
		 view(s->event, EVENT_AT_EXIT, address, &m))
		at = s->base;
	if (!at || n + m < least || (dir == OUT && call_failed(s->event) && !f->on_error) ||
	    (f->detail == 2 && !s->p->options.verbose)) {
		say_address(s->out, address);
		return;
	}
	buf_str(s->out, cell ? "[" : "");
	if (dir == INOUT)
		say_both(s, f, address);
	else
		say_element(s, f, at, n, dir, address);
	buf_str(s->out, cell ? "]" : "");
}

/* ---- arrays ---- */

static uint64_t wanted_elements(const struct scope *s, const struct sys_field *f, uint8_t dir)
{
	const struct sys_field *l = sys_sibling(s->desc, f->len_off);
	uint64_t n = f->len == LEN_CONST        ? f->len_const
		     : f->len == LEN_FIELD && l ? sys_value(l, s->base, s->size)
						: 1;

	if (f->by_ret && dir == OUT && f->mem == MEM_ARRAY && s->bound < n)
		n = s->bound;
	return n;
}

static void say_elements(const struct scope *s, const struct sys_field *f, const uint8_t *at,
			 size_t size, uint64_t wanted, uint8_t dir, uint64_t address)
{
	const struct sys_desc *of = f->of();
	size_t n = size / of->size;
	struct scope each = *s;

	n = n < wanted ? n : (size_t)wanted;
	buf_char(s->out, '[');
	for (size_t i = 0; i < n; i++) {
		buf_str(s->out, i ? ", " : "");
		if (i >= s->p->options.string_limit && !s->p->options.verbose) {
			buf_str(s->out, "...");
			break;
		}
		say_element(&each, f, at + i * of->size, of->size, dir, address + i * of->size);
		/* A result is dealt out over the iovecs in order. */
		if (f->mem == MEM_IOV && each.bound != UINT64_MAX) {
			uint64_t length = sys_value(&of->field[1], at + i * of->size, of->size);

			each.bound -= length < each.bound ? length : each.bound;
		}
	}
	if (n < wanted && n == size / of->size && n < s->p->options.string_limit)
		buf_printf(s->out, "%s... /* %#" PRIx64 " */", n ? ", " : "",
			   address + n * of->size);
	buf_char(s->out, ']');
}

static void say_array(const struct scope *s, const struct sys_field *f, uint64_t address)
{
	uint8_t dir = f->dir ? f->dir : s->dir;
	uint64_t wanted = wanted_elements(s, f, dir);
	bool iov = f->mem == MEM_IOV;
	size_t n;
	const uint8_t *at = view(s->event, iov ? EVENT_AT_ENTRY : time_of(dir), address, &n);

	if (!wanted && (dir != OUT || !call_failed(s->event)))
		buf_str(s->out, "[]");
	else if (!at || n < f->of()->size || (!iov && dir == OUT && call_failed(s->event)))
		say_address(s->out, address);
	else
		say_elements(s, f, at, n, wanted, dir, address);
}

/* ---- any field ---- */

void say_field(const struct scope *s, const struct sys_field *f)
{
	uint64_t value = sys_value(f, s->base, s->size);

	if (f->size) {
		say_by_value(s, f);
	} else if (f->mem == MEM_NONE) {
		say_number(s, f, value);
	} else if (!value) {
		buf_str(s->out, f->kind == K_HEX ? "0" : "NULL");
	} else if (s->depth >= PRINT_DEPTH_MAX) {
		say_address(s->out, value);
	} else if (f->mem == MEM_STRING) {
		say_string(s, f, value);
	} else if (f->mem == MEM_STRINGS) {
		say_strings(s, f, value);
	} else if (f->mem == MEM_STRUCT) {
		say_pointed(s, f, value);
	} else if (f->mem == MEM_BYTES) {
		say_bytes(s, f, value);
	} else {
		say_array(s, f, value);
	}
}
