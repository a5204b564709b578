/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The end of what was written to descriptor 2: the message, when something failed. Which of a
 * call's arguments are the bytes, and how many, its description says, so that it is the same
 * for all callers.
 *
 * A shell says `echo … >&2` to descriptor 1, which it makes a copy of 2 before and what it was
 * afterwards; others keep a copy at a number of their own. That 1 and 2 are the same from the
 * start (a terminal, 2>&1) does not make output messages.
 */
#include "processes.h"

#include "replayer/state/state.h"
#include "sys/table.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
	STDOUT = 1,
	STDERR = 2,
	IOVECS_MAX = 1024, /* of one call, as the kernel */
};

static void keep(struct process *p, const uint8_t *data, size_t size)
{
	size_t kept;

	message_take(p->message, data, size, p->last_words, p->calls);
	if (size > PROCESS_WORDS_MAX) {
		data += size - PROCESS_WORDS_MAX;
		size = PROCESS_WORDS_MAX;
	}
	kept = p->word_count + size > PROCESS_WORDS_MAX ? PROCESS_WORDS_MAX - size : p->word_count;
	memmove(p->words, p->words + p->word_count - kept, kept);
	memcpy(p->words + kept, data, size);
	p->word_count = kept + size;
}

/* The bytes behind a field of a struct, or of the arguments: those that are on the tape. */
static const uint8_t *behind(const struct event *e, const struct sys_field *f, const void *base,
			     size_t size, size_t *ret_size)
{
	return event_bytes(e, EVENT_AT_ENTRY, sys_value(f, base, size), ret_size);
}

static uint64_t length_of(const struct sys_desc *d, const struct sys_field *f, const void *base,
			  size_t size)
{
	const struct sys_field *length = sys_sibling(d, f->len_off);

	return length ? sys_value(length, base, size) : 0;
}

/* What @f points to, a buffer of @d: of a call or of an iovec. */
static void take_buffer(struct process *p, const struct event *e, const struct sys_desc *d,
			const struct sys_field *f, const void *base, size_t size)
{
	uint64_t length = length_of(d, f, base, size);
	size_t n;
	const uint8_t *at = behind(e, f, base, size, &n);

	if (at && length)
		keep(p, at, length < n ? (size_t)length : n);
}

static void take_iovecs(struct process *p, const struct event *e, const struct sys_desc *d,
			const struct sys_field *f)
{
	const struct sys_desc *iovec = f->of();
	uint64_t count = length_of(d, f, e->call.args, sizeof(e->call.args));
	size_t n;
	const uint8_t *at = behind(e, f, e->call.args, sizeof(e->call.args), &n);

	for (size_t i = 0; at && i < count && i < IOVECS_MAX && i < n / iovec->size; i++)
		take_buffer(p, e, iovec, &iovec->field[0], at + i * iovec->size, iovec->size);
}

static bool are_same(const struct state *state, const struct event *e, uint32_t a, uint32_t b)
{
	const struct state_file *x = state ? state_at_entry(state, e, (int32_t)a) : NULL;
	const struct state_file *y = state ? state_at_entry(state, e, (int32_t)b) : NULL;

	return x && y && x->id == y->id;
}

/* dup2(2, 1), also by way of another copy, and what makes 1 anything else again. */
static void note_copy(struct process *p, const struct state *state, const struct event *e)
{
	const uint32_t from = (uint32_t)e->call.args[0];

	if ((uint32_t)e->call.args[1] != STDOUT || e->call.ret != STDOUT)
		return;
	p->out_is_err = from == STDERR ||
			(are_same(state, e, from, STDERR) && !are_same(state, e, STDOUT, STDERR));
}

/* The quick half of it. */
static bool may_be_stderr(const struct process *p, const struct event *e)
{
	const uint32_t fd = (uint32_t)e->call.args[0];

	return fd >= STDERR || (fd == STDOUT && p->out_is_err);
}

static bool is_stderr(const struct process *p, const struct state *state, const struct event *e)
{
	const uint32_t fd = (uint32_t)e->call.args[0];

	if (fd <= STDERR)
		return fd == STDERR || (fd == STDOUT && p->out_is_err);
	return are_same(state, e, fd, STDERR);
}

static int start(struct process *p, uint64_t time)
{
	if (!p->message)
		p->message = malloc(sizeof(*p->message));
	if (!p->message)
		return -ENOMEM;
	if (!p->word_count || p->words_are_old)
		*p->message = (struct process_message){0};
	if (p->words_are_old)
		p->word_count = 0;
	p->words_are_old = false;
	p->last_words = time;
	return 0;
}

static int take_words(struct process *p, const struct event *e)
{
	const struct sys_desc *d = sys_find(e->call.arch, e->call.nr);

	if (start(p, e->time) < 0)
		return -ENOMEM;
	for (size_t i = 0; i < d->count; i++) {
		const struct sys_field *f = &d->field[i];

		if (f->kind == K_BUF)
			take_buffer(p, e, d, f, e->call.args, sizeof(e->call.args));
		else if (f->kind == K_IOV)
			take_iovecs(p, e, d, f);
	}
	return 0;
}

int process_hear(struct processes *all, struct process *p, const struct event *e)
{
	const unsigned roles = roles_of(&all->roles, &e->call);

	if (!(roles & (ROLE_WRITE | ROLE_COPY)) || e->call.state != EVENT_FINISHED)
		return 0;
	if (roles & ROLE_COPY)
		note_copy(p, all->state, e);
	/* The descriptor comes first in all of them. */
	else if (may_be_stderr(p, e) && is_stderr(p, all->state, e))
		return take_words(p, e);
	return 0;
}
