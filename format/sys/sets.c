/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The sets of -e trace=. Most are lists of names; which calls take a file name and which a
 * descriptor is asked of the descriptions, so that a new call is in the right set
 * without being listed.
 */
#include "sets.h"

#include "table.h"

#include <string.h>

struct set {
	const char *name;
	bool (*derived)(const struct sys_desc *);
	const char *calls;
};

static bool listed(const char *calls, const char *name)
{
	size_t len = strlen(name);

	while (*calls) {
		size_t word = strcspn(calls, " ");

		if (word == len && memcmp(calls, name, len) == 0)
			return true;
		calls += word + (calls[word] == ' ');
	}
	return false;
}

/* Whether any field of the call, or of one of its variants, is what is looked for. */
static bool any_field(const struct sys_desc *desc, bool (*wanted)(const struct sys_field *))
{
	for (size_t i = 0; i < desc->count; i++) {
		if (wanted(&desc->field[i]))
			return true;
	}
	for (size_t i = 0; desc->cases && i < desc->cases->count; i++) {
		if (any_field(desc->cases->variant[i].desc(), wanted))
			return true;
	}
	return false;
}

/* That of getcwd, which gives a name, counts too. */
static bool is_path(const struct sys_field *field)
{
	return field->kind == K_PATH;
}

static bool is_descriptor(const struct sys_field *field)
{
	if (field->kind == K_FD || field->kind == K_ATFD || field->kind == K_FDSET)
		return true;
	/* pipe, poll: arrays of them */
	return field->mem == MEM_ARRAY && field->of && field->of()->count &&
	       is_descriptor(field->of()->field);
}

static bool takes_file(const struct sys_desc *desc)
{
	return any_field(desc, is_path);
}

static bool takes_descriptor(const struct sys_desc *desc);

static const struct set sets[] = {
	{"file", takes_file, ""},
	{"desc", takes_descriptor, ""},
#define SET(nm, list)     {#nm, NULL, list},
#define SET_ALL(nm, list) {"%" #nm, NULL, list},
#include "sets.def"
#undef SET
#undef SET_ALL
};

static const struct set *find_set(const char *name)
{
	if (*name == '%')
		name++;
	if (strcmp(name, "net") == 0)
		name = "network";
	for (size_t i = 0; i < sizeof(sets) / sizeof(sets[0]); i++) {
		if (strcmp(sets[i].name, name) == 0)
			return &sets[i];
	}
	return NULL;
}

/* strace counts socket calls as network only. */
static bool takes_descriptor(const struct sys_desc *desc)
{
	if (listed(find_set("network")->calls, desc->name) && strcmp(desc->name, "sendfile") != 0)
		return false;
	return desc->ret == K_FD || any_field(desc, is_descriptor);
}

bool sys_set_known(const char *set)
{
	return find_set(set) != NULL;
}

bool sys_set_contains(const char *set, const struct sys_desc *desc)
{
	const struct set *s = find_set(set);

	if (!s)
		return false;
	desc = sys_said(desc);
	return s->derived ? s->derived(desc) : listed(s->calls, desc->name);
}
