/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sets of signals, actions, siginfo_t and the lines of signals that were delivered, as
 * strace 6.1 writes them; the fields of siginfo_t are those of sigaction(2).
 */
#include "check.h"

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>

#include <cmocka.h>

enum { NOWHERE = 8, P = 0x10000000, Q = 0x10001000 };

/* ---- sets ---- */

#define MASK(said, ...)                                                                            \
	{                                                                                          \
		"rt_sigprocmask(SIG_BLOCK, " said ", NULL, 8) = 0", "rt_sigprocmask", 0,           \
			{0, P, 0, 8},                                                              \
		{                                                                                  \
			MADE_THING(P, uint64_t, {__VA_ARGS__})                                     \
		}                                                                                  \
	}
#define UP_TO_RT_9                                                                                 \
	"HUP INT QUIT ILL TRAP ABRT BUS FPE KILL USR1 SEGV USR2 PIPE ALRM TERM STKFLT CHLD CONT "  \
	"STOP "                                                                                    \
	"TSTP TTIN TTOU URG XCPU XFSZ VTALRM PROF WINCH IO PWR SYS RTMIN RT_1 RT_2 RT_3 RT_4 "     \
	"RT_5 "                                                                                    \
	"RT_6 RT_7 RT_8 RT_9"
#define FROM_RT_11                                                                                 \
	"RT_11 RT_12 RT_13 RT_14 RT_15 RT_16 RT_17 RT_18 RT_19 RT_20 RT_21 RT_22 RT_23 RT_24 "     \
	"RT_25 "                                                                                   \
	"RT_26 RT_27 RT_28 RT_29 RT_30 RT_31 RT_32"

static const struct made_call sets[] = {
	MASK("[]", 0),
	MASK("[USR1 ALRM RTMIN RT_1 RT_2 RT_32]", 1 << 9 | 1 << 13 | 7ull << 31 | 1ull << 63),
	/* Two thirds and more: what is not in it is told. */
	MASK("~[]", UINT64_MAX),
	MASK("~[USR1 RT_2]", ~(1ull << 9 | 1ull << 33)),
	MASK("[" UP_TO_RT_9 "]", 0x1ffffffffff),
	MASK("~[" FROM_RT_11 "]", 0x3ffffffffff),
	{"rt_sigprocmask(SIG_SETMASK, NULL, [USR1], 8) = 0",
	 "rt_sigprocmask",
	 0,
	 {2, 0, Q, 8},
	 {MADE_RESULT(Q, uint64_t, {1 << 9})}},
	{"rt_sigprocmask(0x4d /* SIG_??? */, ~[], 0x10001000, 8) = -1 EINVAL (Invalid argument)",
	 "rt_sigprocmask",
	 -EINVAL,
	 {77, P, Q, 8},
	 {MADE_THING(P, uint64_t, {UINT64_MAX})}},
	{"rt_sigprocmask(SIG_BLOCK, 0x8, 0x8, 8) = -1 EFAULT (Bad address)",
	 "rt_sigprocmask",
	 -EFAULT,
	 {0, NOWHERE, NOWHERE, 8},
	 {{0}}},
	{"rt_sigprocmask(SIG_BLOCK, 0x10000000, NULL, 0) = -1 EINVAL (Invalid argument)",
	 "rt_sigprocmask",
	 -EINVAL,
	 {0, P, 0, 0},
	 {{0}}},
	{"signalfd4(-1, [], 8, 0) = 3",
	 "signalfd4",
	 3,
	 {UINT64_MAX, P, 8, 0},
	 {MADE_THING(P, uint64_t, {0})}},
};

static void test_sets(void **state)
{
	(void)state;
	CHECK_CALLS(sets);
}

/* The kernel's struct, not the C library's. */
struct action {
	uint64_t handler, flags, restorer, mask;
};

