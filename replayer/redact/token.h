/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What stands where a secret was: text of the same length that is equal for equal secrets and
 * tells nothing else. HMAC-SHA-256 (nettle) under a key of 256 bits that is drawn for each run
 * and never stored, so that nobody can try passwords against a token. What is short or easily
 * guessed gets a word for its class instead: there equal need not mean equal.
 *
 * A token begins with '~' and goes on with letters A-Z and digits 2-7: it can stand in paths,
 * in JSON, in URLs and between quotes.
 */
#ifndef REDACT_TOKEN_H
#define REDACT_TOKEN_H

#include "class.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;
struct redact_key;

enum { REDACT_KEY_SIZE = 32, REDACT_KEY_ID_SIZE = 16, REDACT_CHAIN_SIZE = 32 };
enum { REDACT_HASHED_MIN = 8 }; /* bytes of a secret that gets a hash */

/* One that nobody knows. 0 or -errno. */
int redact_key_random(struct redact_key **ret, struct err *err);
/* REDACT_KEY_SIZE bytes, which are wiped. NULL: out of memory. */
struct redact_key *redact_key_new(uint8_t *bytes);
/* Wipes it. */
struct redact_key *redact_key_free(struct redact_key *k);
/* Tells keys apart and says nothing about them. */
void redact_key_id(const struct redact_key *k, uint8_t ret[REDACT_KEY_ID_SIZE]);

/* Writes @size bytes to @ret, which may be @secret. */
void redact_token(const struct redact_key *k, enum redact_class class, const uint8_t *secret,
		  size_t size, uint8_t *ret);
/* Whether it is nothing but a token. */
bool redact_is_token(const uint8_t *text, size_t size);
/* Whether a person might guess it: few different characters, digits alone, a common word. */
bool redact_is_guessable(const uint8_t *text, size_t size);

/* Bytes that depend on @bytes, @what and the key, for what is replaced in a form of its own. */
void redact_digest(const struct redact_key *k, const char *what, const void *bytes, size_t size,
		   uint8_t ret[REDACT_CHAIN_SIZE]);

/*
 * The same for a stream, byte by byte: each depends on everything in front of it, so that equal
 * streams stay equal however they were cut into pieces.
 */
void redact_chain_begin(const struct redact_key *k, uint64_t position,
			uint8_t chain[REDACT_CHAIN_SIZE]);
void redact_chain(const struct redact_key *k, uint8_t chain[REDACT_CHAIN_SIZE],
		  const uint8_t *bytes, size_t size, uint8_t *ret);

#endif
