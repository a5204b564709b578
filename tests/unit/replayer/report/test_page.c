/* SPDX-License-Identifier: Apache-2.0 */
#include "replayer/report/page.h"

#include "../made.h"
#include "base/buf.h"

#include <errno.h>
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum {
	PAGE_MAX = 3 << 20,
	TOGETHER = 300, /* processes that live as long as the tape */
	PROCESSES = 1500,
	ADDRESS = 0x7000,
	TEXT = 480,
	FIRST = 1000, /* pid */
};

struct tape {
	struct report report;
	uint64_t seq;
};

static void take(struct tape *t, struct event *e, uint32_t pid)
{
	const struct trace_item item = {.kind = ITEM_EVENT, .event = e};

	e->pid = e->tid = pid;
	e->seq = ++t->seq;
	e->time = t->seq * 1000;
	assert_int_equal(report_take(&t->report, &item), 0);
}

/* Of what becomes longest on a page; no two are the same. */
static void say_hostile(char text[static TEXT], uint32_t number)
{
	int size = snprintf(text, TEXT, "/%" PRIu32, number);

	memset(text + size, '"', TEXT - 1 - (size_t)size);
	text[TEXT - 1] = '\0';
}

static void call(struct tape *t, uint32_t pid, const char *name, int64_t ret, const char *path)
{
	const bool at = strcmp(name, "openat") == 0;
	struct made_call c = {.name = name, .ret = ret};
	struct made m;

	if (path) {
		c.args[at] = ADDRESS;
		c.args[2] = 0101;
		c.memory[0] = (struct made_piece){
			.address = ADDRESS, .data = path, .length = strlen(path) + 1};
	}
	made_from(&c, &m);
	m.event.call.duration = path ? 5000 + t->seq : 5000;
	take(t, &m.event, pid);
	made_done(&m);
}

static void begin_process(struct tape *t, uint32_t pid)
{
	struct event e = made_event(EVENT_FORK, 1);
	char text[TEXT];

	if (pid != FIRST) {
		e.fork = (struct event_fork){pid, pid, FORK_FORK, true};
		take(t, &e, pid % 3 ? FIRST : pid - 1);
	}
	say_hostile(text, pid);
	e = made_event(EVENT_EXEC, 1);
	e.exec = (struct event_exec){pid, "/proc/exe", (const uint8_t *)text, sizeof(text)};
	take(t, &e, pid);
}

static void do_hostile(struct tape *t, uint32_t pid)
{
	static const struct {
		const char *call;
		int64_t ret;
	} calls[] = {{"openat", 3},
		     {"openat", -EACCES},
		     {"openat", -ENOENT},
		     {"unlink", 0},
		     {"execve", -ENOENT}};
	struct event e = made_event(EVENT_SIGNAL, 1);
	char text[TEXT];

	for (uint32_t i = 0; i < 5; i++) {
		say_hostile(text, pid * 8 + i);
		call(t, pid, calls[i].call, calls[i].ret, text);
	}
	e.signal = (struct event_signal){11, NULL, 0};
	take(t, &e, pid);
}

static void end_process(struct tape *t, uint32_t pid)
{
	struct event e = made_event(EVENT_EXIT, 1);

	e.exit = (struct event_exit){pid % 2 ? 11 : 0x100, true};
	take(t, &e, pid);
}

/* Everything that is bounded is full, of what takes most room. */
static void fill(struct tape *t)
{
	for (uint32_t i = 0; i < PROCESSES; i++) {
		begin_process(t, FIRST + i);
		do_hostile(t, FIRST + i);
		if (i > TOGETHER)
			end_process(t, FIRST + i);
	}
	for (uint32_t n = 0; n < 2 * REPORT_BINS; n++) {
		for (uint32_t i = 0; i < TOGETHER; i++)
			call(t, FIRST + i, "getpid", -EPERM, NULL);
	}
	for (uint32_t i = 1; i <= TOGETHER; i++)
		end_process(t, FIRST + TOGETHER - i);
}

static void a_page_is_bounded(void **unused)
{
	struct tape t = {.seq = 0};
	struct buf page = {0};

	(void)unused;
	assert_int_equal(report_init(&t.report), 0);
	fill(&t);
	assert_int_equal(report_end(&t.report), 0);
	assert_int_equal(report_page(&t.report, &page), 0);
	assert_in_range(page.size, PAGE_MAX / 2, PAGE_MAX);
	assert_non_null(strstr(buf_text(&page), "more files are not shown here"));
	assert_non_null(strstr(buf_text(&page), "others are not in it"));
	assert_null(strstr(buf_text(&page), "\"\"\"\""));
	buf_done(&page);
	report_done(&t.report);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_page_is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
