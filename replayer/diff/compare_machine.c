/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The machines on which the tapes were recorded. That they differ is no difference between runs
 * that did the same; beside others it may be why.
 */
#include "compare_priv.h"
#include "rules.h"

#include "base/cleanup.h"
#include "base/hash.h"

#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

static const struct fact {
	const char *name; /* as `ignore env` of the rules has it */
	size_t at;        /* of a char * in the header */
} facts[] = {
	{"kernel", offsetof(struct meta_header, release)},
	{"machine", offsetof(struct meta_header, machine)},
	{"processor", offsetof(struct meta_header, cpu)},
	{"libc", offsetof(struct meta_header, libc)},
	{"distribution", offsetof(struct meta_header, distribution)},
};

static int compare_fact(struct comparison *c, const char *name, const char *was, const char *now)
{
	struct compare_new x = {.kind = FIND_MACHINE,
				.detail = hash_add(HASH_START, name, strlen(name)),
				.subject = name,
				.was = was,
				.now = now};
	int failed = 0;

	/* What one of the tapes does not say may be equal. */
	if (!was || !now || !*was || !*now || strcmp(was, now) == 0 ||
	    rules_ignore(c->rules, RULE_ENVIRONMENT, name))
		return 0;
	x.shape = x.detail;
	compare_add(c, &x, &failed);
	return failed;
}

static const char *value_of(const struct meta_header *h, const struct fact *f)
{
	const char *ret;

	memcpy(&ret, (const char *)h + f->at, sizeof(ret));
	return ret;
}

int compare_machines(struct comparison *c)
{
	const struct meta_header *a = c->a->header, *b = c->b->header;
	char was[24] = "", now[24] = "";
	int r = 0;

	if (!a || !b)
		return 0;
	for (size_t i = 0; r == 0 && i < ARRAY_SIZE(facts); i++)
		r = compare_fact(c, facts[i].name, value_of(a, &facts[i]), value_of(b, &facts[i]));
	if (a->cpus && b->cpus) {
		snprintf(was, sizeof(was), "%" PRIu32, a->cpus);
		snprintf(now, sizeof(now), "%" PRIu32, b->cpus);
	}
	return r == 0 ? compare_fact(c, "processors", was, now) : r;
}
