/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A bounded queue of records. A record that is no batch belongs to the reader: the thread stands
 * still until the one behind it is asked for.
 */
#include "ahead.h"

#include "base/err.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>

enum {
	QUEUE_MAX = 16,
	BYTES_MAX = 16 << 20, /* of decoded chunks in the queue, before one more */
	SPARE_MAX = QUEUE_MAX + 4,
	SPARE_BYTES_MAX = 16 << 20, /* larger ones are not kept for reuse */
	MAKE_BEHIND = 2,            /* chunks that wait: the caller has enough to do */
	MADE_MAX = 4 << 20,         /* bytes made of a chunk, before one more of its events */
	MADE_ALL_MAX = 24 << 20,    /* made of all chunks that are out, before one more */
};

/* What trace_reader_next() came to. */
struct slot {
	int result;
	struct trace_record record;
	uint64_t offset, raw;
	size_t bytes;
};

struct trace_ahead {
	struct trace_reader *reader;     /* the thread's */
	const struct trace_maker *maker; /* NULL: none; the thread's */
	pthread_t thread;

	pthread_mutex_t mutex;
	pthread_cond_t filled, emptied;
	struct slot queue[QUEUE_MAX];
	size_t head, count, bytes;
	size_t made; /* bytes, of the queue and of what the caller has */
	struct batch *spare[SPARE_MAX];
	size_t spares;
	bool lent; /* the record given last, or in the queue, is the reader's */
	bool stopped;
	struct err err; /* of the last slot */

	struct slot given; /* the caller's */
	bool over;
};

bool trace_ahead_pays(void)
{
	cpu_set_t cpus;

	return sched_getaffinity(0, sizeof(cpus), &cpus) == 0 && CPU_COUNT(&cpus) > 1;
}

/* ---- the thread ---- */

static void discard(struct batch *b)
{
	batch_done(b);
	free(b);
}

static struct batch *take_spare(struct trace_ahead *a)
{
	struct batch *b = NULL;

	pthread_mutex_lock(&a->mutex);
	if (a->spares)
		b = a->spare[--a->spares];
	pthread_mutex_unlock(&a->mutex);
	return b ? b : calloc(1, sizeof(*b));
}

/* Whether there is time to make something of a chunk that was read. Else the caller makes it, who
 * gets it the sooner. */
static bool may_make(struct trace_ahead *a)
{
	bool may;

	if (!a->maker)
		return false;
	pthread_mutex_lock(&a->mutex);
	may = a->count >= MAKE_BEHIND && a->made < MADE_ALL_MAX;
	pthread_mutex_unlock(&a->mutex);
	return may;
}

static void make(const struct trace_maker *maker, struct batch *b)
{
	if (batch_reserve_made(b) < 0)
		return;
	for (size_t i = 0; i < b->count && b->made.size < MADE_MAX; i++) {
		if (b->rows[i].kind == EVENT_CALL)
			maker->make(maker->context, &b->rows[i], &b->made);
		b->made_end[i] = b->made.size;
		b->made_rows = i + 1;
	}
	/* What is missing may be a part of an event's. */
	if (buf_error(&b->made) < 0)
		batch_forget_made(b);
}

static void read_one(struct trace_ahead *a, struct slot *ret, struct err *err)
{
	struct batch *empty;

	ret->result = trace_reader_next(a->reader, &ret->record, err);
	ret->offset = trace_reader_offset(a->reader);
	ret->raw = trace_reader_raw(a->reader);
	if (ret->result <= 0 || ret->record.kind != RECORD_BATCH)
		return;
	empty = take_spare(a);
	if (!empty) {
		ret->result = err_set(err, ENOMEM, "out of memory");
		return;
	}
	ret->record.batch = trace_reader_take_batch(a->reader, empty);
	ret->bytes = batch_footprint(ret->record.batch);
	if (batch_find_turns(ret->record.batch) < 0) {
		discard(ret->record.batch);
		ret->result = err_set(err, ENOMEM, "out of memory");
		return;
	}
	if (may_make(a))
		make(a->maker, ret->record.batch);
}

/* False: the thread is to end. */
static bool wait_for_room(struct trace_ahead *a)
{
	bool goes_on;

	pthread_mutex_lock(&a->mutex);
	while (!a->stopped && (a->lent || a->count == QUEUE_MAX || a->bytes >= BYTES_MAX))
		pthread_cond_wait(&a->emptied, &a->mutex);
	goes_on = !a->stopped;
	pthread_mutex_unlock(&a->mutex);
	return goes_on;
}

