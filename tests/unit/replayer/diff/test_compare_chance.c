/* SPDX-License-Identifier: Apache-2.0 */
/* What comes and goes with the scheduler is found, and is no difference. */
#include "replayer/diff/compare.h"

#include "pair.h"

#include "base/cleanup.h"

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char *const events[] = {"epoll_ctl(<ep>, <1>) = -1 EPERM",
				     "epoll_ctl(<ep>, <2>) = -1 EPERM",
				     "epoll_ctl(<ep>, <3>) = -1 EPERM"};

/* Two threads beside the first: who of the three does which; 'x': something else. */
static void shared_work(struct made_side *s, const char *first, const char *second,
			const char *third)
{
	const char *const all[] = {first, second, third};

	for (size_t i = 0; i < ARRAY_SIZE(all); i++) {
		if (i)
			made_thread(s, 1);
		for (const char *at = all[i]; *at; at++)
			made_step(s, 1,
				  *at == 'x' ? "epoll_ctl(<ep>, <x>) = -1 EPERM"
					     : events[*at - '1'],
				  "<ep>", EPERM);
	}
}

static size_t found_of_moved(const char *const a[3], const char *const b[3])
{
	struct pair x;
	size_t n;

	pair_both(&x);
	shared_work(&x.a, a[0], a[1], a[2]);
	shared_work(&x.b, b[0], b[1], b[2]);
	pair_end(&x);
	n = pair_loud(&x);
	pair_done(&x);
	return n;
}

/* What one thread does not do any more another does: all that they do is the same. */
static void work_that_moved(void **state)
{
	static const char *const one[] = {"1", "2", "3"}, *const two[] = {"", "231", ""},
				 *const three[] = {"3", "", "21"}, *const other[] = {"", "23x", ""},
				 *const less[] = {"", "23", ""};

	(void)state;
	assert_int_equal(found_of_moved(one, two), 0);
	assert_int_equal(found_of_moved(two, one), 0);
	assert_int_equal(found_of_moved(one, three), 0);
	assert_int_not_equal(found_of_moved(one, other), 0);
	assert_int_not_equal(found_of_moved(one, less), 0);
}

/* Threads of which the last ones, in one run, have done less. */
static size_t found_of_late_threads(const char *done_by_all, const char *done_by_late)
{
	struct pair x;
	size_t n;

	pair_both(&x);
	for (size_t i = 0; i < 2; i++) {
		struct made_side *s = i ? &x.b : &x.a;

		for (size_t t = 1; t < SIDES_THREADS_MAX; t++) {
			const char *at = i && t > 3 ? done_by_late : done_by_all;

			made_thread(s, 1);
			for (; *at; at++) {
				if (*at == 'r')
					made_step(s, 1, "rseq(ptr) = 0", NULL, 0);
				else if (*at == 's')
					made_step(s, 1, "sigaltstack(ptr) = 0", NULL, 0);
				else if (*at == 'x')
					made_step(s, 1, "exit(0) = ?", NULL, 0);
				else
					made_step(s, 1, "unlink(\"/t\") = 0", "/t", 0);
				if (*at == 's')
					made_count(s, 1, "sigaltstack", NULL, 1);
			}
		}
	}
	pair_end(&x);
	n = pair_loud(&x);
	pair_done(&x);
	return n;
}

/* Who makes threads and ends may be quicker than they. */
static void threads_that_begin_late(void **state)
{
	(void)state;
	assert_int_equal(found_of_late_threads("rs", ""), 0);
	assert_int_equal(found_of_late_threads("rs", "r"), 0);
	assert_int_equal(found_of_late_threads("rsux", "rsu"), 0);
	/* They came to their end, or to work, without it. */
	assert_int_not_equal(found_of_late_threads("rsx", "rx"), 0);
	assert_int_not_equal(found_of_late_threads("rsu", "ru"), 0);
}

