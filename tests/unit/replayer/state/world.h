/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A tape told call by call to a state, and what the state says then. A call takes two
 * places, its entry and its exit, unless it is told with its own.
 */
#ifndef TESTS_WORLD_H
#define TESTS_WORLD_H

#include "../made.h"
#include "replayer/state/state.h"

enum { WORLD_ADDRESS = 0x7000, WORLD_ROOM = 0x100 };

/* A struct meta_bytes of a literal. */
#define BYTES(s)                                                                                   \
	{                                                                                          \
		(uint8_t *)(uintptr_t)(s), sizeof(s) - 1                                           \
	}

/* Who else is told, after the state. */
typedef int world_fn(void *context, const struct trace_item *item);

struct world {
	world_fn *also; /* NULL: nobody */
	void *context;
	struct state *state;
	uint64_t seq;       /* the last place that was taken */
	struct event event; /* the last event, without its memory */
};

/* A process 10 with the descriptors 0 to 2 on /dev/null, in /home. */
void world_begin(struct world *w);
void world_begin_with(struct world *w, world_fn *also, void *context);
void world_done(struct world *w);
/* An event of its kind at the next place. */
void world_event(struct world *w, struct event *e);
void world_fork(struct world *w, uint32_t pid, uint32_t child, uint8_t kind);
void world_thread(struct world *w, uint32_t pid, uint32_t tid);
void world_exec(struct world *w, uint32_t pid, uint32_t former_tid, const char *path);
void world_exit(struct world *w, uint32_t pid, uint32_t tid);

/* A finished call. */
void world_call(struct world *w, uint32_t pid, uint32_t tid, const struct made_call *call);
/* One that has its exit only at @end_seq. */
void world_call_until(struct world *w, uint32_t pid, uint32_t tid, const struct made_call *call,
		      uint64_t end_seq);
/* Its two halves. */
void world_begun(struct world *w, uint32_t pid, uint32_t tid, const struct made_call *call);
void world_end(struct world *w, uint32_t pid, uint32_t tid, const struct made_call *call);

/* The usual ones, of the first thread. */
void world_open(struct world *w, uint32_t pid, const char *path, uint64_t flags, int fd);
void world_openat(struct world *w, uint32_t pid, int dirfd, const char *path, int fd);
void world_path(struct world *w, uint32_t pid, const char *name, const char *path);
/* A call of two paths, its first arguments. */
void world_paths(struct world *w, uint32_t pid, const char *name, const char *first,
		 const char *second);
void world_numbers(struct world *w, uint32_t pid, const char *name, int64_t ret, uint64_t a,
		   uint64_t b, uint64_t c);
/* A call that writes two descriptors to its argument @i. */
void world_two(struct world *w, uint32_t pid, const char *name, size_t i, const uint64_t args[4],
	       int first, int second);

/* What @fd of the thread is now, or NULL. */
const struct state_file *world_file(struct world *w, uint32_t tid, int fd);
/* Its text is @text; NULL: it is not known. */
void world_check(struct world *w, uint32_t tid, int fd, const char *text);
void world_check_cwd(struct world *w, uint32_t tid, const char *text);

#endif
