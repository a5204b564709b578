/* SPDX-License-Identifier: Apache-2.0 */
/* Kinds that are a number. */
#include "printer.h"

#include "sys/flags.h"
#include "sys/names.h"
#include "sys/table.h"

#include <inttypes.h>
#include <string.h>

enum { AT_FDCWD_VALUE = -100, SIGNALS = 64, PAGE = 4096, TICKS_PER_S = 100 };

void say_address(struct buf *out, uint64_t address)
{
	if (address)
		buf_hex(out, address);
	else
		buf_str(out, "NULL");
}

/* At least three digits, as strace writes permissions. */
void say_permissions(struct buf *out, uint64_t mode)
{
	char digits[24];
	size_t at = sizeof(digits);

	do
		digits[--at] = (char)('0' + (mode & 7));
	while (mode >>= 3);
	/* A zero in front that says that it is octal, unless it is there. */
	if (digits[at] != '0')
		digits[--at] = '0';
	while (sizeof(digits) - at < 3)
		digits[--at] = '0';
	buf_append(out, digits + at, sizeof(digits) - at);
}

static void say_bit(struct buf *out, const char *name)
{
	buf_str(out, name);
	buf_char(out, '|');
}

void say_mode(struct buf *out, uint32_t mode)
{
	static const char *const types[16] = {
		[1] = "S_IFIFO", [2] = "S_IFCHR",  [4] = "S_IFDIR",  [6] = "S_IFBLK",
		[8] = "S_IFREG", [10] = "S_IFLNK", [12] = "S_IFSOCK"};
	static const struct {
		uint32_t bit;
		const char *name;
	} special[] = {{04000, "S_ISUID"}, {02000, "S_ISGID"}, {01000, "S_ISVTX"}};
	const char *type = types[mode >> 12 & 15];

	if (!type && mode & 0170000) {
		say_permissions(out, mode);
		return;
	}
	if (type)
		say_bit(out, type);
	for (size_t i = 0; i < 3; i++) {
		if (mode & special[i].bit)
			say_bit(out, special[i].name);
	}
	say_permissions(out, mode & 0777);
	if (mode >> 16)
		buf_printf(out, "|%#x", mode & 0xffff0000);
}

void say_signal(struct buf *out, uint64_t number)
{
	const char *name = number <= SIGNALS ? sys_signal_name((int)number) : NULL;

	if (name)
		buf_str(out, name);
	else
		buf_i64(out, (int64_t)number);
}

static void say_ended(struct buf *out, uint32_t status)
{
	uint32_t signal = status & 0x7f;

	if (!signal) {
		buf_printf(out, "{WIFEXITED(s) && WEXITSTATUS(s) == %u}", status >> 8 & 0xff);
		return;
	}
	buf_str(out, "{WIFSIGNALED(s) && WTERMSIG(s) == ");
	say_signal(out, signal);
	buf_str(out, status & 0x80 ? " && WCOREDUMP(s)}" : "}");
}

void say_wait_status(struct buf *out, uint32_t status)
{
	uint32_t signal = status >> 8 & 0xff;

	if (status == 0xffff) {
		buf_str(out, "{WIFCONTINUED(s)}");
	} else if ((status & 0xff) == 0x7f) {
		buf_str(out, "{WIFSTOPPED(s) && WSTOPSIG(s) == ");
		say_signal(out, signal & 0x7f);
		if (signal & 0x80)
			buf_str(out, " | 0x80");
		buf_char(out, '}');
		if (status >> 16)
			buf_printf(out, " | 0x%x << 16", status >> 16);
	} else {
		say_ended(out, status);
	}
}

static void say_handler(struct buf *out, uint64_t value)
{
	static const char *const names[] = {"SIG_DFL", "SIG_IGN"};

	if (value < 2)
		buf_str(out, names[value]);
	else if (value == UINT64_MAX)
		buf_str(out, "SIG_ERR");
	else
		buf_hex(out, value);
}

/* As %#x: no 0x in front of 0. */
static void say_number_hex(struct buf *out, uint64_t value)
{
	if (value)
		buf_hex(out, value);
	else
		buf_char(out, '0');
}

/* Two encodings of a device number: the kernel's 32 bits and its 64. */
static void say_device(struct buf *out, uint64_t v)
{
	uint64_t major = (v >> 8 & 0xfff) | (v >> 32 & ~UINT64_C(0xfff));
	uint64_t minor = (v & 0xff) | (v >> 12 & 0xffffff00);

	buf_str(out, "makedev(");
	say_number_hex(out, major);
	buf_str(out, ", ");
	say_number_hex(out, minor);
	buf_char(out, ')');
}

static void say_port(struct buf *out, uint64_t value)
{
	buf_printf(out, "htons(%u)", (unsigned)((value & 0xff) << 8 | (value >> 8 & 0xff)));
}

/* -X is about what stands within. */
static void say_ethertype(const struct scope *s, uint64_t value)
{
	uint64_t type = (value & 0xff) << 8 | (value >> 8 & 0xff);
	size_t from;

	buf_str(s->out, "htons(");
	from = s->out->size;
	say_enum(s->out, &sys_flags_ethernet_protocols, type);
	put_hex(s->p, s->out, from, type);
	buf_char(s->out, ')');
}

void say_ticks(struct buf *out, uint64_t ticks)
{
	buf_u64(out, ticks);
	if (ticks)
		buf_printf(out, " /* %" PRIu64 ".%02" PRIu64 " s */", ticks / TICKS_PER_S,
			   ticks % TICKS_PER_S);
}

