/* SPDX-License-Identifier: Apache-2.0 */
#include "perfetto_packets.h"

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/hash.h"

#include <assert.h>
#include <endian.h>
#include <perfetto.pb-c.h>
#include <stdlib.h>
#include <string.h>

enum {
	TAG_PACKET = 1 << 3 | 2, /* Trace.packet */
	CLOCK_REALTIME_ID = 1,
	CLOCK_MONOTONIC_ID = 3,
	CLOCK_BOOTTIME_ID = 6,
	STATE_CLEARED = 1,
	STATE_NEEDED = 2,
	NAMES_MAX = 4096, /* kinds of calls that have a number */
	ARGV_MAX = 64,
};

static const char *const categories[] = {
	[CATEGORY_CALL] = "syscall", [CATEGORY_PROCESS] = "process", [CATEGORY_SIGNAL] = "signal"};

static const char *const notes[] = {[NOTE_TEXT] = "text",     [NOTE_OBJECT] = "object",
				    [NOTE_RET] = "ret",       [NOTE_ERROR] = "error",
				    [NOTE_SEQ] = "seq",       [NOTE_ARGV] = "argv",
				    [NOTE_STATUS] = "status", [NOTE_UNFINISHED] = "unfinished"};

static void put_varint(struct buf *ret, uint64_t value)
{
	for (; value >= 0x80; value >>= 7)
		buf_char(ret, (char)(value | 0x80));
	buf_char(ret, (char)value);
}

static void put(struct packets *p, Perfetto__TracePacket *packet, struct buf *ret)
{
	size_t size;
	uint8_t *at;

	packet->has_trusted_packet_sequence_id = 1;
	packet->trusted_packet_sequence_id = p->sequence;
	packet->has_sequence_flags = 1;
	packet->sequence_flags |= STATE_NEEDED;
	size = protobuf_c_message_get_packed_size(&packet->base);
	buf_char(ret, TAG_PACKET);
	put_varint(ret, size);
	at = buf_extend(ret, size);
	if (at)
		protobuf_c_message_pack(&packet->base, at);
}

/* Protobuf-c's strings are not const. */
static char *text(const char *s)
{
	return (char *)(uintptr_t)s;
}

static void put_clocks(struct packets *p, uint64_t monotonic, uint64_t realtime, struct buf *ret)
{
	/* The tape knows no BOOTTIME, the clock that packets have when nothing is said: it is taken
	 * for MONOTONIC, which it is but for the time that the machine was suspended. */
	const uint64_t values[][2] = {{CLOCK_BOOTTIME_ID, monotonic},
				      {CLOCK_REALTIME_ID, realtime},
				      {CLOCK_MONOTONIC_ID, monotonic}};
	Perfetto__ClockSnapshot__Clock clocks[ARRAY_SIZE(values)], *list[ARRAY_SIZE(values)];
	Perfetto__ClockSnapshot snapshot = PERFETTO__CLOCK_SNAPSHOT__INIT;
	Perfetto__TracePacket packet = PERFETTO__TRACE_PACKET__INIT;

	for (size_t i = 0; i < ARRAY_SIZE(values); i++) {
		perfetto__clock_snapshot__clock__init(&clocks[i]);
		clocks[i].has_clock_id = clocks[i].has_timestamp = 1;
		clocks[i].clock_id = (uint32_t)values[i][0];
		clocks[i].timestamp = values[i][1];
		list[i] = &clocks[i];
	}
	snapshot.n_clocks = ARRAY_SIZE(values);
	snapshot.clocks = list;
	packet.clock_snapshot = &snapshot;
	packet.has_timestamp = 1;
	packet.timestamp = monotonic;
	put(p, &packet, ret);
}

static size_t number_names(const char *const *names, size_t count, Perfetto__InternedName *all,
			   Perfetto__InternedName **list)
{
	for (size_t i = 1; i < count; i++) {
		perfetto__interned_name__init(&all[i]);
		all[i].has_iid = 1;
		all[i].iid = i;
		all[i].name = text(names[i]);
		list[i - 1] = &all[i];
	}
	return count - 1;
}

