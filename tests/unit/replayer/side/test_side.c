/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What things are called once a tape is read: the same program in another place, with other
 * numbers and other names made up by chance, is the same text.
 */
#include "replayer/side/side.h"

#include "../made.h"
#include "base/err.h"
#include "format/container/source.h"
#include "format/container/writer.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

enum {
	AT_PATH = 0x1000,
	AT_ARGV = 0x2000,
	AT_ENVIRONMENT = 0x3000,
	AT_TEXT = 0x4000,
	TEXT_STEP = 0x1000,
	TEXTS = 4,
	HERE = -100,         /* AT_FDCWD */
	CREATES = 0302,      /* O_RDWR|O_CREAT|O_EXCL */
	UNNAMED = 020200002, /* O_RDWR|O_TMPFILE */
};

/* Where a run has its place, and what is another each time. */
struct world {
	const char *cwd, *home, *temporary, *made_up;
	uint32_t child;
};

struct tape {
	int fd;
	char place[64];
	struct trace_writer *writer;
	uint64_t seq;
	uint32_t pid, tid; /* tid 0: the first thread */
};

/* @chunk_size 1: each event is handed on as soon as it comes. */
static void begin_with(struct tape *t, const struct world *w, size_t chunk_size)
{
	const struct meta_header header = {.payload_limit = UINT64_MAX,
					   .tool = (char *)(uintptr_t) "test",
					   .cwd = {(uint8_t *)(uintptr_t)w->cwd, strlen(w->cwd)}};
	struct trace_writer_options options = {
		.chunk_size = chunk_size, .frame_size = 16384, .flush_ms = 60000};
	struct err err = {0};

	*t = (struct tape){.fd = memfd_create("tape", MFD_CLOEXEC), .pid = MADE_PID};
	assert_true(t->fd >= 0);
	snprintf(t->place, sizeof(t->place), "/proc/self/fd/%d", t->fd);
	options.fd = t->fd;
	assert_int_equal(trace_writer_start(&options, &header, &t->writer, &err), 0);
}

static void begin(struct tape *t, const struct world *w)
{
	begin_with(t, w, 4096);
}

static void put(struct tape *t, const struct event *e)
{
	assert_int_equal(batch_add(trace_writer_lock(t->writer), e, NULL), 0);
	trace_writer_unlock(t->writer);
}

static void call(struct tape *t, const struct made_call *call)
{
	struct made m;

	made_from(call, &m);
	m.event.pid = t->pid;
	m.event.tid = t->tid ? t->tid : t->pid;
	m.event.seq = m.event.call.begun_seq = ++t->seq;
	m.event.call.end_seq = ++t->seq;
	m.event.time = t->seq * 1000;
	put(t, &m.event);
	made_done(&m);
}

/* Strings that a list of pointers leads to, all in one call. */
static void execute(struct tape *t, const char *path, const char *const *argv,
		    const char *const *environment)
{
	uint64_t arguments[TEXTS + 1] = {0}, variables[TEXTS + 1] = {0};
	struct made_call execve = {.name = "execve", .args = {AT_PATH, AT_ARGV, AT_ENVIRONMENT}};
	struct event e;
	char words[4096];
	size_t n = 0, pieces = 0, size = 0;

	execve.memory[pieces++] =
		(struct made_piece){.address = AT_PATH, .data = path, .length = strlen(path) + 1};
	for (size_t i = 0; environment[i]; i++, n++) {
		variables[i] = AT_TEXT + n * TEXT_STEP;
		execve.memory[pieces++] = (struct made_piece){.address = variables[i],
							      .data = environment[i],
							      .length = strlen(environment[i]) + 1};
	}
	execve.memory[pieces++] = (struct made_piece){
		.address = AT_ENVIRONMENT, .data = variables, .length = (n + 1) * 8};
	execve.memory[pieces++] =
		(struct made_piece){.address = AT_ARGV, .data = arguments, .length = 8};
	assert_true(pieces <= MADE_PIECES);
	call(t, &execve);
	for (size_t i = 0; argv[i]; i++) {
		memcpy(words + size, argv[i], strlen(argv[i]) + 1);
		size += strlen(argv[i]) + 1;
	}
	e = made_event(EVENT_EXEC, ++t->seq);
	e.pid = e.tid = t->pid;
	e.exec.former_tid = t->pid;
	e.exec.path = path;
	e.exec.argv = (const uint8_t *)words;
	e.exec.argv_size = size;
	put(t, &e);
}

