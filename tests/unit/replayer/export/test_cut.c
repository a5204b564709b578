/* SPDX-License-Identifier: Apache-2.0 */
/* A tape told item by item, cut, and read again. */
#include "replayer/export/cut.h"

#include "../state/world.h"

#include "base/buf.h"
#include "base/err.h"
#include "format/container/source.h"
#include "sys/choice.h"
#include "sys/table.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { AT = 0x9000, CLOEXEC = 02000000, LONG = 40 };

static const char text[LONG + 1] = "0123456789012345678901234567890123456789";

struct scene {
	struct world world;
	struct cut *cut;
	struct buf tape;
	struct buf told; /* what is in the part */
	struct meta_snapshot snapshot;
	struct cut_totals totals;
	char *cut_words, *note;
	bool incomplete;
};

static int take(void *context, const struct trace_item *item)
{
	struct scene *s = context;
	struct err err = {0};

	return cut_take(s->cut, item, &err);
}

static void begin(struct scene *s, struct cut_options *options)
{
	struct meta_header header = {.payload_limit = UINT64_MAX, .uuid = {1, 2, 3}};
	const struct trace_item item = {.kind = ITEM_HEADER, .header = &header};

	*s = (struct scene){.incomplete = false};
	options->level = 1;
	options->words = "the words";
	options->sink = sink_memory(&s->tape);
	s->cut = cut_new(options);
	assert_non_null(s->cut);
	assert_int_equal(take(s, &item), 0);
	world_begin_with(&s->world, take, s);
}

/* Process 10 opens, forks, both move bytes; 11 goes elsewhere and ends. */
static void happen(struct scene *s)
{
	const struct made_call writes = {.name = "write",
					 .ret = LONG,
					 .args = {3, AT, LONG},
					 .memory = {{.address = AT, .data = text, .length = LONG}}};
	struct world *w = &s->world;

	world_open(w, 10, "/etc/a", CLOEXEC | 1, 3); /* 1, 2 */
	world_call(w, 10, 10, &writes);              /* 3, 4 */
	world_fork(w, 10, 11, FORK_FORK);            /* 5 */
	world_call(w, 11, 11, &writes);              /* 6, 7 */
	world_path(w, 11, "chdir", "/srv");          /* 8, 9 */
	world_numbers(w, 10, "getuid", 0, 0, 0, 0);  /* 10, 11 */
	world_numbers(w, 11, "getuid", 0, 0, 0, 0);  /* 12, 13 */
	world_exit(w, 11, 11);                       /* 14 */
}

static void trailer(struct scene *s)
{
	struct meta_trailer t = {.reason = (char *)(uintptr_t) ""};
	const struct trace_item item = {.kind = ITEM_TRAILER, .trailer = &t};

	assert_int_equal(take(s, &item), 0);
}

/* "6 write(11)", of what has data a '+'. */
static void say(struct scene *s, const struct event *e)
{
	static const char *const kinds[] = {[EVENT_FORK] = "fork", [EVENT_EXIT] = "exit"};
	const struct sys_desc *d = event_is_call(e) ? sys_find(e->call.arch, e->call.nr) : NULL;

	buf_printf(&s->told, "%s%d %s(%u)%s", s->told.size ? ", " : "", (int)e->seq,
		   d ? d->name : kinds[e->kind], e->pid,
		   event_is_call(e) && e->memory_count && e->memory[0].length == LONG ? "+" : "");
}

/* Reads the part. */
static void finish(struct scene *s)
{
	const struct trace_stream_options options = {0};
	struct trace_source *source;
	struct trace_stream *stream;
	struct trace_item item;
	struct err err = {0};

	assert_int_equal(cut_finish(s->cut, &s->totals, &err), 0);
	assert_int_equal(trace_source_memory(s->tape.data, s->tape.size, false, &source), 0);
	assert_int_equal(trace_stream_open(source, &options, &stream, &err), 0);
	while (trace_stream_next(stream, &item, &err) > 0) {
		assert_int_not_equal(item.kind, ITEM_DAMAGE);
		if (item.kind == ITEM_HEADER)
			s->cut_words = strdup(item.header->cut);
		else if (item.kind == ITEM_EVENT)
			say(s, item.event);
		else if (item.kind == ITEM_TRAILER)
			s->incomplete = item.trailer->incomplete;
		else if (item.kind == ITEM_SNAPSHOT)
			buf_printf(&s->told, "%sworld at %d of %d", s->told.size ? ", " : "",
				   (int)item.snapshot->seq, (int)item.snapshot->process_count);
	}
	trace_stream_free(stream);
}

