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

static bool is_detail(const struct printer *p, const struct sys_field *f)
{
	return f->detail == 1 && !p->options.verbose;
}

/* Puts the field at @place among the first @count, of which it is the next in place order. */
static void insert(struct known_order *o, uint8_t count, uint8_t place)
{
	const struct sys_field *f = &o->desc->field[place];
	uint8_t at = count;

	for (; at && o->desc->field[o->field[at - 1]].order > f->order; at--)
		o->field[at] = o->field[at - 1];
	o->field[at] = place;
}

/* The fields to say, by their order and in place order, and behind them those that are hidden. */
static void put_in_order(const struct printer *p, const struct sys_desc *d, struct known_order *o)
{
	*o = (struct known_order){.desc = d};
	for (size_t i = 0; i < d->count; i++)
		o->lengths |= d->field[i].kind == K_SOCKADDR;
	for (size_t i = 0; i < d->count && i < PRINT_ORDER_FIELDS; i++) {
		if (!is_detail(p, &d->field[i]))
			insert(o, o->shown++, (uint8_t)i);
	}
	o->count = o->shown;
	for (size_t i = 0; i < d->count && i < PRINT_ORDER_FIELDS; i++) {
		if (is_detail(p, &d->field[i]))
			o->field[o->count++] = (uint8_t)i;
	}
}

const struct known_order *order_of(struct printer *p, const struct sys_desc *d)
{
	struct known_order *o = &p->orders[(uintptr_t)d / sizeof(*d) % PRINT_ORDERS_MAX];

	if (o->desc != d)
		put_in_order(p, d, o);
	return o;
}

/* What lies behind the bytes that are there is not said; but what is behind a struct, if the
 * call got so far. */
static bool is_there(const struct scope *s, const struct sys_field *f)
{
	if (f->place != PLACE_BEHIND)
		return (size_t)f->off < s->size;
	return s->size >= f->off && s->address && (f->dir != OUT || !call_failed(s->event));
}

/* What is not told here: it is told behind, or there is nothing to tell. */
static bool is_left_out(const struct scope *s, const struct sys_field *f)
{
	bool number = f->mem == MEM_NONE && !f->size;

	/* A struct that goes in and out: what it became, with what is behind it. */
	if (s->part == PART_CHANGED && s->dir == OUT)
		return !(f->dir & OUT);
	if (s->part == PART_BEFORE && s->dir == INOUT)
		return f->dir == OUT;
	if (s->part == PART_CHANGED)
		return f->dir != OUT || number;
	/* A member that the kernel writes, in a struct that it reads. */
	return f->told == TOLD_ELSEWHERE ||
	       (f->mem == MEM_NONE && f->dir == OUT && s->dir != OUT && call_failed(s->event));
}

/* What is behind all that is known of a struct. */
static void say_beyond(const struct scope *s)
{
	const uint8_t *at = s->base + s->size;
	size_t zeros = 0;

	while (zeros < s->beyond && !at[zeros])
		zeros++;
	if (zeros == s->beyond)
		return;
	buf_printf(s->out, ", /* bytes %zu..%zu */ ", s->size, s->size + s->beyond - 1);
	say_hexadecimal(s, at, s->beyond, s->beyond);
}

/* The length of a socket address: given, and come back, if it is another. */
static void say_length_before(const struct scope *s, const struct sys_field *f)
{
	uint64_t before;
	size_t n = 0;
	const uint8_t *at;

	if (s->dir != OUT || f->mem != MEM_NONE || !order_of(s->p, s->desc)->lengths)
		return;
	for (size_t i = 0; i < s->desc->count; i++) {
		const struct sys_field *address = &s->desc->field[i];

		if (address->kind != K_SOCKADDR || address->len_off != f->off)
			continue;
		at = event_bytes(s->event, EVENT_AT_ENTRY, s->address, &n);
		before = at ? sys_value(f, at, n) : 0;
		if (at && before != sys_value(f, s->base, s->size))
			buf_printf(s->out, "%" PRIu64 " => ", before);
	}
}

/* What a number that goes in and out became, if it is another: 128 => 8. */
static void say_number_after(const struct scope *s, const struct sys_field *f)
{
	struct scope after = *s;

	after.base = event_bytes(s->event, EVENT_AT_EXIT, s->address, &after.size);
	if (!after.base || after.size < (size_t)f->off + f->width ||
	    sys_value(f, after.base, after.size) == sys_value(f, s->base, s->size))
		return;
	buf_str(s->out, " => ");
	if (f->kind == K_FLAGS)
		buf_printf(s->out, "%s=", f->name);
	say_field(&after, f);
}

