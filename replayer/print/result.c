/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What stands behind " = ": the result as its kind, an error with its name and text,
 * and for a few calls a word on what the result means.
 */
#include "printer.h"

#include "sys/flags.h"
#include "sys/names.h"
#include "sys/table.h"

#include <inttypes.h>
#include <string.h>

enum { RESTART_FIRST = 512, RESTART_LAST = 517, POLL_TIMEOUT_OK = 0 };

static uint8_t result_kind(const struct sys_desc *desc)
{
	while (desc && desc->ret == K_NONE && desc->base)
		desc = desc->base();
	return desc ? desc->ret : K_INT;
}

static void say_error(struct buf *out, int error)
{
	const char *name = sys_errno_name(error), *text = sys_errno_text(error);

	if (error >= RESTART_FIRST && error <= RESTART_LAST && name)
		buf_printf(out, "? %s", name);
	else if (name)
		buf_printf(out, "-1 %s", name);
	else
		buf_printf(out, "-1 (errno %d)", error);
	if (name && text)
		buf_printf(out, " (%s)", text);
}

static void say_value(const struct scope *s, int64_t value)
{
	const struct sys_field f = {.kind = result_kind(s->desc), .width = 8};

	if (f.kind == K_OCT)
		buf_printf(s->out, value ? "0%" PRIo64 : "%" PRIo64, (uint64_t)value);
	else if (f.kind == K_HEX || f.kind == K_ADDR)
		buf_printf(s->out, value ? "%#" PRIx64 : "%" PRIx64, (uint64_t)value);
	else
		buf_i64(s->out, value);
}

/* ---- what some results mean ---- */

static const struct sys_field *field_named(const struct sys_desc *d, const char *name)
{
	for (size_t i = 0; i < d->count; i++) {
		if (strcmp(d->field[i].name, name) == 0)
			return &d->field[i];
	}
	return NULL;
}

/* ([{fd=3, revents=POLLIN}]) : only those with something to tell. */
static void mean_poll(const struct scope *s, int64_t result)
{
	const struct sys_field *fds = field_named(s->desc, "fds");
	size_t size = 0;
	const uint8_t *at;
	bool any = false;

	if (result == POLL_TIMEOUT_OK) {
		buf_str(s->out, " (Timeout)");
		return;
	}
	at = fds ? view(s->event, EVENT_AT_EXIT, sys_value(fds, s->base, s->size), &size) : NULL;
	if (!at)
		return;
	buf_str(s->out, " ([");
	for (size_t i = 0; i + 8 <= size; i += 8) {
		uint64_t revents = load(at, size, i + 6, 2);

		if (!revents)
			continue;
		buf_printf(s->out, "%s{fd=%d, revents=", any ? ", " : "",
			   (int)load(at, size, i, 4));
		say_flags(s->out, &sys_flags_poll_events, revents);
		buf_char(s->out, '}');
		any = true;
	}
	buf_str(s->out, "])");
}

static bool any_bit(const uint8_t *at, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		if (at[i])
			return true;
	}
	return false;
}

static bool mean_left(const struct scope *s, const char *name, bool any)
{
	const struct sys_field *f = field_named(s->desc, name);
	uint64_t address = f ? sys_value(f, s->base, s->size) : 0;
	size_t n = 0;
	const uint8_t *at = address ? view(s->event, EVENT_AT_EXIT, address, &n) : NULL;
	struct scope inner = *s;

	if (!at || f->mem != MEM_STRUCT || n < f->of()->size)
		return any;
	inner.desc = f->of();
	inner.base = at;
	inner.size = inner.desc->size;
	inner.dir = OUT;
	buf_str(s->out, any ? ", left " : " (left ");
	say_struct(&inner);
	return true;
}

/* (in [3], out [4], left {tv_sec=1, tv_usec=0}) */
static void mean_select(const struct scope *s, int64_t result)
{
	static const struct {
		const char *field, *word;
	} sets[] = {{"readfds", "in"}, {"writefds", "out"}, {"exceptfds", "except"}};
	bool any = false;

	if (!result) {
		buf_str(s->out, " (Timeout)");
		return;
	}
	for (size_t i = 0; i < sizeof(sets) / sizeof(sets[0]); i++) {
		const struct sys_field *f = field_named(s->desc, sets[i].field);
		size_t n = 0;
		const uint8_t *at =
			f ? view(s->event, EVENT_AT_EXIT, sys_value(f, s->base, s->size), &n)
			  : NULL;

		if (!at || !any_bit(at, n))
			continue;
		buf_printf(s->out, "%s%s ", any ? ", " : " (", sets[i].word);
		say_fdset(s, at, n, 0);
		any = true;
	}
	any = mean_left(s, "timeout", any);
	buf_str(s->out, any ? ")" : "");
}

static void mean_fcntl(const struct scope *s, int64_t result)
{
	const struct sys_field *cmd = field_named(s->desc, "cmd");
	uint64_t command = cmd ? sys_value(cmd, s->base, s->size) : UINT64_MAX;

	if (command == 3) {
		buf_str(s->out, " (flags ");
		say_flags(s->out, &sys_flags_open_flags, (uint64_t)result);
		buf_char(s->out, ')');
	} else if (command == 1 && result) {
		buf_str(s->out, " (flags ");
		say_flags(s->out, &sys_flags_fd_flags, (uint64_t)result);
		buf_char(s->out, ')');
	}
}

static void mean_personality(const struct scope *s, int64_t result)
{
	buf_str(s->out, " (");
	say_flags(s->out, &sys_flags_personalities, (uint64_t)result);
	buf_char(s->out, ')');
}

static const struct {
	const char *call;
	void (*mean)(const struct scope *s, int64_t result);
} meanings[] = {
	{"poll", mean_poll},       {"ppoll", mean_poll},  {"select", mean_select},
	{"pselect6", mean_select}, {"fcntl", mean_fcntl}, {"personality", mean_personality},
};

static void say_meaning(const struct scope *s, int64_t result)
{
	for (size_t i = 0; s->desc && i < sizeof(meanings) / sizeof(meanings[0]); i++) {
		if (strcmp(s->desc->name, meanings[i].call) == 0)
			meanings[i].mean(s, result);
	}
}

void say_result(const struct scope *s)
{
	const struct event_call *call = &s->event->call;
	int error = event_errno(call);

	if (call->state != EVENT_FINISHED)
		buf_char(s->out, '?');
	else if (error)
		say_error(s->out, error);
	else
		say_value(s, call->ret);
	if (call->state == EVENT_FINISHED && !error)
		say_meaning(s, call->ret);
}
