// SPDX-License-Identifier: Apache-2.0
// recvmsg gives more than fits: the address, the data and the control messages are cut,
// and the lengths say so.
#include "expect.h"

#include <stddef.h>
#include <sys/socket.h>
#include <sys/un.h>

int main(void)
{
	struct sockaddr_un name = {.sun_family = AF_UNIX};
	int from = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int to = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	snprintf(name.sun_path + 1, sizeof(name.sun_path) - 1, "systape-test-%d-from", getpid());
	socklen_t length =
		(socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + strlen(name.sun_path + 1));
	require(bind(from, (struct sockaddr *)&name, length) == 0);
	struct sockaddr_un peer = {.sun_family = AF_UNIX};
	socklen_t size = sizeof(sa_family_t);
	require(bind(to, (struct sockaddr *)&peer, size) == 0); /* autobind */
	size = sizeof(peer);
	require(getsockname(to, (struct sockaddr *)&peer, &size) == 0);
	require(sendto(from, "a longer message", 16, 0, (struct sockaddr *)&peer, size) == 16);
	EXPECT("getsockname(%d, {sa_family=AF_UNIX, sun_path=@\"%.5s\"}, [110 => 8]) = 0", to,
	       peer.sun_path + 1);
	EXPECT("sendto(%d, \"a longer message\", 16, 0, {sa_family=AF_UNIX, sun_path=@\"%.5s\"}, "
	       "8) = 16",
	       from, peer.sun_path + 1);

	char *text = tail_alloc(6, '.'), *room = tail_alloc(9, '.');
	struct iovec vector = {text, 6};
	struct msghdr message = {
		.msg_name = room, .msg_namelen = 9, .msg_iov = &vector, .msg_iovlen = 1};
	require(recvmsg(to, &message, 0) == 6 && message.msg_namelen == length);
	require(message.msg_flags == MSG_TRUNC);
	EXPECT("recvmsg(%d, {msg_name={sa_family=AF_UNIX, sun_path=@\"systap\"}, "
	       "msg_namelen=9 => %u, msg_iov=[{iov_base=\"a long\", iov_len=6}], msg_iovlen=1, "
	       "msg_controllen=0, msg_flags=MSG_TRUNC}, 0) = 6",
	       to, length);
	expect_say("BARE", 0, "differs"); /* the kernel draws the name that autobind gives */
	expect_flush();
	return 0;
}
