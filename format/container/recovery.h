/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a journal (journal.h) holds that its tape does not: the last events before the
 * recorder was killed. Everything in it is taken for hostile.
 */
#ifndef CONTAINER_RECOVERY_H
#define CONTAINER_RECOVERY_H

#include "format/batch.h"
#include "format/meta.h"

struct err;
struct recovery;

/*
 * Opens the journal beside the tape at @path. Returns its fd, -ENOENT when there is none,
 * or -EBUSY when its recorder is alive: what it holds is on its way to the tape then.
 */
int recovery_find(const char *path);

/*
 * Takes over @fd in any case. -EINVAL, with a message for people, when it is no journal of
 * this version or that of another tape; or -errno.
 */
int recovery_open(int fd, const uint8_t uuid[16], struct recovery **ret, struct err *err);

enum recovery_kind { RECOVERY_END, RECOVERY_SNAPSHOT, RECOVERY_BATCH };

/*
 * The next of what the tape has not: chunks from number @chunk on, in their order, each
 * into @batch (sealed), and snapshots from place @snapshot on, before their chunk, each
 * into @ret_snapshot. Returns an enum recovery_kind, or -ENOMEM. A slot that is damaged
 * gives what is before the damage.
 */
int recovery_next(struct recovery *r, uint64_t chunk, uint64_t snapshot, struct batch *batch,
		  struct meta_snapshot *ret_snapshot);

/* What is wrong with what was read so far; NULL: nothing. */
const char *recovery_damage(const struct recovery *r);

struct recovery *recovery_free(struct recovery *r);

#endif
