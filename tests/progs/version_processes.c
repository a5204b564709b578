// SPDX-License-Identifier: Apache-2.0
// What two versions of a program may do otherwise with processes, threads and signals: see
// version.h.
#include "version.h"

#include <pthread.h>
#include <signal.h>
#include <time.h>

enum { WORKERS = 3 };

static char *no_environment[] = {NULL};

static int status(bool newer)
{
	return newer ? 3 : 0;
}

static int crash(bool newer)
{
	if (newer)
		raise(SIGSEGV);
	return 0;
}

static int hidden(bool newer)
{
	int ended;
	pid_t child = fork();

	if (child == 0)
		_exit(newer ? 4 : 0);
	must(child > 0 && waitpid(child, &ended, 0) == child);
	return 0;
}

static int hidden_signal(bool newer)
{
	int ended;
	pid_t child = fork();

	if (child == 0) {
		if (newer)
			abort();
		_exit(0);
	}
	must(child > 0 && waitpid(child, &ended, 0) == child);
	return 0;
}

static void echo(const char *word)
{
	char *argv[] = {"/bin/echo", (char *)word, NULL};

	must(child_runs(argv, no_environment) == 0);
}

static int one_more(bool newer)
{
	char *argv[] = {"/bin/true", NULL};

	echo("first");
	must(!newer || child_runs(argv, no_environment) == 0);
	echo("second");
	return 0;
}

static int one_less(bool newer)
{
	return one_more(!newer);
}

static int argument(bool newer)
{
	echo("first");
	echo(newer ? "--fast" : "--safe");
	return 0;
}

static int environment(bool newer)
{
	char *argv[] = {"/bin/true", NULL}, *older_has[] = {"LEVEL=1", "HOME=/", NULL},
	     *newer_has[] = {"LEVEL=2", "HOME=/", NULL};

	return child_runs(argv, newer ? newer_has : older_has);
}

static int directory(bool newer)
{
	char *argv[] = {"/bin/true", NULL};

	must(chdir(newer ? "two" : "one") == 0);
	return child_runs(argv, no_environment);
}

static pid_t worker(bool crashes)
{
	pid_t child = fork();

	must(child >= 0);
	if (child == 0) {
		char block[1024];
		int fd = open("input", O_RDONLY | O_CLOEXEC);

		must(fd >= 0 && read(fd, block, sizeof(block)) > 0);
		if (crashes)
			abort();
		_exit(0);
	}
	return child;
}

/* Who crashes gets a successor, and the whole ends as if nothing had been. */
static int replaced(bool newer)
{
	int ended;

	for (int i = 0; i < WORKERS; i++)
		worker(newer && i == 1);
	while (wait(&ended) > 0)
		if (WIFSIGNALED(ended))
			worker(false);
	return 0;
}

static void handle(int signo)
{
	(void)signo;
}

static void on(int signo, void (*handler)(int), int flags)
{
	struct sigaction action = {.sa_handler = handler, .sa_flags = flags};

	must(sigaction(signo, &action, NULL) == 0);
}

static int ignored(bool newer)
{
	on(SIGTERM, newer ? SIG_IGN : handle, 0);
	return 0;
}

static int restart(bool newer)
{
	on(SIGUSR1, handle, newer ? 0 : SA_RESTART);
	return 0;
}

static int signalled(bool newer)
{
	on(SIGUSR1, handle, 0);
	return newer ? raise(SIGUSR1) : 0;
}

static int slower(bool newer)
{
	struct timespec time = {0, newer ? 80000000 : 1000000};

	return nanosleep(&time, NULL);
}

static void *reads_input(void *unused)
{
	char block[1024];
	int fd = open("input", O_RDONLY | O_CLOEXEC);

	must(fd >= 0 && read(fd, block, sizeof(block)) > 0);
	close(fd);
	return unused;
}

static int threads(bool newer)
{
	pthread_t made[WORKERS];
	int count = newer ? WORKERS : WORKERS - 1;

	for (int i = 0; i < count; i++)
		must(pthread_create(&made[i], NULL, reads_input, NULL) == 0);
	for (int i = 0; i < count; i++)
		must(pthread_join(made[i], NULL) == 0);
	return 0;
}

static int zombie(bool newer)
{
	int ended;
	pid_t child = fork();

	if (child == 0)
		_exit(0);
	must(child > 0 && (newer || waitpid(child, &ended, 0) == child));
	return 0;
}

static int other_program(bool newer)
{
	char *argv[] = {newer ? "/usr/bin/env" : "/bin/true", NULL};

	return child_runs(argv, no_environment);
}

int main(int argc, char **argv)
{
	static const struct behaviour table[] = {
		{"status", status},
		{"crash", crash},
		{"hidden", hidden},
		{"hidden_signal", hidden_signal},
		{"one_more", one_more},
		{"one_less", one_less},
		{"argument", argument},
		{"environment", environment},
		{"directory", directory},
		{"replaced", replaced},
		{"ignored", ignored},
		{"restart", restart},
		{"signalled", signalled},
		{"slower", slower},
		{"threads", threads},
		{"zombie", zombie},
		{"other_program", other_program},
	};
	return version_main(argc, argv, table, VERSION_COUNT(table));
}
