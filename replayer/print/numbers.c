/* SPDX-License-Identifier: Apache-2.0 */
/* Kinds that are a number. */
#include "printer.h"

#include "sys/names.h"
#include "sys/table.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <string.h>

enum { AT_FDCWD_VALUE = -100, SIGNALS = 64 };

void say_address(struct buf *out, uint64_t address)
{
	if (address)
		buf_hex(out, address);
	else
		buf_str(out, "NULL");
}

/* At least three digits, as strace writes permissions. */
static void say_permissions(struct buf *out, uint64_t value)
{
	buf_printf(out, "%#03" PRIo64, value);
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

	if (type)
		buf_printf(out, "%s|", type);
	else if (mode & 0170000)
		buf_printf(out, "%#o|", mode & 0170000);
	for (size_t i = 0; i < 3; i++) {
		if (mode & special[i].bit)
			buf_printf(out, "%s|", special[i].name);
	}
	buf_printf(out, "%#o", mode & 0777);
	if (!(mode & 0777))
		buf_str(out, "00");
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

/* Two encodings of a device number: the kernel's 32 bits and its 64. */
static void say_device(struct buf *out, uint64_t v)
{
	uint64_t major = (v >> 8 & 0xfff) | (v >> 32 & ~UINT64_C(0xfff));
	uint64_t minor = (v & 0xff) | (v >> 12 & 0xffffff00);

	buf_printf(out, "makedev(%#" PRIx64 ", %#" PRIx64 ")", major, minor);
}

static void say_port(struct buf *out, uint64_t value)
{
	buf_printf(out, "htons(%u)", (unsigned)((value & 0xff) << 8 | (value >> 8 & 0xff)));
}

static void say_ipv4(struct buf *out, uint64_t value)
{
	buf_printf(out, "inet_addr(\"%u.%u.%u.%u\")", (unsigned)(value & 0xff),
		   (unsigned)(value >> 8 & 0xff), (unsigned)(value >> 16 & 0xff),
		   (unsigned)(value >> 24 & 0xff));
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

static int64_t as_signed(const struct sys_field *f, uint64_t value)
{
	unsigned shift = f->width && f->width < 8 ? 64u - 8u * f->width : 0;

	return (int64_t)(value << shift) >> shift;
}

void say_number(const struct scope *s, const struct sys_field *f, uint64_t value)
{
	struct buf *out = s->out;

	switch ((enum sys_kind)f->kind) {
	case K_INT:
	case K_FD:
	case K_PID:
		buf_i64(out, as_signed(f, value));
		break;
	case K_ATFD:
		if (as_signed(f, value) == AT_FDCWD_VALUE)
			buf_str(out, "AT_FDCWD");
		else
			buf_i64(out, as_signed(f, value));
		break;
	case K_UID:
		if (as_signed(f, value) == -1)
			buf_str(out, "-1");
		else
			buf_u64(out, value);
		break;
	case K_HEX:
		say_hex(out, value);
		break;
	case K_OCT:
		say_permissions(out, value);
		break;
	case K_MODE:
		say_mode(out, (uint32_t)value);
		break;
	case K_CHAR:
		say_character(out, value);
		break;
	case K_ADDR:
		say_address(out, value);
		break;
	case K_DEV:
		say_device(out, value);
		break;
	case K_SIGNAL:
		say_signal(out, value);
		break;
	case K_TIME:
		say_time(s, f, (uint64_t)as_signed(f, value));
		break;
	case K_FLAGS:
		say_flags(out, f->flags, value);
		break;
	case K_ENUM:
		say_enum(out, f->flags, value);
		break;
	case K_HANDLER:
		say_handler(out, value);
		break;
	case K_WSTATUS:
		say_wait_status(out, (uint32_t)value);
		break;
	case K_PORT:
		say_port(out, value);
		break;
	case K_IPV4:
		say_ipv4(out, value);
		break;
	case K_RLIMIT:
		say_rlimit(out, f, value);
		break;
	case K_EPOLL_DATA:
		buf_printf(out, "{u32=%" PRIu32 ", u64=%" PRIu64 "}", (uint32_t)value, value);
		break;
	default:
		buf_u64(out, value);
	}
}
