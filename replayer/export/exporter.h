/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The formats that a tape is turned into as it is read: a row for each, with what the verb must
 * know of it and four functions. An exporter is handed every item of a tape (or of several, one
 * after the other), in order, also those that are not asked for: what descriptors stand for
 * rests on them.
 *
 * A new format is a file with a `const struct exporter`, and a place in the list of exporter.c.
 */
#ifndef EXPORT_EXPORTER_H
#define EXPORT_EXPORTER_H

#include "format/container/stream.h"

struct buf;

/* What the lines of folded stacks count. */
enum export_weight { WEIGHT_TIME, WEIGHT_COUNT, WEIGHT_BYTES };

/* Zero is the default. */
struct export_options {
	enum export_weight weight;
	bool calls_only; /* calls were chosen: what is between them is not of interest */
};

struct exporter {
	const char *name;     /* of --to */
	const char *sentence; /* what it is good for */
	bool binary;          /* nothing for a terminal */
	bool weighs;          /* takes export_options.weight */
	bool forgets;         /* what is not shown is of no interest to it */

	/* NULL when out of memory. */
	void *(*new)(const struct export_options *options);
	/* Appends what is to be written for an item. @shown: it was asked for; else it is told for
	 * the state alone. 0 or -ENOMEM. */
	int (*item)(void *x, const struct trace_item *item, bool shown, struct buf *ret);
	/* What a trace_maker makes, with @x: it may touch nothing of it that others do. item()
	 * takes it from the item. NULL: there is nothing. */
	void (*make)(void *x, const struct event *e, struct buf *ret);
	/* Appends what comes last. 0 or -ENOMEM. */
	int (*end)(void *x, struct buf *ret);
	/* Appends lines for people on what is missing or made up in the file, each with its
	 * newline. NULL: there is never anything. */
	void (*remarks)(const void *x, struct buf *ret);
	void *(*free)(void *x);
};

/* By index, NULL behind the last; by name, NULL: there is none. */
const struct exporter *exporter_at(size_t index);
const struct exporter *exporter_find(const char *name);

extern const struct exporter exporter_folded, exporter_jsonl, exporter_pcapng, exporter_perfetto;

#endif
