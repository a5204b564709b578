/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is taken for a secret by its name or its place: names of variables, options and fields,
 * paths of files. The tables are here, and what a file of own rules adds to them:
 *
 *	# a comment
 *	path /srv/app/secrets.yml    all that is read from and written to such files
 *	name SESSION_ID             the value of what is called so
 *	text Project Bluebird       this, wherever it stands
 *	keep CI_JOB_TOKEN           what is called so is no secret
 *	keep-path *.example.key       nor are such files
 */
#ifndef REDACT_RULES_H
#define REDACT_RULES_H

#include "class.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct automaton;
struct err;
struct secrets;
struct rules;

/* How secrets are found in what a file holds. */
enum rules_content {
	CONTENT_NONE,  /* all of it is replaced, nothing is looked for elsewhere */
	CONTENT_KEY,   /* its lines */
	CONTENT_WORDS, /* its words that look like secrets, and the values of names */
	CONTENT_ENV,   /* strings NAME=value, each with its NUL */
	CONTENT_ARGS,  /* arguments of a command, each with its NUL */
	CONTENT_TEXT,  /* anything */
	CONTENT_LINE,  /* what was typed unseen: the line is a password */
	CONTENT_TYPED, /* the same, but there may be anything else */
};

struct rules_object {
	enum redact_class class;
	enum rules_content content;
};

struct rules *rules_new(void);
struct rules *redact_rules_free(struct rules *r);
/* A file of own rules. 0 or -errno. */
int redact_rules_read(struct rules *r, const char *path, struct err *err);
/* The texts of the own rules. 0 or -errno. */
int rules_tell_texts(const struct rules *r, struct secrets *secrets);

/* The names of the own rules, as strings that may announce a secret, all called @name. */
int rules_tell_names(const struct rules *r, struct automaton *words, uint32_t name);

/* Whether what is called so is a secret: WORDS_OF_NAME, words-of-name, wordsOfName. */
bool rules_is_secret_name(const struct rules *r, const char *name, size_t size,
			  enum redact_class *ret);
/* Whether a file is one of settings, by its absolute path: what is called a password there is one,
 * whatever it looks like. */
bool rules_is_settings_path(const char *path, size_t size);
/* Whether a file is one of secrets, by its absolute path. */
bool rules_is_secret_path(const struct rules *r, const char *path, size_t size,
			  struct rules_object *ret);

#endif
