// SPDX-License-Identifier: Apache-2.0
// What two versions of a program may do otherwise with files: see version.h.
#include "version.h"

#include <sys/file.h>
#include <sys/stat.h>

enum { KIB = 1024, BIG = 256 * KIB, NOWHERE = BIG };

static int opened(const char *path, int flags, mode_t mode)
{
	int fd = open(path, flags, mode);

	must(fd >= 0);
	return fd;
}

static int reading(const char *path)
{
	return opened(path, O_RDONLY | O_CLOEXEC, 0);
}

static int making(const char *path)
{
	return opened(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
}

static int append(bool newer)
{
	int how = newer ? O_TRUNC : O_APPEND;
	int fd = opened("log", O_WRONLY | O_CREAT | O_CLOEXEC | how, 0644);

	put(fd, "one more line\n", 14);
	return close(fd);
}

static int mode(bool newer)
{
	return close(opened("made", O_WRONLY | O_CREAT | O_CLOEXEC, newer ? 0666 : 0644));
}

static int sync_each(bool newer)
{
	int fd = making("data");

	for (int i = 0; i < 160; i++) {
		char record[32];

		put(fd, record, (size_t)snprintf(record, sizeof(record), "record %d\n", i));
		must(!newer || fdatasync(fd) == 0);
	}
	return close(fd);
}

static int blocks(bool newer)
{
	static char block[64 * KIB];
	int fd = reading("input");

	while (read(fd, block, newer ? 512 : sizeof(block)) > 0)
		;
	return close(fd);
}

static int positions(bool newer)
{
	static char block[16 * KIB];
	size_t size = newer ? 64 : sizeof(block);
	int fd = reading("input");

	for (size_t at = 0; at < 4 * sizeof(block); at += size)
		must(pread(fd, block, size, (off_t)at) == (ssize_t)size);
	return close(fd);
}

static int seeks(bool newer)
{
	char block[KIB];
	int fd = reading("input");

	for (off_t at = 0; at < 64 * KIB; at += KIB) {
		must(!newer || lseek(fd, at, SEEK_SET) == at);
		must(read(fd, block, sizeof(block)) == sizeof(block));
	}
	return close(fd);
}

static void say_much(int fd, size_t size, size_t wrong)
{
	static char text[BIG];

	for (size_t i = 0; i < size; i++)
		text[i] = i % 64 == 63 ? '\n' : (char)('a' + i / 64 % 26);
	if (wrong < size)
		text[wrong] = '#';
	for (size_t done = 0; done < size; done += 4 * KIB)
		put(fd, text + done, size - done < 4 * KIB ? size - done : 4 * KIB);
}

static int one_byte(bool newer)
{
	say_much(STDOUT_FILENO, 100000, newer ? 70000 : NOWHERE);
	return 0;
}

static int one_byte_file(bool newer)
{
	int fd = making("result");

	say_much(fd, 100000, newer ? 70000 : NOWHERE);
	return close(fd);
}

static int cut_short(bool newer)
{
	int fd = making("result");

	say_much(fd, newer ? 61440 : 102400, NOWHERE);
	return close(fd);
}

static int cloexec(bool newer)
{
	int fd = opened("input", newer ? O_RDONLY : O_RDONLY | O_CLOEXEC, 0);
	char *argv[] = {"/bin/true", NULL};

	must(child_runs(argv, argv + 1) == 0);
	return close(fd);
}

/* What has no name is inherited as well. */
static int pipe_cloexec(bool newer)
{
	char *argv[] = {"/bin/true", NULL};
	int ends[2];

	must(pipe2(ends, newer ? 0 : O_CLOEXEC) == 0);
	must(child_runs(argv, argv + 1) == 0);
	close(ends[0]);
	return close(ends[1]);
}

/* Nothing was said of it when it was opened: by a call of its own. */
static int late_cloexec(bool newer)
{
	int fd = opened("input", O_RDONLY, 0);
	char *argv[] = {"/bin/true", NULL};

	must(newer || fcntl(fd, F_SETFD, FD_CLOEXEC) == 0);
	must(child_runs(argv, argv + 1) == 0);
	return close(fd);
}

static int left_behind(bool newer)
{
	char path[] = "scratchXXXXXX";
	int fd = mkstemp(path);

	must(fd >= 0);
	put(fd, "for a moment\n", 13);
	must(close(fd) == 0);
	return newer ? 0 : unlink(path);
}

/* What makes a file safe against a crash is that its bytes are on the disk before it gets its
 * name. */
static int order(bool newer)
{
	int fd = making("data.new");

	put(fd, "precious\n", 9);
	must(newer || fsync(fd) == 0);
	must(rename("data.new", "data") == 0);
	must(!newer || fsync(fd) == 0);
	return close(fd);
}

static int mask(bool newer)
{
	umask(newer ? 0 : 022);
	return close(opened("made", O_WRONLY | O_CREAT | O_CLOEXEC, 0666));
}

static int too_many(bool newer)
{
	const struct rlimit limit = {newer ? 10 : 64, 64};
	int failed = 0;

	must(setrlimit(RLIMIT_NOFILE, &limit) == 0);
	for (int i = 0; i < 20; i++)
		failed += open("input", O_RDONLY | O_CLOEXEC) < 0;
	return failed != 0;
}

static int looks(bool newer)
{
	struct stat st;

	for (int i = 0; i < (newer ? 300 : 1); i++)
		must(stat("settings", &st) == 0);
	return 0;
}

static int lock(bool newer)
{
	int fd = opened("data", O_RDWR | O_CREAT | O_CLOEXEC, 0644);

	must(flock(fd, newer ? LOCK_SH : LOCK_EX) == 0);
	return close(fd);
}

static int other_file(bool newer)
{
	char block[KIB];
	int fd = reading(newer ? "settings.old" : "settings");

	must(read(fd, block, sizeof(block)) > 0);
	return close(fd);
}

static int no_chmod(bool newer)
{
	int fd = making("key");

	must(newer || fchmod(fd, 0600) == 0);
	put(fd, "secret\n", 7);
	return close(fd);
}

static int other_output(bool newer)
{
	put(newer ? STDERR_FILENO : STDOUT_FILENO, "all is well\n", 12);
	return 0;
}

static int leak(bool newer)
{
	for (int i = 0; i < 50; i++) {
		int fd = reading("settings");

		must(newer || close(fd) == 0);
	}
	return 0;
}

static int exclusive(bool newer)
{
	int fd = open("log", O_WRONLY | O_CREAT | O_CLOEXEC | (newer ? O_EXCL : 0), 0644);

	if (fd < 0)
		return 1;
	put(fd, "one more line\n", 14);
	return close(fd);
}

int main(int argc, char **argv)
{
	static const struct behaviour table[] = {
		{"append", append},
		{"mode", mode},
		{"sync_each", sync_each},
		{"blocks", blocks},
		{"positions", positions},
		{"seeks", seeks},
		{"one_byte", one_byte},
		{"one_byte_file", one_byte_file},
		{"cut_short", cut_short},
		{"cloexec", cloexec},
		{"pipe_cloexec", pipe_cloexec},
		{"late_cloexec", late_cloexec},
		{"left_behind", left_behind},
		{"order", order},
		{"mask", mask},
		{"too_many", too_many},
		{"looks", looks},
		{"lock", lock},
		{"other_file", other_file},
		{"no_chmod", no_chmod},
		{"other_output", other_output},
		{"leak", leak},
		{"exclusive", exclusive},
	};
	return version_main(argc, argv, table, VERSION_COUNT(table));
}
