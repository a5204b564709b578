/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The reader: records out of a tape, one after the other, in bounded memory.
 *
 * It needs neither trailer nor seek table. Damage is not an error but a record
 * of its own, RECORD_DAMAGE: it says where and what, and reading goes on at the
 * next frame that can be read. A file that ends in the middle gives every whole
 * chunk and then RECORD_DAMAGE with `tail` set; when the recorder left a journal beside
 * it (journal.h), the events in that come in between. Everything in the file is taken
 * for hostile: all lengths are held to limits.h.
 */
#ifndef CONTAINER_READER_H
#define CONTAINER_READER_H

#include "format/batch.h"
#include "format/meta.h"

struct err;
struct trace_source;
struct trace_reader;

enum trace_record_kind {
	RECORD_HEADER,
	RECORD_SNAPSHOT,
	RECORD_BATCH,
	RECORD_TRAILER,
	RECORD_UNKNOWN, /* of a newer writer; skipped, counted by callers that care */
	RECORD_DAMAGE,
};

struct trace_damage {
	uint64_t offset; /* in the file, of the frame that is damaged or of the end */
	bool tail;       /* the file ends too early; else a damaged place inside */
	char text[256];  /* what is wrong and what is missing, for people; one line */
};

struct trace_record {
	enum trace_record_kind kind;
	uint64_t frame_offset; /* in the file, of the frame it stands in */
	bool recovered;        /* from the tape's journal, in no frame */
	union {
		struct meta_header *header;
		struct meta_snapshot *snapshot;
		struct batch *batch; /* sealed */
		struct meta_trailer *trailer;
		struct trace_damage *damage;
	};
};

/*
 * Reads the header. Refuses, in one line, what is no tape (empty, another zstd
 * file, something else) with -EBADMSG, and a tape with an unknown incompatible
 * feature with -EOPNOTSUPP. Takes over @source in any case.
 */
int trace_reader_open(struct trace_source *source, struct trace_reader **ret, struct err *err);

/*
 * The next record; the first is the header. Returns 1, 0 at the end, or -errno
 * when reading itself failed (I/O error, out of memory). What @ret points to is
 * the reader's and valid until the next call, except that a batch may be taken
 * with trace_reader_take_batch().
 */
int trace_reader_next(struct trace_reader *r, struct trace_record *ret, struct err *err);

/* Why the journal beside the tape was ignored (one line), NULL: it was not. To be asked at the
 * end. */
const char *trace_reader_journal_note(const struct trace_reader *r);

/* Goes on at a frame further on, of a source that can seek, whose first chunk has the number
 * @chunk. What is in between is not missed. */
int trace_reader_jump(struct trace_reader *r, uint64_t offset, uint64_t chunk, struct err *err);

/* Bytes that were decompressed so far. */
uint64_t trace_reader_raw(const struct trace_reader *r);

/* From the next record on chunks are read for counting only: codec_decode_outline(). */
void trace_reader_outline(struct trace_reader *r);

/* Gives the caller the batch of the last record; @empty (cleared, reusable) takes
 * its place and is the reader's from now on. */
struct batch *trace_reader_take_batch(struct trace_reader *r, struct batch *empty);

struct trace_reader *trace_reader_free(struct trace_reader *r);

#endif
