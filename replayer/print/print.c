/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lines. A call is its name, its arguments and its result; everything else that
 * happens to a thread has a line of its own between +++ or ---. The pid column and
 * the clock are as `strace -f -o FILE` writes them.
 */
#include "print.h"

#include "escape.h"
#include "printer.h"

#include "base/buf.h"
#include "sys/names.h"
#include "sys/sets.h"
#include "sys/table.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { ALIGN_DEFAULT = 40, PID_WIDTH = 5, NS_PER_S = 1000000000, RESTART_BLOCK = -516 };

struct printer *printer_new(const struct print_options *options)
{
	struct printer *p = calloc(1, sizeof(*p));

	if (p)
		p->options = *options;
	return p;
}

struct printer *printer_free(struct printer *p)
{
	if (p)
		commands_done(&p->commands);
	free(p);
	return NULL;
}

void printer_header(struct printer *p, const struct meta_header *header)
{
	p->start_realtime = header ? header->start_realtime : 0;
	p->last_time = 0;
	p->any_line = false;
	memset(p->restarts, 0, sizeof(p->restarts));
	memset(p->calls, 0, sizeof(p->calls));
	commands_done(&p->commands);
}

void printer_tell_addresses(struct printer *p, print_address_fn *tell, void *context)
{
	p->address = tell;
	p->address_context = context;
}

void printer_state(struct printer *p, const struct state *state)
{
	p->state = state;
}

/* ---- calls ---- */

static const struct sys_field raw_fields[EVENT_ARGS] = {
	{.name = "arg1", .kind = K_HEX, .width = 8, .off = 0},
	{.name = "arg2", .kind = K_HEX, .width = 8, .off = 8},
	{.name = "arg3", .kind = K_HEX, .width = 8, .off = 16},
	{.name = "arg4", .kind = K_HEX, .width = 8, .off = 24},
	{.name = "arg5", .kind = K_HEX, .width = 8, .off = 32},
	{.name = "arg6", .kind = K_HEX, .width = 8, .off = 40},
};

/* A call that nobody has described: six registers. */
static const struct sys_desc unknown_call = {
	.name = "", .field = raw_fields, .count = EVENT_ARGS, .ret = K_INT, .raw = 1, .wide = 8};

/* What socketcall and its like point to: the call that is meant, if its arguments are there. */
static void go_indirect(struct scope *s)
{
	const struct sys_field *array = sys_indirect_array(s->desc);
	const struct sys_desc *meant;
	size_t n = 0;
	const uint8_t *words = array ? event_bytes(s->event, EVENT_AT_ENTRY,
						   sys_value(array, s->base, s->size), &n)
				     : NULL;

	meant = words ? sys_indirect(s->desc, words, n, s->p->args) : NULL;
	if (!meant)
		return;
	s->desc = meant;
	s->base = (const uint8_t *)s->p->args;
	s->size = sizeof(s->p->args);
}

struct scope scope_of(struct printer *p, const struct event *e, struct buf *out)
{
	const struct sys_desc *desc = sys_find(e->call.arch, e->call.nr);

	struct scope s = {
		.p = p,
		.event = e,
		.desc = desc ? sys_select(desc, e->call.args, NULL) : &unknown_call,
		.base = (const uint8_t *)e->call.args,
		.size = sizeof(e->call.args),
		.dir = IN,
		.bound = call_failed(e) ? 0 : (uint64_t)e->call.ret,
		.out = out,
		.from = out ? out->size : 0,
	};

	go_indirect(&s);
	return s;
}

bool print_may_depend_on_past(const struct sys_desc *desc)
{
	return sys_set_contains("%network", desc) || strcmp(desc->name, "restart_syscall") == 0;
}

bool print_depends_on_past(const struct event *e)
{
	const struct sys_desc *d = event_is_call(e) ? sys_find(e->call.arch, e->call.nr) : NULL;

	return d && print_may_depend_on_past(sys_select(d, e->call.args, NULL));
}

const char *print_call_name(const struct event_call *call, char *scratch)
{
	const struct sys_desc *desc = sys_find(call->arch, call->nr);

	if (desc) {
		const struct sys_desc *variant = sys_select(desc, call->args, NULL);

		return variant->said || variant->indirect ? sys_said(variant)->name : desc->name;
	}
	if (call->arch == EVENT_ARCH_X86_64)
		snprintf(scratch, 32, "syscall_%#" PRIx64, call->nr);
	else
		snprintf(scratch, 32, "%s:syscall_%#" PRIx32,
			 call->arch == EVENT_ARCH_I386 ? "i386" : "other", (uint32_t)call->nr);
	return scratch;
}

