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

const char *event_arch_name(uint32_t arch)
{
	switch (arch) {
	case EVENT_ARCH_X86_64:
		return "x86_64";
	case EVENT_ARCH_I386:
		return "i386";
	case EVENT_ARCH_AARCH64:
		return "aarch64";
	default:
		return "unknown";
	}
}
