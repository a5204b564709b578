/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lines: the columns in front, which events have one, calls told in two halves, calls
 * that nobody knows, and the parts of a call one by one. What is expected is what
 * strace 6.1 writes with -f -o FILE and the same options.
 */
#include "check.h"

#include "base/buf.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

enum { P = 0x10000000, Q = 0x10001000, CLOSE = 3, PAUSE = 34, RESTART_SYSCALL = 219 };

static struct event closes(uint64_t time)
{
	struct event e = made_event(EVENT_CALL, 1);

	e.time = time;
	e.call.nr = CLOSE;
	e.call.args[0] = 3;
	e.call.duration = 12345678999;
	e.call.state = EVENT_FINISHED;
	return e;
}

/* The lines of @count calls of close(3), at 0, 1.5 s, 3 s … */
static void check_lines(const struct print_options *options, unsigned count, const char *expected)
{
	const struct meta_header header = {.start_realtime = INT64_C(1795565144485431999)};
	struct printer *p = printer_new(options);
	struct buf text = {0};

	assert_non_null(p);
	printer_header(p, &header);
	for (unsigned i = 0; i < count; i++) {
		const struct event e = closes(i * UINT64_C(1500000000));

		assert_int_equal(print_event(p, &e, &text), 0);
	}
	assert_string_equal(buf_text(&text), expected);
	buf_done(&text);
	printer_free(p);
}

static void test_columns(void **state)
{
	struct print_options o = {.no_pid = true};

	(void)state;
	check_lines(&o, 1, "close(3)                                = 0\n");
	o.align = 20;
	check_lines(&o, 1, "close(3)            = 0\n");
	o.align = 9;
	check_lines(&o, 1, "close(3) = 0\n");
	o.align = 1;
	check_lines(&o, 1, "close(3) = 0\n");
	o = (struct print_options){.align = 1};
	check_lines(&o, 1, "812   close(3) = 0\n");
	o.durations = true;
	check_lines(&o, 1, "812   close(3) = 0 <12.345678>\n");
}

static void test_clocks(void **state)
{
	struct print_options o = {.align = 1, .clock = PRINT_CLOCK_TIME};

	(void)state;
	check_lines(&o, 2, "812   00:05:44 close(3) = 0\n812   00:05:45 close(3) = 0\n");
	o.clock = PRINT_CLOCK_TIME_US;
	check_lines(&o, 2,
		    "812   00:05:44.485431 close(3) = 0\n812   00:05:45.985431 close(3) = 0\n");
	o.clock = PRINT_CLOCK_UNIX;
	check_lines(&o, 1, "812   1795565144.485431 close(3) = 0\n");
	o = (struct print_options){.align = 1, .relative = true};
	check_lines(&o, 3,
		    "812        0.000000 close(3) = 0\n812        1.500000 close(3) = 0\n"
		    "812        1.500000 close(3) = 0\n");
}

static void test_no_header(void **state)
{
	const struct print_options o = {.align = 1, .clock = PRINT_CLOCK_UNIX};
	struct printer *p = printer_new(&o);
	const struct event e = closes(1500000000);
	struct buf text = {0};

	(void)state;
	printer_header(p, NULL);
	assert_int_equal(print_event(p, &e, &text), 0);
	assert_string_equal(buf_text(&text), "812   1.500000 close(3) = 0\n");
	buf_done(&text);
	printer_free(p);
}

static void test_pid_column(void **state)
{
	const struct print_options o = {.align = 1};
	struct printer *p = printer_new(&o);
	struct event e = closes(0);
	struct buf text = {0};

	(void)state;
	e.tid = 7;
	print_event(p, &e, &text);
	e.tid = 4194304;
	print_event(p, &e, &text);
	assert_string_equal(buf_text(&text), "7     close(3) = 0\n4194304 close(3) = 0\n");
	buf_done(&text);
	printer_free(p);
}

/* ---- other events ---- */

static void check_exit(uint32_t status, const char *expected)
{
	struct event e = made_event(EVENT_EXIT, 1);

	e.exit.status = status;
	check_text(&e, expected);
}

static void test_exits(void **state)
{
	(void)state;
	check_exit(0, "+++ exited with 0 +++");
	check_exit(255 << 8, "+++ exited with 255 +++");
	check_exit(9, "+++ killed by SIGKILL +++");
	check_exit(0x80 | 11, "+++ killed by SIGSEGV (core dumped) +++");
	check_exit(33, "+++ killed by SIGRT_1 +++");
}

