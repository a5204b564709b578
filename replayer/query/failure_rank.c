/* SPDX-License-Identifier: Apache-2.0 */
/* Which failures matter: what programs, loaders and C libraries always meet is known. */
#include "failures.h"

#include "replayer/print/print.h"
#include "sys/names.h"
#include "sys/table.h"

#include <errno.h>
#include <string.h>

enum { RESTART_FIRST = 512 };

struct expected {
	int error;
	const char *call;   /* NULL: any */
	const char *object; /* the object begins so, or, after a '*', ends so; NULL: any */
};

static const struct expected expected[] = {
	{EAGAIN, NULL, NULL}, /* but of a lock */
	{EINTR, NULL, NULL},
	{EINPROGRESS, NULL, NULL},
	{ENODATA, NULL, NULL},
	{ENOTTY, "ioctl", NULL},
	{EINVAL, "ioctl", NULL},
	{ECHILD, NULL, NULL},
	{ESPIPE, NULL, NULL},
	{ETIMEDOUT, "futex", NULL},
	{ETIMEDOUT, "futex_time64", NULL},
	{ETIMEDOUT, "futex_wait", NULL},
	{ETIMEDOUT, "futex_waitv", NULL},
	{EOPNOTSUPP, "getxattr", NULL},
	{EOPNOTSUPP, "lgetxattr", NULL},
	{EOPNOTSUPP, "fgetxattr", NULL},
	{EOPNOTSUPP, "getxattrat", NULL},
	{ENOTCONN, "getpeername", NULL},
	{ENOTSOCK, "getpeername", NULL},
	{ENOTSOCK, "getsockname", NULL},
	{EINVAL, "getpeername", NULL},
	{EBADF, "close", NULL},
	{ENXIO, NULL, "/dev/tty"},
	{ENOSYS, NULL, NULL},
	{EBADF, "fcntl", NULL},
	{EBADF, "fcntl64", NULL},
	{EINVAL, "readlink", NULL},
	{EINVAL, "readlinkat", NULL},
	{EINVAL, "lseek", NULL},
	{EINVAL, "_llseek", NULL},
	{EINVAL, "prctl", NULL},
	{EINVAL, "arch_prctl", NULL},
	{EINVAL, "rt_sigaction", NULL},
	{EINVAL, "sigaction", NULL},
	{EEXIST, "mkdir", NULL},
	{EEXIST, "mkdirat", NULL},
	{ENOENT, "unlink", NULL},
	{ENOENT, "unlinkat", NULL},
	{ENOENT, NULL, "/etc/ld.so."},
	{ENOENT, NULL, "/usr/share/locale"},
	{ENOENT, NULL, "/usr/lib/locale"},
	{ENOENT, NULL, "/selinux"},
	{ENOENT, NULL, "/etc/selinux"},
	{ENOENT, NULL, "/sys/fs/selinux"},
	{ENOENT, NULL, "/var/run/nscd"},
	{ENOENT, NULL, "*/gconv-modules.cache"},
	{ENOENT, NULL, "*.mo"},
	{ENOENT, NULL, "*/pyvenv.cfg"},
	{ENOENT, NULL, "*._pth"},
	{ENOENT, NULL, "*/pybuilddir.txt"},
	{ENOENT, "newfstatat", "*/x86_64"},
	{ENOENT, "newfstatat", "*/tls"},
	{ENOENT, NULL, "*/charset.alias"},
};

static bool matches(const char *pattern, const char *object, size_t size)
{
	size_t n = strlen(pattern);

	if (pattern[0] == '*')
		return size >= n - 1 && memcmp(object + size - (n - 1), pattern + 1, n - 1) == 0;
	return size >= n && memcmp(object, pattern, n) == 0;
}

bool failure_is_lock(const struct failure *g)
{
	static const char *const names[] = {"fcntl", "fcntl64", "flock", NULL};

	return (g->error == EAGAIN || g->error == EACCES) &&
	       sys_is_named(sys_find(g->arch, g->nr), names);
}

static bool is_expected(const struct failure *g, const char *call)
{
	if (g->found || g->error >= RESTART_FIRST)
		return true;
	if (failure_is_lock(g))
		return false;
	for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++) {
		const struct expected *x = &expected[i];

		if (x->error == g->error && (!x->call || strcmp(x->call, call) == 0) &&
		    (!x->object || matches(x->object, g->object, g->object_size)))
			return true;
	}
	return false;
}

/* Calls that ask about a file and do nothing with it; those of 32-bit programs too. */
static bool is_probe(const char *call)
{
	static const char *const probes[] = {"access",     "faccessat",  "faccessat2", "stat",
					     "lstat",      "newfstatat", "statx",      "readlink",
					     "readlinkat", "statfs",     "getxattr",   "lgetxattr",
					     "getxattrat", "oldstat",    "oldlstat",   "stat64",
					     "lstat64",    "fstatat64",  "statfs64"};

	for (size_t i = 0; i < sizeof(probes) / sizeof(probes[0]); i++) {
		if (strcmp(probes[i], call) == 0)
			return true;
	}
	return false;
}

static const char *call_name(const struct failure *g, char *scratch)
{
	const struct event_call call = {.nr = g->nr, .arch = g->arch};

	return print_call_name(&call, scratch);
}

enum failure_rank failure_rank(const struct failure *g)
{
	char scratch[32];
	const char *call = call_name(g, scratch);

	/* What others survived does not explain an end. */
	if (g->fatal && 2 * g->fatal >= g->processes)
		return FAILURE_FATAL;
	if (is_expected(g, call))
		return FAILURE_EXPECTED;
	if (g->error != ENOENT && g->error != ENOTDIR)
		return FAILURE_SERIOUS;
	return is_probe(call) || g->optional ? FAILURE_PROBE : FAILURE_MISSING;
}

void failure_call(const struct failure *g, struct buf *ret)
{
	char scratch[32];

	buf_str(ret, call_name(g, scratch));
}

void failure_error(const struct failure *g, struct buf *ret)
{
	const char *name = sys_errno_name(g->error);

	if (name)
		buf_str(ret, name);
	else
		buf_printf(ret, "error %d", g->error);
}
