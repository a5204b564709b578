/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The bytes that a call moved between memory and a descriptor, or between two descriptors:
 * read(2), write(2), send(2), recv(2), their vectored and positioned kin, of either ABI, and
 * those that come through socketcall(2); sendfile(2), splice(2), tee(2), copy_file_range(2).
 *
 * A call tells one transfer, two when it moves bytes from one descriptor to another (then they
 * are nowhere in memory: `elsewhere`), one for each message of sendmmsg(2) and recvmmsg(2), none
 * when it failed or moved nothing, and none when it only looked (MSG_PEEK). What io_uring and
 * mapped files move is no call's, and not seen.
 *
 * The tape need not have all bytes: rec keeps so many of each buffer. And a great buffer comes
 * in several events: what is in the call's own is told with it, the rest in transfers of the
 * events behind it, which are `more` of the same.
 */
#ifndef QUERY_TRANSFER_H
#define QUERY_TRANSFER_H

#include "replayer/state/state.h"

/* A run of the caller's memory, and which byte of the transfer its first one is. */
struct transfer_span {
	uint64_t address, size, offset;
};

struct transfer {
	int32_t fd;
	bool out;       /* to the descriptor */
	bool elsewhere; /* in no memory: spans are none */
	bool more;      /* of a transfer that was told: its bytes have been counted */
	bool unmoved;   /* of transfers_given() */
	const struct state_file *file; /* what the descriptor stands for; NULL: not known */
	uint64_t seq;                  /* place of the call's entry */
	uint64_t bytes;                /* that were moved */
	bool positioned;   /* the call had a place of its own, or the description's is known */
	uint64_t position; /* in the file, of the first byte */
	struct state_address address; /* that the message was sent to, or came from; size 0: none */
	const struct transfer_span *spans;
	size_t span_count;
	const struct event *event; /* whose memory has the bytes */
};

/* Some bytes in a row, or, without data, so many that are not on the tape. */
struct transfer_piece {
	uint64_t offset; /* of the transfer */
	const uint8_t *data;
	uint64_t size;
};

struct transfers;

struct transfers *transfers_new(void);
struct transfers *transfers_free(struct transfers *t);

/* A result other than 0 ends the telling, and is given back. */
typedef int transfer_fn(void *context, const struct transfer *t);
/*
 * Tells the transfers of @e, an event that @s has taken last; @s may be NULL, then nobody knows
 * what a descriptor stands for. Everything is valid until @tell returns. 0, -ENOMEM, or what
 * @tell gave.
 */
int transfers_take(struct transfers *t, const struct state *s, const struct event *e,
		   transfer_fn *tell, void *context);

/*
 * Bytes in the memory of @e that were to be moved and were not, or not all of them, or only looked
 * at: of a call that failed, has not come back, wrote less than it was given, or had MSG_PEEK.
 * They are told as one transfer, together with those that did go; `bytes` is what was given.
 */
int transfers_given(struct transfers *t, const struct state *s, const struct event *e,
		    transfer_fn *tell, void *context);

/* The pieces in order, from *@at = {0} on; gaps are told too, but not in what is `more`. */
struct transfer_place {
	size_t span;
	uint64_t offset; /* in it */
	uint32_t range;
};
bool transfer_next(const struct transfer *t, struct transfer_place *at, struct transfer_piece *ret);

#endif
