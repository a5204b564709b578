/* SPDX-License-Identifier: Apache-2.0 */
#include "compare_channels.h"

#include "compare_priv.h"

#include <errno.h>
#include <signal.h>
#include <sys/wait.h>

/* Messages, in whatever order. */
struct bag {
	uint64_t count, messages, sizes;
	bool cut; /* not all of them is on the tape */
};

/* One end of a channel. */
struct end_use {
	uint32_t writers, readers; /* processes */
	uint64_t written;          /* bytes */
	uint32_t process;          /* the last of them */
	struct bag in;             /* of all that was put in here */
	bool tokens;               /* of end 0, for the whole channel */
};

enum { QUEUE_USERS = 3 }; /* a pipe from one to another has two */

static size_t place_of(uint32_t channel, uint8_t end)
{
	return 2 * (size_t)channel + (end & 1);
}

static void put_in(struct bag *bag, const struct diff_stream *s)
{
	bag->count += s->calls;
	bag->messages += s->messages;
	bag->sizes += s->sizes;
	bag->cut |= !s->channel || !s->whole;
}

static bool may_be_same(const struct bag *x, const struct bag *y)
{
	return x->cut || y->cut || x->count != y->count || x->sizes != y->sizes ||
	       x->messages == y->messages;
}

static int note_stream(const struct diff_stream *s, uint32_t process, struct buf *uses)
{
	const struct end_use none = {0};
	struct end_use *use;

	while (uses->size / sizeof(none) <= place_of(s->channel, 1)) {
		buf_append(uses, &none, sizeof(none));
		if (buf_error(uses))
			return -ENOMEM;
	}
	use = (struct end_use *)(void *)uses->data + place_of(s->channel, s->end);
	use->writers += s->out;
	use->readers += !s->out;
	use->written += s->out ? s->bytes : 0;
	use->process = process;
	if (s->out)
		put_in(&use->in, s);
	return 0;
}

/* One byte at a time: that there is one is all that it says. */
static bool is_tokens(const struct diff_stream *s)
{
	for (size_t i = 0; i < s->chunk_count; i++) {
		if (s->chunks[i].size != 1)
			return false;
	}
	return s->chunk_count != 0;
}

static bool reads_from(const struct diff_process *p, uint32_t channel)
{
	for (size_t i = 0; i < p->stream_count; i++) {
		if (p->streams[i].channel == channel && !p->streams[i].out)
			return true;
	}
	return false;
}

/* When the streams of the process have been noted. */
static void note_tokens(const struct diff_process *p, struct buf *uses)
{
	struct end_use *all = (struct end_use *)(void *)uses->data;

	for (size_t i = 0; i < p->stream_count; i++) {
		const struct diff_stream *s = &p->streams[i];

		if (s->channel && s->out && is_tokens(s) && reads_from(p, s->channel))
			all[place_of(s->channel, 0)].tokens = true;
	}
}

static int note_side(const struct diff_side *side, struct buf *uses)
{
	if (uses->size)
		return 0;
	for (uint32_t i = 1; i < side->process_count; i++) {
		const struct diff_process *p = &side->processes[i];

		for (size_t k = 0; k < p->stream_count; k++) {
			if (p->streams[k].channel && note_stream(&p->streams[k], i, uses) < 0)
				return -ENOMEM;
		}
		note_tokens(p, uses);
	}
	return 0;
}

static struct end_use use_of(const struct buf *uses, const struct diff_stream *s, uint8_t end)
{
	const size_t at = place_of(s->channel, end);
	const struct end_use *all = (const struct end_use *)(const void *)uses->data;

	return at < uses->size / sizeof(*all) ? all[at] : (struct end_use){0};
}

/* What was put in at the other end; false: it is no queue. */
static bool is_queue(const struct buf *uses, const struct diff_stream *s, uint64_t *ret_written)
{
	const struct end_use in = use_of(uses, s, s->end ^ 1), out = use_of(uses, s, s->end);

	*ret_written = in.written;
	/* Threads of one process have one among themselves. */
	return in.writers && (in.writers + out.readers >= QUEUE_USERS || in.process == out.process);
}

