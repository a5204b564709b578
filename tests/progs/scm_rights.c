// SPDX-License-Identifier: Apache-2.0
// Descriptors and credentials sent over a socket, in control messages.
#include "expect.h"

#include <sys/socket.h>

int main(void)
{
	int pair[2], fds[2] = {0, 1}, on = 1, back[2];
	union {
		struct cmsghdr align;
		char bytes[CMSG_SPACE(sizeof(fds))];
	} control = {0};
	union {
		struct cmsghdr align;
		char bytes[CMSG_SPACE(sizeof(struct ucred)) + CMSG_SPACE(sizeof(fds))];
	} answer;
	struct iovec vector = {"x", 1};
	struct msghdr message = {.msg_iov = &vector,
				 .msg_iovlen = 1,
				 .msg_control = control.bytes,
				 .msg_controllen = sizeof(control.bytes)};
	require(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == 0);
	require(setsockopt(pair[1], SOL_SOCKET, SO_PASSCRED, &on, sizeof(on)) == 0);
	struct cmsghdr *head = CMSG_FIRSTHDR(&message);
	*head = (struct cmsghdr){CMSG_LEN(sizeof(fds)), SOL_SOCKET, SCM_RIGHTS};
	memcpy(CMSG_DATA(head), fds, sizeof(fds));
	require(sendmsg(pair[0], &message, 0) == 1);
	char c;
	vector.iov_base = &c;
	message.msg_control = answer.bytes;
	message.msg_controllen = sizeof(answer.bytes);
	require(recvmsg(pair[1], &message, MSG_CMSG_CLOEXEC) == 1);
	for (head = CMSG_FIRSTHDR(&message); head; head = CMSG_NXTHDR(&message, head))
		if (head->cmsg_type == SCM_RIGHTS)
			memcpy(back, CMSG_DATA(head), sizeof(back));
	EXPECT("setsockopt(%d, SOL_SOCKET, SO_PASSCRED, [1], 4) = 0", pair[1]);
	EXPECT("sendmsg(%d, {msg_name=NULL, msg_namelen=0, msg_iov=[{iov_base=\"x\", iov_len=1}], "
	       "msg_iovlen=1, msg_control=[{cmsg_len=24, cmsg_level=SOL_SOCKET, "
	       "cmsg_type=SCM_RIGHTS, cmsg_data=[0, 1]}], msg_controllen=24, msg_flags=0}, 0) = 1",
	       pair[0]);
	EXPECT("recvmsg(%d, {msg_name=NULL, msg_namelen=0, msg_iov=[{iov_base=\"x\", iov_len=1}], "
	       "msg_iovlen=1, msg_control=[{cmsg_len=28, cmsg_level=SOL_SOCKET, "
	       "cmsg_type=SCM_CREDENTIALS, cmsg_data={pid=%d, uid=%d, gid=%d}}, {cmsg_len=24, "
	       "cmsg_level=SOL_SOCKET, cmsg_type=SCM_RIGHTS, cmsg_data=[%d, %d]}], "
	       "msg_controllen=56, msg_flags=MSG_CMSG_CLOEXEC}, MSG_CMSG_CLOEXEC) = 1",
	       pair[1], getpid(), (int)getuid(), (int)getgid(), back[0], back[1]);
	expect_flush();
	return 0;
}
