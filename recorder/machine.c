/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The machine that a tape was made on, as far as a bug report wants to know.
 * Nothing here is needed for reading the tape; what is not to be had stays empty.
 */
#include "rec_priv.h"

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/fileio.h"
#include "base/uuid.h"

#include <errno.h>
#include <fcntl.h>
#include <gnu/libc-version.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

enum { TEXT_FILE_MAX = 256 << 10 };

/* The value after "key" and @separator on a line of @path, unquoted; "" if none. */
static char *value_in_file(const char *path, const char *key, char separator)
{
	cleanup_done(buf_done) struct buf text = {0};
	size_t length = strlen(key);

	fileio_slurp(AT_FDCWD, path, TEXT_FILE_MAX, &text);
	if (buf_error(&text) < 0)
		return NULL;
	for (const char *line = buf_text(&text); line; line = strchr(line, '\n')) {
		const char *value, *end;

		line += *line == '\n';
		if (strncmp(line, key, length) != 0)
			continue;
		value = strchr(line, separator);
		end = strchrnul(line, '\n');
		if (!value || value > end)
			continue;
		value += 1 + strspn(value + 1, " \t\"");
		while (end > value && strchr("\" \t", end[-1]))
			end--;
		return strndup(value, (size_t)(end - value));
	}
	return strdup("");
}

static char *first_line(const char *path)
{
	cleanup_done(buf_done) struct buf text = {0};

	fileio_slurp(AT_FDCWD, path, TEXT_FILE_MAX, &text);
	if (buf_error(&text) < 0)
		return NULL;
	return strndup(buf_text(&text), strcspn(buf_text(&text), "\n"));
}

static char *distribution(void)
{
	char *name = value_in_file("/etc/os-release", "PRETTY_NAME", '=');

	if (!name || *name)
		return name;
	free(name);
	return value_in_file("/usr/lib/os-release", "PRETTY_NAME", '=');
}

static char *libc_version(void)
{
	char *text;

	return asprintf(&text, "glibc %s", gnu_get_libc_version()) < 0 ? NULL : text;
}

static int describe_kernel(struct meta_header *h)
{
	struct utsname name;

	if (uname(&name) < 0)
		return 0;
	h->sysname = strdup(name.sysname);
	h->release = strdup(name.release);
	h->version = strdup(name.version);
	h->machine = strdup(name.machine);
	h->hostname = strdup(name.nodename);
	return h->sysname && h->release && h->version && h->machine && h->hostname ? 0 : -ENOMEM;
}

uint32_t rec_own_arch(void)
{
#if defined(__x86_64__)
	return EVENT_ARCH_X86_64;
#elif defined(__aarch64__)
	return EVENT_ARCH_AARCH64;
#else
#error "the recorder does not know this architecture"
#endif
}

int rec_describe_machine(struct meta_header *ret)
{
	long pages = sysconf(_SC_PHYS_PAGES), page_size = sysconf(_SC_PAGESIZE);
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);
	char *cwd = getcwd(NULL, 0);
	/* A directory that is gone has no name. */
	int r = !cwd && errno == ENOMEM ? -ENOMEM : 0;

	uuid_make(ret->uuid);
	if (describe_kernel(ret) < 0)
		r = -ENOMEM;
	ret->arch = rec_own_arch();
	ret->distribution = distribution();
	ret->cpu = value_in_file("/proc/cpuinfo", "model name", ':');
	ret->boot_id = first_line("/proc/sys/kernel/random/boot_id");
	ret->libc = libc_version();
	ret->page_size = (uint32_t)(page_size > 0 ? page_size : 0);
	ret->memory_size = pages > 0 && page_size > 0 ? (uint64_t)pages * (uint64_t)page_size : 0;
	ret->cpus = (uint32_t)(cpus > 0 ? cpus : 0);
	if (cwd)
		ret->cwd = (struct meta_bytes){(uint8_t *)cwd, strlen(cwd)};
	return ret->distribution && ret->cpu && ret->boot_id && ret->libc ? r : -ENOMEM;
}
