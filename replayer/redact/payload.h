/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which of an event's memory is payload: what `rec -s 0` would not have kept. The capture walker
 * says so, run again over the event's own memory. Structs, paths and strings are none.
 */
#ifndef REDACT_PAYLOAD_H
#define REDACT_PAYLOAD_H

#include "format/event.h"

#include <stdbool.h>

struct payload;

struct payload *payload_new(void);
struct payload *payload_free(struct payload *p);
/* Looks at a call. What DATA has is always payload. */
void payload_take(struct payload *p, const struct event *e);
/* Whether range @index of the event that was taken last is payload. */
bool payload_has(const struct payload *p, const struct event *e, uint32_t index);

#endif
