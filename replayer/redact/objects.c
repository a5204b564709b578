/* SPDX-License-Identifier: Apache-2.0 */
#include "objects.h"

#include "base/cleanup.h"
#include "base/hash.h"
#include "base/map.h"
#include "sys/table.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	LEARNED_MAX = 256,
	CACHE_MAX = 1 << 16,
	FAMILY_UNIX = 1,
	/* As asm-generic/ioctls.h has them, and struct termios as the kernel has it. */
	GET = 0x5401,
	SET_NOW = 0x5402,
	SET_DRAINED = 0x5403,
	SET_FLUSHED = 0x5404,
	GET_NUMBER = (int)0x80045430, /* TIOCGPTN: of the other side */
	LOCAL_FLAGS = 12,
	CANONICAL = 2,
	ECHO_ON = 8,
};
#define GET2         UINT64_C(0x802c542a)
#define SET2_NOW     UINT64_C(0x402c542b)
#define SET2_FLUSHED UINT64_C(0x402c542d)

static const struct rules_object agent = {REDACT_AGENT, CONTENT_NONE};
static const struct rules_object typed_line = {REDACT_TERMINAL, CONTENT_LINE};
static const struct rules_object typed_raw = {REDACT_TERMINAL, CONTENT_TYPED};
static const struct rules_object too_many = {REDACT_STORE, CONTENT_NONE};
static const struct rules_object harmless;

/* Of a terminal. */
enum { SHOWS = 1, HIDES_LINES, HIDES_ALL };

struct learned {
	char *path;
	struct rules_object object;
};

struct objects {
	const struct rules *rules;
	struct learned learned[LEARNED_MAX];
	size_t count;
	struct map by_path; /* hash of a path: what it is */
	struct rules_object *kinds[CACHE_MAX];
	size_t kind_count;
	struct map terminals; /* hash of a name: SHOWS … */
	struct map masters;   /* id of a description: hash of the name of the other side */
};

struct objects *objects_new(const struct rules *rules)
{
	struct objects *o = calloc(1, sizeof(*o));

	if (o)
		o->rules = rules;
	return o;
}

struct objects *objects_free(struct objects *o)
{
	if (!o)
		return NULL;
	for (size_t i = 0; i < o->count; i++)
		free(o->learned[i].path);
	for (size_t i = 0; i < o->kind_count; i++)
		free(o->kinds[i]);
	map_done(&o->by_path);
	map_done(&o->terminals);
	map_done(&o->masters);
	free(o);
	return NULL;
}

void objects_forget(struct objects *o)
{
	map_done(&o->terminals);
	map_done(&o->masters);
}

/* ---- what was said to be secret ---- */

int objects_learn(struct objects *o, const char *path, size_t size,
		  const struct rules_object *object)
{
	for (size_t i = 0; i < o->count; i++) {
		if (strlen(o->learned[i].path) == size &&
		    memcmp(o->learned[i].path, path, size) == 0)
			return 0;
	}
	if (!size || o->count == LEARNED_MAX)
		return 0;
	o->learned[o->count].path = strndup(path, size);
	if (!o->learned[o->count].path)
		return -ENOMEM;
	o->learned[o->count++].object = *object;
	/* What it was taken for so far. */
	map_done(&o->by_path);
	return 0;
}

static const struct rules_object *learned(const struct objects *o, const char *path, size_t size)
{
	for (size_t i = 0; i < o->count; i++) {
		if (strlen(o->learned[i].path) == size &&
		    memcmp(o->learned[i].path, path, size) == 0)
			return &o->learned[i].object;
	}
	return NULL;
}

/* ---- paths ---- */

static const struct rules_object *of_path(struct objects *o, const char *path, size_t size)
{
	uint64_t hash = hash_add(HASH_START, path, size);
	const struct rules_object *found = map_get(&o->by_path, hash);
	struct rules_object object, *copy;

	if (!found) {
		found = learned(o, path, size);
		if (!found && rules_is_secret_path(o->rules, path, size, &object)) {
			copy = o->kind_count < CACHE_MAX ? malloc(sizeof(*copy)) : NULL;
			/* Rather too much is replaced than too little. */
			found = copy ? copy : &too_many;
			if (copy)
				o->kinds[o->kind_count++] = copy;
			if (copy)
				*copy = object;
		}
		if (!found)
			found = &harmless;
		/* It is only to be quick. */
		if (o->by_path.count < CACHE_MAX)
			map_put(&o->by_path, hash, (void *)(uintptr_t)found);
	}
	return found == &harmless ? NULL : found;
}

/* ---- sockets ---- */

static bool is_agent_path(const char *path)
{
	static const char *const globs[] = {"*/ssh-*/agent.*", "*/S.gpg-agent*", "*/S.scdaemon",
					    "*/keyring/*",     "*/keyring-*/*",  "*/agent.sock",
					    "*/ssh-agent*",    "*/gpg-agent*",   "*/.1password/*"};

	for (size_t i = 0; i < ARRAY_SIZE(globs); i++) {
		if (fnmatch(globs[i], path, 0) == 0)
			return true;
	}
	return false;
}

static bool is_agent_address(const struct objects *o, const struct state_address *a)
{
	char path[STATE_ADDRESS_MAX + 1];
	const struct rules_object *known;
	size_t size;

	if (a->size <= 2 || (a->bytes[0] | a->bytes[1] << 8) != FAMILY_UNIX)
		return false;
	size = strnlen((const char *)a->bytes + 2, a->size - 2U);
	memcpy(path, a->bytes + 2, size);
	path[size] = '\0';
	known = learned(o, path, size);
	return (known && known->class == REDACT_AGENT) || is_agent_path(path);
}

