// SPDX-License-Identifier: Apache-2.0
// usage: state_truth LOG SEED STEPS DEPTH
//
// Does at random, but always the same for a seed, what changes a process's descriptors, their
// flags and positions, directories, umask, mappings and signal handlers. Now and then it
// writes into LOG what the kernel says of all these; the call access("/marker/N") stands
// in a recording where that was true. Nothing is allocated on the way. Children are waited for, so
// that nobody else moves a position meanwhile.
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/shm.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

enum { LOG = 200, FDS = 60, MAPS = 24, PAGE = 4096, ROOM = 1 << 20 };

static char out[ROOM], in[1 << 16];
static size_t used;
static uint64_t now;
static unsigned dumps;
static struct {
	char *at;
	size_t pages;
	bool shm;
} maps[MAPS];

static unsigned pick(unsigned below)
{
	now ^= now << 13;
	now ^= now >> 7;
	now ^= now << 17;
	return (unsigned)(now >> 20) % below;
}

// ---- what the kernel says ----

static void say(const char *format, ...)
{
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(out + used, ROOM - used, format, args);
	va_end(args);
	if (n < 0 || (size_t)n >= ROOM - used)
		_exit(9);
	used += (size_t)n;
}

// Each line of a file with a word before it.
static void say_file(const char *path, const char *word)
{
	int fd = open(path, O_RDONLY);
	size_t have = 0;
	ssize_t n;

	while (fd >= 0 && (n = read(fd, in + have, sizeof(in) - 1 - have)) > 0)
		have += (size_t)n;
	close(fd);
	in[have] = 0;
	for (char *line = in, *end; (end = strchr(line, '\n')); line = end + 1)
		say("%s %.*s\n", word, (int)(end - line), line);
}

static void say_link(const char *path, const char *word)
{
	char target[PATH_MAX];
	ssize_t n = readlink(path, target, sizeof(target));

	say("%s %.*s\n", word, (int)(n < 0 ? 0 : n), target);
}

static void say_fds(void)
{
	char path[64], word[32];
	int self = open("/proc/self/fd", O_RDONLY | O_DIRECTORY);
	static char entries[1 << 15];
	static int fds[1024];
	size_t count = 0;
	long n;

	while ((n = syscall(SYS_getdents64, self, entries, sizeof(entries))) > 0) {
		for (long at = 0; at < n;) {
			struct dirent64 *d = (void *)(entries + at);

			if (d->d_name[0] != '.' && atoi(d->d_name) != self)
				fds[count++] = atoi(d->d_name);
			at += d->d_reclen;
		}
	}
	close(self);
	for (size_t i = 0; i < count; i++) {
		snprintf(path, sizeof(path), "/proc/self/fd/%d", fds[i]);
		snprintf(word, sizeof(word), "fd %d", fds[i]);
		say_link(path, word);
		snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fds[i]);
		say_file(path, "info");
	}
}

static void dump(void)
{
	char marker[64];

	used = 0;
	snprintf(marker, sizeof(marker), "/marker/%u", ++dumps);
	say("dump %d %s\n", getpid(), marker);
	say_link("/proc/self/cwd", "cwd");
	say_link("/proc/self/root", "root");
	say_link("/proc/self/exe", "exe");
	say_file("/proc/self/status", "status");
	say_fds();
	say_file("/proc/self/maps", "map");
	access(marker, F_OK);
	say("end\n");
	if (write(LOG, out, used) != (ssize_t)used)
		_exit(8);
}

// ---- steps: whatever they return, what came of it is looked at ----

static const char *name(void)
{
	static const char *const names[] = {"a", "b", "./c", "sub/d", "sub/../e", "g h"};

	return names[pick(6)];
}

static int some(void)
{
	return 3 + (int)pick(FDS);
}

static int flags(void)
{
	static const int more[] = {0,           O_CLOEXEC, O_APPEND, O_TRUNC,
				   O_NONBLOCK,  O_SYNC,    O_DSYNC,  O_NOFOLLOW,
				   O_DIRECTORY, O_PATH,    O_EXCL,   O_NOATIME};

	return (int)pick(3) | more[pick(12)] | more[pick(12)] | (pick(2) ? O_CREAT : 0);
}

