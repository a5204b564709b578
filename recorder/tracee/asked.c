/* SPDX-License-Identifier: Apache-2.0 */
#include "asked.h"

#include "proc.h"

#include "base/buf.h"
#include "base/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sem.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

enum { PATH_SIZE = 64 };

static void fd_path(char *ret, pid_t tid, int fd)
{
	snprintf(ret, PATH_SIZE, "/proc/%d/fd/%d", (int)tid, fd);
}

/* The link's own mode is that of the descriptor, see proc(5). */
int64_t tracee_fd_writable(pid_t tid, int fd)
{
	char path[PATH_SIZE];
	struct stat st;

	fd_path(path, tid, fd);
	return lstat(path, &st) < 0 ? -errno : (st.st_mode & S_IWUSR) != 0;
}

/* Which protocol a socket is of. Only of a socket: a file system may be served by somebody who is
 * stopped by us, and would never answer. It is held on to, for others may close it meanwhile. */
static int protocol_of(pid_t tid, int fd, char *ret, size_t size)
{
	static const char socket[] = "socket:";
	cleanup_close int held = -1;
	char path[PATH_SIZE], link[sizeof(socket)] = "";

	fd_path(path, tid, fd);
	held = open(path, O_PATH | O_CLOEXEC);
	if (held < 0)
		return -errno;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", held);
	if (readlink(path, link, sizeof(link) - 1) < 0 || strcmp(link, socket) != 0)
		return -ENOTSOCK;
	return getxattr(path, "system.sockprotoname", ret, size - 1) < 0 ? -errno : 0;
}

int64_t tracee_fd_discards(pid_t tid, int fd)
{
	static const char *const protocols[] = {"TCP", "TCPv6", "MPTCP", "MPTCPv6"};
	char name[32] = "";
	int r = protocol_of(tid, fd, name, sizeof(name));

	for (size_t i = 0; i < ARRAY_SIZE(protocols); i++) {
		if (strcmp(name, protocols[i]) == 0)
			return 1;
	}
	return r;
}

/* The line of a mount in the text of mountinfo, or NULL. */
static const char *mount_line(const char *text, long mount)
{
	for (const char *line = text; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (strtol(line, NULL, 10) == mount)
			return line;
	}
	return NULL;
}

/* The number of a type that mountinfo has by its name. */
static int64_t type_named(const char *name)
{
	static const struct {
		const char *name;
		int64_t type;
	} types[] = {
		{"ext2 ", 0xef53},    {"ext3 ", 0xef53},      {"ext4 ", 0xef53},
		{"xfs ", 0x58465342}, {"exfat ", 0x2011bab0},
	};

	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		if (strncmp(name, types[i].name, strlen(types[i].name)) == 0)
			return types[i].type;
	}
	return -ENODATA;
}

/* By what /proc says: the file system itself, asked with statfs(2), might have to answer. */
int64_t tracee_fd_file_system(pid_t tid, int fd)
{
	cleanup_done(buf_done) struct buf info = {0}, mounts = {0};
	char name[PATH_SIZE];
	const char *id, *line, *type = NULL;
	int r;

	snprintf(name, sizeof(name), "fdinfo/%d", fd);
	r = tracee_proc_file(tid, name, &info);
	if (!r)
		r = tracee_proc_file(tid, "mountinfo", &mounts);
	if (r < 0)
		return r;
	id = strstr(buf_text(&info), "mnt_id:");
	line = id ? mount_line(buf_text(&mounts), strtol(id + strlen("mnt_id:"), NULL, 10)) : NULL;
	/* Blanks in names are written otherwise there. */
	type = line ? strstr(line, " - ") : NULL;
	return type ? type_named(type + strlen(" - ")) : -ENODATA;
}

static bool shares_ipc(pid_t tid)
{
	char path[PATH_SIZE];
	struct stat own, other;

	snprintf(path, sizeof(path), "/proc/%d/ns/ipc", (int)tid);
	return stat("/proc/self/ns/ipc", &own) == 0 && stat(path, &other) == 0 &&
	       own.st_dev == other.st_dev && own.st_ino == other.st_ino;
}

int64_t tracee_semaphores(pid_t tid, int set)
{
	struct semid_ds ds;
	union {
		int val;
		struct semid_ds *buf;
	} argument = {.buf = &ds};

	if (!shares_ipc(tid))
		return -EXDEV;
	return semctl(set, 0, IPC_STAT, argument) < 0 ? -errno : (int64_t)ds.sem_nsems;
}
