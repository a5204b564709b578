/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The data of the timeline, which report.js draws: lanes with their bins, the slow calls, the
 * marks. Of many lanes those are there that made the most calls, and it is said how many are not.
 */
#include "page.h"

#include "base/buf.h"
#include "base/cleanup.h"
#include "html.h"
#include "replayer/export/json.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { LANES_SHOWN = 240, NAME_SHOWN = 160, RESTART = 512 };

static void json_buf(struct buf *out, const char *key, const struct buf *text)
{
	json_key(out, key);
	json_string(out, buf_text(text), text->size);
	buf_inherit(out, text);
}

static void say_bins(const struct report *r, const struct report_lane *lane, struct buf *out)
{
	const char *comma = "";

	json_key(out, "bins");
	buf_char(out, '[');
	for (size_t i = 0; i < REPORT_BINS; i++) {
		const struct report_bin *b = &lane->bins[i];
		uint64_t share = b->inside >= r->width ? 100 : b->inside * 100 / r->width;

		if (!b->calls && !share)
			continue;
		buf_printf(out, "%s%zu,%" PRIu32 ",%" PRIu32 ",%" PRIu64, comma, i, b->calls,
			   b->failed, share);
		comma = ",";
	}
	buf_char(out, ']');
}

static void say_lane(const struct report *r, const struct report_lane *lane, struct buf *out)
{
	const struct processes *all = &r->overview.processes;
	const struct process *p = lane->process ? &all->list[lane->process - 1] : NULL;
	cleanup_done(buf_done) struct buf name = {0}, end = {0};

	if (p) {
		process_command(all, p, NAME_SHOWN, &name);
		process_end(p, &end);
	} else {
		buf_str(&name, "all other threads");
	}
	buf_printf(out, "{\"pid\":%u,\"tid\":%u", p ? p->pid : 0, lane->tid);
	json_buf(out, "name", &name);
	json_buf(out, "end", &end);
	buf_printf(out,
		   ",\"bad\":%s,\"from\":%" PRIu64 ",\"to\":%" PRIu64 ",\"calls\":%" PRIu64
		   ",\"failed\":%" PRIu64,
		   p && process_ended_badly(p) ? "true" : "false", lane->first, lane->last,
		   lane->calls, lane->failed);
	say_bins(r, lane, out);
	buf_char(out, '}');
}

/* ---- which lanes ---- */

struct choice {
	uint64_t weight;
	size_t lane;
};

static int heavier(const void *a, const void *b)
{
	const struct choice *x = a, *y = b;

	if (x->weight != y->weight)
		return x->weight < y->weight ? 1 : -1;
	return x->lane < y->lane ? -1 : x->lane > y->lane;
}

/* Number on the page + 1 by lane, 0: not there. NULL: out of memory. */
static uint32_t *choose(const struct report *r, size_t *ret_left_out)
{
	uint32_t *shown = calloc(r->lane_count + 1, sizeof(*shown)), number = 0;
	cleanup_free struct choice *all = calloc(r->lane_count + 1, sizeof(*all));
	size_t count = 0;

	if (!shown || !all) {
		free(shown);
		return NULL;
	}
	for (size_t i = 0; i < r->lane_count; i++) {
		const struct report_lane *lane = &r->lanes[i];

		if (i || lane->calls)
			all[count++] = (struct choice){lane->calls, i};
	}
	if (count)
		qsort(all, count, sizeof(*all), heavier);
	*ret_left_out = count > LANES_SHOWN ? count - LANES_SHOWN : 0;
	for (size_t i = 0; i < count && i < LANES_SHOWN; i++)
		shown[all[i].lane] = 1;
	for (size_t i = 0; i < r->lane_count; i++)
		shown[i] = shown[i] ? ++number : 0;
	return shown;
}

static void say_slow(const struct report *r, const uint32_t *shown, struct buf *out)
{
	const char *comma = "";

	json_key(out, "slow");
	buf_char(out, '[');
	for (size_t i = 0; i < r->slow_count; i++) {
		const struct report_slow *s = &r->slow[i];

		if (!shown[s->lane])
			continue;
		buf_printf(out, "%s[%u,%" PRIu64 ",%" PRIu64 ",%d,", comma, shown[s->lane] - 1,
			   s->begin, s->duration, s->error && s->error < RESTART ? 1 : 0);
		json_string(out, s->text, strlen(s->text));
		buf_char(out, ']');
		comma = ",";
	}
	buf_char(out, ']');
}

static void say_marks(const struct report *r, const uint32_t *shown, struct buf *out)
{
	const char *comma = "";

	json_key(out, "marks");
	buf_char(out, '[');
	for (size_t i = 0; i < r->marks_total; i++) {
		const struct report_mark *m = &r->marks[i];

		if (!shown[m->lane])
			continue;
		buf_printf(out, "%s[%u,%" PRIu64 ",%u,", comma, shown[m->lane] - 1, m->time,
			   m->kind);
		json_string(out, m->text, strlen(m->text));
		buf_char(out, ']');
		comma = ",";
	}
	buf_char(out, ']');
}

int report_timeline(const struct report *r, uint64_t span, size_t *ret_left_out, struct buf *out)
{
	cleanup_free uint32_t *shown = choose(r, ret_left_out);
	cleanup_done(buf_done) struct buf json = {0};
	const char *comma = "";

	if (!shown)
		return -ENOMEM;
	buf_printf(&json, "{\"span\":%" PRIu64 ",\"width\":%" PRIu64, span, r->width);
	json_key(&json, "lanes");
	buf_char(&json, '[');
	for (size_t i = 0; i < r->lane_count; i++) {
		if (!shown[i])
			continue;
		buf_str(&json, comma);
		say_lane(r, &r->lanes[i], &json);
		comma = ",\n";
	}
	buf_char(&json, ']');
	say_slow(r, shown, &json);
	say_marks(r, shown, &json);
	buf_char(&json, '}');
	html_json(out, buf_text(&json), json.size);
	buf_inherit(out, &json);
	return buf_error(out);
}
