/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Frames are decompressed piece by piece; records are cut out of what comes out as
 * soon as they are whole, so a frame that is damaged or cut further on still gives
 * what is before.
 *
 * Damage is held back until the next good record is there, because only then it is
 * known how much is missing. Resynchronising goes to the next frame of the seek table
 * if there is one, else to the next place that looks like the start of a frame; a
 * wrong guess only fails to decode, and the search goes on behind it.
 */
#include "reader.h"

#include "limits.h"
#include "recovery.h"
#include "seek.h"
#include "source.h"

#include "base/err.h"
#include "format/codec.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>
#include <zstd_errors.h>

enum {
	STEP = 128 << 10, /* decompressed bytes asked for at a time */
	INPUT = 64 << 10,
	MAGIC_SIZE = 4,
	SKIPPABLE_HEAD = 8,
	RECORD_TAG = 0x0a,
	LENGTH_MAX = 5, /* bytes of a record's length */
};

struct trace_reader {
	struct trace_source *source;
	ZSTD_DCtx *zstd;
	struct codec *codec;
	struct seek_table table;
	bool table_loaded;
	bool outline;

	struct buf raw; /* decompressed, records not yet cut out from raw_at on */
	size_t raw_at;
	bool in_frame, frame_ended;
	bool pending; /* zstd may have more to give of what it was given */
	uint64_t frame_offset;
	uint64_t decompressed;

	uint64_t next_chunk;
	bool any_record, any_header, trailer_seen, ended;

	/* Behind the end. */
	uint64_t snapshots; /* those from this place on are not on the present tape */
	uint64_t recovered; /* events */
	struct recovery *recovery;
	bool journal_sought, over;
	struct err journal_note;

	bool damaged; /* since the last good record */
	struct trace_damage damage;
	bool held; /* a record to be delivered after the damage, or after a made-up header */
	struct trace_record held_record;

	struct meta_header header;
	struct meta_snapshot snapshot;
	struct meta_trailer trailer;
	struct batch *batch;
};

/* What reading one step came to. */
enum step { STEP_AGAIN, STEP_RECORD, STEP_END, STEP_DAMAGED };

static void __attribute__((format(printf, 4, 5)))
note_damage(struct trace_reader *r, uint64_t offset, bool tail, const char *format, ...)
{
	va_list args;

	/* What follows from the first damage is not told again. */
	if (r->damaged)
		return;
	r->damaged = true;
	r->damage.offset = offset;
	r->damage.tail = tail;
	va_start(args, format);
	vsnprintf(r->damage.text, sizeof(r->damage.text), format, args);
	va_end(args);
}

static void __attribute__((format(printf, 2, 3)))
add_to_damage(struct trace_reader *r, const char *format, ...)
{
	size_t used = strlen(r->damage.text);
	va_list args;

	va_start(args, format);
	vsnprintf(r->damage.text + used, sizeof(r->damage.text) - used, format, args);
	va_end(args);
}

/* ---- bytes to records ---- */

/* The length of the record at raw_at and how many bytes say so: 1 known, 0 more bytes
 * are needed, -1 no record begins here. */
static int record_length(const struct trace_reader *r, size_t *ret_head, uint64_t *ret_length)
{
	size_t there = r->raw.size - r->raw_at;
	const uint8_t *at;
	uint64_t length = 0;

	if (!there)
		return 0;
	at = (const uint8_t *)r->raw.data + r->raw_at;
	if (at[0] != RECORD_TAG)
		return -1;
	for (size_t i = 0; i < LENGTH_MAX; i++) {
		if (1 + i >= there)
			return 0;
		length |= (uint64_t)(at[1 + i] & 0x7f) << 7 * i;
		if (at[1 + i] < 0x80) {
			*ret_head = 2 + i;
			*ret_length = length;
			return length && length <= TRACE_RECORD_MAX ? 1 : -1;
		}
	}
	return -1;
}

