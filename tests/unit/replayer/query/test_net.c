/* SPDX-License-Identifier: Apache-2.0 */
#include "replayer/query/net.h"

#include "base/buf.h"
#include "teller.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { NAME = 0x1000, LENGTH = 0x2000, BUFFER = 0x3000, WORDS = 0x4000, INET = 2, UNIX = 1 };

/* 10.0.0.1:80 */
#define ADDRESS "\2\0\0\x50\x0a\0\0\1\0\0\0\0\0\0\0\0"
enum { ADDRESS_SIZE = 16 };

struct told {
	struct teller by;
	struct net net;
};

static int take(void *query, const struct state *s, struct processes *all, const struct event *e)
{
	return net_take(query, s, all, e);
}

static void begin(struct told *t)
{
	t->net = (struct net){.count = 0};
	teller_begin(&t->by, take, &t->net);
	assert_int_equal(net_init(&t->net, NET_BYTES), 0);
}

static void end(struct told *t)
{
	net_done(&t->net);
	teller_done(&t->by);
}

static void tell(struct told *t, uint32_t pid, const struct made_call *call)
{
	teller_call(&t->by, pid, call);
}

static void numbers(struct told *t, uint32_t pid, const char *name, int64_t ret, uint64_t a,
		    uint64_t b, uint64_t c)
{
	tell(t, pid, &(struct made_call){.name = name, .ret = ret, .args = {a, b, c}});
}

static void connects(struct told *t, uint64_t fd, int64_t ret)
{
	tell(t, 10,
	     &(struct made_call){.name = "connect",
				 .ret = ret,
				 .args = {fd, NAME, ADDRESS_SIZE},
				 .memory = {MADE_BYTES(NAME, ADDRESS)}});
}

static void option(struct told *t, uint64_t fd, int32_t value)
{
	tell(t, 10,
	     &(struct made_call){.name = "getsockopt",
				 .args = {fd, 1, 4, BUFFER, LENGTH},
				 .memory = {MADE_RESULT(BUFFER, int32_t, {value}),
					    MADE_RESULT(LENGTH, uint32_t, {4})}});
}

static void test_connect(void **state)
{
	const struct peer *p;
	struct told t;

	(void)state;
	begin(&t);
	numbers(&t, 10, "socket", 3, INET, 1, 0);
	connects(&t, 3, 0);
	numbers(&t, 10, "write", 10, 3, BUFFER, 10);
	numbers(&t, 10, "read", 20, 3, BUFFER, 100);
	numbers(&t, 10, "sendto", -EPIPE, 3, BUFFER, 10);
	numbers(&t, 10, "read", -EAGAIN, 3, BUFFER, 10);
	/* Another connection there is the same row. */
	numbers(&t, 10, "socket", 4, INET, 1, 0);
	connects(&t, 4, -ECONNREFUSED);
	assert_int_equal(t.net.count, 1);
	p = &t.net.list[0];
	assert_int_equal(p->connections, 1);
	assert_int_equal(p->connect_total, 300);
	assert_int_equal(p->tries, 2);
	assert_int_equal(p->refused, 1);
	assert_int_equal(p->sent, 10);
	assert_int_equal(p->received, 20);
	assert_int_equal(p->error_count, 2);
	assert_int_equal(p->errors[0].error, EPIPE);
	assert_int_equal(p->errors[1].error, ECONNREFUSED);
	end(&t);
}

static void test_connect_without_waiting(void **state)
{
	const struct peer *p;
	struct told t;

	(void)state;
	begin(&t);
	numbers(&t, 10, "socket", 3, INET, 1, 0);
	connects(&t, 3, -EINPROGRESS);
	assert_int_equal(t.net.list[0].pending, 1);
	option(&t, 3, 0);
	/* The second entry is two places on. */
	p = &t.net.list[0];
	assert_int_equal(p->pending, 0);
	assert_int_equal(p->connections, 1);
	assert_int_equal(p->connect_total, 2000 + 300);
	numbers(&t, 10, "socket", 4, INET, 1, 0);
	connects(&t, 4, -EINPROGRESS);
	option(&t, 4, ECONNREFUSED);
	assert_int_equal(p->refused, 1);
	assert_int_equal(p->errors[0].error, ECONNREFUSED);
	/* Asked again instead. */
	numbers(&t, 10, "socket", 5, INET, 1, 0);
	connects(&t, 5, -EINPROGRESS);
	connects(&t, 5, 0);
	assert_int_equal(p->connections, 2);
	assert_int_equal(p->tries, 3);
	/* Used at once: it must have come to be. */
	numbers(&t, 10, "socket", 6, INET, 1, 0);
	connects(&t, 6, -EINPROGRESS);
	numbers(&t, 10, "write", 1, 6, BUFFER, 1);
	assert_int_equal(p->connections, 3);
	assert_int_equal(p->pending, 0);
	end(&t);
}

