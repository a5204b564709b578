/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the redactor share. */
#ifndef REDACT_REDACT_PRIV_H
#define REDACT_REDACT_PRIV_H

#include "redact.h"

#include "edits.h"
#include "find.h"
#include "lanes.h"
#include "objects.h"
#include "opaque.h"
#include "payload.h"
#include "redacted.h"
#include "secrets.h"

struct names;
struct printer;
struct trace_composer;

/* What is to be known of a call besides the bytes that it moves. */
enum call_use {
	USE_NOTHING,
	USE_EXEC,   /* arguments and environment */
	USE_RANDOM, /* all that it gave is secret */
	USE_SECRET, /* its payload is: keyctl(2), add_key(2), process_vm_readv(2) */
	USE_OPTION, /* of a socket, which may be a key: setsockopt(2) */
	USE_NAMED,  /* a name, and its value: fsconfig(2), setxattr(2) */
};

struct call_kind {
	const char *name;
	uint8_t use;
	uint8_t argv, envp; /* which arguments; of USE_NAMED name and value */
	enum redact_class class;
};

/* What is added to the number of a descriptor. */
enum { READER_IS = 1 << 16, READER_OF_WORDS = 1 << 17 };

/* Of a call, until the next of its thread: what its memory is. */
struct last_call {
	uint64_t seq;
	const struct call_kind *kind; /* EVENT_DATA has no number of a call */
	const struct rules_object *in, *out;
};

/* Bytes of some text that are to be replaced. */
struct span {
	size_t from, to;
	enum redact_class class;
	size_t instead; /* where in r->instead what stands for it is, plus one; 0: a token does */
};

struct spans {
	struct span *all;
	size_t count, capacity;
};

struct redact {
	struct redact_options options;
	enum redact_pass pass;
	struct finder *finder;
	struct objects *objects;
	struct transfers *transfers;
	struct payload *payload;
	struct lanes *lanes;
	struct secrets *secrets;
	struct edits edits;
	struct names *names;     /* REDACT_NAMES; else NULL */
	struct printer *printer; /* tells where addresses are; of the present tape */
	struct buf printed, instead;
	struct redacted report;
	struct opaque opaque;
	struct map kinds; /* arch << 32 | nr: struct call_kind */

	/* Of the present tape. */
	uint64_t tape; /* number, in front of the places of calls */
	struct state *state;
	struct map last;    /* tid: struct last_call, owned */
	struct map readers; /* pid: the descriptor that it reads a password from, and READER_… */

	/* Of the event at hand. */
	const struct event *event;
	bool *covered; /* which of its ranges have something of a stream */
	size_t covered_capacity;
	struct buf argv, path;
	size_t argv_at; /* of it, how much has been put back */

	/* REDACT_WRITE */
	struct trace_composer *composer;
	struct meta_trailer trailer;
	bool has_trailer;
	struct spans spans;
	struct event_memory *memory; /* a copy of the event's, with data of its own */
	size_t memory_capacity;
	struct buf bytes;
};

int redact_lane_end(void *context, struct lane *l);
uint64_t redact_place(const struct redact *r, uint64_t seq);
const struct call_kind *redact_kind(struct redact *r, const struct event *e);
/* Where the key is that the call gives to a socket; 0: it gives none. */
uint64_t redact_key_address(struct redact *r, const struct event *e);
/* No range of the event is covered yet. 0 or -ENOMEM. */
int redact_uncover(struct redact *r, const struct event *e);
/* The range that has @piece is. */
void redact_cover(struct redact *r, const struct event *e, const struct transfer_piece *piece);
/* What memory of a call is, as a whole; NULL: nothing special. @out: what was there at the entry.
 */
const struct rules_object *redact_object(struct redact *r, const struct event *e, bool out);
int redact_remember(struct redact *r, const struct event *e);

/* Each string of an array of pointers in the event's memory. */
typedef int redact_string_fn(struct redact *r, uint64_t address, const uint8_t *text, size_t size);
int redact_strings(struct redact *r, const struct event *e, uint64_t array, redact_string_fn *fn);

/* ---- redact_find.c ---- */

int redact_find_event(struct redact *r, const struct event *e);
int redact_find_snapshot(struct redact *r, const struct meta_snapshot *s);
int redact_find_header(struct redact *r, const struct meta_header *h);
int redact_find_lane_end(struct redact *r, struct lane *l);

/* ---- redact_locate.c ---- */

int redact_locate_event(struct redact *r, const struct event *e);
/* Puts @token over bytes of a lane, wherever they are. 0 or -ENOMEM. */
int redact_replace(struct redact *r, const struct lane *l, size_t from, size_t size,
		   enum redact_class class, const uint8_t *token);
int redact_locate_lane_end(struct redact *r, struct lane *l);

/* ---- redact_write.c ---- */

int redact_write_event(struct redact *r, const struct event *e, struct err *err);

/* ---- redact_text.c ---- */

enum redact_site { SITE_TEXT, SITE_ARGUMENTS, SITE_ENVIRONMENT };

/* Replaces what is secret in @text by @ret, of the same size, which may be the same. @pid: for the
 * report. 0 or -ENOMEM. */
int redact_text(struct redact *r, uint32_t pid, enum redact_site site, const uint8_t *text,
		size_t size, uint8_t *ret);
/* Takes a span of @text when it is in it. */
int redact_add_span(struct redact *r, size_t from, size_t to, enum redact_class class);
/* Secrets that were found, in all their forms. @cut: something is missing behind the text. */
int redact_search(struct redact *r, const uint8_t *text, size_t size, bool cut);
/* The same where base64 goes on in the next line. */
int redact_search_wrapped(struct redact *r, const uint8_t *text, size_t size);
/* Puts tokens where the spans are, and forgets them. */
int redact_apply_spans(struct redact *r, uint32_t pid, const uint8_t *text, uint8_t *ret);
/* The variable's value is to go in level meta. */
bool redact_is_plain_variable(const uint8_t *text, size_t size);
int redact_count(struct redact *r, uint32_t pid, enum redact_class class, size_t bytes);

/* The same, and what stands for it, of the same size. */
int redact_add_name_span(struct redact *r, size_t from, size_t to, enum redact_class class,
			 const uint8_t *instead);

/* ---- redact_names.c: does nothing on other levels ---- */

/* A tape begins. */
int redact_begin_names(struct redact *r, const struct meta_header *h);
int redact_find_addresses(struct redact *r, const struct event *e);
/* In the memory of the event that is to be written. */
int redact_replace_addresses(struct redact *r, const struct event *e);
/* Takes a span for each text of an address. */
int redact_search_addresses(struct redact *r, const uint8_t *text, size_t size);

/* ---- redact_meta.c ---- */

int redact_write_header(struct redact *r, const struct meta_header *h, struct err *err);
int redact_write_snapshot(struct redact *r, const struct meta_snapshot *s, struct err *err);
int redact_end_tape(struct redact *r, struct err *err);
/* The last one of the file: there is one in any case. */
int redact_end_file(struct redact *r, struct err *err);
int redact_copy_trailer(struct redact *r, const struct meta_trailer *from);
int redact_take_damage(struct redact *r, const struct trace_damage *d);

#endif
