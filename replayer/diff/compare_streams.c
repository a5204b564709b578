/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The bytes that went through an object. Of heaps, and where an object has several streams, what
 * is the same on both sides is dropped first; of what is left the first is set against the first.
 */
#include "compare_channels.h"
#include "compare_priv.h"

#include "base/cleanup.h"
#include "base/hash.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct flow {
	uint64_t object; /* its hash */
	const struct diff_stream *stream;
	uint32_t process;
};

/* What must be equal: of streams of which not all is on the tape the length alone is known. */
static uint64_t content(const struct diff_stream *s)
{
	if (s->whole && s->datagrams)
		return s->messages;
	return s->masked ? 0 : s->whole && !s->shared ? s->hash : s->bytes;
}

static int compare_places(const struct flow *x, const struct flow *y)
{
	if (x->object != y->object)
		return x->object < y->object ? -1 : 1;
	return (int)x->stream->out - (int)y->stream->out;
}

static int compare_flows(const void *a, const void *b)
{
	const struct flow *x = a, *y = b;
	const uint64_t p = content(x->stream), q = content(y->stream);

	if (compare_places(x, y))
		return compare_places(x, y);
	if (p != q)
		return p < q ? -1 : 1;
	return (x->process > y->process) - (x->process < y->process);
}

static struct flow *flows(const struct diff_side *s, const uint32_t *processes, size_t count,
			  size_t *ret_count)
{
	struct flow *ret;
	size_t n = 0;

	for (size_t i = 0; i < count; i++)
		n += s->processes[processes[i]].stream_count;
	ret = calloc(n + 1, sizeof(*ret));
	if (!ret)
		return NULL;
	n = 0;
	for (size_t i = 0; i < count; i++) {
		const struct diff_process *p = &s->processes[processes[i]];

		for (size_t k = 0; k < p->stream_count; k++) {
			const struct diff_stream *stream = &p->streams[k];

			if (stream->bytes)
				ret[n++] = (struct flow){s->objects[stream->object].hash, stream,
							 processes[i]};
		}
	}
	qsort(ret, n, sizeof(*ret), compare_flows);
	*ret_count = n;
	return ret;
}

static bool are_same(const struct diff_stream *a, const struct diff_stream *b)
{
	if (a->masked || b->masked)
		return true;
	if (a->bytes != b->bytes)
		return false;
	if (a->datagrams && b->datagrams && a->whole && b->whole)
		return a->messages == b->messages;
	return !a->whole || !b->whole || a->shared || b->shared || a->hash == b->hash;
}

static struct finding_place place_of(const struct diff_side *s, const struct flow *f)
{
	const struct diff_process *p;

	if (!f)
		return (struct finding_place){.count = 0};
	p = &s->processes[f->process];
	return (struct finding_place){.stream = f->stream,
				      .seq = f->stream->chunk_count ? f->stream->chunks[0].seq : 0,
				      .process = f->process,
				      .tid = p->thread_count ? p->threads[0].tid : 0,
				      .count = f->stream->bytes};
}

/* A file that is new here is told as such; so is a peer. */
static bool is_told(const struct comparison *c, uint32_t node, const struct flow *f, bool is_new)
{
	return findings_find(&c->found, is_new ? FIND_PATH_NEW : FIND_PATH_GONE, node, f->object) ||
	       findings_find(&c->found, is_new ? FIND_PEER_NEW : FIND_PEER_GONE, node, f->object);
}

/* ---- scratch ---- */

/*
 * A file that a run removes by its name, and that one process alone wrote and read: what was in it
 * is seen by nobody. The journal of a database is one: each time it has another number in front.
 * Of each object the value of the map is who uses it, by its place, above these.
 */
enum { SCRATCH_REMOVED = 1, SCRATCH_SHARED = 2, SCRATCH_PROCESS = 2 };

static int note_scratch(struct map *known, uint64_t object, uint32_t process, bool removed)
{
	uintptr_t x = (uintptr_t)map_get(known, object);
	const uintptr_t user = x >> SCRATCH_PROCESS;

	if (removed)
		x |= SCRATCH_REMOVED;
	else if (!user)
		x |= (uintptr_t)process << SCRATCH_PROCESS;
	else if (user != process)
		x |= SCRATCH_SHARED;
	return map_put(known, object, (void *)x);
}

