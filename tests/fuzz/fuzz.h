/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A fuzz target is one function that must survive any bytes. libFuzzer calls it where
 * there is one (cmake --preset fuzz), else driver.c.
 */
#ifndef TESTS_FUZZ_H
#define TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

void fuzz_one(const uint8_t *data, size_t size);

/* What must hold whatever the bytes are: an assert() that no build takes out. */
#define fuzz_check(condition)                                                                      \
	((condition) ? (void)0                                                                     \
		     : (fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition),    \
			abort()))

#endif
