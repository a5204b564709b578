// SPDX-License-Identifier: Apache-2.0
// What the kernel writes of queues, semaphores, shared memory, asynchronous requests and keys.
#include "capture.h"

#include <fcntl.h>
#include <linux/aio_abi.h>
#include <linux/io_uring.h>
#include <linux/keyctl.h>
#include <mqueue.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>

static void test_message_queue(void)
{
	struct {
		long type;
		char text[16];
	} message = {3, "a message here"};
	int queue = msgget(IPC_PRIVATE, 0600);

	if (queue < 0) {
		probe_skip("msgrcv", errno);
		return;
	}
	for (probe("msgrcv"); pass();) {
		uint8_t *buf = out(8 + 40);
		require(msgsnd(queue, &message, 12, 0) == 0);
		require(call(SYS_msgrcv, queue, buf, 40, 0, 0) == 12);
	}
	for (probe("msgrcv:cut"); pass();) {
		uint8_t *buf = out(8 + 40);
		require(msgsnd(queue, &message, 12, 0) == 0);
		require(call(SYS_msgrcv, queue, buf, 5, 0, MSG_NOERROR) == 5);
	}
	for (probe("msgrcv:ENOMSG"); pass();)
		call_fails(ENOMSG, SYS_msgrcv, queue, out(8 + 40), 40, 0, IPC_NOWAIT);
	PROBE_OUT("msgctl:IPC_STAT", sizeof(struct msqid_ds), SYS_msgctl, queue, IPC_STAT, buf);
	PROBE_OUT("msgctl:MSG_STAT", sizeof(struct msqid_ds), SYS_msgctl, queue & 0x7fff, 11, buf);
	PROBE_OUT("msgctl:IPC_INFO", 32, SYS_msgctl, 0, 3, buf);
	require(msgctl(queue, IPC_RMID, NULL) == 0);
	for (probe("msgctl:EINVAL"); pass();)
		call_fails(EINVAL, SYS_msgctl, queue, IPC_STAT, out(sizeof(struct msqid_ds)));
}

static void test_semaphores(void)
{
	int set = semget(IPC_PRIVATE, 5, 0600);

	if (set < 0) {
		probe_skip("semctl", errno);
		return;
	}
	PROBE_OUT("semctl:IPC_STAT", sizeof(struct semid_ds), SYS_semctl, set, 0, IPC_STAT, buf);
	PROBE_OUT("semctl:GETALL", 32, SYS_semctl, set, 0, GETALL, buf);
	for (probe("semctl:SETALL"); pass();) {
		const unsigned short values[] = {1, 2, 3, 4, 5};
		call(SYS_semctl, set, 0, SETALL, in(values, sizeof(values)));
	}
	PROBE_OUT("semctl:GETALL, set", 32, SYS_semctl, set, 0, GETALL, buf);
	PROBE_OUT("semctl:IPC_INFO", 64, SYS_semctl, 0, 0, 3, buf);
	require(semctl(set, 0, IPC_RMID) == 0);
	for (probe("semctl:GETALL, EINVAL"); pass();)
		call_fails(EINVAL, SYS_semctl, set, 0, GETALL, out(32));
	for (probe("semctl:EINVAL"); pass();)
		call_fails(EINVAL, SYS_semctl, set, 0, IPC_STAT, out(sizeof(struct semid_ds)));
}

static void test_shared_memory(void)
{
	int id = shmget(IPC_PRIVATE, 8192, 0600);

	if (id < 0) {
		probe_skip("shmctl", errno);
		return;
	}
	PROBE_OUT("shmctl:IPC_STAT", sizeof(struct shmid_ds), SYS_shmctl, id, IPC_STAT, buf);
	PROBE_OUT("shmctl:IPC_INFO", 96, SYS_shmctl, 0, 3, buf);
	PROBE_OUT("shmctl:SHM_INFO", 96, SYS_shmctl, 0, 14, buf);
	require(shmctl(id, IPC_RMID, NULL) == 0);
	for (probe("shmctl:EINVAL"); pass();)
		call_fails(EINVAL, SYS_shmctl, id, IPC_STAT, out(sizeof(struct shmid_ds)));
}

static void test_posix_queue(void)
{
	struct mq_attr attr = {.mq_maxmsg = 4, .mq_msgsize = 64};
	const struct timespec past = {1, 0};
	char name[64];

	snprintf(name, sizeof(name), "/systape-capture-%d", getpid());
	int queue = mq_open(name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600, &attr);
	if (queue < 0) {
		probe_skip("mq_timedreceive", errno);
		return;
	}
	PROBE_OUT("mq_getsetattr", sizeof(attr), SYS_mq_getsetattr, queue, NULL, buf);
	for (probe("mq_getsetattr:both"); pass();)
		require(call(SYS_mq_getsetattr, queue, in(&attr, sizeof(attr)),
			     out(sizeof(attr))) == 0);
	for (probe("mq_timedreceive"); pass();) {
		uint8_t *buf = out(64);
		unsigned int *priority = out(4);
		require(mq_send(queue, "a message", 9, 5) == 0);
		require(call(SYS_mq_timedreceive, queue, buf, 64, priority, NULL) == 9);
	}
	for (probe("mq_timedreceive:ETIMEDOUT"); pass();) {
		uint8_t *buf = out(64);
		unsigned int *priority = out(4);
		call_fails(ETIMEDOUT, SYS_mq_timedreceive, queue, buf, 64, priority,
			   in(&past, sizeof(past)));
	}
	for (probe("mq_timedreceive:EMSGSIZE"); pass();)
		call_fails(EMSGSIZE, SYS_mq_timedreceive, queue, out(8), 8, out(4), NULL);
	require(mq_unlink(name) == 0);
}

