/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Descriptions by number and by name, and how to read values through them.
 * Everything here is constant data; nothing can fail but by not being there.
 */
#ifndef SYS_TABLE_H
#define SYS_TABLE_H

#include "desc.h"

/*
 * The call with number @nr on @arch (AUDIT_ARCH_*), or NULL when the number or the
 * architecture is not known.
 */
const struct sys_desc *sys_find(uint32_t arch, uint64_t nr);

/* The number of the call named @name on @arch, or -1. */
int64_t sys_number(uint32_t arch, const char *name);

/* One more than the greatest number known on @arch; 0: unknown architecture. */
uint64_t sys_count(uint32_t arch);

/*
 * The variant of @desc that @args select (ioctl TCGETS …), or @desc itself. The
 * variant's name is the call's; @ret_label, if not NULL, is the variant's label or
 * NULL.
 */
const struct sys_desc *sys_select(const struct sys_desc *desc, const uint64_t args[6],
				  const char **ret_label);

/* How many of the six registers the call takes, over all its variants. */
size_t sys_arg_count(const struct sys_desc *desc);

/*
 * The value of @field in the struct (or the six slots) at @base, of which @size
 * bytes are there. Zero-extended, or sign-extended for the signed kinds. What lies
 * beyond @size reads as 0.
 */
uint64_t sys_value(const struct sys_field *field, const void *base, size_t size);

/* The field at offset @off, or NULL. */
const struct sys_field *sys_sibling(const struct sys_desc *desc, uint16_t off);

/* Whether @field is there, by its WHEN condition. */
bool sys_present(const struct sys_desc *desc, const struct sys_field *field, const void *base,
		 size_t size);

#endif
