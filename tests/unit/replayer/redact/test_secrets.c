/* SPDX-License-Identifier: Apache-2.0 */
/* Tokens, forms of secrets, and the rules of a file. */
#include "replayer/redact/secrets.h"

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/err.h"
#include "replayer/redact/forms.h"
#include "replayer/redact/rules.h"
#include "replayer/redact/token.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/* ---- tokens ---- */

static struct redact_key *key_of(uint8_t seed)
{
	uint8_t bytes[REDACT_KEY_SIZE];

	memset(bytes, seed, sizeof(bytes));
	return redact_key_new(bytes);
}

static void test_tokens(void **state)
{
	static const char secret[] = "Tr0ub4dor&3-and more of it that is longer than a digest";
	struct redact_key *k = key_of(1), *other = key_of(2);

	(void)state;
	for (size_t size = 1; size < sizeof(secret); size++) {
		uint8_t a[sizeof(secret) + 1], b[sizeof(secret)], c[sizeof(secret)];

		memset(a, '!', sizeof(a));
		redact_token(k, REDACT_PASSWORD, (const uint8_t *)secret, size, a);
		redact_token(k, REDACT_PASSWORD, (const uint8_t *)secret, size, b);
		redact_token(other, REDACT_PASSWORD, (const uint8_t *)secret, size, c);
		assert_int_equal(a[size], '!');
		assert_true(redact_is_token(a, size));
		assert_memory_equal(a, b, size);
		/* What is short says its class, and is the same under any key. */
		if (size < REDACT_HASHED_MIN)
			assert_memory_equal(a, "~PASSWORD", size);
		else
			assert_memory_not_equal(a, c, size);
	}
	redact_key_free(k);
	redact_key_free(other);
}

static void test_guessable(void **state)
{
	static const char *const easy[] = {"aaaaaaaaaa", "12345678", "password", "Changeme"};
	static const char *const hard[] = {"hunter2222", "123456789012", "correcthorse"};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(easy); i++)
		assert_true(redact_is_guessable((const uint8_t *)easy[i], strlen(easy[i])));
	for (size_t i = 0; i < ARRAY_SIZE(hard); i++)
		assert_false(redact_is_guessable((const uint8_t *)hard[i], strlen(hard[i])));
}

/* However a stream is cut into pieces. */
static void test_chains(void **state)
{
	static const uint8_t bytes[] = "what is in such a file";
	struct redact_key *k = key_of(1);
	uint8_t one[sizeof(bytes)], two[sizeof(bytes)], chain[REDACT_CHAIN_SIZE];

	(void)state;
	redact_chain_begin(k, 0, chain);
	redact_chain(k, chain, bytes, sizeof(bytes), one);
	redact_chain_begin(k, 0, chain);
	for (size_t i = 0; i < sizeof(bytes); i++)
		redact_chain(k, chain, bytes + i, 1, two + i);
	assert_memory_equal(one, two, sizeof(one));
	redact_chain_begin(k, 1, chain);
	redact_chain(k, chain, bytes, sizeof(bytes), two);
	assert_memory_not_equal(one, two, sizeof(one));
	redact_key_free(k);
}

/* ---- forms ---- */

static int note(void *context, const char *name, const uint8_t *bytes, size_t size)
{
	struct buf *b = context;

	buf_printf(b, "[%s:", name);
	buf_append(b, bytes, size);
	buf_char(b, ']');
	return 0;
}

/* Made with other programs: base64(1), python's urllib and json, xxd. */
static void test_forms(void **state)
{
	static const char *const expected[] = {
		"[plain:p/w\"d é+]",
		"[base64:cC93ImQgw6kr]",
		"[percent:p%2Fw%22d%20%C3%A9%2B]",
		"[percent:p/w%22d%20%C3%A9%2B]",
		"[percent:p%2Fw%22d+%C3%A9%2B]",
		"[hex:702f77226420c3a92b]",
		"[hex:702F77226420C3A92B]",
		"[JSON:p/w\\\"d é+]",
	};
	static const char secret[] = "p/w\"d é+";
	struct buf told = {0};

	(void)state;
	assert_int_equal(forms_tell((const uint8_t *)secret, strlen(secret), note, &told), 0);
	for (size_t i = 0; i < ARRAY_SIZE(expected); i++) {
		if (!strstr(buf_text(&told), expected[i]))
			fail_msg("%s not in %s", expected[i], buf_text(&told));
	}
	buf_done(&told);
}

/* Whatever stands in front and behind, what no neighbour changes is found. */
static void test_base64(void **state)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	static const char secret[] = "s3cretS3cret";
	struct buf told = {0};

	(void)state;
	forms_tell((const uint8_t *)secret, strlen(secret), note, &told);
	for (size_t before = 0; before < 3; before++) {
		uint8_t plain[32] = "zzz";
		char encoded[64] = "[base64:";
		size_t n = strlen(encoded), size = before + strlen(secret);

		memcpy(plain + before, secret, strlen(secret));
		for (size_t i = (before * 8 + 5) / 6; i < size * 8 / 6; i++) {
			size_t bit = i * 6;
			unsigned value = (unsigned)plain[bit / 8] << 8 | plain[bit / 8 + 1];

			encoded[n++] = digits[value >> (10 - bit % 8) & 63];
		}
		encoded[n++] = ']';
		if (!strstr(buf_text(&told), encoded))
			fail_msg("%s not in %s", encoded, buf_text(&told));
	}
	buf_done(&told);
}

/* ---- what is looked for ---- */

