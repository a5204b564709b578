/* SPDX-License-Identifier: Apache-2.0 */
/* analyze print, and export --to strace, which is the same. */
#include "filter.h"
#include "opts.h"
#include "shown.h"
#include "styles.h"
#include "verbs.h"

#include "base/cleanup.h"
#include "replayer/print/print.h"
#include "replayer/state/state.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

struct print_run {
	struct print_options options;
	struct filter filter;
	struct shown shown;
	unsigned quiet; /* -q, -qq, -qqq */
	struct printer *printer;
	struct state *state;
	const char **paths; /* -P */
	size_t path_count;
	struct map begun; /* threads in a call of which the first half was about a path */
	struct buf out;
};

static int number(const char *text, size_t *ret)
{
	char *end;
	unsigned long value = strtoul(text, &end, 10);

	if (end == text || *end || text[0] == '-' || value > 1 << 30)
		return opts_complain("'%s' is no number", text);
	*ret = value;
	return 0;
}

/* ---- what descriptors stand for ---- */

/* Each tape is a world of its own. */
static int begin_tape(struct print_run *run, const struct meta_header *header)
{
	printer_header(run->printer, header);
	state_free(run->state);
	run->state = state_new();
	printer_state(run->printer, run->state);
	return run->state ? 0 : -ENOMEM;
}

static int touches_any(struct print_run *run, const struct event *e)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < run->path_count; i++)
		r = state_touches(run->state, e, run->paths[i]);
	return r;
}

/* The second half of a call belongs to the first, whatever there is now. 1, 0 or -ENOMEM. */
static int is_about_paths(struct print_run *run, const struct event *e)
{
	int r;

	if (!run->path_count || !event_is_call(e))
		return 1;
	if (e->kind == EVENT_END)
		return map_remove(&run->begun, e->tid) != NULL;
	r = touches_any(run, e);
	if (r > 0 && e->kind == EVENT_BEGUN && map_put(&run->begun, e->tid, run) < 0)
		return -ENOMEM;
	return r;
}

static int print_one(struct print_run *run, const struct event *e)
{
	bool shown = filter_shows(&run->filter, e) && shown_event(&run->shown, e);
	int r = shown ? is_about_paths(run, e) : 0;

	if (r > 0)
		return print_event(run->printer, e, &run->out);
	print_nothing(run->printer, e);
	return r;
}

static int take(void *context, const struct trace_item *item, struct err *err)
{
	struct print_run *run = context;

	int r = 0;

	filter_take(&run->filter, item);
	if (item->kind == ITEM_HEADER)
		r = begin_tape(run, item->header);
	else if (item->kind == ITEM_SNAPSHOT)
		printer_snapshot(run->printer, item->snapshot);
	if (r == 0)
		r = state_take(run->state, item);
	if (r == 0 && item->kind == ITEM_EVENT)
		r = print_one(run, item->event);
	if (r < 0)
		return err_set(err, ENOMEM, "out of memory");
	return opts_put(&run->out) ? 0 : -EPIPE;
}

/* ---- options ---- */

static int add_path(struct print_run *run, const char *path)
{
	const char **paths = reallocarray(run->paths, run->path_count + 1, sizeof(*paths));

	if (!paths)
		return opts_complain("out of memory");
	run->paths = paths;
	run->paths[run->path_count++] = path;
	return 0;
}

/* Long options without a letter of their own. */
enum { TIMESTAMPS = 256, RELATIVE, DURATIONS, HEX, NAMES, STATUS, SIGNALS, QUIET };

/* -e KIND=SET, where the set of calls is the kind that need not be named. */
static int choose_kind(struct print_run *run, const char *text, struct err *err)
{
	const char *set = strchr(text, '=');
	size_t length = set ? (size_t)(set++ - text) : 0;

	if (length == 6 && strncmp(text, "status", length) == 0)
		return shown_statuses(&run->shown, set, err);
	if ((length == 6 || length == 7) && strncmp(text, "signals", length) == 0)
		return shown_signals(&run->shown, set, err);
	if (length == 5 && strncmp(text, "quiet", length) == 0)
		return shown_quiet(&run->shown, set, err);
	return filter_trace(&run->filter, text, err);
}

/* As many as there are. */
static int be_quiet(struct print_run *run, struct err *err)
{
	static const char *const sets[] = {"attach,personality", "attach,personality,exit", "all"};
	size_t i = run->quiet < ARRAY_SIZE(sets) ? run->quiet++ : ARRAY_SIZE(sets) - 1;

	return shown_quiet(&run->shown, sets[i], err);
}

/* Options with a set. */
static int apply_set(struct print_run *run, int option, struct err *err)
{
	switch (option) {
	case STATUS:
		return shown_statuses(&run->shown, optarg, err);
	case SIGNALS:
		return shown_signals(&run->shown, optarg, err);
	case QUIET:
		return shown_quiet(&run->shown, optarg ? optarg : "attach,personality", err);
	default:
		return be_quiet(run, err);
	}
}

