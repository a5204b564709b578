/* SPDX-License-Identifier: Apache-2.0 */
/* Sets of signals and siginfo_t, see signal(7), sigaction(2), rt_sigqueueinfo(2). */
#include "printer.h"

#include "sys/names.h"
#include "sys/table.h"

#include <inttypes.h>
#include <string.h>

enum {
	SIG_ILL = 4,
	SIG_TRAP = 5,
	SIG_BUS = 7,
	SIG_FPE = 8,
	SIG_SEGV = 11,
	SIG_CHLD = 17,
	SIG_IO = 29,
	SIG_SYS = 31,
	SIGNALS = 64,
	/* siginfo_t of 64-bit Linux: signo, errno, code, padding, union */
	UNION_AT = 16,
};

static const char *short_name(int signal)
{
	const char *name = sys_signal_name(signal);

	return name && strncmp(name, "SIG", 3) == 0 ? name + 3 : name;
}

/* More than two thirds set: what is not in it is shorter to say. */
void say_signal_set(struct buf *out, const uint8_t *bytes, size_t size)
{
	size_t count = size * 8 < SIGNALS ? size * 8 : SIGNALS, set = 0;
	bool invert, any = false;

	for (size_t i = 0; i < count; i++)
		set += bytes[i / 8] >> i % 8 & 1;
	invert = set >= SIGNALS * 2 / 3;
	buf_str(out, invert ? "~[" : "[");
	for (size_t i = 0; i < count; i++) {
		bool in = bytes[i / 8] >> i % 8 & 1;
		const char *name = short_name((int)i + 1);

		if (in == invert)
			continue;
		buf_str(out, any ? " " : "");
		if (name)
			buf_str(out, name);
		else
			buf_u64(out, i + 1);
		any = true;
	}
	buf_char(out, ']');
}

void say_sigset(const struct scope *s, const uint8_t *bytes, size_t size, uint64_t address)
{
	(void)address;
	say_signal_set(s->out, bytes, size);
}

/* ---- siginfo ---- */

struct code {
	int signal; /* 0: any */
	int code;
	const char *name;
};

static const struct code codes[] = {
	{0, 0, "SI_USER"},
	{0, 128, "SI_KERNEL"},
	{0, -1, "SI_QUEUE"},
	{0, -2, "SI_TIMER"},
	{0, -3, "SI_MESGQ"},
	{0, -4, "SI_ASYNCIO"},
	{0, -5, "SI_SIGIO"},
	{0, -6, "SI_TKILL"},
	{0, -7, "SI_DETHREAD"},
	{0, -60, "SI_ASYNCNL"},
	{SIG_CHLD, 1, "CLD_EXITED"},
	{SIG_CHLD, 2, "CLD_KILLED"},
	{SIG_CHLD, 3, "CLD_DUMPED"},
	{SIG_CHLD, 4, "CLD_TRAPPED"},
	{SIG_CHLD, 5, "CLD_STOPPED"},
	{SIG_CHLD, 6, "CLD_CONTINUED"},
	{SIG_SEGV, 1, "SEGV_MAPERR"},
	{SIG_SEGV, 2, "SEGV_ACCERR"},
	{SIG_SEGV, 3, "SEGV_BNDERR"},
	{SIG_SEGV, 4, "SEGV_PKUERR"},
	{SIG_BUS, 1, "BUS_ADRALN"},
	{SIG_BUS, 2, "BUS_ADRERR"},
	{SIG_BUS, 3, "BUS_OBJERR"},
	{SIG_FPE, 1, "FPE_INTDIV"},
	{SIG_FPE, 2, "FPE_INTOVF"},
	{SIG_FPE, 3, "FPE_FLTDIV"},
	{SIG_FPE, 4, "FPE_FLTOVF"},
	{SIG_FPE, 5, "FPE_FLTUND"},
	{SIG_FPE, 6, "FPE_FLTRES"},
	{SIG_FPE, 7, "FPE_FLTINV"},
	{SIG_FPE, 8, "FPE_FLTSUB"},
	{SIG_ILL, 1, "ILL_ILLOPC"},
	{SIG_ILL, 2, "ILL_ILLOPN"},
	{SIG_ILL, 3, "ILL_ILLADR"},
	{SIG_ILL, 4, "ILL_ILLTRP"},
	{SIG_ILL, 5, "ILL_PRVOPC"},
	{SIG_TRAP, 1, "TRAP_BRKPT"},
	{SIG_TRAP, 2, "TRAP_TRACE"},
	{SIG_TRAP, 3, "TRAP_BRANCH"},
	{SIG_TRAP, 4, "TRAP_HWBKPT"},
	{SIG_IO, 1, "POLL_IN"},
	{SIG_IO, 2, "POLL_OUT"},
	{SIG_IO, 3, "POLL_MSG"},
	{SIG_IO, 4, "POLL_ERR"},
	{SIG_IO, 5, "POLL_PRI"},
	{SIG_IO, 6, "POLL_HUP"},
	{SIG_SYS, 1, "SYS_SECCOMP"},
};

static void say_code(struct buf *out, int signal, int code)
{
	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
		if (codes[i].code == code && (!codes[i].signal || codes[i].signal == signal)) {
			buf_str(out, codes[i].name);
			return;
		}
	}
	buf_hex(out, (uint32_t)code);
}

