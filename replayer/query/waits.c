/* SPDX-License-Identifier: Apache-2.0 */
/* Two bounded lists, and maps from what is in them to its place. */
#include "waits.h"

#include "object.h"

#include "base/hash.h"
#include "replayer/state/state.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* *ret is where the thing with this key is to be found, 0: nowhere yet. */
static size_t place_of(const struct map *m, uint64_t key)
{
	return (size_t)(uintptr_t)map_get(m, key);
}

static char *copy_of(const struct buf *name)
{
	char *copy = malloc(name->size + 1);

	if (copy && name->size)
		memcpy(copy, name->data, name->size);
	return copy;
}

static int add(struct waits *w, enum waiting_for what, uint64_t key, struct wait **ret)
{
	struct wait *new;

	*ret = NULL;
	if (w->count == WAITS_MAX)
		return 0;
	if (!w->list)
		w->list = calloc(WAITS_MAX, sizeof(*w->list));
	if (!w->list || map_put(&w->index, key, (void *)(uintptr_t)(w->count + 1)) < 0)
		return -ENOMEM;
	new = &w->list[w->count];
	*new = (struct wait){
		.what = what, .name = copy_of(&w->scratch), .name_size = w->scratch.size};
	if (!new->name)
		return -ENOMEM;
	w->count++;
	*ret = new;
	return 0;
}

static bool has_file(enum waiting_for what)
{
	return what == WAITING_LOCK || what == WAITING_NETWORK || what == WAITING_PIPE ||
	       what == WAITING_DISK;
}

static int count_wait(struct waits *w, const struct event *e, enum waiting_for what,
		      const struct state_file *file)
{
	struct wait *one = NULL;
	uint64_t key;
	size_t at;

	buf_clear(&w->scratch);
	if (file)
		object_of_file(file, &w->scratch);
	if (w->scratch.size > WAITS_NAME_MAX)
		buf_truncate(&w->scratch, WAITS_NAME_MAX);
	key = hash_add(hash_add(HASH_START, &what, sizeof(what)), w->scratch.data, w->scratch.size);
	at = place_of(&w->index, key);
	if (at)
		one = &w->list[at - 1];
	else if (buf_error(&w->scratch) < 0 || add(w, what, key, &one) < 0)
		return -ENOMEM;
	w->total += e->call.duration;
	w->by[what] += e->call.duration;
	if (!one) {
		w->beyond += e->call.duration;
		return 0;
	}
	one->total += e->call.duration;
	one->count++;
	return 0;
}

/* ---- peers ---- */

static struct wait_peer *peer_of(struct waits *w, bool *ret_full)
{
	const uint64_t key = hash_add(HASH_START, w->scratch.data, w->scratch.size);
	const size_t at = place_of(&w->peer_index, key);
	struct wait_peer *new;

	*ret_full = false;
	if (at)
		return &w->peers[at - 1];
	*ret_full = w->peer_count == WAITS_PEERS_MAX;
	if (*ret_full)
		return NULL;
	if (!w->peers)
		w->peers = calloc(WAITS_PEERS_MAX, sizeof(*w->peers));
	if (!w->peers || map_put(&w->peer_index, key, (void *)(uintptr_t)(w->peer_count + 1)) < 0)
		return NULL;
	new = &w->peers[w->peer_count];
	new->name = copy_of(&w->scratch);
	if (!new->name)
		return NULL;
	new->name_size = w->scratch.size;
	w->peer_count++;
	return new;
}

/* Where a connection goes to, or where one was accepted, or what it was found out about later. */
static void name_peer(struct waits *w, const struct event *e, bool by_descriptor)
{
	const struct state_file *f;
	size_t size;
	const uint8_t *address;

	buf_clear(&w->scratch);
	if (by_descriptor) {
		f = state_at_entry(w->state, e, (int32_t)e->call.args[0]);
		if (f)
			object_of_file(f, &w->scratch);
		return;
	}
	address = event_bytes(e, EVENT_AT_ENTRY, e->call.args[1], &size);
	if (address)
		object_of_address(address, size, &w->scratch);
}

static int take_peer(struct waits *w, const struct event *e)
{
	const unsigned roles = roles_of(&w->roles, &e->call);
	const bool accepted = roles & ROLE_ACCEPT && e->call.ret >= 0;
	const int late = object_late_error(e), error = late ? late : event_errno(&e->call);
	struct wait_peer *p;
	bool full;

	if (!accepted && !late && !(roles & ROLE_CONNECT))
		return 0;
	name_peer(w, e, accepted || late);
	if (!w->scratch.size)
		return buf_error(&w->scratch);
	p = peer_of(w, &full);
	if (!p) {
		w->peers_beyond += full;
		return full ? 0 : -ENOMEM;
	}
	p->accepted += accepted;
	p->tried += !accepted && !late;
	p->failed += error && error != EINPROGRESS && error != EINTR && error != EALREADY;
	return 0;
}

/* ---- all together ---- */

int waits_take(struct waits *w, const struct event *e)
{
	const struct state_file *f = NULL;
	enum waiting_for what;

	if ((e->kind != EVENT_CALL && e->kind != EVENT_END) || e->call.state != EVENT_FINISHED)
		return 0;
	what = waiting_quick(&w->cache, &e->call, NULL, e->call.duration);
	if (has_file(what)) {
		f = state_at_entry(w->state, e, (int32_t)e->call.args[0]);
		what = waiting_for(&e->call, f, e->call.duration);
	}
	if (what && count_wait(w, e, what, f) < 0)
		return -ENOMEM;
	return take_peer(w, e);
}

static int compare(const void *left, const void *right)
{
	const struct wait *a = left, *b = right;

	if (a->total != b->total)
		return a->total < b->total ? 1 : -1;
	if (a->count != b->count)
		return a->count < b->count ? 1 : -1;
	return a->what < b->what ? -1 : a->what > b->what;
}

void waits_sort(struct waits *w)
{
	if (w->count)
		qsort(w->list, w->count, sizeof(*w->list), compare);
}

void waits_done(struct waits *w)
{
	for (size_t i = 0; i < w->count; i++)
		free(w->list[i].name);
	for (size_t i = 0; i < w->peer_count; i++)
		free(w->peers[i].name);
	free(w->list);
	free(w->peers);
	map_done(&w->index);
	map_done(&w->peer_index);
	buf_done(&w->scratch);
	*w = (struct waits){0};
}
