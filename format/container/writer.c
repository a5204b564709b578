/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two threads and a queue of batches between them. Batches are recycled: at most
 * `queue` wait, one is open and one is being written, so the memory of the writer is
 * bounded whatever the program does.
 *
 * After a write error the thread goes on taking batches and counts what it drops:
 * the recorder must never wait for a disk that will not come back.
 */
#include "writer.h"

#include "journal.h"
#include "limits.h"
#include "output.h"

#include "base/clock.h"
#include "base/err.h"
#include "format/codec.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { QUEUE_DEFAULT = 4, SNAPSHOTS_MAX = 64, TURNS_MAX = 2 };

/* It comes in front of the batch of that number. */
struct waiting_turn {
	struct trace_turn turn;
	uint64_t number;
};

struct trace_writer {
	struct trace_writer_options options;
	pthread_mutex_t mutex;
	pthread_cond_t work, room;
	pthread_t thread;
	bool started, finishing;

	/* under the mutex */
	struct batch *open;
	uint64_t open_since;  /* ns, when its first row came; 0: it is empty */
	struct batch **queue; /* oldest first */
	size_t queued;
	struct batch **spare;
	size_t spares;
	uint64_t next_number;
	struct meta_snapshot *snapshots[SNAPSHOTS_MAX];
	size_t snapshot_count;
	uint64_t *since;         /* of each in the queue: when its first row came */
	uint64_t writing_since;  /* the same of the one that is being written; 0: none is */
	struct journal *journal; /* NULL: none */
	size_t batches;          /* that there are */
	struct err journal_error;
	struct waiting_turn *turns[TURNS_MAX]; /* oldest first */
	size_t turn_count;
	bool waited; /* the recorder had to */
	bool forget; /* a ring need not be written at the end */
	atomic_bool wants_turn;
	atomic_uint_fast64_t size; /* bytes written */

	/* the thread's own, everybody's once it has been joined */
	struct codec *codec;
	struct output *output;
	struct buf record;
	uint64_t chunks, lost, snapshots_left_out;
	struct err error; /* under the mutex */
};

/* ---- the recorder's side ---- */

/* A batch that is empty and open; NULL when out of memory. */
static struct batch *fresh(struct trace_writer *w)
{
	struct batch *b = w->spares ? w->spare[--w->spares] : calloc(1, sizeof(*b));

	if (!b)
		return NULL;
	batch_clear(b, w->next_number++);
	if (!b->log && w->journal)
		b->log = journal_log(w->journal, w->batches++);
	journal_begin(b->log, b->number);
	return b;
}

/* Moves the open batch into the queue, which has room. False when there is no memory
 * for another one: then it stays open and grows. */
static bool hand_over(struct trace_writer *w)
{
	struct batch *next = fresh(w);

	if (!next) {
		w->next_number--;
		return false;
	}
	w->since[w->queued] = w->open_since;
	w->queue[w->queued++] = w->open;
	w->open = next;
	w->open_since = 0;
	pthread_cond_signal(&w->work);
	return true;
}

struct batch *trace_writer_lock(struct trace_writer *w)
{
	pthread_mutex_lock(&w->mutex);
	return w->open;
}

static bool is_full(const struct trace_writer *w)
{
	return w->open->raw_size >= w->options.chunk_size || journal_is_full(w->open->log);
}

/* Whether something waits for the thread that should be in the file by now, and would be
 * lost if we were killed. */
static bool is_late(const struct trace_writer *w)
{
	uint64_t since = w->writing_since;

	if (!since && w->queued)
		since = w->since[0];
	if (!since || w->options.ring_size || (w->journal && !w->journal_error.code))
		return false;
	return clock_now() - since > w->options.flush_ms * UINT64_C(1000000);
}

static void wait_for_thread(struct trace_writer *w)
{
	w->waited = true;
	pthread_cond_wait(&w->room, &w->mutex);
}

static void wait_for_room(struct trace_writer *w)
{
	while (w->queued == w->options.queue)
		wait_for_thread(w);
}

