/* SPDX-License-Identifier: Apache-2.0 */
/* Files of which each line tells names, by what they are called. */
#include "names.h"

#include "names_priv.h"

#include "base/cleanup.h"

#include <ctype.h>
#include <fnmatch.h>
#include <string.h>
#include <strings.h>

enum { USERS_FROM = 1000, NOBODY = 65534 };

enum names_file names_file_of(const char *path, size_t size)
{
	static const struct {
		const char *pattern;
		enum names_file file;
	} files[] = {
		{"*/etc/passwd", NAMES_PASSWD},
		{"*/etc/passwd-", NAMES_PASSWD},
		{"*/etc/hosts", NAMES_HOSTS},
		{"*/resolv.conf", NAMES_RESOLV},
		{"/etc/hostname", NAMES_LINES},
		{"/etc/mailname", NAMES_LINES},
		{"/etc/machine-id", NAMES_LINES},
		{"/var/lib/dbus/machine-id", NAMES_LINES},
		{"/proc/sys/kernel/hostname", NAMES_LINES},
		{"/proc/sys/kernel/domainname", NAMES_LINES},
		{"/sys/*/dmi/id/*_serial", NAMES_LINES},
		{"/sys/*/dmi/id/product_uuid", NAMES_LINES},
		{"*/.gitconfig", NAMES_GIT},
		{"*/git/config", NAMES_GIT},
		{"*/.git/config", NAMES_GIT},
		{"/proc/*net/if_inet6", NAMES_PROC_NET6},
		{"/proc/*net/ipv6_route", NAMES_PROC_NET6},
		{"/proc/*net/*", NAMES_PROC_NET},
	};
	char copy[256];

	if (!size || size >= sizeof(copy))
		return NAMES_NO_FILE;
	memcpy(copy, path, size);
	copy[size] = '\0';
	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		if (fnmatch(files[i].pattern, copy, 0) == 0)
			return files[i].file;
	}
	return NAMES_NO_FILE;
}

struct field {
	const uint8_t *at;
	size_t size;
};

static size_t split(const uint8_t *line, size_t size, const char *separators, struct field *ret,
		    size_t max)
{
	bool blanks = strchr(separators, ' ');
	size_t count = 0;

	for (size_t at = 0; at <= size && count < max;) {
		size_t n = 0;

		while (at + n < size && (!line[at + n] || !strchr(separators, line[at + n])))
			n++;
		if (n || !blanks)
			ret[count++] = (struct field){line + at, n};
		at += n + 1;
	}
	return count;
}

static unsigned long number_of(const struct field *f)
{
	unsigned long value = 0;

	for (size_t i = 0; i < f->size; i++) {
		if (!isdigit(f->at[i]) || value > UINT32_MAX)
			return 0;
		value = value * 10 + (unsigned long)(f->at[i] - '0');
	}
	return value;
}

/* name:x:uid:gid:Full Name,,,:/home/name:/bin/sh. Those that come with the system tell nothing. */
static int take_passwd(struct names *n, const uint8_t *line, size_t size)
{
	enum { NAME, PASSWORD, UID, GID, FULL, HOME, SHELL, COUNT };
	struct field f[COUNT];
	const uint8_t *end;
	int r;

	if (split(line, size, ":", f, COUNT) != COUNT || number_of(&f[UID]) < USERS_FROM ||
	    number_of(&f[UID]) == NOBODY)
		return 0;
	r = names_take_user(n, f[NAME].at, f[NAME].size);
	end = memchr(f[FULL].at, ',', f[FULL].size);
	if (r == 0)
		r = names_take_user(n, f[FULL].at, end ? (size_t)(end - f[FULL].at) : f[FULL].size);
	end = memrchr(f[HOME].at, '/', f[HOME].size);
	if (r == 0 && end)
		r = names_take_user(n, end + 1, f[HOME].size - (size_t)(end + 1 - f[HOME].at));
	return r;
}

