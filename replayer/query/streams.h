/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What flowed: the transfers of a tape by stream. A stream is an open file description, or
 * the two of a pipe or of a pair of sockets when both ends are on the tape: then what is written
 * at one end is told, and what is read at the other is only counted. Descriptions that the
 * recorder found open and that lead to the same pipe, socket or terminal are one stream.
 *
 * Transfers are told in the order in which their calls came back, and whole: what rec spread over
 * several events is one again, but where more waits than a limit allows.
 *
 * What goes through mapped memory is no call's. That a file is mapped for writing is told; of
 * reading only when the file was asked for by its path: most are libraries.
 */
#ifndef QUERY_STREAMS_H
#define QUERY_STREAMS_H

#include "base/buf.h"
#include "base/map.h"
#include "transfer.h"

enum {
	STREAMS_MAX = 1 << 17,           /* what is over it is not told, but counted */
	STREAM_USERS_MAX = 8,            /* named of one stream */
	STREAM_WAITING_MAX = 1 << 14,    /* transfers that wait for their turn */
	STREAM_WAITING_BYTES = 64 << 20, /* and their bytes */
};

/* One: the way from the end that `id` is of, or out of the program. Other: the opposite. */
enum stream_way { STREAM_ONE, STREAM_OTHER, STREAM_WAYS };

/* Who moved bytes. */
struct stream_user {
	uint32_t pid;
	int32_t fd;
	uint64_t file; /* state_file.id */
	bool wrote;    /* first */
};

struct stream {
	uint64_t id, other;  /* of the descriptions: state_file.id; other 0: one */
	uint8_t kind;        /* enum state_kind */
	bool file;           /* has positions */
	bool one_way;        /* a pipe */
	struct buf name;     /* as it was known last; what it stands for */
	struct buf became;   /* what its file is renamed to, when that is asked for; or empty */
	uint64_t generation; /* as renames_find() has it; 0: no path was asked for */
	uint64_t calls[STREAM_WAYS], bytes[STREAM_WAYS];
	uint64_t kept[STREAM_WAYS];      /* bytes of them that are on the tape */
	uint64_t elsewhere[STREAM_WAYS]; /* bytes that the kernel moved by itself */
	uint64_t received[STREAM_WAYS];  /* of a pair: how much of it was read */
	struct stream_user users[STREAM_USERS_MAX];
	size_t user_count, more_users;
	bool mapped; /* for writing: what was written so is on no tape */
};

enum flow_kind {
	FLOW_BYTES,
	FLOW_TRUNCATES, /* the file has `position` bytes from here on */
	FLOW_MAPS,      /* `length` bytes from `position` on are mapped: what is read there, or with
			 * `out` written, is not on the tape */
};

/* A transfer in its turn. */
struct flow {
	struct stream *stream;
	enum stream_way way;
	uint64_t file; /* state_file.id of the description */
	uint32_t pid, tid, arch;
	int32_t fd;
	bool out, elsewhere;
	uint64_t nr;        /* of the call */
	uint64_t seq, time; /* of the call's entry */
	uint64_t end_seq;
	uint64_t bytes;
	bool positioned, append;
	uint8_t kind; /* enum flow_kind; all but FLOW_BYTES have no bytes */
	uint64_t position, length;
	uint64_t generation;                 /* of the stream */
	const struct transfer_piece *pieces; /* in order of offset */
	size_t piece_count;
};

/* Which streams. Zero is all. */
struct stream_choice {
	bool by_fd;
	uint32_t pid; /* 0: the first process of the tape */
	int32_t fd;
	const char *path, *socket;
	const struct renames *renames; /* of the path; NULL: nothing is known of them */
	uint64_t id;
	bool pipes;
};

typedef int flow_fn(void *context, const struct flow *f);
struct streams;
struct printer;
struct renames;

/* Everything is borrowed. @printer says what streams are called. NULL: out of memory. */
struct streams *streams_new(const struct stream_choice *choice, const struct state *s,
			    struct printer *printer, flow_fn *tell, void *context);
struct streams *streams_free(struct streams *x);
/* An item that @s has taken last. @shown: what it moves is told. 0, -ENOMEM or what @tell gave. */
int streams_take(struct streams *x, const struct trace_item *item, bool shown);
/* Tells what still waits. */
int streams_finish(struct streams *x);
/* With *@at 0 the first, in the order in which they were first used; NULL behind the last. */
struct stream *streams_next(const struct streams *x, size_t *at);
/* Whether it is at the other end. */
bool stream_is_other(const struct stream *m, const struct stream_user *u);
/* Transfers of streams over the limit, and of descriptors that nothing is known of. */
uint64_t streams_left_out(const struct streams *x, uint64_t *ret_unknown);

#endif
