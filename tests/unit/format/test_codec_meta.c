/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Header, snapshot and trailer: there and back with everything that can be in them, and
 * what is over the limits of the format. The numbers of fields are those of
 * proto/trace.proto.
 */
#include "format/codec.h"

#include "base/err.h"
#include "format/container/limits.h"
#include "record.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define TEXT(s) ((char *)(uintptr_t)(s))
#define BYTES(s)                                                                                   \
	{                                                                                          \
		(uint8_t *)(uintptr_t)(s), sizeof(s) - 1                                           \
	}

static void check_bytes(const struct meta_bytes *a, const struct meta_bytes *b)
{
	assert_int_equal(a->size, b->size);
	assert_memory_equal(a->data, b->data, a->size);
	/* A reader may take it for a string. */
	assert_int_equal(b->data[b->size], 0);
}

static void check_kind(const struct buf *record, enum codec_kind expected)
{
	enum codec_kind kind;
	size_t size;
	const uint8_t *body = record_body(record, &size);

	assert_int_equal(codec_kind(body, size, &kind, NULL), 0);
	assert_int_equal(kind, expected);
}

/* ---- there and back ---- */

static struct meta_fact facts[] = {{TEXT("aslr"), TEXT("2")}, {TEXT("load"), TEXT("")}};

static void check_facts(const struct meta_fact *back, size_t count)
{
	assert_int_equal(count, 2);
	for (size_t i = 0; i < count; i++) {
		assert_string_equal(back[i].name, facts[i].name);
		assert_string_equal(back[i].value, facts[i].value);
	}
	assert_string_equal(meta_fact(back, count, "aslr"), "2");
	assert_string_equal(meta_fact(back, count, "none"), "");
}

static uint32_t shown[] = {1, UINT32_MAX};

static const struct meta_header full_header = {
	.incompatible = UINT64_MAX,
	.compatible = UINT64_MAX,
	.tool = TEXT("systape 0.1.0"),
	.uuid = {0, 255, [15] = 1},
	.start_realtime = INT64_MIN,
	.start_monotonic = INT64_MAX,
	.sysname = TEXT("1"),
	.release = TEXT("2"),
	.version = TEXT("3"),
	.machine = TEXT("4"),
	.hostname = TEXT("5"),
	.distribution = TEXT("6"),
	.cpu = TEXT("7"),
	.cpus = UINT32_MAX,
	.page_size = UINT32_MAX,
	.memory_size = UINT64_MAX,
	.boot_id = TEXT("8"),
	.libc = TEXT("9"),
	.arch = UINT32_MAX,
	.command = BYTES("ls\0\xff\0"),
	.cwd = BYTES("/\n"),
	.payload_limit = UINT64_MAX,
	.trace_set = TEXT("%file"),
	.options = TEXT("-o x"),
	.first_chunk = UINT64_MAX,
	.part = UINT32_MAX,
	.cut = TEXT("--pid=1"),
	.cut_from = {1, [15] = 2},
	.shown_pids = shown,
	.shown_pid_count = 2,
	.facts = facts,
	.fact_count = 2,
};

static void check_header_texts(const struct meta_header *a, const struct meta_header *b)
{
	assert_string_equal(a->tool, b->tool);
	assert_string_equal(a->sysname, b->sysname);
	assert_string_equal(a->release, b->release);
	assert_string_equal(a->version, b->version);
	assert_string_equal(a->machine, b->machine);
	assert_string_equal(a->hostname, b->hostname);
	assert_string_equal(a->distribution, b->distribution);
	assert_string_equal(a->cpu, b->cpu);
	assert_string_equal(a->boot_id, b->boot_id);
	assert_string_equal(a->libc, b->libc);
	assert_string_equal(a->trace_set, b->trace_set);
	assert_string_equal(a->options, b->options);
	assert_string_equal(a->cut, b->cut);
}

static void decode_header(const struct buf *record, struct meta_header *ret)
{
	struct err err = {0};
	size_t size;
	const uint8_t *body = record_body(record, &size);

	check_kind(record, CODEC_HEADER);
	assert_int_equal(codec_decode_header(body, size, ret, &err), 0);
}

