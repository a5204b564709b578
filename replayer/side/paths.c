/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a path is called so that another run of the program calls it the same: from where it
 * runs (roots), by what it is and not by a number that the kernel gave away, and, where the
 * program made the name up, by when it did.
 */
#include "side_priv.h"

#include "base/cleanup.h"
#include "base/hash.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* ---- roots ---- */

/* Everybody has these, whoever runs what where. */
static bool is_common(const char *path, size_t size)
{
	static const char *const common[] = {
		"/",    "/bin", "/boot",    "/dev",     "/etc",       "/home",   "/lib", "/lib64",
		"/mnt", "/opt", "/proc",    "/run",     "/sbin",      "/srv",    "/sys", "/tmp",
		"/usr", "/var", "/usr/bin", "/usr/lib", "/usr/local", "/var/tmp"};

	for (size_t i = 0; i < ARRAY_SIZE(common); i++) {
		if (strlen(common[i]) == size && memcmp(common[i], path, size) == 0)
			return true;
	}
	return false;
}

int diff_roots_add(struct roots *r, const char *name, const void *path, size_t size)
{
	const char *at = path;
	struct root *list;

	while (size > 1 && at[size - 1] == '/')
		size--;
	if (!size || at[0] != '/' || size >= SIDE_PATH_MAX || r->count == SIDE_ROOTS_MAX ||
	    is_common(at, size))
		return 0;
	/* The first name of a directory is its name. */
	for (size_t i = 0; i < r->count; i++) {
		if (r->list[i].size == size && memcmp(r->list[i].path, at, size) == 0)
			return 0;
	}
	list = reallocarray(r->list, r->count + 1, sizeof(*list));
	if (!list)
		return -ENOMEM;
	r->list = list;
	list += r->count++;
	*list = (struct root){.size = size};
	memcpy(list->path, at, size);
	strncpy(list->name, name, sizeof(list->name) - 1);
	return 0;
}

void diff_roots_done(struct roots *r)
{
	free(r->list);
	*r = (struct roots){.list = NULL};
}

static const struct root *root_of(const struct roots *r, const char *path, size_t size)
{
	const struct root *best = NULL;

	for (size_t i = 0; i < r->count; i++) {
		const struct root *x = &r->list[i];

		if (size >= x->size && memcmp(path, x->path, x->size) == 0 &&
		    (size == x->size || path[x->size] == '/') && (!best || x->size > best->size))
			best = x;
	}
	return best;
}

/* ---- names that were made up ---- */

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_upper(char c)
{
	return c >= 'A' && c <= 'Z';
}

static bool is_run(char c)
{
	return is_digit(c) || is_upper(c) || (c >= 'a' && c <= 'z') || c == '_';
}

enum { RUN_MIN = 6, DIGITS_MIN = 5, HEX_MIN = 8 };

static bool is_hex(const char *run, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		if (!is_digit(run[i]) && !(run[i] >= 'a' && run[i] <= 'f'))
			return false;
	}
	return true;
}

/* Whether letters and digits are as chance has them, not as people write words. */
static bool is_random(const char *run, size_t size)
{
	size_t digits = 0, cases = 0, turns = 0, hex = 0, upper = 0;

	for (size_t i = 0; i < size; i++) {
		digits += is_digit(run[i]);
		upper += is_upper(run[i]);
		hex += is_digit(run[i]) || (run[i] >= 'a' && run[i] <= 'f');
		if (!i)
			continue;
		turns += is_digit(run[i]) != is_digit(run[i - 1]);
		cases += is_upper(run[i]) != is_upper(run[i - 1]) && !is_digit(run[i]) &&
			 !is_digit(run[i - 1]) && i > 1;
	}
	if (digits == size)
		return size >= DIGITS_MIN;
	/* Python's tempfile; CMake. */
	if (size > 3 && memcmp(run, "tmp", 3) == 0 &&
	    (size >= 3 + HEX_MIN || (size >= 3 + DIGITS_MIN && is_hex(run + 3, size - 3))))
		return true;
	if (size < RUN_MIN)
		return false;
	/* Capitals alone are in many a name: CMakeLists. */
	return turns >= 4 || (turns == 3 && size >= HEX_MIN) ||
	       (hex == size && size >= HEX_MIN && digits) ||
	       (digits && upper && cases + turns >= 3);
}

struct run {
	size_t from, size;
	bool random;
};

/* Six letters or digits at the end of a run, by themselves or behind a _, are where mkstemp(3) has
 * them: behind a beginning that says what it is. */
static bool ends_as_drawn(const char *name, size_t from, size_t size)
{
	enum { DRAWN = 6 };
	size_t n = 0;

	while (n < size && name[from + size - n - 1] != '_')
		n++;
	return n == DRAWN && from + size > DRAWN;
}

