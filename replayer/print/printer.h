/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of the printer share: a scope, that is a struct (or the six
 * arguments) in which fields are said, and who says which kind.
 */
#ifndef PRINT_PRINTER_H
#define PRINT_PRINTER_H

#include "print.h"

#include "canon.h"
#include "commands.h"

#include "base/buf.h"
#include "base/load.h"
#include "sys/desc.h"

enum { PRINT_INTERFACES_MAX = 64, PRINT_INTERFACE_NAME = 16 };

/* A network interface, as a netlink message told of it. At its index modulo the maximum. */
struct interface {
	uint32_t index; /* 0: none */
	char name[PRINT_INTERFACE_NAME];
};

/* What a thread's restart_syscall goes on with. At its number modulo the maximum. */
struct restart {
	uint32_t tid;
	const struct sys_desc *of; /* NULL: nothing */
};

/* Which call a thread made last. At its number modulo the maximum. */
struct last_call {
	uint32_t tid; /* 0: none */
	uint64_t nr;
};

enum { PRINT_FAMILIES_MAX = 64, PRINT_FAMILY_NAME = 16 };

/* A family of generic netlink, as its messages told. At its number modulo the maximum. */
struct generic_family {
	uint16_t id; /* 0: none */
	char name[PRINT_FAMILY_NAME];
};

enum { PRINT_MEANINGS_MAX = 64 };

/* Whether results of a call have a meaning: asked once, not of each event. */
struct known_meaning {
	const struct sys_desc *desc; /* NULL: none yet */
	uint8_t row;
};

enum { PRINT_ORDERS_MAX = 64, PRINT_ORDER_FIELDS = 120 };

/* In which order the members of a struct are said: found once, not for each event. */
struct known_order {
	const struct sys_desc *desc;       /* NULL: none yet */
	bool lengths;                      /* a member may be the length of an address */
	uint8_t shown, count;              /* behind those that are shown: those that -v would */
	uint8_t field[PRINT_ORDER_FIELDS]; /* places in desc->field */
};

enum { PRINT_TEXTS_MAX = 256, PRINT_TEXT_MAX = 47 };

/* What a value of a field was said as in the canonical form. */
struct known_text {
	const struct sys_field *field; /* NULL: none yet */
	uint64_t value;
	uint8_t size;
	char text[PRINT_TEXT_MAX];
};

enum { PRINT_STRUCTS_MAX = 32, PRINT_MEMBERS_MAX = 24 };

/* A member that the canonical form may tell. */
struct known_member {
	const struct sys_field *field, *condition; /* NULL: the sibling is not there */
	uint8_t name_size;
	bool plain; /* a number, said by itself */
	bool asked; /* canon_omits() says whether it is told */
};

struct known_struct {
	const struct sys_desc *desc; /* NULL: none yet */
	bool usable;
	uint8_t count;
	struct known_member member[PRINT_MEMBERS_MAX];
};

struct printer {
	struct print_options options;
	int64_t start_realtime; /* ns since the epoch at time 0 */
	uint64_t last_time;     /* for -r: of the line before */
	bool any_line;
	uint64_t args[EVENT_ARGS];       /* of the call at hand, when they were in memory */
	const struct state *state;       /* NULL: descriptors have no names */
	const struct print_canon *canon; /* NULL: as strace says it */
	struct restart restarts[PRINT_RESTARTS_MAX];
	struct last_call calls[PRINT_NUMBERS_MAX];
	struct interface interfaces[PRINT_INTERFACES_MAX];
	struct generic_family families[PRINT_FAMILIES_MAX];
	struct known_meaning meanings[PRINT_MEANINGS_MAX];
	struct known_order orders[PRINT_ORDERS_MAX];
	struct known_text texts[PRINT_TEXTS_MAX];
	struct known_struct structs[PRINT_STRUCTS_MAX];
	print_address_fn *address; /* is told of addresses; NULL: nobody is */
	void *address_context;
	struct commands commands;  /* -Y */
	struct print_parts *parts; /* to be noted of the call at hand; NULL: nobody asks */
};

enum { PRINT_DEPTH_MAX = 8 };

/*
 * Where fields are said. `before` is the same struct as it was at the entry, when
 * `base` is how it was at the exit; else NULL.
 */
