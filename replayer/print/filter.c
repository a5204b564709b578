/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Programs of classic BPF, which filter packets and system calls: each instruction as the macro
 * of <linux/filter.h> that makes it. The code is said by its parts, as its class has them.
 */
#include "printer.h"

#include "sockaddr.h"

#include "sys/flags.h"

#include <inttypes.h>

enum { CLASS = 7, CLASS_LOAD = 0, CLASS_RETURN = 6, MODE = 0xe0, MODE_ABSOLUTE = 0x20 };

/* From where on an offset is none in the packet. */
#define OFFSETS_LINK    0xffe00000u
#define OFFSETS_NETWORK 0xfff00000u
#define OFFSETS_OTHER   0xfffff000u

/* A result for a system call: what becomes of it, and a number for that. */
#define ACTION          0xffff0000u
#define ACTION_DATA     0xffffu

struct code_part {
	uint16_t mask;
	const struct sys_flagset *set;
};

/* What a code is made of besides its class. */
static const struct {
	struct code_part part[2];
	uint16_t rest; /* bits that should not be there; those of other classes nobody looks at */
} classes[] = {
	{{{0x18, &sys_flags_filter_sizes}, {MODE, &sys_flags_filter_modes}}, 0},
	{{{0x18, &sys_flags_filter_sizes}, {MODE, &sys_flags_filter_modes}}, 0},
	{.rest = 0xfff8},
	{.rest = 0xfff8},
	{{{8, &sys_flags_filter_sources}, {0xf0, &sys_flags_filter_operations}}, 0},
	{{{8, &sys_flags_filter_sources}, {0xf0, &sys_flags_filter_jumps}}, 0},
	{{{0x18, &sys_flags_filter_results}}, 0xffe0},
	{{{0xf8, &sys_flags_filter_moves}}, 0xff00},
};

static void say_code(const struct scope *s, uint16_t code)
{
	unsigned class = code & CLASS;
	unsigned rest = code & classes[class].rest;

	sockaddr_enum(s, NULL, &sys_flags_filter_classes, class);
	for (size_t i = 0; i < 2 && classes[class].part[i].set; i++) {
		buf_char(s->out, '|');
		sockaddr_enum(s, NULL, classes[class].part[i].set,
			      code & classes[class].part[i].mask);
	}
	if (rest)
		buf_printf(s->out, "|%#x /* BPF_??? */", rest);
}

static void say_base(const struct scope *s, const char *name, uint32_t value)
{
	size_t from = s->out->size;

	buf_str(s->out, name);
	put_hex(s->p, s->out, from, value);
	buf_char(s->out, '+');
}

/* Where it is loaded from: in the packet, or where its headers begin, or what is known of it. */
static void say_offset(const struct scope *s, uint32_t k)
{
	if (k >= OFFSETS_OTHER) {
		say_base(s, "SKF_AD_OFF", OFFSETS_OTHER);
		sockaddr_enum(s, NULL, &sys_flags_filter_ancillary, k - OFFSETS_OTHER);
	} else if (k >= OFFSETS_NETWORK) {
		say_base(s, "SKF_NET_OFF", OFFSETS_NETWORK);
		buf_u64(s->out, k - OFFSETS_NETWORK);
	} else if (k >= OFFSETS_LINK) {
		say_base(s, "SKF_LL_OFF", OFFSETS_LINK);
		buf_u64(s->out, k - OFFSETS_LINK);
	} else {
		sockaddr_hex(s, NULL, k);
	}
}

static void say_action(const struct scope *s, uint32_t k)
{
	sockaddr_enum(s, NULL, &sys_flags_seccomp_actions, k & ACTION);
	if (k & ACTION_DATA)
		buf_printf(s->out, "|%#x", k & ACTION_DATA);
}

static void say_operand(const struct scope *s, uint16_t code, uint32_t k, bool seccomp)
{
	if (seccomp && (code & CLASS) == CLASS_RETURN)
		say_action(s, k);
	else if (!seccomp && (code & CLASS) == CLASS_LOAD && (code & MODE) == MODE_ABSOLUTE)
		say_offset(s, k);
	else
		sockaddr_hex(s, NULL, k);
}

void say_instruction(const struct scope *s, const uint8_t *at, size_t size, bool seccomp)
{
	uint16_t code = (uint16_t)load(at, size, 0, 2);
	uint32_t yes = (uint32_t)load(at, size, 2, 1), no = (uint32_t)load(at, size, 3, 1);
	uint32_t k = (uint32_t)load(at, size, 4, 4);
	bool jumps = yes || no;

	buf_str(s->out, jumps ? "BPF_JUMP(" : "BPF_STMT(");
	say_code(s, code);
	buf_str(s->out, ", ");
	if (jumps) {
		sockaddr_hex(s, NULL, k);
		buf_str(s->out, ", ");
		sockaddr_hex(s, NULL, yes);
		buf_str(s->out, ", ");
		sockaddr_hex(s, NULL, no);
	} else {
		say_operand(s, code, k, seccomp);
	}
	buf_char(s->out, ')');
}