void trace_writer_unlock(struct trace_writer *w)
{
	if (w->open->count && !w->open_since) {
		w->open_since = clock_now();
		pthread_cond_signal(&w->work);
	}
	if (w->journal && !w->journal_error.code)
		journal_error(w->journal, &w->journal_error);
	while (is_late(w))
		wait_for_thread(w);
	if (is_full(w)) {
		wait_for_room(w);
		/* The thread may have taken it while we waited. */
		if (is_full(w))
			hand_over(w);
	}
	pthread_mutex_unlock(&w->mutex);
}

/* One that does not fit must wait for its place on the tape no longer than it has to. */
static void keep_snapshot(struct trace_writer *w, const struct meta_snapshot *snapshot)
{
	struct buf record = {0};

	if (!w->journal || w->journal_error.code)
		return;
	if (codec_encode_snapshot(snapshot, &record) == 0 &&
	    !journal_keep_snapshot(w->open->log, snapshot->seq, &record) && w->open->count) {
		w->open_since = 1;
		pthread_cond_signal(&w->work);
	}
	buf_done(&record);
}

int trace_writer_snapshot(struct trace_writer *w, struct meta_snapshot *snapshot)
{
	struct meta_snapshot *own = malloc(sizeof(*own));

	if (!own)
		return -ENOMEM;
	pthread_mutex_lock(&w->mutex);
	while (w->snapshot_count == SNAPSHOTS_MAX)
		pthread_cond_wait(&w->room, &w->mutex);
	keep_snapshot(w, snapshot);
	*own = *snapshot;
	*snapshot = (struct meta_snapshot){0};
	w->snapshots[w->snapshot_count++] = own;
	pthread_mutex_unlock(&w->mutex);
	return 0;
}

bool trace_writer_wants_turn(struct trace_writer *w)
{
	return atomic_load_explicit(&w->wants_turn, memory_order_relaxed);
}

uint64_t trace_writer_size(struct trace_writer *w)
{
	return atomic_load_explicit(&w->size, memory_order_relaxed);
}

void trace_writer_forget(struct trace_writer *w)
{
	pthread_mutex_lock(&w->mutex);
	w->forget = true;
	pthread_mutex_unlock(&w->mutex);
}

int trace_writer_turn(struct trace_writer *w, struct trace_turn *turn)
{
	struct waiting_turn *own = malloc(sizeof(*own));

	if (!own)
		return -ENOMEM;
	pthread_mutex_lock(&w->mutex);
	while (w->turn_count == TURNS_MAX)
		pthread_cond_wait(&w->room, &w->mutex);
	wait_for_room(w);
	/* Without memory for another batch its events come behind the turn: the state that the
	 * turn brings is then a little newer than they are. */
	if (w->open->count)
		hand_over(w);
	own->turn = *turn;
	own->number = w->open->number;
	*turn = (struct trace_turn){0};
	w->turns[w->turn_count++] = own;
	atomic_store(&w->wants_turn, false);
	pthread_cond_signal(&w->work);
	pthread_mutex_unlock(&w->mutex);
	return 0;
}

int trace_writer_error(struct trace_writer *w, struct err *err)
{
	int code;

	pthread_mutex_lock(&w->mutex);
	code = w->error.code;
	if (code && err)
		*err = w->error;
	pthread_mutex_unlock(&w->mutex);
	return code;
}

/* ---- the thread ---- */

static void fail(struct trace_writer *w, const struct err *err)
{
	pthread_mutex_lock(&w->mutex);
	if (!w->error.code)
		w->error = *err;
	pthread_mutex_unlock(&w->mutex);
}

static bool failed(struct trace_writer *w)
{
	return trace_writer_error(w, NULL) != 0;
}

/* Writes what is in w->record. */
static int put(struct trace_writer *w, int encoded, const struct batch *batch, bool whole)
{
	struct err err = {0};
	int r = encoded;

	if (r < 0)
		err_errno(&err, -r, "cannot encode a record of the tape");
	else
		r = output_put(w->output, &w->record, batch, whole, &err);
	if (r < 0)
		fail(w, &err);
	buf_clear(&w->record);
	atomic_store(&w->size, output_compressed(w->output));
	return r;
}

/* One that is too large for a record becomes several, with some of the processes each. A
 * single process that is too large must not end the recording: it is left out. */
