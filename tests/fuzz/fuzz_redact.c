/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any tape redacted, at a level and with or without own rules, and what comes of it scanned. The
 * input is a byte and a tape. What comes out is a whole tape, in which events are missing only if
 * it says so, and what a rule names stands nowhere; the scan finds the same however its bytes come.
 */
#include "fuzz.h"
#include "tape.h"

#include "base/err.h"
#include "base/fileio.h"
#include "format/container/plain.h"
#include "format/container/source.h"
#include "replayer/redact/redact.h"
#include "replayer/redact/rules.h"
#include "replayer/redact/token.h"
#include "replayer/scan/scan.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { LEVELS = REDACT_META + 1, LEVEL_ZSTD = 1, PIECE = 61, RULED = 0x80 };

static const char canary[] = "bluebird";
static const char rule_text[] = "path /etc/hosts\n"
				"path *.key\n"
				"name SESSION_NUMBER\n"
				"text bluebird\n"
				"keep TOKEN\n"
				"keep-path /etc/shadow\n";

static int file_of(const void *data, size_t size, char path[32])
{
	const int fd = memfd_create("tape", MFD_CLOEXEC);

	fuzz_check(fd >= 0 && fileio_write(fd, data, size) == 0);
	snprintf(path, 32, "/proc/self/fd/%d", fd);
	return fd;
}

/* ---- what comes out ---- */

static void check_range(const void *bytes, size_t size)
{
	fuzz_check(!memmem(bytes, size, canary, strlen(canary)));
}

static void check_event(const struct event *e)
{
	for (uint32_t i = 0; i < e->memory_count; i++)
		check_range(e->memory[i].data, e->memory[i].length);
	if (e->kind == EVENT_EXEC) {
		check_range(e->exec.path, strlen(e->exec.path));
		check_range(e->exec.argv, e->exec.argv_size);
	}
}

struct counts {
	uint64_t events, lost;
};

static struct counts read_tape(const char *path, bool redacted, bool ruled)
{
	const struct trace_stream_options options = {.one_thread = true};
	struct trace_source *source;
	struct trace_stream *stream;
	struct trace_item item;
	struct counts counts = {0};
	struct err err = {0};
	int r;

	fuzz_check(trace_source_open(path, &source, &err) == 0);
	fuzz_check(trace_stream_open(source, &options, &stream, &err) == 0);
	while ((r = trace_stream_next(stream, &item, &err)) > 0) {
		fuzz_check(!redacted || item.kind != ITEM_DAMAGE);
		if (item.kind == ITEM_TRAILER)
			counts.lost += item.trailer->lost;
		counts.events += item.kind == ITEM_EVENT;
		if (item.kind == ITEM_EVENT && ruled)
			check_event(item.event);
	}
	fuzz_check(r == 0);
	trace_stream_free(stream);
	return counts;
}

/* An event whose place is not behind the one before it cannot be written: it is lost. */
static void check_counts(const struct counts *from, const struct counts *to)
{
	fuzz_check(to->events <= from->events);
	fuzz_check(to->events == from->events || to->lost > 0);
}

static void check_text(struct buf *out)
{
	fuzz_check(buf_error(out) == 0);
	for (size_t i = 0; i < out->size; i++) {
		const uint8_t c = (uint8_t)out->data[i];

		fuzz_check((c >= 0x20 && c != 0x7f) || c == '\n');
	}
	buf_clear(out);
}

/* ---- the two halves ---- */

static int take(void *context, const void *bytes, size_t size)
{
	return scan_take(context, bytes, size);
}

static int take_in_pieces(void *context, const void *bytes, size_t size)
{
	const uint8_t *at = bytes;
	int r = 0;

	for (size_t n; r == 0 && size; at += n, size -= n) {
		n = size < PIECE ? size : PIECE;
		r = scan_take(context, at, n);
	}
	return r;
}

static void scan_with(const char *path, plain_fn *how, struct buf *ret)
{
	struct scan *s = scan_new();
	struct err err = {0};

	fuzz_check(s);
	if (plain_read(path, how, s, &err) == 0)
		fuzz_check(scan_finish(s) == 0);
	scan_json(s, ret);
	scan_say(s, ret);
	scan_free(s);
}

static void scan(const char *path)
{
	struct buf whole = {0}, pieces = {0};

	scan_with(path, take, &whole);
	scan_with(path, take_in_pieces, &pieces);
	fuzz_check(whole.size == pieces.size && memcmp(whole.data, pieces.data, whole.size) == 0);
	check_text(&whole);
	buf_done(&whole);
	buf_done(&pieces);
}

static void check_redacted(const struct redact *r, const struct redact_outcome *o, const char *from,
			   int to, bool ruled)
{
	struct counts before, after;
	struct buf said = {0};
	char path[32];

	redact_report(r, o, &said);
	check_text(&said);
	redact_report_json(r, o, &said);
	check_text(&said);
	buf_done(&said);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", to);
	before = read_tape(from, false, false);
	after = read_tape(path, true, ruled);
	check_counts(&before, &after);
	scan(path);
}

static void redact(const char *path, enum redact_level level, bool ruled)
{
	uint8_t key[REDACT_KEY_SIZE] = "the same in each run of this one";
	struct redact_options options = {.level = level, .zstd_level = LEVEL_ZSTD};
	const int to = memfd_create("redacted", MFD_CLOEXEC);
	struct redact_outcome outcome = {.path = "tape"};
	struct rules *rules = rules_new();
	struct redact_key *k = redact_key_new(key);
	struct redact *r;
	struct err err = {0};
	char rule_path[32];
	int fd = -1, result;

	fuzz_check(to >= 0 && rules && k);
	if (ruled) {
		fd = file_of(rule_text, sizeof(rule_text) - 1, rule_path);
		fuzz_check(redact_rules_read(rules, rule_path, &err) == 0);
		close(fd);
	}
	options.rules = rules;
	options.key = k;
	options.sink = sink_file(to);
	r = redact_new(&options);
	fuzz_check(r);
	result = redact_file(r, path, &outcome, &err);
	if (result == 0)
		check_redacted(r, &outcome, path, to, ruled);
	else
		fuzz_check(err.text[0] && result != -ENOMEM);
	redact_free(r);
	redact_key_free(k);
	redact_rules_free(rules);
	close(to);
}

void fuzz_one(const uint8_t *data, size_t size)
{
	struct bytes b = {data, size};
	const uint8_t how = bytes_one(&b);
	struct buf tape = {0};
	char path[32];
	int fd;

	tape_in_form((how & ~RULED) % TAPE_FORMS, b.at, b.left, &tape);
	fd = file_of(tape.data, tape.size, path);
	redact(path, (enum redact_level)((how & ~RULED) / TAPE_FORMS % LEVELS), how & RULED);
	scan(path);
	close(fd);
	buf_done(&tape);
}
