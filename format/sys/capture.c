/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The list of ranges is its own work queue: what the arguments name is put on it,
 * all that is new is read with one call of the reader, what the structs in it name is
 * put behind, and so on until nothing is new. Strings and lists of strings, whose
 * length is not known, take more than one read, each up to the end of a page.
 */
#include "capture.h"

#include "capture_priv.h"
#include "table.h"

#include "base/load.h"

#include <string.h>

enum {
	PAGE = 4096,
	STRING_STEP = 256,
	OTHER_BYTES_MAX = 64 << 10, /* bytes that are no payload: records, masks */
	RESERVE = 64 << 10,         /* of the arena, not for payload */
	IOV_COUNT_MAX = 1024,       /* UIO_MAXIOV */
	IOC_WRITE = 1 << 30,
};
#define IOC_READ (1u << 31)

/* ---- what a description asks for ---- */

static bool holds_pointers(const struct sys_desc *of)
{
	for (size_t i = 0; of && i < of->count; i++) {
		const struct sys_field *f = &of->field[i];

		if (f->mem != MEM_NONE && f->place != PLACE_BEHIND)
			return true;
		if ((f->kind == K_EMBED || f->kind == K_EMBEDS) && holds_pointers(f->of()))
			return true;
	}
	return false;
}

/* Whether something inside is written by the kernel when it is given in direction @dir. */
static bool holds_written(const struct sys_desc *of, uint8_t dir)
{
	for (size_t i = 0; of && i < of->count; i++) {
		const struct sys_field *f = &of->field[i];
		uint8_t own = f->dir == SAME ? dir : f->dir;

		if (f->mem != MEM_NONE && own & OUT)
			return true;
		if (f->mem != MEM_NONE && f->of && holds_written(f->of(), own))
			return true;
		if ((f->kind == K_EMBED || f->kind == K_EMBEDS) && holds_written(f->of(), own))
			return true;
	}
	return false;
}

static bool has_elements(const struct sys_field *f)
{
	return f->mem == MEM_STRUCT || f->mem == MEM_ARRAY || f->mem == MEM_IOV;
}

/* Of what is only written, the entry keeps what holds the caller's limits. */
static bool wanted_at_entry(const struct sys_field *f, uint8_t dir)
{
	return dir & IN || f->mem == MEM_IOV || (has_elements(f) && holds_pointers(f->of()));
}

static bool wanted_at_exit(const struct sys_field *f, uint8_t dir)
{
	return dir & OUT || (has_elements(f) && holds_written(f->of(), dir));
}

bool sys_has_entry_memory(const struct sys_desc *desc)
{
	for (size_t i = 0; i < desc->count; i++) {
		const struct sys_field *f = &desc->field[i];

		if (f->mem != MEM_NONE && wanted_at_entry(f, f->dir))
			return true;
	}
	return false;
}

bool sys_has_exit_memory(const struct sys_desc *desc)
{
	/* Which call it is, is known only when its arguments are read. */
	if (desc->indirect)
		return true;
	for (size_t i = 0; i < desc->count; i++) {
		const struct sys_field *f = &desc->field[i];

		if (f->mem != MEM_NONE && wanted_at_exit(f, f->dir))
			return true;
	}
	return false;
}

/* ---- ranges ---- */

static bool is_payload(const struct sys_field *f)
{
	return f->kind == K_BUF || f->kind == K_RANDOM || f->mem == MEM_IOV;
}

/* Gives @r a place in the arena for what is wanted of it. */
static void place(struct sys_ranges *out, struct sys_range *r, size_t reserve)
{
	size_t room = out->arena_size - out->arena_used;

	room = room > reserve ? room - reserve : 0;
	if (r->want > room) {
		r->want = (uint32_t)room;
		r->limited = true;
	}
	r->data = out->arena + out->arena_used;
	out->arena_used += r->want;
}

static struct sys_range *add_range(struct walk *w, uint64_t address, uint64_t full, uint8_t shape,
				   uint8_t dir, const struct sys_desc *of, uint64_t bound)
{
	struct sys_ranges *out = w->out;
	struct sys_range *r;

	if (out->count == SYS_RANGES_MAX) {
		out->dropped++;
		return NULL;
	}
	/* Nothing lies behind the end of the address space. */
	full = least_of(full, UINT64_MAX - address);
	r = &out->range[out->count++];
	*r = (struct sys_range){.address = address,
				.full = full,
				.want = (uint32_t)least_of(full, UINT32_MAX),
				.of = of,
				.dir = dir,
				.shape = shape,
				.bound = bound};
	return r;
}

