/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a tape holds besides events, in plain C: the header (which machine, which
 * command, which recorder), snapshots (the world at the start) and the trailer
 * (how it ended and what is missing).
 *
 * Every struct owns the strings and arrays in it; a zeroed struct is empty; the
 * _done functions accept half-built objects. Strings are never NULL after
 * decoding ("" is absent), may be NULL before encoding.
 */
#ifndef FORMAT_META_H
#define FORMAT_META_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes that need be no text: /proc files with NULs, paths. */
struct meta_bytes {
	uint8_t *data;
	size_t size;
};

/*
 * Something that is good to know and that nobody needs to understand: "aslr" is "2". The names in
 * use are in doc/trace-format.md. Neither is NULL; no name is there twice.
 */
struct meta_fact {
	char *name, *value;
};

/*
 * Feature bits. A reader refuses a tape with an incompatible bit it does not
 * know, by number, and ignores compatible bits it does not know.
 */
enum { META_INCOMPATIBLE_KNOWN = 0, META_COMPATIBLE_KNOWN = 0 };

struct meta_header {
	uint64_t incompatible, compatible; /* feature bits */
	char *tool;                        /* "systape 0.1.0" */
	uint8_t uuid[16];                  /* of this tape */
	int64_t start_realtime;            /* ns since the epoch when time was 0 */
	int64_t start_monotonic;           /* CLOCK_MONOTONIC then, ns */
	char *sysname, *release, *version, *machine, *hostname; /* uname(2) */
	char *distribution;                                     /* PRETTY_NAME of os-release */
	char *cpu;                                              /* model name */
	uint32_t cpus;                                          /* online */
	uint32_t page_size;
	uint64_t memory_size;      /* bytes */
	char *boot_id;             /* /proc/sys/kernel/random/boot_id */
	char *libc;                /* "glibc 2.36" */
	uint32_t arch;             /* AUDIT_ARCH_* of the recorder itself */
	struct meta_bytes command; /* argv, strings each with its NUL; empty when attached */
	struct meta_bytes cwd;
	uint64_t payload_limit; /* bytes kept of each buffer, UINT64_MAX: all */
	char *trace_set;        /* -e trace= as given; "" is all */
	char *options;          /* the recorder's own command line up to the command, for people */
	uint64_t first_chunk;   /* number of the tape's first chunk */
	uint32_t part;          /* of a recording in several files, from 1; 0: it is one */
	char *cut;              /* of a part of another tape: what was chosen, for people */
	uint8_t cut_from[16];   /* uuid of that tape; all zero: none */
	uint32_t *shown_pids; /* processes and threads that were chosen; the others' calls are there
				 for what they bear on */
	size_t shown_pid_count;  /* 0: all */
	struct meta_fact *facts; /* more about the machine */
	size_t fact_count;
	char *redacted;            /* of a tape with secrets replaced: the level; "": it is none */
	uint8_t redaction_key[16]; /* which key the replacements were made with; all zero: none */
	uint64_t unknown_fields; /* when it was decoded: what is of a newer version, and is not here
				  */
};

/* What a socket is bound and connected to. */
struct meta_socket {
	uint32_t family, type, protocol; /* type without flags */
	uint32_t role;                   /* META_SOCKET_* */
	struct meta_bytes local, peer;   /* struct sockaddr; empty: not known */
	uint64_t other;                  /* inode of the other end of a Unix socket; 0: not known */
};
enum { META_SOCKET_LISTENS = 1, META_SOCKET_ACCEPTED = 2 };

struct meta_fd {
	int32_t fd;
	uint32_t flags;           /* O_* and O_CLOEXEC, from fdinfo */
	uint64_t position;        /* from fdinfo */
	struct meta_bytes target; /* readlink of /proc/PID/fd/N */
	uint32_t unknown;         /* META_FD_* */
	uint64_t description;     /* equal for descriptors that share one; 0: not known who does */
	struct meta_socket *socket; /* NULL: it is none, or nothing is known of it */
};
enum { META_FD_NO_FLAGS = 1, META_FD_NO_POSITION = 2 };

struct meta_map {
	uint64_t start, end, offset, inode;
	uint32_t device; /* major << 20 | minor */
	uint32_t prot;   /* PROT_*, and META_MAP_* */
	struct meta_bytes path;
};
enum { META_MAP_SHARED = 1 << 8, META_MAP_STAYS = 1 << 9 /* no child gets it */ };

struct meta_rlimit {
	uint32_t resource;   /* RLIMIT_* */
	uint64_t soft, hard; /* UINT64_MAX: unlimited */
};

/* A call that a thread was in when the snapshot was taken: it began before the tape did. */
struct meta_in_flight {
	uint32_t tid;
	uint32_t arch; /* AUDIT_ARCH_* */
	uint64_t nr, args[6];
	uint64_t seq; /* place of its entry, which is on an earlier part; 0: recorded nowhere */
};

/* What a process does with a signal, when that is not the default. */
struct meta_disposition {
	uint32_t signal;
	uint64_t handler; /* 1: it is ignored */
	uint64_t flags;   /* SA_* */
	uint64_t mask;    /* bit 0 is signal 1 */
};

