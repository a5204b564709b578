/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The event: what everything above the codec handles, in plain C.
 *
 * An event carries memory, not decoded arguments: the raw registers, the raw
 * result and the byte ranges that the call read (as they were at its entry) and
 * wrote (as they were at its exit). Names, flags and structs are decoded from
 * these by address, offline.
 *
 * One global order: the entry and the exit of every call and every other event
 * take one number each, counted from 1 within a tape. An event's place is its
 * `seq`; a call also has the place of its exit, `end_seq`.
 *
 * A call whose exit is not known when its chunk is written is there as
 * EVENT_BEGUN; a later EVENT_END with the same `begun_seq` completes it. Its tid is
 * another when the call was the execve of a thread that was not the leader.
 */
#ifndef FORMAT_EVENT_H
#define FORMAT_EVENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum event_kind {
	EVENT_NONE,
	EVENT_CALL,   /* a system call, entry and exit */
	EVENT_BEGUN,  /* its entry only */
	EVENT_END,    /* the exit of an EVENT_BEGUN of an earlier chunk */
	EVENT_DATA,   /* more memory of a call, which did not fit into its own event */
	EVENT_FORK,   /* a task created another; precedes everything the child does */
	EVENT_EXEC,   /* a process runs another program now */
	EVENT_SIGNAL, /* a signal was delivered */
	EVENT_STOP,   /* a thread entered a group-stop */
	EVENT_EXIT,   /* a thread ended */
	EVENT_KIND_MAX
};

/* A name is no memory: of the descriptor at `address`, which the call made, what /proc/PID/fd had
 * just after. */
enum event_when { EVENT_AT_ENTRY, EVENT_AT_EXIT, EVENT_NAME, EVENT_WHEN_MAX };

/* The kernel's AUDIT_ARCH_* (linux/audit.h), as PTRACE_GET_SYSCALL_INFO says. */
enum event_arch {
	EVENT_ARCH_X86_64 = 0xc000003e,
	EVENT_ARCH_I386 = 0x40000003,
	EVENT_ARCH_AARCH64 = 0xc00000b7,
};

enum { EVENT_ARGS = 6, EVENT_SIGINFO_SIZE = 128 };

/* A range of the tracee's memory. `length` bytes are kept of `full`. */
struct event_memory {
	uint64_t address;
	uint64_t full;
	const uint8_t *data;
	uint32_t length;
	uint8_t when;    /* enum event_when */
	bool unreadable; /* the bytes after `length` could not be read */
};

/* What is known of a call's return where the event stands. */
enum event_state {
	EVENT_UNFINISHED, /* not returned yet: an EVENT_END may follow */
	EVENT_FINISHED,   /* ret, end_seq and duration are valid */
	EVENT_NEVER,      /* the thread ended (or exec replaced it) inside the call */
};

struct event_call {
	uint64_t nr; /* as the kernel saw it; may be impossible */
	uint64_t ip;
	uint64_t args[EVENT_ARGS]; /* registers the call does not take are zero */
	int64_t ret;               /* raw: -4095..-1 are errors, -512..-516 restarts */
	uint64_t begun_seq; /* place of the entry; equals seq but in EVENT_END and EVENT_DATA */
	uint64_t end_seq;   /* place of the exit */
	uint64_t duration;  /* ns from entry to exit */
	uint32_t arch;      /* AUDIT_ARCH_* */
	uint8_t state;      /* enum event_state */
};

enum event_fork_kind { FORK_FORK, FORK_VFORK, FORK_CLONE, FORK_THREAD, FORK_KIND_MAX };

struct event_fork {
	uint32_t child_pid, child_tid;
	uint8_t kind;       /* enum event_fork_kind */
	bool creator_known; /* false: the creator died before it could be asked; the event's own
			     * pid and tid are then the child's */
};

struct event_exec {
	uint32_t former_tid; /* differs from tid when a thread that was not the leader called */
	const char *path;    /* /proc/PID/exe just after; "" when unreadable */
	const uint8_t *argv; /* /proc/PID/cmdline just after: strings, each with its NUL */
	size_t argv_size;
};

struct event_signal {
	uint32_t number;
	const uint8_t *info; /* the kernel's siginfo, raw, in the recorder's own layout */
	size_t info_size;    /* EVENT_SIGINFO_SIZE, or 0 when unreadable */
};

struct event_exit {
	uint32_t status; /* as wait(2) gives it */
	bool process;    /* the last thread: the process has ended */
};

struct event {
	uint64_t seq;
	uint64_t time; /* ns since the tape began */
	uint32_t pid, tid;
	uint8_t kind; /* enum event_kind */
	uint32_t memory_count;
	const struct event_memory *memory; /* borrowed; in the order captured */
	union {
		struct event_call call;     /* CALL, BEGUN, END, DATA */
		struct event_fork fork;     /* FORK */
		struct event_exec exec;     /* EXEC */
		struct event_signal signal; /* SIGNAL, STOP */
		struct event_exit exit;     /* EXIT */
	};
};

static inline bool event_is_call(const struct event *e)
{
	return e->kind >= EVENT_CALL && e->kind <= EVENT_DATA;
}

/* "x86_64", as uname(1) has it; "unknown". */
const char *event_arch_name(uint32_t arch);

/* An errno, or 0. The restart codes (512..516) count as errors. */
static inline int event_errno(const struct event_call *c)
{
	return c->state == EVENT_FINISHED && c->ret < 0 && c->ret >= -4095 ? (int)-c->ret : 0;
}

/* When the call began that the event is of, or ended; of what is no call, or has not come back,
 * when the event was. Times are a tape's, and may be anything. */
static inline uint64_t event_begin_time(const struct event *e)
{
	if (e->kind != EVENT_END || e->call.state != EVENT_FINISHED)
		return e->time;
	return e->time > e->call.duration ? e->time - e->call.duration : 0;
}

static inline uint64_t event_end_time(const struct event *e)
{
	return e->kind == EVENT_CALL && e->call.state == EVENT_FINISHED ? e->time + e->call.duration
									: e->time;
}

/* Bytes of the event's memory from @address on: at least one, with their count in
 * @ret_size, or NULL. @when as event_when; the other one is not looked at. */
const uint8_t *event_bytes(const struct event *e, uint8_t when, uint64_t address, size_t *ret_size);
/* The range that begins at @address, or NULL. */
const struct event_memory *event_range(const struct event *e, uint8_t when, uint64_t address);

#endif