static void test_header(void **state)
{
	struct meta_header back;
	struct buf record = {0};

	(void)state;
	assert_int_equal(codec_encode_header(&full_header, &record), 0);
	decode_header(&record, &back);
	check_header_texts(&full_header, &back);
	check_bytes(&full_header.command, &back.command);
	check_bytes(&full_header.cwd, &back.cwd);
	assert_memory_equal(full_header.uuid, back.uuid, sizeof(back.uuid));
	assert_int_equal(back.incompatible, UINT64_MAX);
	assert_int_equal(back.compatible, UINT64_MAX);
	assert_int_equal(back.start_realtime, INT64_MIN);
	assert_int_equal(back.start_monotonic, INT64_MAX);
	assert_int_equal(back.cpus, UINT32_MAX);
	assert_int_equal(back.page_size, UINT32_MAX);
	assert_int_equal(back.memory_size, UINT64_MAX);
	assert_int_equal(back.arch, UINT32_MAX);
	assert_int_equal(back.payload_limit, UINT64_MAX);
	assert_int_equal(back.first_chunk, UINT64_MAX);
	assert_int_equal(back.part, UINT32_MAX);
	assert_memory_equal(full_header.cut_from, back.cut_from, sizeof(back.cut_from));
	assert_int_equal(back.shown_pid_count, 2);
	assert_memory_equal(back.shown_pids, shown, sizeof(shown));
	check_facts(back.facts, back.fact_count);
	meta_header_done(&back);
	buf_done(&record);
}

/* What is absent comes back as an empty string. */
static void test_empty_header(void **state)
{
	const struct meta_header empty = {0};
	struct meta_header back;
	struct buf record = {0};

	(void)state;
	assert_int_equal(codec_encode_header(&empty, &record), 0);
	decode_header(&record, &back);
	assert_string_equal(back.tool, "");
	assert_string_equal(back.options, "");
	assert_int_equal(back.command.size, 0);
	assert_int_equal(back.payload_limit, 0);
	meta_header_done(&back);
	buf_done(&record);
}

static struct meta_socket sockets[] = {{.family = UINT32_MAX,
					.type = UINT32_MAX - 1,
					.protocol = UINT32_MAX - 2,
					.role = META_SOCKET_ACCEPTED,
					.local = BYTES("\1\0/a"),
					.peer = BYTES("\2\0\0\x50"),
					.other = UINT64_MAX},
				       {.role = META_SOCKET_LISTENS}};
static struct meta_fd fds[] = {
	{-1, UINT32_MAX, UINT64_MAX, BYTES("/a\xff"), META_FD_NO_POSITION, UINT64_MAX, &sockets[0]},
	{.fd = 3, .target = BYTES("")},
	{.fd = 4, .socket = &sockets[1]}};
static struct meta_in_flight in_flight[] = {
	{.tid = 42,
	 .arch = EVENT_ARCH_X86_64,
	 .nr = 0,
	 .args = {3, 0x7ffd0000, 1 << 20},
	 .seq = UINT64_MAX},
	{.tid = 43, .arch = EVENT_ARCH_I386, .nr = 162, .args = {1, 2, 3, 4, 5, UINT64_MAX}},
};
static struct meta_map maps[] = {
	{UINT64_MAX, UINT64_MAX - 1, 2, 3, UINT32_MAX, META_MAP_SHARED | 7, BYTES("[heap]")}};
static struct meta_disposition dispositions[] = {{UINT32_MAX, UINT64_MAX, 1, UINT64_MAX},
						 {1, 1, 0, 0}};
static struct meta_rlimit limits[] = {{7, 1024, UINT64_MAX}};
static uint32_t tids[] = {1, UINT32_MAX}, groups[] = {0, 5};
static struct meta_process family[] = {
	{.pid = UINT32_MAX,
	 .ppid = 1,
	 .pgid = 2,
	 .sid = 3,
	 .tids = tids,
	 .tid_count = 2,
	 .comm = BYTES("c"),
	 .exe = BYTES("e"),
	 .argv = BYTES("a\0b\0"),
	 .env = BYTES("X=\0Y"),
	 .cwd = BYTES("/"),
	 .root = BYTES("/r"),
	 .umask = 0777,
	 .uids = {1, 2, 3, UINT32_MAX},
	 .gids = {4, 5, 6, 7},
	 .groups = groups,
	 .group_count = 2,
	 .rlimits = limits,
	 .rlimit_count = 1,
	 .fds = fds,
	 .fd_count = 3,
	 .in_flight = in_flight,
	 .in_flight_count = 2,
	 .maps = maps,
	 .map_count = 1,
	 .maps_partial = true,
	 .dispositions = dispositions,
	 .disposition_count = 2,
	 .missing = TEXT("maps: no"),
	 .facts = facts,
	 .fact_count = 2},
	{.pid = 2},
};

