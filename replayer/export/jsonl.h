/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON lines: one object per event, with the keys of the project's contract. Numbers
 * that can exceed 2^53 are hexadecimal strings, bytes are base64, texts are as
 * `print` says them.
 */
#ifndef EXPORT_JSONL_H
#define EXPORT_JSONL_H

#include "format/container/stream.h"

struct buf;
struct jsonl;

struct jsonl *jsonl_new(void);
struct jsonl *jsonl_free(struct jsonl *j);
/* Appends the line of an item, if it has one. 0 or -ENOMEM. */
int jsonl_item(struct jsonl *j, const struct trace_item *item, struct buf *ret);

#endif