static const struct made_call actions[] = {
	{"rt_sigaction(SIGUSR1, {sa_handler=0x402ff4, sa_mask=[USR1], "
	 "sa_flags=SA_RESTORER|SA_RESTART, sa_restorer=0x1234}, NULL, 8) = 0",
	 "rt_sigaction",
	 0,
	 {SIGUSR1, P, 0, 8},
	 {MADE_THING(P, struct action, {0x402ff4, 0x14000000, 0x1234, 1 << 9})}},
	{"rt_sigaction(SIGUSR1, {sa_handler=SIG_IGN, sa_mask=[USR1], "
	 "sa_flags=SA_NODEFER|0x100000}, {sa_handler=SIG_DFL, sa_mask=[], sa_flags=0}, 8) = 0",
	 "rt_sigaction",
	 0,
	 {SIGUSR1, P, Q, 8},
	 {MADE_THING(P, struct action, {1, 0x40100000, 0x1234, 1 << 9}),
	  MADE_RESULT(Q, struct action, {0})}},
	{"rt_sigaction(SIGUSR1, NULL, {sa_handler=SIG_DFL, sa_mask=[], sa_flags=0}, 8) = 0",
	 "rt_sigaction",
	 0,
	 {SIGUSR1, 0, Q, 8},
	 {MADE_RESULT(Q, struct action, {0})}},
	{"rt_sigaction(0, {sa_handler=SIG_ERR, sa_mask=[], sa_flags=0}, NULL, 8) = -1 EINVAL "
	 "(Invalid argument)",
	 "rt_sigaction",
	 -EINVAL,
	 {0, P, 0, 8},
	 {MADE_THING(P, struct action, {UINT64_MAX})}},
	{"rt_sigaction(SIGRT_8, 0x8, 0x10001000, 8) = -1 EFAULT (Bad address)",
	 "rt_sigaction",
	 -EFAULT,
	 {40, NOWHERE, Q, 8},
	 {{0}}},
};

static void test_actions(void **state)
{
	(void)state;
	CHECK_CALLS(actions);
}

static const struct made_call numbers[] = {
	{"kill(5, 0) = 0", "kill", 0, {5, 0}, {{0}}},
	{"kill(5, SIGRTMIN) = 0", "kill", 0, {5, 32}, {{0}}},
	{"kill(5, SIGRT_32) = 0", "kill", 0, {5, 64}, {{0}}},
	{"kill(5, 65) = -1 EINVAL (Invalid argument)", "kill", -EINVAL, {5, 65}, {{0}}},
	{"kill(5, -1) = -1 EINVAL (Invalid argument)", "kill", -EINVAL, {5, 0xffffffff}, {{0}}},
	{"tgkill(5, 6, SIGABRT) = 0", "tgkill", 0, {5, 6, 6}, {{0}}},
};

static void test_numbers(void **state)
{
	(void)state;
	CHECK_CALLS(numbers);
}

/* ---- siginfo_t ---- */

