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
#include "base/err.h"
#include "base/fileio.h"
#include "tracee/proc.h"

#include "format/container/limits.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
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
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return ((uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec) & ~UINT64_C(127);
}

void rec_add(struct rec *rec, const struct event *event)
{
	struct batch *batch = trace_writer_lock(rec->writer);

	if (batch_add(batch, event, NULL) < 0)
		rec->trailer.lost++;
	trace_writer_unlock(rec->writer);
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
	if (n < 0)
		return;
	for (size_t i = 0; i < t->note_count; i++) {
		if (strcmp(t->notes[i], text) == 0)
			return;
	}
	if (t->note_count == NOTES_MAX)
		return;
	notes = reallocarray(t->notes, t->note_count + 1, sizeof(*notes));
	if (!notes)
		return;
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

static void handle_call(struct rec *rec, struct task *task)
{
	struct tracee_call info;

	if (tracee_call_info((pid_t)task->tid, &info) < 0 || is_hidden(rec, &info))
		return;
	if (info.op == TRACEE_OP_ENTRY)
		rec_call_entry(rec, task, &info);
	else if (info.op == TRACEE_OP_EXIT)
		rec_call_exit(rec, task, &info);
	/* A failed exec of ours: the next attempt, or the end, is what counts. */
	if (info.op == TRACEE_OP_EXIT && !rec->executed)
		rec->visible = false;
}

static void go_on(struct rec *rec, struct task *task, int signal)
{
	if (!rec->detaching) {
		tracee_resume((pid_t)task->tid, signal);
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

/* Its creator's event came, or never will: now it may go on. */
static void release(struct rec *rec, struct task *task)
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
		release(rec, child);
}

static void handle(struct rec *rec, struct task *task, int status)
{
	int signal = 0;

	switch (tracee_classify(status, &signal)) {
	case TRACEE_EXITED:
		rec_exited(rec, task, status);
		return;
	case TRACEE_SYSCALL:
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
		release(rec, task);
	}
}

static void hold(struct rec *rec, uint32_t tid, int status)
{
	struct task *task = task_find(&rec->tasks, tid);

	if (!task)
		task = task_add(&rec->tasks, tid, TASK_HELD);
	if (task)
		task->held_status = status;
	else
		tracee_resume((pid_t)tid, 0);
}

static void dispatch(struct rec *rec, struct stop stop)
{
	uint32_t tid = (uint32_t)stop.tid;
	int signal;
	struct task *task;

	rec->now = rec_clock() - rec->start;
	if (tracee_classify(stop.status, &signal) == TRACEE_EXECED)
		task = rec_execed(rec, tid);
	else
		task = task_find(&rec->tasks, tid);
	if (!task || task->state == TASK_HELD)
		hold(rec, tid, stop.status);
	else
		handle(rec, task, stop.status);
	if (rec->tasks.held)
		settle_held(rec);
}

static void interrupt_all(struct rec *rec)
{
	struct task *task;
	size_t at = 0;

	while ((task = map_next(&rec->tasks.tasks, &at)))
		tracee_interrupt((pid_t)task->tid);
}

static void begin_to_detach(struct rec *rec)
{
	rec_control_acknowledge(rec->control);
	if (rec->detaching)
		return;
	rec->detaching = true;
	free(rec->trailer.reason);
	rec->trailer.reason = strdup("stopped by a signal to the recorder");
	interrupt_all(rec);
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
			if (rec_control_stop_asked(rec->control))
				begin_to_detach(rec);
			if (rec->tasks.tasks.count)
				continue;
		}
		break;
	}
	return n;
}

static void run(struct rec *rec)
{
	struct stop stops[DRAIN_MAX];
	size_t n;

	while ((n = collect(rec, stops))) {
		for (size_t i = 0; i < n; i++)
			dispatch(rec, stops[i]);
	}
}

static int fill_header(const struct rec *rec, struct meta_header *h)
{
	const struct rec_options *options = rec->options;
	struct buf command = {0};
	int r = rec_describe_machine(h);

	for (size_t i = 0; options->argv[i]; i++)
		buf_append(&command, options->argv[i], strlen(options->argv[i]) + 1);
	h->command = (struct meta_bytes){(uint8_t *)command.data, command.size};
	h->tool = strdup("systape " SYSTAPE_VERSION);
	h->options = strdup(options->own_command_line ? options->own_command_line : "");
	h->payload_limit = options->payload_limit;
	return r < 0 ? r : !h->tool || !h->options ? -ENOMEM : buf_error(&command);
}

static int start_tape(struct rec *rec, struct err *err)
{
	const struct trace_writer_options options = {
		.fd = rec->options->output,
		.level = rec->options->level,
	};
	struct meta_header header = {0};
	struct timespec real;
	int r;

	clock_gettime(CLOCK_REALTIME, &real);
	rec->start = rec_clock();
	header.start_monotonic = (int64_t)rec->start;
	header.start_realtime = (int64_t)real.tv_sec * 1000000000 + real.tv_nsec;
	r = fill_header(rec, &header);
	if (r < 0)
		r = err_set(err, ENOMEM, "out of memory");
	else
		r = trace_writer_start(&options, &header, &rec->writer, err);
	meta_header_done(&header);
	return r;
}

