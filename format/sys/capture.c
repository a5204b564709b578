/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The list of ranges is its own work queue: what the arguments name is put on it,
 * all that is new is read with one call of the reader, what the structs in it name is
 * put behind, and so on until nothing is new. Strings and lists of strings, whose
 * length is not known, take more than one read, each up to the end of a page.
 */
#include "capture.h"

#include "table.h"

#include <string.h>

enum {
	PAGE = 4096,
	STRING_STEP = 256,
	OTHER_BYTES_MAX = 64 << 10, /* bytes that are no payload: records, masks */
	RESERVE = 64 << 10,         /* of the arena, not for payload */
	IOV_COUNT_MAX = 1024,       /* UIO_MAXIOV */
	IOC_SIZE_SHIFT = 16,
	IOC_SIZE_MASK = 0x3fff,
	IOC_WRITE = 1 << 30,
};
#define IOC_READ (1u << 31)
#define NO_BOUND UINT64_MAX

struct walk {
	const struct sys_capture *c;
	const struct sys_ranges *entry; /* at exit: what the entry saw, may be NULL */
	struct sys_ranges *out;
	bool exiting, failed;
	int error; /* errno of a failed call */
	size_t done;      /* ranges that are read and looked into */
	uint64_t args[6]; /* of an indirect call */
};

/* A struct (or the six arguments) and, at the exit, how it was at the entry. */
struct image {
	const uint8_t *at, *before;
	size_t size, before_size;
};

/* ---- what a description asks for ---- */

