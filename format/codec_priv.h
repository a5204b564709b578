/* SPDX-License-Identifier: Apache-2.0 */
/* What codec.c and codec_meta.c share: the only two that know protobuf. */
#ifndef FORMAT_CODEC_PRIV_H
#define FORMAT_CODEC_PRIV_H

#include "codec.h"

#include "trace.pb-c.h"

uint32_t codec_crc32c(const void *data, size_t size);

/* Appends tag, length, the packed record and its checksum. */
int codec_put_record(const Systape__Record *record, struct buf *ret);

/* Checks the checksum and finds the message inside; *ret_at is untouched when the
 * kind is unknown. */
int codec_find(const void *body, size_t size, enum codec_kind *ret, const uint8_t **ret_at,
	       size_t *ret_size, struct err *err);

#endif
