/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A recording from its beginning to its end: the tape's header, the command's process
 * taken hold of before it executes, and what is said of all of it at the end.
 */
#include "rec.h"

#include "rec_priv.h"
#include "refusal.h"

#include "base/cleanup.h"
#include "base/err.h"
#include "base/fileio.h"

#include "format/container/limits.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

static int fill_header(const struct rec *rec, struct meta_header *h)
{
	const struct rec_options *options = rec->options;
	struct buf command = {0};
	int r = rec_describe_machine(h);

	for (size_t i = 0; options->argv && options->argv[i]; i++)
		buf_append(&command, options->argv[i], strlen(options->argv[i]) + 1);
	h->command = (struct meta_bytes){(uint8_t *)command.data, command.size};
	h->tool = strdup("systape " SYSTAPE_VERSION);
	h->options = strdup(options->own_command_line ? options->own_command_line : "");
	h->trace_set = strdup(rec_select_words(rec->select));
	h->payload_limit = options->payload_limit;
	if (r == 0)
		r = rec_tape_fact(options->output, h);
	return r < 0 ? r : !h->tool || !h->options || !h->trace_set ? -ENOMEM : buf_error(&command);
}

/* A bound is not overshot by much, and a small ring has several frames. 0: the default. */
static size_t chunk_size(const struct rec_bounds *bounds)
{
	enum { MIN = 1 << 10, FRACTION = 8, RING_FRACTION = 16 };
	const uint64_t sizes[] = {bounds->max_size, bounds->part_size,
				  bounds->ring_size / RING_FRACTION};
	uint64_t size = TRACE_CHUNK_SIZE;

	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		if (sizes[i] && sizes[i] / FRACTION < size)
			size = sizes[i] / FRACTION;
	}
	return size < MIN ? MIN : (size_t)size;
}

static int start_tape(struct rec *rec, const struct timespec *real, struct err *err)
{
	const struct rec_bounds *bounds = &rec->options->bounds;
	const struct trace_writer_options options = {
		.fd = rec->options->output,
		.level = rec->options->level,
		.journal = rec->options->journal,
		.chunk_size = chunk_size(bounds),
		.part_size = bounds->part_size,
		.ring_size = bounds->ring_size,
		.open = bounds->open,
		.open_context = bounds->open_context,
	};
	struct meta_header header = {0};
	int r;

	header.start_monotonic = (int64_t)rec->start;
	header.start_realtime = (int64_t)real->tv_sec * 1000000000 + real->tv_nsec;
	r = fill_header(rec, &header);
	if (r < 0)
		r = err_set(err, ENOMEM, "out of memory");
	else
		r = trace_writer_start(&options, &header, &rec->writer, err);
	meta_header_done(&header);
	return r;
}

static int diagnose_seize(pid_t pid, int error, struct err *err)
{
	struct refusal facts;

	refusal_gather(pid, &facts);
	facts.descendant = true;
	return refusal_explain(&facts, error, "cannot trace the command", err);
}

/* Seizes the waiting child. It makes no system call stops before it was stopped and
 * resumed once; so we stop it. */
static int take_command(struct rec *rec, struct err *err)
{
	struct task *task = task_add(&rec->tasks, (uint32_t)rec->root, TASK_HELD);
	int status, r;

	if (!task || task_join(&rec->tasks, task, (uint32_t)rec->root) < 0)
		return err_set(err, ENOMEM, "out of memory");
	rec->trailer.processes = rec->trailer.threads = 1;
	r = rec_select_binds(rec->select) ? tracee_seize_filtered(rec->root)
					  : tracee_seize(rec->root);
	if (r < 0)
		return diagnose_seize(rec->root, -r, err);
	tracee_interrupt(rec->root);
	while (waitpid(rec->root, &status, __WALL) < 0 && errno == EINTR)
		;
	if (!WIFSTOPPED(status))
		return err_set(err, ECHILD, "the command's process ended before it could start");
	r = refusal_check_call_info(rec->root, "cannot trace the command", err);
	if (r < 0)
		return r;
	tracee_resume(rec->root, 0);
	return 0;
}

static void fill_result(struct rec *rec)
{
	struct rec_result *result = rec->result;

	rec->trailer.duration = result->duration = rec_clock() - rec->start;
	rec->trailer.has_status = result->has_status;
	rec->trailer.status = (uint32_t)result->status;
	rec->trailer.events = rec->seq; /* the writer corrects it to rows */
	result->calls = rec->trailer.calls - rec->hidden;
	result->processes = rec->trailer.processes;
	result->threads = rec->trailer.threads;
	result->unreadable = rec->trailer.unreadable;
	result->bound = rec->bound;
}

static void note_failure(struct rec *rec, struct rec_launch *launch, const char *path,
			 struct err *err)
{
	int error = rec->executed ? 0 : rec_launch_error(launch);

	if (!error)
		return;
	rec->result->failure = error == ENOENT ? REC_NOT_FOUND : REC_NOT_EXECUTABLE;
	err_errno(err, error, "cannot run '%s'", path);
}

/* A limit of CPU time is meant for the command, which has its own copy by now: recording takes more
 * than a program that makes many calls, and would end by SIGKILL while that goes on. */
