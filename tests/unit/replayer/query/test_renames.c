/* SPDX-License-Identifier: Apache-2.0 */
/* What became of names: told step by step, asked for at places in between. */
#include "replayer/query/renames.h"

#include "../state/world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { CREATE = 0101, EXCHANGE = 2, SYMLINK_FOLLOW = 0x400 };

struct scene {
	struct world world;
	struct renames *renames;
	uint64_t generation;
};

static int take(void *context, const struct trace_item *item)
{
	struct scene *s = context;

	return item->kind == ITEM_EVENT ? renames_take(s->renames, s->world.state, item->event) : 0;
}

static void begin(struct scene *s)
{
	*s = (struct scene){.renames = renames_new()};
	assert_non_null(s->renames);
	world_begin_with(&s->world, take, s);
}

static void done(struct scene *s)
{
	renames_free(s->renames);
	world_done(&s->world);
}

static void two(struct scene *s, const char *name, const char *from, const char *to)
{
	world_paths(&s->world, 10, name, from, to);
}

/* renameat2(2) and linkat(2): from the working directory. */
static void two_at(struct scene *s, const char *name, const char *from, const char *to,
		   uint64_t flags)
{
	const uint64_t cwd = (uint64_t)(int64_t)STATE_FDCWD;
	const struct made_call call = {
		.name = name,
		.args = {cwd, WORLD_ADDRESS, cwd, WORLD_ADDRESS + WORLD_ROOM, flags},
		.memory = {{.address = WORLD_ADDRESS, .data = from, .length = strlen(from) + 1},
			   {.address = WORLD_ADDRESS + WORLD_ROOM,
			    .data = to,
			    .length = strlen(to) + 1}}};

	world_call(&s->world, 10, 10, &call);
}

static void unlink_one(struct scene *s, const char *path)
{
	world_path(&s->world, 10, "unlink", path);
}

/* Some place, between what is before and what is behind. */
static uint64_t place(struct scene *s)
{
	return ++s->world.seq;
}

static void resolve(struct scene *s, const char *wanted)
{
	assert_int_equal(renames_resolve(s->renames, wanted, &s->generation), 0);
}

static void check(const struct scene *s, const char *name, uint64_t seq, uint64_t generation,
		  const char *became)
{
	const struct state_file f = {
		.kind = STATE_NAMED, .id = 999, .text = name, .size = strlen(name)};
	const char *told;

	assert_int_equal(renames_find(s->renames, &f, seq, &told), generation);
	assert_int_equal(became != NULL, told != NULL);
	if (became)
		assert_string_equal(told, became);
}

static void test_name_is(void **state)
{
	(void)state;
	assert_true(name_is("/a/bc", 5, "/a/bc"));
	assert_true(name_is("/a/bc", 5, "a/bc"));
	assert_true(name_is("/a/bc", 5, "bc"));
	assert_false(name_is("/a/bc", 5, "c"));
	assert_false(name_is("/a/bc", 5, "/bc"));
	assert_false(name_is("/a/bc", 5, "/x/a/bc"));
	assert_false(name_is(NULL, 0, "c"));
}

/* The same name in between is renamed into place twice: each time another file. */
static void test_into_place(void **state)
{
	struct scene s;
	uint64_t at[4];

	(void)state;
	begin(&s);
	at[0] = place(&s);
	two(&s, "rename", "/d/lock", "/d/index");
	at[1] = place(&s);
	two(&s, "rename", "lock", "/d/index"); /* from /home */
	two(&s, "rename", "/d/lock", "/d/index");
	at[2] = place(&s);
	two(&s, "rename", "/d/lock", "/d/other");
	at[3] = place(&s);
	resolve(&s, "index");
	check(&s, "/d/lock", at[0], 2, "/d/index");
	check(&s, "/d/lock", at[1], 4, "/d/index");
	check(&s, "/home/lock", at[0], 3, "/d/index");
	check(&s, "/d/lock", at[2], 0, NULL);
	check(&s, "/d/lock", at[3], 0, NULL);
	check(&s, "/d/index", at[0], 1, NULL);
	check(&s, "/d/index", at[1], 2, NULL);
	check(&s, "/d/index", at[3], 4, NULL);
	check(&s, "/d/lockx", at[0], 0, NULL);
	assert_int_equal(s.generation, 4);
	done(&s);
}

