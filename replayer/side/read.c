/* SPDX-License-Identifier: Apache-2.0 */
/* Reading a tape into a side: item by item, each handed to whom it concerns. */
#include "side_priv.h"
#include "transient.h"

#include "base/err.h"
#include "base/hash.h"
#include "format/codec.h"
#include "format/container/source.h"
#include "format/container/stream.h"
#include "sys/table.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { MORE_KEPT = 64, PROGRESS_EACH = 1 << 14 };

/* ---- copies of what the stream only lends: by way of the format ---- */

static const void *body_of(const struct buf *record, size_t *ret_size)
{
	size_t at = 1;

	/* The field's tag and its length, a varint. */
	while (at < record->size && (uint8_t)record->data[at] & 0x80)
		at++;
	at++;
	*ret_size = at < record->size ? record->size - at : 0;
	return record->data + at;
}

#define COPY(what, type)                                                                           \
	static int copy_##what(const struct type *from, const struct type **ret, struct err *err)  \
	{                                                                                          \
		struct type *copy = calloc(1, sizeof(*copy));                                      \
		struct buf record = {0};                                                           \
		const void *body;                                                                  \
		size_t size;                                                                       \
		int r = copy ? codec_encode_##what(from, &record) : -ENOMEM;                       \
                                                                                                   \
		if (r == 0) {                                                                      \
			body = body_of(&record, &size);                                            \
			r = codec_decode_##what(body, size, copy, err);                            \
		}                                                                                  \
		buf_done(&record);                                                                 \
		if (r < 0) {                                                                       \
			free(copy);                                                                \
			return err_errno(err, -r, "cannot keep what the tape says of itself");     \
		}                                                                                  \
		*ret = copy;                                                                       \
		return 0;                                                                          \
	}

COPY(header, meta_header)
COPY(snapshot, meta_snapshot)
COPY(trailer, meta_trailer)

/* ---- items ---- */

static int take_header(struct reading *r, const struct meta_header *h, struct err *err)
{
	if (r->is->header)
		return err_set(err, EBADMSG, "there is more than one tape in the file");
	printer_header(r->printer, h);
	return copy_header(h, &r->is->header, err);
}

static int take_snapshot(struct reading *r, const struct meta_snapshot *s, struct err *err)
{
	int result;

	/* A later one says what is known already. */
	if (r->is->snapshot)
		return 0;
	result = copy_snapshot(s, &r->is->snapshot, err);
	return result < 0 ? result : diff_actors_snapshot(r, s);
}

/* The command's own input and output were there before it, wherever they lead to. They are in the
 * snapshot; on a machine that is busy the first call may have begun before that. */
static void find_standard(struct reading *r)
{
	if (r->standard_known)
		return;
	r->standard_known = r->is->snapshot || r->event->kind != EVENT_BEGUN;
	for (int32_t fd = 0; fd < SIDE_STANDARD; fd++) {
		const struct state_file *f = state_at_entry(r->state, r->event, fd);

		r->standard[fd] = f ? f->id : 0;
	}
}

static int take_exec(struct reading *r)
{
	const struct event_call *call = &r->event->call;
	const struct sys_desc *d = sys_find(call->arch, call->nr);

	for (size_t i = 0; d && i < d->count; i++) {
		const struct sys_field *f = &d->field[i];

		if (f->kind == K_ENVP && r->event->kind != EVENT_END)
			return diff_actors_take_environment(
				r, sys_value(f, call->args, sizeof(call->args)), d->wide);
	}
	return 0;
}

static int take_call(struct reading *r)
{
	int result;

	r->class = diff_calls_find(&r->calls, r->event);
	if (!r->class)
		return -ENOMEM;
	if (r->event->kind == EVENT_DATA)
		return diff_bytes_take(r);
	r->is->calls_seen += r->event->kind != EVENT_END;
	if (strcmp(r->class->form.name, "exec") == 0 && take_exec(r) < 0)
		return -ENOMEM;
	diff_family_take(r);
	result = diff_labels_take(r);
	if (result == 0)
		result = diff_steps_take_call(r);
	if (result == 0 && r->class->how == CALL_DATA)
		result = diff_bytes_take(r);
	return result;
}

static int take_event(struct reading *r)
{
	const struct event *e = r->event;

	r->is->events++;
	if (e->kind == EVENT_FORK)
		return diff_actors_fork(r);
	if (diff_actors_find(r) < 0 || !r->worker)
		return r->failed;
	find_standard(r);
	switch (e->kind) {
	case EVENT_CALL:
	case EVENT_BEGUN:
	case EVENT_END:
	case EVENT_DATA:
		return take_call(r);
	case EVENT_EXEC:
		return diff_actors_exec(r) < 0 ? -ENOMEM : diff_family_exec(r);
	case EVENT_SIGNAL:
		return diff_steps_take_signal(r);
	case EVENT_EXIT:
		return diff_actors_exit(r);
	default:
		return 0;
	}
}

static void take_damage(struct reading *r, const struct trace_damage *d)
{
	r->is->truncated |= d->tail;
	r->is->damaged |= !d->tail;
	if (!r->is->damage[0])
		memcpy(r->is->damage, d->text, sizeof(r->is->damage));
}

static int take(struct reading *r, const struct trace_item *item, struct err *err)
{
	int result = state_take(r->state, item);

	if (result < 0)
		return result;
	r->event = NULL;
	switch (item->kind) {
	case ITEM_HEADER:
		return take_header(r, item->header, err);
	case ITEM_SNAPSHOT:
		return take_snapshot(r, item->snapshot, err);
	case ITEM_EVENT:
		r->event = item->event;
		result = take_event(r);
		return result < 0 ? result : r->failed;
	case ITEM_TRAILER:
		r->is->lost = item->trailer->lost;
		return r->is->trailer ? 0 : copy_trailer(item->trailer, &r->is->trailer, err);
	case ITEM_DAMAGE:
		take_damage(r, item->damage);
		return 0;
	}
	return 0;
}

