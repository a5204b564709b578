/* SPDX-License-Identifier: Apache-2.0 */
/* Who has what at one place of a tape. */
#include "moment.h"

#include "base/buf.h"
#include "replayer/print/print.h"
#include "replayer/state/state.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { ACCESS = 3, PATH_ONLY = 010000000 };

const struct state_process *moment_next(const struct moment *m, const struct state_process *before)
{
	const struct state_process *p = state_next_process(m->state, before);

	while (p && m->pids && m->pids->count && !map_get(m->pids, p->pid))
		p = state_next_process(m->state, p);
	return p;
}

bool moment_has_own(const struct moment *m, const struct state_thread *t)
{
	const struct state_thread *other = NULL;

	if (!t->shares_descriptors)
		return true;
	while ((other = state_next_thread(m->state, t->process, other)) && other != t) {
		if (other->descriptors == t->descriptors)
			return false;
	}
	return true;
}

/* ---- who has what ---- */

static int add(struct moment *m, const struct moment_holder *h)
{
	struct moment_holder *grown = m->holders;
	size_t capacity = m->holder_capacity ? m->holder_capacity * 2 : 64;

	if (m->holder_count == m->holder_capacity) {
		grown = reallocarray(grown, capacity, sizeof(*grown));
		if (!grown)
			return -ENOMEM;
		m->holders = grown;
		m->holder_capacity = capacity;
	}
	m->holders[m->holder_count++] = *h;
	return 0;
}

/* Only what has two ends is of interest. */
static int add_all(struct moment *m, const struct state_thread *t)
{
	struct state_fd fd;
	size_t at = 0;
	int r = 0;

	while (r == 0 && state_next_fd(m->state, t, &at, &fd)) {
		const struct state_file *f = fd.file;
		uint8_t access = f->flags_known ? (uint8_t)(f->flags & ACCESS) + 1 : 0;

		if (f->kind == STATE_PIPE || f->kind == STATE_SOCKET)
			r = add(m, &(struct moment_holder){f->id, f->inode, t->process->pid, fd.fd,
							   access});
	}
	return r;
}

static int compare(const void *a, const void *b)
{
	const struct moment_holder *x = a, *y = b;

	if (x->file != y->file)
		return x->file < y->file ? -1 : 1;
	if (x->pid != y->pid)
		return x->pid < y->pid ? -1 : 1;
	return x->fd < y->fd ? -1 : x->fd > y->fd;
}

int moment_fill(struct moment *m)
{
	const struct state_process *p = NULL;
	int r = 0;

	while (r == 0 && (p = state_next_process(m->state, p))) {
		const struct state_thread *t = NULL;

		while (r == 0 && (t = state_next_thread(m->state, p, t))) {
			if (moment_has_own(m, t))
				r = add_all(m, t);
		}
	}
	if (m->holder_count)
		qsort(m->holders, m->holder_count, sizeof(*m->holders), compare);
	return r;
}

void moment_done(struct moment *m)
{
	free(m->holders);
	m->holders = NULL;
	m->holder_count = m->holder_capacity = 0;
}

static size_t first_of(const struct moment *m, uint64_t file)
{
	size_t low = 0, high = m->holder_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (m->holders[middle].file < file)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Of a pipe that was there before the tape: the same inode, and the other direction. */
static bool is_end(const struct moment_holder *h, const struct state_file *f)
{
	uint8_t access = f->flags_known ? (uint8_t)(f->flags & ACCESS) + 1 : 0;

	return f->kind == STATE_PIPE && f->inode && h->inode == f->inode && h->file != f->id &&
	       h->access && access && h->access != access;
}

const struct moment_holder *moment_next_end(const struct moment *m, const struct state_file *f,
					    size_t *at)
{
	const struct moment_holder *h;

	if (f->peer && !*at)
		*at = first_of(m, f->peer->id);
	for (; *at < m->holder_count; ++*at) {
		h = &m->holders[*at];
		if (f->peer && h->file != f->peer->id)
			return NULL;
		if (f->peer || is_end(h, f)) {
			++*at;
			return h;
		}
	}
	return NULL;
}

/* ---- in words ---- */

void moment_name(const struct moment *m, const struct state_file *f, struct buf *ret)
{
	if (f->kind == STATE_NAMED)
		buf_append(ret, f->text, f->size);
	else
		print_file(m->printer, f, ret);
	if (f->kind == STATE_NAMED && f->text && f->deleted)
		buf_str(ret, " (deleted)");
}

const char *moment_access(const struct state_file *f)
{
	static const char *const words[] = {"r", "w", "rw", "rw"};

	if (!f->flags_known)
		return "?";
	return f->flags & PATH_ONLY ? "path" : words[f->flags & ACCESS];
}
