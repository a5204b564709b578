/* SPDX-License-Identifier: Apache-2.0 */
/* How many threads of this process, besides the first, are in a call, whatever their numbers are:
 * /proc tells it. */
#ifndef TESTS_PROGS_SLEEPERS_H
#define TESTS_PROGS_SLEEPERS_H

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* @call: as /proc/PID/syscall begins: its number and a blank. */
static int sleepers(const char *call)
{
	DIR *d = opendir("/proc/self/task");
	int asleep = 0;

	for (struct dirent *e; d && (e = readdir(d));) {
		char path[300], text[64] = "";
		FILE *f;

		if (atoi(e->d_name) == getpid())
			continue;
		snprintf(path, sizeof(path), "/proc/self/task/%s/syscall", e->d_name);
		f = fopen(path, "re");
		if (!f)
			continue;
		asleep += fgets(text, sizeof(text), f) && !strncmp(text, call, strlen(call));
		fclose(f);
	}
	if (d)
		closedir(d);
	return asleep;
}

#endif
