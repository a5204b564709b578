/* SPDX-License-Identifier: Apache-2.0 */
/* Texts and objects, each once. */
#include "side_priv.h"

#include <endian.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

int side_grow_by(void *list, size_t *capacity, size_t size)
{
	void **at = list;
	size_t wanted = *capacity ? 2 * *capacity : 16;
	void *bigger = reallocarray(*at, wanted, size);

	if (!bigger)
		return -ENOMEM;
	*at = bigger;
	*capacity = wanted;
	return 0;
}

static uint64_t mix(uint64_t a, uint64_t b)
{
	__uint128_t product = (__uint128_t)a * b;

	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

uint64_t diff_hash(const void *text, size_t size)
{
	const uint8_t *at = text;
	uint64_t h = size ^ UINT64_C(0x9e3779b97f4a7c15), word;

	for (; size >= sizeof(word); at += sizeof(word), size -= sizeof(word)) {
		memcpy(&word, at, sizeof(word));
		h = mix(h ^ le64toh(word), UINT64_C(0xbf58476d1ce4e5b9));
	}
	for (word = 0; size; size--)
		word = word << 8 | at[size - 1];
	return mix(h ^ word, UINT64_C(0x94d049bb133111eb)) | 1;
}

uint64_t diff_hash_pair(uint64_t a, uint64_t b)
{
	return diff_hash((const uint64_t[]){htole64(a), htole64(b)}, 2 * sizeof(a));
}

int diff_texts_init(struct texts *t)
{
	*t = (struct texts){.all = {0}};
	buf_char(&t->all, '\0');
	return buf_error(&t->all);
}

uint32_t diff_texts_append(struct texts *t, const void *text, size_t size)
{
	static const char cut[] = "...";
	size_t kept = size < SIDE_TEXT_MAX ? size : SIDE_TEXT_MAX, place;

	if (!size || t->all.size + kept + sizeof(cut) > DIFF_TEXTS_MAX)
		return 0;
	place = t->all.size;
	buf_append(&t->all, text, kept);
	buf_str(&t->all, kept < size ? cut : "");
	buf_char(&t->all, '\0');
	return buf_error(&t->all) < 0 ? 0 : (uint32_t)place;
}

uint32_t diff_texts_put(struct texts *t, uint64_t hash, const void *text, size_t size)
{
	uint32_t place = (uint32_t)(uintptr_t)map_get(&t->by_hash, hash);

	if (place)
		return place;
	place = diff_texts_append(t, text, size);
	if (place && map_put(&t->by_hash, hash, (void *)(uintptr_t)place) < 0) {
		t->all.failed = -ENOMEM;
		return 0;
	}
	return place;
}

struct text_slot *diff_texts_lately(struct texts *t, uint64_t hash)
{
	if (!t->lately)
		t->lately = calloc(SIDE_TEXT_CACHE, sizeof(*t->lately));
	if (!t->lately)
		t->all.failed = -ENOMEM;
	return t->lately ? &t->lately[(hash ^ hash >> 32) % SIDE_TEXT_CACHE] : NULL;
}

void diff_texts_done(struct texts *t)
{
	buf_done(&t->all);
	map_done(&t->by_hash);
	free(t->lately);
}

static int make_room(struct objects *o)
{
	size_t capacity = o->capacity;
	struct object_count *last;
	uint8_t *marks;

	if (o->count < capacity)
		return 0;
	if (side_grow_by(&o->list, &capacity, sizeof(*o->list)) < 0)
		return -ENOMEM;
	marks = realloc(o->marks, capacity);
	if (!marks)
		return -ENOMEM;
	o->marks = marks;
	last = reallocarray(o->last, capacity, sizeof(*last));
	if (!last)
		return -ENOMEM;
	o->last = last;
	o->capacity = capacity;
	return 0;
}

int diff_objects_init(struct objects *o, struct texts *texts)
{
	*o = (struct objects){.texts = texts};
	if (make_room(o) < 0)
		return -ENOMEM;
	o->list[0] = (struct diff_object){.hash = 0};
	o->marks[0] = 0;
	o->last[0] = (struct object_count){.at = 0};
	o->count = 1;
	return 0;
}

uint32_t diff_objects_put(struct objects *o, const struct buf *label, const void *name,
			  size_t name_size, uint8_t kind, uint8_t marks)
{
	uint64_t hash = diff_hash(buf_text(label), label->size);
	const size_t before = o->texts->all.size;
	uint32_t place;
	uintptr_t known;
	bool same;

	/* Most are new: while it is looked for in a large table, it is put there. */
	map_prefetch(&o->by_hash, hash);
	place = diff_texts_append(o->texts, buf_text(label), label->size);
	same = label->size == name_size && memcmp(buf_text(label), name, name_size) == 0;
	known = (uintptr_t)map_get(&o->by_hash, hash);
	if (known || o->count == SIDE_OBJECTS_MAX) {
		if (before)
			buf_truncate(&o->texts->all, before);
		return (uint32_t)known;
	}
	if (make_room(o) < 0 || buf_error(label) < 0 ||
	    map_put(&o->by_hash, hash, (void *)(uintptr_t)o->count) < 0)
		goto out;
	o->marks[o->count] = marks;
	o->last[o->count] = (struct object_count){.at = 0};
	o->list[o->count] = (struct diff_object){
		.hash = hash,
		.label = place,
		.name = same ? place : diff_texts_append(o->texts, name, name_size),
		.kind = kind};
	return (uint32_t)o->count++;
out:
	o->failed = true;
	return DIFF_NONE;
}

void diff_objects_done(struct objects *o)
{
	free(o->list);
	free(o->marks);
	free(o->last);
	map_done(&o->by_hash);
}
