/* SPDX-License-Identifier: Apache-2.0 */
#include "jsonl.h"

#include "replayer/print/escape.h"
#include "replayer/print/print.h"

#include "base/buf.h"
#include "sys/names.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT_LIMIT = 4096, RESTART_FIRST = 512, RESTART_LAST = 516 };

struct jsonl {
	struct printer *printer;
	struct buf text; /* scratch */
};

struct jsonl *jsonl_new(void)
{
	const struct print_options options = {.string_limit = TEXT_LIMIT};
	struct jsonl *j = calloc(1, sizeof(*j));

	if (!j)
		return NULL;
	j->printer = printer_new(&options);
	return j->printer ? j : jsonl_free(j);
}

struct jsonl *jsonl_free(struct jsonl *j)
{
	if (!j)
		return NULL;
	printer_free(j->printer);
	buf_done(&j->text);
	free(j);
	return NULL;
}

/* ---- values ---- */

static void put_string(struct buf *out, const void *bytes, size_t size)
{
	buf_char(out, '"');
	escape_json(out, bytes, size);
	buf_char(out, '"');
}

static void put_text(struct buf *out, const char *key, const char *text)
{
	buf_printf(out, ",\"%s\":", key);
	put_string(out, text ? text : "", text ? strlen(text) : 0);
}

static void put_number(struct buf *out, const char *key, uint64_t value)
{
	buf_printf(out, ",\"%s\":%" PRIu64, key, value);
}

static void put_base64(struct buf *out, const uint8_t *at, size_t size)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

	buf_char(out, '"');
	for (size_t i = 0; i < size; i += 3) {
		size_t n = size - i < 3 ? size - i : 3;
		uint32_t v = (uint32_t)at[i] << 16 | (n > 1 ? (uint32_t)at[i + 1] << 8 : 0) |
			     (n > 2 ? at[i + 2] : 0u);
		const char four[4] = {digits[v >> 18], digits[v >> 12 & 63],
				      n > 1 ? digits[v >> 6 & 63] : '=',
				      n > 2 ? digits[v & 63] : '='};

		buf_append(out, four, sizeof(four));
	}
	buf_char(out, '"');
}

/* Strings, each with its NUL, as an array. */
static void put_strings(struct buf *out, const char *key, const uint8_t *at, size_t size)
{
	bool any = false;

	buf_printf(out, ",\"%s\":[", key);
	while (size) {
		size_t n = strnlen((const char *)at, size);

		buf_str(out, any ? "," : "");
		put_string(out, at, n);
		any = true;
		n += n < size;
		at += n;
		size -= n;
	}
	buf_char(out, ']');
}

static void put_signal(struct buf *out, const char *key, int signal)
{
	const char *name = sys_signal_name(signal);

	buf_printf(out, ",\"%s\":", key);
	if (name)
		put_string(out, name, strlen(name));
	else
		buf_printf(out, "%d", signal);
}

static void put_ids(struct buf *out, const struct event *e)
{
	put_number(out, "time", e->time);
	buf_printf(out, ",\"pid\":%u,\"tid\":%u", e->pid, e->tid);
}

/* ---- calls ---- */

static const char *arch_name(uint32_t arch)
{
	switch (arch) {
	case EVENT_ARCH_X86_64:
		return "x86_64";
	case EVENT_ARCH_I386:
		return "i386";
	case EVENT_ARCH_AARCH64:
		return "aarch64";
	default:
		return "unknown";
	}
}

static int put_arguments(struct jsonl *j, const struct event *e, struct buf *out)
{
	size_t n = print_argument_count(j->printer, e);

	buf_str(out, ",\"args\":[");
	for (size_t i = 0; i < n; i++) {
		const char *name;
		uint64_t value;

		buf_clear(&j->text);
		if (print_argument(j->printer, e, i, &name, &value, &j->text) < 0)
			return -1;
		buf_printf(out, "%s{\"name\":", i ? "," : "");
		put_string(out, name, strlen(name));
		buf_printf(out, ",\"value\":\"%#" PRIx64 "\"", value);
		buf_str(out, ",\"text\":");
		put_string(out, buf_text(&j->text), j->text.size);
		buf_char(out, '}');
	}
	buf_char(out, ']');
	return 0;
}

/* Results that a double cannot hold (addresses) are hexadecimal strings. */
static void put_ret(const struct event_call *call, struct buf *out)
{
	const int64_t exact = INT64_C(1) << 53;
	int error = event_errno(call);
	const char *name = error ? sys_errno_name(error) : NULL;

	if (call->state != EVENT_FINISHED)
		buf_str(out, ",\"ret\":null");
	else if (call->ret > exact || call->ret < -exact)
		buf_printf(out, ",\"ret\":\"%#" PRIx64 "\"", (uint64_t)call->ret);
	else
		buf_printf(out, ",\"ret\":%" PRId64, call->ret);
	if (name)
		buf_printf(out, ",\"error\":\"%s\"", name);
	else if (error)
		buf_printf(out, ",\"error\":\"%d\"", error);
	else
		buf_str(out, ",\"error\":null");
}

