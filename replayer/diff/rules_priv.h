/* SPDX-License-Identifier: Apache-2.0 */
/* A rule as it was read. */
#ifndef DIFF_RULES_PRIV_H
#define DIFF_RULES_PRIV_H

#include "rules.h"

#include <regex.h>

struct rule {
	enum rule_kind kind;
	char *from, *to; /* `to` NULL: there is none */
	regex_t regex;   /* of RULE_MASK */
	bool compiled;
	uint64_t limit;
};

struct rules {
	struct rule *at;
	size_t count, capacity;
	struct diff_root
		roots[RULES_ROOTS_MAX]; /* names with their $, owned; paths are the rules' */
	size_t root_count;
	char complaint[192]; /* what is wrong with a line, when it is more than a constant */
};

/* Whether there is any rule of these kinds. */
bool rules_have(const struct rules *r, enum rule_kind from, enum rule_kind to);

#endif
