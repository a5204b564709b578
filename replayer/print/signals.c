/* SPDX-License-Identifier: Apache-2.0 */
/* Sets of signals and siginfo_t, see signal(7), sigaction(2), rt_sigqueueinfo(2). */
#include "printer.h"

#include "sys/flags.h"
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
};

/* What of si_code decides about the union. */
enum {
	BY_TIMER = -2,
	BY_SIGIO = -5,
	BY_TKILL = -6,
	CHILD_EXITED = 1,
	SEGV_BOUNDS = 3,
	SEGV_KEY = 4,
	BUS_READ_FAILED = 4,
	BUS_READ_AHEAD = 5,
	POLL_LAST = 6,
};

/* A siginfo_t: signo, errno, code, and, aligned to a long, a union. */
struct info {
	const uint8_t *at;
	size_t size, wide; /* wide: bytes of a long */
	const struct printer *p;
};

static uint64_t part(const struct info *i, size_t offset, size_t width)
{
	return load(i->at, i->size, (12 + i->wide - 1) / i->wide * i->wide + offset, width);
}

/* A long of the union. */
static int64_t long_part(const struct info *i, size_t offset)
{
	uint64_t value = part(i, offset, i->wide);

	return i->wide < sizeof(value) ? (int32_t)value : (int64_t)value;
}

static const char *short_name(int signal)
{
	const char *name = sys_signal_name(signal);

	return name && strncmp(name, "SIG", 3) == 0 ? name + 3 : name;
}

/* More than two thirds set: what is not in it is shorter to say. */
void say_signal_set(const struct printer *p, struct buf *out, const uint8_t *bytes, size_t size)
{
	size_t count = size * 8 < SIGNALS ? size * 8 : SIGNALS, set = 0, from;
	bool invert, any = false;

	for (size_t i = 0; i < count; i++)
		set += bytes[i / 8] >> i % 8 & 1;
	invert = set >= count * 2 / 3 && set;
	buf_str(out, invert ? "~[" : "[");
	for (size_t i = 0; i < count; i++) {
		bool in = bytes[i / 8] >> i % 8 & 1;
		const char *name = short_name((int)i + 1);

		if (in == invert)
			continue;
		buf_str(out, any ? " " : "");
		from = out->size;
		if (name)
			buf_str(out, name);
		else
			buf_u64(out, i + 1);
		put_decimal(p, out, from, (int64_t)i + 1);
		any = true;
	}
	buf_char(out, ']');
}

void say_sigset(const struct scope *s, const uint8_t *bytes, size_t size, uint64_t address)
{
	(void)address;
	say_signal_set(s->p, s->out, bytes, size);
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
	{SIG_SEGV, 5, "SEGV_ACCADI"},
	{SIG_SEGV, 6, "SEGV_ADIDERR"},
	{SIG_SEGV, 7, "SEGV_ADIPERR"},
	{SIG_SEGV, 8, "SEGV_MTEAERR"},
	{SIG_SEGV, 9, "SEGV_MTESERR"},
	{SIG_SEGV, 10, "SEGV_CPERR"},
	{SIG_BUS, 1, "BUS_ADRALN"},
	{SIG_BUS, 2, "BUS_ADRERR"},
	{SIG_BUS, 3, "BUS_OBJERR"},
	{SIG_BUS, 4, "BUS_MCEERR_AR"},
	{SIG_BUS, 5, "BUS_MCEERR_AO"},
	{SIG_FPE, 1, "FPE_INTDIV"},
	{SIG_FPE, 2, "FPE_INTOVF"},
	{SIG_FPE, 3, "FPE_FLTDIV"},
	{SIG_FPE, 4, "FPE_FLTOVF"},
	{SIG_FPE, 5, "FPE_FLTUND"},
	{SIG_FPE, 6, "FPE_FLTRES"},
	{SIG_FPE, 7, "FPE_FLTINV"},
	{SIG_FPE, 8, "FPE_FLTSUB"},
	{SIG_FPE, 14, "FPE_FLTUNK"},
	{SIG_FPE, 15, "FPE_CONDTRAP"},
	{SIG_ILL, 1, "ILL_ILLOPC"},
	{SIG_ILL, 2, "ILL_ILLOPN"},
	{SIG_ILL, 3, "ILL_ILLADR"},
	{SIG_ILL, 4, "ILL_ILLTRP"},
	{SIG_ILL, 5, "ILL_PRVOPC"},
	{SIG_ILL, 6, "ILL_PRVREG"},
	{SIG_ILL, 7, "ILL_COPROC"},
	{SIG_ILL, 8, "ILL_BADSTK"},
	{SIG_ILL, 9, "ILL_BADIADDR"},
	{SIG_TRAP, 1, "TRAP_BRKPT"},
	{SIG_TRAP, 2, "TRAP_TRACE"},
	{SIG_TRAP, 3, "TRAP_BRANCH"},
	{SIG_TRAP, 4, "TRAP_HWBKPT"},
	{SIG_TRAP, 5, "TRAP_UNK"},
	{SIG_TRAP, 6, "TRAP_PERF"},
	{SIG_IO, 1, "POLL_IN"},
	{SIG_IO, 2, "POLL_OUT"},
	{SIG_IO, 3, "POLL_MSG"},
	{SIG_IO, 4, "POLL_ERR"},
	{SIG_IO, 5, "POLL_PRI"},
	{SIG_IO, 6, "POLL_HUP"},
	{SIG_SYS, 1, "SYS_SECCOMP"},
	{SIG_SYS, 2, "SYS_USER_DISPATCH"},
};

