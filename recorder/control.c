/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All signals are blocked in every thread; this one accepts them by sigwaitinfo(2),
 * so there is no handler and nothing that must be async-signal-safe. One real-time
 * signal has a handler that does nothing: it interrupts the tracer's wait. As it may
 * arrive just before the wait begins, it is repeated until acknowledged.
 */
#include "control.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/err.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum {
	REPEAT_MS = 20,
	STOP_WINDOW_NS = 1000000000,
	GROUP_WINDOW_NS = 50000000, /* signals of one kill(2) to a group come this close */
	AGAIN_NS = 200000000,       /* what comes later is a request of its own */
};

struct rec_control {
	pthread_t thread, tracer;
	pid_t command;
	uint64_t deadline; /* 0: none */
	sigset_t signals;
	struct sigaction old_wake, old_child, old_pipe, old_size;
	bool started;
	long long asked; /* when INT, TERM … was received last; 0: never; the thread's own */
	atomic_llong told[_NSIG]; /* when the command got the signal, and from whom */
	atomic_int told_by[_NSIG];
	atomic_bool stop, acknowledged, quit, command_ended, command_stopped;
	atomic_bool dump, timed_out, recorded;
	atomic_int stop_signal;
	atomic_llong stop_signal_time; /* when a TSTP, TTIN or TTOU came; 0: none */
};

static int wake_signal(void)
{
	return SIGRTMIN;
}

static long long monotonic(void)
{
	return (long long)clock_now();
}

void rec_control_signals(bool dumps, sigset_t *ret)
{
	static const int signals[] = {SIGINT, SIGQUIT, SIGTERM, SIGHUP, SIGTSTP, SIGTTIN, SIGTTOU};

	sigemptyset(ret);
	for (size_t i = 0; i < ARRAY_SIZE(signals); i++)
		sigaddset(ret, signals[i]);
	if (dumps)
		sigaddset(ret, SIGUSR1);
}

/* Stops this process by the signal's default action, so that the shell sees the same
 * as without us. */
static void stop_by(int signal)
{
	sigset_t only, old;

	sigemptyset(&only);
	sigaddset(&only, signal);
	pthread_kill(pthread_self(), signal);
	pthread_sigmask(SIG_UNBLOCK, &only, &old);
	/* Here we are stopped until SIGCONT. */
	pthread_sigmask(SIG_SETMASK, &old, NULL);
}

/* The command is stopped and we were told to stop as well: now the shell may see it. */
static void stop_if_due(struct rec_control *c)
{
	long long told = atomic_load(&c->stop_signal_time);

	if (!told || !atomic_load(&c->command_stopped) || monotonic() - told > STOP_WINDOW_NS)
		return;
	if (atomic_exchange(&c->stop_signal_time, 0))
		stop_by(atomic_load(&c->stop_signal));
}

/* A hang-up goes to the leader of the session alone; when that is us, nobody else
 * tells the command. */
static bool command_got_it(const siginfo_t *info)
{
	if (info->si_signo == SIGHUP && getsid(0) == getpid())
		return false;
	return info->si_code == SI_KERNEL;
}

/* Whether the same sender's signal has reached the command, or does in a moment. */
static bool group_got_it(const struct rec_control *c, const siginfo_t *info)
{
	const struct timespec moment = {.tv_nsec = GROUP_WINDOW_NS};
	long long now = monotonic();

	nanosleep(&moment, NULL);
	return atomic_load(&c->told_by[info->si_signo]) == info->si_pid &&
	       atomic_load(&c->told[info->si_signo]) > now - GROUP_WINDOW_NS;
}

static void end_or_hand_on(struct rec_control *c, const siginfo_t *info)
{
	if (!c->command || atomic_load(&c->command_ended)) {
		atomic_store(&c->stop, true);
		return;
	}
	if (command_got_it(info))
		return;
	if (atomic_load(&c->recorded)) {
		kill(c->command, info->si_signo);
		return;
	}
	if (c->asked && monotonic() - c->asked > AGAIN_NS)
		atomic_store(&c->stop, true);
	else if (!c->asked && !group_got_it(c, info))
		kill(c->command, info->si_signo);
	c->asked = monotonic();
}

static void take(struct rec_control *c, const siginfo_t *info)
{
	switch (info->si_signo) {
	case SIGUSR1:
		if (!atomic_load(&c->recorded))
			atomic_store(&c->dump, true);
		break;
	case SIGTSTP:
	case SIGTTIN:
	case SIGTTOU:
		if (!c->command)
			break;
		atomic_store(&c->stop_signal, info->si_signo);
		atomic_store(&c->stop_signal_time, monotonic());
		stop_if_due(c);
		break;
	default:
		end_or_hand_on(c, info);
	}
}

/* Whether the tracer has something to do that it has not seen yet. */
static bool is_wanted(const struct rec_control *c)
{
	bool end = atomic_load(&c->stop) || atomic_load(&c->timed_out);

	return (end && !atomic_load(&c->acknowledged)) || atomic_load(&c->dump);
}

