/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who is in a call: /proc tells it. It also tells so of who has been stopped by a tracer at the
 * entry of the call, of which that tracer need not know yet; so it must be asleep besides.
 */
#ifndef TESTS_PROGS_SLEEPERS_H
#define TESTS_PROGS_SLEEPERS_H

#include <dirent.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static size_t proc_text(const char *directory, const char *name, char *ret, size_t size)
{
	char path[320];
	FILE *f;
	size_t n;

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	f = fopen(path, "re");
	n = f ? fread(ret, 1, size - 1, f) : 0;
	ret[n] = '\0';
	if (f)
		fclose(f);
	return n;
}

/* @directory: /proc/PID, /proc/self/task/TID. */
static int is_asleep_in(const char *directory, long call)
{
	char text[512], *end, *state;
	long number;

	if (!proc_text(directory, "syscall", text, sizeof(text)))
		return 0;
	number = strtol(text, &end, 10);
	if (end == text || *end != ' ' || number != call ||
	    !proc_text(directory, "stat", text, sizeof(text)))
		return 0;
	state = strrchr(text, ')');
	return state && strncmp(state, ") S", 3) == 0;
}

static __attribute__((unused)) void await_asleep_in(pid_t child, long call)
{
	char directory[32];

	snprintf(directory, sizeof(directory), "/proc/%d", (int)child);
	while (!is_asleep_in(directory, call))
		sched_yield(); // no call that a test looks at
}

/* How many threads of this process besides the first. */
static __attribute__((unused)) int sleepers(long call)
{
	DIR *d = opendir("/proc/self/task");
	int asleep = 0;

	for (struct dirent *e; d && (e = readdir(d));) {
		char directory[300];

		snprintf(directory, sizeof(directory), "/proc/self/task/%s", e->d_name);
		if (atoi(e->d_name) > 0 && atoi(e->d_name) != getpid())
			asleep += is_asleep_in(directory, call);
	}
	if (d)
		closedir(d);
	return asleep;
}

#endif
