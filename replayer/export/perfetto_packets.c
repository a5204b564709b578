/* SPDX-License-Identifier: Apache-2.0 */
#include "perfetto_packets.h"

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/hash.h"

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
	uint64_t key = hash_add(HASH_START, name, strlen(name));
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

static void set_note(Perfetto__DebugAnnotation *a, const struct packet_note *n)
{
	perfetto__debug_annotation__init(a);
	a->has_name_iid = 1;
	a->name_iid = n->name;
	a->has_bool_value = n->kind == NOTE_BOOL;
	a->bool_value = n->number != 0;
	a->has_uint_value = n->kind == NOTE_UNSIGNED;
	a->uint_value = n->number;
	a->has_int_value = n->kind == NOTE_SIGNED;
	a->int_value = (int64_t)n->number;
	if (n->kind == NOTE_STRING)
		a->string_value = text(n->text);
}

void packets_event(struct packets *p, const struct packet_event *e, struct buf *ret)
{
	Perfetto__DebugAnnotation all[PACKET_NOTES_MAX], *list[PACKET_NOTES_MAX];
	Perfetto__TracePacket packet = PERFETTO__TRACE_PACKET__INIT;
	Perfetto__TrackEvent event = PERFETTO__TRACK_EVENT__INIT;
	Perfetto__InternedData data = PERFETTO__INTERNED_DATA__INIT;
	Perfetto__InternedName name = PERFETTO__INTERNED_NAME__INIT, *names = &name;
	uint64_t category = e->category;
	bool is_new = false;

	for (size_t i = 0; i < e->note_count; i++) {
		set_note(&all[i], &e->notes[i]);
		list[i] = &all[i];
	}
	event.debug_annotations = list;
	event.n_debug_annotations = e->note_count;
	event.category_iids = &category;
	event.n_category_iids = e->category ? 1 : 0;
	event.has_type = event.has_track_uuid = 1;
	event.type = e->type;
	event.track_uuid = e->track;
	event.has_counter_value = e->type == PACKET_COUNTER;
	event.counter_value = e->value;
	event.flow_ids = (uint64_t *)(uintptr_t)e->flows;
	event.n_flow_ids = e->flow_count;
	event.terminating_flow_ids = (uint64_t *)(uintptr_t)e->ends;
	event.n_terminating_flow_ids = e->end_count;
	if (e->name && e->interned)
		event.name_iid = number_of(p, e->name, &is_new);
	event.has_name_iid = event.name_iid != 0;
	event.name = event.has_name_iid ? NULL : text(e->name);
	if (is_new) {
		name.has_iid = 1;
		name.iid = event.name_iid;
		name.name = text(e->name);
		data.event_names = &names;
		data.n_event_names = 1;
		packet.interned_data = &data;
	}
	packet.track_event = &event;
	packet.has_timestamp = 1;
	packet.timestamp = e->time;
	put(p, &packet, ret);
}

void packets_done(struct packets *p)
{
	map_done(&p->names);
}
