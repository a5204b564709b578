/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A list that only grows, and a map from the process numbers in use to places in it.
 * What is kept of each process is bounded, and so is their number.
 */
#include "processes.h"

#include "base/buf.h"
#include "replayer/print/print.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { SIGNAL_CHILD = 17, SIGNAL_CONTINUE = 18, SIGNAL_URGENT = 23, SIGNAL_WINDOW = 28 };

/* The map holds pointers: index + 1 as one, so that it survives the list's growth. */
static void *as_value(size_t index)
{
	return (void *)(uintptr_t)(index + 1);
}

struct process *processes_find(struct processes *p, uint32_t pid)
{
	void *value;

	if (p->last_pid == pid && p->last)
		return &p->list[p->last - 1];
	value = map_get(&p->alive, pid);
	if (!value)
		return NULL;
	p->last_pid = pid;
	p->last = (size_t)(uintptr_t)value;
	return &p->list[p->last - 1];
}

static int grow(struct processes *p)
{
	size_t capacity = p->capacity ? p->capacity * 2 : 64;
	struct process *list;

	if (p->count < p->capacity)
		return 0;
	list = reallocarray(p->list, capacity, sizeof(*list));
	if (!list)
		return -ENOMEM;
	p->list = list;
	p->capacity = capacity;
	return 0;
}

/* The process to be added next becomes the parent's youngest child. */
static void adopt(struct processes *p, uint32_t parent_at)
{
	struct process *parent = parent_at ? &p->list[parent_at - 1] : NULL;
	uint32_t child = (uint32_t)p->count + 1;

	if (!parent)
		return;
	if (parent->last_child)
		p->list[parent->last_child - 1].next_sibling = child;
	else
		parent->first_child = child;
	parent->last_child = child;
	parent->children++;
}

/* A new process of that number. *ret is NULL when there is no room for more. */
static int add(struct processes *p, uint32_t pid, uint32_t parent_pid, uint64_t time,
	       struct process **ret)
{
	struct process *parent = parent_pid ? processes_find(p, parent_pid) : NULL;
	uint32_t parent_at = parent ? (uint32_t)(parent - p->list) + 1 : 0;

	*ret = NULL;
	if (p->count == PROCESSES_MAX) {
		p->dropped++;
		map_remove(&p->alive, pid);
		p->last = 0;
		return 0;
	}
	if (grow(p) < 0 || map_put(&p->alive, pid, as_value(p->count)) < 0)
		return -ENOMEM;
	adopt(p, parent_at);
	p->last_pid = pid;
	p->last = p->count + 1;
	*ret = &p->list[p->count++];
	**ret = (struct process){.pid = pid, .parent = parent_at, .threads = 1, .began = time};
	if (parent_at)
		(*ret)->out_is_err = p->list[parent_at - 1].out_is_err;
	return 0;
}

static int get(struct processes *p, uint32_t pid, uint64_t time, struct process **ret)
{
	*ret = processes_find(p, pid);
	if (*ret || p->count == PROCESSES_MAX)
		return 0;
	return add(p, pid, 0, time, ret);
}

static int set_command(struct process *p, const void *argv, size_t size)
{
	size_t kept = size < PROCESS_COMMAND_MAX ? size : PROCESS_COMMAND_MAX;
	char *copy = malloc(kept + 1);

	if (!copy)
		return -ENOMEM;
	memcpy(copy, argv, kept);
	copy[kept] = 0;
	free(p->earlier);
	p->earlier = p->command;
	p->earlier_size = p->command_size;
	p->command = copy;
	p->command_size = kept;
	return 0;
}

static int take_snapshot(struct processes *p, const struct meta_snapshot *s)
{
	for (size_t i = 0; i < s->process_count; i++) {
		const struct meta_process *m = &s->processes[i];
		const struct meta_bytes *command = m->argv.size ? &m->argv : &m->comm;
		struct process *one = processes_find(p, m->pid);
		int r = one ? 0 : add(p, m->pid, m->ppid, s->time, &one);

		if (r < 0)
			return r;
		if (!one || one->command || !command->size)
			continue;
		one->threads = m->tid_count ? (uint32_t)m->tid_count : 1;
		r = set_command(one, command->data, command->size);
		if (r < 0)
			return r;
	}
	return 0;
}

