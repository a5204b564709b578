/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Moments: numbers with a date behind them as a comment. Dates are in UTC, so that a
 * tape says the same wherever it is read.
 */
#include "printer.h"

#include "sys/table.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>

enum { NS_PER_S = 1000000000, US_PER_S = 1000000 };
/* What utimensat(2) takes in place of nanoseconds. */
enum { UTIME_NOW_VALUE = 0x3fffffff, UTIME_OMIT_VALUE = 0x3ffffffe };

static void say_date(struct buf *out, int64_t seconds, uint64_t fraction, uint64_t per_second)
{
	time_t at = (time_t)seconds;
	char text[64];
	struct tm tm;

	if ((!seconds && !fraction) || fraction >= per_second || !gmtime_r(&at, &tm) ||
	    !strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &tm))
		return;
	buf_printf(out, " /* %s", text);
	if (fraction)
		buf_printf(out, ".%0*" PRIu64, per_second == NS_PER_S ? 9 : 6, fraction);
	buf_str(out, "+0000 */");
}

void say_calendar(struct buf *out, int64_t seconds)
{
	time_t at = (time_t)seconds;
	char text[64];
	struct tm tm;

	if (gmtime_r(&at, &tm) && strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S+0000", &tm))
		buf_str(out, text);
}

void say_time(const struct scope *s, const struct sys_field *f, uint64_t value)
{
	const struct sys_field *ns = f->len == LEN_FIELD ? sys_sibling(s->desc, f->len_off) : NULL;

	buf_i64(s->out, (int64_t)value);
	say_date(s->out, (int64_t)value, ns ? sys_value(ns, s->base, s->size) : 0, NS_PER_S);
}

void say_moment(const struct scope *s)
{
	const struct sys_field *f = s->desc->field;
	uint64_t seconds = sys_value(&f[0], s->base, s->size);
	uint64_t fraction = sys_value(&f[1], s->base, s->size);
	bool micro = strcmp(f[1].name, "tv_usec") == 0;

	if (fraction == UTIME_NOW_VALUE || fraction == UTIME_OMIT_VALUE) {
		buf_str(s->out, fraction == UTIME_NOW_VALUE ? "UTIME_NOW" : "UTIME_OMIT");
		return;
	}
	say_struct(s);
	say_date(s->out, (int64_t)seconds, fraction, micro ? US_PER_S : NS_PER_S);
}
