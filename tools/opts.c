/* SPDX-License-Identifier: Apache-2.0 */
#include "opts.h"

#include "progress.h"
#include "say.h"
#include "verbs.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/fileio.h"
#include "format/container/source.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PIECE = 64 << 10, DAMAGES_KEPT = 32 };

/* Of the process, as the terminal is. */
static struct progress progress = {.fd = -1};

int opts_complain(const char *format, ...)
{
	cleanup_done(buf_done) struct buf text = {0};
	va_list args;

	va_start(args, format);
	buf_vprintf(&text, format, args);
	va_end(args);
	progress_hide(&progress);
	say("analyze", buf_error(&text) < 0 ? "out of memory" : buf_text(&text));
	return EXIT_TROUBLE;
}

int opts_option_error(int option, char **argv, struct err *err)
{
	if (option == ':')
		return err_set(err, EINVAL, "option '%s' needs a value", argv[optind - 1]);
	return err_set(err, EINVAL, "unknown option '%s' of '%s'; try 'analyze --help'",
		       argv[optind - 1], argv[0]);
}

int opts_bad_option(int option, char **argv)
{
	struct err err = {0};

	opts_option_error(option, argv, &err);
	return opts_complain("%s", err_text(&err));
}

/* ---- output ---- */

/* Where output goes and how that went: of the process, as stdout itself is. */
static int output_fd = STDOUT_FILENO;
static int output_error;
static bool output_told;
static bool input_failed; /* and that was told */

bool opts_flush(struct buf *out)
{
	/* A part is missing: what is behind it would look as if it were not. */
	if (!output_error)
		output_error = buf_error(out);
	if (out->size)
		progress_yield(&progress);
	if (!output_error && out->size)
		output_error = fileio_write(output_fd, out->data, out->size);
	buf_clear(out);
	return !output_error;
}

bool opts_put(struct buf *out)
{
	return out->size < PIECE && !buf_error(out) ? !output_error : opts_flush(out);
}

int opts_output_status(int status)
{
	if (!output_error || output_error == -EPIPE)
		return status;
	/* Memory that is missing is missing here and there. */
	if (!output_told && !(input_failed && output_error == -ENOMEM))
		opts_complain(output_error == -ENOMEM ? "out of memory" : "cannot write: %s",
			      strerror(-output_error));
	output_told = true;
	return EXIT_TROUBLE;
}

int opts_end(struct buf *out, int failed, int status)
{
	if (failed < 0 && !output_error)
		output_error = failed;
	opts_flush(out);
	buf_done(out);
	return opts_output_status(status);
}

bool opts_input_failed(void)
{
	return input_failed;
}

int opts_output_to(const char *path, struct err *err)
{
	/* Emptied only when it is known that no tape is read from it. */
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);

	if (fd < 0)
		return err_errno(err, errno, "cannot write '%s'", path);
	output_fd = fd;
	return 0;
}

bool opts_same_file(const char *input, const struct stat *output)
{
	struct stat st;

	if (!S_ISREG(output->st_mode))
		return false;
	if ((strcmp(input, "-") == 0 ? fstat(STDIN_FILENO, &st) : stat(input, &st)) < 0)
		return false;
	return st.st_dev == output->st_dev && st.st_ino == output->st_ino;
}

int opts_empty_output(char **paths)
{
	struct stat st;

	if (output_fd == STDOUT_FILENO || fstat(output_fd, &st) < 0 || !S_ISREG(st.st_mode))
		return 0;
	for (; *paths; paths++) {
		if (opts_same_file(*paths, &st))
			return opts_complain("'%s' is the tape itself; name another file with -o",
					     *paths);
	}
	return ftruncate(output_fd, 0) < 0 ? opts_complain("cannot write: %s", strerror(errno)) : 0;
}

bool opts_colour(void)
{
	const char *no = getenv("NO_COLOR");

	return isatty(STDOUT_FILENO) && !(no && *no);
}

/* ---- input ---- */

