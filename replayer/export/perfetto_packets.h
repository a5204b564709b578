/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The packets of a Perfetto trace, one at a time, each a message of its own in the file. Nobody
 * else sees a protobuf type of it. Texts are put in as valid UTF-8: whoever calls has escaped
 * them.
 */
#ifndef EXPORT_PERFETTO_PACKETS_H
#define EXPORT_PERFETTO_PACKETS_H

#include "base/buf.h"
#include "base/map.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum packet_type { PACKET_BEGIN = 1, PACKET_END, PACKET_INSTANT, PACKET_COUNTER };
enum packet_category { CATEGORY_CALL = 1, CATEGORY_PROCESS, CATEGORY_SIGNAL, CATEGORY_MAX };
enum packet_unit { UNIT_COUNT = 2, UNIT_BYTES = 3 };

/* Names of annotations. */
enum packet_note_name {
	NOTE_TEXT = 1,
	NOTE_OBJECT,
	NOTE_RET,
	NOTE_ERROR,
	NOTE_SEQ,
	NOTE_ARGV,
	NOTE_STATUS,
	NOTE_UNFINISHED,
	NOTE_NAME_MAX
};

enum packet_note_kind { NOTE_STRING, NOTE_SIGNED, NOTE_UNSIGNED, NOTE_BOOL };

struct packet_note {
	uint8_t name, kind;
	const char *text;
	uint64_t number; /* or an int64_t; of a text, its size */
};

enum { PACKET_NOTES_MAX = 8 };

struct packet_event {
	uint64_t time, track;
	uint8_t type, category; /* category 0: none */
	const char *name;       /* NULL: none; names of calls are written once */
	bool interned;
	size_t note_count;
	const uint64_t *flows, *ends; /* flows that go on from here, and that end here */
	size_t flow_count, end_count;
	int64_t value; /* of a counter */
	struct packet_note notes[PACKET_NOTES_MAX];
};

/* All but its time as if zeroed, in a fraction of the time that zeroing room for notes takes. */
static inline void packet_event_init(struct packet_event *e, uint64_t time)
{
	memset(e, 0, offsetof(struct packet_event, notes));
	e->time = time;
}

/* Zeroed, it is before the first tape. */
struct packets {
	uint32_t sequence;
	struct map names; /* hash of a name -> its number */
	struct buf event; /* what is being written */
};

/* A sequence of packets begins: the clocks at its time 0, in nanoseconds. */
void packets_begin(struct packets *p, uint64_t monotonic, uint64_t realtime, struct buf *ret);
/* @name NULL: not known yet; the packet may come again with it. @argv: strings, each with its
 * NUL. */
void packets_process(struct packets *p, uint64_t uuid, uint32_t pid, uint64_t start,
		     const char *name, const struct buf *argv, struct buf *ret);
void packets_thread(struct packets *p, uint64_t uuid, uint64_t parent, uint32_t pid, uint32_t tid,
		    struct buf *ret);
void packets_counter(struct packets *p, uint64_t uuid, uint64_t parent, const char *name,
		     enum packet_unit unit, struct buf *ret);
void packets_event(struct packets *p, const struct packet_event *e, struct buf *ret);
void packets_done(struct packets *p);

#endif
