/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses in texts, and what stands for them: as long, of the same family, the same again. */
#include "replayer/redact/address.h"

#include "replayer/redact/token.h"

#include "base/cleanup.h"

#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct redact_key *key_of(uint8_t seed)
{
	uint8_t bytes[REDACT_KEY_SIZE];

	memset(bytes, seed, sizeof(bytes));
	return redact_key_new(bytes);
}

static size_t read_first(const char *text, struct address *ret)
{
	for (size_t i = 0, n; text[i]; i++) {
		n = address_read((const uint8_t *)text, strlen(text), i, ret);
		if (n)
			return n;
	}
	return 0;
}

static void test_read(void **state)
{
	static const struct {
		const char *text;
		size_t length;
		enum address_kind kind;
	} cases[] = {
		{"10.1.2.3", 8, ADDRESS_IPV4},
		{"from 192.168.100.200:80", 15, ADDRESS_IPV4},
		{"inet:10.1.2.3/24", 8, ADDRESS_IPV4},
		{"data:10.1.2.3", 8, ADDRESS_IPV4},
		{"8.8.8.8.", 7, ADDRESS_IPV4},
		{"10.0.0.1-10.0.0.9", 8, ADDRESS_IPV4},
		{"[2001:470:1f0b::2]:80", 16, ADDRESS_IPV6},
		{"fe80::1%eth0", 7, ADDRESS_IPV6},
		{"::ffff:10.1.2.3", 15, ADDRESS_IPV6},
		{"2A01:04F8:0000:0000:0000:0000:0000:0001", 39, ADDRESS_IPV6},
		{"is 2a01:4f8::17: no answer", 12, ADDRESS_IPV6},
		{"52:54:00:AB:cd:01", 17, ADDRESS_HARDWARE},
		{"52-54-00-ab-cd-01", 17, ADDRESS_HARDWARE},
		{"1.2.3", 0, 0},
		{"1.2.3.4.5", 0, 0},
		{"libx-1.2.3.4", 0, 0},
		{"v1.2.3.4", 0, 0},
		{"1.2.3.256", 0, 0},
		{"01.2.3.4", 0, 0},
		{"12:34:56", 0, 0},
		{"std::string", 0, 0},
		{"a::b", 0, 0},
		{"ab:cd:ef:01:23:45:67", 0, 0},
		{"", 0, 0},
	};
	struct address a;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		size_t n = read_first(cases[i].text, &a);

		if (n != cases[i].length || (n && a.kind != cases[i].kind))
			fail_msg("%s: %zu of kind %d", cases[i].text, n, (int)a.kind);
	}
}

/* The text of an address, written anew. */
static void write_first(struct redact_key *k, const char *text, char *ret)
{
	for (size_t i = 0; text[i]; i++) {
		struct address a;
		size_t n = address_read((const uint8_t *)text, strlen(text), i, &a);

		if (!n)
			continue;
		strcpy(ret, text);
		address_write(k, &a, (const uint8_t *)text + i, n, (uint8_t *)ret + i);
		return;
	}
	fail_msg("%s: no address", text);
}

/* Whatever the text, it is that of what stands in memory. */
static void test_write(void **state)
{
	static const char *const texts[] = {
		"8.8.8.8",
		"1.1.1.10",
		"10.1.2.3",
		"172.16.254.1",
		"192.168.100.200",
		"2001:470:1f0b::2",
		"2a01:4f8::17",
		"2001:470:1:2:3:4:5:6",
		"fe80::5054:ff:feab:cd01",
		"::ffff:10.1.2.3",
		"52:54:00:ab:cd:01",
	};
	struct redact_key *k = key_of(7);

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		char written[64] = "", expected[ADDRESS_TEXT_MAX];
		struct address a, b, back;

		write_first(k, texts[i], written);
		assert_int_equal(read_first(texts[i], &a), strlen(texts[i]));
		address_map(k, &a, &b);
		assert_string_not_equal(written, texts[i]);
		assert_int_equal(b.kind, a.kind);
		assert_int_equal(address_spell(&b, expected), strlen(texts[i]));
		assert_string_equal(written, expected);
		/* It is read as the one that stands in memory. */
		back = b;
		if (a.kind == ADDRESS_IPV4)
			assert_int_equal(inet_pton(AF_INET, written, back.bytes), 1);
		else if (a.kind == ADDRESS_IPV6)
			assert_int_equal(inet_pton(AF_INET6, written, back.bytes), 1);
		assert_memory_equal(back.bytes, b.bytes, b.size);
	}
	redact_key_free(k);
}

