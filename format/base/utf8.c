/* SPDX-License-Identifier: Apache-2.0 */
#include "utf8.h"

#include <string.h>

/* By the first byte; 0: no character begins with it. */
static size_t length_of(uint8_t first)
{
	if (first < 0x80)
		return 1;
	if (first < 0xc2 || first > 0xf4)
		return 0;
	return first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
}

size_t utf8_decode(const uint8_t *at, size_t size, uint32_t *ret)
{
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	size_t n = length_of(at[0]);
	uint32_t c;

	if (!n || n > size)
		return 0;
	c = n == 1 ? at[0] : at[0] & (0x7fu >> n);
	for (size_t i = 1; i < n; i++) {
		if ((at[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (at[i] & 0x3f);
	}
	if (c < least[n] || c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
		return 0;
	*ret = c;
	return n;
}

void utf8_repair(char *text)
{
	size_t size = strlen(text), at = 0;

	while (at < size) {
		uint32_t c;
		size_t n = utf8_decode((const uint8_t *)text + at, size - at, &c);

		if (!n)
			text[at] = '?';
		at += n ? n : 1;
	}
}