static void opens(struct tape *t, const char *path, int64_t flags, int64_t fd)
{
	const struct made_call openat = {
		.name = "openat",
		.ret = fd,
		.args = {(uint64_t)HERE, AT_PATH, (uint64_t)flags, 0600},
		.memory = {{.address = AT_PATH, .data = path, .length = strlen(path) + 1}}};

	call(t, &openat);
}

static void forks(struct tape *t, uint32_t child)
{
	struct event e = made_event(EVENT_FORK, ++t->seq);
	const struct made_call fork = {.name = "fork", .ret = child};

	e.pid = e.tid = t->pid;
	e.fork.child_pid = e.fork.child_tid = child;
	e.fork.creator_known = true;
	put(t, &e);
	call(t, &fork);
}

static void exits(struct tape *t, uint32_t status)
{
	struct event e = made_event(EVENT_EXIT, ++t->seq);

	e.pid = e.tid = t->pid;
	e.exit.status = status;
	e.exit.process = true;
	put(t, &e);
}

static struct diff_side *end(struct tape *t, const struct diff_options *options)
{
	struct meta_trailer trailer = {.has_status = true};
	struct trace_writer_totals totals;
	struct trace_source *source;
	struct diff_side *s = NULL;
	struct err err = {0};

	assert_int_equal(trace_writer_finish(t->writer, &trailer, &totals, &err), 0);
	free(trailer.frames);
	t->writer = trace_writer_free(t->writer);
	assert_int_equal(trace_source_open(t->place, &source, &err), 0);
	if (diff_side_read(source, options, &s, &err) < 0)
		fail_msg("%s", err_text(&err));
	close(t->fd);
	return s;
}

/* ---- one program, anywhere ---- */

static struct diff_side *run(const struct world *w)
{
	static const struct diff_options options = {.one_thread = true};
	char home[256], temporary[256], settings[256], made_up[256], path[256], number[64];
	const char *const environment[] = {home, temporary, settings, NULL};
	const char *const argv[] = {"tool", path, "-x", NULL};
	const char *const child_environment[] = {made_up, "KEEP=a/b/1", NULL};
	const char *const child_argv[] = {"child", number, NULL};
	struct tape t;

	snprintf(home, sizeof(home), "HOME=%s", w->home);
	snprintf(temporary, sizeof(temporary), "TMPDIR=%s", w->temporary);
	snprintf(settings, sizeof(settings), "LIST=/usr/lib:%s/lib:%s/x", w->home, w->cwd);
	snprintf(made_up, sizeof(made_up), "WORK=%s/%s", w->temporary, w->made_up);
	snprintf(path, sizeof(path), "%s/data/in", w->cwd);
	begin(&t, w);
	execute(&t, "/usr/bin/tool", argv, environment);
	opens(&t, path, 0, 3);
	opens(&t, "data/../data/./in", 0, 4);
	snprintf(path, sizeof(path), "%s/.toolrc", w->home);
	opens(&t, path, 0, 5);
	snprintf(path, sizeof(path), "%s/%s", w->temporary, w->made_up);
	opens(&t, path, CREATES, 6);
	forks(&t, w->child);
	snprintf(path, sizeof(path), "/proc/%u/status", w->child);
	opens(&t, path, 0, 7);
	t.pid = w->child;
	snprintf(number, sizeof(number), "--parent=%d", MADE_PID);
	execute(&t, "/usr/bin/child", child_argv, child_environment);
	exits(&t, 0);
	t.pid = MADE_PID;
	exits(&t, 256);
	return end(&t, &options);
}

static const char *text(const struct diff_side *s, uint32_t place)
{
	return diff_side_text(s, place);
}

static bool has_object(const struct diff_side *s, const char *label)
{
	for (size_t i = 1; i < s->object_count; i++) {
		if (strcmp(text(s, s->objects[i].label), label) == 0)
			return true;
	}
	return false;
}

static void expect_said(const struct diff_process *p, const char *variables)
{
	size_t at = 0;

	for (; *variables; at += strlen(variables) + 1, variables += strlen(variables) + 1)
		assert_string_equal(p->environment_said + at, variables);
	assert_int_equal(p->environment_said_size, at);
}

