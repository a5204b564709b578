/* SPDX-License-Identifier: Apache-2.0 */
#include "content.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The first extent that ends at or behind @at. */
static size_t lower(const struct content *c, uint64_t at)
{
	size_t low = 0, high = c->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (c->extents[middle].end < at)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static int insert(struct content *c, size_t i, uint64_t at, uint64_t end)
{
	struct content_extent *grown;

	if (c->count == CONTENT_EXTENTS_MAX) {
		c->full = true;
		return 0;
	}
	if (c->count == c->capacity) {
		c->capacity = c->capacity ? c->capacity * 2 : 16;
		grown = reallocarray(c->extents, c->capacity, sizeof(*grown));
		if (!grown)
			return -ENOMEM;
		c->extents = grown;
	}
	memmove(c->extents + i + 1, c->extents + i, (c->count - i) * sizeof(*c->extents));
	c->extents[i] = (struct content_extent){at, end};
	c->count++;
	return 0;
}

/* Those that touch become one. */
static int add_extent(struct content *c, uint64_t at, uint64_t end)
{
	size_t i = lower(c, at), k = i;

	while (k < c->count && c->extents[k].at <= end)
		k++;
	if (i == k)
		return insert(c, i, at, end);
	if (c->extents[i].at < at)
		at = c->extents[i].at;
	if (c->extents[k - 1].end > end)
		end = c->extents[k - 1].end;
	c->extents[i] = (struct content_extent){at, end};
	memmove(c->extents + i + 1, c->extents + k, (c->count - k) * sizeof(*c->extents));
	c->count -= k - i - 1;
	return 0;
}

/* What was there is not known any more. */
static int remove_extent(struct content *c, uint64_t at, uint64_t end)
{
	int r = 0;

	for (size_t i = lower(c, at); r == 0 && i < c->count && c->extents[i].at < end;) {
		struct content_extent old = c->extents[i];

		memmove(c->extents + i, c->extents + i + 1,
			(c->count - i - 1) * sizeof(*c->extents));
		c->count--;
		if (old.at < at)
			r = insert(c, i++, old.at, at);
		if (r == 0 && old.end > end)
			r = insert(c, i++, end, old.end);
	}
	return r;
}

static int write_at(int fd, uint64_t at, const uint8_t *data, size_t size)
{
	while (size) {
		ssize_t n = pwrite(fd, data, size, (off_t)at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? -errno : -EIO;
		data += n;
		at += (uint64_t)n;
		size -= (size_t)n;
	}
	return 0;
}

static int truncate_to(struct content *c, uint64_t size)
{
	int r = remove_extent(c, size, UINT64_MAX);

	c->born |= !size;

	/* What a file is lengthened by is zero. */
	if (r == 0 && size > c->end && (c->end || c->born))
		r = add_extent(c, c->end, size);
	c->end = size;
	return r < 0 ? r : ftruncate(c->fd, (off_t)size) < 0 ? -errno : 0;
}

static int put(struct content *c, uint64_t at, const struct transfer_piece *p, bool out)
{
	uint64_t end = at + p->size;
	int r;

	if (p->data) {
		r = write_at(c->fd, at, p->data, p->size);
		return r < 0 ? r : add_extent(c, at, end);
	}
	/* What was read and not kept was there before, and may be known. */
	return out ? remove_extent(c, at, end) : 0;
}

/* The file is another one. */
static int begin_again(struct content *c, uint64_t generation)
{
	c->generation = generation;
	c->count = 0;
	c->end = c->unplaced = 0;
	c->born = false;
	c->mapped = (struct content_extent){0};
	return ftruncate(c->fd, 0) < 0 ? -errno : 0;
}

static void note_map(struct content *c, const struct flow *f)
{
	struct content_extent *m = &c->mapped;
	uint64_t end = f->length < CONTENT_SIZE_MAX ? f->position + f->length : CONTENT_SIZE_MAX;

	if (!f->out || f->position > CONTENT_SIZE_MAX)
		return;
	if (m->at == m->end || f->position < m->at)
		m->at = f->position;
	if (end > m->end)
		m->end = end;
}

int content_take(struct content *c, const struct flow *f)
{
	uint64_t base;
	int r = 0;

	if (f->generation < c->generation)
		return 0;
	if (f->generation > c->generation)
		r = begin_again(c, f->generation);
	if (r < 0)
		return r;
	base = f->append ? c->end : f->position;
	if (f->kind == FLOW_MAPS) {
		note_map(c, f);
		return 0;
	}
	if (f->kind == FLOW_TRUNCATES)
		return f->position > CONTENT_SIZE_MAX ? 0 : truncate_to(c, f->position);
	if ((!f->append && !f->positioned) || base > CONTENT_SIZE_MAX ||
	    f->bytes > CONTENT_SIZE_MAX - base) {
		c->unplaced += f->bytes;
		return 0;
	}
	if (c->born && base > c->end && f->out)
		r = add_extent(c, c->end, base);
	for (size_t i = 0; r == 0 && i < f->piece_count; i++)
		r = put(c, base + f->pieces[i].offset, &f->pieces[i], f->out);
	if (base + f->bytes > c->end)
		c->end = base + f->bytes;
	return r;
}

uint64_t content_missing(const struct content *c)
{
	uint64_t known = 0;

	for (size_t i = 0; i < c->count; i++)
		known += c->extents[i].end - c->extents[i].at;
	return known < c->end ? c->end - known : 0;
}

void content_done(struct content *c)
{
	free(c->extents);
	c->extents = NULL;
	c->count = c->capacity = 0;
}
