/* SPDX-License-Identifier: Apache-2.0 */
/* Processes and threads of a side: who made whom, what each runs, how it ended. */
#include "side_priv.h"

#include "replayer/print/escape.h"

#include "base/cleanup.h"
#include "base/hash.h"
#include "base/load.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { WORDS_MAX = 1 << 16, VARIABLES_MAX = 1 << 14 };

static uint32_t found(const struct map *m, uint32_t number)
{
	return (uint32_t)(uintptr_t)map_get(m, number);
}

/* Place 0 is nobody. */
static int begin_list(void *list, size_t *count, size_t *capacity, size_t size)
{
	if (*count < *capacity)
		return 0;
	if (side_grow_by(list, capacity, size) < 0)
		return -ENOMEM;
	if (!*count) {
		memset(*(void **)list, 0, size);
		*count = 1;
	}
	return 0;
}

/* A new process with this number; 0: out of memory, or there are too many. */
static uint32_t add_actor(struct reading *r, uint32_t pid, uint32_t parent, uint64_t time)
{
	struct actor *a;

	if (r->actor_count == SIDE_PROCESSES_MAX) {
		r->is->left_out++;
		return 0;
	}
	if (begin_list(&r->actors, &r->actor_count, &r->actor_capacity, sizeof(*r->actors)) < 0 ||
	    map_put(&r->by_pid, pid, (void *)(uintptr_t)r->actor_count) < 0) {
		r->failed = -ENOMEM;
		return 0;
	}
	a = &r->actors[r->actor_count];
	*a = (struct actor){.is = {.pid = pid, .parent = parent, .start_time = time}};
	a->ordinal = ++r->actors[parent].children;
	if (parent) {
		const struct diff_process *p = &r->actors[parent].is;

		a->is.exe = p->exe;
		a->is.argv = p->argv;
		a->is.environment = p->environment;
		a->is.environment_size = p->environment_size;
		a->is.environment_said = p->environment_said;
		a->is.environment_said_size = p->environment_said_size;
	}
	return (uint32_t)r->actor_count++;
}

static uint32_t add_worker(struct reading *r, uint32_t tid, uint32_t actor)
{
	if (begin_list(&r->workers, &r->worker_count, &r->worker_capacity, sizeof(*r->workers)) <
		    0 ||
	    map_put(&r->by_tid, tid, (void *)(uintptr_t)r->worker_count) < 0) {
		r->failed = -ENOMEM;
		return 0;
	}
	r->workers[r->worker_count] =
		(struct worker){.tid = tid, .process = actor, .rank = r->actors[actor].threads++};
	return (uint32_t)r->worker_count++;
}

int diff_actors_find(struct reading *r)
{
	const struct event *e = r->event;
	uint32_t worker = found(&r->by_tid, e->tid),
		 actor = worker ? r->workers[worker].process : 0;

	if (!worker || r->actors[actor].is.pid != e->pid) {
		actor = found(&r->by_pid, e->pid);
		actor = actor ? actor : add_actor(r, e->pid, 0, e->time);
		worker = actor ? add_worker(r, e->tid, actor) : 0;
	}
	r->actor = actor;
	r->worker = worker;
	return r->failed;
}

/* ---- making and ending ---- */

int diff_actors_fork(struct reading *r)
{
	const struct event *e = r->event;
	uint32_t parent = e->fork.creator_known ? found(&r->by_pid, e->pid) : 0, actor;

	actor = e->fork.kind == FORK_THREAD && parent
			? parent
			: add_actor(r, e->fork.child_pid, parent, e->time);
	if (actor)
		add_worker(r, e->fork.child_tid, actor);
	return r->failed;
}

int diff_actors_exit(struct reading *r)
{
	const struct event *e = r->event;
	struct diff_process *p = &r->actors[r->actor].is;

	p->end_time = e->time;
	if (!e->exit.process)
		return 0;
	p->ended = true;
	p->status = e->exit.status;
	return 0;
}

/* ---- programs ---- */

static uint32_t put_words(struct reading *r, const uint8_t *argv, size_t size)
{
	struct buf text = {0}, word = {0};
	uint32_t place;

	for (size_t at = 0, n; at < size && text.size < WORDS_MAX; at += n + 1) {
		n = strnlen((const char *)argv + at, size - at);
		diff_anew(r, &word);
		diff_label_of_word(r, argv + at, n, &word);
		buf_str(&text, at ? " " : "");
		escape_word(&text, buf_text(&word), word.size);
	}
	place = diff_texts_put(&r->texts, diff_hash(buf_text(&text), text.size), buf_text(&text),
			       text.size);
	if (buf_error(&text) < 0 || buf_error(&word) < 0)
		r->failed = -ENOMEM;
	buf_done(&word);
	buf_done(&text);
	return place;
}

static void run(struct reading *r, const char *exe, size_t exe_size, const uint8_t *argv,
		size_t argv_size)
{
	struct diff_process *p = &r->actors[r->actor].is;

	if (exe_size)
		p->exe = diff_label_of_absolute(r, exe, exe_size);
	p->argv = put_words(r, argv, argv_size);
}

