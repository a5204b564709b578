/* SPDX-License-Identifier: Apache-2.0 */
/* The second pass: secrets of which the bytes are in several calls. Whatever is within the memory
 * of one is found when that is written. */
#include "redact_priv.h"

#include "base/cleanup.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
	PARTIAL_MIN = 4, /* bytes of the beginning of a secret, where some are missing */
	LAST_MIN = 6,    /* where a stream ends */
};

int redact_replace(struct redact *r, const struct lane *l, size_t from, size_t size,
		   enum redact_class class, const uint8_t *token)
{
	int result = 0;

	for (size_t done = 0; result == 0 && done < size;) {
		size_t n;
		const struct place p = lane_place(l, from + done, &n);

		if (n > size - done)
			n = size - done;
		result = edits_add(&r->edits, &p, class, !done, token + done, n);
		done += n;
	}
	return result;
}

/* What stands there is replaced by @instead, or by its token. */
static int replace(struct redact *r, const struct lane *l, size_t from, size_t size,
		   enum redact_class class, const uint8_t *instead)
{
	cleanup_free uint8_t *token = instead ? NULL : malloc(size);

	if (instead)
		return redact_replace(r, l, from, size, class, instead);
	if (!token)
		return -ENOMEM;
	redact_token(r->options.key, class, (const uint8_t *)l->text.data + from, size, token);
	return redact_replace(r, l, from, size, class, token);
}

/* What could be a name is one, if what was at the end of the text was its end. */
static int end_word(struct redact *r, struct lane *l, size_t end)
{
	const struct secret_form *f = l->word ? secrets_form(r->secrets, l->word - 1) : NULL;

	l->word = 0;
	return f ? replace(r, l, end - l->word_size, l->word_size, f->class, f->instead) : 0;
}

static bool begins_word(const struct lane *l, size_t from)
{
	return !from || !isalnum((unsigned char)l->text.data[from - 1]);
}

static int match(struct redact *r, const struct automaton *a, uint32_t at, struct lane *l,
		 size_t end, size_t fresh)
{
	uint32_t name, length;
	int result = 0;

	while (result == 0 && automaton_match(a, &at, &name, &length)) {
		const struct secret_form *f = secrets_form(r->secrets, name);

		/* It begins in this piece, as the shorter ones do. */
		if (end - length >= fresh || length > end)
			break;
		if (!f->whole) {
			result = replace(r, l, end - length, length, f->class, f->instead);
		} else if (!l->word && begins_word(l, end - length)) {
			l->word = name + 1;
			l->word_size = length;
		}
	}
	return result;
}

/* The beginning of a secret, the rest of which is not on the tape. */
static int end_here(struct redact *r, struct lane *l, uint32_t min)
{
	const struct automaton *a = secrets_automaton(r->secrets);
	uint32_t depth = automaton_depth(a, l->state), at = l->state, name, length;
	/* All of one is found where it ends. */
	bool whole = l->state && automaton_match(a, &at, &name, &length) && length == depth;
	int result = 0;

	if (!whole && depth >= min && depth <= l->text.size)
		result = replace(r, l, l->text.size - depth, depth, REDACT_TOKEN, NULL);
	if (result == 0)
		result = end_word(r, l, l->text.size);
	l->state = l->name_state = 0;
	lanes_drop(r->lanes, l, l->text.size);
	return result;
}

int redact_locate_lane_end(struct redact *r, struct lane *l)
{
	return end_here(r, l, LAST_MIN);
}

/* A byte of a piece that is at @end of the text. */
static int step_names(struct redact *r, struct lane *l, uint8_t byte, size_t end, size_t fresh)
{
	const struct automaton *a = secrets_names(r->secrets);
	int result = 0;

	if (!a)
		return 0;
	if (l->word && !isalnum(byte))
		result = end_word(r, l, end);
	l->word = 0;
	l->name_state = automaton_step(a, l->name_state, byte);
	if (result == 0 && l->name_state && fresh)
		result = match(r, a, l->name_state, l, end + 1, fresh);
	return result;
}

static size_t longest_of(const struct redact *r)
{
	const struct automaton *names = secrets_names(r->secrets);
	size_t longest = automaton_longest(secrets_automaton(r->secrets));
	size_t name = names ? automaton_longest(names) : 0;

	return longest > name ? longest : name;
}

static int take_piece(struct redact *r, struct lane *l, const struct transfer_piece *piece)
{
	const struct automaton *a = secrets_automaton(r->secrets);
	size_t fresh = l->text.size, longest = longest_of(r);
	struct place place;
	int result;

	if (!piece->data || !place_of(r->event, piece->data, &place))
		return end_here(r, l, PARTIAL_MIN);
	place.seq = redact_place(r, place.seq);
	result = lanes_append(r->lanes, l, &place, piece->data, piece->size);
	for (size_t i = 0; result == 0 && i < piece->size; i++) {
		l->state = automaton_step(a, l->state, piece->data[i]);
		if (l->state && fresh)
			result = match(r, a, l->state, l, fresh + i + 1, fresh);
		if (result == 0)
			result = step_names(r, l, piece->data[i], fresh + i, fresh);
	}
	if (l->text.size > 2 * longest + 4096)
		lanes_drop(r->lanes, l, l->text.size - longest);
	return result;
}

/* A call to a secret object of which the beginning is written before its end is known to be there.
 */
static int blank_begun(struct redact *r, const struct transfer_piece *piece,
		       enum redact_class class)
{
	uint8_t *token;
	struct place place;
	int result;

	if (!piece->data || !place_of(r->event, piece->data, &place))
		return 0;
	token = malloc(piece->size);
	if (!token)
		return -ENOMEM;
	place.seq = redact_place(r, place.seq);
	redact_token(r->options.key, class, piece->data, piece->size, token);
	result = edits_add(&r->edits, &place, class, true, token, piece->size);
	free(token);
	return result;
}

static int take_transfer(void *context, const struct transfer *t)
{
	struct redact *r = context;
	const struct rules_object *object = redact_object(r, t->event, t->out);
	bool begun = t->event->kind == EVENT_END && t->out;
	struct transfer_place at = {0};
	struct transfer_piece piece;
	struct lane *l;
	bool anew;
	int result;

	if (t->elsewhere || (object && !begun))
		return 0;
	result = object ? 0 : lanes_find(r->lanes, t, &l, &anew);
	if (result == 0 && !object && anew)
		l->state = l->name_state = l->word = 0;
	while (result == 0 && transfer_next(t, &at, &piece))
		result = object ? blank_begun(r, &piece, object->class) : take_piece(r, l, &piece);
	return result;
}

int redact_locate_event(struct redact *r, const struct event *e)
{
	int result;

	if (!event_is_call(e))
		return 0;
	result = transfers_take(r->transfers, r->state, e, take_transfer, r);
	return result == 0 ? transfers_given(r->transfers, r->state, e, take_transfer, r) : result;
}
