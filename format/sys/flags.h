/* SPDX-License-Identifier: Apache-2.0 */
/* Every flag set of flags.def, as sys_flags_<name>. */
#ifndef SYS_FLAGS_H
#define SYS_FLAGS_H

#include "desc.h"

#define FLAGSET(nm, unk, ...) extern const struct sys_flagset sys_flags_##nm;
#include "flags.def"
#undef FLAGSET

#endif
