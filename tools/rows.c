/* SPDX-License-Identifier: Apache-2.0 */
#include "rows.h"

#include "opts.h"

#include "base/cleanup.h"
#include "base/err.h"
#include "replayer/export/json.h"
#include "replayer/print/escape.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static void put_real(struct buf *out, double value)
{
	size_t from = out->size;

	/* 1.0 stays what it is, as with SQLite. */
	buf_printf(out, "%.15g", value);
	if (!buf_error(out) && !strpbrk(buf_text(out) + from, ".einf"))
		buf_str(out, ".0");
}

/* Without quotes, in characters that are harmless. */
static void put_plain(struct buf *out, const struct sql_value *v)
{
	switch (v->type) {
	case SQL_NULL:
		break;
	case SQL_INTEGER:
		buf_i64(out, v->integer);
		break;
	case SQL_REAL:
		put_real(out, v->real);
		break;
	case SQL_TEXT:
	case SQL_BLOB:
		escape_text(out, v->bytes, v->size);
		break;
	}
}

/* ---- csv ---- */

#define EACH_BYTE  (UINT64_MAX / 0xff)
#define UPPER_BITS (EACH_BYTE * 0x80)

/* Whether one of eight bytes is @c. */
static bool has_byte(uint64_t eight, uint8_t c)
{
	const uint64_t x = eight ^ EACH_BYTE * c;

	return (x - EACH_BYTE) & ~x & UPPER_BITS;
}

/* Eight bytes of which none is a blank, below it, a quote, a comma, or above ASCII. */
static bool are_plain(const uint8_t *at)
{
	uint64_t eight;

	memcpy(&eight, at, sizeof(eight));
	return !(((eight - EACH_BYTE * '!') | (eight + EACH_BYTE) | eight) & UPPER_BITS) &&
	       !has_byte(eight, '"') && !has_byte(eight, ',');
}

static bool is_plain(const uint8_t *at, size_t size)
{
	const size_t n = sizeof(uint64_t);
	uint8_t padded[sizeof(uint64_t)];

	if (size < n) {
		memset(padded, '!', n);
		for (size_t i = 0; i < size; i++)
			padded[i] = at[i];
		return size > 0 && are_plain(padded);
	}
	for (size_t i = 0; i + n < size; i += n) {
		if (!are_plain(at + i))
			return false;
	}
	return are_plain(at + size - n);
}

static void put_quoted(struct buf *out, const uint8_t *at, size_t size)
{
	if (is_plain(at, size)) {
		buf_append(out, at, size);
		return;
	}
	buf_char(out, '"');
	while (size) {
		const uint8_t *quote = memchr(at, '"', size);
		size_t n = quote ? (size_t)(quote - at) + 1 : size;

		buf_append(out, at, n);
		if (quote)
			buf_char(out, '"');
		at += n;
		size -= n;
	}
	buf_char(out, '"');
}

/* Of bytes, or for a terminal. */
static void put_harmless(struct rows *r, const struct sql_value *v)
{
	cleanup_done(buf_done) struct buf text = {0};

	put_plain(&text, v);
	put_quoted(&r->out, (const uint8_t *)buf_text(&text), text.size);
	buf_inherit(&r->out, &text);
}

/* A NULL is nothing, an empty text is two quotes. */
static void put_csv(struct rows *r, const struct sql_value *v)
{
	if (v->type == SQL_NULL)
		return;
	if (v->type == SQL_INTEGER)
		buf_i64(&r->out, v->integer);
	else if (v->type == SQL_TEXT && !r->terminal)
		put_quoted(&r->out, v->bytes, v->size);
	else if (v->type < SQL_TEXT)
		put_plain(&r->out, v);
	else
		put_harmless(r, v);
}

static void csv_row(struct rows *r, const char *const *names, const struct sql_value *values,
		    size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (i)
			buf_char(&r->out, ',');
		if (values)
			put_csv(r, &values[i]);
		else
			put_quoted(&r->out, (const uint8_t *)names[i], strlen(names[i]));
	}
	buf_str(&r->out, "\r\n");
}

/* ---- json ---- */

static void json_value(struct buf *out, const char *name, const struct sql_value *v)
{
	cleanup_done(buf_done) struct buf key = {0};

	escape_json(&key, name, strlen(name));
	buf_inherit(out, &key);
	switch (v->type) {
	case SQL_NULL:
		json_null(out, buf_text(&key));
		break;
	case SQL_INTEGER:
		json_signed(out, buf_text(&key), v->integer);
		break;
	case SQL_REAL:
		json_key(out, buf_text(&key));
		if (v->real - v->real != 0)
			buf_str(out, "null");
		else
			put_real(out, v->real);
		break;
	case SQL_TEXT:
		json_key(out, buf_text(&key));
		json_string(out, v->bytes, v->size);
		break;
	case SQL_BLOB:
		json_base64(out, buf_text(&key), v->bytes, v->size);
		break;
	}
}

static void json_row(struct rows *r, const char *const *names, const struct sql_value *values,
		     size_t count)
{
	size_t from;

	if (!values)
		return;
	buf_str(&r->out, r->count ? ",\n" : "[");
	from = r->out.size;
	for (size_t i = 0; i < count; i++)
		json_value(&r->out, names[i], &values[i]);
	/* Each member began with a comma. */
	if (!buf_error(&r->out) && r->out.size > from)
		r->out.data[from] = '{';
	buf_char(&r->out, '}');
}

