/* SPDX-License-Identifier: Apache-2.0 */
/* Which texts tell names, and what stands for these then. */
#include "replayer/redact/names.h"

#include "base/buf.h"
#include "base/cleanup.h"
#include "replayer/redact/dns.h"
#include "replayer/redact/secrets.h"
#include "replayer/redact/token.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

enum how { TEXT, VARIABLE, ARGUMENTS, FILE_OF };

/* What is replaced of @probe when @text was told; "" when nothing is. */
struct told {
	enum how how;
	const char *path; /* FILE_OF */
	const char *text, *probe;
	const char *pattern; /* '*' is what has been replaced */
};

static int take(struct names *n, const struct told *t)
{
	const uint8_t *text = (const uint8_t *)t->text;
	size_t size = strlen(t->text);

	switch (t->how) {
	case VARIABLE:
		return names_take_variable(n, text, size);
	case ARGUMENTS:
		return names_take_arguments(n, text, size);
	case FILE_OF:
		return names_take_lines(n, names_file_of(t->path, strlen(t->path)), text, size);
	case TEXT:
		break;
	}
	return names_take_text(n, text, size);
}

/* The longest that ends at each place, from behind; what is not whole is none. */
static void apply(const struct secrets *s, const char *probe, char *ret)
{
	const struct automaton *a = secrets_names(s);
	uint32_t state = 0;

	strcpy(ret, probe);
	for (size_t i = 0; a && probe[i]; i++) {
		uint32_t at, name, length;

		at = state = automaton_step(a, state, (uint8_t)probe[i]);
		if (!automaton_match(a, &at, &name, &length))
			continue;
		assert_non_null(secrets_form(s, name)->instead);
		memcpy(ret + i + 1 - length, secrets_form(s, name)->instead, length);
	}
}

/* Each run of '*' is something else than in the probe. */
static bool is_like(const char *text, const char *probe, const char *pattern)
{
	while (*pattern) {
		size_t n = strspn(pattern, "*");

		if (n ? strncmp(text, probe, n) == 0 : *text != *pattern)
			return false;
		n = n ? n : 1;
		text += n;
		probe += n;
		pattern += n;
	}
	return !*text;
}

