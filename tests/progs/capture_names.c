// SPDX-License-Identifier: Apache-2.0
// What the kernel writes of files' names, attributes and file systems.
#include "capture.h"

#include <fcntl.h>
#include <linux/stat.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/xattr.h>

enum { NUMBER_GETXATTRAT = 464, NUMBER_LISTXATTRAT = 465, NUMBER_FILE_GETATTR = 468 };

static char path[2048], link_path[2060], directory[2060];
static int file;

static void prepare(void)
{
	snprintf(path, sizeof(path), "%s/capture_names", scratch());
	snprintf(link_path, sizeof(link_path), "%s.link", path);
	snprintf(directory, sizeof(directory), "%s.dir", path);
	file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	require(file >= 0 && symlink("where/it/points", link_path) == 0);
	require(mkdir(directory, 0700) == 0 && chdir(directory) == 0);
	static const char *const names[] = {"a", "a-longer-name", "another", "b"};
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		require(close(open(names[i], O_CREAT | O_WRONLY | O_CLOEXEC, 0600)) == 0);
}

static void test_stat(void)
{
	enum { SIZE = sizeof(struct stat) };

	PROBE_OUT("stat", SIZE, SYS_stat, path, buf);
	PROBE_OUT("fstat", SIZE, SYS_fstat, file, buf);
	PROBE_OUT("lstat", SIZE, SYS_lstat, link_path, buf);
	PROBE_OUT("newfstatat", SIZE, SYS_newfstatat, AT_FDCWD, link_path, buf,
		  AT_SYMLINK_NOFOLLOW);
	for (probe("stat:ENOENT"); pass();)
		call_fails(ENOENT, SYS_stat, "/nonexistent", out(SIZE));
	for (probe("fstat:EBADF"); pass();)
		call_fails(EBADF, SYS_fstat, -1, out(SIZE));
	PROBE_OUT("statx", sizeof(struct statx), SYS_statx, AT_FDCWD, path, 0, STATX_BASIC_STATS,
		  buf);
	for (probe("statx:ENOENT"); pass();)
		call_fails(ENOENT, SYS_statx, AT_FDCWD, "/nonexistent", 0, STATX_ALL,
			   out(sizeof(struct statx)));
	PROBE_OUT("statfs", sizeof(struct statfs), SYS_statfs, "/", buf);
	PROBE_OUT("fstatfs", sizeof(struct statfs), SYS_fstatfs, file, buf);
	struct stat root;
	require(stat("/", &root) == 0);
	/* Some file systems have another number inside. */
	if (syscall(SYS_ustat, root.st_dev, (char[32]){0}) == 0)
		PROBE_OUT("ustat", 32, SYS_ustat, root.st_dev, buf);
	else
		probe_skip("ustat", ENOSYS);
	for (probe("ustat:EINVAL"); pass();)
		call_fails(EINVAL, SYS_ustat, 0xffff, out(32));
}

static void test_names(void)
{
	PROBE_OUT("getcwd", 4096, SYS_getcwd, buf, 4096);
	for (probe("getcwd:ERANGE"); pass();)
		call_fails(ERANGE, SYS_getcwd, out(4), 4);
	PROBE_OUT("readlink", 64, SYS_readlink, link_path, buf, 64);
	PROBE_OUT("readlink:cut", 5, SYS_readlink, link_path, buf, 5);
	PROBE_OUT("readlinkat", 64, SYS_readlinkat, AT_FDCWD, link_path, buf, 64);
	for (probe("readlink:EINVAL"); pass();)
		call_fails(EINVAL, SYS_readlink, path, out(64), 64);
	int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	/* Padding between the records' members and behind the names is not written. */
	for (probe("getdents"); pass();) {
		uint8_t *buf = out(1000);
		require(lseek(fd, 0, SEEK_SET) == 0);
		wrote(buf, (size_t)call(SYS_getdents, fd, buf, 1000));
	}
	for (probe("getdents64"); pass();) {
		uint8_t *buf = out(1000);
		require(lseek(fd, 0, SEEK_SET) == 0);
		wrote(buf, (size_t)call(SYS_getdents64, fd, buf, 1000));
	}
	for (probe("getdents64:short"); pass();) {
		uint8_t *buf = out(60);
		require(lseek(fd, 0, SEEK_SET) == 0);
		wrote(buf, (size_t)call(SYS_getdents64, fd, buf, 60));
	}
	for (probe("getdents64:end"); pass();) {
		uint8_t *buf = out(100);
		while (syscall(SYS_getdents64, fd, (char[1000]){0}, 1000) > 0)
			;
		require(call(SYS_getdents64, fd, buf, 100) == 0);
	}
	for (probe("getdents64:ENOTDIR"); pass();)
		call_fails(ENOTDIR, SYS_getdents64, file, out(100), 100);
}

