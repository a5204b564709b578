/* SPDX-License-Identifier: Apache-2.0 */
/* What a tape is, for people, for an issue and for programs. */
#include "replayer/query/info.h"

#include "../made.h"
#include "base/buf.h"
#include "format/container/reader.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define TEXT(s) ((char *)(uintptr_t)(s))
#define BYTES(s)                                                                                   \
	{                                                                                          \
		(uint8_t *)(uintptr_t)(s), sizeof(s) - 1                                           \
	}

static const struct meta_header header = {
	.tool = TEXT("systape 0.1.0"),
	.uuid = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 255},
	.start_realtime = INT64_C(1795565144485431999),
	.sysname = TEXT("Linux"),
	.release = TEXT("6.1.0"),
	.version = TEXT("#1 SMP"),
	.machine = TEXT("x86_64"),
	.hostname = TEXT("vm"),
	.distribution = TEXT("Debian | `12`"),
	.cpu = TEXT("Fast"),
	.cpus = 2,
	.page_size = 4096,
	.memory_size = UINT64_C(3) << 29,
	.libc = TEXT("glibc 2.36"),
	.command = BYTES("sh\0-c\0exit 3\0"),
	.cwd = BYTES("/tmp/\033[31m"),
	.payload_limit = 65536,
	.options = TEXT("-o t.zst"),
};

static char *notes[] = {TEXT("a \"note\"")};

static const struct meta_trailer trailer = {
	.duration = UINT64_C(1234567890),
	.calls = 7,
	.processes = 1,
	.threads = 2,
	.signals = 3,
	.has_status = true,
	.status = 3 << 8,
	.unfinished = 1,
	.shortened = 2,
	.reason = TEXT("interrupted by SIGINT"),
	.notes = notes,
	.note_count = 1,
};

static void take_header(struct info *i, const struct meta_header *h)
{
	assert_int_equal(info_take(i, &(const struct trace_item){.kind = ITEM_HEADER, .header = h}),
			 0);
}

static void take_trailer(struct info *i, const struct meta_trailer *t)
{
	assert_int_equal(
		info_take(i, &(const struct trace_item){.kind = ITEM_TRAILER, .trailer = t}), 0);
}

static void check(const struct info *i, enum info_style style, const char *expected)
{
	struct buf text = {0};

	info_say(i, style, &text);
	assert_string_equal(buf_text(&text), expected);
	buf_done(&text);
}

static void test_text(void **state)
{
	struct info i = {0};

	(void)state;
	take_header(&i, &header);
	take_trailer(&i, &trailer);
	check(&i, INFO_TEXT,
	      "command       sh -c 'exit 3'\n"
	      "cwd           /tmp/\\x1b[31m\n"
	      "started       2026-11-25 00:05:44 UTC\n"
	      "ended         exited with 3\n"
	      "recording     interrupted by SIGINT\n"
	      "duration      1.235 s\n"
	      "events        7 calls, 1 processes, 2 threads, 3 signals\n"
	      "kernel        Linux 6.1.0 x86_64\n"
	      "kernel build  #1 SMP\n"
	      "distribution  Debian | `12`\n"
	      "libc          glibc 2.36\n"
	      "cpu           Fast, 2 online, 1.5 GiB memory\n"
	      "recorder      systape 0.1.0\n"
	      "options       -o t.zst\n"
	      "kept          64 KiB of each buffer\n"
	      "completeness  complete, 0 events lost; 2 buffers shortened; "
	      "1 call still in flight at the end\n"
	      "note          a \"note\"\n"
	      "tape          00010203-0405-0607-0809-0a0b0c0d0eff\n");
	info_done(&i);
}

/* Nothing in it may end a cell of the table, or begin one. */
static void test_markdown(void **state)
{
	struct info i = {0};
	struct buf text = {0};
	size_t bars = 0, lines = 0;

	(void)state;
	take_header(&i, &header);
	take_trailer(&i, &trailer);
	info_say(&i, INFO_MARKDOWN, &text);
	assert_non_null(strstr(buf_text(&text),
			       "| systape | |\n|---|---|\n| command | `sh -c 'exit 3'` |\n"));
	assert_non_null(strstr(buf_text(&text), "| distribution | `Debian _ _12_` |\n"));
	for (size_t k = 0; k < text.size; k++) {
		bars += text.data[k] == '|';
		lines += text.data[k] == '\n';
	}
	assert_int_equal(bars, 3 * lines);
	buf_done(&text);
	info_done(&i);
}

