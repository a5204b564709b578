/* SPDX-License-Identifier: Apache-2.0 */
#include "replayer/side/transient.h"

#include "format/event.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Sun, 06 Nov 1994 08:49:37 GMT */
enum { WHEN = 784111777 };

enum { DATE_SIZE = 29 };

static struct transients then = {WHEN - TRANSIENT_TOLERANCE, WHEN + TRANSIENT_TOLERANCE, NULL};

static size_t next(const char *text, size_t from)
{
	/* Of its size, so that reading behind it is seen. */
	const size_t size = strlen(text);
	uint8_t *data = malloc(size + !size);
	size_t ret, length;

	assert_non_null(data);
	memcpy(data, text, size);
	ret = transient_next(data, size, from, &then, &length);
	free(data);
	return ret;
}

static void is_found(void **state)
{
	static const char text[] = "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\nDate: Sun, 06 Nov 1994 "
				   "08:49:40 GMT";

	(void)state;
	assert_int_equal(next(text, 0), 6);
	assert_int_equal(next(text, 7), 6 + DATE_SIZE + 8);
	assert_int_equal(next(text, 6 + DATE_SIZE + 9), sizeof(text) - 1);
}

static void only_the_moments(void **state)
{
	static const char *const others[] = {
		"",
		"GMT",
		" GMT",
		"Sun, 06 Nov 1994 08:49:37 GM",
		"un, 06 Nov 1994 08:49:37 GMT",
		"Sun, 06 Nov 1994 08:49:47 GMT",
		"Sun, 06 Nov 1993 08:49:37 GMT",
		"Sun, 06 Nop 1994 08:49:37 GMT",
		"Sun, x6 Nov 1994 08:49:37 GMT",
		"Sun; 06 Nov 1994 08:49:37 GMT",
		"Sun, 06 Nov 1994 08.49:37 GMT",
		"Sun, 06 Nov 1994 08:49:3/ GMT",
		" GMT GMT GMT GMT GMT GMT GMT GMT GMT GMT GMT",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		assert_int_equal(next(others[i], 0), strlen(others[i]));
}

static void the_next_after_another(void **state)
{
	(void)state;
	assert_int_equal(next("Sun, 06 Nov 1993 08:49:37 GMT Sun, 06 Nov 1994 08:49:37 GMT", 0),
			 DATE_SIZE + 1);
}

static void moment_of_an_event(void **state)
{
	const struct event e = {
		.kind = EVENT_CALL,
		.time = UINT64_C(10000000000),
		.call = {.state = EVENT_FINISHED, .duration = UINT64_C(3000000000)}};
	const struct transients m = transients_of(INT64_C(1000) * 1000000000, &e, NULL);

	(void)state;
	assert_int_equal(m.until - m.from, 3 + 2 * TRANSIENT_TOLERANCE);
	assert_int_equal(m.from, 1010 - TRANSIENT_TOLERANCE);
}

static void ports(void **state)
{
	uint8_t chosen[TRANSIENT_PORTS_SIZE] = {0};

	(void)state;
	chosen[40635 / 8] |= 1 << 40635 % 8;
	then.ports = chosen;
	assert_int_equal(next("http://[::1]:40635/", 0), 13);
	assert_int_equal(next("40635", 0), 0);
	assert_int_equal(next("port 40636 or 40635.", 0), 14);
	assert_int_equal(next("140635 406350 4063 40634", 0), 24);
	/* The rest of a number is none. */
	assert_int_equal(next("140635", 1), 6);
	assert_int_equal(next(":40635 Sun, 06 Nov 1994 08:49:37 GMT", 2), 7);
	then.ports = NULL;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_found),
		cmocka_unit_test(only_the_moments),
		cmocka_unit_test(the_next_after_another),
		cmocka_unit_test(moment_of_an_event),
		cmocka_unit_test(ports),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