struct damages {
	struct trace_damage kept[DAMAGES_KEPT];
	size_t count;
};

static void note(struct damages *d, const struct trace_damage *damage)
{
	if (d->count < DAMAGES_KEPT)
		d->kept[d->count] = *damage;
	d->count++;
}

static void say_damages(const struct damages *d, const char *path)
{
	for (size_t i = 0; i < d->count && i < DAMAGES_KEPT; i++)
		opts_complain("%s: byte %llu: %s", path, (unsigned long long)d->kept[i].offset,
			      d->kept[i].text);
	if (d->count > DAMAGES_KEPT)
		opts_complain("%s: %zu more damaged places", path, d->count - DAMAGES_KEPT);
}

void opts_say_journal(const char *path, const char *note)
{
	if (note)
		opts_complain("%s.journal: %s, ignoring", path, note);
}

static int read_all(struct trace_stream *s, opts_item_fn *take, void *context, struct damages *d,
		    struct err *err)
{
	struct trace_item item;
	int r;

	while ((r = trace_stream_next(s, &item, err)) > 0) {
		progress_step(&progress, trace_stream_offset(s), trace_stream_size(s));
		r = take(context, &item, err);
		if (item.kind == ITEM_DAMAGE && r != OPTS_ENOUGH)
			note(d, item.damage);
		if (r != 0)
			return r;
	}
	return r;
}

int opts_look_through(const char *path, const struct trace_stream_options *options,
		      opts_item_fn *take, void *context)
{
	struct damages damages = {.count = 0};
	struct trace_source *source;
	struct trace_stream *stream;
	struct err err = {0};
	int r = trace_source_open(path, &source, &err);

	if (r == 0)
		r = trace_stream_open(source, options, &stream, &err);
	if (r < 0)
		return r;
	progress_begin(&progress, STDERR_FILENO, output_fd, clock_now());
	r = read_all(stream, take, context, &damages, &err);
	progress_hide(&progress);
	trace_stream_free(stream);
	return r;
}

static int for_each_item(const char *path, const struct trace_stream_options *options,
			 opts_item_fn *take, void *context)
{
	struct damages damages = {.count = 0};
	struct trace_source *source;
	struct trace_stream *stream;
	struct err err = {0};
	int r = trace_source_open(path, &source, &err);

	input_failed |= r < 0;
	if (r < 0)
		return opts_complain("%s", err_text(&err));
	r = trace_stream_open(source, options, &stream, &err);
	input_failed |= r < 0;
	if (r < 0)
		return opts_complain("%s: %s", path, err_text(&err));
	progress_begin(&progress, STDERR_FILENO, output_fd, clock_now());
	r = read_all(stream, take, context, &damages, &err);
	progress_hide(&progress);
	opts_say_journal(path, trace_stream_journal_note(stream));
	trace_stream_free(stream);
	if (output_error)
		return opts_output_status(EXIT_FINE);
	say_damages(&damages, path);
	input_failed |= r < 0;
	if (r < 0)
		return opts_complain("%s: %s", path, err_text(&err));
	return damages.count ? EXIT_TROUBLE : EXIT_FINE;
}

int opts_for_each_item(char **paths, const struct trace_stream_options *options, opts_item_fn *take,
		       void *context)
{
	int status = EXIT_FINE;

	if (!*paths)
		return opts_complain("no tape given; try 'analyze --help'");
	status = opts_empty_output(paths);
	if (status)
		return status;
	for (; *paths; paths++) {
		int one = for_each_item(*paths, options, take, context);

		status = one > status ? one : status;
	}
	return status;
}

int opts_level(const char *text, int *ret, struct err *err)
{
	char *end;
	long value = strtol(text, &end, 10);

	if (end == text || *end || value < 1 || value > OPTS_LEVEL_MAX)
		return err_set(err, EINVAL, "'%s' is no level of zstd; use 1 to %d", text,
			       OPTS_LEVEL_MAX);
	*ret = (int)value;
	return 0;
}