/* A number that the kernel wrote, in a struct of which the entry is told. */
static void say_struct_field(const struct scope *s, const struct sys_field *f)
{
	struct scope after = *s;
	size_t n = 0, there = s->size - f->off;

	if (f->place == PLACE_BEHIND) {
		/* Of what goes in and out, both parts are told. */
		after.part = f->dir == INOUT ? s->part : PART_ALL;
		say_field(&after, f);
		return;
	}
	/* One that is cut is told as bytes. */
	if (there < f->width) {
		say_hexadecimal(s, s->base + f->off, there, there);
		return;
	}
	if (f->dir == OUT && f->mem == MEM_NONE && s->dir != OUT && s->address) {
		after.base = event_bytes(s->event, EVENT_AT_EXIT, s->address, &n);
		after.size = n < s->size ? n : s->size;
	}
	/* What the kernel wrote may have been kept only up to a place before the member. */
	say_field(after.base && is_there(&after, f) ? &after : s, f);
	if (f->dir == INOUT && f->mem == MEM_NONE && s->part == PART_ALL && s->address)
		say_number_after(s, f);
}

void say_member(const struct scope *s, const struct sys_field *f)
{
	if (f->kind == K_IPV6 && s->size - f->off >= f->size) {
		say_ipv6_member(s, s->base + f->off, f->size, f->name);
		return;
	}
	buf_str(s->out, f->name);
	buf_char(s->out, '=');
	say_length_before(s, f);
	say_struct_field(s, f);
}

bool is_member_said(const struct scope *s, const struct sys_field *f)
{
	return is_there(s, f) && !is_left_out(s, f) && sys_present(s->desc, f, s->base, s->size);
}

/* Whether there is more that -v would tell. */
static bool hides_any(const struct scope *s, const struct known_order *o)
{
	for (uint8_t i = o->shown; i < o->count; i++) {
		if (is_member_said(s, &s->desc->field[o->field[i]]))
			return true;
	}
	return false;
}

void say_struct(const struct scope *s)
{
	const struct known_order *o;
	bool any = false;

	if (s->desc->cell && s->desc->count) {
		say_field(s, &s->desc->field[0]);
		return;
	}
	if (s->p->canon && canon_struct(s))
		return;
	buf_char(s->out, '{');
	o = order_of(s->p, s->desc);
	for (uint8_t i = 0; i < o->shown; i++) {
		const struct sys_field *f = &s->desc->field[o->field[i]];

		if ((s->p->canon && canon_omits(s, f)) || !is_member_said(s, f))
			continue;
		buf_str(s->out, any ? ", " : "");
		say_member(s, f);
		any = true;
		/* What a member holds may have taken the place. */
		o = order_of(s->p, s->desc);
	}
	if (hides_any(s, o))
		buf_str(s->out, any ? ", ..." : "...");
	say_beyond(s);
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
	inner.beyond = 0;
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
		if (many && (at - f->off) / inner.desc->size >= s->p->options.string_limit &&
		    !s->p->options.verbose) {
			buf_str(s->out, "...");
			break;
		}
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
	else if (say_notation(s, f->kind, at, there))
		return;
	else if (f->kind == K_FILTER || f->kind == K_FILTER_SECCOMP)
		say_instruction(s, at, there, f->kind == K_FILTER_SECCOMP);
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

	inner.outer = s;
	inner.address = address;
	inner.desc = f->of();
	inner.base = at;
	inner.size = size < inner.desc->size ? size : inner.desc->size;
	inner.dir = dir;
	inner.beyond = f->least ? size - inner.size : 0;
	inner.depth++;
	if (f->dated && size >= inner.desc->size)
		say_moment(&inner);
	else
		say_struct(&inner);
}

/* What a pointer of both directions points to, at the entry and at the exit. */
struct both {
	const uint8_t *before, *after;
	size_t before_size, after_size;
};

static struct both view_both(const struct scope *s, const struct sys_field *f, uint64_t address)
{
	size_t size = f->of()->size;
	struct both b;

	b.before = event_bytes(s->event, EVENT_AT_ENTRY, address, &b.before_size);
	b.after = event_bytes(s->event, EVENT_AT_EXIT, address, &b.after_size);
	b.before_size = b.before_size < size ? b.before_size : size;
	b.after_size = b.after_size < size ? b.after_size : size;
	return b;
}

