/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the finder share. */
#ifndef REDACT_FIND_PRIV_H
#define REDACT_FIND_PRIV_H

#include "find.h"

#include <stdbool.h>

struct finder;
struct rules;

/* Bytes of a value: where nothing else can be meant, that is taken for a secret by itself, and
 * where source code would have one, too; and of a name. */
enum { FIND_VALUE_MIN = 4, FIND_STRONG_MIN = 8, FIND_SPACED_MIN = 16, FIND_NAME_MAX = 128 };
/* Characters of a line of base64 that another may belong to. */
enum { FIND_FULL_LINE = 60 };

/* What was found, and what it was found in. */
struct search {
	const struct finder *f;
	const uint8_t *text;
	size_t size;
	find_fn *tell;
	void *context;
	enum find_kind kind;
};

/* @at: behind the word. */
typedef int trigger_fn(const struct search *s, size_t begin, size_t at);

/* Tells of some bytes of the text, unless they are a token already. */
int find_tell(const struct search *s, size_t from, size_t to, enum redact_class class);
/* What @text is in base64, as far as it is that: how many bytes of it are in @ret. */
size_t find_base64(const uint8_t *text, size_t size, uint8_t *ret, size_t max);
/* user:password in base64: the password is wanted in its other forms, too. */
int find_basic(const uint8_t *text, size_t size, find_fn *tell, void *context);
/* Whether it is that, and nothing else. */
bool find_is_basic(const uint8_t *text, size_t size);
/* The end of the line that @at is in. */
size_t find_line_end(const struct search *s, size_t at);
size_t find_skip_blanks(const struct search *s, size_t at);
bool find_is_in(uint8_t c, const char *set);
/* Of names as programs have them. */
bool find_is_name(uint8_t c);
/* A value of at least @min bytes, and not a piece of a program or of prose. */
bool find_is_strong(const uint8_t *text, size_t size, size_t min);
/* What a program may call something: object.member_name, and no secret that was made. */
bool find_is_identifier(const uint8_t *text, size_t size);
/* A line of HTTP itself, or as a program shows it that talks HTTP: it is there and not spoken of.
 * @from: of the name, @at: of the colon. */
bool find_is_header(const struct search *s, size_t from, size_t at, size_t *ret_end);

/* ---- find_web.c ---- */

trigger_fn find_authorization, find_cookie, find_url;

/* ---- find_login.c ---- */

trigger_fn find_login, find_exchange, find_bulk;

/* ---- find_keys.c ---- */

trigger_fn find_pem, find_encoded_pem, find_putty, find_key_log;

/* ---- find_tokens.c ---- */

trigger_fn find_jwt, find_bot, find_hash, find_scheme_hash;

/* The prefixes of tokens.def, and a token that begins with one. */
size_t find_token_count(void);
const char *find_token_prefix(size_t i);
int find_token(const struct search *s, size_t i, size_t begin, size_t at);

/* ---- find_values.c ---- */

trigger_fn find_name, find_auth_field, find_identified, find_query, find_machine;

const struct rules *finder_rules(const struct finder *f);
/* The value of what is secret by its name, unless it is plainly none: a word like "true", a path.
 */
int find_value(const uint8_t *value, size_t size, enum redact_class class, find_fn *tell,
	       void *context);

#endif
