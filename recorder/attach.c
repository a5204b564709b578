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

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/err.h"
#include "base/fileio.h"
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

/* "1234 (name)" */
static const char *describe(pid_t pid, struct buf *ret)
{
	buf_printf(ret, "%d", (int)pid);
	buf_str(ret, " (");
	if (tracee_proc_file(pid, "comm", ret) < 0)
		buf_str(ret, "?");
	if (ret->size && ret->data[ret->size - 1] == '\n')
		buf_truncate(ret, ret->size - 1);
	buf_str(ret, ")");
	return buf_text(ret);
}

/* The process's name is its own choice: no control characters of it to a terminal. */
static const char *harmless(struct buf *text)
{
	for (size_t i = 0; i < text->size; i++) {
		if ((unsigned char)text->data[i] < ' ' || text->data[i] == 0x7f)
			text->data[i] = '?';
	}
	return buf_text(text);
}

static int refused(pid_t pid, struct err *err)
{
	cleanup_done(buf_done) struct buf scope = {0}, who = {0};
	long uid = 0;

	describe(pid, &who);
	tracee_proc_status(pid, "Uid", &uid);
	if ((uid_t)uid != getuid() && geteuid() != 0)
		return err_set(err, EPERM,
			       "cannot attach to %s: it is the process of another user (uid %ld), "
			       "which takes CAP_SYS_PTRACE",
			       harmless(&who), uid);
	fileio_slurp(AT_FDCWD, "/proc/sys/kernel/yama/ptrace_scope", 16, &scope);
	if (scope.size && scope.data[0] >= '1')
		return err_set(
			err, EPERM, "cannot attach to %s: kernel.yama.ptrace_scope is %c: %s",
			harmless(&who), scope.data[0],
			scope.data[0] == '1'   ? "only descendants may be traced without "
						 "CAP_SYS_PTRACE"
			: scope.data[0] == '2' ? "tracing takes CAP_SYS_PTRACE"
					       : "tracing is switched off until the next boot");
	return err_set(err, EPERM,
		       "cannot attach to %s: ptrace(2) is refused; the process has more privileges "
		       "or is not dumpable, or a container's seccomp filter or a security module "
		       "forbids it",
		       harmless(&who));
}

/* What can be told without touching the process. */
static int look_at(pid_t pid, struct err *err)
{
	cleanup_done(buf_done) struct buf who = {0}, tracer = {0};
	struct tracee_stat stat;
	long traced_by = 0;
	int r = tracee_proc_stat(pid, &stat);

	if (r == -ENOENT || r == -ESRCH)
		return err_set(err, ESRCH, "cannot attach to %d: no such process", (int)pid);
	if (r < 0)
		return err_errno(err, -r, "cannot attach to %d: /proc/%d/stat", (int)pid, (int)pid);
	describe(pid, &who);
	tracee_proc_status(pid, "TracerPid", &traced_by);
	if (pid == getpid())
		return err_set(err, EINVAL, "cannot attach to %d: that is rec itself", (int)pid);
	if (stat.kernel_thread)
		return err_set(err, EPERM,
			       "cannot attach to %s: a thread of the kernel, which makes no system "
			       "calls",
			       harmless(&who));
	if (traced_by > 0)
		return err_set(err, EPERM, "cannot attach to %s: process %s traces it already",
			       harmless(&who),
			       (describe((pid_t)traced_by, &tracer), harmless(&tracer)));
	return 0;
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
	if (r == -EPERM)
		return refused((pid_t)pid, err);
	if (r < 0)
		return err_errno(err, -r, "cannot attach to %u", pid);
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

	for (size_t i = 0; r >= 0 && i < count; i++) {
		if (task_find(&rec->tasks, tids[i]))
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

/* A second status of a stopped thread is its end. */
static void keep(struct rec *rec, uint32_t tid, int status)
{
	struct task *task = task_find(&rec->tasks, tid);

	if (!task)
		task = task_add(&rec->tasks, tid, TASK_HELD);
	if (task)
		task->held_status = status;
}

static void await_stops(struct rec *rec)
{
	const struct timespec moment = {.tv_nsec = POLL_NS};
	uint64_t limit = rec_clock() + STOP_LIMIT_MS * UINT64_C(1000000);
	int status;

	while (!all_stopped(rec)) {
		pid_t tid = waitpid(-1, &status, __WALL | WNOHANG);

		if (tid > 0)
			keep(rec, (uint32_t)tid, status);
		else if (rec_clock() > limit)
			break;
		else
			nanosleep(&moment, NULL);
	}
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
		cleanup_done(buf_done) struct buf who = {0};

		describe((pid_t)pid, &who);
		return err_set(err, ESRCH,
			       "cannot attach to %s: it has ended, and waits for its parent to "
			       "take note (a zombie)",
			       harmless(&who));
	}
	return 0;
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

		tracee_proc_status(options->pids[i], "Tgid", &tgid);
		pid = (uint32_t)(tgid > 0 ? tgid : options->pids[i]);
		for (size_t k = 0; k < ret->size / sizeof(pid); k++)
			twice |= ((const uint32_t *)(const void *)ret->data)[k] == pid;
		if (!twice)
			buf_append(ret, &pid, sizeof(pid));
	}
	return buf_error(ret) < 0 ? err_set(err, ENOMEM, "out of memory") : 0;
}

/* Each on its way, as what it stopped for asks for. */
static void release_all(struct rec *rec)
{
	struct task *task;
	size_t at = 0;
	cleanup_free uint32_t *tids = calloc(rec->tasks.tasks.count + 1, sizeof(*tids));
	size_t count = 0;

	while (tids && (task = map_next(&rec->tasks.tasks, &at)))
		tids[count++] = task->tid;
	for (size_t i = 0; i < count; i++) {
		task = task_find(&rec->tasks, tids[i]);
		if (task && task->state == TASK_KNOWN && task->held_status)
			rec_release(rec, task);
	}
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
	release_all(rec);
	rec->attaching = false;
	return 0;
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
		"accept",         "accept4",
	};
	const struct sys_desc *desc = sys_find(arch, nr);

	for (size_t i = 0; desc && i < ARRAY_SIZE(names); i++) {
		if (strcmp(desc->name, names[i]) == 0)
			return true;
	}
	return false;
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
