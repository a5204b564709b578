/* SPDX-License-Identifier: Apache-2.0 */
/* The world at one place, as one JSON object. What is not known is null. */
#include "moment.h"

#include "base/buf.h"
#include "base/cleanup.h"
#include "replayer/export/json.h"
#include "replayer/print/print.h"
#include "replayer/print/printer.h"
#include "replayer/state/state.h"
#include "sys/flags.h"
#include "sys/names.h"

#include <string.h>

static void json_bool(struct buf *ret, const char *key, bool value)
{
	json_key(ret, key);
	buf_str(ret, value ? "true" : "false");
}

static void json_known(struct buf *ret, const char *key, bool known, uint64_t value)
{
	if (known)
		json_number(ret, key, value);
	else
		json_null(ret, key);
}

static void json_path(struct buf *ret, const char *key, const char *text, size_t size)
{
	json_key(ret, key);
	if (text)
		json_string(ret, text, size);
	else
		buf_str(ret, "null");
}

static void json_flags(struct buf *ret, const char *key, const struct sys_flagset *set,
		       uint64_t value)
{
	cleanup_done(buf_done) struct buf text = {0};

	say_flags(&text, set, value);
	buf_inherit(ret, &text);
	json_text(ret, key, buf_text(&text));
}

/* The comma in front of each member but the first of an array. */
static void next(struct buf *ret, bool *any)
{
	buf_str(ret, *any ? ",\n" : "");
	*any = true;
}

/* ---- descriptors ---- */

static void json_ends(const struct moment *m, const struct state_file *f, struct buf *ret)
{
	const struct moment_holder *h;
	size_t at = 0;
	bool any = false;

	json_key(ret, "other_end");
	buf_char(ret, '[');
	while ((h = moment_next_end(m, f, &at))) {
		buf_printf(ret, "%s{\"pid\":%u,\"fd\":%d}", any ? "," : "", h->pid, h->fd);
		any = true;
	}
	buf_char(ret, ']');
}

static void json_watches(const struct moment *m, const struct state_file *f, struct buf *ret)
{
	bool inotify = f->size && memmem(f->text, f->size, "inotify", 7), any = false;
	struct state_watch w;
	size_t at = 0;

	json_key(ret, "watches");
	buf_char(ret, '[');
	while (state_next_watch(m->state, f, &at, &w)) {
		next(ret, &any);
		buf_printf(ret, "{\"%s\":%d", inotify ? "wd" : "fd", w.fd);
		json_known(ret, "file", w.file, w.file);
		json_flags(ret, "events",
			   inotify ? &sys_flags_inotify_mask : &sys_flags_epoll_events, w.events);
		if (inotify)
			json_path(ret, "path", w.path, w.path_size);
		else
			json_hex(ret, "data", w.data);
		buf_char(ret, '}');
	}
	buf_char(ret, ']');
}

static void json_signal_names(struct buf *ret, const char *key, uint64_t mask)
{
	bool any = false;

	json_key(ret, key);
	buf_char(ret, '[');
	for (int i = 1; i <= 64; i++) {
		const char *name = sys_signal_name(i);

		if (mask >> (i - 1) & 1) {
			buf_printf(ret, "%s\"%s\"", any ? "," : "", name ? name : "?");
			any = true;
		}
	}
	buf_char(ret, ']');
}

static void json_timer(const struct state_timer *timer, struct buf *ret)
{
	json_key(ret, "timer");
	buf_char(ret, '{');
	buf_printf(ret, "\"absolute\":%s", timer->flags & 1 ? "true" : "false");
	json_flags(ret, "clock", &sys_flags_clock_ids, timer->clock);
	json_number(ret, "seconds", timer->seconds);
	json_number(ret, "nanoseconds", timer->nanoseconds);
	json_number(ret, "interval_seconds", timer->interval_seconds);
	json_number(ret, "interval_nanoseconds", timer->interval_nanoseconds);
	buf_char(ret, '}');
}

