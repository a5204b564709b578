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
	bool has_process;
	/* Of the first snapshot the first process, without its threads and calls; of its mappings
	 * those that are executable files. */
	struct meta_process process;
	bool values; /* told by the caller: show the values of all of the environment, not only of
		      * what is known to be harmless */
};

/* 0 or -ENOMEM. */
int info_take(struct info *i, const struct trace_item *item);
void info_say(const struct info *i, enum info_style style, struct buf *ret);
void info_done(struct info *i);

/* info_process.c: the first process, the use of resources and the files whose code was run. As
 * lines, and as members of a JSON object. */
struct info_lines {
	struct buf *out;
	enum info_style style;
};
/* Escaped here; nothing is said of an empty value, which is empty again behind. */
void info_line(const struct info_lines *l, const char *name, struct buf *value);
void info_say_process(const struct info_lines *l, const struct info *i);
void info_say_usage(const struct info_lines *l, const struct info *i);
void info_say_machine(const struct info_lines *l, const struct info *i);
void info_say_objects(const struct info_lines *l, const struct info *i);
void info_json_process(struct buf *ret, const struct info *i);
/* A copy of what is shown of it. 0 or -ENOMEM. */
int info_take_process(struct info *i, const struct meta_process *p);

/* "exited with 0", "killed by SIGSEGV (core dumped)". */
void info_say_status(struct buf *ret, uint32_t wait_status);
/* Whether anything is missing from the tape, and what. */
void info_say_completeness(const struct info *i, struct buf *ret);
/* The words of a command line, quoted for a shell where needed; @limit bytes at most,
 * 0: all. */
void info_say_words(struct buf *ret, const uint8_t *words, size_t size, size_t limit);

#endif
