/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Only PTRACE_SEIZE is used: unlike ATTACH and TRACEME it tells a group-stop from a
 * signal's delivery, sends no SIGSTOP of its own and hands its options to every
 * child. PTRACE_O_EXITKILL is left out on purpose: if the recorder is killed the
 * program goes on, unrecorded. Under a filter of ours it could not.
 */
#include "ptrace.h"

#include <errno.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

enum {
	OPTIONS = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK |
		  PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC,
	OPTIONS_FILTERED = OPTIONS | PTRACE_O_TRACESECCOMP | PTRACE_O_EXITKILL,
	SYSGOOD = 0x80,
	AUDIT_ARCH_64BIT = 0x80000000, /* __AUDIT_ARCH_64BIT of linux/audit.h */
};

static bool is_stop_signal(int signal)
{
	return signal == SIGSTOP || signal == SIGTSTP || signal == SIGTTIN || signal == SIGTTOU;
}

enum tracee_stop tracee_classify(int status, int *ret_signal)
{
	int signal = WSTOPSIG(status);

	if (WIFEXITED(status) || WIFSIGNALED(status))
		return TRACEE_EXITED;
	*ret_signal = signal;
	switch (status >> 16) {
	case 0:
		return signal == (SIGTRAP | SYSGOOD) ? TRACEE_SYSCALL : TRACEE_SIGNALED;
	case PTRACE_EVENT_FORK:
	case PTRACE_EVENT_VFORK:
	case PTRACE_EVENT_CLONE:
		return TRACEE_FORKED;
	case PTRACE_EVENT_SECCOMP:
		return TRACEE_FILTERED;
	case PTRACE_EVENT_EXEC:
		return TRACEE_EXECED;
	case PTRACE_EVENT_STOP:
		return is_stop_signal(signal) ? TRACEE_GROUP_STOP : TRACEE_TRAPPED;
	default:
		return TRACEE_OTHER;
	}
}

int tracee_fork_event(int status)
{
	return status >> 16;
}

static int request(enum __ptrace_request what, pid_t tid, void *addr, void *data)
{
	return ptrace(what, tid, addr, data) < 0 ? -errno : 0;
}

int tracee_seize(pid_t tid)
{
	return request(PTRACE_SEIZE, tid, NULL, (void *)(intptr_t)OPTIONS);
}

int tracee_seize_filtered(pid_t tid)
{
	return request(PTRACE_SEIZE, tid, NULL, (void *)(intptr_t)OPTIONS_FILTERED);
}

int tracee_unfilter(pid_t tid)
{
	return request(PTRACE_SETOPTIONS, tid, NULL, (void *)(intptr_t)OPTIONS);
}

int tracee_interrupt(pid_t tid)
{
	return request(PTRACE_INTERRUPT, tid, NULL, NULL);
}

int tracee_resume(pid_t tid, int signal)
{
	return request(PTRACE_SYSCALL, tid, NULL, (void *)(intptr_t)signal);
}

int tracee_continue(pid_t tid, int signal)
{
	return request(PTRACE_CONT, tid, NULL, (void *)(intptr_t)signal);
}

int tracee_listen(pid_t tid)
{
	int r = request(PTRACE_LISTEN, tid, NULL, NULL);

	/* EIO: the stop ended meanwhile, by SIGKILL or SIGCONT; what follows says which. */
	return r == -EIO ? -ESRCH : r;
}

int tracee_detach(pid_t tid, int signal)
{
	return request(PTRACE_DETACH, tid, NULL, (void *)(intptr_t)signal);
}

static enum tracee_op operation(uint8_t op)
{
	switch (op) {
	case PTRACE_SYSCALL_INFO_ENTRY:
		return TRACEE_OP_ENTRY;
	case PTRACE_SYSCALL_INFO_EXIT:
		return TRACEE_OP_EXIT;
	case PTRACE_SYSCALL_INFO_SECCOMP:
		return TRACEE_OP_FILTERED;
	case PTRACE_SYSCALL_INFO_NONE:
		return TRACEE_OP_NONE;
	default:
		return TRACEE_OP_OTHER;
	}
}

/* A 32-bit call has registers of 32 bits, whatever is above them. Only its errors are negative:
 * an address above 2 GiB is none. */
static void narrow(struct tracee_call *call, bool failed)
{
	if (call->arch & AUDIT_ARCH_64BIT)
		return;
	for (size_t i = 0; i < sizeof(call->args) / sizeof(call->args[0]); i++)
		call->args[i] = (uint32_t)call->args[i];
	if (!failed)
		call->ret = (uint32_t)call->ret;
}

int tracee_call_info(pid_t tid, struct tracee_call *ret)
{
	struct __ptrace_syscall_info info;
	struct tracee_call call = {0};

	if (ptrace(PTRACE_GET_SYSCALL_INFO, tid, (void *)sizeof(info), &info) < 0)
		return -errno;
	call.op = operation(info.op);
	call.arch = info.arch;
	call.ip = info.instruction_pointer;
	call.sp = info.stack_pointer;
	if (call.op == TRACEE_OP_ENTRY) {
		call.nr = info.entry.nr;
		memcpy(call.args, info.entry.args, sizeof(call.args));
	} else if (call.op == TRACEE_OP_FILTERED) {
		call.nr = info.seccomp.nr;
		memcpy(call.args, info.seccomp.args, sizeof(call.args));
		call.message = info.seccomp.ret_data;
	} else if (call.op == TRACEE_OP_EXIT) {
		call.ret = info.exit.rval;
	}
	narrow(&call, info.op == PTRACE_SYSCALL_INFO_EXIT && info.exit.is_error);
	*ret = call;
	return 0;
}

int tracee_poke(pid_t tid, uint64_t address, uint64_t value)
{
	return request(PTRACE_POKEDATA, tid, (void *)(uintptr_t)address, (void *)(uintptr_t)value);
}

int tracee_message(pid_t tid, unsigned long *ret)
{
	return request(PTRACE_GETEVENTMSG, tid, NULL, ret);
}

int tracee_siginfo(pid_t tid, siginfo_t *ret)
{
	return request(PTRACE_GETSIGINFO, tid, NULL, ret);
}
