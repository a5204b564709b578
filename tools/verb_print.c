/* SPDX-License-Identifier: Apache-2.0 */
/* analyze print, and export --to strace, which is the same. */
#include "opts.h"
#include "print_arguments.h"
#include "verbs.h"

#include "base/cleanup.h"
#include "replayer/print/print.h"
#include "replayer/state/state.h"

#include <errno.h>
#include <getopt.h>

struct print_run {
	struct print_arguments asked;
	struct printer *printer;
	struct state *state;
	struct map begun; /* threads in a call of which the first half was about a path */
	struct buf out;
};

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

	for (size_t i = 0; r == 0 && i < run->asked.path_count; i++)
		r = state_touches(run->state, e, run->asked.paths[i]);
	return r;
}

/* The second half of a call belongs to the first, whatever there is now. 1, 0 or -ENOMEM. */
static int is_about_paths(struct print_run *run, const struct event *e)
{
	int r;

	if (!run->asked.path_count || !event_is_call(e))
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
	bool shown = filter_shows(&run->asked.filter, e) && shown_event(&run->asked.shown, e);
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

	filter_take(&run->asked.filter, item);
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

static int print(struct print_run *run, char **paths)
{
	const struct trace_stream_options options = {0};
	int status;

	run->printer = printer_new(&run->asked.options);
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

int verb_print(int argc, char **argv)
{
	struct print_run run = {.printer = NULL};
	struct err err = {0};
	int status = 0, r = print_arguments_parse(&run.asked, argc, argv, &err);

	if (r == 0 && run.asked.output)
		r = opts_output_to(run.asked.output, &err);
	status = r < 0 ? opts_complain("%s", err_text(&err)) : print(&run, argv + optind);
	buf_done(&run.out);
	print_arguments_done(&run.asked);
	map_done(&run.begun);
	return status;
}
