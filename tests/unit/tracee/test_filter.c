/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The filter's answers: by an interpreter of the few instructions that it may use (those that the
 * kernel can evaluate ahead, and the look at an argument), and by the kernel itself.
 */
#include "tracee/filter.h"

#include "base/buf.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { NUMBERS = 460, X32 = 0x40000000, STOPS = SECCOMP_RET_TRACE | TRACEE_FILTER_MESSAGE };

static uint32_t load_word(const struct seccomp_data *data, uint32_t at)
{
	uint32_t word;

	assert_true(at % 4 == 0 && at < sizeof(*data));
	memcpy(&word, (const char *)data + at, sizeof(word));
	return word;
}

/* Fails for what it does not know, and for a jump out of the program. */
static uint32_t run(const struct buf *program, const struct seccomp_data *data)
{
	const struct sock_filter *code = (const void *)program->data;
	size_t count = program->size / sizeof(*code), at = 0;
	uint32_t a = 0;

	for (;;) {
		const struct sock_filter *i = &code[at++];

		assert_true(at <= count);
		switch (i->code) {
		case BPF_LD | BPF_W | BPF_ABS:
			a = load_word(data, i->k);
			break;
		case BPF_ALU | BPF_AND | BPF_K:
			a &= i->k;
			break;
		case BPF_JMP | BPF_JA:
			at += i->k;
			break;
		case BPF_JMP | BPF_JEQ | BPF_K:
			at += a == i->k ? i->jt : i->jf;
			break;
		case BPF_JMP | BPF_JGE | BPF_K:
			at += a >= i->k ? i->jt : i->jf;
			break;
		case BPF_RET | BPF_K:
			return i->k;
		default:
			fail_msg("instruction %x", i->code);
		}
	}
}

static uint32_t ask(const struct buf *program, uint32_t arch, uint32_t nr)
{
	return run(program, &(struct seccomp_data){.nr = (int)nr, .arch = arch});
}

static uint32_t meant(const struct tracee_rule *rule)
{
	return rule->verdict == TRACEE_PASS ? SECCOMP_RET_ALLOW : (uint32_t)STOPS;
}

/* Rules that are worst for a search, and that no two architectures share. */
static void test_every_number(void **state)
{
	static struct tracee_rule wide[NUMBERS], narrow[NUMBERS / 2];
	const struct tracee_rules rules[] = {{AUDIT_ARCH_X86_64, wide, NUMBERS},
					     {AUDIT_ARCH_I386, narrow, NUMBERS / 2}};
	struct buf program = {0};

	(void)state;
	for (size_t i = 0; i < NUMBERS; i++) {
		wide[i].verdict = i % 2 ? TRACEE_STOP : TRACEE_PASS;
		narrow[i / 2].verdict = i / 2 % 3 ? TRACEE_PASS : TRACEE_STOP;
	}
	assert_int_equal(tracee_filter_build(rules, 2, &program), 0);
	for (uint32_t nr = 0; nr < NUMBERS; nr++) {
		assert_int_equal(ask(&program, AUDIT_ARCH_X86_64, nr), meant(&wide[nr]));
		if (nr < NUMBERS / 2)
			assert_int_equal(ask(&program, AUDIT_ARCH_I386, nr), meant(&narrow[nr]));
	}
	buf_done(&program);
}

/* What is not known may be anything. */
static void test_unknown_stops(void **state)
{
	static struct tracee_rule pass[NUMBERS];
	const struct tracee_rules rules = {AUDIT_ARCH_X86_64, pass, NUMBERS};
	struct buf program = {0};

	(void)state;
	assert_int_equal(tracee_filter_build(&rules, 1, &program), 0);
	assert_int_equal(ask(&program, AUDIT_ARCH_X86_64, 1), SECCOMP_RET_ALLOW);
	assert_int_equal(ask(&program, AUDIT_ARCH_X86_64, NUMBERS), STOPS);
	assert_int_equal(ask(&program, AUDIT_ARCH_X86_64, X32 | 1), STOPS);
	assert_int_equal(ask(&program, AUDIT_ARCH_X86_64, UINT32_MAX), STOPS);
	assert_int_equal(ask(&program, AUDIT_ARCH_I386, 1), STOPS);
	assert_int_equal(ask(&program, AUDIT_ARCH_AARCH64, 1), STOPS);
	buf_done(&program);
}

