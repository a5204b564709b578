// SPDX-License-Identifier: Apache-2.0
// Files and directories: the calls that most programs are made of.
#include "expect.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

int main(void)
{
	char text[64], *where = tail_alloc(4096, 0);
	struct stat info;
	require(chdir(scratch()) == 0);
	require(mkdir("dir", 0751) == 0);
	EXPECT("mkdir(\"dir\", 0751) = 0");
	int dir = open("dir", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	EXPECT("openat(AT_FDCWD, \"dir\", O_RDONLY|O_CLOEXEC|O_DIRECTORY) = %d", dir);
	int fd = openat(dir, "file", O_RDWR | O_CREAT | O_EXCL | O_APPEND, 0640);
	EXPECT("openat(%d, \"file\", O_RDWR|O_CREAT|O_EXCL|O_APPEND, 0640) = %d", dir, fd);
	require(write(fd, "line one\nline two\0with NUL\n", 27) == 27);
	EXPECT("write(%d, \"line one\\nline two\\0with NUL\\n\", 27) = 27", fd);
	require(pread(fd, text, 8, 5) == 8);
	EXPECT("pread64(%d, \"one\\nline\", 8, 5) = 8", fd);
	require(lseek(fd, -4, SEEK_END) == 23);
	EXPECT("lseek(%d, -4, SEEK_END) = 23", fd);
	require(ftruncate(fd, 5) == 0);
	EXPECT("ftruncate(%d, 5) = 0", fd);
	require(fstat(fd, &info) == 0);
	EXPECT("newfstatat(%d, \"\", {st_mode=S_IFREG|0640, st_size=5, ...}, AT_EMPTY_PATH) = 0",
	       fd);
	require(symlinkat("nowhere/at/all", dir, "link") == 0);
	EXPECT("symlinkat(\"nowhere/at/all\", %d, \"link\") = 0", dir);
	require(readlinkat(dir, "link", where, 7) == 7);
	EXPECT("readlinkat(%d, \"link\", \"nowhere\", 7) = 7", dir);
	require(lstat("dir/link", &info) == 0);
	EXPECT("newfstatat(AT_FDCWD, \"dir/link\", {st_mode=S_IFLNK|0777, st_size=14, ...}, "
	       "AT_SYMLINK_NOFOLLOW) = 0");
	require(linkat(dir, "file", dir, "second", 0) == 0);
	EXPECT("linkat(%d, \"file\", %d, \"second\", 0) = 0", dir, dir);
	require(fchmod(fd, 04600) == 0);
	EXPECT("fchmod(%d, 04600) = 0", fd);
	require(syscall(SYS_renameat2, dir, "second", dir, "file", 1L) == -1);
	EXPECT("renameat2(%d, \"second\", %d, \"file\", RENAME_NOREPLACE) = -1 EEXIST (File "
	       "exists)",
	       dir, dir);
	require(syscall(SYS_getdents64, dir, where, 4096L) > 0);
	MATCH("getdents64\\(%d, 0x[0-9a-f]+ /\\* 5 entries \\*/, 4096\\) = \\d+", dir);
	require(unlinkat(dir, "file", 0) == 0 && unlinkat(dir, "second", 0) == 0 &&
		unlinkat(dir, "link", 0) == 0);
	EXPECT("unlinkat(%d, \"second\", 0) = 0", dir);
	require(rmdir("dir/../dir") == 0);
	EXPECT("rmdir(\"dir/../dir\") = 0");
	require(open("dir/file", O_WRONLY | O_CREAT, 0600) == -1);
	EXPECT("openat(AT_FDCWD, \"dir/file\", O_WRONLY|O_CREAT, 0600) = -1 ENOENT (No such file "
	       "or directory)");
	require(access("/etc/passwd", R_OK | W_OK) == 0 || errno != EFAULT);
	MATCH("access\\(\"/etc/passwd\", R_OK\\|W_OK\\) = .*");
	require(close(999) == -1);
	EXPECT("close(999) = -1 EBADF (Bad file descriptor)");
	mode_t old = umask(027);
	EXPECT("umask(027) = %#o", (unsigned int)old);
	struct statx more;
	require(statx(AT_FDCWD, "/dev/null", 0, STATX_BASIC_STATS, &more) == 0);
	MATCH("statx\\(AT_FDCWD, \"/dev/null\", AT_STATX_SYNC_AS_STAT, STATX_BASIC_STATS, "
	      "\\{stx_mask=STATX_BASIC_STATS(\\|.*)?, stx_attributes=.*, stx_mode=S_IFCHR\\|0666, "
	      "stx_size=0, \\.\\.\\.\\}\\) = 0");
	expect_flush();
	return 0;
}
