/* SPDX-License-Identifier: Apache-2.0 */
/* The first pass: what is secret. */
#include "named.h"
#include "names.h"
#include "redact_priv.h"

#include "base/cleanup.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

enum {
	LINE_MAX_KEPT = 16 << 10, /* of a stream without newlines */
	OVERLAP = 512,            /* so much is looked at again then */
	PEM_MAX = 64 << 10,
	FILE_MAX = 1 << 20, /* of a file of secrets that is looked at as one */
	RANGE_MAX = 1 << 20,
	HERE_MAX = 512, /* of what is replaced where it stands */
	NAME_BEFORE_MIN = 3,
	NAME_BEFORE_MAX = 64, /* of a name, and what is between it and its value */
	NAMED_MIN = 4,
};

/* ---- what is found ---- */

/* A secret in memory of which there is nothing else: it is worth looking for, or it is short and
 * found again in the same way. */
static int take_secret(void *context, const uint8_t *text, size_t size, enum redact_class class)
{
	struct redact *r = context;

	return class == REDACT_FIELD ? 0 : secrets_add(r->secrets, class, text, size);
}

struct lane_search {
	struct redact *r;
	const struct lane *l;
};

/* Too short to be looked for: it is replaced where it stands. */
static int replace_here(struct redact *r, const struct lane *l, size_t from, size_t size,
			enum redact_class class)
{
	uint8_t token[HERE_MAX];

	if (size > sizeof(token))
		size = sizeof(token);
	redact_token(r->options.key, class, (const uint8_t *)l->text.data + from, size, token);
	return redact_replace(r, l, from, size, class, token);
}

/* Where the name begins that is in front of a value: name=value, "name": "value". */
static size_t name_before(const uint8_t *text, size_t from)
{
	size_t at = from, name;

	while (at && from - at < NAME_BEFORE_MAX && strchr(" \t\r\n=:|\"'>(\\", text[at - 1]) &&
	       text[at - 1])
		at--;
	for (name = at; name && from - name < NAME_BEFORE_MAX &&
			(isalnum(text[name - 1]) || text[name - 1] == '_');
	     name--)
		;
	return at < from && at - name >= NAME_BEFORE_MIN ? name : from;
}

/* Too much of a word to be looked for by itself: it is replaced where its name is in front of it.
 */
static int replace_named(struct redact *r, const struct lane *l, size_t from, size_t size,
			 enum redact_class class)
{
	const uint8_t *text = (const uint8_t *)l->text.data;
	size_t name = name_before(text, from), length = from + size - name;
	uint8_t instead[NAME_BEFORE_MAX + HERE_MAX];

	/* A list of a hundred thousand users leaves room for what must be found elsewhere. */
	if (name == from || size > HERE_MAX || secrets_count(r->secrets) >= SECRETS_MAX / 2)
		return l->object ? 0 : replace_here(r, l, from, size, class);
	memcpy(instead, text + name, from - name);
	redact_token(r->options.key, class, text + from, size, instead + (from - name));
	return secrets_add_exact(r->secrets, class, text + name, length, instead, true);
}

static int take_in_lane(void *context, const uint8_t *text, size_t size, enum redact_class class)
{
	const struct lane_search *s = context;
	const uint8_t *begin = (const uint8_t *)s->l->text.data;
	const struct rules_object *object = s->l->object;
	bool field = class == REDACT_FIELD;

	if (object)
		class = object->class;
	if (!field && secrets_is_worth(text, size))
		return secrets_add(s->r->secrets, class, text, size);
	if (text < begin || text >= begin + s->l->text.size)
		return 0;
	if (field || (object && size >= NAMED_MIN))
		return replace_named(s->r, s->l, (size_t)(text - begin), size, class);
	/* All of such a file is replaced anyway. */
	return object ? 0 : replace_here(s->r, s->l, (size_t)(text - begin), size, class);
}

/* ---- streams ---- */

static int search_names(struct redact *r, const struct lane *l, size_t size)
{
	const uint8_t *text = (const uint8_t *)l->text.data;
	int result = names_take_text(r->names, text, size);

	return result == 0 ? names_take_lines(r->names, (enum names_file)l->file, text, size)
			   : result;
}

