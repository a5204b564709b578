/* SPDX-License-Identifier: Apache-2.0 */
#include "check.h"

#include "base/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static const struct print_options by_default = {.string_limit = PRINT_STRING_DEFAULT};

static void assert_harmless(const struct buf *text)
{
	for (size_t i = 0; i < text->size; i++)
		assert_true(text->data[i] >= 0x20 && text->data[i] < 0x7f);
}

/* With each range of memory cut to every shorter length in turn. */
static void print_shortened(struct printer *p, const struct made_call *call)
{
	struct buf text = {0};

	for (size_t i = 0; i < MADE_PIECES && call->memory[i].data; i++) {
		struct made m;

		made_from(call, &m);
		for (size_t length = call->memory[i].length; length-- > 0;) {
			made_shorten(&m, i, (uint32_t)length);
			buf_clear(&text);
			assert_int_equal(print_text(p, &m.event, &text), 0);
			assert_harmless(&text);
		}
		made_done(&m);
	}
	buf_done(&text);
}

/* What print_text_parts() says of the event: the same text, and in it the arguments. */
static bool has_parts(struct printer *p, const struct event *e, const char *expected)
{
	struct buf text = {0}, argument = {0};
	struct print_parts parts;
	bool equal;

	assert_int_equal(print_text_parts(p, e, &text, &parts), 0);
	assert_int_equal(parts.count, print_argument_count(p, e));
	equal = strcmp(buf_text(&text), expected) == 0;
	for (size_t i = 0; i < parts.count; i++) {
		const struct print_part *part = &parts.part[i];
		const char *name;
		uint64_t value;

		if (part->size == PRINT_APART)
			continue;
		buf_clear(&argument);
		assert_int_equal(print_argument(p, e, i, &name, &value, &argument), 0);
		assert_true(part->at + part->size <= text.size);
		equal &= part->name == name && part->value == value &&
			 part->size == argument.size &&
			 memcmp(text.data + part->at, buf_text(&argument), part->size) == 0;
	}
	buf_done(&text);
	buf_done(&argument);
	return equal;
}

static bool is_told(struct printer *p, const struct made_call *call)
{
	struct buf text = {0};
	struct made m;
	bool equal;

	made_from(call, &m);
	assert_int_equal(print_text(p, &m.event, &text), 0);
	assert_harmless(&text);
	equal = strcmp(buf_text(&text), call->text) == 0;
	if (!equal)
		print_error("expected %s\n     got %s\n", call->text, buf_text(&text));
	if (equal && !has_parts(p, &m.event, call->text)) {
		print_error("the arguments are no parts of %s\n", call->text);
		equal = false;
	}
	buf_done(&text);
	made_done(&m);
	return equal;
}

void check_calls(const struct made_call *calls, size_t count, const struct print_options *options)
{
	struct printer *p = printer_new(options ? options : &by_default);
	size_t wrong = 0;

	assert_non_null(p);
	for (size_t i = 0; i < count; i++) {
		wrong += !is_told(p, &calls[i]);
		print_shortened(p, &calls[i]);
	}
	printer_free(p);
	assert_int_equal(wrong, 0);
}

void check_text(const struct event *e, const char *expected)
{
	struct printer *p = printer_new(&by_default);
	struct buf text = {0};

	assert_non_null(p);
	assert_int_equal(print_text(p, e, &text), 0);
	assert_string_equal(buf_text(&text), expected);
	buf_done(&text);
	printer_free(p);
}

static uint32_t known_at_entry(const struct made_call *call)
{
	uint32_t n = 0;

	while (n < MADE_PIECES && call->memory[n].data && !call->memory[n].exit)
		n++;
	return n;
}

void check_halves(const struct made_call *call, const char *first, const char *second)
{
	struct made m;
	uint32_t count;

	made_from(call, &m);
	count = m.event.memory_count;
	m.event.memory_count = known_at_entry(call);
	m.event.kind = EVENT_BEGUN;
	m.event.call.state = EVENT_UNFINISHED;
	check_text(&m.event, first);
	m.event.memory_count = count;
	m.event.kind = EVENT_END;
	m.event.call.state = EVENT_FINISHED;
	check_text(&m.event, second);
	made_done(&m);
}
