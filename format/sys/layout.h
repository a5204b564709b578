/* SPDX-License-Identifier: Apache-2.0 */
/* Where things lie in the memory of a process. */
#ifndef SYS_LAYOUT_H
#define SYS_LAYOUT_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Whether the stack of a first thread may be at @address: the kernel puts it at a random place
 * within this range, and nothing else there but the vdso.
 */
bool sys_may_be_stack(uint64_t address);

#endif
