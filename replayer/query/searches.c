/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A search is open until its name is found. It is known by keys: hashes of the process with each
 * name that was missing, and of the process with directory and stem.
 */
#include "searches.h"

#include "base/hash.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { STEM_LEAST = 3, OPEN_CREATE = 0100 };

struct parts {
	const char *name;
	size_t name_size, directory, stem; /* directory: with its slash */
};

static struct parts split(const char *path, size_t size)
{
	const char *slash, *dot;
	struct parts p;

	while (size > 1 && path[size - 1] == '/')
		size--;
	slash = memrchr(path, '/', size);
	p.name = slash ? slash + 1 : path;
	p.directory = (size_t)(p.name - path);
	p.name_size = size - p.directory;
	dot = p.name_size > 1 ? memchr(p.name + 1, '.', p.name_size - 1) : NULL;
	p.stem = dot ? (size_t)(dot - p.name) : p.name_size;
	return p;
}

/* Every path that is found is looked for here, while there is any search. */
static uint64_t key_of(uint32_t process, const char *text, size_t size)
{
	return hash_text(text, size) ^ process * UINT64_C(0x9e3779b97f4a7c15);
}

static uint64_t name_key(uint32_t process, const struct parts *p)
{
	return key_of(process, p->name, p->name_size);
}

/* 0: a stem so short says nothing. */
static uint64_t stem_key(uint32_t process, const char *path, const struct parts *p)
{
	return p->stem < STEM_LEAST ? 0 : ~key_of(process, path, p->directory + p->stem);
}

static char *copy(const char *text, size_t size)
{
	char *s = malloc(size + 1);

	if (s) {
		memcpy(s, text, size);
		s[size] = '\0';
	}
	return s;
}

static void search_done(struct search *s)
{
	free(s->name);
	free(s->found);
	free(s->first);
	for (size_t i = 0; i < SEARCH_PLACES_KEPT; i++)
		free(s->place[i]);
}

/* Which bit a name and its stem share. */
static unsigned beginning_of(const struct parts *p)
{
	const unsigned first = p->name_size ? (uint8_t)p->name[0] : 0;
	const unsigned second = p->name_size > 1 ? (uint8_t)p->name[1] : 0;

	return (first << 5 ^ second) & (SEARCH_BEGINNINGS - 1);
}

static void note_beginning(struct searches *s, const struct parts *p)
{
	const unsigned bit = beginning_of(p);

	s->beginnings[bit / 64] |= UINT64_C(1) << bit % 64;
}

static bool may_be_looked_for(const struct searches *s, const struct parts *p)
{
	const unsigned bit = beginning_of(p);

	return s->beginnings[bit / 64] >> bit % 64 & 1;
}

/* ---- open ones ---- */

static int add_key(struct searches *s, struct open_search *o, uint64_t key)
{
	if (!key || o->key_count == SEARCH_KEYS || map_get(&s->open, key))
		return 0;
	if (map_put(&s->open, key, o) < 0)
		return -ENOMEM;
	o->key[o->key_count++] = key;
	return 0;
}

static struct open_search *open_new(struct searches *s, uint32_t process, const struct parts *p)
{
	struct open_search *o;

	if (!s->opens)
		s->opens = calloc(SEARCHES_OPEN_MAX, sizeof(struct open_search *));
	o = s->opens ? calloc(1, sizeof(*o)) : NULL;
	if (!o)
		return NULL;
	o->process = process;
	o->so_far.name = copy(p->name, p->name_size);
	o->so_far.name_size = p->name_size;
	if (!o->so_far.name) {
		free(o);
		return NULL;
	}
	s->opens[s->open_count++] = o;
	return o;
}

static bool is_in(const uint64_t *hashes, size_t count, uint64_t hash)
{
	for (size_t i = 0; i < count && i < SEARCH_PLACES; i++) {
		if (hashes[i] == hash)
			return true;
	}
	return false;
}

static bool was_tried(const struct open_search *o, const char *path, size_t size)
{
	return is_in(o->tried, o->so_far.tries, hash_add(HASH_START, path, size));
}

static int add_place(struct open_search *o, const char *path, size_t directory)
{
	uint64_t place = hash_add(HASH_START, path, directory);
	uint32_t n = o->so_far.places;

	if (is_in(o->place, n, place))
		return 0;
	if (n < SEARCH_PLACES)
		o->place[n] = place;
	if (n < SEARCH_PLACES_KEPT) {
		o->so_far.place[n] = copy(path, directory);
		o->so_far.place_size[n] = directory;
		if (!o->so_far.place[n])
			return -ENOMEM;
	}
	o->so_far.places++;
	return 0;
}

static int add_try(struct open_search *o, const char *path, size_t size, size_t directory)
{
	o->so_far.misses++;
	if (was_tried(o, path, size))
		return 0;
	if (!o->so_far.tries) {
		o->so_far.first = copy(path, size);
		o->so_far.first_size = size;
		if (!o->so_far.first)
			return -ENOMEM;
	}
	if (o->so_far.tries < SEARCH_PLACES)
		o->tried[o->so_far.tries] = hash_add(HASH_START, path, size);
	o->so_far.tries++;
	return add_place(o, path, directory > 1 ? directory - 1 : directory);
}