static void test_arguments(void **state)
{
	static const uint32_t commands[] = {0, 2, 1030}, flag[] = {0x1000};
	const struct tracee_rule rule[] = {
		{TRACEE_STOP_IF, 1, 3, UINT32_MAX, commands},
		{TRACEE_PASS, 0, 0, 0, NULL},
		{TRACEE_STOP_IF, 3, 1, 0x1000, flag},
	};
	const struct tracee_rules rules = {AUDIT_ARCH_X86_64, rule, 3};
	const struct {
		int nr;
		uint64_t args[4];
		bool stops;
	} rows[] = {
		{0, {0, 0}, true},
		{0, {0, 1}, false},
		{0, {0, 2}, true},
		{0, {0, 1030}, true},
		{0, {1030, 3}, false},
		{0, {0, UINT64_C(7) << 32 | 2}, true}, /* the upper half does not count */
		{1, {0, 0}, false},
		{2, {0, 0, 0, 0x1100}, true},
		{2, {0x1000, 0, 0, 0x100}, false},
	};
	struct buf program = {0};

	(void)state;
	assert_int_equal(tracee_filter_build(&rules, 1, &program), 0);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct seccomp_data data = {.nr = rows[i].nr, .arch = AUDIT_ARCH_X86_64};

		memcpy(data.args, rows[i].args, sizeof(rows[i].args));
		assert_int_equal(run(&program, &data),
				 rows[i].stops ? (uint32_t)STOPS : SECCOMP_RET_ALLOW);
	}
	buf_done(&program);
}

static void test_too_long(void **state)
{
	static struct tracee_rule rule[4096];
	const struct tracee_rules rules = {AUDIT_ARCH_X86_64, rule, 4096};
	struct buf program = {0};

	(void)state;
	for (size_t i = 0; i < 4096; i++)
		rule[i].verdict = i % 2 ? TRACEE_STOP : TRACEE_PASS;
	assert_int_equal(tracee_filter_build(&rules, 1, &program), -E2BIG);
	buf_done(&program);
}

/* A call that stops fails with ENOSYS where nobody traces; others work. */
static int live(const struct buf *program)
{
	if (tracee_filter_install(program->data, program->size) < 0)
		return 1;
	if (syscall(SYS_getppid) < 0)
		return 2;
	if (syscall(SYS_getpgid, 0) != -1 || errno != ENOSYS)
		return 3;
	if (prctl(PR_GET_DUMPABLE) < 0)
		return 4;
	return prctl(PR_GET_KEEPCAPS) == -1 && errno == ENOSYS ? 0 : 5;
}

static void test_in_the_kernel(void **state)
{
	static const uint32_t option[] = {PR_GET_KEEPCAPS};
	static struct tracee_rule rule[NUMBERS];
	const struct tracee_rules rules = {AUDIT_ARCH_X86_64, rule, NUMBERS};
	struct buf program = {0};
	int status;
	pid_t child;

	(void)state;
	rule[SYS_getpgid].verdict = TRACEE_STOP;
	rule[SYS_prctl] = (struct tracee_rule){TRACEE_STOP_IF, 0, 1, UINT32_MAX, option};
	assert_int_equal(tracee_filter_build(&rules, 1, &program), 0);
	child = fork();
	if (child == 0)
		_exit(live(&program));
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	buf_done(&program);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_number),  cmocka_unit_test(test_unknown_stops),
		cmocka_unit_test(test_arguments),     cmocka_unit_test(test_too_long),
		cmocka_unit_test(test_in_the_kernel),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
