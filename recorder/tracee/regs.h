/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The little that needs a thread's registers, and so depends on the machine. Everything
 * about a system call comes from PTRACE_GET_SYSCALL_INFO instead. -errno on failure;
 * -ENOSYS: not known how on this machine.
 */
#ifndef TRACEE_REGS_H
#define TRACEE_REGS_H

#include <stdint.h>
#include <sys/types.h>

/* The thread is in a stop on its way out of a call that ended with EINTR: 1, and its number
 * in @ret_nr. 0: it is not. */
int tracee_interrupted_call(pid_t tid, uint64_t *ret_nr);
/* Such a thread issues the same call again, with the same arguments, as soon as it runs. A
 * handler that is due runs before, as if its signal had come just before the call. */
int tracee_issue_again(pid_t tid);
/* The thread is at the entry of a call: that does not happen, and its result is ENOSYS. */
int tracee_refuse(pid_t tid);
/* The same, but it goes on, with another first argument. */
int tracee_set_first_argument(pid_t tid, uint32_t arch, uint64_t value);

#endif