/* ---- line ---- */

static void line_row(struct rows *r, const char *const *names, const struct sql_value *values,
		     size_t count)
{
	size_t width = 5;

	if (!values)
		return;
	for (size_t i = 0; i < count; i++)
		width = strlen(names[i]) > width ? strlen(names[i]) : width;
	buf_str(&r->out, r->any ? "\n" : "");
	r->any = true;
	for (size_t i = 0; i < count; i++) {
		buf_printf(&r->out, "%*s = ", (int)(width < ROWS_WIDTH_MAX ? width : 0), names[i]);
		put_plain(&r->out, &values[i]);
		buf_char(&r->out, '\n');
	}
}

/* ---- table ---- */

/* Characters, not bytes; those that take two columns are not known here. */
static size_t width_of(const char *text)
{
	size_t n = 0;

	for (; *text; text++)
		n += ((unsigned char)*text & 0xc0) != 0x80;
	return n;
}

static void pad(struct buf *out, size_t count, char c)
{
	char *at = buf_extend(out, count);

	if (at)
		memset(at, c, count);
}

static void put_cell(struct rows *r, size_t column, const char *text, bool right)
{
	size_t width = width_of(text), wanted = r->widths[column];
	size_t missing = width < wanted ? wanted - width : 0;

	buf_str(&r->out, column ? "  " : "");
	pad(&r->out, right ? missing : 0, ' ');
	buf_str(&r->out, text);
	if (column + 1 < r->columns)
		pad(&r->out, right ? 0 : missing, ' ');
	else
		buf_char(&r->out, '\n');
}

/* The widths are those of what has come so far: that is written now. */
static void release(struct rows *r)
{
	const char *at = buf_text(&r->held);
	size_t n = r->right.size;

	for (size_t i = 0; i < n; i++) {
		size_t column = i % r->columns;
		size_t width = width_of(at);

		if (width > r->widths[column])
			r->widths[column] = width < ROWS_WIDTH_MAX ? width : ROWS_WIDTH_MAX;
		at += strlen(at) + 1;
	}
	at = buf_text(&r->held);
	for (size_t i = 0; i < n; i++) {
		put_cell(r, i % r->columns, at, r->right.data[i]);
		at += strlen(at) + 1;
		if (i + 1 != r->columns || r->no_header)
			continue;
		for (size_t k = 0; k < r->columns; k++) {
			buf_str(&r->out, k ? "  " : "");
			pad(&r->out, r->widths[k], '-');
		}
		buf_char(&r->out, '\n');
	}
	r->wide = true;
	buf_clear(&r->held);
	buf_clear(&r->right);
}

static int begin_table(struct rows *r, size_t count)
{
	free(r->widths);
	r->widths = calloc(count, sizeof(*r->widths));
	r->wide = false;
	return r->widths ? 0 : -ENOMEM;
}

static void table_row(struct rows *r, const char *const *names, const struct sql_value *values,
		      size_t count)
{
	cleanup_done(buf_done) struct buf text = {0};

	for (size_t i = 0; i < count; i++) {
		bool right = values && values[i].type <= SQL_REAL;

		buf_clear(&text);
		if (values)
			put_plain(&text, &values[i]);
		else
			escape_text(&text, names[i], strlen(names[i]));
		buf_inherit(&r->out, &text);
		if (r->wide) {
			put_cell(r, i, buf_text(&text), right);
			continue;
		}
		buf_str(&r->held, buf_text(&text));
		buf_char(&r->held, 0);
		buf_char(&r->right, right);
	}
	buf_inherit(&r->out, &r->held);
	buf_inherit(&r->out, &r->right);
	if (!r->wide && (r->count >= ROWS_SEEN || r->held.size > ROWS_SEEN_BYTES))
		release(r);
}

/* ---- all ---- */

typedef void row_fn(struct rows *r, const char *const *names, const struct sql_value *values,
		    size_t count);

static row_fn *const row_fns[] = {[ROWS_TABLE] = table_row,
				  [ROWS_CSV] = csv_row,
				  [ROWS_JSON] = json_row,
				  [ROWS_LINE] = line_row};

int rows_put(void *context, const char *const *names, const struct sql_value *values, size_t count,
	     struct err *err)
{
	struct rows *r = context;

	if (!values) {
		r->count = 0;
		r->columns = count;
		if (r->format == ROWS_TABLE && begin_table(r, count) < 0)
			return err_set(err, ENOMEM, "out of memory");
		if (r->format == ROWS_TABLE)
			buf_str(&r->out, r->any ? "\n" : "");
		r->any = r->format == ROWS_LINE ? r->any : true;
	}
	if (values || !r->no_header)
		row_fns[r->format](r, names, values, count);
	r->count += values != NULL;
	return opts_put(&r->out) ? 0 : -EPIPE;
}

void rows_end(struct rows *r)
{
	if (r->format == ROWS_TABLE && r->columns && !r->wide && r->right.size)
		release(r);
	if (r->format == ROWS_JSON && r->columns)
		buf_str(&r->out, r->count ? "]\n" : "[]\n");
	r->columns = 0;
}

void rows_done(struct rows *r)
{
	buf_done(&r->held);
	buf_done(&r->right);
	free(r->widths);
	r->widths = NULL;
}
