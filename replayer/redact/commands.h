/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the arguments of well-known programs mean: which options of one letter have a password
 * behind them, which words do, and which programs read one from a descriptor that they are
 * given. Names that say it themselves (--password) are for rules.h.
 */
#ifndef REDACT_COMMANDS_H
#define REDACT_COMMANDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One of a command's arguments, without its NUL. */
struct argument {
	const uint8_t *text;
	size_t size;
};

/* All of them, each with its NUL, the program first. */
struct command {
	const uint8_t *text;
	size_t size;
};

/* The argument at @*at, which is then behind it; false behind the last. */
bool command_next(const struct command *c, size_t *at, struct argument *ret);
bool argument_is(const struct argument *a, const char *text);

enum meaning {
	MEANS_NOTHING,
	MEANS_PASSWORD,
	MEANS_USER,   /* user:password */
	MEANS_COOKIE, /* if it has a '=' in it */
};

/* What the option @letter means to the program. @ret_how: where its value may be. */
enum value_place { VALUE_ANYWHERE, VALUE_ATTACHED, VALUE_NEXT };
enum meaning command_option(const struct command *c, char letter, enum value_place *ret_how);
/* Whether "-abu" is several options of this program, and not one with a value or a long name. */
bool command_joins_options(const struct command *c);
/* Whether an argument of several words is a script to this program, and in which language. */
enum script_kind { SCRIPT_NONE, SCRIPT_SHELL, SCRIPT_OTHER };
enum script_kind command_script(const struct command *c);
/* --user and its kin, whatever the program. */
bool command_is_user_option(const uint8_t *name, size_t size);
/* The argument that is a password by its place behind a word; its number, 0: none. */
size_t command_secret_place(const struct command *c);
/* Which descriptor the program reads a password from, -1: none. @ret_words: with other things
 * around it. */
int command_secret_descriptor(const struct command *c, bool *ret_words);

#endif
