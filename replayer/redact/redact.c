/* SPDX-License-Identifier: Apache-2.0 */
#include "redact.h"

#include "commands.h"
#include "names.h"
#include "redact_priv.h"

#include "base/cleanup.h"
#include "base/err.h"
#include "format/container/compose.h"
#include "replayer/export/json.h"
#include "replayer/print/print.h"
#include "replayer/state/meant.h"
#include "sys/table.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* Calls of a tape have a place of less than so many bits, in front of which its number stands. */
enum { PLACE_BITS = 48, STRINGS_MAX = 1 << 16, READERS_MAX = 1 << 16 };

static const struct call_kind kinds[] = {
	{"execve", USE_EXEC, 1, 2, REDACT_PROCESS},
	{"execveat", USE_EXEC, 2, 3, REDACT_PROCESS},
	{"getrandom", USE_RANDOM, .class = REDACT_RANDOM},
	{"add_key", USE_SECRET, .class = REDACT_KERNEL},
	{"keyctl", USE_SECRET, .class = REDACT_KERNEL},
	{"setsockopt", USE_OPTION, .class = REDACT_KERNEL},
	{"socketcall", USE_OPTION, .class = REDACT_KERNEL},
	{"fsconfig", USE_NAMED, 2, 3, REDACT_PASSWORD},
	{"setxattr", USE_NAMED, 1, 2, REDACT_PASSWORD},
	{"lsetxattr", USE_NAMED, 1, 2, REDACT_PASSWORD},
	{"fsetxattr", USE_NAMED, 1, 2, REDACT_PASSWORD},
	{"getxattr", USE_NAMED, 1, 2, REDACT_PASSWORD},
	{"lgetxattr", USE_NAMED, 1, 2, REDACT_PASSWORD},
	{"fgetxattr", USE_NAMED, 1, 2, REDACT_PASSWORD},
	{"process_vm_readv", USE_SECRET, .class = REDACT_PROCESS},
	{"process_vm_writev", USE_SECRET, .class = REDACT_PROCESS},
};
static const struct call_kind nothing = {.name = ""};

/* Options of sockets that are keys, by the kernel's numbers: linux/tcp.h, linux/tls.h,
 * linux/if_alg.h, linux/rxrpc.h. */
static const struct {
	uint32_t level, option;
} key_options[] = {
	{6, 14},  /* TCP_MD5SIG */
	{6, 32},  /* TCP_MD5SIG_EXT */
	{6, 33},  /* TCP_FASTOPEN_KEY */
	{6, 38},  /* TCP_AO_ADD_KEY */
	{282, 1}, /* TLS_TX */
	{282, 2}, /* TLS_RX */
	{279, 1}, /* ALG_SET_KEY */
	{272, 1}, /* RXRPC_SECURITY_KEY */
	{272, 2}, /* RXRPC_SECURITY_KEYRING */
};

const char *redact_level_name(enum redact_level level)
{
	static const char *const names[] = {"default", "names", "meta"};

	return names[level];
}

struct redact *redact_new(const struct redact_options *options)
{
	struct redact *r = calloc(1, sizeof(*r));

	if (!r)
		return NULL;
	r->options = *options;
	r->finder = finder_new(options->rules);
	r->objects = objects_new(options->rules);
	r->transfers = transfers_new();
	r->payload = payload_new();
	r->secrets = secrets_new();
	r->lanes = lanes_new(redact_lane_end, r);
	if (!r->finder || !r->objects || !r->transfers || !r->payload || !r->secrets || !r->lanes ||
	    rules_tell_texts(options->rules, r->secrets) < 0)
		return redact_free(r);
	if (options->level == REDACT_NAMES) {
		r->names = names_new(options->key, r->secrets);
		if (!r->names)
			return redact_free(r);
	}
	return r;
}

static void forget_tape(struct redact *r)
{
	size_t at = 0;
	void *last;

	r->state = state_free(r->state);
	while ((last = map_next(&r->last, &at)))
		free(last);
	map_done(&r->last);
	map_done(&r->readers);
	objects_forget(r->objects);
}

