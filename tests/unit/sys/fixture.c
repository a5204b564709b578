/* SPDX-License-Identifier: Apache-2.0 */
#include "fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

const struct sys_desc *fixture_find(uint32_t arch, const char *name)
{
	int64_t nr = sys_number(arch, name);

	assert_true(nr >= 0);
	return sys_find(arch, (uint64_t)nr);
}

static struct sys_capture capture_of(const struct fixture *f)
{
	return (struct sys_capture){.desc = f->desc,
				    .args = f->args,
				    .stack = f->stack,
				    .payload_limit = 65536,
				    .reader = f->reader};
}

void fixture_call(struct fixture *f, const struct sys_reader *reader, const struct sys_desc *desc,
		  const uint64_t args[6])
{
	struct sys_capture c;

	f->reader = reader;
	memcpy(f->args, args, sizeof(f->args));
	f->desc = sys_select(desc, args, NULL);
	f->entry.arena = f->entry_arena;
	f->entry.arena_size = sizeof(f->entry_arena);
	c = capture_of(f);
	sys_capture_entry(&c, &f->entry);
}

void fixture_return(struct fixture *f, int64_t result)
{
	struct sys_capture c = capture_of(f);

	f->exit.arena = f->exit_arena;
	f->exit.arena_size = sizeof(f->exit_arena);
	sys_capture_exit(&c, &f->entry, result, &f->exit);
}

void fixture_expect(const struct sys_ranges *ranges, size_t index, uint64_t address, uint64_t full)
{
	assert_true(index < ranges->count);
	assert_int_equal(ranges->range[index].address, address);
	assert_int_equal(ranges->range[index].full, full);
	assert_int_equal(ranges->range[index].length, full);
}
