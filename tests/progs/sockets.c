// SPDX-License-Identifier: Apache-2.0
// A TCP conversation over the loopback, and addresses of the other families.
#include "expect.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/un.h>

int main(void)
{
	struct sockaddr_in name = {.sin_family = AF_INET,
				   .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof(name);
	char text[16];
	int on = 1;
	int server = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, IPPROTO_IP);
	int client = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, IPPROTO_TCP);
	EXPECT("socket(AF_INET, SOCK_STREAM|SOCK_CLOEXEC, IPPROTO_IP) = %d", server);
	EXPECT("socket(AF_INET, SOCK_STREAM|SOCK_NONBLOCK, IPPROTO_TCP) = %d", client);
	require(setsockopt(server, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) == 0);
	EXPECT("setsockopt(%d, SOL_SOCKET, SO_REUSEADDR, [1], 4) = 0", server);
	require(bind(server, (struct sockaddr *)&name, size) == 0 && listen(server, 7) == 0);
	EXPECT("listen(%d, 7) = 0", server);
	require(getsockname(server, (struct sockaddr *)&name, &size) == 0);
	int port = ntohs(name.sin_port);
	require(connect(client, (struct sockaddr *)&name, size) == 0 || errno == EINPROGRESS);
	MATCH("connect\\(%d, \\{sa_family=AF_INET, sin_port=htons\\(%d\\), "
	      "sin_addr=inet_addr\\(\"127\\.0\\.0\\.1\"\\)\\}, 16\\) = .*",
	      client, port);
	int peer = accept4(server, (struct sockaddr *)&name, &size, SOCK_CLOEXEC);
	EXPECT("accept4(%d, {sa_family=AF_INET, sin_port=htons(%d), "
	       "sin_addr=inet_addr(\"127.0.0.1\")}, [16], SOCK_CLOEXEC) = %d",
	       server, ntohs(name.sin_port), peer);
	require(send(peer, "hello", 5, MSG_NOSIGNAL) == 5);
	EXPECT("sendto(%d, \"hello\", 5, MSG_NOSIGNAL, NULL, 0) = 5", peer);
	while (recv(client, text, sizeof(text), MSG_PEEK) == -1)
		require(errno == EAGAIN);
	require(recv(client, text, sizeof(text), 0) == 5);
	EXPECT("recvfrom(%d, \"hello\", 16, 0, NULL, NULL) = 5", client);
	require(shutdown(peer, SHUT_WR) == 0);
	EXPECT("shutdown(%d, SHUT_WR) = 0", peer);
	int six = socket(AF_INET6, SOCK_DGRAM, 0);
	if (six >= 0) {
		struct sockaddr_in6 far = {.sin6_family = AF_INET6, .sin6_port = htons(53)};
		far.sin6_addr = in6addr_loopback;
		if (connect(six, (struct sockaddr *)&far, sizeof(far)) == 0)
			EXPECT("connect(%d, {sa_family=AF_INET6, sin6_port=htons(53), "
			       "sin6_flowinfo=htonl(0), inet_pton(AF_INET6, \"::1\", &sin6_addr), "
			       "sin6_scope_id=0}, 28) = 0",
			       six);
	}
	struct sockaddr_un local = {.sun_family = AF_UNIX, .sun_path = "/nonexistent/socket"};
	int unix_fd = socket(AF_UNIX, SOCK_SEQPACKET, 0);
	require(connect(unix_fd, (struct sockaddr *)&local, sizeof(local)) == -1);
	EXPECT("connect(%d, {sa_family=AF_UNIX, sun_path=\"/nonexistent/socket\"}, 110) = -1 "
	       "ENOENT (No such file or directory)",
	       unix_fd);
	expect_flush();
	return 0;
}