/* Takes over @data, which is not more than the limit allows. */
static int keep_strings(struct reading *r, uint8_t *data, size_t size)
{
	uint8_t **list;

	list = reallocarray(r->environments, r->environment_count + 1, sizeof(*list));
	if (!list) {
		free(data);
		return -ENOMEM;
	}
	r->environments = list;
	list[r->environment_count++] = data;
	r->environment_bytes += size;
	return 0;
}

static int keep_environment(struct reading *r, uint8_t *data, size_t size)
{
	struct diff_process *p = &r->actors[r->actor].is;

	if (keep_strings(r, data, size) < 0)
		return -ENOMEM;
	p->environment = data;
	p->environment_size = size;
	return 0;
}

/* What it says when roots are known. Where there is no room for it, values are compared as they
 * are. */
static int say_environment(struct reading *r)
{
	struct diff_process *p = &r->actors[r->actor].is;
	struct buf said = {0};
	int failed;

	p->environment_said = NULL;
	p->environment_said_size = 0;
	if (p->environment)
		diff_environment_say(r, p->environment, p->environment_size, &said);
	failed = buf_error(&said);
	if (failed || !said.size || said.size > SIDE_ENVIRONMENTS_MAX - r->environment_bytes) {
		buf_done(&said);
		return failed;
	}
	if (keep_strings(r, (uint8_t *)said.data, said.size) < 0)
		return -ENOMEM;
	p->environment_said = (const uint8_t *)said.data;
	p->environment_said_size = said.size;
	return 0;
}

static const struct root_name {
	const char *variable, *name;
} root_names[] = {{"HOME=", "$HOME"}, {"TMPDIR=", "$TMPDIR"}};

static int take_roots(struct reading *r, const uint8_t *environment, size_t size)
{
	for (size_t at = 0, n; at < size; at += n + 1) {
		n = strnlen((const char *)environment + at, size - at);
		for (size_t i = 0; i < sizeof(root_names) / sizeof(root_names[0]); i++) {
			size_t skip = strlen(root_names[i].variable);

			if (n > skip &&
			    memcmp(environment + at, root_names[i].variable, skip) == 0 &&
			    diff_roots_add(&r->roots, root_names[i].name, environment + at + skip,
					   n - skip) < 0)
				return -ENOMEM;
		}
	}
	return 0;
}

/* What the first program is given says where it is at home. */
static int settle_roots(struct reading *r)
{
	const struct diff_process *p = &r->actors[r->actor].is;
	const struct meta_header *h = r->is->header;

	if (r->roots_settled)
		return 0;
	r->roots_settled = true;
	if (p->environment && take_roots(r, p->environment, p->environment_size) < 0)
		return -ENOMEM;
	r->names.generation++;
	return h ? diff_roots_add(&r->roots, "$CWD", h->cwd.data, h->cwd.size) : 0;
}

int diff_actors_exec(struct reading *r)
{
	const struct event *e = r->event;
	uint32_t caller = found(&r->by_tid, e->exec.former_tid);
	struct worker *w = caller ? &r->workers[caller] : &r->workers[r->worker];
	int result = 0;

	r->actors[r->actor].is.execed = true;
	if (w->environment)
		result = keep_environment(r, w->environment, w->environment_size);
	w->environment = NULL;
	if (result < 0 || settle_roots(r) < 0 || say_environment(r) < 0)
		return -ENOMEM;
	run(r, e->exec.path, strlen(e->exec.path), e->exec.argv, e->exec.argv_size);
	return r->failed;
}

/* The strings that the last argument of an execve is a list of. */
int diff_actors_take_environment(struct reading *r, uint64_t list_address, size_t wide)
{
	struct worker *w = &r->workers[r->worker];
	const struct event_memory *list = event_range(r->event, EVENT_AT_ENTRY, list_address);
	struct buf text = {0};

	free(w->environment);
	w->environment = NULL;
	for (size_t i = 0; list && i < VARIABLES_MAX && (i + 1) * wide <= list->length; i++) {
		uint64_t at = load(list->data, list->length, i * wide, wide);
		const struct event_memory *m =
			at ? event_range(r->event, EVENT_AT_ENTRY, at) : NULL;

		if (!m || text.size + m->length > SIDE_ENVIRONMENTS_MAX - r->environment_bytes)
			break;
		buf_append(&text, m->data, strnlen((const char *)m->data, m->length));
		buf_char(&text, '\0');
	}
	if (buf_error(&text) < 0) {
		buf_done(&text);
		return -ENOMEM;
	}
	w->environment = (uint8_t *)text.data;
	w->environment_size = text.size;
	return 0;
}

/* ---- what was there before ---- */

/* The process of a snapshot. On a machine that is busy its first call may have begun before the
 * snapshot was taken, and then it is known. */
