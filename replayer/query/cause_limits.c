/* SPDX-License-Identifier: Apache-2.0 */
/* Ends that the numbers tell: limits that were set, addresses, statuses with a meaning. */
#include "cause.h"

#include "base/load.h"
#include "sys/layout.h"

#include <errno.h>
#include <string.h>

enum { RESOURCE_CPU = 0, LIMITS_SIZE = 16, HARD_AT = 8, LIMITS_MAX = 1 << 12, ANCESTORS_MAX = 64 };

/* ---- processor time ---- */

int cause_take_limit(struct causes *c, const struct processes *all, struct process *p,
		     const struct event *e)
{
	const unsigned role = roles_of(&c->roles, &e->call);
	const bool of_pid = role & ROLE_PRLIMIT;
	const uint64_t *args = e->call.args + of_pid;
	uint64_t hard;
	size_t size;
	const uint8_t *limits;

	if (!(role & (ROLE_SETRLIMIT | ROLE_PRLIMIT)) || e->call.arch != EVENT_ARCH_X86_64 ||
	    e->call.ret < 0 || args[0] != RESOURCE_CPU || !p ||
	    (of_pid && e->call.args[0] && e->call.args[0] != p->pid))
		return 0;
	limits = event_bytes(e, EVENT_AT_ENTRY, args[1], &size);
	hard = limits && size >= LIMITS_SIZE ? load(limits, size, HARD_AT, 8) : UINT64_MAX;
	if (hard >= UINT64_MAX / 2 || c->processor.count == LIMITS_MAX)
		return 0;
	return map_put(&c->processor, (uint64_t)(p - all->list) + 1, (void *)(uintptr_t)(hard + 1));
}

/* Who did not live so long has not computed so long. */
static bool may_have_used(const struct process *p, uint64_t seconds)
{
	const uint64_t lived = p->ended > p->began ? (p->ended - p->began) / 1000000000 : 0;

	return (lived + 1) * (p->threads ? p->threads : 1) >= seconds;
}

uint64_t cause_processor_limit(const struct causes *c, const struct processes *all,
			       const struct process *p)
{
	const struct process *const who = p;

	for (size_t i = 0; i < ANCESTORS_MAX; i++) {
		const uint64_t found =
			(uintptr_t)map_get(&c->processor, (uint64_t)(p - all->list) + 1);

		if (found)
			return may_have_used(who, found - 1) ? found : 0;
		if (!p->parent)
			return 0;
		p = &all->list[p->parent - 1];
	}
	return 0;
}

/* ---- addresses ---- */

bool cause_is_stack(uint64_t address)
{
	return sys_may_be_stack(address);
}

/* ---- statuses ---- */

static const struct {
	const char *program;
	uint32_t status;
	const char *means;
} statuses[] = {
	{"grep", 1, "no line matched"},
	{"egrep", 1, "no line matched"},
	{"fgrep", 1, "no line matched"},
	{"zgrep", 1, "no line matched"},
	{"rg", 1, "no line matched"},
	{"diff", 1, "the files differ"},
	{"cmp", 1, "the files differ"},
	{"test", 1, "the condition does not hold"},
	{"[", 1, "the condition does not hold"},
	{"false", 1, "that is all it does"},
	{"pgrep", 1, "no process matched"},
	{"which", 1, "there is no such command"},
	{"getent", 2, "there is no such entry"},
	{"timeout", 124, "the time was up"},
	{"flock", 1, "somebody else has the lock"},
};

const char *cause_of_status(const struct process *p)
{
	const char *name = p->command, *slash = name ? strrchr(name, '/') : NULL;
	const uint32_t status = p->status >> 8 & 0xff;

	name = slash ? slash + 1 : name;
	for (size_t i = 0; name && i < sizeof(statuses) / sizeof(statuses[0]); i++) {
		if (statuses[i].status == status && strcmp(statuses[i].program, name) == 0)
			return statuses[i].means;
	}
	return NULL;
}

/* ---- names ---- */

bool cause_is_library(const char *path, size_t size)
{
	static const char so[] = ".so";
	const size_t n = sizeof(so) - 1;

	for (size_t at = 0; at + n <= size; at++) {
		const char *found = memmem(path + at, size - at, so, n);

		if (!found)
			return false;
		at = (size_t)(found - path);
		if (at && (at + n == size || path[at + n] == '.'))
			return true;
	}
	return false;
}
