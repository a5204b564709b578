/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a process was given (environment, executable, arguments), how it ended, and processes
 * that there are on one side only. What a child inherits of the same kind is one finding with its
 * parent's: a variable that is another one is told once, not for each process.
 */
#include "compare_pool.h"
#include "compare_priv.h"
#include "rules.h"

#include "base/cleanup.h"
#include "base/hash.h"
#include "sys/names.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct diff_process *first_of(const struct diff_side *s, const uint32_t *processes)
{
	return &s->processes[processes[0]];
}

static void place_both(struct comparison *c, const struct match_node *n, struct finding *f)
{
	if (n->a_count)
		f->a = compare_place_of(c->a, n->a[0]);
	if (n->b_count)
		f->b = compare_place_of(c->b, n->b[0]);
}

/* ---- environment ---- */

/* A variable: what is before the = of a string, and what is behind. */
struct variable {
	const char *name, *value; /* value NULL: there is no = */
	size_t name_size;
};

static int compare_variables(const void *a, const void *b)
{
	const struct variable *x = a, *y = b;
	const size_t n = x->name_size < y->name_size ? x->name_size : y->name_size;
	const int r = memcmp(x->name, y->name, n);

	return r ? r : (x->name_size > y->name_size) - (x->name_size < y->name_size);
}

static struct variable *variables(const struct diff_process *p, size_t *ret_count)
{
	const char *at = p->environment ? (const char *)p->environment : "";
	const char *end = at + p->environment_size;
	struct variable *ret;
	size_t n = 0;

	for (const char *k = at; k < end; k += strnlen(k, (size_t)(end - k)) + 1)
		n++;
	ret = calloc(n + 1, sizeof(*ret));
	n = 0;
	while (ret && at < end) {
		const size_t size = strnlen(at, (size_t)(end - at));
		const char *equal = memchr(at, '=', size);

		/* The last one may have been cut. */
		if (at + size == end)
			break;
		ret[n++] = (struct variable){at, equal ? equal + 1 : NULL,
					     equal ? (size_t)(equal - at) : size};
		at += size + 1;
	}
	if (ret)
		qsort(ret, n, sizeof(*ret), compare_variables);
	*ret_count = n;
	return ret;
}

/* What every session, job or shell has another value of, and programs do not go by. */
static bool is_of_session(const char *name)
{
	static const char *const names[] = {"_",
					    "SHLVL",
					    "OLDPWD",
					    "WINDOWID",
					    "SSH_CLIENT",
					    "SSH_TTY",
					    "SSH_CONNECTION",
					    "SSH_AUTH_SOCK",
					    "GPG_TTY",
					    "COLUMNS",
					    "LINES",
					    "DBUS_SESSION_BUS_ADDRESS",
					    "TMUX",
					    "TMUX_PANE",
					    "STY",
					    "XDG_SESSION_ID",
					    "XDG_VTNR",
					    "INVOCATION_ID",
					    "JOURNAL_STREAM",
					    "SYSTEMD_EXEC_PID",
					    "MAKEFLAGS",
					    "MAKELEVEL",
					    "MFLAGS",
					    NULL};
	static const char *const families[] = {"GITHUB_", "RUNNER_",    "CI_JOB_", "CI_PIPELINE_",
					       "BUILD_",  "BUILDKITE_", "CIRCLE_", "TRAVIS_"};

	if (compare_is_one_of(name, names))
		return true;
	for (size_t i = 0; i < ARRAY_SIZE(families); i++) {
		if (strncmp(families[i], name, strlen(families[i])) == 0)
			return true;
	}
	return false;
}

/* Where a run has its place. That it is another is seen in paths, if it is of any use; most often
 * it is none, and what was changed on purpose comes first. */
static bool is_place(const char *name)
{
	static const char *const names[] = {"PWD", "HOME", "TMPDIR", NULL};

	return compare_is_one_of(name, names);
}

/* The value in canonical form: what is below the directories in which a run has its place is said
 * as such (side.h). */
static const char *said_value(const struct diff_process *p, const struct variable *v)
{
	const char *at = p->environment_said ? (const char *)p->environment_said : "";
	const char *end = at + p->environment_said_size;

	for (size_t n; at < end; at += n + 1) {
		n = strnlen(at, (size_t)(end - at));
		if (n > v->name_size && at[v->name_size] == '=' &&
		    memcmp(at, v->name, v->name_size) == 0)
			return at + v->name_size + 1;
	}
	return v->value ? v->value : "";
}

