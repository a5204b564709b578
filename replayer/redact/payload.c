/* SPDX-License-Identifier: Apache-2.0 */
#include "payload.h"

#include "sys/capture.h"
#include "sys/table.h"

#include <stdlib.h>
#include <string.h>

enum { ARENA = 4 << 20 };

struct payload {
	struct sys_ranges entry, exit;
	uint8_t *arena; /* for both: one after the other */
	bool looked;    /* the walker knows the call */
};

/* What the walker reads from: an event, as it was at one time. */
struct memory {
	const struct event *e;
	uint8_t when;
};

struct payload *payload_new(void)
{
	struct payload *p = calloc(1, sizeof(*p));

	if (!p)
		return NULL;
	p->arena = malloc(2 * (size_t)ARENA);
	if (!p->arena)
		return payload_free(p);
	p->entry.arena = p->arena;
	p->exit.arena = p->arena + ARENA;
	p->entry.arena_size = p->exit.arena_size = ARENA;
	return p;
}

struct payload *payload_free(struct payload *p)
{
	if (p)
		free(p->arena);
	free(p);
	return NULL;
}

static void read_one(const struct memory *m, struct sys_range *r)
{
	r->length = 0;
	while (r->length < r->want) {
		size_t n;
		const uint8_t *at = event_bytes(m->e, m->when, r->address + r->length, &n);

		/* The kernel only reads it: it is as it was at the entry. */
		if (!at && m->when == EVENT_AT_EXIT)
			at = event_bytes(m->e, EVENT_AT_ENTRY, r->address + r->length, &n);
		if (!at)
			break;
		if (n > r->want - r->length)
			n = r->want - r->length;
		memcpy(r->data + r->length, at, n);
		r->length += (uint32_t)n;
	}
	r->unreadable = r->length < r->want;
}

static void read_ranges(void *context, struct sys_range *ranges, size_t count)
{
	for (size_t i = 0; i < count; i++)
		read_one(context, &ranges[i]);
}

void payload_take(struct payload *p, const struct event *e)
{
	struct memory memory = {e, EVENT_AT_ENTRY};
	const struct sys_reader reader = {read_ranges, &memory, NULL};
	const struct sys_desc *d =
		e->kind == EVENT_DATA ? NULL : sys_find(e->call.arch, e->call.nr);
	struct sys_capture capture = {.args = e->call.args, .reader = &reader};

	p->looked = d;
	p->entry.count = p->exit.count = 0;
	if (!d)
		return;
	capture.desc = sys_select(d, e->call.args, NULL);
	sys_capture_entry(&capture, &p->entry);
	memory.when = EVENT_AT_EXIT;
	if (e->call.state == EVENT_FINISHED)
		sys_capture_exit(&capture, &p->entry, e->call.ret, &p->exit);
}

static bool is_payload(const struct sys_range *r)
{
	return !r->want && r->full;
}

bool payload_has(const struct payload *p, const struct event *e, uint32_t index)
{
	const struct event_memory *m = &e->memory[index];
	const struct sys_ranges *ranges = m->when == EVENT_AT_ENTRY ? &p->entry : &p->exit;

	if (m->when == EVENT_NAME)
		return false;
	for (size_t i = 0; p->looked && i < ranges->count; i++) {
		if (ranges->range[i].address == m->address && !is_payload(&ranges->range[i]))
			return false;
	}
	/* What the walker does not find is nothing that is needed to understand the call. */
	return true;
}