static uint32_t find_process(struct reading *r, const struct meta_process *p, uint64_t time)
{
	const uint32_t actor = found(&r->by_pid, p->pid), parent = found(&r->by_pid, p->ppid);

	if (!actor || r->actors[actor].is.ended)
		return add_actor(r, p->pid, parent, time);
	if (!r->actors[actor].is.parent && parent < actor)
		r->actors[actor].is.parent = parent;
	return actor;
}

static void find_worker(struct reading *r, uint32_t tid, uint32_t actor)
{
	const uint32_t worker = found(&r->by_tid, tid);

	if (!worker || r->workers[worker].process != actor)
		add_worker(r, tid, actor);
}

static int take_process(struct reading *r, const struct meta_process *p, uint64_t time)
{
	uint32_t actor = find_process(r, p, time);
	uint8_t *environment;

	if (!actor)
		return r->failed;
	for (size_t i = 0; i < p->tid_count; i++)
		find_worker(r, p->tids[i], actor);
	if (!p->tid_count)
		find_worker(r, p->pid, actor);
	r->actor = actor;
	if (p->env.size && p->env.size < SIDE_ENVIRONMENTS_MAX - r->environment_bytes) {
		environment = malloc(p->env.size);
		if (!environment)
			return -ENOMEM;
		memcpy(environment, p->env.data, p->env.size);
		if (keep_environment(r, environment, p->env.size) < 0 || say_environment(r) < 0)
			return -ENOMEM;
	}
	run(r, (const char *)p->exe.data, p->exe.size, p->argv.data, p->argv.size);
	return r->failed;
}

int diff_actors_snapshot(struct reading *r, const struct meta_snapshot *s)
{
	for (size_t i = 0; i < s->process_count; i++) {
		if (take_process(r, &s->processes[i], s->time) < 0)
			return -ENOMEM;
	}
	return 0;
}

/* ---- the end ---- */

static int give_threads(struct reading *r)
{
	size_t *at = calloc(r->actor_count + 1, sizeof(*at));

	if (!at)
		return -ENOMEM;
	for (size_t i = 1; i < r->actor_count; i++) {
		struct diff_process *p = &r->actors[i].is;

		p->threads = calloc(r->actors[i].threads + 1, sizeof(struct diff_thread));
		if (!p->threads) {
			free(at);
			return -ENOMEM;
		}
		p->thread_count = r->actors[i].threads;
	}
	for (size_t i = 1; i < r->worker_count; i++) {
		struct worker *w = &r->workers[i];
		struct diff_process *p = &r->actors[w->process].is;

		((struct diff_thread *)(uintptr_t)p->threads)[w->rank] =
			(struct diff_thread){w->tid, w->rank, w->steps, w->count};
		w->steps = NULL;
	}
	free(at);
	return 0;
}

static int compare_streams(const void *a, const void *b)
{
	const struct diff_stream *x = a, *y = b;

	if (x->object != y->object)
		return x->object < y->object ? -1 : 1;
	return x->out - y->out;
}

static int give_streams(struct actor *a)
{
	struct diff_stream *list;

	if (!a->is.stream_count)
		return 0;
	list = calloc(a->is.stream_count, sizeof(*list));
	if (!list)
		return -ENOMEM;
	for (size_t i = 0; i < a->is.stream_count; i++) {
		struct streaming *s = &a->streams[i];

		list[i] = s->is;
		list[i].whole = s->hashed == s->is.bytes;
		list[i].chunks = s->chunks;
		s->chunks = NULL;
	}
	qsort(list, a->is.stream_count, sizeof(*list), compare_streams);
	a->is.streams = list;
	return 0;
}

int diff_actors_end(struct reading *r)
{
	struct diff_process *list = calloc(r->actor_count + 1, sizeof(*list));
	int result = list ? give_threads(r) : -ENOMEM;

	r->is->processes = list;
	for (size_t i = 1; result == 0 && i < r->actor_count; i++) {
		struct actor *a = &r->actors[i];

		a->is.counts = a->counts;
		a->counts = NULL;
		a->is.inherited = a->inherited;
		a->inherited = NULL;
		result = give_streams(a);
	}
	/* Also of what is half done, so that it is freed. */
	for (size_t i = 1; list && i < r->actor_count; i++)
		list[i] = r->actors[i].is;
	r->is->process_count = list ? r->actor_count : 0;
	return result;
}

void diff_actors_done(struct reading *r)
{
	for (size_t i = 1; i < r->actor_count; i++) {
		struct actor *a = &r->actors[i];

		for (size_t k = 0; a->streams && k < a->is.stream_count; k++)
			free(a->streams[k].chunks);
		free(a->streams);
		free(a->counts);
		free(a->inherited);
	}
	for (size_t i = 1; i < r->worker_count; i++) {
		free(r->workers[i].steps);
		free(r->workers[i].environment);
	}
	free(r->actors);
	free(r->workers);
	map_done(&r->by_pid);
	map_done(&r->by_tid);
	map_done(&r->counts);
	map_done(&r->streams);
}
