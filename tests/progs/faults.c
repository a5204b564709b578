// SPDX-License-Identifier: Apache-2.0
// Preloaded into rec: what a disk does on bad days, and a kill at a certain call. Said by the
// environment:
//	FAULT_ERROR=N:ERRNO   the Nth write of a tape takes half of it, all later ones fail
//	FAULT_SHORT=1         writes take a part of what they are given, or are interrupted
//	FAULT_KILL=write:N    the Nth write of a tape takes half of it, then rec is killed
//	FAULT_KILL=ptrace:N   rec is killed at its Nth ptrace request
//	FAULT_KILL=rename:N   rec is killed before its Nth renaming of a file
//	FAULT_KILL=renamed:N  rec is killed after it
#include <dlfcn.h>
#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <unistd.h>

enum { TAPE_MIN = 8 }; // what is shorter goes to the command's process
static atomic_int writes, requests, renames;

typedef ssize_t write_fn(int fd, const void *data, size_t size);
typedef long ptrace_fn(int what, ...);
typedef int renameat2_fn(int, const char *, int, const char *, unsigned);

// POSIX wants dlsym() to be able to give functions, ISO C knows no such conversion.
static void *next(const char *name)
{
	void *found = dlsym(RTLD_NEXT, name);
	if (!found)
		abort();
	return found;
}

static int wanted(const char *variable, const char *prefix)
{
	const char *value = getenv(variable);
	size_t length = strlen(prefix);
	return value && strncmp(value, prefix, length) == 0 ? atoi(value + length) : 0;
}

static ssize_t fail(write_fn *real, int fd, const void *data, size_t size, int at)
{
	const char *code = strchr(getenv("FAULT_ERROR"), ':');
	if (at)
		return real(fd, data, size / 2);
	errno = code ? atoi(code + 1) : EIO;
	return -1;
}

static ssize_t shorten(write_fn *real, int fd, const void *data, size_t size, int number)
{
	if (number % 2) {
		errno = EINTR;
		return -1;
	}
	return real(fd, data, size / 3 + 1);
}

ssize_t write(int fd, const void *data, size_t size)
{
	write_fn *real = (write_fn *)next("write");
	int error = wanted("FAULT_ERROR", ""), number;
	if (size < TAPE_MIN)
		return real(fd, data, size);
	/* What is said to people is no tape. */
	if (fd == STDERR_FILENO)
		return real(fd, data, size);
	number = ++writes;
	if (error && number >= error)
		return fail(real, fd, data, size, number == error);
	if (wanted("FAULT_SHORT", ""))
		return shorten(real, fd, data, size, number);
	if (wanted("FAULT_KILL", "write:") == number) {
		real(fd, data, size / 2);
		raise(SIGKILL);
	}
	return real(fd, data, size);
}

long ptrace(enum __ptrace_request what, ...)
{
	ptrace_fn *real = (ptrace_fn *)next("ptrace");
	va_list args;
	va_start(args, what);
	pid_t pid = va_arg(args, pid_t);
	void *address = va_arg(args, void *), *data = va_arg(args, void *);
	va_end(args);
	if (++requests == wanted("FAULT_KILL", "ptrace:"))
		kill(getpid(), SIGKILL);
	return real(what, pid, address, data);
}

int renameat2(int from_dir, const char *from, int to_dir, const char *to, unsigned flags)
{
	renameat2_fn *real = (renameat2_fn *)next("renameat2");
	int number = ++renames, result;
	if (number == wanted("FAULT_KILL", "rename:"))
		kill(getpid(), SIGKILL);
	result = real(from_dir, from, to_dir, to, flags);
	if (number == wanted("FAULT_KILL", "renamed:"))
		kill(getpid(), SIGKILL);
	return result;
}
