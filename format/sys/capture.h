/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The capture walker: which bytes of the tracee's memory belong to a call. At the
 * entry it copies what the kernel will read, at the exit what the kernel wrote. It
 * goes by depth: all ranges that the arguments name are read with one vectored read,
 * then all that these structs name, and so on.
 *
 * It allocates nothing and calls nothing but memcpy, memset and the reader given to it:
 * later it also runs inside the traced process. All results go into the caller's
 * bounded list; what does not fit is counted, not an error.
 */
#ifndef SYS_CAPTURE_H
#define SYS_CAPTURE_H

#include "desc.h"

enum {
	SYS_RANGES_MAX = 2048,   /* ranges of one call at one time */
	SYS_DEPTH_MAX = 6,       /* pointers behind pointers */
	SYS_STRING_MAX = 131072, /* MAX_ARG_STRLEN of the kernel */
	SYS_STRINGS_MAX = 1024,  /* strings of one argv or envp */
	SYS_PATH_MAX = 4096,
};

/* A range of the tracee's memory, and what of it is kept. */
struct sys_range {
	uint64_t address;
	uint64_t full;   /* bytes that belong to the call */
	uint32_t want;   /* bytes of these that are to be kept: what the reader is asked for */
	uint32_t length; /* bytes kept, at `data`; the reader fills it in */
	uint8_t *data;
	bool unreadable; /* the bytes from `length` on could not be read */
	bool limited;    /* want < full: cut by the payload limit or the arena's end */

	/* the walker's own */
	const struct sys_desc *of; /* elements to look into, or NULL */
	uint8_t dir;
	uint8_t shape; /* enum sys_shape */
	uint8_t depth;
	bool settled;   /* read as far as it will be */
	uint64_t bound; /* by_ret bound inside, UINT64_MAX: none; of a string: its limit */
};

#define SYS_UNKNOWN UINT64_MAX

struct sys_ranges {
	struct sys_range range[SYS_RANGES_MAX];
	size_t count;
	size_t dropped; /* ranges that did not fit */
	uint8_t *arena; /* the caller's; data points into it */
	size_t arena_size;
	size_t arena_used;
};

/*
 * Reads tracee memory: fills data[0..want) of each of the @count ranges as far as
 * possible and sets their `length` and `unreadable`. Never fails: what cannot be
 * read is unreadable.
 */
struct sys_reader {
	void (*read)(void *context, struct sys_range *ranges, size_t count);
	void *context;
	/* Answers an enum sys_question about a value (a descriptor, an id), or SYS_UNKNOWN.
	 * NULL: nobody can be asked. */
	uint64_t (*ask)(void *context, uint8_t question, uint64_t about);
};

struct sys_capture {
	const struct sys_desc *desc; /* as sys_select() gave it */
	const uint64_t *args;        /* six */
	uint64_t stack;              /* the caller's stack pointer at the entry; 0: not known */
	uint64_t payload_limit;      /* bytes kept of each buffer (MEM_BYTES of kind K_BUF and what
				      * iovecs point to); structs, paths and strings are always
				      * whole */
	const struct sys_reader *reader;
};

/* What the kernel reads. @ret is emptied first. */
void sys_capture_entry(const struct sys_capture *c, struct sys_ranges *ret);

/*
 * What the kernel wrote. @entry is what sys_capture_entry() gave for this call (the
 * small ranges of it are enough: structs, lengths), or NULL: lengths that the kernel
 * changed are bounded by their value at the entry. @result is the raw result.
 * @ret is emptied first.
 */
void sys_capture_exit(const struct sys_capture *c, const struct sys_ranges *entry, int64_t result,
		      struct sys_ranges *ret);

/* Whether anything can be there to capture, without looking: the cheap test. */
bool sys_has_entry_memory(const struct sys_desc *desc);
bool sys_has_exit_memory(const struct sys_desc *desc);

#endif
