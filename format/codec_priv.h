/* SPDX-License-Identifier: Apache-2.0 */
/* What codec.c and codec_meta.c share: the only two that know protobuf. */
#ifndef FORMAT_CODEC_PRIV_H
#define FORMAT_CODEC_PRIV_H

#include "codec.h"

#include "trace.pb-c.h"

uint32_t codec_crc32c(const void *data, size_t size);

/* Unpacks with &budget.allocator; what it gave must be freed with that too. */
struct codec_budget {
	ProtobufCAllocator allocator;
	size_t left;
	bool failed; /* there was no memory, and no limit in the way */
};
void codec_budget_init(struct codec_budget *b);
/* What the message is, when it could not be unpacked: -EBADMSG with "a @what is malformed", or
 * -ENOMEM, which is no fault of the tape. */
int codec_budget_error(const struct codec_budget *b, const char *what, struct err *err);

/* Appends tag, length, the packed record and its checksum. */
int codec_put_record(const Systape__Record *record, struct buf *ret);

/* Checks the checksum and finds the message inside; *ret_at is untouched when the
 * kind is unknown. */
int codec_find(const void *body, size_t size, enum codec_kind *ret, const uint8_t **ret_at,
	       size_t *ret_size, struct err *err);

/* Room for the columns of an outline, kept from one chunk to the next. */
struct codec_values {
	uint64_t *value;
	size_t capacity;
};
struct codec_values *codec_values(struct codec *c);

/* Reads a varint and moves on. False when it does not end before @end. */
static inline bool codec_get_varint(const uint8_t **at, const uint8_t *end, uint64_t *ret)
{
	uint64_t value = 0;

	for (unsigned shift = 0; shift < 64 && *at < end; shift += 7) {
		uint8_t byte = *(*at)++;

		value |= (uint64_t)(byte & 0x7f) << shift;
		if (byte < 0x80) {
			*ret = value;
			return true;
		}
	}
	return false;
}

/* Moves on behind a field's value, of that wire type. False when it does not end. */
bool codec_skip_field(const uint8_t **at, const uint8_t *end, unsigned wire);

#endif
