/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Processes as /proc shows them at this moment: what the replayed world starts from.
 * At the start they are in a stop while we look, so what we see is consistent but for what
 * other processes do to shared files. Later they are not: they are read as /proc shows
 * them, which may be a little newer than the place that the snapshot has.
 *
 * What cannot be read (another user's process, hidepid) is named in `missing` and
 * left out; only a lack of memory is an error.
 */
#include "rec_priv.h"

#include "base/buf.h"
#include "base/cleanup.h"
#include "tracee/proc.h"
#include "tracee/socket.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>

enum { FDS_MAX = 65536, MAPS_MAX = 65536, LINE_FIELDS = 8 };

static void missing(struct buf *list, const char *what, int error)
{
	buf_printf(list, "%s%s: %s", list->size ? "; " : "", what, strerror(-error));
}

/* Moves the text of @b into @ret; @b is empty then. */
static void to_bytes(struct buf *b, struct meta_bytes *ret)
{
	*ret = (struct meta_bytes){(uint8_t *)b->data, b->size};
	*b = (struct buf){0};
}

static void read_whole(uint32_t pid, const char *name, struct meta_bytes *ret, struct buf *lack)
{
	struct buf text = {0};
	int r = tracee_proc_file((pid_t)pid, name, &text);

	if (r < 0)
		missing(lack, name, r);
	to_bytes(&text, ret);
}

static int read_link(uint32_t pid, const char *name, struct meta_bytes *ret, struct buf *lack)
{
	struct buf text = {0};
	int r = tracee_proc_link((pid_t)pid, name, &text);

	if (r < 0 && lack)
		missing(lack, name, r);
	to_bytes(&text, ret);
	return r;
}

static size_t numbers_of_line(const char *at, int base, uint32_t *ret, size_t max)
{
	size_t n = 0;

	while (n < max) {
		char *end;
		unsigned long value = strtoul(at, &end, base);

		if (end == at || memchr(at, '\n', (size_t)(end - at)))
			break;
		ret[n++] = (uint32_t)value;
		at = end;
	}
	return n;
}

static int read_status(uint32_t pid, struct meta_process *p, struct buf *lack)
{
	cleanup_done(buf_done) struct buf text = {0};
	int r = tracee_proc_file((pid_t)pid, "status", &text);
	const char *groups;

	if (r < 0) {
		missing(lack, "status", r);
		return r == -ENOMEM ? r : 0;
	}
	numbers_of_line(tracee_proc_field(buf_text(&text), "PPid"), 10, &p->ppid, 1);
	numbers_of_line(tracee_proc_field(buf_text(&text), "Umask"), 8, &p->umask, 1);
	numbers_of_line(tracee_proc_field(buf_text(&text), "Uid"), 10, p->uids, 4);
	numbers_of_line(tracee_proc_field(buf_text(&text), "Gid"), 10, p->gids, 4);
	groups = tracee_proc_field(buf_text(&text), "Groups");
	p->groups = calloc(strcspn(groups, "\n") / 2 + 1, sizeof(*p->groups));
	if (!p->groups)
		return -ENOMEM;
	p->group_count = numbers_of_line(groups, 10, p->groups, strcspn(groups, "\n") / 2 + 1);
	return 0;
}

static void read_stat(uint32_t pid, struct meta_process *p, struct buf *lack)
{
	struct tracee_stat stat;
	int r = tracee_proc_stat((pid_t)pid, &stat);

	if (r < 0) {
		missing(lack, "stat", r);
		return;
	}
	p->pgid = (uint32_t)stat.pgid;
	p->sid = (uint32_t)stat.sid;
}

static int read_rlimits(uint32_t pid, struct meta_process *p, struct buf *lack)
{
	p->rlimits = calloc(RLIM_NLIMITS, sizeof(*p->rlimits));
	if (!p->rlimits)
		return -ENOMEM;
	for (uint32_t i = 0; i < RLIM_NLIMITS; i++) {
		struct rlimit limit;

		if (prlimit((pid_t)pid, (enum __rlimit_resource)i, NULL, &limit) < 0) {
			missing(lack, "limits", -errno);
			return 0;
		}
		p->rlimits[p->rlimit_count++] = (struct meta_rlimit){
			.resource = i,
			.soft = limit.rlim_cur == RLIM_INFINITY ? UINT64_MAX : limit.rlim_cur,
			.hard = limit.rlim_max == RLIM_INFINITY ? UINT64_MAX : limit.rlim_max,
		};
	}
	return 0;
}

static bool begins(const struct meta_bytes *b, const char *text)
{
	size_t n = strlen(text);

	return b->size >= n && memcmp(b->data, text, n) == 0;
}

static int to_address(const struct tracee_address *from, struct meta_bytes *ret)
{
	const struct meta_bytes bytes = {(uint8_t *)(uintptr_t)from->bytes, from->size};

	return from->size ? meta_copy_bytes(&bytes, ret) : 0;
}

/* What it is bound and connected to; nothing of one that must not be asked. */
static int read_socket(uint32_t pid, struct meta_fd *fd)
{
	struct tracee_socket found;
	struct meta_socket *s;
	int r;

	if (!begins(&fd->target, "socket:[") || tracee_socket((pid_t)pid, fd->fd, &found) < 0)
		return 0;
	s = fd->socket = calloc(1, sizeof(*s));
	if (!s)
		return -ENOMEM;
	s->family = found.family;
	s->type = found.type;
	s->protocol = found.protocol;
	s->role = found.listens ? META_SOCKET_LISTENS : 0;
	s->other = found.other;
	r = to_address(&found.local, &s->local);
	return r < 0 ? r : to_address(&found.peer, &s->peer);
}

/* What it does not say stays empty; -ENOMEM. */
static int read_fd(uint32_t pid, uint32_t number, struct meta_fd *ret)
{
	cleanup_done(buf_done) struct buf text = {0};
	char name[40];
	int r;

	ret->fd = (int32_t)number;
	snprintf(name, sizeof(name), "fd/%" PRIu32, number);
	if (read_link(pid, name, &ret->target, NULL) == -ENOMEM || read_socket(pid, ret) < 0)
		return -ENOMEM;
	snprintf(name, sizeof(name), "fdinfo/%" PRIu32, number);
	r = tracee_proc_file((pid_t)pid, name, &text);
	if (r < 0)
		return r == -ENOMEM ? r : 0;
	numbers_of_line(tracee_proc_field(buf_text(&text), "flags"), 8, &ret->flags, 1);
	ret->position = strtoull(tracee_proc_field(buf_text(&text), "pos"), NULL, 10);
	return 0;
}

static int read_fds(uint32_t pid, struct meta_process *p, struct buf *lack)
{
	cleanup_free uint32_t *numbers = NULL;
	size_t count = 0;
	int r = tracee_proc_numbers((pid_t)pid, "fd", &numbers, &count);

	if (r < 0) {
		missing(lack, "fd", r);
		return 0;
	}
	if (count > FDS_MAX) {
		missing(lack, "fd", -E2BIG);
		count = FDS_MAX;
	}
	p->fds = calloc(count + 1, sizeof(*p->fds));
	if (!p->fds)
		return -ENOMEM;
	for (r = 0; r == 0 && p->fd_count < count; p->fd_count++)
		r = read_fd(pid, numbers[p->fd_count], &p->fds[p->fd_count]);
	return r;
}

/* Its path is NULL when there was no memory for it.
 * start-end perms offset major:minor inode path: proc(5). */
static bool parse_map(const char *line, struct meta_map *ret)
{
	unsigned int major, minor;
	char perms[5];
	int path = 0;
	char *text;

	if (sscanf(line, "%" SCNx64 "-%" SCNx64 " %4s %" SCNx64 " %x:%x %" SCNu64 " %n",
		   &ret->start, &ret->end, perms, &ret->offset, &major, &minor, &ret->inode,
		   &path) < 7)
		return false;
	ret->device = major << 20 | minor;
	ret->prot = (perms[0] == 'r' ? PROT_READ : 0u) | (perms[1] == 'w' ? PROT_WRITE : 0u) |
		    (perms[2] == 'x' ? PROT_EXEC : 0u) | (perms[3] == 's' ? META_MAP_SHARED : 0u);
	text = strdup(line + path);
	ret->path = (struct meta_bytes){(uint8_t *)text, text ? strlen(text) : 0};
	return true;
}

static int read_maps(uint32_t pid, struct meta_process *p, struct buf *lack)
{
	cleanup_done(buf_done) struct buf text = {0};
	int r = tracee_proc_file((pid_t)pid, "maps", &text);
	size_t lines = 0;
	char *at, *line;

	if (r < 0) {
		missing(lack, "maps", r);
		return 0;
	}
	for (size_t i = 0; i < text.size && lines < MAPS_MAX; i++)
		lines += text.data[i] == '\n';
	p->maps = calloc(lines + 1, sizeof(*p->maps));
	if (!p->maps)
		return -ENOMEM;
	at = text.data;
	while (p->map_count < lines && (line = strsep(&at, "\n"))) {
		if (!parse_map(line, &p->maps[p->map_count]))
			continue;
		if (!p->maps[p->map_count++].path.data)
			return -ENOMEM;
	}
	return 0;
}

/* Threads that are not stopped are in none as far as can be told. */
static int read_in_flight(struct meta_process *p)
{
	p->in_flight = calloc(p->tid_count + 1, sizeof(*p->in_flight));
	if (!p->in_flight)
		return -ENOMEM;
	for (size_t i = 0; i < p->tid_count; i++) {
		struct meta_in_flight *call = &p->in_flight[p->in_flight_count];
		struct tracee_in_flight found;
		struct tracee_call info;
		int r;

		if (tracee_call_info((pid_t)p->tids[i], &info) < 0)
			continue;
		r = tracee_proc_in_flight((pid_t)p->tids[i], &found);
		if (r == -ENOMEM)
			return r;
		if (r < 0)
			continue;
		*call = (struct meta_in_flight){
			.tid = p->tids[i], .arch = info.arch, .nr = found.nr};
		memcpy(call->args, found.args, sizeof(call->args));
		p->in_flight_count++;
	}
	return 0;
}

static int describe_process(uint32_t pid, struct meta_process *ret)
{
	struct buf lack = {0};
	int r;

	ret->pid = pid;
	read_whole(pid, "comm", &ret->comm, &lack);
	if (ret->comm.size && ret->comm.data[ret->comm.size - 1] == '\n')
		ret->comm.size--;
	read_whole(pid, "cmdline", &ret->argv, &lack);
	read_whole(pid, "environ", &ret->env, &lack);
	read_link(pid, "exe", &ret->exe, &lack);
	read_link(pid, "cwd", &ret->cwd, &lack);
	read_link(pid, "root", &ret->root, &lack);
	read_stat(pid, ret, &lack);
	r = tracee_proc_numbers((pid_t)pid, "task", &ret->tids, &ret->tid_count);
	if (r < 0)
		missing(&lack, "task", r);
	if ((r = read_status(pid, ret, &lack)) < 0 || (r = read_rlimits(pid, ret, &lack)) < 0 ||
	    (r = read_fds(pid, ret, &lack)) < 0 || (r = read_maps(pid, ret, &lack)) < 0 ||
	    (r = read_in_flight(ret)) < 0) {
		buf_done(&lack);
		return r;
	}
	ret->missing = lack.data;
	return buf_error(&lack);
}

static int describe_all(const uint32_t *pids, size_t count, struct meta_snapshot *ret)
{
	ret->processes = calloc(count + 1, sizeof(*ret->processes));
	if (!ret->processes)
		return -ENOMEM;
	while (ret->process_count < count) {
		int r = describe_process(pids[ret->process_count],
					 &ret->processes[ret->process_count]);

		ret->process_count++;
		if (r < 0)
			return r;
	}
	return 0;
}

/* What the snapshot lacks is said where people look as well. */
static void note_missing(struct rec *rec, const struct meta_snapshot *snapshot)
{
	for (size_t i = 0; i < snapshot->process_count; i++) {
		const struct meta_process *p = &snapshot->processes[i];

		if (p->missing && *p->missing)
			rec_note(rec, "the start of process %u is not known whole: %s", p->pid,
				 p->missing);
	}
}

int rec_describe(struct rec *rec, const uint32_t *pids, size_t count, struct meta_snapshot *ret)
{
	*ret = (struct meta_snapshot){.seq = rec->seq, .time = rec->now};
	return describe_all(pids, count, ret);
}

void rec_snapshot(struct rec *rec, const uint32_t *pids, size_t count)
{
	struct meta_snapshot snapshot;
	int r = rec_describe(rec, pids, count, &snapshot);

	if (r == 0)
		rec_wary_attached(rec, &snapshot);
	for (size_t i = 0; r == 0 && i < snapshot.process_count; i++)
		r = rec_process_facts(&snapshot.processes[i]);
	for (size_t i = 0; r == 0 && i < snapshot.process_count; i++) {
		const struct meta_process *p = &snapshot.processes[i];

		objects_see(&rec->objects, p->pid, "exe", META_OBJECT_EXECUTED);
		objects_see_maps(&rec->objects, p);
	}
	if (r == 0)
		note_missing(rec, &snapshot);
	if (r == 0 && trace_writer_snapshot(rec->writer, &snapshot) == 0)
		return;
	meta_snapshot_done(&snapshot);
	rec_note(rec, "out of memory: no snapshot of the start");
}
