/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The traced threads and what the recorder knows of each: where in its system call
 * it is, and what of the call's entry is needed at its exit.
 */
#ifndef RECORDER_TASK_H
#define RECORDER_TASK_H

#include "base/buf.h"
#include "base/map.h"
#include "format/batch.h"
#include "sys/desc.h"

struct sys_ranges;

enum task_state {
	TASK_HELD,  /* it reported before the event of its creation did: it waits for that */
	TASK_KNOWN, /* a thread of a process we know */
};

/* A small range seen at the entry, kept for the exit. */
struct task_range {
	uint64_t address, full;
	size_t offset; /* into the image's bytes */
	uint32_t length;
};

struct task_call {
	bool open;   /* between entry and exit */
	bool forked; /* the task that it creates has been announced */
	bool hidden; /* nobody asked for it: recorded for what it bears on */
	struct batch_slot slot;
	uint64_t seq, time, nr, ip;
	uint64_t args[EVENT_ARGS];
	uint32_t arch;
	const struct sys_desc *desc; /* NULL: not described */
	struct buf image_ranges;     /* struct task_range */
	struct buf image_bytes;
	bool late;       /* some of what it reads was not there at its entry, see wary.c */
	struct buf seen; /* where the ranges begin that were, uint64_t */
};

struct task {
	uint32_t tid, pid;
	enum task_state state;
	int held_status;  /* TASK_HELD: the wait status it came with */
	bool entered;     /* an entry-stop was seen, its exit-stop was not yet */
	bool stepwise;    /* must stop at every call, see select.c */
	bool interrupted; /* by our own wish, in the midst of anything */
	struct task_call call;
};

struct task_table {
	struct map tasks;     /* tid -> struct task */
	struct map processes; /* pid -> struct task_process */
	size_t held;          /* tasks in TASK_HELD */
};

/* NULL when unknown. */
struct task *task_lookup(const struct task_table *t, uint32_t tid);
/* A new task; NULL when out of memory. TASK_HELD tasks belong to no process yet. */
struct task *task_add(struct task_table *t, uint32_t tid, enum task_state state);
/* Makes the task a thread of @pid. Returns 1 when it is the first thread of a new
 * process, 0 when not. -ENOMEM: it is one, but the process is not counted. */
int task_join(struct task_table *t, struct task *task, uint32_t pid);
/* Forgets and frees it. Returns true when it was the last thread of its process. */
bool task_remove(struct task_table *t, struct task *task);
/*
 * exec: @task becomes the only thread of its process, under the process's own tid.
 * The other threads are forgotten: the kernel has killed them, and the former leader
 * never reports. -ENOMEM leaves all as it was.
 */
int task_exec(struct task_table *t, struct task *task);
/* The pids of all processes; the caller frees them. NULL when out of memory. */
uint32_t *task_processes(const struct task_table *t, size_t *ret_count);
void task_table_done(struct task_table *t);

/* Remembers of a call's entry what sys_capture_exit() will ask for. */
int task_call_remember(struct task_call *call, const struct sys_ranges *ranges);
/* Gives it back: @ret points into the call. */
void task_call_recall(const struct task_call *call, struct sys_ranges *ret);

#endif
