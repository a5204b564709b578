/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A tape without the secrets in it. The tape is read three times, because what is known to be a
 * secret at its end must not stand at its beginning:
 *
 *	find     what is secret: files, sockets and terminals as a whole, values by their names,
 *	         tokens by how they look, in streams as they were put together
 *	locate   where pieces of these are spread over several calls, in all their forms
 *	write    the same tape, with tokens (token.h) of the same length in their places
 *
 * Numbers, results, flags, lengths, times, descriptors and the order of everything stay as they
 * are. Records and events that this version does not know are left out and counted.
 */
#ifndef REDACT_REDACT_H
#define REDACT_REDACT_H

#include "class.h"

#include "format/container/sink.h"
#include "format/container/stream.h"

struct buf;
struct err;
struct redact;
struct redact_key;
struct rules;

enum redact_level {
	REDACT_DEFAULT,
	REDACT_NAMES, /* also users, hosts, homes and addresses */
	REDACT_META,  /* no payload, no values of variables */
};

enum redact_pass { REDACT_FIND, REDACT_LOCATE, REDACT_WRITE, REDACT_PASSES };

/* "default", … */
const char *redact_level_name(enum redact_level level);

/* Everything is borrowed, and must stay. */
struct redact_options {
	enum redact_level level;
	const struct rules *rules;
	const struct redact_key *key;
	int zstd_level; /* 0: our choice */
	struct sink sink;
};

/* NULL: out of memory. */
struct redact *redact_new(const struct redact_options *options);
struct redact *redact_free(struct redact *r);
/* Every item of the stream, once in each pass. 0 or -errno; -E2BIG: it has more secrets than can be
 * dealt with. */
int redact_take(struct redact *r, const struct trace_item *item, struct err *err);
/* The end of a pass. Behind the last one the new tape is whole. */
int redact_next_pass(struct redact *r, struct err *err);

/* What there is to be said of reading the tape. */
struct redact_outcome {
	uint64_t unknown;        /* records and events of kinds that are not known, left out */
	uint64_t unknown_fields; /* of records and messages, left out */
	uint64_t damages;        /* places of the tape */
	const char *path;        /* of the tape, for the function below */
	void (*damage)(const char *path, const struct trace_damage *d); /* NULL: not told */
};
/* All three passes over a file. 0 or -errno. */
int redact_file(struct redact *r, const char *path, struct redact_outcome *o, struct err *err);

/* What was removed, for people: by class and process, and nothing of it. */
void redact_report(const struct redact *r, const struct redact_outcome *o, struct buf *ret);
/* As one object of JSON. */
void redact_report_json(const struct redact *r, const struct redact_outcome *o, struct buf *ret);

#endif