static void say_child(struct buf *out, const uint8_t *at, size_t size, int code)
{
	uint64_t status = load(at, size, UNION_AT + 8, 4);

	buf_printf(out, ", si_pid=%d, si_uid=%u, si_status=", (int)load(at, size, UNION_AT, 4),
		   (unsigned)load(at, size, UNION_AT + 4, 4));
	if (code == 1)
		buf_printf(out, "%d", (int)(int32_t)status);
	else
		say_signal(out, status & 0x7f);
	buf_printf(out, ", si_utime=%" PRId64 ", si_stime=%" PRId64,
		   (int64_t)load(at, size, UNION_AT + 16, 8),
		   (int64_t)load(at, size, UNION_AT + 24, 8));
}

static void say_value(struct buf *out, const uint8_t *at, size_t size, size_t offset)
{
	uint64_t value = load(at, size, offset, 8);

	buf_printf(out, ", si_int=%d, si_ptr=", (int)(int32_t)value);
	say_address(out, value);
}

static void say_sender(struct buf *out, const uint8_t *at, size_t size)
{
	buf_printf(out, ", si_pid=%d, si_uid=%u", (int)load(at, size, UNION_AT, 4),
		   (unsigned)load(at, size, UNION_AT + 4, 4));
}

static void say_fault(struct buf *out, const uint8_t *at, size_t size)
{
	buf_str(out, ", si_addr=");
	say_address(out, load(at, size, UNION_AT, 8));
}

/* A call's number and its architecture by the names that headers give them. */
static void say_number_name(struct buf *out, uint64_t arch, uint64_t nr)
{
	static const struct {
		uint32_t arch;
		const char *name;
	} names[] = {{EVENT_ARCH_X86_64, "AUDIT_ARCH_X86_64"},
		     {EVENT_ARCH_I386, "AUDIT_ARCH_I386"},
		     {EVENT_ARCH_AARCH64, "AUDIT_ARCH_AARCH64"}};
	const struct sys_desc *desc = sys_find((uint32_t)arch, nr);

	if (desc)
		buf_printf(out, "__NR_%s", desc->name);
	else
		buf_i64(out, (int32_t)nr);
	buf_str(out, ", si_arch=");
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (names[i].arch == arch) {
			buf_str(out, names[i].name);
			return;
		}
	}
	buf_hex(out, arch);
}

static void say_seccomp(struct buf *out, const uint8_t *at, size_t size)
{
	buf_str(out, ", si_call_addr=");
	say_address(out, load(at, size, UNION_AT, 8));
	buf_str(out, ", si_syscall=");
	say_number_name(out, load(at, size, UNION_AT + 12, 4), load(at, size, UNION_AT + 8, 4));
}

static bool is_fault(int signal)
{
	return signal == SIG_ILL || signal == SIG_FPE || signal == SIG_SEGV || signal == SIG_BUS ||
	       signal == SIG_TRAP;
}

static void say_kernel_union(struct buf *out, const uint8_t *at, size_t size, int signal, int code)
{
	if (signal == SIG_CHLD)
		say_child(out, at, size, code);
	else if (is_fault(signal))
		say_fault(out, at, size);
	else if (signal == SIG_IO)
		buf_printf(out, ", si_band=%" PRId64 ", si_fd=%d",
			   (int64_t)load(at, size, UNION_AT, 8),
			   (int)load(at, size, UNION_AT + 8, 4));
	else if (signal == SIG_SYS)
		say_seccomp(out, at, size);
}

static void say_union(struct buf *out, const uint8_t *at, size_t size, int signal, int code)
{
	if (code == -2) {
		buf_printf(out, ", si_timerid=%#x, si_overrun=%d",
			   (unsigned)load(at, size, UNION_AT, 4),
			   (int)load(at, size, UNION_AT + 4, 4));
		say_value(out, at, size, UNION_AT + 8);
	} else if (code <= 0) {
		say_sender(out, at, size);
		if (code == -1 || (code && code != -6 && load(at, size, UNION_AT + 8, 8)))
			say_value(out, at, size, UNION_AT + 8);
	} else if (code == 128 && !is_fault(signal)) {
		/* The kernel says no more. */
		return;
	} else {
		say_kernel_union(out, at, size, signal, code);
	}
}

void say_siginfo_struct(const struct printer *p, struct buf *out, const uint8_t *info, size_t size)
{
	int signal = (int)load(info, size, 0, 4), error = (int)load(info, size, 4, 4);
	int code = (int)(int32_t)load(info, size, 8, 4);

	(void)p;
	buf_str(out, "{si_signo=");
	say_signal(out, (uint64_t)(int64_t)signal);
	if (!signal) {
		buf_char(out, '}');
		return;
	}
	buf_str(out, ", si_code=");
	say_code(out, signal, code);
	if (error && sys_errno_name(error))
		buf_printf(out, ", si_errno=%s", sys_errno_name(error));
	else if (error)
		buf_printf(out, ", si_errno=%d", error);
	say_union(out, info, size, signal, code);
	buf_char(out, '}');
}

void say_siginfo(const struct scope *s, const uint8_t *bytes, size_t size, uint64_t address)
{
	(void)address;
	say_siginfo_struct(s->p, s->out, bytes, size);
}
