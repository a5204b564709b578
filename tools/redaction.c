/* SPDX-License-Identifier: Apache-2.0 */
#include "redaction.h"

#include "base/cleanup.h"
#include "base/err.h"
#include "base/fileio.h"
#include "replayer/redact/rules.h"
#include "replayer/redact/token.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

enum { HEX_SIZE = REDACT_KEY_SIZE * 2, OTHERS = 077 };

int redaction_level(const char *text, enum redact_level *ret, struct err *err)
{
	for (enum redact_level level = REDACT_DEFAULT; level <= REDACT_META; level++) {
		if (!text || strcmp(text, redact_level_name(level)) == 0) {
			*ret = level;
			return 0;
		}
	}
	return err_set(err, EINVAL, "'%s' is no level; use default, names or meta", text);
}

/* ---- keys in files ---- */

static int digit(char c)
{
	return isdigit((unsigned char)c) ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static int parse_key(const char *path, const char *hex, size_t size, struct redact_key **ret,
		     struct err *err)
{
	uint8_t bytes[REDACT_KEY_SIZE];

	if (size == HEX_SIZE + 1 && hex[HEX_SIZE] == '\n')
		size--;
	if (size != HEX_SIZE)
		return err_set(err, EINVAL, "'%s' is no key: %d hexadecimal digits are", path,
			       HEX_SIZE);
	for (size_t i = 0; i < REDACT_KEY_SIZE; i++) {
		int high = digit(hex[2 * i]), low = digit(hex[2 * i + 1]);

		if (high < 0 || low < 0)
			return err_set(err, EINVAL, "'%s' is no key: %d hexadecimal digits are",
				       path, HEX_SIZE);
		bytes[i] = (uint8_t)(high << 4 | low);
	}
	*ret = redact_key_new(bytes);
	return *ret ? 0 : err_set(err, ENOMEM, "out of memory");
}

static int read_key(const char *path, int fd, struct redact_key **ret, struct err *err)
{
	char hex[HEX_SIZE + 2];
	struct stat st;
	ssize_t n;
	int r;

	if (fstat(fd, &st) < 0)
		return err_errno(err, errno, "cannot read '%s'", path);
	if (!S_ISREG(st.st_mode) || st.st_mode & OTHERS || st.st_uid != geteuid())
		return err_set(err, EPERM,
			       "'%s' could be read by others: a key must be a file of yours with "
			       "mode 0600",
			       path);
	n = fileio_read(fd, hex, sizeof(hex));
	if (n < 0)
		return err_errno(err, (int)-n, "cannot read '%s'", path);
	r = parse_key(path, hex, (size_t)n, ret, err);
	explicit_bzero(hex, sizeof(hex));
	return r;
}

/* The first of a pair makes it. */
static int make_key(const char *path, struct redact_key **ret, struct err *err)
{
	cleanup_close int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	uint8_t bytes[REDACT_KEY_SIZE];
	char hex[HEX_SIZE + 2];
	int r;

	if (fd < 0)
		return err_errno(err, errno, "cannot write '%s'", path);
	if (getrandom(bytes, sizeof(bytes), 0) != (ssize_t)sizeof(bytes))
		return err_errno(err, errno ? errno : EIO, "no random numbers");
	for (size_t i = 0; i < REDACT_KEY_SIZE; i++)
		snprintf(hex + 2 * i, 3, "%02x", bytes[i]);
	hex[HEX_SIZE] = '\n';
	r = fileio_write(fd, hex, HEX_SIZE + 1);
	explicit_bzero(hex, sizeof(hex));
	*ret = redact_key_new(bytes);
	if (r < 0)
		return err_errno(err, -r, "cannot write '%s'", path);
	return *ret ? 0 : err_set(err, ENOMEM, "out of memory");
}

static int key_of_file(const char *path, struct redact_key **ret, struct err *err)
{
	cleanup_close int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);

	if (fd < 0 && errno == ENOENT)
		return make_key(path, ret, err);
	return fd < 0 ? err_errno(err, errno, "cannot read '%s'", path)
		      : read_key(path, fd, ret, err);
}

/* ---- doing it ---- */

int redaction_prepare(struct redaction *x, struct err *err)
{
	int r = 0;

	x->rules = rules_new();
	if (!x->rules)
		return err_set(err, ENOMEM, "out of memory");
	if (x->rule_file)
		r = redact_rules_read(x->rules, x->rule_file, err);
	if (r == 0)
		r = x->key_file ? key_of_file(x->key_file, &x->key, err)
				: redact_key_random(&x->key, err);
	return r;
}

int redaction_run(struct redaction *x, const char *from, int fd, struct err *err)
{
	const struct redact_options options = {.level = x->level,
					       .rules = x->rules,
					       .key = x->key,
					       .zstd_level = x->zstd_level,
					       .sink = sink_file(fd)};

	x->redact = redact_new(&options);
	if (!x->redact)
		return err_set(err, ENOMEM, "out of memory");
	return redact_file(x->redact, from, &x->outcome, err);
}

void redaction_done(struct redaction *x)
{
	redact_free(x->redact);
	redact_key_free(x->key);
	redact_rules_free(x->rules);
}
