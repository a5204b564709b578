/* SPDX-License-Identifier: Apache-2.0 */
/* A process in words. */
#include "processes.h"

#include "base/buf.h"
#include "replayer/print/escape.h"
#include "sys/names.h"

#include <string.h>

bool process_ended_badly(const struct process *p)
{
	return p->over && p->status != 0;
}

static void say_words(const char *argv, size_t size, struct buf *ret)
{
	for (size_t at = 0; at < size;) {
		size_t n = strnlen(argv + at, size - at);

		if (at)
			buf_char(ret, ' ');
		escape_word(ret, argv + at, n);
		at += n + 1;
	}
}

/* Cuts at @limit bytes, but not within a character. */
static void cut(struct buf *text, size_t from, size_t limit)
{
	size_t at = from + limit;

	if (text->size - from <= limit)
		return;
	while (at > from && ((uint8_t)text->data[at] & 0xc0) == 0x80)
		at--;
	buf_truncate(text, at);
	buf_str(text, "...");
}

void process_command(const struct processes *all, const struct process *p, size_t limit,
		     struct buf *ret)
{
	const struct process *at = p;
	size_t from = ret->size;

	while (!at->command && at->parent)
		at = &all->list[at->parent - 1];
	if (!at->command) {
		buf_str(ret, "?");
	} else if (at != p) {
		buf_char(ret, '(');
		escape_text(ret, at->command, strnlen(at->command, at->command_size));
		buf_char(ret, ')');
	} else {
		say_words(p->command, p->command_size, ret);
	}
	cut(ret, from, limit);
}

static void say_signal_name(uint32_t status, struct buf *ret)
{
	const char *name = sys_signal_name((int)(status & 0x7f));

	if (name)
		buf_str(ret, name);
	else
		buf_printf(ret, "signal %u", status & 0x7f);
}

void process_end(const struct process *p, struct buf *ret)
{
	if (!p->over) {
		buf_str(ret, "running");
	} else if (!(p->status & 0x7f)) {
		if (p->status >> 8 & 0xff)
			buf_printf(ret, "exit %u", p->status >> 8 & 0xff);
		else
			buf_char(ret, '0');
	} else {
		say_signal_name(p->status, ret);
		buf_str(ret, p->status & 0x80 ? " (core)" : "");
	}
}

/* The word behind "key=" in the printed siginfo. */
static size_t word_of(const char *text, const char *key, const char **ret)
{
	const char *at = strstr(text, key);

	if (!at)
		return 0;
	*ret = at + strlen(key);
	return strcspn(*ret, ",}");
}

/* What the kernel told with the signal: why, where, or by whom. */
static void say_reason(const char *signal, struct buf *ret)
{
	const char *word = NULL;
	size_t n = word_of(signal, "si_code=", &word);
	static const struct {
		const char *key, *what;
	} more[] = {
		{"si_addr=", "address"}, {"si_pid=", "from process"}, {"si_syscall=", "by call"}};

	if (!n)
		return;
	buf_str(ret, " (");
	buf_append(ret, word, n);
	for (size_t i = 0; i < sizeof(more) / sizeof(more[0]); i++) {
		n = word_of(signal, more[i].key, &word);
		if (!n)
			continue;
		buf_printf(ret, ", %s ", more[i].what);
		buf_append(ret, word, n);
	}
	buf_char(ret, ')');
}

void process_end_long(const struct process *p, struct buf *ret)
{
	const char *name = sys_signal_name((int)(p->status & 0x7f));

	if (!p->over) {
		buf_str(ret, "was still running when recording ended");
		return;
	}
	if (!(p->status & 0x7f)) {
		buf_printf(ret, "exited with %u", p->status >> 8 & 0xff);
		return;
	}
	buf_str(ret, "killed by ");
	say_signal_name(p->status, ret);
	/* "--- SIGSEGV {…} ---": only if it is the signal that ended it. */
	if (p->signal && name && strncmp(p->signal + 4, name, strlen(name)) == 0)
		say_reason(p->signal, ret);
	buf_str(ret, p->status & 0x80 ? ", core dumped" : "");
}