/* Addresses are found in any text. */
static int take_words(struct names *n, const uint8_t *line, size_t size, size_t from)
{
	enum { WORDS = 16 };
	struct field f[WORDS];
	const uint8_t *comment = memchr(line, '#', size);
	size_t count = split(line, comment ? (size_t)(comment - line) : size, " \t\r", f, WORDS);
	int r = 0;

	for (size_t i = from; r == 0 && i < count; i++)
		r = names_take_host(n, f[i].at, f[i].size);
	return r;
}

static int take_resolv(struct names *n, const uint8_t *line, size_t size)
{
	static const char *const words[] = {"search", "domain"};

	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		if (size > strlen(words[i]) && memcmp(line, words[i], strlen(words[i])) == 0)
			return take_words(n, line, size, 1);
	}
	return 0;
}

static int take_line(struct names *n, const uint8_t *line, size_t size)
{
	return memchr(line, '.', size) ? names_take_host(n, line, size)
				       : names_take_user(n, line, size);
}

static int take_git(struct names *n, const uint8_t *line, size_t size)
{
	const uint8_t *equal = memchr(line, '=', size);
	size_t at = 0, from = equal ? (size_t)(equal + 1 - line) : size;

	while (at < size && isspace(line[at]))
		at++;
	while (from < size && isspace(line[from]))
		from++;
	if (size - at < 4 || strncasecmp((const char *)line + at, "name", 4) != 0)
		return 0;
	return names_take_user(n, line + from, size - from);
}

/* ---- /proc/net ---- */

static bool read_hex(const uint8_t *text, size_t digits, bool swapped, uint8_t *ret)
{
	for (size_t i = 0; i < digits; i++) {
		unsigned char c = text[i];
		size_t at = swapped ? i / 2 ^ 3 : i / 2;

		if (!isxdigit(c))
			return false;
		ret[at] = (uint8_t)(ret[at] << 4 | (isdigit(c) ? c - '0' : toupper(c) - 'A' + 10));
	}
	return true;
}

/* Words of 32 digits, and of 8 where a port follows or a table of routes has them. */
static int take_proc_net(struct names *n, const uint8_t *line, size_t size, bool swapped)
{
	int r = 0;

	for (size_t at = 0, end; r == 0 && at < size; at = end + 1) {
		struct address a = {ADDRESS_IPV6, 16, {0}};
		size_t length;

		for (end = at; end < size && isalnum(line[end]); end++)
			;
		length = end - at;
		if (length == 8)
			a = (struct address){ADDRESS_IPV4, 4, {0}};
		else if (length != 32)
			continue;
		if (length == 8 && !swapped)
			continue;
		/* 00000000:00000000 are lengths of queues. */
		if (length == 8 &&
		    !(end < size && line[end] == '\t' && at && line[at - 1] == '\t') &&
		    !(end + 5 <= size && line[end] == ':' &&
		      (end + 5 == size || !isalnum(line[end + 5]))))
			continue;
		if (read_hex(line + at, length, swapped, a.bytes))
			r = names_take_address(n, &a);
	}
	return r;
}

static int take_machine_order(struct names *n, const uint8_t *line, size_t size)
{
	return take_proc_net(n, line, size, true);
}

static int take_network_order(struct names *n, const uint8_t *line, size_t size)
{
	return take_proc_net(n, line, size, false);
}

static int take_hosts(struct names *n, const uint8_t *line, size_t size)
{
	return take_words(n, line, size, 1);
}

int names_take_lines(struct names *n, enum names_file file, const uint8_t *text, size_t size)
{
	static int (*const takers[])(struct names * n, const uint8_t *line, size_t size) = {
		[NAMES_PASSWD] = take_passwd,
		[NAMES_HOSTS] = take_hosts,
		[NAMES_RESOLV] = take_resolv,
		[NAMES_LINES] = take_line,
		[NAMES_GIT] = take_git,
		[NAMES_PROC_NET] = take_machine_order,
		[NAMES_PROC_NET6] = take_network_order,
	};
	int r = 0;

	for (size_t at = 0; r == 0 && file && at < size;) {
		const uint8_t *newline = memchr(text + at, '\n', size - at);
		size_t length = newline ? (size_t)(newline - text) - at : size - at;

		r = takers[file](n, text + at, length);
		at += length + 1;
	}
	return r;
}
