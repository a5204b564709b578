/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who died of a signal is told by it; who was asked to end, by what it was waiting for; who
 * exited, by the failed call that its words, its command line and the kind of error point to;
 * or by its words alone.
 */
#include "cause.h"

#include "amount.h"

#include "replayer/print/escape.h"
#include "replayer/print/print.h"
#include "sys/names.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

enum {
	COMMAND_SHOWN = 60,
	WORDS_SHOWN = 160,
	NULL_PAGES = 1 << 16,
	MEMORY_LEAST = 32 << 20, /* bytes: from so many on memory may have run out for it */
	LIBRARY_NAME_MIN = 4,
	BUSY_LEAST_NS = 100000000,
};

/* ---- libraries ---- */

/* Those of the system are seldom the wrong ones. */
static bool is_standard(const struct buf *path)
{
	static const char *const places[] = {"/lib/", "/lib64/", "/usr/lib/", "/etc/",
					     "/usr/lib64/"};

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		const size_t n = strlen(places[i]);

		if (path->size > n && memcmp(path->data, places[i], n) == 0)
			return true;
	}
	return false;
}

static int keep_library(struct causes *c, uint32_t process, struct printer *printer,
			const struct event *e)
{
	struct buf text = {0};

	if (c->libraries.count == CAUSE_LIBRARIES_MAX && !map_get(&c->libraries, process))
		return 0;
	if (print_text(printer, e, &text) < 0 || buf_error(&text) < 0) {
		buf_done(&text);
		return -ENOMEM;
	}
	free(map_get(&c->libraries, process));
	if (map_put(&c->libraries, process, text.data) < 0) {
		buf_done(&text);
		map_remove(&c->libraries, process);
		return -ENOMEM;
	}
	return 0;
}

static int take_library(struct causes *c, struct processes *all, struct printer *printer,
			const struct event *e)
{
	struct buf path = {0};
	const struct process *p;
	int r = 0;

	if (e->call.ret < 0 || !(roles_of(&c->roles, &e->call) & ROLE_OPEN))
		return 0;
	p = processes_find(all, e->pid);
	if (p && print_call_path(e, &path) && path.size >= LIBRARY_NAME_MIN &&
	    cause_is_library(path.data, path.size) && !is_standard(&path))
		r = keep_library(c, (uint32_t)(p - all->list) + 1, printer, e);
	buf_done(&path);
	return r;
}

int causes_take(struct causes *c, struct processes *all, struct failures *f, const struct event *e)
{
	unsigned roles;
	int r;

	c->hangs.state = c->state;
	r = hangs_take(&c->hangs, all, e);
	if (r == 0 && f->printer)
		r = claims_take(&c->claims, all, f->printer, e);
	if (r < 0 || (e->kind != EVENT_CALL && e->kind != EVENT_END) ||
	    e->call.state != EVENT_FINISHED || !f->printer)
		return r;
	roles = roles_of(&c->roles, &e->call);
	r = take_library(c, all, f->printer, e);
	if (r == 0 && roles & (ROLE_SETRLIMIT | ROLE_PRLIMIT))
		r = cause_take_limit(c, all, processes_find(all, e->pid), e);
	if (r < 0 || !(roles & ROLE_FD))
		return r;
	return dns_take(&c->dns, all, c->state, f->printer, e);
}

void causes_done(struct causes *c)
{
	char *text;

	for (size_t at = 0; (text = map_next(&c->libraries, &at));)
		free(text);
	map_done(&c->libraries);
	map_done(&c->processor);
	hangs_done(&c->hangs);
	claims_done(&c->claims);
	dns_done(&c->dns);
}

void cause_done(struct cause *c)
{
	buf_done(&c->words);
	buf_done(&c->evidence);
}

/* ---- what all kinds say ---- */

struct search {
	const struct causes *c;
	const struct processes *all;
	const struct failures *f;
	const struct process *p;
	struct cause *ret;
};

static uint32_t index_of(const struct search *s)
{
	return (uint32_t)(s->p - s->all->list) + 1;
}

static void show(const struct search *s, const char *evidence, uint32_t pid, uint64_t time)
{
	if (!evidence)
		return;
	buf_clear(&s->ret->evidence);
	buf_str(&s->ret->evidence, evidence);
	s->ret->pid = pid;
	s->ret->time = time;
}

/* 4711 (make -j2) */
static void say_process(const struct search *s, uint32_t index, struct buf *ret)
{
	const struct process *p = &s->all->list[index - 1];
	struct buf command = {0};

	process_command(s->all, p, COMMAND_SHOWN, &command);
	buf_inherit(ret, &command);
	buf_printf(ret,
		   command.size && command.data[0] == '(' ? "process %u %s" : "process %u (%s)",
		   p->pid, buf_text(&command));
	buf_done(&command);
}

/* ---- waiting ---- */

