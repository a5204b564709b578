/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Many strings searched for at once (Aho and Corasick, 1975), in bytes that come piece by piece:
 * the state between two pieces is one number. Edges are in a hash table, because the strings
 * are many and have little in common; those of the root are in an array, where nearly all
 * bytes of a tape end up.
 */
#ifndef REDACT_AUTOMATON_H
#define REDACT_AUTOMATON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Of all strings together: beyond it nothing more is taken. */
enum { AUTOMATON_BYTES_MAX = 4 << 20 };

struct automaton;

/* @fold: letters of ASCII are compared without case. NULL: out of memory. */
struct automaton *automaton_new(bool fold);
struct automaton *automaton_free(struct automaton *a);
/* A string, not empty, and what it is to be called (below UINT32_MAX); the first name of a string
 * counts. Not after automaton_link(). 0, -E2BIG or -ENOMEM. */
int automaton_add(struct automaton *a, const void *bytes, size_t size, uint32_t name);
/* To be called once, before anything is searched. 0 or -ENOMEM. */
int automaton_link(struct automaton *a);
/* Length of the longest string. */
size_t automaton_longest(const struct automaton *a);

/* The state behind @byte; begin with 0. */
uint32_t automaton_step(const struct automaton *a, uint32_t state, uint8_t byte);
/* How many of the last bytes are the beginning of a string. */
uint32_t automaton_depth(const struct automaton *a, uint32_t state);
/*
 * The strings that end here, the longest first: begin with *@at = the state; false behind the last.
 */
bool automaton_match(const struct automaton *a, uint32_t *at, uint32_t *ret_name,
		     uint32_t *ret_size);

#endif