static bool is_changed(const struct sys_field *f, const struct both *b)
{
	return f->of()->cell && b->before && b->after && b->after_size == f->of()->size &&
	       !same_bytes(b->before, b->before_size, b->after, b->after_size);
}

/* In and out: how it was, and, if the kernel changed a bare value, what it became. */
static void say_both(const struct scope *s, const struct sys_field *f, uint64_t address)
{
	struct both b = view_both(s, f, address);
	bool only_after = !b.before || (f->told == TOLD_AFTER && b.after &&
					b.after_size == f->of()->size && !call_failed(s->event));

	if (only_after) {
		say_element(s, f, b.after, b.after_size, OUT, address);
		return;
	}
	say_element(s, f, b.before, b.before_size, INOUT, address);
	if (f->told == TOLD_BEHIND || f->told == TOLD_BEFORE || !is_changed(f, &b))
		return;
	buf_str(s->out, " => ");
	say_element(s, f, b.after, b.after_size, OUT, address);
}

/* How many bytes of a struct of variable size the caller says there are. */
static uint64_t said_size(const struct scope *s, const struct sys_field *f)
{
	const struct sys_field *l = f->len == LEN_FIELD ? sys_sibling(s->desc, f->len_off) : NULL;

	return l ? sys_value(l, s->base, s->size) : f->of()->size;
}

/* A struct with a size of its own may be short; any other must be whole. */
static size_t least_bytes(const struct scope *s, const struct sys_field *f)
{
	uint64_t said;

	if (!f->least)
		return f->len == LEN_NONE ? f->of()->size : 1;
	said = said_size(s, f);
	if (said < f->least)
		return SIZE_MAX;
	return said < f->of()->size ? (size_t)said : f->of()->size;
}

/* What the caller put into a struct that the kernel did not come to write: {a=1}. */
static bool say_given(const struct scope *s, const struct sys_field *f, uint64_t address)
{
	const struct sys_desc *d = f->of();
	struct scope inner = *s;
	bool any = false;

	inner.base = event_bytes(s->event, EVENT_AT_ENTRY, address, &inner.size);
	if (inner.size < d->size)
		return false;
	for (size_t i = 0; i < d->count; i++) {
		const struct sys_field *number = &d->field[i];

		if (number->mem != MEM_NONE || !number->on_error)
			continue;
		buf_printf(s->out, "%s%s=", any ? ", " : "{", number->name);
		inner.desc = d;
		say_field(&inner, number);
		any = true;
	}
	buf_str(s->out, any ? "}" : "");
	return any;
}

static bool is_written(const struct scope *s, const struct sys_field *f)
{
	int error = (int)event_errno(&s->event->call);

	if (!call_failed(s->event))
		return f->on_error >= 0;
	return f->on_error == 1 || f->on_error == error || -f->on_error == error;
}

static bool is_brief(const struct scope *s, const struct sys_field *f)
{
	return f->detail == 2 && !s->p->options.verbose;
}

static void say_pointed(const struct scope *s, const struct sys_field *f, uint64_t address)
{
	uint8_t dir = f->dir ? f->dir : s->dir;
	size_t n = 0, m = 0;
	const uint8_t *at = NULL;
	bool cell = f->of()->cell;

	if (dir != INOUT)
		at = event_bytes(s->event, time_of(dir), address, &n);
	else if (event_bytes(s->event, EVENT_AT_ENTRY, address, &n) ||
		 event_bytes(s->event, EVENT_AT_EXIT, address, &m))
		at = s->base;
	if (dir == OUT && !is_written(s, f) && say_given(s, f, address))
		return;
	if (!at || n + m < least_bytes(s, f) || (dir == OUT && !is_written(s, f)) ||
	    is_brief(s, f)) {
		say_pointer(s, address);
		return;
	}
	buf_str(s->out, cell ? "[" : "");
	if (dir == INOUT)
		say_both(s, f, address);
	else
		say_element(s, f, at, n, dir, address);
	buf_str(s->out, cell ? "]" : "");
}

/* ---- changes ---- */

static bool holds_written(const struct scope *inner)
{
	for (size_t i = 0; i < inner->desc->count; i++) {
		const struct sys_field *f = &inner->desc->field[i];

		if (f->dir == OUT && f->mem != MEM_NONE &&
		    sys_present(inner->desc, f, inner->base, inner->size))
			return true;
	}
	return false;
}

