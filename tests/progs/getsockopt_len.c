// SPDX-License-Identifier: Apache-2.0
// Lengths that go in and come out: the value is as long as the kernel says, not as the
// program asked.
#include "expect.h"

#include <netinet/in.h>
#include <sys/socket.h>

int main(void)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct sockaddr_in name = {.sin_family = AF_INET,
				   .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int *value = tail_alloc(sizeof(*value), 0);
	long wide[4];
	socklen_t size = sizeof(*value);
	require(fd >= 0 && bind(fd, (struct sockaddr *)&name, sizeof(name)) == 0);
	require(getsockopt(fd, SOL_SOCKET, SO_TYPE, value, &size) == 0 && *value == SOCK_STREAM);
	MATCH("bind\\(%d, \\{sa_family=AF_INET, sin_port=htons\\(0\\), "
	      "sin_addr=inet_addr\\(\"127.0.0.1\"\\)\\}, 16\\) = 0",
	      fd);
	EXPECT("getsockopt(%d, SOL_SOCKET, SO_TYPE, [1], [4]) = 0", fd);
	size = sizeof(wide);
	require(getsockopt(fd, SOL_SOCKET, SO_ERROR, wide, &size) == 0 && size == 4);
	EXPECT("getsockopt(%d, SOL_SOCKET, SO_ERROR, [0], [32 => 4]) = 0", fd);
	size = 6;
	memset(&name, 0, sizeof(name));
	require(getsockname(fd, (struct sockaddr *)&name, &size) == 0 && size == sizeof(name));
	MATCH("getsockname\\(%d, .*, \\[6 => 16\\]\\) = 0", fd);
	size = sizeof(name);
	require(getsockname(fd, (struct sockaddr *)&name, &size) == 0);
	EXPECT("getsockname(%d, {sa_family=AF_INET, sin_port=htons(%d), "
	       "sin_addr=inet_addr(\"127.0.0.1\")}, [16]) = 0",
	       fd, ntohs(name.sin_port));
	require(getpeername(fd, (struct sockaddr *)&name, &size) == -1);
	MATCH("getpeername\\(%d, 0x[0-9a-f]+, \\[16\\]\\) = -1 ENOTCONN \\(Transport endpoint is "
	      "not "
	      "connected\\)",
	      fd);
	expect_flush();
	return 0;
}
