/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names that stay in what is given away, for a person to read: each once, with how often it is
 * there, and those in front that tell most of somebody. Bounded: what has no room is counted.
 */
#ifndef SCAN_KEPT_H
#define SCAN_KEPT_H

#include "base/map.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;

/* In the order in which they are said. */
enum kept_kind {
	KEPT_USERS,
	KEPT_MAIL,
	KEPT_HOSTS,
	KEPT_ADDRESSES,
	KEPT_ARGUMENTS,
	KEPT_VARIABLES,
	KEPT_PATHS,
	KEPT_KINDS
};

enum {
	KEPT_MAX = 20000,         /* of each kind */
	KEPT_BYTES_MAX = 8 << 20, /* in all of a kind */
	KEPT_TEXT_MAX = 4096,     /* of one; the rest of it is not kept */
};

struct kept;

struct kept_list {
	struct kept **all;
	size_t count, capacity, bytes;
	struct map by_hash;
	uint64_t more; /* times something had no room */
};

struct kept_lists {
	struct kept_list of[KEPT_KINDS];
};

/* What has been replaced by a token, and what is empty, is not kept. 0 or -ENOMEM. */
int kept_add(struct kept_lists *l, enum kept_kind kind, const void *text, size_t size);
/* What @is_secret finds something in is not told, but that it is there. 0 or -ENOMEM. */
typedef bool kept_secret_fn(const void *context, const char *text);
int kept_hide(struct kept_lists *l, kept_secret_fn *is_secret, const void *context);
void kept_say(struct kept_lists *l, struct buf *ret);
/* The member "kept" of an object of JSON: all that there are. */
void kept_json(struct kept_lists *l, struct buf *ret);
void kept_done(struct kept_lists *l);

#endif
