/* SPDX-License-Identifier: Apache-2.0 */
/* The tables of a tape's own properties, of processes and of threads. */
#include "sql_priv.h"

#include "base/cleanup.h"
#include "replayer/query/processes.h"
#include "sys/names.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

const struct list_table list_tables[LIST_TABLES] = {
	{"tape", "CREATE TABLE tape(key TEXT, value)", 2, list_make_tape},
	{"processes",
	 "CREATE TABLE processes(id INTEGER, pid INTEGER, parent INTEGER, parent_pid INTEGER, "
	 "command TEXT, began INTEGER, ended INTEGER, status INTEGER, signal TEXT, "
	 "threads INTEGER, calls INTEGER, failed INTEGER)",
	 12, list_make_processes},
	{"threads",
	 "CREATE TABLE threads(tid INTEGER, pid INTEGER, began INTEGER, ended INTEGER, "
	 "calls INTEGER, failed INTEGER, blocked INTEGER)",
	 7, list_make_threads},
	{"fds",
	 "CREATE TABLE fds(pid INTEGER, fd INTEGER, file INTEGER, name TEXT, opened_seq INTEGER, "
	 "opened_time INTEGER, opened_tid INTEGER, opened_by TEXT, closed_seq INTEGER, "
	 "closed_time INTEGER, closed_tid INTEGER, closed_by TEXT, calls INTEGER, "
	 "bytes_in INTEGER, bytes_out INTEGER)",
	 15, list_make_fds},
	{"files",
	 "CREATE TABLE files(path TEXT, presence TEXT, opened INTEGER, created INTEGER, "
	 "deleted INTEGER, renamed_from TEXT, renamed_to TEXT, looked INTEGER, executed INTEGER, "
	 "mapped INTEGER, changed INTEGER, reads INTEGER, bytes_in INTEGER, writes INTEGER, "
	 "bytes_out INTEGER, missing INTEGER, errors INTEGER, first_seq INTEGER, "
	 "first_time INTEGER, last_time INTEGER)",
	 20, list_make_files},
};

/* ---- tape ---- */

static void put_text(struct list *l, const char *key, const void *text, size_t size)
{
	if (!size || !list_row(l))
		return;
	list_word(l, 0, key);
	list_text(l, 1, text, size);
}

static void put_string(struct list *l, const char *key, const char *text)
{
	put_text(l, key, text, text ? strlen(text) : 0);
}

static void put_number(struct list *l, const char *key, uint64_t value)
{
	if (!list_row(l))
		return;
	list_word(l, 0, key);
	list_integer(l, 1, value);
}

/* The words of the command with blanks between them. */
static void put_command(struct list *l, const struct meta_bytes *argv)
{
	struct buf words = {0};

	buf_append(&words, argv->data, argv->size);
	for (size_t i = 0; i < words.size; i++) {
		if (!words.data[i])
			words.data[i] = ' ';
	}
	if (words.size)
		put_text(l, "command", words.data, words.size - 1);
	buf_inherit(&l->texts, &words);
	buf_done(&words);
}

static void put_header(struct list *l, const struct meta_header *h)
{
	put_string(l, "tool", h->tool);
	put_number(l, "start_realtime", (uint64_t)h->start_realtime);
	put_number(l, "start_monotonic", (uint64_t)h->start_monotonic);
	put_string(l, "sysname", h->sysname);
	put_string(l, "release", h->release);
	put_string(l, "version", h->version);
	put_string(l, "machine", h->machine);
	put_string(l, "hostname", h->hostname);
	put_string(l, "distribution", h->distribution);
	put_string(l, "cpu", h->cpu);
	put_number(l, "cpus", h->cpus);
	put_number(l, "page_size", h->page_size);
	put_number(l, "memory_size", h->memory_size);
	put_string(l, "libc", h->libc);
	put_string(l, "arch", event_arch_name(h->arch));
	put_command(l, &h->command);
	put_text(l, "cwd", h->cwd.data, h->cwd.size);
	put_string(l, "trace_set", h->trace_set);
	put_string(l, "options", h->options);
}

static void put_trailer(struct list *l, const struct meta_trailer *t)
{
	put_number(l, "complete", !t->lost && !t->incomplete);
	put_number(l, "syscalls", t->calls);
	put_number(l, "lost", t->lost);
	put_number(l, "events", t->events);
	put_number(l, "processes", t->processes);
	put_number(l, "threads", t->threads);
	put_number(l, "signals", t->signals);
	put_number(l, "duration", t->duration);
	if (t->has_status)
		put_number(l, "wait_status", t->status);
	put_number(l, "unreadable", t->unreadable);
	put_number(l, "shortened", t->shortened);
	put_number(l, "unfinished", t->unfinished);
	put_string(l, "reason", t->reason);
	for (size_t i = 0; i < t->note_count; i++)
		put_string(l, "note", t->notes[i]);
}

int list_make_tape(struct sql *s, struct list *l, struct err *err)
{
	struct scan c;
	int r = scan_open(&c, s, 0, err);

	while (r >= 0 && (r = scan_next(&c, err)) > 0) {
		if (c.item.kind == ITEM_HEADER)
			put_header(l, c.item.header);
		else if (c.item.kind == ITEM_TRAILER)
			put_trailer(l, c.item.trailer);
	}
	scan_done(&c);
	return r;
}

/* ---- processes ---- */

