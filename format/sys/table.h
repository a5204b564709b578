/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Descriptions by number and by name, and how to read values through them.
 * Everything here is constant data; nothing can fail but by not being there.
 */
#ifndef SYS_TABLE_H
#define SYS_TABLE_H

#include "desc.h"

enum { SYS_ARCHS = 2 }; /* architectures of which calls are known */

/*
 * The call with number @nr on @arch (AUDIT_ARCH_*), or NULL when the number or the
 * architecture is not known.
 */
const struct sys_desc *sys_find(uint32_t arch, uint64_t nr);

/* Whether @desc, which may be NULL, has one of these names; NULL ends them. */
bool sys_is_named(const struct sys_desc *desc, const char *const *names);

/* The number of the call named @name on @arch, or -1. */
int64_t sys_number(uint32_t arch, const char *name);

/* The architectures of which calls are known, by index; 0 behind the last. */
uint32_t sys_arch(size_t index);

/* One more than the greatest number known on @arch; 0: unknown architecture. */
uint64_t sys_count(uint32_t arch);

/*
 * The variant of @desc that @args select (ioctl TCGETS …), or @desc itself. The
 * variant's name is the call's; @ret_label, if not NULL, is the variant's label or
 * NULL.
 */
const struct sys_desc *sys_select(const struct sys_desc *desc, const uint64_t args[6],
				  const char **ret_label);

/*
 * A call whose arguments are in memory (socketcall): the field that points to them, or NULL; and,
 * with the @size bytes at @words that it points to, the call that they are arguments of, as
 * sys_select() gives it, with these in @ret_args. NULL when @desc is no such call, or when bytes
 * are missing.
 */
const struct sys_field *sys_indirect_array(const struct sys_desc *desc);
const struct sys_desc *sys_indirect(const struct sys_desc *desc, const void *words, size_t size,
				    uint64_t ret_args[6]);

/*
 * The call that a call, or a variant as sys_select() gives it, is said as: the call itself, but a
 * variant may have another name (shmat, of ipc), or be another call (bind, of socketcall).
 */
const struct sys_desc *sys_said(const struct sys_desc *desc);

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
