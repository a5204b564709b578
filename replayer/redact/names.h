/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who and where: names of users and hosts, and addresses. What tells one is known (variables,
 * arguments, lines of passwd and hosts, URLs, homes, addresses of sockets); all that were told are
 * then replaced wherever they stand. Of a host name each label is replaced by itself, so
 * that hosts of one domain stay hosts of one; what everybody has at its end (com, local) stays.
 */
#ifndef REDACT_NAMES_H
#define REDACT_NAMES_H

#include "address.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct names;
struct redact_key;
struct secrets;

enum {
	NAMES_HOST_MAX = 253,          /* bytes of one */
	NAMES_ADDRESSES_MAX = 1 << 14, /* that are looked for in other forms; more are replaced
					* where they are written as usual */
};

/* Files whose lines tell names. */
enum names_file {
	NAMES_NO_FILE,
	NAMES_PASSWD,
	NAMES_HOSTS,
	NAMES_RESOLV,    /* resolv.conf */
	NAMES_LINES,     /* /etc/hostname, /etc/machine-id: the line is one */
	NAMES_GIT,       /* of git: name = … */
	NAMES_PROC_NET,  /* /proc/net/tcp, route: addresses in hexadecimal, as the machine has them
			  */
	NAMES_PROC_NET6, /* if_inet6: in the order of the network */
};

/* @key and @secrets are borrowed. NULL: out of memory. */
struct names *names_new(const struct redact_key *key, struct secrets *secrets);
struct names *names_free(struct names *n);

/* Each: 0 or -errno, as secrets_add(). */
int names_take_user(struct names *n, const uint8_t *text, size_t size);
int names_take_host(struct names *n, const uint8_t *text, size_t size);
int names_take_address(struct names *n, const struct address *a);
/* NAME=value. */
int names_take_variable(struct names *n, const uint8_t *text, size_t size);
/* Strings, each with its NUL. */
int names_take_arguments(struct names *n, const uint8_t *text, size_t size);
/* Any bytes. */
int names_take_text(struct names *n, const uint8_t *text, size_t size);
enum names_file names_file_of(const char *path, size_t size);
/* Lines of such a file. */
int names_take_lines(struct names *n, enum names_file file, const uint8_t *text, size_t size);

/* Whether these bytes, 4 or 16, are an address that was told. */
bool names_knows(const struct names *n, const uint8_t *bytes, size_t size);
/* A label of a host name; @last: nothing follows. @ret has room for as much. */
void names_map_label(const struct redact_key *key, const uint8_t *label, size_t size, bool last,
		     uint8_t *ret);

#endif
