/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A call counts for one thing: the path that it is given, as the kernel found it; else the peer
 * that it names; else what its first descriptor stands for. Bytes count for what they went to or
 * came from, so that a sendfile(2) counts for both.
 */
#include "access.h"
#include "object.h"
#include "stats.h"
#include "transfer.h"

#include "base/buf.h"
#include "base/hash.h"
#include "sys/table.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct finding {
	struct stats *s;
	struct buf name;
};

static int take_access(void *context, const struct access *a)
{
	struct finding *f = context;

	buf_append(&f->name, a->path.text, a->path.size);
	return 1; /* one is enough */
}

static const struct sys_field *field_of_kind(const struct sys_desc *d, enum sys_kind kind)
{
	for (size_t i = 0; d && i < d->count; i++) {
		if (d->field[i].kind == kind)
			return &d->field[i];
	}
	return NULL;
}

static void name_of_address(struct finding *f, const struct event *e, const struct sys_field *field)
{
	size_t size;
	const uint8_t *bytes = event_bytes(
		e, EVENT_AT_ENTRY, sys_value(field, e->call.args, sizeof(e->call.args)), &size);

	if (bytes)
		object_of_address(bytes, size, &f->name);
}

static void name_of_descriptor(struct finding *f, const struct event *e,
			       const struct sys_field *field)
{
	const int32_t fd = (int32_t)sys_value(field, e->call.args, sizeof(e->call.args));
	const struct state_file *file = state_at_entry(f->s->state, e, fd);

	if (file)
		object_of_file(file, &f->name);
	else if (fd >= 0)
		buf_printf(&f->name, "(descriptor %d, not known)", fd);
}

static int find_name(struct finding *f, const struct event *e)
{
	const struct sys_desc *d = sys_find(e->call.arch, e->call.nr);
	const struct sys_field *address = field_of_kind(d, K_SOCKADDR);
	const struct sys_field *fd = field_of_kind(d, K_FD);
	const int r = accesses_take(f->s->accesses, f->s->state, e, take_access, f);

	if (r < 0)
		return r;
	if (!f->name.size && address)
		name_of_address(f, e, address);
	if (!f->name.size && fd)
		name_of_descriptor(f, e, fd);
	if (f->name.size > STATS_NAME_MAX)
		buf_truncate(&f->name, STATS_NAME_MAX);
	return buf_error(&f->name);
}

static struct stats_row *row_of(struct stats *s, const struct buf *name)
{
	const uint64_t hash = hash_text(name->data, name->size);
	struct stats_row *row = stats_get(s, hash == STATS_REST ? 0 : hash);

	if (!row || row->name || !name->size || row->key == STATS_REST)
		return row;
	/* What rows of the same times are ordered by, and was before the quicker hash. */
	row->key = hash_add(HASH_START, name->data, name->size);
	row->key -= row->key == STATS_REST;
	row->name = malloc(name->size);
	if (!row->name)
		return NULL;
	memcpy(row->name, name->data, name->size);
	row->name_size = name->size;
	return row;
}

static int take_transfer(void *context, const struct transfer *t)
{
	struct finding *f = context;
	struct stats_row *row;

	if (!t->file || t->more)
		return 0;
	buf_clear(&f->name);
	object_of_file(t->file, &f->name);
	row = buf_error(&f->name) < 0 ? NULL : row_of(f->s, &f->name);
	if (!row)
		return -ENOMEM;
	*(t->out ? &row->written : &row->read) += t->bytes;
	return 0;
}

int stats_add_file(struct stats *s, const struct event *e)
{
	struct finding f = {.s = s};
	struct stats_row *row = NULL;
	int r = 0;

	if (e->kind == EVENT_CALL || e->kind == EVENT_BEGUN || e->kind == EVENT_END)
		r = find_name(&f, e);
	else
		return 0;
	/* Of a call in two halves both have what it takes to find its name; the first counts it. */
	if (r == 0)
		row = row_of(s, &f.name);
	if (row && e->kind != EVENT_END)
		stats_count(s, row, e->call.state == EVENT_FINISHED ? &e->call : NULL);
	else if (row && e->call.state == EVENT_FINISHED)
		stats_count_end(s, row, &e->call);
	r = row ? transfers_take(s->transfers, s->state, e, take_transfer, &f) : -ENOMEM;
	buf_done(&f.name);
	return r;
}
