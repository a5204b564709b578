/* SPDX-License-Identifier: Apache-2.0 */
#include "replayer/redact/forms.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* What is looked for among the forms. */
struct wanted {
	const char *name;
	const void *bytes;
	size_t size;
	bool found;
};

static int compare(void *context, const char *name, const uint8_t *bytes, size_t size)
{
	struct wanted *w = context;

	w->found |=
		strcmp(name, w->name) == 0 && size == w->size && memcmp(bytes, w->bytes, size) == 0;
	return 0;
}

static bool has(const char *secret, const char *name, const void *bytes, size_t size)
{
	struct wanted w = {name, bytes, size, false};

	assert_int_equal(forms_tell((const uint8_t *)secret, strlen(secret), compare, &w), 0);
	return w.found;
}

#define HAS(secret, name, text) assert_true(has(secret, name, text, sizeof(text) - 1))

static void test_encoded(void **state)
{
	(void)state;
	HAS("sEcret/&\"1", "plain", "sEcret/&\"1");
	/* Alone, and behind one and two bytes of something else. */
	HAS("sEcret1?", "base64", "c0VjcmV0MT");
	HAS("sEcret1?", "base64", "NFY3JldDE/");
	HAS("sEcret1?", "base64", "zRWNyZXQxP");
	HAS("sEcret1?", "base64url", "NFY3JldDE_");
	HAS("sEcret/&", "percent", "sEcret%2F%26");
	HAS("sEcret/&", "percent", "sEcret/%26");
	HAS("sEcret1?", "hex", "734563726574313f");
	HAS("sEcret1?", "hex", "734563726574313F");
	HAS("sE\"cret1", "JSON", "sE\\\"cret1");
	HAS("sEcret", "UTF-16", "s\0E\0c\0r\0e\0t\0");
	HAS("sEcret", "UTF-16", "\0s\0E\0c\0r\0e\0t");
	HAS("sE'cret1", "shell", "sE'\\''cret1");
}

static void test_decoded(void **state)
{
	/* Of "0123456789abcdefghijklmnopqrstuvwx", whole and without its first digits. */
	static const char whole[] = "MDEyMzQ1Njc4OWFiY2RlZmdoaWprbG1ub3BxcnN0dXZ3eA==";

	(void)state;
	HAS(whole, "decoded", "0123456789abcdefghijklmnopqrstuvwx");
	HAS(whole + 1, "decoded", "123456789abcdefghijklmnopqrstuvwx");
	HAS(whole + 2, "decoded", "23456789abcdefghijklmnopqrstuvwx");
	HAS(whole + 3, "decoded", "3456789abcdefghijklmnopqrstuvwx");
	HAS("303132333435363738396a6b6c6d6e6f", "decoded", "0123456789jklmno");
	HAS("303132333435363738396A6B6C6D6E6F", "decoded", "0123456789jklmno");
	/* Too short, and nothing of that kind. */
	assert_false(has("MDEyMzQ1Njc4OWFi", "decoded", "0123456789ab", 12));
	assert_false(has("MDEyMzQ1Njc4OWFiY2Rl!mdoaWpr", "decoded", "0123456789abcde", 15));
}

static int refuse(void *context, const char *name, const uint8_t *bytes, size_t size)
{
	(void)context, (void)name, (void)bytes, (void)size;
	return -E2BIG;
}

static void test_ends(void **state)
{
	(void)state;
	assert_int_equal(forms_tell((const uint8_t *)"sEcret", 6, refuse, NULL), -E2BIG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_encoded),
		cmocka_unit_test(test_decoded),
		cmocka_unit_test(test_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
