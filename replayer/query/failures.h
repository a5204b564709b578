/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Calls that failed, grouped by call, error and the object that failed (a path, an
 * address, a descriptor), and ranked by how likely they are to matter: what a process
 * failed at just before it ended badly comes first, what every program meets all day
 * (a search along a path that succeeds in the end, EAGAIN, "is it a terminal?") last.
 */
#ifndef QUERY_FAILURES_H
#define QUERY_FAILURES_H

#include "actors.h"
#include "processes.h"

#include "base/buf.h"

enum {
	FAILURES_MAX = 4096,
	FAILURE_OBJECT_MAX = 256,
	FAILURE_EVIDENCE_MAX = 400,
	FAILURE_SEEN_MAX = 1 << 16,
};

enum failure_rank {
	FAILURE_EXPECTED, /* nothing to worry about */
	FAILURE_PROBE,    /* asked whether a file is there: it is not */
	FAILURE_MISSING,  /* wanted a file: it is not there */
	FAILURE_SERIOUS,  /* anything else */
	FAILURE_FATAL,    /* the last thing that failed before a process ended badly */
};

struct failure {
	uint64_t nr;
	uint32_t arch;
	int error;
	uint32_t pid;       /* of the first one */
	uint32_t process;   /* of the first one: index in the list + 1, 0: not kept */
	uint32_t processes; /* a process in a row counts once: at most this many had it */
	uint32_t last_pid;
	struct actors by;
	uint64_t first_seq, first_time, last_time;
	uint64_t last_call; /* how many calls its process had made by then */
	uint64_t count;
	uint64_t fatal; /* processes that ended badly after it */
	bool found;     /* the same name was found elsewhere, or made, soon after */
	char *object;   /* as bytes: escape before showing; "" when there is none */
	size_t object_size;
	bool exists;    /* a file was seen at the very path that something was missing at */
	bool optional;  /* a file of settings in a user's home: without it nothing is wrong */
	char *evidence; /* the first one in strace's notation; NULL: not printed */
	uint32_t next_same_name; /* id of another group with the same last path component */
};

struct failures {
	struct failure *list; /* id is the index + 1 */
	size_t count;
	struct map groups; /* hash of call, architecture, error and object -> id */
	struct map names;  /* hash of the last path component -> id of the first group */
	size_t may_go;     /* groups that have become expected since room was made last */
	uint64_t total, expected_beyond, beyond; /* of groups that were given up, or had no room */
	struct buf scratch;
	struct printer *printer;
	struct map seen; /* hash of paths that were found: non-NULL */
	/* What descriptors are, or NULL; evidence is kept only with it. Borrowed; takes every
	 * event before this does. */
	const struct state *state;
};

/* Takes an event, after @all has taken it. 0 or -ENOMEM. */
int failures_take(struct failures *f, struct processes *all, const struct event *e);
enum failure_rank failure_rank(const struct failure *g);
/* Sorts the list by rank, then by count; ids are lost: at the end only. */
void failures_sort(struct failures *f);
/*
 * The failed call that explains best why a process ended badly: one that its message or its
 * command line names, of a kind that programs do not shrug off, late. NULL: none explains it.
 * Before sorting.
 */
const struct failure *failures_fatal(const struct failures *f, const struct process *p);
/* How well it does that, and from where on it is more than a guess. */
enum { FAILURE_EXPLAINS = 12, FAILURE_EXPLAINS_WELL = 30 };
int failure_score(const struct failure *g, const struct process *p);
/* Whether what the process wrote names the object, or says the error's text. */
bool failure_is_told(const struct failure *g, const struct process *p);
/* Whether it is more than a guess; a process that wrote nothing leaves no choice. */
bool failure_explains(const struct failure *g, const struct process *p);
/* Whether the process wrote the line that tells most right after it. */
bool failure_is_near(const struct failure *g, const struct message_line *line);
/* A lock on a file was not to be had. */
bool failure_is_lock(const struct failure *g);
/* The same call failed the same way at a name that differs in the directory only. */
bool failures_alike(const struct failure *a, const struct failure *b);
void failures_done(struct failures *f);

/* failure_rank.c, for failures.c: whether it is of a kind as failure.optional says. */
bool failure_is_optional(const struct failure *g);

/* "openat", "ENOENT" */
void failure_call(const struct failure *g, struct buf *ret);
void failure_error(const struct failure *g, struct buf *ret);

#endif