/* As sigwaitinfo(2), but not beyond the deadline, nor for long when the tracer is wanted. */
static int await_signal(struct rec_control *c, bool wanted, siginfo_t *ret)
{
	uint64_t now = clock_now(), limit = REPEAT_MS * UINT64_C(1000000);
	struct timespec t;

	if (!wanted && !c->deadline)
		return sigwaitinfo(&c->signals, ret);
	if (!wanted)
		limit = c->deadline > now ? c->deadline - now : 0;
	t = (struct timespec){(time_t)(limit / 1000000000), (long)(limit % 1000000000)};
	return sigtimedwait(&c->signals, ret, &t);
}

static void watch_clock(struct rec_control *c)
{
	if (!c->deadline || clock_now() < c->deadline)
		return;
	c->deadline = 0;
	atomic_store(&c->timed_out, true);
}

static void *serve(void *context)
{
	struct rec_control *c = context;

	while (!atomic_load(&c->quit)) {
		bool wanted = is_wanted(c);
		siginfo_t info;
		int r;

		if (wanted)
			pthread_kill(c->tracer, wake_signal());
		r = await_signal(c, wanted, &info);
		watch_clock(c);
		if (r > 0 && r != wake_signal())
			take(c, &info);
	}
	return NULL;
}

static void ignore(int signal)
{
	(void)signal;
}

int rec_control_start(const struct rec_control_plan *plan, struct rec_control **ret,
		      struct err *err)
{
	const struct sigaction wake = {.sa_handler = ignore};
	const struct sigaction child = {.sa_handler = SIG_DFL}, none = {.sa_handler = SIG_IGN};
	struct rec_control *c = calloc(1, sizeof(*c));
	sigset_t own;
	int r;

	if (!c)
		return err_set(err, ENOMEM, "out of memory");
	c->tracer = pthread_self();
	c->command = plan->command;
	c->deadline = plan->deadline;
	rec_control_signals(plan->dumps, &c->signals);
	sigaddset(&c->signals, wake_signal());
	sigaction(wake_signal(), &wake, &c->old_wake);
	/* Ignored SIGCHLD would make the kernel reap our command without telling. */
	sigaction(SIGCHLD, &child, &c->old_child);
	/* A closed pipe and a file size limit are write errors, to be reported. */
	sigaction(SIGPIPE, &none, &c->old_pipe);
	sigaction(SIGXFSZ, &none, &c->old_size);
	/* The thread accepts the wake signal as well: that is how it is told to quit. */
	sigemptyset(&own);
	sigaddset(&own, wake_signal());
	pthread_sigmask(SIG_BLOCK, &own, NULL);
	r = pthread_create(&c->thread, NULL, serve, c);
	pthread_sigmask(SIG_UNBLOCK, &own, NULL);
	c->started = r == 0;
	if (r) {
		rec_control_free(c);
		return err_errno(err, r, "cannot start a thread");
	}
	*ret = c;
	return 0;
}

bool rec_control_stop_asked(const struct rec_control *c)
{
	return atomic_load(&c->stop);
}

bool rec_control_timed_out(const struct rec_control *c)
{
	return atomic_load_explicit(&c->timed_out, memory_order_relaxed);
}

bool rec_control_dump_asked(struct rec_control *c)
{
	return atomic_load_explicit(&c->dump, memory_order_relaxed) &&
	       atomic_exchange(&c->dump, false);
}

void rec_control_only_hand_on(struct rec_control *c)
{
	atomic_store(&c->recorded, true);
}

void rec_control_acknowledge(struct rec_control *c)
{
	atomic_store(&c->acknowledged, true);
}

void rec_control_command_signaled(struct rec_control *c, int signal, pid_t sender)
{
	if (signal <= 0 || signal >= _NSIG)
		return;
	atomic_store(&c->told_by[signal], sender);
	atomic_store(&c->told[signal], monotonic());
}

void rec_control_command_ended(struct rec_control *c)
{
	atomic_store(&c->command_ended, true);
}

void rec_control_command_stopped(struct rec_control *c, bool stopped)
{
	if (atomic_exchange(&c->command_stopped, stopped) == stopped)
		return;
	stop_if_due(c);
}

struct rec_control *rec_control_free(struct rec_control *c)
{
	if (!c)
		return NULL;
	if (c->started) {
		atomic_store(&c->quit, true);
		pthread_kill(c->thread, wake_signal());
		pthread_join(c->thread, NULL);
	}
	sigaction(wake_signal(), &c->old_wake, NULL);
	sigaction(SIGCHLD, &c->old_child, NULL);
	sigaction(SIGPIPE, &c->old_pipe, NULL);
	sigaction(SIGXFSZ, &c->old_size, NULL);
	free(c);
	return NULL;
}
