/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Entries are only ever appended to a slot, and a slot is emptied by its counter alone.
 * So at any instruction the slot is consistent up to its counter, which is all that a
 * reader believes: there is nothing to undo.
 *
 * Whoever calls holds the writer's lock.
 */
#include "journal.h"

#include "journal_priv.h"

#include "base/cleanup.h"
#include "base/err.h"
#include "base/fileio.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

enum { STEP = 128 << 10, MODE = 0600 };

struct slot {
	struct batch_log log;
	struct journal *journal;
	struct journal_slot_head *head; /* mapped */
	size_t used;                    /* of the slot, its head included */
	size_t reserved;                /* bytes of it that the disk has */
	uint32_t batch;
};

struct journal {
	int fd;
	uint8_t *map;
	size_t size;
	unsigned uuid; /* the head's that is of the present tape */
	struct err error;
	size_t count;
	struct slot slots[];
};

/* ---- the file ---- */

int journal_name(const char *tape, char **ret)
{
	cleanup_free char *whole = realpath(tape, NULL);

	if (!whole)
		return -errno;
	return asprintf(ret, "%s.journal", whole) < 0 ? -ENOMEM : 0;
}

/* The name of the file that @fd is, wherever it has been moved to; false when another one has
 * it now. */
static bool own_name(int fd, char ret[PATH_MAX])
{
	struct stat own, there;
	char link[32];
	ssize_t n;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, ret, PATH_MAX - 1);
	if (n <= 0)
		return false;
	ret[n] = '\0';
	return fstat(fd, &own) == 0 && lstat(ret, &there) == 0 && own.st_dev == there.st_dev &&
	       own.st_ino == there.st_ino;
}

static void unlink_own(int fd)
{
	char path[PATH_MAX];

	if (own_name(fd, path))
		unlink(path);
}

/* Never over another file, also where renameat2(2) cannot promise that. */
static int rename_own(int fd, const char *name)
{
	char path[PATH_MAX];

	if (!own_name(fd, path))
		return -ENOENT;
	if (renameat2(AT_FDCWD, path, AT_FDCWD, name, RENAME_NOREPLACE) == 0)
		return 0;
	if (errno != EINVAL && errno != ENOSYS)
		return -errno;
	return link(path, name) < 0 ? -errno : unlink(path);
}

/* From here on it is as if there had never been one. */
static void give_up(struct journal *j, int error, const char *what)
{
	err_errno(&j->error, error, "%s", what);
	memset(((struct journal_head *)(void *)j->map)->magic, 0, sizeof(JOURNAL_MAGIC) - 1);
	unlink_own(j->fd);
}

/* The last of a disk is for the tape. */
static int check_space(const struct journal *j)
{
	struct statvfs disk;

	if (fstatvfs(j->fd, &disk) < 0)
		return -errno;
	return disk.f_bavail < j->size / disk.f_frsize ? -ENOSPC : 0;
}

/* Makes the disk have these bytes. Not every file system can promise that; then they are
 * written. */
static int reserve(int fd, size_t offset, size_t size)
{
	static const uint8_t zeros[4096];
	int r;

	do
		r = fallocate(fd, 0, (off_t)offset, (off_t)size);
	while (r < 0 && errno == EINTR);
	if (r == 0)
		return 0;
	if (errno != EOPNOTSUPP && errno != ENOSYS)
		return -errno;
	for (size_t done = 0; done < size; done += sizeof(zeros)) {
		if (pwrite(fd, zeros, sizeof(zeros), (off_t)(offset + done)) !=
		    (ssize_t)sizeof(zeros))
			return errno ? -errno : -ENOSPC;
	}
	return 0;
}

static bool is_allowed(size_t size)
{
	struct rlimit limit;

	/* Beyond it there would be a signal, not only an error. */
	return getrlimit(RLIMIT_FSIZE, &limit) < 0 || limit.rlim_cur >= size;
}

static int open_new(const char *name, size_t size, struct err *err)
{
	int fd, high, error;

	if (!is_allowed(size))
		return err_errno(err, EFBIG, "cannot create '%s'", name);
	fd = open(name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, MODE);
	if (fd < 0)
		return err_errno(err, errno, "cannot create '%s'", name);
	/* Out of the way of the first three, which may be closed. */
	high = fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	error = errno;
	if (high < 0)
		unlink_own(fd);
	close(fd);
	return high < 0 ? err_errno(err, error, "cannot create '%s'", name) : high;
}

