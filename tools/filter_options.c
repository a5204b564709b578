/* SPDX-License-Identifier: Apache-2.0 */
#include "filter_options.h"

#include "opts.h"

#include "base/err.h"

int filter_options(struct filter *f, int argc, char **argv, const struct option *longs)
{
	struct err err = {0};
	int option;

	while ((option = getopt_long(argc, argv, ":e:", longs, NULL)) != -1) {
		if (option && option != 'e')
			return opts_bad_option(option, argv);
		if (option && filter_trace(f, optarg, &err) < 0)
			return opts_complain("%s", err_text(&err));
	}
	return 0;
}
