/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names of errors and signals: the .def files as tables by number. No system header
 * is included on purpose: the names must not be macros here.
 */
#include "names.h"

#include <stddef.h>

struct error_name {
	const char *name;
	const char *text;
};

#define ERRNO(number, nm, txt) [number] = {#nm, txt},
static const struct error_name errors[] = {
#include "errnos.def"
};
#undef ERRNO

#define SIGNAL_NAME(number, nm) [number] = #nm,
static const char *const signals[] = {
#include "signals.def"
};
#undef SIGNAL_NAME

static const struct error_name *find_error(int error)
{
	static const struct error_name none;
	size_t count = sizeof(errors) / sizeof(errors[0]);

	return error >= 0 && (size_t)error < count ? &errors[error] : &none;
}

const char *sys_errno_name(int error)
{
	return find_error(error)->name;
}

const char *sys_errno_text(int error)
{
	return find_error(error)->text;
}

const char *sys_signal_name(int signal)
{
	size_t count = sizeof(signals) / sizeof(signals[0]);

	return signal >= 0 && (size_t)signal < count ? signals[signal] : NULL;
}
