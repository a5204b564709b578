/* SPDX-License-Identifier: Apache-2.0 */
#include "jsonl.h"

#include "exporter.h"
#include "json.h"

#include "replayer/print/alone.h"
#include "replayer/print/print.h"

#include "base/buf.h"
#include "sys/names.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT_LIMIT = 4096, RESTART_FIRST = 512, RESTART_LAST = 516 };
enum { SIGNAL_CHILD = 17, CODE_TIMER = -2, CODE_SIGIO = -5, CODE_CHILD_LAST = 6 };

/* What it takes to write the line of an event. */
struct pen {
	struct printer *printer;
	struct buf text;          /* of the event at hand */
	struct print_parts parts; /* of it */
	struct buf apart;
};

struct jsonl {
	struct pen pen;
	struct pen ahead;   /* of the thread that makes lines ahead; its printer is alone's */
	struct alone alone; /* which ones it can */
};

struct jsonl *jsonl_new(void)
{
	const struct print_options options = {.string_limit = TEXT_LIMIT};
	struct jsonl *j = calloc(1, sizeof(*j));

	if (!j)
		return NULL;
	j->pen.printer = printer_new(&options);
	if (!j->pen.printer || alone_init(&j->alone, &options) < 0)
		return jsonl_free(j);
	j->ahead.printer = j->alone.printer;
	return j;
}

static void pen_done(struct pen *p)
{
	buf_done(&p->text);
	buf_done(&p->apart);
}

struct jsonl *jsonl_free(struct jsonl *j)
{
	if (!j)
		return NULL;
	printer_free(j->pen.printer);
	alone_done(&j->alone);
	pen_done(&j->pen);
	pen_done(&j->ahead);
	free(j);
	return NULL;
}

/* ---- what several events have ---- */

static void put_signal(struct buf *out, const char *key, int signal)
{
	const char *name = sys_signal_name(signal);

	json_key(out, key);
	if (name)
		json_string(out, name, strlen(name));
	else
		buf_i64(out, signal);
}

static void put_ids(struct buf *out, const struct event *e)
{
	json_number(out, "pid", e->pid);
	json_number(out, "tid", e->tid);
}

/* How the lines of all events but calls begin. */
static void put_head(struct buf *out, const char *type, const struct event *e)
{
	buf_str(out, "{\"type\":\"");
	buf_str(out, type);
	buf_char(out, '"');
	json_number(out, "seq", e->seq);
	json_number(out, "time", e->time);
	put_ids(out, e);
}

/* ---- calls ---- */

/* What is the argument's text is a part of the call's. */
static int put_argument(struct pen *p, const struct event *e, size_t i, struct buf *out)
{
	struct print_part part = p->parts.part[i];
	const char *text = buf_text(&p->text) + part.at;
	int r;

	if (part.size == PRINT_APART) {
		buf_clear(&p->apart);
		r = print_argument(p->printer, e, i, &part.name, &part.value, &p->apart);
		if (r < 0)
			return r;
		text = buf_text(&p->apart);
		part.size = p->apart.size;
	}
	buf_str(out, i ? ",{\"name\":\"" : "{\"name\":\"");
	buf_str(out, part.name);
	buf_char(out, '"');
	json_hex(out, "value", part.value);
	json_key(out, "text");
	json_string(out, text, part.size);
	buf_char(out, '}');
	return 0;
}

static int put_arguments(struct pen *p, const struct event *e, struct buf *out)
{
	int r = 0;

	buf_str(out, ",\"args\":[");
	for (size_t i = 0; r == 0 && i < p->parts.count; i++)
		r = put_argument(p, e, i, out);
	buf_char(out, ']');
	return r;
}

static void put_error(const struct event_call *call, struct buf *out)
{
	int error = event_errno(call);
	const char *name = error ? sys_errno_name(error) : NULL;

	if (!error) {
		json_null(out, "error");
		return;
	}
	json_key(out, "error");
	buf_char(out, '"');
	if (name)
		buf_str(out, name);
	else
		buf_i64(out, error);
	buf_char(out, '"');
}