struct redact *redact_free(struct redact *r)
{
	if (!r)
		return NULL;
	if (r->objects)
		forget_tape(r);
	finder_free(r->finder);
	objects_free(r->objects);
	transfers_free(r->transfers);
	payload_free(r->payload);
	names_free(r->names);
	printer_free(r->printer);
	buf_done(&r->printed);
	buf_done(&r->instead);
	secrets_free(r->secrets);
	lanes_free(r->lanes);
	redact_edits_done(&r->edits);
	redacted_done(&r->report);
	map_done(&r->kinds);
	trace_composer_free(r->composer);
	meta_trailer_done(&r->trailer);
	free(r->spans.all);
	free(r->memory);
	free(r->covered);
	buf_done(&r->argv);
	buf_done(&r->path);
	buf_done(&r->bytes);
	free(r);
	return NULL;
}

/* ---- calls ---- */

uint64_t redact_place(const struct redact *r, uint64_t seq)
{
	return r->tape << PLACE_BITS | (seq & ((UINT64_C(1) << PLACE_BITS) - 1));
}

static const struct call_kind *kind_of(struct redact *r, const struct event_call *call)
{
	uint64_t key = (uint64_t)call->arch << 32 | (uint32_t)call->nr;
	const struct call_kind *k = map_get(&r->kinds, key);
	const struct sys_desc *d;

	if (k || call->nr > UINT32_MAX)
		return k ? k : &nothing;
	d = sys_find(call->arch, call->nr);
	k = &nothing;
	for (size_t i = 0; d && i < ARRAY_SIZE(kinds); i++) {
		if (strcmp(kinds[i].name, d->name) == 0)
			k = &kinds[i];
	}
	/* It is only to be quick. */
	map_put(&r->kinds, key, (void *)(uintptr_t)k);
	return k;
}

const struct call_kind *redact_kind(struct redact *r, const struct event *e)
{
	const struct last_call *last = map_get(&r->last, e->tid);

	return last && last->seq == e->call.begun_seq ? last->kind : kind_of(r, &e->call);
}

/* What the call is, also when its arguments are in memory. NULL: nobody knows. */
static const struct sys_desc *meant(const struct event *e, uint64_t args[EVENT_ARGS])
{
	static const char *const names[] = {"socketcall", NULL};
	const struct sys_desc *d = sys_find(e->call.arch, e->call.nr);

	memcpy(args, e->call.args, sizeof(e->call.args));
	return sys_is_named(d, names) ? call_meant(e, args) : d;
}

uint64_t redact_key_address(struct redact *r, const struct event *e)
{
	static const char *const names[] = {"setsockopt", NULL};
	uint64_t args[EVENT_ARGS];

	if (redact_kind(r, e)->use != USE_OPTION || !sys_is_named(meant(e, args), names))
		return 0;
	for (size_t i = 0; i < ARRAY_SIZE(key_options); i++) {
		if (key_options[i].level == (uint32_t)args[1] &&
		    key_options[i].option == (uint32_t)args[2])
			return args[3];
	}
	return 0;
}

/* A program whose arguments say that it reads a password from somewhere. */
static int take_command(struct redact *r, const struct event *e)
{
	const struct command c = {e->exec.argv, e->exec.argv_size};
	bool words;
	int fd = command_secret_descriptor(&c, &words);

	map_remove(&r->readers, e->pid);
	/* More of them at once are no tape of anybody's. */
	if (fd < 0 || r->readers.count >= READERS_MAX)
		return 0;
	return map_put(&r->readers, e->pid,
		       (void *)(uintptr_t)(READER_IS | (words ? READER_OF_WORDS : 0) | fd));
}

static const struct rules_object *read_by_command(const struct redact *r, uint32_t pid, int32_t fd)
{
	static const struct rules_object line = {REDACT_PASSWORD, CONTENT_LINE};
	static const struct rules_object words = {REDACT_PASSWORD, CONTENT_WORDS};
	uintptr_t reader = (uintptr_t)map_get(&r->readers, pid);

	if (!reader || (int32_t)(reader & (READER_IS - 1)) != fd)
		return NULL;
	return reader & READER_OF_WORDS ? &words : &line;
}

