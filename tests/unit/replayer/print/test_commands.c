/* SPDX-License-Identifier: Apache-2.0 */
/* What processes are called, and where it is said. */
#include "replayer/print/print.h"

#include "../made.h"

#include "base/buf.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { AT = 0x1000, SET_NAME = 15 };

struct scene {
	struct printer *printer;
	struct buf text;
};

static struct scene begin(void)
{
	const struct print_options o = {.align = 1, .string_limit = 32, .commands = true};
	struct scene s = {.printer = printer_new(&o)};

	assert_non_null(s.printer);
	return s;
}

static void check(struct scene *s, const char *expected)
{
	assert_string_equal(buf_text(&s->text), expected);
	buf_clear(&s->text);
}

static void done(struct scene *s)
{
	buf_done(&s->text);
	printer_free(s->printer);
}

static void event(struct scene *s, struct event *e, uint32_t pid)
{
	e->pid = e->tid = pid;
	assert_int_equal(print_event(s->printer, e, &s->text), 0);
}

static void call(struct scene *s, uint32_t pid, const struct made_call *call)
{
	struct made m;

	made_from(call, &m);
	event(s, &m.event, pid);
	made_done(&m);
}

static void number(struct scene *s, uint32_t pid, const char *name, uint64_t arg, int64_t ret)
{
	const struct made_call made = {.name = name, .args = {arg}, .ret = ret};

	call(s, pid, &made);
}

static void exec_call(struct scene *s, uint32_t pid, const char *path, int64_t ret)
{
	const struct made_call made = {
		.name = "execve",
		.args = {AT},
		.ret = ret,
		.memory = {{.address = AT, .data = path, .length = strlen(path) + 1}}};

	call(s, pid, &made);
	buf_clear(&s->text);
}

static void exec(struct scene *s, uint32_t pid, uint32_t former, const char *path)
{
	struct event e = made_event(EVENT_EXEC, 1);

	e.exec = (struct event_exec){.former_tid = former, .path = path};
	event(s, &e, pid);
	buf_clear(&s->text);
}

static void fork_event(struct scene *s, uint32_t pid, uint32_t child)
{
	struct event e = made_event(EVENT_FORK, 1);

	e.fork = (struct event_fork){child, child, FORK_FORK, true};
	event(s, &e, pid);
}

static void test_lives(void **state)
{
	struct scene s = begin();

	(void)state;
	number(&s, 10, "getpid", 0, 10);
	check(&s, "10    getpid() = 10\n");
	/* A script is called by its own name, not by that of what runs it. */
	exec_call(&s, 10, "/opt/bin/script", 0);
	exec(&s, 10, 10, "/usr/bin/bash");
	number(&s, 10, "fork", 0, 11);
	fork_event(&s, 10, 11);
	check(&s, "10<script> fork() = 11<script>\n");
	/* One that fails changes nothing. */
	exec_call(&s, 11, "/opt/none", -ENOENT);
	number(&s, 11, "getppid", 0, 10);
	check(&s, "11<script> getppid() = 10<script>\n");
	exec(&s, 11, 11, "/usr/bin/a-name-that-is-too-long");
	exec_call(&s, 11, "/bin/a-name-that-is-too-long", 0);
	exec(&s, 11, 11, "/bin/other");
	number(&s, 10, "kill", 11, 0);
	check(&s, "10<script> kill(11<a-name-that-is->, 0) = 0\n");
	number(&s, 10, "kill", (uint64_t)-11, 0);
	check(&s, "10<script> kill(-11, 0) = 0\n");
	done(&s);
}

/* It has the new name from the line behind on; a name may be anything. */
static void test_named_by_itself(void **state)
{
	const struct made_call names = {
		.name = "prctl", .args = {SET_NAME, AT}, .memory = {MADE_STRING(AT, "\033[31m")}};
	struct scene s = begin();

	(void)state;
	exec(&s, 10, 10, "/bin/prog");
	call(&s, 10, &names);
	check(&s, "10<prog> prctl(PR_SET_NAME, \"\\33[31m\") = 0\n");
	number(&s, 10, "gettid", 0, 10);
	check(&s, "10<\\33[31m> gettid() = 10<\\33[31m>\n");
	done(&s);
}

static void test_of_the_snapshot(void **state)
{
	uint32_t tids[] = {10, 12};
	struct meta_process process = {.pid = 10,
				       .tids = tids,
				       .tid_count = 2,
				       .comm = {(uint8_t *)(uintptr_t) "nginx", 5}};
	const struct meta_snapshot snapshot = {.processes = &process, .process_count = 1};
	struct scene s = begin();

	(void)state;
	assert_int_equal(printer_snapshot(s.printer, &snapshot), 0);
	number(&s, 12, "gettid", 0, 12);
	check(&s, "12<nginx> gettid() = 12<nginx>\n");
	/* Not of the next tape. */
	printer_header(s.printer, NULL);
	number(&s, 12, "gettid", 0, 12);
	check(&s, "12    gettid() = 12\n");
	done(&s);
}

/* What is not told is taken notice of. */
static void test_untold(void **state)
{
	struct event e = made_event(EVENT_EXEC, 1);
	struct scene s = begin();

	(void)state;
	e.exec = (struct event_exec){.former_tid = 13, .path = "/bin/quiet"};
	e.pid = e.tid = 10;
	assert_int_equal(print_nothing(s.printer, &e), 0);
	number(&s, 10, "getpid", 0, 10);
	check(&s, "10<quiet> getpid() = 10<quiet>\n");
	done(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lives),
		cmocka_unit_test(test_named_by_itself),
		cmocka_unit_test(test_of_the_snapshot),
		cmocka_unit_test(test_untold),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