static int check_features(const struct meta_header *h, struct err *err)
{
	uint64_t unknown = h->incompatible & ~(uint64_t)META_INCOMPATIBLE_KNOWN;

	if (!unknown)
		return 0;
	return err_set(err, EOPNOTSUPP,
		       "written by '%.64s' with feature bit %d, which this version cannot read",
		       h->tool, __builtin_ctzll(unknown));
}

/* It is not to be told once more. */
static void pass_snapshot(struct trace_reader *r)
{
	if (r->snapshot.seq >= r->snapshots && r->snapshot.seq < UINT64_MAX)
		r->snapshots = r->snapshot.seq + 1;
}

static int decode_header(struct trace_reader *r, const void *body, size_t size, struct err *err)
{
	int result;

	meta_header_done(&r->header);
	result = codec_decode_header(body, size, &r->header, err);
	if (result < 0)
		return result;
	if (r->any_record && !r->trailer_seen)
		note_damage(r, r->frame_offset, false, "the tape before this one has no end");
	r->snapshots = 0;
	r->next_chunk = r->header.first_chunk;
	r->any_header = true;
	r->trailer_seen = false;
	return check_features(&r->header, err);
}

static int decode(struct trace_reader *r, const void *body, size_t size, struct trace_record *ret,
		  struct err *err)
{
	enum codec_kind kind;
	int result = codec_kind(body, size, &kind, err);

	if (result < 0)
		return result;
	switch (kind) {
	case CODEC_HEADER:
		ret->kind = RECORD_HEADER;
		ret->header = &r->header;
		return decode_header(r, body, size, err);
	case CODEC_SNAPSHOT:
		ret->kind = RECORD_SNAPSHOT;
		ret->snapshot = &r->snapshot;
		meta_snapshot_done(&r->snapshot);
		result = codec_decode_snapshot(body, size, &r->snapshot, err);
		pass_snapshot(r);
		return result;
	case CODEC_CHUNK:
		ret->kind = RECORD_BATCH;
		ret->batch = r->batch;
		if (r->outline)
			return codec_decode_outline(r->codec, body, size, r->batch, err);
		return codec_decode_batch(r->codec, body, size, r->batch, err);
	case CODEC_TRAILER:
		ret->kind = RECORD_TRAILER;
		ret->trailer = &r->trailer;
		meta_trailer_done(&r->trailer);
		r->trailer_seen = true;
		return codec_decode_trailer(body, size, &r->trailer, err);
	case CODEC_UNKNOWN:
		break;
	}
	ret->kind = RECORD_UNKNOWN;
	return 0;
}

static int cut_record(struct trace_reader *r, struct trace_record *ret, struct err *err)
{
	size_t head;
	uint64_t length;
	int known = record_length(r, &head, &length);
	struct err local = {0};
	int result;

	if (known < 0) {
		note_damage(r, r->frame_offset, false, "damaged frame: no record where one begins");
		return STEP_DAMAGED;
	}
	if (!known || r->raw.size - r->raw_at - head < length)
		return STEP_AGAIN;
	ret->frame_offset = r->frame_offset;
	ret->recovered = false;
	result = decode(r, r->raw.data + r->raw_at + head, (size_t)length, ret, &local);
	if (result == -EBADMSG) {
		note_damage(r, r->frame_offset, false, "damaged frame: %s", local.text);
		return STEP_DAMAGED;
	}
	if (result < 0) {
		if (err)
			*err = local;
		return result;
	}
	r->raw_at += head + (size_t)length;
	return STEP_RECORD;
}

/* ---- frames to bytes ---- */

static uint32_t magic_at(const uint8_t *at)
{
	return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 |
	       (uint32_t)at[3] << 24;
}

static bool is_skippable(uint32_t magic)
{
	return (magic & ZSTD_MAGIC_SKIPPABLE_MASK) == ZSTD_MAGIC_SKIPPABLE_START;
}

static int read_error(int64_t code, struct err *err)
{
	return err_errno(err, (int)-code, "cannot read the tape");
}