/* The part of a name that was made up, as far as it looks so: else what is where chance would be,
 * else the longest. */
static struct run find_run(const char *name, size_t size)
{
	struct run best = {0};
	bool drawn = false;

	for (size_t i = 0; i < size;) {
		size_t n = 0;
		bool random, as_drawn;

		while (i + n < size && is_run(name[i + n]))
			n++;
		random = n && is_random(name + i, n);
		as_drawn = n && ends_as_drawn(name, i, n);
		if (random > best.random ||
		    (random == best.random &&
		     (as_drawn > drawn || (as_drawn == drawn && n >= best.size && n)))) {
			best = (struct run){i, n, random};
			drawn = as_drawn;
		}
		i += n + 1;
	}
	return best;
}

static size_t name_at(const char *path, size_t size)
{
	while (size && path[size - 1] != '/')
		size--;
	return size;
}

bool diff_path_looks_made_up(const char *path, size_t size)
{
	size_t at = name_at(path, size);

	return find_run(path + at, size - at).random;
}

bool diff_path_may_be_drawn(const char *path, size_t size)
{
	size_t at = name_at(path, size);
	const struct run run = find_run(path + at, size - at);
	const char *last = path + at + run.from;
	bool digit = false, lower = false, upper = false;

	if (run.random || (run.size && ends_as_drawn(path + at, run.from, run.size)))
		return true;
	/* Not as a word has them: a capital is at the beginning of one. */
	for (size_t i = 0; i < run.size; i++) {
		digit |= is_digit(last[i]);
		lower |= last[i] >= 'a' && last[i] <= 'z';
		upper |= i && is_upper(last[i]);
	}
	return run.size >= RUN_MIN && (digit || (lower && upper));
}

bool diff_new_names_has(const struct new_names *n, const char *path, size_t size)
{
	return map_get(&n->by_path, hash_add(HASH_START, path, size));
}

int diff_new_names_add(struct new_names *n, const char *path, size_t size, uint32_t k)
{
	size_t at = name_at(path, size), length = size - at, place = n->labels.size;
	struct run run = find_run(path + at, length);

	if (n->by_path.count == SIDE_NAMES_MAX)
		return 0;
	if ((run.size < RUN_MIN && !run.random) || path[at] == '#')
		run = (struct run){0, length, true};
	buf_append(&n->labels, path + at, run.from);
	buf_printf(&n->labels, "<new#%u>", k);
	buf_append(&n->labels, path + at + run.from + run.size, length - run.from - run.size);
	buf_char(&n->labels, '\0');
	if (buf_error(&n->labels) < 0)
		return -ENOMEM;
	n->generation++;
	return map_put(&n->by_path, hash_add(HASH_START, path, size),
		       (void *)(uintptr_t)(place + 1));
}

void diff_new_names_done(struct new_names *n)
{
	map_done(&n->by_path);
	buf_done(&n->labels);
}

/* ---- what is another each time by what it is ---- */

static const struct place {
	const char *prefix;
	uint8_t marks;
} places[] = {
	{"/proc/sys/vm/overcommit_memory", OBJECT_ALLOCATOR | OBJECT_MASKED},
	{"/sys/devices/system/cpu/online", OBJECT_ALLOCATOR},
	{"/sys/devices/system/cpu/possible", OBJECT_ALLOCATOR},
	{"/sys/kernel/mm/transparent_hugepage/", OBJECT_ALLOCATOR},
	{"/proc/sys/kernel/random/", OBJECT_MASKED},
	{"/proc/sys/fs/", OBJECT_MASKED},
	{"/proc/sys/", 0},
	{"/proc/filesystems", 0},
	{"/proc/version", 0},
	{"/proc/cmdline", 0},
	{"/proc", OBJECT_MASKED},
	{"/sys/fs/cgroup/", OBJECT_MASKED},
	{"/sys/devices/system/node/", OBJECT_MASKED},
	{"/sys/class/thermal/", OBJECT_MASKED},
	/* Nobody reads what is thrown away. */
	{"/dev/null", OBJECT_MASKED},
	{"/dev/urandom", OBJECT_MASKED | OBJECT_RANDOM},
	{"/dev/random", OBJECT_MASKED | OBJECT_RANDOM},
	{"/dev/hwrng", OBJECT_MASKED | OBJECT_RANDOM},
	{"/dev/rtc", OBJECT_MASKED},
};

