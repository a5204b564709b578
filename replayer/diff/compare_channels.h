/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pipes and pairs of sockets that were made on the tape, from both ends. One that several processes
 * write to, or read from, is a queue: who gets what out of it, in which order, and whether somebody
 * is left to take the last, is chance. What is put in is not, but for tokens: single bytes that a
 * process both writes and reads say that somebody may run, or that a signal came, and how many
 * there are is chance.
 */
#ifndef DIFF_COMPARE_CHANNELS_H
#define DIFF_COMPARE_CHANNELS_H

#include "compare.h"

/* Whether what these two have read was put into queues, as much in one as in the other. 1, 0 or
 * -ENOMEM. */
int channels_read_by_chance(struct comparison *c, const struct diff_stream *a,
			    const struct diff_stream *b);

/* Whether these two are what one of several has put into a queue, into which all of them together
 * have put the same messages. 1, 0 or -ENOMEM. */
int channels_written_by_chance(struct comparison *c, const struct diff_stream *a,
			       const struct diff_stream *b);

/* Whether a process tells itself something through it, and nobody else, on both sides: handlers of
 * signals do, with addresses in it, and as often as signals come. 1, 0 or -ENOMEM. */
int channels_to_itself(struct comparison *c, const struct diff_stream *a,
		       const struct diff_stream *b);

/* Whether tokens go through the channel of this stream, of the side SIDE_A or SIDE_B. 1, 0 or
 * -ENOMEM. */
int channels_of_tokens(struct comparison *c, int side, const struct diff_stream *s);

/* Whether both writers were stopped because nobody reads any more: how much was under way then,
 * which nobody has read, is chance. @process: of each side. */
bool channels_cut_short(const struct comparison *c, const struct diff_stream *a, uint32_t a_process,
			const struct diff_stream *b, uint32_t b_process);

/* Whether a process was killed for writing to nobody. */
bool channels_killed_writer(const struct diff_side *s, uint32_t process);

/* Whether these streams of heaps together are the same messages, in whatever order, as far as it is
 * known: when they are not cut in the same pieces, nobody can say. */
bool channels_same_messages(const struct diff_stream *const *a, size_t a_count,
			    const struct diff_stream *const *b, size_t b_count);

#endif