/* By the descriptors that the call is given. */
static void look_at_descriptors(struct redact *r, const struct event *e, struct last_call *ret)
{
	uint64_t args[EVENT_ARGS];
	const struct sys_desc *d = meant(e, args);

	if (d)
		d = sys_select(d, args, NULL);
	for (size_t i = 0; d && i < d->count; i++) {
		const struct state_file *f;
		int32_t fd;

		if (d->field[i].kind != K_FD)
			continue;
		fd = (int32_t)sys_value(&d->field[i], args, sizeof(args));
		f = state_at_entry(r->state, e, fd);
		if (!ret->in)
			ret->in = read_by_command(r, e->pid, fd);
		if (!ret->in)
			ret->in = objects_secret(r->objects, f, false);
		if (!ret->out)
			ret->out = objects_secret(r->objects, f, true);
	}
}

int redact_remember(struct redact *r, const struct event *e)
{
	struct last_call *last = map_get(&r->last, e->tid);

	if (e->kind == EVENT_DATA)
		return 0;
	if (!last) {
		last = calloc(1, sizeof(*last));
		if (!last || map_put(&r->last, e->tid, last) < 0) {
			free(last);
			return -ENOMEM;
		}
	}
	/* What it was at the entry is what counts. */
	if (e->kind != EVENT_END || last->seq != e->call.begun_seq)
		*last = (struct last_call){e->call.begun_seq, kind_of(r, &e->call), NULL, NULL};
	look_at_descriptors(r, e, last);
	return 0;
}

const struct rules_object *redact_object(struct redact *r, const struct event *e, bool out)
{
	const struct last_call *last = map_get(&r->last, e->tid);

	if (!last || last->seq != e->call.begun_seq)
		return NULL;
	return out ? last->out : last->in;
}

int redact_uncover(struct redact *r, const struct event *e)
{
	if (e->memory_count > r->covered_capacity) {
		bool *grown = realloc(r->covered, e->memory_count);

		if (!grown)
			return -ENOMEM;
		r->covered = grown;
		r->covered_capacity = e->memory_count;
	}
	if (e->memory_count)
		memset(r->covered, 0, e->memory_count);
	return 0;
}

void redact_cover(struct redact *r, const struct event *e, const struct transfer_piece *piece)
{
	for (uint32_t i = 0; piece->data && i < e->memory_count; i++) {
		const struct event_memory *m = &e->memory[i];

		if (m->length && piece->data >= m->data && piece->data < m->data + m->length)
			r->covered[i] = true;
	}
}

/* ---- arrays of strings ---- */

static uint64_t number(const uint8_t *at, size_t size)
{
	return sys_value(&(struct sys_field){.width = (uint8_t)size}, at, size);
}

int redact_strings(struct redact *r, const struct event *e, uint64_t array, redact_string_fn *fn)
{
	size_t wide = e->call.arch == EVENT_ARCH_I386 ? 4 : 8;
	int result = 0;

	for (size_t i = 0; result == 0 && array && i < STRINGS_MAX; i++) {
		size_t n;
		const uint8_t *at = event_bytes(e, EVENT_AT_ENTRY, array + i * wide, &n);
		uint64_t address = at && n >= wide ? number(at, wide) : 0;

		if (!address)
			break;
		at = event_bytes(e, EVENT_AT_ENTRY, address, &n);
		if (at)
			result = fn(r, address, at, strnlen((const char *)at, n));
	}
	return result;
}

/* ---- passes ---- */

static int begin_tape(struct redact *r, const struct trace_item *item)
{
	int result = lanes_end(r->lanes);

	forget_tape(r);
	r->tape++;
	r->state = state_new_with(STATE_POSITIONS);
	if (result == 0 && r->state)
		result = redact_begin_names(r, item->kind == ITEM_HEADER ? item->header : NULL);
	return r->state ? result : -ENOMEM;
}

static int take_event(struct redact *r, const struct event *e, struct err *err)
{
	int result = 0;

	r->event = e;
	if (event_is_call(e)) {
		result = objects_take(r->objects, r->state, e);
		if (result == 0)
			result = redact_remember(r, e);
	} else if (e->kind == EVENT_EXEC) {
		result = take_command(r, e);
	}
	if (result < 0)
		return result;
	if (r->pass == REDACT_FIND)
		return redact_find_event(r, e);
	return r->pass == REDACT_LOCATE ? redact_locate_event(r, e) : redact_write_event(r, e, err);
}

