/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The recorder: runs a command and turns everything that it and its descendants ask
 * of the kernel into events on a tape.
 *
 * rec_run() is the whole of it for a caller. It writes nothing to anybody but the
 * tape, and leaves messages in struct err and struct rec_result.
 */
#ifndef RECORDER_REC_H
#define RECORDER_REC_H

#include "format/container/writer.h"

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct err;

/*
 * What keeps a recording from growing. When one of the first three is reached, whoever is traced is
 * let go of and goes on unrecorded. Zero: no such bound.
 */
struct rec_bounds {
	uint64_t max_size;   /* bytes of the tape */
	uint64_t max_time;   /* ns */
	uint64_t max_events; /* calls, signals, new and ended threads, … */
	/* Instead of `output`, one of these: files that `open` opens, see trace_writer_options. */
	uint64_t part_size;   /* bytes of a file, then comes the next */
	uint64_t ring_size;   /* bytes kept in memory; written on SIGUSR1 and at the end */
	bool only_on_failure; /* the ring: at the end only when the command has failed */
	int (*open)(void *context, unsigned number, char **ret_journal, struct err *err);
	void *open_context;
};

/* Zero is the default of every field but `output` and either `argv` or `pids`. */
struct rec_options {
	int output;             /* fd of the tape, close-on-exec; stays the caller's */
	const char *journal;    /* the file for what is not on the tape yet; NULL: none */
	int level;              /* zstd level; 0: the writer's default */
	uint64_t payload_limit; /* bytes kept of each buffer; UINT64_MAX: all */
	char *const *argv;      /* the command, ends with NULL; NULL: attach */
	const pid_t *pids;      /* processes to attach to, with all their threads */
	size_t pid_count;
	char *const *envp;            /* its environment; NULL: the caller's own */
	const char *user;             /* run the command as this user; NULL: as the caller */
	const char *own_command_line; /* for the header; NULL: "" */
	const char *trace_set;        /* record only these calls, as -e trace= says; NULL: all */
	struct rec_bounds bounds;
};

enum rec_failure {
	REC_OK,
	REC_FAILED,    /* recording could not start, or the tape could not be written */
	REC_NOT_FOUND, /* no such command */
	REC_NOT_EXECUTABLE,
};

struct rec_result {
	enum rec_failure failure;
	bool has_status;
	int status;                                   /* wait status of the command */
	uint64_t calls, processes, threads, duration; /* duration in ns */
	uint64_t unreadable;
	const char *bound; /* option name of the bound that was reached; NULL: none */
	struct trace_writer_totals totals;
};

/*
 * Looks up argv[0] as execvp(3) does. Stores the path in @ret (the caller frees it).
 * 0, -ENOENT or -EACCES with a message.
 */
int rec_find_command(const char *name, const char *search_path, char **ret, struct err *err);

/*
 * Records until the last descendant has ended, or a signal asks to stop. @path is of
 * rec_find_command(); NULL: attach to the processes of the options instead, and let go of them
 * when a signal asks for it; they go on as before. When a bound was reached the command is
 * still waited for. To be called once, from a process with no other threads: it takes over its
 * signals (control.h) and timers, and gives the signals back. @ret_result is always filled.
 * Returns 0 or -errno; the command may have run even then (the result says).
 */
int rec_run(const struct rec_options *options, const char *path, struct rec_result *ret_result,
	    struct err *err);

#endif
