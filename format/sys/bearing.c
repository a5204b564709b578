/* SPDX-License-Identifier: Apache-2.0 */
#include "bearing.h"

#include "table.h"

#include <string.h>

#define VALUES(...) (sizeof((uint32_t[]){__VA_ARGS__}) / sizeof(uint32_t))

static const struct sys_bearing bearings[] = {
#define BEARING(nm)                     {.name = #nm},
#define BEARING_IF(nm, at, masked, ...) {#nm, VALUES(__VA_ARGS__), at, masked, {__VA_ARGS__}},
#include "bearing.def"
#undef BEARING
#undef BEARING_IF
};

static const struct sys_bearing always = {.name = ""};

const struct sys_bearing *sys_bearing_at(size_t index)
{
	return index < sizeof(bearings) / sizeof(bearings[0]) ? &bearings[index] : NULL;
}

static const struct sys_bearing *named(const char *name)
{
	for (size_t i = 0; i < sizeof(bearings) / sizeof(bearings[0]); i++) {
		if (strcmp(bearings[i].name, name) == 0)
			return &bearings[i];
	}
	return NULL;
}

/* Of a call that is several (socketcall) the arguments tell which, but not to everybody who has
 * to decide: all of it is taken. */
const struct sys_bearing *sys_bearing(const struct sys_desc *desc)
{
	const struct sys_bearing *own = named(desc->name);

	for (size_t i = 0; !own && desc->cases && i < desc->cases->count; i++) {
		if (named(sys_said(desc->cases->variant[i].desc())->name))
			own = &always;
	}
	return own;
}

bool sys_bears(const struct sys_bearing *bearing, const uint64_t args[6])
{
	if (!bearing || !bearing->count)
		return bearing != NULL;
	for (size_t i = 0; i < bearing->count; i++) {
		if (((uint32_t)args[bearing->arg] & bearing->mask) == bearing->values[i])
			return true;
	}
	return false;
}
