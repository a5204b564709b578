/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The calls that a tape needs although nobody asked to see them (bearing.def). The recorder
 * records them whatever else it leaves out, the replayer builds its state from them: whoever
 * has a row for a call says SYS_BEARS(name), which does not compile for one that is not listed.
 */
#ifndef SYS_BEARING_H
#define SYS_BEARING_H

#include "desc.h"

#include <stdbool.h>

enum { SYS_BEARING_VALUES = 4 };

struct sys_bearing {
	const char *name;
	uint8_t count; /* of values; 0: always */
	uint8_t arg;   /* which argument is looked at, as 32 bits */
	uint32_t mask;
	uint32_t values[SYS_BEARING_VALUES];
};

enum {
	SYS_BEARS_none,
#define BEARING(nm)         SYS_BEARS_##nm,
#define BEARING_IF(nm, ...) SYS_BEARS_##nm,
#include "bearing.def"
#undef BEARING
#undef BEARING_IF
	SYS_BEARS_MAX
};

/* The name of a call that is listed. */
#define SYS_BEARS(nm) (SYS_BEARS_##nm ? #nm : "")

/* That of the call @desc, or of any of its variants; NULL: it bears on nothing. */
const struct sys_bearing *sys_bearing(const struct sys_desc *desc);

/* Whether a call with @args is one; @bearing may be NULL. */
bool sys_bears(const struct sys_bearing *bearing, const uint64_t args[6]);

/* All of them by index; NULL behind the last. */
const struct sys_bearing *sys_bearing_at(size_t index);

#endif