void packets_begin(struct packets *p, uint64_t monotonic, uint64_t realtime, struct buf *ret)
{
	Perfetto__InternedName categories_all[CATEGORY_MAX], *categories_list[CATEGORY_MAX];
	Perfetto__InternedName notes_all[NOTE_NAME_MAX], *notes_list[NOTE_NAME_MAX];
	Perfetto__InternedData data = PERFETTO__INTERNED_DATA__INIT;
	Perfetto__TracePacket packet = PERFETTO__TRACE_PACKET__INIT;

	map_done(&p->names);
	p->sequence++;
	data.event_categories = categories_list;
	data.n_event_categories =
		number_names(categories, CATEGORY_MAX, categories_all, categories_list);
	data.debug_annotation_names = notes_list;
	data.n_debug_annotation_names = number_names(notes, NOTE_NAME_MAX, notes_all, notes_list);
	packet.interned_data = &data;
	packet.sequence_flags = STATE_CLEARED;
	put(p, &packet, ret);
	put_clocks(p, monotonic, realtime, ret);
}

static void put_track(struct packets *p, Perfetto__TrackDescriptor *track, uint64_t uuid,
		      struct buf *ret)
{
	Perfetto__TracePacket packet = PERFETTO__TRACE_PACKET__INIT;

	track->has_uuid = 1;
	track->uuid = uuid;
	packet.track_descriptor = track;
	put(p, &packet, ret);
}

static size_t split(const struct buf *argv, char **ret)
{
	size_t n = 0;

	for (size_t at = 0; argv && at < argv->size && n < ARGV_MAX;
	     at += strlen(argv->data + at) + 1)
		ret[n++] = argv->data + at;
	return n;
}

void packets_process(struct packets *p, uint64_t uuid, uint32_t pid, uint64_t start,
		     const char *name, const struct buf *argv, struct buf *ret)
{
	Perfetto__ProcessDescriptor process = PERFETTO__PROCESS_DESCRIPTOR__INIT;
	Perfetto__TrackDescriptor track = PERFETTO__TRACK_DESCRIPTOR__INIT;
	char *words[ARGV_MAX];

	process.has_pid = 1;
	process.pid = (int32_t)pid;
	process.process_name = text(name);
	process.has_start_timestamp_ns = 1;
	process.start_timestamp_ns = (int64_t)start;
	process.n_cmdline = split(argv, words);
	process.cmdline = words;
	track.process = &process;
	put_track(p, &track, uuid, ret);
}

void packets_thread(struct packets *p, uint64_t uuid, uint64_t parent, uint32_t pid, uint32_t tid,
		    struct buf *ret)
{
	Perfetto__ThreadDescriptor thread = PERFETTO__THREAD_DESCRIPTOR__INIT;
	Perfetto__TrackDescriptor track = PERFETTO__TRACK_DESCRIPTOR__INIT;

	thread.has_pid = thread.has_tid = 1;
	thread.pid = (int32_t)pid;
	thread.tid = (int32_t)tid;
	track.thread = &thread;
	track.has_parent_uuid = 1;
	track.parent_uuid = parent;
	put_track(p, &track, uuid, ret);
}

void packets_counter(struct packets *p, uint64_t uuid, uint64_t parent, const char *name,
		     enum packet_unit unit, struct buf *ret)
{
	Perfetto__CounterDescriptor counter = PERFETTO__COUNTER_DESCRIPTOR__INIT;
	Perfetto__TrackDescriptor track = PERFETTO__TRACK_DESCRIPTOR__INIT;

	counter.has_unit = 1;
	counter.unit = unit;
	track.counter = &counter;
	track.name = text(name);
	track.has_parent_uuid = 1;
	track.parent_uuid = parent;
	put_track(p, &track, uuid, ret);
}

/* The number of a name, 0: it has none; @ret_new: it is told with this packet. */
static uint64_t number_of(struct packets *p, const char *name, bool *ret_new)
{
	uint64_t key = hash_text(name, strlen(name));
	uintptr_t number = (uintptr_t)map_get(&p->names, key);

	*ret_new = false;
	if (number)
		return number;
	number = p->names.count + 1;
	if (number > NAMES_MAX || map_put(&p->names, key, (void *)number) < 0)
		return 0;
	*ret_new = true;
	return number;
}

/* ---- events, which are most of a trace: written without a message in between ---- */

