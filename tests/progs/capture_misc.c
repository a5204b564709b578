// SPDX-License-Identifier: Apache-2.0
// What the kernel writes for ioctl and fcntl, of memory, and of security modules.
#include "capture.h"

#include <fcntl.h>
#include <linux/fiemap.h>
#include <linux/fs.h>
#include <linux/random.h>
#include <net/if.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/vfs.h>

enum {
	NUMBER_CACHESTAT = 451,
	NUMBER_LSM_GET_SELF_ATTR = 459,
	NUMBER_LSM_LIST_MODULES = 461,
	TERMIOS_SIZE = 36, /* the kernel's */
};

static int file, terminal;

static void prepare(void)
{
	char path[4096];

	snprintf(path, sizeof(path), "%s/capture_misc", scratch());
	file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	require(file >= 0 && ftruncate(file, 100000) == 0);
	terminal = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC);
}

static void test_terminal(void)
{
	if (terminal < 0) {
		probe_skip("ioctl:TCGETS", errno);
		return;
	}
	PROBE_OUT("ioctl:TCGETS", 64, SYS_ioctl, terminal, TCGETS, buf);
	PROBE_OUT("ioctl:TCGETS2", 64, SYS_ioctl, terminal, 0x802c542a, buf);
	PROBE_OUT("ioctl:TCGETA", 64, SYS_ioctl, terminal, TCGETA, buf);
	PROBE_OUT("ioctl:TIOCGWINSZ", 64, SYS_ioctl, terminal, TIOCGWINSZ, buf);
	PROBE_OUT("ioctl:TIOCGPTN", 64, SYS_ioctl, terminal, TIOCGPTN, buf);
	PROBE_OUT("ioctl:TIOCGPTLCK", 64, SYS_ioctl, terminal, TIOCGPTLCK, buf);
	PROBE_OUT("ioctl:TIOCOUTQ", 64, SYS_ioctl, terminal, TIOCOUTQ, buf);
	PROBE_OUT("ioctl:TIOCGETD", 64, SYS_ioctl, terminal, TIOCGETD, buf);
	PROBE_OUT("ioctl:TIOCGEXCL", 64, SYS_ioctl, terminal, TIOCGEXCL, buf);
	for (probe("ioctl:TCGETS, ENOTTY"); pass();)
		call_fails(ENOTTY, SYS_ioctl, file, TCGETS, out(64));
	uint8_t settings[TERMIOS_SIZE];
	require(syscall(SYS_ioctl, terminal, TCGETS, settings) == 0);
	for (probe("ioctl:TCSETS"); pass();)
		require(call(SYS_ioctl, terminal, TCSETS, in(settings, sizeof(settings))) == 0);
}

static void test_interfaces(void)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	const struct ifreq loopback = {.ifr_name = "lo"}, first = {.ifr_ifindex = 1};

	for (probe("ioctl:SIOCGIFFLAGS"); pass();)
		call(SYS_ioctl, fd, SIOCGIFFLAGS, inout(&loopback, sizeof(loopback)));
	for (probe("ioctl:SIOCGIFINDEX"); pass();)
		call(SYS_ioctl, fd, SIOCGIFINDEX, inout(&loopback, sizeof(loopback)));
	for (probe("ioctl:SIOCGIFADDR"); pass();)
		call(SYS_ioctl, fd, SIOCGIFADDR, inout(&loopback, sizeof(loopback)));
	for (probe("ioctl:SIOCGIFNAME"); pass();)
		call(SYS_ioctl, fd, SIOCGIFNAME, inout(&first, sizeof(first)));
	for (probe("ioctl:SIOCGIFCONF"); pass();) {
		uint8_t *list = out(400);
		struct ifconf conf = {.ifc_len = 400, .ifc_buf = (char *)list};
		struct ifconf *asked = inout(&conf, sizeof(conf));
		call(SYS_ioctl, fd, SIOCGIFCONF, asked);
		wrote(list, (size_t)asked->ifc_len);
	}
	for (probe("ioctl:SIOCGIFADDR, ENODEV"); pass();)
		call_fails(ENODEV, SYS_ioctl, fd, SIOCGIFADDR,
			   in(&(struct ifreq){.ifr_name = "none"}, sizeof(loopback)));
}

