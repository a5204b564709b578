/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A new tape out of the records of an old one: chunks as they are, numbered anew, with
 * a frame index, a trailer and a seek table of their own. What was damaged or cut off
 * is not there, and the new trailer says so.
 */
#ifndef CONTAINER_REWRITE_H
#define CONTAINER_REWRITE_H

#include "reader.h"

struct err;
struct trace_rewriter;

/* Writes to @fd, which stays the caller's. @level of zstd; 0: 7. 0 or -ENOMEM. */
int trace_rewriter_new(int fd, int level, struct trace_rewriter **ret);

/* Of a tape that is sound only the frames are made anew: chunks keep their numbers, and what cannot
 * be copied whole (damage, records and rows of a newer version) is an error. With @long_window see
 * frame_writer_long(). Before the first record. */
void trace_rewriter_repack(struct trace_rewriter *w, bool long_window);

/*
 * Takes the next record of a reader (RECORD_DAMAGE too: it becomes a note of the
 * trailer; unknown records cannot be copied and are left out with a note as well). A
 * header after the first begins another tape in the same file. 0 or -errno, after
 * which the new file is of no use.
 */
int trace_rewriter_put(struct trace_rewriter *w, const struct trace_record *record,
		       struct err *err);

/* Writes what is still missing at the end. 0 or -errno. */
int trace_rewriter_finish(struct trace_rewriter *w, struct err *err);
struct trace_rewriter *trace_rewriter_free(struct trace_rewriter *w);

#endif
