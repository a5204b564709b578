/* SPDX-License-Identifier: Apache-2.0 */
#include "follow.h"

#include "base/cleanup.h"
#include "replayer/export/json.h"
#include "replayer/print/escape.h"
#include "replayer/print/print.h"

#include <inttypes.h>
#include <string.h>

enum { HEX_WIDTH = 16, LINE_MAX_KEPT = 64 << 10 };

/* As Wireshark's "follow stream" has them. */
static const char *const colours[STREAM_WAYS] = {"\033[31m", "\033[34m"};

static const char *call_name(const struct flow *f, char *scratch)
{
	const struct event_call call = {.nr = f->nr, .arch = f->arch};

	return print_call_name(&call, scratch);
}

/* ---- headings ---- */

static bool goes_on(const struct follow *w, const struct flow *f)
{
	const struct flow *l = &w->last;

	if (!w->any || f->kind || l->kind || l->stream != f->stream || l->way != f->way ||
	    l->pid != f->pid || l->fd != f->fd || l->out != f->out)
		return false;
	return !f->positioned || f->append || (l->positioned && w->expected == f->position);
}

static void forget_line(struct follow *w, struct buf *out)
{
	buf_inherit(out, &w->line);
	buf_clear(&w->line);
}

static void end_line(struct follow *w, struct buf *out)
{
	if (w->line.size || w->line_open) {
		escape_text(out, w->line.data, w->line.size);
		buf_char(out, '\n');
	}
	forget_line(w, out);
	w->line_open = false;
}

static void say_name(const struct stream *m, struct buf *out)
{
	escape_text(out, m->name.data, m->name.size);
	if (!m->became.size)
		return;
	buf_str(out, ", later ");
	escape_text(out, m->became.data, m->became.size);
}

static void say_heading(struct follow *w, const struct flow *f, struct buf *out)
{
	char scratch[32];

	if (w->any)
		buf_char(out, '\n');
	if (w->colour)
		buf_str(out, colours[f->way]);
	buf_printf(out,
		   "%c %" PRIu64 ".%06" PRIu64 "  pid %u  %s(%d)  #%" PRIu64 "  [%" PRIu64 "] ",
		   f->way == STREAM_ONE ? '>' : '<', f->time / 1000000000, f->time / 1000 % 1000000,
		   f->pid, call_name(f, scratch), f->fd, f->seq, f->stream->id);
	say_name(f->stream, out);
	if (f->kind == FLOW_TRUNCATES)
		buf_printf(out, "  truncated to %" PRIu64 " bytes", f->position);
	else if (f->kind == FLOW_MAPS)
		buf_printf(out,
			   "  %" PRIu64 " bytes at %" PRIu64 " mapped for %s: what is %s so is not "
			   "on the tape",
			   f->length, f->position, f->out ? "writing" : "reading",
			   f->out ? "written" : "read");
	else if (f->append)
		buf_str(out, "  appended");
	else if (f->positioned)
		buf_printf(out, "  at %" PRIu64, f->position);
	if (w->colour)
		buf_str(out, "\033[0m");
	buf_char(out, '\n');
}

/* ---- bytes ---- */

static void say_gap(struct follow *w, const struct flow *f, uint64_t size, struct buf *out)
{
	if (w->form == FOLLOW_TEXT)
		end_line(w, out);
	buf_printf(out, "  [%" PRIu64 " byte%s %s]\n", size, size == 1 ? "" : "s",
		   f->elsewhere ? "moved by the kernel, not on the tape" : "not kept");
}

static void say_text(struct follow *w, const uint8_t *at, size_t size, struct buf *out)
{
	while (size) {
		const uint8_t *newline = memchr(at, '\n', size);
		size_t n = newline ? (size_t)(newline - at) : size;

		if (!w->line_open)
			buf_str(out, "  ");
		w->line_open = true;
		/* A character may be in two pieces; a line may be without end. */
		if (w->line.size + n > LINE_MAX_KEPT) {
			escape_text(out, w->line.data, w->line.size);
			forget_line(w, out);
			escape_text(out, at, n);
		} else {
			buf_append(&w->line, at, n);
		}
		if (newline)
			end_line(w, out);
		n += newline != NULL;
		at += n;
		size -= n;
	}
}

