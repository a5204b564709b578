/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON lines: the keys are what other programs rely on, so each line is compared whole,
 * byte by byte.
 */
#include "replayer/export/jsonl.h"

#include "../made.h"
#include "base/buf.h"

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

enum { P = 0x10000000 };
#define TEXT(s) ((char *)(uintptr_t)(s))
#define BYTES(s)                                                                                   \
	{                                                                                          \
		(uint8_t *)(uintptr_t)(s), sizeof(s) - 1                                           \
	}

static void check(const struct trace_item *item, const char *expected)
{
	struct jsonl *j = jsonl_new();
	struct buf text = {0};

	assert_non_null(j);
	assert_int_equal(jsonl_item(j, item, &text), 0);
	assert_string_equal(buf_text(&text), expected);
	buf_done(&text);
	jsonl_free(j);
}

static void check_event(const struct event *e, const char *expected)
{
	check(&(const struct trace_item){.kind = ITEM_EVENT, .event = e}, expected);
}

static void check_call(const struct made_call *call, const char *expected)
{
	struct made m;

	made_from(call, &m);
	check_event(&m.event, expected);
	made_done(&m);
}

/* ---- calls ---- */

static const struct made_call opens = {.name = "openat",
				       .ret = 3,
				       .args = {0xffffff9c, P, 02000000},
				       .memory = {MADE_STRING(P, "/etc/hosts")}};

#define OPENS                                                                                      \
	",\"pid\":812,\"tid\":812,\"arch\":\"x86_64\",\"nr\":257,\"name\":\"openat\",\"args\":["   \
	"{\"name\":\"dirfd\",\"value\":\"0xffffff9c\",\"text\":\"AT_FDCWD\"},"                     \
	"{\"name\":\"pathname\",\"value\":\"0x10000000\",\"text\":\"\\\"/etc/hosts\\\"\"},"        \
	"{\"name\":\"flags\",\"value\":\"0x80000\",\"text\":\"O_RDONLY|O_CLOEXEC\"}]"
#define OPENED "\"text\":\"openat(AT_FDCWD, \\\"/etc/hosts\\\", O_RDONLY|O_CLOEXEC"
#define HOSTS                                                                                      \
	"\"memory\":[{\"when\":\"entry\",\"address\":\"0x10000000\",\"length\":11,"                \
	"\"data\":\"L2V0Yy9ob3N0cwA=\"}]}\n"

static void test_call(void **state)
{
	(void)state;
	check_call(&opens,
		   "{\"type\":\"syscall\",\"seq\":1,\"end_seq\":2,\"time\":1000,\"duration\":"
		   "4200" OPENS ",\"ret\":3,\"error\":null,\"state\":\"finished\"," OPENED
		   ") = 3\"," HOSTS);
}

/* What the descriptor is: no memory. */
static void test_made(void **state)
{
	struct made_call call = opens;

	(void)state;
	call.memory[1] = (struct made_piece)MADE_NAME(3, "/etc/\"h");
	check_call(
		&call,
		"{\"type\":\"syscall\",\"seq\":1,\"end_seq\":2,\"time\":1000,\"duration\":"
		"4200" OPENS ",\"ret\":3,\"error\":null,\"state\":\"finished\"," OPENED
		") = 3\",\"memory\":[{\"when\":\"entry\",\"address\":\"0x10000000\",\"length\":11,"
		"\"data\":\"L2V0Yy9ob3N0cwA=\"}],\"made\":[{\"fd\":3,\"name\":\"/etc/\\\"h\"}]}\n");
}

static void test_error(void **state)
{
	struct made_call call = opens;

	(void)state;
	call.ret = -ENOENT;
	check_call(&call,
		   "{\"type\":\"syscall\",\"seq\":1,\"end_seq\":2,\"time\":1000,\"duration\":"
		   "4200" OPENS ",\"ret\":-2,\"error\":\"ENOENT\",\"state\":\"finished\"," OPENED
		   ") = -1 ENOENT (No such file or directory)\"," HOSTS);
}