static void test_chain(void **state)
{
	struct scene s;
	uint64_t first, second, third;

	(void)state;
	begin(&s);
	first = place(&s);
	two(&s, "rename", "/a", "/b");
	second = place(&s);
	two(&s, "rename", "/b", "/c");
	third = place(&s);
	resolve(&s, "/c");
	check(&s, "/a", first, 2, "/c");
	check(&s, "/b", first, 0, NULL);
	check(&s, "/b", second, 2, "/c");
	check(&s, "/a", second, 0, NULL);
	check(&s, "/c", third, 2, NULL);
	done(&s);
}

/* What is renamed away is not followed, and what was deleted is another file. */
static void test_away(void **state)
{
	struct scene s;
	uint64_t first, second, third;

	(void)state;
	begin(&s);
	first = place(&s);
	unlink_one(&s, "/t");
	second = place(&s);
	two(&s, "rename", "/t", "/p");
	two(&s, "rename", "/p", "/q");
	third = place(&s);
	resolve(&s, "/p");
	check(&s, "/t", first, 0, NULL);
	check(&s, "/t", second, 2, "/p");
	check(&s, "/q", third, 0, NULL);
	check(&s, "/p", third, 3, NULL);
	done(&s);
}

static void test_exchange(void **state)
{
	struct scene s;
	uint64_t before, after;

	(void)state;
	begin(&s);
	before = place(&s);
	two_at(&s, "renameat2", "/p", "/t", EXCHANGE);
	after = place(&s);
	resolve(&s, "/p");
	check(&s, "/t", before, 2, "/p");
	check(&s, "/t", after, 0, NULL);
	check(&s, "/p", before, 1, NULL);
	check(&s, "/p", after, 2, NULL);
	done(&s);
}

static void test_link(void **state)
{
	struct scene s;
	uint64_t before, after, end;

	(void)state;
	begin(&s);
	before = place(&s);
	two(&s, "link", "/o/tmp", "/o/final");
	after = place(&s);
	unlink_one(&s, "/o/tmp");
	end = place(&s);
	resolve(&s, "final");
	check(&s, "/o/tmp", before, 2, "/o/final");
	check(&s, "/o/tmp", after, 2, "/o/final");
	check(&s, "/o/tmp", end, 0, NULL);
	done(&s);
}

/* A file that had no name before: the description is it. */
static void test_link_of_descriptor(void **state)
{
	const struct state_file *f;
	const char *became;
	struct scene s;

	(void)state;
	begin(&s);
	world_open(&s.world, 10, "/d", 020200001, 3);
	f = world_file(&s.world, 10, 3);
	assert_non_null(f);
	two_at(&s, "linkat", "/proc/self/fd/3", "/d/named", SYMLINK_FOLLOW);
	resolve(&s, "named");
	f = world_file(&s.world, 10, 3);
	assert_int_equal(renames_find(s.renames, f, 1, &became), 2);
	assert_string_equal(became, "/d/named");
	done(&s);
}

static void test_directories(void **state)
{
	struct scene s;
	uint64_t first, second;

	(void)state;
	begin(&s);
	first = place(&s);
	two(&s, "rename", "/x/tmp", "/x/e");
	second = place(&s);
	two(&s, "rename", "/x", "/y");
	resolve(&s, "e/in");
	check(&s, "/x/tmp/in", first, 1, "/x/e/in");
	check(&s, "/x/e/in", second, 1, NULL);
	check(&s, "/x/tmp/in", second, 0, NULL);
	check(&s, "/x/tmp/other", first, 0, NULL);
	done(&s);

	begin(&s);
	first = place(&s);
	two(&s, "rename", "/x/tmp", "/x/e");
	second = place(&s);
	two(&s, "rename", "/x", "/y");
	resolve(&s, "/y/e/in");
	check(&s, "/x/tmp/in", first, 1, "/y/e/in");
	check(&s, "/x/e/in", second, 1, "/y/e/in");
	done(&s);
}

/* There is an end to what is kept, and it is said. */
static void test_limit(void **state)
{
	char path[4001] = "";
	struct scene s;

	(void)state;
	begin(&s);
	memset(path, 'x', sizeof(path) - 1);
	path[0] = '/';
	for (size_t i = 0; i < RENAMES_TEXT_MAX / (sizeof(path) - 1) + 3; i++)
		unlink_one(&s, path);
	assert_int_equal(renames_left_out(s.renames), 3);
	resolve(&s, "lock");
	done(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_name_is),
		cmocka_unit_test(test_into_place),
		cmocka_unit_test(test_chain),
		cmocka_unit_test(test_away),
		cmocka_unit_test(test_exchange),
		cmocka_unit_test(test_link),
		cmocka_unit_test(test_link_of_descriptor),
		cmocka_unit_test(test_directories),
		cmocka_unit_test(test_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