struct scope {
	struct printer *p;
	const struct event *event;
	const struct sys_desc *desc;
	const uint8_t *base;
	size_t size;
	uint64_t address; /* of the struct, 0: the arguments */
	uint8_t dir;      /* of the pointer that led here: IN for the arguments */
	unsigned depth;
	uint64_t bound; /* bytes or elements that the result allows; UINT64_MAX: no result */
	struct buf *out;
	size_t from;               /* where the event's text begins in it */
	size_t beyond;             /* bytes behind a struct that its caller takes for part of it */
	uint8_t part;              /* enum part */
	bool unnamed;              /* descriptors are said without their names */
	const struct scope *outer; /* where the pointer that led here is; NULL: the arguments */
};

/* Of what is told as it was and, behind that, as it became: which of both. */
enum part { PART_ALL, PART_BEFORE, PART_CHANGED };

/* Whether what is said from here on will be cut: lists of things that point to the same
 * bytes have no end otherwise. */
static inline bool is_full(const struct scope *s)
{
	return s->out->size - s->from > PRINT_EVENT_MAX;
}

/* Whether the call came back with an error (restarts included), or not at all. */
bool call_failed(const struct event *e);

/* The number of a process or thread, with what it is called if that is asked for. */
void say_task(const struct printer *p, int64_t id, struct buf *out);
/* The same of one that is called as @like is. */
void say_task_as(const struct printer *p, int64_t id, int64_t like, struct buf *out);
/* The field's value, whatever it is, in words. */
void say_field(const struct scope *s, const struct sys_field *f);
/* The same of its value, or of what it points to; not from what is known of it already. */
void say_any_field(const struct scope *s, const struct sys_field *f, uint64_t value);
/* Whether a member of the struct is said at all, and the member with its name. */
bool is_member_said(const struct scope *s, const struct sys_field *f);
void say_member(const struct scope *s, const struct sys_field *f);
/* In which order members are said. Valid until that of another struct is asked for. */
const struct known_order *order_of(struct printer *p, const struct sys_desc *d);
/* What the kernel changed of what the field points to: " => [8]", or nothing. */
void say_change(const struct scope *s, const struct sys_field *f);
/* Whether there may be such a change, as far as the entry tells. */
bool may_change(const struct scope *s, const struct sys_field *f);
/* All fields of a scope with braces and names; a cell without. */
void say_struct(const struct scope *s);
/* Which time of memory tells best what a pointer of direction @dir points to. */
uint8_t time_of(uint8_t dir);

/* arguments.c: those of a call, or the half of them that the event tells. */
void say_arguments(const struct scope *s, const struct sys_field *const *fields, size_t count);
/* The raw register, or what stands for it. */
uint64_t argument_value(const struct scope *s, const struct sys_field *f);

/* numbers.c: kinds up to K_EPOLL_DATA. */
void say_number(const struct scope *s, const struct sys_field *f, uint64_t value);
void say_address(struct buf *out, uint64_t address);
void say_permissions(struct buf *out, uint64_t mode);
void say_mode(struct buf *out, uint32_t mode);
void say_ticks(struct buf *out, uint64_t ticks);
void say_wait_status(struct buf *out, uint32_t status);
void say_signal(struct buf *out, uint64_t number);

/* names.c: what a descriptor stands for, behind its number; the working directory. */
void say_fd_name(const struct scope *s, int64_t fd);
void say_cwd_name(const struct scope *s);

/* words.c: what was said since @from is the name of a number: -X puts it beside that, or
 * takes it away. */
void put_raw(const struct printer *p, struct buf *out, size_t from, const char *raw);
void put_hex(const struct printer *p, struct buf *out, size_t from, uint64_t value);
void put_decimal(const struct printer *p, struct buf *out, size_t from, int64_t value);
void put_bytes(const struct printer *p, struct buf *out, size_t from, const uint8_t *at,
	       size_t size);
/* For all that are a number but for flags, which say_parts() says. */
void put_number_of(const struct scope *s, const struct sys_field *f, uint64_t value, size_t from);
void say_parts(const struct scope *s, const struct sys_flagset *set, uint64_t value);

