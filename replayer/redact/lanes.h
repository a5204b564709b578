/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Streams put together from what calls moved, however little at a time, with the place on the
 * tape of each byte: what is found across several calls can be replaced in each of them.
 *
 * A lane is one direction of an open file description, or of a file by its name; where bytes
 * do not follow those before (another position in the file, bytes that are not on the tape) it
 * begins anew. Both ends of a pipe have their own.
 */
#ifndef REDACT_LANES_H
#define REDACT_LANES_H

#include "base/buf.h"
#include "replayer/query/transfer.h"
#include "token.h"

enum {
	LANES_MAX = 2048,           /* at once: the one not used for longest is forgotten */
	LANES_BYTES_MAX = 64 << 20, /* in all of them */
};

/* Memory of a call, as an event has it. */
struct place {
	uint64_t seq;     /* of the call's entry */
	uint64_t address; /* in the memory of the event */
	uint32_t pid;
	uint8_t when; /* enum event_when */
};

struct lane_piece {
	struct place place;
	size_t at; /* in the lane's text */
};

struct lane {
	uint64_t key;
	uint64_t expected; /* position of the next byte */
	bool positioned;
	bool begun;
	struct buf text; /* what is still of interest */
	struct lane_piece *pieces;
	size_t count, capacity;
	uint64_t used; /* when; for LANES_MAX */
	/* The user's own. */
	uint32_t state;
	uint8_t chain[REDACT_CHAIN_SIZE];
	const void *object;
	uint32_t pid;
	uint8_t file;   /* what its lines tell */
	uint8_t kind;   /* enum find_kind */
	uint8_t opaque; /* enum opaque_kind */
	/* What has ended where the text ends, if nothing of a word follows: name plus one, 0:
	 * nothing. */
	uint32_t word, name_state;
	size_t word_size;
};

struct lanes;

/* @end is told of a lane that goes, or begins anew. A result other than 0 is given back. */
typedef int lane_end_fn(void *context, struct lane *l);
struct lanes *lanes_new(lane_end_fn *end, void *context);
/* Tells of no lane. */
struct lanes *lanes_free(struct lanes *x);
/*
 * The lane that @t goes on with; its position is then behind @t. @ret_anew: nothing of what was
 * before has to do with it. 0, -ENOMEM, or what the function gave.
 */
int lanes_find(struct lanes *x, const struct transfer *t, struct lane **ret, bool *ret_anew);
/* Bytes behind those that there are. */
int lanes_append(struct lanes *x, struct lane *l, const struct place *place, const uint8_t *bytes,
		 size_t size);
/* The first @size bytes of the text are of no more interest. */
void lanes_drop(struct lanes *x, struct lane *l, size_t size);
/* Ends all of them. */
int lanes_end(struct lanes *x);

/* Where byte @at of the text stands, and how many from there on stand in a row. */
struct place lane_place(const struct lane *l, size_t at, size_t *ret_size);
/* The place of some bytes of an event's memory. False: they are not of it. */
bool place_of(const struct event *e, const uint8_t *bytes, struct place *ret);

#endif
