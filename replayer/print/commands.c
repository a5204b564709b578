/* SPDX-License-Identifier: Apache-2.0 */
#include "commands.h"

#include "print.h"

#include "sys/table.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { PR_SET_NAME_NUMBER = 15 };

const char *commands_of(const struct commands *c, uint32_t tid)
{
	return map_get(&c->now, tid);
}

static int set(struct map *to, uint32_t tid, const void *text, size_t size)
{
	char *name = map_get(to, tid);

	if (!name && to->count >= COMMANDS_MAX)
		return 0;
	if (!name)
		name = map_make(to, tid, COMMAND_SIZE);
	if (!name)
		return -ENOMEM;
	size = size ? strnlen(text, size) : 0;
	size = size < COMMAND_SIZE ? size : COMMAND_SIZE - 1;
	memset(name, 0, COMMAND_SIZE);
	if (size)
		memcpy(name, text, size);
	return 0;
}

/* The kernel takes the last component of what was asked for: of a script its own name. */
static int set_path(struct map *to, uint32_t tid, const char *path, size_t size)
{
	const char *slash = size ? memrchr(path, '/', size) : NULL;
	const size_t skipped = slash ? (size_t)(slash + 1 - path) : 0;

	return set(to, tid, path + skipped, size - skipped);
}

int commands_snapshot(struct commands *c, const struct meta_snapshot *s)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < s->process_count; i++) {
		const struct meta_process *p = &s->processes[i];

		for (size_t k = 0; r == 0 && p->comm.size && k < p->tid_count; k++) {
			if (!map_get(&c->now, p->tids[k]))
				r = set(&c->now, p->tids[k], p->comm.data, p->comm.size);
		}
	}
	return r;
}

static int take_fork(struct commands *c, const struct event *e)
{
	const char *name = e->fork.creator_known ? commands_of(c, e->tid) : NULL;
	char copy[COMMAND_SIZE] = "";

	if (name)
		memcpy(copy, name, COMMAND_SIZE);
	if (!*copy) {
		free(map_remove(&c->now, e->fork.child_tid));
		return 0;
	}
	return set(&c->now, e->fork.child_tid, copy, COMMAND_SIZE);
}

static int take_exec(struct commands *c, const struct event *e)
{
	const char *name = map_get(&c->next, e->exec.former_tid);
	const char *path = e->exec.path ? e->exec.path : "";
	int r = name ? set(&c->now, e->tid, name, COMMAND_SIZE)
		     : set_path(&c->now, e->tid, path, strlen(path));

	free(map_remove(&c->next, e->exec.former_tid));
	return r;
}

int commands_before(struct commands *c, const struct event *e)
{
	if (e->kind == EVENT_FORK)
		return take_fork(c, e);
	return e->kind == EVENT_EXEC ? take_exec(c, e) : 0;
}

static int note_exec(struct commands *c, const struct event *e)
{
	struct buf path = {0};
	int r = 0;

	if (print_call_path(e, &path))
		r = set_path(&c->next, e->tid, path.data, path.size);
	if (r == 0)
		r = buf_error(&path);
	buf_done(&path);
	return r;
}

int commands_after(struct commands *c, const struct event *e)
{
	static const char *const execs[] = {"execve", "execveat", NULL};
	const struct sys_desc *d;
	const uint8_t *name;
	size_t size;

	if (e->kind != EVENT_CALL && e->kind != EVENT_BEGUN)
		return 0;
	d = sys_find(e->call.arch, e->call.nr);
	if (!d || (d->name[0] != 'e' && d->name[0] != 'p'))
		return 0;
	if (sys_is_named(d, execs))
		return note_exec(c, e);
	if (strcmp(d->name, "prctl") != 0 || (uint32_t)e->call.args[0] != PR_SET_NAME_NUMBER)
		return 0;
	name = event_bytes(e, EVENT_AT_ENTRY, e->call.args[1], &size);
	return name ? set(&c->now, e->tid, name, size) : 0;
}

static void forget(struct map *names)
{
	size_t at = 0;
	char *name;

	while ((name = map_next(names, &at)))
		free(name);
	map_done(names);
}

void commands_done(struct commands *c)
{
	forget(&c->now);
	forget(&c->next);
}
