/* SPDX-License-Identifier: Apache-2.0 */
#include "proc.h"

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/fileio.h"
#include "base/order.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PATH_SIZE = 64 };

static void proc_path(char *ret, pid_t pid, const char *name)
{
	snprintf(ret, PATH_SIZE, "/proc/%d/%s", (int)pid, name);
}

int tracee_proc_file(pid_t pid, const char *name, struct buf *ret)
{
	char path[PATH_SIZE];

	proc_path(path, pid, name);
	return fileio_slurp(AT_FDCWD, path, TRACEE_PROC_FILE_MAX, ret);
}

int tracee_proc_link(pid_t pid, const char *name, struct buf *ret)
{
	char path[PATH_SIZE];
	size_t room = 256;

	proc_path(path, pid, name);
	for (;;) {
		size_t before = ret->size;
		char *place = buf_extend(ret, room);
		ssize_t n;

		if (!place)
			return -ENOMEM;
		n = readlink(path, place, room);
		buf_truncate(ret, before + (n > 0 ? (size_t)n : 0));
		if (n < 0)
			return -errno;
		/* A link that fills the room may have been cut. */
		if ((size_t)n < room || room >= TRACEE_PROC_LINK_MAX)
			return 0;
		buf_truncate(ret, before);
		room *= 2;
	}
}

static int collect(DIR *dir, struct buf *ret)
{
	struct dirent *entry;

	while ((errno = 0, entry = readdir(dir))) {
		char *end;
		unsigned long value = strtoul(entry->d_name, &end, 10);
		uint32_t number = (uint32_t)value;

		if (*end == '\0' && end != entry->d_name && value <= UINT32_MAX)
			buf_append(ret, &number, sizeof(number));
	}
	return errno ? -errno : buf_error(ret);
}

int tracee_proc_numbers(pid_t pid, const char *name, uint32_t **ret, size_t *ret_count)
{
	char path[PATH_SIZE];
	cleanup_closedir DIR *dir = NULL;
	struct buf numbers = {0};
	int r;

	proc_path(path, pid, name);
	dir = opendir(path);
	if (!dir)
		return -errno;
	r = collect(dir, &numbers);
	if (r < 0) {
		buf_done(&numbers);
		return r;
	}
	*ret_count = numbers.size / sizeof(uint32_t);
	if (*ret_count)
		qsort(numbers.data, *ret_count, sizeof(uint32_t), order_u32);
	*ret = (uint32_t *)(void *)numbers.data;
	return 0;
}

const char *tracee_proc_field(const char *text, const char *field)
{
	size_t length = strlen(field);

	for (const char *line = text; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (strncmp(line, field, length) == 0 && line[length] == ':')
			return line + length + 1;
	}
	return "";
}

int tracee_proc_status(pid_t tid, const char *field, long *ret)
{
	cleanup_done(buf_done) struct buf text = {0};
	int r = tracee_proc_file(tid, "status", &text);
	const char *value = r < 0 ? "" : tracee_proc_field(buf_text(&text), field);

	if (*value)
		*ret = strtol(value, NULL, 10);
	return r < 0 ? r : *value ? 0 : -ENOENT;
}

int tracee_proc_effective(pid_t tid, long *ret_uid, long *ret_gid)
{
	cleanup_done(buf_done) struct buf b = {0};
	int r = tracee_proc_file(tid, "status", &b);
	const char *text = buf_text(&b);
	long uid, gid;

	if (r < 0)
		return r;
	if (sscanf(tracee_proc_field(text, "Uid"), "%*d %ld", &uid) != 1 ||
	    sscanf(tracee_proc_field(text, "Gid"), "%*d %ld", &gid) != 1)
		return -ENOENT;
	*ret_uid = uid;
	*ret_gid = gid;
	return 0;
}

static uint64_t signal_set(const char *text, const char *field)
{
	return strtoull(tracee_proc_field(text, field), NULL, 16);
}

int tracee_proc_signal_pending(pid_t tid)
{
	cleanup_done(buf_done) struct buf b = {0};
	int r = tracee_proc_file(tid, "status", &b);
	const char *text = buf_text(&b);

	if (r < 0)
		return r;
	return ((signal_set(text, "SigPnd") | signal_set(text, "ShdPnd")) &
		~signal_set(text, "SigBlk")) != 0;
}

/* Behind the name in brackets, which may itself hold brackets: state ppid pgrp session
 * tty tpgid flags. */
int tracee_proc_stat(pid_t tid, struct tracee_stat *ret)
{
	enum { KERNEL_THREAD = 0x00200000 };
	cleanup_done(buf_done) struct buf text = {0};
	int r = tracee_proc_file(tid, "stat", &text);
	const char *behind = r < 0 ? NULL : strrchr(buf_text(&text), ')');
	unsigned flags;

	if (r < 0)
		return r;
	if (!behind || sscanf(behind, ") %c %*d %d %d %*d %*d %u", &ret->state, &ret->pgid,
			      &ret->sid, &flags) != 4)
		return -EINVAL;
	ret->kernel_thread = flags & KERNEL_THREAD;
	return 0;
}

/* "running", "-1 SP PC", or the number and the arguments in hexadecimal (proc(5)). */
int tracee_proc_in_flight(pid_t tid, struct tracee_in_flight *ret)
{
	cleanup_done(buf_done) struct buf text = {0};
	uint64_t *a = ret->args;
	int r = tracee_proc_file(tid, "syscall", &text);
	int64_t nr;

	if (r < 0)
		return r;
	if (sscanf(buf_text(&text),
		   "%" SCNd64 " %" SCNx64 " %" SCNx64 " %" SCNx64 " %" SCNx64 " %" SCNx64
		   " %" SCNx64,
		   &nr, &a[0], &a[1], &a[2], &a[3], &a[4], &a[5]) != 7 ||
	    nr < 0)
		return -EAGAIN;
	ret->nr = (uint64_t)nr;
	return 0;
}
