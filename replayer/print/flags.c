/* SPDX-License-Identifier: Apache-2.0 */
/* Values that have names. */
#include "printer.h"

#include <inttypes.h>

void say_flags(struct buf *out, const struct sys_flagset *set, uint64_t value)
{
	uint64_t left = value, claimed = 0;
	bool any = false;

	for (size_t i = 0; i < set->count; i++) {
		const struct sys_flag *f = &set->flag[i];

		/* A set bit is said once; a field of several bits too, also when it is 0. */
		if ((value & f->mask) != f->value || (f->value && (left & f->value) != f->value))
			continue;
		if (!f->value && (f->mask == UINT64_MAX ? value != 0 : (claimed & f->mask) != 0))
			continue;
		buf_printf(out, "%s%s", any ? "|" : "", f->name);
		any = true;
		left &= ~(f->value ? f->mask == UINT64_MAX ? f->value : f->mask : 0);
		claimed |= f->mask == UINT64_MAX ? f->value : f->mask;
	}
	if (left) {
		buf_str(out, any ? "|" : "");
		buf_hex(out, left);
		if (!any && set->unknown && *set->unknown)
			buf_printf(out, " /* %s */", set->unknown);
	} else if (!any) {
		buf_char(out, '0');
	}
}

void say_enum(struct buf *out, const struct sys_flagset *set, uint64_t value)
{
	for (size_t i = 0; i < set->count; i++) {
		if (set->flag[i].value == value) {
			buf_str(out, set->flag[i].name);
			return;
		}
	}
	buf_hex(out, value);
	if (set->unknown && *set->unknown)
		buf_printf(out, " /* %s */", set->unknown);
}