static void say_hex_line(uint64_t offset, const uint8_t *at, size_t size, struct buf *out)
{
	buf_printf(out, "  %08" PRIx64, offset);
	for (size_t i = 0; i < HEX_WIDTH; i++) {
		buf_str(out, i == HEX_WIDTH / 2 ? "  " : " ");
		if (i < size)
			buf_printf(out, "%02x", at[i]);
		else
			buf_str(out, "  ");
	}
	buf_str(out, "  |");
	for (size_t i = 0; i < size; i++)
		buf_char(out, at[i] >= 0x20 && at[i] < 0x7f ? (char)at[i] : '.');
	buf_str(out, "|\n");
}

static void say_hex(uint64_t offset, const uint8_t *at, size_t size, struct buf *out)
{
	for (size_t i = 0; i < size; i += HEX_WIDTH)
		say_hex_line(offset + i, at + i, size - i < HEX_WIDTH ? size - i : HEX_WIDTH, out);
}

static void say_pieces(struct follow *w, const struct flow *f, struct buf *out)
{
	bool placed = f->positioned && !f->append;

	for (size_t i = 0; i < f->piece_count; i++) {
		const struct transfer_piece *p = &f->pieces[i];

		if (!p->data)
			say_gap(w, f, p->size, out);
		else if (w->form == FOLLOW_HEX)
			say_hex((placed ? f->position : w->offset) + p->offset, p->data, p->size,
				out);
		else
			say_text(w, p->data, p->size, out);
	}
}

void follow_bytes(struct follow *w, uint64_t offset, const uint8_t *at, size_t size,
		  struct buf *out)
{
	if (w->form == FOLLOW_HEX)
		say_hex(offset, at, size, out);
	else
		say_text(w, at, size, out);
}

void follow_gap(struct follow *w, uint64_t size, const char *what, struct buf *out)
{
	end_line(w, out);
	buf_printf(out, "  [%" PRIu64 " byte%s %s]\n", size, size == 1 ? "" : "s", what);
}

/* ---- JSON ---- */

static void json_flow(struct follow *w, const struct flow *f, struct buf *out)
{
	char scratch[32];

	buf_str(out, w->any ? ",\n{\"stream\":" : "{\"stream\":");
	buf_u64(out, f->stream->id);
	json_word(out, "way", f->way == STREAM_ONE ? ">" : "<");
	json_number(out, "seq", f->seq);
	json_number(out, "time", f->time);
	json_number(out, "pid", f->pid);
	json_number(out, "tid", f->tid);
	json_signed(out, "fd", f->fd);
	json_text(out, "call", call_name(f, scratch));
	json_number(out, "bytes", f->bytes);
	if (f->positioned && !f->append)
		json_number(out, f->kind == FLOW_TRUNCATES ? "truncated_to" : "position",
			    f->position);
	if (f->kind == FLOW_MAPS) {
		json_number(out, "mapped", f->length);
		json_word(out, "mapped_for", f->out ? "writing" : "reading");
	}
	buf_str(out, ",\"pieces\":[");
	for (size_t i = 0; i < f->piece_count; i++) {
		const struct transfer_piece *p = &f->pieces[i];

		buf_str(out, i ? ",{\"offset\":" : "{\"offset\":");
		buf_u64(out, p->offset);
		json_number(out, "length", p->size);
		if (p->data)
			json_base64(out, "data", p->data, p->size);
		else
			json_null(out, "data");
		buf_char(out, '}');
	}
	buf_str(out, "]}");
}

void follow_flow(struct follow *w, const struct flow *f, struct buf *out)
{
	if (w->form == FOLLOW_JSON) {
		json_flow(w, f, out);
	} else {
		if (!goes_on(w, f)) {
			end_line(w, out);
			say_heading(w, f, out);
			w->offset = 0;
		}
		say_pieces(w, f, out);
	}
	w->any = true;
	w->last = *f;
	w->last.pieces = NULL;
	w->offset += f->bytes;
	w->expected = f->position + f->bytes;
}

