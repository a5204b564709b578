/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the verbs of analyze have in common: opening tapes, saying errors, writing
 * output that may be a closed pipe.
 */
#ifndef TOOLS_OPTS_H
#define TOOLS_OPTS_H

#include "base/buf.h"
#include "base/err.h"
#include "format/container/stream.h"

#include <stdbool.h>
#include <stdio.h>

/* "analyze: …" on stderr, one line; returns EXIT_TROUBLE. */
int opts_complain(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The one thing that getopt_long() leaves to be said, in @err: -EINVAL; or said: EXIT_TROUBLE. */
int opts_option_error(int option, char **argv, struct err *err);
int opts_bad_option(int option, char **argv);

/* What a verb does with each item of a tape. A negative errno ends reading, and is said;
 * OPTS_ENOUGH ends it because what is behind is of no interest: nothing is said of it. */
enum { OPTS_ENOUGH = 1 };
typedef int opts_item_fn(void *context, const struct trace_item *item, struct err *err);

/*
 * Reads each of the tapes named in @paths (NULL-terminated, at least one: else
 * complains) and gives every item to @take. Damage is said on stderr after the tape
 * it is in, and makes the result EXIT_TROUBLE; so does what is no tape.
 */
int opts_for_each_item(char **paths, const struct trace_stream_options *options, opts_item_fn *take,
		       void *context);

/* The same of one tape, which is read once more afterwards: nothing is said. 0, or what ended it.
 */
int opts_look_through(const char *path, const struct trace_stream_options *options,
		      opts_item_fn *take, void *context);

/* Says why the journal beside a tape was ignored; @note of a reader, NULL: it was not. */
void opts_say_journal(const char *path, const char *note);

/*
 * Output in large pieces. opts_put() writes @out when it is big and empties it;
 * opts_flush() at the end. A reader that has gone away (EPIPE) is no error: false
 * means that there is no more sense in going on.
 */
bool opts_put(struct buf *out);
bool opts_flush(struct buf *out);
/* The exit status for a write that failed: quiet for a closed pipe. */
int opts_output_status(int status);
/* The end of a verb that wrote into @out: what is left is written, and @out freed. @failed is
 * -ENOMEM when something could not be told, @status what it would end with otherwise. */
int opts_end(struct buf *out, int failed, int status);
/* Whether a tape could not be read to its end for another reason than that it is damaged: then that
 * has been said, and what there is to be told is of an unknown part of it. */
bool opts_input_failed(void);
/* Writes to @path from here on instead of standard output. 0 or -errno. What is there
 * already goes when opts_for_each_item() begins, which refuses to read it as a tape. */
int opts_output_to(const char *path, struct err *err);
/* Empties that file, for those who do not call opts_for_each_item(). EXIT_FINE, or the status after
 * a complaint. */
int opts_empty_output(char **paths);
/* Whether @input ("-" is standard input) is the regular file that @output tells of. */
struct stat;
bool opts_same_file(const char *input, const struct stat *output);

bool opts_colour(void);

enum { OPTS_LEVEL_MAX = 22 };
/* A level of zstd, from 1 to that. 0 or -EINVAL. */
int opts_level(const char *text, int *ret, struct err *err);

#endif
