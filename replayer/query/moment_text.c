/* SPDX-License-Identifier: Apache-2.0 */
/* The world at one place, for people. */
#include "moment.h"

#include "base/buf.h"
#include "base/cleanup.h"
#include "replayer/print/escape.h"
#include "replayer/print/print.h"
#include "replayer/print/printer.h"
#include "replayer/state/state.h"
#include "sys/flags.h"
#include "sys/names.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum {
	ENDS_SHOWN = 4,
	WATCHES_SHOWN = 12,
	COMMAND_SHOWN = 200,
	SHOWN_FLAGS = 02066000, /* those that the access mode does not tell, and O_SYNC's */
	HANDLER_IGNORE = 1,
	PROTS_WIDTH = 16,
	RESTORER = 0x4000000,
	READ = 1,
	WRITE = 2,
	EXECUTE = 4,
};

static void tell_time(struct buf *ret, uint64_t ns)
{
	buf_printf(ret, "%" PRIu64 ".%06" PRIu64 " s", ns / 1000000000, ns / 1000 % 1000000);
}

static void tell_path(struct buf *ret, const char *label, const char *path, size_t size)
{
	buf_printf(ret, "  %-9s ", label);
	if (path)
		escape_text(ret, path, size);
	else
		buf_char(ret, '?');
	buf_char(ret, '\n');
}

/* ---- a process ---- */

static void tell_command(const struct state_process *p, struct buf *ret)
{
	size_t from = ret->size;

	for (size_t at = 0; at < p->argv_size;) {
		size_t n = strnlen((const char *)p->argv + at, p->argv_size - at);

		if (at)
			buf_char(ret, ' ');
		escape_word(ret, p->argv + at, n);
		at += n + 1;
		if (ret->size - from > COMMAND_SHOWN && at < p->argv_size) {
			buf_str(ret, " ...");
			return;
		}
	}
	if (!p->argv)
		buf_char(ret, '?');
}

static void tell_number(struct buf *ret, const char *label, uint32_t value)
{
	buf_printf(ret, "%s ", label);
	if (value)
		buf_u64(ret, value);
	else
		buf_char(ret, '?');
}

static void tell_origin(const struct state_process *p, struct buf *ret)
{
	static const char *const words[] = {[STATE_SEEN] = "first seen at",
					    [STATE_SNAPSHOT] = "there from",
					    [STATE_FORKED] = "forked at"};

	buf_printf(ret, "  %-9s %s ", "began", words[p->origin]);
	tell_time(ret, p->start_time);
	buf_printf(ret, " (event %" PRIu64 ")\n", p->start_seq);
}

static void tell_head(const struct state_process *p, struct buf *ret)
{
	buf_printf(ret, "\nprocess %u: ", p->pid);
	tell_command(p, ret);
	buf_char(ret, '\n');
	tell_path(ret, "program", p->exe, p->exe_size);
	buf_printf(ret, "  %-9s ", "parent");
	tell_number(ret, "pid", p->ppid);
	tell_number(ret, ", process group", p->pgid);
	tell_number(ret, ", session", p->sid);
	buf_char(ret, '\n');
	tell_origin(p, ret);
	tell_path(ret, "directory", p->cwd, p->cwd_size);
	if (p->root_size > 1)
		tell_path(ret, "root", p->root, p->root_size);
	if (p->umask_known)
		buf_printf(ret, "  %-9s %04o\n", "umask", p->umask);
	else
		buf_printf(ret, "  %-9s ?\n", "umask");
}

/* ---- threads ---- */

static void tell_call(const struct moment *m, const struct state_thread *t, struct buf *ret)
{
	const struct event *e = t->call;

	buf_printf(ret, "    %u ", t->tid);
	if (!e) {
		buf_str(ret, state_parts(m->state) & STATE_CALLS ? "runs\n" : "?\n");
		return;
	}
	print_text(m->printer, e, ret);
	if (e->seq) {
		buf_str(ret, " since ");
		tell_time(ret, e->time);
		buf_printf(ret, " (event %" PRIu64 ")\n", e->seq);
	} else {
		buf_str(ret, " since before the tape\n");
	}
}