/* What is done in one run and then in the other: 'b' and 'c' hold signals back, 'h' and 'H' set a
 * handler, 'i' reads the index of the linker. */
static size_t found_of_own(const char *a, const char *b)
{
	struct pair x;
	size_t n;

	pair_both(&x);
	for (size_t i = 0; i < 2; i++) {
		struct made_side *s = i ? &x.b : &x.a;

		for (const char *at = i ? b : a; *at; at++) {
			if (*at == 'b')
				made_step(s, 1, "rt_sigprocmask(SIG_BLOCK, NULL, [], 8)", NULL, 0);
			else if (*at == 'c')
				made_step(s, 1, "rt_sigprocmask(SIG_BLOCK, [CHLD], [], 8)", NULL,
					  0);
			else if (*at == 'h')
				made_step(s, 1, "rt_sigaction(SIGPIPE, {handler}, NULL)", NULL, 0);
			else if (*at == 'H')
				made_step(s, 1, "rt_sigaction(SIGPIPE, NULL, {handler})", NULL, 0);
			else if (*at == 'i')
				made_step(s, 1, "open(\"/etc/ld.so.cache\")", "/etc/ld.so.cache",
					  0);
			else
				made_step(s, 1, "unlink(\"/t\") = 0", "/t", 0);
			if (*at == 'i')
				made_count(s, 1, "open", "/etc/ld.so.cache", 1);
		}
	}
	pair_end(&x);
	n = pair_loud(&x);
	pair_done(&x);
	return n;
}

static void masks_come_again(void **state)
{
	(void)state;
	assert_int_equal(found_of_own("bucub", "bubuc"), 0);
	assert_int_equal(found_of_own("huHhHhHuhH", "HuhHhHhuhH"), 0);
	/* Few are on purpose. */
	assert_int_not_equal(found_of_own("huH", "Huh"), 0);
	/* One of them does so nowhere else. */
	assert_int_not_equal(found_of_own("bub", "buc"), 0);
}

static void the_linkers_index(void **state)
{
	(void)state;
	assert_int_equal(found_of_own("iu", "iui"), 0);
	assert_int_not_equal(found_of_own("u", "ui"), 0);
}

/* Two workers that put messages into a pipe of their parent: how many bytes each in run b, what
 * all messages are together, and how many there are. */
static size_t found_of_queue(uint64_t first, uint64_t second, uint64_t messages, uint64_t calls)
{
	struct pair x;
	size_t n = 0;

	pair_both(&x);
	for (size_t i = 0; i < 2; i++) {
		struct made_side *s = i ? &x.b : &x.a;

		for (uint32_t k = 0; k < 2; k++) {
			const uint32_t process = made_fork(s, 1);
			struct diff_stream *stream;

			made_stream(s, process, "parent's pipe#1.w", true,
				    !i  ? 50
				    : k ? second
					: first,
				    10 * i + k);
			stream = (struct diff_stream *)(void *)s->processes[process].streams.data;
			stream->channel = 1;
			stream->calls = 5;
			stream->messages = 7;
			if (i && k) {
				stream->calls = calls;
				stream->messages = messages;
			}
		}
	}
	pair_end(&x);
	for (size_t i = 0; i < x.c.found.count; i++)
		n += x.c.found.at[i].kind == FIND_BYTES;
	pair_done(&x);
	return n;
}

static void messages_of_workers(void **state)
{
	(void)state;
	assert_int_equal(found_of_queue(30, 70, 7, 5), 0);
	/* In other pieces, nobody can say. */
	assert_int_equal(found_of_queue(30, 70, 8, 6), 0);
	/* Another message, one more. */
	assert_int_not_equal(found_of_queue(30, 70, 8, 5), 0);
	assert_int_not_equal(found_of_queue(30, 80, 7, 5), 0);
}

/* make -j gives all but one of its jobs an empty pipe for their input: @made: in run b. @used: a
 * byte goes through it. @alone: it has one job only. */
