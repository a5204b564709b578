/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Descriptors in messages. What was sent waits as a parcel until a message comes out of the
 * other end of the same pair or connection, or, if that is not known, out of a socket with
 * the address that it was sent to. Messages with descriptors keep their order.
 *
 * A receiver that waited before the message was sent has the names only behind its line: a call
 * stands at its entry's place, where nobody had sent anything yet.
 */
#include "call_rights.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
	LEVEL_SOCKET = 1,
	RIGHTS = 1,
	MESSAGE_PEEK = 2,
	MESSAGE_CLOEXEC = 0x40000000,
	MESSAGES_MAX = 1024,
};

/* Where the members of a struct msghdr are, for callers of 8 and of 4 bytes. */
struct layout {
	size_t name, name_size, control, control_size, whole, each;
};

static const struct layout *layout_of(const struct call *c)
{
	static const struct layout wide = {0, 8, 32, 40, 56, 64}, narrow = {0, 4, 16, 20, 28, 32};

	return c->wide == 8 ? &wide : &narrow;
}

static uint64_t number(const uint8_t *at, size_t width)
{
	uint64_t value = 0;

	for (size_t i = width; i-- > 0;)
		value = value << 8 | at[i];
	return value;
}

/* ---- control messages ---- */

static int add_rights(struct call *c, const uint8_t *at, size_t count)
{
	size_t had = c->effect.right_count;
	int32_t *rights;

	count = count < STATE_RIGHTS_MAX - had ? count : STATE_RIGHTS_MAX - had;
	rights = reallocarray(c->effect.rights, had + count + 1, sizeof(*rights));
	if (!rights)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++)
		rights[had + i] = (int32_t)number(at + 4 * i, 4);
	c->effect.rights = rights;
	c->effect.right_count = had + count;
	return 0;
}

static int take_control(struct call *c, const uint8_t *at, size_t size)
{
	size_t head = c->wide + 8;
	int r = 0;

	while (r == 0 && size >= head) {
		uint64_t length = number(at, c->wide);
		size_t step;

		if (length < head || length > size)
			break;
		if (number(at + c->wide, 4) == LEVEL_SOCKET &&
		    number(at + c->wide + 4, 4) == RIGHTS)
			r = add_rights(c, at + head, ((size_t)length - head) / 4);
		step = ((size_t)length + c->wide - 1) / c->wide * c->wide;
		if (step >= size)
			break;
		at += step;
		size -= step;
	}
	return r;
}

static int take_message(struct call *c, uint8_t when, uint64_t message)
{
	const struct layout *l = layout_of(c);
	uint64_t at, length;
	const uint8_t *control;
	size_t size;

	if (!call_number(c->e, when, message + l->control, c->wide, &at) ||
	    !call_number(c->e, when, message + l->control_size, c->wide, &length))
		return 0;
	control = call_bytes(c->e, when, at, &size);
	return control ? take_control(c, control, size < length ? size : (size_t)length) : 0;
}

static int take_messages(struct call *c, uint8_t when)
{
	const struct layout *l = layout_of(c);
	uint64_t count = (uint64_t)c->e->call.ret;
	int r = 0;

	for (uint64_t i = 0; r == 0 && i < count && i < MESSAGES_MAX; i++)
		r = take_message(c, when, c->args[1] + i * l->each);
	return r;
}

/* ---- parcels ---- */

static struct parcel *parcel_free(struct state *s, struct parcel *p)
{
	for (size_t i = 0; i < p->count; i++)
		file_unref(s, p->file[i]);
	file_unref(s, p->from);
	free(p);
	return NULL;
}

static void drop_first(struct state *s)
{
	struct parcel *first = s->parcels;

	s->parcels = first->next;
	s->parcel_count--;
	parcel_free(s, first);
}

void parcels_done(struct state *s)
{
	while (s->parcels)
		drop_first(s);
}

static bool same_address(const struct state_address *a, const struct state_address *b)
{
	return a->size && a->size == b->size && memcmp(a->bytes, b->bytes, a->size) == 0;
}

static bool is_for(const struct file *sent_by, const struct state_address *address,
		   const struct file *file)
{
	const struct state_socket *to = file->is.socket, *from = sent_by->is.socket;

	if (sent_by->is.peer || file->is.peer || address->size)
		return !address->size ? sent_by->is.peer == &file->is
				      : to && same_address(address, &to->local);
	return to && from && sent_by != file && same_address(&from->peer, &to->local);
}

