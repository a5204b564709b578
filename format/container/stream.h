/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The stream: the events of a tape as a person thinks of them. It holds a window
 * of decoded chunks (bounded in bytes) and joins the two halves of a call that
 * was in flight at a chunk's end, so that
 *
 *  - an EVENT_CALL comes at its entry's place, finished, or with state
 *    EVENT_NEVER when its thread ended within the window;
 *  - an EVENT_BEGUN (state EVENT_UNFINISHED) comes only for a call that outlasts
 *    the window; its EVENT_END comes later with nr, args, ip and the entry memory
 *    (up to a limit) filled in again, then the exit memory. When its thread ends
 *    instead, an EVENT_END with state EVENT_NEVER comes just before the
 *    EVENT_EXIT (or EVENT_EXEC) that ended it; at the end of the tape calls that
 *    are still open get nothing more;
 *  - EVENT_DATA comes after its call.
 */
#ifndef CONTAINER_STREAM_H
#define CONTAINER_STREAM_H

#include "maker.h"
#include "reader.h"

struct trace_stream;

enum trace_item_kind { ITEM_HEADER, ITEM_SNAPSHOT, ITEM_EVENT, ITEM_TRAILER, ITEM_DAMAGE };

struct trace_item {
	enum trace_item_kind kind;
	union {
		const struct meta_header *header;
		const struct meta_snapshot *snapshot;
		const struct event *event;
		const struct meta_trailer *trailer;
		const struct trace_damage *damage;
	};
	const char *made; /* of an event, by the options' maker: `made_size` bytes; NULL: nothing */
	size_t made_size;
};

/* Zero is the default of every field. */
struct trace_stream_options {
	size_t window;  /* bytes of decoded chunks held back; 0: 12 MiB */
	bool unordered; /* for verbs that only count: no window, halves are not joined
			 * (EVENT_END then has begun_seq, ret and duration only), and of
			 * each event there is only what codec_decode_outline() gives */
	bool outline;   /* joined and in order, but of each event there is only that */
	/*
	 * What the caller is going to pass over: events before this place or time (ns), and
	 * behind this one (0: the end). Of a file with an index most of them are not read, and
	 * whatever is wrong with the frames they are in is not found; what is given is what
	 * would be given otherwise, the trailer too. Of anything else everything is given.
	 */
	uint64_t from_seq, from_time, until_seq, until_time;
	bool one_thread; /* else a long tape is read ahead by another, where there is a CPU for it
			  */
	struct trace_maker maker; /* what that one makes of events */
};

/* Takes over @source in any case. Fails as trace_reader_open(). */
int trace_stream_open(struct trace_source *source, const struct trace_stream_options *options,
		      struct trace_stream **ret, struct err *err);
/* 1 and the next item (valid until the next call), 0 at the end, -errno. */
int trace_stream_next(struct trace_stream *s, struct trace_item *ret, struct err *err);
/* Bytes that were decompressed so far; how far into the file that is, and its size, 0: not known.
 */
uint64_t trace_stream_raw(const struct trace_stream *s);
uint64_t trace_stream_offset(const struct trace_stream *s);
uint64_t trace_stream_size(const struct trace_stream *s);
/* Records and events of kinds that this version does not know, passed over so far. */
uint64_t trace_stream_unknown(const struct trace_stream *s);
/* Fields of records and of the messages in them that this version does not know; of a stream with
 * outlines those of chunks are not counted. */
uint64_t trace_stream_unknown_fields(const struct trace_stream *s);
/* As trace_reader_journal_note(). */
const char *trace_stream_journal_note(const struct trace_stream *s);
struct trace_stream *trace_stream_free(struct trace_stream *s);

#endif
