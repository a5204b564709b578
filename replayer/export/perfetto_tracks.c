/* SPDX-License-Identifier: Apache-2.0 */
/* The tracks of processes and threads, and what is on those of processes. */
#include "perfetto_priv.h"

#include "base/buf.h"
#include "base/cleanup.h"
#include "flows.h"
#include "object.h"
#include "perfetto_packets.h"
#include "replayer/print/escape.h"
#include "replayer/print/print.h"
#include "replayer/query/transfer.h"
#include "replayer/state/state.h"
#include "sys/names.h"
#include "sys/table.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- what is drawn ---- */

uint64_t perfetto_at(const struct perfetto *x, uint64_t time)
{
	return x->base + time;
}

void perfetto_note_text(struct packet_event *p, enum packet_note_name name, const char *text)
{
	p->notes[p->note_count++] =
		(struct packet_note){(uint8_t)name, NOTE_STRING, text, strlen(text)};
}

void perfetto_note_number(struct packet_event *p, enum packet_note_name name,
			  enum packet_note_kind kind, uint64_t number)
{
	p->notes[p->note_count++] =
		(struct packet_note){(uint8_t)name, (uint8_t)kind, NULL, number};
}

void perfetto_put_end(struct perfetto *x, uint64_t track, uint64_t time, bool unfinished,
		      struct buf *ret)
{
	struct packet_event p = {.time = perfetto_at(x, time), .track = track, .type = PACKET_END};

	if (unfinished)
		perfetto_note_number(&p, NOTE_UNFINISHED, NOTE_BOOL, 1);
	packets_event(&x->packets, &p, ret);
}

void perfetto_put_count(struct perfetto *x, uint64_t track, uint64_t time, uint64_t value,
			struct buf *ret)
{
	const struct packet_event p = {.time = perfetto_at(x, time),
				       .track = track,
				       .type = PACKET_COUNTER,
				       .value = value > INT64_MAX ? INT64_MAX : (int64_t)value};

	packets_event(&x->packets, &p, ret);
}

/* The name of what a process runs, escaped, in x->text. */
static const char *program_name(struct perfetto *x, uint32_t pid)
{
	buf_clear(&x->raw);
	buf_clear(&x->text);
	object_program(state_process(x->state, pid), &x->raw);
	escape_text(&x->text, x->raw.data, x->raw.size);
	return buf_text(&x->text);
}

/* Its arguments, escaped, each with its NUL, in x->object. */
const struct buf *perfetto_program_argv(struct perfetto *x, uint32_t pid)
{
	const struct state_process *p = state_process(x->state, pid);
	const char *word = p ? (const char *)p->argv : NULL;
	size_t left = p ? p->argv_size : 0;

	buf_clear(&x->object);
	while (left) {
		size_t size = strnlen(word, left);

		escape_text(&x->object, word, size < STRING_LIMIT ? size : STRING_LIMIT);
		buf_char(&x->object, 0);
		size += size < left;
		word += size;
		left -= size;
	}
	return &x->object;
}

/* ---- processes and threads ---- */

struct program *perfetto_program_of(struct perfetto *x, uint32_t pid, uint64_t time)
{
	struct program *p = map_get(&x->programs, pid);

	if (p)
		return p;
	if (x->programs.count >= TASKS_MAX) {
		x->untold++;
		return NULL;
	}
	p = map_make(&x->programs, pid, sizeof(*p));
	if (!p) {
		x->failed = -ENOMEM;
		return NULL;
	}
	p->pid = pid;
	p->start = time;
	return p;
}

struct lane *perfetto_lane_of(struct perfetto *x, uint32_t pid, uint32_t tid)
{
	struct lane *l = map_get(&x->lanes, tid);

	if (l)
		return l;
	if (x->lanes.count >= TASKS_MAX) {
		x->untold++;
		return NULL;
	}
	l = map_make(&x->lanes, tid, sizeof(*l));
	if (!l) {
		x->failed = -ENOMEM;
		return NULL;
	}
	l->pid = pid;
	l->tid = tid;
	return l;
}

