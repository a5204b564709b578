/* SPDX-License-Identifier: Apache-2.0 */
/* What processes do with signals. Sets are shared until one of those who have them changes. */
#include "state_priv.h"

#include <errno.h>
#include <stdlib.h>

enum { HANDLER_DEFAULT = 0, HANDLER_IGNORE = 1 };
#define RESET_HAND UINT64_C(0x80000000)

struct sighand *sighand_new(void)
{
	struct sighand *h = calloc(1, sizeof(*h));

	if (h)
		h->refs = 1;
	return h;
}

struct sighand *sighand_copy(const struct sighand *h)
{
	struct sighand *copy = sighand_new();

	if (!copy)
		return NULL;
	copy->set = h->set;
	if (copy->set)
		copy->set->refs++;
	return copy;
}

static void drop_set(struct state *s, struct sighand *h)
{
	struct signals *set = h->set;

	h->set = NULL;
	if (!set || --set->refs)
		return;
	s->signals_count--;
	free(set);
}

struct sighand *sighand_unref(struct state *s, struct sighand *h)
{
	if (!h || --h->refs)
		return NULL;
	drop_set(s, h);
	free(h);
	return NULL;
}

/* A set of its own. Over the limit it is forgotten: 0 then, too, without one. */
static int own(struct state *s, struct sighand *h)
{
	struct signals *set;

	if (h->set && h->set->refs == 1)
		return 0;
	if (s->signals_count >= STATE_SIGNALS_MAX) {
		drop_set(s, h);
		return 0;
	}
	set = calloc(1, sizeof(*set));
	if (!set)
		return -ENOMEM;
	if (h->set)
		*set = *h->set;
	set->refs = 1;
	s->signals_count++;
	drop_set(s, h);
	h->set = set;
	return 0;
}

int sighand_set(struct state *s, struct sighand *h, uint32_t number, const struct disposition *d)
{
	int r = number >= 1 && number <= SIGNALS ? own(s, h) : 0;

	if (r == 0 && h->set && number >= 1 && number <= SIGNALS)
		h->set->of[number - 1] = *d;
	return r;
}

int sighand_clear(struct state *s, struct sighand *h)
{
	int r = h->set ? own(s, h) : 0;

	for (size_t i = 0; r == 0 && h->set && i < SIGNALS; i++) {
		struct disposition *d = &h->set->of[i];

		if (d->known && d->handler != HANDLER_IGNORE)
			*d = (struct disposition){.handler = HANDLER_DEFAULT, .known = true};
	}
	return r;
}

int sighand_delivered(struct state *s, struct sighand *h, uint32_t number)
{
	const struct disposition *d =
		h->set && number >= 1 && number <= SIGNALS ? &h->set->of[number - 1] : NULL;

	if (!d || !d->known || d->handler <= HANDLER_IGNORE || !(d->flags & RESET_HAND))
		return 0;
	return sighand_set(s, h, number, &(struct disposition){.flags = d->flags, .known = true});
}

int sighand_snapshot(struct state *s, struct sighand *h, const struct meta_process *p)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < p->disposition_count; i++) {
		const struct meta_disposition *m = &p->dispositions[i];
		const struct disposition d = {m->handler, m->flags, m->mask, true};

		r = sighand_set(s, h, m->signal, &d);
	}
	return r;
}
