/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows by path. An access or a transfer finds its row, and says there what it did. Calls that fail
 * at a descriptor are the row's of the file that it stands for.
 */
#include "files.h"

#include "base/hash.h"
#include "sys/table.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
	OPEN_WRITE = 01,
	OPEN_READ_WRITE = 02,
	OPEN_CREATE = 0100,
	OPEN_EXCLUSIVE = 0200,
	OPEN_TRUNCATE = 01000,
	PROT_WRITABLE = 2,
	RESTART_FIRST = 512,
	URING_SETUP = 425, /* on all architectures */
};

int files_init(struct files *f, const char *below)
{
	*f = (struct files){.below = below, .below_size = below ? strlen(below) : 0};
	while (f->below_size > 1 && below[f->below_size - 1] == '/')
		f->below_size--;
	f->accesses = accesses_new();
	f->transfers = transfers_new();
	if (!f->accesses || !f->transfers)
		return -ENOMEM;
	return sieve_init(&f->known, (size_t)FILES_MAX * SIEVE_BITS_EACH);
}

void files_done(struct files *f)
{
	for (size_t i = 0; i < f->count; i++)
		free(f->list[i].path);
	free(f->list);
	map_done(&f->by_path);
	sieve_done(&f->known);
	searches_done(&f->searches);
	accesses_free(f->accesses);
	transfers_free(f->transfers);
	*f = (struct files){.list = NULL};
}

/* ---- rows ---- */

static bool is_wanted(const struct files *f, const char *path, size_t size)
{
	size_t n = f->below_size;

	if (!n || (n == 1 && f->below[0] == '/'))
		return true;
	return size >= n && memcmp(path, f->below, n) == 0 && (size == n || path[n] == '/');
}

static bool same(const struct touched_file *t, const char *path, size_t size)
{
	return t->size == size && memcmp(t->path, path, size) == 0;
}

static int grow(struct files *f)
{
	size_t capacity = f->capacity ? 2 * f->capacity : 256;
	struct touched_file *list;

	if (f->count < f->capacity)
		return 0;
	list = reallocarray(f->list, capacity, sizeof(*list));
	if (!list)
		return -ENOMEM;
	f->list = list;
	f->capacity = capacity;
	return 0;
}

static int add(struct files *f, const struct access_name *name, uint64_t key)
{
	struct touched_file *t;
	char *path = malloc(name->size + 1);

	if (!path || grow(f) < 0 ||
	    map_put(&f->by_path, key, (void *)(uintptr_t)(f->count + 1)) < 0) {
		free(path);
		return -ENOMEM;
	}
	memcpy(path, name->text, name->size);
	path[name->size] = '\0';
	t = &f->list[f->count++];
	*t = (struct touched_file){.path = path,
				   .size = name->size,
				   .resolved = name->resolved,
				   .first_time = f->event->time,
				   .first_seq = f->event->seq};
	f->text_bytes += name->size;
	sieve_add(&f->known, key);
	return 0;
}

/* Its row in the map, index + 1, or 0. When there are more files than rows most have none. */
static uint32_t look_up(const struct files *f, const struct access_name *name, uint64_t key)
{
	uint32_t id;

	if (!sieve_may_have(&f->known, key))
		return 0;
	id = (uint32_t)(uintptr_t)map_get(&f->by_path, key);
	return id && same(&f->list[id - 1], name->text, name->size) ? id : 0;
}

/* Where the process was last, index + 1, as long as not too many run at a time. */
static uint32_t *trail_of(struct files *f)
{
	return &f->last[f->actor & (FILES_TRAILS - 1)];
}

/*
 * Who asks for a file again mostly asks for the same one after it as before: where the table is
 * larger than the caches, looking there first saves most of what a look-up takes.
 */
static uint32_t guess(struct files *f, const struct access_name *name)
{
	const uint32_t last = *trail_of(f), id = last ? f->list[last - 1].next : 0;

	return id && same(&f->list[id - 1], name->text, name->size) ? id : 0;
}

static const struct touched_file *after(const struct files *f, const struct touched_file *t)
{
	return t->next ? &f->list[t->next - 1] : NULL;
}

/* They are on their way from memory while there is other work: the path of the file that is to be
 * asked for next, which came here the last time, and what is known of the one behind it. */
static void expect_next(const struct files *f, uint32_t id)
{
	enum { LINE = 64 };
	const struct touched_file *next = after(f, &f->list[id - 1]);
	const struct touched_file *behind = next ? after(f, next) : NULL;

	if (next)
		__builtin_prefetch(next->path);
	if (behind)
		__builtin_prefetch(behind);
	if (behind)
		__builtin_prefetch((const char *)behind + LINE);
}

static void follow_trail(struct files *f, uint32_t id)
{
	uint32_t *last = trail_of(f);

	if (*last)
		f->list[*last - 1].next = id;
	*last = id;
	expect_next(f, id);
}

