/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tokens that look like those of a service, one for each name, and what becomes of them in base64
 * and hexadecimal. tests/e2e/planted.py computes the same ones.
 */
#ifndef TESTS_PROGS_PLANTED_H
#define TESTS_PROGS_PLANTED_H

#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { PLANTED_SIZE = 40, PLANTED_FORMS = 5 };

/* "ghp_" and 36 letters and digits, from FNV-1a of the name and Knuth's MMIX generator. */
static void planted_token(const char *name, char ret[PLANTED_SIZE + 1])
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
	uint64_t x = UINT64_C(0xcbf29ce484222325);

	for (; *name; name++)
		x = (x ^ (uint8_t)*name) * UINT64_C(0x100000001b3);
	memcpy(ret, "ghp_", 4);
	for (int i = 4; i < PLANTED_SIZE; i++) {
		x = x * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
		ret[i] = digits[(x >> 33) % 62];
	}
	ret[PLANTED_SIZE] = '\0';
}

static void planted_base64(const char *text, size_t size, char *ret)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	uint32_t bits = 0;
	int count = 0;

	for (size_t i = 0; i < size; i++) {
		bits = bits << 8 | (uint8_t)text[i];
		for (count += 8; count >= 6; count -= 6)
			*ret++ = digits[bits >> (count - 6) & 63];
	}
	if (count)
		*ret++ = digits[bits << (6 - count) & 63];
	*ret = '\0';
}

/* @form: 0 to 2 are base64 behind so many other bytes, 3 and 4 hexadecimal in small and great
 * letters. */
static void planted_form(const char *token, int form, char *ret)
{
	char text[PLANTED_SIZE + 4];

	if (form < 3) {
		int n = snprintf(text, sizeof(text), "%.*s%s", form, "u:", token);

		planted_base64(text, (size_t)n, ret);
		return;
	}
	for (; *token; token++)
		ret += sprintf(ret, form == 3 ? "%02x" : "%02X", (uint8_t)*token);
}

#endif