/* The arguments that are said, in the order in which they are said. */
size_t shown_fields(const struct scope *s, const struct sys_field **ret)
{
	size_t n = 0;

	for (size_t i = 0; i < s->desc->count && n < EVENT_ARGS; i++) {
		const struct sys_field *f = &s->desc->field[i];
		size_t at = n;

		if (f->result || !sys_present(s->desc, f, s->base, s->size))
			continue;
		if (f->place == PLACE_STACK && !s->event->memory_count)
			continue;
		for (; at && ret[at - 1]->order > f->order; at--)
			ret[at] = ret[at - 1];
		ret[at] = f;
		n++;
	}
	return n;
}

/* Where it is kept what the thread goes on with. */
static struct restart *restart_of(struct printer *p, uint32_t tid)
{
	return &p->restarts[tid % PRINT_RESTARTS_MAX];
}

static void snapshot_process(struct printer *p, const struct meta_process *process)
{
	for (size_t i = 0; i < process->in_flight_count; i++) {
		const struct meta_in_flight *call = &process->in_flight[i];
		const struct sys_desc *desc = sys_find(call->arch, call->nr);

		/* One that goes on with another already does not say with which. */
		if (desc && strcmp(desc->name, "restart_syscall") != 0)
			*restart_of(p, call->tid) = (struct restart){call->tid, desc};
	}
}

int printer_snapshot(struct printer *p, const struct meta_snapshot *snapshot)
{
	for (size_t i = 0; i < snapshot->process_count; i++)
		snapshot_process(p, &snapshot->processes[i]);
	return p->options.commands ? commands_snapshot(&p->commands, snapshot) : 0;
}

/* restart_syscall has no arguments: it goes on with what a signal interrupted. */
static void say_restarted(const struct scope *s)
{
	const struct restart *r = restart_of(s->p, s->event->tid);

	if (r->of && r->tid == s->event->tid && strcmp(s->desc->name, "restart_syscall") == 0)
		buf_printf(s->out, "<... resuming interrupted %s ...>", r->of->name);
}

/* For the restart_syscall that may follow, until that has come to its end. */
static void note_restart(struct printer *p, const struct event *e, const struct sys_desc *desc)
{
	struct restart *r = restart_of(p, e->tid);
	bool restarted;

	if (e->call.state != EVENT_FINISHED || (e->call.ret != RESTART_BLOCK && r->tid != e->tid))
		return;
	restarted = strcmp(desc->name, "restart_syscall") == 0;
	if (e->call.ret == RESTART_BLOCK && !restarted)
		*r = (struct restart){e->tid, desc};
	else if (e->call.ret != RESTART_BLOCK && restarted && r->tid == e->tid)
		*r = (struct restart){0};
}

static void say_call(const struct scope *s)
{
	const struct sys_field *fields[EVENT_ARGS];
	size_t n = shown_fields(s, fields);
	char scratch[32];
	/* One whose arguments could not be read stays what it is. */
	const char *name =
		s->desc->indirect ? s->desc->name : print_call_name(&s->event->call, scratch);

	if (s->event->kind == EVENT_END) {
		buf_printf(s->out, "<... %s resumed>", name);
	} else {
		buf_str(s->out, name);
		buf_char(s->out, '(');
		say_restarted(s);
	}
	say_arguments(s, fields, n);
}

static void pad(struct buf *out, size_t from, unsigned column)
{
	size_t used = out->size - from;
	char *place = used < column ? buf_extend(out, column - used) : NULL;

	if (place)
		memset(place, ' ', column - used);
}

static void say_duration(const struct printer *p, struct buf *out, const struct event_call *call)
{
	uint64_t us = call->duration / 1000;

	if (p->options.durations && call->state == EVENT_FINISHED)
		buf_printf(out, " <%" PRIu64 ".%06" PRIu64 ">", us / 1000000, us % 1000000);
}

/* The column of " = ", counted from behind the @used ones in front of the call. */
static unsigned column(const struct printer *p, size_t used)
{
	unsigned column = p->options.align ? p->options.align : ALIGN_DEFAULT;

	return column > used ? (unsigned)(column - used) : 1;
}

/* From "name(" to the result. @align: column of " = ", 0 none. */
static void say_whole(struct printer *p, const struct event *e, struct buf *out, unsigned align)
{
	struct scope s = scope_of(p, e, out);
	size_t from = out->size;

	say_call(&s);
	if (e->kind == EVENT_BEGUN) {
		buf_str(out, " <unfinished ...>");
		return;
	}
	note_restart(p, e, s.desc);
	buf_char(out, ')');
	pad(out, from, align ? align - 1 : 0);
	buf_str(out, " = ");
	say_result(&s);
	say_duration(p, out, &e->call);
}

/* ---- other events ---- */