static void test_case_and_zeros(void **state)
{
	struct redact_key *k = key_of(7);
	char a[64], b[64], c[64];

	(void)state;
	write_first(k, "2a01:4f8::17", a);
	write_first(k, "2A01:4F8::17", b);
	write_first(k, "2a01:04f8:0000:0000:0000:0000:0000:0017", c);
	assert_int_equal(strcasecmp(a, b), 0);
	assert_memory_equal(c, a, 4);
	assert_memory_equal(c + 4, ":0", 2);
	assert_memory_equal(c + 6, a + 5, 3);
	redact_key_free(k);
}

static void test_families(void **state)
{
	struct redact_key *k = key_of(1);
	char text[64];

	(void)state;
	write_first(k, "192.168.10.20", text);
	assert_memory_equal(text, "10.", 3);
	write_first(k, "9.9.9.9", text);
	assert_memory_equal(text, "0.", 2);
	write_first(k, "192.168.100.200", text);
	assert_memory_equal(text, "2", 1);
	assert_true(text[1] >= '4');
	write_first(k, "2a01:4f8::17", text);
	assert_memory_equal(text, "fd", 2);
	write_first(k, "fe80::5054:ff:feab:cd01", text);
	assert_memory_equal(text, "fe80::", 6);
	write_first(k, "52:54:00:ab:cd:01", text);
	assert_memory_equal(text, "02:", 3);
	write_first(k, "2001:470::10.1.2.3", text);
	assert_memory_equal(strrchr(text, ':'), ":10.", 4);
	assert_int_equal(strlen(text), 18);
	redact_key_free(k);
}

static void test_kept(void **state)
{
	static const char *const texts[] = {
		"127.0.0.1",        "0.0.0.0",     "255.255.255.0",     "224.0.0.251",
		"169.254.169.254",  "192.0.2.1",   "2001:db8::1",       "ff02::fb",
		"::ffff:127.0.0.1", "ff02::1:2:3", "00:00:00:00:00:00", "ff:ff:ff:ff:ff:ff"};
	struct redact_key *k = key_of(1);

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		struct address a;

		assert_int_equal(read_first(texts[i], &a), strlen(texts[i]));
		if (!address_is_kept(&a))
			fail_msg("%s is not kept", texts[i]);
	}
	redact_key_free(k);
}

/* Equal under one key, others under another. */
static void test_keys(void **state)
{
	struct redact_key *k = key_of(1), *same = key_of(1), *other = key_of(2);
	char a[64], b[64], c[64];

	(void)state;
	write_first(k, "172.20.31.42", a);
	write_first(same, "172.20.31.42", b);
	write_first(other, "172.20.31.42", c);
	assert_string_equal(a, b);
	assert_string_not_equal(a, c);
	write_first(k, "172.20.31.43", b);
	assert_string_not_equal(a, b);
	redact_key_free(k);
	redact_key_free(same);
	redact_key_free(other);
}

/* Every address, whatever its digits, has a text as long as before. */
static void test_lengths(void **state)
{
	struct redact_key *k = key_of(3);

	(void)state;
	for (unsigned i = 0; i < 20000; i++) {
		uint32_t v = i * 2654435761U;
		struct address a = {ADDRESS_IPV4,
				    4,
				    {(uint8_t)(v >> 24), (uint8_t)(v >> (i % 9)),
				     (uint8_t)((v >> 8) >> (i % 7)), (uint8_t)v}};
		struct address b;
		char before[ADDRESS_TEXT_MAX], behind[ADDRESS_TEXT_MAX];

		address_map(k, &a, &b);
		assert_int_equal(address_spell(&a, before), address_spell(&b, behind));
		if (!address_is_kept(&a))
			assert_string_not_equal(behind, "0.0.0.0");
	}
	redact_key_free(k);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_read),     cmocka_unit_test(test_write),
		cmocka_unit_test(test_families), cmocka_unit_test(test_case_and_zeros),
		cmocka_unit_test(test_kept),     cmocka_unit_test(test_keys),
		cmocka_unit_test(test_lengths),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