static int cut_in_table(struct trace_reader *r)
{
	note_damage(r, trace_source_offset(r->source), true, "the file ends inside its seek table");
	return STEP_DAMAGED;
}

static int skip_skippable(struct trace_reader *r, struct err *err)
{
	const uint8_t *at;
	int64_t n = trace_source_peek(r->source, SKIPPABLE_HEAD, &at);
	bool whole = n >= SKIPPABLE_HEAD;
	uint64_t left;

	if (n < 0)
		return read_error(n, err);
	left = !whole ? (uint64_t)n : SKIPPABLE_HEAD + (uint64_t)magic_at(at + 4);
	while (left) {
		size_t step;

		n = trace_source_peek(r->source, 1, &at);
		if (n < 0)
			return read_error(n, err);
		if (n == 0)
			return cut_in_table(r);
		step = (uint64_t)n < left ? (size_t)n : (size_t)left;
		trace_source_skip(r->source, step);
		left -= step;
	}
	return whole ? STEP_AGAIN : cut_in_table(r);
}

static int end_of_file(struct trace_reader *r)
{
	if (!r->trailer_seen && r->any_record)
		note_damage(r, trace_source_offset(r->source), true,
			    "the tape has no end: the recorder was killed, or is still running");
	return STEP_END;
}

static int begin_frame(struct trace_reader *r, struct err *err)
{
	const uint8_t *at;
	int64_t n = trace_source_peek(r->source, MAGIC_SIZE, &at);
	uint32_t magic;

	if (n < 0)
		return read_error(n, err);
	if (n == 0)
		return end_of_file(r);
	r->frame_offset = trace_source_offset(r->source);
	magic = n < MAGIC_SIZE ? 0 : magic_at(at);
	if (is_skippable(magic))
		return skip_skippable(r, err);
	if (magic != ZSTD_MAGICNUMBER) {
		note_damage(r, r->frame_offset, n < MAGIC_SIZE, "bytes that are no zstd frame");
		return STEP_DAMAGED;
	}
	ZSTD_DCtx_reset(r->zstd, ZSTD_reset_session_only);
	r->in_frame = true;
	r->frame_ended = false;
	r->pending = false;
	return STEP_AGAIN;
}

/* Moves what is not yet used to the front. */
static void compact(struct trace_reader *r)
{
	size_t left = r->raw.size - r->raw_at;

	if (!r->raw_at)
		return;
	memmove(r->raw.data, r->raw.data + r->raw_at, left);
	buf_truncate(&r->raw, left);
	r->raw_at = 0;
}

static int end_frame(struct trace_reader *r)
{
	r->in_frame = false;
	if (r->raw_at == r->raw.size)
		return STEP_AGAIN;
	note_damage(r, r->frame_offset, false, "damaged frame: it ends inside a record");
	return STEP_DAMAGED;
}

static int feed(struct trace_reader *r, struct err *err)
{
	const uint8_t *at;
	int64_t n = trace_source_peek(r->source, 1, &at);
	ZSTD_inBuffer in;
	ZSTD_outBuffer out;
	size_t before, left;

	if (n < 0)
		return read_error(n, err);
	/* What it holds back is asked for even when nothing follows. */
	if (n == 0 && !r->pending) {
		note_damage(r, trace_source_offset(r->source), true,
			    "the file ends inside the frame at byte %" PRIu64, r->frame_offset);
		return STEP_END;
	}
	compact(r);
	before = r->raw.size;
	in = (ZSTD_inBuffer){at, n < INPUT ? (size_t)n : INPUT, 0};
	out = (ZSTD_outBuffer){buf_extend(&r->raw, STEP), STEP, 0};
	if (!out.dst)
		return err_set(err, ENOMEM, "out of memory");
	left = ZSTD_decompressStream(r->zstd, &out, &in);
	buf_truncate(&r->raw, before + out.pos);
	/* No fault of the tape's: to go on behind it would lose what can be read. */
	if (ZSTD_getErrorCode(left) == ZSTD_error_memory_allocation)
		return err_set(err, ENOMEM, "out of memory");
	if (ZSTD_isError(left)) {
		note_damage(r, r->frame_offset, false, "damaged frame: %s",
			    ZSTD_getErrorName(left));
		return STEP_DAMAGED;
	}
	trace_source_skip(r->source, in.pos);
	r->decompressed += out.pos;
	r->frame_ended = left == 0;
	r->pending = out.pos == out.size;
	return STEP_AGAIN;
}

