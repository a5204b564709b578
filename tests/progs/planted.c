// SPDX-License-Identifier: Apache-2.0
// A secret through each kind of call that carries bytes: every kind has a token of its own, which
// nothing else on the tape has and which is nowhere in this file, and carries each line of standard
// input besides.
//
//	planted DIRECTORY [far]
//
// prints a line for each kind: its name, and "carried", or why the kernel does not let it. With
// "far" there are 10 MB between the halves of one secret. By any other name it only reads the
// descriptors that it was given.
#include <errno.h>
#include <fcntl.h>
#include <linux/aio_abi.h>
#include <linux/if_alg.h>
#include <linux/io_uring.h>
#include <linux/keyctl.h>
#include <mqueue.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/msg.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "planted.h"

enum { LINES_MAX = 64, LINE_SIZE = 512, JUNK = 64 << 10 };

static char lines[LINES_MAX][LINE_SIZE];
static size_t line_count;
static bool far;

// ---- descriptors ----

static void make_pipe(int ret[2])
{
	if (pipe2(ret, O_CLOEXEC) < 0)
		abort();
}

static void make_pair(int type, int ret[2])
{
	if (socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, ret) < 0)
		abort();
}

static void close_both(const int pair[2])
{
	close(pair[0]);
	close(pair[1]);
}

/* In three parts: no part has what makes the secret known. */
static void split(const char *text, size_t size, struct iovec ret[3])
{
	ret[0] = (struct iovec){(char *)text, 2};
	ret[1] = (struct iovec){(char *)text + 2, size / 2 - 2};
	ret[2] = (struct iovec){(char *)text + size / 2, size - size / 2};
}

// ---- streams ----

static int in_pipes(const char *text, size_t size)
{
	char buffer[LINE_SIZE];
	int p[2];

	make_pipe(p);
	bool ok = write(p[1], text, size) == (ssize_t)size && write(p[1], "\n", 1) == 1 &&
		  read(p[0], buffer, sizeof(buffer)) > 0;
	close_both(p);
	return ok ? 0 : errno;
}

static int byte_by_byte(const char *text, size_t size)
{
	char c;
	int p[2];

	make_pipe(p);
	for (size_t i = 0; i < size; i++) {
		if (write(p[1], text + i, 1) != 1 || read(p[0], &c, 1) != 1)
			return errno;
	}
	if (write(p[1], "\n", 1) != 1 || read(p[0], &c, 1) != 1)
		return errno;
	close_both(p);
	return 0;
}

static int in_vectors(const char *text, size_t size)
{
	char buffer[LINE_SIZE];
	struct iovec out[3], in[3];
	int p[2];

	make_pipe(p);
	split(text, size, out);
	split(buffer, size, in);
	bool ok = writev(p[1], out, 3) == (ssize_t)size && readv(p[0], in, 3) == (ssize_t)size;
	close_both(p);
	return ok ? 0 : errno;
}

static int at_positions(const char *text, size_t size)
{
	char buffer[LINE_SIZE];
	struct iovec out[3], in[3];
	int fd = memfd_create("planted", MFD_CLOEXEC);
	ssize_t n = (ssize_t)size;

	split(text, size, out);
	split(buffer, size, in);
	bool ok = pwrite(fd, text, size, 1000) == n && pread(fd, buffer, size, 1000) == n &&
		  pwritev(fd, out, 3, 3000) == n && preadv(fd, in, 3, 3000) == n &&
		  pwritev2(fd, out, 3, 5000, 0) == n && preadv2(fd, in, 3, 5000, 0) == n;
	close(fd);
	return ok ? 0 : errno;
}

/* Two writes to one file, and 10 MB to another between them. */
static int far_apart(const char *text, size_t size)
{
	static char junk[JUNK];
	static uint32_t x = 1;
	int fd = memfd_create("planted", MFD_CLOEXEC), null = open("/dev/null", O_WRONLY);
	bool ok = write(fd, text, size / 2) > 0;

	for (int i = 0; ok && far && size == PLANTED_SIZE && i < 160; i++) {
		for (size_t k = 0; k < sizeof(junk); k++)
			junk[k] = (char)((x = x * 1664525 + 1013904223) >> 24);
		ok = write(null, junk, sizeof(junk)) == sizeof(junk);
	}
	ok = ok && write(fd, text + size / 2, size - size / 2) > 0;
	close(fd);
	close(null);
	return ok ? 0 : errno;
}