static void add_bytes(struct walk *w, uint64_t address, uint64_t full, bool payload)
{
	uint64_t limit = payload ? w->c->payload_limit : OTHER_BYTES_MAX;
	struct sys_range *r = full ? add_range(w, address, full, MEM_BYTES, 0, NULL, 0) : NULL;

	if (!r)
		return;
	r->limited = r->full > limit || r->full > UINT32_MAX;
	r->want = (uint32_t)least_of(r->want, limit);
	place(w->out, r, payload ? RESERVE : 0);
}

/* ---- fields to ranges ---- */

/* Some lengths must be read first: for the arguments, such fields come one round later
 * than the others. */
enum which { OTHER_LENGTHS, POINTED_LENGTHS, ALL };

static void expand(struct walk *w, const struct sys_desc *d, const struct image *m, uint8_t dir,
		   uint64_t bound, unsigned depth, enum which which);

static void add_iovec_data(struct walk *w, const struct sys_desc *iovec, const uint8_t *at,
			   size_t size, uint64_t bound)
{
	const struct sys_field *base = &iovec->field[0], *len = &iovec->field[1];

	for (size_t i = 0; (i + 1) * iovec->size <= size && bound; i++) {
		const uint8_t *element = at + i * iovec->size;
		uint64_t address = sys_value(base, element, iovec->size);
		uint64_t length = least_of(sys_value(len, element, iovec->size), bound);

		if (address)
			add_bytes(w, address, length, true);
		if (bound != NO_BOUND)
			bound -= length;
	}
}

/* Looks into a struct or array whose bytes are known. A struct may be longer than its members. */
static void look_into(struct walk *w, const struct sys_range *r, const uint8_t *at, size_t size,
		      const uint8_t *before, size_t before_size)
{
	size_t each = r->shape == MEM_STRUCT ? size : r->of->size;

	if (r->shape == MEM_IOV) {
		if (r->dir & (w->exiting ? OUT : IN))
			add_iovec_data(w, r->of, at, size, r->bound);
		return;
	}
	for (size_t i = 0; i * each < size; i++) {
		size_t here = least_of(size - i * each, each);
		struct image m = {
			.address = r->address + i * each, .at = at + i * each, .size = here};

		if (before && before_size >= i * each + least_of(here, r->of->size)) {
			m.before = before + i * each;
			m.before_size = least_of(before_size - i * each, here);
		}
		expand(w, r->of, &m, r->dir, r->bound, r->depth + 1u, ALL);
	}
}

/* At the exit a struct that the kernel only read is as the entry saw it. */
static void look_into_entry(struct walk *w, const struct sys_range *like, uint64_t size)
{
	const struct sys_range *seen = walk_seen_at_entry(w, like->address, 1);

	if (seen)
		look_into(w, like, seen->data, (size_t)least_of(size, seen->length), NULL, 0);
}

static void add_elements(struct walk *w, const struct sys_field *f, uint64_t address, uint64_t n,
			 uint8_t dir, uint64_t bound, unsigned depth)
{
	const struct sys_desc *of = f->of();
	uint64_t size =
		f->mem == MEM_STRUCT
			? n
			: least_of(n, f->mem == MEM_IOV ? IOV_COUNT_MAX : UINT32_MAX) * of->size;
	struct sys_range like = {.address = address,
				 .of = of,
				 .dir = dir,
				 .shape = f->mem,
				 .bound = bound,
				 .depth = (uint8_t)depth};
	struct sys_range *r;

	if (!size)
		return;
	if (w->exiting && (f->mem == MEM_IOV || !(dir & OUT))) {
		look_into_entry(w, &like, size);
		return;
	}
	r = add_range(w, address, size, f->mem, dir, of, bound);
	if (!r)
		return;
	r->depth = (uint8_t)depth;
	r->limited = r->full > OTHER_BYTES_MAX;
	r->want = (uint32_t)least_of(r->full, OTHER_BYTES_MAX);
	/* What a struct's own size field says is known only when it is here. */
	if (f->len == LEN_SELF) {
		r->shape = MEM_NONE;
		r->bound = f->len_const;
	}
	place(w->out, r, 0);
}

