/* SPDX-License-Identifier: Apache-2.0 */
/* What flowed: told call by call, and which stream it was told of. */
#include "replayer/query/streams.h"

#include "../state/world.h"

#include "base/buf.h"
#include "replayer/print/print.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { UNIX = 1, INET = 2, STREAM = 1, AT = 0x9000, CREATES = 01101, READS = 0, APPENDS = 02001 };

#define HERE  "\2\0\0\x50\x7f\0\0\1\0\0\0\0\0\0\0\0"
#define THERE "\2\0\1\1\x7f\0\0\1\0\0\0\0\0\0\0\0"

struct scene {
	struct world world;
	struct printer *printer;
	struct streams *streams;
	struct buf told; /* a word for each flow */
};

/* ">3:text@10" */
static int tell(void *context, const struct flow *f)
{
	struct scene *s = context;
	struct buf *out = &s->told;

	buf_printf(out, "%s%c%d:", out->size ? " " : "", f->way == STREAM_ONE ? '>' : '<', f->fd);
	for (size_t i = 0; i < f->piece_count; i++) {
		if (f->pieces[i].data)
			buf_append(out, f->pieces[i].data, f->pieces[i].size);
		else
			buf_printf(out, "[%d]", (int)f->pieces[i].size);
	}
	if (f->kind == FLOW_TRUNCATES)
		buf_printf(out, "=%d", (int)f->position);
	else if (f->kind == FLOW_MAPS)
		buf_printf(out, "map%d@%d", (int)f->length, (int)f->position);
	else if (f->append)
		buf_str(out, "+");
	else if (f->positioned)
		buf_printf(out, "@%d", (int)f->position);
	return buf_error(out);
}

static int take(void *context, const struct trace_item *item)
{
	struct scene *s = context;

	return streams_take(s->streams, item, true);
}

static void begin(struct scene *s, const struct stream_choice *choice)
{
	const struct print_options options = {.names = PRINT_NAMES_ALL};

	*s = (struct scene){.printer = printer_new(&options)};
	world_begin(&s->world);
	printer_state(s->printer, s->world.state);
	s->streams = streams_new(choice, s->world.state, s->printer, tell, s);
	assert_non_null(s->streams);
	s->world.also = take;
	s->world.context = s;
}

static void done(struct scene *s)
{
	streams_free(s->streams);
	printer_free(s->printer);
	buf_done(&s->told);
	world_done(&s->world);
}

static void check(struct scene *s, const char *told)
{
	assert_int_equal(streams_finish(s->streams), 0);
	assert_string_equal(buf_text(&s->told), told);
}

static const struct stream *stream(const struct scene *s, size_t i)
{
	const struct stream *m = NULL;
	size_t at = 0;

	for (size_t k = 0; k <= i; k++)
		m = streams_next(s->streams, &at);
	return m;
}

static struct made_call moving(const char *name, int fd, const char *text)
{
	return (struct made_call){.name = name,
				  .ret = (int64_t)strlen(text),
				  .args = {(uint32_t)fd, AT, 100},
				  .memory = {{.address = AT,
					      .data = text,
					      .length = strlen(text),
					      .exit = strcmp(name, "write") != 0}}};
}

static void move(struct scene *s, uint32_t pid, const char *name, int fd, const char *text)
{
	const struct made_call call = moving(name, fd, text);

	world_call(&s->world, pid, pid, &call);
}

static void test_file(void **state)
{
	const struct stream_choice all = {.by_fd = false};
	struct scene s;

	(void)state;
	begin(&s, &all);
	world_open(&s.world, 10, "f", CREATES, 3);
	move(&s, 10, "write", 3, "one");
	world_numbers(&s.world, 10, "dup", 4, 3, 0, 0);
	move(&s, 10, "write", 4, "two");
	world_numbers(&s.world, 10, "ftruncate", 0, 3, 2, 0);
	world_open(&s.world, 10, "g", APPENDS, 5);
	move(&s, 10, "write", 5, "end");
	check(&s, ">3:=0 >3:one@0 >4:two@3 >3:=2 >5:end+");
	/* Both descriptors are one stream. */
	assert_int_equal(stream(&s, 0)->user_count, 2);
	assert_int_equal(stream(&s, 0)->bytes[STREAM_ONE], 6);
	assert_string_equal(buf_text(&stream(&s, 0)->name), "/home/f");
	assert_string_equal(buf_text(&stream(&s, 1)->name), "/home/g");
	assert_null(stream(&s, 2));
	done(&s);
}

static void map(struct scene *s, uint64_t protection, uint64_t flags, int fd)
{
	const struct made_call call = {.name = "mmap",
				       .ret = 1 << 30,
				       .args = {0, 100, protection, flags, (uint32_t)fd, 4096}};

	world_call(&s->world, 10, 10, &call);
}

/* What goes through memory is not seen: but that something may is told, of writing always. */
static void test_mapped(void **state)
{
	struct stream_choice choice = {.by_fd = false};
	enum { READ = 1, WRITE = 2, SHARED = 1, PRIVATE = 2, ANONYMOUS = 0x20 };

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct scene s;

		choice.path = i ? "/home/f" : NULL;
		begin(&s, &choice);
		world_open(&s.world, 10, "f", 2, 3);
		world_open(&s.world, 10, "g", 2, 4);
		map(&s, READ, PRIVATE, 3);
		map(&s, READ | WRITE, PRIVATE, 4);
		map(&s, READ | WRITE, SHARED, 3);
		map(&s, READ | WRITE, SHARED | ANONYMOUS, 3);
		move(&s, 10, "write", 3, "one");
		check(&s, i ? "<3:map100@4096 >3:map100@4096 >3:one@0" : ">3:map100@4096 >3:one@0");
		assert_true(stream(&s, 0)->mapped);
		assert_int_equal(stream(&s, 0)->calls[STREAM_ONE], 1);
		assert_null(stream(&s, 1));
		done(&s);
	}
}

