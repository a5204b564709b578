/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Events made up in a line or two each. Their memory is copied to where nothing
 * follows it, so whoever reads over the end of what an event carries dies of it.
 */
#ifndef TESTS_MADE_H
#define TESTS_MADE_H

#include "../guard.h"
#include "format/event.h"

enum { MADE_PIECES = 8, MADE_PID = 812 };

/* A range of memory as it was at the entry, or, with `exit`, at the exit. */
struct made_piece {
	uint64_t address;
	const void *data;
	size_t length;
	uint64_t beyond; /* bytes that were not kept */
	bool exit, unreadable;
	bool name; /* of the descriptor `address` */
};

/* Text with its NUL, without it, and a thing of some type. */
#define MADE_STRING(a, s)                                                                          \
	{                                                                                          \
		.address = (a), .data = (s), .length = sizeof(s)                                   \
	}
#define MADE_BYTES(a, s)                                                                           \
	{                                                                                          \
		.address = (a), .data = (s), .length = sizeof(s) - 1                               \
	}
#define MADE_WROTE(a, s)                                                                           \
	{                                                                                          \
		.address = (a), .data = (s), .length = sizeof(s) - 1, .exit = true                 \
	}
#define MADE_THING(a, type, ...)                                                                   \
	{                                                                                          \
		.address = (a), .data = &(type)__VA_ARGS__, .length = sizeof(type)                 \
	}
#define MADE_RESULT(a, type, ...)                                                                  \
	{                                                                                          \
		.address = (a), .data = &(type)__VA_ARGS__, .length = sizeof(type), .exit = true   \
	}

#define MADE_NAME(fd, s)                                                                           \
	{                                                                                          \
		.address = (fd), .data = (s), .length = sizeof(s) - 1, .name = true                \
	}

/* A call that took 4200 ns, and how it is told. */
struct made_call {
	const char *text; /* expected, without the name's repetition: the whole call */
	const char *name;
	int64_t ret;
	uint64_t args[EVENT_ARGS];
	struct made_piece memory[MADE_PIECES];
	uint32_t arch; /* 0: x86-64 */
};

struct made {
	struct event event;
	struct event_memory memory[MADE_PIECES];
	struct guard guards[MADE_PIECES];
};

/* An event of a kind, of the process MADE_PID and its first thread. */
struct event made_event(uint8_t kind, uint64_t seq);
/* The event of @call, finished. To be ended with made_done(). */
void made_from(const struct made_call *call, struct made *ret);
/* Cuts the memory of piece @i to @length bytes. */
void made_shorten(struct made *m, size_t i, uint32_t length);
void made_done(struct made *m);

/* siginfo_t with its first fields and, at the place of the union, six words. */
struct made_siginfo {
	int32_t signo, error, code, pad;
	int32_t fields[28];
};

#endif