static int search_secrets(struct redact *r, struct lane *l, size_t size)
{
	const uint8_t *text = (const uint8_t *)l->text.data;
	struct lane_search s = {r, l};
	const struct rules_object *object = l->object;

	switch (object ? (int)object->content : -1) {
	case CONTENT_NONE:
		return 0;
	case CONTENT_KEY:
		return find_lines(text, size, false, take_in_lane, &s);
	case CONTENT_LINE:
	case CONTENT_TYPED:
		return find_typed(text, size, object->content == CONTENT_LINE, take_in_lane, &s);
	case CONTENT_WORDS:
		return find_words(r->finder, text, size, take_in_lane, &s);
	case CONTENT_ARGS:
		return find_arguments(r->finder, text, size, take_in_lane, &s);
	case CONTENT_ENV:
		return find_environment(r->finder, text, size, take_in_lane, &s);
	default:
		return find_text_of(r->finder, (enum find_kind)l->kind, text, size, take_in_lane,
				    &s);
	}
}

static int search(struct redact *r, struct lane *l, size_t size)
{
	int result = size ? search_secrets(r, l, size) : 0;

	return result == 0 && size && r->names ? search_names(r, l, size) : result;
}

/* A private key that has begun and not ended: it is looked at as one. */
static size_t hold(const struct lane *l, size_t end)
{
	static const char begins[] = "-----BEGIN ", ends[] = "-----END ";
	const char *text = l->text.data, *at = memmem(text, end, begins, sizeof(begins) - 1);

	while (at) {
		size_t from = (size_t)(at - text);
		const char *stop = memmem(at, end - from, ends, sizeof(ends) - 1);

		if (!stop)
			return end - from < PEM_MAX ? from : end;
		at = memmem(stop, end - (size_t)(stop - text), begins, sizeof(begins) - 1);
	}
	return end;
}

/* Looks at the lines that are whole. */
static int search_lines(struct redact *r, struct lane *l)
{
	const char *newline = memrchr(l->text.data, '\n', l->text.size);
	size_t end = newline ? (size_t)(newline + 1 - l->text.data) : 0, keep = 0;
	int result;

	if (l->text.size - end > LINE_MAX_KEPT) {
		end = l->text.size;
		keep = OVERLAP;
	}
	if (end)
		end = hold(l,
			   find_whole((enum find_kind)l->kind, (const uint8_t *)l->text.data, end));
	result = search(r, l, end);
	if (end > keep)
		lanes_drop(r->lanes, l, end - keep);
	return result;
}

int redact_find_lane_end(struct redact *r, struct lane *l)
{
	return search(r, l, l->text.size);
}

static int append(struct redact *r, struct lane *l, const struct transfer_piece *piece)
{
	struct place place;
	int result;

	if (!piece->data || !place_of(r->event, piece->data, &place)) {
		/* Something is missing. */
		result = search(r, l, l->text.size);
		lanes_drop(r->lanes, l, l->text.size);
		return result;
	}
	place.seq = redact_place(r, place.seq);
	result = lanes_append(r->lanes, l, &place, piece->data, piece->size);
	if (result < 0)
		return result;
	if (l->object) {
		if (l->text.size < FILE_MAX)
			return 0;
		result = search(r, l, l->text.size);
		lanes_drop(r->lanes, l, l->text.size);
		return result;
	}
	/* A newline is looked for only in what is new. */
	if (memchr(piece->data, '\n', piece->size) || l->text.size > LINE_MAX_KEPT)
		return search_lines(r, l);
	return 0;
}

static enum names_file file_of(const struct state_file *f)
{
	return f && f->kind == STATE_NAMED && f->text ? names_file_of(f->text, f->size)
						      : NAMES_NO_FILE;
}

static enum find_kind kind_of(const struct state_file *f)
{
	if (f && f->kind == STATE_SOCKET)
		return FIND_WIRE;
	return f && f->kind == STATE_NAMED && f->text && rules_is_settings_path(f->text, f->size)
		       ? FIND_SETTINGS
		       : FIND_ANY;
}

/* Pieces that nobody can read. */
static void count_opaque(struct redact *r, struct lane *l, const struct transfer *t,
			 const struct transfer_piece *piece, bool begins)
{
	if (begins)
		l->opaque = (uint8_t)opaque_of(piece->data, piece->size,
					       t->file && t->file->kind == STATE_SOCKET);
	if (begins && l->opaque)
		r->opaque.streams[l->opaque]++;
	if (l->opaque)
		r->opaque.bytes[l->opaque] += piece->size;
}