static void json_contents(const struct moment *m, const struct state_file *f, struct buf *ret)
{
	if (f->kind == STATE_PIPE || f->kind == STATE_SOCKET)
		json_ends(m, f, ret);
	if (f->kind == STATE_PIDFD)
		json_number(ret, "of_pid", f->pid);
	if (f->watches)
		json_watches(m, f, ret);
	if (f->signals)
		json_signal_names(ret, "signals", f->signals);
	if (f->timer)
		json_timer(f->timer, ret);
}

static void json_fd(const struct moment *m, const struct state_fd *fd, struct buf *ret)
{
	static const char *const kinds[] = {"file", "pipe", "socket", "pidfd"};
	cleanup_done(buf_done) struct buf name = {0};
	const struct state_file *f = fd->file;

	moment_name(m, f, &name);
	buf_inherit(ret, &name);
	buf_printf(ret, "{\"fd\":%d", fd->fd);
	json_bool(ret, "cloexec", fd->cloexec);
	json_number(ret, "file", f->id);
	json_word(ret, "kind", kinds[f->kind]);
	json_path(ret, "name", name.size ? name.data : NULL, name.size);
	json_bool(ret, "deleted", f->deleted);
	if (f->flags_known)
		json_flags(ret, "flags", &sys_flags_open_flags, f->flags);
	else
		json_null(ret, "flags");
	json_known(ret, "position", f->position_known, f->position);
	json_known(ret, "inode", f->inode, f->inode);
	json_contents(m, f, ret);
	buf_char(ret, '}');
}

static void json_fds(const struct moment *m, const struct state_thread *t, struct buf *ret)
{
	struct state_fd fd;
	size_t at = 0;
	bool any = false;

	json_key(ret, "fds");
	buf_char(ret, '[');
	while (state_next_fd(m->state, t, &at, &fd)) {
		next(ret, &any);
		json_fd(m, &fd, ret);
	}
	buf_char(ret, ']');
}

/* ---- threads ---- */

static void json_call(const struct moment *m, const struct event *e, struct buf *ret)
{
	cleanup_done(buf_done) struct buf text = {0};
	char name[32];

	json_key(ret, "call");
	if (!e) {
		buf_str(ret, "null");
		return;
	}
	print_text(m->printer, e, &text);
	buf_inherit(ret, &text);
	buf_printf(ret, "{\"name\":\"%s\"", print_call_name(&e->call, name));
	json_known(ret, "seq", e->seq, e->seq);
	json_known(ret, "time", e->seq, e->time);
	json_text(ret, "text", buf_text(&text));
	buf_char(ret, '}');
}

/* What a thread shares with the first one is told there. */
static void json_thread(const struct moment *m, const struct state_thread *t,
			const struct state_thread *first, struct buf *ret)
{
	buf_printf(ret, "{\"tid\":%u", t->tid);
	json_call(m, t->call, ret);
	if (t->directories != first->directories) {
		json_path(ret, "cwd", t->cwd, t->cwd_size);
		json_path(ret, "root", t->root, t->root_size);
		json_known(ret, "umask", t->umask_known, t->umask);
	}
	if (t != first && moment_has_own(m, t))
		json_fds(m, t, ret);
	buf_char(ret, '}');
}

static void json_threads(const struct moment *m, const struct state_process *p, struct buf *ret)
{
	const struct state_thread *t = NULL, *first = state_next_thread(m->state, p, NULL);
	bool any = false;

	json_key(ret, "threads");
	buf_char(ret, '[');
	while ((t = state_next_thread(m->state, p, t))) {
		next(ret, &any);
		json_thread(m, t, first, ret);
	}
	buf_char(ret, ']');
	json_fds(m, first, ret);
}

/* ---- mappings and signals ---- */

