/* SPDX-License-Identifier: Apache-2.0 */
#include "uuid.h"

#include <string.h>
#include <sys/random.h>

void uuid_make(uint8_t *ret)
{
	if (getrandom(ret, UUID_SIZE, 0) != UUID_SIZE)
		memset(ret, 0, UUID_SIZE);
	ret[6] = (uint8_t)((ret[6] & 0x0f) | 0x40);
	ret[8] = (uint8_t)((ret[8] & 0x3f) | 0x80);
}
