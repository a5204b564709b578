/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fields that this version does not know, of a record and of all messages in it. protobuf-c
 * keeps them beside what it knows; whoever writes a tape anew leaves them out, and can say so.
 */
#include "codec_priv.h"

static uint64_t unknown_in(const ProtobufCMessage *m);

static uint64_t unknown_in_field(const ProtobufCMessage *m, const ProtobufCFieldDescriptor *f)
{
	const uint8_t *at = (const uint8_t *)m + f->offset;
	uint64_t sum = 0;

	if (f->type != PROTOBUF_C_TYPE_MESSAGE)
		return 0;
	if (f->label != PROTOBUF_C_LABEL_REPEATED) {
		const ProtobufCMessage *one = *(ProtobufCMessage *const *)(const void *)at;

		return one ? unknown_in(one) : 0;
	}
	for (size_t i = 0,
		    n = *(const size_t *)(const void *)((const uint8_t *)m + f->quantifier_offset);
	     i < n; i++)
		sum += unknown_in((*(ProtobufCMessage *const *const *)(const void *)at)[i]);
	return sum;
}

/* No message of ours holds one of its own kind: this ends. */
static uint64_t unknown_in(const ProtobufCMessage *m)
{
	uint64_t sum = m->n_unknown_fields;

	for (unsigned i = 0; i < m->descriptor->n_fields; i++)
		sum += unknown_in_field(m, &m->descriptor->fields[i]);
	return sum;
}

uint64_t codec_unknown_around(const void *body, size_t size)
{
	const uint8_t *at = body, *end = at + size;
	uint64_t tag, fields = 0;

	/* codec_find() has been over it. */
	while (at < end && codec_get_varint(&at, end, &tag) && codec_skip_field(&at, end, tag & 7))
		fields++;
	/* The message itself and the checksum are known. */
	return fields > 2 ? fields - 2 : 0;
}

uint64_t codec_unknown(const void *body, size_t size, const ProtobufCMessage *m)
{
	return unknown_in(m) + codec_unknown_around(body, size);
}