static int map_file(struct journal *j)
{
	void *map;
	int r;

	/* Held as long as we live: so a reader knows that we do. */
	flock(j->fd, LOCK_EX | LOCK_NB);
	if (ftruncate(j->fd, (off_t)j->size) < 0)
		return -errno;
	r = check_space(j);
	if (r == 0)
		r = reserve(j->fd, 0, JOURNAL_HEAD_SIZE);
	if (r < 0)
		return r;
	map = mmap(NULL, j->size, PROT_READ | PROT_WRITE, MAP_SHARED, j->fd, 0);
	if (map == MAP_FAILED)
		return -errno;
	/* Read ahead would fill pages with zeros that nobody asked for. */
	madvise(map, j->size, MADV_RANDOM);
	j->map = map;
	return 0;
}

static void write_head(struct journal *j, const uint8_t uuid[16])
{
	struct journal_head *head = (struct journal_head *)(void *)j->map;

	*head = (struct journal_head){
		.version = JOURNAL_VERSION,
		.entry_size = sizeof(struct journal_entry),
		.range_size = sizeof(struct journal_range),
		.slots = (uint32_t)j->count,
		.slot_size = JOURNAL_SLOT_SIZE,
	};
	memcpy(head->uuid[0], uuid, sizeof(head->uuid[0]));
	memcpy(head->uuid[1], uuid, sizeof(head->uuid[1]));
	__atomic_thread_fence(__ATOMIC_RELEASE);
	memcpy(head->magic, JOURNAL_MAGIC, sizeof(head->magic));
}

/* ---- entries ---- */

/* Room behind what the slot holds, on the disk too. */
static bool make_room(struct slot *s, size_t size)
{
	struct journal *j = s->journal;
	size_t step = size > STEP ? size : STEP, offset;
	int r;

	if (j->error.code)
		return false;
	if (size > JOURNAL_SLOT_SIZE - s->used) {
		give_up(j, E2BIG, "an event is too large for the journal");
		return false;
	}
	if (s->used + size <= s->reserved)
		return true;
	if (step > JOURNAL_SLOT_SIZE - s->reserved)
		step = JOURNAL_SLOT_SIZE - s->reserved;
	offset = (size_t)((uint8_t *)s->head - j->map) + s->reserved;
	r = check_space(j);
	if (r == 0)
		r = reserve(j->fd, offset, step);
	if (r < 0) {
		give_up(j, -r, "no room for the journal");
		return false;
	}
	s->reserved += step;
	return true;
}

/* The slot's next entries begin behind @used. What they are made of was written before. */
static void publish(struct slot *s, size_t used)
{
	s->used = used;
	__atomic_store_n(&s->head->used, used - sizeof(*s->head), __ATOMIC_RELEASE);
}

struct piece {
	const void *data;
	size_t size;
};

static uint8_t *put(uint8_t *at, const void *data, size_t size)
{
	if (size)
		memcpy(at, data, size);
	return at + size;
}

/* Returns where the bytes are. */
static const uint8_t *put_ranges(uint8_t *at, const struct event *e)
{
	const uint8_t *bytes;

	for (uint32_t i = 0; i < e->memory_count; i++) {
		const struct event_memory *m = &e->memory[i];
		const struct journal_range range = {.address = m->address,
						    .full = m->full,
						    .length = m->length,
						    .when = m->when,
						    .unreadable = m->unreadable};

		at = put(at, &range, sizeof(range));
	}
	bytes = at;
	for (uint32_t i = 0; i < e->memory_count; i++)
		at = put(at, e->memory[i].data, e->memory[i].length);
	return bytes;
}

/* @e NULL: no ranges. Returns where their bytes are, NULL: nowhere. */
static const uint8_t *add_entry(struct slot *s, struct journal_entry *entry,
				const struct piece extra[2], const struct event *e)
{
	size_t size = sizeof(*entry) + extra[0].size + extra[1].size;
	const uint8_t *bytes = NULL;
	uint8_t *at;

	for (uint32_t i = 0; e && i < e->memory_count; i++)
		size += sizeof(struct journal_range) + e->memory[i].length;
	size = (size + JOURNAL_ALIGN - 1) & ~(size_t)(JOURNAL_ALIGN - 1);
	if (!make_room(s, size))
		return NULL;
	entry->size = (uint32_t)size;
	entry->batch = s->batch;
	entry->extra = (uint32_t)(extra[0].size + extra[1].size);
	entry->range_count = e ? e->memory_count : 0;
	at = put((uint8_t *)s->head + s->used, entry, sizeof(*entry));
	at = put(at, extra[0].data, extra[0].size);
	at = put(at, extra[1].data, extra[1].size);
	if (e)
		bytes = put_ranges(at, e);
	publish(s, s->used + size);
	return bytes;
}

