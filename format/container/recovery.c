/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A slot is read as a whole, then its entries are done again, on a batch of our own, by
 * the same functions as in the recorder. Of an entry nothing is used before it is known
 * to lie within the slot, and nothing reaches the batch that its functions could not
 * take.
 */
#include "recovery.h"

#include "journal.h"
#include "journal_priv.h"

#include "base/cleanup.h"
#include "base/err.h"
#include "base/fileio.h"
#include "format/codec.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

struct held {
	size_t index;
	uint64_t number, used;
};

struct recovery {
	int fd;
	struct held slots[JOURNAL_SLOTS_MAX];
	size_t count, next;
	uint8_t *data; /* the slot that is being read; NULL: none is */
	size_t at, used;
	uint32_t batch;
	struct event_memory *memory;
	size_t memory_capacity;
	struct err damage;
};

/* ---- the file ---- */

int recovery_find(const char *path)
{
	cleanup_free char *name = NULL;
	cleanup_close int fd = -1;
	struct stat st;

	if (journal_name(path, &name) < 0)
		return -ENOENT;
	fd = open(name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return -ENOENT;
	if (flock(fd, LOCK_SH | LOCK_NB) < 0 && errno == EWOULDBLOCK)
		return -EBUSY;
	return take_fd(fd);
}

/* Whole or not at all; what lies behind the file's end is zeros. */
static int read_at(int fd, uint64_t offset, void *to, size_t size)
{
	ssize_t n = fileio_read_at(fd, offset, to, size);

	if (n < 0)
		return (int)n;
	memset((char *)to + n, 0, size - (size_t)n);
	return 0;
}

static int check_head(const struct journal_head *head, const uint8_t uuid[16], struct err *err)
{
	if (memcmp(head->magic, JOURNAL_MAGIC, sizeof(head->magic)) != 0)
		return err_set(err, EINVAL, "no journal of a tape");
	if (head->version != JOURNAL_VERSION || head->entry_size != sizeof(struct journal_entry) ||
	    head->range_size != sizeof(struct journal_range) ||
	    head->slot_size != JOURNAL_SLOT_SIZE || head->slots > JOURNAL_SLOTS_MAX)
		return err_set(err, EINVAL, "the journal of another version of rec");
	if (memcmp(head->uuid[0], uuid, sizeof(head->uuid[0])) != 0 &&
	    memcmp(head->uuid[1], uuid, sizeof(head->uuid[1])) != 0)
		return err_set(err, EINVAL, "the journal of another tape");
	return 0;
}

static uint64_t slot_offset(size_t index)
{
	return JOURNAL_HEAD_SIZE + (uint64_t)index * JOURNAL_SLOT_SIZE;
}

static int compare_slots(const void *a, const void *b)
{
	const struct held *x = a, *y = b;

	return x->number < y->number ? -1 : x->number > y->number;
}

static int list_slots(struct recovery *r, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct journal_slot_head head;
		int error = read_at(r->fd, slot_offset(i), &head, sizeof(head));

		if (error < 0)
			return error;
		if (head.used)
			r->slots[r->count++] = (struct held){i, head.number, head.used};
	}
	qsort(r->slots, r->count, sizeof(r->slots[0]), compare_slots);
	return 0;
}

int recovery_open(int fd, const uint8_t uuid[16], struct recovery **ret, struct err *err)
{
	struct recovery *r = calloc(1, sizeof(*r));
	struct journal_head head;
	int error;

	if (!r) {
		close(fd);
		return err_set(err, ENOMEM, "out of memory");
	}
	r->fd = fd;
	error = read_at(fd, 0, &head, sizeof(head));
	if (error == 0 && (error = check_head(&head, uuid, err)) < 0) {
		recovery_free(r);
		return error;
	}
	if (error == 0)
		error = list_slots(r, head.slots);
	if (error < 0) {
		recovery_free(r);
		return err_errno(err, -error, "cannot read the journal");
	}
	*ret = r;
	return 0;
}

