/* SPDX-License-Identifier: Apache-2.0 */
#include "layout.h"

#include <stddef.h>

/* From the end of user space down: STACK_TOP and stack_maxrandom_size() of the kernel's
 * arch/x86, and 8 MiB that a stack may grow to. */
static const struct {
	uint64_t begin, end;
} stacks[] = {
	{0x7ffc00000000 - (8 << 20), 0x7ffffffff000}, /* x86-64: 2^22 pages of 4 KiB */
	{0xff800000 - (8 << 20), 0xffffe000},         /* 32-bit programs: 2^11 */
};

bool sys_may_be_stack(uint64_t address)
{
	for (size_t i = 0; i < sizeof(stacks) / sizeof(stacks[0]); i++) {
		if (address >= stacks[i].begin && address < stacks[i].end)
			return true;
	}
	return false;
}
