/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a call is to those who ask about every call: bits that are found by its name once, and
 * then by its number.
 */
#ifndef QUERY_ROLES_H
#define QUERY_ROLES_H

#include "format/event.h"

enum role {
	ROLE_KILL = 1 << 0,   /* pid, signal */
	ROLE_TGKILL = 1 << 1, /* pid, tid, signal */
	ROLE_PIDFD_KILL = 1 << 2,
	ROLE_FLOCK = 1 << 3,
	ROLE_FCNTL = 1 << 4,
	ROLE_OPEN = 1 << 5,
	ROLE_FOUND = 1 << 15, /* the cache's own: the number was looked at */
};

enum { ROLES_NUMBERS = 1024 };

/* A zeroed one knows nothing yet. */
struct roles {
	uint16_t of[ROLES_NUMBERS]; /* of x86-64 calls */
};

/* Bits of enum role. */
unsigned roles_of(struct roles *r, const struct event_call *call);

#endif