static void set_call(struct journal_entry *entry, const struct event_call *call)
{
	uint64_t *value = entry->value;

	value[JOURNAL_CALL_NR] = call->nr;
	value[JOURNAL_CALL_IP] = call->ip;
	memcpy(value + JOURNAL_CALL_ARGS, call->args, sizeof(call->args));
	value[JOURNAL_CALL_RET] = (uint64_t)call->ret;
	value[JOURNAL_CALL_BEGUN] = call->begun_seq;
	value[JOURNAL_CALL_END] = call->end_seq;
	value[JOURNAL_CALL_DURATION] = call->duration;
	value[JOURNAL_CALL_ARCH] = call->arch;
}

/* What an event of a kind that is no call has, and its bytes. */
static void set_lineage(struct journal_entry *entry, const struct event *e, struct piece extra[2])
{
	uint64_t *value = entry->value;
	const char *path;

	switch (e->kind) {
	case EVENT_FORK:
		value[JOURNAL_FORK_PID] = e->fork.child_pid;
		value[JOURNAL_FORK_TID] = e->fork.child_tid;
		value[JOURNAL_FORK_KIND] = e->fork.kind;
		value[JOURNAL_FORK_KNOWN] = e->fork.creator_known;
		break;
	case EVENT_EXEC:
		path = e->exec.path ? e->exec.path : "";
		extra[0] = (struct piece){path, strlen(path) + 1};
		extra[1] = (struct piece){e->exec.argv, e->exec.argv_size};
		value[JOURNAL_EXEC_FORMER] = e->exec.former_tid;
		value[JOURNAL_EXEC_PATH_SIZE] = extra[0].size;
		break;
	case EVENT_SIGNAL:
	case EVENT_STOP:
		extra[0] = (struct piece){e->signal.info, e->signal.info_size};
		value[JOURNAL_SIGNAL_NUMBER] = e->signal.number;
		break;
	case EVENT_EXIT:
		value[JOURNAL_EXIT_STATUS] = e->exit.status;
		value[JOURNAL_EXIT_PROCESS] = e->exit.process;
		break;
	default:
		break;
	}
}

static struct slot *slot_of(struct batch_log *log)
{
	_Static_assert(offsetof(struct slot, log) == 0, "a slot begins with its log");
	return (struct slot *)(void *)log;
}

static struct journal_entry entry_of(const struct event *e)
{
	return (struct journal_entry){
		.kind = e->kind, .pid = e->pid, .tid = e->tid, .seq = e->seq, .time = e->time};
}

static const uint8_t *added(struct batch_log *log, const struct event *e)
{
	struct journal_entry entry = entry_of(e);
	struct piece extra[2] = {{0}};

	if (event_is_call(e))
		set_call(&entry, &e->call);
	else
		set_lineage(&entry, e, extra);
	return add_entry(slot_of(log), &entry, extra, e);
}

static const uint8_t *finished(struct batch_log *log, uint32_t row, const struct event *end)
{
	struct journal_entry entry = entry_of(end);
	const struct piece extra[2] = {{0}};

	entry.kind = JOURNAL_FINISHED;
	entry.row = row;
	set_call(&entry, &end->call);
	return add_entry(slot_of(log), &entry, extra, end);
}

bool journal_keep_snapshot(struct batch_log *log, uint64_t seq, const struct buf *record)
{
	struct journal_entry entry = {.kind = JOURNAL_SNAPSHOT};
	const struct piece extra[2] = {{record->data, record->size}};
	struct slot *s = slot_of(log);

	if (journal_is_full(log) ||
	    record->size > JOURNAL_SLOT_SIZE - JOURNAL_ENTRY_MAX - s->used - sizeof(entry))
		return false;
	entry.value[JOURNAL_SNAPSHOT_SEQ] = seq;
	add_entry(s, &entry, extra, NULL);
	return true;
}

/* ---- the whole ---- */

