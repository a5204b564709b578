/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any journal. The first byte says what the input is: a whole file, or entries of slots
 * behind heads that are right, because hardly anything made up would get past those. What
 * comes out must be such that it can be written onto a tape.
 */
#include "fuzz.h"

#include "base/err.h"
#include "base/fileio.h"
#include "format/codec.h"
#include "format/container/journal_priv.h"
#include "format/container/recovery.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { SLOTS = 2 };

static const uint8_t uuid[16] = "a tape's number";

static void put_at(int fd, const void *data, size_t size, uint64_t offset)
{
	fuzz_check(pwrite(fd, data, size, (off_t)offset) == (ssize_t)size);
}

static void put_slot(int fd, const uint8_t *data, size_t size, size_t index)
{
	const struct journal_slot_head head = {.number = index, .used = size};
	uint64_t offset = JOURNAL_HEAD_SIZE + index * (uint64_t)JOURNAL_SLOT_SIZE;

	put_at(fd, &head, sizeof(head), offset);
	put_at(fd, data, size, offset + sizeof(head));
}

static int make_file(const uint8_t *data, size_t size)
{
	struct journal_head head = {.magic = JOURNAL_MAGIC,
				    .version = JOURNAL_VERSION,
				    .entry_size = sizeof(struct journal_entry),
				    .range_size = sizeof(struct journal_range),
				    .slots = SLOTS,
				    .slot_size = JOURNAL_SLOT_SIZE};
	int fd = memfd_create("journal", MFD_CLOEXEC);
	size_t first;

	fuzz_check(fd >= 0);
	if (size < 2 || data[0] % 2) {
		put_at(fd, data, size, 0);
		return fd;
	}
	memcpy(head.uuid, uuid, sizeof(uuid));
	put_at(fd, &head, sizeof(head), 0);
	/* The second slot gets the last part, of so many eighths. */
	first = (size - 2) * (data[1] % 9) / 8 / JOURNAL_ALIGN * JOURNAL_ALIGN;
	put_slot(fd, data + 2, first, 0);
	put_slot(fd, data + 2 + first, size - 2 - first, 1);
	return fd;
}

static void check_batch(struct codec *codec, const struct batch *batch)
{
	struct buf record = {0};
	int r = codec_encode_batch(codec, batch, &record);

	for (size_t i = 0; i < batch->count; i++) {
		const struct event *e = &batch->rows[i];

		fuzz_check(e->kind > EVENT_NONE && e->kind < EVENT_KIND_MAX && e->seq);
		fuzz_check(!i || e->seq > batch->rows[i - 1].seq);
		fuzz_check(e->kind != EVENT_EXEC || memchr(e->exec.path, 0, JOURNAL_SLOT_SIZE));
	}
	fuzz_check(r == 0 || r == -E2BIG);
	buf_done(&record);
}

void fuzz_one(const uint8_t *data, size_t size)
{
	struct codec *codec = codec_new();
	struct recovery *recovery = NULL;
	struct meta_snapshot snapshot = {0};
	struct batch batch = {0};
	struct err err = {0};
	uint64_t number = 0;
	int kind;

	fuzz_check(codec);
	if (recovery_open(make_file(data, size), uuid, &recovery, &err) == 0) {
		while ((kind = recovery_next(recovery, number, 0, &batch, &snapshot)) > 0) {
			if (kind == RECOVERY_SNAPSHOT)
				continue;
			fuzz_check(batch.number >= number && batch.count);
			check_batch(codec, &batch);
			number = batch.number + 1;
		}
		fuzz_check(kind == RECOVERY_END);
		recovery_free(recovery);
	} else {
		fuzz_check(err.text[0]);
	}
	meta_snapshot_done(&snapshot);
	batch_done(&batch);
	codec_free(codec);
}