static const char *state_name(const struct event_call *call)
{
	int error = event_errno(call);

	if (call->state != EVENT_FINISHED)
		return "unfinished";
	return error >= RESTART_FIRST && error <= RESTART_LAST ? "interrupted" : "finished";
}

/* What the descriptors are that the call made. */
static void put_names(const struct event *e, struct buf *out)
{
	bool any = false;

	for (uint32_t i = 0; i < e->memory_count; i++) {
		const struct event_memory *m = &e->memory[i];

		if (m->when != EVENT_NAME)
			continue;
		buf_printf(out, "%s{\"fd\":%u,\"name\":", any ? "," : ",\"made\":[",
			   (unsigned)m->address);
		json_string(out, m->data, m->length);
		buf_char(out, '}');
		any = true;
	}
	buf_str(out, any ? "]" : "");
}

static void put_memory(const struct event *e, struct buf *out)
{
	bool any = false;

	buf_str(out, ",\"memory\":[");
	for (uint32_t i = 0; i < e->memory_count; i++) {
		const struct event_memory *m = &e->memory[i];

		if (m->when == EVENT_NAME)
			continue;
		buf_str(out, any ? ",{\"when\":\"" : "{\"when\":\"");
		buf_str(out, m->when == EVENT_AT_EXIT ? "exit\"" : "entry\"");
		json_hex(out, "address", m->address);
		json_number(out, "length", m->full);
		if (m->unreadable)
			buf_str(out, ",\"unreadable\":true");
		json_base64(out, "data", m->data, m->length);
		buf_char(out, '}');
		any = true;
	}
	buf_char(out, ']');
	put_names(e, out);
}

static void put_call_head(const struct event *e, struct buf *out)
{
	const struct event_call *call = &e->call;
	char scratch[32];

	buf_str(out, "{\"type\":\"syscall\"");
	json_number(out, "seq", call->begun_seq);
	if (call->state == EVENT_FINISHED)
		json_number(out, "end_seq", call->end_seq);
	else
		json_null(out, "end_seq");
	/* A line for a call's end tells when the call began, as the other lines do. */
	json_number(out, "time", event_begin_time(e));
	if (call->state == EVENT_FINISHED)
		json_number(out, "duration", call->duration);
	else
		json_null(out, "duration");
	put_ids(out, e);
	json_word(out, "arch", event_arch_name(call->arch));
	json_number(out, "nr", call->nr);
	json_word(out, "name", print_call_name(call, scratch));
}

static int put_call(struct pen *p, const struct event *e, struct buf *out)
{
	int r;

	put_call_head(e, out);
	buf_clear(&p->text);
	r = print_text_parts(p->printer, e, &p->text, &p->parts);
	if (r == 0)
		r = put_arguments(p, e, out);
	if (r < 0)
		return r;
	if (e->call.state == EVENT_FINISHED)
		json_signed(out, "ret", e->call.ret);
	else
		json_null(out, "ret");
	put_error(&e->call, out);
	json_word(out, "state", state_name(&e->call));
	json_key(out, "text");
	json_string(out, buf_text(&p->text), p->text.size);
	put_memory(e, out);
	buf_str(out, "}\n");
	return 0;
}

/* ---- other events ---- */

static void put_data(const struct event *e, struct buf *out)
{
	buf_str(out, "{\"type\":\"data\"");
	json_number(out, "seq", e->seq);
	json_number(out, "call_seq", e->call.begun_seq);
	json_number(out, "time", e->time);
	put_ids(out, e);
	put_memory(e, out);
	buf_str(out, "}\n");
}

static void put_fork(const struct event *e, struct buf *out)
{
	static const char *const kinds[] = {"fork", "vfork", "clone", "thread"};

	put_head(out, "fork", e);
	json_number(out, "child_pid", e->fork.child_pid);
	json_number(out, "child_tid", e->fork.child_tid);
	json_word(out, "kind", kinds[e->fork.kind % FORK_KIND_MAX]);
	buf_str(out, e->fork.creator_known ? "}\n" : ",\"creator_known\":false}\n");
}

