/* SPDX-License-Identifier: Apache-2.0 */
/*
 * /proc/PID, read into plain values. Everything here races with a live process, so
 * every function may fail with -ENOENT or -ESRCH ("gone") and callers go on.
 * See proc(5).
 */
#ifndef TRACEE_PROC_H
#define TRACEE_PROC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct buf;

/* Bounds: a hostile process may have millions of maps or descriptors. */
enum {
	TRACEE_PROC_FILE_MAX = 8 << 20,
	TRACEE_PROC_LINK_MAX = 1 << 16,
};

/* A whole file of /proc/PID ("maps", "environ", "cmdline"), appended. 0 or -errno. */
int tracee_proc_file(pid_t pid, const char *name, struct buf *ret);
/* Where a link of /proc/PID points ("exe", "cwd", "fd/3"), appended. 0 or -errno. */
int tracee_proc_link(pid_t pid, const char *name, struct buf *ret);
/* The names in a directory of /proc/PID that are numbers ("fd", "task"), in order;
 * the caller frees @ret. 0 or -errno. */
int tracee_proc_numbers(pid_t pid, const char *name, uint32_t **ret, size_t *ret_count);
/* What stands behind "field:" in the text of such a file as status or fdinfo; "" when it is not
 * there. */
const char *tracee_proc_field(const char *text, const char *field);
/* A field of /proc/TID/status ("Tgid", "PPid", "TracerPid"). 0 or -errno. */
int tracee_proc_status(pid_t tid, const char *field, long *ret);

/* The user and the group that a thread acts as (Uid and Gid, second number). 0 or -errno. */
int tracee_proc_effective(pid_t tid, long *ret_uid, long *ret_gid);

/* Whether a signal that is not blocked waits for the thread (SigPnd, ShdPnd, SigBlk). 1, 0 or
 * -errno. */
int tracee_proc_signal_pending(pid_t tid);

/* What of /proc/TID/stat is asked for here. */
struct tracee_stat {
	char state; /* 'R', 'S', 'D', 'T', 't', 'Z', 'X', ... */
	int pgid, sid;
	bool kernel_thread; /* PF_KTHREAD of the kernel's linux/sched.h */
};

/* 0 or -errno. */
int tracee_proc_stat(pid_t tid, struct tracee_stat *ret);

/* The call that a thread is in, of /proc/TID/syscall: meant for a thread that is stopped. */
struct tracee_in_flight {
	uint64_t nr, args[6];
};

/* 0, -EAGAIN when it is in none or running, or -errno. */
int tracee_proc_in_flight(pid_t tid, struct tracee_in_flight *ret);

#endif
