/* SPDX-License-Identifier: Apache-2.0 */
/* What each call is when two runs are compared: calls.def by number. */
#ifndef SIDE_CALLS_H
#define SIDE_CALLS_H

#include "base/map.h"
#include "format/event.h"
#include "replayer/print/canon.h"

enum call_how { CALL_STEP, CALL_DATA, CALL_NOISE };

/* What a call has to do with the children of who makes it, and where its arguments are. */
enum call_family {
	FAMILY_NONE,
	FAMILY_WAIT, /* pid, … */
	FAMILY_WAITID,
	FAMILY_KILL,       /* pid, signal */
	FAMILY_TGKILL,     /* pid, tid, signal */
	FAMILY_PIDFD_KILL, /* fd, signal */
};

/* How a call says how long it waits. */
enum call_wait { WAIT_NONE, WAIT_MILLISECONDS, WAIT_TIMESPEC, WAIT_TIMEVAL };

/* A line of calls.def. */
struct call_rule {
	const char *name, *group, *implied;
	uint8_t how; /* enum call_how */
	uint8_t implied_at;
	bool bare, no_result, retries, looks, looks_at, makes, if_creates, names_port;
	int8_t path, dir, flags; /* arguments */
	uint8_t wait, wait_at;   /* enum call_wait; the argument */
};

struct call_class {
	const struct call_rule *rule; /* of one without a line: an empty one */
	struct print_form form;
	uint32_t call;    /* in the names of calls */
	uint8_t how;      /* enum call_how */
	uint8_t if_any;   /* what arguments may make of it; calls.c */
	uint8_t family;   /* enum call_family */
	bool tells_error; /* it may ask what has become of an earlier call */
};

enum { CALLS_ARCHS = 2, CALLS_NAMES_MAX = 1 << 14 };

/* Names are interned: the same place for the same name. */
struct calls {
	struct call_class *classes[CALLS_ARCHS]; /* of each architecture, by number */
	char **names;                            /* from 1 */
	size_t name_count, name_capacity;
	struct map by_name; /* hash: place */
	struct call_class thread, hidden, unknown;
};

/* 0 or -ENOMEM; diff_calls_done() in any case. */
int diff_calls_init(struct calls *c);
void diff_calls_done(struct calls *c);

/* The class of a call, whatever its arguments make of it. Valid until the next. NULL: out of
 * memory. */
const struct call_class *diff_calls_find(struct calls *c, const struct event *e);
/* The errno of a call, or of the connection that it asks about (SO_ERROR); 0: none. */
int diff_calls_error(const struct call_class *k, const struct event *e);
/* How long it waits at most for what may come, in nanoseconds; 0: not at all, or for ever. */
uint64_t diff_calls_wait(const struct call_class *k, const struct event *e);
/* What a call of this name is called where runs are compared: "open" for "openat"; a signal, a
 * group and a number that has no name are called as they are. NULL: there is no such call. */
const char *diff_calls_group(const char *name);
/* The place of a name; 0: out of memory, or there are too many. */
uint32_t diff_calls_name(struct calls *c, const char *name);

#endif