static bool is_found(const struct automaton *a, const char *text, const char **ret_form,
		     const struct secrets *s)
{
	uint32_t state = 0;
	bool found = false;

	for (; a && *text; text++) {
		uint32_t at, name, size;

		at = state = automaton_step(a, state, (uint8_t)*text);
		while (automaton_match(a, &at, &name, &size)) {
			*ret_form = secrets_form(s, name)->form;
			found = true;
		}
	}
	return found;
}

static void test_worth(void **state)
{
	static const char *const not_worth[] = {"short",     "1234567",  "/usr/lib/x1",
						"~ABCDEFGH", "password", "abcdefgh"};
	static const char *const worth[] = {"hunter2", "k3y-8a", "123456789012", "abcdefghijk"};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(not_worth); i++)
		assert_false(secrets_is_worth((const uint8_t *)not_worth[i], strlen(not_worth[i])));
	for (size_t i = 0; i < ARRAY_SIZE(worth); i++)
		assert_true(secrets_is_worth((const uint8_t *)worth[i], strlen(worth[i])));
}

static void test_names_apart(void **state)
{
	struct secrets *s = secrets_new();
	const char *form = "";

	(void)state;
	assert_int_equal(secrets_add(s, REDACT_TOKEN, (const uint8_t *)"k3y-8a7b6c", 10), 0);
	assert_int_equal(secrets_add_name(s, REDACT_NAME, (const uint8_t *)"Alice", 5,
					  (const uint8_t *)"~bcde"),
			 0);
	assert_int_equal(secrets_add_exact(s, REDACT_ADDRESS, (const uint8_t *)"0700A8C0", 8,
					   (const uint8_t *)"0800A8C0", true),
			 0);
	/* Twice is once. */
	assert_int_equal(secrets_add_name(s, REDACT_NAME, (const uint8_t *)"Alice", 5,
					  (const uint8_t *)"~xxxx"),
			 0);
	assert_int_equal(secrets_count(s), 3);
	assert_int_equal(secrets_seal(s), 0);
	assert_true(is_found(secrets_automaton(s), "x k3y-8a7b6c", &form, s));
	assert_string_equal(form, "plain");
	assert_false(is_found(secrets_automaton(s), "alice ALICE Alice", &form, s));
	assert_true(is_found(secrets_names(s), "alice", &form, s));
	assert_true(is_found(secrets_names(s), "ALICE", &form, s));
	assert_true(is_found(secrets_names(s), "416c696365", &form, s));
	assert_string_equal(form, "hex");
	assert_true(is_found(secrets_names(s), "0700A8C0", &form, s));
	assert_false(is_found(secrets_names(s), "0700a8c0", &form, s));
	secrets_free(s);
}

/* ---- rules ---- */

static int read_rules(struct rules *r, const char *text, struct err *err)
{
	char path[] = "/tmp/systape-rules-XXXXXX";
	int fd = mkstemp(path), result;

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
	result = redact_rules_read(r, path, err);
	unlink(path);
	return result;
}

static void test_rule_errors(void **state)
{
	static const struct {
		const char *text, *error;
	} cases[] = {
		{"# fine\nname X\npth /x\n", "line 3: 'pth' is no rule"},
		{"\n\ntext\n", "line 3: 'text' of what?"},
		{"keep-path   \t\n", "line 1: 'keep-path' of what?"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct rules *r = rules_new();
		struct err err = {0};

		assert_int_equal(read_rules(r, cases[i].text, &err), -EINVAL);
		if (!strstr(err_text(&err), cases[i].error))
			fail_msg("%s", err_text(&err));
		redact_rules_free(r);
	}
}

static bool names_secret(const struct rules *r, const char *name)
{
	enum redact_class class;

	return rules_is_secret_name(r, name, strlen(name), &class);
}

static bool holds_secrets(const struct rules *r, const char *path)
{
	struct rules_object o;

	return rules_is_secret_path(r, path, strlen(path), &o);
}

static void test_rules(void **state)
{
	struct rules *r = rules_new(), *none = rules_new();
	struct err err = {0};

	(void)state;
	assert_int_equal(read_rules(r,
				    "# ours\n\n  path /srv/app/*.yml \nname SESSION_HANDLE\n"
				    "keep CI_JOB_TOKEN\nkeep-path *.example.key",
				    &err),
			 0);
	assert_true(names_secret(none, "DB_PASSWORD") && names_secret(none, "clientSecret"));
	assert_true(names_secret(none, "CI_JOB_TOKEN") && !names_secret(r, "CI_JOB_TOKEN"));
	assert_true(names_secret(r, "SESSION_HANDLE") && !names_secret(none, "SESSION_HANDLE"));
	assert_false(names_secret(none, "max_tokens") || names_secret(none, "tokenizer") ||
		     names_secret(none, "keyboard"));
	assert_true(holds_secrets(r, "/srv/app/x.yml") && !holds_secrets(none, "/srv/app/x.yml"));
	assert_true(holds_secrets(none, "/a/x.example.key") &&
		    !holds_secrets(r, "/a/x.example.key"));
	assert_true(holds_secrets(none, "/home/x/.ssh/id_rsa") &&
		    !holds_secrets(none, "/home/x/.ssh/id_rsa.pub"));
	redact_rules_free(r);
	redact_rules_free(none);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tokens),      cmocka_unit_test(test_guessable),
		cmocka_unit_test(test_chains),      cmocka_unit_test(test_forms),
		cmocka_unit_test(test_base64),      cmocka_unit_test(test_worth),
		cmocka_unit_test(test_names_apart), cmocka_unit_test(test_rule_errors),
		cmocka_unit_test(test_rules),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
