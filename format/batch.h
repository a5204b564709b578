/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A batch: the events of one chunk, growing. The recorder adds events; a call
 * is added at its entry and completed in place at its exit as long as its batch
 * is still the open one. That is why the rows of a chunk are always in the order
 * of `seq`, and why everything in flight when a chunk is written is in it as
 * EVENT_BEGUN without anybody doing anything about it.
 *
 * The reader decodes a chunk into a batch as well. One representation, two
 * directions.
 */
#ifndef FORMAT_BATCH_H
#define FORMAT_BATCH_H

#include "event.h"

#include "base/buf.h"

/* Where the memory of a row is: `next` chains the ranges of one row. */
struct batch_memory {
	struct event_memory range; /* range.data is valid after batch_seal() */
	uint32_t next;             /* index + 1 of the row's next range, 0: none */
	size_t offset;             /* of the bytes, in the batch's bytes; SIZE_MAX: range.data is
				    * valid, in the log */
};

/*
 * Is told of everything that a batch takes in, before batch_add() and batch_finish()
 * return: a journal keeps a copy where it outlives us. What they return is where the log
 * has the bytes of the event's memory, one range behind the other; there they stay until
 * batch_clear(), so that the batch needs no copy of its own. NULL: not kept.
 */
struct batch_log {
	/* A row is going to be appended. */
	const uint8_t *(*added)(struct batch_log *log, const struct event *e);
	/* The call of @row is going to be completed in place. */
	const uint8_t *(*finished)(struct batch_log *log, uint32_t row, const struct event *end);
};

struct batch {
	uint64_t number;    /* of the chunk, from 0 */
	struct event *rows; /* in the order of seq */
	size_t count, capacity;
	size_t unknown; /* rows of kinds that this version does not know; they are not kept */
	uint64_t unknown_fields; /* of the chunk; an outline does not count them */
	struct batch_memory *ranges;
	size_t range_count, range_capacity;
	uint32_t *first_range, *last_range; /* per row: index + 1 into ranges, 0: none */
	struct event_memory *memory;        /* all ranges, row by row; filled by batch_seal */
	struct buf bytes;                   /* memory, paths, argv, siginfo */
	size_t raw_size;                    /* estimate of the encoded size */
	struct batch_log *log;              /* borrowed, survives batch_clear(); may be NULL */
	uint32_t *turns; /* rows by which calls begin and end: batch_find_turns() */
	size_t turn_count, turn_capacity;
	struct buf made;                 /* of rows while the batch waited (container/maker.h) */
	size_t *made_end;                /* per row: where what was made of it ends there */
	size_t made_rows, made_capacity; /* the first ones only */
};

/* A row of the open batch, for batch_finish(). */
struct batch_slot {
	uint64_t number; /* of the batch; UINT64_MAX: no row */
	uint32_t row;
};

/*
 * Appends a copy of @e: its memory and the strings it points to are copied too.
 * @e->seq must be greater than that of the row before. Stores where it went in
 * @ret_slot, which may be NULL. 0 or -ENOMEM (the batch is as before then).
 */
int batch_add(struct batch *b, const struct event *e, struct batch_slot *ret_slot);

/*
 * A call returned. @end is an EVENT_END (seq = end_seq = place of the exit,
 * begun_seq, ret, duration, exit memory; nr, arch and args as at entry). When
 * @slot is in this batch the row becomes an EVENT_CALL, else @end is appended.
 * 0 or -ENOMEM.
 */
int batch_finish(struct batch *b, struct batch_slot slot, const struct event *end);

/*
 * Makes the rows' pointers (memory, strings) valid: the batch must not grow
 * after this. To be called before the rows are read. 0 or -ENOMEM.
 */
int batch_seal(struct batch *b);

/* For decoders: room for so many rows, and for so many ranges in `memory`. */
int batch_reserve(struct batch *b, size_t rows, size_t ranges);

/* Finds the rows that are halves of calls, or end those that threads are in: EVENT_BEGUN,
 * EVENT_END, EVENT_EXEC, EVENT_EXIT. For whoever joins them, at a time when the rows are in the
 * caches. 0 or -ENOMEM. */
int batch_find_turns(struct batch *b);

/* Room to note what is made of each row. 0 or -ENOMEM. */
int batch_reserve_made(struct batch *b);
/* What was made of a row, with its size; NULL: nothing. */
static inline const char *batch_made(const struct batch *b, size_t row, size_t *ret_size)
{
	const size_t from = row && row < b->made_rows ? b->made_end[row - 1] : 0;

	*ret_size = row < b->made_rows ? b->made_end[row] - from : 0;
	return *ret_size ? b->made.data + from : NULL;
}
void batch_forget_made(struct batch *b);

/* Empties it for reuse under a new @number, keeping its allocations. */
void batch_clear(struct batch *b, uint64_t number);
void batch_done(struct batch *b);

/* Bytes of memory that what is in the batch takes, and that the batch has for it. The first
 * depend on nothing that was in it before, nor on what was made of it. */
size_t batch_footprint(const struct batch *b);
size_t batch_capacity(const struct batch *b);

#endif