static void check_socket(const struct meta_socket *a, const struct meta_socket *b)
{
	assert_int_equal(a != NULL, b != NULL);
	if (!a)
		return;
	assert_int_equal(a->family, b->family);
	assert_int_equal(a->type, b->type);
	assert_int_equal(a->protocol, b->protocol);
	assert_int_equal(a->role, b->role);
	check_bytes(&a->local, &b->local);
	check_bytes(&a->peer, &b->peer);
	assert_int_equal(a->other, b->other);
}

static void check_lists(const struct meta_process *a, const struct meta_process *b)
{
	assert_int_equal(a->fd_count, b->fd_count);
	for (size_t i = 0; i < a->fd_count; i++) {
		assert_int_equal(a->fds[i].fd, b->fds[i].fd);
		assert_int_equal(a->fds[i].flags, b->fds[i].flags);
		assert_int_equal(a->fds[i].position, b->fds[i].position);
		check_bytes(&a->fds[i].target, &b->fds[i].target);
		assert_int_equal(a->fds[i].unknown, b->fds[i].unknown);
		assert_int_equal(a->fds[i].description, b->fds[i].description);
		check_socket(a->fds[i].socket, b->fds[i].socket);
	}
	assert_int_equal(a->map_count, b->map_count);
	for (size_t i = 0; i < a->map_count; i++) {
		assert_memory_equal(&a->maps[i], &b->maps[i], offsetof(struct meta_map, path));
		check_bytes(&a->maps[i].path, &b->maps[i].path);
	}
	assert_int_equal(a->maps_partial, b->maps_partial);
	assert_int_equal(a->disposition_count, b->disposition_count);
	assert_memory_equal(a->dispositions, b->dispositions,
			    a->disposition_count * sizeof(*a->dispositions));
	assert_int_equal(a->rlimit_count, b->rlimit_count);
	assert_int_equal(a->in_flight_count, b->in_flight_count);
	assert_memory_equal(a->in_flight, b->in_flight, a->in_flight_count * sizeof(*a->in_flight));
	assert_memory_equal(a->rlimits, b->rlimits, a->rlimit_count * sizeof(*a->rlimits));
}

static void check_process(const struct meta_process *a, const struct meta_process *b)
{
	assert_int_equal(a->pid, b->pid);
	assert_int_equal(a->ppid, b->ppid);
	assert_int_equal(a->pgid, b->pgid);
	assert_int_equal(a->sid, b->sid);
	assert_int_equal(a->umask, b->umask);
	assert_int_equal(a->tid_count, b->tid_count);
	assert_memory_equal(a->tids, b->tids, a->tid_count * sizeof(*a->tids));
	assert_int_equal(a->group_count, b->group_count);
	assert_memory_equal(a->groups, b->groups, a->group_count * sizeof(*a->groups));
	assert_memory_equal(a->uids, b->uids, sizeof(a->uids));
	assert_memory_equal(a->gids, b->gids, sizeof(a->gids));
	check_bytes(&a->comm, &b->comm);
	check_bytes(&a->exe, &b->exe);
	check_bytes(&a->argv, &b->argv);
	check_bytes(&a->env, &b->env);
	check_bytes(&a->cwd, &b->cwd);
	check_bytes(&a->root, &b->root);
	assert_string_equal(a->missing ? a->missing : "", b->missing);
	check_lists(a, b);
}

