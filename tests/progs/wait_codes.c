// SPDX-License-Identifier: Apache-2.0
// A parent learns of its children what it would learn without the recorder: statuses,
// causes of death, times, by every way of asking.
#include "expect.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

int main(void)
{
	int status;
	struct rusage used;
	siginfo_t info = {0};
	pid_t child = fork();
	if (child == 0)
		_exit(42);
	require(waitid(P_PID, (id_t)child, &info, WEXITED | WNOWAIT) == 0);
	require(info.si_pid == child && info.si_status == 42 && info.si_code == CLD_EXITED);
	require(wait4(child, &status, 0, &used) == child && WEXITSTATUS(status) == 42);
	MATCH("waitid\\(P_PID, %d, \\{si_signo=SIGCHLD, si_code=CLD_EXITED, si_pid=%d, si_uid=%d, "
	      "si_status=42, si_utime=\\d+, si_stime=\\d+\\}, WEXITED\\|WNOWAIT, NULL\\) = 0",
	      child, child, (int)getuid());
	MATCH("wait4\\(%d, \\[\\{WIFEXITED\\(s\\) && WEXITSTATUS\\(s\\) == 42\\}\\], 0, "
	      "\\{ru_utime=\\{tv_sec=0, tv_usec=\\d+\\}, ru_stime=\\{tv_sec=0, tv_usec=\\d+\\}, "
	      "\\.\\.\\.\\}\\) = %d",
	      child, child);
	ANYWHERE("--- SIGCHLD \\{si_signo=SIGCHLD, si_code=CLD_EXITED, si_pid=%d, si_uid=%d, "
		 "si_status=42, si_utime=\\d+, si_stime=\\d+\\} ---",
		 child, (int)getuid());
	child = fork();
	if (child == 0)
		raise(SIGUSR1);
	require(waitpid(-1, &status, 0) == child && WTERMSIG(status) == SIGUSR1);
	EXPECT("wait4(-1, [{WIFSIGNALED(s) && WTERMSIG(s) == SIGUSR1}], 0, NULL) = %d", child);
	ANYWHERE("--- SIGCHLD \\{si_signo=SIGCHLD, si_code=CLD_KILLED, si_pid=%d, si_uid=%d, "
		 "si_status=SIGUSR1, si_utime=\\d+, si_stime=\\d+\\} ---",
		 child, (int)getuid());
	child = fork();
	if (child == 0)
		for (;;)
			pause();
	require(waitpid(child, &status, WNOHANG) == 0);
	EXPECT("wait4(%d, %p, WNOHANG, NULL) = 0", child, (void *)&status);
	require(kill(child, SIGKILL) == 0 && waitpid(child, NULL, 0) == child);
	EXPECT("wait4(%d, NULL, 0, NULL) = %d", child, child);
	signal(SIGCHLD, SIG_IGN); /* children are then reaped by the kernel */
	child = fork();
	if (child == 0)
		_exit(0);
	require(waitpid(-1, &status, 0) == -1 && errno == ECHILD);
	MATCH("wait4\\(-1, 0x[0-9a-f]+, 0, NULL\\) = -1 ECHILD \\(No child processes\\)");
	EXPECT_AT(child, "+++ exited with 0 +++");
	expect_flush();
	return 0;
}
