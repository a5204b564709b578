/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a socket of a process is: asked of the socket itself, through a descriptor of our own
 * (pidfd_getfd(2), Linux 5.6), so that it does not matter which network it is in. Whoever may
 * trace the process may do so. The process does not notice.
 */
#ifndef TRACEE_SOCKET_H
#define TRACEE_SOCKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum { TRACEE_ADDRESS_MAX = 128 }; /* as the kernel: sizeof(struct sockaddr_storage) */

struct tracee_address {
	uint8_t bytes[TRACEE_ADDRESS_MAX]; /* a struct sockaddr */
	size_t size;                       /* 0: none, or not known */
};

struct tracee_socket {
	uint32_t family, type, protocol;
	bool listens;
	struct tracee_address local, peer;
	/* Inode of the Unix socket at the other end; 0: none, not known, or of another network. */
	uint64_t other;
};

/* Descriptor @fd of the process @pid. 0 or -errno; -ENOTSOCK when it is none. */
int tracee_socket(pid_t pid, int fd, struct tracee_socket *ret);

#endif
