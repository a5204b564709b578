/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bits by hashes, which say of most things that are not in a table that they are not: a fraction of
 * the table in size, it is in the caches when the table is not. Where a table is full, and asked
 * for what is not in it again and again, that is most of what it costs.
 */
#ifndef BASE_SIEVE_H
#define BASE_SIEVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A zeroed one may have everything. */
struct sieve {
	uint64_t *words;
	size_t mask; /* of bits */
};

enum { SIEVE_BITS_EACH = 16 }; /* are enough */

/* @bits: a power of two from 64 on. 0 or -ENOMEM. */
int sieve_init(struct sieve *s, size_t bits);
static inline void sieve_add(struct sieve *s, uint64_t hash);
/* False: it was not added. */
static inline bool sieve_may_have(const struct sieve *s, uint64_t hash);
void sieve_done(struct sieve *s);

/* ---- inline ---- */

/* Bits that all bits of the hash have a part in, those of poor ones as well. */
static inline size_t sieve_bit(const struct sieve *s, uint64_t hash)
{
	const uint64_t mixed = (hash ^ hash >> 32) * UINT64_C(0xd6e8feb86659fd93);

	return (size_t)(mixed >> 32 ^ mixed >> 44) & s->mask;
}

static inline void sieve_add(struct sieve *s, uint64_t hash)
{
	const size_t bit = sieve_bit(s, hash);

	if (s->words)
		s->words[bit / 64] |= UINT64_C(1) << bit % 64;
}

static inline bool sieve_may_have(const struct sieve *s, uint64_t hash)
{
	const size_t bit = sieve_bit(s, hash);

	return !s->words || (s->words[bit / 64] >> bit % 64 & 1);
}

#endif
