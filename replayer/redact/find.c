/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Words that may announce a secret are searched for all at once; what stands around one that
 * was found decides.
 */
#include "find.h"

#include "automaton.h"
#include "find_priv.h"
#include "rules.h"
#include "secrets.h"
#include "token.h"

#include "base/cleanup.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum {
	STRONG_MAX = 4096,
	WORD_MEAN = 3, /* letters in a word of an identifier */
	IDENTIFIER_DIGITS = 2,
};

struct trigger {
	const char *word;
	trigger_fn *take;
};

struct finder {
	const struct rules *rules;
	struct automaton *words;
};

int find_tell(const struct search *s, size_t from, size_t to, enum redact_class class)
{
	if (from >= to || redact_is_token(s->text + from, to - from))
		return 0;
	return s->tell(s->context, s->text + from, to - from, class);
}

bool find_is_in(uint8_t c, const char *set)
{
	return c && strchr(set, c);
}

bool find_is_name(uint8_t c)
{
	return isalnum(c) || c == '_' || c == '-' || c == '.';
}

bool find_is_strong(const uint8_t *text, size_t size, size_t min)
{
	bool digit = false, lower = false, upper = false, other = false;

	if (size < min || size > STRONG_MAX || !secrets_is_worth(text, size))
		return false;
	for (size_t i = 0; i < size; i++) {
		if (text[i] <= ' ' || text[i] >= 0x7f || find_is_in(text[i], "(){}[]<>;|`\"'"))
			return false;
		digit |= isdigit(text[i]) > 0;
		lower |= islower(text[i]) > 0;
		upper |= isupper(text[i]) > 0;
		other |= find_is_in(text[i], "!@#%^&*+~?");
	}
	if (text[0] == '$' || text[0] == '%' || text[0] == '&' || text[0] == '*')
		return false;
	return (digit && (lower || upper)) || (other && lower) || (upper && lower && size >= 16) ||
	       (digit && size >= 16);
}

/* Letters and few digits, in words as people write them: lower, Upper and UPPER. Of what was drawn
 * at random the words are short. */
bool find_is_identifier(const uint8_t *text, size_t size)
{
	size_t words = 0, letters = 0, digits = 0;
	uint8_t before = 0;

	while (size && find_is_in(*text, "!&*+-"))
		text++, size--;
	for (size_t i = 0; i < size; before = text[i++]) {
		if (!isalnum(text[i]) && !find_is_in(text[i], "_.:->$"))
			return false;
		digits += isdigit(text[i]) > 0;
		letters += isalpha(text[i]) > 0;
		words += isalpha(text[i]) &&
			 (!isalpha(before) || (isupper(text[i]) && islower(before)));
	}
	return words && letters >= WORD_MEAN * words && digits <= IDENTIFIER_DIGITS;
}

size_t find_line_end(const struct search *s, size_t at)
{
	while (at < s->size && s->text[at] != '\n' && s->text[at] != '\r' && s->text[at])
		at++;
	return at;
}

size_t find_skip_blanks(const struct search *s, size_t at)
{
	while (at < s->size && (s->text[at] == ' ' || s->text[at] == '\t'))
		at++;
	return at;
}

/* -u user:password, in the text of a script. */
static int take_user(const struct search *s, size_t begin, size_t at)
{
	size_t end, colon = 0;
	bool letter = false;

	(void)begin;
	while (at < s->size && find_is_in(s->text[at], "\"' ="))
		at++;
	for (end = at;
	     end < s->size && s->text[end] > ' ' && !find_is_in(s->text[end], "\"'&;|<>()$");
	     end++) {
		if (s->text[end] == ':' && !colon)
			colon = end + 1;
		letter |= isalpha(s->text[end]) > 0;
	}
	/* What is run has its arguments: this need not find what is short. URLs have a rule. */
	if (colon && end - colon > 2 && memcmp(s->text + colon, "//", 2) == 0)
		return 0;
	if (!colon || !letter || !find_is_strong(s->text + colon, end - colon, FIND_STRONG_MIN) ||
	    (end < s->size && s->text[end] == '$'))
		return 0;
	return find_tell(s, colon, end, REDACT_PASSWORD);
}

/* ---- the words ---- */

/* What a word is called in the automaton: a place in the table, or one of these. */
enum { FIRST_TOKEN = 1 << 10, OWN_NAME = 1 << 20 };

