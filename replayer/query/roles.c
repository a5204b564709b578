/* SPDX-License-Identifier: Apache-2.0 */
#include "roles.h"

#include "sys/table.h"

#include <string.h>

static const struct {
	const char *name;
	uint32_t role;
} names[] = {
	{"kill", ROLE_KILL},
	{"tkill", ROLE_KILL},
	{"rt_sigqueueinfo", ROLE_KILL},
	{"tgkill", ROLE_TGKILL},
	{"rt_tgsigqueueinfo", ROLE_TGKILL},
	{"pidfd_send_signal", ROLE_PIDFD_KILL},
	{"flock", ROLE_FLOCK},
	{"fcntl", ROLE_FCNTL},
	{"fcntl64", ROLE_FCNTL},
	{"open", ROLE_OPEN},
	{"openat", ROLE_OPEN},
	{"openat2", ROLE_OPEN},
	{"mmap", ROLE_MMAP},
	{"mmap2", ROLE_MMAP},
	{"munmap", ROLE_MUNMAP},
	{"mremap", ROLE_MREMAP},
	{"brk", ROLE_BRK},
	{"write", ROLE_WRITE},
	{"writev", ROLE_WRITE},
	{"pwrite64", ROLE_WRITE},
	{"pwritev", ROLE_WRITE},
	{"pwritev2", ROLE_WRITE},
	{"sendto", ROLE_WRITE},
	{"dup2", ROLE_COPY},
	{"dup3", ROLE_COPY},
	{"setrlimit", ROLE_SETRLIMIT},
	{"prlimit64", ROLE_PRLIMIT},
};

static unsigned find(const struct event_call *call)
{
	const struct sys_desc *d = sys_find(call->arch, call->nr);
	unsigned roles = ROLE_FOUND;

	if (d && d->count && d->field[0].kind == K_FD)
		roles |= ROLE_FD;
	for (size_t i = 0; d && i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcmp(names[i].name, d->name) == 0)
			roles |= names[i].role;
	}
	return roles;
}

unsigned roles_find(struct roles *r, const struct event_call *call)
{
	const unsigned roles = find(call);

	if (call->arch == EVENT_ARCH_X86_64 && call->nr < ROLES_NUMBERS)
		r->of[call->nr] = roles;
	return roles;
}
