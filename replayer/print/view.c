/* SPDX-License-Identifier: Apache-2.0 */
/* An event's memory, by address. */
#include "printer.h"

const struct event_memory *view_range(const struct event *e, uint8_t when, uint64_t address)
{
	for (uint32_t i = 0; i < e->memory_count; i++) {
		if (e->memory[i].address == address && e->memory[i].when == when)
			return &e->memory[i];
	}
	return NULL;
}

const uint8_t *view(const struct event *e, uint8_t when, uint64_t address, size_t *ret_size)
{
	const uint8_t *found = NULL;

	*ret_size = 0;
	for (uint32_t i = 0; i < e->memory_count; i++) {
		const struct event_memory *m = &e->memory[i];

		if (m->when != when || address < m->address || address - m->address >= m->length)
			continue;
		/* Ranges may overlap: the one that reaches furthest tells most. */
		if (m->length - (address - m->address) > *ret_size) {
			*ret_size = (size_t)(m->length - (address - m->address));
			found = m->data + (address - m->address);
		}
	}
	return found;
}

bool call_failed(const struct event *e)
{
	return e->call.state != EVENT_FINISHED || event_errno(&e->call);
}

uint8_t time_of(uint8_t dir)
{
	return dir == OUT ? EVENT_AT_EXIT : EVENT_AT_ENTRY;
}

uint64_t load(const uint8_t *at, size_t size, size_t offset, size_t width)
{
	uint64_t value = 0;

	if (offset > size || width > size - offset)
		return 0;
	for (size_t i = width; i-- > 0;)
		value = value << 8 | at[offset + i];
	return value;
}
