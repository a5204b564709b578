/* SPDX-License-Identifier: Apache-2.0 */
/* What a tape tells of somebody without looking like a secret: arguments, variables, paths, users,
 * hosts, addresses. */
#ifndef SCAN_INVENTORY_H
#define SCAN_INVENTORY_H

#include "kept.h"

struct trace_item;

/* 0 or -ENOMEM. */
int inventory_take(struct kept_lists *kept, const struct trace_item *item);

#endif
