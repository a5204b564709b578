/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Searches along a path: a process asked for the same name in one directory after the other
 * until it found it, or never did. The same name is the same last component; or, in one
 * directory, the same up to the first dot (x.so, x.py). What is made where it was missing was
 * no search.
 */
#ifndef QUERY_SEARCHES_H
#define QUERY_SEARCHES_H

#include "access.h"
#include "actors.h"

struct buf;

enum {
	SEARCHES_OPEN_MAX = 1 << 13, /* of which the end is not known */
	SEARCHES_MAX = 1 << 14,      /* that are told */
	SEARCH_PLACES = 32,          /* that are told apart */
	SEARCH_PLACES_KEPT = 4,
	SEARCH_KEYS = 8,
	SEARCH_BEGINNINGS = 1 << 12, /* a power of two */
};

/* What was looked for, by all who looked for it and found it at the same place. */
struct search {
	char *name, *found; /* strings; found NULL: never */
	size_t name_size, found_size;
	uint64_t times, misses;
	uint32_t tries;  /* paths that were tried in vain, the most in one search */
	uint32_t places; /* directories of them */
	char *first;     /* path that was tried first */
	size_t first_size;
	char *place[SEARCH_PLACES_KEPT]; /* directories */
	size_t place_size[SEARCH_PLACES_KEPT];
	uint64_t first_time;
	struct actors by;
};

struct open_search {
	uint32_t process;
	struct search so_far;
	uint64_t tried[SEARCH_PLACES]; /* hashes of paths */
	uint64_t place[SEARCH_PLACES]; /* of directories */
	uint64_t key[SEARCH_KEYS];
	size_t key_count;
};

struct searches {
	struct search *list;
	size_t count, capacity;
	uint64_t beyond;   /* that had no room */
	struct map by_key; /* of name and what was found: index + 1 */
	struct map open;   /* key: struct open_search */
	/* A bit for the first letters of each name that was ever missing: what begins otherwise
	 * ends no search. */
	uint64_t beginnings[SEARCH_BEGINNINGS / 64];
	struct open_search **opens;
	size_t open_count;
};

/* A name was asked for, with or without success. 0 or -ENOMEM. */
int searches_take(struct searches *s, uint32_t process, const struct access *a);
/* No more is coming (it may be called again): what is open was never found. Sorted: those with most
 * places first, those never found before others. 0 or -ENOMEM. */
int searches_end(struct searches *s);
void searches_done(struct searches *s);
/* Whether every program looks for it, and none needs it. */
bool search_is_noise(const struct search *s);

struct searches_style {
	bool all;          /* nothing is folded or left out */
	const char *below; /* only what was found, or missing first, at or below; NULL: all */
};

/* After searches_end(): what was tried in several places and never found, what every program
 * looks for last; then what was found after misses, and what was not there in the one place
 * where it was asked for. 0 or -ENOMEM. */
int searches_say_lost(const struct searches *s, const struct processes *all,
		      const struct searches_style *style, struct buf *ret);
int searches_say_found(const struct searches *s, const struct processes *all,
		       const struct searches_style *style, struct buf *ret);

#endif
