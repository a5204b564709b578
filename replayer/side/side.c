/* SPDX-License-Identifier: Apache-2.0 */
#include "side.h"

#include "side_priv.h"

#include "replayer/print/escape.h"

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/map.h"

#include <stdlib.h>
#include <string.h>

static void free_const(const void *at)
{
	free((void *)(uintptr_t)at);
}

static void free_process(const struct diff_process *p)
{
	for (size_t i = 0; p->threads && i < p->thread_count; i++)
		free_const(p->threads[i].steps);
	for (size_t i = 0; p->streams && i < p->stream_count; i++)
		free_const(p->streams[i].chunks);
	free_const(p->threads);
	free_const(p->streams);
	free_const(p->counts);
	free_const(p->inherited);
}

/* ---- texts ---- */

struct side_told {
	struct map by_step; /* texts, by place and object */
	size_t size;        /* of all of them */
	bool failed;        /* one could not be made: there was no memory */
};

struct side_told *side_told_new(void)
{
	return calloc(1, sizeof(struct side_told));
}

struct side_told *side_told_free(struct side_told *t)
{
	size_t at = 0;
	void *text;

	while (t && (text = map_next(&t->by_step, &at)))
		free(text);
	if (t)
		map_done(&t->by_step);
	free(t);
	return NULL;
}

void diff_step_say(const struct diff_side *s, const struct diff_step *step, struct buf *ret)
{
	const uint32_t place = step->text & ~SIDE_TEXT_MARKED;
	const char *at = diff_side_text(s, place), *mark;
	const char *label = step->object < s->object_count
				    ? diff_side_text(s, s->objects[step->object].label)
				    : "";

	while (step->text & SIDE_TEXT_MARKED && (mark = strchr(at, SIDE_MARK))) {
		buf_append(ret, at, (size_t)(mark - at));
		escape_strace(ret, label, strlen(label), PRINT_HEX_NEVER);
		at = mark + 1;
	}
	buf_str(ret, at);
}

const char *diff_side_text(const struct diff_side *s, uint32_t place)
{
	return place < s->texts_size ? s->texts + place : "";
}

const char *diff_step_text(const struct diff_side *s, const struct diff_step *step)
{
	const uint64_t key = (uint64_t)step->object << 32 | step->text;
	const char *known;
	struct buf text = {0};

	if (!(step->text & SIDE_TEXT_MARKED))
		return diff_side_text(s, step->text);
	known = map_get(&s->told->by_step, key);
	if (known)
		return known;
	diff_step_say(s, step, &text);
	s->told->size += text.size;
	if (buf_error(&text) == 0 && text.size && s->told->size <= DIFF_TEXTS_MAX &&
	    map_put(&s->told->by_step, key, text.data) == 0)
		return text.data;
	s->told->failed |= buf_error(&text) < 0 || (text.size && s->told->size <= DIFF_TEXTS_MAX);
	buf_done(&text);
	return "";
}

bool diff_side_failed(const struct diff_side *s)
{
	return s->told && s->told->failed;
}

/* ---- the whole ---- */

struct diff_side *diff_side_free(struct diff_side *s)
{
	if (!s)
		return NULL;
	for (size_t i = 1; i < s->process_count; i++)
		free_process(&s->processes[i]);
	for (size_t i = 1; i < s->call_count; i++)
		free_const(s->calls[i]);
	for (size_t i = 0; i < s->environment_count; i++)
		free(s->environments[i]);
	if (s->header)
		meta_header_done((struct meta_header *)(uintptr_t)s->header);
	if (s->snapshot)
		meta_snapshot_done((struct meta_snapshot *)(uintptr_t)s->snapshot);
	if (s->trailer)
		meta_trailer_done((struct meta_trailer *)(uintptr_t)s->trailer);
	free_const(s->header);
	free_const(s->snapshot);
	free_const(s->trailer);
	free_const(s->processes);
	free_const(s->objects);
	map_done(&s->by_hash);
	free_const(s->calls);
	side_told_free(s->told);
	free_const(s->texts);
	free(s->environments);
	free(s->chosen_ports);
	free(s);
	return NULL;
}
