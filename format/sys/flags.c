/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The flag sets as data. No system header is included on purpose: the names in
 * flags.def must not be macros here.
 */
#include "flags.h"

#define F(v, nm)      {(v), (v) ? (v) : UINT64_MAX, #nm, FORM_NAME},
#define FM(v, m, nm)  {(v), (m), #nm, FORM_NAME},
#define FN(m, fm, nm) {(m), (m), #nm, FORM_##fm},
#define FLAGSET(nm, unk, ...)                                                                      \
	static const struct sys_flag flags_##nm[] = {__VA_ARGS__};                                 \
	const struct sys_flagset sys_flags_##nm = {                                                \
		.unknown = (unk),                                                                  \
		.flag = flags_##nm,                                                                \
		.count = sizeof(flags_##nm) / sizeof(flags_##nm[0]),                               \
	};
#include "flags.def"

/* The requests of ioctl(2): what is said of one that has no name comes first. */
#define REQUESTS(nm)                                                                               \
	const struct sys_flagset sys_flags_##nm = {                                                \
		.unknown = "",                                                                     \
		.flag = flags_##nm,                                                                \
		.count = sizeof(flags_##nm) / sizeof(flags_##nm[0]),                               \
	};
static const struct sys_flag flags_ioctl_commands[] = {
	{0xffffffff, 0xffffffff, "_IOC", FORM_IOCTL},
#define FS(v, nm) {(v), 0xc000ffff, #nm, FORM_SIZED},
#define F64       F
#define F32(v, nm)
#include "ioctls.def"
#undef F64
#undef F32
};
static const struct sys_flag flags_ioctl_commands_i386[] = {
	{0xffffffff, 0xffffffff, "_IOC", FORM_IOCTL},
#define F64(v, nm)
#define F32 F
#include "ioctls.def"
};
REQUESTS(ioctl_commands)
REQUESTS(ioctl_commands_i386)
