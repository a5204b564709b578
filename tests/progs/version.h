/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Programs that there are in two versions, for tests of what is found between their tapes.
 *
 *	version_files NAME [ARGUMENT…]
 *
 * acts as the row NAME of its table says. Which version it is says one byte of the file
 * "version", which is mapped, and so on no tape: arguments, environment, files and what is read of
 * them are equal, and only what the newer version does otherwise can differ.
 */
#ifndef TESTS_PROGS_VERSION_H
#define TESTS_PROGS_VERSION_H

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { VERSION_BROKEN = 99 };

struct behaviour {
	const char *name;
	int (*run)(bool newer); /* the exit status */
};

#define VERSION_COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define must(condition)      must_be((condition), #condition)

__attribute__((unused)) static void must_be(bool condition, const char *text)
{
	if (!condition) {
		fprintf(stderr, "broken: %s: %s\n", text, strerror(errno));
		_exit(VERSION_BROKEN);
	}
}

__attribute__((unused)) static void put(int fd, const char *bytes, size_t size)
{
	must(write(fd, bytes, size) == (ssize_t)size);
}

/* Runs it and waits for it: its status as wait(2) has it. */
__attribute__((unused)) static int child_runs(char *const argv[], char *const envp[])
{
	int status;
	pid_t child = fork();

	must(child >= 0);
	if (child == 0) {
		execve(argv[0], argv, envp);
		_exit(127);
	}
	must(waitpid(child, &status, 0) == child);
	return status;
}

static bool version_is_newer(void)
{
	int fd = open("version", O_RDONLY | O_CLOEXEC);
	const char *byte = fd < 0 ? MAP_FAILED : mmap(NULL, 1, PROT_READ, MAP_PRIVATE, fd, 0);

	must(byte != MAP_FAILED);
	close(fd);
	return *byte == '2';
}

static int version_main(int argc, char **argv, const struct behaviour *table, size_t count)
{
	const struct rlimit no_core = {0, 0};

	must(setrlimit(RLIMIT_CORE, &no_core) == 0);
	for (size_t i = 0; argc > 1 && i < count; i++)
		if (strcmp(table[i].name, argv[1]) == 0)
			return table[i].run(version_is_newer());
	fprintf(stderr, "no such behaviour\n");
	return VERSION_BROKEN;
}

#endif
