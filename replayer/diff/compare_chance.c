/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the scheduler decides, among processes that run at the same time. Which of several workers
 * does something is chance when each time one of them does: make -j gives its own standard input to
 * whichever child is the first. And so is how many tokens pass through a pipe that a process both
 * writes and reads: they say that somebody may run, or that a signal came.
 */
#include "compare_priv.h"

#include "base/cleanup.h"
#include "base/hash.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* ---- swapped among siblings ---- */

struct moved {
	uint64_t key; /* parent, executable, and what is said */
	uint32_t finding;
};

static int compare_moved(const void *a, const void *b)
{
	const struct moved *x = a, *y = b;

	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	return (x->finding > y->finding) - (x->finding < y->finding);
}

static uint64_t key_of(const struct comparison *c, const struct finding *f)
{
	const struct diff_side *side;
	const struct diff_process *p = match_first(&c->match, c->a, c->b, f->node, &side);
	uint64_t h = hash_add(HASH_START, f->subject, strlen(f->subject));

	h = hash_add(h, &c->match.nodes[f->node].parent, sizeof(uint32_t));
	return hash_add(h, &side->objects[p->exe].hash, sizeof(uint64_t));
}

/* Those of one key: together neither more nor fewer, so that they only moved. */
static void settle(struct comparison *c, const struct moved *list, size_t count)
{
	int64_t more = 0;

	for (size_t i = 0; i < count; i++) {
		const struct finding *f = &c->found.at[list[i].finding];

		more += (int64_t)f->b.count - (int64_t)f->a.count;
	}
	for (size_t i = 0; more == 0 && i < count; i++)
		c->found.at[list[i].finding].weight = FINDING_NOISE;
}

int compare_swaps(struct comparison *c)
{
	cleanup_free struct moved *list = calloc(c->found.count + 1, sizeof(*list));
	size_t n = 0;

	if (!list)
		return -ENOMEM;
	for (uint32_t i = 0; i < c->found.count; i++) {
		const struct finding *f = &c->found.at[i];

		if (f->node && (f->kind == FIND_CALL_NEW || f->kind == FIND_CALL_GONE))
			list[n++] = (struct moved){key_of(c, f), i};
	}
	qsort(list, n, sizeof(*list), compare_moved);
	for (size_t i = 0, end; i < n; i = end) {
		for (end = i + 1; end < n && list[end].key == list[i].key;)
			end++;
		if (end - i > 1)
			settle(c, &list[i], end - i);
	}
	return 0;
}

/* ---- tokens ---- */

/* One byte at a time: that there is one is all that it says. */
static bool is_tokens(const struct diff_stream *s)
{
	for (size_t i = 0; i < s->chunk_count; i++) {
		if (s->chunks[i].size != 1)
			return false;
	}
	return s->chunk_count != 0;
}

/* Whether a process writes single bytes to pipe @name and reads from it. */
static bool has_tokens(const struct diff_side *s, const struct diff_process *p, const char *name,
		       size_t size)
{
	bool in = false, out = false;

	for (size_t i = 0; i < p->stream_count; i++) {
		const struct diff_stream *stream = &p->streams[i];
		const char *label = compare_label(s, stream->object);

		if (s->objects[stream->object].kind != DIFF_CHANNEL || strlen(label) != size + 2 ||
		    memcmp(label, name, size) != 0)
			continue;
		in |= !stream->out;
		out |= stream->out && is_tokens(stream);
	}
	return in && out;
}

bool compare_is_token_pipe(const struct diff_side *s, uint32_t process,
			   const struct diff_stream *stream)
{
	const char *label = compare_label(s, stream->object);
	const char *name = strstr(label, "pipe#");
	const char *dot = name ? strrchr(name, '.') : NULL;

	if (!dot || s->objects[stream->object].kind != DIFF_CHANNEL)
		return false;
	/* "parent's pipe#1.r": it may have come from further up. */
	for (uint32_t at = process; at != DIFF_NONE; at = s->processes[at].parent) {
		if (has_tokens(s, &s->processes[at], name, (size_t)(dot - name)))
			return true;
		if (name == label)
			return false;
	}
	return false;
}
