/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Looking things up in the descriptions. A number finds its table by architecture;
 * values are read by little-endian loads of the width that the field says, so the
 * upper half of a register that holds an int is never taken for part of it.
 */
#include "table.h"

#include "table_priv.h"

#include "base/load.h"

#include <string.h>

enum { ARCH_X86_64 = 0xc000003e, ARCH_I386 = 0x40000003 };

static const struct {
	uint32_t arch;
	const struct sys_table *table;
} tables[SYS_ARCHS] = {
	{ARCH_X86_64, &sys_table_x86_64},
	{ARCH_I386, &sys_table_i386},
};

static const struct sys_table *table_of(uint32_t arch)
{
	for (size_t i = 0; i < SYS_ARCHS; i++) {
		if (tables[i].arch == arch)
			return tables[i].table;
	}
	return NULL;
}

uint32_t sys_arch(size_t index)
{
	return index < SYS_ARCHS ? tables[index].arch : 0;
}

const struct sys_desc *sys_find(uint32_t arch, uint64_t nr)
{
	const struct sys_table *t = table_of(arch);

	return t && nr < t->count && t->desc[nr] ? t->desc[nr]() : NULL;
}

bool sys_is_named(const struct sys_desc *desc, const char *const *names)
{
	for (; desc && *names; names++) {
		/* Most differ in the first letter: this is asked about every call. */
		if (desc->name[0] == **names && strcmp(desc->name, *names) == 0)
			return true;
	}
	return false;
}

int64_t sys_number(uint32_t arch, const char *name)
{
	const struct sys_table *t = table_of(arch);

	for (size_t i = 0; t && i < t->count; i++) {
		if (t->desc[i] && strcmp(t->desc[i]()->name, name) == 0)
			return (int64_t)i;
	}
	return -1;
}

uint64_t sys_count(uint32_t arch)
{
	const struct sys_table *t = table_of(arch);

	return t ? t->count : 0;
}

static const struct sys_case *pick(const struct sys_cases *cases, const uint64_t args[6])
{
	uint64_t value = args[cases->off / sizeof(uint64_t)] & cases->mask;

	for (size_t i = 0; i < cases->count; i++) {
		if (cases->variant[i].value == value)
			return &cases->variant[i];
	}
	return NULL;
}

const struct sys_desc *sys_select(const struct sys_desc *desc, const uint64_t args[6],
				  const char **ret_label)
{
	const char *label = NULL;

	while (desc->cases) {
		const struct sys_case *c = pick(desc->cases, args);

		if (!c)
			break;
		desc = c->desc();
		label = c->label;
	}
	if (ret_label)
		*ret_label = label;
	return desc;
}

const struct sys_field *sys_indirect_array(const struct sys_desc *desc)
{
	return desc->indirect ? &desc->field[desc->count - 1] : NULL;
}

const struct sys_desc *sys_indirect(const struct sys_desc *desc, const void *words, size_t size,
				    uint64_t ret_args[6])
{
	const struct sys_field *array = sys_indirect_array(desc);

	memset(ret_args, 0, 6 * sizeof(ret_args[0]));
	if (!array || size < (size_t)array->len_const * desc->wide)
		return NULL;
	for (size_t i = 0; i < array->len_const && i < 6; i++)
		ret_args[i] = load(words, size, i * desc->wide, desc->wide);
	return sys_select(desc->indirect(), ret_args, NULL);
}

const struct sys_desc *sys_said(const struct sys_desc *desc)
{
	while (!desc->said && !desc->indirect && desc->base)
		desc = desc->base();
	return desc->indirect ? desc->indirect() : desc;
}

static size_t widest(const struct sys_desc *desc)
{
	size_t n = 0;

	for (size_t i = 0; i < desc->count; i++) {
		const struct sys_field *f = &desc->field[i];
		size_t m = f->off / sizeof(uint64_t) + (f->split ? 2 : 1);

		/* What is on the stack is not in a register. */
		if (f->place == PLACE_STACK)
			continue;
		n = m > n ? m : n;
	}
	for (size_t i = 0; desc->cases && i < desc->cases->count; i++) {
		size_t m = widest(desc->cases->variant[i].desc());

		n = m > n ? m : n;
	}
	return n;
}

size_t sys_arg_count(const struct sys_desc *desc)
{
	return widest(desc);
}

#define KIND_BIT(kind) (UINT64_C(1) << (kind))

static bool is_signed(const struct sys_field *field)
{
	const uint64_t kinds = KIND_BIT(K_INT) | KIND_BIT(K_FD) | KIND_BIT(K_ATFD) |
			       KIND_BIT(K_PID) | KIND_BIT(K_SIGNAL);

	_Static_assert(K_KIND_MAX <= 64, "a kind is a bit of a word");
	return kinds >> field->kind & 1;
}

uint64_t sys_value(const struct sys_field *field, const void *base, size_t size)
{
	unsigned width = field->width < 8 ? field->width : 8;
	uint64_t value;

	/* Most are whole words: this is asked of each argument, several times. */
	if (width == 8 && !(field->split | field->bits))
		return load(base, size, field->off, sizeof(uint64_t));
	if (field->split) {
		uint64_t first = load(base, size, field->off, 4);
		uint64_t second = load(base, size, field->off + sizeof(uint64_t), 4);

		return field->split == LOW_FIRST ? second << 32 | first : first << 32 | second;
	}
	value = load(base, size, field->off, width);
	if (field->bits)
		return value >> field->shift & ((UINT64_C(1) << field->bits) - 1);
	if (width && width < 8 && is_signed(field) && value >> (8 * width - 1))
		value |= UINT64_MAX << (8 * width);
	return value;
}

const struct sys_field *sys_sibling(const struct sys_desc *desc, uint16_t off)
{
	for (size_t i = 0; i < desc->count; i++) {
		if (desc->field[i].off == off && desc->field[i].width)
			return &desc->field[i];
	}
	return NULL;
}

bool sys_present(const struct sys_desc *desc, const struct sys_field *field, const void *base,
		 size_t size)
{
	const struct sys_field *condition;
	uint64_t value;

	if (!field->if_mask)
		return true;
	condition = sys_sibling(desc, field->if_off);
	value = condition ? sys_value(condition, base, size) : 0;
	if (!field->if_equal)
		return (value & field->if_mask) != 0;
	return ((value & field->if_mask) == field->if_value) == (field->if_equal == 1);
}