static void tell_threads(const struct moment *m, const struct state_process *p, struct buf *ret)
{
	const struct state_thread *t = NULL;

	buf_printf(ret, "  %zu thread%s\n", p->threads, p->threads == 1 ? "" : "s");
	while ((t = state_next_thread(m->state, p, t)))
		tell_call(m, t, ret);
}

/* ---- descriptors ---- */

static void tell_ends(const struct moment *m, const struct state_file *f, struct buf *ret)
{
	const struct moment_holder *h;
	size_t at = 0, count = 0;

	while ((h = moment_next_end(m, f, &at))) {
		if (count < ENDS_SHOWN)
			buf_printf(ret, "%s%u/%d", count ? ", " : "  <-> ", h->pid, h->fd);
		count++;
	}
	if (count > ENDS_SHOWN)
		buf_printf(ret, " and %zu more", count - ENDS_SHOWN);
}

static void tell_watch(const struct state_file *f, const struct state_watch *w, struct buf *ret)
{
	bool path = f->size && memmem(f->text, f->size, "inotify", 7);

	buf_printf(ret, "%29s%s %d ", "", path ? "watch" : "waits for", w->fd);
	say_flags(ret, path ? &sys_flags_inotify_mask : &sys_flags_epoll_events, w->events);
	if (w->path) {
		buf_char(ret, ' ');
		escape_text(ret, w->path, w->path_size);
	}
	buf_char(ret, '\n');
}

static void tell_watches(const struct moment *m, const struct state_file *f, struct buf *ret)
{
	struct state_watch w;
	size_t at = 0, count = 0;

	while (state_next_watch(m->state, f, &at, &w)) {
		if (count++ < WATCHES_SHOWN)
			tell_watch(f, &w, ret);
	}
	if (count > WATCHES_SHOWN)
		buf_printf(ret, "%29sand %zu more\n", "", count - WATCHES_SHOWN);
}

static void tell_seconds(struct buf *ret, uint64_t seconds, uint64_t nanoseconds)
{
	buf_printf(ret, "%" PRIu64 ".%09" PRIu64, seconds, nanoseconds % 1000000000);
}

static void tell_timer(const struct state_timer *timer, struct buf *ret)
{
	buf_printf(ret, "%29s", "");
	say_enum(ret, &sys_flags_clock_ids, timer->clock);
	if (!timer->seconds && !timer->nanoseconds) {
		buf_str(ret, ", not armed\n");
		return;
	}
	buf_str(ret, timer->flags & 1 ? " at " : " in ");
	tell_seconds(ret, timer->seconds, timer->nanoseconds);
	if (timer->interval_seconds || timer->interval_nanoseconds) {
		buf_str(ret, ", every ");
		tell_seconds(ret, timer->interval_seconds, timer->interval_nanoseconds);
	}
	buf_char(ret, '\n');
}

static void tell_mask(const struct moment *m, struct buf *ret, uint64_t mask)
{
	uint8_t bytes[sizeof(mask)];

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(mask >> 8 * i);
	say_signal_set(m->printer, ret, bytes, sizeof(bytes));
}

static void tell_extras(const struct moment *m, const struct state_file *f, struct buf *ret)
{
	tell_ends(m, f, ret);
	if (f->flags_known && f->flags & SHOWN_FLAGS) {
		buf_str(ret, "  ");
		say_flags(ret, &sys_flags_open_bits, f->flags & SHOWN_FLAGS);
	}
	buf_char(ret, '\n');
	if (f->signals) {
		buf_printf(ret, "%29s", "");
		tell_mask(m, ret, f->signals);
		buf_char(ret, '\n');
	}
	if (f->timer)
		tell_timer(f->timer, ret);
	tell_watches(m, f, ret);
}

static void tell_fd(const struct moment *m, const struct state_fd *fd, struct buf *ret)
{
	cleanup_done(buf_done) struct buf name = {0};
	const struct state_file *f = fd->file;

	buf_printf(ret, "    %5d %-4s %-7s ", fd->fd, moment_access(f),
		   fd->cloexec ? "cloexec" : "");
	if (f->position_known)
		buf_printf(ret, "%9" PRIu64 " ", f->position);
	else
		buf_printf(ret, "%9s ", "-");
	moment_name(m, f, &name);
	if (!name.size)
		buf_char(ret, '?');
	escape_text(ret, name.data, name.size);
	buf_inherit(ret, &name);
	tell_extras(m, f, ret);
}