static int nobody_reads(const char *text, size_t size)
{
	struct iovec out[3];
	int p[2];

	make_pipe(p);
	close(p[0]);
	split(text, size, out);
	bool ok = writev(p[1], out, 3) < 0 && write(-1, text, size) < 0;
	close(p[1]);
	return ok ? 0 : errno;
}

/* The rest of what a full pipe does not take is in the call's memory, too. */
static int partly_written(const char *text, size_t size)
{
	char buffer[8192];
	int p[2];

	if (pipe2(p, O_CLOEXEC | O_NONBLOCK) < 0 || fcntl(p[1], F_SETPIPE_SZ, 4096) < 0)
		return errno;
	memset(buffer, '\n', sizeof(buffer));
	memcpy(buffer + 6000, text, size);
	bool ok = write(p[1], buffer, sizeof(buffer)) == 4096;
	close_both(p);
	return ok ? 0 : EPIPE;
}

static int vmspliced(const char *text, size_t size)
{
	struct iovec out[3];
	char buffer[LINE_SIZE];
	int p[2], q[2];

	make_pipe(p);
	make_pipe(q);
	split(text, size, out);
	bool ok = vmsplice(p[1], out, 3, 0) == (ssize_t)size &&
		  tee(p[0], q[1], size, 0) == (ssize_t)size &&
		  read(q[0], buffer, size) == (ssize_t)size &&
		  splice(p[0], NULL, q[1], NULL, size, 0) == (ssize_t)size;
	out[0] = (struct iovec){buffer, 3};
	out[1] = (struct iovec){buffer + 3, size - 3};
	ok = ok && vmsplice(q[0], out, 2, 0) == (ssize_t)size;
	close_both(p);
	close_both(q);
	return ok ? 0 : errno;
}

static int sent_from_file(const char *text, size_t size)
{
	char buffer[LINE_SIZE];
	off_t at = 7;
	int fd = memfd_create("planted", MFD_CLOEXEC), s[2];

	make_pair(SOCK_STREAM, s);
	bool ok = pwrite(fd, text, size, at) > 0 && sendfile(s[0], fd, &at, size) > 0 &&
		  recv(s[1], buffer, sizeof(buffer), 0) > 0;
	close_both(s);
	close(fd);
	return ok ? 0 : errno;
}

static int by_aio(const char *text, size_t size)
{
	aio_context_t context = 0;
	char buffer[LINE_SIZE] = "";
	int fd = memfd_create("planted", MFD_CLOEXEC);
	struct iocb out = {.aio_lio_opcode = IOCB_CMD_PWRITE,
			   .aio_fildes = (uint32_t)fd,
			   .aio_buf = (uintptr_t)text,
			   .aio_nbytes = size},
		    in = {.aio_lio_opcode = IOCB_CMD_PREAD,
			  .aio_fildes = (uint32_t)fd,
			  .aio_buf = (uintptr_t)buffer,
			  .aio_nbytes = size},
		    *p;
	struct io_event done;

	if (syscall(SYS_io_setup, 4, &context) < 0)
		return errno;
	p = &out;
	bool ok = syscall(SYS_io_submit, context, 1, &p) == 1 &&
		  syscall(SYS_io_getevents, context, 1, 1, &done, NULL) == 1;
	p = &in;
	ok = ok && syscall(SYS_io_submit, context, 1, &p) == 1 &&
	     syscall(SYS_io_getevents, context, 1, 1, &done, NULL) == 1;
	syscall(SYS_io_destroy, context);
	close(fd);
	return ok ? 0 : errno;
}

// ---- what no call carries ----