enum {
	PROCESS_ID,
	PROCESS_PID,
	PROCESS_PARENT,
	PROCESS_PARENT_PID,
	PROCESS_COMMAND,
	PROCESS_BEGAN,
	PROCESS_ENDED,
	PROCESS_STATUS,
	PROCESS_SIGNAL,
	PROCESS_THREADS,
	PROCESS_CALLS,
	PROCESS_FAILED,
};

enum { COMMAND_MAX = 4096 };

static void put_process(struct list *l, const struct processes *all, size_t i)
{
	const struct process *p = &all->list[i];
	cleanup_done(buf_done) struct buf command = {0};
	uint32_t signal = p->status & 0x7f;

	if (!list_row(l))
		return;
	list_integer(l, PROCESS_ID, i + 1);
	list_integer(l, PROCESS_PID, p->pid);
	if (p->parent) {
		list_integer(l, PROCESS_PARENT, p->parent);
		list_integer(l, PROCESS_PARENT_PID, all->list[p->parent - 1].pid);
	}
	process_command(all, p, COMMAND_MAX, &command);
	list_text(l, PROCESS_COMMAND, buf_text(&command), command.size);
	list_integer(l, PROCESS_BEGAN, p->began);
	if (p->over) {
		list_integer(l, PROCESS_ENDED, p->ended);
		if (signal)
			list_word(l, PROCESS_SIGNAL, sys_signal_name((int)signal));
		else
			list_integer(l, PROCESS_STATUS, p->status >> 8 & 0xff);
	}
	list_integer(l, PROCESS_THREADS, p->threads);
	list_integer(l, PROCESS_CALLS, p->calls);
	list_integer(l, PROCESS_FAILED, p->failed);
	buf_inherit(&l->texts, &command);
}

int list_make_processes(struct sql *s, struct list *l, struct err *err)
{
	struct processes all = {.count = 0};
	struct scan c;
	int r = scan_open(&c, s, NEED_FULL, err);

	while (r >= 0 && (r = scan_next(&c, err)) > 0) {
		if (processes_take(&all, &c.item) < 0)
			r = err_set(err, ENOMEM, "out of memory");
	}
	for (size_t i = 0; r == 0 && i < all.count; i++)
		put_process(l, &all, i);
	l->dropped += all.dropped;
	scan_done(&c);
	processes_done(&all);
	return r;
}

/* ---- threads ---- */

enum { THREADS_MAX = 1 << 18 };

struct thread {
	uint32_t tid, pid;
	bool over;
	uint64_t began, ended, calls, failed, blocked;
};

struct threads {
	struct thread *list;
	size_t count, capacity;
	uint64_t dropped;
	struct map alive; /* tid -> index + 1 */
};

static struct thread *add_thread(struct threads *t, uint32_t pid, uint32_t tid, uint64_t time)
{
	struct thread *list;

	if (t->count == t->capacity) {
		size_t capacity = t->capacity ? 2 * t->capacity : 64;

		list = reallocarray(t->list, capacity, sizeof(*list));
		if (!list)
			return NULL;
		t->list = list;
		t->capacity = capacity;
	}
	t->list[t->count++] = (struct thread){.tid = tid, .pid = pid, .began = time};
	if (map_put(&t->alive, tid, (void *)(uintptr_t)t->count) < 0)
		return NULL;
	return &t->list[t->count - 1];
}

static int take_thread(struct threads *t, const struct event *e)
{
	uint32_t pid = e->kind == EVENT_FORK ? e->fork.child_pid : e->pid;
	uint32_t tid = e->kind == EVENT_FORK ? e->fork.child_tid : e->tid;
	size_t at = (uintptr_t)map_get(&t->alive, tid);
	struct thread *one = at ? &t->list[at - 1] : NULL;

	if (!one && t->count >= THREADS_MAX) {
		t->dropped++;
		return 0;
	}
	if (!one)
		one = add_thread(t, pid, tid, e->time);
	if (!one)
		return -ENOMEM;
	if (e->kind == EVENT_CALL || e->kind == EVENT_BEGUN) {
		one->calls++;
		one->failed += event_errno(&e->call) != 0;
		one->blocked += e->call.state == EVENT_FINISHED ? e->call.duration : 0;
	} else if (e->kind == EVENT_EXIT) {
		one->over = true;
		one->ended = e->time;
		map_remove(&t->alive, tid);
	}
	return 0;
}

static void put_thread(struct list *l, const struct thread *t)
{
	if (!list_row(l))
		return;
	list_integer(l, 0, t->tid);
	list_integer(l, 1, t->pid);
	list_integer(l, 2, t->began);
	if (t->over)
		list_integer(l, 3, t->ended);
	list_integer(l, 4, t->calls);
	list_integer(l, 5, t->failed);
	list_integer(l, 6, t->blocked);
}

int list_make_threads(struct sql *s, struct list *l, struct err *err)
{
	struct threads t = {.count = 0};
	struct scan c;
	int r = scan_open(&c, s, NEED_FULL, err);

	while (r >= 0 && (r = scan_next(&c, err)) > 0) {
		if (c.item.kind == ITEM_EVENT && take_thread(&t, c.item.event) < 0)
			r = err_set(err, ENOMEM, "out of memory");
	}
	for (size_t i = 0; r == 0 && i < t.count; i++)
		put_thread(l, &t.list[i]);
	l->dropped += t.dropped;
	scan_done(&c);
	free(t.list);
	map_done(&t.alive);
	return r;
}