static void step_open(void)
{
	int fd;

	switch (pick(9)) {
	case 0:
		open(name(), flags(), 0644);
		break;
	case 1:
		fd = open("sub", O_PATH | O_DIRECTORY);
		openat(fd, name(), O_RDWR | O_CREAT, 0600);
		close(fd);
		break;
	case 2:
		creat(name(), 0644);
		break;
	case 3:
		open(".", O_RDONLY | O_DIRECTORY);
		break;
	case 4:
		memfd_create("memory", pick(2) ? MFD_CLOEXEC : 0);
		break;
	case 5:
		open(".", O_TMPFILE | O_RDWR, 0600);
		break;
	case 6:
		open(pick(2) ? "/dev/null" : "/dev/zero", O_RDWR);
		break;
	case 7:
		open("/proc/self/stat", O_RDONLY);
		break;
	default:
		open("/etc/passwd", O_RDONLY);
		break;
	}
}

static void step_make(void)
{
	int fds[2];
	sigset_t set;

	switch (pick(8)) {
	case 0:
		(void)!pipe2(fds, pick(2) ? O_NONBLOCK | O_CLOEXEC : pick(2) ? O_DIRECT : 0);
		break;
	case 1:
		socketpair(AF_UNIX, SOCK_STREAM | (pick(2) ? SOCK_NONBLOCK : 0), 0, fds);
		break;
	case 2:
		eventfd(1, pick(2) ? EFD_NONBLOCK : 0);
		break;
	case 3:
		epoll_create1(pick(2) ? EPOLL_CLOEXEC : 0);
		break;
	case 4:
		timerfd_create(CLOCK_MONOTONIC, pick(2) ? TFD_NONBLOCK : 0);
		break;
	case 5:
		sigemptyset(&set);
		sigaddset(&set, SIGUSR1);
		sigaddset(&set, 1 + (int)pick(30));
		signalfd(-1, &set, pick(2) ? SFD_NONBLOCK : SFD_CLOEXEC);
		break;
	case 6:
		inotify_init1(pick(2) ? IN_NONBLOCK : IN_CLOEXEC);
		break;
	default:
		socket(AF_INET, SOCK_DGRAM | (pick(2) ? SOCK_CLOEXEC : 0), 0);
		break;
	}
}

static void step_copy(void)
{
	switch (pick(6)) {
	case 0:
		(void)!dup(some());
		break;
	case 1:
		dup2(some(), some());
		break;
	case 2:
		dup3(some(), some(), pick(2) ? O_CLOEXEC : 0);
		break;
	case 3:
		fcntl(some(), F_DUPFD, 40);
		break;
	case 4:
		fcntl(some(), F_DUPFD_CLOEXEC, 50);
		break;
	default:
		fcntl(some(), F_SETFD, pick(2));
		break;
	}
}

static void step_flags(void)
{
	int fd = some(), on = (int)pick(2);

	switch (pick(3)) {
	case 0:
		fcntl(fd, F_SETFL, (pick(2) ? O_APPEND : 0) | (pick(2) ? O_NONBLOCK : 0));
		break;
	case 1:
		ioctl(fd, FIONBIO, &on);
		break;
	default:
		fcntl(fd, F_GETFL);
		break;
	}
}

static void step_close(void)
{
	int fd = some();

	if (pick(3))
		close(fd);
	else
		syscall(SYS_close_range, fd, fd + 3, pick(2) ? CLOSE_RANGE_CLOEXEC : 0);
}

// Only of what is a file: nobody is to wait.
static bool is_file(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
}

static void step_move(void)
{
	static char bytes[300];
	struct iovec two[2] = {{bytes, 10}, {bytes + 50, 20}};
	int fd = some(), other = some();
	off_t at = 3;

	if (!is_file(fd))
		return;
	switch (pick(12)) {
	case 0:
		(void)!read(fd, bytes, pick(200));
		break;
	case 1:
	case 2:
		(void)!write(fd, bytes, pick(300));
		break;
	case 3:
		lseek(fd, pick(100), SEEK_SET);
		break;
	case 4:
		lseek(fd, -(long)pick(20), SEEK_END);
		break;
	case 5:
		(void)!readv(fd, two, 2);
		break;
	case 6:
		(void)!writev(fd, two, 2);
		break;
	case 7:
		(void)!pread(fd, bytes, 5, 1);
		break;
	case 8:
		(void)!preadv2(fd, two, 2, pick(2) ? -1 : 4, 0);
		break;
	case 9:
		if (is_file(other))
			sendfile(other, fd, pick(2) ? &at : NULL, 50);
		break;
	case 10:
		if (is_file(other))
			copy_file_range(fd, pick(2) ? &at : NULL, other, NULL, 40, 0);
		break;
	default:
		(void)!ftruncate(fd, pick(1000));
		break;
	}
}