static void test_ioctls(void)
{
	struct statfs fs;
	int channel[2], random = open("/dev/urandom", O_RDONLY | O_CLOEXEC);

	require(pipe(channel) == 0 && write(channel[1], "12345", 5) == 5);
	PROBE_OUT("ioctl:FIONREAD", 64, SYS_ioctl, channel[0], FIONREAD, buf);
	PROBE_OUT("ioctl:FIGETBSZ", 64, SYS_ioctl, file, FIGETBSZ, buf);
	PROBE_OUT("ioctl:RNDGETENTCNT", 64, SYS_ioctl, random, RNDGETENTCNT, buf);
	/* Encoded as a long, but an int is written. */
	PROBE_OUT("ioctl:FS_IOC_GETFLAGS", 64, SYS_ioctl, file, FS_IOC_GETFLAGS, buf);
	PROBE_OUT("ioctl:FS_IOC_GETVERSION", 64, SYS_ioctl, file, FS_IOC_GETVERSION, buf);
	PROBE_OUT("ioctl:FS_IOC_FSGETXATTR", 64, SYS_ioctl, file, FS_IOC_FSGETXATTR, buf);
	/* Not described: taken by the bits of the request. */
	PROBE_OUT("ioctl:FS_IOC_GETFSUUID", 64, SYS_ioctl, file, 0x80111500, buf);
	for (probe("ioctl:encoded, ENOTTY"); pass();)
		call_fails(ENOTTY, SYS_ioctl, channel[0], 0x80207fff, out(32));
	/* Of those that end it with no NUL the tape has too much. */
	require(fstatfs(file, &fs) == 0);
	if (fs.f_type == 0xef53 || fs.f_type == 0x58465342)
		PROBE_OUT("ioctl:FS_IOC_GETFSLABEL", 256, SYS_ioctl, file, FS_IOC_GETFSLABEL, buf);
	else
		probe_skip("ioctl:FS_IOC_GETFSLABEL", EOPNOTSUPP);
	const struct fiemap map = {.fm_length = UINT64_MAX, .fm_extent_count = 2};
	require(pwrite(file, "x", 1, 50000) == 1 && fsync(file) == 0);
	for (probe("ioctl:FS_IOC_FIEMAP"); pass();) {
		struct fiemap *asked = out_after(&map, sizeof(map),
						 sizeof(map) + 2 * sizeof(struct fiemap_extent));
		if (call(SYS_ioctl, file, FS_IOC_FIEMAP, asked) == 0)
			wrote(asked, sizeof(map) + asked->fm_mapped_extents *
							   sizeof(struct fiemap_extent));
	}
	/* Only counted: there are more extents than there is room for. */
	const struct fiemap count = {.fm_length = UINT64_MAX};
	for (probe("ioctl:FS_IOC_FIEMAP, count"); pass();) {
		struct fiemap *asked = out_after(&count, sizeof(count), 256);
		if (call(SYS_ioctl, file, FS_IOC_FIEMAP, asked) == 0)
			wrote(asked, sizeof(count));
	}
	for (probe("ioctl:FS_IOC_FIEMAP, EINVAL"); pass();) {
		const struct fiemap nothing = {.fm_extent_count = 2};
		call_fails(EINVAL, SYS_ioctl, file, FS_IOC_FIEMAP, in(&nothing, sizeof(nothing)));
	}
}

