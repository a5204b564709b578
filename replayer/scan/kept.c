/* SPDX-License-Identifier: Apache-2.0 */
#include "kept.h"

#include "replayer/export/json.h"
#include "replayer/print/escape.h"

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/hash.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { SHOWN_MAX = 40, WIDTH_MAX = 160, TOKEN = '~' };

struct kept {
	uint8_t *text;
	size_t size;
	uint64_t count;
	int telling;
};

/* ---- how much it tells ---- */

static bool begins_with_one(const struct kept *k, const char *const *list)
{
	for (; *list; list++) {
		size_t n = strlen(*list);

		if (k->size >= n && memcmp(k->text, *list, n) == 0)
			return true;
	}
	return false;
}

static bool has(const struct kept *k, const char *what)
{
	return memmem(k->text, k->size, what, strlen(what));
}

/* Where people have their things; where the system has its own. */
static int telling_path(const struct kept *k)
{
	static const char *const own[] = {"/home/", "/root/", "/srv/", "/mnt/", "/media/", NULL};
	static const char *const everybodys[] = {"/usr/", "/lib",  "/bin/", "/sbin/", "/proc/",
						 "/sys/", "/dev/", "/etc/", "/run/",  "/var/",
						 "/opt/", "/tmp/", NULL};

	return begins_with_one(k, own) ? 2 : begins_with_one(k, everybodys) ? 0 : 1;
}

/* Words with something in them, words, options, paths. */
static int telling_argument(const struct kept *k)
{
	if (has(k, "@") || has(k, "://") || has(k, "=") || has(k, " "))
		return 3;
	if (k->text[0] == '-')
		return 0;
	return k->text[0] == '/' ? telling_path(k) : 2;
}

static int telling_address(const struct kept *k)
{
	static const char *const nobodys[] = {"127.", "0.", "255.", "::1", "224.", "239.", NULL};
	static const char *const networks[] = {
		"10.", "192.168.", "172.", "169.254.", "fe80:", "fd", "00:00:00", "ff:ff:ff", NULL};

	return begins_with_one(k, nobodys) ? 0 : begins_with_one(k, networks) ? 1 : 2;
}

static int telling_variable(const struct kept *k)
{
	static const char *const usual[] = {"PATH",      "HOME",     "USER",    "SHELL",  "TERM",
					    "LANG",      "LC_",      "PWD",     "OLDPWD", "_",
					    "SHLVL",     "HOSTNAME", "LOGNAME", "EDITOR", "PAGER",
					    "LS_COLORS", NULL};

	return begins_with_one(k, usual) ? 0 : 1;
}

static int telling_user(const struct kept *k)
{
	return k->size == 4 && memcmp(k->text, "root", 4) == 0 ? 0 : 1;
}

static int telling_host(const struct kept *k)
{
	static const char *const nobodys[] = {"localhost", "www.w3.org", NULL};

	return begins_with_one(k, nobodys) ? 0 : 1;
}

static const struct {
	const char *name;
	int (*telling)(const struct kept *k); /* NULL: all the same */
} kinds[KEPT_KINDS] = {
	[KEPT_USERS] = {"users and homes", telling_user},
	[KEPT_MAIL] = {"addresses of mail", NULL},
	[KEPT_HOSTS] = {"hosts", telling_host},
	[KEPT_ADDRESSES] = {"addresses", telling_address},
	[KEPT_ARGUMENTS] = {"arguments", telling_argument},
	[KEPT_VARIABLES] = {"variables", telling_variable},
	[KEPT_PATHS] = {"paths", telling_path},
};

/* ---- taking ---- */

static struct kept *make(enum kept_kind kind, const void *text, size_t size)
{
	struct kept *k = calloc(1, sizeof(*k));

	if (!k)
		return NULL;
	k->text = malloc(size);
	if (!k->text) {
		free(k);
		return NULL;
	}
	memcpy(k->text, text, size);
	k->size = size;
	k->count = 1;
	k->telling = kinds[kind].telling ? kinds[kind].telling(k) : 0;
	return k;
}

static void kept_free(struct kept *k)
{
	free(k->text);
	free(k);
}

static int append(struct kept_list *l, uint64_t hash, struct kept *k)
{
	if (l->count == l->capacity) {
		size_t capacity = l->capacity ? l->capacity * 2 : 64;
		struct kept **grown = reallocarray(l->all, capacity, sizeof(*grown));

		if (!grown)
			return -ENOMEM;
		l->all = grown;
		l->capacity = capacity;
	}
	if (map_put(&l->by_hash, hash, k) < 0)
		return -ENOMEM;
	l->all[l->count++] = k;
	l->bytes += k->size;
	return 0;
}

