/* SPDX-License-Identifier: Apache-2.0 */
/* Which stream a description belongs to, and whether that was asked for. */
#include "streams_priv.h"

#include "renames.h"

#include "base/hash.h"
#include "base/load.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { FAMILY_UNIX = 1, FAMILY_INET = 2, FAMILY_INET6 = 10 };

/* ---- which it is ---- */

static bool is_terminal(const struct state_file *f)
{
	static const char *const names[] = {"/dev/pts/", "/dev/tty", "/dev/console"};

	for (size_t i = 0; f->text && i < sizeof(names) / sizeof(names[0]); i++) {
		size_t n = strlen(names[i]);

		if (f->size >= n && memcmp(f->text, names[i], n) == 0)
			return true;
	}
	return false;
}

static uint64_t name_key(const struct state_file *f)
{
	return hash_add(HASH_START, f->text, f->size);
}

static uint64_t inode_key(const struct state_file *f)
{
	return f->inode << 2 | f->kind;
}

static bool has_inode(const struct state_file *f)
{
	return (f->kind == STATE_PIPE || f->kind == STATE_SOCKET) && f->inode;
}

/* As a key of names; 0: it has none. */
static uint64_t twin_key(const struct streams *x, uint64_t id)
{
	return (uintptr_t)map_get(&x->twins, id);
}

/* Family, port and address, without what a socket's two ends may have differently. */
static size_t endpoint_of(const struct state_address *a, uint8_t ret[24])
{
	uint64_t family = load(a->bytes, a->size, 0, 2);
	size_t host = family == FAMILY_INET6 ? 16 : 4, at = family == FAMILY_INET6 ? 8 : 4;

	if ((family != FAMILY_INET && family != FAMILY_INET6) || a->size < at + host)
		return 0;
	memcpy(ret, a->bytes, 4);
	memcpy(ret + 4, a->bytes + at, host);
	return 4 + host;
}

/* The same for both ends of a connection; 0: it is none, or not known well enough. */
static uint64_t addresses_key(const struct state_file *f)
{
	uint8_t a[24], b[24];
	size_t n = f->socket ? endpoint_of(&f->socket->local, a) : 0;
	bool swapped;

	if (!n || endpoint_of(&f->socket->peer, b) != n)
		return 0;
	swapped = memcmp(a, b, n) > 0;
	return hash_add(hash_add(HASH_START, swapped ? b : a, n), swapped ? a : b, n);
}

/* The other end of it: of a connection that had the same addresses before, both ends were seen. */
static struct stream *find_connection(const struct streams *x, const struct state_file *f)
{
	uint64_t key = addresses_key(f);
	struct stream *m = key ? map_get(&x->by_addresses, key) : NULL;

	return m && !m->other && m->kind == STATE_SOCKET ? m : NULL;
}

struct stream *stream_find(const struct streams *x, const struct state_file *f)
{
	struct stream *m = map_get(&x->by_id, f->id);

	if (!m && f->peer)
		m = map_get(&x->by_id, f->peer->id);
	if (!m && !f->peer && has_inode(f))
		m = map_get(&x->by_inode, inode_key(f));
	if (!m && is_terminal(f))
		m = map_get(&x->by_name, name_key(f));
	if (!m)
		m = map_get(&x->by_name, twin_key(x, f->id));
	if (!m)
		m = find_connection(x, f);
	return m;
}

int stream_learn(struct streams *x, const struct state_file *f, struct stream *m)
{
	int r = map_put(&x->by_id, f->id, m);

	if (r == 0 && f->peer) {
		r = map_put(&x->by_id, f->peer->id, m);
		if (f->id == m->id)
			m->other = f->peer->id;
		else if (f->peer->id == m->id)
			m->other = f->id;
	}
	if (r == 0 && !f->peer && has_inode(f))
		r = map_put(&x->by_inode, inode_key(f), m);
	if (r == 0 && is_terminal(f))
		r = map_put(&x->by_name, name_key(f), m);
	if (r == 0 && twin_key(x, f->id))
		r = map_put(&x->by_name, twin_key(x, f->id), m);
	if (r == 0 && !f->peer && addresses_key(f)) {
		if (!m->other && f->id != m->id)
			m->other = f->id;
		r = map_put(&x->by_addresses, addresses_key(f), m);
	}
	return r;
}

int stream_name_later(struct streams *x, const struct transfer *t, struct stream *m)
{
	const char *became = NULL;
	uint64_t generation =
		x->choice.renames ? renames_find(x->choice.renames, t->file, t->seq, &became) : 0;

	if (!m->generation)
		m->generation = generation;
	if (became && !m->became.size)
		buf_str(&m->became, became);
	return buf_error(&m->became);
}

/* ---- whether it was asked for ---- */

static bool says_endpoint(const struct state_address *a, const char *wanted)
{
	bool v6 = load(a->bytes, a->size, 0, 2) == FAMILY_INET6;
	char host[INET6_ADDRSTRLEN] = "", text[INET6_ADDRSTRLEN + 16];
	unsigned port = (unsigned)a->bytes[2] << 8 | a->bytes[3];

	if (a->size < (v6 ? 24 : 8))
		return false;
	inet_ntop(v6 ? AF_INET6 : AF_INET, a->bytes + (v6 ? 8 : 4), host, sizeof(host));
	if (strcmp(wanted, host) == 0)
		return true;
	snprintf(text, sizeof(text), v6 ? "[%s]:%u" : "%s:%u", host, port);
	if (strcmp(wanted, text) == 0)
		return true;
	snprintf(text, sizeof(text), ":%u", port);
	return strcmp(wanted, text) == 0;
}

