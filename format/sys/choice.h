/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The calls that an expression of strace's -e trace= chooses: names, numbers, %sets, /regex, all,
 * none, ?name for one that need not be known, and ! in front for all others. :name is a call even
 * where a set has that name, too.
 */
#ifndef SYS_CHOICE_H
#define SYS_CHOICE_H

#include "base/map.h"

#include <stdbool.h>
#include <stdint.h>

struct buf;
struct err;
struct sys_desc;

/* A zeroed struct is none. */
struct sys_choice {
	struct map calls; /* descriptions (sys_said) as keys */
	bool others;      /* numbers and architectures that are not known */
};

/*
 * "trace=SET", "t=SET" or SET alone. Fills @ret, which is none so far. 0 or -errno; what is wrong
 * is said in @err, and @ret is none.
 */
int sys_choice_parse(const char *expression, struct sys_choice *ret, struct err *err);

/*
 * The same choice in words that are safe to keep and read by strangers: without "trace=", and the
 * calls that a regular expression matches by their names.
 */
int sys_choice_plain(const char *expression, struct buf *ret, struct err *err);

/* Parses what sys_choice_plain() wrote; a tape's may have been written by anybody, so there are
 * limits, and no regular expressions. */
int sys_choice_parse_plain(const char *expression, struct sys_choice *ret, struct err *err);

/* Whether the call is chosen. @args NULL: whether any variant of it is. */
bool sys_choice_has(const struct sys_choice *c, uint32_t arch, uint64_t nr, const uint64_t args[6]);

/* Whether nothing is left out. */
bool sys_choice_is_all(const struct sys_choice *c);

void sys_choice_done(struct sys_choice *c);

#endif
