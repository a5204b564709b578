/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tasks come, run another program, get signals and go.
 *
 * The numbers are those of the recorder's own pid namespace, as ptrace gives them;
 * what clone(2) returned to the program may be others and is in its event.
 */
#include "rec_priv.h"

#include "tracee/mem.h"
#include "tracee/proc.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/wait.h>

enum { CMDLINE_KEPT = 128 << 10 };

static struct event lineage_event(struct rec *rec, uint32_t pid, uint32_t tid, uint8_t kind)
{
	return (struct event){
		.seq = rec_place(rec), .time = rec->now, .pid = pid, .tid = tid, .kind = kind};
}

/* The process that a new task is a thread of; itself when it is gone already. Where there is
 * no /proc the creator's call tells; @creator may be NULL. */
static uint32_t process_of(const struct rec *rec, uint32_t tid, const struct task *creator)
{
	long tgid = 0;

	if (tracee_proc_status((pid_t)tid, "Tgid", &tgid) == 0 && tgid > 0)
		return (uint32_t)tgid;
	return creator && rec_call_makes_thread(rec, creator) ? creator->pid : tid;
}

static uint8_t fork_kind(const struct task *task, int status)
{
	if (task->pid != task->tid)
		return FORK_THREAD;
	switch (tracee_fork_event(status)) {
	case PTRACE_EVENT_FORK:
		return FORK_FORK;
	case PTRACE_EVENT_VFORK:
		return FORK_VFORK;
	default:
		return FORK_CLONE;
	}
}

static void join(struct rec *rec, struct task *task, const struct task *creator)
{
	int r = task_join(&rec->tasks, task, process_of(rec, task->tid, creator));

	rec->trailer.threads++;
	if (r > 0)
		rec->trailer.processes++;
	else if (r < 0)
		rec_note(rec, "out of memory: thread %u is shown without its process", task->tid);
}

static void add_fork(struct rec *rec, uint32_t pid, uint32_t tid, const struct event_fork *fork)
{
	struct event e = lineage_event(rec, pid, tid, EVENT_FORK);

	e.fork = *fork;
	rec_add(rec, &e);
}

struct task *rec_forked(struct rec *rec, struct task *creator, int status)
{
	struct event_fork fork = {.creator_known = true};
	unsigned long child;
	struct task *task;

	creator->call.forked = true;
	if (tracee_message((pid_t)creator->tid, &child) < 0)
		return NULL;
	task = task_lookup(&rec->tasks, (uint32_t)child);
	if (!task)
		task = task_add(&rec->tasks, (uint32_t)child, TASK_HELD);
	if (!task) {
		rec_note(rec, "out of memory: the children of process %u are missing",
			 creator->pid);
		return NULL;
	}
	join(rec, task, creator);
	rec_select_inherit(task, creator);
	fork.child_pid = task->pid;
	fork.child_tid = task->tid;
	fork.kind = fork_kind(task, status);
	add_fork(rec, creator->pid, creator->tid, &fork);
	return task;
}

void rec_adopt_orphan(struct rec *rec, struct task *task)
{
	struct event_fork fork = {0};

	join(rec, task, NULL);
	rec_select_inherit(task, NULL);
	fork.child_pid = task->pid;
	fork.child_tid = task->tid;
	fork.kind = task->pid == task->tid ? FORK_CLONE : FORK_THREAD;
	add_fork(rec, task->pid, task->tid, &fork);
}

static void add_exec(struct rec *rec, const struct task *task, uint32_t former_tid)
{
	struct event e = lineage_event(rec, task->pid, task->tid, EVENT_EXEC);
	struct buf path = {0}, argv = {0};

	tracee_proc_link((pid_t)task->pid, "exe", &path);
	tracee_proc_file((pid_t)task->pid, "cmdline", &argv);
	e.exec.former_tid = former_tid;
	e.exec.path = buf_text(&path);
	e.exec.argv = (const uint8_t *)buf_text(&argv);
	e.exec.argv_size = argv.size < CMDLINE_KEPT ? argv.size : CMDLINE_KEPT;
	rec_add(rec, &e);
	if (buf_error(&path) < 0 || buf_error(&argv) < 0)
		rec_note(rec, "out of memory: what process %u executed is missing", task->pid);
	rec_watch_set_id(rec, task, e.exec.path);
	objects_see(&rec->objects, task->pid, "exe", META_OBJECT_EXECUTED);
	buf_done(&path);
	buf_done(&argv);
}

