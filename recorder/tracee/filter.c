/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The numbers with the same rule next to each other are one segment; a binary search over the
 * segments' beginnings ends at the rule. Only what the kernel can evaluate ahead (Linux 5.11:
 * loads of number and architecture, comparisons with constants) leads to a call that always
 * passes, so such a call costs a look into a bitmap, not a run of the program.
 */
#include "filter.h"

#include "base/buf.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdbool.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { STOP = SECCOMP_RET_TRACE | TRACEE_FILTER_MESSAGE, DATA_ARGS = 16, DATA_ARG = 8 };

static const struct tracee_rule stop = {.verdict = TRACEE_STOP};

struct segment {
	uint32_t first;
	const struct tracee_rule *rule;
};

static void put(struct buf *b, uint16_t code, uint32_t k, uint8_t yes, uint8_t no)
{
	const struct sock_filter instruction = {code, yes, no, k};

	buf_append(b, &instruction, sizeof(instruction));
}

static void put_load(struct buf *b, size_t offset)
{
	put(b, BPF_LD | BPF_W | BPF_ABS, (uint32_t)offset, 0, 0);
}

static void put_return(struct buf *b, uint32_t action)
{
	put(b, BPF_RET | BPF_K, action, 0, 0);
}

static void put_rule(struct buf *b, const struct tracee_rule *rule)
{
	if (rule->verdict != TRACEE_STOP_IF) {
		put_return(b, rule->verdict == TRACEE_PASS ? SECCOMP_RET_ALLOW : STOP);
		return;
	}
	/* The lower half comes first: little-endian. */
	put_load(b, DATA_ARGS + (size_t)rule->arg * DATA_ARG);
	put(b, BPF_ALU | BPF_AND | BPF_K, rule->mask, 0, 0);
	for (unsigned i = 0; i < rule->count; i++)
		put(b, BPF_JMP | BPF_JEQ | BPF_K, rule->values[i], (uint8_t)(rule->count - i), 0);
	put_return(b, SECCOMP_RET_ALLOW);
	put_return(b, STOP);
}

static size_t rule_size(const struct tracee_rule *rule)
{
	return rule->verdict == TRACEE_STOP_IF ? 4 + (size_t)rule->count : 1;
}

static size_t tree_size(const struct segment *s, size_t count)
{
	size_t half = count / 2;

	return count == 1 ? rule_size(s->rule)
			  : 2 + tree_size(s, half) + tree_size(s + half, count - half);
}

/* A conditional jump reaches 255 instructions, an unconditional one any. */
static void put_tree(struct buf *b, const struct segment *s, size_t count)
{
	size_t half = count / 2;

	if (count == 1) {
		put_rule(b, s->rule);
		return;
	}
	put(b, BPF_JMP | BPF_JGE | BPF_K, s[half].first, 0, 1);
	put(b, BPF_JMP | BPF_JA, (uint32_t)tree_size(s, half), 0, 0);
	put_tree(b, s, half);
	put_tree(b, s + half, count - half);
}

static bool same(const struct tracee_rule *a, const struct tracee_rule *b)
{
	return a == b || (a->verdict == b->verdict && a->verdict != TRACEE_STOP_IF);
}

static void find_segments(const struct tracee_rules *rules, struct buf *ret)
{
	const struct tracee_rule *last = NULL;

	for (size_t nr = 0; nr <= rules->count; nr++) {
		const struct tracee_rule *rule = nr < rules->count ? &rules->rule[nr] : &stop;
		const struct segment segment = {(uint32_t)nr, rule};

		if (last && same(last, rule))
			continue;
		buf_append(ret, &segment, sizeof(segment));
		last = rule;
	}
}

/* Behind the architecture's comparison: the number, then its rule. */
static int put_architecture(struct buf *b, const struct tracee_rules *rules)
{
	struct buf segments = {0};
	const struct segment *s;
	size_t count;
	int r;

	find_segments(rules, &segments);
	r = buf_error(&segments);
	if (r == 0) {
		s = (const void *)buf_text(&segments);
		count = segments.size / sizeof(*s);
		put(b, BPF_JMP | BPF_JEQ | BPF_K, rules->arch, 1, 0);
		put(b, BPF_JMP | BPF_JA, (uint32_t)(1 + tree_size(s, count)), 0, 0);
		put_load(b, offsetof(struct seccomp_data, nr));
		put_tree(b, s, count);
	}
	buf_done(&segments);
	return r;
}

int tracee_filter_build(const struct tracee_rules *rules, size_t count, struct buf *ret)
{
	_Static_assert(offsetof(struct seccomp_data, args) == DATA_ARGS, "of struct seccomp_data");
	int r = 0;

	put_load(ret, offsetof(struct seccomp_data, arch));
	for (size_t i = 0; r == 0 && i < count; i++)
		r = put_architecture(ret, &rules[i]);
	put_return(ret, STOP);
	if (r < 0 || buf_error(ret) < 0)
		return -ENOMEM;
	return ret->size > BPF_MAXINSNS * sizeof(struct sock_filter) ? -E2BIG : 0;
}

static int install(const struct sock_fprog *program)
{
	/* Tracing is no reason for the mitigations that come with a sandbox. */
	long r = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_SPEC_ALLOW,
			 program);

	return r < 0 ? -errno : 0;
}

int tracee_filter_install(const void *program, size_t size)
{
	const struct sock_fprog p = {
		.len = (unsigned short)(size / sizeof(struct sock_filter)),
		.filter = (struct sock_filter *)(uintptr_t)program,
	};
	int r = install(&p);

	if (r == -EACCES && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0)
		r = install(&p);
	return r;
}
