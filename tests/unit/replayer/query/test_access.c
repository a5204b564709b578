/* SPDX-License-Identifier: Apache-2.0 */
#include "replayer/query/access.h"

#include "../state/world.h"
#include "base/buf.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { FIRST = 0x1000, SECOND = 0x2000, CWD = STATE_FDCWD };

/* What was told, in words. */
static int say(void *context, const struct access *a)
{
	struct buf *out = context;

	buf_printf(out, "%s%s %.*s", out->size ? "; " : "", access_kind_name(a->kind),
		   (int)a->path.size, a->path.text);
	if (!a->path.resolved)
		buf_str(out, "?");
	if (a->to.size)
		buf_printf(out, " -> %.*s", (int)a->to.size, a->to.text);
	if (a->error)
		buf_printf(out, " error %d", a->error);
	if (a->fd >= 0)
		buf_printf(out, " fd %d", a->fd);
	if (a->flags)
		buf_printf(out, " flags %o", a->flags);
	if (a->shared)
		buf_str(out, " shared");
	return 0;
}

static void check(struct world *w, const struct made_call *call, const char *expected)
{
	struct accesses *a = accesses_new();
	struct buf out = {0};
	struct made m;
	struct trace_item item = {.kind = ITEM_EVENT, .event = &m.event};

	assert_non_null(a);
	made_from(call, &m);
	m.event.pid = m.event.tid = 10;
	m.event.seq = ++w->seq;
	m.event.call.end_seq = ++w->seq;
	assert_int_equal(state_take(w->state, &item), 0);
	assert_int_equal(accesses_take(a, w->state, &m.event, say, &out), 0);
	assert_string_equal(buf_text(&out), expected);
	buf_done(&out);
	made_done(&m);
	accesses_free(a);
}

static void test_open(void **state)
{
	struct world w;

	(void)state;
	world_begin(&w);
	check(&w,
	      &(struct made_call){.name = "openat",
				  .ret = 3,
				  .args = {(uint64_t)CWD, FIRST, 0101},
				  .memory = {MADE_STRING(FIRST, "notes")}},
	      "open /home/notes fd 3 flags 101");
	check(&w,
	      &(struct made_call){.name = "open",
				  .ret = -ENOENT,
				  .args = {FIRST, 0},
				  .memory = {MADE_STRING(FIRST, "../etc/x")}},
	      "open /etc/x error 2");
	check(&w,
	      &(struct made_call){.name = "creat",
				  .ret = 4,
				  .args = {FIRST, 0600},
				  .memory = {MADE_STRING(FIRST, "/tmp/a")}},
	      "open /tmp/a fd 4 flags 1101");
	/* From a directory that nobody knows. */
	check(&w,
	      &(struct made_call){.name = "openat",
				  .ret = 5,
				  .args = {77, FIRST, 0},
				  .memory = {MADE_STRING(FIRST, "b")}},
	      "open b? fd 5");
	world_done(&w);
}

static void test_two_names(void **state)
{
	struct world w;

	(void)state;
	world_begin(&w);
	check(&w,
	      &(struct made_call){.name = "rename",
				  .ret = 0,
				  .args = {FIRST, SECOND},
				  .memory = {MADE_STRING(FIRST, "a"), MADE_STRING(SECOND, "/b")}},
	      "rename /home/a -> /b");
	check(&w,
	      &(struct made_call){.name = "symlinkat",
				  .ret = 0,
				  .args = {FIRST, (uint64_t)CWD, SECOND},
				  .memory = {MADE_STRING(FIRST, "../a"), MADE_STRING(SECOND, "l")}},
	      "symlink /home/l -> ../a");
	world_done(&w);
}

static void test_links(void **state)
{
	struct world w;

	(void)state;
	world_begin(&w);
	check(&w,
	      &(struct made_call){
		      .name = "symlink",
		      .ret = 0,
		      .args = {FIRST, SECOND},
		      .memory = {MADE_STRING(FIRST, "/usr/a"), MADE_STRING(SECOND, "l")}},
	      "symlink /home/l -> /usr/a");
	check(&w,
	      &(struct made_call){.name = "stat",
				  .ret = 0,
				  .args = {FIRST},
				  .memory = {MADE_STRING(FIRST, "l")}},
	      "look /usr/a");
	check(&w,
	      &(struct made_call){.name = "lstat",
				  .ret = 0,
				  .args = {FIRST},
				  .memory = {MADE_STRING(FIRST, "l")}},
	      "look /home/l");
	check(&w,
	      &(struct made_call){.name = "newfstatat",
				  .ret = 0,
				  .args = {(uint64_t)CWD, FIRST, 0, 0x100},
				  .memory = {MADE_STRING(FIRST, "l")}},
	      "look /home/l");
	check(&w,
	      &(struct made_call){.name = "open",
				  .ret = -EEXIST,
				  .args = {FIRST, 0300},
				  .memory = {MADE_STRING(FIRST, "l")}},
	      "open /home/l error 17 flags 300");
	check(&w,
	      &(struct made_call){.name = "unlink",
				  .ret = 0,
				  .args = {FIRST},
				  .memory = {MADE_STRING(FIRST, "l")}},
	      "delete /home/l");
	world_done(&w);
}

static void test_descriptors(void **state)
{
	struct world w;

	(void)state;
	world_begin(&w);
	world_open(&w, 10, "/lib/x.so", 0, 3);
	check(&w, &(struct made_call){.name = "mmap", .ret = 0x7000, .args = {0, 4096, 1, 2, 3, 0}},
	      "map /lib/x.so fd 3 flags 1");
	check(&w, &(struct made_call){.name = "mmap", .ret = 0x7000, .args = {0, 4096, 3, 1, 3, 0}},
	      "map /lib/x.so fd 3 flags 3 shared");
	check(&w,
	      &(struct made_call){
		      .name = "mmap", .ret = 0x7000, .args = {0, 4096, 3, 0x22, UINT64_MAX, 0}},
	      "");
	check(&w, &(struct made_call){.name = "ftruncate", .ret = 0, .args = {3, 0}},
	      "truncate /lib/x.so fd 3");
	/* A pipe has no path. */
	check(&w, &(struct made_call){.name = "fchmod", .ret = 0, .args = {1, 0}}, "");
	check(&w,
	      &(struct made_call){
		      .name = "mmap", .ret = 0x7000, .arch = EVENT_ARCH_I386, .args = {FIRST}},
	      "");
	world_done(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_open),
		cmocka_unit_test(test_two_names),
		cmocka_unit_test(test_links),
		cmocka_unit_test(test_descriptors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