static void say_other(const struct search *s, const struct hang *g, struct buf *ret)
{
	static const char *const how[] = {
		[HANG_LOCKED_BY] = ", held by ",
		[HANG_OTHER_END] = "; at the other end is ",
		[HANG_CHILD] = ": ",
	};
	size_t threads;
	const struct hang *back;

	if (g->how == HANG_ITSELF)
		buf_str(ret, "; only the process itself has the other end open");
	if (!g->other || g->how == HANG_NOBODY || g->how == HANG_ITSELF)
		return;
	buf_str(ret, how[g->how]);
	say_process(s, g->other, ret);
	back = hangs_find(&s->c->hangs, g->other, &threads);
	if (back && back->other == g->process && g->how != HANG_CHILD && back->how != HANG_CHILD)
		buf_str(ret, ", which waits for this one: neither can go on (deadlock)");
}

static void say_hang(const struct search *s, const struct hang *g, size_t threads, const char *how)
{
	const uint64_t end = g->until ? g->until : s->p->over ? s->p->ended : s->all->time;
	struct buf *ret = &s->ret->words;

	buf_printf(ret, "%s %s", how, waiting_text(g->what));
	if (g->object_size) {
		buf_str(ret, " (");
		escape_text(ret, g->object, g->object_size);
		buf_char(ret, ')');
	}
	buf_printf(ret, " for %.3f s", end > g->time ? (double)(end - g->time) / 1e9 : 0.0);
	say_other(s, g, ret);
	cause_of_word(&s->c->hangs, s->p, g, ret);
	if (threads > 1)
		buf_printf(ret, "; %zu of its threads wait", threads);
	/* Who sleeps has not been in anybody's way. */
	if (g->what != WAITING_SLEEP || !s->ret->evidence.size)
		show(s, g->call, g->tid, g->time);
}

static bool find_hang(const struct search *s, const char *how)
{
	size_t threads;
	const struct hang *g = hangs_find(&s->c->hangs, index_of(s), &threads);

	if (!g || (g->until && s->p->ended > g->until + hang_grace(g)))
		return false;
	say_hang(s, g, threads, how);
	return true;
}

/* ---- signals ---- */

static const int requests[] = {SIGTERM, SIGINT,  SIGKILL, SIGHUP,
			       SIGQUIT, SIGALRM, SIGUSR1, SIGUSR2};

bool cause_is_request(const struct process *p)
{
	for (size_t i = 0; p->over && i < sizeof(requests) / sizeof(requests[0]); i++) {
		if ((int)(p->status & 0x7f) == requests[i])
			return true;
	}
	return false;
}

/* The printed siginfo, if it is of the signal that ended the process. */
static const char *siginfo_of(const struct process *p)
{
	const char *name = sys_signal_name((int)(p->status & 0x7f));

	return p->signal && name && strncmp(p->signal + 4, name, strlen(name)) == 0 ? p->signal
										    : NULL;
}

static uint64_t number_of(const char *info, const char *key)
{
	const char *at = info ? strstr(info, key) : NULL;

	return at ? strtoull(at + strlen(key), NULL, 0) : 0;
}

/* Who is killed by nobody on the tape, and holds much memory, was most likely in the way of others
 * that wanted some. */
static void say_killer(const struct search *s)
{
	const struct claim *c = claims_find(&s->c->claims, index_of(s));
	const uint64_t limit = cause_processor_limit(s->c, s->all, s->p);
	struct buf *ret = &s->ret->words;

	if (limit) {
		buf_printf(ret,
			   "nobody on the tape: most likely by the kernel because it had used up "
			   "its processor time (RLIMIT_CPU, %" PRIu64 " s)",
			   limit - 1);
		return;
	}
	if (!c || c->bytes < MEMORY_LEAST) {
		buf_str(ret, "nobody on the tape: from outside, or by the kernel when memory ran "
			     "out (OOM killer)");
		return;
	}
	buf_str(ret, "nobody on the tape: most likely by the kernel because memory ran out (OOM "
		     "killer), else from outside; it had asked for ");
	amount_bytes(ret, c->bytes);
	buf_str(ret, " of memory");
	show(s, c->call, s->p->pid, c->time);
}

static bool is_timer(int signal, const char *info)
{
	const bool timers = signal == SIGALRM || signal == SIGVTALRM || signal == SIGPROF;

	return info && (strstr(info, "SI_TIMER") || (timers && strstr(info, "SI_KERNEL")));
}