static void accepts(struct told *t, int64_t fd)
{
	tell(t, 10,
	     &(struct made_call){
		     .name = "accept",
		     .ret = fd,
		     .args = {3, NAME, LENGTH},
		     .memory = {{NAME, "\2\0\x90\1\x7f\0\0\1\0\0\0\0\0\0\0\0", 16, .exit = true},
				MADE_RESULT(LENGTH, uint32_t, {16})}});
}

static void test_accept(void **state)
{
	struct told t;

	(void)state;
	begin(&t);
	numbers(&t, 10, "socket", 3, INET, 1, 0);
	tell(&t, 10,
	     &(struct made_call){.name = "bind",
				 .args = {3, NAME, ADDRESS_SIZE},
				 .memory = {MADE_BYTES(NAME, ADDRESS)}});
	numbers(&t, 10, "listen", 0, 3, 5, 0);
	for (int i = 0; i < 2; i++) {
		uint8_t from[] = {2, 0, 0x90, (uint8_t)i, 10, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0, 0};

		tell(&t, 10,
		     &(struct made_call){.name = "accept",
					 .ret = 4 + i,
					 .args = {3, NAME, LENGTH},
					 .memory = {{NAME, from, sizeof(from), .exit = true},
						    MADE_RESULT(LENGTH, uint32_t, {16})}});
	}
	numbers(&t, 10, "read", 7, 4, BUFFER, 10);
	assert_int_equal(net_end(&t.net, NET_BY_BYTES), 0);
	/* Two connections from one host are one row. */
	assert_int_equal(t.net.count, 2);
	assert_int_equal(t.net.list[0].role, NET_SERVER);
	assert_int_equal(t.net.list[0].connections, 2);
	assert_int_equal(t.net.list[0].received, 7);
	assert_int_equal(t.net.list[1].role, NET_LISTENS);
	end(&t);
}

static void test_socketcall(void **state)
{
	struct told t;

	(void)state;
	begin(&t);
	tell(&t, 10,
	     &(struct made_call){.name = "socketcall",
				 .arch = EVENT_ARCH_I386,
				 .ret = 3,
				 .args = {1, WORDS},
				 .memory = {MADE_BYTES(WORDS, "\2\0\0\0\1\0\0\0\0\0\0\0")}});
	tell(&t, 10,
	     &(struct made_call){.name = "socketcall",
				 .arch = EVENT_ARCH_I386,
				 .args = {3, WORDS},
				 .memory = {MADE_BYTES(WORDS, "\3\0\0\0\0\x10\0\0\x10\0\0\0"),
					    MADE_BYTES(NAME, ADDRESS)}});
	assert_int_equal(t.net.count, 1);
	assert_int_equal(t.net.list[0].connections, 1);
	assert_int_equal(t.net.list[0].family, INET);
	end(&t);
}

static void listens_at(struct told *t, const char *call, const char *address)
{
	const bool exit = strcmp(call, "getsockname") == 0;

	tell(t, 10,
	     &(struct made_call){
		     .name = call,
		     .args = {3, NAME, exit ? LENGTH : ADDRESS_SIZE},
		     .memory = {{.address = NAME, .data = address, .length = 16, .exit = exit},
				MADE_RESULT(LENGTH, uint32_t, {16})}});
}

