// SPDX-License-Identifier: Apache-2.0
// Ignored and blocked signals: the kernel drops or keeps them as it does without us.
#include "expect.h"

#include <signal.h>

static volatile sig_atomic_t caught;

static void on_signal(int number)
{
	(void)number;
	caught++;
}

int main(void)
{
	sigset_t set, pending;
	sigemptyset(&set);
	sigaddset(&set, SIGUSR2);
	signal(SIGUSR1, SIG_IGN);
	signal(SIGUSR2, on_signal);
	require(kill(getpid(), SIGUSR1) == 0);
	require(sigprocmask(SIG_BLOCK, &set, NULL) == 0);
	require(kill(getpid(), SIGUSR2) == 0 && caught == 0);
	require(sigpending(&pending) == 0 && sigismember(&pending, SIGUSR2));
	require(!sigismember(&pending, SIGUSR1));
	require(sigprocmask(SIG_UNBLOCK, &set, NULL) == 0 && caught == 1);
	siginfo_t info;
	struct timespec zero = {0, 0};
	require(sigtimedwait(&set, &info, &zero) == -1 && errno == EAGAIN);
	EXPECT("kill(%d, SIGUSR1) = 0", getpid());
	EXPECT("rt_sigprocmask(SIG_BLOCK, [USR2], NULL, 8) = 0");
	EXPECT("kill(%d, SIGUSR2) = 0", getpid());
	EXPECT("rt_sigpending([USR2], 8) = 0");
	EXPECT("rt_sigprocmask(SIG_UNBLOCK, [USR2], NULL, 8) = 0");
	MATCH("--- SIGUSR2 \\{si_signo=SIGUSR2, si_code=SI_USER, .*\\} ---");
	MATCH("rt_sigtimedwait\\(\\[USR2\\], .*, \\{tv_sec=0, tv_nsec=0\\}, 8\\) = -1 EAGAIN "
	      "\\(Resource temporarily unavailable\\)");
	COUNT("1 --- SIGUSR2 .*");
	expect_flush();
	return 0;
}
