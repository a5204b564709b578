/* SPDX-License-Identifier: Apache-2.0 */
/* Files that are there because somebody recorded. */
#include "side_priv.h"

#include <string.h>

/* "trace.zst" of "trace.zst.3"; all of it when it does not end so. */
static size_t stem(const char *path, size_t size)
{
	size_t at = size;

	while (at && path[at - 1] >= '0' && path[at - 1] <= '9')
		at--;
	return at > 1 && at < size && path[at - 1] == '.' ? at - 1 : size;
}

static size_t without_journal(const char *path, size_t size)
{
	static const char end[] = ".journal";
	const size_t n = sizeof(end) - 1;

	return size > n && memcmp(path + size - n, end, n) == 0 ? size - n : size;
}

/* Where the directory ends, and where what tells kinds of files apart begins: ".zst". */
static size_t directory(const char *path, size_t size)
{
	while (size && path[size - 1] != '/')
		size--;
	return size;
}

static size_t suffix(const char *path, size_t size)
{
	const size_t name = directory(path, size);
	const char *dot = memrchr(path + name, '.', size - name);

	return dot && dot > path + name ? (size_t)(dot - path) : size;
}

/* A tape of another time. */
static bool is_neighbour(const char *tape, size_t n, const char *path, size_t size)
{
	const size_t place = directory(tape, n), kind = suffix(tape, n), other = suffix(path, size);

	return kind < n && n - kind == size - other && directory(path, size) == place &&
	       memcmp(tape, path, place) == 0 && memcmp(tape + kind, path + other, n - kind) == 0;
}

bool diff_is_tape(const char *tapes, size_t tapes_size, const char *path, size_t size)
{
	size_t n, whole = without_journal(path, size), base = stem(path, whole);

	for (size_t at = 0; at < tapes_size; at += n + 1) {
		n = strnlen(tapes + at, tapes_size - at);
		if (n == whole && memcmp(tapes + at, path, n) == 0)
			return true;
		if (is_neighbour(tapes + at, n, path, whole))
			return true;
		if (base < whole && stem(tapes + at, n) == base &&
		    memcmp(tapes + at, path, base) == 0)
			return true;
	}
	return false;
}
