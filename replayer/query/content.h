/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A file put together from what was read from it and written to it: each byte is what the
 * last flow said that was there. Kept in a file of the caller's, which is sparse where
 * nothing is known.
 */
#ifndef QUERY_CONTENT_H
#define QUERY_CONTENT_H

#include "streams.h"

enum { CONTENT_EXTENTS_MAX = 1 << 20 };
/* No file is larger, whatever a tape says. */
#define CONTENT_SIZE_MAX (UINT64_C(1) << 43)

/* Known bytes in a row. */
struct content_extent {
	uint64_t at, end;
};

/* A zeroed struct with a fd knows nothing. */
struct content {
	int fd;                         /* borrowed; regular, open for reading and writing */
	struct content_extent *extents; /* ascending, apart from each other */
	size_t count, capacity;
	uint64_t end;        /* of the file, as far as the tape tells */
	bool born;           /* it was empty once: what was never written is zero */
	uint64_t unplaced;   /* bytes of which it is not known where they belong */
	uint64_t generation; /* of whose bytes these are */
	/* What was mapped for writing: what was written there is not known. Empty: nothing. */
	struct content_extent mapped;
	bool full; /* over the limit: what is known is not told exactly */
};

/* What had the name before a file that is known already is not taken notice of. 0 or -errno. */
int content_take(struct content *c, const struct flow *f);
/* Bytes below the end that are not known. */
uint64_t content_missing(const struct content *c);
void content_done(struct content *c);

#endif