/* ---- behind damage ---- */

static int scan(struct trace_reader *r, struct err *err)
{
	const uint8_t *at;

	for (;;) {
		int64_t n = trace_source_peek(r->source, MAGIC_SIZE, &at), i;

		if (n < 0)
			return read_error(n, err);
		for (i = 0; i + MAGIC_SIZE <= n; i++) {
			if (magic_at(at + i) == ZSTD_MAGICNUMBER)
				break;
		}
		if (i + MAGIC_SIZE <= n) {
			trace_source_skip(r->source, (size_t)i);
			return 1;
		}
		if (n < MAGIC_SIZE) {
			trace_source_skip(r->source, (size_t)n);
			return 0;
		}
		trace_source_skip(r->source, (size_t)i);
	}
}

static void leave_frame(struct trace_reader *r)
{
	r->in_frame = false;
	r->frame_ended = false;
	r->raw_at = 0;
	buf_clear(&r->raw);
}

/* Goes to the next frame that may be whole. 1, 0 at the end of the file, -errno. */
static int resynchronise(struct trace_reader *r, struct err *err)
{
	uint64_t next = 0;
	const uint8_t *at;
	int result = 0;

	leave_frame(r);
	if (trace_source_seekable(r->source)) {
		if (!r->table_loaded && seek_table_load(r->source, &r->table) < 0)
			return err_set(err, ENOMEM, "out of memory");
		r->table_loaded = true;
		next = seek_table_after(&r->table, r->frame_offset);
		result = trace_source_seek(r->source, next ? next : r->frame_offset + 1);
		if (result < 0)
			return read_error(result, err);
	} else if (trace_source_offset(r->source) == r->frame_offset &&
		   trace_source_peek(r->source, 1, &at) > 0) {
		trace_source_skip(r->source, 1);
	}
	return next ? 1 : scan(r, err);
}

/* ---- the whole ---- */

static int step(struct trace_reader *r, struct trace_record *ret, struct err *err)
{
	int result = cut_record(r, ret, err);

	if (result != STEP_AGAIN)
		return result;
	if (r->in_frame && r->frame_ended)
		return end_frame(r);
	return r->in_frame ? feed(r, err) : begin_frame(r, err);
}

/* The next good record: 1, 0 at the end, -errno. */
static int next_good(struct trace_reader *r, struct trace_record *ret, struct err *err)
{
	for (;;) {
		int result = step(r, ret, err);

		if (result < 0)
			return result;
		if (result == STEP_RECORD)
			return 1;
		if (result == STEP_DAMAGED)
			result = resynchronise(r, err) == 0 ? STEP_END : STEP_AGAIN;
		if (result == STEP_END)
			return 0;
	}
}

/* A gap in the chunks' numbers is damage, whether or not a frame was found broken. */
static void check_number(struct trace_reader *r, const struct trace_record *record)
{
	uint64_t number;

	if (record->kind != RECORD_BATCH)
		return;
	number = record->batch->number;
	if (number > r->next_chunk) {
		note_damage(r, record->frame_offset, false, "chunks are missing");
		add_to_damage(r, " (%" PRIu64 " chunk%s lost)", number - r->next_chunk,
			      number - r->next_chunk == 1 ? "" : "s");
	} else if (number < r->next_chunk) {
		note_damage(r, record->frame_offset, false,
			    "chunk %" PRIu64 " stands where chunk %" PRIu64
			    " should: perhaps of another tape, whose header is lost",
			    number, r->next_chunk);
	}
	r->next_chunk = number + 1;
}

