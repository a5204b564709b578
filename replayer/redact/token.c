/* SPDX-License-Identifier: Apache-2.0 */
#include "token.h"

#include "base/err.h"

#include <errno.h>
#include <nettle/hmac.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/random.h>

enum { MARKER = '~', DISTINCT_MIN = 5, DIGITS_MIN = 12, DIGEST = SHA256_DIGEST_SIZE };

_Static_assert((int)REDACT_CHAIN_SIZE == (int)DIGEST, "a chain is a digest");

struct redact_key {
	struct hmac_sha256_ctx start; /* keyed; copied for each use */
};

/* RFC 4648. */
static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

static const struct {
	const char *name, *word;
} classes[REDACT_CLASS_MAX] = {
	[REDACT_PASSWORD] = {"password", "PASSWORD"},
	[REDACT_FIELD] = {"weak password", "WEAK"},
	[REDACT_TOKEN] = {"token", "TOKEN"},
	[REDACT_KEY] = {"private key", "KEY"},
	[REDACT_STORE] = {"credentials", "STORE"},
	[REDACT_HEADER] = {"HTTP header", "HEADER"},
	[REDACT_PROCESS] = {"/proc", "PROC"},
	[REDACT_TERMINAL] = {"typed unseen", "TYPED"},
	[REDACT_AGENT] = {"agent", "AGENT"},
	[REDACT_KERNEL] = {"kernel key", "KEYCTL"},
	[REDACT_RANDOM] = {"random", "RANDOM"},
	[REDACT_RULE] = {"own rule", "RULE"},
	[REDACT_NAME] = {"name", "NAME"},
	[REDACT_ADDRESS] = {"address", "ADDRESS"},
	[REDACT_PAYLOAD] = {"payload", "PAYLOAD"},
};

const char *redact_class_name(enum redact_class class)
{
	return classes[class].name;
}

/* ---- keys ---- */

struct redact_key *redact_key_new(uint8_t *bytes)
{
	struct redact_key *k = malloc(sizeof(*k));

	if (k)
		hmac_sha256_set_key(&k->start, REDACT_KEY_SIZE, bytes);
	explicit_bzero(bytes, REDACT_KEY_SIZE);
	return k;
}

int redact_key_random(struct redact_key **ret, struct err *err)
{
	uint8_t bytes[REDACT_KEY_SIZE];

	/* So few come at once, or not at all. */
	if (getrandom(bytes, sizeof(bytes), 0) != (ssize_t)sizeof(bytes))
		return err_errno(err, errno ? errno : EIO, "no random numbers");
	*ret = redact_key_new(bytes);
	return *ret ? 0 : err_set(err, ENOMEM, "out of memory");
}

struct redact_key *redact_key_free(struct redact_key *k)
{
	if (k)
		explicit_bzero(k, sizeof(*k));
	free(k);
	return NULL;
}

/* ---- tokens ---- */

/* What is hashed for what must never look alike. */
enum purpose {
	PURPOSE_SECRET,
	PURPOSE_MORE,
	PURPOSE_CHAIN,
	PURPOSE_LINK,
	PURPOSE_ID,
	PURPOSE_FORM
};

static void hash(const struct redact_key *k, enum purpose purpose, const void *a, size_t a_size,
		 const void *b, size_t b_size, uint8_t ret[DIGEST])
{
	struct hmac_sha256_ctx h = k->start;
	const uint8_t first = (uint8_t)purpose;

	hmac_sha256_update(&h, 1, &first);
	hmac_sha256_update(&h, a_size, a);
	if (b_size)
		hmac_sha256_update(&h, b_size, b);
	hmac_sha256_digest(&h, DIGEST, ret);
}

void redact_key_id(const struct redact_key *k, uint8_t ret[REDACT_KEY_ID_SIZE])
{
	uint8_t digest[DIGEST];

	hash(k, PURPOSE_ID, "systape", 7, NULL, 0, digest);
	memcpy(ret, digest, REDACT_KEY_ID_SIZE);
}

static void fill_with_word(enum redact_class class, size_t size, uint8_t *ret)
{
	const char *word = classes[class].word;
	size_t length = strlen(word);

	for (size_t i = 0; i < size; i++)
		ret[i] = i ? (uint8_t)word[(i - 1) % length] : MARKER;
}

void redact_token(const struct redact_key *k, enum redact_class class, const uint8_t *secret,
		  size_t size, uint8_t *ret)
{
	uint8_t first[DIGEST], digest[DIGEST];

	if (size < REDACT_HASHED_MIN || redact_is_guessable(secret, size)) {
		fill_with_word(class, size, ret);
		return;
	}
	hash(k, PURPOSE_SECRET, secret, size, NULL, 0, first);
	for (size_t at = 0; at < size; at++) {
		uint32_t block = (uint32_t)(at / DIGEST);

		if (at % DIGEST == 0)
			hash(k, PURPOSE_MORE, first, DIGEST, &block, sizeof(block), digest);
		ret[at] = (uint8_t)alphabet[digest[at % DIGEST] & 31];
	}
	ret[0] = MARKER;
}

void redact_digest(const struct redact_key *k, const char *what, const void *bytes, size_t size,
		   uint8_t ret[REDACT_CHAIN_SIZE])
{
	/* With its NUL: no two of them run into what follows. */
	hash(k, PURPOSE_FORM, what, strlen(what) + 1, bytes, size, ret);
}

bool redact_is_token(const uint8_t *text, size_t size)
{
	if (!size || text[0] != MARKER)
		return false;
	for (size_t i = 1; i < size; i++) {
		if (!text[i] || !strchr(alphabet, text[i]))
			return false;
	}
	return true;
}

bool redact_is_guessable(const uint8_t *text, size_t size)
{
	static const char *const common[] = {"password",    "passw0rd",  "password1",
					     "password123", "changeme",  "disabled",
					     "required",    "undefined", "anonymous"};
	bool seen[256] = {false};
	size_t distinct = 0, digits = 0;

	for (size_t i = 0; i < size; i++) {
		distinct += !seen[text[i]];
		seen[text[i]] = true;
		digits += text[i] >= '0' && text[i] <= '9';
	}
	if (distinct < DISTINCT_MIN || (digits == size && size < DIGITS_MIN))
		return true;
	for (size_t i = 0; i < sizeof(common) / sizeof(common[0]); i++) {
		if (strlen(common[i]) == size &&
		    strncasecmp(common[i], (const char *)text, size) == 0)
			return true;
	}
	return false;
}

/* ---- chains ---- */

void redact_chain_begin(const struct redact_key *k, uint64_t position,
			uint8_t chain[REDACT_CHAIN_SIZE])
{
	hash(k, PURPOSE_CHAIN, &position, sizeof(position), NULL, 0, chain);
}

void redact_chain(const struct redact_key *k, uint8_t chain[REDACT_CHAIN_SIZE],
		  const uint8_t *bytes, size_t size, uint8_t *ret)
{
	for (size_t i = 0; i < size; i++) {
		hash(k, PURPOSE_LINK, chain, REDACT_CHAIN_SIZE, &bytes[i], 1, chain);
		ret[i] = (uint8_t)alphabet[chain[0] & 31];
	}
}
