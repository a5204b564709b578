/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One tape in the form in which it can be compared with another: who did what, with all that
 * differs from run to run taken out. Nothing here depends on the other tape.
 *
 * What a program does is told in three ways, since each is right for some calls only:
 *  - steps: calls whose order within a thread means something (opening, connecting, executing,
 *    failing), with keys that are equal when the same was done;
 *  - streams: the bytes that went through an object, whatever the pieces were;
 *  - counts: how often which call was made on what, of all calls; those that come and go with the
 *    scheduler and the allocator (futex, poll, brk) are nothing but that, marked as noise.
 *
 * Keys are hashes of the text that the printer says in its canonical form (print/canon.h): objects
 * in place of descriptors, places in the tree in place of pids, no addresses, no times.
 */
#ifndef SIDE_SIDE_H
#define SIDE_SIDE_H

#include "base/map.h"
#include "format/meta.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	DIFF_NONE = 0,              /* index 0 of each table is nobody */
	DIFF_TEXTS_MAX = 256 << 20, /* bytes of texts kept; beyond that steps have none */
	DIFF_STEPS_MAX = 32 << 20,  /* of one tape; what is over is counted in `left_out` */
	DIFF_CHUNKS_MAX = 4 << 20,
};

#define DIFF_WAITS UINT64_MAX

enum diff_step_kind {
	DIFF_CALL,
	DIFF_SIGNAL, /* delivered; SIGCHLD is none */
};

enum diff_step_mark {
	DIFF_PROBE = 1 << 0, /* looked whether it is there: a search path, a message catalogue */
	DIFF_ALLOCATOR = 1 << 1,   /* a file that libc opens for itself now and then */
	DIFF_MAKES = 1 << 3,       /* is to make a file if there is none */
	DIFF_FAILED_ONLY = 1 << 2, /* a call that is a step when it fails, else counted only */
};

struct diff_step {
	uint64_t what;   /* call group and object */
	uint64_t coarse; /* and how it ended: to align by */
	uint64_t fine;   /* all that was said: equal steps have equal ones */
	uint64_t seq;
	uint32_t object; /* in objects: what it was about first; DIFF_NONE: nothing with a name */
	uint32_t call;   /* in calls */
	uint32_t text;   /* the canonical text, for diff_step_text(); 0: not kept */
	uint16_t error;  /* errno, 0: none */
	uint8_t kind, marks;
};

struct diff_count {
	uint32_t call, object;
	uint16_t error;
	bool noise; /* how often says nothing */
	uint64_t calls, nanoseconds;
	uint64_t wait; /* ns that each of them was to wait at most; 0: not told; DIFF_WAITS: each
			  something else */
};

/* The bytes of one transfer (query/transfer.h), which is number @index of those that its call at
 * @seq tells, begin at @offset of the stream. */
struct diff_chunk {
	uint64_t offset, seq;
	uint32_t size, index; /* no call moves more than INT_MAX bytes; what says so is cut */
};

/* What a process moved through an object in one direction, by its own order (positioned files: by
 * position). */
struct diff_stream {
	uint32_t object;
	bool out;
	bool masked; /* random or volatile by what the object is: only that there was one counts */
	bool whole;  /* all bytes are on the tape and hashed */
	bool shared; /* several threads did, in an order that may be another next time */
	uint64_t bytes, calls;
	uint64_t hash;
	bool datagrams; /* each call moves one, and they may come in any order */
	/* Of pipes and pairs that were made on the tape: which, from 1, and which end. Of these,
	 * and of datagrams, the messages are summed up, whatever their order: what is in them, how
	 * long they are. */
	uint32_t channel;
	uint8_t end;
	uint64_t messages, sizes;
	const struct diff_chunk *chunks; /* empty when over the limit */
	size_t chunk_count;
};

struct diff_thread {
	uint32_t tid;  /* on the tape */
	uint32_t rank; /* 0: the first; else in the order in which they were made */
	const struct diff_step *steps;
	size_t count;
};

/* A descriptor that was open when a program was executed, and stayed so. */
struct diff_inherited {
	uint32_t object;
	int32_t fd;
};

