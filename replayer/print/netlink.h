/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of netlink messages share: a part of a message, said by tables. Numbers are
 * fields as those of structs; a field of kind K_NONE is the index of an interface, one of kind
 * K_BYTES a hardware address.
 */
#ifndef PRINT_NETLINK_H
#define PRINT_NETLINK_H

#include "printer.h"

enum {
	NETLINK_ROUTE = 0,
	NETLINK_SOCK_DIAG = 4,
	NETLINK_XFRM = 6,
	NETLINK_SELINUX = 7,
	NETLINK_AUDIT = 9,
	NETLINK_NETFILTER = 12,
	NETLINK_UEVENT = 15,
	NETLINK_GENERIC = 16,
	NETLINK_NONE = 0xffff,
};

/* Messages of all protocols, and from where on they are their own. */
enum { NETLINK_TYPE_ERROR = 2, NETLINK_TYPE_DONE = 3, NETLINK_TYPE_OWN = 16 };

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
	NETLINK_ARRAY,    /* of the number, with names for the indices: [[A]=1, [B]=2]; or [1, 2] */
	NETLINK_INTERNET, /* an IPv6 address, whatever the family */
	NETLINK_HEADED,   /* a struct, attributes behind it */
	NETLINK_CHOSEN,   /* a list, which the text of an attribute beside it names */
	NETLINK_OTHER,    /* said by a function */
};

struct netlink_list;

/* At least `least` bytes. */
typedef void netlink_data_fn(const struct scope *s, const uint8_t *at, size_t size,
			     unsigned family);

/* The last one has no text. */
struct netlink_choice {
	const char *text;
	const struct netlink_list *list;
};

struct netlink_attribute {
	uint16_t type;
	uint8_t form;   /* enum netlink_form */
	uint8_t family; /* known in messages of this one only; 0: in all */
	uint16_t least;
	uint16_t by; /* the type of the attribute that chooses */
	struct sys_field number;
	const struct netlink_layout *layout;
	const struct netlink_list *list;
	const struct netlink_choice *choices;
	netlink_data_fn *say;
};

/* Attributes of a kind; those that are not among `known` are bytes. */
struct netlink_list {
	const struct sys_flagset *names;
	const struct netlink_attribute *known;
	size_t count;
};

/* Lines of tables. */
#define NETLINK_IS(t, k, w, ...)                                                                   \
	{                                                                                          \
		.type = (t), .number = {.kind = (k), .width = (w), ##__VA_ARGS__ }                 \
	}
#define NETLINK_U8(t)    NETLINK_IS(t, K_UINT, 1)
#define NETLINK_U16(t)   NETLINK_IS(t, K_UINT, 2)
#define NETLINK_U32(t)   NETLINK_IS(t, K_UINT, 4)
#define NETLINK_U64(t)   NETLINK_IS(t, K_UINT, 8)
#define NETLINK_TIME(t)  NETLINK_SAID(t, 1, netlink_time)
#define NETLINK_INDEX(t) NETLINK_IS(t, K_NONE, 4)
#define NETLINK_STRING(t)                                                                          \
	{                                                                                          \
		.type = (t), .form = NETLINK_TEXT                                                  \
	}
#define NETLINK_MAC(t)                                                                             \
	{                                                                                          \
		.type = (t), .form = NETLINK_HARDWARE                                              \
	}
#define NETLINK_PEER(t)                                                                            \
	{                                                                                          \
		.type = (t), .form = NETLINK_ADDRESS                                               \
	}
#define NETLINK_PART(t, l)                                                                         \
	{                                                                                          \
		.type = (t), .form = NETLINK_STRUCT, .layout = &(l)                                \
	}
#define NETLINK_NEST(t, l)                                                                         \
	{                                                                                          \
		.type = (t), .form = NETLINK_LIST, .list = &(l)                                    \
	}
#define NETLINK_SAID(t, n, f)                                                                      \
	{                                                                                          \
		.type = (t), .form = NETLINK_OTHER, .least = (n), .say = (f)                       \
	}
#define NETLINK_MEMBER(n, k, w, o, ...)                                                            \
	{                                                                                          \
		.name = (n), .kind = (k), .width = (w), .off = (o), ##__VA_ARGS__                  \
	}

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
/* Hundredths of a second, in as many bytes as there are. */
netlink_data_fn netlink_time;
void netlink_hardware(const struct scope *s, const uint8_t *at, size_t size);
void netlink_address(const struct scope *s, const uint8_t *at, size_t size, unsigned family);
/* What an RTM_NEWLINK message tells: the name of an interface. */
void netlink_remember(const struct scope *s, uint32_t index, const uint8_t *attributes,
		      size_t size);

/* Links: netlink_link.c, netlink_bridge.c. */
extern const struct netlink_layout netlink_link_head, netlink_multicast_head;
extern const struct netlink_list netlink_links, netlink_bridge, netlink_bridge_port,
	netlink_multicast;
/* Queues: netlink_traffic.c. What else the kernel tells of the network: netlink_network.c. */
extern const struct netlink_layout netlink_traffic_head, netlink_nexthop_head,
	netlink_neighbours_head, netlink_label_head, netlink_settings_head, netlink_namespace_head;
extern const struct netlink_list netlink_traffic, netlink_nexthops, netlink_neighbours,
	netlink_labels, netlink_settings, netlink_namespaces;

/* netlink_protocols.c: what the types and flags of messages mean, and payloads of which not
 * much is said. Returns whether it said the payload. */
void netlink_type(const struct scope *s, unsigned protocol, unsigned type);
const struct sys_flagset *netlink_flags(unsigned protocol, unsigned type);
bool netlink_payload(const struct scope *s, unsigned protocol, unsigned type, const uint8_t *at,
		     size_t size);

/* netlink_route.c, netlink_diagnosis.c: the payload that begins with its family. */
void netlink_route(const struct scope *s, unsigned type, const uint8_t *at, size_t size);
void netlink_diagnosis(const struct scope *s, unsigned type, bool request, const uint8_t *at,
		       size_t size);

#endif
