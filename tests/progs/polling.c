// SPDX-License-Identifier: Apache-2.0
// poll, select and epoll: what is asked for goes in, what is ready comes out.
#include "expect.h"

#include <poll.h>
#include <sys/epoll.h>
#include <sys/select.h>

int main(void)
{
	int channel[2];
	require(pipe(channel) == 0);
	struct pollfd asked[2] = {{channel[0], POLLIN, 0}, {channel[1], POLLOUT, 0}};
	require(poll(asked, 1, 0) == 0);
	EXPECT("poll([{fd=%d, events=POLLIN}], 1, 0) = 0 (Timeout)", channel[0]);
	require(poll(asked, 2, -1) == 1);
	EXPECT("poll([{fd=%d, events=POLLIN}, {fd=%d, events=POLLOUT}], 2, -1) = 1 ([{fd=%d, "
	       "revents=POLLOUT}])",
	       channel[0], channel[1], channel[1]);
	require(write(channel[1], "x", 1) == 1);
	fd_set in, out;
	FD_ZERO(&in);
	FD_ZERO(&out);
	FD_SET(channel[0], &in);
	FD_SET(channel[1], &out);
	struct timeval wait = {1, 0};
	require(syscall(SYS_select, channel[1] + 1, &in, &out, NULL, &wait) == 2);
	MATCH("select\\(%d, \\[%d\\], \\[%d\\], NULL, \\{tv_sec=1, tv_usec=0\\}\\) = 2 \\(in "
	      "\\[%d\\], "
	      "out \\[%d\\], left \\{tv_sec=0, tv_usec=9\\d+\\}\\)",
	      channel[1] + 1, channel[0], channel[1], channel[0], channel[1]);
	int epoll = epoll_create1(EPOLL_CLOEXEC);
	EXPECT("epoll_create1(EPOLL_CLOEXEC) = %d", epoll);
	struct epoll_event event = {.events = EPOLLIN | EPOLLET, .data.u64 = 0x1122334455667788};
	require(epoll_ctl(epoll, EPOLL_CTL_ADD, channel[0], &event) == 0);
	EXPECT("epoll_ctl(%d, EPOLL_CTL_ADD, %d, {events=EPOLLIN|EPOLLET, data={u32=1432778632, "
	       "u64=1234605616436508552}}) = 0",
	       epoll, channel[0]);
	struct epoll_event *got = tail_alloc(4 * sizeof(*got), 0);
	require(epoll_wait(epoll, got, 4, 100) == 1);
	EXPECT("epoll_wait(%d, [{events=EPOLLIN, data={u32=1432778632, "
	       "u64=1234605616436508552}}], 4, 100) = 1",
	       epoll);
	require(epoll_wait(epoll, got, 4, 0) == 0);
	EXPECT("epoll_wait(%d, [], 4, 0) = 0", epoll);
	expect_flush();
	return 0;
}
