/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The two stops of a system call. At the entry the call is put on the tape with what
 * the kernel is going to read; at the exit it is completed with what the kernel
 * wrote. What is needed in between stays in the task.
 *
 * A buffer larger than what one event carries is streamed: the event has its
 * beginning, EVENT_DATA rows behind it have the rest, piece by piece, so that memory
 * stays bounded whatever the program writes in one call.
 */
#include "rec_priv.h"

#include "base/cleanup.h"
#include "sys/table.h"
#include "tracee/asked.h"
#include "tracee/mem.h"
#include "tracee/regs.h"

#include "format/container/limits.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

enum { PIECE = TRACE_MEMORY_MAX / 2, READ_BATCH = 64, HIDDEN_PAYLOAD = 4096 };

/* Whose memory the walker reads. */
struct place {
	const struct rec *rec;
	const struct task *task;
};

static void read_ranges(void *context, struct sys_range *ranges, size_t count)
{
	const struct place *place = context;
	struct tracee_range batch[READ_BATCH];

	for (size_t done = 0; done < count;) {
		size_t n = count - done < READ_BATCH ? count - done : READ_BATCH;

		for (size_t i = 0; i < n; i++) {
			const struct sys_range *r = &ranges[done + i];

			batch[i] = (struct tracee_range){r->address, r->data, r->want, 0};
		}
		rec_read(place->rec, place->task, batch, n);
		for (size_t i = 0; i < n; i++) {
			ranges[done + i].length = (uint32_t)batch[i].got;
			ranges[done + i].unreadable = batch[i].got < batch[i].want;
		}
		done += n;
	}
}

/* How the kernel is asked, at the descriptor or the id. */
static int64_t (*const questions[ASK_KIND_MAX])(pid_t tid, int about) = {
	[ASK_WRITABLE] = tracee_fd_writable,
	[ASK_DISCARDS] = tracee_fd_discards,
	[ASK_SEMAPHORES] = tracee_semaphores,
	[ASK_FILE_SYSTEM] = tracee_fd_file_system,
};

static uint64_t ask(void *context, uint8_t question, uint64_t about)
{
	const struct place *place = context;
	int64_t answer = questions[question]((pid_t)place->task->tid, (int)about);

	return answer < 0 ? SYS_UNKNOWN : (uint64_t)answer;
}

/* What a number means does not change while we run: looked up once. */
static const struct rec_call_info *look_up(struct rec *rec, uint32_t arch, uint64_t nr,
					   struct rec_call_info *spare)
{
	struct rec_call_info *info = spare;

	for (size_t i = 0; i < REC_ARCHS && nr < REC_NUMBERS; i++) {
		if (arch == sys_arch(i))
			info = &rec->scratch->info[i][nr];
	}
	if (!info->known) {
		info->known = true;
		info->desc = sys_find(arch, nr);
		info->args = (uint8_t)(info->desc ? sys_arg_count(info->desc) : EVENT_ARGS);
	}
	return info;
}

/* Into the scratch, behind the @from that are there; how many they are. */
static uint32_t to_memory(struct rec *rec, uint32_t from, const struct sys_ranges *ranges,
			  uint8_t when)
{
	struct meta_trailer *t = &rec->trailer;

	for (size_t i = 0; i < ranges->count; i++) {
		const struct sys_range *r = &ranges->range[i];

		rec->scratch->memory[from + i] = (struct event_memory){
			.address = r->address,
			.full = r->full,
			.data = r->data,
			.length = r->length,
			.when = when,
			.unreadable = r->unreadable,
		};
		t->unreadable += r->unreadable;
		t->bytes_kept += r->length;
		t->bytes_full += r->full;
	}
	t->unreadable += ranges->dropped;
	return (uint32_t)ranges->count;
}

static bool stream_piece(struct rec *rec, const struct task *task, struct sys_range *piece,
			 uint8_t when)
{
	struct event_memory memory;
	struct event e = {
		.time = rec->now,
		.pid = task->pid,
		.tid = task->tid,
		.kind = EVENT_DATA,
		.memory = &memory,
		.memory_count = 1,
		.call = {.begun_seq = task->call.seq},
	};

	read_ranges(&(struct place){rec, task}, piece, 1);
	memory = (struct event_memory){piece->address, piece->full, piece->data,
				       piece->length,  when,        piece->unreadable};
	rec->trailer.bytes_kept += piece->length;
	rec->trailer.unreadable += piece->unreadable;
	e.seq = rec_place(rec);
	rec_add(rec, &e);
	return !piece->unreadable;
}

/* Of a call that nobody asked to see no more is kept than what a name can be. */
static uint64_t payload_limit(const struct rec *rec, const struct task_call *call)
{
	uint64_t limit = rec->options->payload_limit;

	return call->hidden && limit > HIDDEN_PAYLOAD ? HIDDEN_PAYLOAD : limit;
}