/* Somebody waits at a port that the kernel chose before anybody has asked which it is. */
static void test_accept_early(void **state)
{
	struct told t;
	size_t clients = 0;

	(void)state;
	begin(&t);
	numbers(&t, 10, "socket", 3, INET, 1, 0);
	listens_at(&t, "bind", "\2\0\0\0\x7f\0\0\1\0\0\0\0\0\0\0");
	numbers(&t, 10, "listen", 0, 3, 5, 0);
	accepts(&t, 4);
	listens_at(&t, "getsockname", "\2\0\0\x50\x7f\0\0\1\0\0\0\0\0\0\0");
	accepts(&t, 5);
	/* Of this nobody ever asks. */
	numbers(&t, 10, "socket", 3, INET, 1, 0);
	listens_at(&t, "bind", "\2\0\0\0\x7f\0\0\2\0\0\0\0\0\0\0");
	numbers(&t, 10, "listen", 0, 3, 5, 0);
	accepts(&t, 6);
	assert_int_equal(net_end(&t.net, NET_BY_TIME), 0);
	for (size_t i = 0; i < t.net.count; i++) {
		const struct peer *p = &t.net.list[i];

		if (p->role != NET_SERVER)
			continue;
		clients++;
		assert_int_equal(p->connections, p->local.bytes[7] == 1 ? 2 : 1);
		assert_int_equal(p->local.bytes[3], p->local.bytes[7] == 1 ? 80 : 0);
		assert_int_equal(p->by.process[0], 1);
	}
	assert_int_equal(clients, 2);
	end(&t);
}

static void test_pipe(void **state)
{
	const struct channel *c;
	struct told t;

	(void)state;
	begin(&t);
	tell(&t, 10,
	     &(struct made_call){
		     .name = "pipe",
		     .args = {BUFFER},
		     .memory = {MADE_RESULT(BUFFER, uint64_t, {UINT64_C(4) << 32 | 3})}});
	world_fork(&t.by.world, 10, 11, FORK_FORK);
	numbers(&t, 11, "close", 0, 3, 0, 0);
	numbers(&t, 10, "close", 0, 4, 0, 0);
	numbers(&t, 11, "write", 6, 4, BUFFER, 6);
	numbers(&t, 11, "close", 0, 4, 0, 0);
	/* The writer is gone: it is still the same pipe. */
	numbers(&t, 10, "read", 6, 3, BUFFER, 100);
	assert_int_equal(t.net.channels.count, 1);
	c = &t.net.channels.list[0];
	assert_true(c->pipe);
	assert_int_equal(c->way[0].written, 6);
	assert_int_equal(c->way[0].read, 6);
	assert_int_equal(t.by.processes.list[c->way[0].writers.process[0] - 1].pid, 11);
	assert_int_equal(t.by.processes.list[c->way[0].readers.process[0] - 1].pid, 10);
	assert_int_equal(t.net.count, 0);
	end(&t);
}

static void test_pair(void **state)
{
	const struct channel *c;
	struct told t;

	(void)state;
	begin(&t);
	tell(&t, 10,
	     &(struct made_call){
		     .name = "socketpair",
		     .args = {UNIX, 1, 0, BUFFER},
		     .memory = {MADE_RESULT(BUFFER, uint64_t, {UINT64_C(4) << 32 | 3})}});
	numbers(&t, 10, "write", 6, 3, BUFFER, 6);
	numbers(&t, 10, "read", 6, 4, BUFFER, 6);
	numbers(&t, 10, "write", 2, 4, BUFFER, 2);
	numbers(&t, 10, "read", 2, 3, BUFFER, 6);
	assert_int_equal(t.net.channels.count, 1);
	c = &t.net.channels.list[0];
	for (int i = 0; i < 2; i++)
		assert_int_equal(c->way[i].written, c->way[i].read);
	assert_int_equal(c->way[0].written + c->way[1].written, 8);
	assert_int_not_equal(c->way[0].written, c->way[1].written);
	end(&t);
}

/* What getpeername(2) and getsockname(2) tell of a pair is a family: still no UNIX peer. */
static void test_pair_that_is_asked(void **state)
{
	struct told t;

	(void)state;
	begin(&t);
	tell(&t, 10,
	     &(struct made_call){
		     .name = "socketpair",
		     .args = {UNIX, 1, 0, BUFFER},
		     .memory = {MADE_RESULT(BUFFER, uint64_t, {UINT64_C(4) << 32 | 3})}});
	for (int i = 0; i < 2; i++)
		tell(&t, 10,
		     &(struct made_call){.name = i ? "getsockname" : "getpeername",
					 .args = {3, NAME, LENGTH},
					 .memory = {MADE_RESULT(NAME, uint16_t, {UNIX}),
						    MADE_RESULT(LENGTH, uint32_t, {2})}});
	numbers(&t, 10, "write", 6, 3, BUFFER, 6);
	numbers(&t, 10, "read", 6, 4, BUFFER, 6);
	assert_int_equal(t.net.count, 0);
	assert_int_equal(t.net.channels.count, 1);
	end(&t);
}

