/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An error a person can read. The caller owns a struct err on its stack; the
 * function that fails fills it and returns the negative errno, and each caller
 * on the way up may put its own words in front. Nothing is allocated, so an
 * out-of-memory error can be reported like any other.
 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include <stdarg.h>

enum { ERR_TEXT_MAX = 1024 };

struct err {
	int code;                /* negative errno, 0 while nothing failed */
	char text[ERR_TEXT_MAX]; /* one line, no newline at the end; cut when too long */
};

/*
 * Fills @err (which may be NULL) and returns -@errnum, so that it can be the
 * return statement: return err_set(err, EBADMSG, "frame %zu: …", n).
 */
int err_set(struct err *err, int errnum, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* As err_set, with ": " and strerror(@errnum) at the end of the text. */
int err_errno(struct err *err, int errnum, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Puts "format: " in front of what @err says; returns the code it holds. */
int err_wrap(struct err *err, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The text, or a general one for @err that was never set. Never NULL. */
const char *err_text(const struct err *err);

#endif
