/* SPDX-License-Identifier: Apache-2.0 */
/* analyze stats: a table in the manner of strace -c, but of wall time. */
#include "filter.h"
#include "opts.h"
#include "verbs.h"

#include "base/cleanup.h"
#include "replayer/print/escape.h"
#include "replayer/print/print.h"
#include "replayer/query/stats.h"

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <string.h>

static const struct {
	const char *name;
	enum stats_by by;
} groupings[] = {
	{"syscall", STATS_BY_CALL}, {"process", STATS_BY_PROCESS}, {"thread", STATS_BY_THREAD}};

struct stats_run {
	struct stats stats;
	struct filter filter;
};

static void stats_run_done(struct stats_run *run)
{
	stats_done(&run->stats);
	filter_done(&run->filter);
}

static int take(void *context, const struct trace_item *item, struct err *err)
{
	struct stats_run *run = context;
	int r = 0;

	if (!filter_passes(&run->filter, item))
		return 0;
	if (item->kind == ITEM_EVENT)
		r = stats_add(&run->stats, item->event);
	else if (item->kind == ITEM_SNAPSHOT)
		r = stats_snapshot(&run->stats, item->snapshot);
	return r < 0 ? err_set(err, ENOMEM, "out of memory") : 0;
}

static void name_of(const struct stats *s, const struct stats_row *row, struct buf *ret)
{
	const struct event_call call = {.nr = row->key, .arch = row->arch};
	char scratch[32];

	if (row->key == STATS_REST)
		buf_str(ret, "(others)");
	else if (s->by == STATS_BY_CALL)
		buf_str(ret, print_call_name(&call, scratch));
	else
		buf_printf(ret, "%" PRIu64, row->key);
}

static double seconds(uint64_t ns)
{
	return (double)ns / 1e9;
}

static void say_row(const struct stats *s, const struct stats_row *row, struct buf *out)
{
	cleanup_done(buf_done) struct buf name = {0};

	name_of(s, row, &name);
	buf_inherit(out, &name);
	buf_printf(out, "%6.2f %12.6f",
		   s->total ? 100.0 * (double)row->total / (double)s->total : 0.0,
		   seconds(row->total));
	if (s->by == STATS_BY_CALL)
		buf_printf(out, " %9.6f %9.6f %9.6f", seconds(stats_percentile(row, 50)),
			   seconds(stats_percentile(row, 90)), seconds(stats_percentile(row, 99)));
	buf_printf(out, " %11.6f %10" PRIu64, seconds(row->max), row->calls);
	if (row->errors)
		buf_printf(out, " %8" PRIu64, row->errors);
	else
		buf_str(out, "         ");
	buf_printf(out, " %s\n", buf_text(&name));
}

static void say_table(const struct stats *s, const char *what, struct buf *out)
{
	bool by_call = s->by == STATS_BY_CALL;

	buf_printf(out, "%6s %12s", "% time", "seconds");
	if (by_call)
		buf_printf(out, " %9s %9s %9s", "p50", "p90", "p99");
	buf_printf(out, " %11s %10s %8s %s\n", "max", "calls", "errors", what);
	for (size_t i = 0; i < s->count; i++)
		say_row(s, &s->rows[i], out);
	buf_printf(out, "%6.2f %12.6f", s->total ? 100.0 : 0.0, seconds(s->total));
	if (by_call)
		buf_printf(out, " %9s %9s %9s", "", "", "");
	buf_printf(out, " %11s %10" PRIu64 " %8" PRIu64 " total (wall time inside calls)\n", "",
		   s->calls, s->errors);
}

static void say_json(const struct stats *s, const char *what, struct buf *out)
{
	buf_printf(out,
		   "{\"by\":\"%s\",\"calls\":%" PRIu64 ",\"errors\":%" PRIu64
		   ",\"total_ns\":%" PRIu64 ",\"rows\":[",
		   what, s->calls, s->errors, s->total);
	for (size_t i = 0; i < s->count; i++) {
		const struct stats_row *row = &s->rows[i];
		cleanup_done(buf_done) struct buf name = {0};

		name_of(s, row, &name);
		buf_inherit(out, &name);
		buf_printf(out, "%s\n{\"%s\":\"", i ? "," : "", what);
		escape_json(out, buf_text(&name), name.size);
		buf_printf(out,
			   "\",\"calls\":%" PRIu64 ",\"errors\":%" PRIu64 ",\"total_ns\":%" PRIu64
			   ",\"max_ns\":%" PRIu64,
			   row->calls, row->errors, row->total, row->max);
		if (row->histogram)
			buf_printf(out,
				   ",\"p50_ns\":%" PRIu64 ",\"p90_ns\":%" PRIu64
				   ",\"p99_ns\":%" PRIu64,
				   stats_percentile(row, 50), stats_percentile(row, 90),
				   stats_percentile(row, 99));
		buf_char(out, '}');
	}
	buf_str(out, "]}\n");
}

static int tell(struct stats_run *run, const char *what, bool json, char **paths)
{
	const struct trace_stream_options options = {.unordered = true};
	struct stats *s = &run->stats;
	struct buf out = {0};
	int status, failed;

	status = opts_for_each_item(paths, &options, take, run);
	failed = stats_sort(s);
	if (s->calls || status == EXIT_FINE) {
		if (json)
			say_json(s, what, &out);
		else
			say_table(s, what, &out);
	}
	return opts_end(&out, failed, status);
}

/* The place in the table; as many as there are: it is not there. */
static size_t grouping_of(const char *name)
{
	size_t i = 0;

	while (i < ARRAY_SIZE(groupings) && strcmp(groupings[i].name, name) != 0)
		i++;
	return i;
}

int verb_stats(int argc, char **argv)
{
	static const struct option longs[] = {{"by", required_argument, NULL, 'b'},
					      {"trace", required_argument, NULL, 'e'},
					      {"json", no_argument, NULL, 'j'},
					      {0}};
	cleanup_done(stats_run_done) struct stats_run run = {.filter = {.unordered = true}};
	struct err err = {0};
	size_t grouping = 0;
	bool json = false;
	int option;

	while ((option = getopt_long(argc, argv, ":e:", longs, NULL)) != -1) {
		switch (option) {
		case 'j':
			json = true;
			break;
		case 'e':
			if (filter_trace(&run.filter, optarg, &err) < 0)
				return opts_complain("%s", err_text(&err));
			break;
		case 'b':
			grouping = grouping_of(optarg);
			if (grouping < ARRAY_SIZE(groupings))
				break;
			return opts_complain("cannot group by '%s'; use syscall, process or thread",
					     optarg);
		default:
			return opts_bad_option(option, argv);
		}
	}
	if (stats_init(&run.stats, groupings[grouping].by) < 0)
		return opts_complain("out of memory");
	return tell(&run, groupings[grouping].name, json, argv + optind);
}