/* A read that is entered before the write comes back behind it. */
static void test_order(void **state)
{
	const struct stream_choice all = {.by_fd = false};
	const struct made_call reads = moving("read", 3, "b");
	struct scene s;

	(void)state;
	begin(&s, &all);
	world_open(&s.world, 10, "f", READS, 3);
	world_fork(&s.world, 10, 11, FORK_FORK);
	world_call_until(&s.world, 10, 10, &reads, s.world.seq + 9);
	world_open(&s.world, 11, "g", CREATES, 4);
	move(&s, 11, "write", 4, "a");
	check(&s, ">4:=0 >4:a@0 <3:b@0");
	done(&s);
}

/* What was written is told, what was read of it is counted. */
static void test_pipe(void **state)
{
	const struct stream_choice pipes = {.pipes = true};
	struct scene s;

	(void)state;
	begin(&s, &pipes);
	world_two(&s.world, 10, "pipe2", 0, (const uint64_t[4]){0}, 3, 4);
	world_fork(&s.world, 10, 11, FORK_FORK);
	move(&s, 10, "write", 4, "words");
	move(&s, 11, "read", 3, "wor");
	world_open(&s.world, 10, "f", CREATES, 5);
	move(&s, 10, "write", 5, "not asked for");
	check(&s, ">4:words");
	assert_int_equal(stream(&s, 0)->bytes[STREAM_ONE], 5);
	assert_int_equal(stream(&s, 0)->received[STREAM_ONE], 3);
	assert_true(stream_is_other(stream(&s, 0), &stream(&s, 0)->users[1]));
	done(&s);
}

static void test_pair(void **state)
{
	const struct stream_choice all = {.by_fd = false};
	struct scene s;

	(void)state;
	begin(&s, &all);
	world_two(&s.world, 10, "socketpair", 3, (const uint64_t[4]){UNIX, STREAM}, 6, 7);
	move(&s, 10, "write", 6, "ask");
	move(&s, 10, "read", 7, "ask");
	move(&s, 10, "write", 7, "answer");
	move(&s, 10, "read", 6, "answer");
	check(&s, ">6:ask <7:answer");
	assert_int_equal(stream(&s, 0)->received[STREAM_OTHER], 6);
	assert_null(stream(&s, 1));
	done(&s);
}

static void address(struct scene *s, const char *name, int fd, const char *bytes)
{
	const struct made_call call = {
		.name = name,
		.args = {(uint32_t)fd, WORLD_ADDRESS, 16},
		.memory = {{.address = WORLD_ADDRESS, .data = bytes, .length = 16}}};

	world_call(&s->world, 10, 10, &call);
}

/* Two ends of a connection are found by their addresses. */
static void test_connection(void **state)
{
	const struct stream_choice asked = {.socket = "127.0.0.1:80"};
	struct scene s;

	(void)state;
	begin(&s, &asked);
	for (int fd = 6; fd < 8; fd++) {
		world_numbers(&s.world, 10, "socket", fd, INET, STREAM, 0);
		address(&s, "bind", fd, fd == 6 ? HERE : THERE);
		address(&s, "connect", fd, fd == 6 ? THERE : HERE);
	}
	move(&s, 10, "write", 6, "ask");
	move(&s, 10, "read", 7, "ask");
	move(&s, 10, "write", 7, "answer");
	check(&s, ">6:ask <7:answer");
	assert_null(stream(&s, 1));
	done(&s);
}

/* What a descriptor stood for in turn, whoever moved it. */
static void test_descriptor(void **state)
{
	const struct stream_choice two = {.by_fd = true, .fd = 2};
	struct scene s;

	(void)state;
	begin(&s, &two);
	move(&s, 10, "write", 2, "log");
	move(&s, 10, "write", 1, "pipe");
	world_open(&s.world, 10, "f", APPENDS, 3);
	world_numbers(&s.world, 10, "dup2", 2, 3, 2, 0);
	world_fork(&s.world, 10, 11, FORK_FORK);
	move(&s, 11, "write", 3, "child");
	check(&s, ">2:log@0 >3:child+");
	done(&s);
}

/* Of what was not kept it is known how much it was. */
static void test_not_kept(void **state)
{
	const struct stream_choice all = {.by_fd = false};
	struct made_call call = moving("write", 1, "begin");
	struct scene s;
	uint64_t unknown;

	(void)state;
	begin(&s, &all);
	call.ret = 100;
	call.memory[0].beyond = 95;
	world_call(&s.world, 10, 10, &call);
	move(&s, 10, "write", 99, "to nobody");
	check(&s, ">1:begin[95]");
	assert_int_equal(stream(&s, 0)->kept[STREAM_ONE], 5);
	assert_int_equal(streams_left_out(s.streams, &unknown), 0);
	assert_int_equal(unknown, 1);
	done(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_file),       cmocka_unit_test(test_mapped),
		cmocka_unit_test(test_order),      cmocka_unit_test(test_pipe),
		cmocka_unit_test(test_pair),       cmocka_unit_test(test_connection),
		cmocka_unit_test(test_descriptor), cmocka_unit_test(test_not_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
