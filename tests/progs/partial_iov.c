// SPDX-License-Identifier: Apache-2.0
// Vectors that are transferred in part: the bytes shown are those that moved.
#include "expect.h"

#include <fcntl.h>
#include <sys/uio.h>

int main(void)
{
	int channel[2];
	char a[4] = "....", b[8] = "........", c[4] = "....";
	struct iovec out[3] = {{"one", 3}, {"", 0}, {"two!", 4}};
	struct iovec in[3] = {{a, 4}, {b, 8}, {c, 4}};
	require(pipe2(channel, O_NONBLOCK) == 0);
	require(writev(channel[1], out, 3) == 7);
	EXPECT("writev(%d, [{iov_base=\"one\", iov_len=3}, {iov_base=\"\", iov_len=0}, "
	       "{iov_base=\"two!\", iov_len=4}], 3) = 7",
	       channel[1]);
	require(readv(channel[0], in, 3) == 7);
	EXPECT("readv(%d, [{iov_base=\"onet\", iov_len=4}, {iov_base=\"wo!\", iov_len=8}, "
	       "{iov_base=\"\", iov_len=4}], 3) = 7",
	       channel[0]);
	/* A full pipe takes a part of the write only. */
	char *big = tail_alloc(100000, 'b');
	require(fcntl(channel[1], F_SETPIPE_SZ, 65536) == 65536);
	struct iovec heavy[2] = {{big, 50000}, {big + 50000, 50000}};
	require(writev(channel[1], heavy, 2) == 65536);
	MATCH("writev\\(%d, \\[\\{iov_base=\"b{32}\"\\.\\.\\., iov_len=50000\\}, "
	      "\\{iov_base=\"b{32}\"\\.\\.\\., iov_len=50000\\}\\], 2\\) = 65536",
	      channel[1]);
	struct iovec again = {a, 4};
	require(writev(channel[1], &again, 1) == -1 && errno == EAGAIN);
	MATCH("writev\\(%d, \\[\\{iov_base=\".{4,}\", iov_len=4\\}\\], 1\\) = -1 EAGAIN "
	      "\\(Resource temporarily unavailable\\)",
	      channel[1]);
	expect_flush();
	return 0;
}
