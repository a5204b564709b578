/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Threads that sleep in calls which a stop of the process may interrupt with EINTR
 * (signal(7)). Each says what its one call returned. Says "ready PID" when all have been
 * started; wakes them all when its standard input ends.
 */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/select.h>
#include <sys/sem.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

enum { LONG_SECONDS = 1000 };

static int event, semaphores, messages, pair[2], listener[2], fifo[2];
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t wake = PTHREAD_COND_INITIALIZER;
static bool woken;

static int in_epoll(void)
{
	struct epoll_event e = {.events = EPOLLIN};
	int epoll = epoll_create1(EPOLL_CLOEXEC);

	epoll_ctl(epoll, EPOLL_CTL_ADD, event, &e);
	return epoll_wait(epoll, &e, 1, LONG_SECONDS * 1000);
}

static int in_semop(void)
{
	struct sembuf down = {.sem_op = -1};

	return semop(semaphores, &down, 1);
}

static int in_msgrcv(void)
{
	struct {
		long type;
		char text[8];
	} message;

	return (int)msgrcv(messages, &message, sizeof(message.text), 0, 0);
}

static int in_sigtimedwait(void)
{
	const struct timespec t = {.tv_sec = LONG_SECONDS};
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	return sigtimedwait(&set, NULL, &t) == SIGUSR1 ? 0 : -1;
}

static int in_recv(void)
{
	const struct timeval t = {.tv_sec = LONG_SECONDS};
	char byte;

	setsockopt(pair[0], SOL_SOCKET, SO_RCVTIMEO, &t, sizeof(t));
	return (int)recv(pair[0], &byte, 1, 0);
}

static int in_read(void)
{
	char byte;

	return (int)read(fifo[0], &byte, 1);
}

static int in_poll(void)
{
	struct pollfd p = {.fd = event, .events = POLLIN};

	return poll(&p, 1, LONG_SECONDS * 1000);
}

static int in_select(void)
{
	struct timeval t = {.tv_sec = LONG_SECONDS};
	fd_set set;

	FD_ZERO(&set);
	FD_SET(event, &set);
	return select(event + 1, &set, NULL, NULL, &t);
}

static int in_futex(void)
{
	struct timespec t;
	int r = 0;

	clock_gettime(CLOCK_REALTIME, &t);
	t.tv_sec += LONG_SECONDS;
	pthread_mutex_lock(&mutex);
	while (!woken && r == 0)
		r = pthread_cond_timedwait(&wake, &mutex, &t);
	pthread_mutex_unlock(&mutex);
	return r;
}

static struct {
	const char *name;
	int (*sleep)(void);
	pthread_t thread;
	int result, error;
} sleepers[] = {
	{.name = "epoll_wait", .sleep = in_epoll},
	{.name = "semop", .sleep = in_semop},
	{.name = "msgrcv", .sleep = in_msgrcv},
	{.name = "sigtimedwait", .sleep = in_sigtimedwait},
	{.name = "recv", .sleep = in_recv},
	{.name = "read", .sleep = in_read},
	{.name = "poll", .sleep = in_poll},
	{.name = "select", .sleep = in_select},
	{.name = "futex", .sleep = in_futex},
};
enum { SLEEPERS = sizeof(sleepers) / sizeof(sleepers[0]) };

static void *run(void *index)
{
	size_t i = (size_t)index;

	sleepers[i].result = sleepers[i].sleep();
	sleepers[i].error = errno;
	return NULL;
}

static void prepare(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
	event = eventfd(0, EFD_CLOEXEC);
	semaphores = semget(IPC_PRIVATE, 1, 0600);
	messages = msgget(IPC_PRIVATE, 0600);
	if (event < 0 || semaphores < 0 || messages < 0 || pipe(fifo) < 0 ||
	    socketpair(AF_UNIX, SOCK_STREAM, 0, pair) < 0 ||
	    socketpair(AF_UNIX, SOCK_STREAM, 0, listener) < 0) {
		perror("prepare");
		exit(1);
	}
}

static void wake_all(void)
{
	const uint64_t one = 1;
	struct sembuf up = {.sem_op = 1};
	struct {
		long type;
		char text[1];
	} message = {.type = 1};
	ssize_t n = write(event, &one, sizeof(one));

	n += write(fifo[1], "x", 1);
	n += send(pair[1], "x", 1, 0);
	semop(semaphores, &up, 1);
	msgsnd(messages, &message, 1, 0);
	pthread_mutex_lock(&mutex);
	woken = true;
	pthread_cond_broadcast(&wake);
	pthread_mutex_unlock(&mutex);
	kill(getpid(), SIGUSR1);
	if (n != 10)
		puts("not all could be woken");
}

int main(void)
{
	char byte;

	prepare();
	for (size_t i = 0; i < SLEEPERS; i++)
		pthread_create(&sleepers[i].thread, NULL, run, (void *)i);
	printf("ready %d\n", (int)getpid());
	fflush(stdout);
	if (read(STDIN_FILENO, &byte, 1) < 0)
		perror("read");
	wake_all();
	for (size_t i = 0; i < SLEEPERS; i++) {
		pthread_join(sleepers[i].thread, NULL);
		printf("%s %s\n", sleepers[i].name,
		       sleepers[i].result < 0 ? strerror(sleepers[i].error) : "fine");
	}
	semctl(semaphores, 0, IPC_RMID);
	msgctl(messages, IPC_RMID, NULL);
	return 0;
}
