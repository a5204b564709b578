/* SPDX-License-Identifier: Apache-2.0 */
#include "replayer/query/transfer.h"

#include "../made.h"
#include "base/buf.h"
#include "sys/table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { BUFFER = 0x1000, SECOND = 0x2000, VECTORS = 0x3000, HEADER = 0x4000, NAME = 0x5000 };

/* What was told, in words. */
static int say(void *context, const struct transfer *t)
{
	struct buf *out = context;
	struct transfer_place at = {0};
	struct transfer_piece piece;

	buf_printf(out, "%s%d %s%s %u", out->size ? "; " : "", t->fd, t->more ? "more " : "",
		   t->out ? "out" : "in", (unsigned)t->bytes);
	if (t->positioned)
		buf_printf(out, " at %llu", (unsigned long long)t->position);
	if (t->elsewhere)
		buf_str(out, " elsewhere");
	if (t->address.size)
		buf_printf(out, " address of %u", t->address.size);
	while (transfer_next(t, &at, &piece)) {
		buf_printf(out, " %u:", (unsigned)piece.offset);
		if (piece.data)
			buf_append(out, piece.data, (size_t)piece.size);
		else
			buf_printf(out, "(%u)", (unsigned)piece.size);
	}
	return 0;
}

static void check_events(struct transfers *t, const struct event *e, const char *expected)
{
	struct buf out = {0};

	assert_int_equal(transfers_take(t, NULL, e, say, &out), 0);
	assert_string_equal(buf_text(&out), expected);
	buf_done(&out);
}

static void check(const struct made_call *call, const char *expected)
{
	struct transfers *t = transfers_new();
	struct made m;

	assert_non_null(t);
	made_from(call, &m);
	check_events(t, &m.event, expected);
	made_done(&m);
	transfers_free(t);
}

static void test_one_buffer(void **state)
{
	(void)state;
	check(&(struct made_call){.name = "read",
				  .ret = 3,
				  .args = {4, BUFFER, 100},
				  .memory = {MADE_WROTE(BUFFER, "abc")}},
	      "4 in 3 0:abc");
	/* More was given than was taken. */
	check(&(struct made_call){.name = "write",
				  .ret = 2,
				  .args = {5, BUFFER, 3},
				  .memory = {MADE_BYTES(BUFFER, "abc")}},
	      "5 out 2 0:ab");
	check(&(struct made_call){.name = "pread64",
				  .ret = 3,
				  .args = {4, BUFFER, 100, 0x500},
				  .memory = {MADE_WROTE(BUFFER, "abc")}},
	      "4 in 3 at 1280 0:abc");
	check(&(struct made_call){.name = "read", .ret = -9, .args = {4, BUFFER, 100}}, "");
	check(&(struct made_call){.name = "read", .ret = 0, .args = {4, BUFFER, 100}}, "");
	check(&(struct made_call){.name = "lseek", .ret = 3, .args = {4, 3}}, "");
}

static void check_given(const struct made_call *call, uint8_t kind, const char *expected)
{
	struct transfers *t = transfers_new();
	struct buf out = {0};
	struct made m;

	assert_non_null(t);
	made_from(call, &m);
	if (kind == EVENT_BEGUN)
		m.event.call.state = EVENT_UNFINISHED;
	m.event.kind = kind;
	assert_int_equal(transfers_given(t, NULL, &m.event, say, &out), 0);
	assert_string_equal(buf_text(&out), expected);
	buf_done(&out);
	made_done(&m);
	transfers_free(t);
}

