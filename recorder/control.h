/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The signals sent to the recorder itself. A thread of its own takes them one by one
 * and decides; the tracer thread, blocked in wait(2), is woken only when it must act.
 *
 *  - from the terminal (INT, QUIT, HUP to the foreground group): the command has got
 *    it too, and the recorder waits for what it does;
 *  - sent to the recorder alone (INT, QUIT, TERM, HUP by kill(2)): handed on to the
 *    command, unless it went to the whole process group and the command has got it by
 *    itself; another one later on ends the recording;
 *  - any of these when the command has ended and only its orphans are left: ends the
 *    recording;
 *  - all others that a process may be sent (USR1 without a ring, ALRM, WINCH, real-time ones, …):
 * handed on in the same way; they end nothing while the command lives;
 *  - any of these from a tracee that calls us by our number, as its parent's: handed on to our own
 *    parent, who would be the command's if we were not there;
 *  - USR1, with a ring: the ring is to be written;
 *  - TSTP, TTIN, TTOU, CONT: handed on in the same way, and the recorder stops when the
 *    command does, never before.
 */
#ifndef RECORDER_CONTROL_H
#define RECORDER_CONTROL_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct err;
struct rec_control;

/* What it is to do besides handing on signals. */
struct rec_control_plan {
	pid_t command;     /* 0: there is none, processes are attached to */
	bool dumps;        /* SIGUSR1 asks for the ring to be written */
	uint64_t deadline; /* clock_now() at which recording is to end; 0: never */
};

/* The signals it takes; to be blocked before any thread is started. */
void rec_control_signals(sigset_t *ret);

/* Starts the thread; the calling thread is the one that is woken. Without a command every
 * signal ends the recording at once, and those that
 * stop are ignored, because the processes would stop with us. 0 or -errno. */
int rec_control_start(const struct rec_control_plan *plan, struct rec_control **ret,
		      struct err *err);

/* Whether recording is to end; the tracer asks after every interrupted wait. */
bool rec_control_stop_asked(const struct rec_control *c);
/* Whether the deadline has come. */
bool rec_control_timed_out(const struct rec_control *c);
/* Whether the ring is to be written; asked for once, answered once. */
bool rec_control_dump_asked(struct rec_control *c);
/* Recording has ended, the command goes on: from now on every signal is for it. */
void rec_control_only_hand_on(struct rec_control *c);
/* The tracer has seen it and needs no more waking. */
void rec_control_acknowledge(struct rec_control *c);

/* @sender, a tracee, is about to send @signal to its parent, which it takes us for. */
void rec_control_parent_signaled(struct rec_control *c, int signal, pid_t sender);
/* The command itself was sent @signal by @sender: that need not be handed on. */
void rec_control_command_signaled(struct rec_control *c, int signal, pid_t sender);
void rec_control_command_ended(struct rec_control *c);
/* The command entered or left a group-stop; may stop this process. */
void rec_control_command_stopped(struct rec_control *c, bool stopped);

/* Ends the thread. Returns NULL. */
struct rec_control *rec_control_free(struct rec_control *c);

#endif