int kept_add(struct kept_lists *lists, enum kept_kind kind, const void *text, size_t size)
{
	struct kept_list *l = &lists->of[kind];
	struct kept *k;
	uint64_t hash;

	if (!size || *(const uint8_t *)text == TOKEN)
		return 0;
	size = size < KEPT_TEXT_MAX ? size : KEPT_TEXT_MAX;
	hash = hash_add(HASH_START, text, size);
	k = map_get(&l->by_hash, hash);
	if (k) {
		k->count++;
		return 0;
	}
	if (l->count == KEPT_MAX || l->bytes > KEPT_BYTES_MAX) {
		l->more++;
		return 0;
	}
	k = make(kind, text, size);
	if (!k || append(l, hash, k) < 0) {
		if (k)
			kept_free(k);
		return -ENOMEM;
	}
	return 0;
}

void kept_done(struct kept_lists *lists)
{
	for (size_t i = 0; i < KEPT_KINDS; i++) {
		struct kept_list *l = &lists->of[i];

		for (size_t k = 0; k < l->count; k++)
			kept_free(l->all[k]);
		free(l->all);
		map_done(&l->by_hash);
		*l = (struct kept_list){.count = 0};
	}
}

static int hide(struct kept *k, kept_secret_fn *is_secret, const void *context)
{
	static const char instead[] = "(looks like a secret)";
	cleanup_free char *copy = strndup((const char *)k->text, k->size);
	uint8_t *text;

	if (!copy)
		return -ENOMEM;
	if (!is_secret(context, copy))
		return 0;
	text = malloc(sizeof(instead));
	if (!text)
		return -ENOMEM;
	memcpy(text, instead, sizeof(instead));
	free(k->text);
	k->text = text;
	k->size = sizeof(instead) - 1;
	return 0;
}

int kept_hide(struct kept_lists *lists, kept_secret_fn *is_secret, const void *context)
{
	int r = 0;

	for (size_t i = 0; i < KEPT_KINDS; i++) {
		for (size_t k = 0; r == 0 && k < lists->of[i].count; k++)
			r = hide(lists->of[i].all[k], is_secret, context);
	}
	return r;
}

/* ---- saying ---- */

static int compare(const void *a, const void *b)
{
	const struct kept *x = *(struct kept *const *)a, *y = *(struct kept *const *)b;
	size_t size = x->size < y->size ? x->size : y->size;
	int order;

	if (x->telling != y->telling)
		return x->telling > y->telling ? -1 : 1;
	if (x->count != y->count)
		return x->count > y->count ? -1 : 1;
	order = memcmp(x->text, y->text, size);
	return order ? order : (x->size > y->size) - (x->size < y->size);
}

static void sort(struct kept_list *l)
{
	if (l->count)
		qsort(l->all, l->count, sizeof(struct kept *), compare);
}

static void say_one(const struct kept *k, struct buf *ret)
{
	buf_printf(ret, "%9" PRIu64 "  ", k->count);
	escape_text(ret, (const char *)k->text, k->size < WIDTH_MAX ? k->size : WIDTH_MAX);
	buf_str(ret, k->size < WIDTH_MAX ? "\n" : "...\n");
}

void kept_say(struct kept_lists *lists, struct buf *ret)
{
	for (size_t i = 0; i < KEPT_KINDS; i++) {
		struct kept_list *l = &lists->of[i];

		if (!l->count)
			continue;
		sort(l);
		buf_printf(ret, "\nKept: %s, %zu%s\n", kinds[i].name, l->count,
			   l->more ? " and more, for which there was no room" : "");
		for (size_t k = 0; k < l->count && k < SHOWN_MAX; k++)
			say_one(l->all[k], ret);
		if (l->count > SHOWN_MAX)
			buf_printf(ret, "           and %zu more (--json has all)\n",
				   l->count - SHOWN_MAX);
	}
}

void kept_json(struct kept_lists *lists, struct buf *ret)
{
	json_key(ret, "kept");
	for (size_t i = 0; i < KEPT_KINDS; i++) {
		struct kept_list *l = &lists->of[i];

		sort(l);
		buf_char(ret, i ? ',' : '{');
		json_string(ret, kinds[i].name, strlen(kinds[i].name));
		buf_str(ret, ":[");
		for (size_t k = 0; k < l->count; k++) {
			buf_str(ret, k ? "," : "");
			json_string(ret, l->all[k]->text, l->all[k]->size);
		}
		buf_char(ret, ']');
	}
	buf_char(ret, '}');
}
