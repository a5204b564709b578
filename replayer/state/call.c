/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From an event to what its call does to descriptors and directories. What a call is known
 * to do is a row of one of the tables in call_*.c; calls without a row do nothing here.
 */
#include "state_priv.h"

#include "meant.h"

#include "base/load.h"
#include "sys/bearing.h"
#include "sys/choice.h"

#include <errno.h>
#include <string.h>

/* ---- memory ---- */

const uint8_t *call_bytes(const struct event *e, uint8_t when, uint64_t address, size_t *ret_size)
{
	*ret_size = 0;
	return address ? event_bytes(e, when, address, ret_size) : NULL;
}

bool call_number(const struct event *e, uint8_t when, uint64_t address, size_t width, uint64_t *ret)
{
	size_t size;
	const uint8_t *at = call_bytes(e, when, address, &size);

	if (!at || size < width)
		return false;
	*ret = load(at, size, 0, width);
	return true;
}

int call_path(const struct call *c, int32_t dirfd, size_t i, int follow, struct buf *ret,
	      const struct file **ret_same)
{
	size_t size;
	const uint8_t *at = call_bytes(c->e, EVENT_AT_ENTRY, c->args[i], &size);

	if (ret_same)
		*ret_same = NULL;
	if (!at)
		return 0;
	size = strnlen((const char *)at, size);
	return path_resolve(c->s, c->task, dirfd, at, size, follow, ret, ret_same);
}

/* ---- what tables are made of ---- */

struct file *call_file(const struct call *c, int32_t fd)
{
	const struct slot *slot = table_find(c->task->table, fd);

	return slot ? slot->file : NULL;
}

void call_makes(struct call *c, int64_t fd, struct file *file, bool cloexec)
{
	struct made *m = &c->effect.made[c->effect.made_count];
	const uint8_t *name;
	size_t size;

	if (fd < 0 || fd > INT32_MAX || c->effect.made_count == 2) {
		file_unref(c->s, file);
		return;
	}
	name = event_bytes(c->e, EVENT_NAME, (uint64_t)fd, &size);
	if (name && file)
		file_set_link(c->s, file, name, size);
	*m = (struct made){(int32_t)fd, cloexec, file};
	c->effect.made_count++;
	c->effect.apply = effect_make;
}

void call_is_about(struct call *c, int32_t fd, effect_fn *apply)
{
	struct file *file = call_file(c, fd);

	c->effect.fd = fd;
	c->effect.file = file_ref(file);
	c->effect.apply = file ? apply : NULL;
}

int effect_make(struct state *s, struct task *t, struct effect *f)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < f->made_count; i++)
		r = table_put(s, t->table, f->made[i].fd, f->made[i].file, f->made[i].cloexec);
	return r;
}

/* ---- finding the row ---- */

static const struct call_kind *const all[] = {calls_table,   calls_open,    calls_path,
					      calls_socket,  calls_process, calls_position,
					      calls_content, calls_map,     calls_signal};

static const struct call_kind *find(const char *name)
{
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		for (const struct call_kind *k = all[i]; k->name; k++) {
			if (strcmp(k->name, name) == 0)
				return k;
		}
	}
	return NULL;
}

/* Calls whose arguments are in memory have a row for what they mean. */
static const struct call_kind indirect = {.name = ""};

/* What the call is looked at for, or NULL. */
static const void *wanted(const void *context, const struct sys_desc *d)
{
	const struct state *s = context;
	const struct call_kind *k = find(d->name);

	if (k && k->part && !(k->part & s->parts))
		k = NULL;
	/* Only mmap(2) and the calls of sockets are of interest. */
	if (strcmp(d->name, "socketcall") == 0 || (k && sys_indirect_array(d)))
		k = &indirect;
	return k;
}

int calls_init(struct state *s)
{
	return sys_rows_init(&s->calls, wanted, s);
}

/* Whether a recorder that was asked for @choice recorded it. */
static bool is_recorded(const struct sys_choice *choice, uint32_t arch, uint64_t nr,
			const struct sys_desc *d)
{
	const struct sys_bearing *b = sys_bearing(d);

	return (b && !b->count) || sys_choice_has(choice, arch, nr, NULL);
}

/* By the names of x86-64: the same choice holds for all. */
int calls_header(struct state *s, const struct meta_header *header)
{
	struct sys_choice choice = {.others = false};
	int r;

	s->missing = 0;
	if (!header->trace_set || !*header->trace_set)
		return 0;
	r = sys_choice_parse_plain(header->trace_set, &choice, NULL);
	if (r < 0)
		return r == -ENOMEM ? r : 0;
	for (uint64_t nr = 0; nr < sys_count(EVENT_ARCH_X86_64); nr++) {
		const struct sys_desc *d = sys_find(EVENT_ARCH_X86_64, nr);
		const struct call_kind *k = d ? find(d->name) : NULL;

		if (k && k->part && !is_recorded(&choice, EVENT_ARCH_X86_64, nr, d))
			s->missing |= k->part;
	}
	sys_choice_done(&choice);
	return 0;
}

static const struct call_kind *kind_of(const struct state *s, const struct event_call *call)
{
	return sys_rows_get(&s->calls, call->arch, call->nr);
}

static const struct call_kind *go_indirect(struct call *c)
{
	const struct sys_desc *meant = call_meant(c->e, c->args);

	return meant ? find(meant->name) : NULL;
}

bool call_find(struct call *c, struct state *s, struct task *t, const struct event *e)
{
	const struct call_kind *k = kind_of(s, &e->call);

	if (!k || (event_errno(&e->call) && k != &indirect && !k->on_error))
		return false;
	/* The most frequent calls of all: mostly of a path, which tells of no descriptor. */
	if (k->empty_at && !(e->call.args[k->empty_at] & AT_EMPTY))
		return false;
	c->s = s;
	c->kind = k;
	c->task = t;
	c->e = e;
	c->wide = sys_find(e->call.arch, e->call.nr)->wide;
	memcpy(c->args, e->call.args, sizeof(c->args));
	return true;
}

int call_begin(struct call *c)
{
	if (c->kind == &indirect)
		c->kind = go_indirect(c);
	if (!c->kind || (event_errno(&c->e->call) && !c->kind->on_error))
		return 0;
	return c->kind->begin(c);
}

/* ---- clone ---- */

bool call_clone_flags(const struct state *s, const struct event *e, uint64_t *ret)
{
	const struct call_kind *k = kind_of(s, &e->call);

	if (!k || !k->clones)
		return false;
	*ret = e->call.args[0];
	return k->name[5] != '3' || call_number(e, EVENT_AT_ENTRY, e->call.args[0], 8, ret);
}
