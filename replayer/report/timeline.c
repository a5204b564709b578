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

enum {
	LANES_SHOWN = 240,
	LANES_BYTES = 600 << 10,
	SLOW_BYTES = 80 << 10,
	MARKS_BYTES = 200 << 10,
	NAME_SHOWN = 160,
	RESTART = 512,
};

struct teller {
	const struct report *r;
	uint32_t *shown; /* by lane: row + 1, 0: it is not there */
	uint32_t *main;  /* by process: index + 1 of the lane of its first thread */
};

static void json_buf(struct buf *out, const char *key, const struct buf *text)
{
	json_key(out, key);
	json_string(out, buf_text(text), text->size);
	buf_inherit(out, text);
}

static void say_bins(const struct report *r, const struct report_lane *lane, struct buf *out)
{
	const uint64_t width = UINT64_C(1) << r->shift;
	const char *comma = "";

	json_key(out, "bins");
	buf_char(out, '[');
	for (size_t i = 0; i < REPORT_BINS; i++) {
		const struct report_bin *b = &lane->bins[i];
		uint64_t share = b->inside >= width ? 100 : b->inside * 100 / width;

		if (!b->calls && !share)
			continue;
		buf_printf(out, "%s%zu,%" PRIu32 ",%" PRIu32 ",%" PRIu64, comma, i, b->calls,
			   b->failed, share);
		comma = ",";
	}
	buf_char(out, ']');
}

/* The row of who started it: its parent, or the first thread of the same process. -1: none. */
static int64_t starter(const struct teller *t, const struct report_lane *lane)
{
	const struct process *p =
		lane->process ? &t->r->overview.processes.list[lane->process - 1] : NULL;
	uint32_t by = !p ? 0 : lane->tid == p->pid ? p->parent : lane->process;
	uint32_t at = by ? t->main[by - 1] : 0;

	return at ? (int64_t)t->shown[report_lane_of(t->r, at - 1)] - 1 : -1;
}