/* *ret is the row's index + 1; 0: it is not wanted, or there is no room for it. */
static int row_of(struct files *f, const struct access_name *name, uint32_t *ret)
{
	uint64_t key = 0;
	uint32_t id;

	*ret = 0;
	if (!is_wanted(f, name->text, name->size))
		return 0;
	id = guess(f, name);
	if (!id) {
		key = hash_text(name->text, name->size);
		id = look_up(f, name, key);
	}
	if (!id && (f->count == FILES_MAX || f->text_bytes + name->size > FILES_TEXT_MAX)) {
		f->beyond++;
		return 0;
	}
	if (!id) {
		if (add(f, name, key) < 0)
			return -ENOMEM;
		id = (uint32_t)f->count;
	}
	follow_trail(f, id);
	f->list[id - 1].last_time = f->event->time;
	actors_add(&f->list[id - 1].by, f->actor);
	*ret = id;
	return 0;
}

/* ---- what failed ---- */

/* Errors that are an answer. */
static bool is_answer(const struct event_call *call, int error)
{
	static const struct {
		int error;
		const char *call; /* how it begins; NULL: any */
	} answers[] = {
		{EAGAIN, NULL},
		{EINTR, NULL},
		{ESPIPE, NULL},
		{ENODATA, NULL},
		{ENOTTY, "ioctl"},
		{EINVAL, "ioctl"},
		{EINVAL, "readlink"},
		{EEXIST, "mkdir"},
		{EOPNOTSUPP, "getxattr"},
		{EOPNOTSUPP, "lgetxattr"},
		{EOPNOTSUPP, "fgetxattr"},
		{EBADF, "fcntl"},
	};
	const struct sys_desc *d = sys_find(call->arch, call->nr);

	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
		const char *name = answers[i].call;

		if (answers[i].error == error &&
		    (!name || (d && strncmp(d->name, name, strlen(name)) == 0)))
			return true;
	}
	return error >= RESTART_FIRST;
}

static void fail(struct touched_file *t, const struct event *e, int error)
{
	if (is_answer(&e->call, error))
		return;
	t->failed++;
	for (size_t i = 0; i < t->error_count; i++) {
		struct file_error *x = &t->errors[i];

		if (x->error == error && x->nr == e->call.nr && x->arch == e->call.arch) {
			x->count++;
			return;
		}
	}
	if (t->error_count < FILE_ERRORS_KEPT)
		t->errors[t->error_count++] =
			(struct file_error){error, e->call.arch, e->call.nr, 1, e->seq};
}

/* ---- accesses ---- */

static void open_file(struct touched_file *t, const struct access *a)
{
	bool create = a->flags & OPEN_CREATE;

	t->opened_to_write += (a->flags & (OPEN_WRITE | OPEN_READ_WRITE)) != 0;
	if (create && (a->flags & OPEN_EXCLUSIVE || t->presence == FILE_GONE))
		t->created++;
	else if (a->flags & OPEN_TRUNCATE)
		t->emptied++;
}

static void succeed(struct touched_file *t, const struct access *a)
{
	t->count[a->kind]++;
	if (a->kind == ACCESS_OPEN)
		open_file(t, a);
	if (a->kind == ACCESS_MAP)
		t->mapped_shared += a->shared && a->flags & PROT_WRITABLE;
	t->presence = a->kind == ACCESS_DELETE || a->kind == ACCESS_RENAME ? FILE_GONE : FILE_THERE;
}

/* The other name of a rename or a link. */
static int other_name(struct files *f, const struct access *a, uint32_t from)
{
	uint32_t to;
	int r = row_of(f, &a->to, &to);

	if (r < 0 || !to)
		return r;
	f->list[to - 1].presence = FILE_THERE;
	if (a->kind == ACCESS_LINK) {
		f->list[to - 1].created++;
		return 0;
	}
	f->list[to - 1].from = from;
	if (from)
		f->list[from - 1].to = to;
	return 0;
}

static int take_access(void *context, const struct access *a)
{
	struct files *f = context;
	bool two = a->to.size && (a->kind == ACCESS_RENAME || a->kind == ACCESS_LINK);
	uint32_t id;
	int r = searches_take(&f->searches, f->actor, a);

	if (r == 0)
		r = row_of(f, &a->path, &id);
	if (r < 0)
		return r;
	if (id && (a->error == ENOENT || a->error == ENOTDIR)) {
		f->list[id - 1].missed++;
		f->list[id - 1].presence = FILE_GONE;
	} else if (id && a->error && is_answer(&a->event->call, a->error)) {
		f->list[id - 1].count[ACCESS_LOOK]++;
		f->list[id - 1].presence = FILE_THERE;
	} else if (id && a->error) {
		fail(&f->list[id - 1], a->event, a->error);
	} else if (id) {
		succeed(&f->list[id - 1], a);
	}
	return two && !a->error ? other_name(f, a, id) : 0;
}

/* ---- transfers ---- */

static bool name_of(const struct state_file *file, struct access_name *ret)
{
	if (!file || file->kind != STATE_NAMED || !file->size || file->text[0] != '/')
		return false;
	*ret = (struct access_name){file->text, file->size, true};
	return true;
}

