/* SPDX-License-Identifier: Apache-2.0 */
#include "channels.h"

#include <errno.h>
#include <stdlib.h>

bool channel_is(const struct state_file *f)
{
	if (f->kind == STATE_PIPE)
		return true;
	return f->kind == STATE_SOCKET && f->socket && f->socket->paired && !f->socket->accepted &&
	       !f->socket->peer.size && !f->socket->local.size;
}

static uint32_t find(const struct channels *c, const struct state_file *f)
{
	void *id = map_get(&c->by_id, f->id);

	if (!id && f->peer)
		id = map_get(&c->by_id, f->peer->id);
	if (!id && f->kind == STATE_PIPE && !f->peer && f->inode)
		id = map_get(&c->by_inode, f->inode);
	return (uint32_t)(uintptr_t)id;
}

static int enter(struct channels *c, const struct state_file *f, uint32_t id)
{
	void *value = (void *)(uintptr_t)id;

	if (map_put(&c->by_id, f->id, value) < 0)
		return -ENOMEM;
	if (f->peer)
		return map_put(&c->by_id, f->peer->id, value);
	return f->inode ? map_put(&c->by_inode, f->inode, value) : 0;
}

/* *ret NULL: there is no room. */
static int channel_of(struct channels *c, const struct state_file *f, uint64_t time,
		      struct channel **ret)
{
	uint32_t id = find(c, f);

	*ret = NULL;
	if (!id && c->count == CHANNELS_MAX)
		return 0;
	if (!id && c->count == c->capacity) {
		size_t capacity = c->capacity ? 2 * c->capacity : 64;
		struct channel *list = reallocarray(c->list, capacity, sizeof(*list));

		if (!list)
			return -ENOMEM;
		c->list = list;
		c->capacity = capacity;
	}
	if (!id) {
		id = (uint32_t)++c->count;
		c->list[id - 1] = (struct channel){.pipe = f->kind == STATE_PIPE,
						   .first_id = f->id,
						   .inode = f->inode,
						   .first_time = time};
		if (enter(c, f, id) < 0)
			return -ENOMEM;
	}
	*ret = &c->list[id - 1];
	return 0;
}

int channels_take(struct channels *c, const struct transfer *t, uint32_t actor, uint64_t time)
{
	struct channel *channel;
	struct channel_way *way;
	int r = channel_of(c, t->file, time, &channel);

	if (r < 0)
		return r;
	if (!channel) {
		c->beyond++;
		return 0;
	}
	/* Of a pair, what goes out of end 0 is what comes in at end 1. */
	way = &channel->way[!channel->pipe && (t->file->id == channel->first_id) == t->out];
	if (t->out) {
		actors_add(&way->writers, actor);
		way->writes++;
		way->written += t->bytes;
	} else {
		actors_add(&way->readers, actor);
		way->reads++;
		way->read += t->bytes;
	}
	return 0;
}

void channels_done(struct channels *c)
{
	free(c->list);
	map_done(&c->by_id);
	map_done(&c->by_inode);
	*c = (struct channels){.count = 0};
}
