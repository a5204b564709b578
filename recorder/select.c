/* SPDX-License-Identifier: Apache-2.0 */
/*
 * -e trace=: which calls are recorded. Besides those that were asked for these are the ones that
 * others need to be understood (sys/bearing.h), and all that are not known.
 *
 * The command's process puts a seccomp filter upon itself before its execve, which stops these
 * calls only (tracee/filter.h). The filter's first stop is the proof that it is there. From then
 * on a task runs by PTRACE_CONT between calls, and by PTRACE_SYSCALL within one, for its exit.
 *
 * A filter of the program's own that denies a call is stronger than ours, and the call would not
 * stop. So a task that has one, and all that come from it, stop at every call ("stepwise"), and
 * what is not asked for is passed over here. The same goes for everybody where there is no filter
 * of ours: attached to, refused, or in a place that has one already.
 */
#include "rec_priv.h"

#include "base/err.h"
#include "sys/bearing.h"
#include "sys/choice.h"
#include "sys/table.h"
#include "tracee/filter.h"
#include "tracee/proc.h"
#include "tracee/regs.h"

#include <errno.h>
#include <linux/seccomp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>

enum filter_state {
	FILTER_NONE,
	FILTER_SENT, /* the child is to install it */
	FILTER_ON,
};

struct rec_select {
	struct sys_choice choice;
	struct buf words, program;
	enum filter_state filter;
	const char *note; /* why there is none */
	const struct sys_bearing *bearing[REC_ARCHS][REC_NUMBERS];
};

/* ---- the program ---- */

static struct tracee_rule rule_for(const struct rec_select *s, size_t arch, uint64_t nr)
{
	const struct sys_bearing *b = s->bearing[arch][nr];
	struct tracee_rule rule = {.verdict = TRACEE_STOP};

	if (!sys_find(sys_arch(arch), nr) || sys_choice_has(&s->choice, sys_arch(arch), nr, NULL))
		return rule;
	if (!b)
		rule.verdict = TRACEE_PASS;
	else if (b->count)
		rule = (struct tracee_rule){TRACEE_STOP_IF, b->arg, b->count, b->mask, b->values};
	return rule;
}

static int build(struct rec_select *s)
{
	struct tracee_rules rules[REC_ARCHS];
	struct tracee_rule(*rule)[REC_NUMBERS] = calloc(REC_ARCHS, sizeof(*rule));
	int r;

	if (!rule)
		return -ENOMEM;
	for (size_t i = 0; i < REC_ARCHS; i++) {
		rules[i] = (struct tracee_rules){sys_arch(i), rule[i], REC_NUMBERS};
		for (uint64_t nr = 0; nr < REC_NUMBERS; nr++)
			rule[i][nr] = rule_for(s, i, nr);
	}
	r = tracee_filter_build(rules, REC_ARCHS, &s->program);
	free(rule);
	return r;
}

/* Calls that a filter of somebody else's denies would be missed. */
static bool is_filtered_already(void)
{
	return prctl(PR_GET_SECCOMP) == SECCOMP_MODE_FILTER;
}

static int prepare_filter(struct rec_select *s)
{
	int r;

	if (is_filtered_already()) {
		s->note = "a seccomp filter was in place already: the calls were selected by the "
			  "recorder, which is slower";
		return 0;
	}
	r = build(s);
	if (r == 0)
		s->filter = FILTER_SENT;
	return r;
}

static void find_bearings(struct rec_select *s)
{
	for (size_t i = 0; i < REC_ARCHS; i++) {
		for (uint64_t nr = 0; nr < REC_NUMBERS; nr++) {
			const struct sys_desc *d = sys_find(sys_arch(i), nr);

			s->bearing[i][nr] = d ? sys_bearing(d) : NULL;
		}
	}
}

int rec_select_new(const struct rec_options *options, struct rec_select **ret, struct err *err)
{
	struct rec_select *s;
	int r;

	if (!options->trace_set)
		return 0;
	s = calloc(1, sizeof(*s));
	if (!s)
		return err_set(err, ENOMEM, "out of memory");
	r = sys_choice_parse(options->trace_set, &s->choice, err);
	if (r == 0)
		r = sys_choice_plain(options->trace_set, &s->words, err);
	if (r < 0 || sys_choice_is_all(&s->choice)) {
		rec_select_free(s);
		return r;
	}
	find_bearings(s);
	if (options->argv && prepare_filter(s) < 0) {
		rec_select_free(s);
		return err_set(err, ENOMEM, "out of memory");
	}
	*ret = s;
	return 0;
}

struct rec_select *rec_select_free(struct rec_select *s)
{
	if (!s)
		return NULL;
	sys_choice_done(&s->choice);
	buf_done(&s->words);
	buf_done(&s->program);
	free(s);
	return NULL;
}