void perfetto_begin_run(struct perfetto *x, struct program *p, uint64_t time, struct buf *ret)
{
	struct packet_event run = {.time = perfetto_at(x, time),
				   .track = p->uuid,
				   .type = PACKET_BEGIN,
				   .category = CATEGORY_PROCESS,
				   .name = program_name(x, p->pid)};

	packets_event(&x->packets, &run, ret);
	p->ran = true;
}

/* Draws the track of a process, which began to be, or to be shown, at @time. */
static void show_program(struct perfetto *x, struct program *p, uint64_t time, struct buf *ret)
{
	struct packet_event life = {
		.time = perfetto_at(x, time), .type = PACKET_BEGIN, .category = CATEGORY_PROCESS};
	char name[32];

	p->uuid = ++x->ids;
	p->fds_uuid = ++x->ids;
	p->in_uuid = ++x->ids;
	p->out_uuid = ++x->ids;
	packets_process(&x->packets, p->uuid, p->pid, perfetto_at(x, p->start), NULL, NULL, ret);
	packets_counter(&x->packets, p->fds_uuid, p->uuid, "open descriptors", UNIT_COUNT, ret);
	packets_counter(&x->packets, p->in_uuid, p->uuid, "bytes read", UNIT_BYTES, ret);
	packets_counter(&x->packets, p->out_uuid, p->uuid, "bytes written", UNIT_BYTES, ret);
	snprintf(name, sizeof(name), "process %u", p->pid);
	life.track = p->uuid;
	life.name = name;
	packets_event(&x->packets, &life, ret);
	perfetto_begin_run(x, p, time, ret);
}

bool perfetto_show_lane(struct perfetto *x, struct lane *l, uint64_t time, struct buf *ret)
{
	struct program *p = perfetto_program_of(x, l->pid, time);

	if (!p)
		return false;
	if (!p->uuid)
		show_program(x, p, time, ret);
	if (!l->uuid) {
		l->uuid = ++x->ids;
		packets_thread(&x->packets, l->uuid, p->uuid, l->pid, l->tid, ret);
	}
	return true;
}

/* How many descriptors it has, when that may have changed. */
void perfetto_count_fds(struct perfetto *x, struct program *p, uint64_t time, struct buf *ret)
{
	const struct state_process *process = state_process(x->state, p->pid);
	const struct state_thread *thread =
		process ? state_next_thread(x->state, process, NULL) : NULL;
	uint64_t n;

	if (!p->uuid || !thread || ++p->changes < p->fds / RECOUNT_SHARE)
		return;
	p->changes = 0;
	n = state_fd_count(x->state, thread);
	if (n != p->fds)
		perfetto_put_count(x, p->fds_uuid, time, n, ret);
	p->fds = n;
}

/* Its name is told at last: before, it was that of who made it. */
void perfetto_end_program(struct perfetto *x, struct program *p, uint64_t time,
			  const uint32_t *status, struct buf *ret)
{
	struct packet_event life = {
		.time = perfetto_at(x, time), .track = p->uuid, .type = PACKET_END};
	const struct buf *argv;
	const char *name;
	char text[48];

	if (!p->uuid)
		return;
	perfetto_put_end(x, p->uuid, time, false, ret);
	if (status && *status & 0x7f)
		snprintf(text, sizeof(text), "killed by %s", sys_signal_name((int)*status & 0x7f));
	else if (status)
		snprintf(text, sizeof(text), "exited with %u", *status >> 8 & 0xff);
	if (status)
		perfetto_note_text(&life, NOTE_STATUS, text);
	else
		perfetto_note_number(&life, NOTE_UNFINISHED, NOTE_BOOL, 1);
	packets_event(&x->packets, &life, ret);
	name = program_name(x, p->pid);
	argv = perfetto_program_argv(x, p->pid);
	packets_process(&x->packets, p->uuid, p->pid, perfetto_at(x, p->start), name, argv, ret);
}
