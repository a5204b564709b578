/* SPDX-License-Identifier: Apache-2.0 */
#include "made.h"

#include "sys/table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

_Static_assert(sizeof(struct made_siginfo) == EVENT_SIGINFO_SIZE, "siginfo_t");

struct event made_event(uint8_t kind, uint64_t seq)
{
	struct event e = {
		.seq = seq, .time = seq * 1000, .pid = MADE_PID, .tid = MADE_PID, .kind = kind};

	if (event_is_call(&e)) {
		e.call.arch = EVENT_ARCH_X86_64;
		e.call.begun_seq = seq;
	}
	return e;
}

static void add_piece(struct made *m, const struct made_piece *piece)
{
	uint32_t i = m->event.memory_count++;

	m->guards[i] = guard_copy(piece->data, piece->length);
	m->memory[i] = (struct event_memory){
		.address = piece->address,
		.full = piece->length + piece->beyond,
		.data = m->guards[i].data,
		.length = (uint32_t)piece->length,
		.when = piece->name   ? EVENT_NAME
			: piece->exit ? EVENT_AT_EXIT
				      : EVENT_AT_ENTRY,
		.unreadable = piece->unreadable,
	};
}

void made_from(const struct made_call *call, struct made *ret)
{
	uint32_t arch = call->arch ? call->arch : EVENT_ARCH_X86_64;
	int64_t nr = sys_number(arch, call->name);

	assert_true(nr >= 0);
	*ret = (struct made){.event = made_event(EVENT_CALL, 1)};
	ret->event.call.arch = arch;
	ret->event.call.nr = (uint64_t)nr;
	ret->event.call.end_seq = 2;
	ret->event.call.duration = 4200;
	ret->event.call.ret = call->ret;
	ret->event.call.state = EVENT_FINISHED;
	memcpy(ret->event.call.args, call->args, sizeof(call->args));
	for (size_t i = 0; i < MADE_PIECES && call->memory[i].data; i++)
		add_piece(ret, &call->memory[i]);
	ret->event.memory = ret->memory;
}

void made_shorten(struct made *m, size_t i, uint32_t length)
{
	guard_shorten(&m->guards[i], length);
	m->memory[i].data = m->guards[i].data;
	m->memory[i].length = length;
}

void made_done(struct made *m)
{
	for (size_t i = 0; i < MADE_PIECES; i++)
		guard_done(&m->guards[i]);
}
