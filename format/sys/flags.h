/* SPDX-License-Identifier: Apache-2.0 */
/* Every flag set of flags.def and the two of ioctls.def, as sys_flags_<name>. */
#ifndef SYS_FLAGS_H
#define SYS_FLAGS_H

#include "desc.h"

#define FLAGSET(nm, unk, ...) extern const struct sys_flagset sys_flags_##nm;
#include "flags.def"
#undef FLAGSET
extern const struct sys_flagset sys_flags_ioctl_commands, sys_flags_ioctl_commands_i386;

#endif
