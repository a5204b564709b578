/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the command was given besides its environment: as whom it runs, what the kernel allows it,
 * which signals it ignores. A child has it from its parent, and what a program changes of it is a
 * call; so the first snapshot says it all. What a shell, a service manager or a CI job sets for
 * everybody (groups, capabilities, limits, signals, processors) is a circumstance: it is told when
 * something else differs.
 *
 * Limits that depend on the size of the machine (of processes, of locked memory) are left out, and
 * that of core files, which recorders themselves change.
 */
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

enum { EFFECTIVE = 1, GROUPS_MAX = 32, SIGNALS = 64, COMMAND = 1 };

/* What is told of a process; nothing: it is not on the tape. */
typedef void say_fn(const struct meta_process *p, struct buf *out);

static void say_umask(const struct meta_process *p, struct buf *out)
{
	buf_printf(out, "%03" PRIo32, p->umask);
}

static void say_user(const struct meta_process *p, struct buf *out)
{
	buf_printf(out, "%" PRIu32, p->uids[EFFECTIVE]);
}

static void say_group(const struct meta_process *p, struct buf *out)
{
	buf_printf(out, "%" PRIu32, p->gids[EFFECTIVE]);
}

static int compare_numbers(const void *a, const void *b)
{
	const uint32_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static void say_groups(const struct meta_process *p, struct buf *out)
{
	const size_t count = p->group_count < GROUPS_MAX ? p->group_count : GROUPS_MAX;
	uint32_t sorted[GROUPS_MAX];

	if (count)
		memcpy(sorted, p->groups, count * sizeof(*sorted));
	qsort(sorted, count, sizeof(*sorted), compare_numbers);
	buf_char(out, '{');
	for (size_t i = 0; i < count; i++)
		buf_printf(out, "%s%" PRIu32, i ? " " : "", sorted[i]);
	if (count < p->group_count)
		buf_printf(out, " and %zu more", p->group_count - count);
	buf_char(out, '}');
}

static void say_signals(const struct meta_process *p, const char *fact, struct buf *out)
{
	const char *text = meta_fact(p->facts, p->fact_count, fact);
	const uint64_t set = strtoull(text, NULL, 16);
	const char *blank = "";

	if (!*text)
		return;
	buf_char(out, '{');
	for (int i = 1; i <= SIGNALS; i++) {
		const char *name = sys_signal_name(i);

		if (!(set >> (i - 1) & 1))
			continue;
		if (name)
			buf_printf(out, "%s%s", blank, name);
		else
			buf_printf(out, "%ssignal %d", blank, i);
		blank = " ";
	}
	buf_char(out, '}');
}

static void say_ignored(const struct meta_process *p, struct buf *out)
{
	say_signals(p, "signals_ignored", out);
}

static void say_blocked(const struct meta_process *p, struct buf *out)
{
	say_signals(p, "signals_blocked", out);
}

static void say_capabilities(const struct meta_process *p, struct buf *out)
{
	buf_str(out, meta_fact(p->facts, p->fact_count, "cap_effective"));
}

static void say_processors(const struct meta_process *p, struct buf *out)
{
	buf_str(out, meta_fact(p->facts, p->fact_count, "cpus_allowed"));
}

static const struct attribute {
	const char *name; /* as `ignore env` of the rules has it */
	say_fn *say;
	bool of_user;    /* another user has others */
	bool of_machine; /* another machine has others */
	bool circumstance;
} attributes[] = {
	{"user", say_user, .of_user = false},
	{"group", say_group, .of_user = true},
	{"supplementary groups", say_groups, .of_user = true, .circumstance = true},
	{"effective capabilities", say_capabilities, .of_user = true, .of_machine = true,
	 .circumstance = true},
	{"umask", say_umask, .of_user = false},
	{"ignored signals", say_ignored, .circumstance = true},
	{"blocked signals", say_blocked, .circumstance = true},
	{"allowed processors", say_processors, .of_machine = true, .circumstance = true},
};

static const struct {
	const char *name;
	uint32_t resource;
} limits[] = {
	{"RLIMIT_CPU", 0},   {"RLIMIT_FSIZE", 1},  {"RLIMIT_DATA", 2},
	{"RLIMIT_STACK", 3}, {"RLIMIT_NOFILE", 7}, {"RLIMIT_AS", 9},
};

static void say_limit(const struct meta_process *p, uint32_t resource, struct buf *out)
{
	for (size_t i = 0; i < p->rlimit_count; i++) {
		if (p->rlimits[i].resource != resource)
			continue;
		if (p->rlimits[i].soft == UINT64_MAX)
			buf_str(out, "unlimited");
		else
			buf_printf(out, "%" PRIu64, p->rlimits[i].soft);
		return;
	}
}

/* What one of the tapes does not say may be equal. */
static int compare_said(struct comparison *c, const char *name, bool circumstance,
			const struct buf *was, const struct buf *now)
{
	struct compare_new x = {.kind = FIND_ENVIRONMENT,
				.weight = circumstance ? FINDING_NOISE : FINDING_LOUD,
				.detail = hash_add(HASH_START, name, strlen(name)),
				.subject = name,
				.was = buf_text(was),
				.now = buf_text(now)};
	struct finding *f;
	int failed = 0;

	if (buf_error(was) || buf_error(now))
		return -ENOMEM;
	if (!was->size || !now->size || strcmp(x.was, x.now) == 0 ||
	    rules_ignore(c->rules, RULE_ENVIRONMENT, name))
		return 0;
	x.shape = x.detail;
	f = compare_add(c, &x, &failed);
	if (f) {
		f->circumstance = circumstance;
		f->a = compare_place_of(c->a, COMMAND);
		f->b = compare_place_of(c->b, COMMAND);
	}
	return failed;
}

static bool is_other_machine(const struct comparison *c)
{
	const struct meta_header *a = c->a->header, *b = c->b->header;

	return a->cpus != b->cpus || strcmp(a->release, b->release) != 0;
}

static int compare_attribute(struct comparison *c, const struct attribute *x,
			     const struct meta_process *p, const struct meta_process *q)
{
	cleanup_done(buf_done) struct buf was = {0}, now = {0};

	if ((x->of_user && p->uids[EFFECTIVE] != q->uids[EFFECTIVE]) ||
	    (x->of_machine && is_other_machine(c)))
		return 0;
	x->say(p, &was);
	x->say(q, &now);
	return compare_said(c, x->name, x->circumstance, &was, &now);
}

static int compare_limit(struct comparison *c, size_t i, const struct meta_process *p,
			 const struct meta_process *q)
{
	cleanup_done(buf_done) struct buf was = {0}, now = {0};

	say_limit(p, limits[i].resource, &was);
	say_limit(q, limits[i].resource, &now);
	return compare_said(c, limits[i].name, true, &was, &now);
}

/* The command as it was before its first call; NULL: the tape was recorded by attaching, or is a
 * later part. */
static const struct meta_process *command_of(const struct diff_side *s)
{
	const struct diff_process *p = &s->processes[COMMAND];

	if (!s->header || !s->header->command.size || s->header->part > 1 || !s->snapshot ||
	    s->process_count <= COMMAND || p->parent || s->snapshot->process_count != 1 ||
	    s->snapshot->processes[0].pid != p->pid)
		return NULL;
	return &s->snapshot->processes[0];
}

int compare_attributes(struct comparison *c)
{
	const struct meta_process *p = command_of(c->a), *q = command_of(c->b);
	int r = 0;

	if (!p || !q)
		return 0;
	for (size_t i = 0; r == 0 && i < ARRAY_SIZE(attributes); i++)
		r = compare_attribute(c, &attributes[i], p, q);
	for (size_t i = 0; r == 0 && i < ARRAY_SIZE(limits); i++)
		r = compare_limit(c, i, p, q);
	return r;
}
