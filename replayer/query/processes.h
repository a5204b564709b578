/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The processes of a tape: which started which, what each ran, how it ended. Built
 * by handing over every item of the stream, in order. A process number that is used
 * again is another process.
 */
#ifndef QUERY_PROCESSES_H
#define QUERY_PROCESSES_H

#include "process_message.h"
#include "roles.h"

#include "base/map.h"
#include "format/container/stream.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;
struct printer;
struct state;

enum {
	PROCESSES_MAX = 1 << 16,
	PROCESS_COMMAND_MAX = 512,
	PROCESS_WORDS_MAX = 240,
	PROCESS_FAILURES = 12,
};

struct process {
	uint32_t pid;
	uint32_t parent;       /* index + 1 in the list, 0: not on the tape */
	uint32_t status;       /* as wait(2) gives it, when over */
	uint32_t threads;      /* that it had in all */
	uint32_t threads_over; /* that ended by themselves, before it did */
	uint32_t execs;
	uint32_t children;
	uint32_t first_child, last_child, next_sibling; /* index + 1, 0: none */
	bool over;
	bool bad_child;        /* a child ended badly before it did */
	bool out_is_err;       /* its descriptor 1 is a copy of 2, which it made: echo >&2 */
	uint64_t bad_child_at; /* when the latest of them ended */
	uint64_t last_call;    /* when its latest call began, or ended */
	uint64_t last_words;   /* when it wrote to descriptor 2 last */
	uint64_t began, ended; /* ns since the tape began */
	uint64_t calls, failed;
	char *command; /* argv, strings each with its NUL; NULL: as its parent's */
	size_t command_size;
	char *earlier; /* the command before the last exec, the same way */
	size_t earlier_size;
	char *signal; /* the last signal delivered that can end a process, as text */
	uint8_t words[PROCESS_WORDS_MAX]; /* the end of what it wrote to descriptor 2 */
	size_t word_count;
	bool words_are_old; /* another program wrote them, before the last exec */
	struct process_message
		*message; /* the line of them that tells most; NULL: it wrote nothing */
	uint32_t last_failures[PROCESS_FAILURES]; /* failures.h: its latest, newest first */
};

struct processes {
	struct process *list; /* in the order in which they began */
	size_t count, capacity;
	uint64_t dropped;  /* that had no room: their events are not counted here */
	struct map alive;  /* pid -> process of that number, as index + 1 */
	uint32_t last_pid; /* of the last lookup, and what it gave */
	size_t last;
	uint64_t time;           /* of the last event */
	struct roles roles;      /* which calls write, and which make copies */
	struct printer *printer; /* for the text of signals */
	/* What descriptors are, or NULL. Borrowed; takes every event before this does. */
	const struct state *state;
};

/* A zeroed struct is empty. 0 or -ENOMEM. */
int processes_take(struct processes *p, const struct trace_item *item);
/* The process that now has @pid, or NULL. Valid until the next processes_take(). */
struct process *processes_find(struct processes *p, uint32_t pid);
void processes_done(struct processes *p);

/* process_words.c: keeps the end of what a call of @p, one of @all, wrote to descriptor 2, or to a
 * copy of it, which are known where there is a state. What a program wrote takes the place of what
 * the one before the exec did. 0 or -ENOMEM. */
int process_hear(struct processes *all, struct process *p, const struct event *e);

/* Whether it ended by a signal, or with a status that is not 0. */
bool process_ended_badly(const struct process *p);

/* A command as a shell would read it, made harmless, at most @limit bytes of it (then
 * "..."); "(name)" when it never ran another program than its parent. */
void process_command(const struct processes *all, const struct process *p, size_t limit,
		     struct buf *ret);
/* "0", "exit 1", "SIGSEGV", "SIGSEGV (core)", "running". */
void process_end(const struct process *p, struct buf *ret);
/* "killed by SIGSEGV (SEGV_MAPERR, address 0x8)", "exited with 1". */
void process_end_long(const struct process *p, struct buf *ret);

#endif
