/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The sets of calls that strace's -e trace= knows: %file, %desc, %process, %network, %signal, %ipc,
 * %memory, %creds, %clock, %pure, %stat, %%stat and so on. The names are accepted with and
 * without their %.
 */
#ifndef SYS_SETS_H
#define SYS_SETS_H

#include "desc.h"

/* Whether there is a set of that name. */
bool sys_set_known(const char *set);

/* Whether the call (or the call of the variant) @desc is in @set. Unknown sets are empty. */
bool sys_set_contains(const char *set, const struct sys_desc *desc);

#endif