static void test_given(void **state)
{
	static const uint64_t two[] = {BUFFER, 3, SECOND, 5};
	struct made_call split = {.name = "writev",
				  .args = {1, VECTORS, 2},
				  .memory = {{.address = VECTORS, .data = two, .length = 32},
					     MADE_BYTES(BUFFER, "abc"),
					     MADE_BYTES(SECOND, "defgh")}};

	(void)state;
	split.ret = -32;
	check_given(&split, EVENT_CALL, "1 out 8 0:abc 3:defgh");
	check_given(&split, EVENT_BEGUN, "1 out 8 0:abc 3:defgh");
	/* A part of it, with what went. */
	split.ret = 4;
	check_given(&split, EVENT_CALL, "1 out 8 0:abc 3:defgh");
	/* All of it: that is told as what was moved. */
	split.ret = 8;
	check_given(&split, EVENT_CALL, "");
	check_given(&(struct made_call){.name = "recvfrom",
					.ret = 3,
					.args = {4, BUFFER, 100, 2},
					.memory = {MADE_WROTE(BUFFER, "abc")}},
		    EVENT_CALL, "4 in 3 0:abc");
	check_given(&(struct made_call){.name = "read",
					.ret = 3,
					.args = {4, BUFFER, 100},
					.memory = {MADE_WROTE(BUFFER, "abc")}},
		    EVENT_CALL, "");
}

static void test_either_end(void **state)
{
	static const uint64_t one[] = {BUFFER, 3};

	(void)state;
	check(&(struct made_call){.name = "vmsplice",
				  .ret = 3,
				  .args = {4, VECTORS, 1},
				  .memory = {{.address = VECTORS, .data = one, .length = 16},
					     MADE_BYTES(BUFFER, "abc")}},
	      "4 out 3 0:abc");
	check(&(struct made_call){.name = "vmsplice",
				  .ret = 3,
				  .args = {4, VECTORS, 1},
				  .memory = {{.address = VECTORS, .data = one, .length = 16},
					     MADE_WROTE(BUFFER, "abc")}},
	      "4 in 3 0:abc");
}

static void test_positions_of_32_bit(void **state)
{
	(void)state;
	check(&(struct made_call){.name = "pwrite64",
				  .ret = 3,
				  .arch = EVENT_ARCH_I386,
				  .args = {4, BUFFER, 3, 7, 1},
				  .memory = {MADE_BYTES(BUFFER, "abc")}},
	      "4 out 3 at 4294967303 0:abc");
}

static void test_what_was_not_kept(void **state)
{
	struct made_piece cut = MADE_WROTE(BUFFER, "abc");

	(void)state;
	cut.beyond = 4;
	check(
		&(struct made_call){
			.name = "read", .ret = 7, .args = {4, BUFFER, 100}, .memory = {cut}},
		"4 in 7 0:abc 3:(4)");
	check(&(struct made_call){.name = "read", .ret = 7, .args = {4, BUFFER, 100}},
	      "4 in 7 0:(7)");
}

static void test_vectors(void **state)
{
	static const uint64_t two[] = {BUFFER, 3, SECOND, 5};

	(void)state;
	check(&(struct made_call){.name = "writev",
				  .ret = 5,
				  .args = {1, VECTORS, 2},
				  .memory = {{.address = VECTORS, .data = two, .length = 32},
					     MADE_BYTES(BUFFER, "abc"),
					     MADE_BYTES(SECOND, "defgh")}},
	      "1 out 5 0:abc 3:de");
	check(&(struct made_call){.name = "preadv2",
				  .ret = 4,
				  .args = {3, VECTORS, 2, UINT64_MAX, UINT64_MAX, 0},
				  .memory = {{.address = VECTORS, .data = two, .length = 32},
					     MADE_WROTE(BUFFER, "abc"),
					     MADE_WROTE(SECOND, "d")}},
	      "3 in 4 0:abc 3:d");
	/* A count of more than there are. */
	check(&(struct made_call){.name = "writev",
				  .ret = 5,
				  .args = {1, VECTORS, UINT64_MAX},
				  .memory = {{.address = VECTORS, .data = two, .length = 16},
					     MADE_BYTES(BUFFER, "abc")}},
	      "1 out 5 0:abc");
}

struct header {
	uint64_t name;
	uint32_t name_size, pad;
	uint64_t vectors, vector_count, control, control_size;
	uint32_t flags, pad2;
};