/* The rest of a range of which the event has the beginning. */
static void stream_rest(struct rec *rec, const struct task *task, const struct sys_range *r,
			uint8_t when)
{
	uint64_t limit = payload_limit(rec, &task->call);
	uint64_t keep = r->full < limit ? r->full : limit;

	for (uint64_t at = r->length; at < keep;) {
		uint64_t left = keep - at;
		struct sys_range piece = {
			.address = r->address + at,
			.want = (uint32_t)(left < PIECE ? left : PIECE),
			.data = rec->scratch->ranges.arena,
		};

		piece.full = piece.want;
		if (!stream_piece(rec, task, &piece, when))
			return;
		at += piece.want;
	}
}

/* The arena is free again once the event is on the tape: it serves for the pieces. */
static void stream_leftovers(struct rec *rec, const struct task *task,
			     const struct sys_ranges *ranges, uint8_t when)
{
	for (size_t i = 0; i < ranges->count; i++) {
		const struct sys_range *r = &ranges->range[i];

		if (!r->limited)
			continue;
		if (r->full > rec->options->payload_limit && !task->call.hidden)
			rec->trailer.shortened++;
		if (!r->unreadable)
			stream_rest(rec, task, r, when);
	}
}

static struct event call_event(const struct rec *rec, const struct task *task, uint8_t kind)
{
	const struct task_call *call = &task->call;
	struct event e = {
		.time = rec->now,
		.pid = task->pid,
		.tid = task->tid,
		.kind = kind,
		.memory = rec->scratch->memory,
		.call = {.nr = call->nr,
			 .ip = call->ip,
			 .begun_seq = call->seq,
			 .arch = call->arch},
	};

	memcpy(e.call.args, call->args, sizeof(e.call.args));
	return e;
}

static void open_call(struct rec *rec, struct task *task, const struct tracee_call *info)
{
	struct task_call *call = &task->call;
	struct rec_call_info spare = {0};
	const struct rec_call_info *known = look_up(rec, info->arch, info->nr, &spare);

	call->open = true;
	call->forked = false;
	call->seq = rec_place(rec);
	call->time = rec->now;
	call->nr = info->nr;
	call->arch = info->arch;
	call->ip = info->ip;
	memset(call->args, 0, sizeof(call->args));
	memcpy(call->args, info->args, known->args * sizeof(call->args[0]));
	call->desc = known->desc ? sys_select(known->desc, call->args, NULL) : NULL;
	buf_clear(&call->image_ranges);
	buf_clear(&call->image_bytes);
	call->late = false;
}

static struct sys_capture capture_of(const struct rec *rec, const struct task *task,
				     const struct sys_reader *reader)
{
	return (struct sys_capture){
		.desc = task->call.desc,
		.args = task->call.args,
		.payload_limit = payload_limit(rec, &task->call),
		.reader = reader,
	};
}

static bool is_clone3(const struct task_call *call)
{
	return strcmp(call->desc->name, "clone3") == 0;
}

/* The flags of the call that makes a child; 0 of another one's. */
static uint64_t clone_flags(const struct rec *rec, const struct task *task)
{
	const struct task_call *call = &task->call;
	uint64_t flags = call->args[0];

	if (!call->desc || strncmp(call->desc->name, "clone", 5) != 0)
		return 0;
	if (is_clone3(call)) {
		struct tracee_range r = {call->args[0], &flags, sizeof(flags), 0};

		rec_read(rec, task, &r, 1);
		if (r.got != sizeof(flags))
			return 0;
	}
	return flags;
}

bool rec_call_makes_thread(const struct rec *rec, const struct task *task)
{
	enum { CLONE_THREAD_BIT = 0x00010000 };

	return task->call.open && clone_flags(rec, task) & CLONE_THREAD_BIT;
}

/* A child that asks not to be traced cannot be followed: the tape says so. Under a filter of ours
 * it must be, and finds the flag gone. */
static void watch_untraced(struct rec *rec, const struct task *task)
{
	enum { CLONE_UNTRACED_BIT = 0x00800000 };
	const struct task_call *call = &task->call;
	uint64_t flags = clone_flags(rec, task);

	if (!(flags & CLONE_UNTRACED_BIT))
		return;
	flags &= ~(uint64_t)CLONE_UNTRACED_BIT;
	if (!rec_select_binds(rec->select))
		rec_note(rec,
			 "process %u made a child with CLONE_UNTRACED, which cannot be followed",
			 task->pid);
	else if (is_clone3(call))
		tracee_poke((pid_t)task->tid, call->args[0], flags);
	else
		tracee_set_first_argument((pid_t)task->tid, call->arch, flags);
}

/* A signal for the number that the command knows its parent by, which is ours. */
static void watch_kill(struct rec *rec, const struct task *task)
{
	static const char *const names[] = {"kill", "rt_sigqueueinfo", NULL};
	const struct task_call *call = &task->call;

	if (rec->root && (pid_t)call->args[0] == rec->self && sys_is_named(call->desc, names))
		rec_control_parent_signaled(rec->control, (int)call->args[1], (pid_t)task->pid);
}