/* One write through a ring; the kernel takes it from memory that both have. */
static int by_ring(const char *text, size_t size)
{
	struct io_uring_params p = {0};
	int fd = memfd_create("planted", MFD_CLOEXEC), ring;

	ring = (int)syscall(SYS_io_uring_setup, 1, &p);
	if (ring < 0)
		return errno;
	uint8_t *sq = mmap(NULL, p.sq_off.array + p.sq_entries * sizeof(uint32_t),
			   PROT_READ | PROT_WRITE, MAP_SHARED, ring, IORING_OFF_SQ_RING);
	struct io_uring_sqe *sqe = mmap(NULL, p.sq_entries * sizeof(*sqe), PROT_READ | PROT_WRITE,
					MAP_SHARED, ring, (off_t)IORING_OFF_SQES);
	if (sq == MAP_FAILED || sqe == MAP_FAILED)
		return errno;
	*sqe = (struct io_uring_sqe){.opcode = IORING_OP_WRITE,
				     .fd = fd,
				     .addr = (uintptr_t)text,
				     .len = (uint32_t)size};
	((uint32_t *)(void *)(sq + p.sq_off.array))[0] = 0;
	__atomic_add_fetch((uint32_t *)(void *)(sq + p.sq_off.tail), 1, __ATOMIC_RELEASE);
	bool ok = syscall(SYS_io_uring_enter, ring, 1, 1, IORING_ENTER_GETEVENTS, NULL, 0) == 1;
	int error = errno;
	struct stat st;
	ok = ok && fstat(fd, &st) == 0 && st.st_size == (off_t)size;
	close(ring);
	close(fd);
	return ok ? 0 : error;
}

static int by_mapping(const char *text, size_t size)
{
	int fd = memfd_create("planted", MFD_CLOEXEC);
	if (ftruncate(fd, LINE_SIZE) < 0)
		return errno;
	char *at = mmap(NULL, LINE_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	if (at == MAP_FAILED)
		return errno;
	memcpy(at, text, size);
	munmap(at, LINE_SIZE);
	close(fd);
	return 0;
}

// ---- sockets ----

static int in_datagrams(const char *text, size_t size)
{
	char buffer[LINE_SIZE];
	struct sockaddr_un here = {.sun_family = AF_UNIX};
	socklen_t length = sizeof(sa_family_t);
	int a = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0),
	    b = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	/* A name of the kernel's choice. */
	bool ok = bind(a, (struct sockaddr *)&here, length) == 0;
	length = sizeof(here);
	ok = ok && getsockname(a, (struct sockaddr *)&here, &length) == 0 &&
	     sendto(b, text, size, 0, (struct sockaddr *)&here, length) == (ssize_t)size &&
	     recvfrom(a, buffer, sizeof(buffer), MSG_PEEK, NULL, NULL) == (ssize_t)size &&
	     recvfrom(a, buffer, sizeof(buffer), 0, NULL, NULL) == (ssize_t)size;
	close(a);
	close(b);
	return ok ? 0 : errno;
}

static int with_credentials(const char *text, size_t size)
{
	char buffer[LINE_SIZE];
	union {
		struct cmsghdr head;
		char room[CMSG_SPACE(sizeof(struct ucred))];
	} control = {.head = {CMSG_LEN(sizeof(struct ucred)), SOL_SOCKET, SCM_CREDENTIALS}};
	struct ucred me = {getpid(), getuid(), getgid()};
	struct iovec out[3], in[3];
	struct msghdr message = {.msg_iov = out,
				 .msg_iovlen = 3,
				 .msg_control = &control,
				 .msg_controllen = sizeof(control)};
	int s[2], one = 1;

	make_pair(SOCK_STREAM, s);
	memcpy(CMSG_DATA(&control.head), &me, sizeof(me));
	split(text, size, out);
	bool ok = setsockopt(s[1], SOL_SOCKET, SO_PASSCRED, &one, sizeof(one)) == 0 &&
		  sendmsg(s[0], &message, 0) == (ssize_t)size;
	split(buffer, size, in);
	message.msg_iov = in;
	ok = ok && recvmsg(s[1], &message, MSG_PEEK) == (ssize_t)size &&
	     recvmsg(s[1], &message, 0) == (ssize_t)size;
	close_both(s);
	return ok ? 0 : errno;
}

/* Half of it in each message. */
static int in_many_messages(const char *text, size_t size)
{
	char buffer[LINE_SIZE];
	struct iovec out[2] = {{(char *)text, size / 2},
			       {(char *)text + size / 2, size - size / 2}};
	struct iovec in[2] = {{buffer, size / 2}, {buffer + size / 2, size - size / 2}};
	struct mmsghdr sent[2] = {0}, got[2] = {0};
	int s[2];

	make_pair(SOCK_DGRAM, s);
	for (int i = 0; i < 2; i++) {
		sent[i].msg_hdr = (struct msghdr){.msg_iov = &out[i], .msg_iovlen = 1};
		got[i].msg_hdr = (struct msghdr){.msg_iov = &in[i], .msg_iovlen = 1};
	}
	bool ok = sendmmsg(s[0], sent, 2, 0) == 2 && recvmmsg(s[1], got, 2, 0, NULL) == 2;
	close_both(s);
	return ok ? 0 : errno;
}

