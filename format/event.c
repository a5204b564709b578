/* SPDX-License-Identifier: Apache-2.0 */
#include "format/event.h"

const struct event_memory *event_range(const struct event *e, uint8_t when, uint64_t address)
{
	for (uint32_t i = 0; i < e->memory_count; i++) {
		if (e->memory[i].address == address && e->memory[i].when == when)
			return &e->memory[i];
	}
	return NULL;
}

const uint8_t *event_bytes(const struct event *e, uint8_t when, uint64_t address, size_t *ret_size)
{
	const uint8_t *found = NULL;

	*ret_size = 0;
	for (uint32_t i = 0; i < e->memory_count; i++) {
		const struct event_memory *m = &e->memory[i];
		uint64_t into = address - m->address;

		if (m->when != when || address < m->address || into >= m->length)
			continue;
		/* Ranges may overlap: the one that reaches furthest tells most. */
		if (m->length - into > *ret_size) {
			*ret_size = (size_t)(m->length - into);
			found = m->data + into;
		}
	}
	return found;
}
