/* SPDX-License-Identifier: Apache-2.0 */
/*
 * New beginnings in the middle of a recording: of the next part, of a frame of the ring.
 * What a reader needs there is the world as it is, and the calls that are under way.
 *
 * The processes run while we look: a descriptor that was opened or closed since their last
 * stop may be seen before the call is. No lock is held while /proc is read.
 */
#include "rec_priv.h"

#include "base/cleanup.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static char *copy(const char *text, int *failed)
{
	char *s = text ? strdup(text) : NULL;

	*failed |= text && !s;
	return s;
}

/* What the trailer would be if this were the end. */
static int count(struct rec *rec, const char *reason, struct meta_trailer *ret)
{
	const struct meta_trailer *from = &rec->trailer;
	int failed = 0;

	*ret = *from;
	ret->frames = NULL;
	ret->frame_count = 0;
	ret->objects = NULL;
	ret->object_count = 0;
	ret->duration = rec->now;
	ret->has_status = rec->result->has_status;
	ret->status = (uint32_t)rec->result->status;
	ret->reason = copy(reason, &failed);
	ret->note_count = 0;
	ret->notes = calloc(from->note_count + 1, sizeof(*ret->notes));
	failed |= !ret->notes;
	for (; !failed && ret->note_count < from->note_count; ret->note_count++)
		ret->notes[ret->note_count] = copy(from->notes[ret->note_count], &failed);
	/* Each part tells by itself what was run until then. */
	return failed ? -ENOMEM : objects_so_far(&rec->objects, ret);
}

static struct meta_process *process_of(struct meta_snapshot *snapshot, uint32_t pid)
{
	for (size_t i = 0; i < snapshot->process_count; i++) {
		if (snapshot->processes[i].pid == pid)
			return &snapshot->processes[i];
	}
	return NULL;
}

static int add_call(struct meta_process *p, const struct task *task)
{
	struct meta_in_flight *more =
		reallocarray(p->in_flight, p->in_flight_count + 1, sizeof(*more));
	struct meta_in_flight *call;

	if (!more)
		return -ENOMEM;
	p->in_flight = more;
	call = &more[p->in_flight_count++];
	*call = (struct meta_in_flight){.tid = task->tid,
					.arch = task->call.arch,
					.nr = task->call.nr,
					.seq = task->call.seq};
	memcpy(call->args, task->call.args, sizeof(call->args));
	return 0;
}

/* The calls in flight are known from their entries, better than /proc could tell. */
static int add_calls(const struct rec *rec, struct meta_snapshot *snapshot, uint64_t *ret_open)
{
	const struct task *task;
	size_t at = 0;

	for (size_t i = 0; i < snapshot->process_count; i++)
		snapshot->processes[i].in_flight_count = 0;
	while ((task = map_next(&rec->tasks.tasks, &at))) {
		struct meta_process *p = task->call.open ? process_of(snapshot, task->pid) : NULL;

		if (p && add_call(p, task) < 0)
			return -ENOMEM;
		*ret_open += task->call.open;
	}
	return 0;
}

static int compare(const void *a, const void *b)
{
	const uint32_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

static int fill(struct rec *rec, const char *reason, struct trace_turn *turn)
{
	size_t pid_count;
	cleanup_free uint32_t *pids = task_processes(&rec->tasks, &pid_count);
	int r = pids ? count(rec, reason, &turn->so_far) : -ENOMEM;

	/* Parents before their children, nearly always. */
	if (r == 0 && pid_count)
		qsort(pids, pid_count, sizeof(*pids), compare);
	if (r == 0)
		r = rec_describe(rec, pids, pid_count, &turn->snapshot);
	if (r == 0)
		r = add_calls(rec, &turn->snapshot, &turn->so_far.unfinished);
	turn->processes = pid_count;
	turn->threads = rec->tasks.tasks.count - rec->tasks.held;
	return r;
}

static void turn_now(struct rec *rec, const char *reason, bool write)
{
	struct trace_turn turn = {.write = write};

	if (fill(rec, reason, &turn) == 0 && trace_writer_turn(rec->writer, &turn) == 0)
		return;
	meta_snapshot_done(&turn.snapshot);
	meta_trailer_done(&turn.so_far);
	rec_note(rec, "out of memory: a part of the recording was not written when it should");
}

void rec_turn_if_due(struct rec *rec)
{
	bool asked = rec_control_dump_asked(rec->control);

	if (asked)
		turn_now(rec, "SIGUSR1 to the recorder, which goes on", true);
	else if (trace_writer_wants_turn(rec->writer))
		turn_now(rec, "the next part goes on", false);
}

void rec_turn_at_failure(struct rec *rec)
{
	if (!rec->options->bounds.ring_size || rec->ring_written || rec->detaching ||
	    rec->serving || !rec->result->has_status || rec->result->status == 0)
		return;
	rec->ring_written = true;
	turn_now(rec, "the command failed; its descendants are recorded on", true);
}
