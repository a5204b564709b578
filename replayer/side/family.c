/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What processes have to do with those that they made: whom they wait for, whom they send a signal,
 * and what they leave open to the program that comes next.
 *
 * Which child has come to its end first is chance, and so is what each wait says, and whether a
 * handler of SIGCHLD still runs in time to ask for it without waiting. That a child is never waited
 * for is not: nobody asked for it.
 */
#include "side_priv.h"

#include "base/load.h"
#include "sys/table.h"

#include <errno.h>

enum {
	NO_HANG = 1,
	ID_PROCESS = 1, /* enum of <linux/wait.h>: P_PID, P_PIDFD */
	ID_PIDFD = 3,
	/* si_pid of a siginfo_t: behind three ints, and a gap where pointers have eight bytes. */
	WAITED_AT_64 = 16,
	WAITED_AT_32 = 12,
};

static struct actor *actor_of(struct reading *r, int64_t pid)
{
	uint32_t at = pid > 0 && pid <= UINT32_MAX
			      ? (uint32_t)(uintptr_t)map_get(&r->by_pid, (uint64_t)pid)
			      : 0;

	return at ? &r->actors[at] : NULL;
}

static struct actor *actor_of_pidfd(struct reading *r, uint64_t fd)
{
	const struct state_file *f =
		fd <= INT32_MAX ? state_at_entry(r->state, r->event, (int32_t)fd) : NULL;

	return f && f->kind == STATE_PIDFD ? actor_of(r, f->pid) : NULL;
}

/* ---- waiting ---- */

/* @child NULL: any child that there is. @waits: until there is something to tell. */
static void ask(struct reading *r, struct actor *child, bool waits)
{
	struct actor *a = &r->actors[r->actor];

	if (child && child->is.parent == r->actor) {
		child->is.asked = true;
		child->is.awaited |= waits;
	} else if (!child) {
		a->asked_until = a->children;
		a->awaited_until = waits ? a->children : a->awaited_until;
	}
}

static void take_wait(struct reading *r, int64_t pid, uint64_t options, int64_t ended)
{
	const bool waits = !(options & NO_HANG);
	struct actor *a = actor_of(r, pid);

	if (pid <= 0 || a)
		ask(r, a, waits);
	a = r->event->call.state == EVENT_FINISHED ? actor_of(r, ended) : NULL;
	if (!a)
		return;
	a->is.asked = a->is.reaped = true;
	a->is.awaited |= waits;
}

/* Who has ended is in memory. */
static int64_t ended_of_waitid(const struct reading *r)
{
	const struct event_call *call = &r->event->call;
	const struct sys_desc *d = sys_find(call->arch, call->nr);
	const size_t at = d && d->wide == 4 ? WAITED_AT_32 : WAITED_AT_64;
	size_t n = 0;
	const uint8_t *info = call->state == EVENT_FINISHED && call->ret == 0
				      ? event_bytes(r->event, EVENT_AT_EXIT, call->args[2], &n)
				      : NULL;

	return info && n >= at + 4 ? (int32_t)load(info, n, at, 4) : 0;
}

static void take_waitid(struct reading *r)
{
	const struct event_call *call = &r->event->call;
	const int64_t ended = ended_of_waitid(r);
	struct actor *a = NULL;

	if (call->args[0] == ID_PIDFD)
		a = actor_of_pidfd(r, call->args[1]);
	if (call->args[0] == ID_PROCESS)
		take_wait(r, (int32_t)call->args[1], call->args[3], ended);
	else
		take_wait(r, a ? (int64_t)a->is.pid : -1, call->args[3], ended);
}

/* ---- signals ---- */

/* Who ends its child does not leave it to it how it ends. */
static void take_kill(struct reading *r, struct actor *target, uint64_t signal)
{
	const struct event_call *call = &r->event->call;

	if (target && call->state == EVENT_FINISHED && call->ret == 0 && signal && signal <= 64 &&
	    target->is.parent == r->actor)
		target->is.told_to_end = (uint8_t)signal;
}

void diff_family_take(struct reading *r)
{
	const struct event_call *call = &r->event->call;
	const uint64_t *args = call->args;

	switch ((enum call_family)r->class->family) {
	case FAMILY_WAIT:
		take_wait(r, (int32_t)args[0], args[2], call->ret);
		break;
	case FAMILY_WAITID:
		take_waitid(r);
		break;
	case FAMILY_KILL:
		take_kill(r, actor_of(r, (int32_t)args[0]), args[1]);
		break;
	case FAMILY_TGKILL:
		take_kill(r, actor_of(r, (int32_t)args[0]), args[2]);
		break;
	case FAMILY_PIDFD_KILL:
		take_kill(r, actor_of_pidfd(r, args[0]), args[1]);
		break;
	case FAMILY_NONE:
		break;
	}
}

/* ---- what the next program finds open ---- */

int diff_family_exec(struct reading *r)
{
	struct actor *a = &r->actors[r->actor];
	const struct state_thread *t = state_thread(r->state, r->event->tid);
	struct state_fd fd;
	size_t at = 0;

	r->inherited -= a->is.inherited_count;
	a->is.inherited_count = 0;
	while (t && state_next_fd(r->state, t, &at, &fd)) {
		uint32_t object;

		if (fd.fd < SIDE_STANDARD || fd.cloexec)
			continue;
		if (a->is.inherited_count == SIDE_INHERITED_EACH ||
		    r->inherited == SIDE_INHERITED_MAX)
			break;
		object = diff_label_of_file(r, fd.file, fd.fd);
		if (side_grow(a->inherited, a->is.inherited_count, a->inherited_capacity) < 0)
			return -ENOMEM;
		a->inherited[a->is.inherited_count++] = (struct diff_inherited){object, fd.fd};
		r->inherited++;
	}
	return r->failed;
}

void diff_family_end(struct reading *r)
{
	for (size_t i = 1; i < r->actor_count; i++) {
		struct actor *a = &r->actors[i];
		const struct actor *parent = &r->actors[a->is.parent];

		a->is.ordinal = a->ordinal;
		if (!a->is.parent)
			continue;
		a->is.asked |= a->ordinal <= parent->asked_until;
		a->is.awaited |= a->ordinal <= parent->awaited_until;
	}
}