static int take_transfer(void *context, const struct transfer *t)
{
	struct redact *r = context;
	const struct rules_object *object = redact_object(r, t->event, t->out);
	struct transfer_place at = {0};
	struct transfer_piece piece;
	struct lane *l;
	bool anew;
	int result;

	if (t->elsewhere)
		return 0;
	/* Of arguments in memory, as socketcall(2) has them. */
	if (!object && t->file)
		object = objects_secret(r->objects, t->file, t->out);
	result = lanes_find(r->lanes, t, &l, &anew);
	if (result == 0 && l->object != object) {
		result = search(r, l, l->text.size);
		lanes_drop(r->lanes, l, l->text.size);
	}
	if (result < 0)
		return result;
	l->object = object;
	if (anew)
		l->kind = (uint8_t)kind_of(t->file);
	if (r->names && anew)
		l->file = (uint8_t)file_of(t->file);
	while (result == 0 && transfer_next(t, &at, &piece)) {
		if (piece.data && !object && !t->unmoved)
			count_opaque(r, l, t, &piece, anew);
		anew &= !piece.data;
		redact_cover(r, t->event, &piece);
		if (!object || object->content != CONTENT_NONE)
			result = append(r, l, &piece);
	}
	/* What was typed is said in one piece. */
	if (result == 0 && object && object->content == CONTENT_LINE) {
		result = search(r, l, l->text.size);
		lanes_drop(r->lanes, l, l->text.size);
	}
	return result;
}

/* ---- calls ---- */

static int gather_argument(struct redact *r, uint64_t address, const uint8_t *text, size_t size)
{
	(void)address;
	buf_append(&r->argv, text, size);
	buf_char(&r->argv, '\0');
	return buf_error(&r->argv);
}

/* In the directory of whoever is to open it. */
static int learn(void *context, const char *path, size_t size, const struct rules_object *object)
{
	struct redact *r = context;
	int result = 0;

	buf_clear(&r->path);
	if (*path == '/')
		buf_append(&r->path, path, size);
	else if (r->event)
		result = state_resolve(r->state, r->event, STATE_FDCWD, path, size, true, &r->path);
	if (result == 0)
		result = buf_error(&r->path);
	return result == 0 ? objects_learn(r->objects, buf_text(&r->path), r->path.size, object)
			   : result;
}

static int find_one_variable(struct redact *r, uint64_t address, const uint8_t *text, size_t size)
{
	int result = named_by_variable(r->options.rules, text, size, learn, r);

	(void)address;
	if (result == 0 && r->names)
		result = names_take_variable(r->names, text, size);
	return result == 0 ? find_variable(r->finder, text, size, take_secret, r) : result;
}

static int find_command(struct redact *r, const uint8_t *argv, size_t size)
{
	int result = find_arguments(r->finder, argv, size, take_secret, r);

	if (result == 0)
		result = named_by_arguments(r->options.rules, argv, size, learn, r);
	return result == 0 && r->names ? names_take_arguments(r->names, argv, size) : result;
}

static int find_exec(struct redact *r, const struct event *e, const struct call_kind *k)
{
	int result;

	buf_clear(&r->argv);
	result = redact_strings(r, e, e->call.args[k->argv], gather_argument);
	if (result == 0 && r->argv.size)
		result = find_command(r, (const uint8_t *)r->argv.data, r->argv.size);
	return result == 0 ? redact_strings(r, e, e->call.args[k->envp], find_one_variable)
			   : result;
}

static int find_in_ranges(struct redact *r, const struct event *e, const struct call_kind *k)
{
	int result = 0;

	for (uint32_t i = 0; result == 0 && i < e->memory_count; i++) {
		const struct event_memory *m = &e->memory[i];

		if (r->covered[i])
			continue;
		if (k->use == USE_RANDOM)
			result = secrets_add(r->secrets, REDACT_RANDOM, m->data, m->length);
		else if (m->length <= RANGE_MAX)
			result = find_text(r->finder, m->data, m->length, take_secret, r);
		if (result == 0 && r->names && m->length <= RANGE_MAX)
			result = names_take_text(r->names, m->data, m->length);
	}
	return result;
}

/* Of add_key(2) and its like. */
static int find_payload(struct redact *r, const struct event *e, const struct call_kind *k)
{
	int result = 0;

	if (k->class != REDACT_KERNEL)
		return 0;
	payload_take(r->payload, e);
	for (uint32_t i = 0; result == 0 && i < e->memory_count; i++) {
		if (payload_has(r->payload, e, i))
			result = secrets_add(r->secrets, k->class, e->memory[i].data,
					     e->memory[i].length);
	}
	return result;
}

static int find_option(struct redact *r, const struct event *e)
{
	uint64_t key = redact_key_address(r, e);
	const struct event_memory *m = key ? event_range(e, EVENT_AT_ENTRY, key) : NULL;

	return m ? secrets_add(r->secrets, REDACT_KERNEL, m->data, m->length) : 0;
}

