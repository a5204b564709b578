// SPDX-License-Identifier: Apache-2.0
// What the kernel writes when bytes are read: whole, short, over several pieces, not at all.
#include "capture.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/sendfile.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <sys/uio.h>

enum { FILE_SIZE = 10000 };

static int file;
static int channel[2];

static void prepare(void)
{
	static uint8_t bytes[FILE_SIZE];
	char path[4096];

	for (size_t i = 0; i < FILE_SIZE; i++)
		bytes[i] = (uint8_t)(i * i / 7 + i);
	snprintf(path, sizeof(path), "%s/capture_io", scratch());
	file = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	require(file >= 0 && write(file, bytes, FILE_SIZE) == FILE_SIZE);
	require(pipe2(channel, O_NONBLOCK | O_CLOEXEC) == 0);
}

static void test_read(void)
{
	for (probe("read"); pass();) {
		uint8_t *buf = out(64);
		require(lseek(file, 1000, SEEK_SET) == 1000);
		require(call(SYS_read, file, buf, 64) == 64);
	}
	for (probe("read:short"); pass();) {
		uint8_t *buf = out(64);
		require(write(channel[1], "hello", 5) == 5);
		require(call(SYS_read, channel[0], buf, 64) == 5);
	}
	for (probe("read:end"); pass();) {
		uint8_t *buf = out(64);
		require(lseek(file, 0, SEEK_END) == FILE_SIZE);
		require(call(SYS_read, file, buf, 64) == 0);
	}
	for (probe("read:EAGAIN"); pass();) {
		uint8_t *buf = out(64);
		call_fails(EAGAIN, SYS_read, channel[0], buf, 64);
	}
	for (probe("read:EBADF"); pass();) {
		uint8_t *buf = out(64);
		call_fails(EBADF, SYS_read, -1, buf, 64);
	}
	for (probe("read:large"); pass();) {
		uint8_t *buf = out(FILE_SIZE);
		require(lseek(file, 0, SEEK_SET) == 0);
		require(call(SYS_read, file, buf, FILE_SIZE) == FILE_SIZE);
	}
}

static void test_pread64(void)
{
	uint8_t *tail = tail_alloc(100, 0);

	PROBE_OUT("pread64", 333, SYS_pread64, file, buf, 333, 77);
	PROBE_OUT("pread64:short", 333, SYS_pread64, file, buf, 333, FILE_SIZE - 100);
	for (probe("pread64:up to a hole"); pass();) {
		uint8_t *buf = out_at(tail, 100);
		long got = call(SYS_pread64, file, buf, 5000, 0);
		require(got > 0 && got <= 100);
	}
	for (probe("pread64:EINVAL"); pass();) {
		uint8_t *buf = out(64);
		call_fails(EINVAL, SYS_pread64, file, buf, 64, -1);
	}
}

static struct iovec *three_pieces(uint8_t **pieces)
{
	pieces[0] = out(16);
	pieces[1] = out(40);
	pieces[2] = out(24);
	struct iovec vector[] = {{pieces[0], 16}, {pieces[1], 40}, {pieces[2], 24}};
	return in(vector, sizeof(vector));
}

static void test_vectors(void)
{
	uint8_t *pieces[3];

	for (probe("readv"); pass();) {
		struct iovec *vector = three_pieces(pieces);
		require(lseek(file, 3, SEEK_SET) == 3);
		require(call(SYS_readv, file, vector, 3) == 80);
	}
	for (probe("readv:partial"); pass();) {
		struct iovec *vector = three_pieces(pieces);
		require(write(channel[1], "twenty bytes of text", 20) == 20);
		require(call(SYS_readv, channel[0], vector, 3) == 20);
	}
	for (probe("readv:one piece exactly"); pass();) {
		struct iovec *vector = three_pieces(pieces);
		require(write(channel[1], "sixteen bytes---", 16) == 16);
		require(call(SYS_readv, channel[0], vector, 3) == 16);
	}
	for (probe("readv:EAGAIN"); pass();) {
		struct iovec *vector = three_pieces(pieces);
		call_fails(EAGAIN, SYS_readv, channel[0], vector, 3);
	}
	for (probe("preadv"); pass();) {
		struct iovec *vector = three_pieces(pieces);
		require(call(SYS_preadv, file, vector, 3, FILE_SIZE - 30, 0) == 30);
	}
	for (probe("preadv2"); pass();) {
		struct iovec *vector = three_pieces(pieces);
		require(call(SYS_preadv2, file, vector, 3, FILE_SIZE - 57, 0, 0) == 57);
	}
	for (probe("preadv2:EBADF"); pass();) {
		struct iovec *vector = three_pieces(pieces);
		call_fails(EBADF, SYS_preadv2, -1, vector, 3, 0, 0, 0);
	}
	for (probe("process_vm_readv"); pass();) {
		static uint8_t source[100] = "what is there";
		struct iovec remote[] = {{source, 10}, {source + 50, 20}};
		struct iovec *vector = three_pieces(pieces);
		call(SYS_process_vm_readv, getpid(), vector, 3, in(remote, sizeof(remote)), 2, 0);
	}
}

static void take_in(struct iovec *vector, const char *a, const char *b)
{
	vector[0] = (struct iovec){in(a, strlen(a)), strlen(a)};
	vector[1] = (struct iovec){in(b, strlen(b)), strlen(b)};
}