/* In small letters, and found in any: what must be in capitals is for the function to say. */
static const struct trigger triggers[] = {
	{"authorization", find_authorization},
	{"cookie:", find_cookie},
	{"://", find_url},
	{"pass ", find_login},
	{" login ", find_login},
	{"apop ", find_login},
	{" -u ", take_user},
	{"--user ", take_user},
	{"--user=", take_user},
	{"auth ", find_exchange},
	{"authenticate ", find_exchange},
	{"auth\r\n$", find_bulk},
	{"requirepass\r\n$", find_bulk},
	{"masterauth\r\n$", find_bulk},
	{"-----begin ", find_pem},
	{"ls0tls1crudjti", find_encoded_pem},
	{"private-lines: ", find_putty},
	{"client_random ", find_key_log},
	{"_traffic_secret", find_key_log},
	{"exporter_secret ", find_key_log},
	{"early_secret ", find_key_log},
	{"pass", find_name},
	{"pwd", find_name},
	{"_pw", find_name},
	{"bindpw", find_name},
	{"rootpw", find_name},
	{"psk", find_name},
	{"secret", find_name},
	{"token", find_name},
	{"key", find_name},
	{"credential", find_name},
	{"auth", find_name},
	{"jwt", find_name},
	{"_pat", find_name},
	{"sessionid", find_name},
	{"mnemonic", find_name},
	{"\"auth\"", find_auth_field},
	{"identified by ", find_identified},
	{"machine ", find_machine},
	{"code=", find_query},
	{"sig=", find_query},
	{"signature=", find_query},
	{"eyj", find_jwt},
	{":aa", find_bot},
	{"$1$", find_hash},
	{"$5$", find_hash},
	{"$6$", find_hash},
	{"$y$", find_hash},
	{"$gy$", find_hash},
	{"$7$", find_hash},
	{"$2a$", find_hash},
	{"$2b$", find_hash},
	{"$2y$", find_hash},
	{"$apr1$", find_hash},
	{"$argon2", find_hash},
	{"$scram", find_hash},
	{"$pbkdf2", find_hash},
	{"pbkdf2_sha", find_hash},
	{"scram-sha-256$", find_hash},
	{"{sha}", find_scheme_hash},
	{"{ssha}", find_scheme_hash},
	{"{ssha256}", find_scheme_hash},
	{"{ssha512}", find_scheme_hash},
};

struct finder *finder_new(const struct rules *rules)
{
	struct finder *f = calloc(1, sizeof(*f));
	int r = 0;

	if (!f)
		return NULL;
	f->rules = rules;
	f->words = automaton_new(true);
	for (uint32_t i = 0; f->words && r == 0 && i < ARRAY_SIZE(triggers); i++)
		r = automaton_add(f->words, triggers[i].word, strlen(triggers[i].word), i);
	for (uint32_t i = 0; f->words && r == 0 && i < find_token_count(); i++) {
		const char *prefix = find_token_prefix(i);

		r = automaton_add(f->words, prefix, strlen(prefix), FIRST_TOKEN + i);
	}
	if (r == 0)
		r = rules_tell_names(rules, f->words, OWN_NAME);
	if (!f->words || r < 0 || automaton_link(f->words) < 0)
		return finder_free(f);
	return f;
}

struct finder *finder_free(struct finder *f)
{
	if (f)
		automaton_free(f->words);
	free(f);
	return NULL;
}

const struct rules *finder_rules(const struct finder *f)
{
	return f->rules;
}

static int take_word(const struct search *s, uint32_t name, size_t begin, size_t at)
{
	if (name < FIRST_TOKEN)
		return triggers[name].take(s, begin, at);
	return name == OWN_NAME ? find_name(s, begin, at)
				: find_token(s, name - FIRST_TOKEN, begin, at);
}

int find_text_of(const struct finder *f, enum find_kind kind, const uint8_t *text, size_t size,
		 find_fn *fn, void *context)
{
	const struct search s = {f, text, size, fn, context, kind};
	uint32_t state = 0;
	int r = 0;

	for (size_t i = 0; r == 0 && i < size; i++) {
		uint32_t at, name, length;

		state = automaton_step(f->words, state, text[i]);
		at = state;
		while (r == 0 && state && automaton_match(f->words, &at, &name, &length))
			r = take_word(&s, name, i + 1 - length, i + 1);
	}
	return r;
}

int find_text(const struct finder *f, const uint8_t *text, size_t size, find_fn *tell,
	      void *context)
{
	return find_text_of(f, FIND_ANY, text, size, tell, context);
}
