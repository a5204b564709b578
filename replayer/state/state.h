/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What descriptors and directories meant at each moment of a tape: replayed from the start
 * snapshot and from the results of the calls, without the machine it was recorded on.
 *
 * Every item of the stream is handed over, in order, before anything is asked about it:
 *
 *	state_take(s, item);
 *	file = state_at_entry(s, item->event, 3);
 *
 * The stream tells calls at their entries, but what a call does holds from its exit on. So
 * effects wait for their place: after state_take() of a call everything is as it was at
 * the call's entry. What the call itself is about to make can be asked for too, with
 * state_at_exit(); of what other threads do between the two nothing is known yet.
 *
 * Names are what readlink(2) of /proc/PID/fd/N would have said, as far as the tape knows: the
 * recorder asked for those of files that were opened by path, of pipes and of sockets. On
 * older tapes, and in other paths, it knows a symbolic link when a program read or made it,
 * when an exec went through it, and that /bin, /lib and /sbin are links when the dynamic
 * loader lies in /usr. It knows the number of a pipe's or a socket's inode from the snapshot,
 * from there, or from fstat(2) on.
 *
 * Descriptors that no call on the tape made are not known: of processes without a snapshot,
 * or received from such. Memory is bounded whatever the tape: the limits are in
 * state_priv.h, and what is over them is forgotten.
 *
 * What costs something for calls that are frequent is replayed only when it is asked for
 * (enum state_part), and only when all calls that it rests on were recorded: a tape of
 * `rec -e trace=` need not have them. state_parts() says what there is.
 *
 * Not on a tape, and so not known here:
 *  - what the kernel maps by itself at an exec (the program, its loader, the stack, the vdso):
 *    mappings of a process are whole only until its first exec (state_process.maps_whole);
 *  - what signals did before the tape began: those of a snapshot, but for that of a tape that
 *    was cut, are not known until a call sets or tells them, and an exec leaves what was ignored
 *    as it was;
 *  - which descriptors of a snapshot share one description: each has its own here, and
 *    the position of those that may be the same is not known once one of them has moved;
 *  - the new parent of a process whose own has ended;
 *  - what processes that are not on the tape, or io_uring, do to a shared description.
 */
#ifndef STATE_STATE_H
#define STATE_STATE_H

#include "format/container/stream.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;
struct state;

/* What is replayed only when it is asked for. */
enum state_part {
	STATE_POSITIONS = 1 << 0, /* state_file.position */
	STATE_CONTENTS = 1 << 1,  /* of epoll, timerfd, signalfd, inotify */
	STATE_MAPS = 1 << 2,      /* state_next_map() */
	STATE_SIGNALS = 1 << 3,   /* state_next_signal() */
	STATE_CALLS = 1 << 4,     /* state_thread.call */
	STATE_ALL = (1 << 5) - 1,
};

enum state_kind {
	STATE_NAMED, /* has a text */
	STATE_PIPE,
	STATE_SOCKET,
	STATE_PIDFD,
};

enum { STATE_ADDRESS_MAX = 128, STATE_FDCWD = -100 };

/* A struct sockaddr as the kernel has it; size 0: not known. */
struct state_address {
	uint8_t size;
	uint8_t bytes[STATE_ADDRESS_MAX];
};

struct state_socket {
	uint32_t family, type, protocol; /* type without flags */
	struct state_address local, peer;
	bool listens, accepted;
	bool paired; /* has, or had, another end on the tape */
};

/* An open file description: what descriptors that were duplicated or inherited share. */
struct state_file {
	uint8_t kind; /* enum state_kind */
	bool deleted; /* its name is gone */
	char device;  /* 'c', 'b', or 0: none, or not known */
	uint32_t major, minor;
	uint32_t pid;     /* STATE_PIDFD: the process */
	uint64_t inode;   /* 0: not known */
	const char *text; /* a path, anon_inode:[eventfd]; not ended by a NUL; NULL: not known */
	size_t size;
	const struct state_socket *socket; /* NULL: not made on the tape */
	const struct state_file *peer;     /* the other end of a pipe or of a pair of sockets */
	uint64_t id;    /* from 1; no other description of this tape ever has it */
	uint32_t flags; /* as F_GETFL tells them, but for O_LARGEFILE: access mode, O_APPEND, … */
	bool flags_known;
	bool position_known; /* never of what has none: pipes, sockets, terminals */
	uint64_t position;   /* STATE_POSITIONS: where the next read(2) or write(2) is */
	const struct state_timer *timer; /* STATE_CONTENTS: of a timerfd that was set */
	uint64_t signals;                /* STATE_CONTENTS: of a signalfd; bit 0 is signal 1 */
	uint64_t watches; /* STATE_CONTENTS: state_next_watch() has so many at most */
};

/* As timerfd_settime(2) had it last. */
struct state_timer {
	uint32_t clock, flags;
	uint64_t seconds, nanoseconds; /* 0, 0: disarmed */
	uint64_t interval_seconds, interval_nanoseconds;
};

/* What an epoll instance or an inotify instance looks at. */
struct state_watch {
	int32_t fd;       /* when it was added; inotify: the watch descriptor */
	uint64_t file;    /* id of the description; 0: not known */
	uint32_t events;  /* EPOLL*, IN_* */
	uint64_t data;    /* epoll: what the program gets back */
	const char *path; /* inotify; not ended by a NUL; NULL: not known */
	size_t path_size;
};

/* How a process came to be on the tape. */
enum state_origin {
	STATE_SEEN,     /* it made a call: nobody knows more */
	STATE_SNAPSHOT, /* it was there when the tape began */
	STATE_FORKED,
};

