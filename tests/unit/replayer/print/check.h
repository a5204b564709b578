/* SPDX-License-Identifier: Apache-2.0 */
/* Whether made-up calls are told as strace 6.1 tells them. */
#ifndef TESTS_PRINT_CHECK_H
#define TESTS_PRINT_CHECK_H

#include "../made.h"
#include "replayer/print/print.h"

#define CHECK_CALLS(calls) check_calls(calls, sizeof(calls) / sizeof((calls)[0]), NULL)
#define CHECK_CALLS_WITH(options, calls)                                                           \
	check_calls(calls, sizeof(calls) / sizeof((calls)[0]), options)

/*
 * Each of the calls must be told as its text says; all that are not are shown. What is
 * told when any part of their memory is missing is not judged, but must be harmless.
 * @options: NULL is strace's default.
 */
void check_calls(const struct made_call *calls, size_t count, const struct print_options *options);

/* One event of any kind, as print_text() tells it. */
void check_text(const struct event *e, const char *expected);

#endif
