/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The world at one place of a tape, told for people and for machines: processes, their threads,
 * what their descriptors stand for and who has the other ends, what is mapped, what is done
 * with signals, and the calls that threads are in. All of it is read from a state, whose
 * state_advance() was called last.
 */
#ifndef QUERY_MOMENT_H
#define QUERY_MOMENT_H

#include "base/map.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;
struct printer;
struct state;
struct state_file;
struct state_process;
struct state_thread;

/* One that has a description open. */
struct moment_holder {
	uint64_t file;  /* its id */
	uint64_t inode; /* of a pipe; 0: not known */
	uint32_t pid;
	int32_t fd;
	uint8_t access; /* access mode + 1, 0: not known */
};

struct moment {
	const struct state *state;
	struct printer *printer;       /* with names, for calls and sockets */
	uint64_t seq, time;            /* of the last thing that happened */
	const struct map *pids;        /* only these processes; empty or NULL: all */
	bool maps;                     /* each mapping, not each file */
	struct moment_holder *holders; /* by file, process and descriptor */
	size_t holder_count, holder_capacity;
};

/* Looks up who has what. 0 or -ENOMEM. */
int moment_fill(struct moment *m);
void moment_done(struct moment *m);

/* Append a text, and one JSON object without a newline. 0 or -ENOMEM. */
int moment_say(const struct moment *m, struct buf *ret);
int moment_json(const struct moment *m, struct buf *ret);

/* moment.c, for both */

/* The next process to be told of. */
const struct state_process *moment_next(const struct moment *m, const struct state_process *before);
/* Whether the thread's descriptors are to be told: of threads that share them, the first's. */
bool moment_has_own(const struct moment *m, const struct state_thread *t);
/* The next that has the other end of @f. With *@at 0 the first; NULL: no more. */
const struct moment_holder *moment_next_end(const struct moment *m, const struct state_file *f,
					    size_t *at);
/* As /proc/PID/fd has it, but of sockets what they are connected to. */
void moment_name(const struct moment *m, const struct state_file *f, struct buf *ret);
/* "r", "w", "rw", "path", "?" */
const char *moment_access(const struct state_file *f);

#endif
