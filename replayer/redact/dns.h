/* SPDX-License-Identifier: Apache-2.0 */
/* What of a message to or from a name server is a name or an address: RFC 1035, each label of a
 * name where it stands. */
#ifndef REDACT_DNS_H
#define REDACT_DNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct dns_teller {
	/* @last: the name ends behind this label. */
	int (*label)(void *context, const uint8_t *at, size_t size, bool last);
	int (*address)(void *context, const uint8_t *at, size_t size); /* 4 or 16 bytes */
	/* The question's name, as text: small letters. */
	int (*name)(void *context, const char *text);
	void *context;
};

/* A result other than 0 ends it, and is given back; what is no such message tells nothing. */
int dns_tell(const uint8_t *at, size_t size, const struct dns_teller *t);

#endif
