/* SPDX-License-Identifier: Apache-2.0 */
/* Values that have names. */
#include "printer.h"

#include <inttypes.h>
#include <string.h>

enum {
	IOC_DIRECTION_AT = 30,
	IOC_SIZE_AT = 16,
	IOC_SIZE = 0x3fff,
	IOC_TYPE_AT = 8,
	IO_CLASS_AT = 13
};

/* A request that nobody knows: its parts. */
static void say_ioctl(struct buf *out, uint64_t value)
{
	static const char *const directions[] = {"_IOC_NONE", "_IOC_WRITE", "_IOC_READ",
						 "_IOC_READ|_IOC_WRITE"};

	buf_printf(out, "_IOC(%s", directions[value >> IOC_DIRECTION_AT & 3]);
	buf_printf(out, ", %#" PRIx64 ", %#" PRIx64 ", %#" PRIx64 ")", value >> IOC_TYPE_AT & 0xff,
		   value & 0xff, value >> IOC_SIZE_AT & IOC_SIZE);
}

static void say_io_priority(struct buf *out, uint64_t value)
{
	static const char *const classes[] = {"IOPRIO_CLASS_NONE", "IOPRIO_CLASS_RT",
					      "IOPRIO_CLASS_BE", "IOPRIO_CLASS_IDLE"};
	uint64_t class = value >> IO_CLASS_AT;

	buf_str(out, "IOPRIO_PRIO_VALUE(");
	if (class < sizeof(classes) / sizeof(classes[0]))
		buf_str(out, classes[class]);
	else
		buf_printf(out, "%#" PRIx64 " /* IOPRIO_CLASS_??? */", class);
	buf_printf(out, ", %" PRIu64 ")", value & ((1 << IO_CLASS_AT) - 1));
}

/* What FUTEX_WAKE_OP does to the second word, and what it compares that word with. */
static void say_wake_op(struct buf *out, uint64_t value)
{
	static const char *const operations[] = {"FUTEX_OP_SET", "FUTEX_OP_ADD", "FUTEX_OP_OR",
						 "FUTEX_OP_ANDN", "FUTEX_OP_XOR"};
	static const char *const comparisons[] = {"EQ", "NE", "LT", "LE", "GT", "GE"};
	uint64_t operation = value >> 28 & 7, comparison = value >> 24 & 15;

	if (value >> 31 & 1)
		buf_str(out, "FUTEX_OP_OPARG_SHIFT<<28|");
	if (operation < sizeof(operations) / sizeof(operations[0]))
		buf_printf(out, "%s<<28", operations[operation]);
	else
		buf_printf(out, "%#" PRIx64 "<<28 /* FUTEX_OP_??? */", operation);
	buf_printf(out, "|%#" PRIx64 "<<12|", value >> 12 & 0xfff);
	if (comparison < sizeof(comparisons) / sizeof(comparisons[0]))
		buf_printf(out, "FUTEX_OP_CMP_%s<<24", comparisons[comparison]);
	else
		buf_printf(out, "%#" PRIx64 "<<24 /* FUTEX_OP_CMP_??? */", comparison);
	buf_printf(out, "|%#" PRIx64, value & 0xfff);
}

/* A request that may have any size: EVIOCGNAME(N). */
static void say_sized(struct buf *out, const char *name, uint64_t value)
{
	size_t length = strlen(name) - sizeof("N)") + 1;

	buf_printf(out, "%.*s%" PRIu64 ")", (int)length, name, value >> IOC_SIZE_AT & IOC_SIZE);
}

static void say_part(struct buf *out, const struct sys_flag *f, uint64_t value)
{
	switch ((enum sys_form)f->form) {
	case FORM_SHIFTED:
		buf_printf(out, "%" PRIu64 "<<%s", value / (f->mask & -f->mask), f->name);
		break;
	case FORM_OCTAL:
		say_permissions(out, value);
		break;
	case FORM_DECIMAL:
	case FORM_COMMENT:
		buf_i64(out, (int32_t)value);
		break;
	case FORM_SIGNAL:
		say_signal(out, value);
		break;
	case FORM_IOCTL:
		say_ioctl(out, value);
		break;
	case FORM_PRIORITY:
		say_io_priority(out, value);
		break;
	case FORM_WAKE_OP:
		say_wake_op(out, value);
		break;
	case FORM_SIZED:
		say_sized(out, f->name, value);
		break;
	default:
		buf_str(out, f->name);
	}
}

static bool has_name(const struct sys_flagset *set, uint64_t value, uint64_t mask)
{
	for (size_t i = 0; i < set->count; i++) {
		const struct sys_flag *f = &set->flag[i];

		if (!f->form && f->mask == mask && f->value == (value & mask))
			return true;
	}
	return false;
}

