// SPDX-License-Identifier: Apache-2.0
// Makes the calls that a file dictates, and none of them reaches the kernel: a filter answers
// each. So any call can be seen to succeed or fail, whatever this machine is able to do, and
// memory that it would fill is what the file says.
//
//     dictated FILE ERRNO      ERRNO: the answer, 0 for success
//
// A line of the file is a call, its number and six arguments, or "@", an address and bytes,
// everything in hexadecimal. The memory is two pages, with nothing behind.
#include "expect.h"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/prctl.h>

enum { MEMORY = 0x10000000, MEMORY_SIZE = 0x2000, LINES_MAX = 1 << 16 };

static void answer_all(unsigned int error)
{
	struct sock_filter rules[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_exit_group, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | error),
	};
	struct sock_fprog program = {sizeof(rules) / sizeof(rules[0]), rules};
	require(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
	require(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0);
}

/* "@10000000 0a0b…": bytes, which stay until others are dictated. */
static void put(char *line)
{
	char *hex;
	unsigned char *at = (unsigned char *)(uintptr_t)strtoul(line + 1, &hex, 16);
	for (hex++; hex[0] && hex[1]; hex += 2) {
		char digits[] = {hex[0], hex[1], 0};
		*at++ = (unsigned char)strtoul(digits, NULL, 16);
	}
}

static void call(char *line)
{
	unsigned long word[7] = {0};
	for (int i = 0; i < 7; i++)
		word[i] = (unsigned long)strtoull(line, &line, 16);
	syscall((long)word[0], word[1], word[2], word[3], word[4], word[5], word[6]);
}

int main(int argc, char **argv)
{
	static char *lines[LINES_MAX];
	size_t count = 0, room = 0;
	require(argc == 3);
	FILE *dictation = fopen(argv[1], "re");
	require(dictation != NULL);
	while (count < LINES_MAX && getline(&lines[count], &room, dictation) > 0) {
		lines[count][strcspn(lines[count], "\n")] = 0;
		count++;
		room = 0;
	}
	fclose(dictation);
	require(mmap((void *)(uintptr_t)MEMORY, MEMORY_SIZE, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1,
		     0) == (void *)(uintptr_t)MEMORY);
	answer_all((unsigned int)strtoul(argv[2], NULL, 0));
	for (size_t i = 0; i < count; i++)
		(lines[i][0] == '@' ? put : call)(lines[i]);
	syscall(SYS_exit_group, 0);
	return 0;
}
