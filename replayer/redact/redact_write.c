/* SPDX-License-Identifier: Apache-2.0 */
/* The third pass: events as they are, and tokens in their memory where secrets were. */
#include "redact_priv.h"

#include "base/cleanup.h"
#include "format/container/compose.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { SMALL_MAX = 1 << 20 };

static uint8_t *own(const struct event_memory *m)
{
	return (uint8_t *)(uintptr_t)m->data;
}

/* The event's memory, to be written to. */
static int copy_memory(struct redact *r, const struct event *e)
{
	size_t size = 0;
	uint8_t *at;

	if (e->memory_count > r->memory_capacity) {
		struct event_memory *grown =
			reallocarray(r->memory, e->memory_count, sizeof(*grown));

		if (!grown)
			return -ENOMEM;
		r->memory = grown;
		r->memory_capacity = e->memory_count;
	}
	for (uint32_t i = 0; i < e->memory_count; i++)
		size += e->memory[i].length;
	buf_clear(&r->bytes);
	at = buf_extend(&r->bytes, size + 1);
	if (!at)
		return -ENOMEM;
	for (uint32_t i = 0; i < e->memory_count; i++) {
		r->memory[i] = e->memory[i];
		r->memory[i].data = at;
		if (e->memory[i].length)
			memcpy(at, e->memory[i].data, e->memory[i].length);
		at += e->memory[i].length;
	}
	return 0;
}

/* ---- memory that is secret as a whole ---- */

/* Whether it is so by its place, whatever else the call has. */
static bool is_all_secret(struct redact *r, const struct event *e, uint32_t index)
{
	uint64_t key = redact_key_address(r, e);

	return redact_kind(r, e)->use == USE_RANDOM || (key && e->memory[index].address == key);
}

static enum redact_class class_of(struct redact *r, const struct event *e, uint32_t index,
				  bool *ret_secret)
{
	const struct call_kind *k = redact_kind(r, e);
	const struct rules_object *object =
		redact_object(r, e, e->memory[index].when == EVENT_AT_ENTRY);

	*ret_secret = object || k->use == USE_SECRET || is_all_secret(r, e, index);
	return object ? object->class : k->class;
}

static int blank(struct redact *r, const struct event *e)
{
	bool looked = false, secret;
	int result = 0;

	for (uint32_t i = 0; result == 0 && i < e->memory_count; i++) {
		struct event_memory *m = &r->memory[i];
		enum redact_class class = class_of(r, e, i, &secret);

		if (!m->length || m->when == EVENT_NAME ||
		    (!secret && r->options.level != REDACT_META))
			continue;
		if (!looked)
			payload_take(r->payload, e);
		looked = true;
		if (!payload_has(r->payload, e, i) && !is_all_secret(r, e, i))
			continue;
		result = redact_count(r, e->pid, secret ? class : REDACT_PAYLOAD, m->length);
		if (r->options.level == REDACT_META)
			m->length = 0;
		else
			redact_token(r->options.key, class, e->memory[i].data, m->length, own(m));
	}
	return result;
}

/* Streams of secret objects stay comparable, however they were cut. */
static int take_transfer(void *context, const struct transfer *t)
{
	struct redact *r = context;
	const struct rules_object *object = redact_object(r, t->event, t->out);
	struct transfer_place at = {0};
	struct transfer_piece piece;
	struct lane *l;
	bool anew;
	int result;

	if (t->elsewhere || !object)
		return 0;
	result = lanes_find(r->lanes, t, &l, &anew);
	if (result < 0)
		return result;
	if (anew)
		redact_chain_begin(r->options.key, t->positioned ? t->position : 0, l->chain);
	while (transfer_next(t, &at, &piece)) {
		for (uint32_t i = 0; piece.data && i < t->event->memory_count; i++) {
			const struct event_memory *m = &t->event->memory[i];

			if (piece.data < m->data || piece.data >= m->data + m->length)
				continue;
			redact_chain(r->options.key, l->chain, piece.data, piece.size,
				     own(&r->memory[i]) + (piece.data - m->data));
			break;
		}
	}
	return 0;
}

/* ---- arguments and variables ---- */

static struct event_memory *range_at(struct redact *r, uint64_t address)
{
	for (uint32_t i = 0; i < r->event->memory_count; i++) {
		struct event_memory *m = &r->memory[i];

		if (m->when == EVENT_AT_ENTRY && address >= m->address &&
		    address - m->address < m->length)
			return m;
	}
	return NULL;
}

/* Puts the text that was worked on back to where it came from. */
static void put_back(struct redact *r, uint64_t address, const uint8_t *text, size_t size)
{
	struct event_memory *m = range_at(r, address);

	if (m && size <= m->length - (address - m->address))
		memcpy(own(m) + (address - m->address), text, size);
}

static int gather_argument(struct redact *r, uint64_t address, const uint8_t *text, size_t size)
{
	(void)address;
	buf_append(&r->argv, text, size);
	buf_char(&r->argv, '\0');
	return buf_error(&r->argv);
}

static int return_argument(struct redact *r, uint64_t address, const uint8_t *text, size_t size)
{
	(void)text;
	put_back(r, address, (const uint8_t *)r->argv.data + r->argv_at, size);
	r->argv_at += size + 1;
	return 0;
}

