/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How often which call was made about what. Counts of steps that are new or gone complete the
 * findings that there are of them; other counts are findings only when they have moved by more
 * than a loop that goes round once more or less.
 */
#include "compare_pool.h"
#include "compare_priv.h"
#include "tally.h"

#include "base/cleanup.h"
#include "base/hash.h"
#include "sys/names.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* How far a count may move without being a finding: so many, and so many times. Chunks that go
 * through pipes and sockets are cut by chance, those of files by the program. */
struct tolerance {
	uint64_t calls;
	double times;
};

static const struct tolerance tolerances[] = {
	[DIFF_FILE] = {2, 1.1},   [DIFF_NEW_FILE] = {2, 1.1}, [DIFF_PEER] = {16, 4},
	[DIFF_CHANNEL] = {16, 4}, [DIFF_ANONYMOUS] = {16, 4}, [DIFF_PROCESS] = {4, 1.5},
};
static const struct tolerance of_nothing = {2, 1.1};
enum { ENDS_WITH = 4 }; /* calls about one thing that a process makes at its end */
/* What the kernel tells of the moment is looked at as often as there is time for it. */
static const struct tolerance of_moments = {16, 4};
/* When several threads make what is moved, one takes as much at a time as is ready. */
static const struct tolerance of_threads = {16, 2};

static bool moves_bytes(const char *call)
{
	static const char *const moving[] = {"read",     "write",  "pread64",         "pwrite64",
					     "sendfile", "splice", "copy_file_range", NULL};

	return compare_is_one_of(call, moving);
}

static bool tells_the_moment(const char *label)
{
	return strncmp(label, "/proc/", 6) == 0 || strncmp(label, "/sys/fs/cgroup/", 15) == 0;
}

static bool has_threads(const struct diff_side *s, const uint32_t *processes, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (s->processes[processes[i]].thread_count > 1)
			return true;
	}
	return false;
}

static const struct tolerance *tolerance_of(const struct comparison *c, uint32_t node,
					    const struct diff_side *s, const struct tally *t)
{
	const struct match_node *n = &c->match.nodes[node];
	const struct tolerance *of_kind;

	/* Another try that fails is one more, whatever it is about. */
	if (!t->object_at || t->error)
		return &of_nothing;
	of_kind = &tolerances[s->objects[t->object_at].kind];
	if (tells_the_moment(compare_label(s, t->object_at)))
		return &of_moments;
	if (of_kind->calls < of_threads.calls && moves_bytes(compare_call(s, t->call_at)) &&
	    has_threads(c->a, n->a, n->a_count) && has_threads(c->b, n->b, n->b_count))
		return &of_threads;
	return of_kind;
}

/* @untimely: members of a heap that were not left the time to end as the others did. */
static bool is_within(const struct tolerance *x, uint64_t untimely, uint64_t a, uint64_t b)
{
	const uint64_t more = a > b ? a : b, less = a > b ? b : a;

	return more - less <= x->calls + untimely * ENDS_WITH ||
	       (double)more <= (double)less * x->times;
}

/* The finding that there is about this already. */
static struct finding *known(const struct comparison *c, uint32_t node, const struct tally *t,
			     bool is_new)
{
	static const enum finding_kind kinds[][2] = {{FIND_PATH_GONE, FIND_PATH_NEW},
						     {FIND_PEER_GONE, FIND_PEER_NEW}};

	for (size_t i = 0; t->object && i < ARRAY_SIZE(kinds); i++) {
		struct finding *f = findings_find(&c->found, kinds[i][is_new], node, t->object);

		if (f)
			return f;
	}
	return NULL;
}

/* A made up name is of no help to whoever looks for the file. */
static int note_name(const struct diff_side *s, const struct diff_object *o, struct finding *f)
{
	const char *name = s->texts + o->name, *slash = strrchr(name, '/');

	if (o->kind != DIFF_NEW_FILE || f->note)
		return 0;
	return asprintf(&f->note, "it is %s", slash ? slash + 1 : name) < 0 ? -ENOMEM : 0;
}