/* ---- events ---- */

/* Nobody knows who made it: that it is a thread, only its kind says. */
static int take_orphan(struct processes *p, const struct event *e)
{
	struct process *one = processes_find(p, e->fork.child_pid);

	if (!one || one->over || e->fork.kind != FORK_THREAD)
		return add(p, e->fork.child_pid, 0, e->time, &one);
	one->threads++;
	return 0;
}

static int take_fork(struct processes *p, const struct event *e)
{
	struct process *one;
	int r;

	if (!e->fork.creator_known)
		return take_orphan(p, e);
	r = get(p, e->pid, e->time, &one);
	if (r < 0 || e->fork.child_pid != e->pid)
		return r < 0 ? r : add(p, e->fork.child_pid, e->pid, e->time, &one);
	if (one)
		one->threads++;
	return 0;
}

static int take_exec(struct process *p, const struct event *e)
{
	p->execs++;
	p->words_are_old = true;
	if (e->exec.argv_size)
		return set_command(p, e->exec.argv, e->exec.argv_size);
	return set_command(p, e->exec.path, strlen(e->exec.path) + 1);
}

/* The latest signal of those that end a process unless it does something about them. */
static int take_signal(struct processes *p, struct process *one, const struct event *e)
{
	const struct print_options options = {.string_limit = PRINT_STRING_DEFAULT};
	struct buf text = {0};
	int r;

	if (e->signal.number == SIGNAL_CHILD || e->signal.number == SIGNAL_CONTINUE ||
	    e->signal.number == SIGNAL_URGENT || e->signal.number == SIGNAL_WINDOW)
		return 0;
	if (!p->printer)
		p->printer = printer_new(&options);
	if (!p->printer)
		return -ENOMEM;
	r = print_text(p->printer, e, &text);
	if (r < 0) {
		buf_done(&text);
		return r;
	}
	free(one->signal);
	one->signal = text.data;
	return 0;
}

static void take_exit(struct processes *p, struct process *one, const struct event *e)
{
	if (!e->exit.process) {
		one->threads_over += !(e->exit.status & 0x7f);
		return;
	}
	one->over = true;
	one->status = e->exit.status;
	one->ended = e->time;
	if (one->parent && process_ended_badly(one)) {
		p->list[one->parent - 1].bad_child = true;
		p->list[one->parent - 1].bad_child_at = e->time;
	}
}

static int take_call(struct processes *all, struct process *p, const struct event *e)
{
	if (e->kind != EVENT_END)
		p->calls++;
	p->last_call = event_end_time(e);
	if (e->kind != EVENT_BEGUN)
		p->failed += event_errno(&e->call) != 0;
	return process_hear(all, p, e);
}

static int take_event(struct processes *p, const struct event *e)
{
	struct process *one;
	int r;

	p->time = e->time;
	if (e->kind == EVENT_FORK)
		return take_fork(p, e);
	r = get(p, e->pid, e->time, &one);
	if (r < 0 || !one)
		return r;
	switch (e->kind) {
	case EVENT_CALL:
	case EVENT_BEGUN:
	case EVENT_END:
		return take_call(p, one, e);
	case EVENT_EXEC:
		return take_exec(one, e);
	case EVENT_SIGNAL:
		return take_signal(p, one, e);
	case EVENT_EXIT:
		take_exit(p, one, e);
		return 0;
	default:
		return 0;
	}
}

int processes_take(struct processes *p, const struct trace_item *item)
{
	if (item->kind == ITEM_EVENT)
		return take_event(p, item->event);
	if (item->kind == ITEM_SNAPSHOT)
		return take_snapshot(p, item->snapshot);
	return 0;
}

void processes_done(struct processes *p)
{
	for (size_t i = 0; i < p->count; i++) {
		free(p->list[i].command);
		free(p->list[i].earlier);
		free(p->list[i].signal);
		free(p->list[i].message);
	}
	free(p->list);
	map_done(&p->alive);
	printer_free(p->printer);
	*p = (struct processes){0};
}
