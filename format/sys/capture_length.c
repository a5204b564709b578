/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How long what a pointer leads to is: the closed set of enum sys_len, as far as it is known
 * before the bytes themselves are (LEN_SELF is settled by the walker). What memory tells may be
 * anything, and other threads may change it: every length is only an upper bound, which the walker
 * cuts again at what it keeps.
 */
#include "capture_priv.h"

#include "table.h"

#include "base/load.h"

enum {
	PAGE = 4096,
	IOC_SIZE_SHIFT = 16,
	IOC_SIZE_MASK = 0x3fff,
};

const struct sys_range *walk_seen_at_entry(const struct walk *w, uint64_t address, size_t size)
{
	for (size_t i = 0; w->entry && i < w->entry->count; i++) {
		const struct sys_range *r = &w->entry->range[i];

		if (r->address == address && r->length >= size)
			return r;
	}
	return NULL;
}

static const struct sys_range *seen_now(const struct walk *w, uint64_t address, size_t size)
{
	const struct sys_range *found = NULL;

	for (size_t i = 0; address && i < w->out->count; i++) {
		const struct sys_range *r = &w->out->range[i];

		if (r->address == address && r->length >= size)
			found = r;
	}
	return found;
}

uint64_t walk_answer(const struct walk *w, const struct sys_desc *d, const struct sys_field *f,
		     const struct image *m)
{
	const struct sys_field *about = sys_sibling(d, f->ask_off);
	const struct sys_reader *reader = w->c->reader;

	if (!about || !reader->ask)
		return SYS_UNKNOWN;
	return reader->ask(reader->context, f->ask, sys_value(about, m->at, m->size));
}

static uint64_t not_negative(const struct sys_field *f, uint64_t value)
{
	return f->kind == K_INT && (int64_t)value < 0 ? 0 : value;
}

/* A sibling's value; at the exit no more than it was at the entry. */
static uint64_t sibling_value(const struct walk *w, const struct sys_desc *d,
			      const struct sys_field *f, const struct image *m)
{
	const struct sys_field *l = sys_sibling(d, f->len_off);
	uint64_t value = l ? not_negative(l, sys_value(l, m->at, m->size)) : 0;

	if (w->exiting && l && m->before)
		value = least_of(value, not_negative(l, sys_value(l, m->before, m->before_size)));
	return value;
}

static uint64_t sibling_address(const struct sys_desc *d, const struct sys_field *f,
				const struct image *m)
{
	const struct sys_field *l = sys_sibling(d, f->len_off);

	return l ? sys_value(l, m->at, m->size) : 0;
}

/* What the sibling points to: a count of bytes, read before. */
static uint64_t pointed_length(const struct walk *w, const struct sys_desc *d,
			       const struct sys_field *f, const struct image *m)
{
	uint64_t address = sibling_address(d, f, m), value = NO_BOUND;
	const struct sys_range *before = walk_seen_at_entry(w, address, 4);
	const struct sys_range *now = seen_now(w, address, 4);

	if (now)
		value = load(now->data, now->length, 0, 4);
	if (before)
		value = least_of(value, load(before->data, before->length, 0, 4));
	return value == NO_BOUND ? 0 : value;
}

static uint64_t size_of(const struct sys_field *f, uint64_t value)
{
	for (size_t i = 0; i < f->sizes->count; i++) {
		if (f->sizes->size[i].value == value)
			return least_of(f->sizes->size[i].bytes, f->of ? f->of()->size : NO_BOUND);
	}
	return 0;
}

/* What the table of @f has for the number that the sibling points to. */
static uint64_t size_of_pointed(const struct walk *w, const struct sys_desc *d,
				const struct sys_field *f, const struct image *m)
{
	uint64_t address = sibling_address(d, f, m);
	const struct sys_range *told = walk_seen_at_entry(w, address, 4);

	told = told ? told : seen_now(w, address, 4);
	return told ? size_of(f, load(told->data, told->length, 0, 4)) : 0;
}

static uint64_t answered_length(const struct walk *w, const struct sys_desc *d,
				const struct sys_field *f, const struct image *m)
{
	uint64_t answer = walk_answer(w, d, f, m);

	if (answer == SYS_UNKNOWN)
		return 0;
	return f->sizes ? size_of(f, answer) : answer;
}

uint64_t walk_length(const struct walk *w, const struct sys_desc *d, const struct sys_field *f,
		     const struct image *m)
{
	uint64_t n;

	switch ((enum sys_len)f->len) {
	case LEN_NONE:
	case LEN_SELF:
		return f->of ? (f->mem == MEM_STRUCT ? f->of()->size : 1) : 0;
	case LEN_CONST:
		return f->len_const + f->len_extra;
	case LEN_DEREF:
		return pointed_length(w, d, f, m) + f->len_extra;
	case LEN_SIZES:
		return size_of_pointed(w, d, f, m);
	case LEN_ASKED:
		return answered_length(w, d, f, m);
	default:
		n = sibling_value(w, d, f, m);
	}
	switch ((enum sys_len)f->len) {
	case LEN_BITS:
		n = n > f->len_const ? n - f->len_const : 0;
		return (least_of(n, UINT32_MAX) + 8u * d->wide - 1) / (8u * d->wide) * d->wide;
	case LEN_PRODUCT:
		return least_of(n, UINT32_MAX) * f->len_const + f->len_extra;
	case LEN_WHOLE:
		return n / f->of()->size;
	case LEN_IOC:
		return n >> IOC_SIZE_SHIFT & IOC_SIZE_MASK;
	case LEN_PAGES:
		return n / PAGE + (n % PAGE != 0);
	default:
		n = n > f->len_const ? n - f->len_const : 0;
		return least_of(n, UINT64_MAX - f->len_extra) + f->len_extra;
	}
}

uint64_t walk_bound(const struct walk *w, const struct sys_desc *d, const struct sys_field *f,
		    const struct image *m, uint64_t bound)
{
	const struct sys_field *own =
		f->ret_off1 ? sys_sibling(d, (uint16_t)(f->ret_off1 - 1)) : NULL;

	if (!w->exiting)
		return bound;
	if (f->ask == ASK_DISCARDS && walk_answer(w, d, f, m) == 1)
		return 0;
	return own ? sys_value(own, m->at, m->size) : bound;
}
