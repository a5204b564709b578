/* SPDX-License-Identifier: Apache-2.0 */
#include "socket.h"

#include "base/cleanup.h"

#include <errno.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <linux/unix_diag.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { ANSWER_MAX = 1024 };

/* ---- the socket itself ---- */

static int own_descriptor(pid_t pid, int fd)
{
	cleanup_close int process = (int)syscall(SYS_pidfd_open, pid, 0u);
	int own = process < 0 ? -1 : (int)syscall(SYS_pidfd_getfd, process, fd, 0u);

	return own < 0 ? -errno : own;
}

static uint32_t option(int fd, int name)
{
	int value = 0;
	socklen_t size = sizeof(value);

	return getsockopt(fd, SOL_SOCKET, name, &value, &size) < 0 ? 0 : (uint32_t)value;
}

typedef int name_fn(int fd, struct sockaddr *address, socklen_t *size);

/* Two bytes are a family alone: an address without a name. */
static void name(name_fn *fn, int fd, struct tracee_address *ret)
{
	union {
		struct sockaddr is;
		struct sockaddr_storage room;
		uint8_t bytes[sizeof(struct sockaddr_storage)];
	} address = {.is = {0}};
	socklen_t size = sizeof(address);

	if (fn(fd, &address.is, &size) < 0 || size < sizeof(sa_family_t))
		return;
	ret->size = size < TRACEE_ADDRESS_MAX ? size : TRACEE_ADDRESS_MAX;
	memcpy(ret->bytes, address.bytes, ret->size);
}

/* ---- who is at the other end ---- */

struct question {
	struct nlmsghdr header;
	struct unix_diag_req about;
};

union answer {
	struct nlmsghdr header;
	uint8_t bytes[ANSWER_MAX];
};

static uint64_t peer_in(const union answer *a, size_t size)
{
	size_t at = NLMSG_LENGTH(sizeof(struct unix_diag_msg)), end = a->header.nlmsg_len;

	if (!NLMSG_OK(&a->header, size) || a->header.nlmsg_type != SOCK_DIAG_BY_FAMILY)
		return 0;
	while (at + sizeof(struct rtattr) <= end) {
		struct rtattr attribute;
		uint32_t inode;

		memcpy(&attribute, a->bytes + at, sizeof(attribute));
		if (attribute.rta_len < sizeof(attribute) || attribute.rta_len > end - at)
			return 0;
		if (attribute.rta_type == UNIX_DIAG_PEER &&
		    attribute.rta_len >= RTA_LENGTH(sizeof(inode))) {
			memcpy(&inode, a->bytes + at + RTA_LENGTH(0), sizeof(inode));
			return inode;
		}
		at += RTA_ALIGN(attribute.rta_len);
	}
	return 0;
}

/* See sock_diag(7): one socket, by its inode, of our own network. */
static uint64_t other_end(int fd)
{
	cleanup_close int diag =
		socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_SOCK_DIAG);
	struct question q = {.header = {.nlmsg_len = sizeof(q),
					.nlmsg_type = SOCK_DIAG_BY_FAMILY,
					.nlmsg_flags = NLM_F_REQUEST},
			     .about = {.sdiag_family = AF_UNIX,
				       .udiag_states = UINT32_MAX,
				       .udiag_show = UDIAG_SHOW_PEER,
				       .udiag_cookie = {UINT32_MAX, UINT32_MAX}}};
	union answer a;
	struct stat st;
	ssize_t n;

	if (diag < 0 || fstat(fd, &st) < 0)
		return 0;
	q.about.udiag_ino = (uint32_t)st.st_ino;
	if (send(diag, &q, sizeof(q), 0) != (ssize_t)sizeof(q))
		return 0;
	n = recv(diag, &a, sizeof(a), 0);
	return n > 0 ? peer_in(&a, (size_t)n) : 0;
}

int tracee_socket(pid_t pid, int fd, struct tracee_socket *ret)
{
	cleanup_close int own = own_descriptor(pid, fd);
	int type;
	socklen_t size = sizeof(type);

	*ret = (struct tracee_socket){.family = 0};
	if (own < 0)
		return own;
	if (getsockopt(own, SOL_SOCKET, SO_TYPE, &type, &size) < 0)
		return -errno;
	ret->type = (uint32_t)type;
	ret->family = option(own, SO_DOMAIN);
	ret->protocol = option(own, SO_PROTOCOL);
	ret->listens = option(own, SO_ACCEPTCONN);
	name(getsockname, own, &ret->local);
	name(getpeername, own, &ret->peer);
	if (ret->family == AF_UNIX && !ret->listens)
		ret->other = other_end(own);
	return 0;
}
