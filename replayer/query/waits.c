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
	return what ? count_wait(w, e, what, f) : 0;
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
	free(w->list);
	map_done(&w->index);
	buf_done(&w->scratch);
	*w = (struct waits){0};
}