static size_t found_of_empty_input(bool used, bool alone)
{
	struct pair x;
	size_t n;

	pair_both(&x);
	for (size_t i = 0; i < 2; i++) {
		struct made_side *s = i ? &x.b : &x.a;
		uint32_t make;

		/* The pipe of that name that somebody else made is one through which bytes go. */
		made_stream(s, 1, "pipe#1.w", true, 5, 1);
		make = made_process(s, 1, "/bin/make", "make -C d");
		if (i)
			made_step(s, make, "pipe([<pipe#1.r>, <pipe#1.w>]) = 0", NULL, 0);
		for (int k = 0; k < (alone ? 1 : 2); k++) {
			const uint32_t job = made_fork(s, make);

			made_step(s, job, k ? "unlink(\"/t\") = 0" : "unlink(\"/u\") = 0",
				  k ? "/t" : "/u", 0);
			if (i && (k || alone))
				made_step(s, job, "dup2(<parent's pipe#1.r>, 0) = 0",
					  "parent's pipe#1.r", 0);
		}
		if (i && used)
			made_stream(s, make, "pipe#1.w", true, 1, 1);
	}
	pair_end(&x);
	n = pair_loud(&x);
	pair_done(&x);
	return n;
}

static void inputs_that_are_empty(void **state)
{
	(void)state;
	assert_int_equal(found_of_empty_input(false, false), 0);
	assert_int_not_equal(found_of_empty_input(true, false), 0);
	assert_int_not_equal(found_of_empty_input(false, true), 0);
}

/* A question that changes nothing, and another one of the same name that does. */
static size_t found_of_limit(const char *text)
{
	struct pair x;
	size_t n;

	pair_both(&x);
	made_step(&x.b, 1, text, NULL, 0);
	pair_end(&x);
	n = pair_loud(&x);
	pair_done(&x);
	return n;
}

static void limits_that_are_asked_for(void **state)
{
	(void)state;
	assert_int_equal(found_of_limit("prlimit64(0, RLIMIT_NOFILE, NULL, {rlim_cur=9}) = 0"), 0);
	assert_int_equal(found_of_limit("prlimit64(0, RLIMIT_NOFILE, {rlim_cur=9}, NULL) = 0"), 1);
}

/* What changes places: all of the first with all of the second. */
static void takes(struct made_side *s, bool first)
{
	static const char *const moved[] = {"uname(ptr) = 0",   "times(ptr) = 1",
					    "sysinfo(ptr) = 0", "getrusage(0) = 0",
					    "getcwd() = 1",     "rmdir(\"/e\") = 0"},
				 *const kept[] = {"mkdir(\"/1\") = 0", "mkdir(\"/2\") = 0",
						  "mkdir(\"/3\") = 0", "mkdir(\"/4\") = 0",
						  "mkdir(\"/5\") = 0", "mkdir(\"/6\") = 0",
						  "mkdir(\"/7\") = 0", "mkdir(\"/8\") = 0"};

	for (size_t i = 0; first && i < ARRAY_SIZE(moved); i++)
		made_step(s, 1, moved[i], NULL, 0);
	for (size_t i = 0; i < ARRAY_SIZE(kept); i++) {
		const char label[] = {'/', (char)('1' + (int)i), '\0'};

		made_step(s, 1, kept[i], label, 0);
	}
	for (size_t i = 0; !first && i < ARRAY_SIZE(moved); i++)
		made_step(s, 1, moved[i], NULL, 0);
}

/* Of all that have changed places the first that matters is told. */
static void the_order_that_is_told(void **state)
{
	struct pair x;
	size_t n = 0;

	(void)state;
	pair_both(&x);
	takes(&x.a, true);
	takes(&x.b, false);
	pair_end(&x);
	for (size_t i = 0; i < x.c.found.count; i++) {
		const struct finding *f = &x.c.found.at[i];

		if (f->kind != FIND_ORDER || f->weight == FINDING_NOISE)
			continue;
		assert_string_equal(f->subject, "rmdir(\"/e\")");
		n++;
	}
	assert_int_equal(n, 1);
	pair_done(&x);
}

