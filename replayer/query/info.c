/* SPDX-License-Identifier: Apache-2.0 */
#include "info.h"

#include "replayer/export/json.h"
#include "replayer/print/escape.h"

#include "base/buf.h"
#include "base/cleanup.h"
#include "sys/names.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* ---- taking ---- */

static char *copy_text(const char *s, int *failed)
{
	char *copy = strdup(s ? s : "");

	if (!copy)
		*failed = -ENOMEM;
	return copy;
}

static struct meta_bytes copy_bytes(const struct meta_bytes *b, int *failed)
{
	struct meta_bytes copy = {malloc(b->size + 1), b->size};

	if (!copy.data) {
		*failed = -ENOMEM;
		copy.size = 0;
		return copy;
	}
	if (b->size)
		memcpy(copy.data, b->data, b->size);
	copy.data[b->size] = '\0';
	return copy;
}

static int take_header(struct info *i, const struct meta_header *h)
{
	int failed = 0;

	meta_header_done(&i->header);
	i->has_header = true;
	i->header = *h;
	i->header.tool = copy_text(h->tool, &failed);
	i->header.sysname = copy_text(h->sysname, &failed);
	i->header.release = copy_text(h->release, &failed);
	i->header.version = copy_text(h->version, &failed);
	i->header.machine = copy_text(h->machine, &failed);
	i->header.hostname = copy_text(h->hostname, &failed);
	i->header.distribution = copy_text(h->distribution, &failed);
	i->header.cpu = copy_text(h->cpu, &failed);
	i->header.boot_id = copy_text(h->boot_id, &failed);
	i->header.libc = copy_text(h->libc, &failed);
	i->header.trace_set = copy_text(h->trace_set, &failed);
	i->header.options = copy_text(h->options, &failed);
	i->header.cut = copy_text(h->cut, &failed);
	i->header.facts = NULL;
	i->header.fact_count = 0;
	if (meta_copy_facts(h->facts, h->fact_count, &i->header.facts, &i->header.fact_count) < 0)
		failed = -ENOMEM;
	i->header.redacted = copy_text(h->redacted, &failed);
	/* Nobody is told which: the list may be long, and is in `cut` mostly. */
	i->header.shown_pids = NULL;
	i->header.command = copy_bytes(&h->command, &failed);
	i->header.cwd = copy_bytes(&h->cwd, &failed);
	return failed;
}

static int take_trailer(struct info *i, const struct meta_trailer *t)
{
	int failed = 0;

	meta_trailer_done(&i->trailer);
	i->has_trailer = true;
	i->trailer = *t;
	i->trailer.frames = NULL;
	i->trailer.frame_count = 0;
	i->trailer.objects = NULL;
	i->trailer.object_count = 0;
	if (meta_copy_objects(t->objects, t->object_count, &i->trailer.objects,
			      &i->trailer.object_count) < 0)
		failed = -ENOMEM;
	i->trailer.reason = copy_text(t->reason, &failed);
	i->trailer.notes = calloc(t->note_count + 1, sizeof(*i->trailer.notes));
	i->trailer.note_count = 0;
	if (!i->trailer.notes)
		return -ENOMEM;
	for (; i->trailer.note_count < t->note_count; i->trailer.note_count++)
		i->trailer.notes[i->trailer.note_count] =
			copy_text(t->notes[i->trailer.note_count], &failed);
	return failed;
}

int info_take(struct info *i, const struct trace_item *item)
{
	i->any = true;
	switch (item->kind) {
	case ITEM_HEADER:
		return take_header(i, item->header);
	case ITEM_TRAILER:
		return take_trailer(i, item->trailer);
	case ITEM_EVENT:
		i->events++;
		i->calls += item->event->kind == EVENT_CALL || item->event->kind == EVENT_BEGUN;
		if (item->event->time > i->last_time)
			i->last_time = item->event->time;
		return 0;
	case ITEM_DAMAGE:
		if (!i->damages++)
			i->first_damage = strdup(item->damage->text);
		return i->first_damage ? 0 : -ENOMEM;
	case ITEM_SNAPSHOT:
		if (!i->has_process && item->snapshot->process_count)
			return info_take_process(i, &item->snapshot->processes[0]);
		break;
	}
	return 0;
}

