/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of netlink messages share: a part of a message, said by tables. Numbers are
 * fields as those of structs; a field of kind K_NONE is the index of an interface.
 */
#ifndef PRINT_NETLINK_H
#define PRINT_NETLINK_H

#include "printer.h"

enum { NETLINK_ROUTE = 0, NETLINK_SOCK_DIAG = 4, NETLINK_GENERIC = 16, NETLINK_NONE = 0xffff };

/* A struct at the beginning of a payload or in an attribute. */
struct netlink_layout {
	const struct sys_field *field;
	size_t count, size;
};

/* Of an attribute's data. */
enum netlink_form {
	NETLINK_NUMBER,
	NETLINK_TEXT,
	NETLINK_ADDRESS,  /* of the message's family */
	NETLINK_HARDWARE, /* 00:11:22:33:44:55 */
	NETLINK_STRUCT,
	NETLINK_LIST,
	NETLINK_ARRAY, /* of the number, with names for the indices: [[A]=1, [B]=2] */
};

struct netlink_list;

struct netlink_attribute {
	uint16_t type;
	uint8_t form; /* enum netlink_form */
	struct sys_field number;
	const struct netlink_layout *layout;
	const struct netlink_list *list;
};

/* Attributes of a kind; those that are not among `known` are bytes. */
struct netlink_list {
	const struct sys_flagset *names;
	const struct netlink_attribute *known;
	size_t count;
};

#define NETLINK_COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* A payload: its head, which begins with the family, and attributes behind it. */
struct netlink_payload {
	uint16_t type; /* the first of up to four that are alike */
	const struct netlink_layout *head;
	const struct netlink_list *list;
};

/* One of the things that lie in a row, each beginning with its length in @width bytes. */
typedef void netlink_item_fn(const struct scope *s, const void *what, const uint8_t *at,
			     size_t size, unsigned family);

/* Things in a row: alone or as [a, b]. @head: the least that one has. */
void netlink_row(const struct scope *s, const uint8_t *at, size_t size, size_t width, size_t head,
		 netlink_item_fn *say, const void *what, unsigned family);

/* netlink_attributes.c */
void netlink_attributes(const struct scope *s, const struct netlink_list *list, const uint8_t *at,
			size_t size, unsigned family);
/* The fields of a struct as far as it goes; with braces; the first one of a struct that is cut. */
void netlink_fields(const struct scope *s, const struct netlink_layout *layout, const uint8_t *at,
		    size_t size);
void netlink_struct(const struct scope *s, const struct netlink_layout *layout, const uint8_t *at,
		    size_t size);
void netlink_cut(const struct scope *s, const struct netlink_layout *layout, const uint8_t *at,
		 size_t size);
/* A payload of which nothing is known but that it begins with a family. */
void netlink_family(const struct scope *s, const uint8_t *at, size_t size);
/* A field that is an interface's index, or any other. */
void netlink_field(const struct scope *s, const struct sys_field *f, const uint8_t *at,
		   size_t size);
void netlink_address(const struct scope *s, const uint8_t *at, size_t size, unsigned family);
/* What an RTM_NEWLINK message tells: the name of an interface. */
void netlink_remember(const struct scope *s, uint32_t index, const uint8_t *attributes,
		      size_t size);

/* netlink_route.c, netlink_diagnosis.c: the payload that begins with its family. */
void netlink_route(const struct scope *s, unsigned type, const uint8_t *at, size_t size);
void netlink_diagnosis(const struct scope *s, bool request, const uint8_t *at, size_t size);

#endif