static void json_maps(const struct moment *m, const struct state_process *p, struct buf *ret)
{
	struct state_map map;
	size_t at = 0;
	bool any = false;

	json_bool(ret, "maps_whole", p->maps_whole);
	json_key(ret, "maps");
	buf_char(ret, '[');
	while (state_next_map(m->state, p, &at, &map)) {
		next(ret, &any);
		buf_char(ret, '{');
		buf_printf(ret, "\"prot\":\"%c%c%c\"", map.prot & 1 ? 'r' : '-',
			   map.prot & 2 ? 'w' : '-', map.prot & 4 ? 'x' : '-');
		json_hex(ret, "start", map.start);
		json_hex(ret, "end", map.end);
		json_bool(ret, "shared", map.shared);
		json_number(ret, "offset", map.offset);
		json_bool(ret, "anonymous", map.anonymous);
		json_path(ret, "name", map.name, map.name_size);
		json_bool(ret, "deleted", map.deleted);
		buf_char(ret, '}');
	}
	buf_char(ret, ']');
}

static void json_signals(const struct moment *m, const struct state_process *p, struct buf *ret)
{
	struct state_signal x;
	size_t at = 0;
	bool any = false;

	json_key(ret, "signals");
	buf_char(ret, '[');
	while (state_next_signal(m->state, p, &at, &x)) {
		const char *name = sys_signal_name((int)x.number);

		next(ret, &any);
		buf_printf(ret, "{\"signal\":\"%s\",\"number\":%u", name ? name : "?", x.number);
		json_bool(ret, "ignored", x.handler == 1);
		json_hex(ret, "handler", x.handler);
		json_flags(ret, "flags", &sys_flags_sigaction_flags, x.flags);
		json_signal_names(ret, "mask", x.mask);
		buf_char(ret, '}');
	}
	buf_char(ret, ']');
}

/* ---- all ---- */

static void json_process(const struct moment *m, const struct state_process *p, struct buf *ret)
{
	static const char *const origins[] = {"seen", "snapshot", "forked"};

	buf_printf(ret, "{\"pid\":%u", p->pid);
	json_number(ret, "id", p->id);
	json_known(ret, "ppid", p->ppid, p->ppid);
	json_known(ret, "parent", p->parent, p->parent);
	json_known(ret, "pgid", p->pgid, p->pgid);
	json_known(ret, "sid", p->sid, p->sid);
	json_word(ret, "origin", origins[p->origin]);
	json_number(ret, "start_seq", p->start_seq);
	json_number(ret, "start_time", p->start_time);
	json_path(ret, "exe", p->exe, p->exe_size);
	if (p->argv)
		json_strings(ret, "argv", p->argv, p->argv_size);
	else
		json_null(ret, "argv");
	json_path(ret, "cwd", p->cwd, p->cwd_size);
	json_path(ret, "root", p->root, p->root_size);
	json_known(ret, "umask", p->umask_known, p->umask);
	json_threads(m, p, ret);
	json_maps(m, p, ret);
	json_signals(m, p, ret);
	buf_char(ret, '}');
}

int moment_json(const struct moment *m, struct buf *ret)
{
	static const struct {
		unsigned part;
		const char *name;
	} parts[] = {{STATE_POSITIONS, "positions"},
		     {STATE_CONTENTS, "contents"},
		     {STATE_MAPS, "maps"},
		     {STATE_SIGNALS, "signals"},
		     {STATE_CALLS, "calls"}};
	const struct state_process *p = NULL;
	bool any = false;

	buf_str(ret, "{\"type\":\"state\"");
	json_number(ret, "seq", m->seq);
	json_number(ret, "time", m->time);
	json_key(ret, "recorded");
	for (size_t i = 0; i < ARRAY_SIZE(parts); i++)
		buf_printf(ret, "%c\"%s\":%s", i ? ',' : '{', parts[i].name,
			   state_parts(m->state) & parts[i].part ? "true" : "false");
	buf_char(ret, '}');
	json_key(ret, "processes");
	buf_char(ret, '[');
	while ((p = moment_next(m, p))) {
		next(ret, &any);
		json_process(m, p, ret);
	}
	buf_str(ret, "]}");
	return buf_error(ret);
}
