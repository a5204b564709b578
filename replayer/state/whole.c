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

/* ---- processes and threads ---- */

/* What others see is filled in when they ask: nobody does while a tape is read. */
static const struct state_thread *show_thread(struct task *t)
{
	const struct fs *fs = t->fs;

	t->is.tid = t->tid;
	t->is.process = &t->proc->is;
	t->is.cwd = fs->cwd.size ? fs->cwd.data : NULL;
	t->is.cwd_size = fs->cwd.size;
	t->is.root = fs->root.size ? fs->root.data : "/";
	t->is.root_size = fs->root.size ? fs->root.size : 1;
	t->is.umask = fs->umask;
	t->is.umask_known = fs->umask_known;
	t->is.shares_descriptors = t->table->refs > 1;
	t->is.descriptors = t->table;
	t->is.directories = fs;
	return &t->is;
}

static uint32_t parent_now(const struct state *s, const struct proc *p)
{
	const struct proc *parent = proc_find(s, p->ppid);

	/* One that was never on the tape may still be there. */
	if (!p->is.parent)
		return p->ppid;
	return parent && parent->is.id == p->is.parent ? p->ppid : 0;
}

static const struct state_process *show_process(const struct state *s, struct proc *p)
{
	const struct state_thread *first = show_thread(p->first);
	const struct program *g = p->program;

	p->is.ppid = parent_now(s, p);
	p->is.exe = g && g->exe.size ? g->exe.data : NULL;
	p->is.exe_size = g ? g->exe.size : 0;
	p->is.argv = g && g->argv.size ? (const uint8_t *)g->argv.data : NULL;
	p->is.argv_size = g ? g->argv.size : 0;
	p->is.cwd = first->cwd;
	p->is.cwd_size = first->cwd_size;
	p->is.root = first->root;
	p->is.root_size = first->root_size;
	p->is.umask = first->umask;
	p->is.umask_known = first->umask_known;
	p->is.maps_whole = p->mm && p->mm->whole && state_parts(s) & STATE_MAPS;
	return &p->is;
}

const struct state_process *state_process(const struct state *s, uint32_t pid)
{
	struct proc *p = proc_find(s, pid);

	return p ? show_process(s, p) : NULL;
}

const struct state_thread *state_thread(const struct state *s, uint32_t tid)
{
	struct task *t = task_find(s, tid);

	if (!t)
		return NULL;
	t->is.call = flight_now(s, t);
	return show_thread(t);
}

/* Both are the first members of what they are shown of. */
const struct state_process *state_next_process(const struct state *s,
					       const struct state_process *before)
{
	struct proc *p = before ? ((struct proc *)(uintptr_t)before)->next : s->first;

	return p ? show_process(s, p) : NULL;
}

const struct state_thread *state_next_thread(const struct state *s, const struct state_process *p,
					     const struct state_thread *before)
{
	struct task *t = before ? ((struct task *)(uintptr_t)before)->next
				: ((struct proc *)(uintptr_t)p)->first;

	return t ? state_thread(s, t->tid) : NULL;
}

/* ---- what they have ---- */

bool state_next_fd(const struct state *s, const struct state_thread *t, size_t *at,
		   struct state_fd *ret)
{
	const struct task *task = task_find(s, t->tid);
	const struct slots *x = task ? task->table->slots : NULL;

	if (!x || *at >= x->is.count)
		return false;
	*ret = (struct state_fd){x->slot[*at].fd, x->slot[*at].cloexec, &x->slot[*at].file->is};
	++*at;
	return true;
}

size_t state_fd_count(const struct state *s, const struct state_thread *t)
{
	const struct task *task = task_find(s, t->tid);

	return task && task->table->slots ? task->table->slots->is.count : 0;
}

bool state_next_watch(const struct state *s, const struct state_file *f, size_t *at,
		      struct state_watch *ret)
{
	const struct watches *x = ((const struct file *)(const void *)f)->watches;

	for (; x && *at < x->count; ++*at) {
		const struct watch *w = &x->watch[*at];

		if (!watch_is_there(s, w))
			continue;
		*ret = (struct state_watch){w->fd,   w->file, w->events,
					    w->data, w->path, w->path_size};
		++*at;
		return true;
	}
	return false;
}

bool state_next_map(const struct state *s, const struct state_process *p, size_t *at,
		    struct state_map *ret)
{
	const struct mm *mm = ((const struct proc *)(const void *)p)->mm;
	const struct mapping *m;

	if (!(state_parts(s) & STATE_MAPS) || !mm || !mm->maps || *at >= mm->maps->is.count)
		return false;
	m = &mm->maps->map[(*at)++];
	*ret = (struct state_map){.start = m->start,
				  .end = m->end,
				  .offset = m->offset,
				  .prot = m->prot,
				  .shared = m->shared,
				  .stays = m->stays,
				  .anonymous = !m->file};
	if (m->file) {
		ret->file = m->file->is.id;
		ret->deleted = m->file->is.deleted;
		ret->name = m->file->is.text;
		ret->name_size = m->file->is.size;
	}
	return true;
}

bool state_next_signal(const struct state *s, const struct state_process *p, size_t *at,
		       struct state_signal *ret)
{
	const struct sighand *h = ((const struct proc *)(const void *)p)->sighand;

	if (!(state_parts(s) & STATE_SIGNALS) || !h || !h->set)
		return false;
	while (*at < SIGNALS) {
		const struct disposition *d = &h->set->of[(*at)++];

		if (!d->known || !d->handler)
			continue;
		*ret = (struct state_signal){(uint32_t)*at, d->handler, d->flags, d->mask};
		return true;
	}
	return false;
}
