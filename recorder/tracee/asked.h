/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a call did that neither its arguments nor its memory tell: the kernel is asked about the
 * things that it was about. The thread is in a stop, but other threads may change them meanwhile;
 * -errno says that there is no answer. Nothing here waits for another process, which might be
 * stopped by us.
 */
#ifndef TRACEE_ASKED_H
#define TRACEE_ASKED_H

#include <stdint.h>
#include <sys/types.h>

/* Whether a descriptor of the thread can be written: 1, 0. */
int64_t tracee_fd_writable(pid_t tid, int fd);
/* Whether that socket throws away what is received with MSG_TRUNC, as tcp(7) does: 1, 0. */
int64_t tracee_fd_discards(pid_t tid, int fd);
/* The type of its file system, as statfs(2) has it; only of those that it matters of. */
int64_t tracee_fd_file_system(pid_t tid, int fd);
/* How many semaphores a set has. Only in the recorder's own namespace is it the same set. */
int64_t tracee_semaphores(pid_t tid, int set);

#endif
