// SPDX-License-Identifier: Apache-2.0
// What the kernel writes of messages, addresses and options, whose lengths go in and come out.
#include "capture.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/un.h>

static int listener, client, server; /* TCP */
static int from, to;                 /* datagrams, named */
static struct sockaddr_un to_name;
static socklen_t to_length;
static int pair[2]; /* a stream */

static void name_socket(int fd, struct sockaddr_un *name, socklen_t *length)
{
	*length = sizeof(sa_family_t);
	name->sun_family = AF_UNIX;
	require(bind(fd, (struct sockaddr *)name, *length) == 0);
	*length = sizeof(*name);
	require(getsockname(fd, (struct sockaddr *)name, length) == 0);
}

static void prepare(void)
{
	struct sockaddr_in name = {.sin_family = AF_INET,
				   .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	struct sockaddr_un own;
	socklen_t length = sizeof(name);

	listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	require(bind(listener, (struct sockaddr *)&name, sizeof(name)) == 0);
	require(listen(listener, 8) == 0);
	require(getsockname(listener, (struct sockaddr *)&name, &length) == 0);
	client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (connect(client, (struct sockaddr *)&name, sizeof(name)) != 0)
		skip("no connection to 127.0.0.1");
	server = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	require(server >= 0);
	from = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	to = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	name_socket(from, &own, &length);
	name_socket(to, &to_name, &to_length);
	require(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == 0);
}

static void post(const char *text)
{
	require(sendto(from, text, strlen(text), 0, (struct sockaddr *)&to_name, to_length) ==
		(ssize_t)strlen(text));
}

static void test_names(void)
{
	static const struct {
		const char *label;
		long number;
		socklen_t room;
	} cases[] = {
		{"getsockname", SYS_getsockname, 128},
		{"getsockname:cut", SYS_getsockname, 6},
		{"getsockname:exact", SYS_getsockname, 16},
		{"getsockname:none", SYS_getsockname, 0},
		{"getpeername", SYS_getpeername, 128},
		{"getpeername:cut", SYS_getpeername, 3},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		for (probe(cases[i].label); pass();) {
			uint8_t *name = out(128);
			socklen_t *length = inout(&cases[i].room, sizeof(*length));
			require(call(cases[i].number, client, name, length) == 0 && *length == 16);
		}
	}
	for (probe("getpeername:ENOTCONN"); pass();)
		call_fails(ENOTCONN, SYS_getpeername, listener, out(128),
			   in(&cases[0].room, sizeof(socklen_t)));
}

static void test_accept(void)
{
	static const socklen_t rooms[] = {128, 5};
	struct sockaddr_in name;
	socklen_t length = sizeof(name);

	require(getsockname(listener, (struct sockaddr *)&name, &length) == 0);
	for (int i = 0; i < 2; i++) {
		for (probe(i ? "accept:cut" : "accept4"); pass();) {
			int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
			require(connect(fd, (struct sockaddr *)&name, sizeof(name)) == 0);
			uint8_t *peer = out(128);
			socklen_t *size = inout(&rooms[i], sizeof(*size));
			long got = i ? call(SYS_accept, listener, peer, size)
				     : call(SYS_accept4, listener, peer, size, SOCK_CLOEXEC);
			require(got >= 0 && close((int)got) == 0 && close(fd) == 0);
		}
	}
	for (probe("socketpair"); pass();) {
		int *two = out(8);
		require(call(SYS_socketpair, AF_UNIX, SOCK_STREAM, 0, two) == 0);
		require(close(two[0]) == 0 && close(two[1]) == 0);
	}
	for (probe("socketpair:EOPNOTSUPP"); pass();)
		call_fails(EOPNOTSUPP, SYS_socketpair, AF_INET, SOCK_STREAM, 0, out(8));
}

static void test_recvfrom(void)
{
	const socklen_t room = 110, little = 4;

	for (probe("recvfrom"); pass();) {
		uint8_t *buf = out(32), *name = out(110);
		socklen_t *length = inout(&room, sizeof(room));
		post("a message");
		require(call(SYS_recvfrom, to, buf, 32, 0, name, length) == 9);
	}
	for (probe("recvfrom:cut"); pass();) {
		uint8_t *buf = out(4), *name = out(110);
		socklen_t *length = inout(&little, sizeof(little));
		post("a message");
		require(call(SYS_recvfrom, to, buf, 4, 0, name, length) == 4);
	}
	for (probe("recvfrom:MSG_TRUNC"); pass();) {
		uint8_t *buf = out(4);
		post("a message");
		require(call(SYS_recvfrom, to, buf, 4, MSG_TRUNC, NULL, NULL) == 9);
	}
	for (probe("recvfrom:stream"); pass();) {
		uint8_t *buf = out(32), *name = out(110);
		socklen_t *length = inout(&room, sizeof(room));
		require(send(client, "bytes", 5, 0) == 5);
		require(call(SYS_recvfrom, server, buf, 32, 0, name, length) == 5);
	}
	/* TCP throws the bytes away. */
	for (probe("recvfrom:stream, MSG_TRUNC"); pass();) {
		uint8_t *buf = out(32);
		require(send(client, "bytes", 5, 0) == 5);
		require(call(SYS_recvfrom, server, buf, 32, MSG_TRUNC, NULL, NULL) == 5);
	}
	/* A local one does not. */
	for (probe("recvfrom:local stream, MSG_TRUNC"); pass();) {
		uint8_t *buf = out(32);
		int two[2];
		require(socketpair(AF_UNIX, SOCK_STREAM, 0, two) == 0 &&
			write(two[0], "bytes", 5) == 5);
		require(call(SYS_recvfrom, two[1], buf, 32, MSG_TRUNC, NULL, NULL) == 5);
		require(close(two[0]) == 0 && close(two[1]) == 0);
	}
	for (probe("recvfrom:EAGAIN"); pass();) {
		uint8_t *buf = out(32), *name = out(110);
		socklen_t *length = in(&room, sizeof(room));
		call_fails(EAGAIN, SYS_recvfrom, to, buf, 32, MSG_DONTWAIT, name, length);
	}
}

static void send_descriptor(void)
{
	char control[CMSG_SPACE(sizeof(int))] = {0};
	struct iovec vector = {"with a descriptor", 17};
	struct msghdr message = {.msg_iov = &vector,
				 .msg_iovlen = 1,
				 .msg_control = control,
				 .msg_controllen = sizeof(control)};
	struct cmsghdr *c = CMSG_FIRSTHDR(&message);

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(c), &(int){STDERR_FILENO}, sizeof(int));
	require(sendmsg(pair[0], &message, 0) == 17);
}

