/* SPDX-License-Identifier: Apache-2.0 */
/* What was replaced: how often, how many bytes, by class and process. */
#ifndef REDACT_REDACTED_H
#define REDACT_REDACTED_H

#include "class.h"

#include "base/map.h"

#include <stdint.h>

struct buf;

enum { REPORT_PROCESSES_MAX = 1 << 16, REPORT_NAME_MAX = 32 };

struct redacted_process {
	uint32_t pid; /* 0: of the tape itself: header, snapshots, trailer */
	char name[REPORT_NAME_MAX];
	uint64_t count[REDACT_CLASS_MAX], bytes[REDACT_CLASS_MAX];
};

struct redacted {
	struct redacted_process **all;
	size_t count, capacity;
	struct map by_pid;
	uint64_t total, total_bytes;
};

/* @name: of the program, not ended by a NUL; NULL: not known. 0 or -ENOMEM. */
int redacted_add(struct redacted *x, uint32_t pid, const char *name, size_t name_size,
		 enum redact_class class, uint64_t bytes);
void redacted_say(const struct redacted *x, struct buf *ret);
void redacted_json(const struct redacted *x, struct buf *ret);
void redacted_done(struct redacted *x);

#endif
