// SPDX-License-Identifier: Apache-2.0
// A 64-bit program makes 32-bit calls by int 0x80: other numbers for the same calls.
#include "expect.h"

#if defined(__x86_64__)
#include <signal.h>
#include <sys/wait.h>

static long call32(int nr, int a, int b, int c)
{
	long ret;
	__asm__ volatile("int $0x80"
			 : "=a"(ret)
			 : "a"(nr), "b"(a), "c"(b), "d"(c)
			 : "memory", "r8", "r9", "r10", "r11");
	return ret;
}

int main(void)
{
	int status;
	pid_t child = fork();
	if (child == 0) {
		signal(SIGSEGV, SIG_DFL);
		_exit((int)call32(20, 0, 0, 0) != getpid()); /* getpid */
	}
	require(waitpid(child, &status, 0) == child);
	if (WIFSIGNALED(status))
		skip("this kernel has no 32-bit calls (CONFIG_IA32_EMULATION)");
	require(status == 0);
	char *low = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
	require(low != MAP_FAILED);
	memcpy(low, "nowhere", 8);
	require(call32(33, (int)(long)low, 0, 0) == -ENOENT); /* access */
	require(call32(500, 1, 2, 3) == -ENOSYS);
	require(call32(64, 0, 0, 0) == getppid()); /* getppid */
	JSON("any(.[]; .type == \"syscall\" and .arch == \"i386\" and .nr == 33 and "
	     ".error == \"ENOENT\")");
	JSON("any(.[]; .type == \"syscall\" and .arch == \"i386\" and .nr == 500 and "
	     ".error == \"ENOSYS\")");
	JSON("any(.[]; .type == \"syscall\" and .arch == \"i386\" and .nr == 64 and .ret == %d)",
	     getppid());
	JSON("any(.[]; .type == \"syscall\" and .arch == \"x86_64\" and .name == \"getppid\")");
	expect_flush();
	return 0;
}
#else
int main(void)
{
	skip("int 0x80 is x86-64's");
}
#endif
