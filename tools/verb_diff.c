/* SPDX-License-Identifier: Apache-2.0 */
/* analyze diff: what is different in the second tape. */
#include "diff_run.h"
#include "opts.h"
#include "verbs.h"

#include "base/cleanup.h"
#include "replayer/diff/report.h"

#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <string.h>

struct diff_arguments {
	struct diff_inputs inputs;
	bool json;
	bool unified;
	int level;       /* of --fail-on */
	bool named, bad; /* --good or --bad was said; the last of the two: words behind are of it */
};

static void diff_arguments_done(struct diff_arguments *a)
{
	diff_inputs_done(&a->inputs);
}

static int format_of(struct diff_arguments *a, const char *word, struct err *err)
{
	a->json = strcmp(word, "json") == 0;
	a->unified = strcmp(word, "unified") == 0;
	if (!a->json && !a->unified && strcmp(word, "text") != 0)
		return err_set(err, EINVAL, "'%s' is no format; text, json and unified are", word);
	return 0;
}

static int level_of(struct diff_arguments *a, const char *word, struct err *err)
{
	cleanup_done(buf_done) struct buf all = {0};

	a->level = finding_level_rank(word);
	if (a->level >= 0)
		return 0;
	for (const char *const *level = finding_levels(); *level; level++)
		buf_printf(&all, "%s%s", all.size ? ", " : "", *level);
	return err_set(err, EINVAL, "'%s' is no level: %s", word, buf_text(&all));
}

enum { WORD = 1 }; /* what getopt_long() says of one that is no option */

static int apply(struct diff_arguments *a, int option, struct err *err)
{
	switch (option) {
	case 'j':
		a->json = true;
		return 0;
	case 'a':
		a->inputs.all = true;
		return 0;
	case 'l':
		a->inputs.allow_lossy = true;
		return 0;
	case 'f':
		return format_of(a, optarg, err);
	case 'o':
		return level_of(a, optarg, err);
	case 'r':
		return diff_inputs_rules(&a->inputs, optarg, err);
	case WORD:
		return diff_inputs_add(&a->inputs, a->named ? a->bad : a->inputs.good_count > 0,
				       optarg, err);
	default:
		a->named = true;
		a->bad = option == 'b';
		return diff_inputs_add(&a->inputs, a->bad, optarg, err);
	}
}

static int tell(const struct diff_arguments *a, const struct diff_result *x, struct buf *out)
{
	const struct report report = {
		.c = &x->comparison,
		.ranking = &x->ranking,
		.a = a->inputs.good[0],
		.b = a->inputs.bad[0],
		.all = a->inputs.all,
		.colour = opts_colour(),
		.learned = x->learned,
		.masked = x->masked,
		.doubt = x->doubt[0] ? x->doubt : NULL,
		.a_context = x->a_context.size ? buf_text(&x->a_context) : NULL,
		.b_context = x->b_context.size ? buf_text(&x->b_context) : NULL};

	if (a->json)
		return report_json(&report, out);
	return a->unified ? report_unified(&report, out) : report_text(&report, out);
}

static int compare(struct diff_arguments *a)
{
	cleanup_done(diff_result_done) struct diff_result x = {0};
	struct buf out = {0};
	struct err err = {0};
	int status = EXIT_FINE, failed;

	if (diff_run(&a->inputs, &x, &err) < 0)
		return opts_complain("%s", err_text(&err));
	failed = tell(a, &x, &out);
	if (diff_side_failed(x.comparison.a) || diff_side_failed(x.comparison.b))
		failed = -ENOMEM;
	/* What is missing may be what is different, and what differs may be what is missing. */
	if (x.doubt[0] && !a->inputs.allow_lossy)
		status = opts_complain("%s; --allow-lossy compares what there is", x.doubt);
	else if (report_differs(&x.ranking, &x.comparison, a->level))
		status = EXIT_DIFFERENT;
	return opts_end(&out, failed, status);
}

int verb_diff(int argc, char **argv)
{
	static const struct option longs[] = {{"all", no_argument, NULL, 'a'},
					      {"json", no_argument, NULL, 'j'},
					      {"allow-lossy", no_argument, NULL, 'l'},
					      {"format", required_argument, NULL, 'f'},
					      {"fail-on", required_argument, NULL, 'o'},
					      {"rules", required_argument, NULL, 'r'},
					      {"good", required_argument, NULL, 'g'},
					      {"bad", required_argument, NULL, 'b'},
					      {0}};
	cleanup_done(diff_arguments_done) struct diff_arguments a = {.level = INT_MAX};
	struct err err = {0};
	int option, r = 0;

	while (r == 0 && (option = getopt_long(argc, argv, "-:", longs, NULL)) != -1) {
		if (option == ':' || option == '?')
			return opts_bad_option(option, argv);
		r = apply(&a, option, &err);
	}
	for (int i = optind; r == 0 && i < argc; i++) {
		optarg = argv[i];
		r = apply(&a, WORD, &err);
	}
	if (r == 0 && (!a.inputs.good_count || !a.inputs.bad_count))
		r = err_set(&err, EINVAL, "diff compares two tapes; try 'analyze --help'");
	return r < 0 ? opts_complain("%s", err_text(&err)) : compare(&a);
}