static void test_states(void **state)
{
	struct made m;

	(void)state;
	made_from(&opens, &m);
	m.event.call.state = EVENT_NEVER;
	check_event(&m.event,
		    "{\"type\":\"syscall\",\"seq\":1,\"end_seq\":null,\"time\":1000,\"duration\":"
		    "null" OPENS ",\"ret\":null,\"error\":null,\"state\":\"unfinished\"," OPENED
		    ") = ?\"," HOSTS);
	m.event.kind = EVENT_BEGUN;
	m.event.call.state = EVENT_UNFINISHED;
	check_event(&m.event,
		    "{\"type\":\"syscall\",\"seq\":1,\"end_seq\":null,\"time\":1000,\"duration\":"
		    "null" OPENS ",\"ret\":null,\"error\":null,\"state\":\"unfinished\"," OPENED
		    " <unfinished ...>\"," HOSTS);
	made_done(&m);
}

/* A call that the kernel will make again. */
static void test_interrupted(void **state)
{
	const struct made_call pauses = {.name = "pause", .ret = -514};

	(void)state;
	check_call(&pauses, "{\"type\":\"syscall\",\"seq\":1,\"end_seq\":2,\"time\":1000,"
			    "\"duration\":4200,\"pid\":812,"
			    "\"tid\":812,\"arch\":\"x86_64\",\"nr\":34,\"name\":\"pause\",\"args\":"
			    "[],\"ret\":-514,"
			    "\"error\":\"ERESTARTNOHAND\",\"state\":\"interrupted\","
			    "\"text\":\"pause() = ? ERESTARTNOHAND (To be restarted if no "
			    "handler)\",\"memory\":[]}\n");
}

/* The end of a call that outlasted the window stands under the number of its beginning,
 * and under its time. */
static void test_end(void **state)
{
	struct event e = made_event(EVENT_END, 9);

	(void)state;
	e.call = (struct event_call){.nr = 34,
				     .arch = EVENT_ARCH_X86_64,
				     .ret = -EINTR,
				     .begun_seq = 2,
				     .end_seq = 9,
				     .duration = 7000,
				     .state = EVENT_FINISHED};
	check_event(&e, "{\"type\":\"syscall\",\"seq\":2,\"end_seq\":9,\"time\":2000,\"duration\":"
			"7000,\"pid\":812,"
			"\"tid\":812,\"arch\":\"x86_64\",\"nr\":34,\"name\":\"pause\",\"args\":[],"
			"\"ret\":-4,"
			"\"error\":\"EINTR\",\"state\":\"finished\","
			"\"text\":\"<... pause resumed>) = -1 EINTR (Interrupted system "
			"call)\",\"memory\":[]}\n");
}

static void test_data(void **state)
{
	const struct event_memory memory = {.address = P,
					    .full = 3,
					    .data = (const uint8_t *)"abc",
					    .length = 3,
					    .when = EVENT_AT_EXIT};
	struct event e = made_event(EVENT_DATA, 9);

	(void)state;
	e.call.begun_seq = 2;
	e.memory = &memory;
	e.memory_count = 1;
	check_event(
		&e,
		"{\"type\":\"data\",\"seq\":9,\"call_seq\":2,\"time\":9000,\"pid\":812,\"tid\":812,"
		"\"memory\":[{\"when\":\"exit\",\"address\":\"0x10000000\",\"length\":3,"
		"\"data\":\"YWJj\"}]}\n");
}

/* ---- numbers ---- */

static void check_has(const struct event *e, const char *wanted)
{
	const struct trace_item item = {.kind = ITEM_EVENT, .event = e};
	struct jsonl *j = jsonl_new();
	struct buf text = {0};

	assert_non_null(j);
	assert_int_equal(jsonl_item(j, &item, &text), 0);
	if (!strstr(buf_text(&text), wanted))
		print_error("no %s in %s\n", wanted, buf_text(&text));
	assert_non_null(strstr(buf_text(&text), wanted));
	buf_done(&text);
	jsonl_free(j);
}

