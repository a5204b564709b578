/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What descriptors and directories meant at each moment of a tape: replayed from the start
 * snapshot and from the results of the calls, without the machine it was recorded on.
 *
 * Every item of the stream is handed over, in order, before anything is asked about it:
 *
 *	state_take(s, item);
 *	file = state_at_entry(s, item->event, 3);
 *
 * The stream tells calls at their entries, but what a call does holds from its exit on. So
 * effects wait for their place: after state_take() of a call everything is as it was at
 * the call's entry. What the call itself is about to make can be asked for too, with
 * state_at_exit(); of what other threads do between the two nothing is known yet.
 *
 * Names are what readlink(2) of /proc/PID/fd/N would have said, as far as the tape knows: the
 * recorder asked for those of files that were opened by path, of pipes and of sockets. On
 * older tapes, and in other paths, it knows a symbolic link when a program read or made it,
 * when an exec went through it, and that /bin, /lib and /sbin are links when the dynamic
 * loader lies in /usr. It knows the number of a pipe's or a socket's inode from the snapshot,
 * from there, or from fstat(2) on.
 *
 * Descriptors that no call on the tape made are not known: of processes without a snapshot,
 * or received from such. Memory is bounded whatever the tape: the limits are in
 * state_priv.h, and what is over them is forgotten.
 */
#ifndef STATE_STATE_H
#define STATE_STATE_H

#include "format/container/stream.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct state;

enum state_kind {
	STATE_NAMED, /* has a text */
	STATE_PIPE,
	STATE_SOCKET,
	STATE_PIDFD,
};

enum { STATE_ADDRESS_MAX = 128, STATE_FDCWD = -100 };

/* A struct sockaddr as the kernel has it; size 0: not known. */
struct state_address {
	uint8_t bytes[STATE_ADDRESS_MAX];
	uint8_t size;
};

struct state_socket {
	uint32_t family, type, protocol; /* type without flags */
	struct state_address local, peer;
	bool listens, accepted;
	bool paired; /* has, or had, another end on the tape */
};

/* An open file description: what descriptors that were duplicated or inherited share. */
struct state_file {
	uint8_t kind; /* enum state_kind */
	bool deleted; /* its name is gone */
	char device;  /* 'c', 'b', or 0: none, or not known */
	uint32_t major, minor;
	uint32_t pid;     /* STATE_PIDFD: the process */
	uint64_t inode;   /* 0: not known */
	const char *text; /* a path, anon_inode:[eventfd]; not ended by a NUL; NULL: not known */
	size_t size;
	const struct state_socket *socket; /* NULL: not made on the tape */
	const struct state_file *peer;     /* the other end of a pipe or of a pair of sockets */
};

/* NULL when out of memory. */
struct state *state_new(void);
struct state *state_free(struct state *s);
/* 0 or -ENOMEM. */
int state_take(struct state *s, const struct trace_item *item);

/*
 * What descriptor @fd of the thread of @e stands for, or NULL: not open, or not known. @e is
 * the event that was handed over last. Valid until the next state_take().
 */
const struct state_file *state_at_entry(const struct state *s, const struct event *e, int32_t fd);
const struct state_file *state_at_exit(const struct state *s, const struct event *e, int32_t fd);

/* The thread's working directory, as state_file's text; NULL: not known. */
const char *state_cwd(const struct state *s, const struct event *e, size_t *ret_size);

/*
 * Whether the call @e, an event just handed over, is about @path (absolute): by one of its
 * paths, or by a descriptor that it is given. 1, 0 or -ENOMEM.
 */
int state_touches(const struct state *s, const struct event *e, const char *path);

#endif