static int write_variable(struct redact *r, uint64_t address, const uint8_t *text, size_t size)
{
	struct event_memory *m = range_at(r, address);

	if (!m || size > m->length - (address - m->address))
		return 0;
	return redact_text(r, r->event->pid, SITE_ENVIRONMENT, text, size,
			   own(m) + (address - m->address));
}

static int write_exec(struct redact *r, const struct event *e, const struct call_kind *k)
{
	int result;

	buf_clear(&r->argv);
	r->argv_at = 0;
	result = redact_strings(r, e, e->call.args[k->argv], gather_argument);
	if (result == 0 && r->argv.size)
		result = redact_text(r, e->pid, SITE_ARGUMENTS, (const uint8_t *)r->argv.data,
				     r->argv.size, (uint8_t *)r->argv.data);
	if (result == 0)
		result = redact_strings(r, e, e->call.args[k->argv], return_argument);
	return result == 0 ? redact_strings(r, e, e->call.args[k->envp], write_variable) : result;
}

/* ---- everything else ---- */

static int search_ranges(struct redact *r, const struct event *e)
{
	bool exec = redact_kind(r, e)->use == USE_EXEC;
	int result = 0;

	for (uint32_t i = 0; result == 0 && i < e->memory_count; i++) {
		struct event_memory *m = &r->memory[i];
		bool cut = m->length < m->full;

		if (!m->length)
			continue;
		/* In place: what was replaced is no more there to be found. */
		if (!r->covered[i] && !exec && m->length <= SMALL_MAX) {
			result = redact_text(r, e->pid, SITE_TEXT, m->data, m->length, own(m));
			if (result < 0 || !cut)
				continue;
		}
		result = redact_search(r, m->data, m->length, cut);
		if (result == 0)
			result = redact_apply_spans(r, e->pid, m->data, own(m));
	}
	return result;
}

static int cover(void *context, const struct transfer *t)
{
	struct redact *r = context;
	struct transfer_place at = {0};
	struct transfer_piece piece;

	while (!t->elsewhere && transfer_next(t, &at, &piece))
		redact_cover(r, t->event, &piece);
	return take_transfer(context, t);
}

static int apply_edits(struct redact *r, const struct event *e)
{
	size_t count;
	const struct edit *x = edits_of(&r->edits, redact_place(r, e->call.begun_seq), &count);
	int result = 0;

	for (size_t i = 0; result == 0 && i < count; i++, x++) {
		bool done = false;

		for (uint32_t k = 0; k < e->memory_count; k++) {
			struct event_memory *m = &r->memory[k];
			uint64_t from = x->place.address - m->address;

			if (m->when != x->place.when || x->place.address < m->address ||
			    from >= m->length)
				continue;
			memcpy(own(m) + from, r->edits.bytes.data + x->at,
			       x->size < m->length - from ? x->size : m->length - from);
			done = true;
		}
		if (done && x->first)
			result = redact_count(r, e->pid, x->class, x->size);
	}
	return result;
}

static int write_call(struct redact *r, const struct event *e, struct err *err)
{
	const struct call_kind *k = redact_kind(r, e);
	struct event changed = *e;
	int result = copy_memory(r, e);

	if (result == 0)
		result = blank(r, e);
	if (result == 0)
		result = redact_uncover(r, e);
	if (result == 0)
		result = transfers_take(r->transfers, r->state, e, cover, r);
	if (result == 0 && k->use == USE_EXEC)
		result = write_exec(r, e, k);
	if (result == 0)
		result = search_ranges(r, e);
	if (result == 0)
		result = apply_edits(r, e);
	if (result == 0)
		result = redact_replace_addresses(r, e);
	changed.memory = r->memory;
	return result == 0 ? trace_composer_event(r->composer, &changed, err) : result;
}

/* ---- other events ---- */

static int write_exec_event(struct redact *r, const struct event *e, struct err *err)
{
	struct event changed = *e;
	size_t path = strlen(e->exec.path);
	uint8_t *at;
	int result;

	buf_clear(&r->bytes);
	at = buf_extend(&r->bytes, path + 1 + e->exec.argv_size + 1);
	if (!at)
		return -ENOMEM;
	memcpy(at, e->exec.path, path + 1);
	if (e->exec.argv_size)
		memcpy(at + path + 1, e->exec.argv, e->exec.argv_size);
	changed.exec.path = (const char *)at;
	changed.exec.argv = at + path + 1;
	result = redact_text(r, e->pid, SITE_TEXT, at, path, at);
	if (result == 0)
		result = redact_text(r, e->pid, SITE_ARGUMENTS, changed.exec.argv,
				     e->exec.argv_size, at + path + 1);
	return result == 0 ? trace_composer_event(r->composer, &changed, err) : result;
}

int redact_write_event(struct redact *r, const struct event *e, struct err *err)
{
	if (event_is_call(e))
		return write_call(r, e, err);
	if (e->kind == EVENT_EXEC)
		return write_exec_event(r, e, err);
	return trace_composer_event(r->composer, e, err);
}