/* A double holds whole numbers up to 2^53: results beyond are strings. */
static void test_results(void **state)
{
	struct event e = made_event(EVENT_CALL, 1);

	(void)state;
	e.call.nr = 12;
	e.call.state = EVENT_FINISHED;
	e.call.ret = INT64_C(1) << 53;
	check_has(&e, ",\"ret\":9007199254740992,");
	e.call.ret++;
	check_has(&e, ",\"ret\":\"0x20000000000001\",");
	e.call.ret = -(INT64_C(1) << 53);
	check_has(&e, ",\"ret\":-9007199254740992,");
	e.call.ret = INT64_MIN;
	check_has(&e, ",\"ret\":\"0x8000000000000000\",\"error\":null,");
	e.call.ret = INT64_MAX;
	check_has(&e, ",\"ret\":\"0x7fffffffffffffff\",");
	e.call.ret = -4000;
	check_has(&e, ",\"ret\":-4000,\"error\":\"4000\",");
	e.call.args[0] = UINT64_MAX;
	check_has(&e, "\"value\":\"0xffffffffffffffff\"");
}

static void test_architectures(void **state)
{
	struct event e = made_event(EVENT_CALL, 1);

	(void)state;
	e.call.nr = 20;
	e.call.arch = EVENT_ARCH_I386;
	check_has(&e, ",\"arch\":\"i386\",\"nr\":20,");
	e.call.arch = EVENT_ARCH_AARCH64;
	check_has(&e, ",\"arch\":\"aarch64\",");
	e.call.arch = 1;
	check_has(&e, ",\"arch\":\"unknown\",");
	e.call.arch = EVENT_ARCH_X86_64;
	e.call.nr = 500;
	e.call.args[5] = 6;
	check_has(&e, ",\"nr\":500,\"name\":\"syscall_0x1f4\",\"args\":[{\"name\":\"arg1\","
		      "\"value\":\"0x0\",\"text\":\"0\"},");
	check_has(&e, "{\"name\":\"arg6\",\"value\":\"0x6\",\"text\":\"0x6\"}]");
}

/* What else can be greater than 2^53: a number that no call has, and a length that the
 * program made up. */
static void test_great_numbers(void **state)
{
	const struct event_memory memory = {
		.address = P, .full = UINT64_MAX, .data = (const uint8_t *)"a", .length = 1};
	struct event e = made_event(EVENT_CALL, 1);

	(void)state;
	e.memory = &memory;
	e.memory_count = 1;
	check_has(&e, ",\"length\":\"0xffffffffffffffff\",");
	e.call.nr = UINT64_MAX;
	check_has(&e, ",\"nr\":\"0xffffffffffffffff\",");
	e.call.begun_seq = (UINT64_C(1) << 53) + 1;
	e.time = UINT64_MAX;
	check_has(&e, "\"seq\":\"0x20000000000001\",\"end_seq\":null,"
		      "\"time\":\"0xffffffffffffffff\",");
}

/* ---- bytes ---- */

static void check_base64(const char *bytes, size_t size, const char *expected)
{
	struct guard g = guard_copy(bytes, size);
	const struct event_memory memory = {.address = P,
					    .full = size + 1,
					    .data = g.data,
					    .length = (uint32_t)size,
					    .unreadable = true};
	struct event e = made_event(EVENT_CALL, 1);

	e.memory = &memory;
	e.memory_count = 1;
	check_has(&e, expected);
	guard_done(&g);
}

