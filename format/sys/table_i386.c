/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The descriptions for 32-bit calls on x86. Not all of the common calls have a number here: where
 * this ABI has its own, or none.
 */
#include "table_priv.h"

#include "flags.h"

#pragma GCC diagnostic ignored "-Wunused-function"

#define ABI_LONG     int32_t
#define ABI_ULONG    uint32_t
#define ABI_WIDE     4
#define ABI_ALIGN64  4
#define ABI_STRUCTS  "structs_i386.def"
#define ABI_SYSCALLS "syscalls_i386.def"
#define ABI_CASES    "cases_i386.def"
#define ABI_NUMBERS  "numbers/i386.def"
#include "describe.h"

const struct sys_table sys_table_i386 = {
	.desc = by_number,
	.count = sizeof(by_number) / sizeof(by_number[0]),
};
