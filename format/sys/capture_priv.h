/* SPDX-License-Identifier: Apache-2.0 */
/* What the two files of the capture walker share: the walk, and the lengths in it. */
#ifndef SYS_CAPTURE_PRIV_H
#define SYS_CAPTURE_PRIV_H

#include "capture.h"

#define NO_BOUND UINT64_MAX

struct walk {
	const struct sys_capture *c;
	const struct sys_ranges *entry; /* at exit: what the entry saw, may be NULL */
	struct sys_ranges *out;
	bool exiting, failed;
	int error;        /* errno of a failed call */
	size_t done;      /* ranges that are read and looked into */
	uint64_t args[6]; /* of an indirect call */
};

/* A struct (or the six arguments) and, at the exit, how it was at the entry. */
struct image {
	uint64_t address; /* of the struct, 0: the arguments */
	const uint8_t *at, *before;
	size_t size, before_size;
};

static inline uint64_t least_of(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* What the entry saw at @address, at least @size bytes, or NULL. */
const struct sys_range *walk_seen_at_entry(const struct walk *w, uint64_t address, size_t size);

/* The kernel's answer to the question of @f, or SYS_UNKNOWN. */
uint64_t walk_answer(const struct walk *w, const struct sys_desc *d, const struct sys_field *f,
		     const struct image *m);

/* How much @f is: bytes for MEM_BYTES, MEM_STRUCT and MEM_STRING, elements for the others. */
uint64_t walk_length(const struct walk *w, const struct sys_desc *d, const struct sys_field *f,
		     const struct image *m);

/* What stands for the result in @f: @bound, unless a sibling or the socket knows better. */
uint64_t walk_bound(const struct walk *w, const struct sys_desc *d, const struct sys_field *f,
		    const struct image *m, uint64_t bound);

/* Whether the length of @f is behind another pointer, which must be read first. */
static inline bool walk_length_is_pointed(const struct sys_field *f)
{
	return f->len == LEN_DEREF || f->len == LEN_SIZES;
}

#endif
