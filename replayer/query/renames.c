/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Steps (renames, links, unlinks) are put in the order in which they happened, and gone through
 * from the last one back: what becomes the file is known by then, and each step says what that was
 * called before it. Each name has been the file's for a while: a tenure, which ends with the
 * step behind it and begins behind the one before.
 */
#include "renames.h"

#include "access.h"

#include "base/buf.h"
#include "base/hash.h"
#include "base/map.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { EXCHANGED = 2, EMPTY_PATH = 0x1000 };

enum step_kind { STEP_RENAME, STEP_EXCHANGE, STEP_LINK, STEP_UNLINK };

struct step {
	uint8_t kind;
	uint64_t seq;        /* of the call's exit */
	uint64_t file;       /* the description that a descriptor gave instead of a name, or 0 */
	uint64_t generation; /* of the wanted name's file behind it */
	char *from, *to;
	size_t from_size, to_size;
};

struct tenure {
	char *name;
	size_t size;
	uint64_t key;        /* hash of the name */
	uint64_t begin, end; /* places, both excluded */
	uint64_t generation;
	char *became; /* what the file is called in the end */
};

struct renames {
	struct accesses *accesses;
	const struct state *state;
	struct step *steps;
	size_t count, capacity;
	size_t text; /* bytes of all names */
	uint64_t over;
	const char *wanted;

	struct tenure *tenures; /* by key and end, when all is done */
	size_t tenure_count, tenure_capacity;
	struct map held;  /* key of a name: its tenure that has no beginning yet, + 1 */
	struct map above; /* key of a directory: how many of those are below it */
	struct map ended; /* key of a name: place of the step that took it away */
	struct map files; /* descriptions: their generations */
	uint64_t comparisons;
	uint64_t first; /* generation */
};

bool name_is(const char *text, size_t size, const char *wanted)
{
	size_t n = strlen(wanted);

	if (!text || size < n || memcmp(text + size - n, wanted, n) != 0)
		return false;
	return size == n || (*wanted != '/' && text[size - n - 1] == '/');
}

struct renames *renames_new(void)
{
	struct renames *x = calloc(1, sizeof(*x));

	if (!x)
		return NULL;
	x->accesses = accesses_new();
	return x->accesses ? x : renames_free(x);
}

static void tenure_done(struct tenure *t)
{
	free(t->name);
	free(t->became);
}

struct renames *renames_free(struct renames *x)
{
	if (!x)
		return NULL;
	for (size_t i = 0; i < x->count; i++) {
		free(x->steps[i].from);
		free(x->steps[i].to);
	}
	for (size_t i = 0; i < x->tenure_count; i++)
		tenure_done(&x->tenures[i]);
	free(x->steps);
	free(x->tenures);
	map_done(&x->held);
	map_done(&x->above);
	map_done(&x->ended);
	map_done(&x->files);
	accesses_free(x->accesses);
	free(x);
	return NULL;
}

uint64_t renames_left_out(const struct renames *x)
{
	return x->over;
}

/* ---- what happens ---- */

static uint64_t key_of(const char *text, size_t size)
{
	return hash_add(HASH_START, text, size);
}

static char *copy_of(const char *text, size_t size)
{
	char *copy = malloc(size + 1);

	if (!copy)
		return NULL;
	memcpy(copy, text, size);
	copy[size] = '\0';
	return copy;
}

/* The description behind linkat(fd, "", …, AT_EMPTY_PATH) and linkat(…, "/proc/self/fd/3", …). */
static uint64_t file_of_link(const struct renames *x, const struct access *a)
{
	static const char self[] = "/proc/self/fd/";
	const struct event *e = a->event;
	const struct state_file *f = NULL;
	size_t n = 0;
	const uint8_t *given;

	if (a->flags & EMPTY_PATH)
		f = state_at_entry(x->state, e, (int32_t)e->call.args[0]);
	given = f ? NULL : event_bytes(e, EVENT_AT_ENTRY, e->call.args[1], &n);
	if (given && n > sizeof(self) && memcmp(given, self, sizeof(self) - 1) == 0 &&
	    !given[n - 1])
		f = state_at_entry(x->state, e, atoi((const char *)given + sizeof(self) - 1));
	return f ? f->id : 0;
}

