/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The canonical form of what is said again and again, in less time: the same flags, modes and
 * names come with most calls, and so do the same structs. What a value of a field was said as is
 * kept, and of a struct which members are said at all, so that the walker (walk.c) is left with
 * what is special. Nothing here decides what is said: the walker says it first.
 */
#include "canon.h"

#include "printer.h"

#include "sys/table.h"

#include <string.h>

/* Kinds of which the text hangs on the field and the value alone. */
static const bool by_value_alone[K_KIND_MAX] = {
	[K_HEX] = true,     [K_OCT] = true,  [K_MODE] = true,   [K_CHAR] = true,  [K_ADDR] = true,
	[K_UID] = true,     [K_DEV] = true,  [K_SIGNAL] = true, [K_FLAGS] = true, [K_ENUM] = true,
	[K_HANDLER] = true, [K_PORT] = true, [K_RLIMIT] = true, [K_HEX8] = true,  [K_PAGES] = true,
};

static bool hangs_on_value(const struct sys_field *f)
{
	return by_value_alone[f->kind] && f->mem == MEM_NONE && !f->size && !f->high_off1;
}

static struct known_text *text_of(struct printer *p, const struct sys_field *f, uint64_t value)
{
	uint64_t key = ((uintptr_t)f / sizeof(*f) + value) * UINT64_C(0x9e3779b97f4a7c15);

	return &p->texts[(key >> 32) % PRINT_TEXTS_MAX];
}

void canon_say(const struct scope *s, const struct sys_field *f, uint64_t value)
{
	const size_t from = s->out->size;
	struct known_text *known;

	if (!hangs_on_value(f)) {
		say_any_field(s, f, value);
		return;
	}
	known = text_of(s->p, f, value);
	if (known->field == f && known->value == value) {
		buf_append(s->out, known->text, known->size);
		return;
	}
	say_any_field(s, f, value);
	if (buf_error(s->out) || s->out->size - from > sizeof(known->text))
		return;
	*known = (struct known_text){f, value, (uint8_t)(s->out->size - from), {0}};
	memcpy(known->text, s->out->data + from, known->size);
}

/* ---- structs ---- */

/* Numbers that are said wherever they are there, whichever way the struct goes. */
static bool is_plain(const struct sys_desc *d, const struct sys_field *f)
{
	return f->mem == MEM_NONE && !f->size && !f->high_off1 && !f->bits && !f->split &&
	       f->place == PLACE_POINTED && f->dir == SAME && f->told == TOLD_IN_PLACE &&
	       (f->kind == K_INT || f->kind == K_UINT || by_value_alone[f->kind]) && d->size;
}

static bool has_address(const struct sys_desc *d)
{
	for (size_t i = 0; i < d->count; i++) {
		if (d->field[i].kind == K_SOCKADDR)
			return true;
	}
	return false;
}

static void find_members(const struct scope *s, struct known_struct *ret)
{
	const struct sys_desc *d = s->desc;
	const struct known_order *o = order_of(s->p, d);

	*ret = (struct known_struct){.desc = d, .usable = o->shown == o->count && !has_address(d)};
	for (uint8_t i = 0; i < o->shown; i++) {
		const struct sys_field *f = &d->field[o->field[i]];
		struct known_member *m = &ret->member[ret->count];

		if (f->again != AGAIN_OTHER_DIRECTORY && canon_omits(s, f))
			continue;
		if (ret->count == PRINT_MEMBERS_MAX || strlen(f->name) > UINT8_MAX) {
			ret->usable = false;
			return;
		}
		*m = (struct known_member){.field = f,
					   .condition =
						   f->if_mask ? sys_sibling(d, f->if_off) : NULL,
					   .name_size = (uint8_t)strlen(f->name),
					   .plain = is_plain(d, f),
					   .asked = f->again == AGAIN_OTHER_DIRECTORY};
		ret->count++;
	}
}

static bool is_present(const struct scope *s, const struct known_member *m)
{
	const struct sys_field *f = m->field;
	uint64_t value;

	if (!f->if_mask)
		return true;
	value = m->condition ? sys_value(m->condition, s->base, s->size) : 0;
	if (!f->if_equal)
		return (value & f->if_mask) != 0;
	return ((value & f->if_mask) == f->if_value) == (f->if_equal == 1);
}

static void say_plain(const struct scope *s, const struct known_member *m)
{
	const struct sys_field *f = m->field;
	uint64_t value = load(s->base, s->size, f->off, f->width);

	buf_append(s->out, f->name, m->name_size);
	buf_char(s->out, '=');
	if (f->again != AGAIN_SAME && f->again != AGAIN_OTHER_DIRECTORY)
		say_field(s, f);
	else if (f->kind == K_UINT)
		buf_u64(s->out, value);
	else if (f->kind == K_INT)
		buf_i64(s->out, (int64_t)sys_value(f, s->base, s->size));
	else
		say_field(s, f);
}

bool canon_struct(const struct scope *s)
{
	struct known_struct *k =
		&s->p->structs[(uintptr_t)s->desc / sizeof(*s->desc) % PRINT_STRUCTS_MAX];
	size_t first;

	if (s->part != PART_ALL || s->beyond || s->size < s->desc->size)
		return false;
	if (k->desc != s->desc)
		find_members(s, k);
	if (!k->usable)
		return false;
	buf_char(s->out, '{');
	first = s->out->size;
	for (uint8_t i = 0; i < k->count; i++) {
		const struct known_member *m = &k->member[i];

		if ((m->asked && canon_omits(s, m->field)) || !is_present(s, m) ||
		    (!m->plain && !is_member_said(s, m->field)))
			continue;
		if (s->out->size > first)
			buf_append(s->out, ", ", 2);
		if (m->plain) {
			say_plain(s, m);
			continue;
		}
		say_member(s, m->field);
		/* What a member holds may have taken the place. */
		if (k->desc != s->desc)
			find_members(s, k);
	}
	buf_char(s->out, '}');
	return true;
}