static void test_events_without_a_line(void **state)
{
	const struct print_options o = {.string_limit = 32};
	struct printer *p = printer_new(&o);
	struct event fork = made_event(EVENT_FORK, 1), data = made_event(EVENT_DATA, 2),
		     exec = made_event(EVENT_EXEC, 3), none = made_event(EVENT_NONE, 4);
	struct buf text = {0};

	(void)state;
	exec.exec = (struct event_exec){MADE_PID, "/bin/ls", NULL, 0};
	assert_int_equal(print_event(p, &fork, &text), 0);
	assert_int_equal(print_event(p, &data, &text), 0);
	assert_int_equal(print_event(p, &exec, &text), 0);
	assert_int_equal(print_event(p, &none, &text), 0);
	assert_int_equal(text.size, 0);
	buf_done(&text);
	printer_free(p);
}

/* A thread that was not the leader called execve() and has the leader's number now. */
static void test_exec_of_a_thread(void **state)
{
	struct event e = made_event(EVENT_EXEC, 1);

	(void)state;
	e.exec = (struct event_exec){814, "/bin/ls", NULL, 0};
	check_text(&e, "+++ superseded by execve in pid 814 +++");
}

/* ---- calls that nobody knows ---- */

static void test_unknown_calls(void **state)
{
	struct event e = made_event(EVENT_CALL, 1);

	(void)state;
	e.call.state = EVENT_FINISHED;
	e.call.ret = -ENOSYS;
	e.call.nr = 500;
	memcpy(e.call.args, (const uint64_t[]){1, 2, 3, 4, 5, 6}, sizeof(e.call.args));
	check_text(&e, "syscall_0x1f4(0x1, 0x2, 0x3, 0x4, 0x5, 0x6) = -1 ENOSYS (Function not "
		       "implemented)");
	e.call.nr = UINT64_MAX;
	memcpy(e.call.args, (const uint64_t[]){0, 0xffffffff, UINT64_MAX, 0, 0, 0},
	       sizeof(e.call.args));
	check_text(&e, "syscall_0xffffffffffffffff(0, 0xffffffff, 0xffffffffffffffff, 0, 0, 0) = "
		       "-1 ENOSYS (Function not implemented)");
	/* Known by name only. */
	e.call.nr = 180;
	memcpy(e.call.args, (const uint64_t[]){1, 2, 3, 0, 0, 0}, sizeof(e.call.args));
	check_text(&e, "nfsservctl(0x1, 0x2, 0x3) = -1 ENOSYS (Function not implemented)");
}

static void test_other_architectures(void **state)
{
	struct event e = made_event(EVENT_CALL, 1);
	char scratch[32];

	(void)state;
	e.call.state = EVENT_FINISHED;
	e.call.ret = 812;
	e.call.nr = 20;
	e.call.arch = EVENT_ARCH_I386;
	check_text(&e, "getpid() = 812");
	e.call.nr = 500;
	check_text(&e, "i386:syscall_0x1f4(0, 0, 0, 0, 0, 0) = 812");
	assert_string_equal(print_call_name(&e.call, scratch), "i386:syscall_0x1f4");
	e.call.arch = 0x12345678;
	e.call.nr = UINT64_MAX;
	assert_string_equal(print_call_name(&e.call, scratch), "other:syscall_0xffffffff");
	e.call.arch = EVENT_ARCH_X86_64;
	assert_string_equal(print_call_name(&e.call, scratch), "syscall_0xffffffffffffffff");
	e.call.nr = 257;
	assert_string_equal(print_call_name(&e.call, scratch), "openat");
}

/* ---- two halves ---- */

/* All of its arguments are told at the entry. */
static void test_halves(void **state)
{
	static const struct made_call whole = {
		"", "openat", 5, {(uint64_t)-100, P, 0}, {MADE_STRING(P, "/fifo")}};
	struct made m;

	(void)state;
	made_from(&whole, &m);
	m.event.kind = EVENT_BEGUN;
	m.event.call.state = EVENT_UNFINISHED;
	check_text(&m.event, "openat(AT_FDCWD, \"/fifo\", O_RDONLY <unfinished ...>");
	m.event.kind = EVENT_END;
	m.event.call.state = EVENT_FINISHED;
	check_text(&m.event, "<... openat resumed>) = 5");
	m.event.call.state = EVENT_NEVER;
	check_text(&m.event, "<... openat resumed>) = ?");
	made_done(&m);
}

static void test_halves_without_arguments(void **state)
{
	struct event e = made_event(EVENT_BEGUN, 1);

	(void)state;
	e.call.nr = PAUSE;
	check_text(&e, "pause( <unfinished ...>");
	e.kind = EVENT_END;
	e.call.state = EVENT_FINISHED;
	e.call.ret = -514;
	check_text(&e, "<... pause resumed>) = ? ERESTARTNOHAND (To be restarted if no handler)");
}

static void print_interrupted(struct printer *p, uint32_t tid, struct buf *ret)
{
	struct event e = closes(0);

	e.tid = tid;
	e.call.nr = 35;
	e.call.args[0] = 0;
	e.call.ret = -516;
	assert_int_equal(print_event(p, &e, ret), 0);
}

