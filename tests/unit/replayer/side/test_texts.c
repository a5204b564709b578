/* SPDX-License-Identifier: Apache-2.0 */
/* Texts of a side, of which what they are about is not written out. */
#include "replayer/side/side_priv.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char texts[] = "\0/etc/ho\"sts\0"
			    "open(\"\1\", O_RDONLY) = <\1>\0"
			    "a \1 mark";

static uint32_t behind(uint32_t place)
{
	return place + (uint32_t)strlen(texts + place) + 1;
}

static void marked_texts_are_made_whole(void **state)
{
	const uint32_t label = 1, open = behind(label), mark = behind(open);
	const struct diff_object objects[] = {{0}, {.label = label}};
	const struct diff_step about = {.object = 1, .text = open | SIDE_TEXT_MARKED},
			       same = {.object = 1, .text = open | SIDE_TEXT_MARKED, .seq = 7},
			       gone = {.object = 2, .text = open | SIDE_TEXT_MARKED},
			       plain = {.object = 1, .text = mark}, none = {.object = 1},
			       beyond = {.object = 1,
					 .text = (sizeof(texts) + 7) | SIDE_TEXT_MARKED};
	struct diff_side s = {.texts = texts,
			      .texts_size = sizeof(texts),
			      .objects = objects,
			      .object_count = 2,
			      .told = side_told_new()};
	struct buf said = {0};
	const char *text;

	(void)state;
	assert_non_null(s.told);
	text = diff_step_text(&s, &about);
	assert_string_equal(text, "open(\"/etc/ho\\\"sts\", O_RDONLY) = </etc/ho\\\"sts>");
	/* Once, for all of the same object. */
	assert_ptr_equal(diff_step_text(&s, &same), text);
	assert_string_equal(diff_step_text(&s, &gone), "open(\"\", O_RDONLY) = <>");
	/* Only in those that are marked is it a mark. */
	assert_string_equal(diff_step_text(&s, &plain), "a \1 mark");
	assert_string_equal(diff_step_text(&s, &none), "");
	assert_string_equal(diff_step_text(&s, &beyond), "");
	assert_string_equal(diff_side_text(&s, label), "/etc/ho\"sts");
	assert_string_equal(diff_side_text(&s, sizeof(texts)), "");
	diff_step_say(&s, &about, &said);
	diff_step_say(&s, &plain, &said);
	assert_string_equal(buf_text(&said),
			    "open(\"/etc/ho\\\"sts\", O_RDONLY) = </etc/ho\\\"sts>a \1 mark");
	buf_done(&said);
	side_told_free(s.told);
}

static void an_object_is_there_once(void **state)
{
	struct texts t;
	struct objects o;
	struct buf label = {0};
	uint32_t a, b;
	size_t size;

	(void)state;
	assert_int_equal(diff_texts_init(&t), 0);
	assert_int_equal(diff_objects_init(&o, &t), 0);
	buf_str(&label, "/etc/hosts");
	a = diff_objects_put(&o, &label, "/etc/hosts", 10, DIFF_FILE, 0);
	assert_int_equal(a, 1);
	size = t.all.size;
	assert_int_equal(diff_objects_put(&o, &label, "/etc/hosts", 10, DIFF_FILE, 0), a);
	/* Nothing is left of the attempt. */
	assert_int_equal(t.all.size, size);
	buf_str(&label, ".old");
	b = diff_objects_put(&o, &label, "/etc/hosts.1", 12, DIFF_FILE, 0);
	assert_int_equal(b, 2);
	assert_string_equal(t.all.data + o.list[a].label, "/etc/hosts");
	assert_int_equal(o.list[a].label, o.list[a].name);
	assert_string_equal(t.all.data + o.list[b].label, "/etc/hosts.old");
	assert_string_equal(t.all.data + o.list[b].name, "/etc/hosts.1");
	buf_done(&label);
	diff_objects_done(&o);
	diff_texts_done(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(marked_texts_are_made_whole),
		cmocka_unit_test(an_object_is_there_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
