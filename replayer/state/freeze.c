/* SPDX-License-Identifier: Apache-2.0 */
#include "freeze.h"

#include "base/buf.h"
#include "base/cleanup.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { CLOSES_ON_EXEC = 02000000 };

static const char deleted[] = " (deleted)";

/* Room for one more at the end of an array of the snapshot's, zeroed; NULL: out of memory. */
static void *grow(void *array, size_t *count, size_t size)
{
	void **at = array;
	char *grown = *at;

	/* Doubled whenever it is full. */
	if (!(*count & (*count - 1)))
		grown = reallocarray(*at, *count ? *count * 2 : 1, size);
	if (!grown)
		return NULL;
	*at = grown;
	grown += (*count)++ * size;
	memset(grown, 0, size);
	return grown;
}

static int set_bytes(struct meta_bytes *ret, const void *data, size_t size)
{
	if (!data || !size)
		return 0;
	ret->data = malloc(size + 1);
	if (!ret->data)
		return -ENOMEM;
	memcpy(ret->data, data, size);
	ret->data[size] = '\0';
	ret->size = size;
	return 0;
}

/* As readlink(2) of /proc/PID/fd/N would say it. */
static int set_target(struct meta_bytes *ret, const struct state_file *f)
{
	struct buf text = {0};

	if (f->kind == STATE_PIPE && f->inode)
		buf_printf(&text, "pipe:[%" PRIu64 "]", f->inode);
	else if (f->kind == STATE_SOCKET && f->inode)
		buf_printf(&text, "socket:[%" PRIu64 "]", f->inode);
	else if (f->text)
		buf_append(&text, f->text, f->size);
	else if (f->kind == STATE_PIPE || f->kind == STATE_SOCKET)
		buf_str(&text, f->kind == STATE_PIPE ? "pipe:[?]" : "socket:[?]");
	if (f->deleted && f->text)
		buf_str(&text, deleted);
	if (buf_error(&text) < 0) {
		buf_done(&text);
		return -ENOMEM;
	}
	*ret = (struct meta_bytes){(uint8_t *)text.data, text.size};
	return 0;
}

static int set_address(struct meta_bytes *ret, const struct state_address *a)
{
	return set_bytes(ret, a->bytes, a->size);
}

static int set_socket(struct meta_fd *ret, const struct state_file *f)
{
	const struct state_socket *from = f->socket;
	struct meta_socket *m;
	int r;

	if (f->kind != STATE_SOCKET || !from)
		return 0;
	m = ret->socket = calloc(1, sizeof(*m));
	if (!m)
		return -ENOMEM;
	m->family = from->family;
	m->type = from->type;
	m->protocol = from->protocol;
	m->role = (from->listens ? META_SOCKET_LISTENS : 0) |
		  (from->accepted ? META_SOCKET_ACCEPTED : 0);
	m->other = f->peer ? f->peer->inode : 0;
	r = set_address(&m->local, &from->local);
	return r < 0 ? r : set_address(&m->peer, &from->peer);
}

static int add_fds(const struct state *s, const struct state_thread *t, struct meta_process *p)
{
	struct state_fd fd;
	size_t at = 0;

	while (state_next_fd(s, t, &at, &fd)) {
		const struct state_file *f = fd.file;
		struct meta_fd *m = grow(&p->fds, &p->fd_count, sizeof(*m));

		if (!m)
			return -ENOMEM;
		m->fd = fd.fd;
		m->flags = (f->flags_known ? f->flags : 0) | (fd.cloexec ? CLOSES_ON_EXEC : 0);
		m->position = f->position_known ? f->position : 0;
		m->unknown = (f->flags_known ? 0 : META_FD_NO_FLAGS) |
			     (f->position_known ? 0 : META_FD_NO_POSITION);
		m->description = f->id;
		if (set_target(&m->target, f) < 0 || set_socket(m, f) < 0)
			return -ENOMEM;
	}
	return 0;
}

/* As /proc/PID/maps has it. */
static int set_path(struct meta_bytes *ret, const struct state_map *map)
{
	struct buf text = {0};

	if (!map->name_size)
		return 0;
	buf_append(&text, map->name, map->name_size);
	buf_str(&text, map->deleted ? deleted : "");
	if (buf_error(&text) < 0) {
		buf_done(&text);
		return -ENOMEM;
	}
	*ret = (struct meta_bytes){(uint8_t *)text.data, text.size};
	return 0;
}