static uint8_t marks_of(const char *path, size_t size)
{
	static const char *const probed[] = {"/LC_MESSAGES/", "/glibc-hwcaps/"};
	static const char unwinder[] = "/libgcc_s.so.1";
	const size_t length = sizeof(unwinder) - 1;

	for (size_t i = 0; size > 1 && i < ARRAY_SIZE(places); i++) {
		size_t n;

		/* Most paths are somewhere else altogether. */
		if (path[1] != places[i].prefix[1])
			continue;
		n = strlen(places[i].prefix);
		if (size >= n && memcmp(path, places[i].prefix, n) == 0)
			return places[i].marks;
	}
	if (size >= length && memcmp(path + size - length, unwinder, length) == 0)
		return OBJECT_UNWINDER;
	for (const char *at = path, *end = path + size; (at = memchr(at, '/', (size_t)(end - at)));
	     at++) {
		for (size_t i = 0; i < ARRAY_SIZE(probed); i++) {
			size_t n = strlen(probed[i]);

			if ((size_t)(end - at) >= n && at[1] == probed[i][1] &&
			    memcmp(at, probed[i], n) == 0)
				return OBJECT_PROBED;
		}
	}
	return 0;
}

/* ---- numbers in names ---- */

static bool is_letter(char c)
{
	return is_run(c) && !is_digit(c) && c != '_';
}

/* Whether the word around these digits has others: then it is a hash or the like. */
static bool has_more_digits(const char *name, size_t size, size_t at, size_t count)
{
	for (size_t i = at; i > 0 && is_run(name[i - 1]); i--) {
		if (is_digit(name[i - 1]))
			return true;
	}
	for (size_t i = at + count; i < size && is_run(name[i]); i++) {
		if (is_digit(name[i]))
			return true;
	}
	return false;
}

/* "pid", just before. */
static bool is_called_pid(const char *name, size_t at)
{
	static const char pid[] = "pid";
	const size_t n = sizeof(pid) - 1;

	return at >= n && strncasecmp(name + at - n, pid, n) == 0;
}

/* Digits that are a process which is near: any others are a number that happens to be one, too,
 * and so are short ones within a word, unless it says what they are. */
static void say_numbers(const struct path_ways *w, const char *name, size_t size, struct buf *ret)
{
	enum { ALONE_MIN = 3, WITHIN_MIN = 4, DIGITS_MAX = 10 };

	for (size_t i = 0, n; i < size; i += n) {
		uint64_t value = 0;
		bool within;

		for (n = 0; i + n < size && is_digit(name[i + n]); n++)
			value = n < DIGITS_MAX ? value * 10 + (uint64_t)(name[i + n] - '0')
					       : UINT64_MAX;
		if (!n) {
			buf_char(ret, name[i]);
			n = 1;
			continue;
		}
		within = (i && is_letter(name[i - 1])) || (i + n < size && is_letter(name[i + n]));
		within &= !is_called_pid(name, i);
		if ((within && has_more_digits(name, size, i, n)) ||
		    n < (within ? WITHIN_MIN : ALONE_MIN) || name[i] == '0' || value > UINT32_MAX ||
		    !w->pid(w->context, (uint32_t)value, true, ret))
			buf_append(ret, name + i, n);
	}
}

/* Three digits in a row: of three places in a row one is every third. */
static bool has_number(const char *name, size_t size)
{
	for (size_t i = 2; i < size; i += 3) {
		size_t before = 0, behind = 0;

		if (!is_digit(name[i]))
			continue;
		while (before < 2 && is_digit(name[i - before - 1]))
			before++;
		while (behind < 2 && i + behind + 1 < size && is_digit(name[i + behind + 1]))
			behind++;
		if (before + behind >= 2)
			return true;
	}
	return false;
}

void diff_name_label(const struct path_ways *w, const char *name, size_t size, struct buf *ret)
{
	if (w->pid && has_number(name, size))
		say_numbers(w, name, size, ret);
	else
		buf_append(ret, name, size);
}

static bool is_number(const char *name, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		if (!is_digit(name[i]))
			return false;
	}
	return size;
}

static uint32_t number(const char *name, size_t size)
{
	uint64_t value = 0;

	for (size_t i = 0; i < size && value <= UINT32_MAX; i++)
		value = value * 10 + (uint64_t)(name[i] - '0');
	return value <= UINT32_MAX ? (uint32_t)value : 0;
}