static const struct made_call infos[] = {
	QUEUES(SIGUSR1, 0, "si_signo=SIGUSR1, si_code=SI_USER, si_pid=3, si_uid=4", 3, 4),
	/* Who used kill(2) gave no value. */
	QUEUES(SIGUSR1, 0, "si_signo=SIGUSR1, si_code=SI_USER, si_pid=3, si_uid=4", 3, 4, 5),
	QUEUES(SIGUSR1, -6, "si_signo=SIGUSR1, si_code=SI_TKILL, si_pid=3, si_uid=4", 3, 4),
	QUEUES(SIGUSR1, -1,
	       "si_signo=SIGUSR1, si_code=SI_QUEUE, si_pid=7, si_uid=8, si_int=6, "
	       "si_ptr=0x500000006",
	       7, 8, 6, 5),
	QUEUES(SIGUSR1, -3,
	       "si_signo=SIGUSR1, si_code=SI_MESGQ, si_pid=3, si_uid=4, si_int=7, si_ptr=0x7", 3, 4,
	       7),
	QUEUES(SIGALRM, -2,
	       "si_signo=SIGALRM, si_code=SI_TIMER, si_timerid=0x3, si_overrun=4, si_int=-5, "
	       "si_ptr=0xfffffffb",
	       3, 4, -5),
	QUEUES(SIGALRM, -2,
	       "si_signo=SIGALRM, si_code=SI_TIMER, si_timerid=0, si_overrun=4, si_int=5, "
	       "si_ptr=0x5",
	       0, 4, 5),
	QUEUES(SIGALRM, 128, "si_signo=SIGALRM, si_code=SI_KERNEL", 0),
	QUEUES(SIGCHLD, 1,
	       "si_signo=SIGCHLD, si_code=CLD_EXITED, si_pid=9, si_uid=1, si_status=3, si_utime=0, "
	       "si_stime=0",
	       9, 1, 3),
	QUEUES(SIGCHLD, 2,
	       "si_signo=SIGCHLD, si_code=CLD_KILLED, si_pid=9, si_uid=0, si_status=SIGTERM, "
	       "si_utime=0, si_stime=0",
	       9, 0, 15),
	QUEUES(SIGCHLD, 5,
	       "si_signo=SIGCHLD, si_code=CLD_STOPPED, si_pid=-9, si_uid=0, si_status=SIGTSTP, "
	       "si_utime=0, si_stime=0",
	       -9, 0, 20),
	QUEUES(SIGSEGV, 1, "si_signo=SIGSEGV, si_code=SEGV_MAPERR, si_addr=0x8", 8),
	QUEUES(SIGSEGV, 2, "si_signo=SIGSEGV, si_code=SEGV_ACCERR, si_addr=NULL", 0),
	QUEUES(SIGSEGV, 128, "si_signo=SIGSEGV, si_code=SI_KERNEL, si_addr=0x8", 8),
	QUEUES(SIGBUS, 2, "si_signo=SIGBUS, si_code=BUS_ADRERR, si_addr=0x8", 8),
	QUEUES(SIGFPE, 1, "si_signo=SIGFPE, si_code=FPE_INTDIV, si_addr=0x8", 8),
	QUEUES(SIGILL, 2, "si_signo=SIGILL, si_code=ILL_ILLOPN, si_addr=0x8", 8),
	QUEUES(SIGILL, 11, "si_signo=SIGILL, si_code=0xb, si_addr=0x8", 8),
	QUEUES(SIGTRAP, 0, "si_signo=SIGTRAP, si_code=SI_USER, si_pid=5, si_uid=0", 5),
	QUEUES(SIGTRAP, 1, "si_signo=SIGTRAP, si_code=TRAP_BRKPT, si_addr=0x8", 8),
	QUEUES(SIGIO, 1, "si_signo=SIGIO, si_code=POLL_IN, si_band=65, si_fd=3", 65, 0, 3),
	QUEUES(SIGSYS, 1,
	       "si_signo=SIGSYS, si_code=SYS_SECCOMP, si_call_addr=0x1234, si_syscall=__NR_getpid, "
	       "si_arch=AUDIT_ARCH_X86_64",
	       0x1234, 0, 39, (int32_t)EVENT_ARCH_X86_64),
	QUEUES(SIGSYS, 1,
	       "si_signo=SIGSYS, si_code=SYS_SECCOMP, si_call_addr=0x1234, si_syscall=999, "
	       "si_arch=AUDIT_ARCH_X86_64",
	       0x1234, 0, 999, (int32_t)EVENT_ARCH_X86_64),
	QUEUES(SIGUSR1, -99, "si_signo=SIGUSR1, si_code=0xffffff9d, si_pid=3, si_uid=4", 3, 4),
	{"rt_sigqueueinfo(5, SIGUSR1, {si_signo=SIGUSR1, si_code=SI_USER, si_errno=EPERM, "
	 "si_pid=3, si_uid=4}) = 0",
	 "rt_sigqueueinfo",
	 0,
	 {5, SIGUSR1, P},
	 {MADE_THING(P, struct made_siginfo, {SIGUSR1, EPERM, 0, 0, {3, 4}})}},
	{"rt_sigqueueinfo(5, SIGUSR1, {si_signo=SIGUSR1, si_code=SI_TKILL, si_errno=9999, "
	 "si_pid=3, si_uid=4}) = 0",
	 "rt_sigqueueinfo",
	 0,
	 {5, SIGUSR1, P},
	 {MADE_THING(P, struct made_siginfo, {SIGUSR1, 9999, -6, 0, {3, 4}})}},
	{"rt_sigqueueinfo(5, SIGUSR1, NULL) = -1 EFAULT (Bad address)",
	 "rt_sigqueueinfo",
	 -EFAULT,
	 {5, SIGUSR1, 0},
	 {{0}}},
	{"rt_sigqueueinfo(5, SIGUSR1, 0x8) = -1 EFAULT (Bad address)",
	 "rt_sigqueueinfo",
	 -EFAULT,
	 {5, SIGUSR1, NOWHERE},
	 {{0}}},
	{"waitid(P_PID, 9, {si_signo=SIGCHLD, si_code=CLD_EXITED, si_pid=9, si_uid=0, si_status=3, "
	 "si_utime=0, si_stime=0}, WEXITED|WNOWAIT, NULL) = 0",
	 "waitid",
	 0,
	 {1, 9, P, 0x1000004, 0},
	 {MADE_RESULT(P, struct made_siginfo, {SIGCHLD, 0, 1, 0, {9, 0, 3}})}},
};

