/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Taking hold of processes that run already, and leaving them as if nobody had been.
 *
 * All threads of all of them are stopped at a time, so that what the snapshot says
 * belongs together; then each is let go on to its next system call. To stop a thread
 * the kernel interrupts the call it sleeps in and goes on with it afterwards by
 * itself, but for a few calls that end with EINTR (signal(7), "Interruption of system
 * calls … by stop signals"): these are issued again, unless a real signal waits.
 */
#include "rec_priv.h"
#include "refusal.h"

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/err.h"
#include "sys/table.h"
#include "tracee/proc.h"
#include "tracee/regs.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
	STOP_LIMIT_MS = 1000, /* a thread that sleeps beyond signals is not waited for */
	POLL_NS = 200000,
	SCANS_MAX = 1000, /* somebody who makes threads that fast is never seen whole */
};

/* ---- why not ---- */

/* "cannot attach to 1234 (name)" */
static void begin_complaint(pid_t pid, struct buf *ret)
{
	buf_str(ret, "cannot attach to ");
	refusal_describe(pid, ret);
}

static int refused(pid_t pid, int error, struct err *err)
{
	cleanup_done(buf_done) struct buf what = {0};
	struct refusal facts;

	begin_complaint(pid, &what);
	refusal_gather(pid, &facts);
	return refusal_explain(&facts, error, buf_text(&what), err);
}

static int not_to_be_seen(pid_t pid, struct err *err)
{
	if (kill(pid, 0) < 0 && errno == ESRCH)
		return err_set(err, ESRCH, "cannot attach to %d: no such process", (int)pid);
	if (!refusal_proc_is_there())
		return err_set(err, ENOENT,
			       "cannot attach to %d: its threads are listed in /proc, which is not "
			       "mounted",
			       (int)pid);
	return err_set(
		err, ENOENT,
		"cannot attach to %d: /proc hides it (hidepid in proc(5)): it is the process "
		"of another user",
		(int)pid);
}

/* What can be told without touching the process. */
static int look_at(pid_t pid, struct err *err)
{
	cleanup_done(buf_done) struct buf what = {0};
	struct tracee_stat stat;
	struct refusal facts;
	int r = tracee_proc_stat(pid, &stat);

	if (r == -ENOENT || r == -ESRCH)
		return not_to_be_seen(pid, err);
	if (r < 0)
		return err_errno(err, -r, "cannot attach to %d: /proc/%d/stat", (int)pid, (int)pid);
	begin_complaint(pid, &what);
	if (pid == getpid())
		return err_set(err, EINVAL, "cannot attach to %d: that is rec itself", (int)pid);
	if (stat.kernel_thread)
		return err_set(err, EPERM,
			       "%s: a thread of the kernel, which makes no system calls",
			       buf_text(&what));
	refusal_gather(pid, &facts);
	return facts.tracer ? refusal_explain(&facts, EPERM, buf_text(&what), err) : 0;
}

/* ---- taking hold ---- */

static bool is_dead(uint32_t tid)
{
	struct tracee_stat stat;

	return tracee_proc_stat((pid_t)tid, &stat) < 0 || stat.state == 'Z' || stat.state == 'X';
}

/* A thread made by one that is ours already is ours by birth. */
static bool is_ours(uint32_t tid)
{
	long tracer = 0;

	return tracee_proc_status((pid_t)tid, "TracerPid", &tracer) == 0 && tracer == getpid();
}

/* 1: seized; 0: there is nothing to seize; -errno. */
static int seize(struct rec *rec, uint32_t pid, uint32_t tid, struct err *err)
{
	struct task *task;
	int r = tracee_seize((pid_t)tid);

	if (r == -ESRCH || (r == -EPERM && (is_dead(tid) || is_ours(tid))))
		return 0;
	if (r < 0)
		return refused((pid_t)pid, -r, err);
	task = task_add(&rec->tasks, tid, TASK_HELD);
	r = task ? task_join(&rec->tasks, task, pid) : -ENOMEM;
	if (r < 0)
		return err_set(err, ENOMEM, "out of memory");
	rec->trailer.processes += r > 0;
	rec->trailer.threads++;
	tracee_interrupt((pid_t)tid);
	return 1;
}

/* How many threads are new; -errno. */
static int seize_threads(struct rec *rec, uint32_t pid, struct err *err)
{
	cleanup_free uint32_t *tids = NULL;
	size_t count = 0;
	int fresh = 0;
	int r = tracee_proc_numbers((pid_t)pid, "task", &tids, &count);

	if (r == -ENOMEM)
		return err_set(err, ENOMEM, "out of memory");
	for (size_t i = 0; r >= 0 && i < count; i++) {
		if (task_lookup(&rec->tasks, tids[i]))
			continue;
		r = seize(rec, pid, tids[i], err);
		if (r < 0)
			return r;
		fresh += r;
	}
	return fresh;
}

static bool all_stopped(const struct rec *rec)
{
	const struct task *task;
	size_t at = 0;

	while ((task = map_next(&rec->tasks.tasks, &at))) {
		if (!task->held_status)
			return false;
	}
	return true;
}

static void await_stops(struct rec *rec)
{
	const struct timespec moment = {.tv_nsec = POLL_NS};
	uint64_t limit = rec_clock() + STOP_LIMIT_MS * UINT64_C(1000000);
	int status;

	while (!all_stopped(rec)) {
		pid_t tid = waitpid(-1, &status, __WALL | WNOHANG);

		/* A second status of a stopped thread is its end. */
		if (tid > 0)
			rec_hold(rec, (uint32_t)tid, status);
		else if (rec_clock() > limit)
			break;
		else
			nanosleep(&moment, NULL);
	}
}