/* RFC 4648, section 10, and bytes that need its last two digits. */
static void test_base64(void **state)
{
	(void)state;
	check_base64("", 0, "\"length\":1,\"unreadable\":true,\"data\":\"\"}");
	check_base64("f", 1, "\"data\":\"Zg==\"}");
	check_base64("fo", 2, "\"data\":\"Zm8=\"}");
	check_base64("foo", 3, "\"data\":\"Zm9v\"}");
	check_base64("foob", 4, "\"data\":\"Zm9vYg==\"}");
	check_base64("fooba", 5, "\"data\":\"Zm9vYmE=\"}");
	check_base64("foobar", 6, "\"length\":7,\"unreadable\":true,\"data\":\"Zm9vYmFy\"}");
	check_base64("\377\377\376\0", 4, "\"data\":\"///+AA==\"}");
}

/* All lengths, each of three bytes in each place, bit by bit as RFC 4648 has it. */
static void test_base64_lengths(void **state)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	enum { SIZE = 40, STEP = 37 };
	uint8_t bytes[SIZE + 3] = {0};

	(void)state;
	for (size_t size = 1; size <= SIZE; size++) {
		char expected[100] = "\"data\":\"";
		size_t at = strlen(expected);

		bytes[size - 1] = (uint8_t)(size * STEP);
		bytes[size] = bytes[size + 1] = 0;
		for (size_t bit = 0; bit < (size + 2) / 3 * 24; bit += 6) {
			const unsigned two = (unsigned)bytes[bit / 8] << 8 | bytes[bit / 8 + 1];

			expected[at++] = bit < size * 8 ? digits[two >> (10 - bit % 8) & 63] : '=';
		}
		strcpy(expected + at, "\"}");
		check_base64((const char *)bytes, size, expected);
	}
}

/* ---- other events ---- */

static void test_fork(void **state)
{
	struct event e = made_event(EVENT_FORK, 9);

	(void)state;
	e.fork = (struct event_fork){813, 814, FORK_FORK, true};
	check_event(&e, "{\"type\":\"fork\",\"seq\":9,\"time\":9000,\"pid\":812,\"tid\":812,"
			"\"child_pid\":813,"
			"\"child_tid\":814,\"kind\":\"fork\"}\n");
	e.fork.kind = FORK_VFORK;
	check_has(&e, "\"kind\":\"vfork\"}");
	e.fork.kind = FORK_CLONE;
	check_has(&e, "\"kind\":\"clone\"}");
	e.fork.kind = FORK_THREAD;
	e.fork.creator_known = false;
	check_has(&e, "\"kind\":\"thread\",\"creator_known\":false}");
}

static void test_exec(void **state)
{
	struct guard g = guard_copy("ls\0-l\0\xff", 7);
	struct event e = made_event(EVENT_EXEC, 9);

	(void)state;
	e.exec = (struct event_exec){813, "/bin/\xc3\xa4\xff\"", g.data, g.size};
	check_event(
		&e,
		"{\"type\":\"exec\",\"seq\":9,\"time\":9000,\"pid\":812,\"tid\":812,\"former_tid\":"
		"813,"
		"\"path\":\"/bin/\xc3\xa4\\ufffd\\\"\",\"argv\":[\"ls\",\"-l\",\"\\ufffd\"]}\n");
	e.exec = (struct event_exec){812, "", NULL, 0};
	check_has(&e, "\"path\":\"\",\"argv\":[]}");
	guard_done(&g);
}

static void check_signal(const struct made_siginfo *info, const char *expected)
{
	struct guard g = guard_copy(info, sizeof(*info));
	struct event e = made_event(EVENT_SIGNAL, 9);

	e.signal = (struct event_signal){(uint32_t)info->signo, g.data, g.size};
	check_has(&e, expected);
	guard_done(&g);
}

