/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading a tracee's memory: many ranges in one call.
 */
#ifndef TRACEE_MEM_H
#define TRACEE_MEM_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct tracee_range {
	uint64_t address;
	void *data;
	size_t want;
	size_t got; /* filled in: how much could be read, from the start */
};

/*
 * Reads each range as far as it is readable; a range that ends at an unmapped page
 * gives what is before it. Never fails: a thread that is gone gives nothing.
 *
 * process_vm_readv(2) first; where it is refused (a process that is not dumpable,
 * a container's filter) /proc/TID/mem. The latter is asked only then, because it
 * reads through PROT_NONE, which the kernel itself would answer with EFAULT.
 */
void tracee_mem_read(pid_t tid, struct tracee_range *ranges, size_t count);
/*
 * The same as far as pages are in the thread's memory, so that nobody has to bring one in: a page
 * that userfaultfd(2) watches, or a file of a FUSE mount, comes when another process has answered,
 * and that one may be stopped by us. A page that is swapped out counts as one that is not there.
 */
void tracee_mem_read_present(pid_t tid, struct tracee_range *ranges, size_t count);

#endif
