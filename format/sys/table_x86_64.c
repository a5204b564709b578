/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The descriptions for x86-64.
 */
#include "table_priv.h"

#include "flags.h"

#define ABI_LONG    int64_t
#define ABI_ULONG   uint64_t
#define ABI_WIDE    8
#define ABI_ALIGN64 8
#define ABI_NUMBERS "numbers/x86_64.def"
#include "describe.h"

const struct sys_table sys_table_x86_64 = {
	.desc = by_number,
	.count = sizeof(by_number) / sizeof(by_number[0]),
};
