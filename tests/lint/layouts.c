/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writes every struct that the descriptions know, one line for it and one for each of its fields:
 * "struct NAME SIZE", "field STRUCT NAME OFFSET SIZE"; with an argument, those of 32-bit programs.
 * values.py compares with the host's headers.
 */
#include "sys/table.h"

#include <stdio.h>

enum { ARCH_X86_64 = 0xc000003e, ARCH_I386 = 0x40000003, STRUCTS_MAX = 1024 };

struct walk {
	const struct sys_desc *seen[STRUCTS_MAX];
	size_t count;
};

static bool is_new(struct walk *walk, const struct sys_desc *desc)
{
	for (size_t i = 0; i < walk->count; i++) {
		if (walk->seen[i] == desc)
			return false;
	}
	if (walk->count == STRUCTS_MAX)
		return false;
	walk->seen[walk->count++] = desc;
	return true;
}

static void write_struct(const struct sys_desc *desc)
{
	printf("struct %s %zu\n", desc->name, desc->size);
	for (size_t i = 0; i < desc->count; i++) {
		const struct sys_field *f = &desc->field[i];

		printf("field %s %s %u %u\n", desc->name, f->name, f->off,
		       f->size ? f->size : f->width);
	}
}

static void visit(struct walk *walk, const struct sys_desc *desc)
{
	for (size_t i = 0; i < desc->count; i++) {
		const struct sys_desc *of = desc->field[i].of ? desc->field[i].of() : NULL;

		if (!of || !is_new(walk, of))
			continue;
		if (!of->cell)
			write_struct(of);
		visit(walk, of);
	}
	for (size_t i = 0; desc->cases && i < desc->cases->count; i++)
		visit(walk, desc->cases->variant[i].desc());
}

int main(int argc, char **argv)
{
	uint32_t arch = argc > 1 ? ARCH_I386 : ARCH_X86_64;
	struct walk walk = {0};

	(void)argv;
	for (uint64_t nr = 0; nr < sys_count(arch); nr++) {
		const struct sys_desc *desc = sys_find(arch, nr);

		if (desc)
			visit(&walk, desc);
	}
	return ferror(stdout) || fflush(stdout) != 0;
}
