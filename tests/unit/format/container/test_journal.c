/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What was kept in a journal comes back as it was, and what is no journal of the tape does
 * not. Bytes made up by others are fuzz_recovery's business.
 */
#include "format/container/journal.h"

#include "format/codec.h"
#include "format/container/recovery.h"

#include "base/err.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

enum { BATCHES = 3, PATH_SIZE = 128 };

static const uint8_t uuid[16] = "a tape's number", other_uuid[16] = "another's";

struct place {
	char dir[PATH_SIZE], tape[PATH_SIZE + 16], journal[PATH_SIZE + 32];
};

static void write_file(const char *path, const char *text)
{
	FILE *f = fopen(path, "we");

	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

static int set_up(void **state)
{
	struct place *p = calloc(1, sizeof(*p));
	const char *top = getenv("TMPDIR");
	char *whole;

	assert_non_null(p);
	snprintf(p->dir, sizeof(p->dir), "%.100s/journal-XXXXXX", top ? top : "/tmp");
	assert_non_null(mkdtemp(p->dir));
	whole = realpath(p->dir, NULL);
	assert_non_null(whole);
	snprintf(p->tape, sizeof(p->tape), "%.127s/tape", whole);
	snprintf(p->journal, sizeof(p->journal), "%s.journal", p->tape);
	free(whole);
	write_file(p->tape, "");
	*state = p;
	return 0;
}

static int tear_down(void **state)
{
	struct place *p = *state;

	unlink(p->journal);
	unlink(p->tape);
	rmdir(p->dir);
	free(p);
	return 0;
}

static struct journal *create(const struct place *p)
{
	struct journal *j = NULL;
	struct err err = {0};

	assert_int_equal(journal_create(p->journal, uuid, BATCHES, &j, &err), 0);
	return j;
}

/* As after the death of the recorder: the file without the lock. */
static struct recovery *reopen(const struct place *p)
{
	struct recovery *r = NULL;
	struct err err = {0};
	int fd = open(p->journal, O_RDONLY | O_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(recovery_open(fd, uuid, &r, &err), 0);
	return r;
}

/* ---- events of every kind ---- */

static void add(struct batch *b, uint64_t seq, struct event e)
{
	e.seq = seq;
	e.time = seq * 7;
	e.pid = 10;
	e.tid = 11;
	assert_int_equal(batch_add(b, &e, NULL), 0);
}

/* Two calls that overlap, everything else between their ends, the second in flight. */
static void fill(struct batch *b, uint64_t seq)
{
	static const uint8_t bytes[] = "some bytes", info[EVENT_SIGINFO_SIZE] = {17, 0, 255};
	const struct event_memory memory[] = {
		{.address = 0x7000, .full = 70000, .data = bytes, .length = 5, .unreadable = true},
		{.address = 0x8000, .full = 0, .data = bytes, .length = 0},
		{.address = 0x9000,
		 .full = 3,
		 .data = bytes + 2,
		 .length = 3,
		 .when = EVENT_AT_EXIT}};
	const struct event_call call = {.nr = 257,
					.ip = 0x400000,
					.begun_seq = seq,
					.args = {1, 2, 3, 4, 5, UINT64_MAX},
					.arch = EVENT_ARCH_I386};
	struct event begun = {.seq = seq,
			      .pid = 1,
			      .tid = 2,
			      .kind = EVENT_BEGUN,
			      .memory = memory,
			      .memory_count = 2,
			      .call = call};
	struct event end = {.seq = seq + 20,
			    .kind = EVENT_END,
			    .memory = memory,
			    .memory_count = 3,
			    .call = {.ret = -512,
				     .begun_seq = seq,
				     .end_seq = seq + 20,
				     .duration = 99,
				     .state = EVENT_FINISHED}};
	struct batch_slot slot;

	assert_int_equal(batch_add(b, &begun, &slot), 0);
	add(b, seq + 1, (struct event){.kind = EVENT_BEGUN, .call = {.begun_seq = seq + 1}});
	add(b, seq + 2, (struct event){.kind = EVENT_FORK, .fork = {5, 6, FORK_VFORK, true}});
	add(b, seq + 3,
	    (struct event){.kind = EVENT_EXEC,
			   .exec = {9, "/bin/ls", (const uint8_t *)"ls\0-l", 6}});
	add(b, seq + 4, (struct event){.kind = EVENT_SIGNAL, .signal = {17, info, sizeof(info)}});
	add(b, seq + 5, (struct event){.kind = EVENT_STOP, .signal = {19, NULL, 0}});
	add(b, seq + 6, (struct event){.kind = EVENT_END, .call = {.ret = 3, .begun_seq = 1}});
	add(b, seq + 7,
	    (struct event){.kind = EVENT_DATA,
			   .memory = memory + 2,
			   .memory_count = 1,
			   .call = {.begun_seq = seq}});
	add(b, seq + 8, (struct event){.kind = EVENT_EXIT, .exit = {3 << 8, true}});
	assert_int_equal(batch_finish(b, slot, &end), 0);
}

/* Both, sealed, as the tape would have them. */
static void check_same(const struct batch *a, const struct batch *b)
{
	struct buf x = {0}, y = {0};
	struct codec *codec = codec_new();

	assert_non_null(codec);
	assert_int_equal(codec_encode_batch(codec, a, &x), 0);
	assert_int_equal(codec_encode_batch(codec, b, &y), 0);
	assert_int_equal(x.size, y.size);
	assert_memory_equal(x.data, y.data, x.size);
	buf_done(&x);
	buf_done(&y);
	codec_free(codec);
}

/* A batch that is journaled, and one that is not. */
struct pair {
	struct batch kept, plain;
};

static void begin(struct pair *p, struct journal *j, size_t slot, uint64_t number)
{
	p->kept.log = journal_log(j, slot);
	assert_non_null(p->kept.log);
	batch_clear(&p->kept, number);
	batch_clear(&p->plain, number);
	journal_begin(p->kept.log, number);
}

static void fill_pair(struct pair *p, uint64_t seq)
{
	fill(&p->kept, seq);
	fill(&p->plain, seq);
}

static void seal_pair(struct pair *p)
{
	assert_int_equal(batch_seal(&p->kept), 0);
	assert_int_equal(batch_seal(&p->plain), 0);
}

static void pair_done(struct pair *p)
{
	batch_done(&p->kept);
	batch_done(&p->plain);
}

/* ---- the tests ---- */

/* The batch itself, whose bytes are in the journal, is what it would be without, and so is
 * what comes back, in the order of the chunks. */
static void test_comes_back(void **state)
{
	struct journal *j = create(*state);
	struct pair pairs[2] = {0};
	struct batch found = {0};
	struct meta_snapshot snapshot = {0};
	struct recovery *r;

	begin(&pairs[0], j, 0, 8);
	begin(&pairs[1], j, 2, 7);
	fill_pair(&pairs[1], 100);
	fill_pair(&pairs[1], 130);
	fill_pair(&pairs[0], 200);
	seal_pair(&pairs[0]);
	seal_pair(&pairs[1]);
	r = reopen(*state);
	for (size_t i = 2; i-- > 0;) {
		assert_int_equal(recovery_next(r, 0, 0, &found, &snapshot), RECOVERY_BATCH);
		assert_int_equal(found.number, 8 - i);
		check_same(&pairs[i].plain, &found);
		check_same(&pairs[i].plain, &pairs[i].kept);
	}
	assert_int_equal(recovery_next(r, 0, 0, &found, &snapshot), RECOVERY_END);
	assert_null(recovery_damage(r));
	recovery_free(r);
	batch_done(&found);
	pair_done(&pairs[0]);
	pair_done(&pairs[1]);
	journal_free(j);
}

/* Chunks that are on the tape are not told again, nor what a slot held before. */
static void test_what_is_missing(void **state)
{
	struct journal *j = create(*state);
	struct pair old = {0}, now = {0};
	struct batch found = {0};
	struct meta_snapshot snapshot = {0};
	struct recovery *r;

	begin(&old, j, 0, 3);
	fill_pair(&old, 100);
	begin(&now, j, 1, 4);
	fill_pair(&now, 200);
	r = reopen(*state);
	assert_int_equal(recovery_next(r, 4, 0, &found, &snapshot), RECOVERY_BATCH);
	assert_int_equal(found.number, 4);
	assert_int_equal(recovery_next(r, 5, 0, &found, &snapshot), RECOVERY_END);
	recovery_free(r);
	begin(&old, j, 0, 5);
	begin(&now, j, 1, 6);
	r = reopen(*state);
	assert_int_equal(recovery_next(r, 0, 0, &found, &snapshot), RECOVERY_END);
	assert_null(recovery_damage(r));
	recovery_free(r);
	batch_done(&found);
	pair_done(&old);
	pair_done(&now);
	journal_free(j);
}

static int opens(const char *path, const uint8_t number[16])
{
	struct recovery *r = NULL;
	struct err err = {0};
	int result = recovery_open(open(path, O_RDONLY | O_CLOEXEC), number, &r, &err);

	recovery_free(r);
	return result;
}

/* With the part before and with the next it is at home, but with no other; the one that it has
 * left longest is forgotten. */
static void test_move(void **state)
{
	static const uint8_t third[16] = "the third", none[16] = {0};
	const struct place *p = *state;
	char moved[PATH_SIZE + 40];
	struct journal *j = create(p);
	struct err err = {0};

	snprintf(moved, sizeof(moved), "%s.1", p->journal);
	assert_int_equal(opens(p->journal, other_uuid), -EINVAL);
	assert_int_equal(opens(p->journal, none), -EINVAL);
	journal_move(j, moved, other_uuid);
	assert_int_equal(journal_error(j, &err), 0);
	assert_int_equal(access(p->journal, F_OK), -1);
	assert_int_equal(opens(moved, uuid), 0);
	assert_int_equal(opens(moved, other_uuid), 0);
	journal_move(j, p->journal, third);
	assert_int_equal(access(moved, F_OK), -1);
	assert_int_equal(opens(p->journal, uuid), -EINVAL);
	assert_int_equal(opens(p->journal, other_uuid), 0);
	assert_int_equal(opens(p->journal, third), 0);
	journal_free(j);
	assert_int_equal(access(p->journal, F_OK), -1);
}

static void test_cannot_move(void **state)
{
	const struct place *p = *state;
	char moved[PATH_SIZE + 40];
	struct journal *j = create(p);
	struct err err = {0};

	snprintf(moved, sizeof(moved), "%s.1", p->journal);
	write_file(moved, "mine");
	journal_move(j, moved, other_uuid);
	assert_int_equal(journal_error(j, &err), -EEXIST);
	assert_int_equal(access(p->journal, F_OK), -1);
	assert_int_equal(opens(moved, other_uuid), -EINVAL);
	journal_free(j);
	assert_int_equal(unlink(moved), 0);
	j = create(p);
	journal_move(j, NULL, other_uuid);
	assert_int_equal(journal_error(j, &err), -EINVAL);
	assert_int_equal(access(p->journal, F_OK), -1);
	journal_free(j);
}

static void test_snapshot(void **state)
{
	struct journal *j = create(*state);
	struct meta_snapshot given = {.seq = 77, .time = 5}, found = {0};
	struct buf record = {0};
	struct batch batch = {0};
	struct pair pair = {0};
	struct recovery *r;

	begin(&pair, j, 0, 0);
	assert_int_equal(codec_encode_snapshot(&given, &record), 0);
	assert_true(journal_keep_snapshot(pair.kept.log, 1, &record));
	fill_pair(&pair, 100);
	seal_pair(&pair);
	r = reopen(*state);
	assert_int_equal(recovery_next(r, 0, 1, &batch, &found), RECOVERY_SNAPSHOT);
	assert_int_equal(found.seq, 77);
	assert_int_equal(recovery_next(r, 0, 2, &batch, &found), RECOVERY_BATCH);
	check_same(&pair.plain, &batch);
	recovery_free(r);
	/* It is on the tape. */
	r = reopen(*state);
	assert_int_equal(recovery_next(r, 0, 2, &batch, &found), RECOVERY_BATCH);
	recovery_free(r);
	meta_snapshot_done(&found);
	buf_done(&record);
	batch_done(&batch);
	pair_done(&pair);
	journal_free(j);
}

/* Whatever comes, there is room for the next event until it says that there is not. */
static void test_full(void **state)
{
	enum { SIZE = 1 << 20 };
	struct journal *j = create(*state);
	uint8_t *bytes = calloc(1, SIZE);
	const struct event_memory memory = {.data = bytes, .length = SIZE, .full = SIZE};
	struct event e = {.kind = EVENT_EXIT, .memory = &memory, .memory_count = 1};
	struct pair pair = {0};
	struct err err = {0};

	assert_non_null(bytes);
	begin(&pair, j, 1, 0);
	assert_false(journal_is_full(NULL));
	for (e.seq = 1; !journal_is_full(pair.kept.log); e.seq++)
		assert_int_equal(batch_add(&pair.kept, &e, NULL), 0);
	assert_true(e.seq > 2);
	assert_int_equal(journal_error(j, &err), 0);
	/* One too many: it is given up, and the batch does without. */
	for (uint64_t last = e.seq + 2; e.seq < last; e.seq++)
		assert_int_equal(batch_add(&pair.kept, &e, NULL), 0);
	assert_int_equal(journal_error(j, &err), -E2BIG);
	assert_int_equal(access(((struct place *)*state)->journal, F_OK), -1);
	assert_int_equal(batch_seal(&pair.kept), 0);
	for (size_t i = 0; i < pair.kept.count; i++)
		assert_memory_equal(pair.kept.rows[i].memory[0].data, bytes, SIZE);
	pair_done(&pair);
	journal_free(j);
	free(bytes);
}

static void test_the_file(void **state)
{
	const struct place *p = *state;
	struct journal *j = create(p), *second = NULL;
	struct err err = {0};
	struct stat st;
	char *name;

	assert_int_equal(stat(p->journal, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_true(st.st_blocks * 512 < 1 << 20);
	assert_int_equal(journal_create(p->journal, uuid, 1, &second, &err), -EEXIST);
	assert_int_equal(journal_name(p->tape, &name), 0);
	assert_string_equal(name, p->journal);
	free(name);
	assert_int_equal(journal_name("/no such/file", &name), -ENOENT);
	/* While it is being written nobody else may. */
	assert_int_equal(recovery_find(p->tape), -EBUSY);
	journal_free(j);
	assert_int_equal(access(p->journal, F_OK), -1);
	assert_int_equal(recovery_find(p->tape), -ENOENT);
}

/* A limit that would end us by a signal. */
static void test_limit(void **state)
{
	const struct place *p = *state;
	struct journal *j = NULL;
	struct rlimit old, cut;
	struct err err = {0};

	assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
	cut = (struct rlimit){1 << 20, old.rlim_max};
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &cut), 0);
	assert_int_equal(journal_create(p->journal, uuid, 1, &j, &err), -EFBIG);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
	assert_int_equal(access(p->journal, F_OK), -1);
}

static void check_refused(const char *path, const uint8_t *id, const char *words)
{
	struct recovery *r = NULL;
	struct err err = {0};
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(recovery_open(fd, id, &r, &err), -EINVAL);
	assert_non_null(strstr(err.text, words));
}

static void test_not_ours(void **state)
{
	const struct place *p = *state;
	struct journal *j = create(p);
	uint32_t version = 1000;
	int fd = open(p->journal, O_RDWR | O_CLOEXEC);

	check_refused(p->journal, other_uuid, "another tape");
	assert_int_equal(pwrite(fd, &version, sizeof(version), 8), sizeof(version));
	check_refused(p->journal, uuid, "another version");
	close(fd);
	journal_free(j);
	write_file(p->journal, "notes");
	check_refused(p->journal, uuid, "no journal");
}

static void test_forget(void **state)
{
	const struct place *p = *state;
	char to[PATH_SIZE + 32], moved[PATH_SIZE + 48];

	snprintf(to, sizeof(to), "%s.old", p->tape);
	snprintf(moved, sizeof(moved), "%s.journal", to);
	/* Not ours: stays. */
	write_file(p->journal, "notes");
	journal_forget(p->tape, NULL);
	journal_forget(p->tape, to);
	assert_int_equal(access(p->journal, F_OK), 0);
	write_file(p->journal, "systapeJ");
	write_file(moved, "notes");
	journal_forget(p->tape, to);
	assert_int_equal(access(p->journal, F_OK), 0);
	write_file(moved, "systapeJ and so on");
	journal_forget(p->tape, to);
	assert_int_equal(access(p->journal, F_OK), -1);
	assert_int_equal(access(moved, F_OK), 0);
	journal_forget(p->tape, to);
	assert_int_equal(access(moved, F_OK), -1);
	write_file(p->journal, "systapeJ");
	journal_forget(p->tape, NULL);
	assert_int_equal(access(p->journal, F_OK), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_comes_back, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_what_is_missing, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_move, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_cannot_move, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_snapshot, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_full, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_the_file, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_limit, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_not_ours, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_forget, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