static void test_json(void **state)
{
	struct info i = {0};

	(void)state;
	take_header(&i, &header);
	take_trailer(&i, &trailer);
	check(&i, INFO_JSON,
	      "{\"complete\":true,\"tape\":\"00010203-0405-0607-0809-0a0b0c0d0eff\","
	      "\"command\":[\"sh\",\"-c\",\"exit 3\"],\"cwd\":\"/tmp/\\u001b[31m\","
	      "\"start_realtime\":\"0x18eb20fc50208abf\",\"tool\":\"systape 0.1.0\","
	      "\"options\":\"-o t.zst\",\"payload_limit\":\"0x10000\",\"sysname\":\"Linux\","
	      "\"release\":\"6.1.0\",\"version\":\"#1 SMP\",\"machine\":\"x86_64\","
	      "\"hostname\":\"vm\",\"distribution\":\"Debian | `12`\",\"libc\":\"glibc 2.36\","
	      "\"cpu\":\"Fast\",\"cpus\":2,\"page_size\":4096,\"memory_size\":1610612736,"
	      "\"duration\":1234567890,\"syscalls\":7,\"processes\":1,\"threads\":2,\"signals\":3,"
	      "\"lost\":0,\"unreadable\":0,\"shortened\":2,\"unfinished\":1,\"wait_status\":768,"
	      "\"reason\":\"interrupted by SIGINT\",\"notes\":[\"a \\\"note\\\"\"]}\n");
	info_done(&i);
}

/* ---- completeness ---- */

static void check_completeness(const struct info *i, const char *expected, bool complete)
{
	struct buf text = {0};

	info_say_completeness(i, &text);
	assert_string_equal(buf_text(&text), expected);
	buf_clear(&text);
	info_say(i, INFO_JSON, &text);
	assert_non_null(
		strstr(buf_text(&text), complete ? "{\"complete\":true," : "{\"complete\":false,"));
	buf_done(&text);
}

static void test_completeness(void **state)
{
	struct meta_trailer t = {0};
	struct info i = {0};

	(void)state;
	take_header(&i, &header);
	check_completeness(&i, "no end: the recorder was killed, or is still running", false);
	take_trailer(&i, &t);
	check_completeness(&i, "complete, 0 events lost", true);
	t.lost = 5;
	t.unreadable = 1;
	take_trailer(&i, &t);
	check_completeness(&i, "5 events lost; 1 buffer unreadable", false);
	t.incomplete = true;
	t.unreadable = 0;
	take_trailer(&i, &t);
	check_completeness(&i, "repaired: events are missing, how many is not known", false);
	info_done(&i);
}

static void test_damage(void **state)
{
	const struct trace_damage first = {.text = "frame at 0x1234: bad"},
				  second = {.text = "other"};
	struct info i = {0};

	(void)state;
	take_header(&i, &header);
	info_take(&i, &(const struct trace_item){.kind = ITEM_DAMAGE, .damage = &first});
	info_take(&i, &(const struct trace_item){.kind = ITEM_DAMAGE, .damage = &second});
	take_trailer(&i, &(const struct meta_trailer){0});
	assert_int_equal(i.damages, 2);
	check_completeness(&i, "damaged or cut off: frame at 0x1234: bad", false);
	info_done(&i);
}

/* ---- what is counted when there is no trailer ---- */

static void test_counts(void **state)
{
	struct info i = {0};
	struct buf text = {0};

	(void)state;
	for (uint8_t kind = EVENT_CALL; kind < EVENT_KIND_MAX; kind++) {
		const struct event e = made_event(kind, kind);

		info_take(&i, &(const struct trace_item){.kind = ITEM_EVENT, .event = &e});
	}
	assert_int_equal(i.events, 9);
	assert_int_equal(i.calls, 2);
	assert_int_equal(i.last_time, 9000);
	info_say(&i, INFO_TEXT, &text);
	assert_non_null(strstr(buf_text(&text), "events        2 calls read\n"));
	buf_done(&text);
	info_done(&i);
}

/* Nothing is made up for a header that is lost, nor for a clock that was not read. */
static void test_without_header(void **state)
{
	const struct meta_header h = {.payload_limit = 0};
	struct info i = {0};
	struct buf text = {0};

	(void)state;
	take_trailer(&i, &trailer);
	check(&i, INFO_TEXT,
	      "ended         exited with 3\n"
	      "recording     interrupted by SIGINT\n"
	      "duration      1.235 s\n"
	      "events        7 calls, 1 processes, 2 threads, 3 signals\n"
	      "completeness  complete, 0 events lost; 2 buffers shortened; "
	      "1 call still in flight at the end\n"
	      "note          a \"note\"\n");
	take_header(&i, &h);
	info_say(&i, INFO_TEXT, &text);
	assert_null(strstr(buf_text(&text), "started"));
	assert_non_null(strstr(buf_text(&text), "kept          0 bytes of each buffer\n"));
	buf_done(&text);
	info_done(&i);
}