/* Calls by which a file is used without a byte that is read or written. */
static bool uses_whole(const char *call)
{
	static const char *const calls[] = {
		"mmap", "exec", "link", "rename", "sendfile", "copy_file_range", "splice", NULL};

	return compare_is_one_of(call, calls);
}

static int note_scratch_of(const struct diff_side *s, uint32_t process, struct map *known)
{
	const struct diff_process *p = &s->processes[process];
	int r = 0;

	for (size_t i = 0; r == 0 && i < p->count_count; i++) {
		const struct diff_count *x = &p->counts[i];
		const char *call = compare_call(s, x->call);
		const bool removes = strcmp(call, "unlink") == 0;

		if (x->object && !x->error && (removes || uses_whole(call)))
			r = note_scratch(known, s->objects[x->object].hash, process, removes);
	}
	for (size_t i = 0; r == 0 && i < p->stream_count; i++) {
		if (p->streams[i].bytes)
			r = note_scratch(known, s->objects[p->streams[i].object].hash, process,
					 false);
	}
	return r;
}

static int note_scratch_files(struct comparison *c)
{
	int r = 0;

	if (c->scratch_known)
		return 0;
	for (uint32_t i = 1; r == 0 && i < c->a->process_count; i++)
		r = note_scratch_of(c->a, i, &c->a_scratch);
	for (uint32_t i = 1; r == 0 && i < c->b->process_count; i++)
		r = note_scratch_of(c->b, i, &c->b_scratch);
	c->scratch_known = r == 0;
	return r;
}

static bool is_scratch(const struct map *known, uint64_t object)
{
	const uintptr_t x = (uintptr_t)map_get(known, object);

	return (x & SCRATCH_REMOVED) && !(x & SCRATCH_SHARED);
}

/* ---- findings ---- */

/* Who is sent to without a connection is met here first. 1, 0 or -ENOMEM. */
static int is_stranger(struct comparison *c, const struct flow *a, const struct flow *b)
{
	const struct flow *any = b ? b : a;
	const struct diff_side *s = b ? c->b : c->a;

	if ((a && b) || s->objects[any->stream->object].kind != DIFF_PEER)
		return 0;
	return compare_note_objects(c) < 0 ? -ENOMEM
					   : !compare_knows(c, b ? SIDE_A : SIDE_B, any->object);
}

static int add(struct comparison *c, uint32_t node, const struct flow *a, const struct flow *b)
{
	const struct flow *any = b ? b : a;
	const struct diff_side *s = b ? c->b : c->a;
	const char *label = compare_label(s, any->stream->object);
	cleanup_done(buf_done) struct buf subject = {0};
	struct compare_new x = {.kind = FIND_BYTES, .node = node, .what = any->object};
	struct finding *f;
	int failed = 0, stranger;

	if (any->stream->masked || ((!a || !b) && is_told(c, node, any, !a)))
		return 0;
	if (!a || !b || a->stream->bytes != b->stream->bytes) {
		failed = channels_of_tokens(c, b ? SIDE_B : SIDE_A, any->stream);
		if (failed)
			return failed < 0 ? failed : 0;
	}
	if (a && b) {
		if (note_scratch_files(c) < 0)
			return -ENOMEM;
		if (is_scratch(&c->a_scratch, any->object) &&
		    is_scratch(&c->b_scratch, any->object))
			return 0;
	}
	buf_printf(&subject, "%s %s", any->stream->out ? "written to" : "read from", label);
	x.subject = buf_text(&subject);
	x.detail = hash_add(any->object, &any->stream->out, sizeof(any->stream->out));
	x.shape = hash_add(finding_shape(label), &any->stream->out, sizeof(any->stream->out));
	stranger = is_stranger(c, a, b);
	if (stranger < 0)
		return -ENOMEM;
	if (stranger) {
		x.kind = b ? FIND_PEER_NEW : FIND_PEER_GONE;
		x.subject = label;
		x.detail = any->object;
	}
	f = compare_add(c, &x, &failed);
	if (f && !f->a.stream && !f->b.stream) {
		f->a = place_of(c->a, a);
		f->b = place_of(c->b, b);
	}
	return buf_error(&subject) ? -ENOMEM : failed;
}

