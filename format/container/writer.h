/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The writer: takes events from the recorder, owns a thread that encodes,
 * compresses and writes them.
 *
 * Events go into the open batch, under the writer's lock. When the batch holds
 * about TRACE_CHUNK_SIZE it is handed to the thread through a bounded queue; when
 * the queue is full trace_writer_unlock() waits, so that a slow disk slows the
 * traced program instead of losing events or growing memory. An open batch that
 * is TRACE_FLUSH_MS old is taken by the thread itself, so what happened reaches
 * the file while the program sleeps. When the thread is behind by more than that
 * trace_writer_unlock() waits as well, unless there is a journal (journal.h): then
 * nothing of what waits can be lost.
 *
 * A write error does not stop the recorder: from then on events are counted and
 * dropped, the file stays as it is (readable to its last whole chunk), and
 * trace_writer_error() says what happened.
 */
#ifndef CONTAINER_WRITER_H
#define CONTAINER_WRITER_H

#include "format/batch.h"
#include "format/meta.h"

struct err;
struct trace_writer;

/*
 * A recording may become several tapes: parts, or what is in a ring when somebody wants to
 * see it. Each begins with the state of the world, which only the recorder can look at:
 * trace_writer_wants_turn() says when it is time, and trace_writer_turn() brings it.
 */
struct trace_turn {
	struct meta_snapshot snapshot; /* the world now */
	struct meta_trailer so_far;    /* what a trailer would say if this were the end */
	uint64_t processes, threads;   /* alive */
	bool write;                    /* a ring is to be written now */
};

/* Zero is the default of every field but the fd. */
struct trace_writer_options {
	int fd;       /* open for writing, stays the caller's; need not be seekable */
	int level;    /* zstd level; 0: by itself, about 7 or, when the recorder must wait, 1 */
	size_t queue; /* batches waiting for the thread at most; 0: 4 */
	size_t chunk_size;   /* 0: TRACE_CHUNK_SIZE */
	size_t frame_size;   /* 0: TRACE_FRAME_SIZE */
	unsigned flush_ms;   /* 0: TRACE_FLUSH_MS */
	const char *journal; /* of the fd, the file to keep it in; NULL: none */
	/* Instead of the fd, one of: */
	uint64_t part_size; /* bytes of a file after which the next one begins; 0: no parts */
	uint64_t ring_size; /* bytes kept in memory; 0: no ring */
	/* Opens file @number, from 0; it is closed by the writer. Its journal's name, malloc'd,
	 * goes into @ret_journal (NULL: it has none). A fd or -errno. The part before is still
	 * open, and must not be touched. */
	int (*open)(void *context, unsigned number, char **ret_journal, struct err *err);
	void *open_context;
};

/* What a tape weighs; valid after trace_writer_finish(). */
struct trace_writer_totals {
	uint64_t raw, compressed; /* bytes */
	uint64_t chunks, frames;
	uint64_t lost;  /* events dropped after a write error */
	unsigned files; /* tapes that were begun */
};

/* Writes the header frame and starts the thread. 0 or -errno. */
int trace_writer_start(const struct trace_writer_options *options, const struct meta_header *header,
		       struct trace_writer **ret, struct err *err);

/* Takes the lock; returns the open batch, to be used until the unlock. Never NULL. */
struct batch *trace_writer_lock(struct trace_writer *w);
/* Releases the lock, handing the batch on when it is full. May wait for the disk. */
void trace_writer_unlock(struct trace_writer *w);

/* Puts a snapshot into the tape, before the events that are not written yet: its seq
 * says where it belongs. It is written together with the next of these. The writer takes over the
 * contents of @snapshot and leaves it empty. 0 or -ENOMEM. */
int trace_writer_snapshot(struct trace_writer *w, struct meta_snapshot *snapshot);

/* Whether a part, or a frame of the ring, is large enough and a turn should come. */
bool trace_writer_wants_turn(struct trace_writer *w);
/* Ends the part or the frame with the events so far. The contents of @turn are taken over. May wait
 * for the disk. 0 or -ENOMEM. */
int trace_writer_turn(struct trace_writer *w, struct trace_turn *turn);

/* Bytes written until now. */
uint64_t trace_writer_size(struct trace_writer *w);
/* What is in the ring need not be written at the end. */
void trace_writer_forget(struct trace_writer *w);

/* 0, or the -errno with which writing failed (@err is then filled). */
int trace_writer_error(struct trace_writer *w, struct err *err);

/*
 * Writes what is left, the trailer (with the frames, and the number of events, that are on
 * the tape) and the seek table, and joins the thread. The totals are valid even on failure. 0 or
 * -errno.
 */
int trace_writer_finish(struct trace_writer *w, struct meta_trailer *trailer,
			struct trace_writer_totals *ret_totals, struct err *err);
struct trace_writer *trace_writer_free(struct trace_writer *w);

#endif
