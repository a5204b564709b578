/* SPDX-License-Identifier: Apache-2.0 */
/* Calls that change what is mapped. Lengths are told in bytes, but whole pages are meant. */
#include "state_priv.h"

#include "sys/table.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	PAGE = 4096,
	TYPE = 0xf,
	PRIVATE = 2,
	FIXED = 0x10,
	ANONYMOUS = 0x20,
	PROTECTIONS = 7,
	READ = 1,
	WRITE = 2,
	EXECUTE = 4,
	DONT_UNMAP = 4,
	DONT_FORK = 10,
	DO_FORK = 11,
	SHM_READ_ONLY = 010000,
	SHM_EXECUTE = 0100000,
};

/* As the kernel: what overflows is as small as it gets. */
static uint64_t pages(uint64_t size)
{
	return (size + PAGE - 1) & ~(uint64_t)(PAGE - 1);
}

static uint64_t end_of(uint64_t start, uint64_t size)
{
	return start + pages(size) >= start ? start + pages(size) : start;
}

/* ---- mmap ---- */

static effect_fn apply_unmap, apply_remap;

static bool takes_from(const struct state *s, const struct effect *f, const struct mm *mm,
		       const struct mapping *m)
{
	const uint64_t *n = f->numbers;
	bool moves = f->apply == apply_remap;
	const struct task *t = moves || f->apply == apply_unmap ? task_find(s, f->tid) : NULL;
	uint64_t start = moves && n[0] == n[2] ? end_of(n[0], n[3]) : n[0];
	uint64_t end = moves ? end_of(n[0], n[1]) : n[1];

	return t && t->proc->mm == mm && start < end && start < m->end && m->start < end;
}

/*
 * The kernel puts nothing where something is, unless it is told to. So what another thread is
 * about to take away is gone, although its munmap(2) is seen to come back only later: it would
 * take away what came there since.
 */
static int hurry_unmaps(struct state *s, struct mm *mm, const struct mapping *m)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < s->queued; i++) {
		if (takes_from(s, s->queue[i], mm, m))
			r = effect_hurry(s, s->queue[i]);
	}
	return r;
}

/* numbers: address, length, offset; last: whether it takes the place of what is there */
static int apply_map(struct state *s, struct task *t, struct effect *f)
{
	struct mapping m = {.start = f->numbers[0],
			    .end = end_of(f->numbers[0], f->numbers[1]),
			    .offset = f->numbers[2],
			    .file = f->file,
			    .prot = f->first & PROTECTIONS,
			    .shared = f->flags};
	int r = f->last ? 0 : hurry_unmaps(s, t->proc->mm, &m);

	return r < 0 ? r : mm_map(s, t->proc->mm, &m);
}

/* What is shared with children only is a file without a name, to the kernel. */
static struct file *anonymous(struct call *c, bool shared)
{
	static const char text[] = "/dev/zero";
	struct file *f = shared ? file_new(c->s, STATE_NAMED, text, sizeof(text) - 1) : NULL;

	if (f)
		f->is.deleted = true;
	return f;
}

/* One that is not known has no text. */
static struct file *mapped(struct call *c, int32_t fd)
{
	struct file *f = call_file(c, fd);

	return f ? file_ref(f) : file_new(c->s, STATE_NAMED, NULL, 0);
}

static int map(struct call *c, uint64_t unit)
{
	uint32_t flags = (uint32_t)c->args[3];
	bool shared = (flags & TYPE) != PRIVATE;

	c->effect.numbers[0] = c->wide == 4 ? (uint32_t)c->e->call.ret : (uint64_t)c->e->call.ret;
	c->effect.numbers[1] = c->args[1];
	c->effect.numbers[2] = flags & ANONYMOUS ? 0 : c->args[5] * unit;
	c->effect.first = (uint32_t)c->args[2];
	c->effect.last = flags & FIXED;
	c->effect.flags = shared;
	c->effect.file = flags & ANONYMOUS ? anonymous(c, shared) : mapped(c, (int32_t)c->args[4]);
	c->effect.apply = apply_map;
	return 0;
}

static int begin_mmap(struct call *c)
{
	return map(c, 1);
}

static int begin_mmap2(struct call *c)
{
	return map(c, PAGE);
}