static int add(struct comparison *c, uint32_t node, const struct tally *t, int side, uint64_t a,
	       uint64_t b)
{
	const struct diff_side *s = side == SIDE_B ? c->b : c->a;
	const char *label = compare_label(s, t->object_at), *error = sys_errno_name(t->error);
	cleanup_done(buf_done) struct buf subject = {0};
	const uint64_t detail[] = {t->call, t->object, t->error};
	struct compare_new x = {.kind = FIND_COUNT, .node = node, .what = t->object};
	struct finding *f;
	int failed = 0;

	buf_str(&subject, compare_call(s, t->call_at));
	if (*label)
		buf_printf(&subject, " %s", label);
	if (t->error)
		buf_printf(&subject, " (%s)", error ? error : "another error");
	x.subject = buf_text(&subject);
	x.detail = hash_add(HASH_START, detail, sizeof(detail));
	x.shape = hash_add(finding_shape(label), detail, sizeof(detail[0]));
	f = compare_add(c, &x, &failed);
	if (f) {
		f->a.count = a;
		f->b.count = b;
		if (t->object_at && note_name(s, &s->objects[t->object_at], f) < 0)
			failed = -ENOMEM;
	}
	return buf_error(&subject) ? -ENOMEM : failed;
}

static int compare_one(struct comparison *c, uint32_t node, const struct tally *a,
		       const struct tally *b)
{
	const struct tally *any = b ? b : a;
	const int side = b ? SIDE_B : SIDE_A;
	const uint64_t x = a ? a->calls : 0, y = b ? b->calls : 0;

	if (x == y || any->noise || any->error == EAGAIN || any->error == EINTR)
		return 0;
	if ((!x || !y) && known(c, node, any, !x))
		return 0;
	if (x && y && compare_is_own(compare_call(side == SIDE_B ? c->b : c->a, any->call_at)))
		return 0;
	if (is_within(tolerance_of(c, node, side == SIDE_B ? c->b : c->a, any),
		      pool_untimely_ends(c, node), x, y) ||
	    compare_of_spare_thread(c, node,
				    compare_call(side == SIDE_B ? c->b : c->a, any->call_at)) ||
	    pool_count_by_chance(c, node,
				 compare_call(side == SIDE_B ? c->b : c->a, any->call_at)) ||
	    compare_of_stranger(c, node,
				compare_label(side == SIDE_B ? c->b : c->a, any->object_at)))
		return 0;
	return add(c, node, any, side, x, y);
}

/* The linker's index: what is found in it is told by itself. */
static bool is_index(const char *label)
{
	return strcmp(label, "/etc/ld.so.cache") == 0;
}

/* Findings about a step tell how often that call was made in all, not how often it was seen to
 * differ. */
static bool tells_total(const struct finding *f)
{
	const struct finding_place *p = f->b.step ? &f->b : &f->a;

	return p->step && (f->kind == FIND_CALL_NEW || f->kind == FIND_CALL_GONE);
}

/* A call that fails once more than before may be one that went well. */
static bool may_have_been_ok(const struct finding *f)
{
	return f->kind == FIND_FAILS && !f->was && f->b.step;
}

/* Of calls that are steps it has been looked which is which: what went well as often as before is
 * not the one that fails. */
static bool was_ok(const struct finding *f, const struct tally_total *total)
{
	return f->b.step->marks & DIFF_FAILED_ONLY ? total->a != 0 : total->a > total->b;
}

/* A call that is new here but was made before has a count that has moved, no more. */
static void complete_calls(struct comparison *c, struct finding *f, const struct tally_total *total)
{
	const struct finding_place *p = f->b.step ? &f->b : &f->a;
	const struct diff_side *s = f->b.step ? c->b : c->a;
	const char *label = compare_label(s, p->step->object);

	f->a.count = total->a;
	f->b.count = total->b;
	if (f->a.count && f->b.count &&
	    (is_index(label) ||
	     (tells_the_moment(label) && is_within(&of_moments, 0, f->a.count, f->b.count))))
		f->weight = FINDING_NOISE;
	if (compare_own_again(c, f->node, f->b.step ? SIDE_A : SIDE_B, s, p->step))
		f->weight = FINDING_NOISE;
}