static void step_directory(void)
{
	static char bytes[256];
	int fd = open("..", O_RDONLY | O_DIRECTORY);

	switch (pick(5)) {
	case 0:
		(void)!chdir("sub");
		break;
	case 1:
		if (pick(2))
			(void)!chdir("..");
		else
			(void)!fchdir(fd);
		break;
	case 2:
		syscall(SYS_getdents64, fd, bytes, sizeof(bytes));
		fcntl(fd, F_DUPFD, 20);
		break;
	case 3:
		umask(pick(0777));
		umask(umask(022) & 077);
		break;
	default:
		(void)!mkdir("sub", 0755);
		break;
	}
	close(fd);
	(void)!mkdir("sub", 0755);
}

static void step_name(void)
{
	if (pick(2))
		unlink(name());
	else
		rename(name(), name());
}

// The next one, or any.
static int some_epoll(void)
{
	char path[64], target[64];
	int fd = some();

	for (int i = 0; i < FDS; i++) {
		ssize_t n;

		fd = fd < FDS ? fd + 1 : 3;
		snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
		n = readlink(path, target, sizeof(target));
		if (n > 0 && memmem(target, (size_t)n, "eventpoll", 9))
			break;
	}
	return fd;
}

static void step_look(void)
{
	struct epoll_event e = {.events = EPOLLIN | (pick(2) ? EPOLLET : 0), .data.u64 = now};
	struct itimerspec when = {{0, pick(1000)}, {1000 + pick(100), 7}};
	sigset_t set;
	int fd = some();

	switch (pick(5)) {
	case 0:
	case 1:
		fd = some_epoll();
		for (int other = 3; other < FDS; other++)
			epoll_ctl(fd, 1 + (int)pick(3), other, &e);
		break;
	case 2:
		timerfd_settime(fd, 0, &when, NULL);
		break;
	case 3:
		sigfillset(&set);
		sigdelset(&set, 1 + (int)pick(30));
		signalfd(fd, &set, 0);
		break;
	default:
		inotify_add_watch(fd, pick(2) ? "/etc" : ".", IN_CREATE | (pick(2) ? IN_OPEN : 0));
		break;
	}
}

static void on_signal(int signal)
{
	(void)signal;
}

static void step_signal(void)
{
	static const int signals[] = {SIGUSR1, SIGUSR2, SIGHUP, SIGTERM, SIGALRM, 40};
	int number = signals[pick(6)];
	struct sigaction a = {.sa_handler = pick(3) ? on_signal : pick(2) ? SIG_IGN : SIG_DFL};

	a.sa_flags = pick(2) ? SA_RESTART : pick(2) ? (int)SA_RESETHAND : 0;
	sigaction(number, &a, NULL);
	if (a.sa_handler == on_signal && pick(2))
		raise(number);
}

// ---- mappings ----

static void put_map(char *at, size_t pages, bool shm)
{
	unsigned i = pick(MAPS);

	if (at == MAP_FAILED)
		return;
	if (maps[i].shm)
		shmdt(maps[i].at);
	else if (maps[i].at)
		munmap(maps[i].at, maps[i].pages * PAGE);
	maps[i].at = at;
	maps[i].pages = pages;
	maps[i].shm = shm;
}

static void step_map(void)
{
	size_t pages = 1 + pick(8);
	int prot = (int)pick(8), fd;

	switch (pick(5)) {
	case 0:
		put_map(mmap(NULL, pages * PAGE - pick(PAGE), prot, MAP_PRIVATE | MAP_ANONYMOUS, -1,
			     0),
			pages, false);
		break;
	case 1:
		put_map(mmap(NULL, pages * PAGE, prot, MAP_SHARED | MAP_ANONYMOUS, -1, 0), pages,
			false);
		break;
	case 2:
		fd = open(name(), O_RDWR | O_CREAT, 0600);
		put_map(mmap(NULL, pages * PAGE, prot, pick(2) ? MAP_SHARED : MAP_PRIVATE, fd,
			     pick(3) * PAGE),
			pages, false);
		close(fd);
		break;
	case 3:
		fd = shmget(IPC_PRIVATE, pages * PAGE - pick(100), IPC_CREAT | 0600);
		put_map(shmat(fd, NULL, pick(2) ? SHM_RDONLY : 0), pages, true);
		shmctl(fd, IPC_RMID, NULL);
		break;
	default:
		fd = memfd_create("mapped", 0);
		put_map(mmap(NULL, pages * PAGE, prot, MAP_SHARED, fd, 0), pages, false);
		close(fd);
		break;
	}
}

