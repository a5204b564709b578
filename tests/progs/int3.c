// SPDX-License-Identifier: Apache-2.0
// Traps of the program's own: int3 and a forged SIGTRAP are signals, no syscall-stops.
#include "expect.h"

#include <signal.h>

static volatile sig_atomic_t traps;

static void on_trap(int number)
{
	(void)number;
	traps++;
}

int main(void)
{
	require(signal(SIGTRAP, on_trap) != SIG_ERR);
#if defined(__x86_64__)
	__asm__ volatile("int3");
#else
	raise(SIGTRAP);
#endif
	require(kill(getpid(), SIGTRAP) == 0);
	siginfo_t forged = {.si_signo = SIGTRAP, .si_code = -77};
	require(syscall(SYS_rt_sigqueueinfo, getpid(), SIGTRAP, &forged) == 0);
	getppid();
	require(traps == 3);
#if defined(__x86_64__)
	EXPECT("--- SIGTRAP {si_signo=SIGTRAP, si_code=SI_KERNEL, si_addr=NULL} ---");
#endif
	EXPECT("kill(%d, SIGTRAP) = 0", getpid());
	EXPECT("--- SIGTRAP {si_signo=SIGTRAP, si_code=SI_USER, si_pid=%d, si_uid=%d} ---",
	       getpid(), (int)getuid());
	MATCH("--- SIGTRAP \\{si_signo=SIGTRAP, si_code=.*\\} ---");
	MATCH("rt_sigreturn\\(.*\\) = 0");
	EXPECT("getppid() = %d", getppid());
	COUNT("3 --- SIGTRAP .* ---");
	expect_flush();
	return 0;
}
