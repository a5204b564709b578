/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Addresses of networks and what stands for them: another address of the same family, which
 * depends on the key and on nothing else, so that equal ones stay equal on all tapes of a key.
 * Its text is as long as that of the address. IPv4 becomes 10.0.0.0/8, what is too short or too
 * long for that 0.0.0.0/8 or 240.0.0.0/4; IPv6 fd00::/8, with zeros where there were zeros;
 * hardware addresses are locally administered. What tells nothing stays: loopback, any,
 * link-local prefixes, multicast, netmasks, the addresses of documentation.
 *
 * Networks do not stay networks: two addresses of one have nothing in common behind.
 */
#ifndef REDACT_ADDRESS_H
#define REDACT_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct redact_key;

enum address_kind { ADDRESS_IPV4, ADDRESS_IPV6, ADDRESS_HARDWARE };
enum { ADDRESS_SIZE_MAX = 32, ADDRESS_TEXT_MAX = 46 };

struct address {
	enum address_kind kind;
	uint8_t size; /* 4, 16, or what the hardware has */
	uint8_t bytes[ADDRESS_SIZE_MAX];
};

/* Whether it stays as it is. */
bool address_is_kept(const struct address *a);
/* What stands for it. */
void address_map(const struct redact_key *k, const struct address *from, struct address *ret);

/*
 * The address whose text begins at byte @at of @text, as a word of its own; returns its length,
 * or 0. What might as well be something else (a time, a name in C++) is none.
 */
size_t address_read(const uint8_t *text, size_t size, size_t at, struct address *ret);
/* Whether one may begin with such a byte: to be quick. */
bool address_may_begin(uint8_t c);
/* The text of what stands for @a, written as @text writes @a, to @ret, which has room for as much.
 */
void address_write(const struct redact_key *k, const struct address *a, const uint8_t *text,
		   size_t size, uint8_t *ret);
/* As inet_ntop(3) has it; hardware with colons. Returns the length, 0: it has none. */
size_t address_spell(const struct address *a, char ret[ADDRESS_TEXT_MAX]);

#endif
