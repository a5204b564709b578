/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether what is behind a descriptor is secret as a whole: a file by its path, a socket of an
 * agent, a terminal that does not show what is typed. By the replayed state, so that what was
 * duplicated, inherited or sent through a socket is the same thing.
 */
#ifndef REDACT_OBJECTS_H
#define REDACT_OBJECTS_H

#include "replayer/state/state.h"
#include "rules.h"

struct objects;

struct objects *objects_new(const struct rules *rules);
struct objects *objects_free(struct objects *o);
/* A file or a socket that was said to be secret, by its absolute path. 0 or -ENOMEM. */
int objects_learn(struct objects *o, const char *path, size_t size,
		  const struct rules_object *object);
/* Another tape: terminals are others. */
void objects_forget(struct objects *o);
/* What a call does to a terminal; @e is the event that @s has taken last. 0 or -ENOMEM. */
int objects_take(struct objects *o, const struct state *s, const struct event *e);
/* NULL: it is not. @out: what is written to it, else what is read. */
const struct rules_object *objects_secret(struct objects *o, const struct state_file *f, bool out);

#endif