/* Where the bytes of @f are, or 0. */
static uint64_t address_of(const struct walk *w, const struct sys_field *f, const struct image *m)
{
	uint64_t from = f->place == PLACE_STACK ? w->c->stack : m->address;
	uint64_t distance = f->place == PLACE_STACK ? f->len_const : f->off;

	if (f->place == PLACE_POINTED)
		return sys_value(f, m->at, m->size);
	return from && distance <= UINT64_MAX - from ? from + distance : 0;
}

static void add_open_ended(struct walk *w, const struct sys_desc *d, const struct sys_field *f,
			   const struct image *m, uint8_t dir)
{
	uint64_t limit = f->kind == K_PATH ? SYS_PATH_MAX : SYS_STRING_MAX;

	if (f->mem == MEM_STRINGS)
		limit = SYS_STRINGS_MAX * sizeof(uint64_t);
	else if (f->len == LEN_ASKED)
		limit = f->len_const;
	else if (f->len != LEN_NONE)
		limit = least_of(limit, walk_length(w, d, f, m));
	if (limit)
		add_range(w, address_of(w, f, m), 0, f->mem, dir, NULL, limit);
}

static void add_field(struct walk *w, const struct sys_desc *d, const struct sys_field *f,
		      const struct image *m, uint8_t dir, uint64_t bound, unsigned depth)
{
	uint64_t address = address_of(w, f, m), n;

	if (!address || depth >= SYS_DEPTH_MAX)
		return;
	/* The caller said how long the struct is, with what is behind it. */
	if (f->place == PLACE_BEHIND && m->size > d->size)
		return;
	n = walk_length(w, d, f, m);
	/* A string may have a place of known size all the same. */
	if (f->mem == MEM_STRINGS || (f->mem == MEM_STRING && (f->len != LEN_ASKED || !n))) {
		add_open_ended(w, d, f, m, dir);
		return;
	}
	bound = walk_bound(w, d, f, m, bound);
	if (f->by_ret && f->mem == MEM_STRUCT)
		n = bound ? n : 0;
	else if (f->by_ret == 2 && bound != NO_BOUND && bound > n)
		n = 0;
	else if (f->by_ret && f->mem != MEM_IOV)
		n = least_of(n, bound < NO_BOUND ? bound + f->len_extra : bound);
	/* The next page need not be there. */
	if (f->kind == K_ADDR)
		n = least_of(n, PAGE - address % PAGE);
	if (has_elements(f))
		add_elements(w, f, address, n, dir, bound, depth);
	else
		add_bytes(w, address, n, is_payload(f));
}

static uint8_t direction(const struct walk *w, const struct sys_desc *d, const struct sys_field *f,
			 const struct image *m, uint8_t dir)
{
	const struct sys_field *request;
	uint64_t value;

	if (f->ask == ASK_WRITABLE)
		return walk_answer(w, d, f, m) == 0 ? OUT : IN;
	if (f->len != LEN_IOC)
		return f->dir == SAME ? dir : f->dir;
	request = sys_sibling(d, f->len_off);
	value = request ? sys_value(request, m->at, m->size) : 0;
	return (uint8_t)((value & IOC_WRITE ? IN : 0) | (value & IOC_READ ? OUT : 0));
}

static void expand_embedded(struct walk *w, const struct sys_desc *d, const struct sys_field *f,
			    const struct image *m, uint8_t dir, uint64_t bound, unsigned depth)
{
	const struct sys_desc *of = f->of();

	bound = walk_bound(w, d, f, m, bound);
	for (size_t at = f->off; of->size && at + of->size <= (size_t)f->off + f->size;
	     at += of->size) {
		struct image inner = {0};

		if (at + of->size > m->size)
			return;
		inner.address = m->address ? m->address + at : 0;
		inner.at = m->at + at;
		inner.size = of->size;
		if (m->before && at + of->size <= m->before_size) {
			inner.before = m->before + at;
			inner.before_size = of->size;
		}
		expand(w, of, &inner, dir, bound, depth, ALL);
	}
}

static bool is_due(const struct walk *w, const struct sys_field *f, uint8_t dir)
{
	if (!w->exiting)
		return wanted_at_entry(f, dir);
	if (!wanted_at_exit(f, dir))
		return false;
	if (!w->failed)
		return f->on_error >= 0;
	return f->on_error == 1 || f->on_error == w->error || -f->on_error == w->error;
}

