/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How much memory processes asked the kernel for, and have not given back: about, since what is
 * unmapped is not told from files, and what is never touched takes none.
 */
#ifndef QUERY_CLAIMS_H
#define QUERY_CLAIMS_H

#include "processes.h"
#include "roles.h"

enum { CLAIMS_MAX = 1 << 14, CLAIM_TEXT_MAX = 200 };

struct claim {
	uint64_t bytes;
	uint64_t end; /* of the heap (brk), 0: not known */
	uint64_t largest, time;
	char *call; /* the largest piece in strace's notation; NULL: none is worth it */
};

struct claims {
	struct map of; /* index in the list + 1 -> struct claim */
	struct roles roles;
};

/* A zeroed struct is empty. 0 or -ENOMEM. */
int claims_take(struct claims *c, struct processes *all, struct printer *printer,
		const struct event *e);
/* Of the process with this index in the list + 1, since its last exec, or NULL. */
const struct claim *claims_find(const struct claims *c, uint32_t process);
void claims_done(struct claims *c);

#endif
