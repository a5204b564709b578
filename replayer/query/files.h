/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every path that a tape's processes touched: who did what to it, how many bytes went in and
 * out, what failed, what became of it. Names are those that the kernel found, where the replayed
 * state knows them. Memory is bounded; what has no room is counted. What io_uring and mapped
 * memory move is not seen: that there were such is.
 */
#ifndef QUERY_FILES_H
#define QUERY_FILES_H

#include "access.h"
#include "actors.h"
#include "searches.h"
#include "transfer.h"

#include "base/sieve.h"

struct buf;

enum {
	FILES_MAX = 1 << 16,
	FILES_TEXT_MAX = 32 << 20, /* bytes of all paths */
	FILE_ERRORS_KEPT = 4,
	FILES_TRAILS = 16, /* a power of two */
};

/* What is known of a name: it was there, or not, when it was asked for last. */
enum file_presence { FILE_UNKNOWN, FILE_THERE, FILE_GONE };

struct file_error {
	int error;
	uint32_t arch;
	uint64_t nr, count, first_seq;
};

/* What each access looks at stands first: tables of many files are larger than the caches. */
struct touched_file {
	char *path; /* a string */
	size_t size;
	bool resolved;
	uint8_t presence; /* enum file_presence */
	uint8_t error_count;
	uint32_t next; /* row that was asked for after it, the last time; index + 1 */
	uint64_t last_time;
	struct actors by;
	uint64_t count[ACCESS_KIND_MAX];       /* of accesses that worked */
	uint64_t created, emptied;             /* by open; emptied: or created */
	uint64_t opened_to_write;              /* of ACCESS_OPEN */
	uint64_t mapped_shared;                /* writable: what is written there is not seen */
	uint64_t reads, read, writes, written; /* calls, bytes */
	uint64_t missed;                       /* it was not there */
	uint64_t failed;                       /* other errors that matter */
	struct file_error errors[FILE_ERRORS_KEPT];
	uint32_t from, to; /* row it was renamed from, and to, last; index + 1 */
	uint64_t first_time, first_seq;
};

struct files {
	struct touched_file *list;
	size_t count, capacity, text_bytes;
	struct map by_path;          /* hash: index + 1 */
	struct sieve known;          /* hashes that are in it */
	uint32_t last[FILES_TRAILS]; /* rows that were asked for last, by process; index + 1 */
	uint64_t beyond;             /* accesses to files that had no room */
	struct searches searches;
	struct accesses *accesses;
	struct transfers *transfers;
	uint64_t uring; /* rings that were made */
	/* of the event at hand */
	uint32_t actor;
	const struct event *event;
	const char *below; /* NULL: all */
	size_t below_size;
};

/* @below: only files at or below this path, NULL: all; borrowed. 0 or -ENOMEM. */
int files_init(struct files *f, const char *below);
/* An event that @s and @all have taken last. 0 or -ENOMEM. */
int files_take(struct files *f, const struct state *s, struct processes *all,
	       const struct event *e);
void files_done(struct files *f);

/* Whether there is something new on the disk, or something less. */
bool file_is_changed(const struct touched_file *t);
/* What was done to it: "created, renamed to /b". */
void file_deeds(const struct files *f, const struct touched_file *t, struct buf *ret);
/* Nothing happened to it but that it was asked for and not there. */
bool file_is_missing(const struct touched_file *t);

enum files_sort { FILES_BY_BYTES, FILES_BY_PATH, FILES_BY_TIME, FILES_BY_ERRORS };
enum files_part {
	FILES_FAILED = 1,
	FILES_WRITTEN = 2,
	FILES_READ = 4,
	FILES_MISSING = 8,
	FILES_LOOKED = 16, /* asked for, no more */
};

struct files_style {
	enum files_sort sort;
	unsigned parts; /* enum files_part; 0: all */
	bool all;       /* nothing is folded */
};

/* The end: rows are sorted (rows' indices are lost), searches ended. 0 or -ENOMEM. */
int files_say(struct files *f, const struct processes *all, const struct files_style *style,
	      struct buf *ret);
int files_json(struct files *f, const struct processes *all, const struct files_style *style,
	       struct buf *ret);

/* For both: the rows of a part, in order; *ret is malloc'd, indices. 0 or -ENOMEM. */
int files_pick(const struct files *f, unsigned part, enum files_sort sort, uint32_t **ret,
	       size_t *ret_count);

#endif
