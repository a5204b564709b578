/* SPDX-License-Identifier: Apache-2.0 */
/* Everything that there is at a place: what state.h lets others look at. */
#include "state_priv.h"

#include <errno.h>

int state_resolve(const struct state *s, const struct event *e, int32_t dirfd, const void *path,
		  size_t size, bool follow, struct buf *ret)
{
	const struct task *t = task_find(s, e->tid);

	return t ? path_resolve(s, t, dirfd, path, size, follow ? PATH_FOLLOW : PATH_NOFOLLOW, ret,
				NULL)
		 : 0;
}

unsigned state_parts(const struct state *s)
{
	return s->parts & ~s->missing;
}

const struct state_process *state_process(const struct state *s, uint32_t pid)
{
	(void)s;
	(void)pid;
	return NULL;
}

const struct state_thread *state_thread(const struct state *s, uint32_t tid)
{
	(void)s;
	(void)tid;
	return NULL;
}

const struct state_process *state_next_process(const struct state *s,
					       const struct state_process *before)
{
	(void)s;
	(void)before;
	return NULL;
}

const struct state_thread *state_next_thread(const struct state *s, const struct state_process *p,
					     const struct state_thread *before)
{
	(void)s;
	(void)p;
	(void)before;
	return NULL;
}

bool state_next_fd(const struct state *s, const struct state_thread *t, size_t *at,
		   struct state_fd *ret)
{
	const struct task *task = task_find(s, t->tid);
	const struct slots *x = task ? task->table->slots : NULL;

	if (!x || *at >= x->count)
		return false;
	*ret = (struct state_fd){x->slot[*at].fd, x->slot[*at].cloexec, &x->slot[*at].file->is};
	++*at;
	return true;
}

bool state_next_watch(const struct state *s, const struct state_file *f, size_t *at,
		      struct state_watch *ret)
{
	(void)s;
	(void)f;
	(void)at;
	(void)ret;
	return false;
}

bool state_next_map(const struct state *s, const struct state_process *p, size_t *at,
		    struct state_map *ret)
{
	(void)s;
	(void)p;
	(void)at;
	(void)ret;
	return false;
}

bool state_next_signal(const struct state *s, const struct state_process *p, size_t *at,
		       struct state_signal *ret)
{
	(void)s;
	(void)p;
	(void)at;
	(void)ret;
	return false;
}
