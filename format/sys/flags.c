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