static struct msghdr *message_in(size_t first, size_t second, size_t name, size_t control)
{
	struct iovec vector[] = {{out(first), first}, {out(second), second}};
	struct msghdr message = {.msg_name = name ? out(name) : NULL,
				 .msg_namelen = (socklen_t)name,
				 .msg_iov = in(vector, sizeof(vector)),
				 .msg_iovlen = 2,
				 .msg_control = control ? out(control) : NULL,
				 .msg_controllen = control};

	return inout(&message, sizeof(message));
}

static void test_recvmsg(void)
{
	for (probe("recvmsg"); pass();) {
		struct msghdr *m = message_in(4, 30, 110, 0);
		post("a message in two");
		require(call(SYS_recvmsg, to, m, 0) == 16);
	}
	for (probe("recvmsg:cut"); pass();) {
		struct msghdr *m = message_in(4, 3, 5, 0);
		post("a message in two");
		require(call(SYS_recvmsg, to, m, 0) == 7 && m->msg_flags == MSG_TRUNC);
	}
	for (probe("recvmsg:MSG_TRUNC"); pass();) {
		struct msghdr *m = message_in(4, 3, 5, 0);
		post("a message in two");
		require(call(SYS_recvmsg, to, m, MSG_TRUNC) == 16);
	}
	for (probe("recvmsg:stream, MSG_TRUNC"); pass();) {
		struct msghdr *m = message_in(4, 30, 0, 0);
		require(send(client, "bytes", 5, 0) == 5);
		require(call(SYS_recvmsg, server, m, MSG_TRUNC) == 5);
	}
	for (probe("recvmsg:first piece only"); pass();) {
		struct msghdr *m = message_in(20, 20, 0, 0);
		post("short");
		require(call(SYS_recvmsg, to, m, 0) == 5);
	}
	/* The space behind the last control message is not written. */
	for (probe("recvmsg:control"); pass();) {
		struct msghdr *m = message_in(10, 20, 0, 64);
		uint8_t *control = m->msg_control;
		int fd;
		send_descriptor();
		require(call(SYS_recvmsg, pair[1], m, 0) == 17);
		wrote(control, m->msg_controllen);
		memcpy(&fd, control + CMSG_LEN(0), sizeof(fd));
		require(m->msg_controllen == CMSG_SPACE(sizeof(int)) && close(fd) == 0);
	}
	for (probe("recvmsg:control cut"); pass();) {
		struct msghdr *m = message_in(10, 20, 0, 17);
		send_descriptor();
		require(call(SYS_recvmsg, pair[1], m, 0) == 17);
		require(m->msg_flags & MSG_CTRUNC);
		wrote(m->msg_control, m->msg_controllen);
	}
	for (probe("recvmsg:EAGAIN"); pass();) {
		struct msghdr *m = message_in(10, 20, 110, 64);
		call_fails(EAGAIN, SYS_recvmsg, to, m, MSG_DONTWAIT);
	}
}

static struct mmsghdr *messages(enum direction data, size_t count)
{
	struct mmsghdr list[3] = {0};