static void test_snapshot(void **state)
{
	const struct meta_snapshot s = {UINT64_MAX, UINT64_MAX - 1, family, 2};
	struct meta_snapshot back;
	struct buf record = {0};
	struct err err = {0};
	const uint8_t *body;
	size_t size;

	(void)state;
	assert_int_equal(codec_encode_snapshot(&s, &record), 0);
	check_kind(&record, CODEC_SNAPSHOT);
	body = record_body(&record, &size);
	assert_int_equal(codec_decode_snapshot(body, size, &back, &err), 0);
	assert_int_equal(back.seq, UINT64_MAX);
	assert_int_equal(back.time, UINT64_MAX - 1);
	assert_int_equal(back.process_count, 2);
	check_process(&family[0], &back.processes[0]);
	check_process(&family[1], &back.processes[1]);
	check_facts(back.processes[0].facts, back.processes[0].fact_count);
	assert_int_equal(back.processes[1].fact_count, 0);
	meta_snapshot_done(&back);
	buf_done(&record);
}

static struct meta_object objects[] = {
	{.path = BYTES("/bin/a\xff"),
	 .size = UINT64_MAX,
	 .mtime = INT64_MIN,
	 .inode = UINT64_MAX,
	 .device = UINT32_MAX,
	 .use = META_OBJECT_EXECUTED | META_OBJECT_INTERPRETER,
	 .state = META_OBJECT_SEEN,
	 .build_id = BYTES("\0\x01\xff"),
	 .package = TEXT("p"),
	 .package_version = TEXT("1:2-3")},
	{.path = BYTES("/gone"), .use = META_OBJECT_MAPPED, .state = META_OBJECT_GONE},
};

static void check_objects(const struct meta_object *back, size_t count)
{
	assert_int_equal(count, 2);
	for (size_t i = 0; i < count; i++) {
		const struct meta_object *o = &objects[i], *b = &back[i];

		check_bytes(&o->path, &b->path);
		check_bytes(&o->build_id, &b->build_id);
		assert_int_equal(o->size, b->size);
		assert_int_equal(o->mtime, b->mtime);
		assert_int_equal(o->inode, b->inode);
		assert_int_equal(o->device, b->device);
		assert_int_equal(o->use, b->use);
		assert_int_equal(o->state, b->state);
		assert_string_equal(o->package ? o->package : "", b->package);
		assert_string_equal(o->package_version ? o->package_version : "",
				    b->package_version);
	}
}

static const struct meta_usage usage = {1, 2, 3, 4, 5, 6, 7, 8, UINT64_MAX};

static void test_objects(void **state)
{
	struct meta_trailer t = {.has_usage = true,
				 .usage = usage,
				 .objects = objects,
				 .object_count = 2,
				 .object_beyond = UINT64_MAX};
	struct meta_object *copy;
	struct meta_trailer back;
	struct buf record = {0};
	const uint8_t *body;
	size_t size, count;

	(void)state;
	assert_int_equal(codec_encode_trailer(&t, &record), 0);
	body = record_body(&record, &size);
	assert_int_equal(codec_decode_trailer(body, size, &back, NULL), 0);
	assert_true(back.has_usage);
	assert_memory_equal(&back.usage, &usage, sizeof(usage));
	check_objects(back.objects, back.object_count);
	assert_int_equal(back.object_beyond, UINT64_MAX);
	assert_int_equal(meta_copy_objects(back.objects, back.object_count, &copy, &count), 0);
	check_objects(copy, count);
	meta_objects_done(copy, count);
	meta_trailer_done(&back);
	buf_done(&record);
}

