/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Small numbers for keys: the same number for the same key, from 0 on, as align() wants them.
 * A zeroed struct is empty.
 */
#ifndef DIFF_INTERN_H
#define DIFF_INTERN_H

#include <stddef.h>
#include <stdint.h>

struct intern {
	struct intern_slot *slots;
	size_t capacity; /* zero or a power of two */
	uint32_t count;  /* numbers given out: all are less */
};

/* 0 and the number of @key, or -ENOMEM. */
int intern_number(struct intern *x, uint64_t key, uint32_t *ret);
/* The numbers of @count keys, in order, as if each were asked for alone; in less time. The first
 * key is at @keys, the next @stride bytes further. 0 or -ENOMEM. */
int intern_numbers(struct intern *x, const uint64_t *keys, size_t stride, size_t count,
		   uint32_t *ret);
void intern_done(struct intern *x);

#endif