static int complete(struct comparison *c, struct finding *f, const struct tally_total *total)
{
	if (tells_total(f)) {
		complete_calls(c, f, total);
		return 0;
	}
	if (!was_ok(f, total))
		return 0;
	f->was = strdup("ok");
	return f->was ? 0 : -ENOMEM;
}

static struct tally_total total_of(const struct comparison *c, const struct finding *f)
{
	const struct diff_side *s = f->b.step ? c->b : c->a;
	const struct diff_step *step = f->b.step ? f->b.step : f->a.step;

	return (struct tally_total){.call = tally_call(compare_call(s, step->call)),
				    .object = f->what,
				    .error = tells_total(f) ? step->error : 0};
}

static bool is_completed(const struct finding *f, uint32_t node)
{
	return f->node == node && (tells_total(f) || may_have_been_ok(f));
}

/* Where the findings of the node begin: they were the last to come, but for those of no node. */
static size_t first_finding(const struct comparison *c, uint32_t node)
{
	size_t first = c->found.count;

	while (first && (c->found.at[first - 1].node == node || !c->found.at[first - 1].node))
		first--;
	return first;
}

static int complete_all(struct comparison *c, uint32_t node)
{
	const size_t first = first_finding(c, node);
	cleanup_free struct tally_total *totals =
		calloc(c->found.count - first + 1, sizeof(*totals));
	size_t n = 0;
	int r = totals ? 0 : -ENOMEM;

	for (size_t i = first; r == 0 && i < c->found.count; i++) {
		if (is_completed(&c->found.at[i], node))
			totals[n++] = total_of(c, &c->found.at[i]);
	}
	if (r == 0)
		r = tally_totals(c, node, totals, n);
	n = 0;
	for (size_t i = first; r == 0 && i < c->found.count; i++) {
		if (is_completed(&c->found.at[i], node))
			r = complete(c, &c->found.at[i], &totals[n++]);
	}
	return r;
}

static uint64_t hash_of(const struct diff_side *s, uint32_t object)
{
	return object ? s->objects[object].hash : 0;
}

static bool are_equal_counts(const struct comparison *c, const struct diff_process *p,
			     const struct diff_process *q)
{
	if (p->count_count != q->count_count)
		return false;
	for (size_t i = 0; i < p->count_count; i++) {
		const struct diff_count *x = &p->counts[i], *y = &q->counts[i];

		if (x->calls != y->calls || x->error != y->error ||
		    hash_of(c->a, x->object) != hash_of(c->b, y->object) ||
		    strcmp(compare_call(c->a, x->call), compare_call(c->b, y->call)) != 0)
			return false;
	}
	return true;
}

/* Processes that counted the same in the same order, of which nothing has been found: what the
 * long way would come to, without sorting. */
static bool are_plainly_equal(const struct comparison *c, uint32_t node)
{
	const struct match_node *n = &c->match.nodes[node];

	for (size_t f = c->found.count; f-- > 0;) {
		if (c->found.at[f].node == node)
			return false;
		if (c->found.at[f].node)
			break;
	}
	for (size_t i = 0; n->a_count == n->b_count && i < n->a_count; i++) {
		if (!are_equal_counts(c, &c->a->processes[n->a[i]], &c->b->processes[n->b[i]]))
			return false;
	}
	return n->a_count == n->b_count;
}

static int compare_differing(struct comparison *c, uint32_t node)
{
	cleanup_done(tallies_done) struct tallies t = {0};
	size_t i = 0, k = 0;
	int r = complete_all(c, node);

	if (r == 0)
		r = tallies_make(c, node, &t);
	while (r == 0 && (i < t.a_count || k < t.b_count)) {
		int order = i == t.a_count   ? 1
			    : k == t.b_count ? -1
					     : tally_order(&t.a[i], &t.b[k]);

		r = compare_one(c, node, order <= 0 ? &t.a[i] : NULL, order >= 0 ? &t.b[k] : NULL);
		i += order <= 0;
		k += order >= 0;
	}
	return r;
}

int compare_node_counts(struct comparison *c, uint32_t node)
{
	return are_plainly_equal(c, node) ? 0 : compare_differing(c, node);
}
