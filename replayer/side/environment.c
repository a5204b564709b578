/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What variables say, with what is in them called by its label: HOME=/home/me is "$HOME" in every
 * run, and TMP=/tmp/tmp.9fK2ab, which was made up, "/tmp/<new#1>". Only those are put down that are
 * said otherwise than they stand there; they are for comparing, people see what was set.
 *
 * No objects come of it: that a variable names a file does not mean that anybody looked for it.
 */
#include "side_priv.h"

#include "base/cleanup.h"

#include <string.h>

/* Only there a label can stand for something. */
static bool may_be_said_otherwise(const char *value, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		if (value[i] == '/' || (value[i] >= '0' && value[i] <= '9'))
			return true;
	}
	return false;
}

static void say_value(const struct path_ways *w, const char *value, size_t size, struct buf *ret)
{
	size_t plain = 0;

	for (size_t i = 0, n; i < size; i += n) {
		uint8_t marks;
		bool made_up;

		n = diff_begins_path(value, i, size) ? diff_path_length(value + i, size - i) : 0;
		if (n > 1) {
			diff_name_label(w, value + plain, i - plain, ret);
			diff_path_label(w, value + i, n, ret, &marks, &made_up);
			plain = i + n;
		}
		n += !n;
	}
	diff_name_label(w, value + plain, size - plain, ret);
}

void diff_environment_say(struct reading *r, const uint8_t *environment, size_t size,
			  struct buf *ret)
{
	const struct path_ways ways = diff_path_ways(r);
	cleanup_done(buf_done) struct buf said = {0};

	for (size_t at = 0, n; at < size; at += n + 1) {
		const char *text = (const char *)environment + at, *value;
		size_t value_size;

		n = strnlen(text, size - at);
		value = memchr(text, '=', n);
		if (!value)
			continue;
		value++;
		value_size = n - (size_t)(value - text);
		if (!may_be_said_otherwise(value, value_size))
			continue;
		buf_clear(&said);
		say_value(&ways, value, value_size, &said);
		if (said.size == value_size && memcmp(buf_text(&said), value, value_size) == 0)
			continue;
		buf_append(ret, text, (size_t)(value - text));
		buf_append(ret, said.data, said.size);
		buf_char(ret, '\0');
		buf_inherit(ret, &said);
	}
}
