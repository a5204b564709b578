/* SPDX-License-Identifier: Apache-2.0 */
/* analyze scan: a second look at what is to be given away. */
#include "opts.h"
#include "verbs.h"

#include "base/cleanup.h"
#include "format/container/plain.h"
#include "replayer/scan/scan.h"

#include <getopt.h>

static int take(void *context, const void *bytes, size_t size)
{
	return scan_take(context, bytes, size);
}

static void scan_done(struct scan **s)
{
	scan_free(*s);
}

int verb_scan(int argc, char **argv)
{
	static const struct option longs[] = {{"json", no_argument, NULL, 'j'}, {0}};
	cleanup_done(scan_done) struct scan *s = NULL;
	struct err err = {0};
	struct buf out = {0};
	bool json = false;
	int option, r;

	while ((option = getopt_long(argc, argv, ":", longs, NULL)) != -1) {
		if (option == '?' || option == ':')
			return opts_bad_option(option, argv);
		json = true;
	}
	if (!argv[optind] || argv[optind + 1])
		return opts_complain("scan takes one file at a time");
	s = scan_new();
	if (!s)
		return opts_complain("out of memory");
	r = plain_read(argv[optind], take, s, &err);
	if (r == 0)
		r = scan_finish(s);
	if (r < 0)
		return opts_complain("%s: %s", argv[optind],
				     err.code ? err_text(&err) : "out of memory");
	if (json)
		scan_json(s, &out);
	else
		scan_say(s, &out);
	return opts_end(&out, 0, scan_found(s) ? EXIT_DIFFERENT : EXIT_FINE);
}
