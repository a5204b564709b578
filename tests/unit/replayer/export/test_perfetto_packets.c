/* SPDX-License-Identifier: Apache-2.0 */
/* What is written for an event is what protobuf reads as that event, and would write. */
#include "replayer/export/perfetto_packets.h"

#include <perfetto.pb-c.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static Perfetto__Trace *unpack(const struct buf *out)
{
	Perfetto__Trace *t = perfetto__trace__unpack(NULL, out->size, (const uint8_t *)out->data);
	uint8_t *again;

	assert_non_null(t);
	assert_int_equal(perfetto__trace__get_packed_size(t), out->size);
	again = malloc(out->size + 1);
	assert_non_null(again);
	perfetto__trace__pack(t, again);
	assert_memory_equal(again, out->data, out->size);
	free(again);
	return t;
}

static struct packet_note number(uint8_t name, uint8_t kind, uint64_t value)
{
	return (struct packet_note){name, kind, NULL, value};
}

static struct packet_note words(uint8_t name, const char *text)
{
	return (struct packet_note){name, NOTE_STRING, text, strlen(text)};
}

static void check_notes(Perfetto__DebugAnnotation *const *n, size_t count)
{
	assert_int_equal(count, 6);
	assert_int_equal(n[0]->name_iid, NOTE_TEXT);
	assert_int_equal(strlen(n[0]->string_value), 200);
	assert_true(n[1]->has_int_value && n[1]->int_value == -2);
	assert_true(n[2]->has_uint_value && n[2]->uint_value == UINT64_MAX);
	assert_true(n[3]->has_bool_value && n[3]->bool_value);
	assert_true(n[4]->has_bool_value && !n[4]->bool_value);
	assert_string_equal(n[5]->string_value, "");
}

/* All that an event can have, with numbers of all sizes. */
static void test_everything(void **state)
{
	static const uint64_t flows[] = {1, UINT64_MAX}, ends[] = {UINT64_C(1) << 32};
	struct packets p = {.sequence = 3};
	struct packet_event e;
	struct buf out = {0};
	char text[201];
	Perfetto__Trace *t;
	const Perfetto__TracePacket *packet;
	const Perfetto__TrackEvent *event;

	(void)state;
	memset(text, 'x', 200);
	text[200] = '\0';
	packet_event_init(&e, UINT64_MAX);
	e.track = 128;
	e.type = PACKET_COUNTER;
	e.category = CATEGORY_SIGNAL;
	e.name = "a name";
	e.value = -1;
	e.flows = flows;
	e.flow_count = 2;
	e.ends = ends;
	e.end_count = 1;
	e.notes[e.note_count++] = words(NOTE_TEXT, text);
	e.notes[e.note_count++] = number(NOTE_RET, NOTE_SIGNED, (uint64_t)-2);
	e.notes[e.note_count++] = number(NOTE_SEQ, NOTE_UNSIGNED, UINT64_MAX);
	e.notes[e.note_count++] = number(NOTE_UNFINISHED, NOTE_BOOL, 300);
	e.notes[e.note_count++] = number(NOTE_UNFINISHED, NOTE_BOOL, 0);
	e.notes[e.note_count++] = words(NOTE_OBJECT, "");
	packets_event(&p, &e, &out);
	assert_int_equal(buf_error(&out), 0);
	t = unpack(&out);
	assert_int_equal(t->n_packet, 1);
	packet = t->packet[0];
	event = packet->track_event;
	assert_true(packet->timestamp == UINT64_MAX && packet->trusted_packet_sequence_id == 3);
	assert_null(packet->interned_data);
	assert_int_equal(event->track_uuid, 128);
	assert_int_equal(event->type, PACKET_COUNTER);
	assert_true(event->counter_value == -1);
	assert_int_equal(event->category_iids[0], CATEGORY_SIGNAL);
	assert_string_equal(event->name, "a name");
	assert_false(event->has_name_iid);
	assert_true(event->n_flow_ids == 2 && event->flow_ids[1] == UINT64_MAX);
	assert_true(event->n_terminating_flow_ids == 1 &&
		    event->terminating_flow_ids[0] == ends[0]);
	check_notes(event->debug_annotations, event->n_debug_annotations);
	perfetto__trace__free_unpacked(t, NULL);
	packets_done(&p);
	buf_done(&out);
}

/* A name is told once, with the number that stands for it; beyond 127 of them numbers are
 * longer. */
static void test_names(void **state)
{
	enum { NAMES = 300 };
	struct packets p = {.sequence = 1};
	struct packet_event e;
	struct buf out = {0};
	Perfetto__Trace *t;

	(void)state;
	for (int i = 0; i < 2 * NAMES; i++) {
		char name[32];

		snprintf(name, sizeof(name), "call_%d", i % NAMES);
		packet_event_init(&e, (uint64_t)i);
		e.type = PACKET_BEGIN;
		e.name = name;
		e.interned = true;
		packets_event(&p, &e, &out);
	}
	t = unpack(&out);
	assert_int_equal(t->n_packet, 2 * NAMES);
	for (size_t i = 0; i < 2 * NAMES; i++) {
		const Perfetto__TracePacket *packet = t->packet[i];

		assert_int_equal(packet->track_event->name_iid, i % NAMES + 1);
		assert_null(packet->track_event->name);
		assert_true(!packet->interned_data == (i >= NAMES));
	}
	assert_int_equal(t->packet[NAMES - 1]->interned_data->event_names[0]->iid, NAMES);
	assert_string_equal(t->packet[NAMES - 1]->interned_data->event_names[0]->name, "call_299");
	perfetto__trace__free_unpacked(t, NULL);
	packets_done(&p);
	buf_done(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_everything),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