static void test_signals(void **state)
{
	struct event e = made_event(EVENT_SIGNAL, 9);

	(void)state;
	check_signal(&(const struct made_siginfo){SIGCHLD, 0, 1, 0, {813, 0, 7}},
		     "{\"type\":\"signal\",\"seq\":9,\"time\":9000,\"pid\":812,\"tid\":812,"
		     "\"signal\":\"SIGCHLD\",\"code\":\"CLD_EXITED\",\"sender\":813}\n");
	check_signal(&(const struct made_siginfo){SIGUSR1, 0, -6, 0, {7, 0}},
		     "\"signal\":\"SIGUSR1\",\"code\":\"SI_TKILL\",\"sender\":7}\n");
	/* A fault has an address in the sender's place. */
	check_signal(&(const struct made_siginfo){SIGSEGV, 0, 1, 0, {8}},
		     "\"signal\":\"SIGSEGV\",\"code\":\"SEGV_MAPERR\",\"sender\":null}\n");
	check_signal(&(const struct made_siginfo){100, 0, 0, 0, {5}},
		     "\"signal\":100,\"code\":\"SI_USER\",\"sender\":5}\n");
	e.signal.number = SIGTERM;
	check_has(&e, "\"signal\":\"SIGTERM\",\"code\":null,\"sender\":null}\n");
}

/* sigaction(2): a timer has its number in the sender's place. */
static void test_timer(void **state)
{
	(void)state;
	check_signal(&(const struct made_siginfo){SIGALRM, 0, -2, 0, {3, 4}},
		     "\"signal\":\"SIGALRM\",\"code\":\"SI_TIMER\",\"sender\":null}\n");
	check_signal(&(const struct made_siginfo){SIGCHLD, 0, -2, 0, {3, 4}},
		     "\"signal\":\"SIGCHLD\",\"code\":\"SI_TIMER\",\"sender\":null}\n");
	check_signal(&(const struct made_siginfo){SIGIO, 0, -5, 0, {3, 4}},
		     "\"signal\":\"SIGIO\",\"code\":\"SI_SIGIO\",\"sender\":null}\n");
	check_signal(&(const struct made_siginfo){SIGCHLD, 0, 128, 0, {3, 4}},
		     "\"signal\":\"SIGCHLD\",\"code\":\"SI_KERNEL\",\"sender\":null}\n");
}

static void test_stop(void **state)
{
	struct event e = made_event(EVENT_STOP, 9);

	(void)state;
	e.signal.number = SIGTSTP;
	check_event(&e, "{\"type\":\"stop\",\"seq\":9,\"time\":9000,\"pid\":812,\"tid\":812,"
			"\"signal\":\"SIGTSTP\"}\n");
}

static void test_exits(void **state)
{
	struct event e = made_event(EVENT_EXIT, 9);

	(void)state;
	e.exit = (struct event_exit){3 << 8, true};
	check_event(
		&e,
		"{\"type\":\"exit\",\"seq\":9,\"time\":9000,\"pid\":812,\"tid\":812,\"status\":3,"
		"\"signal\":null,\"core\":false,\"process\":true}\n");
	e.exit = (struct event_exit){SIGSEGV | 0x80, false};
	check_has(&e, ",\"status\":null,\"signal\":\"SIGSEGV\",\"core\":true}\n");
	e.exit = (struct event_exit){SIGKILL, false};
	check_has(&e, ",\"status\":null,\"signal\":\"SIGKILL\",\"core\":false}\n");
}

/* ---- header and trailer ---- */

