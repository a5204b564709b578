/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A call that did not come back is one without a result, or one that a signal took the thread
 * out of: what the thread does next, if anything, tells that it went on.
 *
 * Who holds a lock is asked twice: when the waiting begins and when the waiter ends, because
 * locks go from hand to hand. A lock of flock(2) belongs to the open file description, which may
 * be in other hands than those that took it: a shell's `flock 9` ends at once, and the shell
 * has the lock.
 */
#include "hang.h"

#include "object.h"

#include "base/buf.h"
#include "base/hash.h"
#include "base/load.h"
#include "replayer/print/print.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>

enum { RESTART_FIRST = 512, RESTART_LAST = 516, OFD_SETLK = 37, OFD_SETLKW = 38 };

static uint32_t index_of(struct processes *all, uint32_t pid)
{
	const struct process *p = processes_find(all, pid);

	return p ? (uint32_t)(p - all->list) + 1 : 0;
}

static bool is_fcntl(struct hangs *h, const struct event *e)
{
	return roles_of(&h->roles, &e->call) & ROLE_FCNTL;
}

/* ---- locks ---- */

static uint64_t name_of(const struct state_file *f)
{
	return hash_add(HASH_START, f->text, f->size);
}

static void drop_lock(struct hangs *h, const struct hang_lock *l)
{
	for (size_t i = h->lock_count; i-- > 0;) {
		const struct hang_lock *x = &h->locks[i];

		if (x->file == l->file && x->name == l->name &&
		    (l->file || x->process == l->process))
			h->locks[i] = h->locks[--h->lock_count];
	}
}

/* The newest ones are kept. */
static void add_lock(struct hangs *h, const struct hang_lock *l)
{
	drop_lock(h, l);
	if (h->lock_count == HANG_LOCKS_MAX)
		memmove(h->locks, h->locks + 1, --h->lock_count * sizeof(h->locks[0]));
	h->locks[h->lock_count++] = *l;
}

/* Type of a struct flock: its first member. */
static int lock_type(const struct event *e)
{
	size_t size;
	const uint8_t *at = event_bytes(e, EVENT_AT_ENTRY, e->call.args[2], &size);

	return at && size >= 2 ? (int)load(at, size, 0, 2) : F_RDLCK;
}

/* A process that is not @but and has the description open; @but itself comes last. */
static uint32_t who_has(struct hangs *h, struct processes *all, uint64_t id, uint32_t but,
			bool *ret_itself)
{
	const struct state_process *p = NULL;
	struct state_fd fd;

	*ret_itself = false;
	if (++h->lookups > HANG_LOOKUPS_MAX)
		return 0;
	while ((p = state_next_process(h->state, p))) {
		const struct state_thread *t = state_next_thread(h->state, p, NULL);
		bool has = false;

		for (size_t at = 0; t && !has && state_next_fd(h->state, t, &at, &fd);)
			has = fd.file && fd.file->id == id;
		if (has && p->pid != but)
			return index_of(all, p->pid);
		*ret_itself |= has;
	}
	return 0;
}

static void find_holder(struct hangs *h, struct processes *all, struct hang *g, uint32_t pid,
			const struct state_file *f)
{
	for (size_t i = h->lock_count; i-- > 0;) {
		const struct hang_lock *l = &h->locks[i];
		uint32_t holder = l->process;
		bool itself;

		if (l->name != name_of(f) || (l->file && l->file == f->id))
			continue;
		if (l->file)
			holder = who_has(h, all, l->file, pid, &itself);
		else if (holder && all->list[holder - 1].over)
			holder = 0;
		if (!holder || holder == g->process)
			continue;
		g->how = HANG_LOCKED_BY;
		g->other = holder;
		return;
	}
}

/* Who asks for a lock, and does not wait when others have it. */
static int note_refusal(struct hangs *h, struct processes *all, const struct event *e,
			const struct state_file *f)
{
	struct hang g = {.process = index_of(all, e->pid)};
	const int error = event_errno(&e->call);

	if (!g.process || (error != EAGAIN && error != EACCES))
		return 0;
	find_holder(h, all, &g, e->pid, f);
	if (!g.other || (h->refusals.count == HANGS_MAX && !map_get(&h->refusals, g.process)))
		return 0;
	return map_put(&h->refusals, g.process, (void *)(uintptr_t)g.other);
}