static void say_sender(const struct search *s, int signal)
{
	const struct hang_kill *k = hangs_kill(&s->c->hangs, index_of(s), (uint32_t)signal);
	struct buf *ret = &s->ret->words;
	const char *name = sys_signal_name(signal);

	buf_printf(ret, "%s was sent to it by ", name ? name : "the signal");
	if (k && k->sender) {
		say_process(s, k->sender, ret);
		show(s, k->call, s->all->list[k->sender - 1].pid, k->time);
	} else if (is_timer(signal, siginfo_of(s->p))) {
		buf_str(ret, "a timer of its own, which ran out (alarm, setitimer, timer_create)");
	} else if (siginfo_of(s->p) && strstr(siginfo_of(s->p), "SI_KERNEL")) {
		buf_str(ret, "the kernel (a key at the terminal, for one)");
	} else if (number_of(siginfo_of(s->p), "si_pid=")) {
		buf_printf(ret, "process %" PRIu64 ", which is not on the tape",
			   number_of(siginfo_of(s->p), "si_pid="));
	} else if (signal == SIGKILL) {
		say_killer(s);
	} else {
		buf_str(ret, "somebody who is not on the tape");
	}
}

/* A process that makes no calls for long computes, or spins. */
static void say_busy(const struct search *s)
{
	const struct process *p = s->p;

	if (p->ended > p->last_call && p->ended - p->last_call >= BUSY_LEAST_NS)
		buf_printf(&s->ret->words, "; it was computing: no system call for %.3f s",
			   (double)(p->ended - p->last_call) / 1e9);
}

static void find_request(const struct search *s, int signal)
{
	say_sender(s, signal);
	if (!find_hang(s, "; it was waiting for"))
		say_busy(s);
	if (!s->ret->evidence.size)
		show(s, siginfo_of(s->p), s->p->pid, s->p->ended);
}

static void say_fault(const struct search *s, const char *info)
{
	const uint64_t at = number_of(info, "si_addr=");
	struct buf *ret = &s->ret->words;

	if (!info || strstr(info, "SI_USER") || strstr(info, "SI_TKILL"))
		say_sender(s, (int)(s->p->status & 0x7f));
	else if (strstr(info, "SEGV_ACCERR"))
		buf_printf(ret, "it used memory at %#" PRIx64 " in a way that is not allowed there",
			   at);
	else if (strstr(info, "SI_KERNEL"))
		buf_str(ret, "it used an address that cannot be one");
	else if (at < NULL_PAGES)
		buf_printf(ret, "it used a null pointer (address %#" PRIx64 ")", at);
	else if (cause_is_stack(at))
		buf_printf(
			ret,
			"most likely its stack overflowed (endless recursion?): it used memory at "
			"%#" PRIx64 ", where stacks grow, and there is none",
			at);
	else
		buf_printf(ret, "it used memory at %#" PRIx64 ", where there is none", at);
}

static void find_sigpipe(const struct search *s, const struct failure *g)
{
	if (g && g->error == EPIPE)
		cause_of_failure(g, s->f, &s->ret->words);
	else
		buf_str(&s->ret->words, "nobody reads any more what it writes");
}

static void find_signal(const struct search *s, int signal, const struct failure *g)
{
	static const struct {
		int signal;
		const char *text;
	} others[] = {{SIGILL, "it ran an instruction that this processor does not have"},
		      {SIGFPE, "it divided by zero, or did what comes to that"},
		      {SIGBUS, "it used memory of a mapped file behind its end, or a failed disk"},
		      {SIGSYS, "a filter (seccomp) forbids the call that it made"},
		      {SIGXFSZ, "a file would have become larger than its limit (RLIMIT_FSIZE)"},
		      {SIGXCPU, "it used up its processor time (RLIMIT_CPU)"},
		      {SIGTRAP, "it met a breakpoint"}};
	const char *info = siginfo_of(s->p);
	const bool itself = number_of(info, "si_pid=") == s->p->pid;

	if (signal == SIGPIPE) {
		find_sigpipe(s, g);
	} else if (signal == SIGABRT && itself) {
		buf_str(&s->ret->words,
			"it aborted by itself: a check in it failed (abort, assert)");
	} else if (signal == SIGSEGV) {
		say_fault(s, info);
	} else if (cause_is_request(s->p) || (!itself && info && strstr(info, "SI_USER"))) {
		find_request(s, signal);
	} else {
		for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
			if (others[i].signal == signal)
				buf_str(&s->ret->words, others[i].text);
		}
		if (!s->ret->words.size)
			find_request(s, signal);
	}
	if (signal == SIGPIPE && g && g->error == EPIPE && g->evidence)
		show(s, g->evidence, s->p->pid, g->last_time);
	else if (!s->ret->evidence.size)
		show(s, info, s->p->pid, s->p->ended);
}

/* ---- exits ---- */

static bool said(const struct process *p, const char *text)
{
	return memmem(p->words, p->word_count, text, strlen(text));
}

/* Of what it wrote the line that tells most; an empty one when it wrote nothing. */
static struct message_line best_line(const struct process *p)
{
	struct message_line line = {0};

	if (p->message)
		message_best(p->message, &line);
	return line;
}

