/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A tape told event by event, a line each: what happened to which process. Time goes on
 * by a millisecond with each.
 */
#ifndef TESTS_FEED_H
#define TESTS_FEED_H

#include "../made.h"
#include "replayer/query/cause.h"
#include "replayer/query/failures.h"
#include "replayer/query/processes.h"

struct feed {
	struct processes processes;
	struct failures failures;
	struct state *state; /* NULL: nobody knows what descriptors are, and causes take nothing */
	struct causes causes;
	uint64_t seq;
	uint32_t arch; /* of the calls; 0: x86-64 */
};

/* With a state from here on. */
void feed_with_state(struct feed *f);
/* Hands an event to all. Its place and time are set here. */
void feed_event(struct feed *f, struct event *e);
void feed_fork(struct feed *f, uint32_t pid, uint32_t child);
void feed_thread(struct feed *f, uint32_t pid, uint32_t tid);
/* @argv: strings, each with its NUL but the last, which has the literal's. */
void feed_exec(struct feed *f, uint32_t pid, const char *argv, size_t size);
#define FEED_EXEC(f, pid, argv) feed_exec(f, pid, argv, sizeof(argv))
void feed_signal(struct feed *f, uint32_t pid, const struct made_siginfo *info);
/* The process ends; @status as wait(2) gives it. */
void feed_exit(struct feed *f, uint32_t pid, uint32_t status);
/* A call of one argument that is a path. */
void feed_path(struct feed *f, uint32_t pid, const char *call, const char *path, int64_t ret);
/* A call that is made up elsewhere. */
void feed_call(struct feed *f, uint32_t pid, const struct made_call *call);
/* A call of one descriptor. */
void feed_fd(struct feed *f, uint32_t pid, const char *call, int fd, int64_t ret);
void feed_write(struct feed *f, uint32_t pid, int fd, const char *text);
void feed_done(struct feed *f);

#endif
