/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which steps may change places without anybody noticing.
 *
 * Those that let go of something, in a row: who closes when the other ends have been closed, or
 * when garbage is collected, does so in the order in which these come. Signals are held back
 * meanwhile, and handlers let go of with the last that needed them.
 *
 * What is done with one entry of a directory and with the next: in which order entries are told is
 * chance, and so are the numbers of their inodes, by which some sort them. What is done with each
 * has its order.
 *
 * What a process sets of itself again and again, as a shell does its handlers when it waits for a
 * job: whether there is one to wait for then is chance.
 */
#include "compare_order.h"

#include "compare_priv.h"

#include "base/cleanup.h"
#include "base/hash.h"

#include <errno.h>
#include <string.h>

enum { ROW_MAX = 4096 }; /* steps looked at in each direction */

static bool lets_go(const struct diff_side *s, const struct diff_step *step)
{
	static const char *const calls[] = {"close", "rt_sigprocmask", "shutdown", NULL};
	const char *call = compare_call(s, step->call);

	if (step->kind != DIFF_CALL)
		return false;
	if (strcmp(call, "epoll_ctl") == 0)
		return !step->error || step->error == ENOENT;
	if (strcmp(call, "rt_sigaction") == 0)
		return !step->error && strstr(diff_step_text(s, step), ", {sa_handler=SIG_DFL");
	return !step->error && compare_is_one_of(call, calls);
}

static const struct diff_thread *thread_of(const struct diff_side *s, const struct edit *e)
{
	const struct diff_process *p = &s->processes[e->process];

	for (size_t i = 0; i < p->thread_count; i++) {
		const struct diff_thread *t = &p->threads[i];

		if (t->tid == e->tid && t->count && e->step >= t->steps &&
		    e->step < t->steps + t->count)
			return t;
	}
	return NULL;
}

/* The coarse keys of what comes before the row and behind it; 0: nothing, or it is long. */
struct row {
	uint64_t before, behind;
};

static struct row row_of(const struct diff_side *s, const struct diff_thread *t, size_t at)
{
	size_t from = at, end = at;

	while (from && at - from < ROW_MAX && lets_go(s, &t->steps[from - 1]))
		from--;
	while (end < t->count && end - at < ROW_MAX && lets_go(s, &t->steps[end]))
		end++;
	return (struct row){.before = from ? t->steps[from - 1].coarse : 0,
			    .behind = end < t->count ? t->steps[end].coarse : 0};
}

/* ---- entries of directories ---- */

/* The last component of what a step is about; NULL: it is about no path. */
static const char *name_of(const struct diff_side *s, const struct diff_step *step)
{
	const char *slash = strrchr(compare_label(s, step->object), '/');

	return slash && slash[1] ? slash + 1 : NULL;
}

static uint64_t hash_name(const char *name, size_t size)
{
	return hash_add(HASH_START, name, size) | 1;
}

/* The names in what getdents(2) has told, as the printer says it: {a b/ c}. */
static int note_entries(const char *text, struct map *ret)
{
	const char *at = strchr(text, '{');

	while (at && *at && *at != '}') {
		const char *name = at + 1;
		size_t size = strcspn(name, " }"), bare = size;

		bare -= size && name[size - 1] == '/';
		if (bare && map_put(ret, hash_name(name, bare), ret) < 0)
			return -ENOMEM;
		at = name + size;
	}
	return 0;
}

static int note_all_entries(const struct diff_side *s, const struct diff_thread *t, struct map *ret)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < t->count; i++) {
		if (strcmp(compare_call(s, t->steps[i].call), "getdents") == 0)
			r = note_entries(diff_step_text(s, &t->steps[i]), ret);
	}
	return r;
}

/* The path from the first entry of a directory on: 1/0 of tree/1/0, and of copy/1/0. NULL: it is
 * none. */
static const char *way_of(const struct diff_side *s, const struct diff_step *step,
			  const struct map *entries)
{
	const char *at = entries->count ? strchr(compare_label(s, step->object), '/') : NULL;

	for (; at; at = strchr(at, '/')) {
		at++;
		if (map_get(entries, hash_name(at, strcspn(at, "/"))))
			return at;
	}
	return NULL;
}

