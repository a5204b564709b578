// SPDX-License-Identifier: Apache-2.0
// sendmmsg and recvmmsg: several messages in one call, fewer than asked for.
#include "expect.h"

#include <sys/socket.h>

int main(void)
{
	int pair[2];
	require(socketpair(AF_UNIX, SOCK_DGRAM, 0, pair) == 0);
	struct iovec out[2] = {{"first", 5}, {"second", 6}}, in[3];
	struct mmsghdr sent[2] = {0}, got[3] = {0};
	for (int i = 0; i < 2; i++)
		sent[i].msg_hdr = (struct msghdr){.msg_iov = &out[i], .msg_iovlen = 1};
	for (int i = 0; i < 3; i++) {
		in[i] = (struct iovec){tail_alloc(5, '.'), 5};
		got[i].msg_hdr = (struct msghdr){.msg_iov = &in[i], .msg_iovlen = 1};
	}
	require(sendmmsg(pair[0], sent, 2, 0) == 2);
	require(recvmmsg(pair[1], got, 3, MSG_DONTWAIT, NULL) == 2);
	require(got[0].msg_len == 5 && got[1].msg_hdr.msg_flags == MSG_TRUNC);
	EXPECT("sendmmsg(%d, [{msg_hdr={msg_name=NULL, msg_namelen=0, "
	       "msg_iov=[{iov_base=\"first\", iov_len=5}], msg_iovlen=1, msg_controllen=0, "
	       "msg_flags=0}, msg_len=5}, {msg_hdr={msg_name=NULL, msg_namelen=0, "
	       "msg_iov=[{iov_base=\"second\", iov_len=6}], msg_iovlen=1, msg_controllen=0, "
	       "msg_flags=0}, msg_len=6}], 2, 0) = 2",
	       pair[0]);
	EXPECT("recvmmsg(%d, [{msg_hdr={msg_name=NULL, msg_namelen=0, "
	       "msg_iov=[{iov_base=\"first\", iov_len=5}], msg_iovlen=1, msg_controllen=0, "
	       "msg_flags=0}, msg_len=5}, {msg_hdr={msg_name=NULL, msg_namelen=0, "
	       "msg_iov=[{iov_base=\"secon\", iov_len=5}], msg_iovlen=1, msg_controllen=0, "
	       "msg_flags=MSG_TRUNC}, msg_len=5}], 3, MSG_DONTWAIT, NULL) = 2",
	       pair[1]);
	expect_flush();
	return 0;
}
