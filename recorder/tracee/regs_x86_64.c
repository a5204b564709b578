/* SPDX-License-Identifier: Apache-2.0 */
/*
 * PTRACE_GETREGS of a 64-bit tracer has the same struct for 32-bit threads, and both
 * SYSCALL and INT 0x80 are two bytes: the kernel itself restarts by going back as far
 * (arch/x86/kernel/signal.c). From SYSENTER it returns to behind an INT 0x80 in the vDSO.
 */
#include "regs.h"

#include <errno.h>
#include <linux/audit.h>
#include <stddef.h>
#include <sys/ptrace.h>
#include <sys/user.h>

enum { INSTRUCTION_SIZE = 2 };

int tracee_interrupted_call(pid_t tid, uint64_t *ret_nr)
{
	struct user_regs_struct regs;

	if (ptrace(PTRACE_GETREGS, tid, NULL, &regs) < 0)
		return -errno;
	/* The number is -1 when it was no call that led here. */
	if ((int)regs.orig_rax < 0 || (int)regs.rax != -EINTR)
		return 0;
	*ret_nr = regs.orig_rax;
	return 1;
}

int tracee_issue_again(pid_t tid)
{
	struct user_regs_struct regs;

	if (ptrace(PTRACE_GETREGS, tid, NULL, &regs) < 0)
		return -errno;
	regs.rax = regs.orig_rax;
	regs.rip -= INSTRUCTION_SIZE;
	return ptrace(PTRACE_SETREGS, tid, NULL, &regs) < 0 ? -errno : 0;
}

int tracee_set_first_argument(pid_t tid, uint32_t arch, uint64_t value)
{
	struct user_regs_struct regs;

	if (ptrace(PTRACE_GETREGS, tid, NULL, &regs) < 0)
		return -errno;
	if (arch == AUDIT_ARCH_X86_64)
		regs.rdi = value;
	else
		regs.rbx = value;
	return ptrace(PTRACE_SETREGS, tid, NULL, &regs) < 0 ? -errno : 0;
}

int tracee_refuse(pid_t tid)
{
	struct user_regs_struct regs;

	if (ptrace(PTRACE_GETREGS, tid, NULL, &regs) < 0)
		return -errno;
	regs.orig_rax = UINT64_MAX;
	regs.rax = (uint64_t)-ENOSYS;
	return ptrace(PTRACE_SETREGS, tid, NULL, &regs) < 0 ? -errno : 0;
}