static void print_restarted(struct printer *p, uint32_t tid, struct buf *ret)
{
	struct event e = closes(0);

	e.tid = tid;
	e.call.nr = RESTART_SYSCALL;
	assert_int_equal(print_event(p, &e, ret), 0);
}

/* Each thread's own. However many there are: of two that share a place the latest is known. */
static void test_restarts(void **state)
{
	const struct print_options o = {.align = 1, .string_limit = 32};
	struct printer *p = printer_new(&o);
	struct buf text = {0};

	(void)state;
	print_interrupted(p, 1, &text);
	print_restarted(p, 1, &text);
	print_restarted(p, 2, &text);
	print_restarted(p, 1 + PRINT_RESTARTS_MAX, &text);
	print_interrupted(p, 1 + PRINT_RESTARTS_MAX, &text);
	print_restarted(p, 1 + PRINT_RESTARTS_MAX, &text);
	print_restarted(p, 1, &text);
	assert_string_equal(
		buf_text(&text),
		"1     nanosleep(NULL, NULL) = ? ERESTART_RESTARTBLOCK (Interrupted by signal)\n"
		"1     restart_syscall(<... resuming interrupted nanosleep ...>) = 0\n"
		"2     restart_syscall() = 0\n"
		"1025  restart_syscall() = 0\n"
		"1025  nanosleep(NULL, NULL) = ? ERESTART_RESTARTBLOCK (Interrupted by signal)\n"
		"1025  restart_syscall(<... resuming interrupted nanosleep ...>) = 0\n"
		"1     restart_syscall() = 0\n");
	buf_done(&text);
	printer_free(p);
}

/* What a thread was in before the tape began; the next tape knows nothing of it. */
static void test_restart_of_the_snapshot(void **state)
{
	struct meta_in_flight calls[] = {
		{.tid = 7, .arch = EVENT_ARCH_X86_64, .nr = 7},
		{.tid = 8, .arch = EVENT_ARCH_I386, .nr = 162},
		{.tid = 9, .arch = EVENT_ARCH_X86_64, .nr = 99999},
	};
	struct meta_process process = {.pid = 7, .in_flight = calls, .in_flight_count = 3};
	const struct meta_snapshot snapshot = {.processes = &process, .process_count = 1};
	const struct print_options o = {.align = 1, .string_limit = 32};
	struct printer *p = printer_new(&o);
	struct buf text = {0};

	(void)state;
	printer_snapshot(p, &snapshot);
	for (uint32_t tid = 7; tid <= 9; tid++)
		print_restarted(p, tid, &text);
	printer_header(p, NULL);
	print_restarted(p, 7, &text);
	assert_string_equal(buf_text(&text),
			    "7     restart_syscall(<... resuming interrupted poll ...>) = 0\n"
			    "8     restart_syscall(<... resuming interrupted nanosleep ...>) = 0\n"
			    "9     restart_syscall() = 0\n"
			    "7     restart_syscall() = 0\n");
	buf_done(&text);
	printer_free(p);
}

/* ---- the parts ---- */

static const struct made_call opens = {
	"", "openat", 5, {0xffffff9c, P, 0101, 0644, 77, 88}, {MADE_STRING(P, "/a\377")}};

static void check_argument(struct printer *p, const struct event *e, size_t i, const char *name,
			   uint64_t value, const char *text)
{
	struct buf said = {0};
	const char *got_name = NULL;
	uint64_t got = 0;

	buf_str(&said, ">");
	assert_int_equal(print_argument(p, e, i, &got_name, &got, &said), 0);
	assert_string_equal(got_name, name);
	assert_int_equal(got, value);
	assert_string_equal(buf_text(&said) + 1, text);
	buf_done(&said);
}

static void test_arguments(void **state)
{
	struct printer *p = printer_new(&(const struct print_options){.string_limit = 32});
	struct buf said = {0};
	const char *name;
	uint64_t value;
	struct made m;

	(void)state;
	made_from(&opens, &m);
	assert_int_equal(print_argument_count(p, &m.event), 4);
	check_argument(p, &m.event, 0, "dirfd", 0xffffff9c, "AT_FDCWD");
	check_argument(p, &m.event, 1, "pathname", P, "\"/a\\377\"");
	check_argument(p, &m.event, 2, "flags", 0101, "O_WRONLY|O_CREAT");
	check_argument(p, &m.event, 3, "mode", 0644, "0644");
	assert_int_equal(print_argument(p, &m.event, 4, &name, &value, &said), -EINVAL);
	/* Without O_CREAT there is no mode. */
	m.event.call.args[2] = 0;
	assert_int_equal(print_argument_count(p, &m.event), 3);
	m.event.call.nr = 500;
	assert_int_equal(print_argument_count(p, &m.event), 6);
	check_argument(p, &m.event, 4, "arg5", 77, "0x4d");
	made_done(&m);
	buf_done(&said);
	printer_free(p);
}

