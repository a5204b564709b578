/* SPDX-License-Identifier: Apache-2.0 */
/* analyze scan: a second look at what is to be given away. */
#include "opts.h"
#include "spool.h"
#include "verbs.h"

#include "base/cleanup.h"
#include "format/container/plain.h"
#include "format/container/source.h"
#include "replayer/scan/scan.h"

#include <errno.h>
#include <getopt.h>

static int take(void *context, const void *bytes, size_t size)
{
	return scan_take(context, bytes, size);
}

static void scan_done(struct scan **s)
{
	scan_free(*s);
}

/* What the tape tells, if it is one: any other file has its bytes only. 0 or -ENOMEM. */
static int scan_items(struct scan *s, const char *path)
{
	const struct trace_stream_options options = {0};
	struct trace_source *source;
	struct trace_stream *stream;
	struct trace_item item;
	struct err ignored = {0};
	int r = trace_source_open(path, &source, &ignored);

	if (r == 0)
		r = trace_stream_open(source, &options, &stream, &ignored);
	if (r < 0)
		return r == -ENOMEM ? r : 0;
	while ((r = trace_stream_next(stream, &item, &ignored)) > 0) {
		r = scan_take_item(s, &item);
		if (r < 0)
			break;
	}
	trace_stream_free(stream);
	/* What is wrong with it is told by whoever reads the bytes. */
	return r == -ENOMEM ? r : 0;
}

static int scan_file(struct scan *s, const char *name, const char *place, bool json)
{
	struct err err = {0};
	struct buf out = {0};
	int status = EXIT_FINE;
	int r = scan_items(s, place);

	if (r == 0)
		r = plain_read(place, take, s, &err);
	/* Of what cannot be read further, what was readable is looked at. */
	if ((r == 0 || r == -EBADMSG) && scan_finish(s) < 0)
		r = -ENOMEM;
	if (r == -EBADMSG)
		status = opts_complain("%s: %s", name, err_text(&err));
	else if (r < 0)
		return opts_complain("%s: %s", name,
				     r == -ENOMEM ? "out of memory" : err_text(&err));
	if (json)
		scan_json(s, &out);
	else
		scan_say(s, &out);
	if (status == EXIT_FINE && scan_found(s))
		status = EXIT_DIFFERENT;
	return opts_end(&out, 0, status);
}

int verb_scan(int argc, char **argv)
{
	static const struct option longs[] = {{"json", no_argument, NULL, 'j'}, {0}};
	cleanup_done(scan_done) struct scan *s = NULL;
	cleanup_done(spool_done) struct spool spool = {.fd = -1};
	struct err err = {0};
	bool json = false;
	int option;

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
	if (spool_tape(argv[optind], &spool, &err) < 0)
		return opts_complain("%s", err_text(&err));
	return scan_file(s, argv[optind], spool.place, json);
}