static void say_code_name(struct buf *out, int signal, int code)
{
	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
		if (codes[i].code == code && (!codes[i].signal || codes[i].signal == signal)) {
			buf_str(out, codes[i].name);
			return;
		}
	}
	buf_hex(out, (uint32_t)code);
}

static void say_code(struct buf *out, const struct info *i, int signal, int code)
{
	size_t from = out->size;

	say_code_name(out, signal, code);
	put_hex(i->p, out, from, (uint32_t)code);
}

static void say_info_signal(struct buf *out, const struct info *i, int signal)
{
	size_t from = out->size;

	say_signal(out, (uint64_t)(int64_t)signal);
	put_decimal(i->p, out, from, signal);
}

static void say_sender(struct buf *out, const struct info *i)
{
	uint32_t uid = (uint32_t)part(i, 4, 4);

	buf_str(out, ", si_pid=");
	if (i->p->canon)
		i->p->canon->pid(i->p->canon->context, (int32_t)part(i, 0, 4), out);
	else
		say_task(i->p, (int32_t)part(i, 0, 4), out);
	buf_printf(out, ", si_uid=%" PRId64, uid == UINT32_MAX ? -1 : (int64_t)uid);
}

static void say_child(struct buf *out, const struct info *i, int code)
{
	int status = (int)part(i, 8, 4);

	say_sender(out, i);
	buf_str(out, ", si_status=");
	if (code == CHILD_EXITED)
		buf_i64(out, status);
	else
		say_info_signal(out, i, status);
	if (i->p->canon)
		return;
	buf_str(out, ", si_utime=");
	say_ticks(out, part(i, 8 + i->wide, i->wide));
	buf_str(out, ", si_stime=");
	say_ticks(out, part(i, 8 + 2 * i->wide, i->wide));
}

static void say_value(struct buf *out, const struct info *i)
{
	uint64_t value = part(i, 8, i->wide);

	if (i->p->canon)
		return;
	buf_printf(out, ", si_int=%d, si_ptr=", (int)(int32_t)value);
	say_address(out, value);
}

/* In the first page nothing is mapped: what is wanted there is an offset from NULL. */
static void say_info_address(struct buf *out, const struct info *i, uint64_t address)
{
	enum { FIRST_PAGE = 4096 };

	if (i->p->canon && address >= FIRST_PAGE)
		buf_str(out, "ptr");
	else
		say_address(out, address);
}

static void say_fault(struct buf *out, const struct info *i, int signal, int code)
{
	buf_str(out, ", si_addr=");
	say_info_address(out, i, part(i, 0, i->wide));
	if (signal == SIG_BUS && (code == BUS_READ_FAILED || code == BUS_READ_AHEAD)) {
		buf_printf(out, ", si_addr_lsb=%#x", (unsigned)part(i, i->wide, 2));
	} else if (signal == SIG_SEGV && code == SEGV_BOUNDS) {
		buf_str(out, ", si_lower=");
		say_info_address(out, i, part(i, 2 * i->wide, i->wide));
		buf_str(out, ", si_upper=");
		say_info_address(out, i, part(i, 3 * i->wide, i->wide));
	} else if (signal == SIG_SEGV && code == SEGV_KEY) {
		buf_printf(out, ", si_pkey=%u", (unsigned)part(i, 2 * i->wide, 4));
	}
}

