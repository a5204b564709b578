// SPDX-License-Identifier: Apache-2.0
// A filter that answers with SIGSYS: the call is rolled back, and the handler gives the
// result.
#include "filter.h"

#include <signal.h>
#include <ucontext.h>

static void on_sys(int number, siginfo_t *info, void *context)
{
	ucontext_t *machine = context;
	require(number == SIGSYS && info->si_syscall == SYS_getpgid);
#if defined(__x86_64__)
	machine->uc_mcontext.gregs[REG_RAX] = 4711;
#elif defined(__aarch64__)
	machine->uc_mcontext.regs[0] = 4711;
#endif
}

int main(void)
{
	struct sigaction action = {.sa_sigaction = on_sys, .sa_flags = SA_SIGINFO};
	require(sigaction(SIGSYS, &action, NULL) == 0);
	filter_install(SYS_getpgid, SECCOMP_RET_TRAP);
	require(syscall(SYS_getpgid, 77) == 4711);
	getppid();
	MATCH("getpgid\\(77\\) = .*");
	MATCH("--- SIGSYS \\{si_signo=SIGSYS, si_code=SYS_SECCOMP, si_call_addr=0x[0-9a-f]+, "
	      "si_syscall=__NR_getpgid, si_arch=AUDIT_ARCH_\\w+\\} ---");
	MATCH("rt_sigreturn\\(.*\\) = 4711");
	EXPECT("getppid() = %d", getppid());
	expect_flush();
	return 0;
}