static int encode_snapshot(struct trace_writer *w, const struct meta_snapshot *snapshot)
{
	struct meta_snapshot half = *snapshot;
	int r = codec_encode_snapshot(snapshot, &w->record);

	if (r != -E2BIG)
		return r;
	if (snapshot->process_count < 2) {
		w->snapshots_left_out++;
		return 0;
	}
	half.process_count /= 2;
	r = encode_snapshot(w, &half);
	if (r < 0)
		return r;
	half.processes += half.process_count;
	half.process_count = snapshot->process_count - half.process_count;
	return encode_snapshot(w, &half);
}

/* Encodes the snapshots that wait; they go into the file in front of the next chunk. */
static int encode_snapshots(struct trace_writer *w, struct meta_snapshot **snapshots, size_t count)
{
	int r = 0;

	for (size_t i = 0; i < count; i++) {
		if (r == 0)
			r = encode_snapshot(w, snapshots[i]);
		meta_snapshot_done(snapshots[i]);
		free(snapshots[i]);
	}
	return r;
}

static void write_batch(struct trace_writer *w, struct batch *b, int encoded, bool last)
{
	int r = -EIO;

	if (!failed(w)) {
		r = encoded < 0 ? encoded : batch_seal(b);
		if (r == 0)
			r = codec_encode_batch(w->codec, b, &w->record);
		r = put(w, r, b, last && !w->chunks);
	}
	if (r < 0)
		w->lost += b->count;
	else
		w->chunks++;
}

static void take_open_if_due(struct trace_writer *w)
{
	uint64_t age = w->open_since ? clock_now() - w->open_since : 0;

	if (!w->queued && w->open->count &&
	    (w->finishing || age >= w->options.flush_ms * UINT64_C(1000000)))
		hand_over(w);
}

/* Until a batch is in the queue, or the open one is due. */
static void wait_for_work(struct trace_writer *w)
{
	uint64_t since = w->open_since ? w->open_since : clock_now();
	uint64_t until = since + w->options.flush_ms * UINT64_C(1000000);
	struct timespec t = {(time_t)(until / 1000000000), (long)(until % 1000000000)};

	pthread_cond_timedwait(&w->work, &w->mutex, &t);
}

/* Called with the mutex held. Returns how many there were. */
static size_t take_snapshots(struct trace_writer *w, struct meta_snapshot **ret)
{
	size_t count = w->snapshot_count;

	memcpy(ret, w->snapshots, count * sizeof(ret[0]));
	w->snapshot_count = 0;
	return count;
}

/* Called with the mutex held; gives it up while it writes. */
static void do_batch(struct trace_writer *w)
{
	struct meta_snapshot *snapshots[SNAPSHOTS_MAX];
	size_t count = take_snapshots(w, snapshots);
	struct batch *b = w->queue[0];
	bool last;

	w->writing_since = w->since[0];
	for (size_t i = 1; i < w->queued; i++) {
		w->queue[i - 1] = w->queue[i];
		w->since[i - 1] = w->since[i];
	}
	w->queued--;
	last = w->finishing && !w->queued && !w->open->count;
	if (w->waited)
		output_hurry(w->output);
	w->waited = false;
	pthread_cond_broadcast(&w->room);
	pthread_mutex_unlock(&w->mutex);
	write_batch(w, b, encode_snapshots(w, snapshots, count), last);
	pthread_mutex_lock(&w->mutex);
	w->spare[w->spares++] = b;
	w->writing_since = 0;
	/* Not again before the last one has come. */
	if (!w->turn_count && !w->error.code && output_wants_turn(w->output))
		atomic_store(&w->wants_turn, true);
	pthread_cond_broadcast(&w->room);
}

static bool turn_is_due(const struct trace_writer *w)
{
	uint64_t next = w->queued ? w->queue[0]->number : w->open->number;

	return w->turn_count && w->turns[0]->number <= next;
}

static void free_turn(struct waiting_turn *t)
{
	meta_snapshot_done(&t->turn.snapshot);
	meta_trailer_done(&t->turn.so_far);
	free(t);
}

static int add_notes(struct trace_writer *w, struct meta_trailer *trailer)
{
	int r = 0;

	journal_error(w->journal, &w->journal_error);
	if (w->snapshots_left_out)
		r = meta_add_note(trailer, SIZE_MAX,
				  "%" PRIu64 " snapshots were too large for the tape",
				  w->snapshots_left_out);
	if (r == 0 && w->journal_error.code)
		r = meta_add_note(trailer, SIZE_MAX, "recorded without a journal: %s",
				  err_text(&w->journal_error));
	return r;
}