static void tell_fds(const struct moment *m, const struct state_thread *t, bool first,
		     struct buf *ret)
{
	struct state_fd fd;
	size_t at = 0, count = 0;

	while (state_next_fd(m->state, t, &at, &fd))
		count++;
	buf_printf(ret, "  %zu descriptor%s", count, count == 1 ? "" : "s");
	if (!first)
		buf_printf(ret, " of thread %u alone", t->tid);
	buf_str(ret, count ? "\n       fd access      position\n" : "\n");
	for (at = 0; state_next_fd(m->state, t, &at, &fd);)
		tell_fd(m, &fd, ret);
}

static void tell_tables(const struct moment *m, const struct state_process *p, struct buf *ret)
{
	const struct state_thread *t = NULL;
	bool first = true;

	while ((t = state_next_thread(m->state, p, t))) {
		if (moment_has_own(m, t))
			tell_fds(m, t, first, ret);
		first = false;
	}
}

/* ---- mappings ---- */

/* All that is mapped of one file. */
struct piece {
	struct state_map map; /* the first */
	uint64_t size;
	size_t count;
	uint32_t prots; /* bit 1 << PROT_* for each combination */
};

static void tell_map_name(const struct state_map *map, struct buf *ret)
{
	if (map->name)
		escape_text(ret, map->name, map->name_size);
	else
		buf_str(ret, map->anonymous ? "(anonymous)" : "?");
	if (map->name && map->deleted)
		buf_str(ret, " (deleted)");
}

static void tell_prot(uint32_t prot, struct buf *ret)
{
	buf_char(ret, prot & READ ? 'r' : '-');
	buf_char(ret, prot & WRITE ? 'w' : '-');
	buf_char(ret, prot & EXECUTE ? 'x' : '-');
}

/* Those that there are, widest last: r--,r-x */
static void tell_prots(uint32_t prots, struct buf *ret)
{
	size_t from = ret->size;

	for (uint32_t prot = 0; prot <= (READ | WRITE | EXECUTE); prot++) {
		if (!(prots >> prot & 1))
			continue;
		if (ret->size > from)
			buf_char(ret, ',');
		tell_prot(prot, ret);
	}
	buf_printf(ret, "%*s",
		   ret->size - from < PROTS_WIDTH ? (int)(PROTS_WIDTH - (ret->size - from)) : 1,
		   "");
}

static void tell_map(const struct state_map *map, struct buf *ret)
{
	buf_printf(ret, "    %012" PRIx64 "-%012" PRIx64 " ", map->start, map->end);
	tell_prot(map->prot, ret);
	buf_printf(ret, "%c %08" PRIx64 " ", map->shared ? 's' : 'p', map->offset);
	tell_map_name(map, ret);
	buf_char(ret, '\n');
}

static bool same_file(const struct state_map *a, const struct state_map *b)
{
	if (a->anonymous || b->anonymous)
		return a->anonymous == b->anonymous;
	return a->file == b->file ||
	       (a->name && b->name && a->deleted == b->deleted && a->name_size == b->name_size &&
		memcmp(a->name, b->name, a->name_size) == 0);
}

static struct piece *part_of(struct piece *parts, size_t count, const struct state_map *map)
{
	for (size_t i = count; i-- > 0;) {
		if (same_file(&parts[i].map, map))
			return &parts[i];
	}
	return NULL;
}

/* By their first mappings. Returns how many there are. */
static size_t fold(const struct moment *m, const struct state_process *p, struct piece *parts,
		   size_t most, size_t *ret_left)
{
	struct state_map map;
	size_t at = 0, count = 0;

	while (state_next_map(m->state, p, &at, &map)) {
		struct piece *part = part_of(parts, count, &map);

		if (!part && count == most) {
			++*ret_left;
			continue;
		}
		if (!part) {
			part = &parts[count++];
			*part = (struct piece){.map = map};
		}
		part->size += map.end - map.start;
		part->prots |= UINT32_C(1) << (map.prot & 7);
		part->count++;
	}
	return count;
}