static int take_item(struct redact *r, const struct trace_item *item, struct err *err)
{
	bool writes = r->pass == REDACT_WRITE;

	switch (item->kind) {
	case ITEM_HEADER:
		return writes                   ? redact_write_header(r, item->header, err)
		       : r->pass == REDACT_FIND ? redact_find_header(r, item->header)
						: 0;
	case ITEM_SNAPSHOT:
		return writes                   ? redact_write_snapshot(r, item->snapshot, err)
		       : r->pass == REDACT_FIND ? redact_find_snapshot(r, item->snapshot)
						: 0;
	case ITEM_EVENT:
		return take_event(r, item->event, err);
	case ITEM_TRAILER:
		return writes ? redact_copy_trailer(r, item->trailer) : 0;
	case ITEM_DAMAGE:
		return writes ? redact_take_damage(r, item->damage) : 0;
	}
	return 0;
}

static int say_failure(int result, struct err *err)
{
	if (result == -E2BIG)
		return err_set(err, E2BIG,
			       "it holds more secrets than can be replaced one by one; use "
			       "--level=meta, which keeps no payload at all");
	return result == -ENOMEM && !err->code ? err_set(err, ENOMEM, "out of memory") : result;
}

int redact_take(struct redact *r, const struct trace_item *item, struct err *err)
{
	/* A tape whose header is lost is one, too. */
	bool begins = item->kind == ITEM_HEADER || (!r->state && item->kind != ITEM_DAMAGE);
	int result = begins ? begin_tape(r, item) : 0;

	r->event = NULL;
	if (result == 0 && r->state)
		result = state_take(r->state, item);
	if (result == 0)
		result = take_item(r, item, err);
	return result < 0 ? say_failure(result, err) : 0;
}

int redact_next_pass(struct redact *r, struct err *err)
{
	int result = lanes_end(r->lanes);

	if (result == 0 && r->pass == REDACT_FIND)
		result = secrets_seal(r->secrets);
	if (result == 0 && r->pass == REDACT_WRITE)
		result = redact_end_file(r, err);
	edits_sort(&r->edits);
	forget_tape(r);
	r->tape = 0;
	r->pass++;
	return result < 0 ? say_failure(result, err) : 0;
}

int redact_lane_end(void *context, struct lane *l)
{
	struct redact *r = context;

	if (r->pass == REDACT_FIND)
		return redact_find_lane_end(r, l);
	return r->pass == REDACT_LOCATE ? redact_locate_lane_end(r, l) : 0;
}

/* ---- the report ---- */

static void say_left_out(uint64_t count, const char *what, struct buf *ret)
{
	if (count)
		buf_printf(ret, "left out: %" PRIu64 " %s%s of a newer version\n", count, what,
			   count == 1 ? "" : "s");
}

void redact_report(const struct redact *r, const struct redact_outcome *o, struct buf *ret)
{
	if (!r->report.total)
		buf_str(ret, "nothing was found that had to be replaced\n");
	else
		buf_printf(ret, "replaced %" PRIu64 " times, %" PRIu64 " bytes in all:\n",
			   r->report.total, r->report.total_bytes);
	redacted_say(&r->report, ret);
	say_left_out(o->unknown, "record or event", ret);
	say_left_out(o->unknown_fields, "field", ret);
	opaque_say(&r->opaque, ret);
	buf_str(ret, "this finds what its rules describe and no more: 'analyze scan' looks again, "
		     "and lists "
		     "what is kept\n");
}

void redact_report_json(const struct redact *r, const struct redact_outcome *o, struct buf *ret)
{
	buf_str(ret, "{\"level\":\"");
	buf_str(ret, redact_level_name(r->options.level));
	buf_char(ret, '"');
	json_number(ret, "replaced", r->report.total);
	json_number(ret, "bytes", r->report.total_bytes);
	json_number(ret, "left_out", o->unknown);
	json_number(ret, "left_out_fields", o->unknown_fields);
	json_key(ret, "not_looked_into");
	opaque_json(&r->opaque, ret);
	json_key(ret, "removed");
	redacted_json(&r->report, ret);
	buf_str(ret, "}\n");
}
