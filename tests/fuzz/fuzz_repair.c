/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Audit and rewriter over any file, or over a made-up tape: whatever it was, what comes
 * out must be a tape with which nothing is wrong.
 */
#include "fuzz.h"
#include "tape.h"

#include "base/err.h"
#include "base/fileio.h"
#include "format/container/audit.h"
#include "format/container/rewrite.h"
#include "format/container/source.h"

#include <inttypes.h>
#include <sys/mman.h>
#include <unistd.h>

enum { LEVEL = 1 };

/* Chunks whose places go back are copied as they are; nothing else may be wrong. */
static void check_fault(const struct trace_record *record, const struct trace_damage *damage)
{
	if (record->kind == RECORD_BATCH)
		return;
	fprintf(stderr, "repaired, but byte %" PRIu64 ": %s\n", damage->offset, damage->text);
	abort();
}

/* Hands everything in @tape to the audit and, unless NULL, to the rewriter. False: it is
 * no tape. */
static bool read_tape(const struct buf *tape, struct audit *audit, struct trace_rewriter *rewriter)
{
	struct trace_source *source;
	struct trace_reader *reader;
	struct trace_record record;
	struct trace_damage damage;
	struct err err = {0};
	int r;

	fuzz_check(trace_source_memory(tape->data, tape->size, false, &source) == 0);
	if (trace_reader_open(source, &reader, &err) < 0)
		return false;
	while ((r = trace_reader_next(reader, &record, &err)) > 0) {
		r = audit_take(audit, &record, &damage);
		fuzz_check(r >= 0);
		if (rewriter)
			fuzz_check(trace_rewriter_put(rewriter, &record, &err) == 0);
		else if (r > 0)
			check_fault(&record, &damage);
	}
	fuzz_check(r == 0);
	trace_reader_free(reader);
	return true;
}

static void slurp(int fd, struct buf *ret)
{
	off_t size = lseek(fd, 0, SEEK_CUR);

	fuzz_check(size > 0 && lseek(fd, 0, SEEK_SET) == 0);
	fuzz_check(fileio_read(fd, buf_extend(ret, (size_t)size), (size_t)size) == size);
}

static void repair(const struct buf *tape)
{
	int fd = memfd_create("tape", MFD_CLOEXEC);
	struct trace_rewriter *rewriter;
	struct audit before = {0}, after = {0};
	struct buf repaired = {0};
	struct err err = {0};

	fuzz_check(fd >= 0 && trace_rewriter_new(fd, LEVEL, &rewriter) == 0);
	if (read_tape(tape, &before, rewriter)) {
		fuzz_check(trace_rewriter_finish(rewriter, &err) == 0);
		slurp(fd, &repaired);
		fuzz_check(read_tape(&repaired, &after, NULL));
		fuzz_check(after.chunks == before.chunks && after.events == before.events);
	}
	trace_rewriter_free(rewriter);
	audit_done(&before);
	audit_done(&after);
	buf_done(&repaired);
	close(fd);
}

void fuzz_one(const uint8_t *data, size_t size)
{
	struct bytes b = {data, size};
	struct buf tape = {0};

	if (bytes_one(&b) % 2)
		tape_make(&b, &tape);
	else
		buf_append(&tape, b.at, b.left);
	repair(&tape);
	buf_done(&tape);
}
