// SPDX-License-Identifier: Apache-2.0
// A filter that all threads get at once, one that sleeps and one that runs without a call: what it
// denies them, and a child made later, is on the tape, and the sleep is not disturbed.
#include "filter.h"

#include <fcntl.h>
#include <pthread.h>
#include <sys/epoll.h>
#include <sys/wait.h>

static int wakes[2];
static volatile int ready, go;

static void *sleeping(void *arg)
{
	struct epoll_event event = {.events = EPOLLIN};
	int epoll = epoll_create1(0);
	require(epoll_ctl(epoll, EPOLL_CTL_ADD, wakes[0], &event) == 0);
	*(volatile int *)arg = gettid();
	require(epoll_wait(epoll, &event, 1, -1) == 1);
	require(syscall(SYS_getpgid, 77) == -1 && errno == 123);
	return NULL;
}

static void *running(void *arg)
{
	*(int *)arg = gettid();
	ready = 1;
	while (!go)
		;
	require(syscall(SYS_getpgid, 78) == -1 && errno == 123);
	return NULL;
}

/* Until the thread is in epoll_wait. */
static void await_sleep(const volatile int *tid)
{
	char path[64], text[16] = "";
	while (!*tid)
		;
	snprintf(path, sizeof(path), "/proc/self/task/%d/syscall", *tid);
	while (atoi(text) != SYS_epoll_wait) {
		int fd = open(path, O_RDONLY);
		require(fd >= 0 && read(fd, text, sizeof(text) - 1) > 0);
		close(fd);
	}
}

static void install(void)
{
	struct sock_filter rules[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_getpgid, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | 123),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = {sizeof(rules) / sizeof(rules[0]), rules};
	require(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
	require(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC,
			&program) == 0);
}

int main(void)
{
	int sleeper = 0, runner = 0, status;
	pthread_t threads[2];
	require(pipe(wakes) == 0);
	require(pthread_create(&threads[0], NULL, sleeping, &sleeper) == 0);
	require(pthread_create(&threads[1], NULL, running, &runner) == 0);
	await_sleep(&sleeper);
	while (!ready)
		;
	install();
	go = 1;
	require(write(wakes[1], "x", 1) == 1);
	for (int i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
	pid_t child = fork();
	if (child == 0) {
		require(syscall(SYS_getpgid, 79) == -1 && errno == 123);
		_exit(0);
	}
	require(waitpid(child, &status, 0) == child && status == 0);
	EXPECT_AT(sleeper, "getpgid(77) = -1 ENOMEDIUM (No medium found)");
	EXPECT_AT(runner, "getpgid(78) = -1 ENOMEDIUM (No medium found)");
	EXPECT_AT(child, "getpgid(79) = -1 ENOMEDIUM (No medium found)");
	COUNT("3 getpgid.*");
	expect_flush();
	return 0;
}