static void push(struct trace_ahead *a, const struct slot *slot, const struct err *err)
{
	pthread_mutex_lock(&a->mutex);
	a->queue[(a->head + a->count++) % QUEUE_MAX] = *slot;
	a->bytes += slot->bytes;
	if (slot->result > 0 && slot->record.kind == RECORD_BATCH)
		a->made += slot->record.batch->made.size;
	a->lent = slot->result > 0 && slot->record.kind != RECORD_BATCH;
	a->err = *err;
	pthread_cond_signal(&a->filled);
	pthread_mutex_unlock(&a->mutex);
}

static void *run(void *argument)
{
	struct trace_ahead *a = argument;
	struct slot slot = {.result = 1};
	struct err err = {0};

	while (slot.result > 0 && wait_for_room(a)) {
		slot = (struct slot){0};
		read_one(a, &slot, &err);
		push(a, &slot, &err);
	}
	return NULL;
}

/* ---- the caller ---- */

/* Signals are for others. */
static int start_thread(struct trace_ahead *a)
{
	sigset_t all, before;
	int r;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	r = pthread_create(&a->thread, NULL, run, a);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return -r;
}

int trace_ahead_start(struct trace_reader *reader, const struct trace_maker *maker,
		      struct trace_ahead **ret)
{
	struct trace_ahead *a = calloc(1, sizeof(*a));
	int r;

	if (!a)
		return -ENOMEM;
	a->reader = reader;
	a->maker = maker;
	a->given.offset = trace_reader_offset(reader);
	a->given.raw = trace_reader_raw(reader);
	pthread_mutex_init(&a->mutex, NULL);
	pthread_cond_init(&a->filled, NULL);
	pthread_cond_init(&a->emptied, NULL);
	r = start_thread(a);
	if (r < 0) {
		free(a);
		return r;
	}
	*ret = a;
	return 0;
}

int trace_ahead_next(struct trace_ahead *a, struct trace_record *ret, struct err *err)
{
	if (a->over)
		return 0;
	pthread_mutex_lock(&a->mutex);
	/* What was lent was given before, or there would be more behind it. */
	if (!a->count)
		a->lent = false;
	pthread_cond_signal(&a->emptied);
	while (!a->count)
		pthread_cond_wait(&a->filled, &a->mutex);
	a->given = a->queue[a->head];
	a->head = (a->head + 1) % QUEUE_MAX;
	a->count--;
	a->bytes -= a->given.bytes;
	if (a->given.result < 0 && err)
		*err = a->err;
	pthread_cond_signal(&a->emptied);
	pthread_mutex_unlock(&a->mutex);
	a->over = a->given.result <= 0;
	*ret = a->given.record;
	return a->given.result;
}

void trace_ahead_recycle(struct trace_ahead *a, struct batch *batch)
{
	const size_t made = batch->made.size;
	bool kept = false;

	batch_clear(batch, 0);
	pthread_mutex_lock(&a->mutex);
	a->made -= made;
	if (a->spares < SPARE_MAX && batch_capacity(batch) <= SPARE_BYTES_MAX) {
		a->spare[a->spares++] = batch;
		kept = true;
	}
	pthread_mutex_unlock(&a->mutex);
	if (!kept)
		discard(batch);
}

uint64_t trace_ahead_offset(const struct trace_ahead *a)
{
	return a->given.offset;
}

uint64_t trace_ahead_raw(const struct trace_ahead *a)
{
	return a->given.raw;
}

struct trace_ahead *trace_ahead_free(struct trace_ahead *a)
{
	if (!a)
		return NULL;
	pthread_mutex_lock(&a->mutex);
	a->stopped = true;
	pthread_cond_signal(&a->emptied);
	pthread_mutex_unlock(&a->mutex);
	pthread_join(a->thread, NULL);
	for (size_t i = 0; i < a->count; i++) {
		struct slot *slot = &a->queue[(a->head + i) % QUEUE_MAX];

		if (slot->result > 0 && slot->record.kind == RECORD_BATCH)
			discard(slot->record.batch);
	}
	for (size_t i = 0; i < a->spares; i++)
		discard(a->spare[i]);
	pthread_mutex_destroy(&a->mutex);
	pthread_cond_destroy(&a->filled);
	pthread_cond_destroy(&a->emptied);
	free(a);
	return NULL;
}