/* 's': a handler is set; 'f': a fork; 'u': a file is removed. */
static size_t found_of_handlers(const char *a, const char *b)
{
	struct pair x;
	size_t n;

	pair_both(&x);
	for (size_t i = 0; i < 2; i++) {
		struct made_side *s = i ? &x.b : &x.a;

		for (const char *at = i ? b : a; *at; at++) {
			if (*at == 's')
				made_step(s, 1, "rt_sigaction(SIGINT) = 0", NULL, 0);
			else if (*at == 'f')
				made_step(s, 1, "fork() = <other>", NULL, 0);
			else
				made_step(s, 1, "unlink(\"/t\") = 0", "/t", 0);
		}
	}
	pair_end(&x);
	n = pair_loud(&x);
	pair_done(&x);
	return n;
}

/* A shell that waits for its jobs sets handlers each time, between what it does anyway. */
static void handlers_again_and_again(void **state)
{
	(void)state;
	assert_int_equal(found_of_handlers("sfsssus", "ssssfus"), 0);
	/* Once is on purpose; and the others have their order. */
	assert_int_not_equal(found_of_handlers("sfu", "fsu"), 0);
	assert_int_not_equal(found_of_handlers("sfsssus", "susssfs"), 0);
}

/* A process that writes into a pipe, and who reads from it. */
static size_t found_of_own_pipe(bool by_itself)
{
	struct pair x;
	size_t n = 0;

	pair_both(&x);
	for (size_t i = 0; i < 2; i++) {
		struct made_side *s = i ? &x.b : &x.a;
		const uint32_t reader = by_itself ? 1 : made_fork(s, 1);

		made_stream(s, 1, "pipe#1.w", true, 16 + 16 * i, 1 + i);
		made_stream(s, reader, by_itself ? "pipe#1.r" : "parent's pipe#1.r", false,
			    16 + 16 * i, 1 + i);
		for (uint32_t k = 1; k <= reader; k++) {
			struct buf *list = &s->processes[k].streams;
			struct diff_stream *at = (struct diff_stream *)(void *)list->data;

			for (size_t j = 0; j < list->size / sizeof(*at); j++) {
				at[j].channel = 1;
				at[j].end = at[j].out;
			}
		}
	}
	pair_end(&x);
	for (size_t i = 0; i < x.c.found.count; i++)
		n += x.c.found.at[i].kind == FIND_BYTES;
	pair_done(&x);
	return n;
}

/* Addresses of handles, when a signal has come: libuv. */
static void what_it_tells_itself(void **state)
{
	(void)state;
	assert_int_equal(found_of_own_pipe(true), 0);
	assert_int_not_equal(found_of_own_pipe(false), 0);
}

/* 'd' and 'D': a descriptor is taken out of a set, and was not in it; 'a': nor could it be put
 * there; 's' and 'c': a pair is shut down and closed, and another one; 'r': its handler goes;
 * 'u': a file is removed. */