int channels_of_tokens(struct comparison *c, int side, const struct diff_stream *s)
{
	struct buf *uses = side == SIDE_B ? &c->b_channels : &c->a_channels;

	if (!s->channel)
		return 0;
	return note_side(side == SIDE_B ? c->b : c->a, uses) < 0 ? -ENOMEM
								 : use_of(uses, s, 0).tokens;
}

int channels_read_by_chance(struct comparison *c, const struct diff_stream *a,
			    const struct diff_stream *b)
{
	uint64_t x, y;

	if ((a && (a->out || !a->channel)) || (b && (b->out || !b->channel)))
		return 0;
	if (note_side(c->a, &c->a_channels) < 0 || note_side(c->b, &c->b_channels) < 0)
		return -ENOMEM;
	/* Who has read nothing has the other's queue. */
	if (!a || !b)
		return is_queue(a ? &c->a_channels : &c->b_channels, a ? a : b, &x);
	return is_queue(&c->a_channels, a, &x) && is_queue(&c->b_channels, b, &y) && x == y;
}

int channels_written_by_chance(struct comparison *c, const struct diff_stream *a,
			       const struct diff_stream *b)
{
	struct end_use x, y;

	if (!a || !b || !a->out || !b->out || !a->channel || !b->channel)
		return 0;
	if (note_side(c->a, &c->a_channels) < 0 || note_side(c->b, &c->b_channels) < 0)
		return -ENOMEM;
	x = use_of(&c->a_channels, a, a->end);
	y = use_of(&c->b_channels, b, b->end);
	return x.writers > 1 && y.writers > 1 && x.written == y.written &&
	       may_be_same(&x.in, &y.in);
}

/* One alone has put in, and taken out. */
static bool is_to_itself(const struct buf *uses, const struct diff_stream *s)
{
	const struct end_use x = use_of(uses, s, s->end), y = use_of(uses, s, s->end ^ 1);

	return x.writers + y.writers == 1 && x.readers + y.readers == 1 && x.process &&
	       x.process == y.process;
}

int channels_to_itself(struct comparison *c, const struct diff_stream *a,
		       const struct diff_stream *b)
{
	if (!a || !b || !a->channel || !b->channel)
		return 0;
	if (note_side(c->a, &c->a_channels) < 0 || note_side(c->b, &c->b_channels) < 0)
		return -ENOMEM;
	return is_to_itself(&c->a_channels, a) && is_to_itself(&c->b_channels, b);
}

bool channels_killed_writer(const struct diff_side *s, uint32_t process)
{
	const struct diff_process *p = &s->processes[process];

	return p->ended && WIFSIGNALED((int)p->status) && WTERMSIG((int)p->status) == SIGPIPE;
}

/* Who is killed in the middle of a write is not told EPIPE: a part of it went through. */
static bool is_cut_short(const struct diff_side *s, uint32_t process, const struct diff_stream *x)
{
	const struct diff_process *p = &s->processes[process];

	for (size_t i = 0; i < p->count_count; i++) {
		if (p->counts[i].object == x->object && p->counts[i].error == EPIPE)
			return true;
	}
	return channels_killed_writer(s, process);
}

bool channels_cut_short(const struct comparison *c, const struct diff_stream *a, uint32_t a_process,
			const struct diff_stream *b, uint32_t b_process)
{
	return a->out && b->out && a->channel && b->channel && a->bytes != b->bytes &&
	       is_cut_short(c->a, a_process, a) && is_cut_short(c->b, b_process, b);
}

static struct bag bag_of(const struct diff_stream *const *at, size_t count)
{
	struct bag ret = {.cut = false};

	for (size_t i = 0; i < count; i++)
		put_in(&ret, at[i]);
	return ret;
}

bool channels_same_messages(const struct diff_stream *const *a, size_t a_count,
			    const struct diff_stream *const *b, size_t b_count)
{
	const struct bag x = bag_of(a, a_count), y = bag_of(b, b_count);

	return may_be_same(&x, &y);
}
