/* SPDX-License-Identifier: Apache-2.0 */
/* What the parts of the screen share. */
#ifndef QUERY_OVERVIEW_PRIV_H
#define QUERY_OVERVIEW_PRIV_H

#include "overview.h"

#include "base/buf.h"

struct screen {
	const struct overview *o;
	bool colour;
	struct buf *out;
};

void screen_paint(const struct screen *s, const char *code);
void screen_heading(const struct screen *s, const char *text);
/* 1234567 as 1,234,567; returns @text. */
const char *screen_grouped(uint64_t value, char text[static 32]);

/* overview_world.c: where the time went, and what was touched. 0 or -ENOMEM. */
void screen_time(const struct screen *s);
int screen_touched(const struct screen *s);
/* Both, as members of the JSON object, each with its comma before it. 0 or -ENOMEM. */
int overview_world_json(const struct overview *o, struct buf *ret);

#endif
