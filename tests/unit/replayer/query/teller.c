/* SPDX-License-Identifier: Apache-2.0 */
#include "teller.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { PLACE = 1000, DURATION = 300 };

void teller_begin(struct teller *t, teller_fn *take, void *query)
{
	*t = (struct teller){.take = take, .query = query};
	world_begin(&t->world);
}

void teller_done(struct teller *t)
{
	processes_done(&t->processes);
	world_done(&t->world);
}

void teller_call(struct teller *t, uint32_t pid, const struct made_call *call)
{
	struct made m;
	struct trace_item item = {.kind = ITEM_EVENT, .event = &m.event};

	made_from(call, &m);
	m.event.pid = m.event.tid = pid;
	m.event.seq = m.event.call.begun_seq = ++t->world.seq;
	m.event.call.end_seq = ++t->world.seq;
	m.event.time = m.event.seq * PLACE;
	m.event.call.duration = DURATION;
	assert_int_equal(state_take(t->world.state, &item), 0);
	assert_int_equal(processes_take(&t->processes, &item), 0);
	assert_int_equal(t->take(t->query, t->world.state, &t->processes, &m.event), 0);
	made_done(&m);
}
