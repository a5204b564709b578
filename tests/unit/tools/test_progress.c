/* SPDX-License-Identifier: Apache-2.0 */
/* The line about how far a work is: when it is said, and that it goes away. */
#include "progress.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static const uint64_t second = 1000000000;

struct screen {
	int ends[2];
	struct progress p;
	char text[512];
};

static void begin(struct screen *s)
{
	memset(s, 0, sizeof(*s));
	assert_int_equal(pipe2(s->ends, O_CLOEXEC | O_NONBLOCK), 0);
	/* As on a terminal. */
	s->p = (struct progress){.fd = s->ends[1], .began = second};
}

static const char *said(struct screen *s)
{
	ssize_t n = read(s->ends[0], s->text, sizeof(s->text) - 1);

	s->text[n > 0 ? n : 0] = '\0';
	return s->text;
}

static void end(struct screen *s)
{
	assert_string_equal(said(s), "");
	close(s->ends[0]);
	close(s->ends[1]);
}

static void test_after_a_second(void **state)
{
	struct screen s;

	(void)state;
	begin(&s);
	progress_say(&s.p, second, 1, 100);
	progress_say(&s.p, 2 * second - 1, 50, 100);
	assert_string_equal(said(&s), "");
	progress_say(&s.p, 2 * second, 50, 100);
	assert_string_equal(said(&s), "\ranalyze: reading,  50 %");
	/* Not so often that it costs. */
	progress_say(&s.p, 2 * second + 1000, 51, 100);
	assert_string_equal(said(&s), "");
	progress_say(&s.p, 3 * second, 200, 100);
	assert_string_equal(said(&s), "\ranalyze: reading, 100 %");
	progress_hide(&s.p);
	assert_string_equal(said(&s), "\r                       \r");
	progress_hide(&s.p);
	end(&s);
}

static void test_size_not_known(void **state)
{
	struct screen s;

	(void)state;
	begin(&s);
	progress_say(&s.p, 3 * second, UINT64_C(5) << 40, 0);
	assert_string_equal(said(&s), "\ranalyze: reading, 5242880 MiB");
	/* A shorter one leaves nothing of it. */
	progress_say(&s.p, 4 * second, 3 << 20, 0);
	assert_string_equal(said(&s), "\r                             \r\ranalyze: reading, 3 MiB");
	end(&s);
}

/* Where results come to the same terminal, they are what is shown. */
static void test_yields(void **state)
{
	struct screen s;

	(void)state;
	begin(&s);
	s.p.shares = true;
	progress_say(&s.p, 3 * second, 1, 100);
	said(&s);
	progress_yield(&s.p);
	assert_string_equal(said(&s), "\r                       \r");
	progress_say(&s.p, 9 * second, 2, 100);
	end(&s);
}

static void test_goes_on_beside_a_file(void **state)
{
	struct screen s;

	(void)state;
	begin(&s);
	progress_say(&s.p, 3 * second, 1, 100);
	said(&s);
	progress_yield(&s.p);
	progress_say(&s.p, 9 * second, 2, 100);
	assert_string_equal(said(&s), "\ranalyze: reading,   2 %");
	end(&s);
}

static void test_no_terminal(void **state)
{
	struct screen s;

	(void)state;
	begin(&s);
	progress_begin(&s.p, s.ends[1], s.ends[1], second);
	progress_say(&s.p, 9 * second, 1, 100);
	for (int i = 0; i < 2 * PROGRESS_STEPS; i++)
		progress_step(&s.p, 1, 100);
	progress_hide(&s.p);
	end(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_after_a_second),   cmocka_unit_test(test_size_not_known),
		cmocka_unit_test(test_yields),           cmocka_unit_test(test_goes_on_beside_a_file),
		cmocka_unit_test(test_no_terminal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
