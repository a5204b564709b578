/* SPDX-License-Identifier: Apache-2.0 */
#include "channels.h"

#include <errno.h>
#include <stdlib.h>

/* Of an address without a name: of its family, as getpeername(2) tells it of a pair. */
enum { UNNAMED = 2 };

bool channel_is(const struct state_file *f)
{
	const struct state_socket *s = f->socket;

	if (f->kind == STATE_PIPE)
		return true;
	/* A connection has two ends besides, but they have addresses. */
	return f->kind == STATE_SOCKET && s && s->paired && !s->accepted && s->peer.size <= UNNAMED;
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

/* What goes through @f, out of it or in; *ret NULL: there is no room, which is counted. */
static int way_of(struct channels *c, const struct state_file *f, bool out, uint64_t time,
		  struct channel_way **ret)
{
	struct channel *channel;
	int r = channel_of(c, f, time, &channel);

	*ret = NULL;
	if (r < 0)
		return r;
	/* Of a pair, what goes out of end 0 is what comes in at end 1. */
	if (channel)
		*ret = &channel->way[!channel->pipe && (f->id == channel->first_id) == out];
	else
		c->beyond++;
	return 0;
}

int channels_take(struct channels *c, const struct transfer *t, uint32_t actor, uint64_t time)
{
	struct channel_way *way;
	int r = way_of(c, t->file, t->out, time, &way);

	if (r < 0 || !way)
		return r;
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

int channels_break(struct channels *c, const struct state_file *f, uint32_t actor, uint64_t time)
{
	struct channel_way *way;
	int r = way_of(c, f, true, time, &way);

	if (r < 0 || !way)
		return r;
	actors_add(&way->writers, actor);
	way->broken++;
	return 0;
}

bool channel_way_is_unused(const struct channel_way *w)
{
	return !w->writes && !w->reads && !w->broken;
}

void channels_done(struct channels *c)
{
	free(c->list);
	map_done(&c->by_id);
	map_done(&c->by_inode);
	*c = (struct channels){.count = 0};
}
