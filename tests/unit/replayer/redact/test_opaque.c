/* SPDX-License-Identifier: Apache-2.0 */
/* Streams that nobody can look into, by how they begin. */
#include "replayer/redact/opaque.h"

#include "base/buf.h"
#include "base/cleanup.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void test_kinds(void **state)
{
	static const struct {
		const char *begin;
		size_t size;
		enum opaque_kind in_file, on_socket;
	} cases[] = {
		{"\x1f\x8b\x08\0", 4, OPAQUE_GZIP, OPAQUE_GZIP},
		{"\x1f\x8b", 2, OPAQUE_NONE, OPAQUE_NONE},
		{"\x78\x9c\x4b", 3, OPAQUE_ZLIB, OPAQUE_NONE},
		{"PK\x03\x04", 4, OPAQUE_ZIP, OPAQUE_ZIP},
		{"PACK\0\0\0\2", 8, OPAQUE_GIT, OPAQUE_GIT},
		{"\x16\x03\x01\x02\0", 5, OPAQUE_NONE, OPAQUE_TLS},
		{"SSH-2.0-OpenSSH_9.2\r\n", 21, OPAQUE_NONE, OPAQUE_SSH},
		{"text", 4, OPAQUE_NONE, OPAQUE_NONE},
		{"", 0, OPAQUE_NONE, OPAQUE_NONE},
	};
	static const char gzipped[] = "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n",
			  as_it_is[] = "HTTP/1.1 200 OK\r\nContent-Encoding: identity\r\n\r\n";

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const uint8_t *text = (const uint8_t *)cases[i].begin;

		assert_int_equal(opaque_of(text, cases[i].size, false), cases[i].in_file);
		assert_int_equal(opaque_of(text, cases[i].size, true), cases[i].on_socket);
	}
	assert_int_equal(opaque_of((const uint8_t *)gzipped, sizeof(gzipped) - 1, true),
			 OPAQUE_HTTP);
	assert_int_equal(opaque_of((const uint8_t *)gzipped, sizeof(gzipped) - 1, false),
			 OPAQUE_NONE);
	assert_int_equal(opaque_of((const uint8_t *)as_it_is, sizeof(as_it_is) - 1, true),
			 OPAQUE_NONE);
}

static void test_said(void **state)
{
	struct opaque o = {.streams[OPAQUE_GZIP] = 1,
			   .bytes[OPAQUE_GZIP] = 20,
			   .streams[OPAQUE_TLS] = 2,
			   .bytes[OPAQUE_TLS] = 4711};
	struct buf text = {0};

	(void)state;
	opaque_say(&(struct opaque){{0}, {0}}, &text);
	assert_string_equal(buf_text(&text), "");
	opaque_say(&o, &text);
	assert_string_equal(buf_text(&text),
			    "not looked into, as it is compressed or encrypted: gzip in 1 stream, "
			    "20 bytes; TLS in 2 streams, 4711 bytes\n");
	buf_clear(&text);
	opaque_json(&o, &text);
	assert_string_equal(buf_text(&text), "[{\"kind\":\"gzip\",\"streams\":1,\"bytes\":20},"
					     "{\"kind\":\"TLS\",\"streams\":2,\"bytes\":4711}]");
	buf_done(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kinds),
		cmocka_unit_test(test_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