static int take_lock(struct hangs *h, struct processes *all, const struct event *e)
{
	const uint64_t op = e->call.args[1];
	const bool flock = roles_of(&h->roles, &e->call) & ROLE_FLOCK;
	const bool owned = is_fcntl(h, e) && (op == F_SETLK || op == F_SETLKW);
	const bool ofd = is_fcntl(h, e) && (op == OFD_SETLK || op == OFD_SETLKW);
	const struct state_file *f;
	struct hang_lock lock;

	if (!owned && !ofd && !flock)
		return 0;
	f = state_at_entry(h->state, e, (int32_t)e->call.args[0]);
	if (!f || !f->text)
		return 0;
	if (e->call.ret)
		return note_refusal(h, all, e, f);
	lock = (struct hang_lock){owned ? 0 : f->id, index_of(all, e->pid), name_of(f)};
	if (flock ? op & LOCK_UN : lock_type(e) == F_UNLCK)
		drop_lock(h, &lock);
	else
		add_lock(h, &lock);
	return 0;
}

/* ---- who is waited for ---- */

static void find_other_end(struct hangs *h, struct processes *all, struct hang *g, uint32_t pid,
			   const struct state_file *f)
{
	uint32_t other;
	bool itself;

	if (!f->peer)
		return;
	other = who_has(h, all, f->peer->id, pid, &itself);
	if (!other && !itself)
		return;
	g->how = other ? HANG_OTHER_END : HANG_ITSELF;
	g->other = other;
}

static void find_child(struct processes *all, struct hang *g, const struct event *e)
{
	const struct process *p = &all->list[g->process - 1];
	uint32_t child = (int32_t)e->call.args[0] > 0 ? index_of(all, (uint32_t)e->call.args[0])
						      : p->first_child;

	while (child && all->list[child - 1].over)
		child = all->list[child - 1].next_sibling;
	if (!child)
		return;
	g->how = HANG_CHILD;
	g->other = child;
}

static void find_other(struct hangs *h, struct processes *all, struct hang *g,
		       const struct event *e, const struct state_file *f)
{
	if (g->what == WAITING_CHILD)
		find_child(all, g, e);
	else if (g->what == WAITING_LOCK && f && f->text)
		find_holder(h, all, g, e->pid, f);
	else if (f && (g->what == WAITING_PIPE || g->what == WAITING_NETWORK))
		find_other_end(h, all, g, e->pid, f);
}

/* ---- threads ---- */

static void hang_free(struct hang *g)
{
	if (!g)
		return;
	free(g->call);
	free(g->object);
	free(g);
}

static int say_call(struct hangs *h, const struct event *e, char **ret)
{
	struct buf text = {0};
	int r = print_text(h->printer, e, &text);

	if (r == 0 && text.size > HANG_TEXT_MAX) {
		buf_truncate(&text, HANG_TEXT_MAX);
		buf_str(&text, "...");
	}
	if (r < 0 || buf_error(&text) < 0) {
		buf_done(&text);
		return -ENOMEM;
	}
	*ret = text.data;
	return 0;
}

static const struct state_file *first_file(const struct hangs *h, const struct event *e,
					   enum waiting_for what)
{
	if (what != WAITING_LOCK && what != WAITING_PIPE && what != WAITING_NETWORK &&
	    what != WAITING_DISK)
		return NULL;
	return state_at_entry(h->state, e, (int32_t)e->call.args[0]);
}

static int add_hang(struct hangs *h, struct processes *all, const struct event *e,
		    enum waiting_for what, const struct state_file *f)
{
	struct buf object = {0};
	struct hang *g;

	if (h->threads.count == HANGS_MAX || !index_of(all, e->pid))
		return 0;
	g = calloc(1, sizeof(*g));
	if (!g || map_put(&h->threads, e->tid, g) < 0) {
		free(g);
		return -ENOMEM;
	}
	g->process = index_of(all, e->pid);
	g->tid = e->tid;
	g->time = e->time;
	g->what = what;
	if (f)
		object_of_file(f, &object);
	g->object = object.data;
	g->object_size = object.size;
	find_other(h, all, g, e, f);
	if (what == WAITING_MEMORY)
		g->word = hang_word_of(h->state, e);
	return buf_error(&object) < 0 ? -ENOMEM : say_call(h, e, &g->call);
}

