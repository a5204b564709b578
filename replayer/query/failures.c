/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Groups in a bounded list. That a search along a path succeeded is seen by the name:
 * a later call of the same process succeeds with a path that ends in the same
 * component. When the list is full, groups that are expected make room.
 */
#include "failures.h"

#include "object.h"

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
	return slash ? hash_text(slash + 1, size - (size_t)(slash + 1 - path))
		     : hash_text(path, size);
}

static uint64_t path_hash(const struct buf *path)
{
	return hash_text(path->data, path->size);
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

/* The peer that a call names by its address. */
static bool say_address(struct failures *f, const struct event *e, const struct sys_field *field)
{
	const uint64_t at = sys_value(field, e->call.args, sizeof(e->call.args));
	size_t size;
	const uint8_t *bytes = event_bytes(e, EVENT_AT_ENTRY, at, &size);

	if (bytes)
		object_of_address(bytes, size, &f->scratch);
	return f->scratch.size;
}

static void say_descriptor(struct failures *f, const struct event *e, int32_t fd)
{
	const struct state_file *file = f->state ? state_at_entry(f->state, e, fd) : NULL;

	if (file)
		object_of_file(file, &f->scratch);
	if (!f->scratch.size)
		buf_printf(&f->scratch, "fd %d", fd);
}

/* Into the scratch, whose error says that there was no memory: the path, the peer's address, or the
 * descriptor. */
static void say_object(struct failures *f, const struct event *e)
{
	const struct sys_desc *d = sys_find(e->call.arch, e->call.nr);
	const struct sys_field *fd, *address = field_of_kind(d, K_SOCKADDR);

	buf_clear(&f->scratch);
	if (print_call_path(e, &f->scratch) && f->scratch.size) {
		if (f->scratch.size > FAILURE_OBJECT_MAX)
			buf_truncate(&f->scratch, FAILURE_OBJECT_MAX);
		return;
	}
	if (buf_error(&f->scratch) < 0)
		return;
	buf_clear(&f->scratch);
	if (address && say_address(f, e, address))
		return;
	fd = field_of_kind(d, K_FD);
	if (!fd)
		fd = field_of_kind(d, K_ATFD);
	if (fd)
		say_descriptor(f, e, (int32_t)sys_value(fd, e->call.args, sizeof(e->call.args)));
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

static void failure_done(struct failure *g)
{
	free(g->object);
	free(g->evidence);
}

/* Rebuilds the list without what is expected. */
static int make_room(struct failures *f, struct processes *all)
{
	uint32_t new_id[FAILURES_MAX + 1] = {0};
	size_t kept = 0;

	for (size_t i = 0; i < f->count; i++) {
		if (failure_rank(&f->list[i]) == FAILURE_EXPECTED) {
			f->expected_beyond += f->list[i].count;
			failure_done(&f->list[i]);
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

/* What it takes to show that it was so. */
static char *evidence_of(struct failures *f, const struct event *e)
{
	struct buf text = {0};

	if (!f->state || print_text(f->printer, e, &text) < 0) {
		buf_done(&text);
		return NULL;
	}
	if (text.size > FAILURE_EVIDENCE_MAX) {
		buf_truncate(&text, FAILURE_EVIDENCE_MAX);
		buf_str(&text, "...");
	}
	return text.data;
}

static int add_group(struct failures *f, const struct failure *new, const struct event *e)
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
	f->list[f->count].optional = failure_is_optional(&f->list[f->count]);
	if (failure_rank(new) != FAILURE_EXPECTED)
		f->list[f->count].evidence = evidence_of(f, e);
	f->may_go += failure_rank(new) == FAILURE_EXPECTED;
	return enter(f, f->count++);
}

/* *ret_id is that of the group, 0: there is no room for it. */
static int find_or_add(struct failures *f, struct processes *all, const struct failure *new,
		       const struct event *e, uint32_t *ret_id)
{
	*ret_id = get_id(&f->groups, group_key(new));
	if (*ret_id)
		return 0;
	if (f->count == FAILURES_MAX && f->may_go >= ROOM_MIN && make_room(f, all) < 0)
		return -ENOMEM;
	if (f->count == FAILURES_MAX)
		return 0;
	if (add_group(f, new, e) < 0)
		return -ENOMEM;
	*ret_id = (uint32_t)f->count;
	return 0;
}

/* A search along a path takes one place. */
static void remember(const struct failures *f, struct process *p, uint32_t id)
{
	size_t at = PROCESS_FAILURES - 1;

	for (size_t i = 0; i < PROCESS_FAILURES && p->last_failures[i]; i++) {
		const uint32_t other = p->last_failures[i];

		if (other == id ||
		    (other <= f->count && failures_alike(&f->list[other - 1], &f->list[id - 1]))) {
			at = i;
			break;
		}
	}
	for (; at > 0; at--)
		p->last_failures[at] = p->last_failures[at - 1];
	p->last_failures[0] = id;
}

static void count_failure(struct failures *f, uint32_t id, struct processes *all,
			  const struct event *e)
{
	struct failure *g = &f->list[id - 1];
	struct process *p = processes_find(all, e->pid);

	g->last_time = e->time;

	if (!g->count++)
		g->process = p ? (uint32_t)(p - all->list) + 1 : 0;
	g->processes += g->last_pid != e->pid;
	g->last_pid = e->pid;
	g->last_call = p ? p->calls : 0;
	actors_add(&g->by, p ? (uint32_t)(p - all->list) + 1 : 0);
	if (p && failure_rank(g) != FAILURE_EXPECTED && p->last_failures[0] != id)
		remember(f, p, id);
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

	f->total += event_errno(&e->call) != 0;
	say_object(f, e);
	new.object = f->scratch.data;
	new.object_size = f->scratch.size;
	new.exists = map_get(&f->seen, path_hash(&f->scratch)) != NULL;
	if (buf_error(&f->scratch) < 0 || find_or_add(f, all, &new, e, &id) < 0)
		return -ENOMEM;
	if (id)
		count_failure(f, id, all, e);
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

static int note_seen(struct failures *f, const char *path, size_t size)
{
	if (!f->state || f->seen.count >= FAILURE_SEEN_MAX)
		return 0;
	return map_put(&f->seen, hash_text(path, size), f);
}

/* A name that was missing elsewhere has been found: it was a search. */
static int take_success(struct failures *f, const struct event *e)
{
	size_t size;
	const char *path = print_path_of(e, &size);
	uint32_t id;

	if (!path || !size)
		return 0;
	if (note_seen(f, path, size) < 0)
		return -ENOMEM;
	id = get_id(&f->names, name_hash(path, size));
	for (size_t i = 0; id && i < SAME_NAME_MAX; i++) {
		struct failure *g = &f->list[id - 1];

		if (g->object_size == size && memcmp(g->object, path, size) == 0)
			g->exists = true;
		if (g->last_pid == e->pid && (g->error == ENOENT || g->error == ENOTDIR) &&
		    !g->exists)
			set_found(f, g);
		id = g->next_same_name;
	}
	return 0;
}

const struct failure *failures_fatal(const struct failures *f, const struct process *p)
{
	const struct failure *best = NULL;
	int best_score = FAILURE_EXPLAINS - 1;

	for (size_t i = 0; i < PROCESS_FAILURES; i++) {
		const uint32_t id = p->last_failures[i];
		const struct failure *g = id && id <= f->count ? &f->list[id - 1] : NULL;
		int score =
			g && g->last_pid == p->pid && !g->found ? failure_score(g, p) - (int)i : 0;

		if (score > best_score) {
			best = g;
			best_score = score;
		}
	}
	return best;
}

/* A process whose child ended badly has most likely only passed that on. */
static void take_exit(struct failures *f, struct processes *all, const struct event *e)
{
	const struct process *p = processes_find(all, e->pid);
	const struct failure *g;

	if (!e->exit.process || !p || !process_ended_badly(p) || p->bad_child)
		return;
	g = failures_fatal(f, p);
	if (g && failure_explains(g, p))
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
	static const struct print_options options = {.string_limit = PRINT_STRING_DEFAULT,
						     .names = PRINT_NAMES_ALL};
	int error;

	if (!f->printer) {
		f->printer = printer_new(&options);
		if (!f->printer)
			return -ENOMEM;
		printer_state(f->printer, f->state);
	}
	if (e->kind == EVENT_EXIT)
		take_exit(f, all, e);
	if ((e->kind != EVENT_CALL && e->kind != EVENT_END) || e->call.state != EVENT_FINISHED)
		return 0;
	error = event_errno(&e->call);
	if (!error)
		error = object_late_error(e);
	if (error)
		return take_failure(f, all, e, error);
	return take_success(f, e);
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
		failure_done(&f->list[i]);
	free(f->list);
	map_done(&f->seen);
	map_done(&f->groups);
	map_done(&f->names);
	buf_done(&f->scratch);
	printer_free(f->printer);
	*f = (struct failures){0};
}
