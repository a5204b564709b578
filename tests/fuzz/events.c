/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An event is: its kind; how far its place and its time are from those before; pid and
 * tid; what its kind has; its ranges of memory. A range says which argument holds its
 * address, as on a tape: so arguments point to memory, and go on to when either changes.
 */
#include "events.h"

#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

uint8_t bytes_one(struct bytes *b)
{
	if (!b->left)
		return 0;
	b->left--;
	return *b->at++;
}

uint64_t bytes_number(struct bytes *b)
{
	unsigned n = bytes_one(b) % 9;
	uint64_t value = 0;

	for (unsigned i = 0; i < n; i++)
		value |= (uint64_t)bytes_one(b) << 8 * i;
	return value;
}

/* Small ones of either sign have few bytes. */
static int64_t signed_number(struct bytes *b)
{
	uint64_t value = bytes_number(b);

	return (int64_t)(value >> 1 ^ (0 - (value & 1)));
}

void *bytes_copy(struct bytes *b, bool text, size_t *ret_size)
{
	uint64_t wanted = bytes_number(b);
	size_t size = wanted < b->left ? (size_t)wanted : b->left;
	char *copy = malloc(size + text);

	/* Nothing to copy may be NULL. */
	fuzz_check(copy || !(size + text));
	if (size)
		memcpy(copy, b->at, size);
	if (text)
		copy[size] = 0;
	b->at += size;
	b->left -= size;
	*ret_size = size;
	return copy;
}

/* ---- what the kinds have ---- */

static uint32_t make_arch(struct bytes *b)
{
	static const uint32_t archs[] = {EVENT_ARCH_X86_64, EVENT_ARCH_I386, EVENT_ARCH_AARCH64, 0};
	uint8_t which = bytes_one(b);

	return which < sizeof(archs) / sizeof(archs[0]) ? archs[which] : EVENT_ARCH_X86_64;
}

static void make_call(struct bytes *b, struct event *e)
{
	struct event_call *call = &e->call;

	*call = (struct event_call){.arch = make_arch(b)};
	call->nr = bytes_number(b);
	call->ip = bytes_number(b);
	for (unsigned i = 0; i < EVENT_ARGS; i++)
		call->args[i] = bytes_number(b);
	call->ret = signed_number(b);
	call->duration = bytes_number(b);
	call->state = bytes_one(b) % (EVENT_NEVER + 1);
	call->begun_seq = call->end_seq = e->seq;
	if (e->kind == EVENT_CALL)
		call->end_seq += bytes_number(b);
	else
		call->begun_seq -= bytes_number(b);
}

static void make_signal(struct bytes *b, struct event_signal *s)
{
	uint8_t *info = calloc(1, EVENT_SIGINFO_SIZE);
	bool known = bytes_one(b) % 2 == 0;

	fuzz_check(info);
	s->number = (uint32_t)bytes_number(b);
	s->info = info;
	s->info_size = known ? EVENT_SIGINFO_SIZE : 0;
	for (size_t i = 0; known && i < EVENT_SIGINFO_SIZE; i++)
		info[i] = bytes_one(b);
}

static void make_kind(struct bytes *b, struct event *e)
{
	size_t size;

	switch (e->kind) {
	case EVENT_CALL:
	case EVENT_BEGUN:
	case EVENT_END:
	case EVENT_DATA:
		make_call(b, e);
		break;
	case EVENT_FORK:
		e->fork = (struct event_fork){.child_pid = (uint32_t)bytes_number(b)};
		e->fork.child_tid = (uint32_t)bytes_number(b);
		e->fork.kind = bytes_one(b) % FORK_KIND_MAX;
		e->fork.creator_known = bytes_one(b) % 2 == 0;
		break;
	case EVENT_EXEC:
		e->exec.former_tid = (uint32_t)bytes_number(b);
		e->exec.path = bytes_copy(b, true, &size);
		e->exec.argv = bytes_copy(b, false, &e->exec.argv_size);
		break;
	case EVENT_SIGNAL:
	case EVENT_STOP:
		make_signal(b, &e->signal);
		break;
	default:
		e->exit.process = bytes_one(b) % 2 == 0;
		e->exit.status = (uint32_t)bytes_number(b);
	}
}

static void make_range(struct bytes *b, const struct event *e, struct event_memory *ret)
{
	uint8_t info = bytes_one(b);
	size_t argument = info >> 2, size;

	ret->when = info % EVENT_WHEN_MAX;
	ret->unreadable = info & 2;
	if (event_is_call(e) && argument && argument <= EVENT_ARGS)
		ret->address = e->call.args[argument - 1];
	else
		ret->address = bytes_number(b);
	ret->full = bytes_number(b);
	ret->data = bytes_copy(b, false, &size);
	ret->length = (uint32_t)size;
	if (__builtin_add_overflow(ret->full, size, &ret->full))
		ret->full = UINT64_MAX;
}

/* ---- one after the other ---- */

void maker_done(struct maker *m)
{
	struct event *e = &m->event;

	for (uint32_t i = 0; i < e->memory_count; i++)
		free((void *)(uintptr_t)m->memory[i].data);
	if (e->kind == EVENT_EXEC) {
		free((void *)(uintptr_t)e->exec.path);
		free((void *)(uintptr_t)e->exec.argv);
	} else if (e->kind == EVENT_SIGNAL || e->kind == EVENT_STOP) {
		free((void *)(uintptr_t)e->signal.info);
	}
	e->kind = EVENT_NONE;
	e->memory_count = 0;
}

bool maker_next(struct maker *m)
{
	const struct event before = m->event;
	struct event *e = &m->event;
	struct bytes *b = &m->bytes;
	uint8_t count;

	maker_done(m);
	if (!b->left)
		return false;
	*e = (struct event){.kind = (uint8_t)(1 + bytes_one(b) % (EVENT_KIND_MAX - 1))};
	e->seq = before.seq + bytes_number(b);
	e->time = before.time + (uint64_t)signed_number(b);
	e->pid = (uint32_t)bytes_number(b);
	e->tid = (uint32_t)bytes_number(b);
	make_kind(b, e);
	count = bytes_one(b);
	for (e->memory = m->memory; e->memory_count < count && b->left; e->memory_count++)
		make_range(b, e, &m->memory[e->memory_count]);
	return true;
}

void snapshot_make(struct bytes *b, struct made_snapshot *ret)
{
	struct meta_process *p = &ret->process;

	*ret = (struct made_snapshot){.process = {.pid = (uint32_t)bytes_number(b)}};
	ret->fd.fd = (int32_t)bytes_number(b);
	ret->snapshot = (struct meta_snapshot){.processes = p, .process_count = 1};
	ret->item = (struct trace_item){.kind = ITEM_SNAPSHOT, .snapshot = &ret->snapshot};
	p->cwd.data = bytes_copy(b, false, &p->cwd.size);
	p->root.data = bytes_copy(b, false, &p->root.size);
	ret->fd.target.data = bytes_copy(b, false, &ret->fd.target.size);
	p->fds = &ret->fd;
	p->fd_count = 1;
}

void snapshot_done(struct made_snapshot *m)
{
	free(m->process.cwd.data);
	free(m->process.root.data);
	free(m->fd.target.data);
}