void say_signal_event(struct printer *p, const struct event *e, struct buf *out)
{
	buf_str(out, e->kind == EVENT_STOP ? "--- stopped by " : "--- ");
	say_signal(out, e->signal.number);
	if (e->kind == EVENT_SIGNAL && e->signal.info_size) {
		buf_char(out, ' ');
		say_siginfo_struct(p, out, e->signal.info, e->signal.info_size);
	}
	buf_str(out, " ---");
}

static void say_exit(const struct event *e, struct buf *out)
{
	uint32_t status = e->exit.status, signal = status & 0x7f;

	if (!signal) {
		buf_printf(out, "+++ exited with %u +++", status >> 8 & 0xff);
		return;
	}
	buf_str(out, "+++ killed by ");
	say_signal(out, signal);
	buf_str(out, status & 0x80 ? " (core dumped) +++" : " +++");
}

/* Only an exec that changes the thread's number has a line; else the call says it. */
static bool has_line(const struct event *e)
{
	switch (e->kind) {
	case EVENT_CALL:
	case EVENT_BEGUN:
	case EVENT_END:
	case EVENT_SIGNAL:
	case EVENT_STOP:
	case EVENT_EXIT:
		return true;
	case EVENT_EXEC:
		return e->exec.former_tid != e->tid;
	default:
		return false;
	}
}

static void say_event(struct printer *p, const struct event *e, struct buf *out, unsigned align)
{
	switch (e->kind) {
	case EVENT_SIGNAL:
	case EVENT_STOP:
		say_signal_event(p, e, out);
		break;
	case EVENT_EXIT:
		say_exit(e, out);
		break;
	case EVENT_EXEC:
		buf_printf(out, "+++ superseded by execve in pid %u +++", e->exec.former_tid);
		break;
	default:
		say_whole(p, e, out, align);
	}
}

/* ---- lines ---- */

static void say_clock(struct printer *p, uint64_t time, struct buf *out)
{
	/* A made-up time may be before the epoch, or wrap. */
	int64_t ns = (int64_t)((uint64_t)p->start_realtime + time), below = ns % NS_PER_S;
	time_t seconds = (time_t)(ns / NS_PER_S - (below < 0));
	unsigned us = (unsigned)((below < 0 ? below + NS_PER_S : below) / 1000);
	char text[16] = "";
	struct tm tm;

	if (p->options.clock == PRINT_CLOCK_NONE)
		return;
	if (p->options.clock == PRINT_CLOCK_UNIX) {
		buf_printf(out, "%lld.%06u ", (long long)seconds, us);
		return;
	}
	if (localtime_r(&seconds, &tm))
		strftime(text, sizeof(text), "%H:%M:%S", &tm);
	buf_str(out, text);
	if (p->options.clock == PRINT_CLOCK_TIME_US)
		buf_printf(out, ".%06u", us);
	buf_char(out, ' ');
}

static void say_relative(struct printer *p, uint64_t time, struct buf *out)
{
	uint64_t since = p->any_line && time > p->last_time ? (time - p->last_time) / 1000 : 0;

	if (p->options.relative)
		buf_printf(out,
			   p->options.clock == PRINT_CLOCK_NONE ? "%6" PRIu64 ".%06" PRIu64 " "
								: "(+%6" PRIu64 ".%06" PRIu64 ") ",
			   since / 1000000, since % 1000000);
	p->last_time = time;
	p->any_line = true;
}

static void note_call(struct printer *p, const struct event *e)
{
	if (event_is_call(e))
		p->calls[e->tid % PRINT_NUMBERS_MAX] = (struct last_call){e->tid, e->call.nr};
}

/* What else happens to a thread has the number of its latest call. */
static void say_call_number(struct printer *p, const struct event *e, struct buf *out)
{
	const struct last_call *last = &p->calls[e->tid % PRINT_NUMBERS_MAX];

	note_call(p, e);
	if (!p->options.numbers)
		return;
	if (last->tid == e->tid)
		buf_printf(out, "[%4" PRIu64 "] ", last->nr);
	else
		buf_str(out, "[????] ");
}

/* The tape has those of calls. */
static void say_place(const struct printer *p, const struct event *e, struct buf *out)
{
	if (!p->options.places)
		return;
	if (!event_is_call(e))
		buf_str(out, "[????????????????] ");
	else
		buf_printf(out,
			   e->call.arch == EVENT_ARCH_I386 ? "[%08" PRIx64 "] "
							   : "[%016" PRIx64 "] ",
			   e->call.ip);
}

void bound_text(struct buf *out, size_t from)
{
	if (out->size - from <= PRINT_EVENT_MAX)
		return;
	buf_truncate(out, from + PRINT_EVENT_MAX);
	buf_str(out, "...");
}