/* It keeps copies: what it was told may go. */
static void test_copies(void **state)
{
	char tool[] = "one", note[] = "first";
	struct meta_header h = {.tool = tool};
	struct meta_trailer t = {.notes = (char *[]){note}, .note_count = 1};
	struct info i = {0};

	(void)state;
	take_header(&i, &h);
	take_trailer(&i, &t);
	memset(tool, 'x', 3);
	memset(note, 'x', 5);
	assert_string_equal(i.header.tool, "one");
	assert_string_equal(i.trailer.notes[0], "first");
	assert_string_equal(i.header.libc, "");
	/* Of several tapes in a file the last is told. */
	h.tool = TEXT("two");
	take_header(&i, &h);
	take_trailer(&i, &t);
	assert_string_equal(i.header.tool, "two");
	assert_string_equal(i.trailer.notes[0], "xxxxx");
	info_done(&i);
}

/* ---- words ---- */

static void check_status(uint32_t status, const char *expected)
{
	struct buf text = {0};

	info_say_status(&text, status);
	assert_string_equal(buf_text(&text), expected);
	buf_done(&text);
}

static void test_status(void **state)
{
	(void)state;
	check_status(0, "exited with 0");
	check_status(255 << 8, "exited with 255");
	check_status(SIGKILL, "killed by SIGKILL");
	check_status(SIGSEGV | 0x80, "killed by SIGSEGV (core dumped)");
	check_status(100, "killed by signal 100");
}

static void check_words(const char *words, size_t size, size_t limit, const char *expected)
{
	struct guard g = guard_copy(words, size);
	struct buf text = {0};

	buf_str(&text, "before ");
	info_say_words(&text, g.data, g.size, limit);
	assert_string_equal(buf_text(&text) + strlen("before "), expected);
	buf_done(&text);
	guard_done(&g);
}

static void test_words(void **state)
{
	(void)state;
	check_words("", 0, 0, "");
	check_words("ls\0-l", 6, 0, "ls -l");
	/* The last one may lack its NUL. */
	check_words("ls\0-l", 5, 0, "ls -l");
	check_words("ls\0\0a b", 7, 0, "ls '' 'a b'");
	check_words("aaaa\0bbbb\0cccc", 15, 9, "aaaa bbbb ...");
	check_words("aaaa\0bbbb\0cccc", 15, 14, "aaaa bbbb cccc");
}

/* ---- the surroundings ---- */

static struct meta_fact machine_facts[] = {{TEXT("aslr"), TEXT("2")},
					   {TEXT("container"), TEXT("docker")}};
static struct meta_fact process_facts[] = {{TEXT("signals_ignored"), TEXT("0000000000001000")},
					   {TEXT("seccomp"), TEXT("2")}};
static struct meta_rlimit rlimits[] = {{7, 256, 1024}, {4, UINT64_MAX, UINT64_MAX}};
static struct meta_fd inherited[] = {{.fd = 0, .target = BYTES("/dev/null")},
				     {.fd = 7, .target = BYTES("/tmp/\x1b")}};
static struct meta_map mapped[] = {{.prot = 5, .path = BYTES("/lib/ld.so")},
				   {.prot = 3, .path = BYTES("/lib/data")},
				   {.prot = 5, .path = BYTES("[vdso]")}};
static struct meta_process process = {.pid = 5,
				      .exe = BYTES("/bin/sh"),
				      .env = BYTES("TOKEN=hunter2\0LANG=C\0LC_ALL=de\0ODD\0"),
				      .umask = 027,
				      .uids = {1, 0},
				      .rlimits = rlimits,
				      .rlimit_count = 2,
				      .fds = inherited,
				      .fd_count = 2,
				      .maps = mapped,
				      .map_count = 3,
				      .facts = process_facts,
				      .fact_count = 2};
static struct meta_object objects[] = {
	{.path = BYTES("/lib/libc.so"),
	 .use = META_OBJECT_MAPPED,
	 .build_id = BYTES("\x01\xff"),
	 .package = TEXT("libc6"),
	 .package_version = TEXT("2.36")},
	{.path = BYTES("/tmp/a.out"), .use = META_OBJECT_EXECUTED, .state = META_OBJECT_GONE},
};

static void take_all(struct info *i, bool with_objects)
{
	const struct meta_snapshot snapshot = {.processes = &process, .process_count = 1};
	struct meta_header h = header;
	struct meta_trailer t = trailer;

	h.facts = machine_facts;
	h.fact_count = 2;
	t.has_usage = true;
	t.usage = (struct meta_usage){.user_time = 1500000000, .max_rss = 3 << 20};
	t.objects = objects;
	t.object_count = with_objects ? 2 : 0;
	t.object_beyond = with_objects ? 4 : 0;
	take_header(i, &h);
	assert_int_equal(info_take(i, &(const struct trace_item){.kind = ITEM_SNAPSHOT,
								 .snapshot = &snapshot}),
			 0);
	take_trailer(i, &t);
}