/* For each of these, what is done with it, in order. */
static int note_sequences(const struct diff_side *s, const struct diff_thread *t,
			  struct order_side *ret)
{
	if (note_all_entries(s, t, &ret->entries) < 0)
		return -ENOMEM;
	for (size_t i = 0; i < t->count; i++) {
		const struct diff_step *step = &t->steps[i];
		const char *way = way_of(s, step, &ret->entries);
		uint64_t key, sequence;

		if (!way)
			continue;
		key = hash_name(way, strlen(way));
		sequence = (uintptr_t)map_get(&ret->sequences, key);
		sequence = hash_add(sequence, &step->coarse, sizeof(step->coarse)) | 1;
		if (map_put(&ret->sequences, key, (void *)(uintptr_t)sequence) < 0)
			return -ENOMEM;
	}
	return 0;
}

/* ---- again and again ---- */

static int note_own(const struct diff_side *s, const struct diff_thread *t, struct map *ret)
{
	for (size_t i = 0; i < t->count; i++) {
		const uint64_t key = t->steps[i].fine;

		if (compare_is_own(compare_call(s, t->steps[i].call)) &&
		    map_put(ret, key, (void *)((uintptr_t)map_get(ret, key) + 1)) < 0)
			return -ENOMEM;
	}
	return 0;
}

static bool is_often(const struct orders *o, const struct diff_step *step)
{
	return (uintptr_t)map_get(&o->a.own, step->fine) >= OWN_OFTEN &&
	       (uintptr_t)map_get(&o->b.own, step->fine) >= OWN_OFTEN;
}

static size_t next_other(const struct orders *o, const struct diff_thread *t, size_t at)
{
	while (at < t->count && is_often(o, &t->steps[at]))
		at++;
	return at;
}

static bool are_same_otherwise(const struct orders *o, const struct diff_thread *t,
			       const struct diff_thread *u)
{
	size_t i = next_other(o, t, 0), k = next_other(o, u, 0);

	while (i < t->count && k < u->count && t->steps[i].coarse == u->steps[k].coarse) {
		i = next_other(o, t, i + 1);
		k = next_other(o, u, k + 1);
	}
	return i == t->count && k == u->count;
}

/* ---- both ---- */

static void order_side_done(struct order_side *s)
{
	map_done(&s->own);
	map_done(&s->entries);
	map_done(&s->sequences);
}

void orders_done(struct orders *o)
{
	order_side_done(&o->a);
	order_side_done(&o->b);
	*o = (struct orders){.made = false};
}

static int make(const struct comparison *c, const struct diff_thread *t,
		const struct diff_thread *u, struct orders *ret)
{
	if (ret->made)
		return 0;
	ret->made = true;
	if (note_sequences(c->a, t, &ret->a) < 0 || note_sequences(c->b, u, &ret->b) < 0 ||
	    note_own(c->a, t, &ret->a.own) < 0 || note_own(c->b, u, &ret->b.own) < 0)
		return -ENOMEM;
	ret->same_otherwise = are_same_otherwise(ret, t, u);
	return 0;
}

/* Whether this is about an entry of a directory, with which the same is done in the same order. */
static bool is_entry(const struct orders *o, const struct diff_side *b,
		     const struct diff_step *step)
{
	const char *name = name_of(b, step), *way = way_of(b, step, &o->b.entries);
	const uint64_t key = name ? hash_name(name, strlen(name)) : 0;
	const uint64_t by = way ? hash_name(way, strlen(way)) : 0;

	return name && way && map_get(&o->a.entries, key) && map_get(&o->b.entries, key) &&
	       map_get(&o->a.sequences, by) == map_get(&o->b.sequences, by);
}

static bool change_places(const struct comparison *c, const struct diff_thread *t,
			  const struct edit *a, const struct diff_thread *u, const struct edit *b)
{
	struct row x, y;

	if (!lets_go(c->a, a->step) || !lets_go(c->b, b->step))
		return false;
	x = row_of(c->a, t, (size_t)(a->step - t->steps));
	y = row_of(c->b, u, (size_t)(b->step - u->steps));
	return x.before == y.before || x.behind == y.behind;
}

int order_matters(const struct comparison *c, const struct edit *a, const struct edit *b,
		  struct orders *orders)
{
	const struct diff_thread *t = thread_of(c->a, a), *u = thread_of(c->b, b);

	if (!t || !u)
		return true;
	if (make(c, t, u, orders) < 0)
		return -ENOMEM;
	return !orders->same_otherwise && !change_places(c, t, a, u, b) &&
	       !is_entry(orders, c->b, b->step);
}
