// SPDX-License-Identifier: Apache-2.0
// A 32-bit program, started by a 64-bit one. It is written here byte by byte, so that no
// 32-bit compiler is needed: an ELF header, one segment, and
//	getpgid(1234567); exit(9);
#include "expect.h"

#include <elf.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>

enum { BASE = 0x08048000, CODE = sizeof(Elf32_Ehdr) + sizeof(Elf32_Phdr) };

static const unsigned char code[] = {
	0xb8, 132,  0,    0,    0, /* mov eax, getpgid */
	0xbb, 0x87, 0xd6, 0x12, 0, /* mov ebx, 1234567 */
	0xcd, 0x80,                /* int 0x80 */
	0xb8, 1,    0,    0,    0, /* mov eax, exit */
	0xbb, 9,    0,    0,    0, /* mov ebx, 9 */
	0xcd, 0x80,
};

static void write_program(const char *path)
{
	Elf32_Ehdr head = {.e_type = ET_EXEC,
			   .e_machine = EM_386,
			   .e_version = EV_CURRENT,
			   .e_entry = BASE + CODE,
			   .e_phoff = sizeof(head),
			   .e_ehsize = sizeof(head),
			   .e_phentsize = sizeof(Elf32_Phdr),
			   .e_phnum = 1};
	Elf32_Phdr segment = {.p_type = PT_LOAD,
			      .p_vaddr = BASE,
			      .p_paddr = BASE,
			      .p_filesz = CODE + sizeof(code),
			      .p_memsz = CODE + sizeof(code),
			      .p_flags = PF_R | PF_X,
			      .p_align = 4096};
	memcpy(head.e_ident, ELFMAG, SELFMAG);
	head.e_ident[EI_CLASS] = ELFCLASS32;
	head.e_ident[EI_DATA] = ELFDATA2LSB;
	head.e_ident[EI_VERSION] = EV_CURRENT;
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0755);
	require(fd >= 0 && write(fd, &head, sizeof(head)) == sizeof(head) &&
		write(fd, &segment, sizeof(segment)) == sizeof(segment) &&
		write(fd, code, sizeof(code)) == sizeof(code));
	close(fd);
}

int main(void)
{
	char path[4096];
	int status;
	snprintf(path, sizeof(path), "%s/i386-program", scratch());
	write_program(path);
	pid_t child = fork();
	if (child == 0) {
		execl(path, "i386-program", NULL);
		_exit(errno == ENOEXEC ? EXPECT_EXIT_SKIP : EXPECT_EXIT_BROKEN);
	}
	require(waitpid(child, &status, 0) == child && WIFEXITED(status));
	unlink(path);
	if (WEXITSTATUS(status) == EXPECT_EXIT_SKIP)
		skip("this kernel does not run 32-bit programs (CONFIG_IA32_EMULATION)");
	require(WEXITSTATUS(status) == 9);
	JSON("any(.[]; .type == \"syscall\" and .pid == %d and .arch == \"i386\" and .nr == 132 "
	     "and "
	     ".args[0].value == \"0x12d687\" and .error == \"ESRCH\")",
	     child);
	JSON("any(.[]; .type == \"syscall\" and .pid == %d and .arch == \"i386\" and .nr == 1)",
	     child);
	EXPECT_AT(child, "getpgid(1234567) = -1 ESRCH (No such process)");
	EXPECT_AT(child, "exit(9) = ?");
	ANYWHERE_AT(child, "\\+\\+\\+ exited with 9 \\+\\+\\+");
	expect_flush();
	return 0;
}