/* A field's number with its wire type, as protobuf puts it in front of the value. */
#define WIRE_VARINT(field)  ((field) << 3)
#define WIRE_FIXED64(field) ((field) << 3 | 1)
#define WIRE_BYTES(field)   ((field) << 3 | 2)

/* Of perfetto.proto, in the order of their numbers, in which they are written. */
enum {
	PACKET_TIMESTAMP = WIRE_VARINT(8),
	PACKET_SEQUENCE = WIRE_VARINT(10),
	PACKET_TRACK_EVENT = WIRE_BYTES(11),
	PACKET_INTERNED_DATA = WIRE_BYTES(12),
	PACKET_SEQUENCE_FLAGS = WIRE_VARINT(13),
	EVENT_CATEGORY_IID = WIRE_VARINT(3),
	EVENT_ANNOTATION = WIRE_BYTES(4),
	EVENT_TYPE = WIRE_VARINT(9),
	EVENT_NAME_IID = WIRE_VARINT(10),
	EVENT_TRACK = WIRE_VARINT(11),
	EVENT_NAME_TEXT = WIRE_BYTES(23),
	EVENT_COUNTER_VALUE = WIRE_VARINT(30),
	EVENT_FLOW_ID = WIRE_FIXED64(47),
	EVENT_FLOW_END_ID = WIRE_FIXED64(48),
	ANNOTATION_NAME_IID = WIRE_VARINT(1),
	ANNOTATION_BOOL = WIRE_VARINT(2),
	ANNOTATION_UINT = WIRE_VARINT(3),
	ANNOTATION_INT = WIRE_VARINT(4),
	ANNOTATION_STRING = WIRE_BYTES(6),
	DATA_EVENT_NAME = WIRE_BYTES(2),
	NAME_IID = WIRE_VARINT(1),
	NAME_TEXT = WIRE_BYTES(2),
};

static const uint8_t note_tags[] = {[NOTE_STRING] = ANNOTATION_STRING,
				    [NOTE_SIGNED] = ANNOTATION_INT,
				    [NOTE_UNSIGNED] = ANNOTATION_UINT,
				    [NOTE_BOOL] = ANNOTATION_BOOL};

enum {
	VARINT_MAX = 10,
	NUMBER_MAX = 2 + VARINT_MAX, /* with its tag, which is of two bytes at most */
	EVENT_NUMBERS = 5,           /* of an event, besides its notes and flows */
};

static size_t varint_size(uint64_t value)
{
	return (size_t)(70 - __builtin_clzll(value | 1)) / 7;
}

static uint8_t *add_varint(uint8_t *at, uint64_t value)
{
	for (; value >= 0x80; value >>= 7)
		*at++ = (uint8_t)(value | 0x80);
	*at++ = (uint8_t)value;
	return at;
}

static uint8_t *add_number(uint8_t *at, unsigned tag, uint64_t value)
{
	return add_varint(add_varint(at, tag), value);
}

static uint8_t *add_bytes(uint8_t *at, unsigned tag, const void *bytes, size_t size)
{
	at = add_number(at, tag, size);
	memcpy(at, bytes, size);
	return at + size;
}

static uint8_t *add_ids(uint8_t *at, unsigned tag, const uint64_t *ids, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const uint64_t id = htole64(ids[i]);

		at = add_varint(at, tag);
		memcpy(at, &id, sizeof(id));
		at += sizeof(id);
	}
	return at;
}

static uint8_t *add_note(uint8_t *at, const struct packet_note *n)
{
	const uint64_t value = n->kind == NOTE_BOOL && n->number ? 1 : n->number;

	/* Both tags are bytes, and so is the number of the name. */
	at = add_number(at, EVENT_ANNOTATION,
			3 + varint_size(value) + (n->kind == NOTE_STRING ? n->number : 0));
	at = add_number(at, ANNOTATION_NAME_IID, n->name);
	if (n->kind == NOTE_STRING)
		return add_bytes(at, note_tags[n->kind], n->text, n->number);
	return add_number(at, note_tags[n->kind], value);
}

/* More than it takes. */
static size_t event_room(const struct packet_event *e, size_t name_size)
{
	size_t room = EVENT_NUMBERS * NUMBER_MAX + name_size;

	room += (e->flow_count + e->end_count) * (2 + sizeof(uint64_t));
	for (size_t i = 0; i < e->note_count; i++)
		room += 3 * NUMBER_MAX + (e->notes[i].kind == NOTE_STRING ? e->notes[i].number : 0);
	return room;
}