static socklen_t unix_address(struct sockaddr_un *a, bool hidden, const char *text, size_t size)
{
	*a = (struct sockaddr_un){.sun_family = AF_UNIX};
	if (size > sizeof(a->sun_path) - 2)
		size = sizeof(a->sun_path) - 2;
	memcpy(a->sun_path + hidden, text, size);
	return (socklen_t)(sizeof(sa_family_t) + hidden + size);
}

static int as_socket_names(const char *text, size_t size)
{
	struct sockaddr_un a;
	socklen_t length = unix_address(&a, true, text, size), room = sizeof(a);
	int s = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0),
	    c = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	bool ok = bind(s, (struct sockaddr *)&a, length) == 0 && listen(s, 1) == 0 &&
		  connect(c, (struct sockaddr *)&a, length) == 0 &&
		  getpeername(c, (struct sockaddr *)&a, &room) == 0;
	length = unix_address(&a, false, text, size);
	ok = ok && connect(c, (struct sockaddr *)&a, length) < 0;
	close(s);
	close(c);
	return ok ? 0 : errno;
}

/* What nobody can tell by its looks: a token without what is in front of it. */
static const char *bare(const char *kind)
{
	static char text[PLANTED_SIZE + 1];

	planted_token(kind, text);
	return text + 4;
}

static int as_cipher_key(const char *text, size_t size)
{
	const struct sockaddr_alg a = {
		.salg_family = AF_ALG, .salg_type = "hash", .salg_name = "hmac(sha256)"};
	int s = socket(AF_ALG, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

	/* Where there is no such socket, the key is in the memory of a call that fails. */
	if (s >= 0)
		(void)!bind(s, (const struct sockaddr *)&a, sizeof(a));
	(void)!setsockopt(s, SOL_ALG, ALG_SET_KEY, text, (socklen_t)size);
	(void)!setsockopt(s, SOL_ALG, ALG_SET_KEY, bare("bare-alg"), PLANTED_SIZE - 4);
	close(s);
	return 0;
}

/* To and from whoever keeps keys, at the address that a variable has. */
static int to_agent(const char *text, size_t size)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX};
	const char *path = getenv("SSH_AUTH_SOCK");
	char buffer[LINE_SIZE];

	if (!path)
		return 0;
	snprintf(a.sun_path, sizeof(a.sun_path), "%s", path);
	unlink(path);
	int s = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0),
	    c = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), agent = -1;

	bool ok = bind(s, (struct sockaddr *)&a, sizeof(a)) == 0 && listen(s, 1) == 0 &&
		  connect(c, (struct sockaddr *)&a, sizeof(a)) == 0 &&
		  (agent = accept(s, NULL, NULL)) >= 0 && send(c, text, size, 0) > 0 &&
		  recv(agent, buffer, sizeof(buffer), 0) > 0 &&
		  write(agent, bare("bare-agent"), PLANTED_SIZE - 4) > 0 &&
		  recv(c, buffer, sizeof(buffer), 0) > 0;
	close(s);
	close(c);
	close(agent);
	return ok ? 0 : errno;
}

// ---- memory, keys, queues ----

static int into_memory(const char *text, size_t size)
{
	char buffer[LINE_SIZE];
	struct iovec from[3], to = {buffer, size};

	split(text, size, from);
	bool ok = process_vm_writev(getpid(), from, 3, &to, 1, 0) == (ssize_t)size;
	split(buffer, size, from);
	to.iov_base = (char *)text;
	ok = ok && process_vm_readv(getpid(), from, 3, &to, 1, 0) == (ssize_t)size;
	from[0] = (struct iovec){(char *)bare("bare-process_vm"), PLANTED_SIZE - 4};
	to.iov_base = buffer;
	to.iov_len = PLANTED_SIZE - 4;
	ok = ok && process_vm_writev(getpid(), from, 1, &to, 1, 0) == PLANTED_SIZE - 4;
	return ok ? 0 : errno;
}