struct diff_process {
	uint32_t pid, parent; /* `parent` in processes; DIFF_NONE: the command itself */
	uint32_t exe;  /* in objects: what it executed last; inherited when it executed nothing */
	uint32_t argv; /* place in texts: words in canonical form, joined by blanks, quoted where
			  needed */
	uint32_t ordinal; /* among the children of its parent, from 1 */
	bool execed;
	bool ended;
	/* Its parent has asked for its end, and waited until it came; somebody has been told of it.
	 */
	bool asked, awaited, reaped;
	uint8_t told_to_end; /* the last signal that its parent sent it; 0: none */
	uint32_t status;     /* as wait(2) has it */
	uint64_t exe_id;     /* hash of the build-id of the executable; 0: not on the tape */
	const uint8_t
		*environment; /* of the last exec: strings, each with its NUL; NULL: not known */
	size_t environment_size;
	/* Those of them that are said otherwise in canonical form, so said: "HOME=$HOME". */
	const uint8_t *environment_said;
	size_t environment_said_size;
	const struct diff_thread *threads; /* the first thread first */
	size_t thread_count;
	const struct diff_count *counts; /* of a call, object and error; as they first came */
	size_t count_count;
	const struct diff_stream *streams; /* by object, direction */
	size_t stream_count;
	const struct diff_inherited *inherited; /* by the last exec, but for 0, 1 and 2 */
	size_t inherited_count;
	/* What its first thread (or another) was in when it ended, or at the end of the tape;
	 * `in_call` in calls, DIFF_NONE: nothing. */
	uint32_t in_call, in_object;
	uint64_t start_time, end_time;
};

/* What a call was about: a file, a socket, a pipe, by a name that is the same in another run. */
struct diff_object {
	uint64_t hash;  /* of the label: equal in two tapes when they mean the same */
	uint32_t label; /* place in texts, canonical: "/etc/hosts", "$CWD/<new#1>", "pipe#2" */
	uint32_t name;  /* place in texts: as it was on this tape */
	uint8_t kind;   /* enum diff_object_kind */
};

enum diff_object_kind {
	DIFF_FILE,      /* anything with a path */
	DIFF_NEW_FILE,  /* its name was made by the program, and has something random in it */
	DIFF_PEER,      /* a socket with, or to, an address */
	DIFF_CHANNEL,   /* pipe, pair */
	DIFF_ANONYMOUS, /* eventfd, epoll, … */
	DIFF_PROCESS,
};

struct diff_side {
	const struct meta_header *header;     /* NULL: none */
	const struct meta_snapshot *snapshot; /* the first; NULL: none */
	const struct meta_trailer *trailer;
	uint64_t events, calls_seen;
	bool truncated;                       /* the tape ends in the middle */
	bool damaged;                         /* something is missing in the middle */
	uint64_t lost;                        /* events that the tape says are missing */
	uint64_t left_out;                    /* events over the limits here */
	const struct diff_process *processes; /* from 1: in the order in which they began */
	size_t process_count;                 /* with index 0 */
	const struct diff_object *objects;
	size_t object_count;
	struct map by_hash;       /* objects, the values say nothing; empty: it has not been made */
	const char *const *calls; /* name of the group: "open" of open, openat, openat2 */
	size_t call_count;
	const char *texts; /* place 0 is the empty text */
	size_t texts_size;
	uint8_t *chosen_ports;  /* by the kernel, for sockets of the tape: a bit for each */
	struct side_told *told; /* texts that were asked for */
	char damage[256];       /* of the first damaged place, for people; "": none */
	uint8_t **environments; /* what processes point to */
	size_t environment_count;
};

/* A directory that is somewhere else in another run: a path below it begins with the name. */
struct diff_root {
	const char *name, *path; /* "$BUILD", "/tmp/build-1" */
};

struct diff_options {
	const struct diff_root *roots; /* besides $CWD, $HOME and $TMPDIR */
	size_t root_count;
	/* Paths of tapes, each with its NUL: a directory in which they lie has no entry of them. */
	const char *tapes;
	size_t tapes_size;
	bool one_thread; /* do not read ahead: another tape is read at the same time */
	/* Called now and then with how far into the file it is, and its size (0: not known). */
	void (*progress)(void *context, uint64_t offset, uint64_t size);
	void *progress_context;
};

struct buf;
struct err;
struct trace_source;

/*
 * Reads a whole tape. Takes over @source in any case. What is damaged or missing is no error, but
 * told in the side. 0, -ENOMEM, -EBADMSG (no tape, or several in one file), or what reading gave.
 * Nothing is shared between two that run at the same time.
 */
int diff_side_read(struct trace_source *source, const struct diff_options *options,
		   struct diff_side **ret, struct err *err);
/* The text at a place, "" of none. */
const char *diff_side_text(const struct diff_side *s, uint32_t place);
/*
 * The text of a step. What the step is about is not written out in what is kept, so that it is one
 * text for many: it is made whole when it is asked for, once, and lives as long as the side. ""
 * when that would be more than DIFF_TEXTS_MAX bytes for all of them, or there is no memory.
 */
const char *diff_step_text(const struct diff_side *s, const struct diff_step *step);
/* Whether there was no memory for one of them. */
bool diff_side_failed(const struct diff_side *s);
/* Appends it, and keeps nothing. */
void diff_step_say(const struct diff_side *s, const struct diff_step *step, struct buf *ret);
/* Accepts NULL; returns NULL. */
struct diff_side *diff_side_free(struct diff_side *s);

#endif
