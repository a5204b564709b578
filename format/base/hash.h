/* SPDX-License-Identifier: Apache-2.0 */
/*
 * FNV-1a, 64 bits: small, the same everywhere, good enough to find something again. Nobody
 * is kept from making two things of one hash: where it matters, compare the things as well.
 */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

/* The hash of no bytes, where each begins. */
#define HASH_START UINT64_C(0xcbf29ce484222325)

/* The hash of what @h is the hash of, followed by the bytes at @data. */
uint64_t hash_add(uint64_t h, const void *data, size_t size);
/* Another hash of the bytes, of longer texts in a fraction of the time. Not to be gone on with. */
uint64_t hash_text(const void *data, size_t size);

#endif
