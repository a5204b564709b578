/* SPDX-License-Identifier: Apache-2.0 */
/* What of an event is looked at: which time of its memory. */
#include "printer.h"

bool call_failed(const struct event *e)
{
	return e->call.state != EVENT_FINISHED || event_errno(&e->call);
}

uint8_t time_of(uint8_t dir)
{
	return dir == OUT ? EVENT_AT_EXIT : EVENT_AT_ENTRY;
}