static const char *say(struct told *t, bool all, struct buf *out)
{
	struct net_style style = {.all = all};

	assert_int_equal(net_end(&t->net, NET_BY_BYTES), 0);
	assert_int_equal(net_say(&t->net, &t->by.processes, &style, out), 0);
	return buf_text(out);
}

/* However a call tells that connect(2) failed, it is that which did. */
static void test_refused_later(void **state)
{
	struct buf out = {0};
	struct told t;
	const char *text;

	(void)state;
	begin(&t);
	numbers(&t, 10, "socket", 3, INET, 1, 0);
	connects(&t, 3, -EINPROGRESS);
	option(&t, 3, ECONNREFUSED);
	/* The first call tells it as well, once. */
	numbers(&t, 10, "socket", 4, INET, 1, 0);
	connects(&t, 4, -EINPROGRESS);
	numbers(&t, 10, "read", -ENOTCONN, 4, BUFFER, 10);
	numbers(&t, 10, "read", -ECONNREFUSED, 4, BUFFER, 10);
	numbers(&t, 10, "read", -ECONNREFUSED, 4, BUFFER, 10);
	/* At once: the same error. */
	numbers(&t, 10, "socket", 5, INET, 1, 0);
	connects(&t, 5, -ECONNREFUSED);
	assert_int_equal(t.net.count, 1);
	assert_int_equal(t.net.list[0].pending, 0);
	assert_int_equal(t.net.list[0].refused, 3);
	text = say(&t, false, &out);
	assert_non_null(strstr(text, "3 of 3 attempts failed\n"));
	assert_non_null(
		strstr(text, " connect: ECONNREFUSED (Connection refused), 3 times, event 3\n"));
	assert_non_null(strstr(text, " read: ECONNREFUSED"));
	assert_null(strstr(text, "getsockopt"));
	buf_done(&out);
	end(&t);
}

/* Who asks the same server in other ways: padding, size and protocol of 0 make no other peer. */
static void test_same_peer(void **state)
{
	static const char dirty[] = "\2\0\0\x50\x0a\0\0\1garbage!and more";
	static const char with_flow[] =
		"\x0a\0\0\x50\1\2\3\4\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1\0\0\0";
	static const char without[] = "\x0a\0\0\x50\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1\0\0\0";
	struct told t;

	(void)state;
	begin(&t);
	numbers(&t, 10, "socket", 3, INET, 2, 0);
	tell(&t, 10,
	     &(struct made_call){.name = "connect",
				 .args = {3, NAME, 24},
				 .memory = {MADE_BYTES(NAME, dirty)}});
	numbers(&t, 10, "write", 9, 3, BUFFER, 9);
	tell(&t, 10,
	     &(struct made_call){.name = "recvfrom",
				 .ret = 64,
				 .args = {3, BUFFER, 100, 0, NAME, LENGTH},
				 .memory = {MADE_RESULT(LENGTH, uint32_t, {16}),
					    {NAME, ADDRESS, 16, .exit = true}}});
	numbers(&t, 10, "socket", 4, INET, 2, 17);
	tell(&t, 10,
	     &(struct made_call){.name = "sendto",
				 .ret = 5,
				 .args = {4, BUFFER, 5, 0, NAME, 16},
				 .memory = {MADE_BYTES(NAME, ADDRESS)}});
	/* It learns which port the kernel chose: it is still the one that asks. */
	tell(&t, 10,
	     &(struct made_call){
		     .name = "getsockname",
		     .args = {4, NAME, LENGTH},
		     .memory = {{NAME, "\2\0\x90\x01\x7f\0\0\1\0\0\0\0\0\0\0\0", 16, .exit = true},
				MADE_RESULT(LENGTH, uint32_t, {16})}});
	tell(&t, 10,
	     &(struct made_call){.name = "recvfrom",
				 .ret = 7,
				 .args = {4, BUFFER, 100, 0, NAME, LENGTH},
				 .memory = {MADE_RESULT(LENGTH, uint32_t, {16}),
					    {NAME, ADDRESS, 16, .exit = true}}});
	assert_int_equal(t.net.count, 1);
	assert_int_equal(t.net.list[0].role, NET_CLIENT);
	assert_int_equal(t.net.list[0].sent, 14);
	assert_int_equal(t.net.list[0].received, 71);
	for (int i = 0; i < 2; i++) {
		numbers(&t, 10, "socket", 5 + i, 10, 2, 0);
		tell(&t, 10,
		     &(struct made_call){.name = "connect",
					 .args = {5 + (uint64_t)i, NAME, 28},
					 .memory = {{NAME, i ? with_flow : without, 28}}});
	}
	assert_int_equal(t.net.count, 2);
	end(&t);
}

