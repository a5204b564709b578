/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Calls that are said by themselves: not by what was before. Their texts can be made at any time
 * and in any order, by a printer that is told of nothing else; so another thread can make them.
 * Without names of descriptors, which are known only where the call stands.
 */
#ifndef PRINT_ALONE_H
#define PRINT_ALONE_H

#include "print.h"

#include "sys/rows.h"

struct alone {
	struct printer *printer;
	struct sys_rows others; /* of which that does not hold */
};

/* 0 or -ENOMEM, to be done with in any case. */
int alone_init(struct alone *a, const struct print_options *options);
/* Whether it is a call of this kind that has come back. */
bool alone_has(const struct alone *a, const struct event *e);
void alone_done(struct alone *a);

#endif
