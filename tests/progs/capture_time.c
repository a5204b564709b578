// SPDX-License-Identifier: Apache-2.0
// What the kernel writes of clocks and timers, and of waiting for descriptors.
#include "capture.h"

#include <poll.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <sys/timex.h>
#include <time.h>

enum { SPEC = sizeof(struct timespec), TIMER = sizeof(struct itimerspec) };

static const struct timespec second = {1, 0}, no_time = {0, 2000000000};
static int ready[2], idle[2];

static void ignore(int number)
{
	(void)number;
}

/* From now on a signal each @ms; 0: none any more. The first may come too early to end a call. */
static void interrupt_each(int ms)
{
	const struct timeval time = {0, ms * 1000};
	const struct itimerval timer = {time, time};

	require(setitimer(ITIMER_REAL, &timer, NULL) == 0);
}

static void prepare(void)
{
	const struct sigaction action = {.sa_handler = ignore};

	require(sigaction(SIGALRM, &action, NULL) == 0);
	require(pipe(ready) == 0 && pipe(idle) == 0 && write(ready[1], "x", 1) == 1);
}

static void test_clocks(void)
{
	PROBE_OUT("clock_gettime", SPEC, SYS_clock_gettime, CLOCK_REALTIME, buf);
	for (probe("clock_gettime:EINVAL"); pass();)
		call_fails(EINVAL, SYS_clock_gettime, 99, out(SPEC));
	PROBE_OUT("clock_getres", SPEC, SYS_clock_getres, CLOCK_MONOTONIC, buf);
	for (probe("gettimeofday"); pass();)
		require(call(SYS_gettimeofday, out(16), out(8)) == 0);
	PROBE_OUT("time", 8, SYS_time, buf);
	for (probe("adjtimex"); pass();)
		call(SYS_adjtimex, inout(&(struct timex){0}, sizeof(struct timex)));
	for (probe("clock_adjtime"); pass();)
		call(SYS_clock_adjtime, CLOCK_REALTIME,
		     inout(&(struct timex){0}, sizeof(struct timex)));
}

/* What is left of the time is told when a signal interrupts, and only then. */
static void test_sleeping(void)
{
	for (probe("nanosleep:EINTR"); pass();) {
		void *request = in(&second, SPEC), *left = out(SPEC);
		interrupt_each(20);
		call_fails(EINTR, SYS_nanosleep, request, left);
		wrote(left, SPEC);
		interrupt_each(0);
	}
	for (probe("clock_nanosleep:EINTR"); pass();) {
		void *request = in(&second, SPEC), *left = out(SPEC);
		interrupt_each(20);
		call_fails(EINTR, SYS_clock_nanosleep, CLOCK_MONOTONIC, 0, request, left);
		wrote(left, SPEC);
		interrupt_each(0);
	}
	for (probe("nanosleep"); pass();)
		require(call(SYS_nanosleep, in(&(struct timespec){0, 1}, SPEC), out(SPEC)) == 0);
	for (probe("nanosleep:EINVAL"); pass();)
		call_fails(EINVAL, SYS_nanosleep, in(&no_time, SPEC), out(SPEC));
	for (probe("clock_nanosleep:EINVAL"); pass();)
		call_fails(EINVAL, SYS_clock_nanosleep, CLOCK_MONOTONIC, 0, in(&no_time, SPEC),
			   out(SPEC));
}

static void test_timers(void)
{
	const struct itimerval never = {0};
	const struct itimerspec later = {.it_value.tv_sec = 1000};
	int timer = 0, fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);

	PROBE_OUT("getitimer", 32, SYS_getitimer, ITIMER_REAL, buf);
	for (probe("getitimer:EINVAL"); pass();)
		call_fails(EINVAL, SYS_getitimer, 99, out(32));
	for (probe("setitimer"); pass();)
		require(call(SYS_setitimer, ITIMER_REAL, in(&never, 32), out(32)) == 0);
	for (probe("timer_create"); pass();) {
		int *id = out(4);
		struct sigevent event = {.sigev_notify = SIGEV_NONE};
		require(call(SYS_timer_create, CLOCK_MONOTONIC, in(&event, sizeof(event)), id) ==
			0);
		timer = *id;
	}
	for (probe("timer_create:EINVAL"); pass();)
		call_fails(EINVAL, SYS_timer_create, 99, NULL, out(4));
	for (probe("timer_settime"); pass();)
		require(call(SYS_timer_settime, timer, 0, in(&later, TIMER), out(TIMER)) == 0);
	PROBE_OUT("timer_gettime", TIMER, SYS_timer_gettime, timer, buf);
	for (probe("timerfd_settime"); pass();)
		require(call(SYS_timerfd_settime, fd, 0, in(&later, TIMER), out(TIMER)) == 0);
	PROBE_OUT("timerfd_gettime", TIMER, SYS_timerfd_gettime, fd, buf);
	for (probe("timerfd_gettime:EBADF"); pass();)
		call_fails(EBADF, SYS_timerfd_gettime, -1, out(TIMER));
}

