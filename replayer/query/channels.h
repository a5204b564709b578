/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pipes, and pairs of sockets without addresses: which processes wrote at one end and which
 * read at the other, how much. An end that is not on the tape (a pipe that was inherited from
 * outside) has nobody.
 */
#ifndef QUERY_CHANNELS_H
#define QUERY_CHANNELS_H

#include "actors.h"
#include "transfer.h"

enum { CHANNELS_MAX = 1 << 14 };

/* What was written at one end and read at the other. */
struct channel_way {
	struct actors writers, readers;
	uint64_t writes, written, reads, read;
	uint64_t broken; /* writes that failed: all readers were gone (EPIPE) */
};

struct channel {
	bool pipe;
	uint64_t first_id; /* of the description that is end 0 */
	uint64_t inode;    /* 0: not known */
	/* From end 1 to end 0; a pair of sockets has the other one, too. */
	struct channel_way way[2];
	uint64_t first_time;
};

struct channels {
	struct channel *list;
	size_t count, capacity;
	uint64_t beyond;     /* transfers without room */
	struct map by_id;    /* of both descriptions: index + 1 */
	struct map by_inode; /* of pipes whose other end is not known */
};

/* Whether a description is an end of one. */
bool channel_is(const struct state_file *f);
/* Nothing went there, nor was tried to. */
bool channel_way_is_unused(const struct channel_way *w);
/* 0 or -ENOMEM. */
int channels_take(struct channels *c, const struct transfer *t, uint32_t actor, uint64_t time);
/* A write at the end @f failed with EPIPE. 0 or -ENOMEM. */
int channels_break(struct channels *c, const struct state_file *f, uint32_t actor, uint64_t time);
void channels_done(struct channels *c);

#endif