static void tell_size(uint64_t size, struct buf *ret)
{
	if (size < 1024 * 1024)
		buf_printf(ret, "%7" PRIu64 " KiB", size / 1024);
	else
		buf_printf(ret, "%7.1f MiB", (double)size / 1024 / 1024);
}

enum { PARTS_MAX = 1 << 10 };

static int tell_folded(const struct moment *m, const struct state_process *p, struct buf *ret)
{
	struct piece *parts = calloc(PARTS_MAX, sizeof(*parts));
	size_t count, left = 0;

	if (!parts)
		return -ENOMEM;
	count = fold(m, p, parts, PARTS_MAX, &left);
	for (size_t i = 0; i < count; i++) {
		buf_str(ret, "    ");
		tell_size(parts[i].size, ret);
		buf_char(ret, ' ');
		tell_prots(parts[i].prots, ret);
		tell_map_name(&parts[i].map, ret);
		buf_char(ret, '\n');
	}
	if (left)
		buf_printf(ret, "    and %zu mappings of other files\n", left);
	free(parts);
	return 0;
}

static int tell_maps(const struct moment *m, const struct state_process *p, struct buf *ret)
{
	struct state_map map;
	size_t at = 0, count = 0;
	uint64_t size = 0;

	if (!(state_parts(m->state) & STATE_MAPS)) {
		buf_str(ret, "  mappings: not recorded\n");
		return 0;
	}
	while (state_next_map(m->state, p, &at, &map)) {
		size += map.end - map.start;
		count++;
	}
	buf_printf(ret, "  %zu mapping%s,", count, count == 1 ? "" : "s");
	tell_size(size, ret);
	buf_str(ret, p->maps_whole ? "\n" : ", without those that the kernel made at its exec\n");
	if (!m->maps)
		return tell_folded(m, p, ret);
	for (at = 0; state_next_map(m->state, p, &at, &map);)
		tell_map(&map, ret);
	return 0;
}

/* ---- signals ---- */

static void tell_signal_line(const struct moment *m, const struct state_signal *x, struct buf *ret)
{
	const char *name = sys_signal_name((int)x->number);

	buf_printf(ret, "    %-10s ", name ? name : "?");
	if (x->handler == HANDLER_IGNORE) {
		buf_str(ret, "ignored\n");
		return;
	}
	buf_printf(ret, "handler 0x%" PRIx64, x->handler);
	if (x->flags & ~(uint64_t)RESTORER) {
		buf_str(ret, " ");
		say_flags(ret, &sys_flags_sigaction_flags, x->flags & ~(uint64_t)RESTORER);
	}
	if (x->mask) {
		buf_str(ret, ", blocks ");
		tell_mask(m, ret, x->mask);
	}
	buf_char(ret, '\n');
}

static void tell_signals(const struct moment *m, const struct state_process *p, struct buf *ret)
{
	struct state_signal x;
	size_t at = 0;
	bool any = false;

	if (!(state_parts(m->state) & STATE_SIGNALS)) {
		buf_str(ret, "  signals: not recorded\n");
		return;
	}
	while (state_next_signal(m->state, p, &at, &x)) {
		if (!any)
			buf_str(ret, "  signals\n");
		any = true;
		tell_signal_line(m, &x, ret);
	}
}

/* ---- all ---- */

int moment_say(const struct moment *m, struct buf *ret)
{
	const struct state_process *p = NULL;
	size_t count = 0;
	int r = 0;

	while ((p = moment_next(m, p)))
		count++;
	buf_printf(ret, "at event %" PRIu64 ", ", m->seq);
	tell_time(ret, m->time);
	buf_printf(ret, ": %zu process%s\n", count, count == 1 ? "" : "es");
	while (r == 0 && (p = moment_next(m, p))) {
		tell_head(p, ret);
		tell_threads(m, p, ret);
		tell_tables(m, p, ret);
		r = tell_maps(m, p, ret);
		tell_signals(m, p, ret);
	}
	return r < 0 ? r : buf_error(ret);
}
