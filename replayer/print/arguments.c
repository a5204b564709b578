/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The arguments of a call. When a call is told in two halves, what the kernel gives is
 * told by the second: the first stops before the first argument that needs the exit, or
 * amid one of which both what it was and what it became is told.
 */
#include "printer.h"

#include "sys/table.h"

#include <string.h>

/* Where a call is cut: before a field, or, `within`, between its two parts. */
struct cut {
	size_t field;
	bool within;
};

static bool holds_written(const struct sys_desc *of)
{
	for (size_t i = 0; i < of->count; i++) {
		if (of->field[i].dir == OUT && of->field[i].told != TOLD_ELSEWHERE)
			return true;
	}
	return false;
}

static bool needs_exit(const struct sys_field *f)
{
	if (f->told == TOLD_AFTER || (f->mem != MEM_NONE && f->dir == OUT))
		return true;
	return f->dir == INOUT && f->of && f->told != TOLD_BEHIND && holds_written(f->of());
}

static struct cut cut_of(const struct scope *s, const struct sys_field *const *fields, size_t count)
{
	struct cut c = {0};

	for (; c.field < count; c.field++) {
		c.within = may_change(s, fields[c.field]);
		if (c.within || needs_exit(fields[c.field]))
			break;
	}
	return c;
}

/* Of some calls the comma is told with the argument behind it. */
static bool comma_waits(const struct scope *s)
{
	static const char *const calls[] = {"clone", "fcntl", "fcntl64", "ioctl", "syslog", NULL};

	return sys_is_named(s->desc, calls);
}

static void say_argument(const struct scope *s, const struct sys_field *f)
{
	struct scope first = *s;

	first.part = f->told == TOLD_BEHIND ? PART_BEFORE : PART_ALL;
	if (s->desc->named) {
		buf_str(s->out, f->name);
		buf_char(s->out, '=');
	}
	say_field(&first, f);
}

uint64_t argument_value(const struct scope *s, const struct sys_field *f)
{
	if (f->place == PLACE_STACK)
		return s->event->memory[0].address;
	if (f->split)
		return sys_value(f, s->base, s->size);
	return load(s->base, s->size, f->off, sizeof(uint64_t));
}

/* The argument that was said from @from on. By itself one that changes is told otherwise. */
static void note_part(const struct scope *s, const struct sys_field *f, size_t from)
{
	struct print_parts *parts = s->p->parts;
	size_t at = from - s->from + (s->desc->named ? strlen(f->name) + 1 : 0);

	parts->part[parts->count++] = (struct print_part){
		.name = f->name,
		.value = argument_value(s, f),
		.at = at,
		.size = f->told == TOLD_BEHIND ? PRINT_APART : s->out->size - s->from - at,
	};
}

static void say_all(const struct scope *s, const struct sys_field *const *fields, size_t count)
{
	for (size_t i = 0; i < count && !is_full(s); i++) {
		size_t from;

		buf_str(s->out, i ? ", " : "");
		from = s->out->size;
		say_argument(s, fields[i]);
		say_change(s, fields[i]);
		if (s->p->parts)
			note_part(s, fields[i], from);
	}
}

static void say_first_half(const struct scope *s, const struct sys_field *const *fields,
			   struct cut c, bool more)
{
	for (size_t i = 0; i < c.field + c.within && !is_full(s); i++) {
		buf_str(s->out, i ? ", " : "");
		say_argument(s, fields[i]);
	}
	if (more && c.field && !c.within && !comma_waits(s))
		buf_str(s->out, ", ");
}

static void say_second_half(const struct scope *s, const struct sys_field *const *fields,
			    size_t count, struct cut c)
{
	bool comma = c.within || (c.field && comma_waits(s));

	if (c.within)
		say_change(s, fields[c.field]);
	for (size_t i = c.field + c.within; i < count && !is_full(s); i++) {
		buf_str(s->out, comma ? ", " : "");
		say_argument(s, fields[i]);
		say_change(s, fields[i]);
		comma = true;
	}
}

void say_arguments(const struct scope *s, const struct sys_field *const *fields, size_t count)
{
	const struct event *e = s->event;
	bool finished = e->call.state == EVENT_FINISHED, more;
	struct cut c;

	if (e->kind == EVENT_CALL && finished) {
		say_all(s, fields, count);
		return;
	}
	c = cut_of(s, fields, count);
	more = c.field < count;
	if (e->kind != EVENT_END)
		say_first_half(s, fields, c, more);
	else if (finished)
		say_second_half(s, fields, count, c);
	/* A call that never came back. */
	if (e->kind != EVENT_BEGUN && !finished && more)
		buf_str(s->out, " <unfinished ...>");
}