/* That nscd is not there is nobody's failure. */
static void test_noise(void **state)
{
	struct buf out = {0};
	struct told t;
	const char *text;

	(void)state;
	begin(&t);
	for (int i = 0; i < 2; i++) {
		numbers(&t, 10, "socket", 3, UNIX, 1, 0);
		tell(&t, 10,
		     &(struct made_call){.name = "connect",
					 .ret = -ENOENT,
					 .args = {3, NAME, 110},
					 .memory = {MADE_BYTES(NAME, "\1\0/var/run/nscd/socket")}});
	}
	tell(&t, 10,
	     &(struct made_call){.name = "connect",
				 .ret = -ENOENT,
				 .args = {3, NAME, 110},
				 .memory = {MADE_BYTES(NAME, "\1\0/var/run/nscd/socket2")}});
	text = say(&t, false, &out);
	assert_non_null(strstr(text, "1 peer; 0 connections made, 1 failed, "));
	assert_null(strstr(text, "/nscd/socket "));
	assert_non_null(strstr(text, "/nscd/socket2 "));
	buf_clear(&out);
	text = say(&t, true, &out);
	assert_non_null(strstr(text, "1 peer; 0 connections made, 1 failed, "));
	assert_non_null(strstr(text, "/nscd/socket "));
	buf_done(&out);
	end(&t);
}

static void listens(struct told *t, const char *address)
{
	numbers(t, 10, "socket", 3, INET, 1, 0);
	tell(t, 10,
	     &(struct made_call){.name = "bind",
				 .args = {3, NAME, ADDRESS_SIZE},
				 .memory = {{NAME, address, ADDRESS_SIZE}}});
	numbers(t, 10, "listen", 0, 3, 5, 0);
}

/* It listens everywhere; the connection learns at which address it is: still the same row. */
static void test_open_port(void **state)
{
	struct told t;

	(void)state;
	begin(&t);
	listens(&t, "\2\0\0\x50\0\0\0\0\0\0\0\0\0\0\0\0");
	accepts(&t, 4);
	tell(&t, 10,
	     &(struct made_call){
		     .name = "getsockname",
		     .args = {4, NAME, LENGTH},
		     .memory = {{NAME, "\2\0\0\x50\x7f\0\0\1\0\0\0\0\0\0\0\0", 16, .exit = true},
				MADE_RESULT(LENGTH, uint32_t, {16})}});
	numbers(&t, 10, "read", 7, 4, BUFFER, 10);
	assert_int_equal(net_end(&t.net, NET_BY_BYTES), 0);
	assert_int_equal(t.net.count, 2);
	assert_int_equal(t.net.list[0].role, NET_SERVER);
	assert_int_equal(t.net.list[0].connections, 1);
	assert_int_equal(t.net.list[0].received, 7);
	end(&t);
}

static void connects_to(struct told *t, uint32_t pid, const char *address)
{
	numbers(t, pid, "socket", 9, INET, 1, 0);
	tell(t, pid,
	     &(struct made_call){.name = "connect",
				 .args = {9, NAME, ADDRESS_SIZE},
				 .memory = {{NAME, address, ADDRESS_SIZE}}});
	numbers(t, pid, "close", 0, 9, 0, 0);
}

