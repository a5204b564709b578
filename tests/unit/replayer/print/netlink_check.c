/* SPDX-License-Identifier: Apache-2.0 */
#include "netlink_check.h"

#include "base/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

enum { A = WORLD_ADDRESS, NETLINK = 16, RAW = 3, FD = NETLINK_SOCKET, SHORT_TEXT = 300 };

void netlink_print(struct world *w, struct printer *p, struct made *m, struct buf *ret)
{
	m->event.pid = m->event.tid = 10;
	m->event.call.end_seq = w->seq + 2;
	world_event(w, &m->event);
	w->seq++;
	buf_clear(ret);
	printer_state(p, w->state);
	assert_int_equal(print_text(p, &m->event, ret), 0);
}

static struct made_call sends(const struct netlink_message *message)
{
	return (struct made_call){
		.name = "sendto",
		.ret = (int64_t)message->size,
		.args = {FD, A, message->size},
		.memory = {{.address = A, .data = message->bytes, .length = message->size}}};
}

static const struct print_options usual = {.string_limit = PRINT_STRING_DEFAULT};

void netlink_check(const struct netlink_message *messages, size_t count)
{
	struct buf text = {0}, expected = {0};
	struct world w;
	size_t wrong = 0;

	world_begin(&w);
	for (size_t i = 0; i < count; i++) {
		const struct made_call call = sends(&messages[i]);
		struct printer *p = printer_new(&usual);
		struct made m;

		world_numbers(&w, 10, "socket", FD, NETLINK, RAW, (uint64_t)messages[i].protocol);
		made_from(&call, &m);
		netlink_print(&w, p, &m, &text);
		buf_clear(&expected);
		buf_printf(&expected, "sendto(5, %s, %zu, 0, NULL, 0) = %zu", messages[i].text,
			   messages[i].size, messages[i].size);
		if (strcmp(buf_text(&text), buf_text(&expected)) != 0) {
			print_error("is:        %s\nshould be: %s\n", buf_text(&text),
				    buf_text(&expected));
			wrong++;
		}
		made_done(&m);
		printer_free(p);
	}
	buf_done(&text);
	buf_done(&expected);
	world_done(&w);
	assert_int_equal(wrong, 0);
}

void netlink_check_hostile(const struct netlink_message *messages, size_t count)
{
	static const uint8_t values[] = {0, 1, 3, 4, 5, 0x7f, 0x80, 0xff};
	struct printer *p = printer_new(&usual);
	struct buf text = {0};
	struct world w;

	world_begin(&w);
	for (size_t i = 0; i < count; i++) {
		const struct made_call call = sends(&messages[i]);

		world_numbers(&w, 10, "socket", FD, NETLINK, RAW, (uint64_t)messages[i].protocol);
		for (size_t at = 0; at < messages[i].size; at++) {
			struct made m;

			made_from(&call, &m);
			m.guards[0].data[at] = values[(at + i) % sizeof(values)];
			netlink_print(&w, p, &m, &text);
			assert_in_range(text.size, 20, 40 * SHORT_TEXT);
			made_done(&m);
			made_from(&call, &m);
			made_shorten(&m, 0, (uint32_t)at);
			netlink_print(&w, p, &m, &text);
			assert_in_range(text.size, 20, 10 * SHORT_TEXT);
			made_done(&m);
		}
	}
	printer_free(p);
	buf_done(&text);
	world_done(&w);
}

struct set {
	const struct netlink_message *messages;
	size_t count;
};

static void test_messages(void **state)
{
	const struct set *set = *state;

	netlink_check(set->messages, set->count);
}

static void test_hostile(void **state)
{
	const struct set *set = *state;

	netlink_check_hostile(set->messages, set->count);
}

int netlink_run(const struct netlink_message *messages, size_t count)
{
	struct set set = {messages, count};
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_prestate(test_messages, &set),
		cmocka_unit_test_prestate(test_hostile, &set),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
