/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Groups in a bounded list. That a search along a path succeeded is seen by the name:
 * a later call of the same process succeeds with a path that ends in the same
 * component. When the list is full, groups that are expected make room.
 */
#include "failures.h"

#include "base/hash.h"
#include "replayer/print/print.h"
#include "sys/desc.h"
#include "sys/table.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
	SAME_NAME_MAX = 64,
	ROOM_MIN = FAILURES_MAX / 16, /* groups: for fewer the list is not looked through */
};

static uint64_t name_hash(const char *path, size_t size)
{
	const char *slash;

	while (size && path[size - 1] == '/')
		size--;
	slash = memrchr(path, '/', size);
	return slash ? hash_add(HASH_START, slash + 1, size - (size_t)(slash + 1 - path))
		     : hash_add(HASH_START, path, size);
}

static uint32_t get_id(const struct map *m, uint64_t key)
{
	return (uint32_t)(uintptr_t)map_get(m, key);
}

static int put_id(struct map *m, uint64_t key, uint32_t id)
{
	return map_put(m, key, (void *)(uintptr_t)id);
}

/* ---- what failed ---- */

static const struct sys_field *field_of_kind(const struct sys_desc *d, enum sys_kind kind)
{
	for (size_t i = 0; d && i < d->count; i++) {
		if (d->field[i].kind == kind)
			return &d->field[i];
	}
	return NULL;
}

static bool say_argument(struct failures *f, const struct event *e, const char *wanted)
{
	size_t n = print_argument_count(f->printer, e);

	for (size_t i = 0; i < n; i++) {
		const char *name;
		uint64_t value;

		buf_clear(&f->scratch);
		if (print_argument(f->printer, e, i, &name, &value, &f->scratch) == 0 &&
		    strcmp(name, wanted) == 0)
			return true;
	}
	buf_clear(&f->scratch);
	return false;
}

/* Into the scratch: the path, the peer's address, or the descriptor. */
static bool say_object(struct failures *f, const struct event *e)
{
	const struct sys_desc *d = sys_find(e->call.arch, e->call.nr);
	const struct sys_field *fd;

	buf_clear(&f->scratch);
	if (print_call_path(e, &f->scratch) && f->scratch.size) {
		if (f->scratch.size > FAILURE_OBJECT_MAX)
			buf_truncate(&f->scratch, FAILURE_OBJECT_MAX);
		return true;
	}
	buf_clear(&f->scratch);
	if (field_of_kind(d, K_SOCKADDR) && say_argument(f, e, "addr"))
		return false;
	fd = field_of_kind(d, K_FD);
	if (!fd)
		fd = field_of_kind(d, K_ATFD);
	if (fd)
		buf_printf(&f->scratch, "fd %d",
			   (int)sys_value(fd, e->call.args, sizeof(e->call.args)));
	return false;
}

/* ---- groups ---- */

static uint64_t group_key(const struct failure *g)
{
	uint64_t key = hash_add(HASH_START, &g->nr, sizeof(g->nr));

	key = hash_add(key, &g->arch, sizeof(g->arch));
	key = hash_add(key, &g->error, sizeof(g->error));
	return hash_add(key, g->object, g->object_size);
}

/* Makes the group at @index one that can be found. */
static int enter(struct failures *f, size_t index)
{
	struct failure *g = &f->list[index];
	uint64_t name = name_hash(g->object, g->object_size);
	uint32_t id = (uint32_t)index + 1;

	g->next_same_name = get_id(&f->names, name);
	if (put_id(&f->groups, group_key(g), id) < 0)
		return -ENOMEM;
	return put_id(&f->names, name, id);
}

static void renumber(struct processes *all, const uint32_t *new_id)
{
	for (size_t i = 0; i < all->count; i++) {
		uint32_t *ids = all->list[i].last_failures;

		for (size_t k = 0; k < PROCESS_FAILURES; k++)
			ids[k] = new_id[ids[k]];
	}
}

/* Rebuilds the list without what is expected. */
static int make_room(struct failures *f, struct processes *all)
{
	uint32_t new_id[FAILURES_MAX + 1] = {0};
	size_t kept = 0;

	for (size_t i = 0; i < f->count; i++) {
		if (failure_rank(&f->list[i]) == FAILURE_EXPECTED) {
			f->expected_beyond += f->list[i].count;
			free(f->list[i].object);
		} else {
			f->list[kept++] = f->list[i];
			new_id[i + 1] = (uint32_t)kept;
		}
	}
	f->count = kept;
	f->may_go = 0;
	renumber(all, new_id);
	map_done(&f->groups);
	map_done(&f->names);
	for (size_t i = 0; i < kept; i++) {
		if (enter(f, i) < 0)
			return -ENOMEM;
	}
	return 0;
}

static int add_group(struct failures *f, const struct failure *new)
{
	char *object;

	if (!f->list)
		f->list = calloc(FAILURES_MAX, sizeof(*f->list));
	object = f->list ? malloc(new->object_size + 1) : NULL;
	if (!object)
		return -ENOMEM;
	memcpy(object, buf_text(&f->scratch), new->object_size + 1);
	f->list[f->count] = *new;
	f->list[f->count].object = object;
	f->may_go += failure_rank(new) == FAILURE_EXPECTED;
	return enter(f, f->count++);
}

