/* SPDX-License-Identifier: Apache-2.0 */
#include "err.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static void append(struct err *err, const char *text)
{
	size_t used = strlen(err->text);

	snprintf(err->text + used, sizeof(err->text) - used, "%s", text);
}

int err_set(struct err *err, int errnum, const char *format, ...)
{
	va_list args;

	if (!err)
		return -errnum;
	err->code = -errnum;
	va_start(args, format);
	vsnprintf(err->text, sizeof(err->text), format, args);
	va_end(args);
	return -errnum;
}

int err_errno(struct err *err, int errnum, const char *format, ...)
{
	va_list args;

	if (!err)
		return -errnum;
	err->code = -errnum;
	va_start(args, format);
	vsnprintf(err->text, sizeof(err->text), format, args);
	va_end(args);
	append(err, ": ");
	append(err, strerror(errnum));
	return -errnum;
}

int err_wrap(struct err *err, const char *format, ...)
{
	char inner[ERR_TEXT_MAX];
	va_list args;

	if (!err)
		return -EIO;
	memcpy(inner, err->text, sizeof(inner));
	va_start(args, format);
	vsnprintf(err->text, sizeof(err->text), format, args);
	va_end(args);
	append(err, ": ");
	append(err, inner);
	return err->code;
}

const char *err_text(const struct err *err)
{
	return err && err->code ? err->text : "unknown error";
}
