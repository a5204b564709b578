/* SPDX-License-Identifier: Apache-2.0 */
/* What calls weigh that have two halves, or no end, and how names are told. */
#include "replayer/export/exporter.h"

#include "../made.h"
#include "base/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { PATH = 0x1000 };

struct told {
	void *x;
	struct buf out;
};

static void begin(struct told *t, enum export_weight weight)
{
	const struct export_options options = {.weight = weight};

	*t = (struct told){.x = exporter_folded.new(&options)};
	assert_non_null(t->x);
}

static void take(struct told *t, const struct event *e)
{
	const struct trace_item item = {.kind = ITEM_EVENT, .event = e};

	assert_int_equal(exporter_folded.item(t->x, &item, true, &t->out), 0);
}

static void call(struct told *t, const struct made_call *c, uint8_t kind, uint8_t state,
		 uint64_t seq, uint64_t time)
{
	struct made m;

	made_from(c, &m);
	m.event.kind = kind;
	m.event.seq = seq;
	m.event.time = time;
	m.event.call.state = state;
	if (kind != EVENT_END)
		m.event.call.begun_seq = seq;
	m.event.call.end_seq = seq + 1;
	take(t, &m.event);
	made_done(&m);
}

static void end(struct told *t, const char *expected)
{
	assert_int_equal(exporter_folded.end(t->x, &t->out), 0);
	assert_string_equal(buf_text(&t->out), expected);
	exporter_folded.free(t->x);
	buf_done(&t->out);
}

static const struct made_call pauses = {.name = "pause", .ret = -4};

static void test_two_halves(void **state)
{
	struct told t;

	(void)state;
	begin(&t, WEIGHT_TIME);
	call(&t, &pauses, EVENT_BEGUN, EVENT_UNFINISHED, 1, 1000);
	call(&t, &pauses, EVENT_END, EVENT_FINISHED, 9, 51000);
	call(&t, &pauses, EVENT_CALL, EVENT_FINISHED, 10, 52000);
	end(&t, "[unknown];[running] 1000\n[unknown];pause 54200\n");
}

static void test_never_came_back(void **state)
{
	struct event exit = made_event(EVENT_EXIT, 5);
	struct told t;

	(void)state;
	begin(&t, WEIGHT_TIME);
	call(&t, &pauses, EVENT_CALL, EVENT_NEVER, 1, 1000);
	exit.time = 8000;
	exit.exit.process = true;
	take(&t, &exit);
	end(&t, "[unknown];pause 7000\n");
}

static void test_still_there(void **state)
{
	struct event other = made_event(EVENT_SIGNAL, 5);
	struct told t;

	(void)state;
	begin(&t, WEIGHT_TIME);
	call(&t, &pauses, EVENT_BEGUN, EVENT_UNFINISHED, 1, 1000);
	other.time = 3000;
	other.tid = 900;
	take(&t, &other);
	end(&t, "[unknown];pause 2000\n");
}

static void test_names(void **state)
{
	const struct made_call opens = {.name = "open",
					.ret = -2,
					.args = {PATH},
					.memory = {MADE_STRING(PATH, "/a;b\n c 1")}};
	struct told t;

	(void)state;
	begin(&t, WEIGHT_COUNT);
	call(&t, &opens, EVENT_CALL, EVENT_FINISHED, 1, 1000);
	call(&t, &opens, EVENT_CALL, EVENT_FINISHED, 3, 9000);
	end(&t, "[unknown];open;/a\\x3bb\\x0a c 1 2\n");
}

static void test_table(void **state)
{
	(void)state;
	assert_ptr_equal(exporter_find("folded"), &exporter_folded);
	assert_null(exporter_find("fold"));
	for (size_t i = 0; exporter_at(i); i++)
		assert_ptr_equal(exporter_find(exporter_at(i)->name), exporter_at(i));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_two_halves),  cmocka_unit_test(test_never_came_back),
		cmocka_unit_test(test_still_there), cmocka_unit_test(test_names),
		cmocka_unit_test(test_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
