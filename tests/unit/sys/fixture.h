/* SPDX-License-Identifier: Apache-2.0 */
/* One call at a time, asked through the capture walker: what is copied at its entry, and what
 * at its exit. Where memory comes from is the test's. */
#ifndef TESTS_SYS_FIXTURE_H
#define TESTS_SYS_FIXTURE_H

#include "sys/capture.h"
#include "sys/table.h"

enum { ARCH_X86_64 = 0xc000003e, ARCH_I386 = 0x40000003, FIXTURE_ARENA = 1 << 20 };

struct fixture {
	const struct sys_reader *reader;
	const struct sys_desc *desc; /* of the call, as sys_select() gave it */
	uint64_t args[6];
	uint64_t stack; /* the stack pointer, set by the test */
	struct sys_ranges entry, exit;
	uint8_t entry_arena[FIXTURE_ARENA], exit_arena[FIXTURE_ARENA];
};

/* There must be such a call. */
const struct sys_desc *fixture_find(uint32_t arch, const char *name);
/* The entry of a call, and what comes of it: both leave their ranges in the fixture. */
void fixture_call(struct fixture *f, const struct sys_reader *reader, const struct sys_desc *desc,
		  const uint64_t args[6]);
void fixture_return(struct fixture *f, int64_t result);
/* The range was read whole. */
void fixture_expect(const struct sys_ranges *ranges, size_t index, uint64_t address, uint64_t full);

#endif