static const struct rules_object *of_socket(const struct objects *o, const struct state_file *f)
{
	if (f->socket &&
	    (is_agent_address(o, &f->socket->local) || is_agent_address(o, &f->socket->peer)))
		return &agent;
	/* One that was accepted has its address from the listening one, or its peer has. */
	if (f->peer && f->peer->socket &&
	    (is_agent_address(o, &f->peer->socket->local) ||
	     is_agent_address(o, &f->peer->socket->peer)))
		return &agent;
	return NULL;
}

/* ---- terminals ---- */

static bool begins(const struct state_file *f, const char *text)
{
	size_t n = strlen(text);

	return f->kind == STATE_NAMED && f->text && f->size >= n && memcmp(f->text, text, n) == 0;
}

static bool is_terminal(const struct state_file *f)
{
	return begins(f, "/dev/pts/") || begins(f, "/dev/tty") || begins(f, "/dev/console");
}

static bool is_master(const struct state_file *f)
{
	return f->kind == STATE_NAMED && f->text &&
	       ((f->size == 9 && memcmp(f->text, "/dev/ptmx", 9) == 0) ||
		(f->size == 13 && memcmp(f->text, "/dev/pts/ptmx", 13) == 0));
}

/* Flags that were set, or that were there when somebody asked: a recording may begin later. */
static int take_flags(struct objects *o, const struct state_file *f, const struct event *e,
		      bool asked)
{
	size_t n;
	const uint8_t *at =
		event_bytes(e, asked ? EVENT_AT_EXIT : EVENT_AT_ENTRY, e->call.args[2], &n);
	uint64_t name = hash_add(HASH_START, f->text, f->size);
	uintptr_t mode = SHOWS;

	if (!at || n < LOCAL_FLAGS + 4)
		return 0;
	if (!(at[LOCAL_FLAGS] & ECHO_ON))
		mode = at[LOCAL_FLAGS] & CANONICAL ? HIDES_LINES : HIDES_ALL;
	if (is_master(f)) {
		uint64_t *slave = map_get(&o->masters, f->id);

		name = slave ? (uint64_t)(uintptr_t)slave : name;
	}
	/* The other name of it, for those whose terminal it is; rather too often than not. */
	if (!asked && map_put(&o->terminals, hash_add(HASH_START, "/dev/tty", 8), (void *)mode) < 0)
		return -ENOMEM;
	return map_put(&o->terminals, name, (void *)mode);
}

static int take_number(struct objects *o, const struct state_file *f, const struct event *e)
{
	size_t n;
	const uint8_t *at = event_bytes(e, EVENT_AT_EXIT, e->call.args[2], &n);
	char name[32];
	uint64_t hash;

	if (!at || n < 4)
		return 0;
	n = (size_t)snprintf(name, sizeof(name), "/dev/pts/%u",
			     (unsigned)(at[0] | at[1] << 8 | at[2] << 16));
	hash = hash_add(HASH_START, name, n);
	return map_put(&o->masters, f->id, (void *)(uintptr_t)hash);
}

int objects_take(struct objects *o, const struct state *s, const struct event *e)
{
	static const char *const names[] = {"ioctl", NULL};
	const struct state_file *f;
	uint64_t request = e->call.args[1];

	if ((e->kind != EVENT_CALL && e->kind != EVENT_END) || e->call.state != EVENT_FINISHED ||
	    e->call.ret < 0 || !sys_is_named(sys_find(e->call.arch, e->call.nr), names))
		return 0;
	f = state_at_entry(s, e, (int32_t)e->call.args[0]);
	if (!f)
		return 0;
	if ((uint32_t)request == (uint32_t)GET_NUMBER)
		return is_master(f) ? take_number(o, f, e) : 0;
	if ((request < GET || request > SET_FLUSHED) && request != GET2 &&
	    (request < SET2_NOW || request > SET2_FLUSHED))
		return 0;
	return is_terminal(f) || is_master(f)
		       ? take_flags(o, f, e, request == GET || request == GET2)
		       : 0;
}

static const struct rules_object *of_terminal(struct objects *o, const struct state_file *f,
					      bool out)
{
	uint64_t name = hash_add(HASH_START, f->text, f->size);
	uintptr_t mode;

	/* What is typed is read from one side, and written to the other. */
	if (is_master(f) != out)
		return NULL;
	if (is_master(f))
		name = (uint64_t)(uintptr_t)map_get(&o->masters, f->id);
	mode = (uintptr_t)map_get(&o->terminals, name);
	/* The flags may have been set by the other name. */
	if (is_master(f) && mode != HIDES_LINES && mode != HIDES_ALL)
		mode = (uintptr_t)map_get(&o->terminals, hash_add(HASH_START, "/dev/tty", 8));
	return mode == HIDES_LINES ? &typed_line : mode == HIDES_ALL ? &typed_raw : NULL;
}

const struct rules_object *objects_secret(struct objects *o, const struct state_file *f, bool out)
{
	if (!f)
		return NULL;
	if (f->kind == STATE_SOCKET)
		return of_socket(o, f);
	if (f->kind != STATE_NAMED || !f->text)
		return NULL;
	if (is_terminal(f) || is_master(f))
		return of_terminal(o, f, out);
	return of_path(o, f->text, f->size);
}
