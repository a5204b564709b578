/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The machine that a tape was made on, as far as a bug report wants to know.
 * Nothing here is needed for reading the tape; what is not to be had stays empty.
 */
#include "rec_priv.h"

#include "base/uuid.h"

#include <errno.h>
#include <gnu/libc-version.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

enum { CPUINFO_MAX = 8 << 10 };

static char *distribution(void)
{
	char *name = rec_file_value("/etc/os-release", "PRETTY_NAME", '=', 0);

	if (!name || *name)
		return name;
	free(name);
	return rec_file_value("/usr/lib/os-release", "PRETTY_NAME", '=', 0);
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
	ret->cpu = rec_file_value("/proc/cpuinfo", "model name", ':', CPUINFO_MAX);
	ret->boot_id = rec_first_line("/proc/sys/kernel/random/boot_id");
	ret->libc = libc_version();
	ret->page_size = (uint32_t)(page_size > 0 ? page_size : 0);
	ret->memory_size = pages > 0 && page_size > 0 ? (uint64_t)pages * (uint64_t)page_size : 0;
	ret->cpus = (uint32_t)(cpus > 0 ? cpus : 0);
	if (cwd)
		ret->cwd = (struct meta_bytes){(uint8_t *)cwd, strlen(cwd)};
	if (rec_machine_facts(ret) < 0)
		r = -ENOMEM;
	return ret->distribution && ret->cpu && ret->boot_id && ret->libc ? r : -ENOMEM;
}
