/* SPDX-License-Identifier: Apache-2.0 */
/* Calls that set, or tell, what a process does with a signal. */
#include "state_priv.h"

#include <errno.h>
#include <string.h>

#define RESET_HAND UINT64_C(0x80000000)
#define ONE_SHOT   (RESET_HAND | UINT64_C(0x40000000)) /* what signal(2) of i386 means */

/* Where the members of the kernel's struct sigaction are. */
struct layout {
	size_t flags, mask, mask_width;
};

/* numbers: handler, flags, mask */
static int apply_disposition(struct state *s, struct task *t, struct effect *f)
{
	const struct disposition d = {f->numbers[0], f->numbers[1], f->numbers[2], true};

	return sighand_set(s, t->proc->sighand, f->first, &d);
}

static bool take(struct call *c, uint8_t when, uint64_t at, const struct layout *l)
{
	uint64_t *n = c->effect.numbers;

	if (!at || !call_number(c->e, when, at, c->wide, &n[0]) ||
	    !call_number(c->e, when, at + l->flags, c->wide, &n[1]))
		return false;
	if (!call_number(c->e, when, at + l->mask, l->mask_width, &n[2]))
		n[2] = 0;
	c->effect.first = (uint32_t)c->args[0];
	c->effect.apply = apply_disposition;
	return true;
}

/* The new one, or what it said of the old one. */
static int action(struct call *c, const struct layout *l)
{
	if (c->args[1])
		take(c, EVENT_AT_ENTRY, c->args[1], l);
	else
		take(c, EVENT_AT_EXIT, c->args[2], l);
	return 0;
}

static int begin_rt_sigaction(struct call *c)
{
	static const struct layout wide = {8, 24, 8}, narrow = {4, 12, 8};

	return action(c, c->wide == 8 ? &wide : &narrow);
}

static int begin_sigaction(struct call *c)
{
	static const struct layout old = {8, 4, 4};

	return action(c, &old);
}

static int begin_signal(struct call *c)
{
	c->effect.first = (uint32_t)c->args[0];
	c->effect.numbers[0] = c->args[1];
	c->effect.numbers[1] = ONE_SHOT;
	c->effect.apply = apply_disposition;
	return 0;
}

const struct call_kind calls_signal[] = {
	{"rt_sigaction", begin_rt_sigaction, .part = STATE_SIGNALS},
	{"sigaction", begin_sigaction, .part = STATE_SIGNALS},
	{"signal", begin_signal, .part = STATE_SIGNALS},
	{0},
};
