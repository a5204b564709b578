/* SPDX-License-Identifier: Apache-2.0 */
#include "names.h"

#include "names_priv.h"
#include "secrets.h"
#include "token.h"

#include "base/cleanup.h"
#include "base/hash.h"
#include "base/map.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct names {
	const struct redact_key *key;
	struct secrets *secrets;
	struct map addresses; /* hash of the bytes: itself */
};

struct names *names_new(const struct redact_key *key, struct secrets *secrets)
{
	struct names *n = calloc(1, sizeof(*n));

	if (n) {
		n->key = key;
		n->secrets = secrets;
	}
	return n;
}

struct names *names_free(struct names *n)
{
	if (n)
		map_done(&n->addresses);
	free(n);
	return NULL;
}

/* ---- what stands for a name ---- */

/* What many are called by tells of nobody, and stands everywhere. */
static const char *const common[] = {
	"root",      "user",    "localhost", "nobody",  "home",     "debian",   "admin",
	"test",      "git",     "ubuntu",    "fedora",  "guest",    "daemon",   "mail",
	"news",      "backup",  "games",     "www",     "www-data", "build",    "builder",
	"runner",    "docker",  "vagrant",   "jenkins", "postgres", "mysql",    "redis",
	"nginx",     "systemd", "service",   "default", "unknown",  "ec2-user", "bin",
	"sys",       "man",     "proxy",     "server",  "client",   "host",     "none",
	"anonymous", "linux",   "centos",    "shared",  "public",   "username", "hostname",
};

/* What everybody has at the end of a host name, besides countries. */
static const char *const tops[] = {
	"com",  "org",      "net",         "edu",     "gov",     "mil",       "int",
	"arpa", "info",     "biz",         "name",    "dev",     "app",       "test",
	"xyz",  "online",   "local",       "lan",     "home",    "localhost", "internal",
	"corp", "intranet", "localdomain", "example", "invalid", "cloud",
};

static bool is_among(const char *const *list, size_t count, const uint8_t *text, size_t size)
{
	for (size_t i = 0; i < count; i++) {
		if (strlen(list[i]) == size && strncasecmp(list[i], (const char *)text, size) == 0)
			return true;
	}
	return false;
}

/* '~' and letters, which are the same for capitals. Even the shortest is hashed: nobody can try
 * names without the key, and two hosts must stay two. */
static void map_word(const struct redact_key *key, const uint8_t *text, size_t size, uint8_t *ret)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz234567";
	uint8_t folded[NAME_MAX_SIZE] = {0}, digest[REDACT_CHAIN_SIZE];
	size_t n = size < sizeof(folded) ? size : sizeof(folded);

	for (size_t i = 0; i < n; i++)
		folded[i] = (uint8_t)tolower(text[i]);
	redact_digest(key, "name", folded, n, digest);
	for (size_t i = 0; i < size; i++)
		ret[i] = (uint8_t)letters[digest[i % sizeof(digest)] & 31];
	if (size)
		ret[0] = '~';
}

void names_map_label(const struct redact_key *key, const uint8_t *label, size_t size, bool last,
		     uint8_t *ret)
{
	static const char *const kept[] = {"www", "localhost", "in-addr", "ip6", "arpa"};

	if (is_among(kept, ARRAY_SIZE(kept), label, size) ||
	    (last && (size == 2 || is_among(tops, ARRAY_SIZE(tops), label, size))))
		memmove(ret, label, size);
	else
		map_word(key, label, size, ret);
}

static void map_host(const struct redact_key *key, const uint8_t *text, size_t size, uint8_t *ret)
{
	for (size_t at = 0; at <= size;) {
		const uint8_t *dot = memchr(text + at, '.', size - at);
		size_t n = dot ? (size_t)(dot - text) - at : size - at;

		/* A name of one label has no end that everybody has. */
		names_map_label(key, text + at, n, at && at + n == size, ret + at);
		if (dot)
			ret[at + n] = '.';
		at += n + 1;
	}
}

/* ---- taking ---- */

int names_take_user(struct names *n, const uint8_t *text, size_t size)
{
	uint8_t instead[NAME_MAX_SIZE];

	if (size < NAME_MIN || size > sizeof(instead) || text[0] == '~' ||
	    is_among(common, ARRAY_SIZE(common), text, size))
		return 0;
	map_word(n->key, text, size, instead);
	return secrets_add_name(n->secrets, REDACT_NAME, text, size, instead);
}

bool names_is_host_character(uint8_t c)
{
	return isalnum(c) || c == '-' || c == '.' || c == '_';
}