void info_done(struct info *i)
{
	meta_header_done(&i->header);
	meta_trailer_done(&i->trailer);
	meta_process_done(&i->process);
	free(i->first_damage);
	*i = (struct info){.values = i->values};
}

/* ---- words ---- */

void info_say_status(struct buf *ret, uint32_t status)
{
	uint32_t signal = status & 0x7f;
	const char *name = sys_signal_name((int)signal);

	if (!signal)
		buf_printf(ret, "exited with %u", status >> 8 & 0xff);
	else if (name)
		buf_printf(ret, "killed by %s%s", name, status & 0x80 ? " (core dumped)" : "");
	else
		buf_printf(ret, "killed by signal %u", signal);
}

void info_say_words(struct buf *ret, const uint8_t *words, size_t size, size_t limit)
{
	size_t from = ret->size;

	while (size) {
		size_t n = strnlen((const char *)words, size);

		if (ret->size > from)
			buf_char(ret, ' ');
		if (limit && ret->size - from + n > limit) {
			buf_str(ret, "...");
			return;
		}
		escape_word(ret, words, n);
		n += n < size;
		words += n;
		size -= n;
	}
}

static void say_time(struct buf *ret, int64_t realtime)
{
	time_t seconds = (time_t)(realtime / 1000000000);
	char text[40] = "";
	struct tm tm;

	if (gmtime_r(&seconds, &tm))
		strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S UTC", &tm);
	buf_str(ret, text);
}

static void say_uuid(struct buf *ret, const uint8_t *uuid)
{
	for (size_t i = 0; i < 16; i++)
		buf_printf(ret, "%s%02x", i == 4 || i == 6 || i == 8 || i == 10 ? "-" : "",
			   uuid[i]);
}

/* In which way secrets were replaced; two tapes of one key have equal tokens for equal secrets. */
static void say_redaction(struct buf *ret, const struct meta_header *h)
{
	if (!h->redacted || !*h->redacted)
		return;
	buf_printf(ret, "level %s, key ", h->redacted);
	for (size_t i = 0; i < sizeof(h->redaction_key); i++)
		buf_printf(ret, "%02x", h->redaction_key[i]);
}

static void say_payload(struct buf *ret, uint64_t limit)
{
	if (limit == UINT64_MAX)
		buf_str(ret, "whole buffers");
	else if (limit && limit % 1024 == 0)
		buf_printf(ret, "%" PRIu64 " KiB of each buffer", limit / 1024);
	else
		buf_printf(ret, "%" PRIu64 " bytes of each buffer", limit);
}

static void say_some(struct buf *ret, uint64_t n, const char *what, const char *how)
{
	if (n)
		buf_printf(ret, "; %" PRIu64 " %s%s %s", n, what, n == 1 ? "" : "s", how);
}

void info_say_completeness(const struct info *i, struct buf *ret)
{
	const struct meta_trailer *t = &i->trailer;

	if (i->damages)
		buf_printf(ret, "damaged or cut off: %s", i->first_damage ? i->first_damage : "");
	else if (!i->has_trailer)
		buf_str(ret, "no end: the recorder was killed, or is still running");
	else if (t->incomplete)
		buf_str(ret, "repaired: events are missing, how many is not known");
	else if (t->lost)
		buf_printf(ret, "%" PRIu64 " events lost", t->lost);
	else
		buf_str(ret, "complete, 0 events lost");
	if (i->header.part)
		buf_printf(ret, "; part %" PRIu32 " of a recording", i->header.part);
	else if (i->header.first_chunk)
		buf_str(ret, "; only the newest of a recording");
	say_some(ret, t->shortened, "buffer", "shortened");
	say_some(ret, t->unreadable, "buffer", "unreadable");
	say_some(ret, t->unfinished, "call", "still in flight at the end");
}

