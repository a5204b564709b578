/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What diff and baseline do before anything is told: tapes are read, several at a time, rules
 * applied, what varies among runs of one side learned, the rest compared and ranked.
 */
#ifndef TOOLS_DIFF_RUN_H
#define TOOLS_DIFF_RUN_H

#include "base/buf.h"
#include "base/map.h"
#include "replayer/diff/compare.h"
#include "replayer/diff/rank.h"
#include "replayer/diff/rules.h"

struct err;

enum { DIFF_RUNS_MAX = 64 }; /* of one side */

struct diff_inputs {
	const char *good[DIFF_RUNS_MAX], *bad[DIFF_RUNS_MAX];
	size_t good_count, bad_count;
	struct rules *rules; /* NULL: none */
	bool allow_lossy;
	bool all; /* what only follows is looked at as well */
};

int diff_inputs_add(struct diff_inputs *x, bool bad, const char *path, struct err *err);
int diff_inputs_rules(struct diff_inputs *x, const char *path, struct err *err);
void diff_inputs_done(struct diff_inputs *x);

struct diff_loaded; /* a tape, read */

struct diff_result {
	struct diff_loaded *a, *b;
	struct comparison comparison;
	struct ranking ranking;
	size_t learned, masked;
	char doubt[512]; /* "": none */
	struct buf a_context, b_context;
};

/* 0 or -errno. */
int diff_run(const struct diff_inputs *x, struct diff_result *ret, struct err *err);
void diff_result_done(struct diff_result *r);

struct diff_learned {
	struct map keys; /* of what varies */
	size_t runs;     /* in all of the files */
	char doubt[512]; /* why a tape is not whole; "": all are */
};

/* Compares the first run in @paths with each of the others. 0 or -errno; diff_learned_done() in any
 * case. */
int diff_learn(const char *const *paths, size_t count, struct diff_learned *ret, struct err *err);
void diff_learned_done(struct diff_learned *x);

#endif