const char *rec_select_words(const struct rec_select *s)
{
	return s ? buf_text(&s->words) : "";
}

const struct buf *rec_select_program(const struct rec_select *s)
{
	return s ? &s->program : NULL;
}

bool rec_select_binds(const struct rec_select *s)
{
	return s && s->filter != FILTER_NONE;
}

/* ---- calls ---- */

static const struct sys_bearing *bearing_of(const struct rec_select *s, uint32_t arch, uint64_t nr)
{
	for (size_t i = 0; i < REC_ARCHS && nr < REC_NUMBERS; i++) {
		if (arch == sys_arch(i))
			return s->bearing[i][nr];
	}
	return NULL;
}

enum rec_interest rec_select_interest(const struct rec *rec, const struct tracee_call *info)
{
	const struct rec_select *s = rec->select;

	if (!s || sys_choice_has(&s->choice, info->arch, info->nr, info->args))
		return REC_SHOWN;
	/* One that is not known may be anything. */
	if (!sys_find(info->arch, info->nr))
		return REC_HIDDEN;
	return sys_bears(bearing_of(s, info->arch, info->nr), info->args) ? REC_HIDDEN
									  : REC_IGNORED;
}

bool rec_select_filtered(struct rec *rec, struct task *task, struct tracee_call *info)
{
	if (info->message != TRACEE_FILTER_MESSAGE) {
		/* Without us nobody would be there for it, which is said by ENOSYS. */
		tracee_refuse((pid_t)task->tid);
		return false;
	}
	if (rec->select && rec->select->filter == FILTER_SENT)
		rec->select->filter = FILTER_ON;
	info->op = TRACEE_OP_ENTRY;
	/* Since Linux 4.8 an entry-stop comes before. */
	return !task->entered;
}

/* ---- how tasks run ---- */

static bool installs_filter(const struct task_call *call)
{
	const char *name = call->desc ? call->desc->name : "";

	if (strcmp(name, "prctl") == 0)
		return (int)call->args[0] == PR_SET_SECCOMP && call->args[1] == SECCOMP_MODE_FILTER;
	return strcmp(name, "seccomp") == 0 && (uint32_t)call->args[0] == SECCOMP_SET_MODE_FILTER;
}

static bool is_for_all_threads(const struct task_call *call)
{
	return strcmp(call->desc->name, "seccomp") == 0 &&
	       call->args[1] & SECCOMP_FILTER_FLAG_TSYNC;
}

/*
 * The other threads get the filter as well, wherever they are: from their next stop on they stop
 * at each call. Who is in a call that was recorded stops at its exit anyway.
 *
 * The caller goes on without waiting for those stops: a call that its filter denies to another
 * thread in the few microseconds before is not on the tape. Holding the caller until all have
 * stopped is no way, as those asleep beyond signals do not.
 */
void rec_select_entered(struct rec *rec, struct task *task)
{
	struct task *other;
	size_t at = 0;

	if (!rec_select_binds(rec->select) || !installs_filter(&task->call) ||
	    !is_for_all_threads(&task->call))
		return;
	while ((other = map_next(&rec->tasks.tasks, &at))) {
		if (other == task || other->pid != task->pid || other->stepwise)
			continue;
		other->stepwise = true;
		other->interrupted = !other->call.open;
		if (other->interrupted)
			tracee_interrupt((pid_t)other->tid);
	}
}

void rec_select_left(struct rec *rec, struct task *task, int64_t result)
{
	if (rec_select_binds(rec->select) && result >= 0 && installs_filter(&task->call))
		task->stepwise = true;
}

void rec_select_inherit(struct task *task, const struct task *creator)
{
	task->stepwise = !creator || creator->stepwise;
}

void rec_select_executed(struct rec *rec)
{
	struct rec_select *s = rec->select;
	long no_new_privs = 0;

	if (!s)
		return;
	if (s->filter == FILTER_SENT) {
		tracee_unfilter(rec->root);
		s->filter = FILTER_NONE;
		s->note = "the kernel refused a seccomp filter: the calls were selected by the "
			  "recorder, which is slower";
	}
	if (s->note)
		rec_note(rec, "%s", s->note);
	tracee_proc_status(rec->root, "NoNewPrivs", &no_new_privs);
	if (s->filter == FILTER_ON && no_new_privs && prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 0)
		rec_note(rec, "selecting calls took no_new_privs: no program could gain privileges "
			      "by being executed");
}

void rec_select_resume(const struct rec *rec, struct task *task, int signal)
{
	bool filtered = rec->select && rec->select->filter == FILTER_ON;

	if (filtered && !task->stepwise && !task->call.open) {
		task->entered = false;
		tracee_continue((pid_t)task->tid, signal);
	} else {
		tracee_resume((pid_t)task->tid, signal);
	}
}
