/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ptrace(2), as little of it as a recorder needs, with errors as return values.
 *
 * Every function may return -ESRCH: SIGKILL takes a thread out of any stop at any
 * moment. That is no failure, its exit status follows by wait(2). All of them must
 * be called from the thread that seized.
 */
#ifndef TRACEE_PTRACE_H
#define TRACEE_PTRACE_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum tracee_op {
	TRACEE_OP_NONE,
	TRACEE_OP_ENTRY,
	TRACEE_OP_EXIT,
	TRACEE_OP_FILTERED, /* at the entry too, by a filter's wish */
	TRACEE_OP_OTHER
};

/* What a syscall-stop is about (PTRACE_GET_SYSCALL_INFO, Linux 5.3). */
struct tracee_call {
	enum tracee_op op;
	uint32_t arch; /* AUDIT_ARCH_* of this very call */
	uint64_t ip, sp;
	uint64_t nr, args[6]; /* at entry, filtered */
	int64_t ret;          /* at exit, raw */
	uint32_t message;     /* filtered: what the filter says with it */
};

/* What a wait status means under PTRACE_SEIZE. */
enum tracee_stop {
	TRACEE_EXITED,     /* exited or killed: the status is final */
	TRACEE_SYSCALL,    /* syscall-stop: ask tracee_call_info() */
	TRACEE_FORKED,     /* fork, vfork or clone: tracee_message() is the new tid */
	TRACEE_FILTERED,   /* a seccomp filter's SECCOMP_RET_TRACE: ask tracee_call_info() */
	TRACEE_EXECED,     /* tracee_message() is the former tid */
	TRACEE_GROUP_STOP, /* answer with tracee_listen() */
	TRACEE_TRAPPED, /* first stop of a new child, INTERRUPT or end of a listen: resume with 0 */
	TRACEE_SIGNALED, /* a signal is about to be delivered: resume with it */
	TRACEE_OTHER,    /* resume with 0 */
};

/* Classifies @status; @ret_signal is the signal of a SIGNALED or GROUP_STOP. */
enum tracee_stop tracee_classify(int status, int *ret_signal);
/* Of a TRACEE_FORKED status: which of the three (PTRACE_EVENT_FORK, _VFORK, _CLONE). */
int tracee_fork_event(int status);

/*
 * Attaches without stopping, follows children by itself. From here on the thread
 * stops at system calls only after its first tracee_resume().
 */
int tracee_seize(pid_t tid);
/*
 * The same for a thread that is going to have a filter of ours (filter.h): stops at what that
 * says, and is killed when we are, because these calls fail without a tracer.
 */
int tracee_seize_filtered(pid_t tid);
/* Makes of such a thread, in a stop, one that was seized without. */
int tracee_unfilter(pid_t tid);
int tracee_interrupt(pid_t tid);
/* Goes on to the next system call stop, delivering @signal (0: none). */
int tracee_resume(pid_t tid, int signal);
/* The same, but system calls stop it where a filter says so only. */
int tracee_continue(pid_t tid, int signal);
/* Lets a group-stop be one. */
int tracee_listen(pid_t tid);
/* Lets go of a thread that is in a stop. */
int tracee_detach(pid_t tid, int signal);
int tracee_call_info(pid_t tid, struct tracee_call *ret);
/* Writes eight bytes of the thread's memory. */
int tracee_poke(pid_t tid, uint64_t address, uint64_t value);
int tracee_message(pid_t tid, unsigned long *ret);
/* The kernel's siginfo_t, all of its 128 bytes. */
int tracee_siginfo(pid_t tid, siginfo_t *ret);

#endif
