/* SPDX-License-Identifier: Apache-2.0 */
/* The options of a verb that has but -e and switches. */
#ifndef TOOLS_FILTER_OPTIONS_H
#define TOOLS_FILTER_OPTIONS_H

#include "filter.h"

#include <getopt.h>

#define FILTER_OPTION_TRACE                                                                        \
	{                                                                                          \
		"trace", required_argument, NULL, 'e'                                              \
	}

/* @longs: with FILTER_OPTION_TRACE; all others are switches, which getopt_long() sets by itself
 * (`flag`). 0, or the exit status after a complaint. Arguments begin at `optind` then. */
int filter_options(struct filter *f, int argc, char **argv, const struct option *longs);

#endif
