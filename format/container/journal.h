/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The journal: a file beside the tape, FILE.journal, that holds what has been handed to
 * the writer and is not on the tape yet. It is mapped memory, so keeping a copy of an
 * event costs no system call; and as the kernel keeps a file's pages when a process is
 * killed, nothing that was put here is lost then. recovery.h reads it.
 *
 * A slot for each batch of the writer; an entry is complete before the slot's counter
 * says that it is there. Space is reserved before it is touched, in small steps: a full
 * disk is an error that we are told of, not a SIGBUS.
 *
 * When anything goes wrong the journal is given up, and recording goes on without.
 */
#ifndef CONTAINER_JOURNAL_H
#define CONTAINER_JOURNAL_H

#include "format/batch.h"

struct err;
struct journal;

/* Where the journal of a tape is, symbolic links followed; malloc'd, into @ret. 0 or
 * -errno: there is no such file. */
int journal_name(const char *tape, char **ret);

/*
 * Creates @name, which must not exist, mode 0600, for a writer of so many batches. 0 or
 * -errno with a message; there is no file then.
 */
int journal_create(const char *name, const uint8_t uuid[16], size_t batches, struct journal **ret,
		   struct err *err);
/*
 * From now on it is that of another tape too, and is called @name, which must not exist; NULL:
 * that tape cannot have one. At any instant it is with the one or the other tape. When it
 * cannot be moved it is given up.
 */
void journal_move(struct journal *j, const char *name, const uint8_t uuid[16]);
/* Takes the file away, under whatever name it has now. */
struct journal *journal_free(struct journal *j);

/* The log for the batch with that index; the journal's. */
struct batch_log *journal_log(struct journal *j, size_t index);
/* The batch that has @log is empty now and is going to be chunk @number. NULL: nothing. */
void journal_begin(struct batch_log *log, uint64_t number);
/* Whether the next event might not fit: the batch should be handed on. Not when NULL. */
bool journal_is_full(const struct batch_log *log);
/* Keeps a snapshot, encoded, that has this place. False: it is too large, and is not kept. */
bool journal_keep_snapshot(struct batch_log *log, uint64_t seq, const struct buf *record);

/* 0, or -errno and why it was given up. */
int journal_error(const struct journal *j, struct err *err);

/*
 * A new tape is going to be where one was: the old one's journal goes, or, when the old
 * tape was moved to @to (may be NULL), goes along. What is no journal of ours stays.
 */
void journal_forget(const char *tape, const char *to);

#endif