/* ---- the others ---- */

static int apply_unmap(struct state *s, struct task *t, struct effect *f)
{
	return mm_unmap(s, t->proc->mm, f->numbers[0], f->numbers[1]);
}

static int begin_munmap(struct call *c)
{
	c->effect.numbers[0] = c->args[0];
	c->effect.numbers[1] = end_of(c->args[0], c->args[1]);
	c->effect.apply = apply_unmap;
	return 0;
}

static int apply_protect(struct state *s, struct task *t, struct effect *f)
{
	return mm_protect(s, t->proc->mm, f->numbers[0], f->numbers[1], f->first & PROTECTIONS);
}

static int begin_mprotect(struct call *c)
{
	c->effect.numbers[0] = c->args[0];
	c->effect.numbers[1] = end_of(c->args[0], c->args[1]);
	c->effect.first = (uint32_t)c->args[2];
	c->effect.apply = apply_protect;
	return 0;
}

static int apply_advice(struct state *s, struct task *t, struct effect *f)
{
	return mm_set_stays(s, t->proc->mm, f->numbers[0], f->numbers[1], f->first == DONT_FORK);
}

/* Of all that a program can advise this alone changes what there is, later. */
static int begin_madvise(struct call *c)
{
	c->effect.numbers[0] = c->args[0];
	c->effect.numbers[1] = end_of(c->args[0], c->args[1]);
	c->effect.first = (uint32_t)c->args[2];
	if (c->effect.first == DONT_FORK || c->effect.first == DO_FORK)
		c->effect.apply = apply_advice;
	return 0;
}

/* Moves what is there to another place and length. What is longer goes on as the last part. */
static int move_part(struct state *s, struct mm *mm, const struct mapping *from, uint64_t old,
		     uint64_t new, uint64_t length)
{
	struct mapping m = *from;
	uint64_t skipped = old > m.start ? old - m.start : 0;

	m.start = new + (m.start + skipped - old);
	m.end = new + length;
	m.offset += m.file ? skipped : 0;
	return mm_map(s, mm, &m);
}

/* What stays where it is keeps its parts: only its end is another. */
static int resize(struct state *s, struct mm *mm, uint64_t start, uint64_t old_end,
		  uint64_t new_end)
{
	const struct mapping *last = old_end > start ? mm_find(mm, old_end - 1) : NULL;
	struct mapping more;
	int r;

	if (new_end <= old_end || !last)
		return mm_unmap(s, mm, new_end, old_end);
	more = *last;
	more.offset += more.file ? old_end - last->start : 0;
	more.start = old_end;
	more.end = new_end;
	file_ref(more.file);
	r = mm_map(s, mm, &more);
	file_unref(s, more.file);
	return r;
}

/* numbers: old address, old length, new address, new length, flags */
static int apply_remap(struct state *s, struct task *t, struct effect *f)
{
	const uint64_t *n = f->numbers;
	struct mm *mm = t->proc->mm;
	uint64_t old_end = end_of(n[0], n[1]), new_length = pages(n[3]);
	const struct mapping *from = mm_find(mm, n[0]);
	struct mapping kept = from ? *from : (struct mapping){0};
	int r = 0;

	if (n[0] == n[2])
		return resize(s, mm, n[0], old_end, end_of(n[0], new_length));
	file_ref(kept.file);
	/* One without a length stays, and is mapped once more. */
	if (n[1] && !(n[4] & DONT_UNMAP))
		r = mm_unmap(s, mm, n[0], old_end);
	if (r == 0 && from && new_length <= UINT64_MAX - n[2])
		r = move_part(s, mm, &kept, n[0], n[2], new_length);
	else if (r == 0 && !from)
		r = mm_unmap(s, mm, n[2], end_of(n[2], new_length));
	file_unref(s, kept.file);
	return r;
}

static int begin_mremap(struct call *c)
{
	uint64_t ret = c->wide == 4 ? (uint32_t)c->e->call.ret : (uint64_t)c->e->call.ret;
	const uint64_t numbers[] = {c->args[0], c->args[1], ret, c->args[2], c->args[3]};

	memcpy(c->effect.numbers, numbers, sizeof(numbers));
	c->effect.apply = apply_remap;
	return 0;
}

