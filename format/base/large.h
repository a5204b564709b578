/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory for tables of many megabytes in which the next place that is looked at is anywhere: in
 * pages of 2 MiB where the system allows it (transparent huge pages), so that finding the page
 * takes no longer than finding the place. What is small is ordinary memory. It is freed with
 * free().
 */
#ifndef BASE_LARGE_H
#define BASE_LARGE_H

#include <stddef.h>

enum { LARGE_FROM = 2 << 20 }; /* bytes from which on memory is asked for so */

/* @count elements of @size bytes, all zero and written to. NULL: out of memory. */
void *large_zeroed(size_t count, size_t size);

#endif