static void test_aio(void)
{
	static char text[] = "written asynchronously";
	struct iocb request = {.aio_lio_opcode = IOCB_CMD_PWRITE,
			       .aio_buf = (uintptr_t)text,
			       .aio_nbytes = sizeof(text),
			       .aio_data = 0x1234};
	struct iocb *list[] = {&request};
	const struct timespec second = {1, 0};
	const aio_context_t none = 0;
	aio_context_t context = 0;
	char path[4096];

	/* It must be 0 before. */
	for (probe("io_setup"); pass();) {
		aio_context_t *made = inout(&none, sizeof(none));
		if (call(SYS_io_setup, 4, made) == 0)
			require(syscall(SYS_io_destroy, *made) == 0);
	}
	if (syscall(SYS_io_setup, 4, &context) != 0) {
		probe_skip("io_getevents", errno);
		return;
	}
	snprintf(path, sizeof(path), "%s/capture_aio", scratch());
	request.aio_fildes = (uint32_t)open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	for (probe("io_getevents"); pass();) {
		void *buf = out(3 * sizeof(struct io_event)), *wait = in(&second, sizeof(second));
		require(syscall(SYS_io_submit, context, 1, list) == 1);
		require(call(SYS_io_getevents, context, 1, 3, buf, wait) == 1);
	}
	for (probe("io_getevents:nothing"); pass();) {
		void *buf = out(3 * sizeof(struct io_event));
		require(call(SYS_io_getevents, context, 0, 3, buf, NULL) == 0);
	}
	for (probe("io_pgetevents"); pass();) {
		void *buf = out(3 * sizeof(struct io_event)), *wait = in(&second, sizeof(second));
		require(syscall(SYS_io_submit, context, 1, list) == 1);
		require(call(SYS_io_pgetevents, context, 1, 3, buf, wait, NULL) == 1);
	}
	for (probe("io_getevents:EINVAL"); pass();)
		call_fails(EINVAL, SYS_io_getevents, context, 4, 3, out(64), NULL);
	require(syscall(SYS_io_destroy, context) == 0);
}

static void test_io_uring(void)
{
	struct io_uring_params params = {0};

	for (probe("io_uring_setup"); pass();) {
		long fd = call(SYS_io_uring_setup, 4, inout(&params, sizeof(params)));
		require(fd < 0 || close((int)fd) == 0);
	}
	for (probe("io_uring_setup:EINVAL"); pass();)
		call_fails(EINVAL, SYS_io_uring_setup, 0, in(&params, sizeof(params)));
	long fd = syscall(SYS_io_uring_setup, 4, &params);
	if (fd < 0) {
		probe_skip("io_uring_register", errno);
		return;
	}
	for (probe("io_uring_register:PROBE"); pass();) {
		uint8_t nothing[16 + 20 * 8] = {0};
		call(SYS_io_uring_register, fd, IORING_REGISTER_PROBE,
		     inout(nothing, sizeof(nothing)), 20);
	}
	close((int)fd);
}

static void test_keys(void)
{
	enum { SESSION = -3, PROCESS = -2 };
	long key = syscall(SYS_add_key, "user", "systape", "a secret", 8, PROCESS);

	if (key < 0) {
		probe_skip("keyctl", errno);
		return;
	}
	PROBE_OUT("keyctl:KEYCTL_DESCRIBE", 200, SYS_keyctl, KEYCTL_DESCRIBE, key, buf, 200);
	PROBE_OUT("keyctl:KEYCTL_READ", 64, SYS_keyctl, KEYCTL_READ, key, buf, 64);
	/* Too little room: the size is given back, and nothing written. */
	PROBE_OUT("keyctl:KEYCTL_READ, no room", 64, SYS_keyctl, KEYCTL_READ, key, buf, 4);
	PROBE_OUT("keyctl:KEYCTL_DESCRIBE, no room", 64, SYS_keyctl, KEYCTL_DESCRIBE, key, buf, 4);
	for (probe("keyctl:ENOKEY"); pass();)
		call_fails(ENOKEY, SYS_keyctl, KEYCTL_READ, 0, out(64), 64);
	PROBE_OUT("keyctl:KEYCTL_CAPABILITIES", 64, SYS_keyctl, KEYCTL_CAPABILITIES, buf, 64);
}

int main(void)
{
	test_message_queue();
	test_semaphores();
	test_shared_memory();
	test_posix_queue();
	test_aio();
	test_io_uring();
	test_keys();
	expect_flush();
	return 0;
}
