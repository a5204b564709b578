/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the Perfetto export share: processes and threads as they are drawn. */
#ifndef EXPORT_PERFETTO_PRIV_H
#define EXPORT_PERFETTO_PRIV_H

#include "flows.h"
#include "perfetto_packets.h"

#include "base/buf.h"
#include "replayer/print/print.h"
#include "replayer/query/transfer.h"
#include "replayer/state/state.h"
#include "sys/rows.h"

enum {
	TASKS_MAX = 1 << 16, /* processes, and threads, at a time */
	STRING_LIMIT = 128,
	MOVED_MAX = 4,      /* descriptors that one call moves bytes from */
	RECOUNT_SHARE = 64, /* many descriptors are counted again only when so many th of them may
			     * have changed */
};

struct program {
	uint32_t pid;
	uint64_t uuid, fds_uuid, in_uuid, out_uuid; /* 0: not drawn yet */
	uint64_t start;
	uint64_t in, out; /* bytes */
	uint64_t fds, changes;
	bool ran; /* a slice of what it runs is open */
};

struct moved {
	uint64_t file, bytes;
};

/* A thread. */
struct lane {
	uint32_t pid, tid;
	uint64_t uuid; /* 0: not drawn yet */
	bool open;     /* a slice is */
	bool held;     /* whose end is known: */
	uint64_t end_seq, end_time;
	struct moved in[MOVED_MAX];
	size_t in_count;
	uint64_t in_bytes, out_bytes;
	bool opens; /* the call may change which descriptors there are */
};

struct perfetto {
	struct state *state;
	struct transfers *transfers;
	struct printer *printer;
	struct packets packets;
	struct sys_rows kinds; /* struct kind (perfetto.c) */
	struct flows flows;
	struct map programs, lanes; /* by pid, by tid */
	struct lane **held;         /* by descending end_seq */
	size_t held_count, held_capacity;
	uint64_t base;          /* trace time at time 0 */
	uint64_t ids, flow_ids; /* the last ones that were given */
	uint64_t time;          /* of the last thing that is shown */
	uint64_t untold;
	struct buf text, object, raw; /* scratch */
	struct lane *lane;            /* whose transfers are told */
	uint64_t flow;                /* of what it writes */
	int failed;
};

uint64_t perfetto_at(const struct perfetto *x, uint64_t time);
void perfetto_note_text(struct packet_event *p, enum packet_note_name name, const char *text);
void perfetto_note_number(struct packet_event *p, enum packet_note_name name,
			  enum packet_note_kind kind, uint64_t number);
void perfetto_put_end(struct perfetto *x, uint64_t track, uint64_t time, bool unfinished,
		      struct buf *ret);
void perfetto_put_count(struct perfetto *x, uint64_t track, uint64_t time, uint64_t value,
			struct buf *ret);
/* Its arguments, escaped, each with its NUL, in x->object. */
const struct buf *perfetto_program_argv(struct perfetto *x, uint32_t pid);
struct program *perfetto_program_of(struct perfetto *x, uint32_t pid, uint64_t time);
struct lane *perfetto_lane_of(struct perfetto *x, uint32_t pid, uint32_t tid);
void perfetto_begin_run(struct perfetto *x, struct program *p, uint64_t time, struct buf *ret);
bool perfetto_show_lane(struct perfetto *x, struct lane *l, uint64_t time, struct buf *ret);
/* How many descriptors it has, when that may have changed. */
void perfetto_count_fds(struct perfetto *x, struct program *p, uint64_t time, struct buf *ret);
/* Its name is told at last: before, it was that of who made it. */
void perfetto_end_program(struct perfetto *x, struct program *p, uint64_t time,
			  const uint32_t *status, struct buf *ret);

#endif
