/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Events as text, in strace's notation: people and tools know it. Everything is said
 * from the event: registers, result, and the bytes it carries, found by address; and,
 * for what descriptors and interfaces are called, from the events before. No byte of a
 * traced program ever comes out unescaped, and no event, however made up, gives more
 * than PRINT_EVENT_MAX bytes of text.
 *
 * A printer keeps what must be known between events (the time before, calls that
 * were told as unfinished); one for each tape. It is not thread-safe.
 */
#ifndef PRINT_PRINT_H
#define PRINT_PRINT_H

#include "format/event.h"
#include "format/meta.h"

struct buf;
struct printer;
struct state;
struct state_file;

enum {
	PRINT_STRING_DEFAULT = 32,
	PRINT_EVENT_MAX = 4 << 20,
	/* Threads of which it is known what a restart_syscall goes on with: one for each thread
	 * number modulo this, the latest. */
	PRINT_RESTARTS_MAX = 1024,
	/* The same for the number of the latest call of each. */
	PRINT_NUMBERS_MAX = 1024,
};

enum print_hex { PRINT_HEX_NEVER, PRINT_HEX_NON_ASCII, PRINT_HEX_ALL };
/* What is said of a descriptor besides its number: its path, or all that is known. */
enum print_names { PRINT_NAMES_NONE, PRINT_NAMES_PATHS, PRINT_NAMES_ALL };
/* Values that have names: the names, the numbers, or both. */
enum print_words { PRINT_WORDS_ONLY, PRINT_WORDS_NEVER, PRINT_WORDS_TOO };
enum print_clock { PRINT_CLOCK_NONE, PRINT_CLOCK_TIME, PRINT_CLOCK_TIME_US, PRINT_CLOCK_UNIX };

/* Zero is strace's default of every field but string_limit. */
struct print_options {
	size_t string_limit;    /* -s */
	bool verbose;           /* -v: nothing is abbreviated */
	enum print_hex hex;     /* -x, -xx */
	enum print_names names; /* -y, -yy */
	enum print_words words; /* -X */
	enum print_clock clock; /* -t, -tt, -ttt */
	bool relative;          /* -r: since the line before */
	bool durations;         /* -T: <0.000012> */
	bool commands;          /* -Y: what processes are called, 4711<sh> */
	bool no_pid;            /* leave out the pid column */
	bool numbers;           /* -n: of the call, [ 257] */
	bool places;            /* -i: the instruction pointer, [00007f70237a99e7] */
	unsigned align;         /* -a: column of " = "; 0: 40 */
};

struct printer *printer_new(const struct print_options *options);
struct printer *printer_free(struct printer *p);
/* A tape begins: its clock, its machine. May be NULL when the header is missing. */
void printer_header(struct printer *p, const struct meta_header *header);
/* The calls that threads were in before the tape began, which a restart_syscall goes on with, and
 * what they are called. 0 or -ENOMEM. */
int printer_snapshot(struct printer *p, const struct meta_snapshot *snapshot);
/* Is told of each address of a network that is said from here on, as it stands in the event's
 * memory, or in a copy of that. NULL: nobody is. */
enum print_address { PRINT_IPV4, PRINT_IPV6, PRINT_HARDWARE };
typedef void print_address_fn(void *context, enum print_address kind, const uint8_t *bytes,
			      size_t size);
void printer_tell_addresses(struct printer *p, print_address_fn *tell, void *context);
/* Where the names of descriptors come from. Every event that is printed must have been
 * handed to it just before. Borrowed; NULL: there are none. */
void printer_state(struct printer *p, const struct state *state);

/*
 * Appends the line (or lines) for an event, each with its newline: pid, time, text.
 * EVENT_DATA and EVENT_FORK give nothing. 0 or -ENOMEM.
 */
int print_event(struct printer *p, const struct event *e, struct buf *ret);

/* An event that is not told: what later ones need of it is kept. 0 or -ENOMEM. */
int print_nothing(struct printer *p, const struct event *e);

/*
 * Appends the text alone, no pid, no time, no newline, no alignment:
 * openat(AT_FDCWD, "/etc/hosts", O_RDONLY|O_CLOEXEC) = 3. 0 or -ENOMEM.
 */
int print_text(struct printer *p, const struct event *e, struct buf *ret);

/* The arguments of a call, one by one (EVENT_CALL, BEGUN, END). */
size_t print_argument_count(struct printer *p, const struct event *e);
/* Name (never NULL), raw register, and text appended. 0 or -ENOMEM. */
int print_argument(struct printer *p, const struct event *e, size_t i, const char **ret_name,
		   uint64_t *ret_value, struct buf *ret_text);

/* An argument of a call that was printed. */
struct print_part {
	const char *name;
	uint64_t value;
	size_t at, size; /* its text in that of the call; size PRINT_APART: it is not there as
			  * print_argument() has it */
};

#define PRINT_APART SIZE_MAX

struct print_parts {
	size_t count;
	struct print_part part[EVENT_ARGS];
};

/* As print_text(), and where in the text of a call each of its arguments is: whoever wants both
 * need not have them said twice. 0 or -ENOMEM. */
int print_text_parts(struct printer *p, const struct event *e, struct buf *ret,
		     struct print_parts *ret_parts);

/* What a descriptor stands for, as it is between < and > (print_options.names). Appends nothing
 * when that is not known. */
void print_file(struct printer *p, const struct state_file *f, struct buf *ret);

/* Whether a call is said by what was before: what its socket is, which call it goes on with. Others
 * are said rightly by a printer that has not been told of it, as long as no names are asked for. */
bool print_depends_on_past(const struct event *e);
/* The same of what the call, or a variant of it, is described as. */
struct sys_desc;
bool print_may_depend_on_past(const struct sys_desc *desc);

/* "openat", or "syscall_0x1f4" put into @scratch (at least 32 bytes). */
const char *print_call_name(const struct event_call *call, char *scratch);

/*
 * The path that a call is about, as the program gave it: the first argument that is a
 * path and whose bytes are here. Appends it unescaped; returns whether there is one.
 */
bool print_call_path(const struct event *e, struct buf *ret);
/* Its bytes where they are, without a NUL; NULL: there is none. */
const char *print_path_of(const struct event *e, size_t *ret_size);

#endif