static void say_lane(const struct teller *t, const struct report_lane *lane, struct buf *out)
{
	const struct processes *all = &t->r->overview.processes;
	const struct process *p = lane->process ? &all->list[lane->process - 1] : NULL;
	cleanup_done(buf_done) struct buf name = {0}, end = {0};

	if (p) {
		process_command(all, p, NAME_SHOWN, &name);
		process_end(p, &end);
	} else {
		buf_str(&name, "all other threads");
	}
	buf_printf(out, "{\"pid\":%u,\"tid\":%u,\"by\":%" PRId64, p ? p->pid : 0, lane->tid,
		   starter(t, lane));
	if (lane->count > 1)
		buf_printf(out, ",\"count\":%u", lane->count);
	json_buf(out, "name", &name);
	json_buf(out, "end", &end);
	buf_printf(out,
		   ",\"bad\":%s,\"from\":%" PRIu64 ",\"to\":%" PRIu64 ",\"calls\":%" PRIu64
		   ",\"failed\":%" PRIu64,
		   p && process_ended_badly(p) ? "true" : "false", lane->first, lane->last,
		   lane->calls, lane->failed);
	say_bins(t->r, lane, out);
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

/* How many bytes of JSON it is at most. */
static size_t lane_size(const struct teller *t, const struct report_lane *lane)
{
	cleanup_done(buf_done) struct buf json = {0}, text = {0};

	say_lane(t, lane, &json);
	html_json(&text, buf_text(&json), json.size);
	return text.size + sizeof("\"by\":999");
}

/* Those that made the most calls, as many as there is room for. 0 or -ENOMEM. */
static int choose(struct teller *t, size_t *ret_left_out)
{
	const struct report *r = t->r;
	cleanup_free struct choice *all = calloc(r->lane_count + 1, sizeof(*all));
	size_t count = 0, bytes = 0, i;
	uint32_t number = 0;

	if (!all)
		return -ENOMEM;
	for (i = 0; i < r->lane_count; i++) {
		const struct report_lane *lane = &r->lanes[i];

		if (!lane->into && (i || lane->calls))
			all[count++] = (struct choice){lane->calls, i};
	}
	if (count)
		qsort(all, count, sizeof(*all), heavier);
	for (i = 0; i < count && i < LANES_SHOWN; i++) {
		bytes += lane_size(t, &r->lanes[all[i].lane]);
		if (bytes > LANES_BYTES)
			break;
		t->shown[all[i].lane] = 1;
	}
	*ret_left_out = count - i;
	for (i = 0; i < r->lane_count; i++)
		t->shown[i] = t->shown[i] ? ++number : 0;
	return 0;
}

static void teller_done(struct teller *t)
{
	free(t->shown);
	free(t->main);
}

static int teller_init(struct teller *t, const struct report *r)
{
	*t = (struct teller){.r = r,
			     .shown = calloc(r->lane_count + 1, sizeof(*t->shown)),
			     .main = calloc(r->overview.processes.count + 1, sizeof(*t->main))};
	if (!t->shown || !t->main)
		return -ENOMEM;
	for (size_t i = r->lane_count; i-- > 1;) {
		const struct report_lane *lane = &r->lanes[i];

		if (lane->process && r->overview.processes.list[lane->process - 1].pid == lane->tid)
			t->main[lane->process - 1] = (uint32_t)i + 1;
	}
	return 0;
}

static void say_slow(const struct report *r, const uint32_t *shown, struct buf *out)
{
	const char *comma = "";
	size_t from = out->size;

	json_key(out, "slow");
	buf_char(out, '[');
	for (size_t i = 0; i < r->slow_count; i++) {
		const struct report_slow *s = &r->slow[i];

		if (!shown[s->lane])
			continue;
		if (out->size - from > SLOW_BYTES)
			break;
		buf_printf(out, "%s[%u,%" PRIu64 ",%" PRIu64 ",%d,", comma, shown[s->lane] - 1,
			   s->begin, s->duration, s->error && s->error < RESTART ? 1 : 0);
		json_string(out, s->text, strlen(s->text));
		buf_char(out, ']');
		comma = ",";
	}
	buf_char(out, ']');
}

/* How many are left out. */
static size_t say_marks(const struct report *r, const uint32_t *shown, struct buf *out)
{
	const char *comma = "";
	size_t from = out->size, left = 0;

	json_key(out, "marks");
	buf_char(out, '[');
	for (size_t i = 0; i < r->marks_total; i++) {
		const struct report_mark *m = &r->marks[i];

		if (!shown[m->lane])
			continue;
		if (out->size - from > MARKS_BYTES) {
			left++;
			continue;
		}
		buf_printf(out, "%s[%u,%" PRIu64 ",%u,", comma, shown[m->lane] - 1, m->time,
			   m->kind);
		json_string(out, m->text, strlen(m->text));
		buf_char(out, ']');
		comma = ",";
	}
	buf_char(out, ']');
	return left;
}

int report_timeline(const struct report *r, uint64_t span, struct report_left *ret, struct buf *out)
{
	cleanup_done(teller_done) struct teller t = {0};
	cleanup_done(buf_done) struct buf json = {0};
	const char *comma = "";

	if (teller_init(&t, r) < 0 || choose(&t, &ret->lanes) < 0)
		return -ENOMEM;
	buf_printf(&json, "{\"span\":%" PRIu64 ",\"width\":%" PRIu64, span,
		   UINT64_C(1) << r->shift);
	json_key(&json, "lanes");
	buf_char(&json, '[');
	for (size_t i = 0; i < r->lane_count; i++) {
		if (!t.shown[i])
			continue;
		buf_str(&json, comma);
		say_lane(&t, &r->lanes[i], &json);
		comma = ",\n";
	}
	buf_char(&json, ']');
	say_slow(r, t.shown, &json);
	ret->marks = say_marks(r, t.shown, &json);
	buf_char(&json, '}');
	html_json(out, buf_text(&json), json.size);
	buf_inherit(out, &json);
	return buf_error(out);
}
