/* SPDX-License-Identifier: Apache-2.0 */
#include "bounds.h"

#include "tapefile.h"

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/err.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { FILES_MAX = 1000000 };
static const double ns_max = 9e18; /* 285 years */

/* ---- values ---- */

bool bounds_size(const char *text, uint64_t *ret)
{
	static const char units[] = "KMG";
	char *end;
	unsigned long long value;
	const char *unit;
	unsigned shift = 0;

	errno = 0;
	value = strtoull(text, &end, 10);
	unit = *end ? strchr(units, *end == 'k' ? 'K' : *end) : NULL;
	if (unit) {
		shift = 10 * (unsigned)(unit - units + 1);
		end++;
	}
	if (*end || text[0] < '0' || text[0] > '9' || errno || value > UINT64_MAX >> shift)
		return false;
	*ret = (uint64_t)value << shift;
	return true;
}

static int parse_size(const char *text, uint64_t *ret, struct err *err)
{
	uint64_t size;

	if (!bounds_size(text, &size) || !size)
		return err_set(err, EINVAL,
			       "'%s' is no size; use a number above 0, or one with K, M or G",
			       text);
	*ret = size;
	return 0;
}

static int parse_time(const char *text, uint64_t *ret, struct err *err)
{
	static const struct {
		char letter;
		double seconds;
	} units[] = {{'s', 1}, {'m', 60}, {'h', 3600}};
	char *end;
	double value = strtod(text, &end), factor = end == text || *end ? 0 : 1;

	for (size_t i = 0; i < ARRAY_SIZE(units); i++) {
		if (end > text && *end == units[i].letter && !end[1])
			factor = units[i].seconds;
	}
	value *= factor * 1e9;
	if (strspn(text, "0123456789.") != (size_t)(end - text) || !isfinite(value) || value < 1 ||
	    value > ns_max)
		return err_set(err, EINVAL,
			       "'%s' is no time; use a number of seconds above 0, or one with s, m "
			       "or h",
			       text);
	*ret = (uint64_t)value;
	return 0;
}

static int parse_count(const char *text, uint64_t max, const char *what, uint64_t *ret,
		       struct err *err)
{
	char *end;
	unsigned long long value;

	errno = 0;
	value = strtoull(text, &end, 10);
	if (end == text || *end || text[0] < '0' || text[0] > '9' || errno || !value || value > max)
		return err_set(err, EINVAL, "'%s' is no number of %s", text, what);
	*ret = value;
	return 0;
}

int bounds_apply(struct bounds *b, int option, const char *value, struct err *err)
{
	switch (option) {
	case BOUNDS_MAX_SIZE:
		return parse_size(value, &b->rec.max_size, err);
	case BOUNDS_MAX_TIME:
		return parse_time(value, &b->rec.max_time, err);
	case BOUNDS_MAX_EVENTS:
		return parse_count(value, UINT64_MAX, "events", &b->rec.max_events, err);
	case 'C':
		return parse_size(value, &b->rec.part_size, err);
	case 'W':
		return parse_count(value, FILES_MAX, "files", &b->files, err);
	case BOUNDS_RING:
		return parse_size(value, &b->rec.ring_size, err);
	case BOUNDS_RING_ON_FAILURE:
		b->rec.only_on_failure = true;
		return 0;
	default:
		return err_set(err, EINVAL, "try 'rec --help'");
	}
}

/* ---- files ---- */

static bool is_stdout(const char *path)
{
	return path && strcmp(path, "-") == 0;
}

static int digits(uint64_t value)
{
	int n = 1;

	for (; value >= 10; value /= 10)
		n++;
	return n;
}

/* As tcpdump numbers them: with as many digits as the last one needs, if there is a last. */
static void name(const struct bounds *b, unsigned number, struct buf *ret)
{
	uint64_t n = b->files ? number % b->files : number;

	buf_str(ret, b->base ? b->base : tapefile_default);
	if (b->rec.part_size)
		buf_printf(ret, ".%0*" PRIu64, b->files ? digits(b->files - 1) : 1, n);
	else if (number && !is_stdout(b->base))
		buf_printf(ret, ".%u", number);
}

static int open_file(void *context, unsigned number, char **ret_journal, struct err *err)
{
	const struct bounds *b = context;
	cleanup_done(buf_done) struct buf path = {0};
	int fd;

	/* Of a ring the first is the tape that there would be without one. */
	if (b->rec.ring_size && !number)
		return tapefile_create(b->base, err);
	name(b, number, &path);
	if (buf_error(&path) < 0)
		return err_set(err, ENOMEM, "out of memory");
	fd = tapefile_create(path.data, err);
	if (fd >= 0 && b->rec.part_size && !tapefile_journal(fd, path.data, ret_journal))
		*ret_journal = NULL;
	return fd;
}

bool bounds_has_files(const struct bounds *b)
{
	return b->rec.part_size || b->rec.ring_size;
}

void bounds_say_files(const struct bounds *b, unsigned files, struct buf *ret)
{
	unsigned kept = b->files && files > b->files ? (unsigned)b->files : files;

	if (!files) {
		buf_str(ret, "nothing, the command succeeded");
		return;
	}
	name(b, 0, ret);
	if (files > 1) {
		buf_str(ret, " to ");
		name(b, kept - 1, ret);
	}
	if (kept < files)
		buf_printf(ret, ", the last %u of %u parts", kept, files);
}

void bounds_say_last(const struct bounds *b, unsigned files, struct buf *ret)
{
	name(b, files ? files - 1 : 0, ret);
}

/* ---- what goes together ---- */

int bounds_check(struct bounds *b, const char *output, struct err *err)
{
	const struct rec_bounds *r = &b->rec;

	b->base = output;
	if (b->files && !r->part_size)
		return err_set(err, EINVAL, "-W is the number of files for -C, which is missing");
	if (b->files == 1)
		return err_set(err, EINVAL,
			       "-W 1 would overwrite each part with the next; use 2 or more");
	if (r->part_size && r->ring_size)
		return err_set(err, EINVAL,
			       "-C writes everything, --ring only the newest: use one");
	if (r->part_size && is_stdout(output))
		return err_set(err, EINVAL, "-C needs files, '-o -' is none");
	if (r->only_on_failure && !r->ring_size)
		return err_set(err, EINVAL, "--ring-on-failure is about --ring, which is missing");
	if (r->max_size && r->ring_size)
		return err_set(err, EINVAL,
			       "a ring has a size of its own: --max-size is for tapes");
	if (!bounds_has_files(b))
		return 0;
	b->rec.open = open_file;
	b->rec.open_context = b;
	return r->ring_size ? tapefile_check(output, err) : 0;
}
