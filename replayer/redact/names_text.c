/* SPDX-License-Identifier: Apache-2.0 */
/* Names by what stands around them, wherever: in URLs, in addresses of mail, in paths. */
#include "names.h"

#include "names_priv.h"

#include "base/cleanup.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

static size_t host_length(const uint8_t *text, size_t size)
{
	size_t n = 0;

	while (n < size && names_is_host_character(text[n]))
		n++;
	while (n && (text[n - 1] == '.' || text[n - 1] == '-'))
		n--;
	return n;
}

static bool has_dot(const uint8_t *text, size_t size)
{
	return memchr(text, '.', size);
}

/* @at: behind "://", or "//". @alone: also a host of one label. */
static int take_url(struct names *n, const uint8_t *text, size_t size, size_t at, bool alone)
{
	size_t end = at, length;

	/* user:password@ */
	while (end < size &&
	       (names_is_host_character(text[end]) || (text[end] && strchr("~%:+", text[end]))))
		end++;
	if (end < size && text[end] == '@')
		at = end + 1;
	length = host_length(text + at, size - at);
	/* What is printed with holes is a pattern. */
	if (at + length < size && text[at + length] && strchr("$%{*<", text[at + length]))
		return 0;
	return alone || has_dot(text + at, length) ? names_take_host(n, text + at, length) : 0;
}

static bool is_mailbox(uint8_t c)
{
	return isalnum(c) || c == '.' || c == '_' || c == '+' || c == '-';
}

/* getty@tty1.service, icon@2x.png: a unit of systemd, a file. */
static bool is_file(const uint8_t *host, size_t size)
{
	static const char *const ends[] = {".service", ".socket", ".timer",  ".target", ".mount",
					   ".slice",   ".scope",  ".device", ".path",   ".swap",
					   ".png",     ".jpg",    ".svg",    ".so",     ".conf"};

	for (size_t i = 0; i < ARRAY_SIZE(ends); i++) {
		size_t n = strlen(ends[i]);

		if (size > n && memcmp(host + size - n, ends[i], n) == 0)
			return true;
	}
	return false;
}

/* alice@corp.example: as a whole, and the host. @alone: user@host of a command. */
static int take_mail(struct names *n, const uint8_t *text, size_t size, size_t at, bool alone)
{
	size_t from = at, length = host_length(text + at + 1, size - at - 1);
	int r;

	while (from && is_mailbox(text[from - 1]) && at - from < NAME_MAX_SIZE)
		from--;
	if (from == at || !names_is_host(text + at + 1, length) ||
	    (!alone && !has_dot(text + at + 1, length)) || is_file(text + at + 1, length))
		return 0;
	r = names_take_host(n, text + at + 1, length);
	if (r == 0 && alone)
		r = names_take_user(n, text + from, at - from);
	return r == 0 ? names_take_mailbox(n, text + from, at - from, at + 1 + length - from) : r;
}

/* @at: behind "/home/" or the like. */
static int take_home(struct names *n, const uint8_t *text, size_t size, size_t at)
{
	size_t end = at;

	while (end < size && is_mailbox(text[end]))
		end++;
	return names_take_user(n, text + at, end - at);
}

static bool ends_with(const uint8_t *text, size_t at, const char *what)
{
	size_t n = strlen(what);

	return at >= n && strncasecmp((const char *)text + at - n, what, n) == 0;
}

static int take_at(struct names *n, const uint8_t *text, size_t size, size_t i, bool alone)
{
	if (text[i] == '@')
		return i + 1 < size ? take_mail(n, text, size, i, alone) : 0;
	if (text[i] == '/' && ends_with(text, i, ":/"))
		return take_url(n, text, size, i + 1, alone);
	if (text[i] == '/' && (ends_with(text, i, "/home") || ends_with(text, i, "/Users")))
		return take_home(n, text, size, i + 1);
	if (text[i] == ' ' && (ends_with(text, i, "\nHost:") || ends_with(text, i, "server_name")))
		return names_take_host(n, text + i + 1, host_length(text + i + 1, size - i - 1));
	return 0;
}

/* Also as it is written, when that is not the usual way. */
static int take_written(struct names *n, const struct address *a, const uint8_t *text, size_t size)
{
	char usual[ADDRESS_TEXT_MAX];
	int r = names_take_address(n, a);

	if (r < 0 || address_is_kept(a) ||
	    (address_spell(a, usual) == size && strncasecmp(usual, (const char *)text, size) == 0))
		return r;
	return names_take_spelling(n, a, text, size);
}

static int take_text(struct names *n, const uint8_t *text, size_t size, bool alone)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < size; i++) {
		struct address a;
		size_t length = address_may_begin(text[i]) ? address_read(text, size, i, &a) : 0;

		r = length ? take_written(n, &a, text + i, length)
			   : take_at(n, text, size, i, alone);
		i += length ? length - 1 : 0;
	}
	return r;
}

int names_take_text(struct names *n, const uint8_t *text, size_t size)
{
	return take_text(n, text, size, false);
}

/* Who it is, as git is told. */
static int take_author(struct names *n, const uint8_t *text, size_t size)
{
	static const char *const options[] = {"user.name=", "--author="};

	for (size_t i = 0; i < ARRAY_SIZE(options); i++) {
		size_t from = strlen(options[i]);
		const uint8_t *end = memchr(text, '<', size);
		size_t to = end ? (size_t)(end - text) : size;

		if (size <= from || memcmp(text, options[i], from) != 0)
			continue;
		while (to > from && text[to - 1] == ' ')
			to--;
		return to > from ? names_take_user(n, text + from, to - from) : 0;
	}
	return 0;
}

int names_take_arguments(struct names *n, const uint8_t *text, size_t size)
{
	int r = 0;

	for (size_t at = 0; r == 0 && at < size;) {
		size_t length = strnlen((const char *)text + at, size - at);

		r = take_text(n, text + at, length, true);
		if (r == 0)
			r = take_author(n, text + at, length);
		at += length + 1;
	}
	return r;
}

int names_take_variable(struct names *n, const uint8_t *text, size_t size)
{
	static const struct {
		const char *name;
		bool host;
	} variables[] = {
		{"USER=", false},      {"LOGNAME=", false},
		{"HOME=", false},      {"USERNAME=", false},
		{"SUDO_USER=", false}, {"MAIL=", false},
		{"SUDO_HOME=", false}, {"GIT_AUTHOR_NAME=", false},
		{"EMAIL=", false},     {"GIT_COMMITTER_NAME=", false},
		{"HOSTNAME=", true},   {"HOST=", true},
		{"DOMAINNAME=", true}, {"DEBFULLNAME=", false},
	};
	int r = take_text(n, text, size, true);

	for (size_t i = 0; r == 0 && i < ARRAY_SIZE(variables); i++) {
		size_t length = strlen(variables[i].name), last = size;

		if (size <= length || memcmp(text, variables[i].name, length) != 0 ||
		    memchr(text, '@', size))
			continue;
		while (last > length && text[last - 1] != '/')
			last--;
		r = variables[i].host ? names_take_host(n, text + last, size - last)
				      : names_take_user(n, text + last, size - last);
	}
	return r;
}
