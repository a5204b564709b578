// SPDX-License-Identifier: Apache-2.0
// Signals keep their siginfo: value, code and sender arrive as they were sent, and
// queued realtime signals arrive each, in their order.
#include "expect.h"

#include <signal.h>

static int sum, seen;

static void on_signal(int number, siginfo_t *info, void *context)
{
	(void)context;
	require(info->si_code == SI_QUEUE && info->si_pid == getpid());
	require(number == SIGUSR1 || number == SIGRTMIN);
	sum += info->si_value.sival_int;
	seen++;
}

int main(void)
{
	struct sigaction action = {.sa_sigaction = on_signal, .sa_flags = SA_SIGINFO};
	sigset_t set;
	sigemptyset(&set);
	sigaddset(&set, SIGRTMIN);
	require(sigaction(SIGUSR1, &action, NULL) == 0 && sigaction(SIGRTMIN, &action, NULL) == 0);
	require(sigqueue(getpid(), SIGUSR1, (union sigval){.sival_int = 42}) == 0);
	require(sigprocmask(SIG_BLOCK, &set, NULL) == 0);
	for (int i = 1; i <= 3; i++)
		require(sigqueue(getpid(), SIGRTMIN, (union sigval){.sival_int = i * 100}) == 0);
	require(sigprocmask(SIG_UNBLOCK, &set, NULL) == 0);
	require(seen == 4 && sum == 642);
	EXPECT("--- SIGUSR1 {si_signo=SIGUSR1, si_code=SI_QUEUE, si_pid=%d, si_uid=%d, si_int=42, "
	       "si_ptr=0x2a} ---",
	       getpid(), (int)getuid());
	EXPECT("rt_sigprocmask(SIG_BLOCK, [RT_2], NULL, 8) = 0");
	for (int i = 1; i <= 3; i++)
		ANYWHERE("--- SIGRT_2 \\{si_signo=SIGRT_2, si_code=SI_QUEUE, si_pid=%d, si_uid=%d, "
			 "si_int=%d, si_ptr=0x[0-9a-f]*%x\\} ---",
			 getpid(), (int)getuid(), i * 100, i * 100);
	COUNT("3 --- SIGRT_2 .*");
	expect_flush();
	return 0;
}