static void test_header(void **state)
{
	const struct meta_header h = {.tool = TEXT("systape 0.1.0"),
				      .uuid = {0, 1, [15] = 255},
				      .start_realtime = INT64_C(1795565144485431999),
				      .start_monotonic = 5,
				      .sysname = TEXT("Linux"),
				      .release = TEXT("6.1"),
				      .version = TEXT("#1"),
				      .machine = TEXT("x86_64"),
				      .hostname = TEXT("a\xff"),
				      .cpus = 2,
				      .page_size = 4096,
				      .memory_size = 1024,
				      .libc = TEXT("glibc"),
				      .arch = EVENT_ARCH_X86_64,
				      .command = BYTES("ls\0-l\0"),
				      .cwd = BYTES("/"),
				      .payload_limit = UINT64_MAX};

	(void)state;
	check(&(const struct trace_item){.kind = ITEM_HEADER, .header = &h},
	      "{\"type\":\"header\",\"tool\":\"systape "
	      "0.1.0\",\"uuid\":\"00010000-0000-0000-0000-0000000000ff\","
	      "\"start_realtime\":\"0x18eb20fc50208abf\",\"start_monotonic\":\"0x5\",\"sysname\":"
	      "\"Linux\","
	      "\"release\":\"6.1\",\"version\":\"#1\",\"machine\":\"x86_64\",\"hostname\":"
	      "\"a\\ufffd\","
	      "\"distribution\":\"\",\"cpu\":\"\",\"cpus\":2,\"page_size\":4096,\"memory_size\":"
	      "1024,"
	      "\"libc\":\"glibc\",\"arch\":\"x86_64\",\"command\":[\"ls\",\"-l\"],\"cwd\":\"/\","
	      "\"payload_limit\":\"0xffffffffffffffff\",\"options\":\"\"}\n");
}

static void test_trailer(void **state)
{
	struct meta_trailer t = {.duration = 9,
				 .calls = 7,
				 .events = 8,
				 .processes = 1,
				 .threads = 2,
				 .signals = 3,
				 .has_status = true,
				 .status = 256,
				 .unreadable = 4,
				 .shortened = 5,
				 .unfinished = 6,
				 .notes = (char *[]){TEXT("one\n"), TEXT("two")},
				 .note_count = 2};
	const struct trace_item item = {.kind = ITEM_TRAILER, .trailer = &t};

	(void)state;
	check(&item,
	      "{\"type\":\"trailer\",\"complete\":true,\"syscalls\":7,\"lost\":0,\"events\":8,"
	      "\"processes\":1,"
	      "\"threads\":2,\"signals\":3,\"duration\":9,\"wait_status\":256,\"unreadable\":4,"
	      "\"shortened\":5,\"unfinished\":6,\"reason\":\"\",\"notes\":[\"one\\n\",\"two\"]}\n");
	t = (struct meta_trailer){.lost = 1};
	check(&item, "{\"type\":\"trailer\",\"complete\":false,\"syscalls\":0,\"lost\":1,"
		     "\"events\":0,\"processes\":0,"
		     "\"threads\":0,\"signals\":0,\"duration\":0,\"unreadable\":0,\"shortened\":0,"
		     "\"unfinished\":0,\"reason\":\"\",\"notes\":[]}\n");
}

static void test_items_without_a_line(void **state)
{
	const struct meta_snapshot s = {0};
	const struct event none = made_event(EVENT_NONE, 1);

	(void)state;
	check(&(const struct trace_item){.kind = ITEM_SNAPSHOT, .snapshot = &s}, "");
	check(&(const struct trace_item){.kind = ITEM_DAMAGE}, "");
	check_event(&none, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_call),
		cmocka_unit_test(test_made),
		cmocka_unit_test(test_error),
		cmocka_unit_test(test_states),
		cmocka_unit_test(test_interrupted),
		cmocka_unit_test(test_end),
		cmocka_unit_test(test_data),
		cmocka_unit_test(test_results),
		cmocka_unit_test(test_architectures),
		cmocka_unit_test(test_great_numbers),
		cmocka_unit_test(test_base64),
		cmocka_unit_test(test_base64_lengths),
		cmocka_unit_test(test_fork),
		cmocka_unit_test(test_exec),
		cmocka_unit_test(test_signals),
		cmocka_unit_test(test_timer),
		cmocka_unit_test(test_stop),
		cmocka_unit_test(test_exits),
		cmocka_unit_test(test_header),
		cmocka_unit_test(test_trailer),
		cmocka_unit_test(test_items_without_a_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