static void outlive_cpu_limit(void)
{
	const struct rlimit none = {RLIM_INFINITY, RLIM_INFINITY};
	struct rlimit own;

	if (getrlimit(RLIMIT_CPU, &own) < 0 || own.rlim_cur == RLIM_INFINITY ||
	    setrlimit(RLIMIT_CPU, &none) == 0)
		return;
	own.rlim_cur = own.rlim_max;
	setrlimit(RLIMIT_CPU, &own);
}

static int start(struct rec *rec, struct rec_launch *launch, struct err *err)
{
	const struct rec_bounds *bounds = &rec->options->bounds;
	struct rec_control_plan plan = {0};
	struct timespec real;
	int r;

	outlive_cpu_limit();
	clock_gettime(CLOCK_REALTIME, &real);
	rec->start = rec_clock();
	rec->root = launch->pid;
	plan.command = launch->pid;
	plan.dumps = bounds->ring_size != 0;
	plan.deadline = bounds->max_time ? rec->start + bounds->max_time : 0;
	/* Before anything is written: a pipe may be closed by then. */
	r = rec_control_start(&plan, &rec->control, err);
	if (r == 0)
		r = start_tape(rec, &real, err);
	if (r == 0)
		r = rec->root ? take_command(rec, err) : rec_attach(rec, err);
	if (r == 0 && rec->root)
		rec_launch_go(launch);
	return r;
}

/* Of a command that did well the ring may be of no interest. */
static bool is_wanted_at_end(const struct rec *rec)
{
	const struct rec_result *result = rec->result;

	return !rec->options->bounds.only_on_failure ||
	       (!rec->ring_written && result->has_status && result->status != 0);
}

static int record(struct rec *rec, struct rec_launch *launch, const char *path, struct err *err)
{
	struct err write_error = {0};
	int r = start(rec, launch, err);

	if (r < 0)
		return r;
	rec_loop(rec);
	note_failure(rec, launch, path, err);
	fill_result(rec);
	if (!is_wanted_at_end(rec))
		trace_writer_forget(rec->writer);
	/* Those who are served wait for us: only what is quick is done, and nothing that may have
	 * to wait for one of them. */
	if (!rec->serving || !rec->objects.wary)
		objects_look(&rec->objects, !rec->serving);
	objects_give(&rec->objects, &rec->trailer);
	r = trace_writer_finish(rec->writer, &rec->trailer, &rec->result->totals, &write_error);
	if (r < 0 && err)
		*err = write_error;
	if (rec->serving)
		rec_serve(rec);
	else if (rec->bound && rec->root && !rec->root_ended)
		rec_wait_for_command(rec);
	if (r == 0 && rec->trailer.lost)
		r = err_set(err, ENOMEM, "%" PRIu64 " events are not on the tape: out of memory",
			    rec->trailer.lost);
	return r;
}

static int prepare(struct rec *rec, struct err *err)
{
	rec->scratch = calloc(1, sizeof(*rec->scratch));
	if (!rec->scratch)
		return err_set(err, ENOMEM, "out of memory");
	rec->capable = refusal_self_capable();
	rec->self = getpid();
	patience_init(&rec->patience);
	rec->scratch->ranges.arena_size = TRACE_MEMORY_MAX;
	rec->scratch->ranges.arena = malloc(TRACE_MEMORY_MAX);
	if (!rec->scratch->ranges.arena)
		return err_set(err, ENOMEM, "out of memory");
	return rec_select_new(rec->options, &rec->select, err);
}

static void rec_done(struct rec *rec)
{
	rec_control_free(rec->control);
	trace_writer_free(rec->writer);
	task_table_done(&rec->tasks);
	objects_done(&rec->objects);
	meta_trailer_done(&rec->trailer);
	rec_select_free(rec->select);
	if (rec->scratch) {
		free(rec->scratch->ranges.arena);
		buf_done(&rec->scratch->names);
		rec_wary_done(rec);
	}
	free(rec->scratch);
}

/* Recording never began: the child that waits must not stay. */
static void abandon(const struct rec_launch *launch)
{
	kill(launch->pid, SIGKILL);
	while (waitpid(launch->pid, NULL, __WALL) < 0 && errno == EINTR)
		;
}

int rec_run(const struct rec_options *options, const char *path, struct rec_result *ret_result,
	    struct err *err)
{
	cleanup_done(rec_done) struct rec rec = {.options = options, .result = ret_result};
	struct rec_launch launch = {.go = -1, .failed = -1};
	sigset_t ours, original;
	int r;

	*ret_result = (struct rec_result){.failure = REC_FAILED};
	r = prepare(&rec, err);
	if (r < 0)
		return r;
	rec_control_signals(&ours);
	pthread_sigmask(SIG_BLOCK, &ours, &original);
	r = path ? rec_launch(options, path, &original, rec_select_program(rec.select), &launch,
			      err)
		 : 0;
	if (r == 0) {
		ret_result->failure = REC_OK;
		r = record(&rec, &launch, path, err);
		if (r < 0)
			ret_result->failure = REC_FAILED;
		if (launch.go >= 0)
			abandon(&launch);
	}
	rec_launch_done(&launch);
	rec_done(&rec);
	rec = (struct rec){0};
	pthread_sigmask(SIG_SETMASK, &original, NULL);
	return r;
}