static void test_polling(void)
{
	const struct pollfd fds[] = {{ready[0], POLLIN, 0}, {-1, 0, 0}, {idle[0], POLLIN, 0}};

	for (probe("poll"); pass();)
		require(call(SYS_poll, inout(fds, sizeof(fds)), 3, 1000) == 1);
	for (probe("poll:nothing"); pass();)
		require(call(SYS_poll, inout(&fds[2], sizeof(fds[2])), 1, 0) == 0);
	for (probe("poll:EINTR"); pass();) {
		void *asked = in(&fds[2], sizeof(fds[2]));
		interrupt_each(20);
		call_fails(EINTR, SYS_poll, asked, 1, 1000);
		interrupt_each(0);
	}
	for (probe("ppoll"); pass();) {
		void *asked = inout(fds, sizeof(fds)), *wait = inout(&second, SPEC);
		require(call(SYS_ppoll, asked, 3, wait, in(&(uint64_t){0}, 8), 8) == 1);
	}
	/* The descriptors stay as they are, the time that is left is told. */
	for (probe("ppoll:EINTR"); pass();) {
		void *asked = in(&fds[2], sizeof(fds[2])), *wait = inout(&second, SPEC);
		interrupt_each(20);
		call_fails(EINTR, SYS_ppoll, asked, 1, wait, NULL, 8);
		interrupt_each(0);
	}
}

static void test_select(void)
{
	fd_set wanted, other;
	int count = 70;

	FD_ZERO(&wanted);
	FD_ZERO(&other);
	FD_SET(ready[0], &wanted);
	FD_SET(ready[1], &other);
	/* Whole longs as far as the greatest descriptor. */
	for (probe("select"); pass();) {
		void *reading = inout(&wanted, 8), *writing = inout(&other, 8);
		require(call(SYS_select, ready[1] + 1, reading, writing, NULL,
			     inout(&(struct timeval){1, 0}, 16)) == 2);
	}
	require(dup2(ready[0], count - 1) == count - 1);
	FD_SET(count - 1, &wanted);
	for (probe("pselect6"); pass();) {
		void *reading = inout(&wanted, 16), *failing = inout(&other, 16);
		uint64_t none = 0;
		struct {
			void *mask;
			size_t size;
		} mask = {in(&none, 8), 8};
		require(call(SYS_pselect6, count, reading, NULL, failing, inout(&second, SPEC),
			     in(&mask, sizeof(mask))) == 2);
	}
	for (probe("select:EBADF"); pass();) {
		FD_SET(count, &other);
		call_fails(EBADF, SYS_select, count + 1, NULL, NULL, in(&other, 16), NULL);
	}
	FD_ZERO(&other);
	FD_SET(idle[0], &other);
	for (probe("pselect6:EINTR"); pass();) {
		void *asked = in(&other, 8), *wait = inout(&second, SPEC);
		interrupt_each(20);
		call_fails(EINTR, SYS_pselect6, idle[0] + 1, asked, NULL, NULL, wait, NULL);
		interrupt_each(0);
	}
}

static void test_epoll(void)
{
	enum { EVENT = sizeof(struct epoll_event) };
	struct epoll_event event = {.events = EPOLLIN, .data.u64 = 0x1122334455667788};
	int epoll = epoll_create1(EPOLL_CLOEXEC), none = epoll_create1(EPOLL_CLOEXEC);

	require(epoll_ctl(epoll, EPOLL_CTL_ADD, ready[0], &event) == 0);
	event.events = EPOLLOUT;
	require(epoll_ctl(epoll, EPOLL_CTL_ADD, ready[1], &event) == 0);
	PROBE_OUT("epoll_wait", 4 * EVENT, SYS_epoll_wait, epoll, buf, 4, 1000);
	PROBE_OUT("epoll_wait:one", 4 * EVENT, SYS_epoll_wait, epoll, buf, 1, 1000);
	PROBE_OUT("epoll_wait:nothing", 4 * EVENT, SYS_epoll_wait, none, buf, 4, 0);
	PROBE_OUT("epoll_pwait", 4 * EVENT, SYS_epoll_pwait, epoll, buf, 4, 1000, NULL, 8);
	for (probe("epoll_pwait2"); pass();) {
		void *buf = out(4 * EVENT), *wait = in(&second, SPEC);
		call(SYS_epoll_pwait2, epoll, buf, 4, wait, NULL, 8);
	}
	for (probe("epoll_wait:EINTR"); pass();) {
		void *buf = out(4 * EVENT);
		interrupt_each(20);
		call_fails(EINTR, SYS_epoll_wait, none, buf, 4, 1000);
		interrupt_each(0);
	}
	for (probe("epoll_wait:EBADF"); pass();)
		call_fails(EBADF, SYS_epoll_wait, -1, out(4 * EVENT), 4, 0);
}

int main(void)
{
	prepare();
	test_clocks();
	test_sleeping();
	test_timers();
	test_polling();
	test_select();
	test_epoll();
	expect_flush();
	return 0;
}
