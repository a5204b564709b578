/* SPDX-License-Identifier: Apache-2.0 */
/* analyze print, and export --to strace, which is the same. */
#include "filter.h"
#include "opts.h"
#include "verbs.h"

#include "base/cleanup.h"
#include "replayer/print/print.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

struct print_run {
	struct print_options options;
	struct filter filter;
	struct printer *printer;
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

static int take(void *context, const struct trace_item *item, struct err *err)
{
	struct print_run *run = context;

	if (item->kind == ITEM_HEADER)
		printer_header(run->printer, item->header);
	if (item->kind != ITEM_EVENT || !filter_shows(&run->filter, item->event))
		return 0;
	if (print_event(run->printer, item->event, &run->out) < 0)
		return err_set(err, ENOMEM, "out of memory");
	return opts_put(&run->out) ? 0 : -EPIPE;
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
	case 'z':
		run->filter.only_successful = true;
		break;
	case 'Z':
		run->filter.only_failed = true;
		break;
	case 'e':
		r = filter_trace(&run->filter, optarg, &err);
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
	if (!run->printer)
		return opts_complain("out of memory");
	status = opts_for_each_item(paths, &options, take, run);
	opts_flush(&run->out);
	printer_free(run->printer);
	return opts_output_status(status);
}

int verb_print(int argc, char **argv)
{
	static const struct option longs[] = {{"pid", required_argument, NULL, 'p'},
					      {"time", required_argument, NULL, 'm'},
					      {"trace", required_argument, NULL, 'e'},
					      {"string-limit", required_argument, NULL, 's'},
					      {"output", required_argument, NULL, 'o'},
					      {"to", required_argument, NULL, 'k'},
					      {0}};
	struct print_run run = {.options = {.string_limit = PRINT_STRING_DEFAULT}};
	int option, status = 0;

	while (!status &&
	       (option = getopt_long(argc, argv, ":trTs:a:vxzZe:fo:", longs, NULL)) != -1) {
		if (option == '?' || option == ':')
			status = opts_bad_option(option, argv);
		else
			status = apply(&run, option);
	}
	if (!status)
		status = print(&run, argv + optind);
	buf_done(&run.out);
	filter_done(&run.filter);
	return status;
}
