/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Programs that serve others' memory or files: a pager (userfaultfd(2)), a file system in user
 * space (FUSE: an AppImage is one, and runs from itself). To read a page that one of them has to
 * bring in is to wait for it; but it is a tracee, and may be waiting for us at a stop: nobody would
 * ever go on. The kernel offers no reading that gives up.
 *
 * So as soon as a tracee has made a descriptor of such a kind nothing is read any more but what is
 * there. What a call reads and was not there at its entry has been brought in by the kernel when
 * the call returns: it is read then, and belongs to the entry all the same. It is lost when the
 * call never returns, or is an execve that succeeds. Between our look and our reading a page can go
 * away, which nobody can prevent; it takes a pager that takes away what it has just given.
 */
#include "rec_priv.h"

#include "base/cleanup.h"

#include <stdlib.h>
#include <string.h>

enum { LATE_MAX = 1 << 18 }; /* bytes of what one call reads that come later */

/* What descriptors of those are called in /proc. */
static const char *const kinds[] = {"anon_inode:[userfaultfd]", "/dev/userfaultfd", "/dev/fuse"};

static bool is_served_by(const void *name, size_t size)
{
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		if (size == strlen(kinds[i]) && memcmp(name, kinds[i], size) == 0)
			return true;
	}
	return false;
}

static void become_wary(struct rec *rec)
{
	rec->wary = true;
	rec->objects.wary = true;
}

void rec_wary_watch(struct rec *rec)
{
	const struct buf *names = &rec->scratch->names;

	if (!rec->wary && is_served_by(names->data, names->size))
		become_wary(rec);
}

void rec_wary_attached(struct rec *rec, const struct meta_snapshot *snapshot)
{
	for (size_t i = 0; i < snapshot->process_count; i++) {
		const struct meta_process *p = &snapshot->processes[i];

		for (size_t j = 0; j < p->fd_count; j++) {
			if (is_served_by(p->fds[j].target.data, p->fds[j].target.size))
				become_wary(rec);
		}
	}
}

void rec_read(const struct rec *rec, const struct task *task, struct tracee_range *ranges,
	      size_t count)
{
	if (rec->wary)
		tracee_mem_read_present((pid_t)task->tid, ranges, count);
	else
		tracee_mem_read((pid_t)task->tid, ranges, count);
}

void rec_wary_entry(const struct rec *rec, struct task *task, struct sys_ranges *ranges)
{
	struct task_call *call = &task->call;
	size_t kept = 0;

	/* What an execve reads is gone when it returns. */
	if (!rec->wary || rec_call_is_exec(call->arch, call->nr))
		return;
	buf_clear(&call->seen);
	for (size_t i = 0; i < ranges->count; i++) {
		if (ranges->range[i].unreadable)
			continue;
		buf_append(&call->seen, &ranges->range[i].address, sizeof(uint64_t));
		ranges->range[kept++] = ranges->range[i];
	}
	call->late = kept < ranges->count && buf_error(&call->seen) == 0;
	if (call->late)
		ranges->count = kept;
}

static bool is_seen(const struct task_call *call, uint64_t address)
{
	const uint64_t *seen = (const void *)call->seen.data;

	for (size_t i = 0; i < call->seen.size / sizeof(*seen); i++) {
		if (seen[i] == address)
			return true;
	}
	return false;
}

static struct sys_ranges *ranges_new(void)
{
	struct sys_ranges *r = calloc(1, sizeof(*r));

	if (!r)
		return NULL;
	r->arena_size = LATE_MAX;
	r->arena = malloc(LATE_MAX);
	if (r->arena)
		return r;
	free(r);
	return NULL;
}

const struct sys_ranges *rec_wary_exit(struct rec *rec, struct task *task,
				       const struct sys_capture *capture)
{
	struct sys_ranges *late = rec->scratch->late;
	size_t kept = 0;

	task->call.late = false;
	if (!late)
		late = rec->scratch->late = ranges_new();
	if (!late) {
		rec->trailer.unreadable++;
		return NULL;
	}
	sys_capture_entry(capture, late);
	for (size_t i = 0; i < late->count; i++) {
		struct sys_range *r = &late->range[i];

		if (is_seen(&task->call, r->address))
			continue;
		rec->trailer.shortened += r->full > capture->payload_limit;
		/* Nothing is streamed behind the call: what did not fit is as good as lost. */
		r->unreadable |= r->limited && r->length < capture->payload_limit;
		late->range[kept++] = *r;
	}
	late->count = kept;
	return late;
}

void rec_wary_done(struct rec *rec)
{
	if (rec->scratch->late)
		free(rec->scratch->late->arena);
	free(rec->scratch->late);
}