static bool came_back(const struct event_call *c)
{
	const int error = event_errno(c);

	return c->state == EVENT_FINISHED && error != EINTR &&
	       (error < RESTART_FIRST || error > RESTART_LAST);
}

/* Of fcntl(2) only what asks for a lock waits. */
static bool may_wait(struct hangs *h, const struct event *e)
{
	return !is_fcntl(h, e) || e->call.args[1] == F_SETLKW || e->call.args[1] == OFD_SETLKW;
}

/* The more a kind of waiting tells, the greater. */
static int tells(const struct hang *g)
{
	static const int weights[WAITING_FOR_MAX] = {
		[WAITING_LOCK] = 8, [WAITING_PIPE] = 7,   [WAITING_NETWORK] = 6,
		[WAITING_DISK] = 6, [WAITING_CHILD] = 5,  [WAITING_EVENTS] = 3,
		[WAITING_OPEN] = 7, [WAITING_MEMORY] = 2, [WAITING_SLEEP] = 1};

	return weights[g->what];
}

uint64_t hang_grace(const struct hang *g)
{
	return (g->until - g->time) / 8;
}

/* What it is in now takes the place of what it was in, unless that told more a moment ago. */
static bool replaces(struct hangs *h, const struct event *e, enum waiting_for what)
{
	struct hang *old = map_get(&h->threads, e->tid);
	const struct hang new = {.what = what};

	if (!old)
		return what != WAITING_NOT;
	if (old->until && e->time < old->until + hang_grace(old) && tells(&new) < tells(old))
		return false;
	hang_free(map_remove(&h->threads, e->tid));
	return what != WAITING_NOT;
}

static int take_wait(struct hangs *h, struct processes *all, const struct event *e)
{
	const bool back = came_back(&e->call);
	enum waiting_for what = WAITING_NOT;
	const struct state_file *f = NULL;
	struct hang *g;
	int r;

	if ((!back || e->call.duration >= HANG_LONG_NS) && may_wait(h, e)) {
		what = waiting_for(&e->call, NULL, UINT64_MAX);
		f = first_file(h, e, what);
		what = waiting_for(&e->call, f, UINT64_MAX);
	}
	if (!replaces(h, e, what))
		return 0;
	r = add_hang(h, all, e, what, f);
	g = map_get(&h->threads, e->tid);
	if (g && back)
		g->until = e->time + e->call.duration;
	return r;
}

/* Locks may have gone to others since the waiting began. */
static void look_again(struct hangs *h, struct processes *all, const struct event *e)
{
	struct hang *g = map_get(&h->threads, e->tid);

	if (!g || g->what != WAITING_LOCK || !g->object_size)
		return;
	find_holder(h, all, g, e->pid,
		    &(struct state_file){.text = g->object, .size = g->object_size});
}

/* ---- signals ---- */

static uint32_t victim_of(struct hangs *h, struct processes *all, const struct event *e,
			  uint32_t *ret_signal, bool *ret_group)
{
	const unsigned roles = roles_of(&h->roles, &e->call);
	const struct state_file *f;

	*ret_group = false;
	*ret_signal = (uint32_t)e->call.args[1];
	if (roles & ROLE_KILL) {
		*ret_group = (int32_t)e->call.args[0] <= 0;
		return *ret_group ? 0 : index_of(all, (uint32_t)e->call.args[0]);
	}
	if (roles & ROLE_TGKILL) {
		*ret_signal = (uint32_t)e->call.args[2];
		return index_of(all, (uint32_t)e->call.args[0]);
	}
	if (!(roles & ROLE_PIDFD_KILL))
		return 0;
	f = state_at_entry(h->state, e, (int32_t)e->call.args[0]);
	return f && f->kind == STATE_PIDFD ? index_of(all, f->pid) : 0;
}

static struct hang_kill *kill_of(struct hangs *h, uint32_t victim)
{
	struct hang_kill *k = map_get(&h->kills, victim);

	if (k || h->kills.count == HANG_KILLS_MAX)
		return k;
	k = calloc(1, sizeof(*k));
	if (k && map_put(&h->kills, victim, k) < 0) {
		free(k);
		return NULL;
	}
	return k;
}

