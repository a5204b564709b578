/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the streams share. */
#ifndef QUERY_STREAMS_PRIV_H
#define QUERY_STREAMS_PRIV_H

#include "streams.h"

struct printer;

/* A transfer until it is told. */
struct waiting {
	struct flow flow;
	struct transfer_piece *pieces;
	size_t capacity, size;
	bool great; /* more of it may come */
};

struct streams {
	struct stream_choice choice;
	const struct state *state;
	struct printer *printer;
	flow_fn *tell;
	void *context;
	struct transfers *transfers;
	struct stream **all;
	size_t count, capacity;
	struct map by_id; /* of descriptions */
	struct map by_inode, by_name;
	struct map by_addresses; /* internet sockets of which both are known */
	struct map twins; /* ids of descriptions of a snapshot: a number that several may have */
	/* What the chosen descriptor stood for, by_fd: in three ways, as find() has them. */
	struct map chosen, chosen_inodes, chosen_names;
	uint64_t fd_now;                             /* what the chosen descriptor stands for */
	uint32_t root;                               /* 0: nobody was seen */
	struct waiting *waiting[STREAM_WAITING_MAX]; /* the last is told first */
	size_t waiting_count, waiting_bytes, greats;
	uint64_t over, unknown;
	const struct event *event; /* at hand */
	bool shown;
};

/* ---- stream_match.c ---- */

/* The stream that @f is of; NULL: none so far. */
struct stream *stream_find(const struct streams *x, const struct state_file *f);
/* @f is of @m: so will be what looks the same. 0 or -ENOMEM. */
int stream_learn(struct streams *x, const struct state_file *f, struct stream *m);
/* What renames make of the file of @t, which is of @m. 0 or -ENOMEM. */
int stream_name_later(struct streams *x, const struct transfer *t, struct stream *m);
/* @m may be NULL. */
bool stream_is_chosen(const struct streams *x, const struct transfer *t, const struct stream *m);
/* A snapshot was taken. 0 or -ENOMEM. */
int streams_find_twins(struct streams *x);
/* What is behind the descriptor that was asked for? 0 or -ENOMEM. */
int streams_watch_fd(struct streams *x, const struct trace_item *item);

#endif
