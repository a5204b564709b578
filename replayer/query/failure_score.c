/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How well a failed call explains a bad end. Points, found by trying on programs that failed:
 * what the program itself says weighs most, then what it was told to do on its command line,
 * then the kind of error. A missing file alone is a guess; a missing ~/.curlrc is none.
 */
#include "failures.h"

#include "replayer/print/print.h"
#include "sys/names.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

enum {
	NAME_LEAST = 3, /* bytes: shorter names are found in any text */
	TOLD_NAME = 40,
	TOLD_LAST = 15, /* in the last line */
	TOLD_ERROR = 30,
	COMMANDED = 30,
	KIND_GRAVE = 30,
	KIND_OTHER = 14,
	KIND_MISSING = 20,
	KIND_PROBE = 4,
};

/* Nobody goes on from these as if nothing was. */
static const int grave[] = {
	EACCES, EPERM,   ENOMEM,     EMFILE,       ENFILE,       EFBIG,         ENOSPC,
	EROFS,  EPIPE,   EADDRINUSE, ENETUNREACH,  EIO,          ECONNRESET,    ETIMEDOUT,
	EDQUOT, ENOEXEC, EISDIR,     ECONNREFUSED, EHOSTUNREACH, EADDRNOTAVAIL, EDEADLK,
};

static const char *last_component(const char *path, size_t size, size_t *ret_size)
{
	const char *slash;

	while (size && path[size - 1] == '/')
		size--;
	slash = memrchr(path, '/', size);
	*ret_size = size - (size_t)(slash ? slash + 1 - path : 0);
	return slash ? slash + 1 : path;
}

bool failure_is_optional(const struct failure *g)
{
	size_t n;
	const char *name = last_component(g->object, g->object_size, &n);
	const char *below[] = {"/.config/", "/etc/xdg/", "/.local/"};

	if (g->error != ENOENT)
		return false;
	for (size_t i = 0; i < sizeof(below) / sizeof(below[0]); i++) {
		if (memmem(g->object, g->object_size, below[i], strlen(below[i])))
			return true;
	}
	return (n > 1 && name[0] == '.') || (n > 2 && memcmp(name + n - 2, "rc", 2) == 0);
}

static bool has_name(const void *text, size_t size, const struct failure *g)
{
	size_t n;
	const char *name = last_component(g->object, g->object_size, &n);

	return n >= NAME_LEAST && memmem(text, size, name, n);
}

/* "Permission denied", in any case: C++ and Rust do not capitalise it. */
static bool has_error(const struct process *p, const struct failure *g)
{
	const char *text = sys_errno_text(g->error);
	const size_t n = text ? strlen(text) : 0;

	for (size_t i = 0; n && i + n <= p->word_count; i++) {
		if (strncasecmp((const char *)p->words + i, text, n) == 0)
			return true;
	}
	return false;
}

bool failure_is_told(const struct failure *g, const struct process *p)
{
	return has_name(p->words, p->word_count, g) || has_error(p, g);
}

static bool is_grave(int error)
{
	for (size_t i = 0; i < sizeof(grave) / sizeof(grave[0]); i++) {
		if (grave[i] == error)
			return true;
	}
	return false;
}

static int kind_score(const struct failure *g)
{
	const enum failure_rank rank = failure_rank(g);

	if (rank == FAILURE_PROBE)
		return KIND_PROBE;
	if (rank == FAILURE_EXPECTED)
		return 0;
	if (is_grave(g->error))
		return KIND_GRAVE;
	return g->error == ENOENT ? KIND_MISSING : KIND_OTHER;
}

static bool has_name_last(const struct process *p, const struct failure *g)
{
	size_t n = p->word_count;
	const uint8_t *line;

	while (n && p->words[n - 1] == '\n')
		n--;
	line = memrchr(p->words, '\n', n);
	return line && has_name(line, (size_t)(p->words + n - line), g);
}

int failure_score(const struct failure *g, const struct process *p)
{
	const bool told = has_name(p->words, p->word_count, g);
	int score = kind_score(g);

	if (told)
		score += TOLD_NAME;
	if (has_name_last(p, g))
		score += TOLD_LAST;
	if (has_error(p, g))
		score += TOLD_ERROR;
	/* Not its first word: a program looks for itself in many places. */
	if (!told && p->command) {
		const size_t first = strnlen(p->command, p->command_size);

		if (has_name(p->command + first, p->command_size - first, g))
			score += COMMANDED;
	}
	return score;
}