/* Whether two values say the same, once that is taken out which is another in each run, and what
 * rules of the user take out. 0, 1 or -ENOMEM. */
static int says_the_same(const struct comparison *c, const struct match_node *n,
			 const struct variable *a, const struct variable *b)
{
	const char *was = said_value(first_of(c->a, n->a), a);
	const char *now = said_value(first_of(c->b, n->b), b);
	cleanup_done(buf_done) struct buf x = {0}, y = {0};

	if (strcmp(was, now) == 0)
		return 1;
	if (!c->rules)
		return 0;
	rules_rewrite(c->rules, was, &x);
	rules_rewrite(c->rules, now, &y);
	if (buf_error(&x) || buf_error(&y))
		return -ENOMEM;
	return strcmp(buf_text(&x), buf_text(&y)) == 0;
}

static enum finding_weight weight_of(const struct match_node *n, const char *name, bool both)
{
	/* Where a child is, its parent went: that is told. */
	if (is_of_session(name) || (both && n->parent && strcmp(name, "PWD") == 0))
		return FINDING_NOISE;
	return both && is_place(name) ? FINDING_QUIET : FINDING_LOUD;
}

/* @same: the value is another one, and means the same. */
static int add_variable(struct comparison *c, const struct match_node *n, const struct variable *a,
			const struct variable *b, bool same)
{
	const struct variable *any = a ? a : b;
	cleanup_free char *name = strndup(any->name, any->name_size);
	struct compare_new x = {.kind = FIND_ENVIRONMENT, .subject = name};
	struct finding *f;
	int failed = name ? 0 : -ENOMEM;

	if (failed || rules_ignore(c->rules, RULE_ENVIRONMENT, name))
		return failed;
	x.was = a && a->value ? a->value : NULL;
	x.now = b && b->value ? b->value : NULL;
	x.shape = x.detail = hash_add(HASH_START, name, strlen(name));
	x.detail = hash_add(x.detail, x.was ? x.was : "\1", x.was ? strlen(x.was) + 1 : 1);
	x.detail = hash_add(x.detail, x.now ? x.now : "\1", x.now ? strlen(x.now) + 1 : 1);
	x.weight = same ? FINDING_NOISE : weight_of(n, name, a && b);
	f = compare_add(c, &x, &failed);
	if (f && !f->a.count && !f->b.count)
		place_both(c, n, f);
	return failed;
}

static int compare_values(struct comparison *c, const struct match_node *n,
			  const struct variable *a, const struct variable *b)
{
	int same;

	if (strcmp(a->value ? a->value : "", b->value ? b->value : "") == 0)
		return 0;
	same = says_the_same(c, n, a, b);
	return same < 0 ? same : add_variable(c, n, a, b, same);
}

static int compare_environment(struct comparison *c, const struct match_node *n)
{
	const struct diff_process *p = first_of(c->a, n->a), *q = first_of(c->b, n->b);
	size_t a_count = 0, b_count = 0, i = 0, k = 0;
	cleanup_free struct variable *a = NULL, *b = NULL;
	int r = 0;

	if (!p->environment || !q->environment ||
	    (p->environment_size == q->environment_size &&
	     memcmp(p->environment, q->environment, p->environment_size) == 0))
		return 0;
	a = variables(p, &a_count);
	b = variables(q, &b_count);
	if (!a || !b)
		return -ENOMEM;
	while (r == 0 && (i < a_count || k < b_count)) {
		int order = i == a_count ? 1 : k == b_count ? -1 : compare_variables(&a[i], &b[k]);

		if (order == 0)
			r = compare_values(c, n, &a[i], &b[k]);
		else
			r = add_variable(c, n, order < 0 ? &a[i] : NULL, order > 0 ? &b[k] : NULL,
					 false);
		i += order <= 0;
		k += order >= 0;
	}
	return r;
}

/* ---- executable and arguments ---- */

