/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The recorder's state, shared by the files of this floor. Only the thread that
 * seized touches it.
 */
#ifndef RECORDER_REC_PRIV_H
#define RECORDER_REC_PRIV_H

#include "control.h"
#include "objects.h"
#include "patience.h"
#include "rec.h"
#include "task.h"

#include "sys/capture.h"
#include "tracee/mem.h"
#include "tracee/ptrace.h"

/* What is asked of a description at every stop, looked up once per number. */
struct rec_call_info {
	bool known;   /* the rest is filled in */
	uint8_t args; /* registers it takes */
	const struct sys_desc *desc;
};

/* Of so many architectures, in the order of sys_arch(), and call numbers the rec_call_info is
 * remembered. */
enum { REC_ARCHS = 2, REC_NUMBERS = 1024 };

enum { REC_NAMES_MAX = 2 }; /* descriptors that a call makes */

/* Scratch space for one call; too large for a stack. */
struct rec_scratch {
	struct sys_ranges ranges, entry;
	struct event_memory memory[2 * SYS_RANGES_MAX + REC_NAMES_MAX];
	struct sys_ranges *late; /* what was not there at the entry; NULL until it is needed */
	struct buf names;        /* of descriptors */
	struct rec_call_info info[REC_ARCHS][REC_NUMBERS];
};

struct rec_select;

struct rec {
	const struct rec_options *options;
	struct rec_result *result;
	struct trace_writer *writer;
	struct rec_control *control;
	struct task_table tasks;
	struct patience patience;
	struct rec_scratch *scratch;
	struct rec_select *select; /* NULL: all calls are recorded */
	uint64_t hidden;           /* calls recorded that nobody asked for */
	uint64_t seq;              /* last place given away */
	uint64_t start;            /* CLOCK_MONOTONIC, ns, where the tape's time is 0 */
	uint64_t now;              /* of the stop being handled, since start */
	pid_t self;                /* rec's own number */
	pid_t root;                /* the command; 0: attached, there is none */
	bool capable;              /* rec has CAP_SYS_PTRACE */
	bool wary;                 /* see wary.c */
	bool visible;              /* the command's own calls have begun (its first execve) */
	bool executed;             /* the command's first execve succeeded */
	bool root_ended;
	bool attaching;              /* the stops being handled are ours, of taking hold */
	bool serving;                /* letting them run on unrecorded, see serve.c */
	bool detaching;              /* letting go of everybody, at the next stop of each */
	const char *bound;           /* that was reached, its option; NULL: none */
	uint64_t events;             /* for the bound */
	bool ring_written;           /* because the command failed */
	struct objects objects;      /* that were executed */
	struct meta_trailer trailer; /* counted as we go */
};

static inline uint64_t rec_place(struct rec *rec)
{
	return ++rec->seq;
}

uint64_t rec_clock(void);

