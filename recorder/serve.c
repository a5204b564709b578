/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is left to do for tasks under a filter of ours when recording has ended before they have:
 * a call that the filter stops fails where nobody answers, so they cannot be let go of. They run
 * on as if alone, a stop at some calls aside.
 */
#include "rec_priv.h"

#include "tracee/filter.h"
#include "tracee/regs.h"

#include <errno.h>
#include <sys/wait.h>

static void over(struct rec *rec, pid_t tid, int status)
{
	if (tid != rec->root)
		return;
	rec->result->has_status = true;
	rec->result->status = status;
	rec_control_command_ended(rec->control);
}

static void answer(pid_t tid)
{
	struct tracee_call info;

	if (tracee_call_info(tid, &info) == 0 && info.message != TRACEE_FILTER_MESSAGE)
		tracee_refuse(tid);
}

static void serve(struct rec *rec, pid_t tid, int status)
{
	int signal = 0;

	switch (tracee_classify(status, &signal)) {
	case TRACEE_EXITED:
		over(rec, tid, status);
		return;
	case TRACEE_GROUP_STOP:
		tracee_listen(tid);
		if (tid == rec->root)
			rec_control_command_stopped(rec->control, true);
		return;
	case TRACEE_SIGNALED:
		tracee_continue(tid, signal);
		return;
	case TRACEE_FILTERED:
		answer(tid);
		break;
	case TRACEE_TRAPPED:
		if (tid == rec->root)
			rec_control_command_stopped(rec->control, false);
		break;
	default:
		break;
	}
	tracee_continue(tid, 0);
}

void rec_serve(struct rec *rec)
{
	struct task *task;
	size_t at = 0;
	pid_t tid;
	int status;

	rec_control_only_hand_on(rec->control);
	while ((task = map_next(&rec->tasks.tasks, &at))) {
		if (task->held_status)
			serve(rec, (pid_t)task->tid, task->held_status);
	}
	while ((tid = waitpid(-1, &status, __WALL)) > 0 || (tid < 0 && errno == EINTR)) {
		if (tid > 0)
			serve(rec, tid, status);
	}
}