static size_t end_of_place(const struct flow *f, size_t count, size_t from)
{
	size_t end = from;

	while (end < count && compare_places(&f[end], &f[from]) == 0)
		end++;
	return end;
}

/* Drops what is on both sides. */
static void drop_same(struct flow *a, size_t *a_count, struct flow *b, size_t *b_count)
{
	size_t i = 0, k = 0, a_left = 0, b_left = 0;

	while (i < *a_count || k < *b_count) {
		int order = i == *a_count ? 1 : k == *b_count ? -1 : compare_flows(&a[i], &b[k]);
		bool same = i < *a_count && k < *b_count && are_same(a[i].stream, b[k].stream);

		if (same)
			order = 0;
		else if (order == 0)
			order = -1;
		if (order < 0)
			a[a_left++] = a[i];
		else if (order > 0)
			b[b_left++] = b[k];
		i += order <= 0;
		k += order >= 0;
	}
	*a_count = a_left;
	*b_count = b_left;
}

static uint64_t sum(const struct flow *f, size_t count)
{
	uint64_t ret = 0;

	for (size_t i = 0; i < count; i++)
		ret += f[i].stream->bytes;
	return ret;
}

static bool same_messages(const struct flow *a, size_t a_count, const struct flow *b,
			  size_t b_count, int *failed)
{
	cleanup_free const struct diff_stream **all = calloc(a_count + b_count + 1, sizeof(*all));

	*failed = all ? 0 : -ENOMEM;
	for (size_t i = 0; all && i < a_count; i++)
		all[i] = a[i].stream;
	for (size_t i = 0; all && i < b_count; i++)
		all[a_count + i] = b[i].stream;
	return !all || channels_same_messages(all, a_count, all + a_count, b_count);
}

static int compare_pair(struct comparison *c, uint32_t node, const struct flow *a,
			const struct flow *b)
{
	int r = channels_read_by_chance(c, a ? a->stream : NULL, b ? b->stream : NULL);

	if (a && b && channels_cut_short(c, a->stream, a->process, b->stream, b->process))
		return 0;
	if (r == 0)
		r = channels_written_by_chance(c, a ? a->stream : NULL, b ? b->stream : NULL);
	if (r == 0)
		r = channels_to_itself(c, a ? a->stream : NULL, b ? b->stream : NULL);
	if (r < 0)
		return r;
	return r ? 0 : add(c, node, a, b);
}

static int compare_place(struct comparison *c, uint32_t node, struct flow *a, size_t a_count,
			 struct flow *b, size_t b_count)
{
	int r = 0;

	/* Which worker moved which part is chance. */
	if (c->match.nodes[node].how == MATCH_POOL && sum(a, a_count) == sum(b, b_count) &&
	    same_messages(a, a_count, b, b_count, &r))
		return r;
	drop_same(a, &a_count, b, &b_count);
	for (size_t i = 0; r == 0 && (i < a_count || i < b_count); i++)
		r = compare_pair(c, node, i < a_count ? &a[i] : NULL, i < b_count ? &b[i] : NULL);
	return r;
}

int compare_node_streams(struct comparison *c, uint32_t node)
{
	const struct match_node *n = &c->match.nodes[node];
	size_t a_count = 0, b_count = 0, i = 0, k = 0;
	cleanup_free struct flow *a = flows(c->a, n->a, n->a_count, &a_count);
	cleanup_free struct flow *b = flows(c->b, n->b, n->b_count, &b_count);
	int r = a && b ? 0 : -ENOMEM;

	while (r == 0 && (i < a_count || k < b_count)) {
		int order = i == a_count ? 1 : k == b_count ? -1 : compare_places(&a[i], &b[k]);
		size_t a_end = order <= 0 ? end_of_place(a, a_count, i) : i;
		size_t b_end = order >= 0 ? end_of_place(b, b_count, k) : k;

		r = compare_place(c, node, a + i, a_end - i, b + k, b_end - k);
		i = a_end;
		k = b_end;
	}
	return r;
}