static void test_xattrs(void)
{
	if (setxattr(path, "user.systape", "some value", 10, 0) != 0) {
		probe_skip("getxattr", errno);
		return;
	}
	require(setxattr(path, "user.second", "x", 1, 0) == 0);
	PROBE_OUT("getxattr", 64, SYS_getxattr, path, "user.systape", buf, 64);
	PROBE_OUT("getxattr:size only", 64, SYS_getxattr, path, "user.systape", buf, 0);
	PROBE_OUT("lgetxattr", 64, SYS_lgetxattr, path, "user.systape", buf, 64);
	PROBE_OUT("fgetxattr", 64, SYS_fgetxattr, file, "user.systape", buf, 64);
	for (probe("getxattr:ERANGE"); pass();)
		call_fails(ERANGE, SYS_getxattr, path, "user.systape", out(4), 4);
	for (probe("getxattr:ENODATA"); pass();)
		call_fails(ENODATA, SYS_getxattr, path, "user.none", out(64), 64);
	PROBE_OUT("listxattr", 300, SYS_listxattr, path, buf, 300);
	PROBE_OUT("llistxattr", 300, SYS_llistxattr, path, buf, 300);
	PROBE_OUT("flistxattr", 300, SYS_flistxattr, file, buf, 300);
	for (probe("listxattr:ERANGE"); pass();)
		call_fails(ERANGE, SYS_listxattr, path, out(4), 4);
	for (probe("getxattrat"); pass();) {
		struct {
			uint64_t value;
			uint32_t size, flags;
		} args = {(uintptr_t)out(64), 64, 0};
		call(NUMBER_GETXATTRAT, AT_FDCWD, path, 0, "user.systape", in(&args, sizeof(args)),
		     sizeof(args));
	}
	PROBE_OUT("listxattrat", 300, NUMBER_LISTXATTRAT, AT_FDCWD, path, 0, buf, 300);
}

static void test_handles(void)
{
	/* The head of a file_handle: the size, and a type. */
	uint32_t room[2] = {128, 0};
	uint32_t needed = 0;

	/* As many bytes as the file system needs, which it says. */
	for (probe("name_to_handle_at"); pass();) {
		uint32_t *handle = out_after(room, 8, 8 + 128);
		int *mount = out(4);
		if (call(SYS_name_to_handle_at, AT_FDCWD, path, handle, mount, 0) == 0) {
			needed = *handle;
			wrote(handle, 8 + needed);
		}
	}
	if (needed > 0) {
		uint32_t known[2 + 32] = {128};
		int mount;
		require(syscall(SYS_name_to_handle_at, AT_FDCWD, path, known, &mount, 0) == 0);
		for (probe("open_by_handle_at"); pass();) {
			const void *handle = in(known, 8 + needed);
			long fd = call(SYS_open_by_handle_at, AT_FDCWD, handle, O_RDONLY);
			require(fd < 0 || close((int)fd) == 0);
		}
	}
	room[0] = 0;
	if (needed > 0) {
		/* It fails, but tells the size. */
		for (probe("name_to_handle_at:EOVERFLOW"); pass();) {
			uint32_t *handle = inout(room, 8);
			int *mount = out(4);
			call_fails(EOVERFLOW, SYS_name_to_handle_at, AT_FDCWD, path, handle, mount,
				   0);
			wrote(mount, 4);
		}
	}
	for (probe("name_to_handle_at:ENOENT"); pass();) {
		uint32_t *handle = in(room, 8);
		call_fails(ENOENT, SYS_name_to_handle_at, AT_FDCWD, "/nonexistent", handle, out(4),
			   0);
	}
	PROBE_OUT("file_getattr", 24, NUMBER_FILE_GETATTR, AT_FDCWD, path, buf, 24, 0);
}

/* Those of a mount need no struct of headers that may be older than the kernel. */
static void test_mounts(void)
{
	enum { NUMBER_STATMOUNT = 457, NUMBER_LISTMOUNT = 458, STATMOUNT_WORDS = 0x1 | 0x2 | 0x10 };
	struct {
		uint32_t size, spare;
		uint64_t mnt_id, param;
	} request = {.size = 24};
	struct statx root;

	require(statx(AT_FDCWD, "/", 0, 0x4000 /* STATX_MNT_ID_UNIQUE */, &root) == 0);
	request.mnt_id = root.stx_mnt_id;
	request.param = STATMOUNT_WORDS;
	/* Its first word is how much of it there is. */
	for (probe("statmount"); pass();) {
		void *asked = in(&request, sizeof(request));
		uint32_t *buf = out(4096);
		if (call(NUMBER_STATMOUNT, asked, buf, 4096, 0) == 0)
			wrote(buf, *buf);
	}
	request.mnt_id = UINT64_MAX; /* LSMT_ROOT */
	request.param = 0;
	for (probe("listmount"); pass();) {
		void *asked = in(&request, sizeof(request));
		call(NUMBER_LISTMOUNT, asked, out(8 * 100), 100, 0);
	}
	for (probe("listmount:fewer"); pass();) {
		void *asked = in(&request, sizeof(request));
		call(NUMBER_LISTMOUNT, asked, out(8 * 2), 2, 0);
	}
	PROBE_OUT("sysfs:name", 64, SYS_sysfs, 2, 0, buf);
	for (probe("sysfs:name, EINVAL"); pass();)
		call_fails(EINVAL, SYS_sysfs, 2, 10000, out(64));
}

int main(void)
{
	prepare();
	test_stat();
	test_names();
	test_xattrs();
	test_handles();
	test_mounts();
	expect_flush();
	return 0;
}