/* ---- the whole ---- */

static int begin(struct reading *r, const struct diff_options *options)
{
	const struct print_options plain = {.verbose = true};

	r->options = options;
	r->is = calloc(1, sizeof(*r->is));
	if (r->is) {
		r->is->chosen_ports = calloc(1, TRANSIENT_PORTS_SIZE);
		r->is->told = side_told_new();
	}
	r->state = state_new();
	r->printer = printer_new(&plain);
	r->transfers = transfers_new();
	r->more = calloc(MORE_KEPT, sizeof(*r->more));
	if (diff_texts_init(&r->texts) < 0 || diff_objects_init(&r->objects, &r->texts) < 0 ||
	    !r->is || !r->is->chosen_ports || !r->is->told || !r->state || !r->printer ||
	    !r->transfers || !r->more || diff_calls_init(&r->calls) < 0 || diff_labels_init(r) < 0)
		return -ENOMEM;
	printer_canon(r->printer, &r->canon);
	printer_state(r->printer, r->state);
	for (size_t i = 0; i < options->root_count; i++) {
		const struct diff_root *root = &options->roots[i];

		if (diff_roots_add(&r->roots, root->name, root->path, strlen(root->path)) < 0)
			return -ENOMEM;
	}
	return 0;
}

/* ---- which build of a program it was ---- */

static uint64_t build_of(const struct meta_trailer *t, const char *path)
{
	for (size_t i = 0; i < t->object_count; i++) {
		const struct meta_object *o = &t->objects[i];

		if (o->build_id.size && o->path.size == strlen(path) &&
		    memcmp(o->path.data, path, o->path.size) == 0)
			return hash_add(HASH_START, o->build_id.data, o->build_id.size);
	}
	return 0;
}

static void note_builds(struct diff_side *s)
{
	for (size_t i = 1; s->trailer && i < s->process_count; i++) {
		struct diff_process *p = (struct diff_process *)(uintptr_t)&s->processes[i];
		const struct diff_object *exe = &s->objects[p->exe];

		if (p->exe != DIFF_NONE)
			p->exe_id = build_of(s->trailer, s->texts + exe->name);
	}
}

/* What was made is the side's from now on. */
static int give(struct reading *r)
{
	struct diff_side *s = r->is;

	diff_anew(r, &r->text);
	diff_anew(r, &r->label);
	diff_anew(r, &r->path);
	diff_anew(r, &r->scratch);
	if (r->failed < 0 || r->objects.failed || buf_error(&r->texts.all) < 0)
		return -ENOMEM;
	diff_family_end(r);
	if (diff_steps_end(r) < 0 || diff_actors_end(r) < 0)
		return -ENOMEM;
	s->truncated |= !s->trailer;
	s->objects = r->objects.list;
	s->object_count = r->objects.count;
	r->objects.list = NULL;
	s->by_hash = r->objects.by_hash;
	r->objects.by_hash = (struct map){0};
	s->calls = (const char *const *)r->calls.names;
	s->call_count = r->calls.name_count + 1;
	r->calls.names = NULL;
	r->calls.name_count = 0;
	s->texts = r->texts.all.data;
	s->texts_size = r->texts.all.size;
	r->texts.all = (struct buf){0};
	s->environments = r->environments;
	s->environment_count = r->environment_count;
	r->environments = NULL;
	r->environment_count = 0;
	if (!s->texts)
		return -ENOMEM;
	note_builds(s);
	return 0;
}

static void done(struct reading *r)
{
	diff_actors_done(r);
	diff_labels_done(r);
	diff_calls_done(&r->calls);
	diff_objects_done(&r->objects);
	diff_texts_done(&r->texts);
	transfers_free(r->transfers);
	printer_free(r->printer);
	state_free(r->state);
	for (size_t i = 0; i < r->environment_count; i++)
		free(r->environments[i]);
	free(r->environments);
	free(r->more);
	diff_side_free(r->is);
}

static int read_all(struct reading *r, struct trace_stream *stream, struct err *err)
{
	struct trace_item item;
	uint64_t n = 0;
	int result;

	while ((result = trace_stream_next(stream, &item, err)) > 0) {
		result = take(r, &item, err);
		if (result < 0)
			return err->code ? result : err_set(err, -result, "out of memory");
		if (r->options->progress && n++ % PROGRESS_EACH == 0)
			r->options->progress(r->options->progress_context,
					     trace_stream_offset(stream),
					     trace_stream_size(stream));
	}
	return result;
}

int diff_side_read(struct trace_source *source, const struct diff_options *options,
		   struct diff_side **ret, struct err *err)
{
	const struct trace_stream_options how = {.one_thread = options->one_thread};
	struct reading r = {.is = NULL};
	struct trace_stream *stream;
	int result = trace_stream_open(source, &how, &stream, err);

	if (result < 0)
		return result;
	result = begin(&r, options);
	if (result < 0)
		err_set(err, ENOMEM, "out of memory");
	else
		result = read_all(&r, stream, err);
	if (result == 0 && (result = give(&r)) < 0)
		err_set(err, ENOMEM, "out of memory");
	trace_stream_free(stream);
	if (result == 0) {
		*ret = r.is;
		r.is = NULL;
	}
	done(&r);
	return result;
}