static const struct world here = {"/home/me/project", "/home/me", "/scratch/me", "tmp.9fK2abXq7z",
				  4711},
			  there = {"/builds/17", "/root/ci", "/data/t", "tmp.Zq81LmW0pc", 815};

static void what_it_is_called(void **state)
{
	struct diff_side *s = run(&here);
	const char *made_up;

	(void)state;
	assert_int_equal(s->process_count, 3);
	assert_true(has_object(s, "$CWD/data/in"));
	assert_true(has_object(s, "$HOME/.toolrc"));
	assert_string_equal(text(s, s->processes[1].argv), "tool '$CWD/data/in' -x");
	assert_int_equal(s->processes[1].status, 256);
	assert_true(s->processes[2].execed);
	expect_said(&s->processes[1],
		    "HOME=$HOME\0TMPDIR=$TMPDIR\0LIST=/usr/lib:$HOME/lib:$CWD/x\0");
	/* The name that was made up, and nothing of what is no path. */
	made_up = (const char *)s->processes[2].environment_said;
	assert_non_null(strstr(made_up, "WORK=$TMPDIR/"));
	assert_non_null(strstr(made_up, "<new#1>"));
	assert_null(strstr(made_up, "9fK2"));
	assert_int_equal(s->processes[2].environment_said_size, strlen(made_up) + 1);
	/* That a variable names a file does not make it an object. */
	assert_false(has_object(s, "$HOME/lib"));
	assert_false(has_object(s, "/usr/lib"));
	diff_side_free(s);
}

/* What was set stays as it was. */
static void what_people_see(void **state)
{
	struct diff_side *s = run(&here);

	(void)state;
	assert_string_equal(s->processes[1].environment, "HOME=/home/me");
	assert_string_equal(s->processes[2].environment, "WORK=/scratch/me/tmp.9fK2abXq7z");
	diff_side_free(s);
}

static void somewhere_else(void **state)
{
	struct diff_side *a = run(&here), *b = run(&there);

	(void)state;
	assert_int_equal(a->process_count, b->process_count);
	for (size_t i = 1; i < a->process_count; i++) {
		const struct diff_process *p = &a->processes[i], *q = &b->processes[i];

		assert_string_equal(text(a, p->argv), text(b, q->argv));
		assert_int_equal(p->environment_said_size, q->environment_said_size);
		assert_memory_equal(p->environment_said, q->environment_said,
				    p->environment_said_size);
		assert_int_equal(p->threads[0].count, q->threads[0].count);
		for (size_t k = 0; k < p->threads[0].count; k++) {
			const struct diff_step *x = &p->threads[0].steps[k];
			const struct diff_step *y = &q->threads[0].steps[k];

			/* The first exec is before it is known where the run is. */
			if (strncmp(text(a, x->text), "exec(", 5) == 0)
				continue;
			assert_string_equal(text(a, x->text), text(b, y->text));
			assert_int_equal(x->fine, y->fine);
			assert_int_equal(x->coarse, y->coarse);
			assert_int_equal(x->what, y->what);
		}
	}
	diff_side_free(a);
	diff_side_free(b);
}

/* @late: the first call has begun before the snapshot is taken, as on a machine that is busy. */
static struct diff_side *run_with_snapshot(bool late)
{
	static const struct diff_options options = {.one_thread = true};
	static const char *const targets[] = {"/dev/null", "/log/out", "/log/out"};
	const struct made_call execve = {.name = "execve",
					 .args = {AT_PATH, 0, 0},
					 .memory = {MADE_STRING(AT_PATH, "/bin/tool")}};
	const struct made_call writes = {.name = "write",
					 .ret = 2,
					 .args = {1, AT_TEXT, 2},
					 .memory = {MADE_BYTES(AT_TEXT, "ab")}};
	struct meta_snapshot snapshot = {.processes = calloc(1, sizeof(struct meta_process)),
					 .process_count = 1};
	struct meta_process *p = snapshot.processes;
	struct event e = made_event(EVENT_EXEC, 2);
	struct tape t;
	struct made m;

