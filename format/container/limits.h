/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The sizes of the container, and every limit a reader holds a file to: one
 * place. doc/trace-format.md says the same in words.
 */
#ifndef CONTAINER_LIMITS_H
#define CONTAINER_LIMITS_H

enum {
	TRACE_WINDOW_LOG = 23,         /* zstd window of our frames: 8 MiB */
	TRACE_WINDOW_LOG_MAX = 27,     /* plain zstd -d refuses more */
	TRACE_CHUNK_SIZE = 256 << 10,  /* raw bytes after which a chunk is closed */
	TRACE_FRAME_SIZE = 8 << 20,    /* raw bytes after which a frame is ended */
	TRACE_FLUSH_MS = 250,          /* a chunk waits no longer than this */
	TRACE_RECORD_MAX = 16 << 20,   /* bytes of one record; longer ones are damage */
	TRACE_MEMORY_MAX = 1 << 20,    /* bytes of memory one event carries at most; the
					* rest follows in EVENT_DATA */
	TRACE_UNPACKED_MAX = 64 << 20, /* bytes that a record's message may take in memory */
	TRACE_CHUNK_EVENTS_MAX = 1 << 18,
	TRACE_CHUNK_RANGES_MAX = 1 << 20,
	TRACE_STRING_MAX = 1 << 20,  /* any single text of header, snapshot, trailer; bytes there
				      * may be eight times as long */
	TRACE_ENTRIES_MAX = 1 << 20, /* any repeated field of these */
};

#endif
