/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names of addresses, from what the processes themselves were told: answers of name servers
 * (A and AAAA; the name is the one that was asked for, whatever aliases lie between), and lines
 * of /etc/hosts that were read. Bounded: what has no room is counted.
 */
#ifndef QUERY_HOSTS_H
#define QUERY_HOSTS_H

#include "actors.h"

#include "base/buf.h"

#include <stdbool.h>

enum {
	HOSTS_MAX = 1 << 12,   /* addresses with a name */
	LOOKUPS_MAX = 1 << 12, /* names that were asked for */
	HOST_NAME_MAX_SAID = 256,
	LOOKUP_ADDRESSES = 8, /* told of each */
	HOST_ADDRESS_MAX = 16,
};

/* Codes of answers; no answer came. */
enum { LOOKUP_UNANSWERED = -1, LOOKUP_FINE = 0, LOOKUP_SERVER_FAILED = 2, LOOKUP_NO_SUCH_NAME = 3 };

/* What a message to or from a name server is about. */
struct host_message {
	char name[HOST_NAME_MAX_SAID]; /* of its one question: lower case, as that of a lookup */
	bool answer;
	int code; /* of the answer */
	bool has_answers;
};

struct lookup {
	char *name; /* letters, digits, '-', '_', '~' and dots only */
	uint64_t questions, answers;
	int code; /* of the last answer */
	uint8_t address[LOOKUP_ADDRESSES][HOST_ADDRESS_MAX];
	uint8_t address_size[LOOKUP_ADDRESSES]; /* 4 or 16 */
	size_t address_count;
	char *alias;                      /* the last CNAME, or NULL */
	struct buf server;                /* as text */
	uint64_t first_time, answer_time; /* longest from a question to its answer, ns */
	uint64_t asked;                   /* when, while no answer has come */
	struct actors by;
};

struct hosts {
	struct map names;   /* hash of an address: a string */
	struct map by_name; /* hash: index of a lookup + 1 */
	struct lookup *lookups;
	size_t count, capacity;
	uint64_t beyond;
};

/* False: it is no such message. */
bool host_message_read(const uint8_t *at, size_t size, struct host_message *ret);
/* A message to or from a name server @server (text); what is none is ignored. 0 or -ENOMEM. */
int hosts_take_message(struct hosts *h, const uint8_t *at, size_t size, const char *server,
		       uint32_t actor, uint64_t time);
/* Text of /etc/hosts. 0 or -ENOMEM. */
int hosts_take_file(struct hosts *h, const uint8_t *at, size_t size);
/* Of an address of @size bytes, 4 or 16: a harmless string, or NULL. */
const char *hosts_name(const struct hosts *h, const uint8_t *address, size_t size);
/* "no such name", "server failed" */
const char *lookup_code_text(int code);
void hosts_done(struct hosts *h);

#endif