static int as_keys(const char *text, size_t size)
{
	char buffer[LINE_SIZE];
	long key =
		syscall(SYS_add_key, "user", "planted", text, size, (long)KEY_SPEC_PROCESS_KEYRING);

	/* A key that cannot be made was in the call's memory all the same. */
	syscall(SYS_keyctl, (long)KEYCTL_UPDATE, key, text, size, 0);
	syscall(SYS_keyctl, (long)KEYCTL_READ, key, buffer, sizeof(buffer), 0);
	syscall(SYS_add_key, "user", "planted", bare("bare-keys"), (long)PLANTED_SIZE - 4,
		(long)KEY_SPEC_PROCESS_KEYRING);
	return 0;
}

static int in_posix_queue(const char *text, size_t size)
{
	const struct mq_attr attr = {.mq_maxmsg = 2, .mq_msgsize = LINE_SIZE};
	char name[32], buffer[LINE_SIZE];

	snprintf(name, sizeof(name), "systape-%d", (int)getpid());
	int q = (int)syscall(SYS_mq_open, name, O_CREAT | O_RDWR, 0600, &attr);
	bool ok = q >= 0 && syscall(SYS_mq_timedsend, q, text, size, 1, NULL) == 0 &&
		  syscall(SYS_mq_timedreceive, q, buffer, sizeof(buffer), NULL, NULL) > 0;
	int error = errno;
	syscall(SYS_mq_unlink, name);
	close(q);
	return ok ? 0 : error;
}

static int in_queue(const char *text, size_t size)
{
	struct {
		long type;
		char text[LINE_SIZE];
	} message = {1, ""};
	int q = msgget(IPC_PRIVATE, 0600);

	memcpy(message.text, text, size);
	bool ok = q >= 0 && msgsnd(q, &message, size, 0) == 0 &&
		  msgrcv(q, &message, sizeof(message.text), 0, 0) == (ssize_t)size;
	int error = errno;
	msgctl(q, IPC_RMID, NULL);
	return ok ? 0 : error;
}

/* Of random bytes, nothing that was given. */
static int as_random(const char *text, size_t size)
{
	uint8_t bytes[32];
	char hex[2 * sizeof(bytes) + 1];

	(void)text;
	if (size != PLANTED_SIZE)
		return 0;
	if (getrandom(bytes, sizeof(bytes), 0) != sizeof(bytes))
		return errno;
	for (size_t i = 0; i < sizeof(bytes); i++)
		sprintf(hex + 2 * i, "%02x", bytes[i]);
	return in_pipes(hex, strlen(hex));
}

// ---- names ----

static int as_attributes(const char *text, size_t size)
{
	char name[LINE_SIZE + 8], buffer[LINE_SIZE];
	int fd = open("attributes", O_CREAT | O_RDWR | O_CLOEXEC, 0600);

	snprintf(name, sizeof(name), "user.%.*s", (int)size, text);
	/* Not every file system has them: the calls carry the bytes in any case. */
	(void)!setxattr("attributes", "user.x", text, size, 0);
	(void)!fsetxattr(fd, "user.y", text, size, 0);
	(void)!getxattr("attributes", "user.x", buffer, sizeof(buffer));
	(void)!setxattr("attributes", name, "", 0, 0);
	(void)!listxattr("attributes", buffer, sizeof(buffer));
	close(fd);
	return 0;
}

/* Names of files; what has a slash in it is not there. */
static int as_paths(const char *text, size_t size)
{
	char path[LINE_SIZE + 8], to[LINE_SIZE + 16], buffer[4096];
	struct stat st;
	int watch = inotify_init1(IN_CLOEXEC);

	inotify_add_watch(watch, ".", IN_CREATE | IN_MOVE);
	snprintf(path, sizeof(path), "d%.*s", (int)size, text);
	snprintf(to, sizeof(to), "%s-2", path);
	if (!memchr(text, '/', size) &&
	    (mkdir(path, 0700) < 0 || rename(path, to) < 0 || chdir(to) < 0 ||
	     !getcwd(buffer, sizeof(buffer)) || chdir("..") < 0 ||
	     read(watch, buffer, sizeof(buffer)) <= 0))
		return errno;
	if (symlink(path, "link") < 0 || readlink("link", buffer, sizeof(buffer)) <= 0)
		return errno;
	(void)!stat(path, &st);
	(void)!open(path, O_RDONLY);
	int here = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	while (syscall(SYS_getdents64, here, buffer, sizeof(buffer)) > 0)
		;
	close(here);
	close(watch);
	unlink("link");
	close(memfd_create(path, 0));
	return 0;
}

