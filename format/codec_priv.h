/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the codec share: the only ones that know protobuf. */
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

/* Fields of a record and of all messages in it that nobody here knows. @m is what was unpacked of
 * it. Of the record alone: codec_unknown_around(). */
uint64_t codec_unknown(const void *body, size_t size, const ProtobufCMessage *m);
uint64_t codec_unknown_around(const void *body, size_t size);

/* ---- codec_meta.c: single things ---- */

/* A protobuf string must be UTF-8, or no other program reads the tape any more: it is repaired in
 * place. NULL is "". */
char *codec_text(char *s);
static inline ProtobufCBinaryData codec_bytes(const struct meta_bytes *b)
{
	return (ProtobufCBinaryData){b->size, b->data};
}
/* Copies; each sets *failed to what went wrong and leaves it there. */
char *codec_take_text(const char *s, int *failed);
/* With a NUL behind that is not counted. */
struct meta_bytes codec_take_bytes(const ProtobufCBinaryData *b, int *failed);
/* Zeroed room for @count things, at least one byte. */
void *codec_take_array(size_t count, size_t size, int *failed);

/* ---- codec_facts.c ---- */

/* The messages of a repeated field, and the pointers to them that protobuf-c wants. */
struct codec_messages {
	void *messages, **at;
	size_t count;
};
void codec_messages_done(struct codec_messages *m);
/* 0 or -ENOMEM; what was put is borrowed by the messages. */
int codec_put_facts(const struct meta_fact *facts, size_t count, struct codec_messages *ret);
int codec_put_objects(const struct meta_object *objects, size_t count, struct codec_messages *ret);
void codec_put_usage(const struct meta_usage *usage, Systape__Usage *ret);
struct meta_fact *codec_take_facts(Systape__Fact *const *m, size_t count, size_t *ret_count,
				   int *failed);
struct meta_object *codec_take_objects(Systape__Object *const *m, size_t count, size_t *ret_count,
				       int *failed);
void codec_take_usage(const Systape__Usage *m, struct meta_usage *ret);

/* Room for values of columns, kept from one chunk to the next. */
struct codec_values {
	uint64_t *value;
	size_t capacity;
};
struct codec_values *codec_values(struct codec *c);
/* Makes room for so many in all. 0 or -ENOMEM. */
int codec_values_reserve(struct codec_values *v, size_t count);

/* ---- codec_rows.c ---- */

/* Chunk.range_info. */
enum {
	CODEC_AT_EXIT = 1,
	CODEC_UNREADABLE = 2,
	CODEC_ARGUMENT_SHIFT = 2,
	CODEC_NAME = EVENT_ARGS + 1, /* in the place of an argument */
};

/* The rows of a Chunk as our writers write it. 0, -EBADMSG, -ENOMEM without words, or -ENOTSUP
 * when it is written otherwise: then only protobuf-c can judge it. */
int codec_read_rows(struct codec *codec, const uint8_t *at, size_t size, struct batch *ret,
		    struct err *err);

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