static void check_has(const struct info *i, enum info_style style, const char *const *lines)
{
	struct buf text = {0};

	info_say(i, style, &text);
	for (; *lines; lines++) {
		if (!strstr(buf_text(&text), *lines))
			print_error("no %s in %s\n", *lines, buf_text(&text));
		assert_non_null(strstr(buf_text(&text), *lines));
	}
	/* The secret is shown only to those who ask. */
	assert_int_equal(strstr(buf_text(&text), "hunter2") != NULL, i->values);
	buf_done(&text);
}

static void test_surroundings(void **state)
{
	static const char *const lines[] = {
		"\nused          1.500 s user, 0.000 s system, at most 3.0 MiB in memory\n",
		"\nmachine       container: docker\n",
		"\nsecurity      ASLR 2, seccomp filter\n",
		"\nuser          uid 1 (effective 0), gid 0, umask 0027\n",
		"\nlimits        nofile 256/1024\n",
		"\nsignals       ignored SIGPIPE\n",
		"\ndescriptors   0 /dev/null, 7 /tmp/\\x1b\n",
		"\nenvironment   4 variables: TOKEN, LANG=C, LC_ALL=de, ODD\n"
		"program       /tmp/a.out  (gone since)\n"
		"library       /lib/libc.so  libc6 2.36  build-id 01ff\n"
		"not listed    4 more files were executed or mapped\n",
		NULL};
	static const char *const json[] = {
		"\"facts\":{\"aslr\":\"2\",\"container\":\"docker\"}",
		"\"limits\":{\"nofile\":{\"soft\":\"0x100\",\"hard\":\"0x400\"}",
		"\"environment\":[{\"name\":\"TOKEN\"},{\"name\":\"LANG\",\"value\":\"C\"},",
		"\"build_id\":\"01ff\",\"package\":\"libc6\"",
		"\"use\":[\"executed\"],\"state\":\"gone\"}],\"objects_beyond\":4",
		NULL};
	static const char *const markdown[] = {
		"\n| environment | `4 variables: TOKEN, LANG=C, LC_ALL=de, ODD` |\n",
		"\n| library | `/lib/libc.so  libc6 2.36  build-id 01ff` |\n", NULL};
	struct info i = {0};

	(void)state;
	take_all(&i, true);
	check_has(&i, INFO_TEXT, lines);
	check_has(&i, INFO_JSON, json);
	check_has(&i, INFO_MARKDOWN, markdown);
	info_done(&i);
}

static void test_environment(void **state)
{
	static const char *const lines[] = {
		"\nenvironment   4 variables: TOKEN=hunter2, LANG=C, LC_ALL=de, ODD\n", NULL};
	static const char *const json[] = {"{\"name\":\"TOKEN\",\"value\":\"hunter2\"}", NULL};
	struct info i = {.values = true};

	(void)state;
	take_all(&i, true);
	check_has(&i, INFO_TEXT, lines);
	check_has(&i, INFO_JSON, json);
	info_done(&i);
}

/* A recorder that was killed has not looked at any file. */
static void test_no_objects(void **state)
{
	static const char *const lines[] = {
		"\nmapped        /lib/ld.so\nnot listed    only what was mapped at the beginning",
		NULL};
	struct info i = {0};

	(void)state;
	take_all(&i, false);
	check_has(&i, INFO_TEXT, lines);
	info_done(&i);
}

/* In which way, and under which key: two tapes of one key can be compared. */
static void test_redacted(void **state)
{
	static const char *const lines[] = {
		"\nredacted      level names, key 00ff0000000000000000000000000001\n", NULL};
	static const char *const rows[] = {
		"\n| redacted | `level names, key 00ff0000000000000000000000000001` |\n", NULL};
	static const char *const json[] = {
		"\"redacted\":\"names\",\"redaction_key\":\"00ff0000000000000000000000000001\"",
		NULL};
	struct meta_header h = header;
	struct info i = {0};

	(void)state;
	h.redacted = TEXT("names");
	h.redaction_key[1] = 0xff;
	h.redaction_key[15] = 1;
	take_header(&i, &h);
	take_trailer(&i, &trailer);
	check_has(&i, INFO_TEXT, lines);
	check_has(&i, INFO_MARKDOWN, rows);
	check_has(&i, INFO_JSON, json);
	info_done(&i);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text),         cmocka_unit_test(test_markdown),
		cmocka_unit_test(test_json),         cmocka_unit_test(test_surroundings),
		cmocka_unit_test(test_environment),  cmocka_unit_test(test_no_objects),
		cmocka_unit_test(test_completeness), cmocka_unit_test(test_damage),
		cmocka_unit_test(test_counts),       cmocka_unit_test(test_without_header),
		cmocka_unit_test(test_copies),       cmocka_unit_test(test_status),
		cmocka_unit_test(test_words),        cmocka_unit_test(test_redacted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