bool rec_call_is_exec(uint32_t arch, uint64_t nr)
{
	static const char *const names[] = {"execve", "execveat", NULL};

	return sys_is_named(sys_find(arch, nr), names);
}

bool rec_call_may_fork(const struct task_call *call)
{
	static const char *const names[] = {"fork", "vfork", "clone", "clone3", NULL};

	/* A call that is not described may be anything. */
	return call->open && !call->forked && (!call->desc || sys_is_named(call->desc, names));
}

void rec_call_entry(struct rec *rec, struct task *task, const struct tracee_call *info)
{
	struct place place = {rec, task};
	const struct sys_reader reader = {read_ranges, &place, ask};
	struct sys_ranges *ranges = &rec->scratch->ranges;
	struct task_call *call = &task->call;
	struct event e;

	open_call(rec, task, info);
	e = call_event(rec, task, EVENT_BEGUN);
	ranges->count = 0;
	ranges->dropped = 0;
	if (call->desc && sys_has_entry_memory(call->desc)) {
		struct sys_capture capture = capture_of(rec, task, &reader);

		capture.stack = info->sp;
		sys_capture_entry(&capture, ranges);
		if (rec->wary)
			rec_wary_entry(rec, task, ranges);
		e.memory_count = to_memory(rec, 0, ranges, EVENT_AT_ENTRY);
	}
	e.seq = call->seq;
	rec->trailer.calls++;
	rec->hidden += call->hidden;
	rec->events += !call->hidden;
	{
		struct batch *batch = trace_writer_lock(rec->writer);

		if (batch_add(batch, &e, &call->slot) < 0) {
			call->slot.number = UINT64_MAX;
			rec->trailer.lost++;
		}
		trace_writer_unlock(rec->writer);
	}
	if (call->desc && ranges->count && sys_has_exit_memory(call->desc) &&
	    task_call_remember(call, ranges) < 0)
		rec->trailer.unreadable++;
	stream_leftovers(rec, task, ranges, EVENT_AT_ENTRY);
	watch_untraced(rec, task);
	watch_kill(rec, task);
}

static uint32_t capture_exit(struct rec *rec, struct task *task, int64_t result)
{
	struct place place = {rec, task};
	const struct sys_reader reader = {read_ranges, &place, ask};
	struct rec_scratch *s = rec->scratch;
	struct sys_capture capture = capture_of(rec, task, &reader);
	const struct sys_ranges *late = task->call.late ? rec_wary_exit(rec, task, &capture) : NULL;
	uint32_t count = late ? to_memory(rec, 0, late, EVENT_AT_ENTRY) : 0;

	s->ranges.count = 0;
	s->ranges.dropped = 0;
	if (!task->call.desc || !sys_has_exit_memory(task->call.desc))
		return count;
	task_call_recall(&task->call, &s->entry);
	sys_capture_exit(&capture, &s->entry, result, &s->ranges);
	return count + to_memory(rec, count, &s->ranges, EVENT_AT_EXIT);
}

/* Code that is run comes into a process by these alone, but for what the kernel maps at an execve.
 */
static void watch_code(struct rec *rec, const struct task *task, int64_t result)
{
	static const char *const names[] = {"mmap", "mmap2", NULL};
	const struct task_call *call = &task->call;
	char link[32];

	if (!(call->args[2] & PROT_EXEC) || call->args[3] & MAP_ANONYMOUS ||
	    (result < 0 && result >= -4095) || !sys_is_named(call->desc, names))
		return;
	snprintf(link, sizeof(link), "fd/%" PRIu32, (uint32_t)call->args[4]);
	objects_see(&rec->objects, task->tid, link, META_OBJECT_MAPPED);
}

void rec_call_exit(struct rec *rec, struct task *task, const struct tracee_call *info)
{
	struct task_call *call = &task->call;
	struct batch *batch;
	struct event e;
	uint32_t names;

	if (!call->open)
		return;
	e = call_event(rec, task, EVENT_END);
	e.memory_count = capture_exit(rec, task, info->ret);
	names = rec_names(rec, task, info->ret, e.memory_count);
	e.memory_count += names;
	if (names)
		rec_wary_watch(rec);
	e.seq = rec_place(rec);
	e.call.end_seq = e.seq;
	e.call.ret = info->ret;
	e.call.duration = rec->now - call->time;
	e.call.state = EVENT_FINISHED;
	batch = trace_writer_lock(rec->writer);
	if (batch_finish(batch, call->slot, &e) < 0)
		rec->trailer.lost++;
	trace_writer_unlock(rec->writer);
	call->open = false;
	watch_code(rec, task, info->ret);
	stream_leftovers(rec, task, &rec->scratch->ranges, EVENT_AT_EXIT);
}
