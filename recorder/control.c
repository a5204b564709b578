/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All signals are blocked in every thread; this one accepts them by sigwaitinfo(2),
 * so there is no handler and nothing that must be async-signal-safe. Only SIGURG has one,
 * which does nothing: it interrupts the tracer's wait. As it may arrive just before the
 * wait begins, it is repeated until acknowledged. It is not a real-time signal, which
 * cannot be sent when the user has as many pending as RLIMIT_SIGPENDING allows; and nobody
 * sends it to us, nor misses it.
 */
#include "control.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/err.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum {
	REPEAT_MS = 20,
	STOP_WINDOW_NS = 1000000000,
	GROUP_WINDOW_NS = 50000000, /* signals of one kill(2) to a group come this close */
	AGAIN_NS = 200000000,       /* what comes later is a request of its own */
};
/* How long a signal may take from the call that sends it until it is accepted here. */
static const long long MEANT_WINDOW_NS = 10000000000;

struct rec_control {
	pthread_t thread, tracer;
	pid_t command;
	uint64_t deadline; /* 0: none */
	sigset_t signals;
	struct sigaction old_wake, old_child, old_pipe, old_size;
	bool started, dumps;
	long long asked; /* when INT, TERM … was received last; 0: never; the thread's own */
	atomic_llong told[_NSIG]; /* when the command got the signal, and from whom */
	atomic_int told_by[_NSIG];
	atomic_llong meant_at[_NSIG]; /* when a tracee sent its parent the signal, and which one */
	atomic_int meant_by[_NSIG];
	atomic_bool stop, acknowledged, quit, command_ended, command_stopped;
	atomic_bool dump, timed_out, recorded;
	atomic_int stop_signal;
	atomic_llong stop_signal_time; /* when a TSTP, TTIN or TTOU came; 0: none */
};

static int wake_signal(void)
{
	return SIGURG;
}

static long long monotonic(void)
{
	return (long long)clock_now();
}

enum kind {
	NOT_TAKEN,
	ENDS,      /* asks the command, or else the recording, to end */
	HANDED_ON, /* the command's business */
	STOPS,
	CONTINUES,
};

static enum kind kind_of(int signal)
{
	static const uint8_t kinds[] = {
		[SIGINT] = ENDS,       [SIGQUIT] = ENDS,        [SIGTERM] = ENDS,
		[SIGHUP] = ENDS,       [SIGUSR1] = HANDED_ON,   [SIGUSR2] = HANDED_ON,
		[SIGALRM] = HANDED_ON, [SIGVTALRM] = HANDED_ON, [SIGPROF] = HANDED_ON,
		[SIGIO] = HANDED_ON,   [SIGPWR] = HANDED_ON,    [SIGSTKFLT] = HANDED_ON,
		[SIGABRT] = HANDED_ON, [SIGWINCH] = HANDED_ON,  [SIGTSTP] = STOPS,
		[SIGTTIN] = STOPS,     [SIGTTOU] = STOPS,       [SIGCONT] = CONTINUES,
	};

	if ((size_t)signal < ARRAY_SIZE(kinds))
		return kinds[signal];
	return signal >= SIGRTMIN && signal <= SIGRTMAX ? HANDED_ON : NOT_TAKEN;
}

