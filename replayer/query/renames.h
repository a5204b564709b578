/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The names that a file had before the one that it is asked for by. Programs that replace a file
 * write it under another name and rename it into place: sed -i, editors, git's *.lock,
 * os.replace(); or link it there: git's objects, O_TMPFILE. Whoever asks what was written to the
 * file means that, too. What the name stood for before is another file.
 *
 * A tape is read once for its renames, and told to a `struct renames`; with renames_resolve() it is
 * known what each name came to be, and a second reading asks for each description.
 *
 * A file that is renamed away from the name is not followed further: it is called otherwise
 * from there on.
 */
#ifndef QUERY_RENAMES_H
#define QUERY_RENAMES_H

#include "replayer/state/state.h"

enum {
	RENAMES_MAX = 1 << 16,               /* of a tape: renames, links and unlinks */
	RENAMES_TEXT_MAX = 32 << 20,         /* bytes of their names */
	RENAMES_COMPARISONS_MAX = 256 << 20, /* of names, for renamed directories */
};

struct renames;

/* Whether @text is the path @wanted, or ends with it. */
bool name_is(const char *text, size_t size, const char *wanted);

/* NULL: out of memory. */
struct renames *renames_new(void);
struct renames *renames_free(struct renames *x);
/* An event that @s has taken last. 0 or -ENOMEM. */
int renames_take(struct renames *x, const struct state *s, const struct event *e);
/* All was taken: what became @wanted, as name_is() has it? @wanted is borrowed. *@generation: the
 * last one of the tapes before, then of this one. 0 or -ENOMEM. */
int renames_resolve(struct renames *x, const char *wanted, uint64_t *generation);

/*
 * Whether the file @f at the place @seq is, or comes to be, the one that is asked for. 0: it is
 * not; else its generation: which it is of those that had the name one after the other, from 1.
 * *ret_became: what it is called in the end, NULL: it has the name already. Valid until
 * renames_free().
 */
uint64_t renames_find(const struct renames *x, const struct state_file *f, uint64_t seq,
		      const char **ret_became);
/* Of how many there was no room to take notice. */
uint64_t renames_left_out(const struct renames *x);

#endif
