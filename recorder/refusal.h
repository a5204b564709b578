/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Why the kernel refuses ptrace(2), in one line. EPERM alone tells nobody what to do; the
 * reason is found by looking at what the kernel looks at (ptrace(2), "Ptrace access mode
 * checking"): gathering and telling are apart, so that each reason can be tested.
 */
#ifndef RECORDER_REFUSAL_H
#define RECORDER_REFUSAL_H

#include <stdbool.h>
#include <sys/types.h>

struct buf;
struct err;

struct refusal {
	pid_t tracer;    /* who traces it already; 0: nobody */
	char scope;      /* kernel.yama.ptrace_scope, '0' to '3'; 0: no such thing */
	bool capable;    /* the recorder has CAP_SYS_PTRACE */
	bool filtered;   /* the recorder is under a seccomp filter */
	bool descendant; /* of the recorder: allowed where ptrace_scope is 1 */
	bool other_user;
	long uid; /* the process's */
	bool not_dumpable;
	bool stronger; /* it has capabilities that the recorder has not */
};

/* What can be found out about @pid now. What cannot be stays 0. */
void refusal_gather(pid_t pid, struct refusal *ret);
/*
 * Sets @err to "@what: the reason" for @error of a ptrace request, and returns -@error.
 */
int refusal_explain(const struct refusal *facts, int error, const char *what, struct err *err);

/*
 * Whether @tid, which is in a stop, can be asked what it stopped for: emulators of Linux and
 * kernels before 5.3 cannot. 0 or -errno with @what and the reason.
 */
int refusal_check_call_info(pid_t tid, const char *what, struct err *err);

/* "1234 (name)", appended, harmless on a terminal: a process chooses its name. */
void refusal_describe(pid_t pid, struct buf *ret);
/* Whether this process has CAP_SYS_PTRACE. */
bool refusal_self_capable(void);
/* Whether /proc is there and shows this process. */
bool refusal_proc_is_there(void);

#endif