/* times.c: a number of seconds, and a {seconds, fraction} struct, with their dates. */
void say_time(const struct scope *s, const struct sys_field *f, uint64_t value);
void say_moment(const struct scope *s);
/* 2026-11-25T00:46:09+0000, or nothing when there is no such date. */
void say_calendar(struct buf *out, int64_t seconds);

/* flags.c */
void say_flags(struct buf *out, const struct sys_flagset *set, uint64_t value);
void say_enum(struct buf *out, const struct sys_flagset *set, uint64_t value);

/* bytes.c: strings and buffers. */
void say_quoted(const struct printer *p, struct buf *out, const uint8_t *bytes, size_t size,
		uint64_t full, bool whole);
void say_bytes(const struct scope *s, const struct sys_field *f, uint64_t address);
void say_hexadecimal(const struct scope *s, const uint8_t *bytes, size_t size, uint64_t full);
void say_string(const struct scope *s, const struct sys_field *f, uint64_t address);
void say_strings(const struct scope *s, const struct sys_field *f, uint64_t address);

/* Kinds of bytes with a notation of their own. They get the bytes that are there. */
typedef void say_bytes_fn(const struct scope *s, const uint8_t *bytes, size_t size,
			  uint64_t address);
say_bytes_fn say_sockaddr, say_sigset, say_fdset, say_cpuset, say_siginfo, say_dirents,
	say_dirents_old, say_cmsg, say_ipv6, say_optval, say_msgbuf, say_resident, say_nodes,
	say_opaque;
/* Says bytes that are a member as their kind has it; false: the kind has no notation. */
bool say_notation(const struct scope *s, uint8_t kind, const uint8_t *bytes, size_t size);

/* netlink_attributes.c: the index of a network interface, by the name that the tape tells. */
void say_interface(const struct scope *s, uint32_t index);

/* sockaddr.c: an address is said that stands at @bytes. */
void note_address(const struct scope *s, enum print_address kind, const uint8_t *bytes,
		  size_t size);
/* Four bytes: inet_addr("127.0.0.1"). */
void say_ipv4(const struct scope *s, const uint8_t *bytes);
/* One that is a member, with the member's name: inet_pton(AF_INET6, "::1", &name). */
void say_ipv6_member(const struct scope *s, const uint8_t *bytes, size_t size, const char *name);

/* filter.c: an instruction of a classic BPF program; @seccomp: for system calls. */
void say_instruction(const struct scope *s, const uint8_t *at, size_t size, bool seccomp);

/* netlink.c: what a message to or from a socket says, when that is a netlink socket and the
 * bytes are a message; returns whether they are. @full: bytes that there were. */
bool say_netlink_messages(const struct scope *s, const uint8_t *bytes, size_t size, uint64_t full);

/* sets of signals by number, and siginfo as a struct */
void say_signal_set(const struct printer *p, struct buf *out, const uint8_t *bytes, size_t size);
void say_siginfo_struct(const struct printer *p, struct buf *out, const uint8_t *info, size_t size);

/* result.c: all that stands behind " = ". */
void say_result(const struct scope *arguments);
/* The kind that a result is said as. */
uint8_t result_kind(const struct sys_desc *desc);

/* print.c: the arguments of a call as a scope, and those that are said, in order. */
struct scope scope_of(struct printer *p, const struct event *e, struct buf *out);
size_t shown_fields(const struct scope *s, const struct sys_field **ret);
/* Whether it has a line, and that line's text without result for what is no call. */
void say_signal_event(struct printer *p, const struct event *e, struct buf *out);
void bound_text(struct buf *out, size_t from);

/* canon.c: says the field in its canonical form; false: as usual. @value: as it points. */
bool canon_field(const struct scope *s, const struct sys_field *f, uint64_t value);
/* Whether nothing is said of it, since it is another every time. */
bool canon_omits(const struct scope *s, const struct sys_field *f);
/* canon_again.c: say_any_field(), and the struct in braces; false: as usual. */
void canon_say(const struct scope *s, const struct sys_field *f, uint64_t value);
bool canon_struct(const struct scope *s);
/* An address that is told in place of what should be there, or in an answer. */
void say_pointer(const struct scope *s, uint64_t address);

#endif