struct parcel *parcel_for(const struct state *s, const struct file *file, size_t count)
{
	struct parcel *p = s->parcels;

	while (p && !is_for(p->from, &p->to, file))
		p = p->next;
	/* More than were sent: something is missing on the tape. */
	return p && p->count >= count ? p : NULL;
}

static void take_away(struct state *s, const struct parcel *p)
{
	struct parcel **at = &s->parcels;

	while (*at != p)
		at = &(*at)->next;
	*at = p->next;
	s->parcel_count--;
}

/* ---- sending ---- */

static int apply_send(struct state *s, struct task *t, struct effect *f)
{
	struct parcel *p = calloc(1, sizeof(*p) + f->right_count * sizeof(struct file *));
	struct parcel **last = &s->parcels;

	if (!p)
		return -ENOMEM;
	p->from = file_ref(f->file);
	p->to = f->address;
	for (; p->count < f->right_count; p->count++) {
		const struct slot *slot = table_find(t->table, f->rights[p->count]);

		p->file[p->count] = slot ? file_ref(slot->file) : NULL;
	}
	if (s->parcel_count++ == STATE_PARCELS_MAX)
		drop_first(s);
	while (*last)
		last = &(*last)->next;
	*last = p;
	return 0;
}

static void take_destination(struct call *c)
{
	const struct layout *l = layout_of(c);
	uint64_t at, length;
	const uint8_t *bytes;
	size_t size;

	if (!call_number(c->e, EVENT_AT_ENTRY, c->args[1] + l->name, c->wide, &at) || !at ||
	    !call_number(c->e, EVENT_AT_ENTRY, c->args[1] + l->name_size, 4, &length))
		return;
	bytes = call_bytes(c->e, EVENT_AT_ENTRY, at, &size);
	size = size < length ? size : (size_t)length;
	if (!bytes || size > STATE_ADDRESS_MAX)
		return;
	memcpy(c->effect.address.bytes, bytes, size);
	c->effect.address.size = (uint8_t)size;
}

static void finish(struct call *c, int r, effect_fn *apply)
{
	if (r == 0 && c->effect.right_count)
		call_is_about(c, (int32_t)c->args[0], apply);
}

int begin_sendmsg(struct call *c)
{
	int r = take_message(c, EVENT_AT_ENTRY, c->args[1]);

	finish(c, r, apply_send);
	if (c->effect.apply)
		take_destination(c);
	return r;
}

int begin_sendmmsg(struct call *c)
{
	int r = take_messages(c, EVENT_AT_ENTRY);

	finish(c, r, apply_send);
	return r;
}

/* ---- receiving ---- */

/* What has come out was sent, although the sender is seen to come back only later. */
static struct parcel *parcel_hurry(struct state *s, const struct file *file, int *ret)
{
	struct parcel *p = parcel_for(s, file, 1);

	for (size_t i = s->queued; !p && *ret == 0 && i-- > 0;) {
		struct effect *f = s->queue[i];

		if (f->apply != apply_send || !is_for(f->file, &f->address, file))
			continue;
		*ret = effect_hurry(s, f);
		p = parcel_for(s, file, 1);
	}
	return p;
}

static int apply_receive(struct state *s, struct task *t, struct effect *f)
{
	bool peeks = f->flags & MESSAGE_PEEK;
	size_t done = 0;
	int r = 0;

	while (r == 0 && done < f->right_count) {
		struct parcel *p = parcel_hurry(s, f->file, &r);
		size_t n = p && p->count < f->right_count - done ? p->count : f->right_count - done;

		for (size_t i = 0; r == 0 && i < n; i++)
			r = table_put(s, t->table, f->rights[done + i], p ? p->file[i] : NULL,
				      f->flags & MESSAGE_CLOEXEC);
		done += n;
		if (!p || peeks)
			break;
		take_away(s, p);
		parcel_free(s, p);
	}
	return r;
}

static int receive(struct call *c, int r, uint32_t flags)
{
	c->effect.flags = flags;
	finish(c, r, apply_receive);
	return r;
}

int begin_recvmsg(struct call *c)
{
	return receive(c, take_message(c, EVENT_AT_EXIT, c->args[1]), (uint32_t)c->args[2]);
}

int begin_recvmmsg(struct call *c)
{
	return receive(c, take_messages(c, EVENT_AT_EXIT), (uint32_t)c->args[3]);
}