static void done(struct scene *s)
{
	cut_free(s->cut);
	world_done(&s->world);
	buf_done(&s->tape);
	buf_done(&s->told);
	free(s->cut_words);
}

static void check(struct cut_options *options, const char *told, unsigned chosen)
{
	struct scene s;

	begin(&s, options);
	happen(&s);
	trailer(&s);
	finish(&s);
	assert_string_equal(buf_text(&s.told), told);
	assert_int_equal(s.totals.chosen, chosen);
	/* What is behind the chosen time is not read. */
	assert_in_range(s.totals.read, s.totals.chosen, 8);
	assert_string_equal(s.cut_words, "the words");
	assert_false(s.incomplete);
	done(&s);
}

static void test_all(void **state)
{
	struct cut_options options = {.level = 0};

	(void)state;
	check(&options,
	      "world at 0 of 1, 1 open(10), 3 write(10)+, 5 fork(10), 6 write(11)+, 8 chdir(11), "
	      "10 getuid(10), 12 getuid(11), 14 exit(11)",
	      8);
}

/* A world in front, as it was there. */
static void test_places(void **state)
{
	struct cut_options options = {.first = 6, .last = 10};

	(void)state;
	check(&options, "world at 5 of 2, 6 write(11)+, 8 chdir(11), 10 getuid(10)", 3);
}

/* Of others what the state rests on, and what moves positions, without its data. */
static void test_process(void **state)
{
	struct cut_options options = {.level = 0};

	(void)state;
	assert_int_equal(map_put(&options.pids, 11, &options), 0);
	check(&options,
	      "world at 0 of 1, 1 open(10), 3 write(10), 5 fork(10), 6 write(11)+, 8 chdir(11), "
	      "12 getuid(11), 14 exit(11)",
	      4);
	map_done(&options.pids);
}

/* Of calls that were not asked for those that the state rests on. */
static void test_calls(void **state)
{
	struct sys_choice calls = {.others = false};
	struct cut_options options = {.calls = &calls, .trace_set = "getuid"};

	(void)state;
	assert_int_equal(sys_choice_parse("getuid", &calls, NULL), 0);
	check(&options,
	      "world at 0 of 1, 1 open(10), 5 fork(10), 8 chdir(11), 10 getuid(10), "
	      "12 getuid(11), 14 exit(11)",
	      4);
	sys_choice_done(&calls);
}

/* Nothing of what came behind the end of a tape that was torn. */
static void test_torn(void **state)
{
	struct cut_options options = {.level = 0};
	struct scene s;

	(void)state;
	begin(&s, &options);
	happen(&s);
	finish(&s);
	assert_true(s.incomplete);
	done(&s);
}

/* A call that was in flight where the part begins has its exit in it. */
static void test_in_flight(void **state)
{
	struct cut_options options = {.first = 3};
	const struct made_call waits = {.name = "pause", .ret = -EINTR};
	struct scene s;

	(void)state;
	begin(&s, &options);
	world_call_until(&s.world, 10, 10, &waits, 5);
	s.world.seq++;
	world_fork(&s.world, 10, 11, FORK_FORK);
	world_numbers(&s.world, 11, "getuid", 0, 0, 0, 0);
	trailer(&s);
	finish(&s);
	assert_string_equal(buf_text(&s.told),
			    "world at 2 of 1, 3 fork(10), 4 getuid(11), 5 pause(10)");
	done(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all),     cmocka_unit_test(test_places),
		cmocka_unit_test(test_process), cmocka_unit_test(test_calls),
		cmocka_unit_test(test_torn),    cmocka_unit_test(test_in_flight),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
