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

#endif