int journal_create(const char *name, const uint8_t uuid[16], size_t batches, struct journal **ret,
		   struct err *err)
{
	struct journal *j = calloc(1, sizeof(*j) + batches * sizeof(j->slots[0]));
	int r;

	if (!j)
		return err_set(err, ENOMEM, "out of memory");
	j->count = batches;
	j->size = JOURNAL_HEAD_SIZE + batches * JOURNAL_SLOT_SIZE;
	j->fd = open_new(name, j->size, err);
	if (j->fd < 0) {
		r = j->fd;
		free(j);
		return r;
	}
	r = map_file(j);
	if (r < 0) {
		journal_free(j);
		return err_errno(err, -r, "cannot create '%s'", name);
	}
	for (size_t i = 0; i < batches; i++) {
		void *place = j->map + JOURNAL_HEAD_SIZE + i * JOURNAL_SLOT_SIZE;

		j->slots[i] = (struct slot){.log = {added, finished}, .journal = j, .head = place};
	}
	write_head(j, uuid);
	*ret = j;
	return 0;
}

/* With both numbers in its head it belongs to whichever tape it is beside, so that what counts
 * is the one step of its new name. */
void journal_move(struct journal *j, const char *name, const uint8_t uuid[16])
{
	struct journal_head *head = (struct journal_head *)(void *)j->map;
	int r;

	if (j->error.code)
		return;
	j->uuid = !j->uuid;
	memcpy(head->uuid[j->uuid], uuid, sizeof(head->uuid[0]));
	__atomic_thread_fence(__ATOMIC_RELEASE);
	r = name ? rename_own(j->fd, name) : -EINVAL;
	if (r < 0)
		give_up(j, -r,
			name ? "cannot move the journal to the next part"
			     : "the next part is no regular file");
}

struct journal *journal_free(struct journal *j)
{
	if (!j)
		return NULL;
	if (!j->error.code)
		unlink_own(j->fd);
	if (j->map)
		munmap(j->map, j->size);
	close(j->fd);
	free(j);
	return NULL;
}

struct batch_log *journal_log(struct journal *j, size_t index)
{
	return j && index < j->count ? &j->slots[index].log : NULL;
}

void journal_begin(struct batch_log *log, uint64_t number)
{
	struct slot *s = log ? slot_of(log) : NULL;

	if (!s)
		return;
	s->batch = (uint32_t)number;
	s->used = sizeof(*s->head);
	if (!make_room(s, 0))
		return;
	/* Empty before it is another's. */
	publish(s, sizeof(*s->head));
	__atomic_store_n(&s->head->number, number, __ATOMIC_RELEASE);
}

bool journal_is_full(const struct batch_log *log)
{
	const struct slot *s = (const struct slot *)(const void *)log;

	return s && s->used > JOURNAL_SLOT_SIZE - JOURNAL_ENTRY_MAX;
}

int journal_error(const struct journal *j, struct err *err)
{
	if (!j || !j->error.code)
		return 0;
	*err = j->error;
	return j->error.code;
}

/* ---- journals of tapes that were ---- */

/* A file that we, as this user, made for a tape; perhaps killed while we did. */
static bool is_journal(const char *name)
{
	cleanup_close int fd = open(name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	static const char none[sizeof(JOURNAL_MAGIC) - 1];
	char magic[sizeof(JOURNAL_MAGIC) - 1] = {0};
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || st.st_uid != geteuid())
		return false;
	if (fileio_read(fd, magic, sizeof(magic)) < 0)
		return false;
	return memcmp(magic, JOURNAL_MAGIC, sizeof(magic)) == 0 ||
	       (memcmp(magic, none, sizeof(magic)) == 0 &&
		(st.st_size == 0 || st.st_size > JOURNAL_SLOT_SIZE));
}

void journal_forget(const char *tape, const char *to)
{
	cleanup_free char *name = NULL, *target = NULL;

	/* A moved link is still beside nothing, and a tape that is gone was no link. */
	if ((to || journal_name(tape, &name) < 0) && asprintf(&name, "%s.journal", tape) < 0)
		name = NULL;
	if (to && asprintf(&target, "%s.journal", to) < 0)
		target = NULL;
	if (!name || (to && !target))
		return;
	if (target && is_journal(target))
		unlink(target);
	if (!is_journal(name))
		return;
	/* Never over something that is not ours. */
	if (target)
		renameat2(AT_FDCWD, name, AT_FDCWD, target, RENAME_NOREPLACE);
	else
		unlink(name);
}
