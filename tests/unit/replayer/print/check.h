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

/* The two halves of a call that came back later. The memory of the entry stands first in
 * @call, and is all that is known then. */
void check_halves(const struct made_call *call, const char *first, const char *second);

/* A row of calls that queue a siginfo_t: its first fields, how it is told, and the words of
 * its union. */
#define QUEUES(number, code, more, ...)                                                            \
	{                                                                                          \
		"rt_sigqueueinfo(5, 0, {" more "}) = 0", "rt_sigqueueinfo", 0, {5, 0, 0x10000000}, \
		{                                                                                  \
			MADE_THING(0x10000000, struct made_siginfo,                                \
				   {number, 0, code, 0, {__VA_ARGS__}})                            \
		}                                                                                  \
	}

#endif