static void step_remap(void)
{
	unsigned i = pick(MAPS);
	size_t pages = 1 + pick(12), from;
	char *at;

	if (!maps[i].at || maps[i].shm) {
		brk((char *)sbrk(0) + (int)pick(5) * 3000);
		return;
	}
	from = pick((unsigned)maps[i].pages);
	switch (pick(4)) {
	case 0:
		mprotect(maps[i].at + from * PAGE, (maps[i].pages - from) * PAGE, (int)pick(8));
		break;
	case 1:
		munmap(maps[i].at + from * PAGE, PAGE);
		break;
	case 2:
		at = mremap(maps[i].at, maps[i].pages * PAGE, pages * PAGE, MREMAP_MAYMOVE);
		if (at != MAP_FAILED) {
			maps[i].at = at;
			maps[i].pages = pages;
		}
		break;
	default:
		// Over a part of it.
		mmap(maps[i].at + from * PAGE, PAGE, (int)pick(8),
		     MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
		break;
	}
}

// ---- other processes ----

static void pass_on(void)
{
	int pair[2], fd = some();
	union {
		struct cmsghdr head;
		char bytes[CMSG_SPACE(sizeof(int))];
	} control = {.head = {CMSG_LEN(sizeof(int)), SOL_SOCKET, SCM_RIGHTS}};
	struct iovec vector = {"x", 1};
	struct msghdr m = {.msg_iov = &vector,
			   .msg_iovlen = 1,
			   .msg_control = &control,
			   .msg_controllen = sizeof(control)};

	if (socketpair(AF_UNIX, SOCK_DGRAM, 0, pair) < 0)
		return;
	memcpy(CMSG_DATA(&control.head), &fd, sizeof(fd));
	if (sendmsg(pair[0], &m, 0) == 1) {
		char c;

		vector.iov_base = &c;
		recvmsg(pair[1], &m, pick(2) ? MSG_CMSG_CLOEXEC : 0);
	}
	close(pair[0]);
	close(pair[1]);
}

static void *in_thread(void *own)
{
	if (own)
		unshare(CLONE_FILES | CLONE_FS);
	close(some());
	open("/dev/zero", O_RDONLY);
	(void)!chdir("sub");
	umask(027);
	return NULL;
}

static void run_thread(void)
{
	pthread_t t;

	if (pthread_create(&t, NULL, in_thread, pick(2) ? &t : NULL) == 0)
		pthread_join(t, NULL);
}

static void walk(unsigned steps, int depth);

static void run_child(const char *program, unsigned steps, int depth)
{
	char log[16], seed[32], count[16], deep[16];
	pid_t pid = fork();

	if (pid > 0) {
		waitpid(pid, NULL, 0);
		return;
	}
	dumps = 0;
	now += 77777;
	if (pick(2)) {
		snprintf(log, sizeof(log), "%d", LOG);
		snprintf(seed, sizeof(seed), "%llu", (unsigned long long)now);
		snprintf(count, sizeof(count), "%u", steps);
		snprintf(deep, sizeof(deep), "%d", depth + 1);
		execl(program, program, log, seed, count, deep, (char *)NULL);
	}
	walk(steps, depth + 1);
	_exit(0);
}

static char program[PATH_MAX];

static void walk(unsigned steps, int depth)
{
	static void (*const all[])(void) = {
		step_open,  step_open,   step_make, step_make,      step_copy,  step_flags,
		step_move,  step_move,   step_move, step_directory, step_name,  step_look,
		step_look,  step_signal, step_map,  step_map,       step_remap, step_remap,
		step_close, pass_on,     run_thread};

	for (unsigned i = 1; i <= steps; i++) {
		if (depth < 2 && !pick(25))
			run_child(program, steps / 3, depth);
		else
			all[pick(sizeof(all) / sizeof(all[0]))]();
		if (i % 8 == 0)
			dump();
	}
}

int main(int argc, char **argv)
{
	int log;

	if (argc != 5)
		return 1;
	log = atoi(argv[1]);
	if (!log) {
		log = open(argv[1], O_WRONLY | O_CREAT | O_APPEND, 0600);
		dup2(log, LOG);
		close(log);
	}
	now = strtoull(argv[2], NULL, 10) * 2654435761u + 88172645463325252u;
	if (!realpath("/proc/self/exe", program))
		return 2;
	(void)!mkdir("sub", 0755);
	walk((unsigned)atoi(argv[3]), atoi(argv[4]));
	return 0;
}
