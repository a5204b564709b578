/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A tape made of a fuzz input: made-up events in chunks, now and then another header, a
 * snapshot or a trailer between them. All its frames can be read and all its checksums
 * are right; which chunk comes next, and whose call ends where, are made up.
 */
#ifndef TESTS_FUZZ_TAPE_H
#define TESTS_FUZZ_TAPE_H

#include "events.h"

#include "base/buf.h"

enum { TAPE_CHUNK_ROWS_MAX = 2048, TAPE_ROWS_MAX = 8192 };

/* Appends the bytes of it. */
void tape_make(struct bytes *b, struct buf *ret);

/*
 * The other way: records as they come, each a size of two bytes and then its body (the last one:
 * what there is), whose checksum is put right first.
 */
void tape_of_records(struct bytes *b, struct buf *ret);
/* A body, sealed: what stands in the place of a checksum at its end makes room for the right one.
 */
void record_seal(const uint8_t *body, size_t size, struct buf *ret);

/* What the first byte of an input says: a file, made-up events, records. */
enum tape_form { TAPE_FILE, TAPE_EVENTS, TAPE_RECORDS, TAPE_FORMS };

void tape_in_form(enum tape_form form, const uint8_t *data, size_t size, struct buf *ret);

#endif