static int apply(struct print_run *run, int option)
{
	struct print_options *o = &run->options;
	struct err err = {0};
	size_t value = 0;
	int r = 0;

	switch (option) {
	case 't':
		o->clock = o->clock < PRINT_CLOCK_UNIX ? o->clock + 1 : PRINT_CLOCK_UNIX;
		break;
	case 'r':
		o->relative = true;
		break;
	case 'T':
		o->durations = true;
		break;
	case 's':
		return number(optarg, &o->string_limit);
	case 'a':
		r = number(optarg, &value);
		o->align = r ? 0 : (unsigned)value;
		return r;
	case 'v':
		o->verbose = true;
		break;
	case 'x':
		o->hex = o->hex < PRINT_HEX_ALL ? o->hex + 1 : PRINT_HEX_ALL;
		break;
	case 'y':
		o->names = o->names < PRINT_NAMES_ALL ? o->names + 1 : PRINT_NAMES_ALL;
		break;
	case 'X':
		return styles_words(optarg, o);
	case TIMESTAMPS:
		return styles_timestamps(optarg, o);
	case RELATIVE:
		return styles_relative(optarg, o);
	case DURATIONS:
		return styles_durations(optarg, o);
	case HEX:
		return styles_hex(optarg, o);
	case NAMES:
		return styles_names(optarg, o);
	case 'n':
		o->numbers = true;
		break;
	case 'i':
		o->places = true;
		break;
	case STATUS:
	case SIGNALS:
	case QUIET:
	case 'q':
		r = apply_set(run, option, &err);
		break;
	case 'P':
		return add_path(run, optarg);
	case 'z':
		r = shown_statuses(&run->shown, "successful", &err);
		break;
	case 'Z':
		r = shown_statuses(&run->shown, "failed", &err);
		break;
	case 'e':
		r = choose_kind(run, optarg, &err);
		break;
	case 'p':
		r = filter_pids(&run->filter, optarg, &err);
		break;
	case 'm':
		r = filter_time(&run->filter, optarg, &err);
		break;
	case 'o':
		r = opts_output_to(optarg, &err);
		break;
	}
	return r < 0 ? opts_complain("%s", err_text(&err)) : 0;
}

static int print(struct print_run *run, char **paths)
{
	const struct trace_stream_options options = {0};
	int status;

	run->printer = printer_new(&run->options);
	run->state = state_new();
	if (run->printer && run->state) {
		printer_state(run->printer, run->state);
		status = opts_for_each_item(paths, &options, take, run);
		opts_flush(&run->out);
	} else {
		status = opts_complain("out of memory");
	}
	printer_free(run->printer);
	state_free(run->state);
	return opts_output_status(status);
}

/* Most are strace's. */
static const struct option longs[] = {{"pid", required_argument, NULL, 'p'},
				      {"time", required_argument, NULL, 'm'},
				      {"to", required_argument, NULL, 'k'},
				      {"output", required_argument, NULL, 'o'},
				      {"trace", required_argument, NULL, 'e'},
				      {"trace-path", required_argument, NULL, 'P'},
				      {"status", required_argument, NULL, STATUS},
				      {"signal", required_argument, NULL, SIGNALS},
				      {"quiet", optional_argument, NULL, QUIET},
				      {"successful-only", no_argument, NULL, 'z'},
				      {"failed-only", no_argument, NULL, 'Z'},
				      {"follow-forks", no_argument, NULL, 'f'},
				      {"timestamps", optional_argument, NULL, TIMESTAMPS},
				      {"absolute-timestamps", optional_argument, NULL, TIMESTAMPS},
				      {"relative-timestamps", optional_argument, NULL, RELATIVE},
				      {"syscall-times", optional_argument, NULL, DURATIONS},
				      {"string-limit", required_argument, NULL, 's'},
				      {"strings-in-hex", optional_argument, NULL, HEX},
				      {"const-print-style", required_argument, NULL, 'X'},
				      {"no-abbrev", no_argument, NULL, 'v'},
				      {"decode-fds", optional_argument, NULL, NAMES},
				      {"columns", required_argument, NULL, 'a'},
				      {"syscall-number", no_argument, NULL, 'n'},
				      {"instruction-pointer", no_argument, NULL, 'i'},
				      {0}};

int verb_print(int argc, char **argv)
{
	struct print_run run = {.options = {.string_limit = PRINT_STRING_DEFAULT}};
	int option, status = 0;

	while (!status &&
	       (option = getopt_long(argc, argv, ":trTs:a:vxyX:P:zZe:fo:niq", longs, NULL)) != -1) {
		if (option == '?' || option == ':')
			status = opts_bad_option(option, argv);
		else
			status = apply(&run, option);
	}
	if (!status)
		status = print(&run, argv + optind);
	buf_done(&run.out);
	filter_done(&run.filter);
	map_done(&run.begun);
	free(run.paths);
	return status;
}
