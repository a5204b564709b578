/* SPDX-License-Identifier: Apache-2.0 */
#include "styles.h"

#include "base/cleanup.h"
#include "base/err.h"

#include <errno.h>
#include <string.h>

struct style {
	const char *text; /* NULL: no value */
	int value;
};

/* The value that @text stands for, or -EINVAL. */
static int find(const struct style *styles, size_t count, const char *option, const char *text,
		struct err *err)
{
	for (size_t i = 0; i < count; i++) {
		if (text ? styles[i].text && strcmp(styles[i].text, text) == 0 : !styles[i].text)
			return styles[i].value;
	}
	return err_set(err, EINVAL, "there is no %s%s", option, text ? text : "");
}

#define FIND(styles, option, text, err) find(styles, ARRAY_SIZE(styles), option, text, err)

int styles_words(const char *text, struct print_options *ret, struct err *err)
{
	static const struct style styles[] = {{"abbrev", PRINT_WORDS_ONLY},
					      {"raw", PRINT_WORDS_NEVER},
					      {"verbose", PRINT_WORDS_TOO}};
	int value = FIND(styles, "-X ", text, err);

	if (value < 0)
		return value;
	ret->words = (enum print_words)value;
	return 0;
}

int styles_pids(const char *text, struct print_options *ret, struct err *err)
{
	static const struct style styles[] = {{"none", false}, {"comm", true}};
	int value = FIND(styles, "--decode-pids=", text, err);

	if (value < 0)
		return value;
	ret->commands = value;
	return 0;
}

int styles_timestamps(const char *text, struct print_options *ret, struct err *err)
{
	static const struct style styles[] = {
		{NULL, PRINT_CLOCK_TIME},         {"none", PRINT_CLOCK_NONE},
		{"time", PRINT_CLOCK_TIME},       {"s", PRINT_CLOCK_TIME},
		{"time,s", PRINT_CLOCK_TIME},     {"us", PRINT_CLOCK_TIME_US},
		{"time,us", PRINT_CLOCK_TIME_US}, {"unix,us", PRINT_CLOCK_UNIX}};
	int value = FIND(styles, "--timestamps=", text, err);

	if (value < 0)
		return value;
	ret->clock = (enum print_clock)value;
	return 0;
}

static const struct style microseconds[] = {{NULL, true}, {"us", true}};

int styles_relative(const char *text, struct print_options *ret, struct err *err)
{
	int value = FIND(microseconds, "--relative-timestamps=", text, err);

	ret->relative = value > 0;
	return value > 0 ? 0 : value;
}

int styles_durations(const char *text, struct print_options *ret, struct err *err)
{
	int value = FIND(microseconds, "--syscall-times=", text, err);

	ret->durations = value > 0;
	return value > 0 ? 0 : value;
}

int styles_hex(const char *text, struct print_options *ret, struct err *err)
{
	static const struct style styles[] = {
		{NULL, PRINT_HEX_ALL}, {"all", PRINT_HEX_ALL}, {"non-ascii", PRINT_HEX_NON_ASCII}};
	int value = FIND(styles, "--strings-in-hex=", text, err);

	if (value < 0)
		return value;
	ret->hex = (enum print_hex)value;
	return 0;
}

int styles_names(const char *text, struct print_options *ret, struct err *err)
{
	static const struct style styles[] = {{NULL, PRINT_NAMES_PATHS},
					      {"all", PRINT_NAMES_ALL},
					      {"path", PRINT_NAMES_PATHS},
					      {"none", PRINT_NAMES_NONE}};
	int value = FIND(styles, "--decode-fds=", text, err);

	if (value < 0)
		return value;
	ret->names = (enum print_names)value;
	return 0;
}