static void test_messages(void **state)
{
	static const uint64_t one[] = {BUFFER, 3};
	static const struct header header = {
		.name = NAME, .name_size = 16, .vectors = VECTORS, .vector_count = 1};
	static const struct {
		struct header header;
		uint32_t length, pad;
	} two[2] = {{{.vectors = VECTORS, .vector_count = 1}, 3, 0},
		    {{.vectors = VECTORS, .vector_count = 1}, 2, 0}};

	(void)state;
	check(&(struct made_call){.name = "sendmsg",
				  .ret = 3,
				  .args = {7, HEADER, 0},
				  .memory = {{.address = HEADER, .data = &header, .length = 56},
					     {.address = NAME, .data = &header, .length = 16},
					     {.address = VECTORS, .data = one, .length = 16},
					     MADE_BYTES(BUFFER, "abc")}},
	      "7 out 3 address of 16 0:abc");
	check(&(struct made_call){.name = "sendmmsg",
				  .ret = 2,
				  .args = {7, HEADER, 2, 0},
				  .memory = {{.address = HEADER, .data = two, .length = 128},
					     {.address = HEADER + 56,
					      .data = &two[0].length,
					      .length = 4,
					      .exit = true},
					     {.address = HEADER + 120,
					      .data = &two[1].length,
					      .length = 4,
					      .exit = true},
					     {.address = VECTORS, .data = one, .length = 16},
					     MADE_BYTES(BUFFER, "abc")}},
	      "7 out 3 0:abc; 7 out 2 0:ab");
	/* Only looked. */
	check(&(struct made_call){.name = "recvfrom",
				  .ret = 3,
				  .args = {7, BUFFER, 3, 2},
				  .memory = {MADE_WROTE(BUFFER, "abc")}},
	      "");
}

static void test_between(void **state)
{
	static const uint64_t at = 77;

	(void)state;
	check(&(struct made_call){.name = "sendfile",
				  .ret = 9,
				  .args = {1, 2, NAME, 100},
				  .memory = {{.address = NAME, .data = &at, .length = 8}}},
	      "2 in 9 at 77 elsewhere; 1 out 9 elsewhere");
	check(&(struct made_call){.name = "tee", .ret = 9, .args = {1, 2, 100}},
	      "2 out 9 elsewhere");
}

static void test_socketcall(void **state)
{
	static const uint32_t words[] = {7, BUFFER, 3, 0};

	(void)state;
	check(&(struct made_call){.name = "socketcall",
				  .ret = 3,
				  .arch = EVENT_ARCH_I386,
				  .args = {9, NAME},
				  .memory = {{.address = NAME, .data = words, .length = 16},
					     MADE_BYTES(BUFFER, "abc")}},
	      "7 out 3 0:abc");
}

/* A great buffer: what the call's own event has not, one behind it has. */
static void test_more(void **state)
{
	struct made_piece cut = MADE_WROTE(BUFFER, "abc");
	struct transfers *t = transfers_new();
	struct made call, more;

	(void)state;
	assert_non_null(t);
	cut.beyond = 4;
	made_from(
		&(struct made_call){
			.name = "read", .ret = 7, .args = {4, BUFFER, 100}, .memory = {cut}},
		&call);
	made_from(&(struct made_call){.name = "read",
				      .ret = 7,
				      .args = {0},
				      .memory = {MADE_WROTE(BUFFER + 3, "defg")}},
		  &more);
	more.event.kind = EVENT_DATA;
	more.event.call.begun_seq = call.event.call.begun_seq;
	check_events(t, &call.event, "4 in 7 0:abc 3:(4)");
	check_events(t, &more.event, "4 more in 7 3:defg");
	more.event.call.begun_seq++;
	check_events(t, &more.event, "");
	made_done(&call);
	made_done(&more);
	transfers_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_buffer),
		cmocka_unit_test(test_given),
		cmocka_unit_test(test_either_end),
		cmocka_unit_test(test_positions_of_32_bit),
		cmocka_unit_test(test_what_was_not_kept),
		cmocka_unit_test(test_vectors),
		cmocka_unit_test(test_messages),
		cmocka_unit_test(test_between),
		cmocka_unit_test(test_socketcall),
		cmocka_unit_test(test_more),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