/*
 * A process: from its fork (or the snapshot) until its last thread ends. Directories are
 * those of its first thread. Texts are not ended by a NUL; NULL: not known.
 */
struct state_process {
	uint64_t id;     /* from 1: another process that gets the same pid has another */
	uint64_t parent; /* id of the one that it was made by, 0: not on the tape. It may have ended
			  */
	uint32_t pid;
	uint32_t ppid;      /* 0: not known, or its parent has ended and it got another */
	uint32_t pgid, sid; /* 0: not known */
	uint8_t origin;     /* enum state_origin */
	bool execed;        /* on the tape: exe and argv are of that */
	uint64_t start_time, start_seq; /* when it was forked, or first seen */
	const char *exe;
	size_t exe_size;
	const uint8_t *argv; /* strings, each with its NUL */
	size_t argv_size;
	const char *cwd, *root;
	size_t cwd_size, root_size;
	uint32_t umask;
	bool umask_known;
	bool maps_whole; /* STATE_MAPS: nothing is missing */
	size_t threads;
};

struct state_thread {
	uint32_t tid;
	const struct state_process *process;
	const char *cwd, *root;
	size_t cwd_size, root_size;
	uint32_t umask;
	bool umask_known;
	bool shares_descriptors; /* with another thread, or another process */
	const void *descriptors,
		*directories; /* equal for those that share them; not to be followed */
	/* STATE_CALLS: the call that it is in at this place, as an EVENT_BEGUN with (up to a
	 * limit) what it read at its entry. NULL: none, or not known. With seq and time 0 it
	 * began before the tape. */
	const struct event *call;
};

struct state_fd {
	int32_t fd;
	bool cloexec;
	const struct state_file *file;
};

struct state_map {
	uint64_t start, end, offset;
	uint32_t prot; /* PROT_* */
	bool shared;
	bool stays; /* no child gets it */
	bool anonymous, deleted;
	uint64_t file;    /* id of its description: as state_file.id; 0: anonymous */
	const char *name; /* a path, [heap]; not ended by a NUL; NULL: anonymous, or not known */
	size_t name_size;
};

struct state_signal {
	uint32_t number;
	uint64_t handler; /* 1: ignored; else the address of a handler */
	uint64_t flags;   /* SA_* */
	uint64_t mask;    /* bit 0 is signal 1 */
};

/* NULL when out of memory. @parts: bits of enum state_part. */
struct state *state_new(void);
struct state *state_new_with(unsigned parts);
struct state *state_free(struct state *s);
/* 0 or -ENOMEM. */
int state_take(struct state *s, const struct trace_item *item);

/*
 * What descriptor @fd of the thread of @e stands for, or NULL: not open, or not known. @e is
 * the event that was handed over last. Valid until the next state_take().
 */
const struct state_file *state_at_entry(const struct state *s, const struct event *e, int32_t fd);
const struct state_file *state_at_exit(const struct state *s, const struct event *e, int32_t fd);

/* The thread's working directory, as state_file's text; NULL: not known. */
const char *state_cwd(const struct state *s, const struct event *e, size_t *ret_size);

/*
 * The absolute path that the kernel finds for @path at the entry of @e, an event just
 * handed over, as far as links are known; @dirfd may be STATE_FDCWD. Appends nothing when it is
 * not known. @follow: also the last component, when it is a link. 0 or -ENOMEM.
 */
int state_resolve(const struct state *s, const struct event *e, int32_t dirfd, const void *path,
		  size_t size, bool follow, struct buf *ret);

/* Which of the parts that were asked for this tape can tell: bits of enum state_part. */
unsigned state_parts(const struct state *s);

/*
 * Goes on to the place behind everything up to @seq that happened until @time (ns since the
 * tape began): calls that ended there have done what they do. For the end of reading; all events
 * up to there must have been handed over. UINT64_MAX: no bound. 0 or -ENOMEM.
 */
int state_advance(struct state *s, uint64_t seq, uint64_t time);

/* ---- everything that there is ----
 *
 * Pointers and iterations are valid until the next state_take(). Processes come in the order in
 * which they began to be, threads of a process likewise, all else by ascending number.
 */

/* The process, or the thread, that has this number now; NULL: there is none. */
const struct state_process *state_process(const struct state *s, uint32_t pid);
const struct state_thread *state_thread(const struct state *s, uint32_t tid);
/* The one behind @before, NULL: the first; NULL behind the last. */
const struct state_process *state_next_process(const struct state *s,
					       const struct state_process *before);
const struct state_thread *state_next_thread(const struct state *s, const struct state_process *p,
					     const struct state_thread *before);
/* With *@at 0 the first; false behind the last. */
bool state_next_fd(const struct state *s, const struct state_thread *t, size_t *at,
		   struct state_fd *ret);
size_t state_fd_count(const struct state *s, const struct state_thread *t);
bool state_next_watch(const struct state *s, const struct state_file *f, size_t *at,
		      struct state_watch *ret);
bool state_next_map(const struct state *s, const struct state_process *p, size_t *at,
		    struct state_map *ret);
/* Those that are known not to be at their default. */
bool state_next_signal(const struct state *s, const struct state_process *p, size_t *at,
		       struct state_signal *ret);

/*
 * Whether the call @e, an event just handed over, is about @path (absolute): by one of its
 * paths, or by a descriptor that it is given. 1, 0 or -ENOMEM.
 */
int state_touches(const struct state *s, const struct event *e, const char *path);

#endif
