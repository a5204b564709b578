/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What threads are called (/proc/PID/comm): by what they run last, by the thread that made them,
 * or by prctl(PR_SET_NAME). What other threads write into /proc/PID/comm is not told.
 */
#ifndef PRINT_COMMANDS_H
#define PRINT_COMMANDS_H

#include "base/buf.h"
#include "base/map.h"
#include "format/event.h"
#include "format/meta.h"

enum { COMMANDS_MAX = 1 << 16, COMMAND_SIZE = 16 /* with its NUL, as the kernel */ };

/* A zeroed struct knows nothing. */
struct commands {
	struct map now;  /* by thread: its name, COMMAND_SIZE bytes */
	struct map next; /* the same: of an execve(2) under way */
};

/* 0 or -ENOMEM. */
int commands_snapshot(struct commands *c, const struct meta_snapshot *s);
/* In front of the event's line, and behind it: what it changes holds from there on. */
int commands_before(struct commands *c, const struct event *e);
int commands_after(struct commands *c, const struct event *e);
/* NULL: not known. */
const char *commands_of(const struct commands *c, uint32_t tid);
void commands_done(struct commands *c);

#endif