static int apply_brk(struct state *s, struct task *t, struct effect *f)
{
	struct mm *mm = t->proc->mm;
	uint64_t from = pages(mm->brk), to = pages(f->numbers[0]);
	struct mapping m = {.start = from, .end = to, .file = s->heap, .prot = READ | WRITE};
	bool known = mm->brk_known;

	mm->brk = f->numbers[0];
	mm->brk_known = true;
	if (!known || from == to)
		return 0;
	return from < to ? mm_map(s, mm, &m) : mm_unmap(s, mm, to, from);
}

static int begin_brk(struct call *c)
{
	c->effect.numbers[0] = c->wide == 4 ? (uint32_t)c->e->call.ret : (uint64_t)c->e->call.ret;
	c->effect.apply = apply_brk;
	return 0;
}

/* ---- System V shared memory ---- */

struct segment {
	uint64_t size;
	uint32_t key;
};

void segments_done(struct state *s)
{
	struct segment *x;
	size_t at = 0;

	while ((x = map_next(&s->segments, &at)))
		free(x);
	map_done(&s->segments);
}

static int apply_segment(struct state *s, struct task *t, struct effect *f)
{
	struct segment *x = map_get(&s->segments, f->first);

	(void)t;
	if (!x && s->segments.count >= STATE_SEGMENTS_MAX)
		return 0;
	if (!x)
		x = calloc(1, sizeof(*x));
	if (!x)
		return -ENOMEM;
	if (map_put(&s->segments, f->first, x) < 0) {
		free(x);
		return -ENOMEM;
	}
	/* One that is only looked up may be given less than it has. */
	if (f->numbers[0] > x->size)
		x->size = f->numbers[0];
	x->key = f->flags;
	return 0;
}

static int begin_shmget(struct call *c)
{
	c->effect.first = (uint32_t)c->e->call.ret;
	c->effect.flags = (uint32_t)c->args[0];
	c->effect.numbers[0] = c->args[1];
	c->effect.apply = apply_segment;
	return 0;
}

static int begin_shmat(struct call *c)
{
	const struct segment *x = map_get(&c->s->segments, (uint32_t)c->args[0]);
	uint32_t flags = (uint32_t)c->args[2];
	char text[32];
	int length;

	if (!x || c->wide == 4)
		return 0;
	length = snprintf(text, sizeof(text), "/SYSV%08x", x->key);
	c->effect.numbers[0] = (uint64_t)c->e->call.ret;
	c->effect.numbers[1] = x->size;
	c->effect.first =
		READ | (flags & SHM_READ_ONLY ? 0 : WRITE) | (flags & SHM_EXECUTE ? EXECUTE : 0);
	c->effect.flags = true;
	c->effect.file = file_new(c->s, STATE_NAMED, text, (size_t)length);
	if (c->effect.file)
		c->effect.file->is.deleted = true;
	c->effect.apply = apply_map;
	return 0;
}

/* All of the segment that begins there. */
static int apply_detach(struct state *s, struct task *t, struct effect *f)
{
	const struct mapping *m = mm_find(t->proc->mm, f->numbers[0]);

	return m ? mm_unmap(s, t->proc->mm, m->start, m->end) : 0;
}

static int begin_shmdt(struct call *c)
{
	c->effect.numbers[0] = c->args[0];
	c->effect.apply = apply_detach;
	return 0;
}

const struct call_kind calls_map[] = {
	{"mmap", begin_mmap, .part = STATE_MAPS},
	{"mmap2", begin_mmap2, .part = STATE_MAPS},
	{"munmap", begin_munmap, .part = STATE_MAPS},
	{"mprotect", begin_mprotect, .part = STATE_MAPS},
	{"pkey_mprotect", begin_mprotect, .part = STATE_MAPS},
	{"madvise", begin_madvise, .part = STATE_MAPS},
	{"mremap", begin_mremap, .part = STATE_MAPS},
	{"brk", begin_brk, .part = STATE_MAPS},
	{"shmget", begin_shmget, .part = STATE_MAPS},
	{"shmat", begin_shmat, .part = STATE_MAPS},
	{"shmdt", begin_shmdt, .part = STATE_MAPS},
	{0},
};
