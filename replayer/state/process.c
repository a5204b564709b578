/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Processes: what their threads have in common. One is there as long as one of its threads
 * is; a number that is used again belongs to the newest.
 */
#include "state_priv.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
	SHARES_VM = 0x100,
	SHARES_SIGNALS = 0x800,
	SHARES_PARENT = 0x8000,
};
#define CLEARS_SIGNALS UINT64_C(0x100000000)

/* ---- what it runs ---- */

static struct program *program_unref(struct state *s, struct program *g)
{
	if (!g || --g->refs)
		return NULL;
	s->text_bytes -= g->exe.size + g->argv.size;
	buf_done(&g->exe);
	buf_done(&g->argv);
	free(g);
	return NULL;
}

/* One that is too long is not known; of the words of a command there are as many as fit. */
static int program_set(struct state *s, struct proc *p, const void *exe, size_t exe_size,
		       const void *argv, size_t argv_size)
{
	struct program *g = calloc(1, sizeof(*g));

	p->program = program_unref(s, p->program);
	if (!g)
		return -ENOMEM;
	g->refs = 1;
	argv_size = argv_size < STATE_ARGV_MAX ? argv_size : STATE_ARGV_MAX;
	if (exe_size <= STATE_PATH_MAX && s->text_bytes + exe_size <= STATE_TEXT_MAX)
		buf_append(&g->exe, exe, exe_size);
	s->text_bytes += g->exe.size;
	if (s->text_bytes + argv_size <= STATE_TEXT_MAX)
		buf_append(&g->argv, argv, argv_size);
	s->text_bytes += g->argv.size;
	p->program = g;
	return buf_error(&g->exe) || buf_error(&g->argv) ? -ENOMEM : 0;
}

/* ---- coming and going ---- */

struct proc *proc_find(const struct state *s, uint32_t pid)
{
	return map_get(&s->procs, pid);
}

static void proc_free(struct state *s, struct proc *p)
{
	if (p->prev)
		p->prev->next = p->next;
	else
		s->first = p->next;
	if (p->next)
		p->next->prev = p->prev;
	else
		s->last = p->prev;
	if (map_get(&s->procs, p->is.pid) == p)
		map_remove(&s->procs, p->is.pid);
	program_unref(s, p->program);
	mm_unref(s, p->mm);
	sighand_unref(s, p->sighand);
	free(p);
}

struct proc *proc_new(struct state *s, uint32_t pid, uint8_t origin)
{
	struct proc *p = calloc(1, sizeof(*p));

	if (!p)
		return NULL;
	p->is = (struct state_process){.id = ++s->last_proc,
				       .pid = pid,
				       .origin = origin,
				       .start_time = s->time,
				       .start_seq = s->seq};
	p->prev = s->last;
	if (s->last)
		s->last->next = p;
	else
		s->first = p;
	s->last = p;
	if (s->parts & STATE_MAPS)
		p->mm = mm_new();
	if (s->parts & STATE_SIGNALS)
		p->sighand = sighand_new();
	if ((p->mm || !(s->parts & STATE_MAPS)) && (p->sighand || !(s->parts & STATE_SIGNALS)) &&
	    map_put(&s->procs, pid, p) == 0)
		return p;
	proc_free(s, p);
	return NULL;
}

void proc_enter(struct proc *p, struct task *t)
{
	t->proc = p;
	t->pid = p->is.pid;
	t->prev = p->last;
	if (p->last)
		p->last->next = t;
	else
		p->first = t;
	p->last = t;
	p->is.threads++;
}

void proc_leave(struct state *s, struct task *t)
{
	struct proc *p = t->proc;

	if (!p)
		return;
	if (t->prev)
		t->prev->next = t->next;
	else
		p->first = t->next;
	if (t->next)
		t->next->prev = t->prev;
	else
		p->last = t->prev;
	t->proc = NULL;
	p->is.threads--;
	proc_settle(s, p);
}

void proc_settle(struct state *s, struct proc *p)
{
	if (p && !p->is.threads)
		proc_free(s, p);
}

/* ---- what it has from others ---- */

int proc_inherit(struct state *s, struct proc *p, struct proc *creator, uint64_t flags)
{
	bool sibling = flags & SHARES_PARENT;

	p->is.parent = sibling ? creator->is.parent : creator->is.id;
	p->ppid = sibling ? creator->ppid : creator->is.pid;
	p->is.pgid = creator->is.pgid;
	p->is.sid = creator->is.sid;
	p->is.execed = creator->is.execed;
	p->program = creator->program;
	if (p->program)
		p->program->refs++;
	if (p->mm) {
		mm_unref(s, p->mm);
		p->mm = creator->mm;
		if (flags & SHARES_VM)
			p->mm->refs++;
		else
			p->mm = mm_copy(s, p->mm);
	}
	if (p->sighand) {
		sighand_unref(s, p->sighand);
		p->sighand = creator->sighand;
		if (flags & SHARES_SIGNALS)
			p->sighand->refs++;
		else
			p->sighand = sighand_copy(p->sighand);
	}
	if ((s->parts & STATE_MAPS && !p->mm) || (s->parts & STATE_SIGNALS && !p->sighand))
		return -ENOMEM;
	return p->sighand && flags & CLEARS_SIGNALS ? sighand_clear(s, p->sighand) : 0;
}

static int exec_signals(struct state *s, struct proc *p)
{
	struct sighand *own;

	if (p->sighand->refs > 1) {
		own = sighand_copy(p->sighand);
		if (!own)
			return -ENOMEM;
		sighand_unref(s, p->sighand);
		p->sighand = own;
	}
	return sighand_clear(s, p->sighand);
}

int proc_execed(struct state *s, struct proc *p, const struct event *e)
{
	struct mm *mm = p->mm ? mm_new() : NULL;

	p->is.execed = true;
	if (p->mm && !mm)
		return -ENOMEM;
	mm_unref(s, p->mm);
	p->mm = mm;
	if (p->sighand && exec_signals(s, p) < 0)
		return -ENOMEM;
	return program_set(s, p, e->exec.path, strlen(e->exec.path), e->exec.argv,
			   e->exec.argv_size);
}

int proc_snapshot(struct state *s, struct proc *p, const struct meta_process *m)
{
	int r = 0;

	p->is.origin = STATE_SNAPSHOT;
	p->ppid = m->ppid;
	p->is.pgid = m->pgid;
	p->is.sid = m->sid;
	if (!p->is.execed)
		r = program_set(s, p, m->exe.data, m->exe.size, m->argv.data, m->argv.size);
	if (r == 0 && p->mm)
		r = mm_snapshot(s, p->mm, m);
	return r == 0 && p->sighand ? sighand_snapshot(s, p->sighand, m) : r;
}

void proc_adopt(struct state *s, uint32_t pid)
{
	struct proc *p = proc_find(s, pid);
	const struct proc *parent = p && p->ppid != pid ? proc_find(s, p->ppid) : NULL;

	if (parent && !p->is.parent)
		p->is.parent = parent->is.id;
}