/* A string, without its NUL: as the call got it, or as it gave it. */
static const uint8_t *string_at(const struct event *e, uint64_t address, size_t *ret_size)
{
	const uint8_t *at = event_bytes(e, EVENT_AT_ENTRY, address, ret_size);

	if (!at)
		at = event_bytes(e, EVENT_AT_EXIT, address, ret_size);
	if (at)
		*ret_size = strnlen((const char *)at, *ret_size);
	return at;
}

static int find_named(struct redact *r, const struct event *e, const struct call_kind *k)
{
	size_t name_size, size;
	const uint8_t *name = string_at(e, e->call.args[k->argv], &name_size);
	const uint8_t *value = string_at(e, e->call.args[k->envp], &size);
	enum redact_class class;

	if (!name || !value ||
	    !rules_is_secret_name(r->options.rules, (const char *)name, name_size, &class))
		return 0;
	return secrets_add(r->secrets, class, value, size);
}

static int find_call(struct redact *r, const struct event *e)
{
	const struct call_kind *k = redact_kind(r, e);
	int result = redact_uncover(r, e);

	if (result == 0)
		result = transfers_take(r->transfers, r->state, e, take_transfer, r);
	if (result == 0)
		result = transfers_given(r->transfers, r->state, e, take_transfer, r);
	if (result != 0)
		return result;
	if (k->use == USE_EXEC && e->kind != EVENT_DATA)
		return find_exec(r, e, k);
	if (k->use == USE_SECRET)
		return find_payload(r, e, k);
	if (k->use == USE_OPTION)
		result = find_option(r, e);
	if (k->use == USE_NAMED)
		result = find_named(r, e, k);
	return result == 0 ? find_in_ranges(r, e, k) : result;
}

int redact_find_event(struct redact *r, const struct event *e)
{
	int result = event_is_call(e) ? redact_find_addresses(r, e) : 0;

	if (result == 0 && event_is_call(e))
		return find_call(r, e);
	if (e->kind != EVENT_EXEC)
		return result;
	if (r->names)
		result = names_take_text(r->names, (const uint8_t *)e->exec.path,
					 strlen(e->exec.path));
	return result == 0 ? find_command(r, e->exec.argv, e->exec.argv_size) : result;
}

/* ---- what the tape says of itself ---- */

/* Homes, and addresses, in what a process has. */
static int find_names_of(struct redact *r, const struct meta_process *p)
{
	const struct meta_bytes *const texts[] = {&p->exe, &p->cwd, &p->root};
	int result = 0;

	for (size_t i = 0; result == 0 && i < ARRAY_SIZE(texts); i++)
		result = names_take_text(r->names, texts[i]->data, texts[i]->size);
	for (size_t i = 0; result == 0 && i < p->fd_count; i++)
		result = names_take_text(r->names, p->fds[i].target.data, p->fds[i].target.size);
	return result;
}

static int find_process(struct redact *r, const struct meta_process *p)
{
	int result = p->argv.size ? find_command(r, p->argv.data, p->argv.size) : 0;

	for (size_t at = 0; result == 0 && at < p->env.size;) {
		size_t n = strnlen((const char *)p->env.data + at, p->env.size - at);

		result = find_one_variable(r, 0, p->env.data + at, n);
		at += n + 1;
	}
	return result == 0 && r->names ? find_names_of(r, p) : result;
}

int redact_find_snapshot(struct redact *r, const struct meta_snapshot *s)
{
	int result = 0;

	for (size_t i = 0; result == 0 && i < s->process_count; i++)
		result = find_process(r, &s->processes[i]);
	return result;
}

/* web1.corp.example is also called web1. */
static int find_machine(struct redact *r, const struct meta_header *h)
{
	const uint8_t *host = (const uint8_t *)(h->hostname ? h->hostname : "");
	const uint8_t *boot = (const uint8_t *)(h->boot_id ? h->boot_id : "");
	int result = names_take_host(r->names, host, strlen((const char *)host));

	if (result == 0)
		result = names_take_host(r->names, host, strcspn((const char *)host, "."));
	if (result == 0)
		result = names_take_user(r->names, boot, strlen((const char *)boot));
	return result == 0 ? names_take_text(r->names, h->cwd.data, h->cwd.size) : result;
}

int redact_find_header(struct redact *r, const struct meta_header *h)
{
	const char *options = h->options ? h->options : "";
	int result = h->command.size ? find_command(r, h->command.data, h->command.size) : 0;

	if (result == 0 && r->names)
		result = find_machine(r, h);
	return result == 0 ? find_text(r->finder, (const uint8_t *)options, strlen(options),
				       take_secret, r)
			   : result;
}
