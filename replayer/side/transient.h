/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What bytes say of the moment and not of the program: the date that every HTTP server puts into
 * its answers ("Sun, 06 Nov 1994 08:49:37 GMT", RFC 9110, 5.6.7), and a port that the kernel has
 * chosen, in digits. Dates of another time (Last-Modified) are like any other bytes.
 */
#ifndef SIDE_TRANSIENT_H
#define SIDE_TRANSIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct event;

enum {
	TRANSIENT_TOLERANCE = 5, /* s */
	TRANSIENT_DATE_SIZE = 29,
	TRANSIENT_PORTS_SIZE = (1 << 16) / 8, /* bytes: a bit for each port */
};

struct transients {
	int64_t from, until;  /* in s since the epoch */
	const uint8_t *ports; /* borrowed; NULL: none */
};

/* Of an event of a tape that began at @start_realtime (ns). */
struct transients transients_of(int64_t start_realtime, const struct event *e,
				const uint8_t *ports);

/* The next such date or port at or behind @from, and how long it is; @size: there is none. */
size_t transient_next(const uint8_t *data, size_t size, size_t from, const struct transients *m,
		      size_t *ret_length);

#endif
