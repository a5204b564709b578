/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a call is about, in a word: a path, "127.0.0.1:80", "pipe:[4711]". As bytes: a path may
 * hold anything, so escape it before it is shown.
 */
#ifndef QUERY_OBJECT_H
#define QUERY_OBJECT_H

#include "replayer/state/state.h"

#include <stdbool.h>

struct buf;

/* Appends the name of a struct sockaddr as the kernel has it; nothing when it says nothing. */
void object_of_address(const void *address, size_t size, struct buf *ret);
/* Of an open file: its path; of a socket its peer, else its own address. */
void object_of_file(const struct state_file *f, struct buf *ret);
/* Whether it is a socket of the internet's families. */
bool object_is_remote(const struct state_file *f);
/* What a connection came to that the program did not wait for: the errno that a
 * getsockopt(SO_ERROR) tells; 0: there is none, or it is another call. */
int object_late_error(const struct event *e);
/* Port of the peer, 0: none, or not known. */
unsigned object_peer_port(const struct state_file *f);

#endif
