/* SPDX-License-Identifier: Apache-2.0 */
#include "table.h"

#include "base/buf.h"
#include "html.h"

void table_say_left_out(struct buf *out, uint64_t n, const char *what)
{
	if (!n)
		return;
	buf_str(out, "<p class=cut>");
	html_count(out, n);
	buf_printf(out, " more %s are not shown here.</p>\n", what);
}

void table_open(struct table *t, struct buf *out, const char *caption, const char *const *heads,
		size_t rows, size_t bytes)
{
	*t = (struct table){.out = out, .from = out->size, .bytes = bytes, .rows = rows};
	buf_printf(out, "<div class=scroll><table class=data><caption>%s</caption><thead><tr>",
		   caption);
	for (; *heads; heads++) {
		if (**heads == '#')
			buf_printf(out, "<th scope=col class=n>%s</th>", *heads + 1);
		else
			buf_printf(out, "<th scope=col>%s</th>", *heads);
	}
	buf_str(out, "</tr></thead><tbody>\n");
}

bool table_row(struct table *t)
{
	if (t->told == t->rows || t->out->size - t->from > t->bytes)
		return false;
	t->told++;
	return true;
}

void table_close(struct table *t, uint64_t all, const char *what)
{
	buf_str(t->out, "</tbody></table></div>\n");
	table_say_left_out(t->out, all > t->told ? all - t->told : 0, what);
}
