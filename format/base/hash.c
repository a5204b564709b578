/* SPDX-License-Identifier: Apache-2.0 */
#include "hash.h"

uint64_t hash_add(uint64_t h, const void *data, size_t size)
{
	const uint8_t *at = data;

	for (size_t i = 0; i < size; i++)
		h = (h ^ at[i]) * UINT64_C(0x100000001b3);
	return h;
}
