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
	ROLE_CONNECT = 1 << 5,
	ROLE_ACCEPT = 1 << 6,
	ROLE_OPEN = 1 << 7,
	ROLE_MMAP = 1 << 8, /* address, length, protection, flags */
	ROLE_MUNMAP = 1 << 9,
	ROLE_MREMAP = 1 << 10,
	ROLE_BRK = 1 << 11,
	ROLE_MEMORY = ROLE_MMAP | ROLE_MUNMAP | ROLE_MREMAP | ROLE_BRK,
	ROLE_WRITE = 1 << 12, /* of those that words are written with */
	ROLE_COPY = 1 << 13,  /* dup2(2), dup3(2) */
	ROLE_FD = 1 << 14,    /* its first argument is a descriptor */
	ROLE_SETRLIMIT = 1 << 15, /* resource, limits */
	ROLE_PRLIMIT = 1 << 16,   /* pid, resource, new limits */
	ROLE_FOUND = 1 << 17,     /* the cache's own: the number was looked at */
};

enum { ROLES_NUMBERS = 1024 };

/* A zeroed one knows nothing yet. */
struct roles {
	uint32_t of[ROLES_NUMBERS]; /* of x86-64 calls */
};

/* Bits of enum role. */
static inline unsigned roles_of(struct roles *r, const struct event_call *call);

/* ---- inline: several ask about each call ---- */

unsigned roles_find(struct roles *r, const struct event_call *call);

static inline unsigned roles_of(struct roles *r, const struct event_call *call)
{
	if (call->arch == EVENT_ARCH_X86_64 && call->nr < ROLES_NUMBERS && r->of[call->nr])
		return r->of[call->nr];
	return roles_find(r, call);
}

#endif