static int miss(struct searches *s, uint32_t process, const struct access *a)
{
	struct parts p = split(a->path.text, a->path.size);
	uint64_t by_name = name_key(process, &p), by_stem = stem_key(process, a->path.text, &p);
	struct open_search *o = map_get(&s->open, by_name);

	if (!o)
		o = by_stem ? map_get(&s->open, by_stem) : NULL;
	if (!o && s->open_count == SEARCHES_OPEN_MAX) {
		s->beyond++;
		return 0;
	}
	if (!o) {
		o = open_new(s, process, &p);
		if (!o)
			return -ENOMEM;
		o->so_far.first_time = a->event->time;
		actors_add(&o->so_far.by, process);
	}
	note_beginning(s, &p);
	if (add_key(s, o, by_name) < 0 || add_key(s, o, by_stem) < 0)
		return -ENOMEM;
	return add_try(o, a->path.text, a->path.size, p.directory);
}

static void close_search(struct searches *s, struct open_search *o)
{
	for (size_t i = 0; i < o->key_count; i++)
		map_remove(&s->open, o->key[i]);
	for (size_t i = s->open_count; i-- > 0;) {
		if (s->opens[i] == o) {
			s->opens[i] = s->opens[--s->open_count];
			break;
		}
	}
	search_done(&o->so_far);
	free(o);
}

/* ---- told ones ---- */

static struct search *result_new(struct searches *s)
{
	if (s->count == s->capacity) {
		size_t capacity = s->capacity ? 2 * s->capacity : 64;
		struct search *list = reallocarray(s->list, capacity, sizeof(*list));

		if (!list)
			return NULL;
		s->list = list;
		s->capacity = capacity;
	}
	s->list[s->count] = (struct search){.name = NULL};
	return &s->list[s->count];
}

static int add_result(struct searches *s, struct search *new, uint64_t key)
{
	struct search *at = result_new(s);

	if (!at || map_put(&s->by_key, key, (void *)(uintptr_t)(s->count + 1)) < 0)
		return -ENOMEM;
	*at = *new;
	at->times = 1;
	s->count++;
	*new = (struct search){.name = NULL};
	return 0;
}

/* Takes over what is in @new. */
static int tell(struct searches *s, struct search *new)
{
	uint64_t key = hash_add(HASH_START, new->name, new->name_size + 1);
	uintptr_t index;
	struct search *at;

	if (new->found)
		key = hash_add(key, new->found, new->found_size);
	index = (uintptr_t)map_get(&s->by_key, key);
	if (!index && s->count < SEARCHES_MAX)
		return add_result(s, new, key);
	if (!index) {
		s->beyond++;
		return 0;
	}
	at = &s->list[index - 1];
	at->times++;
	at->misses += new->misses;
	at->tries = new->tries > at->tries ? new->tries : at->tries;
	at->places = new->places > at->places ? new->places : at->places;
	for (size_t i = 0; i < new->by.count; i++)
		actors_add(&at->by, new->by.process[i]);
	return 0;
}

static int found(struct searches *s, uint32_t process, const struct access *a)
{
	struct open_search *o;
	struct parts p;
	uint64_t by_stem;
	int r;

	/* Most of the time nothing is looked for. */
	if (!s->open.count)
		return 0;
	p = split(a->path.text, a->path.size);
	if (!may_be_looked_for(s, &p))
		return 0;
	by_stem = stem_key(process, a->path.text, &p);
	o = map_get(&s->open, name_key(process, &p));
	if (!o)
		o = by_stem ? map_get(&s->open, by_stem) : NULL;
	if (!o)
		return 0;
	/* It was made where it was missing. */
	if (o->so_far.tries == 1 && was_tried(o, a->path.text, a->path.size)) {
		close_search(s, o);
		return 0;
	}
	free(o->so_far.name);
	o->so_far.name = copy(p.name, p.name_size);
	o->so_far.name_size = p.name_size;
	o->so_far.found = copy(a->path.text, a->path.size);
	o->so_far.found_size = a->path.size;
	r = o->so_far.name && o->so_far.found ? tell(s, &o->so_far) : -ENOMEM;
	close_search(s, o);
	return r;
}

static bool looks_for(const struct access *a)
{
	switch (a->kind) {
	case ACCESS_OPEN:
		return !(a->flags & OPEN_CREATE);
	case ACCESS_LOOK:
	case ACCESS_EXEC:
	case ACCESS_ENTER:
		return true;
	default:
		return false;
	}
}

int searches_take(struct searches *s, uint32_t process, const struct access *a)
{
	if (a->by_descriptor || !a->path.size || !looks_for(a))
		return 0;
	if (a->error == ENOENT || a->error == ENOTDIR)
		return miss(s, process, a);
	return a->error ? 0 : found(s, process, a);
}

static int compare(const void *left, const void *right)
{
	const struct search *a = left, *b = right;
	int r;

	if (!a->found != !b->found)
		return a->found ? 1 : -1;
	if (a->places != b->places)
		return a->places < b->places ? 1 : -1;
	if (a->tries != b->tries)
		return a->tries < b->tries ? 1 : -1;
	if (a->first_time != b->first_time)
		return a->first_time < b->first_time ? -1 : 1;
	r = strcmp(a->name, b->name);
	return r || !a->found ? r : strcmp(a->found, b->found);
}

int searches_end(struct searches *s)
{
	int r = 0;

	/* In the order in which they began: names of the first ones stay when room is short. */
	for (size_t i = 0; r == 0 && i < s->open_count; i++)
		r = tell(s, &s->opens[i]->so_far);
	while (s->open_count)
		close_search(s, s->opens[s->open_count - 1]);
	if (s->count)
		qsort(s->list, s->count, sizeof(*s->list), compare);
	return r;
}

void searches_done(struct searches *s)
{
	while (s->open_count)
		close_search(s, s->opens[s->open_count - 1]);
	for (size_t i = 0; i < s->count; i++)
		search_done(&s->list[i]);
	free(s->opens);
	free(s->list);
	map_done(&s->by_key);
	map_done(&s->open);
	*s = (struct searches){.list = NULL};
}
