/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The replayed state as a snapshot: what a tape that begins here has to say first, so that
 * its own replay goes on as this one does.
 *
 * What a snapshot has no room for is not in it: other ends of pipes and of sockets, what sockets
 * were bound and connected to, dispositions of signals, watches. And what the state does not know
 * is named in meta_process.missing: environment, user and group.
 */
#ifndef STATE_FREEZE_H
#define STATE_FREEZE_H

#include "state.h"

/* The world behind @seq, at @time. 0 or -ENOMEM, then @ret is empty. */
int state_freeze(const struct state *s, uint64_t seq, uint64_t time, struct meta_snapshot *ret);

#endif
