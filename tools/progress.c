/* SPDX-License-Identifier: Apache-2.0 */
#include "progress.h"

#include "base/clock.h"
#include "base/fileio.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const uint64_t first_ns = 1000000000, next_ns = 200000000;

enum { LINE_MAX_SIZE = 64 };

/* Through a pipe it may be on its way to a pager. */
static bool may_share(int output)
{
	struct stat st;

	return isatty(output) || fstat(output, &st) < 0 || S_ISFIFO(st.st_mode) ||
	       S_ISSOCK(st.st_mode);
}

void progress_begin(struct progress *p, int fd, int output, uint64_t now)
{
	bool shares = may_share(output);
	bool ours = !(p->yielded && shares) && isatty(fd) && tcgetpgrp(fd) == getpgrp();

	*p = (struct progress){
		.fd = ours ? fd : -1, .shares = shares, .began = now, .yielded = p->yielded};
}

/* A terminal that takes nothing is no reason to stop. */
static void put(const struct progress *p, const char *text, size_t size)
{
	(void)fileio_write(p->fd, text, size);
}

void progress_hide(struct progress *p)
{
	char blank[LINE_MAX_SIZE + 2];

	if (!p->shown)
		return;
	memset(blank, ' ', sizeof(blank));
	blank[0] = blank[p->shown + 1] = '\r';
	put(p, blank, p->shown + 2);
	p->shown = 0;
}

void progress_yield(struct progress *p)
{
	p->yielded = true;
	if (!p->shares)
		return;
	progress_hide(p);
	p->fd = -1;
}

void progress_say(struct progress *p, uint64_t now, uint64_t done, uint64_t size)
{
	char line[LINE_MAX_SIZE];
	int n;

	if (p->fd < 0 || now - p->began < first_ns || (p->said && now - p->said < next_ns))
		return;
	p->said = now;
	done = size && done > size ? size : done;
	if (size)
		n = snprintf(line, sizeof(line), "analyze: reading, %3u %%",
			     (unsigned)((double)done * 100 / (double)size));
	else
		n = snprintf(line, sizeof(line), "analyze: reading, %" PRIu64 " MiB", done >> 20);
	if (n < 0 || (size_t)n >= sizeof(line))
		return;
	if ((size_t)n < p->shown)
		progress_hide(p);
	put(p, "\r", 1);
	put(p, line, (size_t)n);
	p->shown = (size_t)n;
}

void progress_step(struct progress *p, uint64_t done, uint64_t size)
{
	if (p->fd < 0 || ++p->skipped < PROGRESS_STEPS)
		return;
	p->skipped = 0;
	progress_say(p, clock_now(), done, size);
}
