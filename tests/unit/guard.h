/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bytes that end where nothing is mapped: who reads one too many dies of it.
 */
#ifndef TESTS_GUARD_H
#define TESTS_GUARD_H

#include <stddef.h>
#include <stdint.h>

struct guard {
	uint8_t *data; /* ends at the page that is not there */
	size_t size;
	void *start; /* of the mapping; NULL: none */
	size_t mapped;
};

/* A copy of @data. Fails the test when there is no memory. */
struct guard guard_copy(const void *data, size_t size);
/* Makes it shorter by moving its bytes up against the end. */
void guard_shorten(struct guard *g, size_t size);
void guard_done(struct guard *g);

#endif
