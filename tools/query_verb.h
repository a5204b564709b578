/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The verbs that tell of a tape when all of it has been read, by a query of replayer/query that is
 * handed the events to be told of with the replayed state and the processes: one query at a time,
 * for a file may hold several tapes and several files may be named.
 */
#ifndef TOOLS_QUERY_VERB_H
#define TOOLS_QUERY_VERB_H

#include "filter.h"
#include "opts.h"

#include "replayer/query/processes.h"
#include "replayer/state/state.h"

/* What the query of a verb does; @run is the verb's own. All but `done` give 0 or -ENOMEM. */
struct query_ops {
	int (*begin)(void *run); /* a tape begins */
	/* An event to be told of, which @s and @all have taken last. */
	int (*take)(void *run, const struct state *s, struct processes *all, const struct event *e);
	int (*say)(void *run, const struct processes *all, struct buf *ret);
	int (*json)(void *run, const struct processes *all, struct buf *ret);
	void (*done)(void *run); /* the tape has ended, or had not begun */
};

struct query_verb {
	const struct query_ops *ops;
	void *run;
	/* from here on not the caller's */
	struct filter filter;
	bool json;
	struct state *state; /* NULL: no tape has begun */
	struct processes processes;
	int failed; /* -ENOMEM while telling */
	size_t told;
	struct buf out;
};

/* The options that all have, for getopt_long(3): --json, and which events. */
#define QUERY_VERB_OPTIONS                                                                         \
	{"json", no_argument, NULL, 'j'}, {"pid", required_argument, NULL, 'p'},                   \
		{"time", required_argument, NULL, 't'},                                            \
	{                                                                                          \
		"trace", required_argument, NULL, 'e'                                              \
	}

/* One of these, or what no verb has: 0, or the exit status after a complaint. */
int query_verb_option(struct query_verb *v, int option, char **argv);
/* Reads and tells; the exit status. */
int query_verb_run(struct query_verb *v, char **paths);
void query_verb_done(struct query_verb *v);

/* The place of @word among @count @words, or -1: what something can be sorted by. */
int query_verb_word(const char *const *words, size_t count, const char *word);

#endif