static void test_trailer(void **state)
{
	struct meta_frame frames[] = {{1, 2, 3, 4, 5, 6, 7, 8, 9},
				      {.offset = UINT64_MAX, .events = UINT64_MAX}};
	struct meta_trailer t = {.duration = 1,
				 .calls = 2,
				 .events = 3,
				 .processes = 4,
				 .threads = 5,
				 .signals = 6,
				 .has_status = true,
				 .status = UINT32_MAX,
				 .lost = 7,
				 .unreadable = 8,
				 .shortened = 9,
				 .bytes_kept = 10,
				 .bytes_full = UINT64_MAX,
				 .unfinished = 11,
				 .incomplete = true,
				 .reason = TEXT("r"),
				 .notes = (char *[]){TEXT("a"), TEXT("")},
				 .note_count = 2,
				 .frames = frames,
				 .frame_count = 2};
	struct meta_trailer back;
	struct buf record = {0};
	struct err err = {0};
	const uint8_t *body;
	size_t size;

	(void)state;
	assert_int_equal(codec_encode_trailer(&t, &record), 0);
	check_kind(&record, CODEC_TRAILER);
	body = record_body(&record, &size);
	assert_int_equal(codec_decode_trailer(body, size, &back, &err), 0);
	assert_int_equal(back.note_count, 2);
	assert_string_equal(back.notes[0], "a");
	assert_string_equal(back.notes[1], "");
	assert_string_equal(back.reason, "r");
	assert_int_equal(back.frame_count, 2);
	assert_memory_equal(back.frames, frames, sizeof(frames));
	/* All that is no pointer lies in one piece, in both. */
	assert_memory_equal(&t, &back, offsetof(struct meta_trailer, has_status));
	assert_true(back.has_status && back.incomplete);
	assert_memory_equal(&t.status, &back.status, sizeof(t.status));
	assert_memory_equal(&t.lost, &back.lost,
			    offsetof(struct meta_trailer, unfinished) -
				    offsetof(struct meta_trailer, lost));
	assert_int_equal(back.unfinished, 11);
	assert_false(back.has_usage);
	assert_int_equal(back.object_count, 0);
	meta_trailer_done(&back);
	buf_done(&record);
}

/* ---- refused ---- */

typedef int decode_fn(const void *body, size_t size, struct err *err);

static int as_header(const void *body, size_t size, struct err *err)
{
	struct meta_header h;
	int r = codec_decode_header(body, size, &h, err);

	if (r == 0)
		meta_header_done(&h);
	return r;
}

static int as_snapshot(const void *body, size_t size, struct err *err)
{
	struct meta_snapshot s;
	int r = codec_decode_snapshot(body, size, &s, err);

	if (r == 0)
		meta_snapshot_done(&s);
	return r;
}

static int as_trailer(const void *body, size_t size, struct err *err)
{
	struct meta_trailer t;
	int r = codec_decode_trailer(body, size, &t, err);

	if (r == 0)
		meta_trailer_done(&t);
	return r;
}

/* @words: what is said about it; NULL: it is taken. Empties @message. */
static void check(decode_fn *decode, struct buf *message, unsigned field, const char *words)
{
	struct buf body = {0};
	struct err err = {0};

	record_around(message, field, &body);
	assert_int_equal(decode(body.data, body.size, &err), words ? -EBADMSG : 0);
	if (words && !strstr(err.text, words))
		print_error("no %s in %s\n", words, err.text);
	assert_true(!words || strstr(err.text, words));
	buf_done(&body);
	buf_done(message);
}

static void test_magic(void **state)
{
	struct buf m = {0};

	(void)state;
	record_bytes(&m, 1, "systape", 7);
	check(as_header, &m, RECORD_HEADER_FIELD, NULL);
	check(as_header, &m, RECORD_HEADER_FIELD, "magic");
	record_bytes(&m, 1, "systapes", 8);
	check(as_header, &m, RECORD_HEADER_FIELD, "magic");
}

static void test_newer(void **state)
{
	struct buf m = {0};

	(void)state;
	record_bytes(&m, 1, "systape", 7);
	record_bytes(&m, 1000, "new", 3);
	check(as_header, &m, RECORD_HEADER_FIELD, NULL);
	record_number(&m, 1000, 7);
	check(as_snapshot, &m, RECORD_SNAPSHOT_FIELD, NULL);
	record_number(&m, 1000, 7);
	check(as_trailer, &m, RECORD_TRAILER_FIELD, NULL);
}

static void test_another_kind(void **state)
{
	struct buf m = {0};

	(void)state;
	check(as_header, &m, RECORD_TRAILER_FIELD, "header");
	check(as_snapshot, &m, RECORD_HEADER_FIELD, "snapshot");
	check(as_trailer, &m, RECORD_CHUNK_FIELD, "trailer");
	check(as_trailer, &m, 9, "trailer");
}

static void test_malformed(void **state)
{
	struct buf m = {0};

	(void)state;
	buf_append(&m,
		   "\x0a\x05"
		   "abc",
		   5);
	check(as_header, &m, RECORD_HEADER_FIELD, "malformed");
	buf_append(&m,
		   "\x1a\x05"
		   "abc",
		   5);
	check(as_snapshot, &m, RECORD_SNAPSHOT_FIELD, "malformed");
	buf_append(&m, "\x80", 1);
	check(as_trailer, &m, RECORD_TRAILER_FIELD, "malformed");
}