struct recovery *recovery_free(struct recovery *r)
{
	if (!r)
		return NULL;
	close(r->fd);
	free(r->data);
	free(r->memory);
	free(r);
	return NULL;
}

const char *recovery_damage(const struct recovery *r)
{
	return r->damage.code ? r->damage.text : NULL;
}

/* ---- entries ---- */

/* An entry, and where its parts are. */
struct parts {
	struct journal_entry entry;
	const uint8_t *extra, *ranges, *bytes;
	size_t bytes_size;
};

/* 1, 0 at the slot's end, -EBADMSG when no whole entry of this batch begins there. */
static int next_entry(const struct recovery *r, struct parts *ret)
{
	size_t left = r->used - r->at, ranges;
	const uint8_t *at = r->data + r->at;
	struct journal_entry *e = &ret->entry;

	if (!left)
		return 0;
	if (left < sizeof(*e))
		return -EBADMSG;
	memcpy(e, at, sizeof(*e));
	if (e->size < sizeof(*e) || e->size > left || e->size % JOURNAL_ALIGN ||
	    e->batch != r->batch)
		return -EBADMSG;
	left = e->size - sizeof(*e);
	if (e->extra > left)
		return -EBADMSG;
	left -= e->extra;
	if (e->range_count > left / sizeof(struct journal_range))
		return -EBADMSG;
	ranges = e->range_count * sizeof(struct journal_range);
	ret->extra = at + sizeof(*e);
	ret->ranges = ret->extra + e->extra;
	ret->bytes = ret->ranges + ranges;
	ret->bytes_size = left - ranges;
	return 1;
}

static int reserve_memory(struct recovery *r, size_t count)
{
	struct event_memory *memory;

	if (count <= r->memory_capacity)
		return 0;
	memory = reallocarray(r->memory, count, sizeof(*memory));
	if (!memory)
		return -ENOMEM;
	r->memory = memory;
	r->memory_capacity = count;
	return 0;
}

static int get_ranges(struct recovery *r, const struct parts *p, struct event *ret)
{
	const uint8_t *data = p->bytes;
	size_t left = p->bytes_size;
	int error = reserve_memory(r, p->entry.range_count);

	if (error < 0)
		return error;
	for (uint32_t i = 0; i < p->entry.range_count; i++) {
		struct journal_range range;

		memcpy(&range, p->ranges + i * sizeof(range), sizeof(range));
		if (range.length > left || range.full < range.length ||
		    range.when >= EVENT_WHEN_MAX)
			return -EBADMSG;
		r->memory[i] = (struct event_memory){.address = range.address,
						     .full = range.full,
						     .data = data,
						     .length = range.length,
						     .when = (uint8_t)range.when,
						     .unreadable = range.unreadable != 0};
		data += range.length;
		left -= range.length;
	}
	ret->memory = r->memory;
	ret->memory_count = p->entry.range_count;
	return 0;
}

static void get_call(const uint64_t *value, struct event_call *ret)
{
	*ret = (struct event_call){
		.nr = value[JOURNAL_CALL_NR],
		.ip = value[JOURNAL_CALL_IP],
		.ret = (int64_t)value[JOURNAL_CALL_RET],
		.begun_seq = value[JOURNAL_CALL_BEGUN],
		.end_seq = value[JOURNAL_CALL_END],
		.duration = value[JOURNAL_CALL_DURATION],
		.arch = (uint32_t)value[JOURNAL_CALL_ARCH],
	};
	memcpy(ret->args, value + JOURNAL_CALL_ARGS, sizeof(ret->args));
}