static void put_exec(const struct event *e, struct buf *out)
{
	put_head(out, "exec", e);
	json_number(out, "former_tid", e->exec.former_tid);
	json_text(out, "path", e->exec.path);
	json_strings(out, "argv", e->exec.argv, e->exec.argv_size);
	buf_str(out, "}\n");
}

static int32_t number_at(const struct event_signal *s, size_t offset)
{
	int32_t value = 0;

	if (s->info_size >= offset + sizeof(value))
		memcpy(&value, s->info + offset, sizeof(value));
	return value;
}

/* "CLD_EXITED" of "{si_signo=SIGCHLD, si_code=CLD_EXITED, …": what print calls it. */
static int put_code(struct pen *p, const struct event *e, struct buf *out)
{
	const char *at;
	int r;

	buf_clear(&p->text);
	r = print_text(p->printer, e, &p->text);
	if (r < 0)
		return r;
	at = strstr(buf_text(&p->text), "si_code=");
	if (!at) {
		json_null(out, "code");
		return 0;
	}
	at += strlen("si_code=");
	json_key(out, "code");
	json_string(out, at, strcspn(at, ",}"));
	return 0;
}

/* Who sent it is known of kill(2) and its kin, and of children. In its place a timer has
 * its number, a fault its address, and SIGIO what happened. */
static bool has_sender(const struct event_signal *s)
{
	int32_t code = number_at(s, 8);

	if (!s->info_size || code == CODE_TIMER || code == CODE_SIGIO)
		return false;
	return code <= 0 || (s->number == SIGNAL_CHILD && code <= CODE_CHILD_LAST);
}

static int put_signal_event(struct pen *p, const struct event *e, struct buf *out)
{
	put_head(out, "signal", e);
	put_signal(out, "signal", (int)e->signal.number);
	if (put_code(p, e, out) < 0)
		return -ENOMEM;
	if (has_sender(&e->signal)) {
		json_signed(out, "sender", number_at(&e->signal, 16));
	} else {
		json_null(out, "sender");
	}
	buf_str(out, "}\n");
	return 0;
}

static void put_stop(const struct event *e, struct buf *out)
{
	put_head(out, "stop", e);
	put_signal(out, "signal", (int)e->signal.number);
	buf_str(out, "}\n");
}

static void put_exit(const struct event *e, struct buf *out)
{
	uint32_t status = e->exit.status, signal = status & 0x7f;

	put_head(out, "exit", e);
	if (signal) {
		json_null(out, "status");
		put_signal(out, "signal", (int)signal);
	} else {
		json_number(out, "status", status >> 8 & 0xff);
		json_null(out, "signal");
	}
	buf_str(out, signal && status & 0x80 ? ",\"core\":true" : ",\"core\":false");
	buf_str(out, e->exit.process ? ",\"process\":true}\n" : "}\n");
}

static int put_event(struct pen *p, const struct event *e, struct buf *out)
{
	switch (e->kind) {
	case EVENT_CALL:
	case EVENT_BEGUN:
	case EVENT_END:
		return put_call(p, e, out);
	case EVENT_DATA:
		put_data(e, out);
		break;
	case EVENT_FORK:
		put_fork(e, out);
		break;
	case EVENT_EXEC:
		put_exec(e, out);
		break;
	case EVENT_SIGNAL:
		return put_signal_event(p, e, out);
	case EVENT_STOP:
		put_stop(e, out);
		break;
	case EVENT_EXIT:
		put_exit(e, out);
		break;
	default:
		break;
	}
	return 0;
}

/* ---- header and trailer ---- */

