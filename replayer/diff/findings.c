/* SPDX-License-Identifier: Apache-2.0 */
#include "findings.h"

#include "base/cleanup.h"
#include "base/hash.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const char *const levels[] = {"environment", "budget", "exit",  "error", "process",
				     "peer",        "path",   "flags", "call",  "bytes",
				     "count",       "order",  "time",  NULL};

struct kind {
	const char *word, *level;
};

static const struct kind kinds[FIND_KINDS] = {
	[FIND_ENVIRONMENT] = {"environment", "environment"},
	[FIND_EXECUTABLE] = {"executable", "environment"},
	[FIND_ARGUMENTS] = {"arguments", "environment"},
	[FIND_BUDGET] = {"budget", "budget"},
	[FIND_EXIT] = {"exit", "exit"},
	[FIND_FAILS] = {"now-fails", "error"},
	[FIND_SUCCEEDS] = {"no-longer-fails", "error"},
	[FIND_ERROR] = {"other-error", "error"},
	[FIND_SIGNAL] = {"signal", "exit"},
	[FIND_PROCESS_NEW] = {"process-new", "process"},
	[FIND_PROCESS_GONE] = {"process-gone", "process"},
	[FIND_THREAD_NEW] = {"thread-new", "process"},
	[FIND_THREAD_GONE] = {"thread-gone", "process"},
	[FIND_EXEC_INSTEAD] = {"executes-instead", "process"},
	[FIND_PEER_INSTEAD] = {"peer-instead", "peer"},
	[FIND_INSTEAD] = {"path-instead", "path"},
	[FIND_PEER_NEW] = {"peer-new", "peer"},
	[FIND_PEER_GONE] = {"peer-gone", "peer"},
	[FIND_PATH_NEW] = {"path-new", "path"},
	[FIND_PATH_GONE] = {"path-gone", "path"},
	[FIND_FLAGS] = {"flags", "flags"},
	[FIND_INHERITS] = {"inherits", "flags"},
	[FIND_ARGUMENT] = {"argument", "flags"},
	[FIND_RESULT] = {"result", "call"},
	[FIND_CALL_NEW] = {"call-new", "call"},
	[FIND_CALL_GONE] = {"call-gone", "call"},
	[FIND_BYTES] = {"bytes", "bytes"},
	[FIND_COUNT] = {"count", "count"},
	[FIND_ORDER] = {"order", "order"},
	[FIND_TIME] = {"time", "time"},
	[FIND_MACHINE] = {"machine", "environment"},
};

const char *finding_word(enum finding_kind kind)
{
	return kinds[kind].word;
}

const char *finding_level(enum finding_kind kind)
{
	return kinds[kind].level;
}

const char *const *finding_levels(void)
{
	return levels;
}

int finding_level_rank(const char *level)
{
	for (size_t i = 0; levels[i]; i++) {
		if (strcmp(levels[i], level) == 0)
			return (int)i;
	}
	return -1;
}

static uint64_t identity(enum finding_kind kind, uint32_t node, uint64_t detail)
{
	const uint64_t all[] = {(uint64_t)kind, node, detail};

	return hash_add(HASH_START, all, sizeof(all));
}

struct finding *findings_find(const struct findings *f, enum finding_kind kind, uint32_t node,
			      uint64_t detail)
{
	const uintptr_t place = (uintptr_t)map_get(&f->known, identity(kind, node, detail));

	return place ? &f->at[place - 1] : NULL;
}

static int grow(struct findings *f)
{
	const size_t capacity = f->capacity ? f->capacity * 2 : 64;
	struct finding *at;

	if (f->count < f->capacity)
		return 0;
	at = realloc(f->at, capacity * sizeof(*at));
	if (!at)
		return -ENOMEM;
	f->at = at;
	f->capacity = capacity;
	return 0;
}

struct finding *findings_get(struct findings *f, enum finding_kind kind, uint32_t node,
			     uint64_t detail, bool *ret_fresh, int *ret_failed)
{
	struct finding *there = findings_find(f, kind, node, detail);

	*ret_fresh = !there;
	if (there)
		return there;
	if (f->count == FINDINGS_MAX) {
		f->left_out++;
		return NULL;
	}
	if (grow(f) < 0 || map_put(&f->known, identity(kind, node, detail),
				   (void *)(uintptr_t)(f->count + 1)) < 0) {
		*ret_failed = -ENOMEM;
		return NULL;
	}
	f->at[f->count] = (struct finding){.kind = (uint8_t)kind, .node = node};
	return &f->at[f->count++];
}

void findings_done(struct findings *f)
{
	for (size_t i = 0; i < f->count; i++) {
		free(f->at[i].subject);
		free(f->at[i].was);
		free(f->at[i].now);
		free(f->at[i].note);
		free(f->at[i].excerpt);
	}
	free(f->at);
	map_done(&f->known);
	*f = (struct findings){0};
}

/* Letters and digits in a row that have a digit in them, or both cases of letters in the middle
 * of six or more, are by chance. */
static size_t chance(const char *at, bool *ret)
{
	bool digit = false, lower = false, upper = false;
	size_t n = 0;

	for (; isalnum((unsigned char)at[n]); n++) {
		digit |= isdigit((unsigned char)at[n]) != 0;
		lower |= islower((unsigned char)at[n]) != 0;
		upper |= isupper((unsigned char)at[n]) != 0 && n > 0;
	}
	*ret = digit || (lower && upper && n >= 6);
	return n;
}

uint64_t finding_shape(const char *text)
{
	uint64_t h = HASH_START;

	while (*text) {
		bool by_chance = false;
		size_t n = chance(text, &by_chance);

		if (by_chance)
			h = hash_add(h, "#", 1);
		else
			h = hash_add(h, text, n ? n : 1);
		text += n ? n : 1;
	}
	return h;
}
