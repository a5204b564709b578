/* SPDX-License-Identifier: Apache-2.0 */
/*
 * When it is enough, and what is left to do then: the command goes on as an ordinary child
 * of ours, and its end is ours.
 */
#include "rec_priv.h"

#include <errno.h>
#include <sys/wait.h>

const char *rec_bound_reached(struct rec *rec)
{
	const struct rec_bounds *b = &rec->options->bounds;

	if (b->max_events && rec->events >= b->max_events)
		return "--max-events";
	if (b->max_size && trace_writer_size(rec->writer) >= b->max_size)
		return "--max-size";
	if (rec_control_timed_out(rec->control))
		return "--max-time";
	return NULL;
}

/* Whoever was killed while we let go of it is still reported to us first, and so is a stop
 * that came too late to be seen. */
static void let_go(pid_t tid, int status)
{
	if (WIFSTOPPED(status))
		tracee_detach(tid, 0);
}

/* True when it has ended. */
static bool command_changed(struct rec *rec, int status)
{
	if (WIFSTOPPED(status) || WIFCONTINUED(status)) {
		rec_control_command_stopped(rec->control, WIFSTOPPED(status));
		return false;
	}
	rec_control_command_ended(rec->control);
	rec->result->has_status = true;
	rec->result->status = status;
	return true;
}

void rec_wait_for_command(struct rec *rec)
{
	int status;
	pid_t tid;

	rec_control_only_hand_on(rec->control);
	do {
		tid = waitpid(-1, &status, __WALL | WUNTRACED | WCONTINUED);
		if (tid > 0 && tid != rec->root)
			let_go(tid, status);
	} while ((tid < 0 && errno == EINTR) || (tid > 0 && tid != rec->root) ||
		 (tid > 0 && !command_changed(rec, status)));
}