static bool holds_pointers(const struct sys_desc *of)
{
	for (size_t i = 0; of && i < of->count; i++) {
		const struct sys_field *f = &of->field[i];

		if (f->mem != MEM_NONE)
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

static uint64_t most(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
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
	full = most(full, UINT64_MAX - address);
	r = &out->range[out->count++];
	*r = (struct sys_range){.address = address,
				.full = full,
				.want = (uint32_t)most(full, UINT32_MAX),
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
	r->want = (uint32_t)most(r->want, limit);
	place(w->out, r, payload ? RESERVE : 0);
}

/* What the entry saw at @address, or NULL. */
static const struct sys_range *seen_at_entry(const struct walk *w, uint64_t address, size_t size)
{
	for (size_t i = 0; w->entry && i < w->entry->count; i++) {
		const struct sys_range *r = &w->entry->range[i];

		if (r->address == address && r->length >= size)
			return r;
	}
	return NULL;
}

/* ---- lengths ---- */

static uint32_t load_u32(const uint8_t *at)
{
	return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 |
	       (uint32_t)at[3] << 24;
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
		value = most(value, not_negative(l, sys_value(l, m->before, m->before_size)));
	return value;
}

/* What the sibling points to: a count of bytes, read before. */
static uint64_t pointed_length(const struct walk *w, const struct sys_desc *d,
			       const struct sys_field *f, const struct image *m)
{
	const struct sys_field *l = sys_sibling(d, f->len_off);
	uint64_t address = l ? sys_value(l, m->at, m->size) : 0, value = NO_BOUND;
	const struct sys_range *before = seen_at_entry(w, address, 4);

	for (size_t i = 0; address && i < w->out->count; i++) {
		const struct sys_range *r = &w->out->range[i];

		if (r->address == address && r->length >= 4)
			value = load_u32(r->data);
	}
	if (before)
		value = most(value, load_u32(before->data));
	return value == NO_BOUND ? 0 : value;
}

/* Bytes for MEM_BYTES, MEM_STRUCT and MEM_STRING, elements for the others. */
static uint64_t length_of(const struct walk *w, const struct sys_desc *d, const struct sys_field *f,
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
	default:
		n = sibling_value(w, d, f, m);
	}
	switch ((enum sys_len)f->len) {
	case LEN_BITS:
		n = n > f->len_const ? n - f->len_const : 0;
		return (most(n, UINT32_MAX) + 8u * d->wide - 1) / (8u * d->wide) * d->wide;
	case LEN_PRODUCT:
		return most(n, UINT32_MAX) * f->len_const + f->len_extra;
	case LEN_IOC:
		return n >> IOC_SIZE_SHIFT & IOC_SIZE_MASK;
	case LEN_PAGES:
		return n / PAGE + (n % PAGE != 0);
	default:
		return most(n, UINT64_MAX - f->len_extra) + f->len_extra;
	}
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
		uint64_t length = most(sys_value(len, element, iovec->size), bound);

		if (address)
			add_bytes(w, address, length, true);
		if (bound != NO_BOUND)
			bound -= length;
	}
}

/* Looks into a struct or array whose bytes are known. */
static void look_into(struct walk *w, const struct sys_range *r, const uint8_t *at, size_t size,
		      const uint8_t *before, size_t before_size)
{
	size_t each = r->of->size;

	if (r->shape == MEM_IOV) {
		if (r->dir & (w->exiting ? OUT : IN))
			add_iovec_data(w, r->of, at, size, r->bound);
		return;
	}
	for (size_t i = 0; i * each < size; i++) {
		size_t here = most(size - i * each, each);
		struct image m = {at + i * each, NULL, here, 0};

		if (before && before_size >= i * each + here) {
			m.before = before + i * each;
			m.before_size = here;
		}
		expand(w, r->of, &m, r->dir, r->bound, r->depth + 1u, ALL);
	}
}

/* At the exit a struct that the kernel only read is as the entry saw it. */
static void look_into_entry(struct walk *w, const struct sys_range *like, uint64_t size)
{
	const struct sys_range *seen = seen_at_entry(w, like->address, 1);

	if (seen)
		look_into(w, like, seen->data, (size_t)most(size, seen->length), NULL, 0);
}

static void add_elements(struct walk *w, const struct sys_field *f, uint64_t address, uint64_t n,
			 uint8_t dir, uint64_t bound, unsigned depth)
{
	const struct sys_desc *of = f->of();
	uint64_t size =
		f->mem == MEM_STRUCT
			? n
			: most(n, f->mem == MEM_IOV ? IOV_COUNT_MAX : UINT32_MAX) * of->size;
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
	r->want = (uint32_t)most(r->full, OTHER_BYTES_MAX);
	/* What a struct's own size field says is known only when it is here. */
	if (f->len == LEN_SELF) {
		r->shape = MEM_NONE;
		r->bound = f->len_const;
	}
	place(w->out, r, 0);
}

static void add_open_ended(struct walk *w, const struct sys_desc *d, const struct sys_field *f,
			   const struct image *m, uint8_t dir)
{
	uint64_t limit = f->kind == K_PATH ? SYS_PATH_MAX : SYS_STRING_MAX;

	if (f->mem == MEM_STRINGS)
		limit = SYS_STRINGS_MAX * sizeof(uint64_t);
	else if (f->len != LEN_NONE)
		limit = most(limit, length_of(w, d, f, m));
	if (limit)
		add_range(w, sys_value(f, m->at, m->size), 0, f->mem, dir, NULL, limit);
}

static void add_field(struct walk *w, const struct sys_desc *d, const struct sys_field *f,
		      const struct image *m, uint8_t dir, uint64_t bound, unsigned depth)
{
	uint64_t address = sys_value(f, m->at, m->size), n;

	if (!address || depth >= SYS_DEPTH_MAX)
		return;
	if (f->mem == MEM_STRING || f->mem == MEM_STRINGS) {
		add_open_ended(w, d, f, m, dir);
		return;
	}
	n = length_of(w, d, f, m);
	if (f->by_ret && f->mem == MEM_STRUCT)
		n = bound ? n : 0;
	else if (f->by_ret == 2 && bound != NO_BOUND && bound > n)
		n = 0;
	else if (f->by_ret && f->mem != MEM_IOV)
		n = most(n, bound < NO_BOUND ? bound + f->len_extra : bound);
	if (has_elements(f))
		add_elements(w, f, address, n, dir, bound, depth);
	else
		add_bytes(w, address, n, is_payload(f));
}

static uint8_t direction(const struct sys_desc *d, const struct sys_field *f, const struct image *m,
			 uint8_t dir)
{
	const struct sys_field *request;
	uint64_t value;

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
	const struct sys_field *own;

	if (f->ret_off1 && w->exiting) {
		own = sys_sibling(d, (uint16_t)(f->ret_off1 - 1));
		bound = own ? sys_value(own, m->at, m->size) : bound;
	}
	for (size_t at = f->off; of->size && at + of->size <= (size_t)f->off + f->size;
	     at += of->size) {
		struct image inner = {0};

		if (at + of->size > m->size)
			return;
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
		own = direction(d, f, m, dir);
		if ((which == ALL || (f->len == LEN_DEREF) == (which == POINTED_LENGTHS)) &&
		    is_due(w, f, own))
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
		step = most(step, STRING_STEP);
	else if (r->length >= PAGE)
		step += r->length / PAGE * PAGE;
	return most(step, r->bound - r->length);
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
	own = load_u32(r->data + at);
	if (!own)
		return;
	r->full = own;
	r->length = (uint32_t)most(r->length, own);
	r->unreadable &= r->length < most(own, r->of->size);
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
		uint64_t address = load_u32(at + i);
		struct sys_range *r;

		if (wide == 8)
			address |= (uint64_t)load_u32(at + i + 4) << 32;
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
		before = w->exiting ? seen_at_entry(w, r.address, 1) : NULL;
		look_into(w, &r, r.data, r.length, before ? before->data : NULL,
			  before ? before->length : 0);
	}
}

/* All that the arguments @args of @d lead to. */
static void walk_call(struct walk *w, const struct sys_desc *d, const uint64_t *args,
		      uint64_t bound)
{
	const struct image image = {(const uint8_t *)args, NULL, 6 * sizeof(uint64_t), 0};
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
