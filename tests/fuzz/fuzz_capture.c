/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The capture walker over the memory of a program that does not exist: the ranges of
 * made-up events are its address space, and, in one of two inputs, every other address
 * has the same few bytes, so that pointers always lead somewhere.
 */
#include "events.h"
#include "fuzz.h"

#include "sys/capture.h"
#include "sys/table.h"

#include <string.h>

enum { ARENA_MAX = 128 << 10, READS_MAX = 20000, PIECES_MAX = 64, REST_SIZE = 61 };

struct program {
	const struct event *event;
	uint8_t when;            /* whose ranges there are: those of the entry, of the exit */
	uint8_t rest[REST_SIZE]; /* repeated at every other address */
	bool endless;
	const struct sys_ranges *out; /* what is being filled */
	size_t reads;
};

/* The byte at @address, or -1. The upper half is the kernel's. */
static int byte_at(const struct program *p, uint64_t address)
{
	if (address >> 63)
		return -1;
	for (uint32_t i = 0; i < p->event->memory_count; i++) {
		const struct event_memory *m = &p->event->memory[i];

		if (m->when == p->when && address - m->address < m->length)
			return m->data[address - m->address];
	}
	return p->endless ? p->rest[address % REST_SIZE] : -1;
}

static void read_range(const struct program *p, struct sys_range *r)
{
	const struct sys_ranges *out = p->out;

	fuzz_check(!r->want || r->want - 1 <= UINT64_MAX - r->address);
	fuzz_check(!r->want || (r->data >= out->arena &&
				r->data - out->arena + r->want <= (ptrdiff_t)out->arena_size));
	for (r->length = 0; r->length < r->want; r->length++) {
		int c = byte_at(p, r->address + r->length);

		if (c < 0)
			break;
		r->data[r->length] = (uint8_t)c;
	}
	r->unreadable = r->length < r->want;
}

static void read_memory(void *context, struct sys_range *ranges, size_t count)
{
	struct program *p = context;

	fuzz_check(count && count <= PIECES_MAX && ++p->reads <= READS_MAX);
	for (size_t i = 0; i < count; i++)
		read_range(p, &ranges[i]);
}

/* Anything, or nothing; the same each time. */
static uint64_t answer(void *context, uint8_t question, uint64_t about)
{
	const struct program *p = context;
	uint64_t n = p->rest[(about + question) % REST_SIZE];

	fuzz_check(question > ASK_NOTHING && question < ASK_KIND_MAX);
	return p->endless ? n << n % 57 : SYS_UNKNOWN;
}

static void check_ranges(const struct sys_ranges *out, uint64_t payload_limit)
{
	fuzz_check(out->count <= SYS_RANGES_MAX && out->arena_used <= out->arena_size);
	for (size_t i = 0; i < out->count; i++) {
		const struct sys_range *r = &out->range[i];
		const uint8_t *data = r->data;
		/* A struct may say of itself that it is longer than we know it. */
		bool longer = r->of && r->full > r->of->size;

		fuzz_check(r->address && r->length <= r->want && r->length <= r->full);
		fuzz_check(longer || r->length == r->full || r->limited || r->unreadable ||
			   payload_limit < r->full);
		fuzz_check(longer || r->unreadable || !r->full ||
			   r->full - 1 <= UINT64_MAX - r->address);
		fuzz_check(!r->length ||
			   (data >= out->arena &&
			    data - out->arena + r->length <= (ptrdiff_t)out->arena_used));
	}
}

static void capture(struct program *p, uint64_t payload_limit, size_t arena_size)
{
	static struct sys_ranges entry, exit;
	const struct event_call *call = &p->event->call;
	const struct sys_desc *desc = sys_find(call->arch, call->nr);
	const struct sys_reader reader = {read_memory, p, answer};
	struct sys_capture c = {
		.args = call->args,
		.stack = call->ip,
		.payload_limit = payload_limit,
		.reader = &reader,
	};

	if (!desc)
		return;
	c.desc = sys_select(desc, call->args, NULL);
	entry.arena = malloc(arena_size);
	exit.arena = malloc(arena_size);
	fuzz_check((entry.arena && exit.arena) || !arena_size);
	entry.arena_size = exit.arena_size = arena_size;
	p->when = EVENT_AT_ENTRY;
	p->out = &entry;
	sys_capture_entry(&c, &entry);
	check_ranges(&entry, payload_limit);
	fuzz_check(!entry.count || sys_has_entry_memory(c.desc));
	p->when = EVENT_AT_EXIT;
	p->out = &exit;
	p->reads = 0;
	sys_capture_exit(&c, &entry, call->ret, &exit);
	check_ranges(&exit, payload_limit);
	fuzz_check(!exit.count || sys_has_exit_memory(c.desc));
	p->reads = 0;
	sys_capture_exit(&c, NULL, call->ret, &exit);
	check_ranges(&exit, payload_limit);
	free(entry.arena);
	free(exit.arena);
}

void fuzz_one(const uint8_t *data, size_t size)
{
	struct maker maker = {.bytes = {data, size}};
	struct program p = {.endless = bytes_one(&maker.bytes) % 2};
	uint64_t payload_limit = bytes_number(&maker.bytes);
	size_t arena_size = (size_t)(bytes_number(&maker.bytes) % (ARENA_MAX + 1));

	for (size_t i = 0; p.endless && i < REST_SIZE; i++)
		p.rest[i] = bytes_one(&maker.bytes);
	p.event = &maker.event;
	while (maker_next(&maker)) {
		p.reads = 0;
		if (event_is_call(&maker.event))
			capture(&p, payload_limit, arena_size);
	}
}
