/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Calls that change what a process is besides its descriptors. Numbers of processes are as
 * the caller's own pid namespace has them: only those that can be nothing else are taken.
 */
#include "state_priv.h"

enum { PERMISSIONS = 0777 };

static int apply_umask(struct state *s, struct task *t, struct effect *f)
{
	(void)s;
	t->fs->umask = f->flags & PERMISSIONS;
	t->fs->umask_known = true;
	return 0;
}

static int begin_umask(struct call *c)
{
	c->effect.flags = (uint32_t)c->args[0];
	c->effect.apply = apply_umask;
	return 0;
}

static int apply_setsid(struct state *s, struct task *t, struct effect *f)
{
	(void)s;
	(void)f;
	t->proc->is.sid = t->proc->is.pgid = t->proc->is.pid;
	return 0;
}

static int begin_setsid(struct call *c)
{
	c->effect.apply = apply_setsid;
	return 0;
}

/* Of itself, or of one of its children. */
static int apply_setpgid(struct state *s, struct task *t, struct effect *f)
{
	struct proc *p = f->first ? proc_find(s, f->first) : t->proc;

	if (p && (p == t->proc || p->is.parent == t->proc->is.id))
		p->is.pgid = f->last ? f->last : p->is.pid;
	return 0;
}

static int begin_setpgid(struct call *c)
{
	c->effect.first = (uint32_t)c->args[0];
	c->effect.last = (uint32_t)c->args[1];
	c->effect.apply = apply_setpgid;
	return 0;
}

const struct call_kind calls_process[] = {
	{SYS_BEARS(umask), begin_umask},
	{SYS_BEARS(setsid), begin_setsid},
	{SYS_BEARS(setpgid), begin_setpgid},
	{0},
};
