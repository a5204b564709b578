/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What descriptors that a call made are called. A path that a program opens may lead anywhere by
 * symbolic links, and pipes and sockets have numbers: only the kernel knows, and only as long as
 * the descriptor is open.
 */
#include "rec_priv.h"

#include "tracee/proc.h"

#include "base/cleanup.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Those whose names their arguments do not tell. */
static const struct maker {
	const char *call;
	int pair_at; /* the argument that points to two descriptors; -1: the result is one */
} makers[] = {
	{"openat", -1}, {"open", -1},      {"openat2", -1},     {"creat", -1},
	{"socket", -1}, {"accept", -1},    {"accept4", -1},     {"pipe", 0},
	{"pipe2", 0},   {"socketpair", 3}, {"userfaultfd", -1},
};

static const struct maker *find_maker(const struct sys_desc *desc)
{
	for (size_t i = 0; i < ARRAY_SIZE(makers); i++) {
		if (strcmp(desc->name, makers[i].call) == 0)
			return &makers[i];
	}
	return NULL;
}

/* The two descriptors, which were captured just now; returns how many are known. */
static size_t find_pair(const struct rec *rec, uint32_t count, uint64_t address, uint32_t *ret)
{
	const struct event e = {.memory = rec->scratch->memory, .memory_count = count};
	size_t size;
	const uint8_t *at = event_bytes(&e, EVENT_AT_EXIT, address, &size);

	if (!at || size < 2 * sizeof(*ret))
		return 0;
	memcpy(ret, at, 2 * sizeof(*ret));
	return 2;
}

/* Where the name of @fd begins in the scratch; false: it has none. */
static bool add_name(struct rec *rec, const struct task *task, uint32_t fd)
{
	char link[32];

	snprintf(link, sizeof(link), "fd/%" PRIu32, fd);
	return tracee_proc_link((pid_t)task->tid, link, &rec->scratch->names) == 0;
}

uint32_t rec_names(struct rec *rec, const struct task *task, int64_t result, uint32_t count)
{
	const struct sys_desc *desc = task->call.desc;
	const struct maker *maker = desc && result >= 0 ? find_maker(desc) : NULL;
	uint32_t fds[REC_NAMES_MAX] = {(uint32_t)result}, added = 0;
	size_t n = 1, ends[REC_NAMES_MAX];

	if (!maker)
		return 0;
	if (maker->pair_at >= 0)
		n = find_pair(rec, count, task->call.args[maker->pair_at], fds);
	buf_clear(&rec->scratch->names);
	for (size_t i = 0; i < n && add_name(rec, task, fds[i]); i++)
		ends[added++] = rec->scratch->names.size;
	for (uint32_t i = 0; i < added; i++) {
		size_t from = i ? ends[i - 1] : 0;

		rec->scratch->memory[count + i] = (struct event_memory){
			.address = fds[i],
			.full = ends[i] - from,
			.data = (const uint8_t *)rec->scratch->names.data + from,
			.length = (uint32_t)(ends[i] - from),
			.when = EVENT_NAME,
		};
	}
	return added;
}