static size_t found_of_loop(const char *a, const char *b)
{
	static const struct {
		char letter;
		const char *text, *label;
		uint16_t error;
	} steps[] = {{'d', "epoll_ctl(<ep>, EPOLL_CTL_DEL, <pair#1.0>) = 0", "ep", 0},
		     {'D', "epoll_ctl(<ep>, EPOLL_CTL_DEL, <pair#1.0>) = -1 ENOENT", "ep", ENOENT},
		     {'a', "epoll_ctl(<ep>, EPOLL_CTL_ADD, <pair#1.0>) = -1 EPERM", "ep", EPERM},
		     {'s', "shutdown(<pair#1.0>) = 0", "pair#1.0", 0},
		     {'c', "close(<pair#1.0>) = 0", "pair#1.0", 0},
		     {'S', "shutdown(<pair#2.0>) = 0", "pair#2.0", 0},
		     {'C', "close(<pair#2.0>) = 0", "pair#2.0", 0},
		     {'r', "rt_sigaction(SIGCHLD, {sa_handler=SIG_DFL}, NULL) = 0", NULL, 0},
		     {'R', "rt_sigaction(SIGCHLD, {sa_handler=handler}, NULL) = 0", NULL, 0},
		     {'u', "unlink(\"/t\") = 0", "/t", 0}};
	struct pair x;
	size_t n;

	pair_both(&x);
	for (size_t i = 0; i < 2; i++) {
		for (const char *at = i ? b : a; *at; at++) {
			size_t k = 0;

			while (steps[k].letter != *at)
				k++;
			made_step(i ? &x.b : &x.a, 1, steps[k].text, steps[k].label,
				  steps[k].error);
		}
	}
	pair_end(&x);
	n = pair_loud(&x);
	pair_done(&x);
	return n;
}

/* What is ready first is let go of first. */
static void loops_of_events(void **state)
{
	(void)state;
	assert_int_equal(found_of_loop("du", "ud"), 0);
	assert_int_equal(found_of_loop("du", "Du"), 0);
	assert_int_equal(found_of_loop("u", "Du"), 0);
	assert_int_equal(found_of_loop("uscSCr", "uSCrsc"), 0);
	/* Not while something else is done, nor is a handler set in any order. */
	assert_int_not_equal(found_of_loop("scuSC", "SCusc"), 0);
	assert_int_not_equal(found_of_loop("uscR", "uRsc"), 0);
	assert_int_not_equal(found_of_loop("u", "ua"), 0);
}

/* cp -r: entry by entry, in the order in which the kernel tells them. @late: it makes one before it
 * has looked at what it is a copy of. */
static void copies(struct made_side *s, const char *order, bool late)
{
	made_step(s, 1, "getdents(</t>, {0 1})", "/t", 0);
	for (const char *at = order; *at; at++) {
		char to[64], from[64], text[128];

		snprintf(to, sizeof(to), "/c/%c/0", *at);
		snprintf(from, sizeof(from), "/t/%c", *at);
		snprintf(text, sizeof(text), "getdents(<%s>, {0})", from);
		made_step(s, 1, text, from, 0);
		snprintf(from, sizeof(from), "/t/%c/0", *at);
		for (int k = 0; k < 2; k++) {
			const bool looks = (k == 0) != (late && *at == '1');

			snprintf(text, sizeof(text), "%s(\"%s\")", looks ? "open" : "mkdir",
				 looks ? from : to);
			made_step(s, 1, text, looks ? from : to, 0);
		}
	}
}

static size_t found_of_entries(const char *a, const char *b, bool late)
{
	struct pair x;
	size_t n;

	pair_both(&x);
	copies(&x.a, a, false);
	copies(&x.b, b, late);
	pair_end(&x);
	n = pair_loud(&x);
	pair_done(&x);
	return n;
}

static void entries_of_directories(void **state)
{
	(void)state;
	assert_int_equal(found_of_entries("01", "10", false), 0);
	assert_int_not_equal(found_of_entries("01", "01", true), 0);
	assert_int_not_equal(found_of_entries("01", "10", true), 0);
}

/* @lists: it goes through all processes, as ps(1) does. */
static size_t found_of_strangers(bool lists)
{
	struct pair x;
	size_t n;

	pair_both(&x);
	for (size_t i = 0; i < 2; i++) {
		if (lists)
			made_step(i ? &x.b : &x.a, 1, "getdents(</proc>, {})", "/proc", 0);
	}
	made_step(&x.b, 1, "stat(\"/proc/*\") = -1 ENOENT", "/proc/*", ENOENT);
	made_count(&x.a, 1, "open", "/proc/*/stat", 100);
	made_count(&x.b, 1, "open", "/proc/*/stat", 900);
	pair_end(&x);
	n = pair_loud(&x);
	pair_done(&x);
	return n;
}