static int take_kill(struct hangs *h, struct processes *all, const struct event *e)
{
	bool group;
	uint32_t signal, victim;
	struct hang_kill *k;

	if (e->call.state == EVENT_FINISHED && e->call.ret)
		return 0;
	victim = victim_of(h, all, e, &signal, &group);
	if (!signal || signal == SIGCONT || (!victim && !group) ||
	    (victim && all->list[victim - 1].over))
		return 0;
	k = victim ? kill_of(h, victim) : &h->group_kill;
	if (!k)
		return h->kills.count < HANG_KILLS_MAX ? -ENOMEM : 0;
	free(k->call);
	*k = (struct hang_kill){index_of(all, e->pid), signal, e->time, NULL};
	return say_call(h, e, &k->call);
}

/* ---- all together ---- */

static int start(struct hangs *h)
{
	static const struct print_options options = {.string_limit = PRINT_STRING_DEFAULT,
						     .names = PRINT_NAMES_ALL};

	if (h->printer)
		return 0;
	h->printer = printer_new(&options);
	if (!h->printer)
		return -ENOMEM;
	printer_state(h->printer, h->state);
	return 0;
}

/* Most calls are soon over, of threads that were in none for long, and neither lock nor kill. */
static bool is_ordinary(struct hangs *h, const struct event *e)
{
	const unsigned roles = ROLE_KILL | ROLE_TGKILL | ROLE_PIDFD_KILL | ROLE_FLOCK | ROLE_FCNTL;

	return e->call.duration < HANG_LONG_NS && came_back(&e->call) &&
	       !(roles_of(&h->roles, &e->call) & roles) && !map_get(&h->threads, e->tid);
}

int hangs_take(struct hangs *h, struct processes *all, const struct event *e)
{
	int r = start(h);

	if (r == 0 && e->kind == EVENT_EXIT)
		look_again(h, all, e);
	if (r < 0 || (e->kind != EVENT_CALL && e->kind != EVENT_BEGUN && e->kind != EVENT_END))
		return r;
	if (is_ordinary(h, e))
		return 0;
	r = take_wait(h, all, e);
	if (r == 0 && e->kind != EVENT_BEGUN && e->call.state == EVENT_FINISHED)
		r = take_lock(h, all, e);
	return r < 0 || e->kind == EVENT_END ? r : take_kill(h, all, e);
}

const struct hang *hangs_find(const struct hangs *h, uint32_t process, size_t *ret_threads)
{
	const struct hang *best = NULL, *g;
	size_t at = 0;

	*ret_threads = 0;
	while ((g = map_next(&h->threads, &at))) {
		if (g->process != process)
			continue;
		(*ret_threads)++;
		if (!best || tells(g) > tells(best) ||
		    (tells(g) == tells(best) && g->time < best->time))
			best = g;
	}
	return best;
}

uint32_t hangs_refused_by(const struct hangs *h, uint32_t process)
{
	return (uint32_t)(uintptr_t)map_get(&h->refusals, process);
}

const struct hang *hangs_of_thread(const struct hangs *h, uint32_t tid)
{
	return map_get(&h->threads, tid);
}

size_t hangs_alone(const struct hangs *h, uint32_t process)
{
	const struct hang *g;
	size_t n = 0;

	for (size_t at = 0; (g = map_next(&h->threads, &at));)
		n += g->process == process && !g->until && g->word.alone;
	return n;
}

const struct hang_kill *hangs_kill(const struct hangs *h, uint32_t process, uint32_t signal)
{
	const struct hang_kill *k = map_get(&h->kills, process);

	if (k && k->signal == signal)
		return k;
	return h->group_kill.signal == signal ? &h->group_kill : NULL;
}

void hangs_done(struct hangs *h)
{
	struct hang_kill *k;
	struct hang *g;

	for (size_t at = 0; (g = map_next(&h->threads, &at));)
		hang_free(g);
	for (size_t at = 0; (k = map_next(&h->kills, &at));) {
		free(k->call);
		free(k);
	}
	free(h->group_kill.call);
	map_done(&h->threads);
	map_done(&h->kills);
	map_done(&h->refusals);
	printer_free(h->printer);
	*h = (struct hangs){0};
}
