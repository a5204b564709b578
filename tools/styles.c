/* SPDX-License-Identifier: Apache-2.0 */
#include "styles.h"

#include "opts.h"
#include "verbs.h"

#include "base/cleanup.h"

#include <string.h>

struct style {
	const char *text; /* NULL: no value */
	int value;
};

/* The value that @text stands for, or -1 after a complaint. */
static int find(const struct style *styles, size_t count, const char *option, const char *text)
{
	for (size_t i = 0; i < count; i++) {
		if (text ? styles[i].text && strcmp(styles[i].text, text) == 0 : !styles[i].text)
			return styles[i].value;
	}
	opts_complain("there is no %s%s", option, text ? text : "");
	return -1;
}

#define FIND(styles, option, text) find(styles, ARRAY_SIZE(styles), option, text)

int styles_words(const char *text, struct print_options *ret)
{
	static const struct style styles[] = {{"abbrev", PRINT_WORDS_ONLY},
					      {"raw", PRINT_WORDS_NEVER},
					      {"verbose", PRINT_WORDS_TOO}};
	int value = FIND(styles, "-X ", text);

	if (value < 0)
		return EXIT_TROUBLE;
	ret->words = (enum print_words)value;
	return 0;
}

int styles_timestamps(const char *text, struct print_options *ret)
{
	static const struct style styles[] = {
		{NULL, PRINT_CLOCK_TIME},         {"none", PRINT_CLOCK_NONE},
		{"time", PRINT_CLOCK_TIME},       {"s", PRINT_CLOCK_TIME},
		{"time,s", PRINT_CLOCK_TIME},     {"us", PRINT_CLOCK_TIME_US},
		{"time,us", PRINT_CLOCK_TIME_US}, {"unix,us", PRINT_CLOCK_UNIX}};
	int value = FIND(styles, "--timestamps=", text);

	if (value < 0)
		return EXIT_TROUBLE;
	ret->clock = (enum print_clock)value;
	return 0;
}

static const struct style microseconds[] = {{NULL, true}, {"us", true}};

int styles_relative(const char *text, struct print_options *ret)
{
	int value = FIND(microseconds, "--relative-timestamps=", text);

	ret->relative = value > 0;
	return value > 0 ? 0 : EXIT_TROUBLE;
}

int styles_durations(const char *text, struct print_options *ret)
{
	int value = FIND(microseconds, "--syscall-times=", text);

	ret->durations = value > 0;
	return value > 0 ? 0 : EXIT_TROUBLE;
}

int styles_hex(const char *text, struct print_options *ret)
{
	static const struct style styles[] = {
		{NULL, PRINT_HEX_ALL}, {"all", PRINT_HEX_ALL}, {"non-ascii", PRINT_HEX_NON_ASCII}};
	int value = FIND(styles, "--strings-in-hex=", text);

	if (value < 0)
		return EXIT_TROUBLE;
	ret->hex = (enum print_hex)value;
	return 0;
}

int styles_names(const char *text, struct print_options *ret)
{
	static const struct style styles[] = {{NULL, PRINT_NAMES_PATHS},
					      {"all", PRINT_NAMES_ALL},
					      {"path", PRINT_NAMES_PATHS},
					      {"none", PRINT_NAMES_NONE}};
	int value = FIND(styles, "--decode-fds=", text);

	if (value < 0)
		return EXIT_TROUBLE;
	ret->names = (enum print_names)value;
	return 0;
}
