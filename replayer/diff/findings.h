/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What differs, one thing after the other, before it is said what matters. The same thing found
 * again (a loop that fails each time) is one finding with counts.
 *
 * Texts are canonical (side.h) and not yet escaped.
 */
#ifndef DIFF_FINDINGS_H
#define DIFF_FINDINGS_H

#include "replayer/side/side.h"

#include "base/map.h"

enum { FINDINGS_MAX = 1 << 17 }; /* what is over is counted only */

struct excerpt;

enum finding_kind {
	FIND_ENVIRONMENT,
	FIND_EXECUTABLE,
	FIND_ARGUMENTS,
	FIND_BUDGET,
	FIND_EXIT,
	FIND_FAILS,    /* did not, or was not called */
	FIND_SUCCEEDS, /* did not, or is not called any more */
	FIND_ERROR,    /* fails otherwise */
	FIND_SIGNAL,
	FIND_PROCESS_NEW,
	FIND_PROCESS_GONE,
	FIND_THREAD_NEW, /* there are more of them */
	FIND_THREAD_GONE,
	FIND_EXEC_INSTEAD,
	FIND_PEER_INSTEAD,
	FIND_INSTEAD, /* the same call about another object */
	FIND_PEER_NEW,
	FIND_PEER_GONE,
	FIND_PATH_NEW,
	FIND_PATH_GONE,
	FIND_FLAGS,
	FIND_INHERITS, /* a descriptor stays open when a program is executed */
	FIND_ARGUMENT,
	FIND_RESULT,
	FIND_CALL_NEW,
	FIND_CALL_GONE,
	FIND_BYTES,
	FIND_COUNT,
	FIND_ORDER,
	FIND_TIME,
	FIND_MACHINE, /* on which it ran: told beside others only */
	FIND_KINDS,
};

enum finding_weight {
	FINDING_LOUD,
	FINDING_QUIET, /* follows from others mostly: a search, a catalogue of messages */
	FINDING_NOISE, /* comes and goes: no difference */
};

struct finding_place {
	const struct diff_step *step;     /* NULL: none of them */
	const struct diff_stream *stream; /* of FIND_BYTES */
	uint64_t seq, time;               /* 0: nowhere on this tape */
	uint64_t count;                   /* how often */
	uint32_t process;                 /* DIFF_NONE: in none */
	uint32_t tid;
};

struct finding {
	uint8_t kind;
	uint8_t weight;    /* enum finding_weight */
	uint16_t argument; /* which, of FIND_FLAGS and FIND_ARGUMENT; from 0 */
	bool circumstance; /* noise, unless something else differs: then it may be why */
	uint32_t node;     /* in the match; 0: of the whole tape */
	uint64_t key;      /* equal when the same varies in another pair of runs */
	uint64_t what;     /* the object, by its hash; 0: none */
	struct finding_place a, b;
	char *subject;           /* never NULL */
	char *was, *now;         /* NULL: was not, is not */
	char *note;              /* NULL: none */
	struct excerpt *excerpt; /* of FIND_BYTES, where they first differ; NULL: not known */
};

struct findings {
	struct finding *at;
	size_t count, capacity;
	struct map known; /* by identity: place and one */
	uint64_t left_out;
};

/*
 * The finding of this kind, node and @detail: the one that is there, or a new one, empty
 * (*ret_fresh). NULL: out of memory (*ret_failed is set), or too many (it is not). Valid until the
 * next.
 */
struct finding *findings_get(struct findings *f, enum finding_kind kind, uint32_t node,
			     uint64_t detail, bool *ret_fresh, int *ret_failed);
/* The one that is there, or NULL. */
struct finding *findings_find(const struct findings *f, enum finding_kind kind, uint32_t node,
			      uint64_t detail);
void findings_done(struct findings *f);

/* What a kind is called: in --json, and in rules and --fail-on (a level is several kinds). */
const char *finding_word(enum finding_kind kind);
const char *finding_level(enum finding_kind kind);
/* The place of a level among all, 0 the most important; -1: there is none of that name. */
int finding_level_rank(const char *level);
/* All levels, the most important first, ended by NULL. */
const char *const *finding_levels(void);

/* The hash of a text in which what looks like made by chance (numbers, long hexadecimal runs) is
 * left out: two temporary names have the same. */
uint64_t finding_shape(const char *text);

#endif