static bool says_path(const struct state_address *a, const char *wanted)
{
	const char *at = (const char *)a->bytes + 2;
	size_t size = a->size > 2 ? a->size - 2u : 0, length = strlen(wanted);

	/* Names without a file begin with a NUL, which people write as @. */
	if (size && !*at)
		return *wanted == '@' && size == length &&
		       memcmp(at + 1, wanted + 1, size - 1) == 0;
	return size && strnlen(at, size) == length && memcmp(at, wanted, length) == 0;
}

static bool says_address(const struct state_address *a, const char *wanted)
{
	uint64_t family = load(a->bytes, a->size, 0, 2);

	if (family == FAMILY_UNIX)
		return says_path(a, wanted);
	return (family == FAMILY_INET || family == FAMILY_INET6) && says_endpoint(a, wanted);
}

static bool says_socket(const struct state_file *f, const struct transfer *t, const char *wanted)
{
	if (f->kind != STATE_SOCKET)
		return false;
	if (f->socket &&
	    (says_address(&f->socket->local, wanted) || says_address(&f->socket->peer, wanted)))
		return true;
	if (f->peer && f->peer->socket &&
	    (says_address(&f->peer->socket->local, wanted) ||
	     says_address(&f->peer->socket->peer, wanted)))
		return true;
	return says_address(&t->address, wanted);
}

static bool says_name(const struct stream_choice *c, const struct transfer *t)
{
	const char *became;

	return c->renames ? renames_find(c->renames, t->file, t->seq, &became) != 0
			  : name_is(t->file->text, t->file->size, c->path);
}

bool stream_is_chosen(const struct streams *x, const struct transfer *t, const struct stream *m)
{
	const struct stream_choice *c = &x->choice;
	const struct state_file *f = t->file;

	if (c->path)
		return says_name(c, t);
	if (c->socket)
		return says_socket(f, t, c->socket);
	if (c->pipes)
		return f->kind == STATE_PIPE;
	if (c->id)
		return f->id == c->id || (f->peer && f->peer->id == c->id) || (m && m->id == c->id);
	if (c->by_fd)
		return map_get(&x->chosen, f->id) ||
		       (f->peer && map_get(&x->chosen, f->peer->id)) ||
		       (m && map_get(&x->chosen, m->id)) ||
		       (has_inode(f) && map_get(&x->chosen_inodes, inode_key(f))) ||
		       (is_terminal(f) && map_get(&x->chosen_names, name_key(f))) ||
		       map_get(&x->chosen_names, twin_key(x, f->id));
	return true;
}

/* ---- what is behind the descriptor that was asked for ---- */

static int choose(struct streams *x, const struct state_file *f)
{
	const struct stream *m = stream_find(x, f);
	int r = map_put(&x->chosen, f->id, x);

	if (r == 0 && m)
		r = map_put(&x->chosen, m->id, x);
	if (r == 0 && has_inode(f))
		r = map_put(&x->chosen_inodes, inode_key(f), x);
	if (r == 0 && is_terminal(f))
		r = map_put(&x->chosen_names, name_key(f), x);
	if (r == 0 && twin_key(x, f->id))
		r = map_put(&x->chosen_names, twin_key(x, f->id), x);
	return r;
}

static int look_at_fd(struct streams *x, uint32_t pid)
{
	const struct state_thread *t = state_thread(x->state, pid);
	struct state_fd fd;
	size_t at = 0;

	while (t && state_next_fd(x->state, t, &at, &fd)) {
		if (fd.fd != x->choice.fd)
			continue;
		if (!fd.file || fd.file->id == x->fd_now)
			return 0;
		x->fd_now = fd.file->id;
		return choose(x, fd.file);
	}
	return 0;
}

int streams_watch_fd(struct streams *x, const struct trace_item *item)
{
	uint32_t pid = x->choice.pid ? x->choice.pid : x->root;

	if (!x->choice.by_fd || !pid)
		return 0;
	if (item->kind == ITEM_EVENT && item->event->pid != pid)
		return 0;
	/* A child has what there is at the fork: it may write before its parent calls again. */
	if (item->kind == ITEM_EVENT && !event_is_call(item->event) &&
	    item->event->kind != EVENT_EXEC && item->event->kind != EVENT_FORK)
		return 0;
	return look_at_fd(x, pid);
}

/* Descriptors that a snapshot says the same of have one description, most likely: `>log 2>&1`. */
int streams_find_twins(struct streams *x)
{
	const struct state_process *p = NULL;
	struct state_fd fd;
	int r = 0;

	while (r == 0 && (p = state_next_process(x->state, p))) {
		const struct state_thread *t = state_next_thread(x->state, p, NULL);
		size_t at = 0;

		while (r == 0 && t && state_next_fd(x->state, t, &at, &fd)) {
			const struct state_file *f = fd.file;
			uint64_t about[] = {f->flags, f->position, f->position_known};

			if (f->kind != STATE_NAMED || !f->text || map_get(&x->twins, f->id))
				continue;
			r = map_put(
				&x->twins, f->id,
				(void *)(uintptr_t)(hash_add(name_key(f), about, sizeof(about)) |
						    1));
		}
	}
	return r;
}
