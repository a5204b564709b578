// SPDX-License-Identifier: Apache-2.0
// forbids CALL ERRNO COMMAND [ARG]...: runs a command as a container's seccomp profile does,
// with a system call that is answered by an error. CALL may be "ptrace:NUMBER": only that
// request.
#include "expect.h"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>

static unsigned number_of(const char *name)
{
	static const struct {
		const char *name;
		unsigned number;
	} calls[] = {
		{"ptrace", SYS_ptrace},
		{"process_vm_readv", SYS_process_vm_readv},
	};
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		if (strncmp(calls[i].name, name, strcspn(name, ":")) == 0)
			return calls[i].number;
	}
	_exit(EXPECT_EXIT_BROKEN);
}

int main(int argc, char **argv)
{
	require(argc > 3);
	const char *request = strchr(argv[1], ':');
	struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number_of(argv[1]), 0, 3),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[0])),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K,
			 request ? (unsigned)strtoul(request + 1, NULL, 0) : 0, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ((unsigned)atoi(argv[2]) & 0xffff)),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	const struct sock_fprog program = {sizeof(filter) / sizeof(filter[0]), filter};
	// Without a request any first argument will do.
	if (!request)
		filter[3].jf = 0;
	require(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
	require(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0);
	execvp(argv[3], argv + 3);
	return EXPECT_EXIT_BROKEN;
}
