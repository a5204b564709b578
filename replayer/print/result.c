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

uint8_t result_kind(const struct sys_desc *desc)
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

/* Who was just made is called as who made it. */
static void say_task_of(const struct scope *s, uint8_t kind, int64_t value)
{
	static const char *const makers[] = {"clone", "clone3", "fork", "vfork", NULL};
	bool made = value > 0 && s->p->options.commands && sys_is_named(s->desc, makers);

	if (kind == K_PID)
		say_task_as(s->p, value, made ? s->event->tid : value, s->out);
	else
		buf_i64(s->out, value);
}

static void say_value(const struct scope *s, int64_t value)
{
	const struct sys_field f = {.kind = result_kind(s->desc), .width = 8};

	if (f.kind == K_OCT)
		say_permissions(s->out, (uint64_t)value);
	else if ((f.kind == K_HEX || f.kind == K_ADDR) && value)
		buf_hex(s->out, (uint64_t)value);
	else
		say_task_of(s, f.kind, value);
	if (f.kind == K_FD) {
		struct scope after = *s;

		after.dir = OUT;
		say_fd_name(&after, value);
	}
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

static bool mean_left(const struct scope *s, const char *name, bool any)
{
	const struct sys_field *f = field_named(s->desc, name);
	uint64_t address = f ? sys_value(f, s->base, s->size) : 0;
	size_t n = 0;
	const uint8_t *at = address ? event_bytes(s->event, EVENT_AT_EXIT, address, &n) : NULL;
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

/* ([{fd=3, revents=POLLIN}], left {tv_sec=1, tv_nsec=0}): only those with something to tell. */
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
	at = fds ? event_bytes(s->event, EVENT_AT_EXIT, sys_value(fds, s->base, s->size), &size)
		 : NULL;
	if (!at)
		return;
	buf_str(s->out, " ([");
	for (size_t i = 0; i + 8 <= size; i += 8) {
		uint64_t revents = load(at, size, i + 6, 2);

		if (!revents)
			continue;
		buf_printf(s->out, "%s{fd=%d, revents=", any ? ", " : "",
			   (int)load(at, size, i, 4));
		say_parts(s, &sys_flags_poll_events, revents);
		buf_char(s->out, '}');
		any = true;
	}
	buf_char(s->out, ']');
	mean_left(s, "tmo_p", true);
	buf_char(s->out, ')');
}

static bool any_bit(const uint8_t *at, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		if (at[i])
			return true;
	}
	return false;
}

/* (in [3], out [4], left {tv_sec=1, tv_usec=0}) */
static void mean_select(const struct scope *s, int64_t result)
{
	static const struct {
		const char *field, *word;
	} sets[] = {{"readfds", "in"}, {"writefds", "out"}, {"exceptfds", "except"}};
	struct scope plain = *s;
	bool any = false;

	plain.unnamed = true;

	if (!result) {
		buf_str(s->out, " (Timeout)");
		return;
	}
	for (size_t i = 0; i < sizeof(sets) / sizeof(sets[0]); i++) {
		const struct sys_field *f = field_named(s->desc, sets[i].field);
		size_t n = 0;
		const uint8_t *at =
			f ? event_bytes(s->event, EVENT_AT_EXIT, sys_value(f, s->base, s->size), &n)
			  : NULL;

		if (!at || !any_bit(at, n))
			continue;
		buf_printf(s->out, "%s%s ", any ? ", " : " (", sets[i].word);
		say_fdset(&plain, at, n, 0);
		any = true;
	}
	any = mean_left(s, "timeout", any);
	buf_str(s->out, any ? ")" : "");
}

static void mean_messages(const struct scope *s, int64_t result)
{
	if (!result)
		buf_str(s->out, " (Timeout)");
	else if (mean_left(s, "timeout", false))
		buf_char(s->out, ')');
}

static void mean_time(const struct scope *s, int64_t result)
{
	buf_str(s->out, " (");
	say_calendar(s->out, result);
	buf_char(s->out, ')');
}

#define ANY_OPERATION UINT64_MAX

/* What the result of an operation, the call's first enumeration, is made of. */
static const struct {
	const char *call;
	uint64_t operation;
	const struct sys_flagset *set;
	const char *before;
	bool zero_too, one_of;
} made_of[] = {
	{"fcntl", 1, &sys_flags_fd_flags, "flags ", false, false},
	{"fcntl", 3, &sys_flags_open_flags, "flags ", true, false},
	{"fcntl", 1025, &sys_flags_lock_types, "", true, true},
	{"membarrier", 0, &sys_flags_membarrier_bits, "", false, false},
	{"adjtimex", ANY_OPERATION, &sys_flags_clock_states, "", true, true},
	{"clock_adjtime", ANY_OPERATION, &sys_flags_clock_states, "", true, true},
	{"ioprio_get", ANY_OPERATION, &sys_flags_ioprio_values, "", true, false},
	{"prctl", 3, &sys_flags_dumpable_values, "", true, true},
	{"prctl", 27, &sys_flags_securebits, "", false, false},
	{"prctl", 52, &sys_flags_speculation_values, "", true, false},
	{"sched_getscheduler", ANY_OPERATION, &sys_flags_sched_policies, "", true, true},
};