/* The process at the other end, when the address shows that it is this one. */
static void test_answered(void **state)
{
	static const struct {
		const char *listener, *address;
		bool answered;
	} cases[] = {
		{"\2\0\0\x50\0\0\0\0\0\0\0\0\0\0\0\0", "\2\0\0\x50\x7f\0\0\1\0\0\0\0\0\0\0\0",
		 true},
		{"\2\0\0\x50\0\0\0\0\0\0\0\0\0\0\0\0", "\2\0\0\x50\x0a\0\0\1\0\0\0\0\0\0\0\0",
		 false},
		{"\2\0\0\x50\0\0\0\0\0\0\0\0\0\0\0\0", "\2\0\0\x51\x7f\0\0\1\0\0\0\0\0\0\0\0",
		 false},
		{ADDRESS, ADDRESS, true},
		{ADDRESS, "\2\0\0\x50\x7f\0\0\1\0\0\0\0\0\0\0\0", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct actors by;
		struct told t;

		begin(&t);
		listens(&t, cases[i].listener);
		connects_to(&t, 20, cases[i].address);
		assert_int_equal(net_end(&t.net, NET_BY_BYTES), 0);
		/* Nobody accepted. */
		peer_answered(&t.net, &t.net.list[0], &by);
		assert_int_equal(by.count, 0);
		accepts(&t, 4);
		assert_int_equal(net_end(&t.net, NET_BY_BYTES), 0);
		assert_int_equal(t.net.list[0].role, NET_CLIENT);
		peer_answered(&t.net, &t.net.list[0], &by);
		assert_int_equal(by.count, cases[i].answered);
		if (by.count)
			assert_int_equal(t.by.processes.list[by.process[0] - 1].pid, 10);
		end(&t);
	}
}

/* A socket of datagrams that is sent to, and the one that has the address, are two rows. */
static void test_datagrams(void **state)
{
	struct actors by;
	struct told t;

	(void)state;
	begin(&t);
	numbers(&t, 10, "socket", 3, UNIX, 2, 0);
	tell(&t, 10,
	     &(struct made_call){
		     .name = "bind", .args = {3, NAME, 5}, .memory = {MADE_BYTES(NAME, "\1\0/d")}});
	numbers(&t, 20, "socket", 4, UNIX, 2, 0);
	tell(&t, 20,
	     &(struct made_call){.name = "sendto",
				 .ret = 5,
				 .args = {4, BUFFER, 5, 0, NAME, 5},
				 .memory = {MADE_BYTES(NAME, "\1\0/d")}});
	numbers(&t, 10, "read", 5, 3, BUFFER, 10);
	assert_int_equal(t.net.count, 2);
	assert_int_equal(t.net.list[0].sent, 5);
	assert_int_equal(t.net.list[1].received, 5);
	peer_answered(&t.net, &t.net.list[0], &by);
	assert_int_equal(by.count, 1);
	assert_int_equal(t.by.processes.list[by.process[0] - 1].pid, 10);
	end(&t);
}

/* Who listens at a path stands among those who are connected there; a port that is not chosen yet
 * is no address. */
static void test_ends(void **state)
{
	struct buf out = {0};
	const char *text;
	struct told t;

	(void)state;
	begin(&t);
	numbers(&t, 10, "socket", 3, UNIX, 1, 0);
	tell(&t, 10,
	     &(struct made_call){
		     .name = "bind", .args = {3, NAME, 5}, .memory = {MADE_BYTES(NAME, "\1\0/d")}});
	numbers(&t, 10, "listen", 0, 3, 5, 0);
	numbers(&t, 10, "socket", 4, INET, 2, 0);
	tell(&t, 10,
	     &(struct made_call){
		     .name = "bind",
		     .args = {4, NAME, ADDRESS_SIZE},
		     .memory = {{NAME, "\2\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", ADDRESS_SIZE}}});
	tell(&t, 10,
	     &(struct made_call){.name = "sendto",
				 .ret = 5,
				 .args = {4, BUFFER, 5, 0, NAME, ADDRESS_SIZE},
				 .memory = {MADE_BYTES(NAME, ADDRESS)}});
	text = say(&t, true, &out);
	assert_non_null(strstr(text, "UNIX listening at /d  "));
	assert_non_null(strstr(text, "UDP 10.0.0.1:80  "));
	assert_null(strstr(text, "0.0.0.0"));
	buf_done(&out);
	end(&t);
}

/* All readers are gone. */
static void test_broken_pipe(void **state)
{
	struct buf out = {0};
	const char *text;
	struct told t;

	(void)state;
	begin(&t);
	tell(&t, 10,
	     &(struct made_call){
		     .name = "pipe",
		     .args = {BUFFER},
		     .memory = {MADE_RESULT(BUFFER, uint64_t, {UINT64_C(4) << 32 | 3})}});
	numbers(&t, 10, "close", 0, 3, 0, 0);
	numbers(&t, 10, "write", -EPIPE, 4, BUFFER, 6);
	tell(&t, 10, &(struct made_call){.name = "splice", .ret = -EPIPE, .args = {7, 0, 4}});
	assert_int_equal(t.net.channels.count, 1);
	assert_int_equal(t.net.channels.list[0].way[0].broken, 2);
	text = say(&t, false, &out);
	assert_non_null(strstr(text, "pipe  "));
	assert_non_null(strstr(text, " -> (nobody seen)\n"));
	assert_non_null(strstr(text, " EPIPE: nobody was there to read, 2 times\n"));
	buf_done(&out);
	end(&t);
}

static void test_sort(void **state)
{
	static const struct {
		enum net_sort sort;
		char order[4]; /* the last number of the address */
	} cases[] = {{NET_BY_BYTES, "\3\1\2"}, {NET_BY_TIME, "\1\2\3"}, {NET_BY_ERRORS, "\2\1\3"}};
	struct told t;

	(void)state;
	begin(&t);
	for (int i = 1; i <= 3; i++) {
		uint8_t to[] = {2, 0, 0, 80, 10, 0, 0, (uint8_t)i, 0, 0, 0, 0, 0, 0, 0, 0};

		numbers(&t, 10, "socket", 3, INET, 1, 0);
		tell(&t, 10,
		     &(struct made_call){.name = "connect",
					 .args = {3, NAME, sizeof(to)},
					 .memory = {{NAME, to, sizeof(to)}}});
		numbers(&t, 10, "read", i == 2 ? -ECONNRESET : 10 * i, 3, BUFFER, 100);
		numbers(&t, 10, "close", 0, 3, 0, 0);
	}
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(net_end(&t.net, cases[i].sort), 0);
		for (size_t k = 0; k < 3; k++)
			assert_int_equal(t.net.list[k].remote.bytes[7], cases[i].order[k]);
	}
	end(&t);
}