void follow_end(struct follow *w, struct buf *out)
{
	end_line(w, out);
}

void follow_done(struct follow *w)
{
	buf_done(&w->line);
}

/* ---- the list ---- */

static const char *kind_of(const struct stream *m)
{
	static const char *const kinds[] = {[STATE_NAMED] = "file",
					    [STATE_PIPE] = "pipe",
					    [STATE_SOCKET] = "socket",
					    [STATE_PIDFD] = "pidfd"};

	return m->kind < ARRAY_SIZE(kinds) && kinds[m->kind] ? kinds[m->kind] : "file";
}

static void say_users(const struct stream *m, bool other, struct buf *out)
{
	bool any = false;

	for (size_t i = 0; i < m->user_count; i++) {
		if (stream_is_other(m, &m->users[i]) != other)
			continue;
		buf_printf(out, "%s%u:%d", any ? "," : "", m->users[i].pid, m->users[i].fd);
		any = true;
	}
	if (!any)
		buf_char(out, '-');
}

static void list_one(const struct stream *m, struct buf *out)
{
	struct buf users = {0};

	say_users(m, false, &users);
	if (m->other) {
		buf_str(&users, m->one_way ? " -> " : " <-> ");
		say_users(m, true, &users);
	}
	if (m->more_users)
		buf_str(&users, " and more");
	buf_printf(out, "%6" PRIu64 "  %-6s %12" PRIu64 " %12" PRIu64 "  %-24s ", m->id, kind_of(m),
		   m->bytes[STREAM_ONE], m->bytes[STREAM_OTHER], buf_text(&users));
	say_name(m, out);
	buf_str(out, m->mapped ? "  (mapped for writing)" : "");
	for (size_t way = 0; m->other && way < STREAM_WAYS; way++) {
		if (m->bytes[way] > m->received[way])
			buf_printf(out, "  (%" PRIu64 " of %s not read)",
				   m->bytes[way] - m->received[way], way ? "<" : ">");
	}
	buf_char(out, '\n');
	buf_inherit(out, &users);
	buf_done(&users);
}

static void json_ways(struct buf *out, const char *key, const uint64_t *values)
{
	json_key(out, key);
	buf_printf(out, "[%" PRIu64 ",%" PRIu64 "]", values[STREAM_ONE], values[STREAM_OTHER]);
}

static void json_one(const struct stream *m, struct buf *out)
{
	buf_str(out, "{\"stream\":");
	buf_u64(out, m->id);
	if (m->other)
		json_number(out, "other", m->other);
	json_word(out, "kind", kind_of(m));
	json_key(out, "name");
	json_string(out, m->name.data ? m->name.data : "", m->name.size);
	if (m->became.size) {
		json_key(out, "became");
		json_string(out, m->became.data, m->became.size);
	}
	json_ways(out, "calls", m->calls);
	json_ways(out, "bytes", m->bytes);
	json_ways(out, "kept", m->kept);
	json_ways(out, "elsewhere", m->elsewhere);
	if (m->mapped)
		buf_str(out, ",\"mapped\":true");
	if (m->other)
		json_ways(out, "received", m->received);
	buf_str(out, ",\"users\":[");
	for (size_t i = 0; i < m->user_count; i++)
		buf_printf(out, "%s{\"pid\":%u,\"fd\":%d,\"end\":\"%s\"}", i ? "," : "",
			   m->users[i].pid, m->users[i].fd,
			   stream_is_other(m, &m->users[i]) ? "other" : "one");
	buf_str(out, "]}");
}

void follow_list(const struct streams *x, const struct follow *w, struct buf *out)
{
	const struct stream *m;
	size_t at = 0;
	bool any = false;

	if (w->form != FOLLOW_JSON)
		buf_printf(out, "%6s  %-6s %12s %12s  %-24s %s\n", "stream", "kind", "bytes >",
			   "bytes <", "who (pid:fd)", "what");
	while ((m = streams_next(x, &at))) {
		if (w->form != FOLLOW_JSON) {
			list_one(m, out);
			continue;
		}
		buf_str(out, any ? ",\n" : "");
		json_one(m, out);
		any = true;
	}
}
