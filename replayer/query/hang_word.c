/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The kernel is told a word only. What it means, the C library knows: the word of a mutex is 2
 * while others wait, and eight bytes behind it is the thread that holds it; that of a robust mutex
 * and of one that hands on priorities is the thread itself; so is what pthread_join(3) waits for.
 * A number counts as a thread only when the tape has one of that number in the same process.
 */
#include "hang_word.h"

#include "base/load.h"
#include "replayer/state/state.h"
#include "sys/table.h"

enum {
	OPERATION = 0x7f,
	PRIVATE = 0x80,
	WAIT = 0,
	LOCK_PI = 6,
	WAIT_BITSET = 9,
	LOCK_PI2 = 13,
	CONTENDED = 2,
	OWNER_AT = 8,
	THREAD_BITS = 0x3fffffff,
};

#define WAITERS UINT32_C(0x80000000)

static uint32_t thread_of(const struct state *state, const struct event *e, uint32_t tid)
{
	const struct state_thread *t = tid ? state_thread(state, tid) : NULL;

	return t && t->process && t->process->pid == e->pid ? tid : 0;
}

static void find_thread(const struct state *state, const struct event *e, uint64_t operation,
			struct hang_word *ret)
{
	const uint32_t value = (uint32_t)e->call.args[2];
	size_t size;
	const uint8_t *at = event_bytes(e, EVENT_AT_ENTRY, e->call.args[0], &size);
	uint32_t word;

	if (!at || size < 4)
		return;
	word = (uint32_t)load(at, size, 0, 4);
	if (operation == LOCK_PI || operation == LOCK_PI2) {
		ret->thread = thread_of(state, e, word & THREAD_BITS);
	} else if (word != value) {
		return;
	} else if (value & WAITERS) {
		ret->thread = thread_of(state, e, value & THREAD_BITS);
	} else if (value == CONTENDED) {
		ret->thread = size >= OWNER_AT + 4
				      ? thread_of(state, e, (uint32_t)load(at, size, OWNER_AT, 4))
				      : 0;
	} else if (value != e->tid) {
		ret->thread = thread_of(state, e, value);
		ret->is_end = ret->thread;
	}
}

struct hang_word hang_word_of(const struct state *state, const struct event *e)
{
	static const char *const names[] = {"futex", "futex_time64", NULL};
	const uint64_t operation = e->call.args[1] & OPERATION;
	struct hang_word w = {0};

	if (!sys_is_named(sys_find(e->call.arch, e->call.nr), names) ||
	    (operation != WAIT && operation != WAIT_BITSET && operation != LOCK_PI &&
	     operation != LOCK_PI2))
		return w;
	find_thread(state, e, operation, &w);
	/* The kernel itself tells of a thread's end, which does not make that word a shared one. */
	w.alone = !e->call.args[3] && (e->call.args[1] & PRIVATE || w.is_end);
	return w;
}
