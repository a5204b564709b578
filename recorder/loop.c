/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The loop: wait for a stop, turn it into an event, let the thread go on.
 *
 * One loop for all tasks, never a wait for one of them: a parent in vfork(2) sleeps
 * until its child executes. When there are several tasks all stops that are pending
 * are collected before the first is handled, because wait(2) looks at them in a
 * fixed order and a busy task could keep the others from ever being seen.
 */
#include "rec_priv.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "tracee/proc.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { DRAIN_MAX = 256, NOTES_MAX = 64 };

struct stop {
	pid_t tid;
	int status;
};

/* In steps of 128 ns: a stop takes many times as long, so the digits below are noise, but
 * noise that would make up half of a tape of short calls. */
uint64_t rec_clock(void)
{
	return clock_now() & ~UINT64_C(127);
}

void rec_add(struct rec *rec, const struct event *event)
{
	struct batch *batch = trace_writer_lock(rec->writer);

	if (batch_add(batch, event, NULL) < 0)
		rec->trailer.lost++;
	trace_writer_unlock(rec->writer);
	rec->events += event->kind != EVENT_DATA;
}

/* What cannot be noted must not go unsaid: it counts as an event that was lost. */
static void lose_note(struct meta_trailer *t, char **text)
{
	if (text)
		*text = NULL; /* vasprintf(3) leaves it undefined */
	t->lost++;
}

void rec_note(struct rec *rec, const char *format, ...)
{
	struct meta_trailer *t = &rec->trailer;
	cleanup_free char *text = NULL;
	char **notes;
	va_list args;
	int n;

	va_start(args, format);
	n = vasprintf(&text, format, args);
	va_end(args);
	if (n < 0) {
		lose_note(t, &text);
		return;
	}
	for (size_t i = 0; i < t->note_count; i++) {
		if (strcmp(t->notes[i], text) == 0)
			return;
	}
	if (t->note_count == NOTES_MAX)
		return;
	notes = reallocarray(t->notes, t->note_count + 1, sizeof(*notes));
	if (!notes) {
		lose_note(t, NULL);
		return;
	}
	t->notes = notes;
	t->notes[t->note_count++] = take_ptr(text);
}

/* What the command's process did before its execve is ours, not the command's. */
static bool is_hidden(struct rec *rec, const struct tracee_call *info)
{
	if (rec->executed || rec->visible)
		return false;
	if (info->op == TRACEE_OP_ENTRY && rec_call_is_exec(info->arch, info->nr))
		rec->visible = true;
	return !rec->visible;
}

/* Letting go has interrupted the call: the program never sees its end, nor does the tape. */
static bool goes_on(const struct task *task, int64_t ret)
{
	enum { RESTART_FIRST = -516, RESTART_LAST = -512 };

	if (ret >= RESTART_FIRST && ret <= RESTART_LAST)
		return tracee_proc_signal_pending((pid_t)task->tid) == 0;
	return ret == -EINTR && rec_undo_interruption(task);
}

static void enter_call(struct rec *rec, struct task *task, const struct tracee_call *info)
{
	enum rec_interest interest = rec_select_interest(rec, info);

	task->call.open = false;
	task->call.hidden = interest == REC_HIDDEN;
	if (interest == REC_IGNORED)
		return;
	rec_call_entry(rec, task, info);
	rec_select_entered(rec, task);
}

static void leave_call(struct rec *rec, struct task *task, const struct tracee_call *info)
{
	bool open = task->call.open;

	rec_watch_sigwait(rec, task, info->ret);
	rec_call_exit(rec, task, info);
	if (open)
		rec_select_left(rec, task, info->ret);
}

static void handle_call(struct rec *rec, struct task *task)
{
	struct tracee_call info;

	if (tracee_call_info((pid_t)task->tid, &info) < 0)
		return;
	if (info.op == TRACEE_OP_FILTERED && !rec_select_filtered(rec, task, &info))
		return;
	task->entered = info.op == TRACEE_OP_ENTRY;
	if (is_hidden(rec, &info))
		return;
	/* Of a call that begins when it is enough, nothing would come but its beginning. */
	if (info.op == TRACEE_OP_ENTRY && rec->bound)
		return;
	if (info.op == TRACEE_OP_ENTRY)
		enter_call(rec, task, &info);
	else if (info.op == TRACEE_OP_EXIT && rec->detaching && goes_on(task, info.ret))
		return;
	else if (info.op == TRACEE_OP_EXIT)
		leave_call(rec, task, &info);
	/* A failed exec of ours: the next attempt, or the end, is what counts. */
	if (info.op == TRACEE_OP_EXIT && !rec->executed)
		rec->visible = false;
}