static int deliver_damage(struct trace_reader *r, struct trace_record *ret)
{
	r->damaged = false;
	*ret = (struct trace_record){.kind = RECORD_DAMAGE, .frame_offset = r->damage.offset};
	ret->damage = &r->damage;
	return 1;
}

/* Hands a good record out, behind the damage that is before it. */
static int deliver(struct trace_reader *r, struct trace_record *ret)
{
	check_number(r, ret);
	if (!r->damaged)
		return 1;
	r->held = true;
	r->held_record = *ret;
	return deliver_damage(r, ret);
}

/* ---- behind the end of the file ---- */

/* A tape that was torn and has a journal is cut off for nobody: what is missing of its
 * last chunk is in there. */
static int seek_journal(struct trace_reader *r, struct err *err)
{
	int fd = trace_source_take_journal(r->source), result;

	r->journal_sought = true;
	/* The reason for ending where it does. */
	if (fd == -EBUSY && !r->trailer_seen && r->damage.tail)
		r->damaged = false;
	if (fd == -EBUSY && !r->trailer_seen)
		note_damage(r, trace_source_offset(r->source), true,
			    "the tape has no end yet: it is being recorded");
	if (fd < 0)
		return 0;
	result = recovery_open(fd, r->header.uuid, &r->recovery, &r->journal_note);
	if (result == -ENOMEM)
		return err_set(err, ENOMEM, "out of memory");
	if (result == 0 && r->trailer_seen)
		r->recovery = recovery_free(r->recovery);
	if (r->recovery && r->damage.tail)
		r->damaged = false;
	return 0;
}

/* The next record of the journal: 1, 0 when there is none, -errno. */
static int next_recovered(struct trace_reader *r, struct trace_record *ret, struct err *err)
{
	int kind = RECOVERY_END;

	if (r->recovery)
		kind = recovery_next(r->recovery, r->next_chunk, r->snapshots, r->batch,
				     &r->snapshot);
	if (kind < 0)
		return err_set(err, ENOMEM, "out of memory");
	if (kind == RECOVERY_END)
		return 0;
	*ret = (struct trace_record){.frame_offset = trace_source_offset(r->source),
				     .recovered = true};
	if (kind == RECOVERY_SNAPSHOT) {
		pass_snapshot(r);
		ret->kind = RECORD_SNAPSHOT;
		ret->snapshot = &r->snapshot;
	} else {
		r->recovered += r->batch->count;
		ret->kind = RECORD_BATCH;
		ret->batch = r->batch;
	}
	return 1;
}

static void note_end(struct trace_reader *r)
{
	const char *damage = r->recovery ? recovery_damage(r->recovery) : NULL;

	if (r->recovery)
		note_damage(r, trace_source_offset(r->source), true,
			    "the tape has no end: the recorder was killed; %" PRIu64
			    " event%s recovered from its journal",
			    r->recovered, r->recovered == 1 ? "" : "s");
	if (damage)
		add_to_damage(r, "; %s", damage);
	end_of_file(r);
}

static int behind_end(struct trace_reader *r, struct trace_record *ret, struct err *err)
{
	int result = r->journal_sought ? 0 : seek_journal(r, err);

	if (result == 0)
		result = next_recovered(r, ret, err);
	if (result > 0)
		return deliver(r, ret);
	if (result < 0)
		return result;
	r->over = true;
	note_end(r);
	return r->damaged ? deliver_damage(r, ret) : 0;
}

int trace_reader_next(struct trace_reader *r, struct trace_record *ret, struct err *err)
{
	int result;

	if (r->held && !r->damaged) {
		r->held = false;
		*ret = r->held_record;
		return 1;
	}
	if (r->held)
		return deliver_damage(r, ret);
	if (r->over)
		return 0;
	if (!r->ended) {
		result = next_good(r, ret, err);
		if (result < 0)
			return result;
		r->any_record |= result > 0;
		if (result > 0)
			return deliver(r, ret);
		r->ended = true;
	}
	return behind_end(r, ret, err);
}