	assert_non_null(p);
	*p = (struct meta_process){.pid = MADE_PID, .ppid = 1, .fd_count = 3};
	p->fds = calloc(3, sizeof(*p->fds));
	p->missing = strdup("");
	assert_true(p->fds && p->missing);
	for (int32_t fd = 0; fd < 3; fd++)
		p->fds[fd] = (struct meta_fd){
			.fd = fd, .target = {(uint8_t *)strdup(targets[fd]), strlen(targets[fd])}};
	begin_with(&t, &here, 1);
	if (!late)
		assert_int_equal(trace_writer_snapshot(t.writer, &snapshot), 0);
	made_from(&execve, &m);
	m.event.kind = EVENT_BEGUN;
	m.event.call.state = EVENT_UNFINISHED;
	m.event.call.end_seq = 0;
	put(&t, &m.event);
	if (late) {
		snapshot.seq = 1;
		assert_int_equal(trace_writer_snapshot(t.writer, &snapshot), 0);
	}
	e.exec.former_tid = MADE_PID;
	e.exec.path = "/bin/tool";
	put(&t, &e);
	m.event.kind = EVENT_END;
	m.event.seq = m.event.call.end_seq = 3;
	m.event.call.state = EVENT_FINISHED;
	m.event.memory_count = 0;
	put(&t, &m.event);
	made_done(&m);
	t.seq = 3;
	call(&t, &writes);
	exits(&t, 0);
	return end(&t, &options);
}

static void a_late_snapshot(void **state)
{
	(void)state;
	for (int late = 0; late < 2; late++) {
		struct diff_side *s = run_with_snapshot(late);

		assert_int_equal(s->process_count, 2);
		assert_true(s->processes[1].ended);
		assert_int_equal(s->processes[1].stream_count, 1);
		assert_string_equal(text(s, s->objects[s->processes[1].streams[0].object].label),
				    "stdout");
		diff_side_free(s);
	}
}

/* Roots of the user come first, also below the others. */
static void roots_that_are_given(void **state)
{
	static const struct diff_root roots[] = {{"$SRC", "/home/me/src/"}, {"$ME", "/home/me"}};
	static const struct diff_options options = {
		.roots = roots, .root_count = 2, .one_thread = true};
	const char *const argv[] = {"cc", "-I/home/me/src/include", "/home/me/srcs", NULL};
	const char *const environment[] = {"HOME=/home/me", "X=/home/me/src,/home/me/src2", NULL};
	struct diff_side *s;
	struct tape t;

	(void)state;
	begin(&t, &here);
	execute(&t, "/usr/bin/cc", argv, environment);
	opens(&t, "/home/me/src/a.c", 0, 3);
	opens(&t, "/home/me/project/a.c", 0, 4);
	s = end(&t, &options);
	assert_true(has_object(s, "$SRC/a.c"));
	assert_true(has_object(s, "$CWD/a.c"));
	assert_string_equal(text(s, s->processes[1].argv), "cc '-I$SRC/include' '$ME/srcs'");
	expect_said(&s->processes[1], "HOME=$ME\0X=$SRC,$ME/src2\0");
	diff_side_free(s);
}

/* ---- in what it was ---- */

static const struct made_call reads = {.name = "read", .args = {3, AT_PATH, 8}};

static struct diff_side *run_into(uint8_t state, int64_t ret, bool and_another)
{
	static const struct diff_options options = {.one_thread = true};
	const char *const argv[] = {"tool", NULL}, *const environment[] = {NULL};
	struct tape t;
	struct made m;

	begin(&t, &here);
	execute(&t, "/usr/bin/tool", argv, environment);
	opens(&t, "/data/in", 0, 3);
	made_from(&reads, &m);
	m.event.seq = m.event.call.begun_seq = ++t.seq;
	m.event.kind = state == EVENT_FINISHED ? EVENT_CALL : EVENT_BEGUN;
	m.event.call.state = state;
	m.event.call.ret = ret;
	m.event.call.end_seq = state == EVENT_FINISHED ? ++t.seq : 0;
	put(&t, &m.event);
	made_done(&m);
	if (and_another)
		opens(&t, "/data/other", 0, 4);
	exits(&t, 9);
	return end(&t, &options);
}