static const char *state_name(const struct event_call *call)
{
	int error = event_errno(call);

	if (call->state != EVENT_FINISHED)
		return "unfinished";
	return error >= RESTART_FIRST && error <= RESTART_LAST ? "interrupted" : "finished";
}

static void put_memory(const struct event *e, struct buf *out)
{
	buf_str(out, ",\"memory\":[");
	for (uint32_t i = 0; i < e->memory_count; i++) {
		const struct event_memory *m = &e->memory[i];

		buf_printf(out,
			   "%s{\"when\":\"%s\",\"address\":\"%#" PRIx64 "\",\"length\":%" PRIu64,
			   i ? "," : "", m->when == EVENT_AT_EXIT ? "exit" : "entry", m->address,
			   m->full);
		if (m->unreadable)
			buf_str(out, ",\"unreadable\":true");
		buf_str(out, ",\"data\":");
		put_base64(out, m->data, m->length);
		buf_char(out, '}');
	}
	buf_char(out, ']');
}

static int put_call(struct jsonl *j, const struct event *e, struct buf *out)
{
	const struct event_call *call = &e->call;
	char scratch[32];

	buf_printf(out, "{\"type\":\"syscall\",\"seq\":%" PRIu64 ",\"end_seq\":", call->begun_seq);
	if (call->state == EVENT_FINISHED)
		buf_printf(out, "%" PRIu64, call->end_seq);
	else
		buf_str(out, "null");
	/* A line for a call's end tells when the call began, as the other lines do. */
	put_number(out, "time",
		   e->kind == EVENT_END && call->state == EVENT_FINISHED ? e->time - call->duration
									 : e->time);
	if (call->state == EVENT_FINISHED)
		put_number(out, "duration", call->duration);
	else
		buf_str(out, ",\"duration\":null");
	buf_printf(out, ",\"pid\":%u,\"tid\":%u", e->pid, e->tid);
	put_text(out, "arch", arch_name(call->arch));
	put_number(out, "nr", call->nr);
	put_text(out, "name", print_call_name(call, scratch));
	if (put_arguments(j, e, out) < 0)
		return -1;
	put_ret(call, out);
	put_text(out, "state", state_name(call));
	buf_clear(&j->text);
	if (print_text(j->printer, e, &j->text) < 0)
		return -1;
	buf_str(out, ",\"text\":");
	put_string(out, buf_text(&j->text), j->text.size);
	put_memory(e, out);
	buf_str(out, "}\n");
	return 0;
}

/* ---- other events ---- */

static void put_data(const struct event *e, struct buf *out)
{
	buf_printf(out, "{\"type\":\"data\",\"seq\":%" PRIu64 ",\"call_seq\":%" PRIu64, e->seq,
		   e->call.begun_seq);
	put_ids(out, e);
	put_memory(e, out);
	buf_str(out, "}\n");
}

static void put_fork(const struct event *e, struct buf *out)
{
	static const char *const kinds[] = {"fork", "vfork", "clone", "thread"};

	buf_printf(out, "{\"type\":\"fork\",\"seq\":%" PRIu64, e->seq);
	put_ids(out, e);
	buf_printf(out, ",\"child_pid\":%u,\"child_tid\":%u,\"kind\":\"%s\"%s}\n",
		   e->fork.child_pid, e->fork.child_tid, kinds[e->fork.kind % FORK_KIND_MAX],
		   e->fork.creator_known ? "" : ",\"creator_known\":false");
}