static void say_band(struct buf *out, const struct info *i)
{
	buf_printf(out, ", si_band=%" PRId64 ", si_fd=%d", long_part(i, 0),
		   (int)part(i, i->wide, 4));
}

/* A call's number and its architecture by the names that headers give them. */
static void say_number_name(struct buf *out, uint64_t arch, uint64_t nr)
{
	const struct sys_desc *desc = sys_find((uint32_t)arch, nr);

	if (desc && arch == EVENT_ARCH_X86_64)
		buf_printf(out, "__NR_%s", desc->name);
	else
		buf_u64(out, nr);
	if (desc && arch != EVENT_ARCH_X86_64)
		buf_printf(out, " /* %s */", desc->name);
	buf_str(out, ", si_arch=");
	say_enum(out, &sys_flags_audit_architectures, arch);
}

static void say_seccomp(struct buf *out, const struct info *i)
{
	buf_str(out, ", si_call_addr=");
	say_info_address(out, i, part(i, 0, i->wide));
	buf_str(out, ", si_syscall=");
	say_number_name(out, part(i, i->wide + 4, 4), part(i, i->wide, 4));
}

/* Of a code that means nothing for its signal. */
static void say_what_is_there(struct buf *out, const struct info *i)
{
	if (part(i, 0, 8))
		say_sender(out, i);
	if (part(i, 8, i->wide))
		say_value(out, i);
}

static bool is_fault(int signal)
{
	return signal == SIG_ILL || signal == SIG_FPE || signal == SIG_SEGV || signal == SIG_BUS ||
	       signal == SIG_TRAP;
}

static void say_kernel_union(struct buf *out, const struct info *i, int signal, int code)
{
	if (signal == SIG_CHLD)
		say_child(out, i, code);
	else if (is_fault(signal))
		say_fault(out, i, signal, code);
	else if (signal == SIG_SYS)
		say_seccomp(out, i);
	else if (signal != SIG_IO)
		say_what_is_there(out, i);
	else if (code <= POLL_LAST)
		say_band(out, i);
}

static void say_union(struct buf *out, const struct info *i, int signal, int code)
{
	if (code == BY_TIMER) {
		buf_printf(out, ", si_timerid=%#x, si_overrun=%d", (unsigned)part(i, 0, 4),
			   (int)part(i, 4, 4));
		say_value(out, i);
	} else if (code == BY_SIGIO) {
		say_band(out, i);
	} else if (code <= 0) {
		say_sender(out, i);
		if (code && code != BY_TKILL && part(i, 8, i->wide))
			say_value(out, i);
	} else {
		say_kernel_union(out, i, signal, code);
	}
}

static void say_info(struct buf *out, const struct info *i)
{
	int signal = (int)load(i->at, i->size, 0, 4), error = (int)load(i->at, i->size, 4, 4);
	int code = (int)(int32_t)load(i->at, i->size, 8, 4);

	if (!signal) {
		buf_str(out, "{}");
		return;
	}
	buf_str(out, "{si_signo=");
	say_info_signal(out, i, signal);
	buf_str(out, ", si_code=");
	say_code(out, i, signal, code);
	if (error && sys_errno_name(error))
		buf_printf(out, ", si_errno=%s", sys_errno_name(error));
	else if (error)
		buf_printf(out, ", si_errno=%u", (unsigned)error);
	say_union(out, i, signal, code);
	buf_char(out, '}');
}

void say_siginfo_struct(const struct printer *p, struct buf *out, const uint8_t *info, size_t size)
{
	/* The kernel gives the recorder its own, whatever the program is. */
	say_info(out, &(struct info){info, size, 8, p});
}

void say_siginfo(const struct scope *s, const uint8_t *bytes, size_t size, uint64_t address)
{
	(void)address;
	say_info(s->out, &(struct info){bytes, size, s->desc->wide, s->p});
}
