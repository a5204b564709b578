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
#include <string.h>
#include <sys/stat.h>

enum { ALONE_MAX = 16 << 20 }; /* bytes that are held back until it is known that they are right */

struct print_run {
	struct print_arguments asked;
	struct printer *printer;
	struct state *state;
	struct map begun; /* threads in a call of which the first half was about a path */
	bool alone;       /* a part of the tape is read without what is before it */
	bool depends;     /* and that cannot be */
	bool said;        /* that secrets were replaced */
	struct buf out;
};

/* ---- what descriptors stand for ---- */

/* Whoever reads what is printed must not take a token for what the program said. */
static void say_redacted(const struct meta_header *header)
{
	if (header->redacted && *header->redacted)
		opts_complain("the tape is redacted (level %s): '~' and letters stand for text "
			      "that was replaced",
			      header->redacted);
}

/* Each tape is a world of its own. */
static int begin_tape(struct print_run *run, const struct meta_header *header)
{
	printer_header(run->printer, header);
	state_free(run->state);
	run->state = state_new();
	printer_state(run->printer, run->alone ? NULL : run->state);
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

/* ---- a part of a tape ---- */

/* Whether what is shown may be so whatever was before it. The file is read once more if it turns
 * out not to be. */
static bool may_stand_alone(const struct print_arguments *a, char **paths)
{
	struct stat st;

	return a->filter.from && a->options.names == PRINT_NAMES_NONE && !a->options.numbers &&
	       !a->options.commands && !a->path_count && paths[0] && !paths[1] && strcmp(paths[0], "-") != 0 &&
	       stat(paths[0], &st) == 0 && S_ISREG(st.st_mode);
}

static int print_one(struct print_run *run, const struct event *e)
{
	bool shown = filter_shows(&run->asked.filter, e) && shown_event(&run->asked.shown, e);
	int r = shown ? is_about_paths(run, e) : 0;

	if (r > 0 && run->alone && print_depends_on_past(e))
		run->depends = true;
	if (r > 0)
		return print_event(run->printer, e, &run->out);
	return r < 0 ? r : print_nothing(run->printer, e);
}

static int take(void *context, const struct trace_item *item, struct err *err)
{
	struct print_run *run = context;
	int r;

	filter_take(&run->asked.filter, item);
	r = run->asked.filter.failed;
	if (r == 0 && item->kind == ITEM_HEADER) {
		/* A part of a tape that turns out to depend on the rest is read twice. */
		if (!run->said)
			say_redacted(item->header);
		run->said = true;
		r = begin_tape(run, item->header);
	}
	if (r == 0 && item->kind == ITEM_SNAPSHOT)
		r = printer_snapshot(run->printer, item->snapshot);
	if (r == 0 && !run->alone)
		r = state_take(run->state, item);
	if (r == 0 && item->kind == ITEM_EVENT)
		r = print_one(run, item->event);
	if (r < 0)
		return err_set(err, ENOMEM, "out of memory");
	if (run->alone) {
		run->depends |= item->kind == ITEM_DAMAGE || run->out.size > ALONE_MAX;
		return run->depends ? OPTS_ENOUGH : 0;
	}
	return opts_put(&run->out) ? 0 : -EPIPE;
}

static int print_all(struct print_run *run, bool past, char **paths)
{
	struct trace_stream_options options = {0};
	int status;

	run->printer = printer_new(&run->asked.options);
	run->state = state_new();
	if (run->printer && run->state) {
		filter_bound(&run->asked.filter, past, &options);
		printer_state(run->printer, run->alone ? NULL : run->state);
		status = opts_for_each_item(paths, &options, take, run);
	} else {
		status = opts_complain("out of memory");
	}
	run->printer = printer_free(run->printer);
	run->state = state_free(run->state);
	return status;
}

static int print(struct print_run *run, char **paths)
{
	int status = EXIT_FINE;

	run->alone = may_stand_alone(&run->asked, paths);
	if (run->alone)
		status = print_all(run, true, paths);
	if (!run->alone || run->depends) {
		run->alone = false;
		buf_clear(&run->out);
		status = print_all(run, false, paths);
	}
	opts_flush(&run->out);
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
