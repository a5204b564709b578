/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How well a failed call explains a bad end. Points, found by trying on programs that failed:
 * what the program itself says weighs most, then what it was told to do on its command line,
 * then the kind of error. A missing file alone is a guess; a missing ~/.curlrc is none.
 */
#include "failures.h"

#include "replayer/print/print.h"
#include "sys/names.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>
#include <strings.h>

enum {
	LINK_NAME_MAX = 64,
	NAME_LEAST = 3, /* bytes: shorter names are found in any text */
	TOLD_NAME = 40,
	TOLD_LINE = 15, /* in the line that tells most */
	TOLD_ERROR = 30,
	COMMANDED = 30,
	KIND_GRAVE = 30,
	KIND_OTHER = 14,
	KIND_MISSING = 20,
	KIND_PROBE = 4,
	NEAR_CALLS = 16,
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

/* What can stand within a name: a name is not found in a longer one. */
static bool goes_on(const char *text, size_t size, size_t at)
{
	const unsigned char c = at < size ? (unsigned char)text[at] : 0;

	if (c == '.')
		return at + 1 < size && isalnum((unsigned char)text[at + 1]);
	return c < 0x80 && (isalnum(c) || c == '_' || c == '-');
}

static bool has_word(const char *text, size_t size, const char *word, size_t n)
{
	for (size_t at = 0; at + n <= size; at++) {
		const char *found = memmem(text + at, size - at, word, n);

		if (!found)
			return false;
		at = (size_t)(found - text);
		if ((!at || !goes_on(text, size, at - 1)) && !goes_on(text, size, at + n))
			return true;
	}
	return false;
}

/* Messages begin with the program's name, and stacks are full of it: it tells nothing. */
static bool is_own_name(const struct process *p, const char *name, size_t n)
{
	size_t m;
	const char *own = p->command ? last_component(p->command, strlen(p->command), &m) : NULL;

	return own && m == n && memcmp(own, name, n) == 0;
}

/* A linker looks for libx.so and libx.a, and speaks of -lx. */
static bool has_link_option(const char *text, size_t size, const char *name, size_t n)
{
	static const char lib[] = "lib", *const ends[] = {".so", ".a"};
	const size_t begin = sizeof(lib) - 1;
	char option[LINK_NAME_MAX + 2] = "-l";

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		const size_t end = strlen(ends[i]);

		if (n <= begin + end || n > LINK_NAME_MAX || memcmp(name, lib, begin) != 0 ||
		    memcmp(name + n - end, ends[i], end) != 0)
			continue;
		memcpy(option + 2, name + begin, n - begin - end);
		return has_word(text, size, option, 2 + n - begin - end);
	}
	return false;
}

static bool has_name(const void *text, size_t size, const struct process *p,
		     const struct failure *g)
{
	size_t n;
	const char *name = last_component(g->object, g->object_size, &n);

	return n >= NAME_LEAST && !is_own_name(p, name, n) &&
	       (has_word(text, size, name, n) || has_link_option(text, size, name, n));
}

/* "Permission denied", in any case: C++ and Rust do not capitalise it. */
static bool has_error(const char *text, size_t size, const struct failure *g)
{
	const char *error = sys_errno_text(g->error);
	const size_t n = error ? strlen(error) : 0;

	for (size_t i = 0; n && i + n <= size; i++) {
		if (strncasecmp(text + i, error, n) == 0)
			return true;
	}
	return false;
}

struct told {
	bool name, line, error; /* line: the name is in the line that tells most */
};

static struct told what_is_told(const struct failure *g, const struct process *p)
{
	const char *words = (const char *)p->words;
	struct message_line line = {0};
	struct told t;

	if (p->message)
		message_best(p->message, &line);
	t.line = has_name(line.text, line.size, p, g);
	t.name = t.line || has_name(words, p->word_count, p, g);
	t.error = has_error(line.text, line.size, g) || has_error(words, p->word_count, g);
	return t;
}

bool failure_is_told(const struct failure *g, const struct process *p)
{
	const struct told t = what_is_told(g, p);

	return t.name || t.error;
}

bool failure_is_near(const struct failure *g, const struct message_line *line)
{
	return line->call >= g->last_call && line->call - g->last_call <= NEAR_CALLS;
}

/* It reports an error that is about something else than what failed long before. */
static bool speaks_of_other(const struct failure *g, const struct process *p)
{
	struct message_line line;

	return p->message && message_best(p->message, &line) && line.weight >= MESSAGE_ERROR &&
	       !failure_is_near(g, &line);
}

bool failure_explains(const struct failure *g, const struct process *p)
{
	return !p->word_count || failure_is_told(g, p) ||
	       (failure_score(g, p) >= FAILURE_EXPLAINS_WELL && !speaks_of_other(g, p));
}

/* On its command line, but for its first word: a program looks for itself in many places. What
 * begins with a dash is an option and no name. */
static bool is_commanded(const struct failure *g, const struct process *p)
{
	const size_t first = p->command ? strnlen(p->command, p->command_size) : 0;
	size_t n;

	return p->command && last_component(g->object, g->object_size, &n)[0] != '-' &&
	       has_name(p->command + first, p->command_size - first, p, g);
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

int failure_score(const struct failure *g, const struct process *p)
{
	const struct told t = what_is_told(g, p);
	int score = kind_score(g);

	if (t.name)
		score += TOLD_NAME;
	if (t.line)
		score += TOLD_LINE;
	if (t.error)
		score += TOLD_ERROR;
	if (!t.name && is_commanded(g, p))
		score += COMMANDED;
	return score;
}
