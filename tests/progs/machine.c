// SPDX-License-Identifier: Apache-2.0
// Questions to the kernel about itself: structs that it fills in.
#include "expect.h"

#include <sys/random.h>
#include <sys/resource.h>
#include <sys/sysinfo.h>
#include <sys/times.h>
#include <sys/utsname.h>
#include <time.h>

int main(void)
{
	struct utsname name;
	struct rlimit limit;
	struct sysinfo info;
	struct timespec time;
	unsigned char dice[3];
	require(uname(&name) == 0);
	EXPECT("uname({sysname=\"Linux\", nodename=\"%s\", ...}) = 0", name.nodename);
	require(syscall(SYS_getrlimit, RLIMIT_NOFILE, &limit) == 0);
	MATCH("getrlimit\\(RLIMIT_NOFILE, \\{rlim_cur=.*, rlim_max=.*\\}\\) = 0");
	limit.rlim_cur = 100;
	require(syscall(SYS_prlimit64, 0, RLIMIT_NOFILE, &limit, NULL) == 0);
	MATCH("prlimit64\\(0, RLIMIT_NOFILE, \\{rlim_cur=100, rlim_max=.*\\}, NULL\\) = 0");
	require(sysinfo(&info) == 0);
	MATCH("sysinfo\\(\\{uptime=\\d+, .*\\}\\) = 0");
	require(syscall(SYS_clock_gettime, CLOCK_REALTIME, &time) == 0);
	MATCH("clock_gettime\\(CLOCK_REALTIME, \\{tv_sec=%ld( /\\* .* \\*/)?, tv_nsec=%ld\\}\\) = "
	      "0",
	      time.tv_sec, time.tv_nsec);
	require(getrandom(dice, sizeof(dice), GRND_NONBLOCK) == 3);
	EXPECT("getrandom(\"\\x%02x\\x%02x\\x%02x\", 3, GRND_NONBLOCK) = 3", dice[0], dice[1],
	       dice[2]);
	require(syscall(SYS_getuid) == getuid());
	EXPECT("getuid() = %d", (int)getuid());
	time = (struct timespec){0, 1000};
	require(nanosleep(&time, NULL) == 0);
	MATCH("clock_nanosleep\\(CLOCK_REALTIME, 0, \\{tv_sec=0, tv_nsec=1000\\}, NULL\\) = 0");
	expect_say("BARE", 0, "differs"); /* random bytes */
	expect_flush();
	return 0;
}