static int as_thread_name(const char *text, size_t size)
{
	char name[16] = "";
	int fd = open("/proc/self/comm", O_RDWR | O_CLOEXEC);

	/* The kernel keeps 15 bytes of it. */
	memcpy(name, text, size < 15 ? size : 15);
	bool ok = prctl(PR_SET_NAME, name) == 0 && prctl(PR_GET_NAME, name) == 0 &&
		  write(fd, name, strlen(name)) > 0;
	close(fd);
	prctl(PR_SET_NAME, "planted");
	return ok ? 0 : errno;
}

static int in_failed_exec(const char *text, size_t size)
{
	char argument[LINE_SIZE], variable[LINE_SIZE + 8];

	snprintf(argument, sizeof(argument), "%.*s", (int)size, text);
	snprintf(variable, sizeof(variable), "X_1=%.*s", (int)size, text);
	char *argv[] = {"none", argument, NULL}, *envp[] = {variable, NULL};
	execve("./none", argv, envp);
	return 0;
}

static int in_mounts(const char *text, size_t size)
{
	char data[LINE_SIZE + 32];

	snprintf(data, sizeof(data), "username=bob,password=%.*s", (int)size, text);
	/* There is no such place. */
	(void)!mount("//h.example/share", "./none", "cifs", 0, data);
	snprintf(data, sizeof(data), "%.*s", (int)size, text);
	syscall(SYS_fsconfig, -1, 1, "password", data, 0);
	syscall(SYS_fsconfig, -1, 1, "password", bare("bare-mount"), 0);
	return 0;
}

// ---- all of them ----

static const struct {
	const char *name;
	int (*carry)(const char *text, size_t size);
} kinds[] = {
	{"pipes", in_pipes},
	{"bytes", byte_by_byte},
	{"vectors", in_vectors},
	{"positions", at_positions},
	{"frames", far_apart},
	{"failing", nobody_reads},
	{"partly", partly_written},
	{"vmsplice", vmspliced},
	{"sendfile", sent_from_file},
	{"aio", by_aio},
	{"io_uring", by_ring},
	{"mapping", by_mapping},
	{"datagrams", in_datagrams},
	{"credentials", with_credentials},
	{"messages", in_many_messages},
	{"sun_path", as_socket_names},
	{"alg", as_cipher_key},
	{"agent", to_agent},
	{"process_vm", into_memory},
	{"keys", as_keys},
	{"mq", in_posix_queue},
	{"msg", in_queue},
	{"random", as_random},
	{"xattr", as_attributes},
	{"paths", as_paths},
	{"comm", as_thread_name},
	{"exec", in_failed_exec},
	{"mount", in_mounts},
};

static int carry_all(size_t kind)
{
	char token[PLANTED_SIZE + 1], form[LINE_SIZE];
	int r;

	planted_token(kinds[kind].name, token);
	r = kinds[kind].carry(token, PLANTED_SIZE);
	for (int i = 0; r == 0 && i < PLANTED_FORMS; i++) {
		planted_form(token, i, form);
		r = kinds[kind].carry(form, strlen(form));
	}
	for (size_t i = 0; r == 0 && i < line_count; i++)
		r = kinds[kind].carry(lines[i], strlen(lines[i]));
	return r;
}

static void read_lines(void)
{
	while (line_count < LINES_MAX && fgets(lines[line_count], LINE_SIZE, stdin)) {
		lines[line_count][strcspn(lines[line_count], "\n")] = '\0';
		line_count++;
	}
}

/* Whatever there is to be read. */
static int read_all(void)
{
	char buffer[LINE_SIZE];

	for (int fd = 0; fd < 10; fd += fd ? 1 : 3) {
		while (read(fd, buffer, sizeof(buffer)) > 0)
			;
	}
	return 0;
}

int main(int argc, char **argv)
{
	if (!strstr(argv[0], "planted"))
		return read_all();
	if (argc < 2 || chdir(argv[1]) < 0)
		return 99;
	far = argc > 2 && strcmp(argv[2], "far") == 0;
	signal(SIGPIPE, SIG_IGN);
	read_lines();
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		int r = carry_all(i);

		printf("%s %s\n", kinds[i].name, r ? strerror(r) : "carried");
	}
	return 0;
}