static int get_exec(const struct parts *p, struct event_exec *ret)
{
	uint64_t path_size = p->entry.value[JOURNAL_EXEC_PATH_SIZE];

	if (!path_size || path_size > p->entry.extra || p->extra[path_size - 1] ||
	    strnlen((const char *)p->extra, (size_t)path_size) != path_size - 1)
		return -EBADMSG;
	*ret = (struct event_exec){
		.former_tid = (uint32_t)p->entry.value[JOURNAL_EXEC_FORMER],
		.path = (const char *)p->extra,
		.argv = p->extra + path_size,
		.argv_size = p->entry.extra - (size_t)path_size,
	};
	return 0;
}

static int get_signal(const struct parts *p, struct event_signal *ret)
{
	if (p->entry.extra && p->entry.extra != EVENT_SIGINFO_SIZE)
		return -EBADMSG;
	*ret = (struct event_signal){.number = (uint32_t)p->entry.value[JOURNAL_SIGNAL_NUMBER],
				     .info = p->extra,
				     .info_size = p->entry.extra};
	return 0;
}

static int get_kind(const struct parts *p, struct event *ret)
{
	const uint64_t *value = p->entry.value;

	switch (ret->kind) {
	case EVENT_FORK:
		if (value[JOURNAL_FORK_KIND] >= FORK_KIND_MAX)
			return -EBADMSG;
		ret->fork = (struct event_fork){.child_pid = (uint32_t)value[JOURNAL_FORK_PID],
						.child_tid = (uint32_t)value[JOURNAL_FORK_TID],
						.kind = (uint8_t)value[JOURNAL_FORK_KIND],
						.creator_known = value[JOURNAL_FORK_KNOWN] != 0};
		return 0;
	case EVENT_EXEC:
		return get_exec(p, &ret->exec);
	case EVENT_SIGNAL:
	case EVENT_STOP:
		return get_signal(p, &ret->signal);
	case EVENT_EXIT:
		ret->exit = (struct event_exit){.status = (uint32_t)value[JOURNAL_EXIT_STATUS],
						.process = value[JOURNAL_EXIT_PROCESS] != 0};
		return 0;
	default:
		get_call(value, &ret->call);
		return 0;
	}
}

/* A call's second half is behind the first. */
static bool is_placed(const struct event *e)
{
	if (e->kind == EVENT_CALL)
		return e->call.begun_seq == e->seq && e->call.end_seq > e->seq;
	if (e->kind == EVENT_BEGUN)
		return e->call.begun_seq == e->seq;
	return !event_is_call(e) || e->call.begun_seq < e->seq;
}

/* Places begin at 1 and only grow. */
static int do_added(const struct batch *b, const struct parts *p, struct event *e)
{
	uint64_t before = b->count ? b->rows[b->count - 1].seq : 0;
	int error;

	if (p->entry.kind == EVENT_NONE || p->entry.kind >= EVENT_KIND_MAX || e->seq <= before)
		return -EBADMSG;
	e->kind = (uint8_t)p->entry.kind;
	error = get_kind(p, e);
	if (e->kind == EVENT_END)
		e->call.end_seq = e->seq;
	if (e->kind == EVENT_CALL || e->kind == EVENT_END)
		e->call.state = EVENT_FINISHED;
	return error < 0 ? error : is_placed(e) ? 0 : -EBADMSG;
}

static int do_finished(const struct batch *b, const struct parts *p, struct event *e)
{
	const struct event *row;

	if (p->entry.row >= b->count)
		return -EBADMSG;
	row = &b->rows[p->entry.row];
	e->kind = EVENT_END;
	get_call(p->entry.value, &e->call);
	return row->kind == EVENT_BEGUN && row->seq == e->call.begun_seq &&
			       e->call.end_seq > row->seq
		       ? 0
		       : -EBADMSG;
}

