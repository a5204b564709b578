/* SPDX-License-Identifier: Apache-2.0 */
/* Threads that wait for each other, in plain words. */
#include "cause.h"

#include "replayer/print/escape.h"

enum { CHAIN_MAX = 8 };

struct chain {
	uint32_t thread[CHAIN_MAX];
	size_t count;
};

static bool contains(const struct chain *c, uint32_t thread)
{
	for (size_t i = 0; i < c->count; i++) {
		if (c->thread[i] == thread)
			return true;
	}
	return false;
}

static void say_object(const struct hang *g, struct buf *ret)
{
	buf_printf(ret, ", which waits for %s", waiting_text(g->what));
	if (!g->object_size)
		return;
	buf_str(ret, " (");
	escape_text(ret, g->object, g->object_size);
	buf_char(ret, ')');
}

/* What keeps the one who keeps others waiting, until the chain ends or bites its tail. */
static void say_chain(const struct hangs *h, const struct hang *g, struct buf *ret)
{
	struct chain c = {{g->tid}, 1};
	const struct hang *next = hangs_of_thread(h, g->word.thread);

	while (next && next->process == g->process && c.count < CHAIN_MAX) {
		const uint32_t thread = next->word.thread;

		if (!thread) {
			say_object(next, ret);
			return;
		}
		c.thread[c.count++] = next->tid;
		buf_printf(ret,
			   next->word.is_end ? ", which waits for the end of thread %u"
					     : ", which waits for a mutex that thread %u holds",
			   thread);
		if (contains(&c, thread)) {
			buf_printf(ret, ": %s can go on (deadlock)",
				   c.count > 2 ? "none of them" : "neither");
			return;
		}
		next = hangs_of_thread(h, thread);
	}
}

void cause_of_word(const struct hangs *h, const struct process *p, const struct hang *g,
		   struct buf *ret)
{
	const size_t alone = hangs_alone(h, g->process);
	const size_t alive = p->threads > p->threads_over ? p->threads - p->threads_over : 0;

	if (g->what != WAITING_MEMORY)
		return;
	if (g->word.thread == g->tid) {
		buf_printf(
			ret,
			", thread %u for a mutex that it holds itself: it cannot go on (deadlock)",
			g->tid);
	} else if (g->word.thread) {
		buf_printf(ret, ", thread %u for %s thread %u", g->tid,
			   g->word.is_end ? "the end of" : "a mutex that is held by",
			   g->word.thread);
		say_chain(h, g, ret);
	} else if (!g->until && g->word.alone && alone == alive) {
		buf_str(ret, alive == 1 ? "; it has no other: nobody can wake it (deadlock)"
					: "; all its threads wait for each other, and nobody can "
					  "wake them (deadlock)");
	}
}
