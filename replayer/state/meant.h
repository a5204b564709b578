/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Calls whose arguments are in memory: socketcall(2), which is any call of sockets, and the oldest
 * mmap(2) of 32-bit programs.
 */
#ifndef STATE_MEANT_H
#define STATE_MEANT_H

#include "format/event.h"

struct sys_desc;

/* The description of the call that @e, a call, is meant to be, and its arguments. NULL: it is of
 * another kind, or the memory is not on the tape; @ret_args may be changed then. */
const struct sys_desc *call_meant(const struct event *e, uint64_t ret_args[EVENT_ARGS]);

#endif