static void go_on(struct rec *rec, struct task *task, int signal)
{
	if (!rec->detaching) {
		rec_select_resume(rec, task, signal);
		return;
	}
	tracee_detach((pid_t)task->tid, signal);
	rec->trailer.unfinished += task->call.open;
	task_remove(&rec->tasks, task);
}

static void handle_group_stop(struct rec *rec, struct task *task, int signal)
{
	rec_signaled(rec, task, EVENT_STOP, signal);
	if (rec->detaching) {
		go_on(rec, task, 0);
		return;
	}
	tracee_listen((pid_t)task->tid);
	if ((pid_t)task->tid == rec->root)
		rec_control_command_stopped(rec->control, true);
}

static void handle(struct rec *rec, struct task *task, int status);

void rec_release(struct rec *rec, struct task *task)
{
	int status = task->held_status;

	task->held_status = 0;
	if (status)
		handle(rec, task, status);
}

static void handle_fork(struct rec *rec, struct task *creator, int status)
{
	struct task *child = rec_forked(rec, creator, status);

	if (child)
		rec_release(rec, child);
}

static void handle(struct rec *rec, struct task *task, int status)
{
	int signal = 0;

	switch (tracee_classify(status, &signal)) {
	case TRACEE_EXITED:
		rec_exited(rec, task, status);
		return;
	case TRACEE_SYSCALL:
	case TRACEE_FILTERED:
		handle_call(rec, task);
		break;
	case TRACEE_FORKED:
		handle_fork(rec, task, status);
		break;
	case TRACEE_SIGNALED:
		rec_signaled(rec, task, EVENT_SIGNAL, signal);
		go_on(rec, task, signal);
		return;
	case TRACEE_GROUP_STOP:
		handle_group_stop(rec, task, signal);
		return;
	case TRACEE_TRAPPED:
		/* Only where the stop was our own wish: a program's stop and go interrupts. */
		if (rec->detaching || rec->attaching || task->interrupted)
			rec_undo_interruption(task);
		task->interrupted = false;
		if ((pid_t)task->tid == rec->root)
			rec_control_command_stopped(rec->control, false);
		break;
	case TRACEE_EXECED:
	case TRACEE_OTHER:
		break;
	}
	go_on(rec, task, 0);
}

static bool somebody_forks(const struct rec *rec)
{
	const struct task *task;
	size_t at = 0;

	while ((task = map_next(&rec->tasks.tasks, &at))) {
		if (task->state != TASK_HELD && rec_call_may_fork(&task->call))
			return true;
	}
	return false;
}

static struct task *held_task(const struct rec *rec)
{
	struct task *task;
	size_t at = 0;

	while ((task = map_next(&rec->tasks.tasks, &at))) {
		if (task->state == TASK_HELD)
			return task;
	}
	return NULL;
}

/*
 * A new task may report before the event of its creation does. It waits for that, so
 * that the event precedes everything the child does, as long as somebody is in a
 * call that could have created it; the creator may have been killed.
 */
static void settle_held(struct rec *rec)
{
	struct task *task;

	while (rec->tasks.held && !somebody_forks(rec) && (task = held_task(rec))) {
		rec_adopt_orphan(rec, task);
		rec_release(rec, task);
	}
}

void rec_hold(struct rec *rec, uint32_t tid, int status)
{
	struct task *task = task_lookup(&rec->tasks, tid);
	int signal = 0;

	if (!task)
		task = task_add(&rec->tasks, tid, TASK_HELD);
	if (task) {
		task->held_status = status;
		return;
	}
	/* It is taken in at its next stop. */
	rec_note(rec, "out of memory: a stop of thread %u is missing", tid);
	if (tracee_classify(status, &signal) != TRACEE_SIGNALED)
		signal = 0;
	tracee_resume((pid_t)tid, signal);
}