static void check_path(const struct made_call *call, const char *expected)
{
	struct buf path = {0};
	struct made m;

	made_from(call, &m);
	assert_int_equal(print_call_path(&m.event, &path), expected != NULL);
	assert_string_equal(buf_text(&path), expected ? expected : "");
	buf_done(&path);
	made_done(&m);
}

static void test_call_path(void **state)
{
	static const struct made_call renames = {
		"", "rename", 0, {P, Q}, {MADE_STRING(P, "old"), MADE_STRING(Q, "new")}};
	static const struct made_call second = {"", "rename", 0, {8, Q}, {MADE_STRING(Q, "new")}};
	static const struct made_call unread = {"", "rename", 0, {8, 8}, {{0}}};
	static const struct made_call closing = {"", "close", 0, {3}, {{0}}};
	static const struct made_call cut = {"", "chdir", 0, {P}, {MADE_BYTES(P, "/etc")}};

	(void)state;
	check_path(&opens, "/a\377");
	check_path(&renames, "old");
	check_path(&second, "new");
	check_path(&cut, "/etc");
	check_path(&unread, NULL);
	check_path(&closing, NULL);
}

/* ---- limits ---- */

/* No event gives more than so much text, whatever is in it. */
static void test_too_long(void **state)
{
	enum { SIZE = 3 << 20 };
	const struct print_options o = {.string_limit = SIZE_MAX};
	struct printer *p = printer_new(&o);
	char *bytes = malloc(SIZE);
	struct made_call call = {
		"", "chdir", 0, {P}, {{.address = P, .data = bytes, .length = SIZE}}};
	struct buf text = {0};
	struct made m;

	(void)state;
	assert_non_null(bytes);
	memset(bytes, 0x80, SIZE);
	made_from(&call, &m);
	assert_int_equal(print_text(p, &m.event, &text), 0);
	assert_in_range(text.size, PRINT_EVENT_MAX, PRINT_EVENT_MAX + 16);
	assert_string_equal(buf_text(&text) + text.size - 3, "...");
	buf_clear(&text);
	assert_int_equal(print_event(p, &m.event, &text), 0);
	assert_in_range(text.size, PRINT_EVENT_MAX, PRINT_EVENT_MAX + 16);
	assert_int_equal(text.data[text.size - 1], '\n');
	buf_done(&text);
	made_done(&m);
	free(bytes);
	printer_free(p);
}

/* What is not a call has the number of the call before, be that told or not. */
static void test_numbers_and_places(void **state)
{
	const struct print_options o = {
		.align = 1, .no_pid = true, .numbers = true, .places = true};
	struct printer *p = printer_new(&o);
	struct event call = closes(0), end = made_event(EVENT_EXIT, 9);
	struct buf text = {0};

	(void)state;
	call.call.ip = 0x7f12345678;
	print_event(p, &end, &text);
	print_event(p, &call, &text);
	print_event(p, &end, &text);
	call.call.nr = PAUSE;
	print_nothing(p, &call);
	print_event(p, &end, &text);
	call.call.arch = EVENT_ARCH_I386;
	call.call.nr = 6;
	call.call.ip = 0xf7fc5579;
	print_event(p, &call, &text);
	assert_string_equal(buf_text(&text), "[????] [????????????????] +++ exited with 0 +++\n"
					     "[   3] [0000007f12345678] close(3) = 0\n"
					     "[   3] [????????????????] +++ exited with 0 +++\n"
					     "[  34] [????????????????] +++ exited with 0 +++\n"
					     "[   6] [f7fc5579] close(3) = 0\n");
	buf_done(&text);
	printer_free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_columns),
		cmocka_unit_test(test_clocks),
		cmocka_unit_test(test_no_header),
		cmocka_unit_test(test_pid_column),
		cmocka_unit_test(test_numbers_and_places),
		cmocka_unit_test(test_exits),
		cmocka_unit_test(test_events_without_a_line),
		cmocka_unit_test(test_exec_of_a_thread),
		cmocka_unit_test(test_unknown_calls),
		cmocka_unit_test(test_other_architectures),
		cmocka_unit_test(test_halves),
		cmocka_unit_test(test_halves_without_arguments),
		cmocka_unit_test(test_restarts),
		cmocka_unit_test(test_restart_of_the_snapshot),
		cmocka_unit_test(test_arguments),
		cmocka_unit_test(test_call_path),
		cmocka_unit_test(test_too_long),
	};

	setenv("TZ", "UTC0", 1);
	tzset();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
