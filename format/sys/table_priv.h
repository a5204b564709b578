/* SPDX-License-Identifier: Apache-2.0 */
/* The calls of one ABI by number; entries may be NULL. */
#ifndef SYS_TABLE_PRIV_H
#define SYS_TABLE_PRIV_H

#include "desc.h"

struct sys_table {
	sys_desc_fn *const *desc;
	size_t count;
};

extern const struct sys_table sys_table_x86_64;
extern const struct sys_table sys_table_i386;

#endif