struct meta_process {
	uint32_t pid, ppid, pgid, sid;
	uint32_t *tids;
	size_t tid_count;
	struct meta_bytes comm, exe, argv, env, cwd, root; /* argv, env: each string with its NUL */
	uint32_t umask;
	uint32_t uids[4], gids[4]; /* real, effective, saved, file system */
	uint32_t *groups;
	size_t group_count;
	struct meta_rlimit *rlimits;
	size_t rlimit_count;
	struct meta_fd *fds;
	size_t fd_count;
	struct meta_map *maps;
	size_t map_count;
	bool maps_partial;                     /* there are more */
	struct meta_disposition *dispositions; /* of those that are known */
	size_t disposition_count;
	struct meta_in_flight *in_flight;
	size_t in_flight_count;
	char *missing; /* what could not be read and why, for people; "" is nothing */
	struct meta_fact *facts;
	size_t fact_count;
};

struct meta_snapshot {
	uint64_t seq;  /* the world as it was just after this event */
	uint64_t time; /* ns since the tape began */
	struct meta_process *processes;
	size_t process_count;
	uint64_t unknown_fields; /* as of a header */
};

/* A zstd frame of the tape, for seeking. */
struct meta_frame {
	uint64_t offset;      /* of the compressed frame, from the header frame's first byte */
	uint64_t raw_size;    /* decompressed */
	uint64_t first_chunk; /* number */
	uint64_t chunks;
	uint64_t first_seq, last_seq;
	uint64_t first_time, last_time;
	uint64_t events;
};

/* getrusage(2) of processes that have ended. */
struct meta_usage {
	uint64_t user_time, system_time; /* ns */
	uint64_t max_rss;                /* bytes, of the largest process */
	uint64_t minor_faults, major_faults;
	uint64_t blocks_in, blocks_out; /* of 512 bytes */
	uint64_t voluntary_switches, involuntary_switches;
};

/* A file whose code was run, as it was when that happened first. Two runs used the same code if
 * the build-ids are the same; where there is none size and mtime tell a little. */
struct meta_object {
	struct meta_bytes path;
	uint64_t size;
	int64_t mtime; /* ns since the epoch */
	uint64_t inode;
	uint32_t device;                 /* major << 20 | minor */
	uint32_t use;                    /* META_OBJECT_EXECUTED, … */
	uint32_t state;                  /* META_OBJECT_SEEN, … */
	struct meta_bytes build_id;      /* NT_GNU_BUILD_ID; empty: none, or not known */
	char *package, *package_version; /* that the file belongs to; "": none, or not known */
};
enum { META_OBJECT_EXECUTED = 1, META_OBJECT_MAPPED = 2, META_OBJECT_INTERPRETER = 4 };
/* Whether build-id and package could be looked for, when recording ended. */
enum {
	META_OBJECT_SEEN,    /* yes, in the same file */
	META_OBJECT_UNSEEN,  /* no: there was no time, or it was not to be had */
	META_OBJECT_GONE,    /* no: it is no longer there */
	META_OBJECT_CHANGED, /* no: another file has its name */
};

struct meta_trailer {
	uint64_t duration; /* ns */
	uint64_t calls, events, processes, threads, signals;
	bool has_status;
	uint32_t status;     /* wait status of the command */
	uint64_t lost;       /* events known to be missing; 0 but after a failure or a repair */
	uint64_t unreadable; /* memory ranges that could not be read whole */
	uint64_t shortened;  /* memory ranges cut by the payload limit */
	uint64_t bytes_kept, bytes_full; /* of all memory ranges */
	uint64_t unfinished;             /* calls in flight at the end */
	char *reason; /* why recording ended, for people; "" the last task ended */
	char **notes; /* what was not captured, a sentence each */
	size_t note_count;
	struct meta_frame *frames; /* filled in by the writer */
	size_t frame_count;
	bool incomplete; /* events are missing, how many is not known: of a repaired tape */
	bool has_usage;
	struct meta_usage usage;     /* of the command and the descendants that were waited for */
	struct meta_object *objects; /* executed, or mapped executable */
	size_t object_count;
	uint64_t object_beyond;  /* so many more are not listed */
	uint64_t unknown_fields; /* as of a header */
};

/* Puts a fact behind the others. 0 or -ENOMEM. */
int meta_add_fact(struct meta_fact **facts, size_t *count, const char *name, const char *value);
/* The value of a fact; "" if it is not there. */
const char *meta_fact(const struct meta_fact *facts, size_t count, const char *name);

enum { META_NOTES_MAX = 64 };

/* Adds a sentence about what is missing, none when there are @limit. 0 or -ENOMEM. */
int meta_add_note(struct meta_trailer *t, size_t limit, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/*
 * What is still so of the tape of @from when part of it, or another form, is written as another:
 * @ret, zero or with notes of its own, has all but what is counted anew. At most META_NOTES_MAX
 * notes. 0 or -ENOMEM; @ret is to be ended all the same.
 */
int meta_carry_trailer(const struct meta_trailer *from, struct meta_trailer *ret);

/* Copies, with a NUL behind the bytes as from decoding. 0 or -ENOMEM with nothing in @ret. */
int meta_copy_bytes(const struct meta_bytes *from, struct meta_bytes *ret);
int meta_copy_facts(const struct meta_fact *from, size_t count, struct meta_fact **ret,
		    size_t *ret_count);
int meta_copy_objects(const struct meta_object *from, size_t count, struct meta_object **ret,
		      size_t *ret_count);

/* N of socket:[N], what the descriptor leads to; 0: it is no socket. */
uint64_t meta_socket_inode(const struct meta_fd *fd);

void meta_header_done(struct meta_header *h);
void meta_process_done(struct meta_process *p);
void meta_snapshot_done(struct meta_snapshot *s);
void meta_trailer_done(struct meta_trailer *t);
void meta_facts_done(struct meta_fact *facts, size_t count);
void meta_objects_done(struct meta_object *objects, size_t count);

#endif
