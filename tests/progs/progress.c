// SPDX-License-Identifier: Apache-2.0
// progress FILE TASKS SIZE: tasks (threads and processes in turn) that make calls which carry
// numbers, and now and then write SIZE bytes that cannot be compressed, until FILE says stop.
// FILE, shared memory, always says how many calls have returned in each task: whoever kills
// the recorder knows what it had handled.
#include "expect.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <sys/wait.h>

enum { TASKS_MAX = 32, STATUS = 7, BYTES_EVERY = 8 };

// tests/e2e/test_crash.py reads it: 64-bit numbers, one behind the other.
static struct shared {
	_Atomic uint64_t stop, ended, bytes;
	_Atomic uint64_t done[TASKS_MAX];
} *shared;

static size_t size;

static void work(unsigned task)
{
	int sink = open("/dev/null", O_WRONLY | O_CLOEXEC);
	uint32_t *noise = malloc(size + sizeof(*noise)), x = task + 1;

	require(sink >= 0 && noise);
	for (uint64_t i = 0; !atomic_load(&shared->stop); i++) {
		require(lseek(-1 - (int)task, (off_t)i, SEEK_SET) == -1 && errno == EBADF);
		atomic_store(&shared->done[task], i + 1);
		if (!size || i % BYTES_EVERY)
			continue;
		for (size_t k = 0; k < size / sizeof(*noise); k++) {
			x = x * 1664525u + 1013904223u;
			noise[k] = x ^ x >> 13;
		}
		require(write(sink, noise, size) == (ssize_t)size);
		atomic_fetch_add(&shared->bytes, size);
	}
}

static void *thread_main(void *arg)
{
	work((unsigned)(uintptr_t)arg);
	return NULL;
}

int main(int argc, char **argv)
{
	require(argc == 4);
	int file = open(argv[1], O_RDWR | O_CLOEXEC), processes = 0;
	unsigned tasks = (unsigned)atoi(argv[2]);
	pthread_t threads[TASKS_MAX];

	size = strtoul(argv[3], NULL, 10);
	require(file >= 0 && tasks && tasks <= TASKS_MAX);
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
	require(shared != MAP_FAILED);
	for (unsigned i = 1; i < tasks; i += 2, processes++) {
		pid_t child = fork();
		require(child >= 0);
		if (child == 0) {
			work(i);
			_exit(STATUS);
		}
	}
	for (unsigned i = 2; i < tasks; i += 2)
		require(pthread_create(&threads[i], NULL, thread_main, (void *)(uintptr_t)i) == 0);
	work(0);
	for (unsigned i = 2; i < tasks; i += 2)
		require(pthread_join(threads[i], NULL) == 0);
	for (int status; wait(&status) > 0; processes--)
		require(WEXITSTATUS(status) == STATUS);
	require(!processes);
	printf("all %u have ended\n", tasks);
	fflush(stdout);
	atomic_store(&shared->ended, 1);
	return STATUS;
}
