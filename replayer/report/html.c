/* SPDX-License-Identifier: Apache-2.0 */
#include "html.h"

#include "base/buf.h"
#include "base/cleanup.h"
#include "replayer/print/escape.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static void html_escape(struct buf *out, const char *text, size_t size)
{
	static const char *const entity[256] = {['&'] = "&amp;",
						['<'] = "&lt;",
						['>'] = "&gt;",
						['"'] = "&quot;",
						['\''] = "&#39;"};
	size_t from = 0;

	for (size_t i = 0; i < size; i++) {
		const char *e = entity[(uint8_t)text[i]];

		if (!e)
			continue;
		buf_append(out, text + from, i - from);
		buf_str(out, e);
		from = i + 1;
	}
	buf_append(out, text + from, size - from);
}

void html_text(struct buf *out, const char *text)
{
	html_escape(out, text, strlen(text));
}

void html_take(struct buf *out, struct buf *text)
{
	html_escape(out, buf_text(text), text->size);
	buf_inherit(out, text);
	buf_clear(text);
}

void html_cut(struct buf *text, size_t limit)
{
	if (text->size <= limit)
		return;
	while (limit && ((uint8_t)text->data[limit] & 0xc0) == 0x80)
		limit--;
	buf_truncate(text, limit);
	buf_str(text, "…");
}

void html_bytes(struct buf *out, const void *bytes, size_t size, size_t limit)
{
	cleanup_done(buf_done) struct buf text = {0};

	escape_text(&text, bytes, size < limit ? size : limit);
	if (size > limit)
		buf_str(&text, "…");
	html_escape(out, buf_text(&text), text.size);
	buf_inherit(out, &text);
}

void html_count(struct buf *out, uint64_t n)
{
	char text[24];
	int size = snprintf(text, sizeof(text), "%" PRIu64, n);

	for (int i = 0; i < size; i++) {
		if (i && (size - i) % 3 == 0)
			buf_char(out, ',');
		buf_char(out, text[i]);
	}
}

void html_duration(struct buf *out, uint64_t ns)
{
	static const struct {
		uint64_t from, unit;
		const char *name;
	} units[] = {{UINT64_C(1000000000), UINT64_C(1000000000), "s"},
		     {1000000, 1000000, "ms"},
		     {1000, 1000, "µs"}};

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		double value = (double)ns / (double)units[i].unit;

		if (ns < units[i].from)
			continue;
		buf_printf(out, "%.*f\u00a0%s",
			   value < 10    ? 2
			   : value < 100 ? 1
					 : 0,
			   value, units[i].name);
		return;
	}
	buf_printf(out, "%" PRIu64 "\u00a0ns", ns);
}

void html_size(struct buf *out, uint64_t bytes)
{
	static const char *const units[] = {"KiB", "MiB", "GiB", "TiB"};
	double value = (double)bytes / 1024;
	size_t i = 0;

	if (bytes < 1024) {
		buf_printf(out, "%" PRIu64 "\u00a0B", bytes);
		return;
	}
	for (; value >= 1024 && i < 3; i++)
		value /= 1024;
	buf_printf(out, "%.1f\u00a0%s", value, units[i]);
}

void html_count_cell(struct buf *out, uint64_t n)
{
	buf_printf(out, "<td class=n data-v=%" PRIu64 ">", n);
	if (n)
		html_count(out, n);
	buf_str(out, "</td>");
}

void html_duration_cell(struct buf *out, uint64_t ns)
{
	buf_printf(out, "<td class=n data-v=%" PRIu64 ">", ns);
	html_duration(out, ns);
	buf_str(out, "</td>");
}

void html_time_cell(struct buf *out, uint64_t ns)
{
	buf_printf(out, "<td class=n data-v=%" PRIu64 ">%.6f</td>", ns, (double)ns / 1e9);
}

void html_json(struct buf *out, const char *json, size_t size)
{
	size_t from = 0;

	for (size_t i = 0; i < size; i++) {
		if (json[i] != '<')
			continue;
		buf_append(out, json + from, i - from);
		buf_str(out, "\\u003c");
		from = i + 1;
	}
	buf_append(out, json + from, size - from);
}

void html_size_cell(struct buf *out, uint64_t bytes, uint64_t calls)
{
	buf_printf(out, "<td class=n data-v=%" PRIu64 ">", bytes);
	if (calls)
		html_size(out, bytes);
	buf_str(out, "</td>");
}