static int compare_executable(struct comparison *c, const struct match_node *n)
{
	const struct diff_process *p = first_of(c->a, n->a), *q = first_of(c->b, n->b);
	const struct diff_object *x = &c->a->objects[p->exe], *y = &c->b->objects[q->exe];
	const char *label = compare_label(c->b, q->exe), *old = compare_label(c->a, p->exe);
	char was[24], now[24];
	struct compare_new new = {.kind = FIND_EXECUTABLE, .subject = label, .what = y->hash};
	struct finding *f;
	int failed = 0;

	if (x->hash != y->hash) {
		new.was = old;
		new.now = label;
	} else if (p->exe_id && q->exe_id && p->exe_id != q->exe_id) {
		snprintf(was, sizeof(was), "build %08" PRIx64, p->exe_id >> 32);
		snprintf(now, sizeof(now), "build %08" PRIx64, q->exe_id >> 32);
		new.was = was;
		new.now = now;
	} else {
		return 0;
	}
	new.detail = hash_add(x->hash ^ y->hash, new.now, strlen(new.now));
	new.shape = finding_shape(label);
	f = compare_add(c, &new, &failed);
	if (f && !f->b.count)
		place_both(c, n, f);
	return failed;
}

static int compare_argv(struct comparison *c, const struct match_node *n, uint32_t node)
{
	const struct diff_process *p = first_of(c->a, n->a), *q = first_of(c->b, n->b);
	const char *was = compare_text(c->a, p->argv), *now = compare_text(c->b, q->argv);
	struct compare_new x = {.kind = FIND_ARGUMENTS,
				.node = node,
				.subject = compare_label(c->b, q->exe),
				.was = was,
				.now = now};
	struct finding *f;
	int failed = 0;

	/* Who executes nothing has its parent's. */
	if ((!q->execed && q->parent) || strcmp(was, now) == 0)
		return 0;
	x.shape = finding_shape(now);
	f = compare_add(c, &x, &failed);
	if (f)
		place_both(c, n, f);
	return failed;
}

/* ---- ends ---- */

static void say_end(const struct diff_process *p, char *ret, size_t size)
{
	const char *signal = sys_signal_name((int)(p->status & 0x7f));

	if (!p->ended)
		snprintf(ret, size, "still running");
	else if (!(p->status & 0x7f))
		snprintf(ret, size, "exit %u", p->status >> 8 & 0xff);
	else if (signal)
		snprintf(ret, size, "killed by %s", signal);
	else
		snprintf(ret, size, "killed by signal %u", p->status & 0x7f);
}

/* In what it was, when it did not come to its end by itself. */
static int note_whereabouts(const struct diff_side *s, const struct diff_process *p,
			    struct finding *f)
{
	const char *label = compare_label(s, p->in_object);

	if (f->note || !p->in_call || (p->ended && !(p->status & 0x7f)))
		return 0;
	return asprintf(&f->note, "it was in %s%s%s%s", compare_call(s, p->in_call),
			*label ? "(<" : "", label, *label ? ">)" : "") < 0
		       ? -ENOMEM
		       : 0;
}

static bool ended_alike(const struct diff_process *p, const struct diff_process *q)
{
	return p->ended == q->ended && (!p->ended || (p->status & 0xff7f) == (q->status & 0xff7f));
}

static int add_end(struct comparison *c, const struct match_node *n, uint32_t node, uint32_t a,
		   uint32_t b)
{
	const struct diff_process *p = &c->a->processes[a], *q = &c->b->processes[b];
	char was[40], now[40];
	struct compare_new x = {.kind = FIND_EXIT, .node = node, .was = was, .now = now};
	struct finding *f;
	int failed = 0;

	say_end(p, was, sizeof(was));
	say_end(q, now, sizeof(now));
	x.subject = compare_label(c->b, q->exe);
	x.shape = x.detail = hash_add(hash_add(HASH_START, was, strlen(was)), now, strlen(now));
	f = compare_add(c, &x, &failed);
	if (!f)
		return failed;
	if (!f->b.count) {
		f->a = (struct finding_place){.time = p->end_time, .process = a};
		f->b = (struct finding_place){.time = q->end_time, .process = b};
	}
	f->a.count++;
	f->b.count++;
	(void)n;
	return note_whereabouts(c->b, q, f);
}

