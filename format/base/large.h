/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory for tables and lists of many megabytes. Page by page, the kernel is asked for each 4 KiB
 * of it on first touch, which for millions of elements takes longer than what is done with them;
 * here it is asked for 2 MiB at a time, where the system allows it (transparent huge pages).
 * What is small is ordinary memory. All of it is freed with free().
 */
#ifndef BASE_LARGE_H
#define BASE_LARGE_H

#include <stddef.h>

enum { LARGE_FROM = 2 << 20 }; /* bytes from which on memory is asked for so */

/* @count elements of @size bytes, all zero and written to. NULL: out of memory. */
void *large_zeroed(size_t count, size_t size);
/* As realloc(), of which @old_size bytes are kept. NULL: out of memory; @old is there still. */
void *large_realloc(void *old, size_t old_size, size_t size);

#endif
