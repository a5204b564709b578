/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Messages and attributes in a row, and what attributes hold: rtnetlink(7). A length that is
 * shorter than its own head ends a row; one that is too long is cut to what is there.
 */
#include "netlink.h"

#include "escape.h"

#include "sys/flags.h"
#include "sys/table.h"

#include <string.h>

enum {
	FAMILY_INET = 2,
	FAMILY_INET6 = 10,
	INTERNET_SIZE = 16,
	HEAD_SIZE = 4,
	FLAG_NESTED = 0x8000,
	FLAG_NETWORK_ORDER = 0x4000,
	TYPE_MASK = 0x3fff,
	HARDWARE_MAX = 32, /* MAX_ADDR_LEN */
	LOOPBACK = 1,      /* the kernel's index of it, everywhere */
	LINK_NAME = 3,
};

void netlink_row(const struct scope *s, const uint8_t *at, size_t size, size_t width, size_t head,
		 netlink_item_fn *say, const void *what, unsigned family)
{
	bool many = false;

	for (size_t i = 0; size >= head && !is_full(s); i++) {
		uint64_t length = load(at, size, 0, width);
		uint64_t step = length < head ? size : (length + 3) / 4 * 4;
		bool last = step >= size;

		if (!many && !last)
			buf_char(s->out, '[');
		many |= !last;
		if (i >= s->p->options.string_limit && !s->p->options.verbose) {
			buf_str(s->out, "...");
			size = 0;
			break;
		}
		say(s, what, at, length < size ? (size_t)length : size, family);
		at += last ? size : (size_t)step;
		size -= last ? size : (size_t)step;
		buf_str(s->out, last ? "" : ", ");
	}
	if (size && size < head)
		say_hexadecimal(s, at, size, size);
	buf_str(s->out, many ? "]" : "");
}

/* ---- numbers and structs ---- */

void say_interface(const struct scope *s, uint32_t index)
{
	const struct interface *i = &s->p->interfaces[index % PRINT_INTERFACES_MAX];
	const char *name = index == LOOPBACK ? "lo" : NULL;
	size_t from = s->out->size;

	if (index && i->index == index)
		name = i->name;
	if (!name) {
		buf_u64(s->out, index);
		return;
	}
	buf_str(s->out, "if_nametoindex(\"");
	escape_strace(s->out, (const uint8_t *)name, strlen(name), s->p->options.hex);
	buf_str(s->out, "\")");
	put_decimal(s->p, s->out, from, index);
}

void netlink_remember(const struct scope *s, uint32_t index, const uint8_t *attributes, size_t size)
{
	struct interface *i = &s->p->interfaces[index % PRINT_INTERFACES_MAX];

	while (index && size >= HEAD_SIZE) {
		size_t length = (size_t)load(attributes, size, 0, 2), step = (length + 3) / 4 * 4;

		if (length <= HEAD_SIZE || length > size)
			return;
		if (load(attributes, size, 2, 2) == LINK_NAME) {
			size_t n =
				strnlen((const char *)attributes + HEAD_SIZE, length - HEAD_SIZE);

			n = n < PRINT_INTERFACE_NAME - 1 ? n : PRINT_INTERFACE_NAME - 1;
			i->index = index;
			memcpy(i->name, attributes + HEAD_SIZE, n);
			i->name[n] = '\0';
			return;
		}
		step = step < size ? step : size;
		attributes += step;
		size -= step;
	}
}

void netlink_field(const struct scope *s, const struct sys_field *f, const uint8_t *at, size_t size)
{
	struct scope inner = *s;

	inner.base = at;
	inner.size = size;
	inner.address = 0;
	if (f->kind == K_BYTES)
		netlink_hardware(s, at + f->off, f->size);
	else if (f->kind == K_NONE)
		say_interface(s, (uint32_t)load(at, size, f->off, 4));
	else
		say_number(&inner, f, sys_value(f, at, size));
}

void netlink_fields(const struct scope *s, const struct netlink_layout *layout, const uint8_t *at,
		    size_t size)
{
	bool any = false;

	for (size_t i = 0; i < layout->count; i++) {
		const struct sys_field *f = &layout->field[i];

		if ((size_t)f->off + f->width + f->size > size)
			break;
		/* Single bits are many: those that are not set are a detail. */
		if (f->bits && !s->p->options.verbose && !sys_value(f, at, size))
			continue;
		buf_printf(s->out, "%s%s=", any ? ", " : "", f->name);
		netlink_field(s, f, at, size);
		if (f->bits > 1)
			buf_printf(s->out, " /* bits %u..%u */", f->shift, f->shift + f->bits);
		any = true;
	}
}

void netlink_struct(const struct scope *s, const struct netlink_layout *layout, const uint8_t *at,
		    size_t size)
{
	buf_char(s->out, '{');
	netlink_fields(s, layout, at, size);
	buf_char(s->out, '}');
}

