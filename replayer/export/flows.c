/* SPDX-License-Identifier: Apache-2.0 */
#include "flows.h"

#include <errno.h>
#include <stdlib.h>

struct written {
	uint64_t id, start, end; /* places in the channel */
};

struct channel {
	uint64_t written, read; /* bytes, in all */
	struct written list[FLOWS_WRITES_MAX];
	size_t first, count;
};

static struct channel *channel_of(struct flows *f, uint64_t id)
{
	struct channel *c = map_get(&f->channels, id);

	if (c)
		return c;
	if (f->channels.count >= FLOWS_CHANNELS_MAX) {
		f->forgotten += f->channels.count;
		flows_clear(f);
	}
	return map_make(&f->channels, id, sizeof(*c));
}

int flows_write(struct flows *f, uint64_t to, uint64_t id, uint64_t bytes)
{
	struct channel *c = channel_of(f, to);

	if (!c)
		return -ENOMEM;
	if (c->count == FLOWS_WRITES_MAX) {
		c->first = (c->first + 1) % FLOWS_WRITES_MAX;
		c->count--;
	}
	c->list[(c->first + c->count++) % FLOWS_WRITES_MAX] =
		(struct written){id, c->written, c->written + bytes};
	c->written += bytes;
	return 0;
}

void flows_read(struct flows *f, uint64_t from, uint64_t bytes, struct flows_read *ret)
{
	struct channel *c = map_get(&f->channels, from);

	if (!c)
		return;
	c->read += bytes;
	while (c->count && c->list[c->first].end <= c->read) {
		if (ret->end_count < FLOWS_OF_READ_MAX)
			ret->ends[ret->end_count++] = c->list[c->first].id;
		c->first = (c->first + 1) % FLOWS_WRITES_MAX;
		c->count--;
	}
	/* A part of the next one. */
	if (c->count && c->list[c->first].start < c->read && ret->on_count < FLOWS_OF_READ_MAX)
		ret->on[ret->on_count++] = c->list[c->first].id;
}

int flows_join(struct flows *f, uint64_t from, uint64_t to)
{
	struct channel *c = map_get(&f->channels, from);

	if (!c || map_get(&f->channels, to))
		return 0;
	map_remove(&f->channels, from);
	if (map_put(&f->channels, to, c) == 0)
		return 0;
	free(c);
	return -ENOMEM;
}

void flows_clear(struct flows *f)
{
	struct channel *c;
	size_t at = 0;

	while ((c = map_next(&f->channels, &at)))
		free(c);
	map_done(&f->channels);
}