void rec_control_signals(sigset_t *ret)
{
	sigemptyset(ret);
	for (int signal = 1; signal < _NSIG; signal++) {
		if (kind_of(signal) != NOT_TAKEN)
			sigaddset(ret, signal);
	}
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

/* What lets the group go on may have come before we have stopped. */
static bool goes_on_already(void)
{
	sigset_t pending;

	return sigpending(&pending) == 0 && sigismember(&pending, SIGCONT) == 1;
}

/* The command is stopped and we were told to stop as well: now the shell may see it. */
static void stop_if_due(struct rec_control *c)
{
	long long told = atomic_load(&c->stop_signal_time);

	if (!told || !atomic_load(&c->command_stopped) || monotonic() - told > STOP_WINDOW_NS)
		return;
	if (atomic_exchange(&c->stop_signal_time, 0) && !goes_on_already())
		stop_by(atomic_load(&c->stop_signal));
}

/* The terminal's signals go to the group. But a hang-up goes to the leader of the session
 * alone; when that is us, nobody else tells the command. */
static bool command_got_it(const siginfo_t *info)
{
	static const uint8_t of_terminal[_NSIG] = {
		[SIGINT] = 1,  [SIGQUIT] = 1, [SIGHUP] = 1,   [SIGTSTP] = 1,
		[SIGTTIN] = 1, [SIGTTOU] = 1, [SIGWINCH] = 1,
	};

	if (info->si_signo == SIGHUP && getsid(0) == getpid())
		return false;
	return info->si_code == SI_KERNEL && of_terminal[info->si_signo];
}

/* Whether the same sender's signal has reached the command, or does in a moment. What comes by
 * sigqueue(3) cannot be for a group. */
static bool group_got_it(const struct rec_control *c, const siginfo_t *info)
{
	const struct timespec moment = {.tv_nsec = GROUP_WINDOW_NS};
	long long now = monotonic();

	if (info->si_code != SI_USER)
		return false;
	nanosleep(&moment, NULL);
	return atomic_load(&c->told_by[info->si_signo]) == info->si_pid &&
	       atomic_load(&c->told[info->si_signo]) > now - GROUP_WINDOW_NS;
}

/* With sender and value, where the kernel lets us say them. */
static void send_on(pid_t to, siginfo_t *info)
{
	if (info->si_code >= 0 || syscall(SYS_rt_sigqueueinfo, to, info->si_signo, info) < 0)
		kill(to, info->si_signo);
}

static void hand_on(const struct rec_control *c, siginfo_t *info)
{
	send_on(c->command, info);
}

/* The command tells its parent something, as who has started up does: by what getppid(2) says that
 * is us. Ours is who started it. */
static bool hand_up(struct rec_control *c, siginfo_t *info)
{
	pid_t parent = getppid();

	if (info->si_code > 0 || atomic_load(&c->meant_by[info->si_signo]) != info->si_pid ||
	    monotonic() - atomic_load(&c->meant_at[info->si_signo]) > MEANT_WINDOW_NS)
		return false;
	atomic_store(&c->meant_by[info->si_signo], 0);
	/* It is gone: nobody is told that it now belongs to init. */
	if (parent > 1)
		send_on(parent, info);
	return true;
}

static bool is_ignored(int signal)
{
	struct sigaction now;

	return sigaction(signal, NULL, &now) == 0 && now.sa_handler == SIG_IGN;
}

static void end_or_hand_on(struct rec_control *c, siginfo_t *info)
{
	if (!c->command || atomic_load(&c->command_ended)) {
		atomic_store(&c->stop, true);
		return;
	}
	if (command_got_it(info))
		return;
	if (atomic_load(&c->recorded)) {
		hand_on(c, info);
		return;
	}
	/* Who ignores a signal, as below nohup(1), does not insist by sending it twice. */
	if (c->asked && monotonic() - c->asked > AGAIN_NS && !is_ignored(info->si_signo))
		atomic_store(&c->stop, true);
	else if (!c->asked && !group_got_it(c, info))
		hand_on(c, info);
	c->asked = monotonic();
}

static void take(struct rec_control *c, siginfo_t *info)
{
	enum kind kind = kind_of(info->si_signo);
	bool alone = !c->command || atomic_load(&c->command_ended);

	if (info->si_signo == SIGUSR1 && c->dumps && !atomic_load(&c->recorded)) {
		atomic_store(&c->dump, true);
		return;
	}
	if (hand_up(c, info))
		return;
	if (kind == ENDS || (kind == HANDED_ON && alone && info->si_signo != SIGWINCH)) {
		end_or_hand_on(c, info);
		return;
	}
	if (alone)
		return;
	if (kind == CONTINUES)
		atomic_store(&c->stop_signal_time, 0);
	if (kind == STOPS) {
		atomic_store(&c->stop_signal, info->si_signo);
		atomic_store(&c->stop_signal_time, monotonic());
	}
	if (!command_got_it(info) && !group_got_it(c, info) &&
	    (kind != CONTINUES || atomic_load(&c->command_stopped)))
		hand_on(c, info);
	if (kind == STOPS)
		stop_if_due(c);
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

/* The command has told its parent something, and has ended: that is not lost. */
static void hand_up_rest(struct rec_control *c)
{
	const struct timespec now = {0};
	sigset_t meant;
	siginfo_t info;

	sigemptyset(&meant);
	for (int signal = 1; signal < _NSIG; signal++) {
		if (atomic_load(&c->meant_by[signal]) && sigismember(&c->signals, signal) == 1)
			sigaddset(&meant, signal);
	}
	while (sigtimedwait(&meant, &info, &now) > 0) {
		if (info.si_signo != wake_signal())
			hand_up(c, &info);
	}
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
	hand_up_rest(c);
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
	c->dumps = plan->dumps;
	rec_control_signals(&c->signals);
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

void rec_control_parent_signaled(struct rec_control *c, int signal, pid_t sender)
{
	if (signal <= 0 || signal >= _NSIG)
		return;
	atomic_store(&c->meant_at[signal], monotonic());
	atomic_store(&c->meant_by[signal], sender);
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
