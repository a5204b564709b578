/* SPDX-License-Identifier: Apache-2.0 */
#include "hash.h"

#include <endian.h>
#include <string.h>

uint64_t hash_add(uint64_t h, const void *data, size_t size)
{
	const uint8_t *at = data;

	for (size_t i = 0; i < size; i++)
		h = (h ^ at[i]) * UINT64_C(0x100000001b3);
	return h;
}

uint64_t hash_text(const void *data, size_t size)
{
	const uint8_t *at = data;
	uint64_t h = HASH_START ^ size, eight;

	for (; size >= sizeof(eight); at += sizeof(eight), size -= sizeof(eight)) {
		memcpy(&eight, at, sizeof(eight));
		h = (h ^ le64toh(eight)) * UINT64_C(0x9e3779b97f4a7c15);
		h ^= h >> 32;
	}
	return hash_add(h, at, size);
}