static void put_header(const struct meta_header *h, struct buf *out)
{
	buf_str(out, "{\"type\":\"header\"");
	json_text(out, "tool", h->tool);
	buf_str(out, ",\"uuid\":\"");
	for (size_t i = 0; i < sizeof(h->uuid); i++)
		buf_printf(out, "%s%02x", i == 4 || i == 6 || i == 8 || i == 10 ? "-" : "",
			   h->uuid[i]);
	buf_char(out, '"');
	json_hex(out, "start_realtime", (uint64_t)h->start_realtime);
	json_hex(out, "start_monotonic", (uint64_t)h->start_monotonic);
	json_text(out, "sysname", h->sysname);
	json_text(out, "release", h->release);
	json_text(out, "version", h->version);
	json_text(out, "machine", h->machine);
	json_text(out, "hostname", h->hostname);
	json_text(out, "distribution", h->distribution);
	json_text(out, "cpu", h->cpu);
	json_number(out, "cpus", h->cpus);
	json_number(out, "page_size", h->page_size);
	json_number(out, "memory_size", h->memory_size);
	json_text(out, "libc", h->libc);
	json_word(out, "arch", event_arch_name(h->arch));
	json_strings(out, "command", h->command.data, h->command.size);
	json_key(out, "cwd");
	json_string(out, h->cwd.data, h->cwd.size);
	json_hex(out, "payload_limit", h->payload_limit);
	if (h->trace_set && *h->trace_set)
		json_text(out, "trace_set", h->trace_set);
	if (h->cut && *h->cut)
		json_text(out, "cut", h->cut);
	if (h->redacted && *h->redacted) {
		json_text(out, "redacted", h->redacted);
		json_bytes(out, "redaction_key", h->redaction_key, sizeof(h->redaction_key));
	}
	json_text(out, "options", h->options);
	if (h->part)
		json_number(out, "part", h->part);
	if (h->first_chunk)
		json_number(out, "first_chunk", h->first_chunk);
	buf_str(out, "}\n");
}

static void put_trailer(const struct meta_trailer *t, struct buf *out)
{
	buf_str(out, "{\"type\":\"trailer\",\"complete\":");
	buf_str(out, t->lost || t->incomplete ? "false" : "true");
	json_number(out, "syscalls", t->calls);
	json_number(out, "lost", t->lost);
	json_number(out, "events", t->events);
	json_number(out, "processes", t->processes);
	json_number(out, "threads", t->threads);
	json_number(out, "signals", t->signals);
	json_number(out, "duration", t->duration);
	if (t->has_status)
		json_number(out, "wait_status", t->status);
	json_number(out, "unreadable", t->unreadable);
	json_number(out, "shortened", t->shortened);
	json_number(out, "unfinished", t->unfinished);
	json_text(out, "reason", t->reason);
	json_texts(out, "notes", t->notes, t->note_count);
	buf_str(out, "}\n");
}

static int take_event(struct jsonl *j, const struct trace_item *item, struct buf *ret)
{
	if (!item->made)
		return put_event(&j->pen, item->event, ret);
	buf_append(ret, item->made, item->made_size);
	return print_nothing(j->pen.printer, item->event);
}

int jsonl_item(struct jsonl *j, const struct trace_item *item, struct buf *ret)
{
	switch (item->kind) {
	case ITEM_HEADER:
		printer_header(j->pen.printer, item->header);
		put_header(item->header, ret);
		break;
	case ITEM_EVENT:
		if (take_event(j, item, ret) < 0)
			return -ENOMEM;
		break;
	case ITEM_TRAILER:
		put_trailer(item->trailer, ret);
		break;
	case ITEM_SNAPSHOT:
		printer_snapshot(j->pen.printer, item->snapshot);
		break;
	case ITEM_DAMAGE:
		break;
	}
	return buf_error(ret);
}

/* ---- as a row of the formats ---- */

static void *new (const struct export_options *options)
{
	(void)options;
	return jsonl_new();
}

static int item(void *x, const struct trace_item *item, bool shown, struct buf *ret)
{
	return shown ? jsonl_item(x, item, ret) : 0;
}

static void make(void *x, const struct event *e, struct buf *ret)
{
	struct jsonl *j = x;

	if (alone_has(&j->alone, e))
		put_call(&j->ahead, e, ret);
}

static int end(void *x, struct buf *ret)
{
	(void)x;
	return buf_error(ret);
}

static void *discard(void *x)
{
	return jsonl_free(x);
}

const struct exporter exporter_jsonl = {
	.name = "jsonl",
	.sentence = "one JSON object per event, for jq and databases",
	.forgets = true,
	.new = new,
	.item = item,
	.make = make,
	.end = end,
	.free = discard,
};
