/* SPDX-License-Identifier: Apache-2.0 */
/* New tapes out of old ones, whole and damaged; and the audit of both. */
#include "../tape.h"

#include "base/err.h"
#include "base/fileio.h"
#include "format/container/audit.h"
#include "format/container/rewrite.h"
#include "format/container/source.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

enum { ROUNDS = 6 };

static const struct tape_plan small = {.rounds = ROUNDS, .chunk_size = 100, .frame_size = 900};

static struct trace_reader *open_tape(const struct buf *tape)
{
	struct trace_source *source;
	struct trace_reader *reader;
	struct err err = {0};

	assert_int_equal(trace_source_memory(tape->data, tape->size, false, &source), 0);
	assert_int_equal(trace_reader_open(source, &reader, &err), 0);
	return reader;
}

static void rewrite(const struct buf *tape, struct buf *ret)
{
	struct trace_reader *reader = open_tape(tape);
	int fd = memfd_create("copy", MFD_CLOEXEC);
	struct trace_rewriter *writer;
	struct trace_record record;
	struct err err = {0};
	off_t size;

	assert_int_equal(trace_rewriter_new(fd, 0, &writer), 0);
	while (trace_reader_next(reader, &record, &err) > 0)
		assert_int_equal(trace_rewriter_put(writer, &record, &err), 0);
	assert_int_equal(trace_rewriter_finish(writer, &err), 0);
	trace_rewriter_free(writer);
	trace_reader_free(reader);
	size = lseek(fd, 0, SEEK_END);
	lseek(fd, 0, SEEK_SET);
	assert_int_equal(fileio_read(fd, buf_extend(ret, (size_t)size), (size_t)size), size);
	close(fd);
}

/* What a tape's audit comes to. */
static struct audit audit_tape(const struct buf *tape)
{
	struct trace_reader *reader = open_tape(tape);
	struct trace_damage damage;
	struct trace_record record;
	struct audit a = {0};
	struct err err = {0};

	while (trace_reader_next(reader, &record, &err) > 0)
		assert_true(audit_take(&a, &record, &damage) >= 0);
	trace_reader_free(reader);
	/* Only the numbers are of use to the caller. */
	audit_done(&(struct audit){.seen = a.seen, .open = a.open});
	a.seen = NULL;
	a.open = (struct map){0};
	return a;
}

static void assert_same_text(const struct buf *a, const struct buf *b)
{
	struct tape_content one, two;

	tape_read(a->data, a->size, false, &one);
	tape_read(b->data, b->size, false, &two);
	assert_true(one.text.size > 0);
	assert_string_equal(buf_text(&one.text), buf_text(&two.text));
	assert_int_equal(one.snapshots, two.snapshots);
	tape_content_done(&one);
	tape_content_done(&two);
}

static void test_copy_of_a_whole_tape(void **state)
{
	struct buf tape = {0}, copy = {0};
	struct audit a, b;

	(void)state;
	tape_make(&small, &tape);
	rewrite(&tape, &copy);
	assert_same_text(&tape, &copy);
	a = audit_tape(&tape);
	b = audit_tape(&copy);
	assert_int_equal(a.damages + b.damages, 0);
	assert_int_equal(b.lost, 0);
	assert_false(b.incomplete);
	assert_int_equal(a.events, b.events);
	assert_int_equal(a.calls, b.calls);
	assert_int_equal(a.chunks, b.chunks);
	assert_int_equal(b.tapes, 1);
	assert_true(a.chunks > 3);
	assert_true(a.frames > 3);
	buf_done(&tape);
	buf_done(&copy);
}

static void test_copy_of_a_cut_tape(void **state)
{
	struct buf tape = {0}, copy = {0};
	struct audit a;

	(void)state;
	tape_make(&small, &tape);
	buf_truncate(&tape, tape.size * 2 / 3);
	assert_int_equal(audit_tape(&tape).damages, 1);
	rewrite(&tape, &copy);
	assert_same_text(&tape, &copy);
	a = audit_tape(&copy);
	assert_int_equal(a.damages, 0);
	assert_true(a.incomplete);
	assert_true(a.events > 0);
	buf_done(&tape);
	buf_done(&copy);
}

/* The old trailer knows how many events there were: the new one how many are gone. */
static void test_copy_of_a_tape_with_a_hole(void **state)
{
	struct buf tape = {0}, copy = {0};
	struct audit whole, holed, repaired;

	(void)state;
	tape_make(&small, &tape);
	whole = audit_tape(&tape);
	memset(tape.data + tape.size / 2, 0x55, 40);
	holed = audit_tape(&tape);
	assert_int_equal(holed.damages, 1);
	rewrite(&tape, &copy);
	repaired = audit_tape(&copy);
	assert_int_equal(repaired.damages, 0);
	assert_false(repaired.incomplete);
	assert_int_equal(repaired.events, holed.events);
	assert_int_equal(repaired.lost, whole.events - holed.events);
	assert_true(repaired.lost > 0);
	buf_done(&tape);
	buf_done(&copy);
}

static void test_copy_of_two_tapes(void **state)
{
	struct buf tape = {0}, copy = {0};
	struct audit a;

	(void)state;
	tape_make(&small, &tape);
	tape_make(&small, &tape);
	rewrite(&tape, &copy);
	assert_same_text(&tape, &copy);
	a = audit_tape(&copy);
	assert_int_equal(a.tapes, 2);
	assert_int_equal(a.damages, 0);
	buf_done(&tape);
	buf_done(&copy);
}

/* ---- what can be read but does not fit ---- */

enum lie { LIE_EVENTS, LIE_FRAME, LIE_NO_FRAME, LIE_ORDER };

static void tell(enum lie lie, struct trace_record *record)
{
	struct meta_trailer *t = record->trailer;

	if (lie == LIE_EVENTS)
		t->events++;
	for (size_t i = 0; lie == LIE_FRAME && i < t->frame_count; i++)
		t->frames[i].events += t->frames[i].chunks != 0;
	if (lie == LIE_NO_FRAME)
		t->frame_count = 1;
}

static void expose(enum lie lie, const char *words)
{
	struct trace_damage damage = {.text = ""};
	struct trace_reader *reader;
	struct trace_record record;
	struct audit a = {0};
	struct buf tape = {0};
	struct err err = {0};
	int found = 0;

	tape_make(&small, &tape);
	reader = open_tape(&tape);
	while (!found && trace_reader_next(reader, &record, &err) > 0) {
		if (record.kind == RECORD_TRAILER)
			tell(lie, &record);
		found = audit_take(&a, &record, &damage);
		if (!found && lie == LIE_ORDER && record.kind == RECORD_BATCH)
			found = audit_take(&a, &record, &damage);
	}
	assert_int_equal(found, 1);
	assert_int_equal(a.damages, 1);
	assert_non_null(strstr(damage.text, words));
	trace_reader_free(reader);
	audit_done(&a);
	buf_done(&tape);
}

static void test_audit_finds_what_does_not_fit(void **state)
{
	(void)state;
	expose(LIE_EVENTS, "the trailer counts ");
	expose(LIE_FRAME, " chunks of the frame at byte ");
	expose(LIE_NO_FRAME, "the trailer does not list the frame");
	expose(LIE_ORDER, "but the one before ends at ");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_copy_of_a_whole_tape),
		cmocka_unit_test(test_copy_of_a_cut_tape),
		cmocka_unit_test(test_copy_of_a_tape_with_a_hole),
		cmocka_unit_test(test_copy_of_two_tapes),
		cmocka_unit_test(test_audit_finds_what_does_not_fit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
