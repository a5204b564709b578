/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Streams that cannot be looked into: compressed, or encrypted. What is in them is not found, and
 * whoever gives a tape away should know that they are there.
 */
#ifndef REDACT_OPAQUE_H
#define REDACT_OPAQUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;

enum opaque_kind {
	OPAQUE_NONE,
	OPAQUE_GZIP,
	OPAQUE_ZLIB,
	OPAQUE_ZSTD,
	OPAQUE_XZ,
	OPAQUE_BZIP2,
	OPAQUE_LZ4,
	OPAQUE_ZIP,
	OPAQUE_SEVEN_ZIP,
	OPAQUE_GIT,
	OPAQUE_HTTP,
	OPAQUE_TLS,
	OPAQUE_SSH,
	OPAQUE_GPG,
	OPAQUE_LUKS,
	OPAQUE_MAX
};

/* What a stream is that begins so; @socket: it goes through one. */
enum opaque_kind opaque_of(const uint8_t *text, size_t size, bool socket);

struct opaque {
	uint64_t streams[OPAQUE_MAX], bytes[OPAQUE_MAX];
};

/* One line of text, or none. */
void opaque_say(const struct opaque *o, struct buf *ret);
/* An array of JSON. */
void opaque_json(const struct opaque *o, struct buf *ret);

#endif