void netlink_cut(const struct scope *s, const struct netlink_layout *layout, const uint8_t *at,
		 size_t size)
{
	buf_printf(s->out, "{%s=", layout->field[0].name);
	netlink_field(s, &layout->field[0], at, size);
	buf_str(s->out, ", ...}");
}

/* Of a kind that is not described, or just the family. */
void netlink_family(const struct scope *s, const uint8_t *at, size_t size)
{
	buf_str(s->out, "{family=");
	say_enum(s->out, &sys_flags_address_families, at[0]);
	if (size > 1) {
		buf_str(s->out, ", data=");
		say_hexadecimal(s, at + 1, size - 1, size - 1);
	}
	buf_char(s->out, '}');
}

/* ---- attributes ---- */

void netlink_address(const struct scope *s, const uint8_t *at, size_t size, unsigned family)
{
	size_t from = s->out->size;

	if (family == FAMILY_INET && size >= 4) {
		say_ipv4(s, at);
		put_bytes(s->p, s->out, from, at, 4);
	} else if (family == FAMILY_INET6 && size >= INTERNET_SIZE) {
		say_ipv6(s, at, size, 0);
		put_bytes(s->p, s->out, from, at, INTERNET_SIZE);
	} else {
		say_hexadecimal(s, at, size, size);
	}
}

void netlink_hardware(const struct scope *s, const uint8_t *at, size_t size)
{
	size_t from = s->out->size;

	note_address(s, PRINT_HARDWARE, at, size);
	for (size_t i = 0; i < size; i++)
		buf_printf(s->out, "%s%02x", i ? ":" : "", at[i]);
	put_bytes(s->p, s->out, from, at, size);
}

void netlink_time(const struct scope *s, const uint8_t *at, size_t size, unsigned family)
{
	size_t from = s->out->size;

	(void)family;
	if (size > sizeof(uint64_t)) {
		say_hexadecimal(s, at, size, size);
		return;
	}
	say_ticks(s->out, load(at, size, 0, size));
	put_decimal(s->p, s->out, from, (int64_t)load(at, size, 0, size));
}

/* Its last NUL is not said; one that has none goes on, as far as anybody knows. */
static void say_text(const struct scope *s, const uint8_t *at, size_t size)
{
	bool ended = size && !at[size - 1];

	say_quoted(s->p, s->out, at, size - ended, ended ? size - 1 : size + 1, false);
}

static const char *index_name(const struct sys_flagset *names, size_t index)
{
	for (size_t i = 0; i < names->count; i++) {
		if (names->flag[i].value == index)
			return names->flag[i].name;
	}
	return NULL;
}

/* "[NAME]=", or with the number. */
static void say_index(const struct scope *s, const char *name, size_t index, bool known)
{
	if (s->p->options.words == PRINT_WORDS_NEVER)
		buf_printf(s->out, "[%zu]=", index);
	else if (known && s->p->options.words == PRINT_WORDS_ONLY)
		buf_printf(s->out, "[%s]=", name);
	else
		buf_printf(s->out, "[%zu /* %s */]=", index, name);
}

static void say_array(const struct scope *s, const struct sys_field *number, const uint8_t *at,
		      size_t size)
{
	size_t width = number->width;

	buf_char(s->out, '[');
	for (size_t i = 0; (i + 1) * width <= size && !is_full(s); i++) {
		const char *name = number->flags ? index_name(number->flags, i) : NULL;

		buf_str(s->out, i ? ", " : "");
		if (i >= s->p->options.string_limit && !s->p->options.verbose) {
			buf_str(s->out, "...");
			break;
		}
		if (number->flags)
			say_index(s, name ? name : number->flags->unknown, i, name != NULL);
		netlink_field(s, number, at + i * width, width);
	}
	buf_char(s->out, ']');
}

/* What `what` of a row is: the attributes of a list, and where they all are. */
struct siblings {
	const struct netlink_list *list;
	const uint8_t *at;
	size_t size;
};

static const struct netlink_list *choose(const struct siblings *x,
					 const struct netlink_attribute *a)
{
	const uint8_t *at = x->at;
	size_t size = x->size;

	while (size > HEAD_SIZE) {
		size_t length = (size_t)load(at, size, 0, 2), step = (length + 3) / 4 * 4;

		if (length < HEAD_SIZE || length > size)
			return NULL;
		for (const struct netlink_choice *c = a->choices; c->text; c++) {
			if (load(at, size, 2, 2) == a->by &&
			    length - HEAD_SIZE == strlen(c->text) + 1 &&
			    memcmp(at + HEAD_SIZE, c->text, length - HEAD_SIZE) == 0)
				return c->list;
		}
		step = step < size ? step : size;
		at += step;
		size -= step;
	}
	return NULL;
}