static void processes_of_others(void **state)
{
	(void)state;
	assert_int_equal(found_of_strangers(true), 0);
	/* That of a file with a number in it may be what is wrong. */
	assert_int_equal(found_of_strangers(false), 2);
}

static void works(struct made_side *s, uint32_t worker, size_t file, size_t times)
{
	char text[64], label[32];

	snprintf(label, sizeof(label), "/t%zu", file);
	snprintf(text, sizeof(text), "unlink(\"%s\") = 0", label);
	for (size_t i = 0; i < times; i++)
		made_step(s, worker, text, label, 0);
}

/* Workers that work until their parent tells them to end, each time on another's file; the last one
 * of run b was told so when it had done @steps. Each has closed one of its own. */
static size_t found_of_killed_worker(size_t steps, const char *label)
{
	enum { WORKERS = 4, TIMES = 8 };
	struct pair x;
	size_t n;

	pair_both(&x);
	for (size_t i = 0; i < 2; i++) {
		struct made_side *s = i ? &x.b : &x.a;

		for (size_t k = 0; k < WORKERS; k++) {
			const uint32_t worker = made_fork(s, 1);
			const bool killed = i && k == WORKERS - 1;
			char text[128], own[64];

			snprintf(own, sizeof(own), "%s%zu.r", label, k);
			snprintf(text, sizeof(text), "close(<%s>) = 0", own);
			works(s, worker, (k + i) % WORKERS, killed ? steps : TIMES);
			if (i && !k)
				works(s, worker, 0, TIMES - steps);
			if (!killed)
				made_step(s, worker, text, own, 0);
			s->processes[worker].is.told_to_end = SIGTERM;
			made_status(s, worker, killed ? SIGTERM : 0);
		}
	}
	pair_end(&x);
	n = pair_loud(&x);
	pair_done(&x);
	return n;
}

static void workers_that_had_not_begun(void **state)
{
	(void)state;
	assert_int_equal(found_of_killed_worker(0, "parent's pipe#"), 0);
	/* What is not its own is missed; and one that had begun could have. */
	assert_int_not_equal(found_of_killed_worker(0, "/file-"), 0);
	assert_int_not_equal(found_of_killed_worker(4, "parent's pipe#"), 0);
}

/* @label: of what is opened now and then. */
static size_t found_of_opened(const char *label)
{
	struct pair x;
	size_t n;

	pair_both(&x);
	made_step(&x.a, 1, "open(\"x\")", "/other", 0);
	made_step(&x.b, 1, "open(\"x\")", "/other", 0);
	made_step(&x.b, 1, "open(\"it\")", label, 0);
	pair_end(&x);
	n = pair_loud(&x);
	pair_done(&x);
	return n;
}

static void its_own_executable(void **state)
{
	(void)state;
	assert_int_equal(found_of_opened("/bin/cmd"), 0);
	assert_int_not_equal(found_of_opened("/bin/another"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(work_that_moved),
		cmocka_unit_test(threads_that_begin_late),
		cmocka_unit_test(messages_of_workers),
		cmocka_unit_test(masks_come_again),
		cmocka_unit_test(the_linkers_index),
		cmocka_unit_test(inputs_that_are_empty),
		cmocka_unit_test(limits_that_are_asked_for),
		cmocka_unit_test(the_order_that_is_told),
		cmocka_unit_test(what_it_tells_itself),
		cmocka_unit_test(loops_of_events),
		cmocka_unit_test(workers_that_had_not_begun),
		cmocka_unit_test(its_own_executable),
		cmocka_unit_test(processes_of_others),
		cmocka_unit_test(entries_of_directories),
		cmocka_unit_test(handlers_again_and_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