/* It never came back, or was to be made again after a signal; and nothing came after it. */
static void what_it_was_in(void **state)
{
	static const struct {
		uint8_t state;
		int64_t ret;
		bool and_another, in;
	} all[] = {{EVENT_UNFINISHED, 0, false, true},  {EVENT_FINISHED, -512, false, true},
		   {EVENT_FINISHED, -516, false, true}, {EVENT_FINISHED, -517, false, false},
		   {EVENT_FINISHED, -4, false, false},  {EVENT_FINISHED, 8, false, false},
		   {EVENT_FINISHED, -512, true, false}};

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		struct diff_side *s = run_into(all[i].state, all[i].ret, all[i].and_another);
		const struct diff_process *p = &s->processes[1];

		assert_int_equal(p->in_call != DIFF_NONE, all[i].in);
		if (all[i].in) {
			assert_string_equal(s->calls[p->in_call], "read");
			assert_string_equal(text(s, s->objects[p->in_object].label), "/data/in");
		}
		diff_side_free(s);
	}
}

/* To read, to write and to list are three things; how else it is opened is told beside. */
static void what_something_is_opened_for(void **state)
{
	static const struct diff_options options = {.one_thread = true};
	static const int64_t flags[] = {0, 02000000, 1, 0101, 0200000};
	static const size_t like[] = {0, 0, 2, 2, 4};
	const char *const argv[] = {"tool", NULL}, *const environment[] = {NULL};
	const struct diff_step *steps;
	struct diff_side *s;
	struct tape t;

	(void)state;
	begin(&t, &here);
	execute(&t, "/usr/bin/tool", argv, environment);
	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
		opens(&t, "/data/in", flags[i], 3);
	opens(&t, "/none/in", 0, -2);
	opens(&t, "/none/in", 0101, -2);
	s = end(&t, &options);
	steps = s->processes[1].threads[0].steps;
	/* The first is the execve. */
	steps += s->processes[1].threads[0].count - 7;
	for (size_t i = 0; i < 5; i++) {
		for (size_t k = 0; k < 5; k++)
			assert_int_equal(steps[i].coarse == steps[k].coarse, like[i] == like[k]);
		assert_true(steps[i].what == steps[0].what);
	}
	assert_true(steps[5].marks & DIFF_PROBE);
	assert_false(steps[6].marks & DIFF_PROBE);
	assert_true(steps[6].marks & DIFF_MAKES);
	diff_side_free(s);
}

/* What the allocator asks for is a step when it is refused. */
static void refused_memory(void **state)
{
	static const struct diff_options options = {.one_thread = true};
	const struct made_call calls[] = {
		{.name = "mmap", .ret = 0x7000000, .args = {0, 1 << 20, 3, 0x22, UINT64_MAX}},
		{.name = "mmap", .ret = -12, .args = {0, 1 << 30, 3, 0x22, UINT64_MAX}},
		{.name = "mincore", .ret = -12, .args = {0x1000, 4096, AT_PATH}},
		{.name = "munmap", .ret = -22, .args = {1, 4096}}};
	const char *const argv[] = {"tool", NULL}, *const environment[] = {NULL};
	const struct diff_thread *thread;
	struct diff_side *s;
	struct tape t;
	size_t before;

	(void)state;
	begin(&t, &here);
	execute(&t, "/usr/bin/tool", argv, environment);
	before = 1;
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		call(&t, &calls[i]);
	s = end(&t, &options);
	thread = &s->processes[1].threads[0];
	assert_int_equal(thread->count, before + 1);
	assert_int_equal(thread->steps[before].error, ENOMEM);
	assert_true(thread->steps[before].marks & DIFF_FAILED_ONLY);
	assert_non_null(strstr(text(s, thread->steps[before].text), "1073741824"));
	diff_side_free(s);
}

/* No =, no value, no path; a list that is not on the tape. */
static void odd_environments(void **state)
{
	static const struct diff_options options = {.one_thread = true};
	const char *const argv[] = {"tool", NULL};
	const char *const odd[] = {"", "=", "NAME", "EMPTY=", NULL};
	const char *const slashes[] = {"A=/", "B=//home/me", "C=/home/me/", "HOME=/home/me", NULL};
	const char *const none[] = {NULL};
	struct diff_side *s;
	struct tape t;

	(void)state;
	begin(&t, &here);
	execute(&t, "/usr/bin/tool", argv, odd);
	forks(&t, 2000);
	t.pid = 2000;
	execute(&t, "/usr/bin/tool", argv, slashes);
	forks(&t, 2001);
	t.pid = 2001;
	execute(&t, "/usr/bin/tool", argv, none);
	s = end(&t, &options);
	assert_int_equal(s->process_count, 4);
	assert_int_equal(s->processes[1].environment_said_size, 0);
	/* Of the first program none of these was a root. */
	assert_int_equal(s->processes[2].environment_said_size, 0);
	assert_int_equal(s->processes[3].environment_said_size, 0);
	diff_side_free(s);
}