static int diagnose_seize(struct err *err, int error)
{
	cleanup_done(buf_done) struct buf scope = {0};

	if (error != EPERM)
		return err_errno(err, error, "cannot trace the command");
	fileio_slurp(AT_FDCWD, "/proc/sys/kernel/yama/ptrace_scope", 16, &scope);
	if (scope.size && scope.data[0] >= '2')
		return err_set(
			err, EPERM,
			"cannot trace the command: kernel.yama.ptrace_scope is %c; "
			"tracing needs CAP_SYS_PTRACE then (3: it is switched off until reboot)",
			scope.data[0]);
	return err_set(err, EPERM,
		       "cannot trace the command: ptrace(2) is refused; a container's seccomp "
		       "filter or a security module forbids it, or the command's user is another "
		       "and CAP_SYS_PTRACE is missing");
}

/* Seizes the waiting child. It makes no system call stops before it was stopped and
 * resumed once; so we stop it. */
static int attach(struct rec *rec, struct err *err)
{
	struct task *task = task_add(&rec->tasks, (uint32_t)rec->root, TASK_HELD);
	int status, r;

	if (!task || task_join(&rec->tasks, task, (uint32_t)rec->root) < 0)
		return err_set(err, ENOMEM, "out of memory");
	rec->trailer.processes = rec->trailer.threads = 1;
	r = tracee_seize(rec->root);
	if (r < 0)
		return diagnose_seize(err, -r);
	tracee_interrupt(rec->root);
	while (waitpid(rec->root, &status, __WALL) < 0 && errno == EINTR)
		;
	if (!WIFSTOPPED(status))
		return err_set(err, ECHILD, "the command's process ended before it could start");
	tracee_resume(rec->root, 0);
	return 0;
}

static void fill_result(struct rec *rec)
{
	struct rec_result *result = rec->result;

	rec->trailer.duration = result->duration = rec_clock() - rec->start;
	rec->trailer.has_status = result->has_status;
	rec->trailer.status = (uint32_t)result->status;
	rec->trailer.events = rec->seq; /* the writer corrects it to rows */
	result->calls = rec->trailer.calls;
	result->processes = rec->trailer.processes;
	result->threads = rec->trailer.threads;
	result->unreadable = rec->trailer.unreadable;
}

static void note_failure(struct rec *rec, struct rec_launch *launch, const char *path,
			 struct err *err)
{
	int error = rec->executed ? 0 : rec_launch_error(launch);

	if (!error)
		return;
	rec->result->failure = error == ENOENT ? REC_NOT_FOUND : REC_NOT_EXECUTABLE;
	err_errno(err, error, "cannot run '%s'", path);
}

static int record(struct rec *rec, struct rec_launch *launch, const char *path, struct err *err)
{
	struct err write_error = {0};
	int r = start_tape(rec, err);

	rec->root = launch->pid;
	if (r < 0)
		return r;
	r = rec_control_start(rec->root, &rec->control, err);
	if (r < 0)
		return r;
	r = attach(rec, err);
	if (r < 0)
		return r;
	rec_launch_go(launch);
	run(rec);
	note_failure(rec, launch, path, err);
	fill_result(rec);
	r = trace_writer_finish(rec->writer, &rec->trailer, &rec->result->totals, &write_error);
	if (r < 0 && err)
		*err = write_error;
	return r;
}

static int prepare(struct rec *rec, struct err *err)
{
	rec->scratch = calloc(1, sizeof(*rec->scratch));
	if (!rec->scratch)
		return err_set(err, ENOMEM, "out of memory");
	patience_init(&rec->patience);
	rec->scratch->ranges.arena_size = TRACE_MEMORY_MAX;
	rec->scratch->ranges.arena = malloc(TRACE_MEMORY_MAX);
	return rec->scratch->ranges.arena ? 0 : err_set(err, ENOMEM, "out of memory");
}

static void rec_done(struct rec *rec)
{
	rec_control_free(rec->control);
	trace_writer_free(rec->writer);
	task_table_done(&rec->tasks);
	meta_trailer_done(&rec->trailer);
	if (rec->scratch)
		free(rec->scratch->ranges.arena);
	free(rec->scratch);
}

/* Recording never began: the child that waits must not stay. */
static void abandon(const struct rec_launch *launch)
{
	kill(launch->pid, SIGKILL);
	while (waitpid(launch->pid, NULL, __WALL) < 0 && errno == EINTR)
		;
}

int rec_run(const struct rec_options *options, const char *path, struct rec_result *ret_result,
	    struct err *err)
{
	cleanup_done(rec_done) struct rec rec = {.options = options, .result = ret_result};
	struct rec_launch launch = {.go = -1, .failed = -1};
	sigset_t ours, original;
	int r;

	*ret_result = (struct rec_result){.failure = REC_FAILED};
	r = prepare(&rec, err);
	if (r < 0)
		return r;
	rec_control_signals(&ours);
	pthread_sigmask(SIG_BLOCK, &ours, &original);
	r = rec_launch(options, path, &original, &launch, err);
	if (r == 0) {
		ret_result->failure = REC_OK;
		r = record(&rec, &launch, path, err);
		if (r < 0)
			ret_result->failure = REC_FAILED;
		if (launch.go >= 0)
			abandon(&launch);
	}
	rec_launch_done(&launch);
	rec_done(&rec);
	rec = (struct rec){0};
	pthread_sigmask(SIG_SETMASK, &original, NULL);
	return r;
}
