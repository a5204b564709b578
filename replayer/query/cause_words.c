/* SPDX-License-Identifier: Apache-2.0 */
/* A failed call in plain words: by its error, and by what was asked for. */
#include "cause.h"

#include "replayer/print/escape.h"
#include "replayer/print/print.h"
#include "sys/names.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

enum { TRIES_MIN = 10 };

struct meaning {
	int error;
	const char *call;            /* NULL: any */
	const char *before, *behind; /* around the object */
};

/* The first that fits. */
static const struct meaning meanings[] = {
	{ENOEXEC, "execve", "",
	 " is no program that can be run here: neither ELF nor a script with #!"},
	{EACCES, "execve", "no permission to run ", ""},
	{EAGAIN, "fcntl", "another process has locked ", ""},
	{EAGAIN, "fcntl64", "another process has locked ", ""},
	{EAGAIN, "flock", "another process has locked ", ""},
	{EACCES, "fcntl", "another process has locked ", ""},
	{EACCES, "fcntl64", "another process has locked ", ""},
	{EACCES, "connect", "no permission to connect to ", ""},
	{EACCES, "bind", "no permission to use the address ", ""},
	{EACCES, NULL, "permission denied: ", ""},
	{EPERM, NULL, "not permitted: ", ""},
	{ECONNREFUSED, NULL, "connection refused: nothing listens at ", ""},
	{ECONNRESET, NULL, "the other side closed the connection: ", ""},
	{EADDRINUSE, NULL, "the address is already in use: ", ""},
	{EADDRNOTAVAIL, NULL, "this machine does not have the address ", ""},
	{ETIMEDOUT, NULL, "no answer in time from ", ""},
	{EHOSTUNREACH, NULL, "no way to the host ", ""},
	{ENETUNREACH, NULL, "no way to the network of ", ""},
	{ENOENT, "connect", "there is no socket ", ""},
	{ENOENT, NULL, "", " does not exist"},
	{ENOTDIR, NULL, "", ": a part of the path is no directory"},
	{EISDIR, NULL, "", " is a directory"},
	{EEXIST, NULL, "", " exists already"},
	{ENOSPC, NULL, "no space left on the disk for ", ""},
	{EDQUOT, NULL, "the disk quota is used up, writing to ", ""},
	{EFBIG, NULL, "the file would be larger than is allowed: ", ""},
	{EROFS, NULL, "the file system can only be read: ", ""},
	{EIO, NULL, "the device failed (input/output error): ", ""},
	{EMFILE, NULL, "too many open files: the process has reached its limit, at ", ""},
	{ENFILE, NULL, "too many open files in the whole system, at ", ""},
	{EPIPE, NULL, "nobody reads any more what it writes to ", ""},
	{ELOOP, NULL, "too many symbolic links: ", ""},
	{ETXTBSY, NULL, "the program is being written: ", ""},
	{EBUSY, NULL, "in use by others: ", ""},
	{ENODEV, NULL, "there is no such device: ", ""},
	{ENXIO, NULL, "there is no such device, or nobody at the other end: ", ""},
	{ENAMETOOLONG, NULL, "the name is too long: ", ""},
	{EDEADLK, NULL, "each would wait for the other (deadlock): ", ""},
};

static const char *name_of(const struct failure *g, char scratch[static 32])
{
	const struct event_call call = {.nr = g->nr, .arch = g->arch};

	return print_call_name(&call, scratch);
}

/* In how many places the same name was looked for, this one included. */
static size_t places(const struct failure *g, const struct failures *f)
{
	size_t n = 0;

	for (size_t i = 0; i < f->count; i++)
		n += &f->list[i] == g ||
		     (f->list[i].last_pid == g->last_pid && failures_alike(g, &f->list[i]));
	return n;
}

static void say_last_component(const struct failure *g, struct buf *ret)
{
	const char *slash = memrchr(g->object, '/', g->object_size);
	const char *name = slash ? slash + 1 : g->object;

	escape_text(ret, name, g->object_size - (size_t)(name - g->object));
}

/* In a directory that programs are searched in. */
static bool is_in_bin(const struct failure *g)
{
	const char *end = memrchr(g->object, '/', g->object_size);
	const size_t n = end ? (size_t)(end - g->object) : 0;

	return n >= 3 && memcmp(end - 3, "bin", 3) == 0;
}

/* A search along a path: of a program, a library, a header. */
static bool say_search(const struct failure *g, const struct failures *f, const char *call,
		       struct buf *ret)
{
	const size_t n = places(g, f);
	const bool library = cause_is_library(g->object, g->object_size);
	const bool command = strcmp(call, "execve") == 0 || is_in_bin(g);

	if (g->error != ENOENT || (n < 2 && !library) || !memchr(g->object, '/', g->object_size))
		return false;
	buf_str(ret, library ? "the shared library " : "");
	say_last_component(g, ret);
	buf_printf(ret,
		   n == 1 ? " does not exist where it was looked for: "
			  : " was found in none of %zu places, last tried: ",
		   n);
	escape_text(ret, g->object, g->object_size);
	buf_str(ret, command && !library ? " (no such command?)" : "");
	return true;
}

/* The error of a missing interpreter is that of a missing file. */
static bool say_exec(const struct failure *g, const char *call, struct buf *ret)
{
	if (strcmp(call, "execve") != 0 || g->error != ENOENT)
		return false;
	escape_text(ret, g->object, g->object_size);
	buf_str(ret, g->exists ? " is there, but the interpreter that it names is not"
			       : " does not exist, or the interpreter that it names does not");
	buf_str(ret, " (in its #! line, or as the loader in its ELF header)");
	return true;
}

static void say_meaning(const struct failure *g, const char *call, struct buf *ret)
{
	const char *text = sys_errno_text(g->error);

	for (size_t i = 0; i < sizeof(meanings) / sizeof(meanings[0]); i++) {
		const struct meaning *m = &meanings[i];

		if (m->error != g->error || (m->call && strcmp(m->call, call) != 0))
			continue;
		buf_str(ret, m->before);
		if (g->object_size)
			escape_text(ret, g->object, g->object_size);
		else
			buf_str(ret, call);
		buf_str(ret, m->behind);
		return;
	}
	buf_printf(ret, "%s failed", call);
	if (g->object_size) {
		buf_str(ret, " at ");
		escape_text(ret, g->object, g->object_size);
	}
	if (text)
		buf_printf(ret, ": %s", text);
	else
		buf_printf(ret, ": error %d", g->error);
}

static void say_tries(const struct failure *g, struct buf *ret)
{
	if (g->count < TRIES_MIN || g->processes > 1)
		return;
	buf_printf(ret, "; tried %" PRIu64 " times in %.3f s, again and again", g->count,
		   (double)(g->last_time - g->first_time) / 1e9);
}

void cause_of_failure(const struct failure *g, const struct failures *f, struct buf *ret)
{
	char scratch[32];
	const char *call = name_of(g, scratch);

	if (g->error == ENOMEM)
		buf_printf(ret, "out of memory: the kernel refused %s (a limit, or no memory left)",
			   call);
	else if (!say_search(g, f, call, ret) && !say_exec(g, call, ret))
		say_meaning(g, call, ret);
	say_tries(g, ret);
}
