/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two tables: threads by tid, processes by pid with a count of their threads. The
 * key is a tid that is alive: a number is reused only after the exit that removes it.
 */
#include "task.h"

#include "sys/capture.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct task_process {
	uint32_t pid;
	size_t threads;
};

/* Ranges larger than this are bulk data, which no length depends on. */
enum { REMEMBER_MAX = 64 << 10 };

struct task *task_lookup(const struct task_table *t, uint32_t tid)
{
	return map_get(&t->tasks, tid);
}

struct task *task_add(struct task_table *t, uint32_t tid, enum task_state state)
{
	struct task *task = calloc(1, sizeof(*task));

	if (!task)
		return NULL;
	task->tid = tid;
	task->state = state;
	if (map_put(&t->tasks, tid, task) < 0) {
		free(task);
		return NULL;
	}
	t->held += state == TASK_HELD;
	return task;
}

static struct task_process *add_process(struct task_table *t, uint32_t pid)
{
	struct task_process *process = calloc(1, sizeof(*process));

	if (!process)
		return NULL;
	process->pid = pid;
	if (map_put(&t->processes, pid, process) < 0) {
		free(process);
		return NULL;
	}
	return process;
}

int task_join(struct task_table *t, struct task *task, uint32_t pid)
{
	struct task_process *process = map_get(&t->processes, pid);
	int new = !process;

	if (new)
		process = add_process(t, pid);
	if (process)
		process->threads++;
	task->pid = pid;
	if (task->state == TASK_HELD)
		t->held--;
	task->state = TASK_KNOWN;
	return process ? new : -ENOMEM;
}

static void task_free(struct task *task)
{
	buf_done(&task->call.image_ranges);
	buf_done(&task->call.image_bytes);
	buf_done(&task->call.seen);
	free(task);
}

static bool leave(struct task_table *t, uint32_t pid)
{
	struct task_process *process = map_get(&t->processes, pid);

	if (!process || --process->threads)
		return false;
	map_remove(&t->processes, pid);
	free(process);
	return true;
}

bool task_remove(struct task_table *t, struct task *task)
{
	bool last = task->pid && leave(t, task->pid);

	t->held -= task->state == TASK_HELD;
	map_remove(&t->tasks, task->tid);
	task_free(task);
	return last;
}

static struct task *other_thread(const struct task_table *t, const struct task *task)
{
	struct task *other;
	size_t at = 0;

	while ((other = map_next(&t->tasks, &at))) {
		if (other != task && other->pid == task->pid)
			return other;
	}
	return NULL;
}

int task_exec(struct task_table *t, struct task *task)
{
	struct task *other;

	while ((other = other_thread(t, task)))
		task_remove(t, other);
	if (task->tid == task->pid)
		return 0;
	/* In this order the table need not grow, and nothing can fail. */
	map_remove(&t->tasks, task->tid);
	task->tid = task->pid;
	return map_put(&t->tasks, task->tid, task);
}

uint32_t *task_processes(const struct task_table *t, size_t *ret_count)
{
	uint32_t *pids = calloc(t->processes.count + 1, sizeof(*pids));
	const struct task_process *process;
	size_t at = 0;

	*ret_count = 0;
	while (pids && (process = map_next(&t->processes, &at)))
		pids[(*ret_count)++] = process->pid;
	return pids;
}

void task_table_done(struct task_table *t)
{
	void *value;
	size_t at = 0;

	while ((value = map_next(&t->tasks, &at)))
		task_free(value);
	at = 0;
	while ((value = map_next(&t->processes, &at)))
		free(value);
	map_done(&t->tasks);
	map_done(&t->processes);
}

int task_call_remember(struct task_call *call, const struct sys_ranges *ranges)
{
	buf_clear(&call->image_ranges);
	buf_clear(&call->image_bytes);
	for (size_t i = 0; i < ranges->count; i++) {
		const struct sys_range *r = &ranges->range[i];
		struct task_range kept = {r->address, r->full, call->image_bytes.size, r->length};

		if (r->length > REMEMBER_MAX)
			continue;
		buf_append(&call->image_bytes, r->data, r->length);
		buf_append(&call->image_ranges, &kept, sizeof(kept));
	}
	return buf_error(&call->image_bytes) < 0 ? -ENOMEM : buf_error(&call->image_ranges);
}

void task_call_recall(const struct task_call *call, struct sys_ranges *ret)
{
	const struct task_range *kept = (const void *)call->image_ranges.data;
	size_t count = call->image_ranges.size / sizeof(*kept);

	ret->count = 0;
	for (size_t i = 0; i < count && i < SYS_RANGES_MAX; i++) {
		ret->range[ret->count++] = (struct sys_range){
			.address = kept[i].address,
			.full = kept[i].full,
			.want = kept[i].length,
			.length = kept[i].length,
			.data = (uint8_t *)call->image_bytes.data + kept[i].offset,
		};
	}
}