static void say_line(const struct search *s)
{
	const struct message_line line = best_line(s->p);

	escape_text(&s->ret->words, (const uint8_t *)line.text,
		    line.size < WORDS_SHOWN ? line.size : WORDS_SHOWN);
}

/* The loader found a file of the right name, and cannot use it; it may look for others then. */
static bool is_loader(const struct process *p)
{
	static const char *const messages[] = {"error while loading shared libraries",
					       "symbol lookup error", "invalid ELF header",
					       "wrong ELF class", "' not found (required by"};

	if (said(p, "cannot open shared object file"))
		return false;
	for (size_t i = 0; i < sizeof(messages) / sizeof(messages[0]); i++) {
		if (said(p, messages[i]))
			return true;
	}
	return said(p, ".so: undefined symbol: ");
}

static void find_library(const struct search *s)
{
	struct buf *ret = &s->ret->words;

	buf_str(ret, "the loader cannot use a shared library: ");
	say_line(s);
	if (said(s->p, "wrong ELF class: ELFCLASS32"))
		buf_str(ret, " (a 32-bit library, the program is of 64 bits)");
	else if (said(s->p, "wrong ELF class: ELFCLASS64"))
		buf_str(ret, " (a 64-bit library, the program is of 32 bits)");
	show(s, map_get(&s->c->libraries, index_of(s)), s->p->pid, s->p->last_words);
}

static void find_name(const struct search *s, const struct dns_note *n)
{
	static const struct {
		int code;
		const char *text;
	} texts[] = {{LOOKUP_NO_SUCH_NAME, "there is no such name (NXDOMAIN)"},
		     {LOOKUP_UNANSWERED, "no answer from the name server"},
		     {LOOKUP_SERVER_FAILED, "the name server failed (SERVFAIL)"}};
	struct buf *ret = &s->ret->words;
	const char *text = "the name server refused";

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		if (texts[i].code == n->code)
			text = texts[i].text;
	}
	buf_printf(ret, "the host name %s could not be resolved: %s", n->name, text);
	if (n->server) {
		buf_str(ret, ", asked at ");
		escape_text(ret, n->server, strlen(n->server));
	}
	show(s, n->call, s->p->pid, n->time);
}

static void say_failure(const struct search *s, const struct failure *g)
{
	const uint32_t holder =
		failure_is_lock(g) ? hangs_refused_by(&s->c->hangs, index_of(s)) : 0;

	cause_of_failure(g, s->f, &s->ret->words);
	if (holder) {
		buf_str(&s->ret->words, ": it is held by ");
		say_process(s, holder, &s->ret->words);
	}
	show(s, g->evidence, s->p->pid, g->last_time);
}

/* What failed and is not named may be what the words are about; an exception names it. */
static bool is_worth_a_guess(const struct failure *g, const struct message_line *line)
{
	const bool missing = g->error == ENOENT || g->error == ENOTDIR;

	if (g->first_time > line->time || (missing && line->weight == MESSAGE_EXCEPTION))
		return false;
	return !missing || line->weight < MESSAGE_ERROR || failure_is_near(g, line);
}

static void find_words(const struct search *s, const struct failure *g)
{
	const struct message_line line = best_line(s->p);
	struct buf *ret = &s->ret->words;

	if (!line.size && cause_of_status(s->p)) {
		buf_printf(ret, "it says so by its status: %s", cause_of_status(s->p));
		return;
	}
	if (!line.size) {
		buf_str(ret, "not known: it exited by itself, wrote no message, and no call failed "
			     "that explains it");
		return;
	}
	buf_str(ret, "it says: ");
	say_line(s);
	if (!g || !is_worth_a_guess(g, &line))
		return;
	buf_str(ret, "; before that ");
	say_failure(s, g);
}

static void find_exit(const struct search *s, const struct failure *g)
{
	const struct dns_note *n = dns_find(&s->c->dns, index_of(s));
	const bool told = g && failure_is_told(g, s->p);
	const bool explains = g && failure_explains(g, s->p);

	if (is_loader(s->p)) {
		find_library(s);
	} else if (n && !told && (!explains || g->first_time < n->time)) {
		find_name(s, n);
	} else if (explains) {
		say_failure(s, g);
	} else {
		find_words(s, g);
	}
}

int cause_find(const struct causes *c, const struct processes *all, const struct failures *f,
	       const struct process *p, struct cause *ret)
{
	const struct search s = {c, all, f, p, ret};
	const struct failure *g = failures_fatal(f, p);
	const int signal = (int)(p->status & 0x7f);

	if (!p->over)
		find_hang(&s, "it waits for");
	else if (signal)
		find_signal(&s, signal, g);
	else
		find_exit(&s, g);
	return buf_error(&ret->words) < 0 || buf_error(&ret->evidence) < 0 ? -ENOMEM : 0;
}
