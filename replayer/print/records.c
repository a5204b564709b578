/* SPDX-License-Identifier: Apache-2.0 */
/* Directory entries as getdents(2) and getdents64(2) give them. */
#include "printer.h"

#include <inttypes.h>
#include <string.h>

struct layout {
	size_t head;      /* bytes before the name */
	size_t wide;      /* of d_ino and d_off */
	size_t length_at; /* of d_reclen */
	bool type_behind; /* d_type is the record's last byte, not before the name */
};

static const char *const types[] = {
	[0] = "DT_UNKNOWN", [1] = "DT_FIFO", [2] = "DT_CHR",   [4] = "DT_DIR", [6] = "DT_BLK",
	[8] = "DT_REG",     [10] = "DT_LNK", [12] = "DT_SOCK", [14] = "DT_WHT"};

static void say_type(struct buf *out, unsigned type)
{
	if (type < sizeof(types) / sizeof(types[0]) && types[type])
		buf_str(out, types[type]);
	else
		buf_printf(out, "%#x", type);
}

static size_t record_length(const struct layout *l, const uint8_t *at, size_t size)
{
	size_t length = (size_t)load(at, size, l->length_at, 2);

	return length > l->head && length <= size ? length : 0;
}

static size_t count_records(const struct layout *l, const uint8_t *at, size_t size)
{
	size_t n = 0, length;

	while ((length = record_length(l, at, size))) {
		at += length;
		size -= length;
		n++;
	}
	return n;
}

static void say_record(const struct scope *s, const struct layout *l, const uint8_t *at,
		       size_t length)
{
	const char *name = (const char *)at + l->head;
	size_t name_size = strnlen(name, length - l->head);
	unsigned type = at[l->type_behind ? length - 1 : l->head - 1];

	buf_printf(s->out, "{d_ino=%" PRIu64 ", d_off=%" PRId64 ", d_reclen=%zu",
		   load(at, length, 0, l->wide), (int64_t)load(at, length, l->wide, l->wide),
		   length);
	if (!l->type_behind) {
		buf_str(s->out, ", d_type=");
		say_type(s->out, type);
	}
	buf_str(s->out, ", d_name=");
	say_quoted(s->p, s->out, (const uint8_t *)name, name_size, name_size, true);
	if (l->type_behind) {
		buf_str(s->out, ", d_type=");
		say_type(s->out, type);
	}
	buf_char(s->out, '}');
}

static void say_records(const struct scope *s, const struct layout *l, const uint8_t *at,
			size_t size, uint64_t address)
{
	size_t n = count_records(l, at, size), length;

	if (!s->p->options.verbose) {
		say_pointer(s, address);
		buf_printf(s->out, " /* %zu entries */", n);
		return;
	}
	buf_char(s->out, '[');
	for (size_t i = 0; (length = record_length(l, at, size)); i++) {
		buf_str(s->out, i ? ", " : "");
		say_record(s, l, at, length);
		at += length;
		size -= length;
	}
	buf_char(s->out, ']');
}

void say_dirents(const struct scope *s, const uint8_t *bytes, size_t size, uint64_t address)
{
	static const struct layout layout = {19, 8, 16, false};

	say_records(s, &layout, bytes, size, address);
}

void say_dirents_old(const struct scope *s, const uint8_t *bytes, size_t size, uint64_t address)
{
	const size_t wide = s->desc->wide;
	const struct layout layout = {2 * wide + 2, wide, 2 * wide, true};

	say_records(s, &layout, bytes, size, address);
}
