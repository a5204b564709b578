/* SPDX-License-Identifier: Apache-2.0 */
#include "meta.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int meta_add_fact(struct meta_fact **facts, size_t *count, const char *name, const char *value)
{
	struct meta_fact *more = reallocarray(*facts, *count + 1, sizeof(*more));
	struct meta_fact fact;

	if (!more)
		return -ENOMEM;
	*facts = more;
	fact = (struct meta_fact){strdup(name), strdup(value)};
	if (!fact.name || !fact.value) {
		free(fact.name);
		free(fact.value);
		return -ENOMEM;
	}
	more[(*count)++] = fact;
	return 0;
}

const char *meta_fact(const struct meta_fact *facts, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++) {
		if (strcmp(facts[i].name, name) == 0)
			return facts[i].value;
	}
	return "";
}

void meta_facts_done(struct meta_fact *facts, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		free(facts[i].name);
		free(facts[i].value);
	}
	free(facts);
}

void meta_objects_done(struct meta_object *objects, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		free(objects[i].path.data);
		free(objects[i].build_id.data);
		free(objects[i].package);
		free(objects[i].package_version);
	}
	free(objects);
}

int meta_copy_bytes(const struct meta_bytes *from, struct meta_bytes *ret)
{
	uint8_t *data = malloc(from->size + 1);

	if (!data)
		return -ENOMEM;
	if (from->size)
		memcpy(data, from->data, from->size);
	data[from->size] = '\0';
	*ret = (struct meta_bytes){data, from->size};
	return 0;
}

int meta_copy_facts(const struct meta_fact *from, size_t count, struct meta_fact **ret,
		    size_t *ret_count)
{
	struct meta_fact *copy = NULL;
	size_t n = 0;

	while (n < count && meta_add_fact(&copy, &n, from[n].name, from[n].value) == 0)
		;
	if (n < count) {
		meta_facts_done(copy, n);
		return -ENOMEM;
	}
	*ret = copy;
	*ret_count = n;
	return 0;
}

/* What it has of its own is freed by the caller, also when this fails. */
static int copy_object(const struct meta_object *from, struct meta_object *ret)
{
	*ret = *from;
	ret->path = ret->build_id = (struct meta_bytes){0};
	ret->package = strdup(from->package ? from->package : "");
	ret->package_version = strdup(from->package_version ? from->package_version : "");
	if (!ret->package || !ret->package_version || meta_copy_bytes(&from->path, &ret->path) < 0)
		return -ENOMEM;
	return meta_copy_bytes(&from->build_id, &ret->build_id);
}

int meta_copy_objects(const struct meta_object *from, size_t count, struct meta_object **ret,
		      size_t *ret_count)
{
	struct meta_object *copy = calloc(count + 1, sizeof(*copy));
	int r = copy ? 0 : -ENOMEM;
	size_t n = 0;

	for (; r == 0 && n < count; n++)
		r = copy_object(&from[n], &copy[n]);
	if (r < 0) {
		meta_objects_done(copy, n);
		return r;
	}
	*ret = copy;
	*ret_count = n;
	return 0;
}

int meta_add_note(struct meta_trailer *t, size_t limit, const char *format, ...)
{
	char *line, **notes;
	va_list args;
	int n;

	if (t->note_count >= limit)
		return 0;
	notes = reallocarray(t->notes, t->note_count + 1, sizeof(*notes));
	if (!notes)
		return -ENOMEM;
	t->notes = notes;
	va_start(args, format);
	n = vasprintf(&line, format, args);
	va_end(args);
	if (n < 0)
		return -ENOMEM;
	t->notes[t->note_count++] = line;
	return 0;
}

int meta_carry_trailer(const struct meta_trailer *from, struct meta_trailer *ret)
{
	int r;

	ret->has_status = from->has_status;
	ret->status = from->status;
	ret->lost = from->lost;
	ret->incomplete |= from->incomplete;
	ret->has_usage = from->has_usage;
	ret->usage = from->usage;
	ret->object_beyond = from->object_beyond;
	meta_objects_done(ret->objects, ret->object_count);
	ret->objects = NULL;
	ret->object_count = 0;
	r = meta_copy_objects(from->objects, from->object_count, &ret->objects, &ret->object_count);
	free(ret->reason);
	ret->reason = strdup(from->reason ? from->reason : "");
	if (!ret->reason)
		return -ENOMEM;
	for (size_t i = 0; r == 0 && i < from->note_count; i++)
		r = meta_add_note(ret, META_NOTES_MAX, "%s", from->notes[i]);
	return r;
}

void meta_header_done(struct meta_header *h)
{
	char *const strings[] = {h->tool,      h->sysname,      h->release, h->version, h->machine,
				 h->hostname,  h->distribution, h->cpu,     h->boot_id, h->libc,
				 h->trace_set, h->options,      h->cut,     h->redacted};

	for (size_t i = 0; i < sizeof(strings) / sizeof(strings[0]); i++)
		free(strings[i]);
	free(h->command.data);
	free(h->cwd.data);
	free(h->shown_pids);
	meta_facts_done(h->facts, h->fact_count);
	*h = (struct meta_header){0};
}

uint64_t meta_socket_inode(const struct meta_fd *fd)
{
	static const char socket[] = "socket:[";
	uint64_t inode = 0;
	size_t at = sizeof(socket) - 1;

	if (fd->target.size <= at || memcmp(fd->target.data, socket, at) != 0)
		return 0;
	for (; at < fd->target.size && fd->target.data[at] >= '0' && fd->target.data[at] <= '9';
	     at++)
		inode = inode * 10 + (uint64_t)(fd->target.data[at] - '0');
	return at + 1 == fd->target.size && fd->target.data[at] == ']' ? inode : 0;
}

static void meta_fd_done(struct meta_fd *fd)
{
	if (fd->socket) {
		free(fd->socket->local.data);
		free(fd->socket->peer.data);
	}
	free(fd->socket);
	free(fd->target.data);
}

void meta_process_done(struct meta_process *p)
{
	struct meta_bytes *const bytes[] = {&p->comm, &p->exe, &p->argv,
					    &p->env,  &p->cwd, &p->root};

	for (size_t i = 0; i < sizeof(bytes) / sizeof(bytes[0]); i++)
		free(bytes[i]->data);
	for (size_t i = 0; i < p->fd_count; i++)
		meta_fd_done(&p->fds[i]);
	for (size_t i = 0; i < p->map_count; i++)
		free(p->maps[i].path.data);
	free(p->tids);
	free(p->groups);
	free(p->rlimits);
	free(p->fds);
	free(p->maps);
	free(p->dispositions);
	free(p->in_flight);
	free(p->missing);
	meta_facts_done(p->facts, p->fact_count);
	*p = (struct meta_process){0};
}

void meta_snapshot_done(struct meta_snapshot *s)
{
	for (size_t i = 0; i < s->process_count; i++)
		meta_process_done(&s->processes[i]);
	free(s->processes);
	*s = (struct meta_snapshot){0};
}

void meta_trailer_done(struct meta_trailer *t)
{
	for (size_t i = 0; i < t->note_count; i++)
		free(t->notes[i]);
	free(t->notes);
	free(t->reason);
	free(t->frames);
	meta_objects_done(t->objects, t->object_count);
	*t = (struct meta_trailer){0};
}
