/* SPDX-License-Identifier: Apache-2.0 */
#include "given.h"

#include "compare_priv.h"
#include "excerpt.h"

#include "base/cleanup.h"

#include <string.h>

static bool is_kernels(const char *label)
{
	static const char *const trees[] = {"/proc/", "/sys/", "/dev/"};

	for (size_t i = 0; i < ARRAY_SIZE(trees); i++) {
		if (strncmp(label, trees[i], strlen(trees[i])) == 0)
			return true;
	}
	return false;
}

/* What the loader and the C library look up for themselves: another machine has others, and
 * nothing comes of it. */
static bool is_of_loader(const char *label)
{
	static const char *const files[] = {"/etc/ld.so.cache", "/usr/lib/locale/locale-archive",
					    NULL};

	return compare_is_one_of(label, files) || strstr(label, "/gconv-modules.cache");
}

static bool is_written(const struct diff_side *s, uint64_t object)
{
	for (size_t i = 1; i < s->process_count; i++) {
		const struct diff_process *p = &s->processes[i];

		for (size_t k = 0; k < p->stream_count; k++) {
			if (p->streams[k].out && s->objects[p->streams[k].object].hash == object)
				return true;
		}
	}
	return false;
}

bool given_is_file(const struct comparison *c, const struct finding *f)
{
	const struct diff_stream *stream = f->b.stream;
	const char *label;

	if (f->kind != FIND_BYTES || f->weight != FINDING_LOUD || !f->a.stream || !stream ||
	    stream->out)
		return false;
	label = compare_label(c->b, stream->object);
	return c->b->objects[stream->object].kind == DIFF_FILE &&
	       (label[0] == '/' || label[0] == '$') && !is_kernels(label) &&
	       !is_written(c->a, f->what) && !is_written(c->b, f->what);
}

bool given_is_incoming(const struct comparison *c, const struct finding *f)
{
	const struct diff_stream *stream = f->b.stream;

	if (f->kind != FIND_BYTES || f->weight != FINDING_LOUD || !f->a.stream || !stream ||
	    stream->out || stream->channel || stream->datagrams)
		return false;
	if (strcmp(compare_label(c->b, stream->object), "stdin") == 0)
		return true;
	return c->b->objects[stream->object].kind == DIFF_PEER && !c->serves;
}

bool given_is_look(const struct comparison *c, const struct finding *f)
{
	static const char *const looks[] = {"getdents", "stat", NULL};

	return f->kind == FIND_ARGUMENT && f->b.step &&
	       compare_is_one_of(compare_call(c->b, f->b.step->call), looks);
}

bool given_is_list(const struct comparison *c, const struct finding *f)
{
	return strcmp(compare_call(c->b, f->b.step->call), "getdents") == 0;
}

bool given_is_untouched(const struct comparison *c, const struct finding *f)
{
	const char *label = compare_label(c->b, f->b.step->object);

	return (label[0] == '/' || label[0] == '$') && !is_kernels(label) && !is_of_loader(label) &&
	       !is_written(c->a, f->what) && !is_written(c->b, f->what);
}

uint64_t given_seq(const struct finding *f)
{
	const struct excerpt *x = f->excerpt;

	return x && x->certain && x->a.what == EXCERPT_BYTES && x->b.what == EXCERPT_BYTES
		       ? x->b.seq
		       : 0;
}

bool given_was_before(const struct finding *other, uint64_t seq)
{
	const struct diff_stream *s = other->b.stream;

	if (other->kind != FIND_BYTES)
		return other->b.seq && other->b.seq < seq;
	if (other->excerpt)
		return other->excerpt->b.seq && other->excerpt->b.seq < seq;
	/* Whoever reads from a pipe may have waited since long. */
	if (s && s->channel && !s->out)
		return false;
	/* Somewhere in it; of what is shorter now, where it ends, and that is not known to be
	 * before anything. */
	return s && s->chunk_count && other->a.stream && other->a.stream->bytes <= s->bytes &&
	       s->chunks[s->chunk_count - 1].seq < seq;
}
