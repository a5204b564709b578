/* SPDX-License-Identifier: Apache-2.0 */
/* Where bytes first differ (excerpt.h), as rows of a hex dump and as JSON. */
#include "report_priv.h"

#include "excerpt.h"

#include "base/buf.h"
#include "replayer/export/json.h"
#include "replayer/print/escape.h"

#include <inttypes.h>

enum { ROW = 16 };

static void say_row(const uint8_t *bytes, size_t size, struct buf *out)
{
	for (size_t i = 0; i < ROW; i++) {
		if (i < size)
			buf_printf(out, " %02x", bytes[i]);
		else
			buf_str(out, "   ");
	}
	buf_str(out, "  \"");
	escape_strace(out, bytes, size, PRINT_HEX_NEVER);
	buf_str(out, "\"\n");
}

static void say_side(const struct excerpt_side *s, char mark, uint64_t offset, struct buf *out)
{
	static const char *const missing[] = {
		[EXCERPT_NOTHING] = "nothing",
		[EXCERPT_LOST] = "bytes that are not on the tape",
	};

	if (s->what != EXCERPT_BYTES)
		buf_printf(out, "       %c %08" PRIx64 "  %s\n", mark, offset, missing[s->what]);
	for (size_t at = 0; s->what == EXCERPT_BYTES && at < s->size; at += ROW) {
		buf_printf(out, "       %c %08" PRIx64 " ", mark, offset + at);
		say_row(s->bytes + at, s->size - at < ROW ? s->size - at : ROW, out);
	}
}

void report_say_excerpt(const struct excerpt *x, struct buf *out)
{
	buf_printf(out, "       first %sdifference at byte %" PRIu64, x->certain ? "" : "known ",
		   x->offset);
	if (x->a.seq)
		buf_printf(out, ", event %" PRIu64 " of the first tape", x->a.seq);
	if (x->b.seq)
		buf_printf(out, ", event %" PRIu64 " of the second", x->b.seq);
	buf_char(out, '\n');
	say_side(&x->a, '-', x->offset, out);
	say_side(&x->b, '+', x->offset, out);
}

static void put_side(struct buf *out, const char *key, const struct excerpt_side *s)
{
	struct buf text = {0}, hex = {0};

	json_key(out, key);
	if (s->what == EXCERPT_NOTHING) {
		buf_str(out, "null");
		return;
	}
	for (size_t i = 0; i < s->size; i++)
		buf_printf(&hex, "%02x", s->bytes[i]);
	escape_strace(&text, s->bytes, s->size, PRINT_HEX_NEVER);
	buf_printf(out, "{\"on_tape\":%s", s->what == EXCERPT_BYTES ? "true" : "false");
	json_number(out, "seq", s->seq);
	json_text(out, "hex", buf_text(&hex));
	json_text(out, "text", buf_text(&text));
	buf_char(out, '}');
	buf_inherit(out, &hex);
	buf_inherit(out, &text);
	buf_done(&hex);
	buf_done(&text);
}

void report_put_excerpt(const struct excerpt *x, struct buf *out)
{
	json_key(out, "excerpt");
	if (!x) {
		buf_str(out, "null");
		return;
	}
	buf_printf(out, "{\"offset\":%" PRIu64 ",\"certain\":%s", x->offset,
		   x->certain ? "true" : "false");
	put_side(out, "a", &x->a);
	put_side(out, "b", &x->b);
	buf_char(out, '}');
}