/* What was not written because the pipe is full belongs to the call all the same. */
static void test_writes(void)
{
	struct iovec vector[2];

	for (probe("writev:partial"); pass();) {
		static char big[5000];
		int full[2];
		memset(big, 'b', sizeof(big) - 1);
		take_in(vector, big, big);
		require(pipe2(full, O_NONBLOCK | O_CLOEXEC) == 0);
		require(fcntl(full[1], F_SETPIPE_SZ, 4096) == 4096);
		long put = call(SYS_writev, full[1], in(vector, sizeof(vector)), 2);
		require(put > 0 && put < 9998);
		close(full[0]);
		close(full[1]);
	}
	for (probe("pwritev"); pass();) {
		take_in(vector, "first", "second one");
		require(call(SYS_pwritev, file, in(vector, sizeof(vector)), 2, 0, 0) == 15);
	}
	for (probe("process_vm_writev"); pass();) {
		static uint8_t target[100];
		struct iovec remote = {target, sizeof(target)};
		take_in(vector, "from", "here");
		call(SYS_process_vm_writev, getpid(), in(vector, sizeof(vector)), 2,
		     in(&remote, sizeof(remote)), 1, 0);
	}
	for (probe("write:EBADF"); pass();)
		call_fails(EBADF, SYS_write, -1, in("text", 4), 4);
}

/* These have offsets that the kernel moves on. */
static void test_offsets(void)
{
	static char rest[4096];
	loff_t from = 100, to = 2 * FILE_SIZE;

	for (probe("sendfile"); pass();) {
		loff_t *offset = inout(&from, sizeof(from));
		require(call(SYS_sendfile, channel[1], file, offset, 300) == 300);
		require(*offset == 400 && read(channel[0], rest, sizeof(rest)) == 300);
	}
	for (probe("splice"); pass();) {
		loff_t *offset = inout(&from, sizeof(from));
		require(call(SYS_splice, file, offset, channel[1], NULL, 200, 0) == 200);
		require(*offset == 300 && read(channel[0], rest, sizeof(rest)) == 200);
	}
	for (probe("splice:out"); pass();) {
		loff_t *offset = inout(&to, sizeof(to));
		require(write(channel[1], "spliced", 7) == 7);
		require(call(SYS_splice, channel[0], NULL, file, offset, 7, 0) == 7);
		require(*offset == to + 7);
	}
	for (probe("copy_file_range"); pass();) {
		loff_t *source = inout(&from, sizeof(from)), *target = inout(&to, sizeof(to));
		require(call(SYS_copy_file_range, file, source, file, target, 50, 0) == 50);
		require(*source == from + 50 && *target == to + 50);
	}
	for (probe("vmsplice:reading"); pass();) {
		uint8_t *buf = out(32);
		struct iovec vector = {buf, 32};
		require(write(channel[1], "into the user's memory", 22) == 22);
		call(SYS_vmsplice, channel[0], in(&vector, sizeof(vector)), 1, 0);
	}
	for (probe("vmsplice:reading, two pieces"); pass();) {
		struct iovec vector[] = {{out(8), 8}, {out(32), 32}};
		require(write(channel[1], "into two pieces", 15) == 15);
		call(SYS_vmsplice, channel[0], in(vector, sizeof(vector)), 2, 0);
	}
	for (probe("vmsplice:reading, EAGAIN"); pass();) {
		struct iovec vector = {out(32), 32};
		call_fails(EAGAIN, SYS_vmsplice, channel[0], in(&vector, sizeof(vector)), 1,
			   SPLICE_F_NONBLOCK);
	}
	for (probe("vmsplice:writing"); pass();) {
		char bytes[64];
		struct iovec vector = {(void *)(uintptr_t)in("from the user", 13), 13};
		long n = call(SYS_vmsplice, channel[1], in(&vector, sizeof(vector)), 1, 0);
		require(n < 0 || read(channel[0], bytes, sizeof(bytes)) == n);
	}
}

static void test_event_files(void)
{
	struct itimerspec soon = {.it_value.tv_nsec = 1};
	sigset_t mask;
	int events = eventfd(0, EFD_CLOEXEC), timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);

	require(events >= 0 && timer >= 0);
	for (probe("read:eventfd"); pass();) {
		uint64_t *count = out(16), more = 7;
		require(write(events, &more, 8) == 8);
		require(call(SYS_read, events, count, 16) == 8 && *count == 7);
	}
	for (probe("read:timerfd"); pass();) {
		uint64_t *count = out(8);
		require(timerfd_settime(timer, 0, &soon, NULL) == 0);
		require(call(SYS_read, timer, count, 8) == 8);
	}
	require(sigemptyset(&mask) == 0 && sigaddset(&mask, SIGUSR1) == 0);
	require(sigprocmask(SIG_BLOCK, &mask, NULL) == 0);
	int signals = signalfd(-1, &mask, SFD_CLOEXEC);
	for (probe("read:signalfd"); pass();) {
		uint8_t *info = out(2 * sizeof(struct signalfd_siginfo));
		require(raise(SIGUSR1) == 0);
		require(call(SYS_read, signals, info, 2 * sizeof(struct signalfd_siginfo)) ==
			sizeof(struct signalfd_siginfo));
	}
	int watch = inotify_init1(IN_CLOEXEC);
	require(inotify_add_watch(watch, scratch(), IN_CREATE | IN_DELETE) >= 0);
	for (probe("read:inotify"); pass();) {
		uint8_t *buf = out(400);
		char path[4096];
		snprintf(path, sizeof(path), "%s/capture_watched", scratch());
		int made = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
		require(made >= 0 && close(made) == 0 && unlink(path) == 0);
		wrote(buf, (size_t)call(SYS_read, watch, buf, 400));
	}
}

int main(void)
{
	prepare();
	test_read();
	test_pread64();
	test_vectors();
	test_writes();
	test_offsets();
	test_event_files();
	PROBE_OUT("getrandom", 50, SYS_getrandom, buf, 50, 0);
	expect_flush();
	return 0;
}