/* Puts on the list what the fields of @d point to, @which of them. */
static void expand(struct walk *w, const struct sys_desc *d, const struct image *m, uint8_t dir,
		   uint64_t bound, unsigned depth, enum which which)
{
	for (size_t i = 0; i < d->count; i++) {
		const struct sys_field *f = &d->field[i];
		uint8_t own;

		if (f->mem == MEM_NONE && f->kind != K_EMBED && f->kind != K_EMBEDS)
			continue;
		if (!sys_present(d, f, m->at, m->size))
			continue;
		if (f->mem == MEM_NONE) {
			expand_embedded(w, d, f, m, f->dir == SAME ? dir : f->dir, bound, depth);
			continue;
		}
		if (which != ALL && walk_length_is_pointed(f) != (which == POINTED_LENGTHS))
			continue;
		own = direction(w, d, f, m, dir);
		if (is_due(w, f, own))
			add_field(w, d, f, m, own, bound, depth);
	}
}

/* ---- reading ---- */

enum { PIECES = 64 };

/* What is to be read next for one range. */
struct piece {
	struct sys_range range[PIECES];
	size_t of[PIECES]; /* index of the range that it is for */
	size_t count;
};

static bool is_open_ended(const struct sys_range *r)
{
	return r->shape == MEM_STRING || r->shape == MEM_STRINGS;
}

/* How many bytes to ask for next: up to the end of its page at first, so that nothing
 * behind its NUL can be in the way; then as many again as there are, so that moving costs
 * no more room than a few times its length. */
static uint64_t next_step(const struct sys_range *r)
{
	uint64_t step = PAGE - (r->address + r->length) % PAGE;

	if (r->length < STRING_STEP)
		step = least_of(step, STRING_STEP);
	else if (r->length >= PAGE)
		step += r->length / PAGE * PAGE;
	return least_of(step, r->bound - r->length);
}

/* The next bytes of a string. It stays in one piece: what is not last in the arena moves
 * along to its new end. */
static bool prepare_next_bytes(struct sys_ranges *out, struct sys_range *r, struct sys_range *piece)
{
	uint64_t step = next_step(r);
	size_t used = out->arena_used;
	uint8_t *old = r->data;

	if (r->length && old + r->length == out->arena + used)
		out->arena_used -= r->length;
	r->want = r->length + (uint32_t)step;
	place(out, r, 0);
	if (r->limited || !step) {
		out->arena_used = used;
		r->data = r->length ? old : r->data;
		r->want = r->length;
		r->full = r->length + (r->limited ? 1u : 0u);
		r->settled = true;
		return false;
	}
	if (r->length && r->data != old)
		memcpy(r->data, old, r->length);
	*piece = (struct sys_range){.address = r->address + r->length,
				    .want = (uint32_t)step,
				    .data = r->data + r->length};
	return true;
}

static bool gather(struct walk *w, struct piece *p)
{
	p->count = 0;
	for (size_t i = w->done; i < w->out->count && p->count < PIECES; i++) {
		struct sys_range *r = &w->out->range[i];

		if (r->settled)
			continue;
		if (!is_open_ended(r))
			p->range[p->count] = *r;
		else if (!prepare_next_bytes(w->out, r, &p->range[p->count]))
			continue;
		p->of[p->count++] = i;
	}
	return p->count;
}

/* Where the terminator ends in what is new, or 0. */
static uint32_t terminated(const struct walk *w, const struct sys_range *r, uint32_t before)
{
	uint32_t wide = w->c->desc->wide, i = before;

	if (r->shape == MEM_STRING) {
		for (; i < r->length; i++) {
			if (!r->data[i])
				return i + 1;
		}
		return 0;
	}
	for (i -= i % wide; i + wide <= r->length; i += wide) {
		static const uint8_t null[8];

		if (memcmp(r->data + i, null, wide) == 0)
			return i + wide;
	}
	return 0;
}

static void settle_open_ended(const struct walk *w, struct sys_range *r,
			      const struct sys_range *piece)
{
	uint32_t before = r->length, end;

	r->length += piece->length;
	end = terminated(w, r, before);
	if (end) {
		r->length = end;
		r->full = end;
	} else if (piece->unreadable) {
		r->unreadable = true;
		r->full = r->length + 1u;
	} else if (r->length >= r->bound) {
		r->full = r->length;
	} else {
		return;
	}
	r->settled = true;
}