static void move_journal(struct trace_writer *w)
{
	pthread_mutex_lock(&w->mutex);
	if (w->journal)
		journal_move(w->journal, output_journal(w->output), output_uuid(w->output));
	pthread_mutex_unlock(&w->mutex);
}

/* The journal goes along when the next part can take what is in it, and before the present one
 * has an end: with that a reader would not look for it. */
static int turn_over(struct trace_writer *w, const struct trace_turn *turn, struct err *err)
{
	struct err end = {0};
	int r = encode_snapshot(w, &turn->snapshot), ended;

	if (r < 0)
		return err_errno(err, -r, "cannot encode a record of the tape");
	r = output_prepare(w->output, &w->record, err);
	if (r == 0 && w->options.part_size)
		move_journal(w);
	ended = output_turn(w->output, turn, &w->record, &end);
	if (r == 0 && ended < 0)
		*err = end;
	return r < 0 ? r : ended;
}

static void write_turn(struct trace_writer *w, struct trace_turn *turn)
{
	struct err err = {0};
	int noted;

	pthread_mutex_lock(&w->mutex);
	noted = add_notes(w, &turn->so_far);
	pthread_mutex_unlock(&w->mutex);
	if (noted < 0)
		err_set(&err, ENOMEM, "out of memory");
	else
		turn_over(w, turn, &err);
	if (err.code)
		fail(w, &err);
	buf_clear(&w->record);
	atomic_store(&w->size, output_compressed(w->output));
}

/* Called with the mutex held; gives it up while it writes. */
static void do_turn(struct trace_writer *w)
{
	struct meta_snapshot *snapshots[SNAPSHOTS_MAX];
	size_t count = take_snapshots(w, snapshots);
	struct waiting_turn *t = w->turns[0];
	int encoded;

	pthread_mutex_unlock(&w->mutex);
	encoded = encode_snapshots(w, snapshots, count);
	/* They are of the time before the turn. */
	if (count && !failed(w))
		put(w, encoded, NULL, false);
	if (!failed(w))
		write_turn(w, &t->turn);
	free_turn(t);
	pthread_mutex_lock(&w->mutex);
	for (size_t i = 1; i < w->turn_count; i++)
		w->turns[i - 1] = w->turns[i];
	w->turn_count--;
	pthread_cond_broadcast(&w->room);
}

static void *serve(void *context)
{
	struct trace_writer *w = context;

	pthread_mutex_lock(&w->mutex);
	for (;;) {
		take_open_if_due(w);
		if (turn_is_due(w))
			do_turn(w);
		else if (w->queued)
			do_batch(w);
		else if (w->finishing)
			break;
		else
			wait_for_work(w);
	}
	pthread_mutex_unlock(&w->mutex);
	return NULL;
}

/* ---- beginning and end ---- */

static void set_defaults(struct trace_writer_options *o)
{
	o->queue = o->queue ? o->queue : QUEUE_DEFAULT;
	o->chunk_size = o->chunk_size ? o->chunk_size : TRACE_CHUNK_SIZE;
	o->frame_size = o->frame_size ? o->frame_size : TRACE_FRAME_SIZE;
	o->flush_ms = o->flush_ms ? o->flush_ms : TRACE_FLUSH_MS;
}

static int allocate(struct trace_writer *w)
{
	pthread_condattr_t attributes;

	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_mutex_init(&w->mutex, NULL);
	pthread_cond_init(&w->work, &attributes);
	pthread_cond_init(&w->room, NULL);
	pthread_condattr_destroy(&attributes);
	w->codec = codec_new();
	/* One more than wait: the one that is being written comes back as spare. */
	w->queue = calloc(w->options.queue + 1, sizeof(struct batch *));
	w->spare = calloc(w->options.queue + 2, sizeof(struct batch *));
	w->since = calloc(w->options.queue + 1, sizeof(*w->since));
	if (!w->codec || !w->queue || !w->spare || !w->since)
		return -ENOMEM;
	w->open = fresh(w);
	return w->open ? 0 : -ENOMEM;
}

