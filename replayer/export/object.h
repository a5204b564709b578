/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a call is about, in a few words for a label: the path that it was given, absolute where
 * that is known, or what the descriptor stands for that it was given.
 */
#ifndef EXPORT_OBJECT_H
#define EXPORT_OBJECT_H

#include "format/event.h"

#include <stddef.h>

struct buf;
struct printer;
struct state;
struct state_process;

enum { OBJECT_MAX = 1024 };

/*
 * Appends it as the program has it, unescaped, OBJECT_MAX bytes at most; nothing when the call is
 * about no such thing. @s has taken @e last; @printer: says what sockets and pipes are called. 0
 * or -ENOMEM.
 */
int object_of(const struct state *s, struct printer *printer, const struct event *e,
	      struct buf *ret);

/* The program that a process runs, without its directory; "[unknown]". Unescaped. */
void object_program(const struct state_process *p, struct buf *ret);

#endif