/* ---- lines: name and value, in the style asked for ---- */

/* A bar or a backquote would end the table's cell. */
void info_line(const struct info_lines *l, const char *name, struct buf *value)
{
	struct buf text = {0};

	buf_inherit(l->out, value);
	escape_text(&text, buf_text(value), value->size);
	for (size_t i = 0; l->style == INFO_MARKDOWN && i < text.size; i++) {
		if (text.data[i] == '|' || text.data[i] == '`')
			text.data[i] = '_';
	}
	buf_inherit(l->out, &text);
	if (text.size) {
		if (l->style == INFO_MARKDOWN)
			buf_printf(l->out, "| %s | `%s` |\n", name, buf_text(&text));
		else
			buf_printf(l->out, "%-13s %s\n", name, buf_text(&text));
	}
	buf_clear(value);
	buf_done(&text);
}

static void text_line(const struct info_lines *l, const char *name, const char *text)
{
	struct buf value = {0};

	if (text)
		buf_str(&value, text);
	info_line(l, name, &value);
	buf_done(&value);
}

static void say_command(const struct info_lines *l, const struct meta_header *h, struct buf *v)
{
	info_say_words(v, h->command.data, h->command.size, 0);
	info_line(l, "command", v);
	buf_append(v, h->cwd.data, h->cwd.size);
	info_line(l, "cwd", v);
	if (h->start_realtime)
		say_time(v, h->start_realtime);
	info_line(l, "started", v);
}

static void say_run(const struct info_lines *l, const struct info *i, struct buf *v)
{
	const struct meta_trailer *t = &i->trailer;

	if (i->has_trailer && t->has_status) {
		info_say_status(v, t->status);
		info_line(l, "ended", v);
	}
	if (i->has_trailer && t->reason && *t->reason)
		text_line(l, "recording", t->reason);
	info_say_usage(l, i);
	buf_printf(v, "%.3f s", (double)(i->has_trailer ? t->duration : i->last_time) / 1e9);
	info_line(l, "duration", v);
	if (i->has_trailer)
		buf_printf(v,
			   "%" PRIu64 " calls, %" PRIu64 " processes, %" PRIu64 " threads, %" PRIu64
			   " signals",
			   t->calls, t->processes, t->threads, t->signals);
	else
		buf_printf(v, "%" PRIu64 " calls read", i->calls);
	info_line(l, "events", v);
}

static void say_machine(const struct info_lines *l, const struct meta_header *h, struct buf *v)
{
	buf_printf(v, "%s %s %s", h->sysname ? h->sysname : "", h->release ? h->release : "",
		   h->machine ? h->machine : "");
	info_line(l, "kernel", v);
	text_line(l, "kernel build", h->version);
	text_line(l, "distribution", h->distribution);
	text_line(l, "libc", h->libc);
	buf_printf(v, "%s, %u online, %.1f GiB memory", h->cpu ? h->cpu : "", h->cpus,
		   (double)h->memory_size / (1 << 30));
	info_line(l, "cpu", v);
}

static void say_recorder(const struct info_lines *l, const struct meta_header *h, struct buf *v)
{
	text_line(l, "recorder", h->tool);
	text_line(l, "options", h->options);
	text_line(l, "calls of", h->trace_set);
	text_line(l, "part of", h->cut);
	say_redaction(v, h);
	info_line(l, "redacted", v);
	say_payload(v, h->payload_limit);
	info_line(l, "kept", v);
}