/* ---- limits ---- */

static void test_long_strings(void **state)
{
	char *text = malloc(TRACE_STRING_MAX + 1);
	struct buf m = {0};

	(void)state;
	assert_non_null(text);
	memset(text, 'x', TRACE_STRING_MAX + 1);
	record_bytes(&m, 1, "systape", 7);
	record_bytes(&m, 4, text, TRACE_STRING_MAX);
	check(as_header, &m, RECORD_HEADER_FIELD, NULL);
	record_bytes(&m, 1, "systape", 7);
	record_bytes(&m, 4, text, TRACE_STRING_MAX + 1);
	check(as_header, &m, RECORD_HEADER_FIELD, "limits");
	record_bytes(&m, 15, text, TRACE_STRING_MAX + 1);
	check(as_trailer, &m, RECORD_TRAILER_FIELD, "limits");
	record_bytes(&m, 16, text, TRACE_STRING_MAX + 1);
	check(as_trailer, &m, RECORD_TRAILER_FIELD, "limits");
	free(text);
}

/* Arguments and environment together may be some megabytes (execve(2)). */
static void test_long_bytes(void **state)
{
	enum { SIZE = TRACE_STRING_MAX * 8 + 1 };
	uint8_t *bytes = calloc(1, SIZE);
	struct buf m = {0}, process = {0};

	(void)state;
	assert_non_null(bytes);
	record_bytes(&m, 1, "systape", 7);
	record_bytes(&m, 21, bytes, SIZE);
	check(as_header, &m, RECORD_HEADER_FIELD, "limits");
	record_bytes(&process, 9, bytes, SIZE);
	record_bytes(&m, 3, process.data, process.size);
	check(as_snapshot, &m, RECORD_SNAPSHOT_FIELD, "limits");
	buf_done(&process);
	free(bytes);
}

/* @count times an empty message, or an empty string. */
static void put_many(struct buf *m, unsigned field, size_t count)
{
	for (size_t i = 0; i < count; i++)
		record_bytes(m, field, "", 0);
}

static void test_many_entries(void **state)
{
	enum { MANY = TRACE_ENTRIES_MAX + 1 };
	struct buf m = {0}, process = {0};

	(void)state;
	put_many(&m, 3, MANY);
	check(as_snapshot, &m, RECORD_SNAPSHOT_FIELD, "limits");
	for (unsigned field = 16; field <= 18; field++) {
		buf_clear(&process);
		put_many(&process, field, MANY);
		record_bytes(&m, 3, process.data, process.size);
		check(as_snapshot, &m, RECORD_SNAPSHOT_FIELD, "limits");
	}
	buf_clear(&process);
	record_column(&process, 5, 1, MANY);
	record_bytes(&m, 3, process.data, process.size);
	check(as_snapshot, &m, RECORD_SNAPSHOT_FIELD, "limits");
	put_many(&m, 16, MANY);
	check(as_trailer, &m, RECORD_TRAILER_FIELD, "limits");
	put_many(&m, 17, MANY);
	check(as_trailer, &m, RECORD_TRAILER_FIELD, "limits");
	put_many(&m, 20, MANY);
	check(as_trailer, &m, RECORD_TRAILER_FIELD, "limits");
	record_bytes(&m, 1, "systape", 7);
	put_many(&m, 31, MANY);
	check(as_header, &m, RECORD_HEADER_FIELD, "limits");
	buf_clear(&process);
	put_many(&process, 21, MANY);
	record_bytes(&m, 3, process.data, process.size);
	check(as_snapshot, &m, RECORD_SNAPSHOT_FIELD, "limits");
	buf_done(&process);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_header),       cmocka_unit_test(test_empty_header),
		cmocka_unit_test(test_snapshot),     cmocka_unit_test(test_trailer),
		cmocka_unit_test(test_magic),        cmocka_unit_test(test_newer),
		cmocka_unit_test(test_another_kind), cmocka_unit_test(test_malformed),
		cmocka_unit_test(test_long_strings), cmocka_unit_test(test_long_bytes),
		cmocka_unit_test(test_many_entries), cmocka_unit_test(test_objects),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