static void test_infos(void **state)
{
	(void)state;
	CHECK_CALLS(infos);
}

/* Times in hundredths of a second, and who ended how. */
static const struct made_call children[] = {
	QUEUES(SIGCHLD, 1,
	       "si_signo=SIGCHLD, si_code=CLD_EXITED, si_pid=7, si_uid=8, si_status=300, "
	       "si_utime=4 /* 0.04 s */, si_stime=100 /* 1.00 s */",
	       7, 8, 300, 0, 4, 0, 100),
	QUEUES(SIGCHLD, 2,
	       "si_signo=SIGCHLD, si_code=CLD_KILLED, si_pid=7, si_uid=8, si_status=300, "
	       "si_utime=0, "
	       "si_stime=0",
	       7, 8, 300),
	QUEUES(SIGCHLD, 4,
	       "si_signo=SIGCHLD, si_code=CLD_TRAPPED, si_pid=7, si_uid=-1, si_status=133, "
	       "si_utime=0, si_stime=0",
	       7, -1, 133),
	QUEUES(SIGCHLD, 7,
	       "si_signo=SIGCHLD, si_code=0x7, si_pid=7, si_uid=8, si_status=SIGKILL, si_utime=0, "
	       "si_stime=0",
	       7, 8, 9),
	QUEUES(SIGCHLD, 128,
	       "si_signo=SIGCHLD, si_code=SI_KERNEL, si_pid=7, si_uid=8, si_status=0, si_utime=0, "
	       "si_stime=0",
	       7, 8),
};

static void test_children(void **state)
{
	(void)state;
	CHECK_CALLS(children);
}

/* A code that means nothing for its signal: what is not zero is told. */
static const struct made_call strange[] = {
	QUEUES(SIGUSR1, 5, "si_signo=SIGUSR1, si_code=0x5", 0),
	QUEUES(SIGUSR1, 5, "si_signo=SIGUSR1, si_code=0x5, si_pid=0, si_uid=1", 0, 1),
	QUEUES(SIGUSR1, 5, "si_signo=SIGUSR1, si_code=0x5, si_int=9, si_ptr=0xa00000009", 0, 0, 9,
	       10),
	QUEUES(SIGURG, 3, "si_signo=SIGURG, si_code=0x3, si_pid=8, si_uid=0, si_int=12, si_ptr=0xc",
	       8, 0, 12),
	QUEUES(SIGIO, 7, "si_signo=SIGIO, si_code=0x7", 8, 0, 12),
	QUEUES(SIGIO, 128, "si_signo=SIGIO, si_code=SI_KERNEL", 8),
	QUEUES(SIGUSR1, -6, "si_signo=SIGUSR1, si_code=SI_TKILL, si_pid=7, si_uid=8", 7, 8, 9),
	QUEUES(SIGUSR1, -60,
	       "si_signo=SIGUSR1, si_code=SI_ASYNCNL, si_pid=7, si_uid=8, si_int=9, si_ptr=0x9", 7,
	       8, 9),
	QUEUES(SIGSYS, 1,
	       "si_signo=SIGSYS, si_code=SYS_SECCOMP, si_call_addr=0x1234, si_syscall=20 /* getpid "
	       "*/, si_arch=AUDIT_ARCH_I386",
	       0x1234, 0, 20, (int32_t)EVENT_ARCH_I386),
	QUEUES(SIGSYS, 1,
	       "si_signo=SIGSYS, si_code=SYS_SECCOMP, si_call_addr=0x1234, si_syscall=4294967295, "
	       "si_arch=0x1234 /* AUDIT_ARCH_??? */",
	       0x1234, 0, -1, 0x1234),
	QUEUES(-5, 0, "si_signo=-5, si_code=SI_USER, si_pid=7, si_uid=8", 7, 8),
};