/* Directories in which every number is a process, or means nothing. */
static bool say_numbered(const struct path_ways *w, const char *path, size_t before,
			 const char *name, size_t size, struct buf *ret)
{
	static const char proc[] = "/proc/", pts[] = "/dev/pts/", task[] = "/task/", fds[] = "/fd/",
			  infos[] = "/fdinfo/";
	size_t from = ret->size;
	bool in_proc = before >= sizeof(proc) - 1 && memcmp(path, proc, sizeof(proc) - 1) == 0;

#define ENDS_WITH(what)                                                                            \
	(before >= sizeof(what) - 1 &&                                                             \
	 memcmp(path + before - (sizeof(what) - 1), what, sizeof(what) - 1) == 0)
	if (!is_number(name, size))
		return false;
	if (in_proc && (before == sizeof(proc) - 1 || ENDS_WITH(task))) {
		if (!w->pid || !w->pid(w->context, number(name, size), false, ret))
			buf_char(ret, '*');
		/* As most programs write it. */
		if (ret->size - from == 6 && memcmp(ret->data + from, "<self>", 6) == 0) {
			buf_truncate(ret, from);
			buf_str(ret, "self");
		}
		return true;
	}
	if (ENDS_WITH(pts) || (in_proc && size > 1 && (ENDS_WITH(fds) || ENDS_WITH(infos)))) {
		buf_char(ret, '*');
		return true;
	}
#undef ENDS_WITH
	return false;
}

/* ---- the directory of the path before ---- */

/* How much of the path is said by that; 0: nothing. */
static size_t say_last_directory(const struct path_ways *w, const char *path, size_t size,
				 size_t root, struct buf *ret)
{
	const struct path_directory *d = w->last;

	/* A root may be below it. */
	if (!d || !d->path.size || d->path.size >= size || root > d->path.size ||
	    path[d->path.size] != '/' || d->stamp != w->stamp || w->names->by_path.count ||
	    memcmp(path, d->path.data, d->path.size) != 0)
		return 0;
	buf_append(ret, d->label.data, d->label.size);
	return d->path.size;
}

/* @label: of the path up to @size, where a directory ends. */
static void note_directory(const struct path_ways *w, const char *path, size_t size,
			   const char *label, size_t label_size)
{
	struct path_directory *d = w->last;

	if (!d || w->names->by_path.count)
		return;
	buf_clear(&d->path);
	buf_clear(&d->label);
	d->stamp = w->stamp;
	buf_append(&d->path, path, size);
	buf_append(&d->label, label, label_size);
	if (buf_error(&d->path) < 0 || buf_error(&d->label) < 0)
		buf_clear(&d->path);
}

void diff_path_directory_done(struct path_directory *d)
{
	buf_done(&d->path);
	buf_done(&d->label);
}

/* ---- the label ---- */

void diff_path_label(const struct path_ways *w, const char *path, size_t size, struct buf *ret,
		     uint8_t *ret_marks, bool *ret_new)
{
	const struct root *root = root_of(w->roots, path, size);
	size_t at = root ? root->size : 0, from = ret->size, last, label_size = 0;
	bool any_new = w->names->by_path.count;
	uint64_t hash = any_new ? hash_add(HASH_START, path, at) : 0;

	*ret_marks = marks_of(path, size);
	*ret_new = false;
	last = say_last_directory(w, path, size, at, ret);
	if (!last)
		buf_str(ret, root ? root->name : "");
	at = last ? last : at;
	while (at < size) {
		size_t slash = path[at] == '/', n = 1;
		const char *name = path + at + slash;
		uintptr_t made;

		while (at + n < size && path[at + n] != '/')
			n++;
		if (at + n == size && at > last) {
			last = at;
			label_size = ret->size - from;
		}
		buf_str(ret, slash ? "/" : "");
		if (any_new)
			hash = hash_add(hash, path + at, n);
		made = any_new ? (uintptr_t)map_get(&w->names->by_path, hash) : 0;
		*ret_new |= made;
		if (made)
			buf_str(ret, w->names->labels.data + made - 1);
		else if (!say_numbered(w, path, at + slash, name, n - slash, ret))
			diff_name_label(w, name, n - slash, ret);
		at += n;
	}
	if (label_size && buf_error(ret) == 0)
		note_directory(w, path, last, ret->data + from, label_size);
}

/* ---- joining ---- */

static void go_up(struct buf *b, size_t from)
{
	size_t size = b->size;

	while (size > from && b->data[size - 1] != '/')
		size--;
	buf_truncate(b, size > from ? size - 1 : from);
}

void diff_path_join(const char *base, size_t base_size, const void *path, size_t size,
		    struct buf *ret)
{
	const char *at = path, *end = at + size;
	size_t from = ret->size;

	if (size && *at != '/') {
		while (base_size && base[base_size - 1] == '/')
			base_size--;
		buf_append(ret, base, base_size);
	}
	while (at < end && buf_error(ret) == 0) {
		size_t n = 0;

		while (at < end && *at == '/')
			at++;
		while (at + n < end && at[n] != '/')
			n++;
		if (n == 2 && at[0] == '.' && at[1] == '.') {
			go_up(ret, from);
		} else if (n && !(n == 1 && at[0] == '.')) {
			buf_char(ret, '/');
			buf_append(ret, at, n);
		}
		at += n;
	}
	if (ret->size == from && size)
		buf_char(ret, '/');
}