/* A struct that tells its own size: now it is known. */
static void settle_own_size(struct sys_range *r)
{
	uint64_t at = r->bound;
	uint32_t own;

	r->shape = MEM_STRUCT;
	r->bound = NO_BOUND;
	if (r->length < at + 4)
		return;
	own = (uint32_t)load(r->data, r->length, at, 4);
	if (!own)
		return;
	/* What is behind its members is a range of its own. */
	if (r->of->field[r->of->count - 1].place == PLACE_BEHIND)
		own = (uint32_t)least_of(own, r->of->size);
	r->full = own;
	r->length = (uint32_t)least_of(r->length, own);
	r->unreadable &= r->length < least_of(own, r->of->size);
}

static void settle(const struct walk *w, struct sys_range *r, const struct sys_range *piece)
{
	if (is_open_ended(r)) {
		settle_open_ended(w, r, piece);
		return;
	}
	r->length = piece->length;
	r->unreadable = piece->unreadable;
	r->settled = true;
	if (r->shape == MEM_NONE)
		settle_own_size(r);
}

static void read_new(struct walk *w)
{
	struct piece p;

	while (gather(w, &p)) {
		w->c->reader->read(w->c->reader->context, p.range, p.count);
		for (size_t i = 0; i < p.count; i++)
			settle(w, &w->out->range[p.of[i]], &p.range[i]);
	}
}

static void add_listed_strings(struct walk *w, const struct sys_range *list)
{
	uint32_t wide = w->c->desc->wide;
	const uint8_t *at = list->data;

	for (uint32_t i = 0; i + wide <= list->length; i += wide) {
		uint64_t address = load(at, list->length, i, wide);
		struct sys_range *r;

		if (!address)
			return;
		r = add_range(w, address, 0, MEM_STRING, list->dir, NULL, SYS_STRING_MAX);
		if (!r)
			return;
	}
}

static void look_into_new(struct walk *w)
{
	size_t until = w->out->count;

	for (; w->done < until; w->done++) {
		/* A copy: the list does not move, but what is put on it may change it. */
		const struct sys_range r = w->out->range[w->done];
		const struct sys_range *before;

		if (r.shape == MEM_STRINGS)
			add_listed_strings(w, &r);
		if (!r.of)
			continue;
		before = w->exiting ? walk_seen_at_entry(w, r.address, 1) : NULL;
		look_into(w, &r, r.data, r.length, before ? before->data : NULL,
			  before ? before->length : 0);
	}
}

/* All that the arguments @args of @d lead to. */
static void walk_call(struct walk *w, const struct sys_desc *d, const uint64_t *args,
		      uint64_t bound)
{
	const struct image image = {.at = (const uint8_t *)args, .size = 6 * sizeof(uint64_t)};
	bool deferred = false;

	expand(w, d, &image, IN, bound, 0, OTHER_LENGTHS);
	for (;;) {
		read_new(w);
		look_into_new(w);
		if (!deferred) {
			deferred = true;
			expand(w, d, &image, IN, bound, 0, POINTED_LENGTHS);
		}
		if (w->done == w->out->count)
			return;
	}
}

/* The call whose arguments are in memory: they are among what was read first. */
static const struct sys_desc *find_indirect(struct walk *w)
{
	const struct sys_desc *d = w->c->desc;
	const struct sys_field *array = sys_indirect_array(d);
	uint64_t address = array ? sys_value(array, w->c->args, 6 * sizeof(uint64_t)) : 0;
	const struct sys_ranges *seen = w->exiting ? w->entry : w->out;

	for (size_t i = 0; address && seen && i < seen->count; i++) {
		const struct sys_range *r = &seen->range[i];

		if (r->address == address)
			return sys_indirect(d, r->data, r->length, w->args);
	}
	return NULL;
}

static void walk(struct walk *w, uint64_t bound)
{
	const struct sys_desc *indirect;

	w->out->count = 0;
	w->out->dropped = 0;
	w->out->arena_used = 0;
	walk_call(w, w->c->desc, w->c->args, bound);
	indirect = find_indirect(w);
	if (indirect)
		walk_call(w, indirect, w->args, bound);
}

void sys_capture_entry(const struct sys_capture *c, struct sys_ranges *ret)
{
	struct walk w = {.c = c, .out = ret};

	walk(&w, NO_BOUND);
}

void sys_capture_exit(const struct sys_capture *c, const struct sys_ranges *entry, int64_t result,
		      struct sys_ranges *ret)
{
	struct walk w = {.c = c, .entry = entry, .out = ret, .exiting = true};

	w.failed = result < 0 && result >= -4095;
	w.error = w.failed ? (int)-result : 0;
	walk(&w, w.failed ? 0 : (uint64_t)result);
}