static void put_exec(const struct event *e, struct buf *out)
{
	buf_printf(out, "{\"type\":\"exec\",\"seq\":%" PRIu64, e->seq);
	put_ids(out, e);
	buf_printf(out, ",\"former_tid\":%u", e->exec.former_tid);
	put_text(out, "path", e->exec.path);
	put_strings(out, "argv", e->exec.argv, e->exec.argv_size);
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
static void put_code(struct jsonl *j, const struct event *e, struct buf *out)
{
	const char *at, *end;

	buf_clear(&j->text);
	print_text(j->printer, e, &j->text);
	at = strstr(buf_text(&j->text), "si_code=");
	buf_str(out, ",\"code\":");
	if (!at) {
		buf_str(out, "null");
		return;
	}
	at += strlen("si_code=");
	end = at + strcspn(at, ",}");
	put_string(out, at, (size_t)(end - at));
}

static void put_signal_event(struct jsonl *j, const struct event *e, struct buf *out)
{
	bool stop = e->kind == EVENT_STOP;
	int32_t code = number_at(&e->signal, 8);

	buf_printf(out, "{\"type\":\"%s\",\"seq\":%" PRIu64, stop ? "stop" : "signal", e->seq);
	put_ids(out, e);
	put_signal(out, "signal", (int)e->signal.number);
	if (!stop) {
		put_code(j, e, out);
		/* Who sent it is known for kill(2) and its kin and for children. */
		if (e->signal.info_size && (code <= 0 || e->signal.number == 17))
			buf_printf(out, ",\"sender\":%d", number_at(&e->signal, 16));
		else
			buf_str(out, ",\"sender\":null");
	}
	buf_str(out, "}\n");
}

static void put_exit(const struct event *e, struct buf *out)
{
	uint32_t status = e->exit.status, signal = status & 0x7f;

	buf_printf(out, "{\"type\":\"exit\",\"seq\":%" PRIu64, e->seq);
	put_ids(out, e);
	if (signal) {
		buf_str(out, ",\"status\":null");
		put_signal(out, "signal", (int)signal);
	} else {
		buf_printf(out, ",\"status\":%u,\"signal\":null", status >> 8 & 0xff);
	}
	buf_printf(out, ",\"core\":%s%s}\n", signal && status & 0x80 ? "true" : "false",
		   e->exit.process ? ",\"process\":true" : "");
}

static int put_event(struct jsonl *j, const struct event *e, struct buf *out)
{
	switch (e->kind) {
	case EVENT_CALL:
	case EVENT_END:
		return put_call(j, e, out);
	case EVENT_BEGUN:
		return put_call(j, e, out);
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
	case EVENT_STOP:
		put_signal_event(j, e, out);
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
	put_text(out, "tool", h->tool);
	buf_str(out, ",\"uuid\":\"");
	for (size_t i = 0; i < sizeof(h->uuid); i++)
		buf_printf(out, "%s%02x", i == 4 || i == 6 || i == 8 || i == 10 ? "-" : "",
			   h->uuid[i]);
	buf_printf(out,
		   "\",\"start_realtime\":\"%#" PRIx64 "\",\"start_monotonic\":\"%#" PRIx64 "\"",
		   (uint64_t)h->start_realtime, (uint64_t)h->start_monotonic);
	put_text(out, "sysname", h->sysname);
	put_text(out, "release", h->release);
	put_text(out, "version", h->version);
	put_text(out, "machine", h->machine);
	put_text(out, "hostname", h->hostname);
	put_text(out, "distribution", h->distribution);
	put_text(out, "cpu", h->cpu);
	put_number(out, "cpus", h->cpus);
	put_number(out, "page_size", h->page_size);
	put_number(out, "memory_size", h->memory_size);
	put_text(out, "libc", h->libc);
	put_text(out, "arch", arch_name(h->arch));
	put_strings(out, "command", h->command.data, h->command.size);
	buf_str(out, ",\"cwd\":");
	put_string(out, h->cwd.data, h->cwd.size);
	buf_printf(out, ",\"payload_limit\":\"%#" PRIx64 "\"", h->payload_limit);
	put_text(out, "options", h->options);
	buf_str(out, "}\n");
}

static void put_trailer(const struct meta_trailer *t, struct buf *out)
{
	buf_printf(out, "{\"type\":\"trailer\",\"complete\":%s",
		   t->lost || t->incomplete ? "false" : "true");
	put_number(out, "syscalls", t->calls);
	put_number(out, "lost", t->lost);
	put_number(out, "events", t->events);
	put_number(out, "processes", t->processes);
	put_number(out, "threads", t->threads);
	put_number(out, "signals", t->signals);
	put_number(out, "duration", t->duration);
	if (t->has_status)
		put_number(out, "wait_status", t->status);
	put_number(out, "unreadable", t->unreadable);
	put_number(out, "shortened", t->shortened);
	put_number(out, "unfinished", t->unfinished);
	put_text(out, "reason", t->reason);
	buf_str(out, ",\"notes\":[");
	for (size_t i = 0; i < t->note_count; i++) {
		buf_str(out, i ? "," : "");
		put_string(out, t->notes[i], strlen(t->notes[i]));
	}
	buf_str(out, "]}\n");
}

int jsonl_item(struct jsonl *j, const struct trace_item *item, struct buf *ret)
{
	switch (item->kind) {
	case ITEM_HEADER:
		printer_header(j->printer, item->header);
		put_header(item->header, ret);
		break;
	case ITEM_EVENT:
		if (put_event(j, item->event, ret) < 0)
			return -1;
		break;
	case ITEM_TRAILER:
		put_trailer(item->trailer, ret);
		break;
	case ITEM_SNAPSHOT:
	case ITEM_DAMAGE:
		break;
	}
	return buf_error(ret);
}
