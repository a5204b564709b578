// SPDX-License-Identifier: Apache-2.0
// A 64-bit program makes 32-bit calls by int 0x80: other numbers for the same calls.
#include "expect.h"

#if defined(__x86_64__)
#include <signal.h>
#include <sys/wait.h>

/* The upper halves of the registers do not count. */
static long call32(int nr, int a32, int b32, int c32)
{
	long a = 0x1234L << 32 | (unsigned)a32, b = 0x5678L << 32 | (unsigned)b32;
	long c = 0x7abcL << 32 | (unsigned)c32, ret;
	__asm__ volatile("int $0x80"
			 : "=a"(ret)
			 : "a"(nr), "b"(a), "c"(b), "d"(c), "S"(0L), "D"(0L)
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
	/* Its six arguments are in memory. What comes back may be above 2 GiB. */
	memcpy(low + 64, (unsigned[]){0, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0}, 24);
	long mapped = call32(90, (int)(long)low + 64, 0, 0); /* mmap */
	require(mapped > 0);
	EXPECT("access(\"nowhere\", F_OK) = -1 ENOENT (No such file or directory)");
	MATCH("i386:syscall_0x1f4\\(0x1, 0x2, 0x3, 0, 0, \\w+\\) = -1 ENOSYS .*");
	EXPECT("getppid() = %d", getppid());
	EXPECT("mmap(NULL, 4096, PROT_READ, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = %#lx", mapped);
	JSON("any(.[]; .type == \"syscall\" and .arch == \"i386\" and .nr == 33 and "
	     ".name == \"access\" and .error == \"ENOENT\")");
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
