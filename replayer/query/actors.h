/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who did something: the processes, in the order in which they came, so many at most. Who is
 * over that is not told apart: there are more then, nobody knows how many.
 */
#ifndef QUERY_ACTORS_H
#define QUERY_ACTORS_H

#include "processes.h"

enum { ACTORS_KEPT = 12, ACTORS_SAID = 3 };

struct actors {
	uint32_t process[ACTORS_KEPT]; /* index in the list + 1 */
	uint8_t count;
	bool others;
};

/* @process: index in the list + 1, 0: none that is kept. */
void actors_add(struct actors *a, uint32_t process);
void actors_merge(struct actors *to, const struct actors *from);
/* "cc1 812, as 813 +2 more" */
void actors_say(const struct actors *a, const struct processes *all, struct buf *ret);
/* ,"by":[{"pid":812,"command":"…"}],"others":false */
void actors_json(const struct actors *a, const struct processes *all, struct buf *ret);

/* The process of the event, for actors_add(). */
uint32_t actor_of(struct processes *all, const struct event *e);
/* The last component of the program's name, made harmless: "cc1". */
void actor_name(const struct processes *all, uint32_t process, struct buf *ret);

#endif