/* *ret_id is that of the group, 0: there is no room for it. */
static int find_or_add(struct failures *f, struct processes *all, const struct failure *new,
		       uint32_t *ret_id)
{
	*ret_id = get_id(&f->groups, group_key(new));
	if (*ret_id)
		return 0;
	if (f->count == FAILURES_MAX && f->may_go >= ROOM_MIN && make_room(f, all) < 0)
		return -ENOMEM;
	if (f->count == FAILURES_MAX)
		return 0;
	if (add_group(f, new) < 0)
		return -ENOMEM;
	*ret_id = (uint32_t)f->count;
	return 0;
}

static void remember(struct process *p, uint32_t id)
{
	for (size_t i = PROCESS_FAILURES - 1; i > 0; i--)
		p->last_failures[i] = p->last_failures[i - 1];
	p->last_failures[0] = id;
}

static void count_failure(struct failure *g, uint32_t id, struct processes *all,
			  const struct event *e)
{
	struct process *p = processes_find(all, e->pid);

	if (!g->count++)
		g->process = p ? (uint32_t)(p - all->list) + 1 : 0;
	g->processes += g->last_pid != e->pid;
	g->last_pid = e->pid;
	if (p && failure_rank(g) != FAILURE_EXPECTED && p->last_failures[0] != id)
		remember(p, id);
}

static int take_failure(struct failures *f, struct processes *all, const struct event *e, int error)
{
	struct failure new = {.nr = e->call.nr,
			      .arch = e->call.arch,
			      .error = error,
			      .pid = e->pid,
			      .first_seq = e->seq,
			      .first_time = e->time};
	uint32_t id;

	f->total++;
	say_object(f, e);
	new.object = f->scratch.data;
	new.object_size = f->scratch.size;
	if (buf_error(&f->scratch) < 0 || find_or_add(f, all, &new, &id) < 0)
		return -ENOMEM;
	if (id)
		count_failure(&f->list[id - 1], id, all, e);
	else if (failure_rank(&new) == FAILURE_EXPECTED)
		f->expected_beyond++;
	else
		f->beyond++;
	return 0;
}

static void set_found(struct failures *f, struct failure *g)
{
	f->may_go += !g->found && failure_rank(g) != FAILURE_EXPECTED;
	g->found = true;
}

/* A name that was missing elsewhere has been found: it was a search. */
static void take_success(struct failures *f, const struct event *e)
{
	uint32_t id;

	if (!f->count)
		return;
	buf_clear(&f->scratch);
	if (!print_call_path(e, &f->scratch) || !f->scratch.size)
		return;
	id = get_id(&f->names, name_hash(f->scratch.data, f->scratch.size));
	for (size_t i = 0; id && i < SAME_NAME_MAX; i++) {
		struct failure *g = &f->list[id - 1];

		if (g->last_pid == e->pid && (g->error == ENOENT || g->error == ENOTDIR))
			set_found(f, g);
		id = g->next_same_name;
	}
}

const struct failure *failures_fatal(const struct failures *f, const struct process *p)
{
	for (size_t i = 0; i < PROCESS_FAILURES; i++) {
		uint32_t id = p->last_failures[i];

		if (id && id <= f->count && f->list[id - 1].last_pid == p->pid &&
		    !f->list[id - 1].found)
			return &f->list[id - 1];
	}
	return NULL;
}

/* A process whose child ended badly has most likely only passed that on. */
static void take_exit(struct failures *f, struct processes *all, const struct event *e)
{
	const struct process *p = processes_find(all, e->pid);
	const struct failure *g;

	if (!e->exit.process || !p || !process_ended_badly(p) || p->bad_child)
		return;
	g = failures_fatal(f, p);
	if (g)
		f->list[g - f->list].fatal++;
}

static const char *last_component(const struct failure *g, size_t *ret_size)
{
	const char *slash = memrchr(g->object, '/', g->object_size);
	const char *name = slash ? slash + 1 : g->object;

	*ret_size = g->object_size - (size_t)(name - g->object);
	return name;
}

bool failures_alike(const struct failure *a, const struct failure *b)
{
	size_t n, m;
	const char *x = last_component(a, &n), *y = last_component(b, &m);

	return a->nr == b->nr && a->arch == b->arch && a->error == b->error && n && n == m &&
	       memcmp(x, y, n) == 0;
}

int failures_take(struct failures *f, struct processes *all, const struct event *e)
{
	const struct print_options options = {.string_limit = PRINT_STRING_DEFAULT};
	int error;

	if (!f->printer)
		f->printer = printer_new(&options);
	if (!f->printer)
		return -ENOMEM;
	if (e->kind == EVENT_EXIT)
		take_exit(f, all, e);
	if ((e->kind != EVENT_CALL && e->kind != EVENT_END) || e->call.state != EVENT_FINISHED)
		return 0;
	error = event_errno(&e->call);
	if (error)
		return take_failure(f, all, e, error);
	take_success(f, e);
	return buf_error(&f->scratch);
}

static int compare(const void *left, const void *right)
{
	const struct failure *a = left, *b = right;
	enum failure_rank ra = failure_rank(a), rb = failure_rank(b);

	if (ra != rb)
		return ra < rb ? 1 : -1;
	if (a->count != b->count)
		return a->count < b->count ? 1 : -1;
	return a->first_seq < b->first_seq ? -1 : 1;
}

void failures_sort(struct failures *f)
{
	if (f->count)
		qsort(f->list, f->count, sizeof(*f->list), compare);
}

void failures_done(struct failures *f)
{
	for (size_t i = 0; i < f->count; i++)
		free(f->list[i].object);
	free(f->list);
	map_done(&f->groups);
	map_done(&f->names);
	buf_done(&f->scratch);
	printer_free(f->printer);
	*f = (struct failures){0};
}