/* What is removed before it is made, to be sure that it is not there; and draws a name first. */
static void removes(struct tape *t, const char *path, bool draws)
{
	const struct made_call getrandom = {.name = "getrandom", .ret = 4};
	const struct made_call unlink = {
		.name = "unlink",
		.ret = -ENOENT,
		.args = {AT_PATH},
		.memory = {{.address = AT_PATH, .data = path, .length = strlen(path) + 1}}};

	if (draws)
		call(t, &getrandom);
	call(t, &unlink);
}

static struct tape begin_tool(void)
{
	static const char *const argv[] = {"tool", NULL}, *const environment[] = {
								  "HOME=/home/me",
								  "TMPDIR=/scratch/me", NULL};
	struct tape t;

	begin(&t, &here);
	execute(&t, "/usr/bin/tool", argv, environment);
	return t;
}

static const struct diff_options plain = {.one_thread = true};

static void names_that_are_removed_first(void **state)
{
	struct tape t = begin_tool();
	struct diff_side *s;

	(void)state;
	removes(&t, "/home/me/project/a.txt.tmp0c049", true);
	/* Nothing was drawn: it may be the name of a build. */
	for (size_t i = 0; i < 8; i++)
		opens(&t, "/etc/hosts", 0, 3);
	removes(&t, "/home/me/project/b.txt.tmp0c049", false);
	s = end(&t, &plain);
	assert_true(has_object(s, "$CWD/a.txt.<new#1>"));
	assert_true(has_object(s, "$CWD/b.txt.tmp0c049"));
	diff_side_free(s);
}

/* Which the kernel calls by its number. */
static void files_without_a_name(void **state)
{
	struct tape t = begin_tool();
	struct diff_side *s;

	(void)state;
	opens(&t, "/scratch/me", UNNAMED, 3);
	opens(&t, "/scratch/me", UNNAMED, 4);
	s = end(&t, &plain);
	assert_true(has_object(s, "$TMPDIR/<new#1>"));
	assert_true(has_object(s, "$TMPDIR/<new#2>"));
	diff_side_free(s);
}

/* That libc loads it when a thread ends early comes by chance; that it cannot be loaded does not,
 * nor that a program is linked with it. */
static void what_ending_threads_load(void **state)
{
	static const char path[] = "/lib/libgcc_s.so.1";
	struct event e = made_event(EVENT_FORK, 0);
	struct tape t = begin_tool();
	const struct diff_thread *first, *second;
	struct diff_side *s;

	(void)state;
	opens(&t, path, 0, 3);
	e.seq = ++t.seq;
	e.pid = e.tid = e.fork.child_pid = t.pid;
	e.fork.child_tid = 4712;
	e.fork.kind = FORK_THREAD;
	e.fork.creator_known = true;
	put(&t, &e);
	t.tid = 4712;
	opens(&t, path, 0, 4);
	opens(&t, path, 0, -ENOENT);
	s = end(&t, &plain);
	assert_int_equal(s->processes[1].thread_count, 2);
	first = &s->processes[1].threads[0];
	second = &s->processes[1].threads[1];
	for (size_t i = 0; i < first->count; i++)
		assert_false(first->steps[i].marks & DIFF_ALLOCATOR);
	assert_int_equal(second->count, 2);
	assert_true(second->steps[0].marks & DIFF_ALLOCATOR);
	assert_false(second->steps[1].marks & DIFF_ALLOCATOR);
	diff_side_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_it_is_called),
		cmocka_unit_test(what_people_see),
		cmocka_unit_test(somewhere_else),
		cmocka_unit_test(roots_that_are_given),
		cmocka_unit_test(odd_environments),
		cmocka_unit_test(a_late_snapshot),
		cmocka_unit_test(names_that_are_removed_first),
		cmocka_unit_test(files_without_a_name),
		cmocka_unit_test(what_ending_threads_load),
		cmocka_unit_test(what_it_was_in),
		cmocka_unit_test(what_something_is_opened_for),
		cmocka_unit_test(refused_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
