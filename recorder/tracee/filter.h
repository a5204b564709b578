/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A seccomp filter that stops a thread for its tracer at some calls and lets it make all others
 * at full speed. Both the 64-bit and the 32-bit calls of x86 have rules of their own; a number
 * beyond them (x32 too) and an architecture without rules always stop: they may be anything.
 */
#ifndef TRACEE_FILTER_H
#define TRACEE_FILTER_H

#include <stddef.h>
#include <stdint.h>

struct buf;

/* What comes with each of our stops, as tracee_call.message; others are the program's own. */
enum { TRACEE_FILTER_MESSAGE = 0x5e1e };

enum tracee_verdict {
	TRACEE_PASS,
	TRACEE_STOP,
	TRACEE_STOP_IF, /* when an argument, masked, is one of the values */
};

struct tracee_rule {
	enum tracee_verdict verdict;
	uint8_t arg; /* its lower 32 bits are looked at */
	uint8_t count;
	uint32_t mask;
	const uint32_t *values;
};

struct tracee_rules {
	uint32_t arch;                  /* AUDIT_ARCH_* */
	const struct tracee_rule *rule; /* by number */
	size_t count;
};

/* Appends the program, struct sock_filter by struct sock_filter. 0, -ENOMEM, or -E2BIG: more than
 * the kernel takes. */
int tracee_filter_build(const struct tracee_rules *rules, size_t count, struct buf *ret);

/*
 * Puts it upon this thread and all that come from it, for good. Without CAP_SYS_ADMIN that takes
 * no_new_privs, which is set then. 0 or -errno.
 */
int tracee_filter_install(const void *program, size_t size);

#endif
