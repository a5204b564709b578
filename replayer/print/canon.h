/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The canonical form of an event: a text that is the same when a program runs again and does
 * the same. What differs from run to run by its nature is not in it:
 *
 *  - a descriptor is what it stands for, a process its place, a path what it is called from
 *    where the program runs: whoever compares says how (struct print_canon);
 *  - an address is `ptr`, or NULL; of moments, inode numbers, free space and what else is marked
 *    so in the descriptions (enum sys_again of sys/desc.h) nothing is said;
 *  - the entries of a directory are a sorted set, long buffers a length and a hash;
 *  - calls that do the same in other words are one (struct print_form): open, openat, creat.
 *
 * All else is as print says it with -v and no limit.
 */
#ifndef PRINT_CANON_H
#define PRINT_CANON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;
struct event;
struct printer;

/* In place of a directory's descriptor: the path is not looked for from anywhere. */
enum { PRINT_CANON_NOWHERE = INT32_MIN };

/* Who says what things are called. Each appends a text that needs no more escaping. The event at
 * hand is the one that print_canonical() was given. */
struct print_canon {
	/* What the descriptor stands for; @after: when the call is done. */
	void (*fd)(void *context, int64_t fd, bool after, struct buf *out);
	/* @dirfd: as the call has it, AT_FDCWD, or PRINT_CANON_NOWHERE. */
	void (*path)(void *context, int32_t dirfd, const void *path, size_t size, struct buf *out);
	/* A word of a command line. */
	void (*word)(void *context, const void *word, size_t size, struct buf *out);
	/* A name in the directory that descriptor @fd stands for; false: it says nothing. */
	bool (*entry)(void *context, int64_t fd, const void *name, size_t size, struct buf *out);
	void (*pid)(void *context, int64_t pid, struct buf *out);
	/* A struct sockaddr; false: as it is. */
	bool (*address)(void *context, const uint8_t *address, size_t size, struct buf *out);
	void *context;
};

/* How a call is told. */
struct print_form {
	const char *name;    /* of all that do the same */
	const char *implied; /* an argument that others of them are given; NULL: none */
	uint8_t implied_at;  /* how many are said before it at most */
	bool bare;           /* no arguments are said */
	bool no_result;      /* but for its error */
	bool no_answer;      /* of what the call wrote nothing is said */
};

/* From now on @p is for print_canonical() alone. @canon is borrowed. */
void printer_canon(struct printer *p, const struct print_canon *canon);

/* Appends a call (EVENT_CALL, EVENT_BEGUN, EVENT_END: all are told whole), or a signal (@form is
 * not looked at then): open("/etc/hosts", O_RDONLY|O_CLOEXEC) = </etc/hosts>. 0 or -ENOMEM. */
int print_canonical(struct printer *p, const struct event *e, const struct print_form *form,
		    struct buf *ret);

#endif