static void test_fcntl(void)
{
	struct flock lock = {.l_type = F_WRLCK, .l_start = 10, .l_len = 5};
	const struct f_owner_ex owner = {F_OWNER_PID, getpid()};
	int gate[2];

	for (probe("fcntl:F_GETLK"); pass();)
		require(call(SYS_fcntl, file, F_GETLK, inout(&lock, sizeof(lock))) == 0);
	require(pipe(gate) == 0);
	pid_t holder = fork();
	if (holder == 0) {
		require(fcntl(file, F_SETLK, &lock) == 0 && write(gate[1], "", 1) == 1);
		pause();
	}
	require(read(gate[0], &(char){0}, 1) == 1);
	for (probe("fcntl:F_GETLK, taken"); pass();)
		require(call(SYS_fcntl, file, F_GETLK, inout(&lock, sizeof(lock))) == 0);
	for (probe("fcntl:F_OFD_GETLK"); pass();)
		require(call(SYS_fcntl, file, F_OFD_GETLK, inout(&lock, sizeof(lock))) == 0);
	for (probe("fcntl:F_SETLK, EAGAIN"); pass();)
		call_fails(EAGAIN, SYS_fcntl, file, F_SETLK, in(&lock, sizeof(lock)));
	for (probe("fcntl:F_GETLK, EBADF"); pass();)
		call_fails(EBADF, SYS_fcntl, -1, F_GETLK, in(&lock, sizeof(lock)));
	require(kill(holder, SIGKILL) == 0);
	for (probe("fcntl:F_SETOWN_EX"); pass();)
		require(call(SYS_fcntl, gate[0], F_SETOWN_EX, in(&owner, sizeof(owner))) == 0);
	PROBE_OUT("fcntl:F_GETOWN_EX", 64, SYS_fcntl, gate[0], F_GETOWN_EX, buf);
	PROBE_OUT("fcntl:F_GETOWNER_UIDS", 64, SYS_fcntl, gate[0], 17, buf);
	PROBE_OUT("fcntl:F_GET_RW_HINT", 64, SYS_fcntl, file, F_GET_RW_HINT, buf);
	PROBE_OUT("pipe", 64, SYS_pipe, buf);
	for (probe("pipe2"); pass();)
		call(SYS_pipe2, out(8), O_CLOEXEC);
	for (probe("pipe2:EINVAL"); pass();)
		call_fails(EINVAL, SYS_pipe2, out(8), 0x40000000);
	/* There is no room for the second descriptor. */
	struct rlimit files;
	require(getrlimit(RLIMIT_NOFILE, &files) == 0);
	require(setrlimit(RLIMIT_NOFILE, &(struct rlimit){3, files.rlim_max}) == 0);
	for (probe("pipe:EMFILE"); pass();)
		call_fails(EMFILE, SYS_pipe, out(8));
	require(setrlimit(RLIMIT_NOFILE, &files) == 0);
}

static void test_memory(void)
{
	enum { PAGE = 4096, PAGES = 5 };
	uint8_t *map = mmap(NULL, PAGE * PAGES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
			    -1, 0);
	const struct {
		uint64_t from, length;
	} range = {0, 100000};

	require(map != MAP_FAILED);
	map[PAGE] = 1;
	PROBE_OUT("mincore", 64, SYS_mincore, map, PAGE * PAGES, buf);
	PROBE_OUT("mincore:part of a page", 64, SYS_mincore, map, PAGE * 2 + 1, buf);
	for (probe("mincore:EINVAL"); pass();)
		call_fails(EINVAL, SYS_mincore, map + 1, PAGE, out(64));
	for (probe("cachestat"); pass();) {
		void *asked = in(&range, sizeof(range));
		call(NUMBER_CACHESTAT, file, asked, out(40), 0);
	}
	for (probe("get_mempolicy"); pass();)
		call(SYS_get_mempolicy, out(4), out(256), 1024, NULL, 0);
	/* One bit less than it says is meant. */
	for (probe("get_mempolicy:odd"); pass();)
		call(SYS_get_mempolicy, out(4), out(256), 1025, NULL, 0);
	for (probe("get_mempolicy:EINVAL"); pass();)
		call_fails(EINVAL, SYS_get_mempolicy, out(4), out(64), 512, map, 0);
	for (probe("move_pages:asking"); pass();) {
		void *pages[] = {map, map + PAGE, map + 2 * PAGE};
		void *asked = in(pages, sizeof(pages));
		call(SYS_move_pages, 0, 3, asked, NULL, out(12), 0);
	}
}

static void test_security_modules(void)
{
	const uint32_t room = 400, little = 1;

	for (probe("lsm_list_modules"); pass();) {
		void *ids = out(400), *size = inout(&room, sizeof(room));
		call(NUMBER_LSM_LIST_MODULES, ids, size, 0);
	}
	/* It says how much is needed, although it fails. */
	for (probe("lsm_list_modules:E2BIG"); pass();) {
		void *ids = out(400), *size = inout(&little, sizeof(little));
		if (call(NUMBER_LSM_LIST_MODULES, ids, size, 0) == -E2BIG)
			probed.error = E2BIG;
	}
	for (probe("lsm_get_self_attr"); pass();) {
		void *context = out(400), *size = inout(&room, sizeof(room));
		call(NUMBER_LSM_GET_SELF_ATTR, 100, context, size, 0);
	}
}

int main(void)
{
	prepare();
	test_terminal();
	test_interfaces();
	test_ioctls();
	test_fcntl();
	test_memory();
	test_security_modules();
	expect_flush();
	return 0;
}