static int compare_statuses(const void *a, const void *b)
{
	const struct diff_process *const *p = a, *const *q = b;
	const uint32_t x = (*p)->ended ? (*p)->status & 0xff7f : UINT32_MAX;
	const uint32_t y = (*q)->ended ? (*q)->status & 0xff7f : UINT32_MAX;

	return (x > y) - (x < y);
}

static const struct diff_process **by_status(const struct diff_side *s, const uint32_t *at,
					     size_t count)
{
	const struct diff_process **ret = calloc(count + 1, sizeof(*ret));

	for (size_t i = 0; ret && i < count; i++)
		ret[i] = &s->processes[at[i]];
	if (ret)
		qsort(ret, count, sizeof(*ret), compare_statuses);
	return ret;
}

/* Of heaps: how many ended how. Those that ended so on both sides are set against each other; of
 * the rest, the first with the first. */
static int compare_ends(struct comparison *c, const struct match_node *n, uint32_t node)
{
	cleanup_free const struct diff_process **p = by_status(c->a, n->a, n->a_count);
	cleanup_free const struct diff_process **q = by_status(c->b, n->b, n->b_count);
	size_t i = 0, k = 0, a_left = 0, b_left = 0;
	int r = p && q ? 0 : -ENOMEM;

	while (r == 0 && (i < n->a_count || k < n->b_count)) {
		int order = i == n->a_count   ? 1
			    : k == n->b_count ? -1
					      : compare_statuses(&p[i], &q[k]);

		if (order < 0)
			p[a_left++] = p[i];
		else if (order > 0)
			q[b_left++] = q[k];
		i += order <= 0;
		k += order >= 0;
	}
	for (i = 0; r == 0 && i < a_left && i < b_left; i++) {
		if (!pool_ends_by_chance(c, n, p[i], q[i]))
			r = add_end(c, n, node, (uint32_t)(p[i] - c->a->processes),
				    (uint32_t)(q[i] - c->b->processes));
	}
	return r;
}

static int compare_end(struct comparison *c, const struct match_node *n, uint32_t node)
{
	if (n->a_count > 1 || n->b_count > 1)
		return compare_ends(c, n, node);
	if (ended_alike(first_of(c->a, n->a), first_of(c->b, n->b)))
		return 0;
	return add_end(c, n, node, n->a[0], n->b[0]);
}

/* ---- new and gone ---- */

static bool parent_is_alone(const struct comparison *c, const struct match_node *n)
{
	const struct match_node *parent = &c->match.nodes[n->parent];

	return n->parent && parent->how == MATCH_ALONE && !parent->a_count == !n->a_count;
}

static int add_alone(struct comparison *c, const struct match_node *n, uint32_t node)
{
	const struct diff_side *s = n->b_count ? c->b : c->a;
	const struct diff_process *p = first_of(s, n->b_count ? n->b : n->a);
	struct compare_new x = {.kind = n->b_count ? FIND_PROCESS_NEW : FIND_PROCESS_GONE};
	const char *words = compare_text(s, p->argv);
	struct finding *f;
	char end[64];
	int failed = 0;

	/* One that came and crashed is why there is another. */
	if (p->ended && p->status) {
		say_end(p, end, sizeof(end));
		*(n->b_count ? &x.now : &x.was) = end;
	}
	/* Of a whole family the first is told. */
	x.node = node;
	x.subject = *words ? words : compare_label(s, p->exe);
	x.what = s->objects[p->exe].hash;
	x.shape = finding_shape(compare_label(s, p->exe));
	x.weight = parent_is_alone(c, n) ? FINDING_QUIET : FINDING_LOUD;
	f = compare_add(c, &x, &failed);
	if (f)
		place_both(c, n, f);
	return failed;
}

int compare_node_inputs(struct comparison *c, uint32_t node)
{
	const struct match_node *n = &c->match.nodes[node];
	int r;

	if (!n->a_count || !n->b_count)
		return add_alone(c, n, node);
	/* Who was to execute something, and could not, was given what its parent was. */
	if (first_of(c->a, n->a)->execed != first_of(c->b, n->b)->execed)
		return compare_end(c, n, node);
	r = compare_environment(c, n);
	if (r == 0)
		r = compare_executable(c, n);
	if (r == 0 && n->how != MATCH_POOL)
		r = compare_argv(c, n, node);
	return r == 0 ? compare_end(c, n, node) : r;
}
