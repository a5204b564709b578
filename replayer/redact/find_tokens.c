/* SPDX-License-Identifier: Apache-2.0 */
/* Tokens by how they look: what services give out, and hashes of passwords as they are stored. */
#include "find.h"

#include "find_priv.h"
#include "secrets.h"
#include "token.h"

#include "base/cleanup.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

enum {
	CUT_MIN = 8, /* bytes of a token that is cut off where the text ends */
	TOKEN_MAX = 4096,
	WORDS_MIN = 24, /* of letters alone, where there are names that begin so */
	JWT_MIN = 32,
	HASH_MIN = 22, /* of MD5, by the digits of crypt(3) */
	HASH_MAX = 512,
	BOT_MIN = 30, /* behind the number of a bot, of so many digits */
	BOT_DIGITS = 8,
};

enum token_kind { MAYBE, SURE, HEX, TAIL };

static const struct token {
	const char *prefix;
	uint8_t min, kind; /* bytes behind the prefix */
	const char *also;
} tokens[] = {
#define TOKEN(prefix, min, kind, also) {prefix, min, kind, also},
#include "tokens.def"
#undef TOKEN
};

size_t find_token_count(void)
{
	return ARRAY_SIZE(tokens);
}

const char *find_token_prefix(size_t i)
{
	return tokens[i].prefix;
}

/* What there is behind the prefix. */
struct tail {
	size_t end;
	bool digit, lower, upper, cut;
};

static struct tail tail_of(const struct search *s, const struct token *t, size_t at)
{
	struct tail x = {.end = at};

	for (; x.end < s->size && x.end - at < TOKEN_MAX; x.end++) {
		uint8_t c = s->text[x.end];

		if (t->kind == HEX ? !isxdigit(c) : !isalnum(c) && !find_is_in(c, t->also))
			break;
		x.digit |= isdigit(c) > 0;
		x.lower |= islower(c) > 0;
		x.upper |= isupper(c) > 0;
	}
	x.cut = x.end == s->size || !s->text[x.end];
	return x;
}

/* More than a name that someone gave: letters and digits, or what no word has. */
static bool looks_drawn(const struct token *t, const struct tail *x, size_t size)
{
	if (!x->lower && !x->upper)
		return false;
	if (t->kind == SURE && x->lower && x->upper)
		return true;
	return x->digit || size >= WORDS_MIN;
}

int find_token(const struct search *s, size_t i, size_t begin, size_t at)
{
	const struct token *t = &tokens[i];
	struct tail x;
	size_t size, min = t->min;

	if (memcmp(s->text + begin, t->prefix, at - begin) != 0)
		return 0;
	if (begin && t->kind != SURE && t->kind != TAIL &&
	    (isalnum(s->text[begin - 1]) || s->text[begin - 1] == '_'))
		return 0;
	x = tail_of(s, t, at);
	size = x.end - at;
	if (t->kind == SURE && x.cut && min > CUT_MIN)
		min = CUT_MIN;
	/* A longer run of letters and digits is something else. */
	if (t->kind == HEX && !x.cut && isalnum(s->text[x.end]))
		return 0;
	if (size < min || !looks_drawn(t, &x, size))
		return 0;
	/* xxxxxxxxxxxxxxxx is shown to people in place of one. */
	if (!x.digit && redact_is_guessable(s->text + at, size))
		return 0;
	return find_tell(s, t->kind == TAIL ? at : begin, x.end, REDACT_TOKEN);
}

/* header.claims.signature, each in base64. */
int find_jwt(const struct search *s, size_t begin, size_t at)
{
	size_t end = at, dots = 0;

	if ((begin && find_is_name(s->text[begin - 1])) || memcmp(s->text + begin, "eyJ", 3) != 0)
		return 0;
	for (; end < s->size && (isalnum(s->text[end]) || find_is_in(s->text[end], "-_.=")); end++)
		dots += s->text[end] == '.';
	return dots >= 2 && end - begin >= JWT_MIN ? find_tell(s, begin, end, REDACT_TOKEN) : 0;
}

/* 110201543:AA…, as Telegram names a bot and lets it in. */
int find_bot(const struct search *s, size_t begin, size_t at)
{
	size_t from = begin, end = at;

	while (from && isdigit(s->text[from - 1]) && begin - from < TOKEN_MAX)
		from--;
	while (end < s->size && (isalnum(s->text[end]) || find_is_in(s->text[end], "-_")))
		end++;
	if (begin - from < BOT_DIGITS || end - at < BOT_MIN || end - at > 2 * BOT_MIN ||
	    memcmp(s->text + begin, ":AA", at - begin) != 0)
		return 0;
	return find_tell(s, from, end, REDACT_TOKEN);
}

/* $6$salt$hash, pbkdf2_sha256$1000$salt$hash: whoever has one can try passwords at leisure. */
int find_hash(const struct search *s, size_t begin, size_t at)
{
	size_t end = at, last = 0;

	for (; end < s->size && end - begin < HASH_MAX; end++) {
		uint8_t c = s->text[end];

		if (!isalnum(c) && !find_is_in(c, "./+=$,_-@"))
			break;
		if (c == '$')
			last = end + 1;
	}
	/* $2b$05$ has the salt and the hash in one. */
	if (!last || end - last < HASH_MIN || !secrets_is_worth(s->text + last, end - last) ||
	    redact_is_guessable(s->text + last, end - last))
		return 0;
	return find_tell(s, begin, end, REDACT_PASSWORD);
}

/* {SSHA}hash, as directories have it. */
int find_scheme_hash(const struct search *s, size_t begin, size_t at)
{
	size_t end = at;

	while (end < s->size && (isalnum(s->text[end]) || find_is_in(s->text[end], "+/=")))
		end++;
	if (end - at < HASH_MIN || !secrets_is_worth(s->text + at, end - at))
		return 0;
	(void)begin;
	return find_tell(s, at, end, REDACT_PASSWORD);
}