void say_task_as(const struct printer *p, int64_t id, int64_t like, struct buf *out)
{
	const char *name = p->options.commands && like > 0 && like <= UINT32_MAX
				   ? commands_of(&p->commands, (uint32_t)like)
				   : NULL;

	buf_i64(out, id);
	if (!name)
		return;
	buf_char(out, '<');
	escape_strace(out, name, strlen(name), p->options.hex);
	buf_char(out, '>');
}

void say_task(const struct printer *p, int64_t id, struct buf *out)
{
	say_task_as(p, id, id, out);
}

static void say_pid(const struct printer *p, uint32_t tid, struct buf *out)
{
	size_t from = out->size;

	say_task(p, tid, out);
	pad(out, from, PID_WIDTH);
	buf_char(out, ' ');
}

int print_event(struct printer *p, const struct event *e, struct buf *ret)
{
	size_t from = ret->size;

	if (p->options.commands && commands_before(&p->commands, e) < 0)
		return -ENOMEM;
	if (!has_line(e))
		return 0;
	if (!p->options.no_pid)
		say_pid(p, e->tid, ret);
	say_clock(p, e->time, ret);
	say_relative(p, e->time, ret);
	say_call_number(p, e, ret);
	say_place(p, e, ret);
	say_event(p, e, ret, column(p, ret->size - from));
	bound_text(ret, from);
	buf_char(ret, '\n');
	if (p->options.commands && commands_after(&p->commands, e) < 0)
		return -ENOMEM;
	return buf_error(ret);
}

int print_nothing(struct printer *p, const struct event *e)
{
	const struct sys_desc *desc;

	note_call(p, e);
	desc = event_is_call(e) ? sys_find(e->call.arch, e->call.nr) : NULL;
	if (desc && e->kind != EVENT_BEGUN)
		note_restart(p, e, desc);
	if (!p->options.commands)
		return 0;
	return commands_before(&p->commands, e) < 0 ? -ENOMEM : commands_after(&p->commands, e);
}

int print_text(struct printer *p, const struct event *e, struct buf *ret)
{
	size_t from = ret->size;

	if (has_line(e))
		say_event(p, e, ret, 0);
	bound_text(ret, from);
	return buf_error(ret);
}

/* ---- for those who want the parts ---- */

size_t print_argument_count(struct printer *p, const struct event *e)
{
	struct scope s = scope_of(p, e, NULL);
	const struct sys_field *fields[EVENT_ARGS];

	return shown_fields(&s, fields);
}

int print_argument(struct printer *p, const struct event *e, size_t i, const char **ret_name,
		   uint64_t *ret_value, struct buf *ret_text)
{
	struct scope s = scope_of(p, e, ret_text);
	const struct sys_field *fields[EVENT_ARGS];
	size_t from = ret_text->size;

	if (i >= shown_fields(&s, fields))
		return -EINVAL;
	*ret_name = fields[i]->name;
	*ret_value = argument_value(&s, fields[i]);
	say_field(&s, fields[i]);
	say_change(&s, fields[i]);
	bound_text(ret_text, from);
	return buf_error(ret_text);
}

/* None of them is in the text. */
static void take_apart(struct printer *p, const struct event *e, struct print_parts *ret)
{
	*ret = (struct print_parts){.count = print_argument_count(p, e)};
	for (size_t i = 0; i < ret->count; i++)
		ret->part[i].size = PRINT_APART;
}

int print_text_parts(struct printer *p, const struct event *e, struct buf *ret,
		     struct print_parts *ret_parts)
{
	size_t from = ret->size;
	int r;

	ret_parts->count = 0;
	p->parts = ret_parts;
	r = print_text(p, e, ret);
	p->parts = NULL;
	/* Halves of calls, and what was cut. */
	if (event_is_call(e) && (!ret_parts->count || ret->size - from > PRINT_EVENT_MAX))
		take_apart(p, e, ret_parts);
	return r;
}

const char *print_path_of(const struct event *e, size_t *ret_size)
{
	const struct sys_desc *desc = sys_find(e->call.arch, e->call.nr);

	for (size_t i = 0; desc && i < desc->count; i++) {
		const struct sys_field *f = &desc->field[i];
		const struct event_memory *m;

		if (f->kind != K_PATH || !(f->dir & IN))
			continue;
		m = event_range(e, EVENT_AT_ENTRY,
				sys_value(f, e->call.args, sizeof(e->call.args)));
		if (!m || !m->length)
			continue;
		*ret_size = strnlen((const char *)m->data, m->length);
		return (const char *)m->data;
	}
	return NULL;
}

bool print_call_path(const struct event *e, struct buf *ret)
{
	size_t size;
	const char *path = print_path_of(e, &size);

	if (path)
		buf_append(ret, path, size);
	return path;
}