/* Without one recording goes on, and the trailer has a note. */
static void open_journal(struct trace_writer *w)
{
	const char *name = output_journal(w->output);
	const uint8_t *uuid = output_uuid(w->output);
	/* Those that wait, the one that is open and the one that is being written. */
	size_t batches = w->options.queue + 2;

	if (!name || journal_create(name, uuid, batches, &w->journal, &w->journal_error) < 0)
		return;
	w->open->log = journal_log(w->journal, w->batches++);
	journal_begin(w->open->log, w->open->number);
}

/* The signals of the process are for other threads. */
static int start_thread(struct trace_writer *w)
{
	sigset_t all, old;
	int r;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	r = pthread_create(&w->thread, NULL, serve, w);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	w->started = r == 0;
	return -r;
}

int trace_writer_start(const struct trace_writer_options *options, const struct meta_header *header,
		       struct trace_writer **ret, struct err *err)
{
	struct trace_writer *w = calloc(1, sizeof(*w));
	int r;

	if (!w)
		return err_set(err, ENOMEM, "out of memory");
	w->options = *options;
	set_defaults(&w->options);
	r = allocate(w);
	if (r < 0)
		err_set(err, ENOMEM, "out of memory");
	else
		r = output_new(&w->options, header, &w->output, err);
	if (r == 0) {
		open_journal(w);
		r = start_thread(w);
		if (r < 0)
			err_errno(err, -r, "cannot start a thread");
	}
	if (r < 0) {
		trace_writer_free(w);
		return r;
	}
	*ret = w;
	return 0;
}

static void join(struct trace_writer *w)
{
	if (!w->started)
		return;
	pthread_mutex_lock(&w->mutex);
	w->finishing = true;
	pthread_cond_signal(&w->work);
	pthread_mutex_unlock(&w->mutex);
	pthread_join(w->thread, NULL);
	w->started = false;
}

static size_t take_count(size_t *count)
{
	size_t taken = *count;

	*count = 0;
	return taken;
}

static void write_trailer(struct trace_writer *w, struct meta_trailer *trailer)
{
	if (add_notes(w, trailer) < 0) {
		err_set(&w->error, ENOMEM, "out of memory");
		return;
	}
	trailer->lost += w->lost;
	output_finish(w->output, trailer, !w->forget, &w->error);
}

/* Snapshots without a chunk behind them, and the batch that stayed open because there was no
 * memory for the next one. */
static void write_left_over(struct trace_writer *w)
{
	int r = 0;

	if (!w->error.code && w->snapshot_count)
		r = encode_snapshots(w, w->snapshots, take_count(&w->snapshot_count));
	if (w->open->count)
		write_batch(w, w->open, r, false);
	else if (r < 0 || w->record.size)
		put(w, r, NULL, false);
}

int trace_writer_finish(struct trace_writer *w, struct meta_trailer *trailer,
			struct trace_writer_totals *ret_totals, struct err *err)
{
	join(w);
	write_left_over(w);
	if (!w->error.code)
		write_trailer(w, trailer);
	w->journal = journal_free(w->journal);
	*ret_totals = (struct trace_writer_totals){
		.raw = output_raw(w->output),
		.compressed = output_compressed(w->output),
		.chunks = w->chunks,
		.frames = output_frames(w->output),
		.lost = w->lost,
		.files = output_files(w->output),
	};
	if (w->error.code && err)
		*err = w->error;
	return w->error.code;
}

static void free_batch(struct batch *b)
{
	batch_done(b);
	free(b);
}

struct trace_writer *trace_writer_free(struct trace_writer *w)
{
	if (!w)
		return NULL;
	join(w);
	encode_snapshots(w, w->snapshots, w->snapshot_count);
	for (size_t i = 0; i < w->turn_count; i++)
		free_turn(w->turns[i]);
	for (size_t i = 0; i < w->queued; i++)
		free_batch(w->queue[i]);
	for (size_t i = 0; i < w->spares; i++)
		free_batch(w->spare[i]);
	if (w->open)
		free_batch(w->open);
	free(w->queue);
	free(w->spare);
	free(w->since);
	journal_free(w->journal);
	codec_free(w->codec);
	output_free(w->output);
	buf_done(&w->record);
	pthread_cond_destroy(&w->work);
	pthread_cond_destroy(&w->room);
	pthread_mutex_destroy(&w->mutex);
	free(w);
	return NULL;
}