/* Adds an event at its place; losing it to a lack of memory is counted. */
void rec_add(struct rec *rec, const struct event *event);
/* A sentence for the trailer's notes; the same one is noted once. */
void rec_note(struct rec *rec, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* loop.c: handles stops until nobody is left who could make one. */
void rec_loop(struct rec *rec);
/* The status that a task waits with, its latest; one that is not known yet becomes TASK_HELD. */
void rec_hold(struct rec *rec, uint32_t tid, int status);
/* Lets a task go on that was held until now, as what it stopped for asks for. */
void rec_release(struct rec *rec, struct task *task);

/* call.c: the two stops of a system call. */
void rec_call_entry(struct rec *rec, struct task *task, const struct tracee_call *info);
void rec_call_exit(struct rec *rec, struct task *task, const struct tracee_call *info);
bool rec_call_is_exec(uint32_t arch, uint64_t nr);
/* Whether the task may be creating another that has not been announced yet. */
bool rec_call_may_fork(const struct task_call *call);
/* Whether the task that is being created by the call that @task is in is a thread. */
bool rec_call_makes_thread(const struct rec *rec, const struct task *task);

/* select.c: -e trace=. A seccomp filter keeps calls that are not asked for from stopping. */
enum rec_interest { REC_IGNORED, REC_HIDDEN, REC_SHOWN };
int rec_select_new(const struct rec_options *options, struct rec_select **ret, struct err *err);
struct rec_select *rec_select_free(struct rec_select *s);
/* The same as options->trace_set in words for the header; "" when all is recorded. */
const char *rec_select_words(const struct rec_select *s);
/* The program that the command's process is to install; empty: none. */
const struct buf *rec_select_program(const struct rec_select *s);
/* Whether the command has the filter, or may still get it: it cannot be let go of then. */
bool rec_select_binds(const struct rec_select *s);
/* What a call at its entry is to us. */
enum rec_interest rec_select_interest(const struct rec *rec, const struct tracee_call *info);
/* In a stop that a filter wished for: makes of @info an entry as any other; false: it is none. */
bool rec_select_filtered(struct rec *rec, struct task *task, struct tracee_call *info);
/* The command has executed, or a call has come back: how its threads are to go on. */
void rec_select_executed(struct rec *rec);
void rec_select_entered(struct rec *rec, struct task *task);
void rec_select_left(struct rec *rec, struct task *task, int64_t result);
/* A new task, and the one that made it, if that is known. */
void rec_select_inherit(struct task *task, const struct task *creator);
/* Lets a task run on from a stop to its next one. */
void rec_select_resume(const struct rec *rec, struct task *task, int signal);

/* serve.c: nothing is recorded any more, but the calls that stop need somebody to go on. Until the
 * last task has ended. */
void rec_serve(struct rec *rec);

/* names.c: puts behind the @count ranges of a call that returned @result what the descriptors
 * that it made are called; how many. Good until the next call. */
uint32_t rec_names(struct rec *rec, const struct task *task, int64_t result, uint32_t count);

/* wary.c: a traced process may have to answer before memory or a file can be read. */
/* A call has made a descriptor, whose name rec_names() has found. */
void rec_wary_watch(struct rec *rec);
/* What those have open who are attached to. */
void rec_wary_attached(struct rec *rec, const struct meta_snapshot *snapshot);
/* Reads a task's memory, so that nobody is waited for who is stopped. */
void rec_read(const struct rec *rec, const struct task *task, struct tracee_range *ranges,
	      size_t count);
/* At the entry: leaves out of @ranges what could not be read now and may be at the exit, and
 * remembers the others. */
void rec_wary_entry(const struct rec *rec, struct task *task, struct sys_ranges *ranges);
/* At the exit: the rest of what the call read. NULL: there is none. */
const struct sys_ranges *rec_wary_exit(struct rec *rec, struct task *task,
				       const struct sys_capture *capture);
void rec_wary_done(struct rec *rec);

/* lineage.c: tasks come, change and go. */
/* Returns the new task, which may have been held until now; NULL when it is gone. */
struct task *rec_forked(struct rec *rec, struct task *creator, int status);
/* Takes in a held task whose creator can no longer be asked. */
void rec_adopt_orphan(struct rec *rec, struct task *task);
/* Returns the task that goes on, under the process's own tid; NULL when out of memory. */
struct task *rec_execed(struct rec *rec, uint32_t pid);
void rec_signaled(struct rec *rec, const struct task *task, uint8_t kind, int signal);
/* At the exit of a call: a signal that it has accepted stops nobody, yet has been delivered. */
void rec_watch_sigwait(struct rec *rec, const struct task *task, int64_t result);
void rec_exited(struct rec *rec, struct task *task, int status);

/* set_id.c: notes when the program just executed has not got the privilege that its file gives,
 * and that is our doing. */
void rec_watch_set_id(struct rec *rec, const struct task *task, const char *program);

/* snapshot.c: puts onto the tape what /proc says of the processes now. What cannot be read
 * is named in it, or in a note. */
void rec_snapshot(struct rec *rec, const uint32_t *pids, size_t count);

/* The same without the tape: 0 or -ENOMEM. */
int rec_describe(struct rec *rec, const uint32_t *pids, size_t count, struct meta_snapshot *ret);

/* turn.c: the tape gets a new beginning when it is time for one. To be called before the
 * events of a stop. */
void rec_turn_if_due(struct rec *rec);
/* The command has ended: if it failed while others go on, a ring is written now. */
void rec_turn_at_failure(struct rec *rec);

/* bounds.c */
/* The option of a bound that is reached; NULL: none. */
const char *rec_bound_reached(struct rec *rec);
/* Recording is over, the command may not be: waits for it, without tracing. */
void rec_wait_for_command(struct rec *rec);

/* attach.c: seizes all threads of the processes of the options, puts a snapshot of them onto
 * the tape and lets them go on. 0 or -errno: what was seized is let go of with our end. */
int rec_attach(struct rec *rec, struct err *err);
/* In a stop that is our doing: makes a call go on that would end with EINTR for nothing else.
 * Whether it does. */
bool rec_undo_interruption(const struct task *task);

/* machine.c: everything of the header that does not depend on the command's run.
 * 0 or -ENOMEM. */
int rec_describe_machine(struct meta_header *ret);
/* facts.c: the rest of what is good to know of the machine, and of where rec was started. */
int rec_machine_facts(struct meta_header *ret);
/* Where the tape is being written, if that has a name. */
int rec_tape_fact(int fd, struct meta_header *ret);
/* Of a process, whose pid is filled in. 0 or -ENOMEM. */
int rec_process_facts(struct meta_process *p);
/* What stands behind @key and @separator on a line of @path, of which @limit bytes are read (0:
 * 256 KiB), unquoted; and the first line of @path. malloc'd; "": it is not there; NULL: out of
 * memory. */
char *rec_file_value(const char *path, const char *key, char separator, size_t limit);
char *rec_first_line(const char *path);
/* AUDIT_ARCH_* that this program was built for. */
uint32_t rec_own_arch(void);

/* launch.c */
struct rec_launch {
	pid_t pid;
	int go;     /* a byte written here lets the command start; -1 when done */
	int failed; /* the errno of a failed exec comes here */
};
/* Forks; the child waits. @filter, not empty, is what it puts upon itself after that. 0 or
 * -errno. */
int rec_launch(const struct rec_options *options, const char *path, const sigset_t *mask,
	       const struct buf *filter, struct rec_launch *ret, struct err *err);
/* Lets the child go. */
void rec_launch_go(struct rec_launch *launch);
/* The errno with which the command's exec failed, 0: it did not. To be asked when
 * the child has executed or ended. */
int rec_launch_error(struct rec_launch *launch);
void rec_launch_done(struct rec_launch *launch);

#endif