static void mean_operation(const struct scope *s, int64_t result)
{
	uint64_t operation = UINT64_MAX;
	size_t from;

	for (size_t i = 0; i < s->desc->count && operation == UINT64_MAX; i++) {
		if (s->desc->field[i].kind == K_ENUM)
			operation = sys_value(&s->desc->field[i], s->base, s->size);
	}
	for (size_t i = 0; i < sizeof(made_of) / sizeof(made_of[0]); i++) {
		if ((made_of[i].operation != operation && made_of[i].operation != ANY_OPERATION) ||
		    (!result && !made_of[i].zero_too) || made_of[i].call[0] != s->desc->name[0] ||
		    strcmp(made_of[i].call, s->desc->name) != 0)
			continue;
		buf_str(s->out, " (");
		buf_str(s->out, made_of[i].before);
		from = s->out->size;
		(made_of[i].one_of ? say_enum : say_flags)(s->out, made_of[i].set,
							   (uint64_t)result);
		/* Those of F_GETFL are names in any case. */
		if (made_of[i].set != &sys_flags_open_flags)
			put_hex(s->p, s->out, from, (uint64_t)result);
		buf_char(s->out, ')');
	}
}

/* (mask [INT]), (old mask [INT]) */
static void mean_mask(const struct scope *s, int64_t result)
{
	const uint8_t bytes[4] = {(uint8_t)result, (uint8_t)(result >> 8), (uint8_t)(result >> 16),
				  (uint8_t)(result >> 24)};

	buf_str(s->out, s->desc->count ? " (old mask " : " (mask ");
	say_signal_set(s->p, s->out, bytes, sizeof(bytes));
	buf_char(s->out, ')');
}

static void mean_handler(const struct scope *s, int64_t result)
{
	if (result == 0 || result == 1)
		buf_str(s->out, result ? " (SIG_IGN)" : " (SIG_DFL)");
}

static void mean_thread_area(const struct scope *s, int64_t result)
{
	const struct sys_field *area = field_named(s->desc, "u_info");
	size_t n = 0;
	const uint8_t *at =
		area ? event_bytes(s->event, EVENT_AT_EXIT, sys_value(area, s->base, s->size), &n)
		     : NULL;

	(void)result;
	if (n >= 4)
		buf_printf(s->out, " (entry_number=%d)", (int)load(at, n, 0, 4));
}

static void mean_personality(const struct scope *s, int64_t result)
{
	buf_str(s->out, " (");
	say_parts(s, &sys_flags_personalities, (uint64_t)result);
	buf_char(s->out, ')');
}

static const struct {
	const char *call;
	void (*mean)(const struct scope *s, int64_t result);
} meanings[] = {
	{"poll", mean_poll},
	{"ppoll", mean_poll},
	{"select", mean_select},
	{"pselect6", mean_select},
	{"fcntl", mean_operation},
	{"adjtimex", mean_operation},
	{"clock_adjtime", mean_operation},
	{"ioprio_get", mean_operation},
	{"membarrier", mean_operation},
	{"prctl", mean_operation},
	{"sched_getscheduler", mean_operation},
	{"recvmmsg", mean_messages},
	{"recvmmsg_time64", mean_messages},
	{"time", mean_time},
	{"personality", mean_personality},
	{"_newselect", mean_select},
	{"pselect6_time64", mean_select},
	{"ppoll_time64", mean_poll},
	{"signal", mean_handler},
	{"sgetmask", mean_mask},
	{"ssetmask", mean_mask},
	{"set_thread_area", mean_thread_area},
};

/* The row of a call, plus one; 0: there is none. */
static uint8_t meaning_of(const struct sys_desc *d)
{
	for (uint8_t i = 0; i < sizeof(meanings) / sizeof(meanings[0]); i++) {
		if (strcmp(d->name, meanings[i].call) == 0)
			return (uint8_t)(i + 1);
	}
	return 0;
}

static void say_meaning(const struct scope *s, int64_t result)
{
	struct known_meaning *known;

	if (!s->desc)
		return;
	known = &s->p->meanings[(uintptr_t)s->desc / sizeof(*s->desc) % PRINT_MEANINGS_MAX];
	if (known->desc != s->desc)
		*known = (struct known_meaning){s->desc, meaning_of(s->desc)};
	if (known->row)
		meanings[known->row - 1].mean(s, result);
}

/* What was given back by a pointer (shmat by way of ipc). */
static int64_t given_back(const struct scope *s)
{
	for (size_t i = 0; i < s->desc->count; i++) {
		const struct sys_field *f = &s->desc->field[i];
		size_t n = 0;
		const uint8_t *at;

		if (!f->result)
			continue;
		at = event_bytes(s->event, EVENT_AT_EXIT, sys_value(f, s->base, s->size), &n);
		if (at)
			return (int64_t)sys_value(&f->of()->field[0], at, n);
	}
	return s->event->call.ret;
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
		say_value(s, given_back(s));
	if (call->state == EVENT_FINISHED && !error)
		say_meaning(s, call->ret);
}