bool may_change(const struct scope *s, const struct sys_field *f)
{
	struct scope inner;
	uint64_t address;

	/* Most do not: this is asked of each argument. */
	if (f->told != TOLD_BEHIND)
		return false;
	address = sys_value(f, s->base, s->size);
	if (!address)
		return false;
	inner = *s;
	inner.base = event_bytes(s->event, EVENT_AT_ENTRY, address, &inner.size);
	inner.desc = f->of();
	return inner.base && inner.size >= least_bytes(s, f) &&
	       (f->dir == INOUT || holds_written(&inner));
}

void say_change(const struct scope *s, const struct sys_field *f)
{
	struct scope changed;
	uint64_t address;
	struct both b;

	if (!may_change(s, f) || call_failed(s->event))
		return;
	address = sys_value(f, s->base, s->size);
	b = view_both(s, f, address);
	changed = *s;
	changed.part = PART_CHANGED;
	if (f->dir == INOUT && !f->of()->cell && b.after) {
		buf_str(s->out, " => ");
		say_element(&changed, f, b.after, b.after_size, OUT, address);
	} else if (f->dir == IN) {
		buf_str(s->out, " => ");
		say_element(&changed, f, b.before, b.before_size, IN, address);
	} else if (is_changed(f, &b)) {
		buf_str(s->out, " => [");
		say_element(s, f, b.after, b.after_size, OUT, address);
		buf_char(s->out, ']');
	}
}

/* ---- arrays ---- */

/* @size: bytes that are there. */
static uint64_t wanted_elements(const struct scope *s, const struct sys_field *f, uint8_t dir,
				size_t size)
{
	const struct sys_field *l = sys_sibling(s->desc, f->len_off);
	const struct sys_field *own =
		f->ret_off1 ? sys_sibling(s->desc, (uint16_t)(f->ret_off1 - 1)) : NULL;
	uint64_t bound = s->bound;
	/* Where the kernel has changed the length, what is there tells. */
	uint64_t n = f->len == LEN_CONST                          ? f->len_const
		     : f->len == LEN_ASKED || f->len == LEN_WHOLE ? size / f->of()->size
		     : f->len == LEN_FIELD && l                   ? sys_value(l, s->base, s->size)
								  : 1;

	if (own)
		bound = sys_value(own, s->base, s->size);
	if (f->by_ret && dir == OUT && f->mem == MEM_ARRAY && bound < n)
		n = bound;
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
	for (size_t i = 0; i < n && !is_full(s); i++) {
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
	uint8_t own = f->dir ? f->dir : s->dir;
	uint8_t dir = own == INOUT && s->part == PART_CHANGED ? OUT : own;
	bool iov = f->mem == MEM_IOV;
	size_t n;
	const uint8_t *at = event_bytes(s->event, iov ? EVENT_AT_ENTRY : time_of(dir), address, &n);
	uint64_t wanted = wanted_elements(s, f, dir, n);

	if (is_brief(s, f))
		say_pointer(s, address);
	else if (!wanted && f->len != LEN_ASKED && (dir != OUT || !call_failed(s->event)))
		buf_str(s->out, "[]");
	else if (!at || n < f->of()->size || (f->len == LEN_CONST && n / f->of()->size < wanted) ||
		 (!iov && dir == OUT && call_failed(s->event)))
		say_pointer(s, address);
	else
		say_elements(s, f, at, n, wanted, dir, address);
}

/* ---- any field ---- */

/* What points to the field's bytes. The stack pointer is not on the tape, but where what was
 * read above it begins. */
static uint64_t pointer_of(const struct scope *s, const struct sys_field *f)
{
	if (f->place == PLACE_BEHIND)
		return s->address + f->off;
	if (f->place == PLACE_STACK)
		return s->event->memory_count ? s->event->memory[0].address : 0;
	return sys_value(f, s->base, s->size);
}

void say_any_field(const struct scope *s, const struct sys_field *f, uint64_t value)
{
	if (s->p->canon && canon_field(s, f, value))
		return;
	if (f->size) {
		say_by_value(s, f);
	} else if (f->mem == MEM_NONE || f->kind == K_ADDR) {
		say_number(s, f, value);
	} else if (!value) {
		buf_str(s->out, f->kind == K_HEX ? "0" : "NULL");
	} else if (s->depth >= PRINT_DEPTH_MAX || (s->part == PART_BEFORE && f->dir == OUT)) {
		say_pointer(s, value);
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

void say_field(const struct scope *s, const struct sys_field *f)
{
	const uint64_t value = pointer_of(s, f);

	if (s->p->canon)
		canon_say(s, f, value);
	else
		say_any_field(s, f, value);
}