static int take_transfer(void *context, const struct transfer *t)
{
	struct files *f = context;
	struct access_name name;
	struct touched_file *row;
	uint32_t id;
	int r;

	if (t->more || !name_of(t->file, &name))
		return 0;
	r = row_of(f, &name, &id);
	if (r < 0 || !id)
		return r;
	row = &f->list[id - 1];
	if (t->out) {
		row->writes++;
		row->written += t->bytes;
	} else {
		row->reads++;
		row->read += t->bytes;
	}
	return 0;
}

/* A call that failed at a descriptor. */
static int take_failure(struct files *f, const struct state *s, const struct event *e, int error)
{
	const struct sys_desc *d = sys_find(e->call.arch, e->call.nr);
	struct access_name name;
	uint32_t id;
	int r;

	if (!d || !d->count || d->field[0].kind != K_FD || is_answer(&e->call, error) ||
	    !name_of(state_at_entry(s, e, (int32_t)e->call.args[0]), &name))
		return 0;
	r = row_of(f, &name, &id);
	if (r == 0 && id)
		fail(&f->list[id - 1], e, error);
	return r;
}

/* Calls that are told as accesses are told so also when they fail. */
struct told {
	struct files *files;
	bool any;
};

static int take_told(void *context, const struct access *a)
{
	struct told *t = context;

	t->any = true;
	return take_access(t->files, a);
}

int files_take(struct files *f, const struct state *s, struct processes *all, const struct event *e)
{
	struct told told = {.files = f};
	int error, r;

	if (!event_is_call(e))
		return 0;
	f->event = e;
	f->actor = actor_of(all, e);
	if (e->kind == EVENT_DATA)
		return 0;
	error = event_errno(&e->call);
	r = accesses_take(f->accesses, s, e, take_told, &told);
	if (r == 0 && error && !told.any)
		r = take_failure(f, s, e, error);
	if (r == 0 && !error)
		r = transfers_take(f->transfers, s, e, take_transfer, f);
	if (!error && e->kind != EVENT_BEGUN && e->call.state == EVENT_FINISHED &&
	    e->call.nr == URING_SETUP)
		f->uring++;
	return r;
}

/* ---- which rows ---- */

bool file_is_changed(const struct touched_file *t)
{
	static const uint8_t kinds[] = {ACCESS_CREATE,  ACCESS_DELETE,   ACCESS_RENAME,
					ACCESS_SYMLINK, ACCESS_TRUNCATE, ACCESS_CHANGE,
					ACCESS_MOUNT};

	for (size_t i = 0; i < sizeof(kinds); i++) {
		if (t->count[kinds[i]])
			return true;
	}
	return t->created || t->emptied || t->opened_to_write || t->writes || t->mapped_shared ||
	       t->from || t->to;
}

bool file_is_missing(const struct touched_file *t)
{
	for (size_t i = 0; i < ACCESS_KIND_MAX; i++) {
		if (t->count[i])
			return false;
	}
	return !t->reads && !t->writes && !t->failed && !t->created && !t->from && t->missed;
}

/* More than whether it is there, and what it is. */
static bool is_used(const struct touched_file *t)
{
	for (size_t i = 0; i < ACCESS_KIND_MAX; i++) {
		if (t->count[i] && i != ACCESS_LOOK)
			return true;
	}
	return t->reads || t->failed;
}

static unsigned parts_of(const struct touched_file *t)
{
	unsigned parts = t->failed ? FILES_FAILED : 0;

	if (file_is_changed(t))
		return parts | FILES_WRITTEN;
	if (file_is_missing(t))
		return parts | FILES_MISSING;
	return parts | (is_used(t) ? FILES_READ : FILES_LOOKED);
}

static uint64_t bytes_of(const struct touched_file *t)
{
	return t->read + t->written;
}

struct order {
	const struct files *files;
	enum files_sort sort;
};

static int compare(const void *left, const void *right, void *context)
{
	const struct order *how = context;
	const struct files *f = how->files;
	enum files_sort sort = how->sort;
	const struct touched_file *a = &f->list[*(const uint32_t *)left];
	const struct touched_file *b = &f->list[*(const uint32_t *)right];

	if (sort == FILES_BY_BYTES && bytes_of(a) != bytes_of(b))
		return bytes_of(a) < bytes_of(b) ? 1 : -1;
	if (sort == FILES_BY_ERRORS && a->failed + a->missed != b->failed + b->missed)
		return a->failed + a->missed < b->failed + b->missed ? 1 : -1;
	if (sort == FILES_BY_TIME && a->first_seq != b->first_seq)
		return a->first_seq < b->first_seq ? -1 : 1;
	return strcmp(a->path, b->path);
}

int files_pick(const struct files *f, unsigned part, enum files_sort sort, uint32_t **ret,
	       size_t *ret_count)
{
	struct order how = {f, sort};
	uint32_t *rows = calloc(f->count + 1, sizeof(*rows));
	size_t n = 0;

	if (!rows)
		return -ENOMEM;
	for (size_t i = 0; i < f->count; i++) {
		if (parts_of(&f->list[i]) & part)
			rows[n++] = (uint32_t)i;
	}
	qsort_r(rows, n, sizeof(*rows), compare, &how);
	*ret = rows;
	*ret_count = n;
	return 0;
}
