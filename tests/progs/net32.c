// SPDX-License-Identifier: Apache-2.0
// A 32-bit program, built with -m32, whose calls of sockets are all socketcall(2): a question and
// an answer over TCP, and a port at which nobody listens.
#include "expect.h"

#include <linux/net.h>
#include <netinet/in.h>
#include <stdint.h>
#include <sys/socket.h>

#define CALL(call, ...) socketcall_of(call, __VA_ARGS__, 0, 0, 0, 0, 0)
#define socketcall_of(call, a, b, c, d, e, f, ...)                                                 \
	syscall(SYS_socketcall, call,                                                              \
		(long[]){(long)(a), (long)(b), (long)(c), (long)(d), (long)(e), (long)(f)})

int main(void)
{
	struct sockaddr_in at = {.sin_family = AF_INET,
				 .sin_addr = {.s_addr = htonl(INADDR_LOOPBACK)}};
	socklen_t size = sizeof(at);
	char text[16];
	long listener = CALL(SYS_SOCKET, AF_INET, SOCK_STREAM, 0);
	long client = CALL(SYS_SOCKET, AF_INET, SOCK_STREAM, 0), server;

	require(CALL(SYS_BIND, listener, &at, size) == 0);
	require(CALL(SYS_LISTEN, listener, 1) == 0);
	require(CALL(SYS_GETSOCKNAME, listener, &at, &size) == 0);
	require(CALL(SYS_CONNECT, client, &at, size) == 0);
	server = CALL(SYS_ACCEPT, listener, 0, 0);
	require(server >= 0);
	require(CALL(SYS_SEND, client, "question", 8, 0) == 8);
	require(CALL(SYS_RECV, server, text, sizeof(text), 0) == 8);
	require(CALL(SYS_SENDTO, server, "answer", 6, 0, 0, 0) == 6);
	require(CALL(SYS_RECVFROM, client, text, sizeof(text), 0, 0, 0) == 6);
	close((int)client);
	close((int)server);
	close((int)listener);
	client = CALL(SYS_SOCKET, AF_INET, SOCK_STREAM, 0);
	require(CALL(SYS_CONNECT, client, &at, size) == -1);
	return 0;
}
