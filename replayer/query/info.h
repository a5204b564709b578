/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a maintainer asks of a tape before reading it: machine, command, versions, how
 * it ended, and what is missing.
 */
#ifndef QUERY_INFO_H
#define QUERY_INFO_H

#include "format/container/stream.h"

struct buf;

enum info_style { INFO_TEXT, INFO_MARKDOWN, INFO_JSON };

/* A copy of what is told; zero is empty. */
struct info {
	bool any; /* anything was taken */
	bool has_header;
	struct meta_header header;
	bool has_trailer;
	struct meta_trailer trailer; /* without frames */
	uint64_t events, calls;      /* as read */
	uint64_t last_time;
	size_t damages;
	char *first_damage;
};

/* 0 or -ENOMEM. */
int info_take(struct info *i, const struct trace_item *item);
void info_say(const struct info *i, enum info_style style, struct buf *ret);
void info_done(struct info *i);

/* "exited with 0", "killed by SIGSEGV (core dumped)". */
void info_say_status(struct buf *ret, uint32_t wait_status);
/* Whether anything is missing from the tape, and what. */
void info_say_completeness(const struct info *i, struct buf *ret);
/* The words of a command line, quoted for a shell where needed; @limit bytes at most,
 * 0: all. */
void info_say_words(struct buf *ret, const uint8_t *words, size_t size, size_t limit);

#endif