static uint8_t *add_event(uint8_t *at, const struct packet_event *e, uint64_t name_iid,
			  size_t name_size)
{
	if (e->category)
		at = add_number(at, EVENT_CATEGORY_IID, e->category);
	for (size_t i = 0; i < e->note_count; i++)
		at = add_note(at, &e->notes[i]);
	at = add_number(at, EVENT_TYPE, e->type);
	if (name_iid)
		at = add_number(at, EVENT_NAME_IID, name_iid);
	at = add_number(at, EVENT_TRACK, e->track);
	if (e->name && !name_iid)
		at = add_bytes(at, EVENT_NAME_TEXT, e->name, name_size);
	if (e->type == PACKET_COUNTER)
		at = add_number(at, EVENT_COUNTER_VALUE, (uint64_t)e->value);
	at = add_ids(at, EVENT_FLOW_ID, e->flows, e->flow_count);
	return add_ids(at, EVENT_FLOW_END_ID, e->ends, e->end_count);
}

static size_t number_size(unsigned tag, uint64_t value)
{
	return varint_size(tag) + varint_size(value);
}

/* A name that is told with its number, for the first time. */
struct new_name {
	uint64_t iid; /* 0: it is none */
	const char *text;
	size_t text_size;
	size_t inner, outer; /* bytes of the messages around it */
};

static struct new_name new_name(uint64_t iid, const char *text, size_t size)
{
	struct new_name n = {iid, text, size, 0, 0};

	if (!iid)
		return n;
	n.inner = number_size(NAME_IID, iid) + number_size(NAME_TEXT, size) + size;
	n.outer = number_size(DATA_EVENT_NAME, n.inner) + n.inner;
	return n;
}

static uint8_t *add_new_name(uint8_t *at, const struct new_name *n)
{
	at = add_number(at, PACKET_INTERNED_DATA, n->outer);
	at = add_number(at, DATA_EVENT_NAME, n->inner);
	at = add_number(at, NAME_IID, n->iid);
	return add_bytes(at, NAME_TEXT, n->text, n->text_size);
}

static void put_packet(const struct packets *p, uint64_t time, const struct new_name *name,
		       struct buf *ret)
{
	const struct buf *event = &p->event;
	size_t size = number_size(PACKET_TIMESTAMP, time) +
		      number_size(PACKET_SEQUENCE, p->sequence) +
		      number_size(PACKET_TRACK_EVENT, event->size) + event->size +
		      number_size(PACKET_SEQUENCE_FLAGS, STATE_NEEDED);
	uint8_t *at;

	if (name->iid)
		size += number_size(PACKET_INTERNED_DATA, name->outer) + name->outer;
	at = buf_extend(ret, number_size(TAG_PACKET, size) + size);
	if (!at)
		return;
	at = add_number(at, TAG_PACKET, size);
	at = add_number(at, PACKET_TIMESTAMP, time);
	at = add_number(at, PACKET_SEQUENCE, p->sequence);
	at = add_bytes(at, PACKET_TRACK_EVENT, event->data, event->size);
	if (name->iid)
		at = add_new_name(at, name);
	at = add_number(at, PACKET_SEQUENCE_FLAGS, STATE_NEEDED);
	assert((char *)at == ret->data + ret->size);
}

void packets_event(struct packets *p, const struct packet_event *e, struct buf *ret)
{
	const size_t name_size = e->name ? strlen(e->name) : 0;
	bool is_new = false;
	const uint64_t iid = e->name && e->interned ? number_of(p, e->name, &is_new) : 0;
	const struct new_name name = new_name(is_new ? iid : 0, e->name, name_size);
	uint8_t *at;

	/* Its size comes in front of it. */
	buf_clear(&p->event);
	at = buf_extend(&p->event, event_room(e, name_size));
	if (!at) {
		buf_inherit(ret, &p->event);
		return;
	}
	at = add_event(at, e, iid, name_size);
	buf_truncate(&p->event, (size_t)((char *)at - p->event.data));
	put_packet(p, e->time, &name, ret);
}

void packets_done(struct packets *p)
{
	map_done(&p->names);
	buf_done(&p->event);
}
