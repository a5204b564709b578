/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names that processes asked name servers for and got no answer with an address to: what
 * getaddrinfo(3) failed at, which no call's error tells.
 */
#ifndef QUERY_DNS_H
#define QUERY_DNS_H

#include "hosts.h"
#include "processes.h"

struct printer;

enum { DNS_NOTES_MAX = 1 << 12 };

/* The last name of a process. */
struct dns_note {
	char name[HOST_NAME_MAX_SAID];
	int code; /* of the answer, or LOOKUP_UNANSWERED */
	uint64_t time;
	char *call, *server;
};

struct dns {
	struct map notes; /* index of the process + 1 -> struct dns_note */
};

/* A finished call at a descriptor, its first argument; 0 or -ENOMEM. @printer prints with names. */
int dns_take(struct dns *d, struct processes *all, const struct state *state,
	     struct printer *printer, const struct event *e);
/* NULL: it asked for nothing, or all was well. */
const struct dns_note *dns_find(const struct dns *d, uint32_t process);
void dns_done(struct dns *d);

#endif