struct task *rec_execed(struct rec *rec, uint32_t pid)
{
	unsigned long former = pid;
	struct task *task;

	tracee_message((pid_t)pid, &former);
	task = task_lookup(&rec->tasks, (uint32_t)former);
	if (!task)
		task = task_lookup(&rec->tasks, pid);
	if (!task || task_exec(&rec->tasks, task) < 0)
		return task;
	add_exec(rec, task, (uint32_t)former);
	if ((pid_t)pid == rec->root && !rec->executed) {
		rec->executed = true;
		rec_select_executed(rec);
		rec_snapshot(rec, &pid, 1);
	}
	return task;
}

void rec_signaled(struct rec *rec, const struct task *task, uint8_t kind, int signal)
{
	struct event e = lineage_event(rec, task->pid, task->tid, kind);
	siginfo_t info;

	_Static_assert(sizeof(info) == EVENT_SIGINFO_SIZE, "siginfo_t is 128 bytes");
	e.signal.number = (uint32_t)signal;
	if (kind == EVENT_SIGNAL && tracee_siginfo((pid_t)task->tid, &info) == 0) {
		e.signal.info = (const uint8_t *)&info;
		e.signal.info_size = sizeof(info);
		if ((pid_t)task->pid == rec->root)
			rec_control_command_signaled(rec->control, signal, info.si_pid);
	}
	rec->trailer.signals += kind == EVENT_SIGNAL;
	rec_add(rec, &e);
}

void rec_watch_sigwait(struct rec *rec, const struct task *task, int64_t result)
{
	const struct task_call *call = &task->call;
	siginfo_t info;
	struct tracee_range range = {call->args[1], &info, sizeof(info), 0};

	if ((pid_t)task->pid != rec->root || result <= 0 || !call->open || !call->desc ||
	    strcmp(call->desc->name, "rt_sigtimedwait") != 0)
		return;
	/* Whose it was is known only if the program has asked as well. */
	rec_read(rec, task, &range, 1);
	if (range.got == sizeof(info) && info.si_signo == result)
		rec_control_command_signaled(rec->control, info.si_signo, info.si_pid);
}

/* The command has been waited for just now, and no other child was before. */
static void take_usage(struct meta_trailer *t)
{
	const uint64_t second = 1000000000, microsecond = 1000;
	struct rusage u;

	t->has_usage = getrusage(RUSAGE_CHILDREN, &u) == 0;
	if (!t->has_usage)
		return;
	t->usage = (struct meta_usage){
		.user_time = (uint64_t)u.ru_utime.tv_sec * second +
			     (uint64_t)u.ru_utime.tv_usec * microsecond,
		.system_time = (uint64_t)u.ru_stime.tv_sec * second +
			       (uint64_t)u.ru_stime.tv_usec * microsecond,
		.max_rss = (uint64_t)u.ru_maxrss * 1024,
		.minor_faults = (uint64_t)u.ru_minflt,
		.major_faults = (uint64_t)u.ru_majflt,
		.blocks_in = (uint64_t)u.ru_inblock,
		.blocks_out = (uint64_t)u.ru_oublock,
		.voluntary_switches = (uint64_t)u.ru_nvcsw,
		.involuntary_switches = (uint64_t)u.ru_nivcsw,
	};
}

void rec_exited(struct rec *rec, struct task *task, int status)
{
	struct event e = lineage_event(rec, task->pid, task->tid, EVENT_EXIT);

	e.exit.status = (uint32_t)status;
	if ((pid_t)task->tid == rec->root) {
		rec->root_ended = true;
		rec->result->has_status = true;
		rec->result->status = status;
		take_usage(&rec->trailer);
		rec_control_command_ended(rec->control);
	}
	e.exit.process = task_remove(&rec->tasks, task);
	rec_add(rec, &e);
	if (rec->root_ended && rec->tasks.tasks.count)
		rec_turn_at_failure(rec);
}