/* Of a tape whose header is lost only what the rest of it tells. */
static void say_lines(const struct info *i, enum info_style style, struct buf *ret)
{
	const struct info_lines l = {ret, style};
	cleanup_done(buf_done) struct buf v = {0};

	if (style == INFO_MARKDOWN)
		buf_str(ret, "| systape | |\n|---|---|\n");
	if (i->has_header)
		say_command(&l, &i->header, &v);
	say_run(&l, i, &v);
	if (i->has_header) {
		say_machine(&l, &i->header, &v);
		info_say_machine(&l, i);
	}
	info_say_process(&l, i);
	info_say_objects(&l, i);
	if (i->has_header) {
		say_recorder(&l, &i->header, &v);
	}
	info_say_completeness(i, &v);
	info_line(&l, "completeness", &v);
	for (size_t k = 0; k < i->trailer.note_count; k++)
		text_line(&l, "note", i->trailer.notes[k]);
	if (i->has_header)
		say_uuid(&v, i->header.uuid);
	info_line(&l, "tape", &v);
}

/* ---- JSON ---- */

static void json_machine(struct buf *ret, const struct meta_header *h)
{
	json_text(ret, "sysname", h->sysname);
	json_text(ret, "release", h->release);
	json_text(ret, "version", h->version);
	json_text(ret, "machine", h->machine);
	json_text(ret, "hostname", h->hostname);
	json_text(ret, "distribution", h->distribution);
	json_text(ret, "libc", h->libc);
	json_text(ret, "cpu", h->cpu);
	buf_printf(ret, ",\"cpus\":%u,\"page_size\":%u,\"memory_size\":%" PRIu64, h->cpus,
		   h->page_size, h->memory_size);
}

static void json_trailer(struct buf *ret, const struct meta_trailer *t)
{
	buf_printf(ret,
		   ",\"duration\":%" PRIu64 ",\"syscalls\":%" PRIu64 ",\"processes\":%" PRIu64
		   ",\"threads\":%" PRIu64 ",\"signals\":%" PRIu64 ",\"lost\":%" PRIu64
		   ",\"unreadable\":%" PRIu64 ",\"shortened\":%" PRIu64 ",\"unfinished\":%" PRIu64,
		   t->duration, t->calls, t->processes, t->threads, t->signals, t->lost,
		   t->unreadable, t->shortened, t->unfinished);
	if (t->has_status)
		buf_printf(ret, ",\"wait_status\":%u", t->status);
	json_text(ret, "reason", t->reason);
	json_texts(ret, "notes", t->notes, t->note_count);
}

static void say_json(const struct info *i, struct buf *ret)
{
	bool complete = i->has_trailer && !i->damages && !i->trailer.lost && !i->trailer.incomplete;

	buf_printf(ret, "{\"complete\":%s,\"tape\":\"", complete ? "true" : "false");
	say_uuid(ret, i->header.uuid);
	buf_char(ret, '"');
	json_strings(ret, "command", i->header.command.data, i->header.command.size);
	json_key(ret, "cwd");
	json_string(ret, i->header.cwd.data, i->header.cwd.size);
	json_hex(ret, "start_realtime", (uint64_t)i->header.start_realtime);
	json_text(ret, "tool", i->header.tool);
	json_text(ret, "options", i->header.options);
	json_hex(ret, "payload_limit", i->header.payload_limit);
	if (i->header.trace_set && *i->header.trace_set)
		json_text(ret, "trace_set", i->header.trace_set);
	if (i->header.cut && *i->header.cut)
		json_text(ret, "cut", i->header.cut);
	if (i->header.redacted && *i->header.redacted) {
		json_text(ret, "redacted", i->header.redacted);
		json_bytes(ret, "redaction_key", i->header.redaction_key,
			   sizeof(i->header.redaction_key));
	}
	json_machine(ret, &i->header);
	if (i->header.part)
		buf_printf(ret, ",\"part\":%" PRIu32, i->header.part);
	if (i->has_trailer)
		json_trailer(ret, &i->trailer);
	info_json_process(ret, i);
	if (i->damages) {
		buf_printf(ret, ",\"damages\":%zu", i->damages);
		json_text(ret, "first_damage", i->first_damage);
	}
	buf_str(ret, "}\n");
}

void info_say(const struct info *i, enum info_style style, struct buf *ret)
{
	if (style == INFO_JSON)
		say_json(i, ret);
	else
		say_lines(i, style, ret);
}