/* Of those just stopped one speaks for all. */
static int check_one(const struct rec *rec, uint32_t pid, struct err *err)
{
	cleanup_done(buf_done) struct buf what = {0};
	const struct task *task;
	size_t at = 0;

	while ((task = map_next(&rec->tasks.tasks, &at))) {
		if (!task->held_status || !WIFSTOPPED(task->held_status))
			continue;
		begin_complaint((pid_t)pid, &what);
		return refusal_check_call_info((pid_t)task->tid, buf_text(&what), err);
	}
	return 0;
}

/* Those that are stopped make no new threads: when a scan finds none, all are ours. */
static int take_hold(struct rec *rec, uint32_t pid, struct err *err)
{
	int r, seized = 0;

	for (unsigned scans = 0; scans < SCANS_MAX; scans++) {
		r = seize_threads(rec, pid, err);
		if (r < 0)
			return r;
		seized += r;
		if (r == 0)
			break;
		await_stops(rec);
	}
	if (!seized) {
		cleanup_done(buf_done) struct buf what = {0};

		begin_complaint((pid_t)pid, &what);
		return err_set(err, ESRCH,
			       "%s: it has ended, and waits for its parent to take note (a zombie)",
			       buf_text(&what));
	}
	return check_one(rec, pid, err);
}

static void note_asleep(struct rec *rec)
{
	const struct task *task;
	size_t at = 0;

	while ((task = map_next(&rec->tasks.tasks, &at))) {
		if (!task->held_status)
			rec_note(rec,
				 "thread %u sleeps beyond signals: it is recorded from its call's "
				 "return on",
				 task->tid);
	}
}

/* The process numbers, each once, those of threads being their process's. */
static int processes_of(const struct rec_options *options, struct buf *ret, struct err *err)
{
	for (size_t i = 0; i < options->pid_count; i++) {
		long tgid = 0;
		uint32_t pid;
		bool twice = false;

		if (tracee_proc_status(options->pids[i], "Tgid", &tgid) == -ENOMEM)
			return err_set(err, ENOMEM, "out of memory");
		pid = (uint32_t)(tgid > 0 ? tgid : options->pids[i]);
		for (size_t k = 0; k < ret->size / sizeof(pid); k++)
			twice |= ((const uint32_t *)(const void *)ret->data)[k] == pid;
		if (!twice)
			buf_append(ret, &pid, sizeof(pid));
	}
	return buf_error(ret) < 0 ? err_set(err, ENOMEM, "out of memory") : 0;
}

/* Each on its way, as what it stopped for asks for. */
static int release_all(struct rec *rec, struct err *err)
{
	struct task *task;
	size_t at = 0;
	cleanup_free uint32_t *tids = calloc(rec->tasks.tasks.count + 1, sizeof(*tids));
	size_t count = 0;

	if (!tids)
		return err_set(err, ENOMEM, "out of memory");
	while ((task = map_next(&rec->tasks.tasks, &at)))
		tids[count++] = task->tid;
	for (size_t i = 0; i < count; i++) {
		task = task_lookup(&rec->tasks, tids[i]);
		if (task && task->state == TASK_KNOWN && task->held_status)
			rec_release(rec, task);
	}
	return 0;
}

int rec_attach(struct rec *rec, struct err *err)
{
	cleanup_done(buf_done) struct buf pids = {0};
	const uint32_t *pid;
	size_t count;
	int r = processes_of(rec->options, &pids, err);

	pid = (const uint32_t *)(const void *)buf_text(&pids);
	count = pids.size / sizeof(*pid);
	for (size_t i = 0; r == 0 && i < count; i++)
		r = look_at((pid_t)pid[i], err);
	for (size_t i = 0; r == 0 && i < count; i++)
		r = take_hold(rec, pid[i], err);
	if (r < 0)
		return r;
	rec->executed = true;
	rec->now = rec_clock() - rec->start;
	note_asleep(rec);
	rec_snapshot(rec, pid, count);
	rec->attaching = true;
	r = release_all(rec, err);
	rec->attaching = false;
	return r;
}

/* ---- EINTR that only we have caused ---- */

/* Those of signal(7) that end with EINTR after a stop, and that have done nothing then. */
static bool may_be_issued_again(uint32_t arch, uint64_t nr)
{
	static const char *const names[] = {
		"epoll_wait",     "epoll_pwait",     "epoll_pwait2",
		"semop",          "semtimedop",      "semtimedop_time64",
		"io_getevents",   "io_pgetevents",   "io_pgetevents_time64",
		"io_uring_enter", "rt_sigtimedwait", "rt_sigtimedwait_time64",
		"read",           "readv",           "recvfrom",
		"recvmsg",        "recvmmsg",        "recvmmsg_time64",
		"accept",         "accept4",         NULL,
	};

	return sys_is_named(sys_find(arch, nr), names);
}

bool rec_undo_interruption(const struct task *task)
{
	pid_t tid = (pid_t)task->tid;
	struct tracee_call info;
	uint64_t nr;

	return tracee_interrupted_call(tid, &nr) > 0 && tracee_call_info(tid, &info) == 0 &&
	       may_be_issued_again(info.arch, nr) && tracee_proc_signal_pending(tid) == 0 &&
	       tracee_issue_again(tid) == 0;
}