static int add_maps(const struct state *s, const struct state_process *from, struct meta_process *p)
{
	struct state_map map;
	size_t at = 0;

	p->maps_partial = !from->maps_whole;
	while (state_next_map(s, from, &at, &map)) {
		struct meta_map *m = grow(&p->maps, &p->map_count, sizeof(*m));

		if (!m)
			return -ENOMEM;
		m->start = map.start;
		m->end = map.end;
		m->offset = map.offset;
		m->prot = map.prot | (map.shared ? META_MAP_SHARED : 0) |
			  (map.stays ? META_MAP_STAYS : 0);
		if (set_path(&m->path, &map) < 0)
			return -ENOMEM;
	}
	return 0;
}

static int add_dispositions(const struct state *s, const struct state_process *from,
			    struct meta_process *p)
{
	struct state_signal signal;
	size_t at = 0;

	while (state_next_signal(s, from, &at, &signal)) {
		struct meta_disposition *m =
			grow(&p->dispositions, &p->disposition_count, sizeof(*m));

		if (!m)
			return -ENOMEM;
		*m = (struct meta_disposition){signal.number, signal.handler, signal.flags,
					       signal.mask};
	}
	return 0;
}

static int add_call(const struct state_thread *t, struct meta_process *p)
{
	const struct event *call = t->call;
	struct meta_in_flight *m;

	if (!call)
		return 0;
	m = grow(&p->in_flight, &p->in_flight_count, sizeof(*m));
	if (!m)
		return -ENOMEM;
	m->tid = t->tid;
	m->arch = call->call.arch;
	m->nr = call->call.nr;
	m->seq = call->seq;
	memcpy(m->args, call->call.args, sizeof(m->args));
	return 0;
}

static int add_threads(const struct state *s, const struct state_process *from,
		       struct meta_process *p)
{
	const struct state_thread *t = NULL;
	int r = 0;

	while (r == 0 && (t = state_next_thread(s, from, t))) {
		uint32_t *tid = grow(&p->tids, &p->tid_count, sizeof(*tid));

		if (!tid)
			return -ENOMEM;
		*tid = t->tid;
		r = add_call(t, p);
		if (r == 0 && p->tid_count == 1)
			r = add_fds(s, t, p);
	}
	return r;
}

static int fill(const struct state *s, const struct state_process *from, struct meta_process *p)
{
	bool directories = from->cwd && from->root;
	int r;

	p->pid = from->pid;
	p->ppid = from->ppid;
	p->pgid = from->pgid;
	p->sid = from->sid;
	p->umask = from->umask_known ? from->umask : 0;
	r = set_bytes(&p->exe, from->exe, from->exe_size);
	if (r == 0)
		r = set_bytes(&p->argv, from->argv, from->argv_size);
	if (r == 0)
		r = set_bytes(&p->cwd, from->cwd, from->cwd_size);
	if (r == 0)
		r = set_bytes(&p->root, from->root, from->root_size);
	if (r == 0)
		r = add_threads(s, from, p);
	if (r == 0)
		r = add_maps(s, from, p);
	if (r == 0)
		r = add_dispositions(s, from, p);
	if (r == 0 &&
	    asprintf(&p->missing, "of a tape that was cut: environ, credentials, limits%s%s%s",
		     from->maps_whole ? "" : ", maps made by an exec",
		     directories ? "" : ", directories", from->umask_known ? "" : ", umask") < 0) {
		p->missing = NULL;
		r = -ENOMEM;
	}
	return r;
}

int state_freeze(const struct state *s, uint64_t seq, uint64_t time, struct meta_snapshot *ret)
{
	const struct state_process *from = NULL;
	struct meta_snapshot made = {.seq = seq, .time = time};
	int r = 0;

	while (r == 0 && (from = state_next_process(s, from))) {
		struct meta_process *p = grow(&made.processes, &made.process_count, sizeof(*p));

		r = p ? fill(s, from, p) : -ENOMEM;
	}
	if (r < 0)
		meta_snapshot_done(&made);
	else
		*ret = made;
	return r;
}
