/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What somebody knows of calls, by their numbers. It is written down by names, in a table of rows
 * of any type, and is looked for once with each number of each architecture; an event's call
 * finds its row without a search.
 */
#ifndef SYS_ROWS_H
#define SYS_ROWS_H

#include "table.h"

struct sys_rows {
	const void **row[SYS_ARCHS]; /* by the index of sys_arch(); NULL where nothing is known */
	uint32_t arch[SYS_ARCHS];
	uint64_t count[SYS_ARCHS];
};

/* What is known of a call: a pointer that is handed out as it is, or NULL. */
typedef const void *sys_row_fn(const void *context, const struct sys_desc *desc);

/* 0, or -ENOMEM, with nothing to be freed. */
int sys_rows_init(struct sys_rows *r, sys_row_fn *find, const void *context);
/* NULL also for numbers and architectures that nobody knows. */
static inline const void *sys_rows_get(const struct sys_rows *r, uint32_t arch, uint64_t nr);
void sys_rows_done(struct sys_rows *r);

/* ---- inline: it is asked for every call, by several ---- */

static inline const void *sys_rows_get(const struct sys_rows *r, uint32_t arch, uint64_t nr)
{
	for (size_t i = 0; i < SYS_ARCHS; i++) {
		if (r->arch[i] == arch)
			return nr < r->count[i] ? r->row[i][nr] : NULL;
	}
	return NULL;
}

#endif
