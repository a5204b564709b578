/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers in bytes that come from elsewhere. Inline: this is done for each argument. */
#ifndef BASE_LOAD_H
#define BASE_LOAD_H

#include <endian.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* The little-endian number of @width bytes (at most 8) at @offset in the @size bytes at @at;
 * 0 when it is not all there. */
static inline uint64_t load(const uint8_t *at, size_t size, size_t offset, size_t width)
{
	uint64_t value = 0;
	uint32_t half;

	if (offset > size || width > size - offset)
		return 0;
	if (width == sizeof(value)) {
		memcpy(&value, at + offset, sizeof(value));
		return le64toh(value);
	}
	if (width == sizeof(half)) {
		memcpy(&half, at + offset, sizeof(half));
		return le32toh(half);
	}
	for (size_t i = width; i-- > 0;)
		value = value << 8 | at[offset + i];
	return value;
}

#endif