	for (size_t i = 0; i < count; i++) {
		uint8_t *bytes = data == BUFFER_OUT ? out(8) : in("message", 8);
		struct iovec vector = {bytes, 8};
		list[i].msg_hdr =
			(struct msghdr){.msg_iov = in(&vector, sizeof(vector)), .msg_iovlen = 1};
	}
	return inout(list, count * sizeof(list[0]));
}

static void test_several_messages(void)
{
	const struct timespec second = {1, 0};
	int two[2];

	/* Fewer than asked for, one of them cut. */
	for (probe("recvmmsg"); pass();) {
		struct mmsghdr *list = messages(BUFFER_OUT, 3);
		struct timespec *wait = inout(&second, sizeof(second));
		post("one");
		post("number two");
		require(call(SYS_recvmmsg, to, list, 3, MSG_DONTWAIT, wait) == 2);
		wrote(list, 2 * sizeof(*list));
	}
	for (probe("recvmmsg:EAGAIN"); pass();) {
		struct mmsghdr *list = messages(BUFFER_OUT, 2);
		call_fails(EAGAIN, SYS_recvmmsg, to, list, 2, MSG_DONTWAIT, NULL);
	}
	for (probe("sendmmsg"); pass();) {
		struct mmsghdr *list = messages(BUFFER_IN, 3);
		require(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, two) == 0);
		require(call(SYS_sendmmsg, two[0], list, 3, MSG_DONTWAIT) == 3);
		require(close(two[0]) == 0 && close(two[1]) == 0);
	}
	/* The queue takes the first one only. */
	for (probe("sendmmsg:partial"); pass();) {
		struct mmsghdr *list = messages(BUFFER_IN, 3);
		int fill = 0;
		require(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, two) == 0);
		while (send(two[0], "x", 1, MSG_DONTWAIT) == 1)
			fill++;
		require(fill > 0 && recv(two[1], &(char){0}, 1, 0) == 1);
		require(call(SYS_sendmmsg, two[0], list, 3, MSG_DONTWAIT) == 1);
		wrote(list, sizeof(*list));
		require(close(two[0]) == 0 && close(two[1]) == 0);
	}
}

static void test_options(void)
{
	static const struct {
		const char *label;
		const int *fd;
		int level, name;
		socklen_t room;
	} cases[] = {
		{"getsockopt:SO_TYPE", &client, SOL_SOCKET, SO_TYPE, 4},
		{"getsockopt:SO_TYPE, more room", &client, SOL_SOCKET, SO_TYPE, 16},
		{"getsockopt:SO_TYPE, 2 bytes", &client, SOL_SOCKET, SO_TYPE, 2},
		{"getsockopt:SO_LINGER", &client, SOL_SOCKET, SO_LINGER, 8},
		{"getsockopt:SO_LINGER, 5 bytes", &client, SOL_SOCKET, SO_LINGER, 5},
		{"getsockopt:SO_RCVTIMEO", &client, SOL_SOCKET, SO_RCVTIMEO, 16},
		{"getsockopt:SO_PEERCRED", &pair[0], SOL_SOCKET, SO_PEERCRED, 16},
		{"getsockopt:SO_PEERCRED, 7 bytes", &pair[0], SOL_SOCKET, SO_PEERCRED, 7},
		{"getsockopt:SO_PEERNAME", &client, SOL_SOCKET, 28, 16},
		{"getsockopt:SO_COOKIE", &client, SOL_SOCKET, 57, 8},
		{"getsockopt:TCP_NODELAY", &client, IPPROTO_TCP, TCP_NODELAY, 4},
		{"getsockopt:TCP_INFO", &client, IPPROTO_TCP, TCP_INFO, 512},
		{"getsockopt:TCP_INFO, 20 bytes", &client, IPPROTO_TCP, TCP_INFO, 20},
		{"getsockopt:TCP_CONGESTION", &client, IPPROTO_TCP, TCP_CONGESTION, 16},
		{"getsockopt:IP_TTL", &client, IPPROTO_IP, IP_TTL, 4},
		{"getsockopt:IP_TTL, 1 byte", &client, IPPROTO_IP, IP_TTL, 1},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		for (probe(cases[i].label); pass();) {
			uint8_t *value = out(512);
			socklen_t *length = inout(&cases[i].room, sizeof(*length));
			call(SYS_getsockopt, *cases[i].fd, cases[i].level, cases[i].name, value,
			     length);
		}
	}
	for (probe("getsockopt:ENOPROTOOPT"); pass();)
		call_fails(ENOPROTOOPT, SYS_getsockopt, client, SOL_SOCKET, 9999, out(64),
			   in(&cases[1].room, sizeof(socklen_t)));
}

int main(void)
{
	prepare();
	test_names();
	test_accept();
	test_recvfrom();
	test_recvmsg();
	test_several_messages();
	test_options();
	expect_flush();
	return 0;
}