/* The beginning decides whether this is a tape at all. */
static int look_at_start(struct trace_reader *r, struct err *err)
{
	const uint8_t *at;
	int64_t n = trace_source_peek(r->source, MAGIC_SIZE, &at);

	if (n < 0)
		return read_error(n, err);
	if (n == 0)
		return err_set(err, EBADMSG, "the file is empty, not a systape tape");
	if (n < MAGIC_SIZE || (magic_at(at) != ZSTD_MAGICNUMBER && !is_skippable(magic_at(at))))
		return err_set(err, EBADMSG, "not a systape tape");
	return 0;
}

/* Records without a header, because its frame is damaged, are a tape all the same:
 * with an empty header. */
static int first_record(struct trace_reader *r, struct err *err)
{
	int result = next_good(r, &r->held_record, err);

	if (result < 0)
		return result;
	if (result == 0 && r->damage.tail)
		return err_set(err, EBADMSG,
			       "cut off before its first record ends, or not a systape tape");
	if (result == 0)
		return err_set(err, EBADMSG, "a zstd file, but not a systape tape");
	r->any_record = true;
	r->held = true;
	if (r->any_header)
		return 0;
	note_damage(r, 0, false, "the header is missing");
	check_number(r, &r->held_record);
	return 0;
}

static int set_up(struct trace_reader *r)
{
	r->zstd = ZSTD_createDCtx();
	r->codec = codec_new();
	r->batch = calloc(1, sizeof(*r->batch));
	if (!r->zstd || !r->codec || !r->batch)
		return -ENOMEM;
	ZSTD_DCtx_setParameter(r->zstd, ZSTD_d_windowLogMax, TRACE_WINDOW_LOG_MAX);
	return 0;
}

int trace_reader_open(struct trace_source *source, struct trace_reader **ret, struct err *err)
{
	struct trace_reader *r = calloc(1, sizeof(*r));
	int result;

	if (!r) {
		trace_source_free(source);
		return err_set(err, ENOMEM, "out of memory");
	}
	r->source = source;
	result = set_up(r) < 0 ? err_set(err, ENOMEM, "out of memory") : look_at_start(r, err);
	if (result == 0)
		result = first_record(r, err);
	if (result < 0) {
		trace_reader_free(r);
		return result;
	}
	*ret = r;
	return 0;
}

const char *trace_reader_journal_note(const struct trace_reader *r)
{
	return r->journal_note.code ? r->journal_note.text : NULL;
}

void trace_reader_outline(struct trace_reader *r)
{
	r->outline = true;
}

int trace_reader_jump(struct trace_reader *r, uint64_t offset, uint64_t chunk, struct err *err)
{
	int result = trace_source_seek(r->source, offset);

	if (result < 0)
		return read_error(result, err);
	leave_frame(r);
	r->next_chunk = chunk;
	return 0;
}

uint64_t trace_reader_raw(const struct trace_reader *r)
{
	return r->decompressed;
}

uint64_t trace_reader_offset(const struct trace_reader *r)
{
	return trace_source_offset(r->source);
}

uint64_t trace_reader_size(const struct trace_reader *r)
{
	return trace_source_size(r->source);
}

struct batch *trace_reader_take_batch(struct trace_reader *r, struct batch *empty)
{
	struct batch *full = r->batch;

	r->batch = empty;
	return full;
}

struct trace_reader *trace_reader_free(struct trace_reader *r)
{
	if (!r)
		return NULL;
	trace_source_free(r->source);
	recovery_free(r->recovery);
	ZSTD_freeDCtx(r->zstd);
	codec_free(r->codec);
	seek_table_done(&r->table);
	buf_done(&r->raw);
	meta_header_done(&r->header);
	meta_snapshot_done(&r->snapshot);
	meta_trailer_done(&r->trailer);
	if (r->batch)
		batch_done(r->batch);
	free(r->batch);
	free(r);
	return NULL;
}
