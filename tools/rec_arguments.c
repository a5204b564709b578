/* SPDX-License-Identifier: Apache-2.0 */
#include "rec_arguments.h"

#include "redaction.h"

#include "base/cleanup.h"
#include "base/err.h"
#include "sys/choice.h"

#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PAYLOAD_DEFAULT = 64 << 10, LEVEL_MAX = 19 };

enum { OPTION_HELP = 256, OPTION_VERSION, OPTION_REDACT };

static const struct option long_options[] = {
	{"output", required_argument, NULL, 'o'},
	{"attach", required_argument, NULL, 'p'},
	{"trace", required_argument, NULL, 'e'},
	{"payload", required_argument, NULL, 's'},
	{"user", required_argument, NULL, 'u'},
	{"env", required_argument, NULL, 'E'},
	{"level", required_argument, NULL, 'z'},
	{"max-size", required_argument, NULL, BOUNDS_MAX_SIZE},
	{"max-time", required_argument, NULL, BOUNDS_MAX_TIME},
	{"max-events", required_argument, NULL, BOUNDS_MAX_EVENTS},
	{"part-size", required_argument, NULL, 'C'},
	{"parts", required_argument, NULL, 'W'},
	{"ring", required_argument, NULL, BOUNDS_RING},
	{"ring-on-failure", no_argument, NULL, BOUNDS_RING_ON_FAILURE},
	{"redact", optional_argument, NULL, OPTION_REDACT},
	{"quiet", no_argument, NULL, 'q'},
	{"help", no_argument, NULL, OPTION_HELP},
	{"version", no_argument, NULL, OPTION_VERSION},
	{0},
};

static int parse_payload(const char *text, uint64_t *ret, struct err *err)
{
	if (strcmp(text, "all") == 0)
		*ret = UINT64_MAX;
	else if (!bounds_size(text, ret))
		return err_set(err, EINVAL,
			       "'%s' is no size; use a number, a number with K, M or G, "
			       "or 'all'",
			       text);
	return 0;
}

static int parse_level(const char *text, int *ret, struct err *err)
{
	char *end;
	long value = strtol(text, &end, 10);

	if (end == text || *end || value < 1 || value > LEVEL_MAX)
		return err_set(err, EINVAL, "'%s' is no compression level; use 1 to %d", text,
			       LEVEL_MAX);
	*ret = (int)value;
	return 0;
}

/* Before anything is touched. */
static int check_set(const char *expression, struct err *err)
{
	struct sys_choice choice = {.others = false};
	int r = sys_choice_parse(expression, &choice, err);

	sys_choice_done(&choice);
	return r;
}

static bool separates(char c)
{
	return c == ',' || c == ' ' || c == '\t' || c == '\n';
}

/* Numbers with commas or spaces between them, as pidof(1) prints them. */
static int add_pids(struct rec_arguments *a, const char *text, struct err *err)
{
	for (const char *at = text;;) {
		char *end;
		long value;
		pid_t *more;

		while (separates(*at))
			at++;
		if (!*at && at != text)
			return 0;
		errno = 0;
		value = strtol(at, &end, 10);
		if (end == at || (*end && !separates(*end)) || errno || value < 1 ||
		    value > INT_MAX)
			return err_set(err, EINVAL, "'%s' is no process number", text);
		more = reallocarray(a->pids, a->rec.pid_count + 1, sizeof(*more));
		if (!more)
			return err_set(err, ENOMEM, "out of memory");
		a->rec.pids = a->pids = more;
		more[a->rec.pid_count++] = (pid_t)value;
		at = end;
	}
}

static size_t name_length(const char *variable)
{
	return strcspn(variable, "=");
}

/* VAR=VALUE sets, VAR alone removes, as strace's -E does. */
static int change_environment(struct rec_arguments *a, char *change, struct err *err)
{
	char **old = a->environment ? a->environment : environ, **new;
	size_t count = 0, kept = 0;

	if (change[0] == '=' || !change[0])
		return err_set(err, EINVAL, "'%s' is no environment variable", change);
	while (old[count])
		count++;
	new = calloc(count + 2, sizeof(*new));
	if (!new)
		return err_set(err, ENOMEM, "out of memory");
	for (size_t i = 0; i < count; i++) {
		if (name_length(old[i]) != name_length(change) ||
		    strncmp(old[i], change, name_length(change)) != 0)
			new[kept++] = old[i];
	}
	if (strchr(change, '='))
		new[kept++] = change;
	free(a->environment);
	a->environment = new;
	a->rec.envp = new;
	return 0;
}

static int apply(struct rec_arguments *a, int option, struct err *err)
{
	switch (option) {
	case 'o':
		a->output = optarg;
		return 0;
	case 'p':
		return add_pids(a, optarg, err);
	case 'e':
		a->rec.trace_set = optarg;
		return check_set(optarg, err);
	case 's':
		return parse_payload(optarg, &a->rec.payload_limit, err);
	case 'u':
		a->rec.user = optarg;
		return 0;
	case 'E':
		return change_environment(a, optarg, err);
	case 'z':
		return parse_level(optarg, &a->rec.level, err);
	case OPTION_REDACT:
		a->redacts = true;
		return redaction_level(optarg, &a->level, err);
	case 'q':
		a->quiet = true;
		return 0;
	default:
		return bounds_apply(&a->bounds, option, optarg, err);
	}
}

/* Either a command or processes. */
static int check_use(struct rec_arguments *a, char *const *command, struct err *err)
{
	if (!a->rec.pid_count && !*command)
		return err_set(err, EINVAL, "no command given; try 'rec --help'");
	if (a->rec.pid_count && *command)
		return err_set(err, EINVAL, "-p records what runs already: '%s' cannot be run too",
			       *command);
	if (a->rec.pid_count && (a->rec.user || a->environment))
		return err_set(err, EINVAL, "-p records what runs already: %s is for a command",
			       a->rec.user ? "-u" : "-E");
	/* What they write, they write as it comes. */
	if (a->redacts && (a->bounds.rec.part_size || a->bounds.rec.ring_size))
		return err_set(err, EINVAL, "--redact goes with neither -C nor --ring");
	a->rec.argv = *command ? command : NULL;
	return bounds_check(&a->bounds, a->output, err);
}

int rec_arguments_parse(struct rec_arguments *a, int argc, char **argv, struct err *err)
{
	int option, r;

	*a = (struct rec_arguments){.rec = {.payload_limit = PAYLOAD_DEFAULT}};
	while ((option = getopt_long(argc, argv, "+:o:p:e:s:u:E:z:qC:W:", long_options, NULL)) !=
	       -1) {
		switch (option) {
		case OPTION_HELP:
			a->wants = REC_HELP;
			return 0;
		case OPTION_VERSION:
			a->wants = REC_VERSION;
			return 0;
		case '?':
			return err_set(err, EINVAL, "unknown option '%s'; try 'rec --help'",
				       argv[optind - 1]);
		case ':':
			return err_set(err, EINVAL, "option '%s' needs a value", argv[optind - 1]);
		}
		r = apply(a, option, err);
		if (r < 0)
			return r;
	}
	return check_use(a, argv + optind, err);
}

void rec_arguments_done(struct rec_arguments *a)
{
	free(a->environment);
	free(a->pids);
}