/* The parts that should be one name and have none; returns their bits. */
static uint64_t say_kinds(struct buf *out, const struct sys_flagset *set, uint64_t value, bool *any)
{
	uint64_t said = 0;

	for (size_t i = 0; i < set->count; i++) {
		uint64_t mask = set->flag[i].mask;

		if (set->flag[i].form != FORM_KIND || has_name(set, value, mask))
			continue;
		buf_printf(out, "%s%#" PRIx64 " /* %s */", *any ? "|" : "", value & mask,
			   set->unknown);
		*any = true;
		said |= mask;
	}
	return said;
}

/* The names of the bits that have one, but for @claimed; returns those that have none. */
static uint64_t say_names(struct buf *out, const struct sys_flagset *set, uint64_t value,
			  uint64_t claimed, bool *any)
{
	uint64_t left = value & ~claimed;

	for (size_t i = 0; i < set->count; i++) {
		const struct sys_flag *f = &set->flag[i];

		/* A set bit is said once; a field of several bits too, also when it is 0. */
		if (f->form || (value & f->mask) != f->value ||
		    (f->value && (left & f->value) != f->value))
			continue;
		if (!f->value && (f->mask == UINT64_MAX ? value != 0 : (claimed & f->mask) != 0))
			continue;
		if (*any)
			buf_char(out, '|');
		buf_str(out, f->name);
		*any = true;
		left &= ~(f->value ? f->mask == UINT64_MAX ? f->value : f->mask : 0);
		claimed |= f->mask == UINT64_MAX ? f->value : f->mask;
	}
	return left;
}

/* Permissions and priorities are there when they are 0, too. */
static bool always_said(const struct sys_flag *f)
{
	return f->form == FORM_OCTAL || f->form == FORM_PRIORITY || f->form == FORM_WAKE_OP;
}

static void say_numbers(struct buf *out, const struct sys_flagset *set, uint64_t value, bool *any)
{
	for (size_t i = 0; i < set->count; i++) {
		const struct sys_flag *f = &set->flag[i];

		if (!f->form || f->form == FORM_KIND || (!(value & f->mask) && !always_said(f)))
			continue;
		buf_str(out, *any ? "|" : "");
		say_part(out, f, value & f->mask);
		*any = true;
	}
}

/* @ret_any: a part of it is another thing than a name. */
static uint64_t number_bits(const struct sys_flagset *set, bool *ret_any)
{
	uint64_t bits = 0;

	*ret_any = false;
	for (size_t i = 0; i < set->count; i++) {
		if (!set->flag[i].form)
			continue;
		*ret_any = true;
		bits |= set->flag[i].form != FORM_KIND ? set->flag[i].mask : 0;
	}
	return bits;
}

void say_flags(struct buf *out, const struct sys_flagset *set, uint64_t value)
{
	bool any = false, has_others;
	uint64_t numbers = number_bits(set, &has_others), kinds = 0, left;

	if (has_others)
		kinds = say_kinds(out, set, value, &any);
	left = say_names(out, set, value & ~numbers, kinds, &any);
	if (left) {
		buf_str(out, any ? "|" : "");
		buf_hex(out, left);
		if (!any && set->unknown && *set->unknown)
			buf_printf(out, " /* %s */", set->unknown);
		any = true;
	}
	if (has_others)
		say_numbers(out, set, value & numbers, &any);
	if (!any)
		buf_char(out, '0');
}

static const struct sys_flag *find_value(const struct sys_flagset *set, uint64_t value,
					 const struct sys_flag **ret_otherwise)
{
	const struct sys_flag *found = NULL;

	*ret_otherwise = NULL;
	for (size_t i = 0; i < set->count; i++) {
		const struct sys_flag *f = &set->flag[i];

		if (f->form == FORM_SIZED ? !found && (value & f->mask) == f->value
					  : !f->form && !found && f->value == value)
			found = f;
		else if (f->form && f->form != FORM_SIZED)
			*ret_otherwise = f;
	}
	return found;
}

void say_enum(struct buf *out, const struct sys_flagset *set, uint64_t value)
{
	const struct sys_flag *otherwise, *f = find_value(set, value, &otherwise);
	const char *name = f ? f->name : set->unknown;

	if (f && !(otherwise && otherwise->form == FORM_COMMENT)) {
		say_part(out, f, value);
		return;
	}
	if (otherwise)
		say_part(out, otherwise, value);
	else if (value)
		buf_hex(out, value);
	else
		buf_char(out, '0');
	if (name && *name)
		buf_printf(out, " /* %s */", name);
}
