/* SPDX-License-Identifier: Apache-2.0 */
/* What analyze redact and rec --redact have in common: levels, rules, keys, doing it. */
#ifndef TOOLS_REDACTION_H
#define TOOLS_REDACTION_H

#include "replayer/redact/redact.h"

#include <stdbool.h>

struct redaction {
	enum redact_level level;
	const char *key_file, *rule_file; /* NULL: none */
	int zstd_level;
	struct rules *rules;
	struct redact_key *key;
	struct redact *redact;
	struct redact_outcome outcome;
};

/* "default", "names" or "meta"; NULL is the first. 0 or -errno. */
int redaction_level(const char *text, enum redact_level *ret, struct err *err);
/* Reads the rules, reads or makes the key: before anything else is done. 0 or -errno. */
int redaction_prepare(struct redaction *x, struct err *err);
/* From the file @from to @fd. 0 or -errno. */
int redaction_run(struct redaction *x, const char *from, int fd, struct err *err);
void redaction_done(struct redaction *x);

#endif