static void interrupt_all(struct rec *rec)
{
	struct task *task;
	size_t at = 0;

	while ((task = map_next(&rec->tasks.tasks, &at)))
		tracee_interrupt((pid_t)task->tid);
}

static void begin_to_detach(struct rec *rec, const char *reason)
{
	rec_control_acknowledge(rec->control);
	if (rec->detaching || rec->serving)
		return;
	rec->serving = rec_select_binds(rec->select);
	rec->detaching = !rec->serving;
	free(rec->trailer.reason);
	rec->trailer.reason = strdup(reason);
	if (!rec->trailer.reason)
		rec_note(rec, "out of memory: %s", reason);
	if (rec->detaching)
		interrupt_all(rec);
}

static void stop_if_bounded(struct rec *rec)
{
	const char *bound = rec->detaching || rec->serving ? NULL : rec_bound_reached(rec);
	char reason[64];

	if (!bound)
		return;
	rec->bound = bound;
	snprintf(reason, sizeof(reason), "the bound of %s was reached", bound);
	begin_to_detach(rec, reason);
}

static void dispatch(struct rec *rec, struct stop stop)
{
	uint32_t tid = (uint32_t)stop.tid;
	int signal;
	struct task *task;

	rec->now = rec_clock() - rec->start;
	stop_if_bounded(rec);
	rec_turn_if_due(rec);
	if (tracee_classify(stop.status, &signal) == TRACEE_EXECED)
		task = rec_execed(rec, tid);
	else
		task = task_lookup(&rec->tasks, tid);
	if (!task || task->state == TASK_HELD)
		rec_hold(rec, tid, stop.status);
	else
		handle(rec, task, stop.status);
	if (rec->tasks.held)
		settle_held(rec);
}

/* exec of a thread gives it the leader's number: a stop of the former leader, taken
 * before, is nobody's any more. */
static size_t forget_superseded(struct stop *stops, size_t count, pid_t tid, int status)
{
	size_t kept = 0;
	int signal;

	if (tracee_classify(status, &signal) != TRACEE_EXECED)
		return count;
	for (size_t i = 0; i < count; i++) {
		if (stops[i].tid != tid)
			stops[kept++] = stops[i];
	}
	return kept;
}

/* The wait was interrupted by the control thread. */
static void take_wishes(struct rec *rec)
{
	rec->now = rec_clock() - rec->start;
	stop_if_bounded(rec);
	if (rec_control_stop_asked(rec->control))
		begin_to_detach(rec, "stopped by a signal to the recorder");
	rec_turn_if_due(rec);
}

/* Waits for stops; 0 when nobody is left to wait for. The command is our own child:
 * once let go of, it must not be waited for. */
static size_t collect(struct rec *rec, struct stop *ret)
{
	size_t n = 0, most = rec->tasks.tasks.count > 1 ? DRAIN_MAX : 1;

	if (rec->detaching && !rec->tasks.tasks.count)
		return 0;

	while (n < most) {
		int status;
		pid_t tid = n ? waitpid(-1, &status, __WALL | WNOHANG)
			      : patience_wait(&rec->patience, &status);

		if (tid > 0) {
			n = forget_superseded(ret, n, tid, status);
			ret[n++] = (struct stop){tid, status};
			continue;
		}
		if (tid < 0 && errno == EINTR) {
			take_wishes(rec);
			if (rec->tasks.tasks.count && !rec->serving)
				continue;
		}
		break;
	}
	return n;
}

static size_t calls_in_flight(const struct rec *rec)
{
	const struct task *task;
	size_t at = 0, count = 0;

	while ((task = map_next(&rec->tasks.tasks, &at)))
		count += task->call.open;
	return count;
}

void rec_loop(struct rec *rec)
{
	struct stop stops[DRAIN_MAX];
	size_t n;

	while (!rec->serving && (n = collect(rec, stops))) {
		for (size_t i = 0; i < n; i++)
			dispatch(rec, stops[i]);
	}
	if (rec->serving)
		rec->trailer.unfinished += calls_in_flight(rec);
}