static int do_entry(struct recovery *r, struct batch *b, const struct parts *p)
{
	struct event e = {.seq = p->entry.seq,
			  .time = p->entry.time,
			  .pid = p->entry.pid,
			  .tid = p->entry.tid};
	const struct batch_slot slot = {b->number, p->entry.row};
	bool in_place = p->entry.kind == JOURNAL_FINISHED;
	int error = in_place ? do_finished(b, p, &e) : do_added(b, p, &e);

	if (error == 0)
		error = get_ranges(r, p, &e);
	if (error < 0)
		return error;
	return in_place ? batch_finish(b, slot, &e) : batch_add(b, &e, NULL);
}

/* The body of the one record that the entry should be. */
static int get_snapshot(const struct parts *p, struct meta_snapshot *ret)
{
	const uint8_t *at = p->extra, *end = p->extra + p->entry.extra;
	struct err err = {0};
	enum codec_kind kind;

	/* Tag and length, which codec_encode_snapshot() puts in front. */
	if (at < end)
		at++;
	while (at < end && *at >= 0x80)
		at++;
	if (at++ >= end)
		return -EBADMSG;
	if (codec_kind(at, (size_t)(end - at), &kind, &err) < 0 || kind != CODEC_SNAPSHOT)
		return -EBADMSG;
	return codec_decode_snapshot(at, (size_t)(end - at), ret, &err);
}

/* ---- slots ---- */

static int load(struct recovery *r, const struct held *slot, struct batch *batch)
{
	int error;

	if (slot->used > JOURNAL_SLOT_SIZE - sizeof(struct journal_slot_head))
		return -EBADMSG;
	r->used = (size_t)slot->used;
	r->at = 0;
	r->batch = (uint32_t)slot->number;
	r->data = malloc(r->used);
	if (!r->data)
		return -ENOMEM;
	batch_clear(batch, slot->number);
	error = read_at(r->fd, slot_offset(slot->index) + sizeof(struct journal_slot_head), r->data,
			r->used);
	return error;
}

static void note_damage(struct recovery *r, uint64_t number)
{
	if (!r->damage.code)
		err_set(&r->damage, EBADMSG, "the journal is damaged in chunk %" PRIu64, number);
}

static void unload(struct recovery *r)
{
	free(r->data);
	r->data = NULL;
}

/* From where the slot's reading stands: a snapshot, or its end. */
static int go_on(struct recovery *r, uint64_t snapshot, struct batch *batch,
		 struct meta_snapshot *ret_snapshot)
{
	struct parts p;
	int result;

	while ((result = next_entry(r, &p)) > 0) {
		bool is_snapshot = p.entry.kind == JOURNAL_SNAPSHOT;

		r->at += p.entry.size;
		if (is_snapshot && p.entry.value[JOURNAL_SNAPSHOT_SEQ] < snapshot)
			continue;
		if (is_snapshot)
			meta_snapshot_done(ret_snapshot);
		result = is_snapshot ? get_snapshot(&p, ret_snapshot) : do_entry(r, batch, &p);
		if (result < 0)
			break;
		if (is_snapshot)
			return RECOVERY_SNAPSHOT;
	}
	if (result == -EBADMSG)
		note_damage(r, batch->number);
	unload(r);
	if (result == -ENOMEM || batch_seal(batch) < 0)
		return -ENOMEM;
	return batch->count ? RECOVERY_BATCH : RECOVERY_END;
}

int recovery_next(struct recovery *r, uint64_t chunk, uint64_t snapshot, struct batch *batch,
		  struct meta_snapshot *ret_snapshot)
{
	for (;;) {
		int result;

		if (r->data) {
			result = go_on(r, snapshot, batch, ret_snapshot);
			if (result != RECOVERY_END)
				return result;
			continue;
		}
		if (r->next == r->count)
			return RECOVERY_END;
		/* The rest is on the tape, or is a second slot of one number. */
		if (r->slots[r->next++].number < chunk)
			continue;
		result = load(r, &r->slots[r->next - 1], batch);
		if (result == -ENOMEM)
			return result;
		if (result < 0) {
			note_damage(r, r->slots[r->next - 1].number);
			unload(r);
		}
	}
}