static int grow(struct renames *x)
{
	struct step *grown;

	if (x->count < x->capacity)
		return 0;
	x->capacity = x->capacity ? x->capacity * 2 : 64;
	grown = reallocarray(x->steps, x->capacity, sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	x->steps = grown;
	return 0;
}

static int add_step(struct renames *x, const struct step *about, const struct access *a)
{
	struct step *t;
	size_t text = a->path.size + a->to.size;

	if (x->count == RENAMES_MAX || x->text + text > RENAMES_TEXT_MAX) {
		x->over++;
		return 0;
	}
	if (grow(x) < 0)
		return -ENOMEM;
	t = &x->steps[x->count++];
	*t = *about;
	t->seq = a->event->call.end_seq;
	t->from = copy_of(a->path.text, a->path.size);
	t->from_size = a->path.size;
	t->to = copy_of(a->to.size ? a->to.text : "", a->to.size);
	t->to_size = a->to.size;
	x->text += text;
	return t->from && t->to ? 0 : -ENOMEM;
}

static int take_access(void *context, const struct access *a)
{
	static const int8_t kinds[ACCESS_KIND_MAX] = {
		[ACCESS_RENAME] = STEP_RENAME + 1,
		[ACCESS_LINK] = STEP_LINK + 1,
		[ACCESS_DELETE] = STEP_UNLINK + 1,
	};
	struct renames *x = context;
	struct step t = {0};

	if (a->error || !kinds[a->kind])
		return 0;
	t.kind = (uint8_t)(kinds[a->kind] - 1);
	if (t.kind == STEP_RENAME && a->flags & EXCHANGED)
		t.kind = STEP_EXCHANGE;
	if (t.kind == STEP_LINK)
		t.file = file_of_link(x, a);
	/* What is not known from the root on could be anything. */
	if ((!a->path.resolved && !t.file) || (t.kind != STEP_UNLINK && !a->to.resolved))
		return 0;
	return add_step(x, &t, a);
}

int renames_take(struct renames *x, const struct state *s, const struct event *e)
{
	x->state = s;
	return accesses_take(x->accesses, s, e, take_access, x);
}

/* ---- tenures ---- */

static struct tenure *held(const struct renames *x, const char *name, size_t size)
{
	size_t i = (size_t)(uintptr_t)map_get(&x->held, key_of(name, size));
	struct tenure *t = i ? &x->tenures[i - 1] : NULL;

	return t && t->size == size && memcmp(t->name, name, size) == 0 ? t : NULL;
}

/* In each directory that it is below, one more or one less. */
static int count_above(struct renames *x, const struct tenure *t, int by)
{
	int r = 0;

	for (size_t i = 1; r == 0 && i < t->size; i++) {
		uint64_t key;
		uintptr_t n;

		if (t->name[i] != '/')
			continue;
		key = key_of(t->name, i);
		n = (uintptr_t)map_get(&x->above, key) + (uintptr_t)(intptr_t)by;
		if (n)
			r = map_put(&x->above, key, (void *)n);
		else
			map_remove(&x->above, key);
	}
	return r;
}

/* The name was another's before @seq. */
static int close_tenure(struct renames *x, struct tenure *t, uint64_t seq)
{
	if (!t)
		return 0;
	t->begin = seq;
	map_remove(&x->held, t->key);
	return count_above(x, t, -1);
}

/* What is behind the step, as far as it is the wanted file: there, or on its way. */
struct fate {
	uint64_t generation; /* 0: it is not */
	const char *became;
};

static int open_tenure(struct renames *x, const char *name, size_t size, const struct fate *fate,
		       uint64_t end)
{
	struct tenure *t;
	size_t became = fate->became ? strlen(fate->became) : 0;

	if (!fate->generation || held(x, name, size))
		return 0;
	if (x->tenure_count == RENAMES_MAX || x->text + size + became > RENAMES_TEXT_MAX) {
		x->over++;
		return 0;
	}
	if (x->tenure_count == x->tenure_capacity) {
		x->tenure_capacity = x->tenure_capacity ? x->tenure_capacity * 2 : 16;
		t = reallocarray(x->tenures, x->tenure_capacity, sizeof(*t));
		if (!t)
			return -ENOMEM;
		x->tenures = t;
	}
	t = &x->tenures[x->tenure_count];
	*t = (struct tenure){.name = copy_of(name, size),
			     .size = size,
			     .key = key_of(name, size),
			     .end = end,
			     .generation = fate->generation,
			     .became = copy_of(fate->became, became)};
	x->text += size + became;
	x->tenure_count++;
	if (!t->name || !t->became)
		return -ENOMEM;
	if (map_put(&x->held, t->key, (void *)(uintptr_t)x->tenure_count) < 0)
		return -ENOMEM;
	return count_above(x, t, 1);
}

static struct fate fate_of(const struct renames *x, const char *name, size_t size,
			   const struct step *step)
{
	const struct tenure *t = held(x, name, size);

	if (t)
		return (struct fate){t->generation, t->became};
	if (name_is(name, size, x->wanted))
		return (struct fate){step->generation, name};
	return (struct fate){0, NULL};
}

/* ---- directories ---- */

/* What is @rest below the directory, as it was called before. */
static int open_below(struct renames *x, const struct step *step, const char *rest, size_t size,
		      const struct fate *fate)
{
	struct buf name = {0};
	int r;

	buf_append(&name, step->from, step->from_size);
	buf_append(&name, rest, size);
	r = buf_error(&name);
	if (r == 0)
		r = open_tenure(x, name.data, name.size, fate, step->seq);
	buf_done(&name);
	return r;
}

static int carry_one(struct renames *x, const struct step *step, struct tenure *t)
{
	const struct fate fate = {t->generation, t->became};
	const char *rest = t->name + step->to_size;
	size_t size = t->size - step->to_size;
	int r = close_tenure(x, t, step->seq);

	return r < 0 ? r : open_below(x, step, rest, size, &fate);
}

/* Files that are known by now were in the directory when it was called otherwise. */
static int carry_held(struct renames *x, const struct step *step)
{
	size_t count = x->tenure_count;
	int r = 0;

	if (!map_get(&x->above, key_of(step->to, step->to_size)))
		return 0;
	for (size_t i = 0; r == 0 && i < count; i++) {
		const struct tenure *t = &x->tenures[i];

		if (++x->comparisons > RENAMES_COMPARISONS_MAX) {
			x->over++;
			return 0;
		}
		if (!t->begin && t->size > step->to_size && t->name[step->to_size] == '/' &&
		    memcmp(t->name, step->to, step->to_size) == 0)
			r = carry_one(x, step, &x->tenures[i]);
	}
	return r;
}

/* Whether the directory @step->to ends with the first @size bytes of the wanted name. */
static bool begins_wanted(const struct renames *x, const struct step *step, size_t size)
{
	size_t skipped = step->to_size - size;

	if (x->wanted[size] != '/' || size > step->to_size ||
	    memcmp(step->to + skipped, x->wanted, size) != 0)
		return false;
	return !skipped || (*x->wanted != '/' && step->to[skipped - 1] == '/');
}

/* The wanted name itself, in the directory as it is called now. */
static int carry_wanted(struct renames *x, const struct step *step)
{
	size_t n = strlen(x->wanted);
	int r = 0;

	for (size_t i = 1; r == 0 && i < n; i++) {
		struct buf became = {0};

		if (!begins_wanted(x, step, i))
			continue;
		buf_append(&became, step->to, step->to_size);
		buf_append(&became, x->wanted + i, n - i);
		r = buf_error(&became);
		if (r == 0)
			r = open_below(x, step, x->wanted + i, n - i,
				       &(struct fate){step->generation, became.data});
		buf_done(&became);
	}
	return r;
}

/* ---- one step back ---- */

static int undo_rename(struct renames *x, const struct step *step)
{
	struct fate fate = fate_of(x, step->to, step->to_size, step);
	int r = close_tenure(x, held(x, step->to, step->to_size), step->seq);

	if (r == 0)
		r = close_tenure(x, held(x, step->from, step->from_size), step->seq);
	if (r == 0)
		r = open_tenure(x, step->from, step->from_size, &fate, step->seq);
	if (r == 0)
		r = carry_held(x, step);
	return r < 0 ? r : carry_wanted(x, step);
}

static int undo_exchange(struct renames *x, const struct step *step)
{
	struct fate from = fate_of(x, step->from, step->from_size, step);
	struct fate to = fate_of(x, step->to, step->to_size, step);
	int r = close_tenure(x, held(x, step->to, step->to_size), step->seq);

	if (r == 0)
		r = close_tenure(x, held(x, step->from, step->from_size), step->seq);
	if (r == 0)
		r = open_tenure(x, step->from, step->from_size, &to, step->seq);
	return r < 0 ? r : open_tenure(x, step->to, step->to_size, &from, step->seq);
}

/* Both names are the file's until the first one is taken away. */
static int undo_link(struct renames *x, const struct step *step)
{
	struct fate fate = fate_of(x, step->to, step->to_size, step);
	uint64_t key = key_of(step->from, step->from_size);
	const struct step *last = map_get(&x->ended, key);
	int r = close_tenure(x, held(x, step->to, step->to_size), step->seq);

	if (r < 0 || !fate.generation)
		return r;
	if (step->file)
		r = map_put(&x->files, step->file, (void *)(uintptr_t)step);
	if (r < 0 || !step->from_size)
		return r;
	return open_tenure(x, step->from, step->from_size, &fate, last ? last->seq : UINT64_MAX);
}

static int undo(struct renames *x, struct step *step)
{
	int r;

	if (step->kind == STEP_LINK)
		return undo_link(x, step);
	if (step->kind == STEP_EXCHANGE)
		r = undo_exchange(x, step);
	else if (step->kind == STEP_RENAME)
		r = undo_rename(x, step);
	else
		r = close_tenure(x, held(x, step->from, step->from_size), step->seq);
	return r < 0 ? r : map_put(&x->ended, key_of(step->from, step->from_size), step);
}

/* ---- all of them ---- */

static int by_place(const void *a, const void *b)
{
	uint64_t x = ((const struct step *)a)->seq, y = ((const struct step *)b)->seq;

	return (x > y) - (x < y);
}

static int by_name(const void *a, const void *b)
{
	const struct tenure *x = a, *y = b;

	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	return (x->end > y->end) - (x->end < y->end);
}

/* Each time the name gets another file, or loses the one it had, another generation begins. */
static uint64_t number(struct renames *x)
{
	uint64_t generation = x->first;

	for (size_t i = 0; i < x->count; i++) {
		struct step *step = &x->steps[i];

		generation += name_is(step->to, step->to_size, x->wanted) ||
			      name_is(step->from, step->from_size, x->wanted);
		step->generation = generation;
	}
	return generation;
}

int renames_resolve(struct renames *x, const char *wanted, uint64_t *generation)
{
	int r = 0;

	x->wanted = wanted;
	x->first = *generation + 1;
	if (x->count)
		qsort(x->steps, x->count, sizeof(*x->steps), by_place);
	*generation = number(x);
	for (size_t i = x->count; r == 0 && i; i--)
		r = undo(x, &x->steps[i - 1]);
	if (x->tenure_count)
		qsort(x->tenures, x->tenure_count, sizeof(*x->tenures), by_name);
	return r;
}

/* ---- answers ---- */

static const struct tenure *tenure_at(const struct renames *x, const char *name, size_t size,
				      uint64_t seq)
{
	uint64_t key = key_of(name, size);
	size_t low = 0, high = x->tenure_count;
	const struct tenure *found;

	/* The first that ends behind the place. */
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct tenure *t = &x->tenures[middle];

		if (t->key < key || (t->key == key && t->end <= seq))
			low = middle + 1;
		else
			high = middle;
	}
	found = low < x->tenure_count ? &x->tenures[low] : NULL;
	if (!found || found->size != size || memcmp(found->name, name, size) != 0)
		return NULL;
	return found->begin < seq ? found : NULL;
}

/* Of the steps before the place. */
static uint64_t generation_at(const struct renames *x, uint64_t seq)
{
	size_t low = 0, high = x->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (x->steps[middle].seq < seq)
			low = middle + 1;
		else
			high = middle;
	}
	return low ? x->steps[low - 1].generation : x->first;
}

uint64_t renames_find(const struct renames *x, const struct state_file *f, uint64_t seq,
		      const char **ret_became)
{
	const struct step *link = map_get(&x->files, f->id);
	const struct tenure *t;
	uint64_t generation;

	*ret_became = link ? link->to : NULL;
	if (link)
		return link->generation;
	if (!f->text)
		return 0;
	t = f->deleted ? NULL : tenure_at(x, f->text, f->size, seq);
	*ret_became = t ? t->became : NULL;
	if (t)
		return t->generation;
	if (!name_is(f->text, f->size, x->wanted))
		return 0;
	/* It is gone: the name is the next one's by now. */
	generation = generation_at(x, seq);
	return f->deleted && generation > x->first ? generation - 1 : generation;
}