static bool fits(const struct netlink_attribute *a, size_t size, const struct scope *s)
{
	switch ((enum netlink_form)a->form) {
	case NETLINK_NUMBER:
	case NETLINK_ARRAY:
		return size >= a->number.width;
	case NETLINK_STRUCT:
		return size >= a->layout->size;
	case NETLINK_HARDWARE:
		return size <= HARDWARE_MAX;
	case NETLINK_INTERNET:
		return size >= INTERNET_SIZE;
	case NETLINK_HEADED:
		return s->depth < PRINT_DEPTH_MAX && size >= a->layout->size;
	case NETLINK_LIST:
	case NETLINK_CHOSEN:
		return s->depth < PRINT_DEPTH_MAX;
	case NETLINK_OTHER:
		return size >= a->least;
	default:
		return true;
	}
}

static void say_headed(const struct scope *s, const struct netlink_attribute *a, const uint8_t *at,
		       size_t size, unsigned family)
{
	size_t head = a->layout->size;

	/* A lone number has no name. */
	if (!a->layout->field[0].name)
		netlink_field(s, &a->layout->field[0], at, head);
	else
		netlink_struct(s, a->layout, at, head);
	if (size <= head)
		return;
	buf_str(s->out, ", ");
	netlink_attributes(s, a->list, at + head, size - head, family);
}

static void say_data(const struct scope *s, const struct netlink_attribute *a,
		     const struct siblings *x, const uint8_t *at, size_t size, unsigned family)
{
	const struct netlink_list *list = a ? a->list : NULL;
	struct scope inner = *s;

	inner.depth++;
	if (a && a->form == NETLINK_CHOSEN)
		list = choose(x, a);
	if (!a || !fits(a, size, s) || (a->form == NETLINK_CHOSEN && !list))
		say_hexadecimal(s, at, size, size);
	else if (a->form == NETLINK_TEXT)
		say_text(s, at, size);
	else if (a->form == NETLINK_ADDRESS)
		netlink_address(s, at, size, family);
	else if (a->form == NETLINK_INTERNET)
		netlink_address(s, at, size, FAMILY_INET6);
	else if (a->form == NETLINK_HARDWARE)
		netlink_hardware(s, at, size);
	else if (a->form == NETLINK_STRUCT)
		netlink_struct(s, a->layout, at, size);
	else if (a->form == NETLINK_ARRAY)
		say_array(s, &a->number, at, size);
	else if (a->form == NETLINK_HEADED)
		say_headed(&inner, a, at, size, family);
	else if (a->form == NETLINK_OTHER)
		a->say(&inner, at, size, family);
	else if (list)
		netlink_attributes(&inner, list, at, size, family);
	else
		netlink_field(s, &a->number, at, size);
}

static void say_type(const struct scope *s, const struct sys_flagset *names, unsigned type)
{
	size_t from = s->out->size;
	unsigned flags = type & ~(unsigned)TYPE_MASK;

	buf_str(s->out, flags & FLAG_NESTED ? "NLA_F_NESTED" : "");
	buf_str(s->out, flags == (FLAG_NESTED | FLAG_NETWORK_ORDER) ? "|" : "");
	buf_str(s->out, flags & FLAG_NETWORK_ORDER ? "NLA_F_NET_BYTEORDER" : "");
	if (flags) {
		put_hex(s->p, s->out, from, flags);
		buf_char(s->out, '|');
	}
	from = s->out->size;
	say_enum(s->out, names, type & TYPE_MASK);
	put_hex(s->p, s->out, from, type & TYPE_MASK);
}

static void say_attribute(const struct scope *s, const void *what, const uint8_t *at, size_t size,
			  unsigned family)
{
	const struct siblings *x = what;
	const struct netlink_list *list = x->list;
	/* The head is there, whatever the length in it says. */
	unsigned length = (unsigned)load(at, HEAD_SIZE, 0, 2);
	unsigned type = (unsigned)load(at, HEAD_SIZE, 2, 2);
	const struct netlink_attribute *known = NULL;

	for (size_t i = 0; i < list->count; i++) {
		if (list->known[i].type == (type & TYPE_MASK) &&
		    (!list->known[i].family || list->known[i].family == family))
			known = &list->known[i];
	}
	buf_printf(s->out, "%s{nla_len=%u, nla_type=", size > HEAD_SIZE ? "[" : "", length);
	say_type(s, list->names, type);
	buf_char(s->out, '}');
	if (size <= HEAD_SIZE)
		return;
	buf_str(s->out, ", ");
	say_data(s, known, x, at + HEAD_SIZE, size - HEAD_SIZE, family);
	buf_char(s->out, ']');
}

void netlink_attributes(const struct scope *s, const struct netlink_list *list, const uint8_t *at,
			size_t size, unsigned family)
{
	const struct siblings siblings = {list, at, size};

	netlink_row(s, at, size, 2, HEAD_SIZE, say_attribute, &siblings, family);
}