static void test_strange(void **state)
{
	(void)state;
	CHECK_CALLS(strange);
}

/* ---- delivered ---- */

static void check_signal(uint32_t number, const struct made_siginfo *info, const char *expected)
{
	struct guard g = guard_copy(info, info ? sizeof(*info) : 0);
	struct event e = made_event(EVENT_SIGNAL, 1);

	e.signal = (struct event_signal){number, g.data, g.size};
	check_text(&e, expected);
	guard_done(&g);
}

static void test_delivered(void **state)
{
	(void)state;
	check_signal(SIGSEGV, &(const struct made_siginfo){SIGSEGV, 0, 1, 0, {8}},
		     "--- SIGSEGV {si_signo=SIGSEGV, si_code=SEGV_MAPERR, si_addr=0x8} ---");
	check_signal(SIGCHLD, &(const struct made_siginfo){SIGCHLD, 0, 1, 0, {813, 0, 7}},
		     "--- SIGCHLD {si_signo=SIGCHLD, si_code=CLD_EXITED, si_pid=813, si_uid=0, "
		     "si_status=7, si_utime=0, si_stime=0} ---");
	check_signal(34, &(const struct made_siginfo){34, 0, -6, 0, {1, 2}},
		     "--- SIGRT_2 {si_signo=SIGRT_2, si_code=SI_TKILL, si_pid=1, si_uid=2} ---");
	check_signal(SIGTERM, NULL, "--- SIGTERM ---");
}

static void test_stopped(void **state)
{
	struct event e = made_event(EVENT_STOP, 1);

	(void)state;
	e.signal.number = SIGTSTP;
	check_text(&e, "--- stopped by SIGTSTP ---");
	e.signal.number = SIGSTOP;
	check_text(&e, "--- stopped by SIGSTOP ---");
}

/* The mask that a handler's end gives back lies on the stack. */
static const struct made_call returns[] = {
	{"rt_sigreturn({mask=[]}) = 0",
	 "rt_sigreturn",
	 0,
	 {0},
	 {MADE_THING(0x7ffe0128, uint64_t, {0})}},
	{"rt_sigreturn({mask=[CHLD RT_5]}) = -1 EINTR (Interrupted system call)",
	 "rt_sigreturn",
	 -EINTR,
	 {0},
	 {MADE_THING(0x7ffe0128, uint64_t, {1ul << 36 | 1 << 16})}},
	/* Of a tape that has nothing of the stack. */
	{"rt_sigreturn() = 7", "rt_sigreturn", 7, {0}, {{0}}},
	{"rt_sigreturn({mask=~[HUP]}) = 0",
	 "rt_sigreturn",
	 0,
	 {0},
	 {MADE_THING(0xff800128, uint64_t, {~UINT64_C(1)})},
	 EVENT_ARCH_I386},
	/* In two words, with the state of the FPU between them. */
	{"sigreturn({mask=[CHLD RT_5]}) = 0",
	 "sigreturn",
	 0,
	 {0},
	 {MADE_THING(0xff800050, uint32_t[159], {[0] = 1 << 16, [158] = 1 << 4})},
	 EVENT_ARCH_I386},
	{"sigreturn() = 0", "sigreturn", 0, {0}, {{0}}, EVENT_ARCH_I386},
};

static void test_returns(void **state)
{
	(void)state;
	CHECK_CALLS(returns);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sets),      cmocka_unit_test(test_actions),
		cmocka_unit_test(test_numbers),   cmocka_unit_test(test_infos),
		cmocka_unit_test(test_delivered), cmocka_unit_test(test_stopped),
		cmocka_unit_test(test_children),  cmocka_unit_test(test_strange),
		cmocka_unit_test(test_returns),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
