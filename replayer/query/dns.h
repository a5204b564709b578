/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names that processes asked name servers for and got no answer with an address to: what
 * getaddrinfo(3) failed at, which no call's error tells.
 */
#ifndef QUERY_DNS_H
#define QUERY_DNS_H

#include "processes.h"

struct printer;

enum { DNS_NOTES_MAX = 1 << 12, DNS_NAME_MAX = 256 };

enum { DNS_NO_ANSWER = -1, DNS_FINE = 0, DNS_SERVER_FAILED = 2, DNS_NO_SUCH_NAME = 3 };

/* The last name of a process. */
struct dns_note {
	char name[DNS_NAME_MAX]; /* letters, digits and such only */
	int code;                /* of the answer, or DNS_NO_ANSWER */
	uint64_t time;
	char *call, *server;
};

struct dns {
	struct map notes; /* index of the process + 1 -> struct dns_note */
};

/* A finished call; 0 or -ENOMEM. @printer prints with names. */
int dns_take(struct dns *d, struct processes *all, const struct state *state,
	     struct printer *printer, const struct event *e);
/* NULL: it asked for nothing, or all was well. */
const struct dns_note *dns_find(const struct dns *d, uint32_t process);
void dns_done(struct dns *d);

#endif