static void say_ipv4_number(const struct scope *s, uint64_t value)
{
	const uint8_t bytes[4] = {(uint8_t)value, (uint8_t)(value >> 8), (uint8_t)(value >> 16),
				  (uint8_t)(value >> 24)};

	say_ipv4(s, bytes);
}

static void say_sigval(struct buf *out, uint64_t value)
{
	buf_printf(out, "{sival_int=%" PRId32 ", sival_ptr=", (int32_t)value);
	say_address(out, value);
	buf_char(out, '}');
}

static void say_rlimit(struct buf *out, const struct sys_field *f, uint64_t value)
{
	uint64_t infinity = f->width < 8 ? UINT32_MAX : UINT64_MAX;

	if (value == infinity)
		buf_str(out, f->width < 8 ? "RLIM_INFINITY" : "RLIM64_INFINITY");
	else if (value > 1024 && value % 1024 == 0)
		buf_printf(out, "%" PRIu64 "*1024", value / 1024);
	else
		buf_u64(out, value);
}

static void say_character(struct buf *out, uint64_t value)
{
	if (value >= 0x20 && value < 0x7f)
		buf_printf(out, "'%s%c'", value == '\'' || value == '\\' ? "\\" : "", (char)value);
	else
		buf_hex(out, value);
}

static void say_hex(struct buf *out, uint64_t value)
{
	if (value)
		buf_hex(out, value);
	else
		buf_char(out, '0');
}

/* The upper 32 bits, when they are in a field of their own. */
static uint64_t high_half(const struct scope *s, const struct sys_field *f)
{
	const struct sys_field *high =
		f->high_off1 ? sys_sibling(s->desc, (uint16_t)(f->high_off1 - 1)) : NULL;

	return high ? sys_value(high, s->base, s->size) << 32 : 0;
}

/* Signals in a register. */
static void say_mask(const struct scope *s, const struct sys_field *f, uint64_t value)
{
	uint8_t bytes[sizeof(value)];

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(value >> 8 * i);
	say_signal_set(s->p, s->out, bytes,
		       f->width < sizeof(bytes) && !f->high_off1 ? f->width : sizeof(bytes));
}

static int64_t as_signed(const struct sys_field *f, uint64_t value)
{
	unsigned shift = f->width && f->width < 8 ? 64u - 8u * f->width : 0;

	return (int64_t)(value << shift) >> shift;
}

static void say_other(const struct scope *s, const struct sys_field *f, uint64_t value)
{
	struct buf *out = s->out;

	if (f->kind == K_SIGSET)
		say_mask(s, f, value | high_half(s, f));
	else if (f->kind == K_PAGES)
		say_hex(out, value * PAGE);
	else if (f->kind == K_HEX8)
		buf_printf(out, "%#08" PRIx64, value);
	else
		buf_u64(out, value);
}

static void say_descriptor(const struct scope *s, int64_t fd)
{
	buf_i64(s->out, fd);
	say_fd_name(s, fd);
}

static void say_directory(const struct scope *s)
{
	size_t from = s->out->size;

	buf_str(s->out, "AT_FDCWD");
	put_raw(s->p, s->out, from, "-100");
	say_cwd_name(s);
}

/* Kinds that need nothing but the value. */
static void (*const by_value[K_KIND_MAX])(struct buf *out, uint64_t value) = {
	[K_HEX] = say_hex,         [K_OCT] = say_permissions, [K_CHAR] = say_character,
	[K_ADDR] = say_address,    [K_DEV] = say_device,      [K_SIGNAL] = say_signal,
	[K_HANDLER] = say_handler, [K_PORT] = say_port,       [K_TICKS] = say_ticks,
	[K_SIGVAL] = say_sigval,
};

static void say_in_words(const struct scope *s, const struct sys_field *f, uint64_t value)
{
	struct buf *out = s->out;

	if (by_value[f->kind]) {
		by_value[f->kind](out, value);
		return;
	}
	switch ((enum sys_kind)f->kind) {
	case K_INT:
		buf_i64(out, as_signed(f, value));
		break;
	case K_PID:
		say_task(s->p, as_signed(f, value), out);
		break;
	case K_FD:
		say_descriptor(s, as_signed(f, value));
		break;
	case K_ATFD:
		if (as_signed(f, value) == AT_FDCWD_VALUE)
			say_directory(s);
		else
			say_descriptor(s, as_signed(f, value));
		break;
	case K_UID:
		if (as_signed(f, value) == -1)
			buf_str(out, "-1");
		else
			buf_u64(out, value);
		break;
	case K_MODE:
		say_mode(out, (uint32_t)value);
		break;
	case K_TIME:
		say_time(s, f, (uint64_t)as_signed(f, value));
		break;
	case K_FLAGS:
		say_parts(s, f->flags, value | high_half(s, f));
		break;
	case K_ENUM:
		say_enum(out, f->flags, value);
		break;
	case K_IPV4:
		say_ipv4_number(s, value);
		break;
	case K_ETHERTYPE:
		say_ethertype(s, value);
		break;
	case K_WSTATUS:
		say_wait_status(out, (uint32_t)value);
		break;
	case K_RLIMIT:
		say_rlimit(out, f, value);
		break;
	case K_EPOLL_DATA:
		buf_printf(out, "{u32=%" PRIu32 ", u64=%" PRIu64 "}", (uint32_t)value, value);
		break;
	default:
		say_other(s, f, value);
	}
}

void say_number(const struct scope *s, const struct sys_field *f, uint64_t value)
{
	size_t from = s->out->size;

	say_in_words(s, f, value);
	if (s->p->options.words != PRINT_WORDS_ONLY)
		put_number_of(s, f, value, from);
}
