/* SPDX-License-Identifier: Apache-2.0 */
#include "print_arguments.h"

#include "opts.h"
#include "styles.h"

#include "base/cleanup.h"
#include "base/err.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

static int number(const char *text, size_t *ret, struct err *err)
{
	char *end;
	unsigned long value = strtoul(text, &end, 10);

	if (end == text || *end || text[0] == '-' || value > 1 << 30)
		return err_set(err, EINVAL, "'%s' is no number", text);
	*ret = value;
	return 0;
}

static int add_path(struct print_arguments *a, const char *path, struct err *err)
{
	const char **paths = reallocarray(a->paths, a->path_count + 1, sizeof(*paths));

	if (!paths)
		return err_set(err, ENOMEM, "out of memory");
	a->paths = paths;
	a->paths[a->path_count++] = path;
	return 0;
}

/* Long options without a letter of their own. */
enum { TIMESTAMPS = 256, RELATIVE, DURATIONS, HEX, NAMES, PIDS, STATUS, SIGNALS, QUIET };

/* -e KIND=SET, where the set of calls is the kind that need not be named. */
static int choose_kind(struct print_arguments *a, const char *text, struct err *err)
{
	const char *set = strchr(text, '=');
	size_t length = set ? (size_t)(set++ - text) : 0;

	if (length == 6 && strncmp(text, "status", length) == 0)
		return shown_statuses(&a->shown, set, err);
	if ((length == 6 || length == 7) && strncmp(text, "signals", length) == 0)
		return shown_signals(&a->shown, set, err);
	if (length == 5 && strncmp(text, "quiet", length) == 0)
		return shown_quiet(&a->shown, set, err);
	return filter_trace(&a->filter, text, err);
}

/* As many as there are. */
static int be_quiet(struct print_arguments *a, struct err *err)
{
	static const char *const sets[] = {"attach,personality", "attach,personality,exit", "all"};
	size_t i = a->quiet < ARRAY_SIZE(sets) ? a->quiet++ : ARRAY_SIZE(sets) - 1;

	return shown_quiet(&a->shown, sets[i], err);
}

/* Options with a set. */
static int apply_set(struct print_arguments *a, int option, struct err *err)
{
	switch (option) {
	case STATUS:
		return shown_statuses(&a->shown, optarg, err);
	case SIGNALS:
		return shown_signals(&a->shown, optarg, err);
	case QUIET:
		return shown_quiet(&a->shown, optarg ? optarg : "attach,personality", err);
	default:
		return be_quiet(a, err);
	}
}

/* Options that say how something is told. */
static int apply_style(struct print_options *o, int option, struct err *err)
{
	static const struct {
		int option;
		int (*apply)(const char *text, struct print_options *ret, struct err *err);
	} styles[] = {{'X', styles_words},         {TIMESTAMPS, styles_timestamps},
		      {RELATIVE, styles_relative}, {DURATIONS, styles_durations},
		      {HEX, styles_hex},           {NAMES, styles_names},
		      {PIDS, styles_pids}};

	for (size_t i = 0; i < ARRAY_SIZE(styles); i++) {
		if (styles[i].option == option)
			return styles[i].apply(optarg, o, err);
	}
	return 0;
}

static int apply(struct print_arguments *a, int option, struct err *err)
{
	struct print_options *o = &a->options;
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
		return number(optarg, &o->string_limit, err);
	case 'a':
		r = number(optarg, &value, err);
		o->align = r < 0 ? 0 : (unsigned)value;
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
	case 'Y':
		o->commands = true;
		break;
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
		r = apply_set(a, option, err);
		break;
	case 'P':
		return add_path(a, optarg, err);
	case 'z':
		r = shown_statuses(&a->shown, "successful", err);
		break;
	case 'Z':
		r = shown_statuses(&a->shown, "failed", err);
		break;
	case 'e':
		r = choose_kind(a, optarg, err);
		break;
	case 'p':
		r = filter_pids(&a->filter, optarg, err);
		break;
	case 'm':
		r = filter_time(&a->filter, optarg, err);
		break;
	case 'o':
		a->output = optarg;
		break;
	default:
		return apply_style(o, option, err);
	}
	return r;
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
				      {"decode-pids", required_argument, NULL, PIDS},
				      {"columns", required_argument, NULL, 'a'},
				      {"syscall-number", no_argument, NULL, 'n'},
				      {"instruction-pointer", no_argument, NULL, 'i'},
				      {0}};

int print_arguments_parse(struct print_arguments *a, int argc, char **argv, struct err *err)
{
	int option, r = 0;

	*a = (struct print_arguments){.options = {.string_limit = PRINT_STRING_DEFAULT}};
	while (r == 0 && (option = getopt_long(argc, argv, ":trTs:a:vxyYX:P:zZe:fo:niq", longs,
					       NULL)) != -1) {
		if (option == '?' || option == ':')
			return opts_option_error(option, argv, err);
		r = apply(a, option, err);
	}
	return r;
}

void print_arguments_done(struct print_arguments *a)
{
	filter_done(&a->filter);
	free(a->paths);
}
