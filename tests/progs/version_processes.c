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
	struct timespec time = {0, newer ? 300000000 : 1000000};

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

static void *does_nothing(void *unused)
{
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

/* One of two is forgotten, while another is waited for by name. */
static int forgotten(bool newer)
{
	pid_t first = worker(false), second = worker(false);

	must(waitpid(second, NULL, 0) == second);
	must(newer || waitpid(first, NULL, 0) == first);
	return 0;
}

/* Who only looks whether a child has ended does not wait for it: whether it has by then is chance.
 */
static int polled(bool newer)
{
	pid_t child = worker(false);

	while (!newer && waitpid(child, NULL, WNOHANG) == 0)
		;
	return 0;
}

/* Whoever is ready writes, and one of them writes something else: what comes first is chance. */
static int messages(bool newer)
{
	char message[9], sum = 0;
	int ends[2];

	must(pipe2(ends, O_CLOEXEC) == 0);
	for (int i = 0; i < WORKERS; i++) {
		pid_t child = fork();

		must(child >= 0);
		if (child)
			continue;
		snprintf(message, sizeof(message), "worker %d", newer && i == 1 ? 7 : i);
		put(ends[1], message, 8);
		_exit(0);
	}
	close(ends[1]);
	while (read(ends[0], message, 8) == 8)
		sum = (char)(sum + message[7]);
	while (wait(NULL) > 0)
		;
	return sum == 0;
}

/* Workers that wait until there is no more to do, or are told to end before. */
static int all_told(bool newer)
{
	pid_t made[WORKERS];
	int status, ends[2];

	must(pipe2(ends, O_CLOEXEC) == 0);
	for (int i = 0; i < WORKERS; i++) {
		char byte;

		made[i] = fork();
		must(made[i] >= 0);
		if (made[i])
			continue;
		close(ends[1]);
		must(read(ends[0], &byte, 1) == 0);
		_exit(0);
	}
	for (int i = 0; newer && i < WORKERS; i++)
		must(kill(made[i], SIGTERM) == 0);
	close(ends[1]);
	for (int i = 0; i < WORKERS; i++)
		must(waitpid(made[i], &status, 0) == made[i] && (newer || status == 0));
	return 0;
}

/* Who writes what others have made writes as much at a time as there is. */
static int pieces(bool newer)
{
	static char text[24 * 512];
	size_t size = newer ? 512 : 1024;
	pthread_t made;
	int fd = open("result", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	must(fd >= 0);
	must(pthread_create(&made, NULL, reads_input, NULL) == 0);
	must(pthread_join(made, NULL) == 0);
	for (size_t at = 0; at < sizeof(text); at += size)
		put(fd, text + at, size);
	return close(fd);
}

/* What is let go of in a row. */
static int closes(bool newer)
{
	int first = open("input", O_RDONLY | O_CLOEXEC);
	int second = open("settings", O_RDONLY | O_CLOEXEC);

	must(first >= 0 && second >= 0);
	must(close(newer ? second : first) == 0);
	return close(newer ? first : second);
}

/* Threads of which one more shares in what there is to do. */
static int shared_work(bool newer)
{
	pthread_t made[WORKERS + 1];
	int count = newer ? 3 : 2;

	for (int i = 0; i < count; i++)
		must(pthread_create(&made[i], NULL, does_nothing, NULL) == 0);
	for (int i = 0; i < count; i++)
		must(pthread_join(made[i], NULL) == 0);
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
		{"status", status},           {"crash", crash},
		{"hidden", hidden},           {"hidden_signal", hidden_signal},
		{"one_more", one_more},       {"one_less", one_less},
		{"argument", argument},       {"environment", environment},
		{"directory", directory},     {"replaced", replaced},
		{"ignored", ignored},         {"restart", restart},
		{"signalled", signalled},     {"slower", slower},
		{"threads", threads},         {"zombie", zombie},
		{"forgotten", forgotten},     {"polled", polled},
		{"messages", messages},       {"all_told", all_told},
		{"pieces", pieces},           {"closes", closes},
		{"shared_work", shared_work}, {"other_program", other_program},
	};
	return version_main(argc, argv, table, VERSION_COUNT(table));
}