static void test_told(void **state)
{
	static const struct told cases[] = {
		{VARIABLE, NULL, "USER=alice", "to alice", "to *****"},
		{VARIABLE, NULL, "HOME=/srv/people/alice", "alice", "*****"},
		{VARIABLE, NULL, "HOSTNAME=web7.corp.example", "web7.corp.example",
		 "****.****.example"},
		{VARIABLE, NULL, "USER=root", "root", "root"},
		{VARIABLE, NULL, "PWD=/home/alice/x", "alice", "*****"},
		{VARIABLE, NULL, "PROXY=http://gate:3128/", "gate", "****"},
		{ARGUMENTS, NULL, "bob@gate", "gate of bob", "**** of ***"},
		{ARGUMENTS, NULL, "alice@gateway", "gateway alice", "******* *****"},
		{ARGUMENTS, NULL, "user.name=Alice Smith", "Alice Smith", "***********"},
		{TEXT, NULL, "ls /home/alice/", "/home/alice", "/home/*****"},
		{TEXT, NULL, "see https://git.acme.de:8/x", "git.acme.de", "***.****.de"},
		{TEXT, NULL, "see https://git.acme.de:8/x", "GIT.ACME.DE", "***.****.de"},
		{TEXT, NULL, "by alice.b@acme.de.", "<alice.b@acme.de>", "<*******@****.de>"},
		{TEXT, NULL, "GET / HTTP/1.1\r\nHost: intra.acme.de\r\n", "intra.acme.de",
		 "*****.****.de"},
		{TEXT, NULL, "x 2a01:4f8::17", "2A01:4F8::17", "****:***::**"},
		{TEXT, NULL, "x 52-54-00-ab-cd-01", "52-54-00-ab-cd-01", "**-**-**-**-**-**"},
		{TEXT, NULL, "getty@tty1.service", "tty1.service", "tty1.service"},
		{TEXT, NULL, "http://%s/ http://$HOST/", "%s", "%s"},
		{FILE_OF, "/etc/passwd", "alice:x:1000:1000:Al Smith,,,:/home/al7:/bin/sh",
		 "alice, Al Smith, al7", "*****, ********, ***"},
		{FILE_OF, "/etc/passwd", "www:x:33:33:Web Server:/var/www:/bin/sh", "Web Server",
		 "Web Server"},
		{FILE_OF, "/etc/hosts", "10.9.8.7 db.acme.de dbhost # old", "db.acme.de dbhost old",
		 "**.****.de ****** old"},
		{FILE_OF, "/etc/resolv.conf", "search acme.de", "acme.de", "****.de"},
		{FILE_OF, "/etc/hostname", "kestrel\n", "kestrel", "*******"},
		{FILE_OF, "/etc/machine-id", "00112233445566778899aabbccddeeff\n",
		 "00112233445566778899aabbccddeeff", "********************************"},
		{FILE_OF, "/root/.gitconfig", "[user]\n\tname = Al Smith\n", "Al Smith",
		 "********"},
		{FILE_OF, "/proc/net/tcp",
		 "   0: 0700A8C0:0016 01020A0A:0016 01 00000001:00000000 00", "0700A8C0 01020A0A",
		 "******** ********"},
		{FILE_OF, "/proc/net/tcp",
		 "   0: 00000000:0016 00000000:0000 01 12345678:12345678 00", "12345678",
		 "12345678"},
		{FILE_OF, "/tmp/x", "alice:x:1000:1000:Al Smith,,,:/srv/al:/bin/sh", "alice",
		 "alice"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		uint8_t bytes[REDACT_KEY_SIZE] = {9};
		struct redact_key *key = redact_key_new(bytes);
		struct secrets *s = secrets_new();
		struct names *n = names_new(key, s);
		char got[128];

		assert_int_equal(take(n, &cases[i]), 0);
		assert_int_equal(secrets_seal(s), 0);
		apply(s, cases[i].probe, got);
		if (!is_like(got, cases[i].probe, cases[i].pattern))
			fail_msg("%s: %s -> %s, expected %s", cases[i].text, cases[i].probe, got,
				 cases[i].pattern);
		names_free(n);
		secrets_free(s);
		redact_key_free(key);
	}
}

/* Hosts of one domain stay that, and two hosts two. */
static void test_labels(void **state)
{
	uint8_t bytes[REDACT_KEY_SIZE] = {9};
	struct redact_key *key = redact_key_new(bytes);
	uint8_t a[8], b[8];

	(void)state;
	names_map_label(key, (const uint8_t *)"acme", 4, false, a);
	names_map_label(key, (const uint8_t *)"ACME", 4, false, b);
	assert_memory_equal(a, b, 4);
	assert_int_equal(a[0], '~');
	names_map_label(key, (const uint8_t *)"acmf", 4, false, b);
	assert_memory_not_equal(a, b, 4);
	names_map_label(key, (const uint8_t *)"com", 3, true, a);
	assert_memory_equal(a, "com", 3);
	names_map_label(key, (const uint8_t *)"com", 3, false, a);
	assert_memory_not_equal(a, "com", 3);
	redact_key_free(key);
}

/* ---- messages of name servers ---- */

static int say_label(void *context, const uint8_t *at, size_t size, bool last)
{
	buf_append(context, at, size);
	buf_str(context, last ? ". " : ".");
	return 0;
}

static int say_address(void *context, const uint8_t *at, size_t size)
{
	buf_printf(context, "%zu:%u ", size, at[size - 1]);
	return 0;
}

static int say_name(void *context, const char *text)
{
	buf_printf(context, "?%s ", text);
	return 0;
}

#define HEAD        "\0\7\201\200\0\1\0\3\0\0\0\0"
#define QUESTION    "\3db9\4acme\2de\0\0\1\0\1"
#define CNAME       "\300\14\0\5\0\1\0\0\0\74\0\10\5cache\300\20"
#define ANSWER_A    "\300\51\0\1\0\1\0\0\0\74\0\4\12\24\36\50"
#define ANSWER_AAAA "\300\51\0\34\0\1\0\0\0\74\0\20\52\1\4\370\0\0\0\0\0\0\0\0\0\0\0\21"

static void test_dns(void **state)
{
	static const char message[] = HEAD QUESTION CNAME ANSWER_A ANSWER_AAAA;
	static const char whole[] = "?db9.acme.de db9.acme.de. cache.4:40 16:17 ";
	struct buf text = {0};
	const struct dns_teller t = {say_label, say_address, say_name, &text};
	char stream[sizeof(message) + 2] = {0, sizeof(message) - 1};

	(void)state;
	assert_int_equal(dns_tell((const uint8_t *)message, sizeof(message) - 1, &t), 0);
	assert_string_equal(buf_text(&text), whole);
	buf_clear(&text);
	/* On TCP its length is in front. */
	memcpy(stream + 2, message, sizeof(message));
	dns_tell((const uint8_t *)stream, sizeof(message) + 1, &t);
	assert_string_equal(buf_text(&text), whole);
	/* Cut anywhere it tells no more. */
	for (size_t size = 0; size < sizeof(message) - 1; size++) {
		uint8_t *copy = test_malloc(size + 1);

		memcpy(copy, message, size);
		buf_clear(&text);
		dns_tell(copy, size, &t);
		assert_true(text.size <= strlen(whole));
		test_free(copy);
	}
	buf_clear(&text);
	dns_tell((const uint8_t *)"GET / HTTP/1.1\r\n", 16, &t);
	assert_int_equal(text.size, 0);
	buf_done(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_told),
		cmocka_unit_test(test_labels),
		cmocka_unit_test(test_dns),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
