/* SPDX-License-Identifier: Apache-2.0 */
#include "roles.h"

#include "sys/table.h"

#include <string.h>

static const struct {
	const char *name;
	uint16_t role;
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
	{"setrlimit", ROLE_SETRLIMIT},
	{"prlimit64", ROLE_PRLIMIT},
};

static uint16_t find(const struct event_call *call)
{
	const struct sys_desc *d = sys_find(call->arch, call->nr);

	for (size_t i = 0; d && i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcmp(names[i].name, d->name) == 0)
			return names[i].role | ROLE_FOUND;
	}
	return ROLE_FOUND;
}

unsigned roles_of(struct roles *r, const struct event_call *call)
{
	if (call->arch != EVENT_ARCH_X86_64 || call->nr >= ROLES_NUMBERS)
		return find(call);
	if (!r->of[call->nr])
		r->of[call->nr] = find(call);
	return r->of[call->nr];
}
