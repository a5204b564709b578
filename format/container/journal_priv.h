/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What journal.c writes and recovery.c reads, in the machine's own byte order:
 *
 *	head, padded to JOURNAL_HEAD_SIZE
 *	slots, JOURNAL_SLOT_SIZE each: a slot head, then entries one behind the other
 *
 * An entry is a journal_entry, then what its kind has in bytes (path and argv of an
 * exec, siginfo, an encoded snapshot), then its ranges, then the ranges' bytes, padded
 * to eight. Whoever changes any of it counts JOURNAL_VERSION up.
 */
#ifndef CONTAINER_JOURNAL_PRIV_H
#define CONTAINER_JOURNAL_PRIV_H

#include <stdint.h>

enum {
	JOURNAL_VERSION = 2,
	JOURNAL_HEAD_SIZE = 4096,
	JOURNAL_SLOTS_MAX = 64,
	JOURNAL_SLOT_SIZE = 3 << 20,
	/* The largest entry: one event's memory, its ranges, or an exec's arguments. A slot has
	 * room for one when it is left open; a snapshot that is larger is not kept. */
	JOURNAL_ENTRY_MAX = (1 << 20) + (256 << 10),
	JOURNAL_ALIGN = 8,
	JOURNAL_VALUES = 13,
};

#define JOURNAL_MAGIC "systapeJ"

struct journal_head {
	char magic[8]; /* written last; zeros: given up, or never begun */
	uint32_t version;
	uint32_t entry_size, range_size; /* sizes of the structs below */
	uint32_t slots, slot_size;
	/* Of the tape, in either; the other is of the part before or of the next, if any. */
	uint8_t uuid[2][16];
};

struct journal_slot_head {
	uint64_t number; /* of the chunk that the batch is going to be */
	uint64_t used;   /* bytes of whole entries */
};

/* journal_entry.kind of what is no event; kinds of events are theirs. */
enum { JOURNAL_FINISHED = 0x80, JOURNAL_SNAPSHOT = 0x81 };

struct journal_entry {
	uint32_t size;  /* of all of the entry, its padding included */
	uint32_t batch; /* low bits of the chunk's number: what a slot held before is not ours */
	uint32_t row;   /* JOURNAL_FINISHED: which one */
	uint32_t kind;
	uint32_t pid, tid;
	uint64_t seq, time;
	uint32_t range_count;
	uint32_t extra; /* bytes between the entry and its ranges */
	uint64_t value[JOURNAL_VALUES];
};

struct journal_range {
	uint64_t address, full;
	uint32_t length;
	uint16_t when, unreadable;
};

_Static_assert(sizeof(struct journal_entry) == 48 + 8 * JOURNAL_VALUES, "no padding");
_Static_assert(sizeof(struct journal_range) == 24, "no padding");

/* The values of a call (events and JOURNAL_FINISHED), of lineage, of a snapshot. */
enum {
	JOURNAL_CALL_NR,
	JOURNAL_CALL_IP,
	JOURNAL_CALL_ARGS,
	JOURNAL_CALL_RET = JOURNAL_CALL_ARGS + 6,
	JOURNAL_CALL_BEGUN,
	JOURNAL_CALL_END,
	JOURNAL_CALL_DURATION,
	JOURNAL_CALL_ARCH,

	JOURNAL_FORK_PID = 0,
	JOURNAL_FORK_TID,
	JOURNAL_FORK_KIND,
	JOURNAL_FORK_KNOWN,

	JOURNAL_EXEC_FORMER = 0,
	JOURNAL_EXEC_PATH_SIZE, /* its NUL included; argv has the rest of `extra` */

	JOURNAL_SIGNAL_NUMBER = 0,

	JOURNAL_EXIT_STATUS = 0,
	JOURNAL_EXIT_PROCESS,

	JOURNAL_SNAPSHOT_SEQ = 0, /* its own */
};

#endif