/* Bytes of a peer's name come out as text. */
static void test_hostile_name(void **state)
{
	struct net_style style = {.all = true};
	struct buf out = {0};
	struct told t;

	(void)state;
	begin(&t);
	numbers(&t, 10, "socket", 3, UNIX, 1, 0);
	tell(&t, 10,
	     &(struct made_call){.name = "connect",
				 .ret = -ENOENT,
				 .args = {3, NAME, 12},
				 .memory = {MADE_BYTES(NAME, "\1\0/x\x1b[1m\0zzz")}});
	assert_int_equal(net_end(&t.net, NET_BY_BYTES), 0);
	assert_int_equal(net_say(&t.net, &t.by.processes, &style, &out), 0);
	assert_non_null(strstr(buf_text(&out), "UNIX /x\\x1b[1m  "));
	assert_non_null(strstr(buf_text(&out), "connect: ENOENT (No such file or directory)"));
	assert_null(strchr(buf_text(&out), '\x1b'));
	buf_clear(&out);
	assert_int_equal(net_json(&t.net, &t.by.processes, &out), 0);
	assert_null(strchr(buf_text(&out), '\x1b'));
	buf_done(&out);
	end(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_connect),
		cmocka_unit_test(test_connect_without_waiting),
		cmocka_unit_test(test_accept),
		cmocka_unit_test(test_socketcall),
		cmocka_unit_test(test_accept_early),
		cmocka_unit_test(test_pipe),
		cmocka_unit_test(test_pair),
		cmocka_unit_test(test_hostile_name),
		cmocka_unit_test(test_pair_that_is_asked),
		cmocka_unit_test(test_refused_later),
		cmocka_unit_test(test_same_peer),
		cmocka_unit_test(test_noise),
		cmocka_unit_test(test_open_port),
		cmocka_unit_test(test_answered),
		cmocka_unit_test(test_datagrams),
		cmocka_unit_test(test_ends),
		cmocka_unit_test(test_broken_pipe),
		cmocka_unit_test(test_sort),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