/* Letters somewhere, no empty label. */
bool names_is_host(const uint8_t *text, size_t size)
{
	bool letter = false;

	if (size < NAME_MIN || size > NAMES_HOST_MAX || text[0] == '.' || text[0] == '-')
		return false;
	for (size_t i = 0; i < size; i++) {
		if (!names_is_host_character(text[i]) ||
		    (i && text[i] == '.' && text[i - 1] == '.'))
			return false;
		letter |= isalpha(text[i]) > 0;
	}
	return letter;
}

int names_take_host(struct names *n, const uint8_t *text, size_t size)
{
	uint8_t instead[NAMES_HOST_MAX];

	while (size && text[size - 1] == '.')
		size--;
	if (!names_is_host(text, size) || is_among(common, ARRAY_SIZE(common), text, size))
		return 0;
	map_host(n->key, text, size, instead);
	if (memcmp(text, instead, size) == 0)
		return 0;
	return secrets_add_name(n->secrets, REDACT_NAME, text, size, instead);
}

int names_take_mailbox(struct names *n, const uint8_t *text, size_t user, size_t size)
{
	uint8_t instead[NAME_MAX_SIZE + 1 + NAMES_HOST_MAX];

	if (size > sizeof(instead) || is_among(common, ARRAY_SIZE(common), text, user))
		return 0;
	map_word(n->key, text, user, instead);
	instead[user] = '@';
	map_host(n->key, text + user + 1, size - user - 1, instead + user + 1);
	return secrets_add_name(n->secrets, REDACT_NAME, text, size, instead);
}

/* ---- addresses ---- */

static uint64_t key_of(const uint8_t *bytes, size_t size)
{
	return hash_add(HASH_START, bytes, size);
}

bool names_knows(const struct names *n, const uint8_t *bytes, size_t size)
{
	return map_get(&n->addresses, key_of(bytes, size));
}

/* @swapped: in each four bytes the last first, as x86 has them, and /proc prints them. */
static void spell_hex(const struct address *a, bool swapped, bool upper, uint8_t *ret)
{
	const char *digits = upper ? "0123456789ABCDEF" : "0123456789abcdef";

	for (size_t i = 0; i < a->size; i++) {
		uint8_t byte = a->bytes[swapped ? i ^ 3 : i];

		*ret++ = (uint8_t)digits[byte >> 4];
		*ret++ = (uint8_t)digits[byte & 15];
	}
}

/* In hexadecimal, as /proc, ip6tables and debuggers have them. Four bytes are also many other
 * things: in capitals and swapped they are an address in /proc/net/tcp. */
static int add_hex(struct names *n, const struct address *a, const struct address *other)
{
	uint8_t text[2 * ADDRESS_SIZE_MAX], instead[2 * ADDRESS_SIZE_MAX];
	int r = 0;

	for (int form = 0; r == 0 && form < 4; form++) {
		bool swapped = form & 1, upper = form & 2;

		if (a->kind == ADDRESS_IPV4 && !(swapped && upper))
			continue;
		spell_hex(a, swapped, upper, text);
		spell_hex(other, swapped, upper, instead);
		r = secrets_add_exact(n->secrets, REDACT_ADDRESS, text, 2U * a->size, instead,
				      true);
	}
	return r;
}

int names_take_address(struct names *n, const struct address *a)
{
	uint64_t hash = key_of(a->bytes, a->size);
	char text[ADDRESS_TEXT_MAX], instead[ADDRESS_TEXT_MAX];
	struct address other;
	size_t size;
	int r;

	if (address_is_kept(a) || map_get(&n->addresses, hash) ||
	    n->addresses.count == NAMES_ADDRESSES_MAX)
		return 0;
	r = map_put(&n->addresses, hash, n);
	address_map(n->key, a, &other);
	size = address_spell(a, text);
	if (r == 0 && size && address_spell(&other, instead) == size)
		r = secrets_add_name(n->secrets, REDACT_ADDRESS, (uint8_t *)text, size,
				     (uint8_t *)instead);
	if (r == 0 && a->kind != ADDRESS_HARDWARE)
		r = add_hex(n, a, &other);
	return r;
}

int names_take_spelling(struct names *n, const struct address *a, const uint8_t *text, size_t size)
{
	uint8_t instead[ADDRESS_TEXT_MAX];

	if (size > sizeof(instead))
		return 0;
	address_write(n->key, a, text, size, instead);
	return secrets_add_name(n->secrets, REDACT_ADDRESS, text, size, instead);
}
