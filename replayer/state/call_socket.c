/* SPDX-License-Identifier: Apache-2.0 */
/* Calls of sockets: what makes them, and what they are bound and connected to. */
#include "state_priv.h"

#include "call_rights.h"

#include <errno.h>
#include <string.h>

enum {
	SOCKET_CLOEXEC = 02000000,
	NONBLOCK = 04000,
	BOTH = 2,
	TYPE_MASK = 0xf,
	FAMILY_NONE = 0,
	ADDRESS_LEAST = 2,
};

static void take_address(const struct call *c, uint8_t when, uint64_t at, uint64_t length,
			 struct state_address *ret)
{
	size_t size;
	const uint8_t *bytes = call_bytes(c->e, when, at, &size);

	size = size < length ? size : (size_t)length;
	size = size < STATE_ADDRESS_MAX ? size : STATE_ADDRESS_MAX;
	ret->size = bytes && size >= ADDRESS_LEAST ? (uint8_t)size : 0;
	if (ret->size)
		memcpy(ret->bytes, bytes, size);
}

/* One that the kernel wrote, as long as it says at @length_at. */
static void take_answer(const struct call *c, uint64_t at, uint64_t length_at,
			struct state_address *ret)
{
	uint64_t length = 0;

	ret->size = 0;
	if (call_number(c->e, EVENT_AT_EXIT, length_at, 4, &length))
		take_address(c, EVENT_AT_EXIT, at, length, ret);
}

/* ---- making ---- */

static struct file *make(struct call *c, uint32_t family, uint32_t type, uint32_t protocol)
{
	struct file *f = file_new(c->s, STATE_SOCKET, NULL, 0);

	if (f && file_add_socket(f, family, type & TYPE_MASK, protocol) < 0) {
		c->s->out_of_memory = true;
		return file_unref(c->s, f);
	}
	file_set_flags(f, BOTH | (type & NONBLOCK));
	return f;
}

static int begin_socket(struct call *c)
{
	uint32_t type = (uint32_t)c->args[1];

	call_makes(c, c->e->call.ret, make(c, (uint32_t)c->args[0], type, (uint32_t)c->args[2]),
		   type & SOCKET_CLOEXEC);
	return 0;
}

static int begin_socketpair(struct call *c)
{
	uint32_t family = (uint32_t)c->args[0], type = (uint32_t)c->args[1];
	struct file *a = make(c, family, type, (uint32_t)c->args[2]);
	struct file *b = make(c, family, type, (uint32_t)c->args[2]);
	uint64_t fds[2];

	file_pair(a, b);
	if (call_number(c->e, EVENT_AT_EXIT, c->args[3], 4, &fds[0]) &&
	    call_number(c->e, EVENT_AT_EXIT, c->args[3] + 4, 4, &fds[1])) {
		call_makes(c, (int32_t)fds[0], file_ref(a), type & SOCKET_CLOEXEC);
		call_makes(c, (int32_t)fds[1], file_ref(b), type & SOCKET_CLOEXEC);
	}
	file_unref(c->s, a);
	file_unref(c->s, b);
	return 0;
}

/* ---- who talks to whom ---- */

static int apply_accept(struct state *s, struct task *t, struct effect *f)
{
	if (f->made_count && f->made[0].file)
		socket_meet(s, f->made[0].file, f->numbers[0], f->due);
	return effect_make(s, t, f);
}

static int begin_accept(struct call *c)
{
	const struct file *from = call_file(c, (int32_t)c->args[0]);
	const struct state_socket *like = from ? from->is.socket : NULL;
	struct file *f = like ? make(c, like->family, like->type, like->protocol)
			      : file_new(c->s, STATE_SOCKET, NULL, 0);
	struct state_socket *own = file_socket(f);

	file_set_flags(f, BOTH | (c->kind->flags_at ? c->args[3] & NONBLOCK : 0));
	if (own) {
		own->accepted = true;
		own->local = like->local;
		take_answer(c, c->args[1], c->args[2], &own->peer);
	}
	call_makes(c, c->e->call.ret, f, c->kind->flags_at && c->args[3] & SOCKET_CLOEXEC);
	c->effect.numbers[0] = c->e->seq;
	if (c->effect.apply)
		c->effect.apply = apply_accept;
	return 0;
}

/* ---- addresses ---- */

static int apply_local(struct state *s, struct task *t, struct effect *f)
{
	struct state_socket *socket = file_socket(f->file);

	(void)t;
	if (socket && f->address.size)
		socket->local = f->address;
	/* It may be known only now who it is. */
	if (socket && f->file->lonely)
		socket_meet(s, f->file, f->file->asked, f->file->answered);
	return 0;
}

static int apply_peer(struct state *s, struct task *t, struct effect *f)
{
	struct state_socket *socket = file_socket(f->file);

	(void)t;
	if (!socket || !f->address.size)
		return 0;
	socket->peer = f->address;
	/* An address of no family dissolves the connection. */
	if (f->address.bytes[0] == FAMILY_NONE && f->address.bytes[1] == FAMILY_NONE) {
		socket->peer.size = 0;
		socket_forget(s, f->file);
	} else if (f->flags) {
		socket_meet(s, f->file, f->numbers[0], f->due);
	}
	return 0;
}

static int apply_listen(struct state *s, struct task *t, struct effect *f)
{
	struct state_socket *socket = file_socket(f->file);

	(void)s;
	(void)t;
	if (socket)
		socket->listens = true;
	return 0;
}

static int begin_bind(struct call *c)
{
	call_is_about(c, (int32_t)c->args[0], apply_local);
	take_address(c, EVENT_AT_ENTRY, c->args[1], (uint32_t)c->args[2], &c->effect.address);
	return 0;
}

static int begin_connect(struct call *c)
{
	int error = event_errno(&c->e->call);

	/* One that does not wait goes on by itself. */
	if (error && error != EINPROGRESS && error != EINTR)
		return 0;
	call_is_about(c, (int32_t)c->args[0], apply_peer);
	c->effect.flags = true;
	c->effect.numbers[0] = c->e->seq;
	take_address(c, EVENT_AT_ENTRY, c->args[1], (uint32_t)c->args[2], &c->effect.address);
	return 0;
}

static int begin_listen(struct call *c)
{
	call_is_about(c, (int32_t)c->args[0], apply_listen);
	return 0;
}

static int begin_getsockname(struct call *c)
{
	call_is_about(c, (int32_t)c->args[0], apply_local);
	take_answer(c, c->args[1], c->args[2], &c->effect.address);
	return 0;
}

static int begin_getpeername(struct call *c)
{
	call_is_about(c, (int32_t)c->args[0], apply_peer);
	take_answer(c, c->args[1], c->args[2], &c->effect.address);
	return 0;
}

const struct call_kind calls_socket[] = {
	{SYS_BEARS(socket), begin_socket},
	{SYS_BEARS(socketpair), begin_socketpair},
	{SYS_BEARS(accept), begin_accept},
	{SYS_BEARS(accept4), begin_accept, .flags_at = 3},
	{SYS_BEARS(bind), begin_bind},
	{SYS_BEARS(connect), begin_connect, .on_error = true},
	{SYS_BEARS(listen), begin_listen},
	{SYS_BEARS(getsockname), begin_getsockname},
	{SYS_BEARS(getpeername), begin_getpeername},
	{SYS_BEARS(sendmsg), begin_sendmsg},
	{SYS_BEARS(sendmmsg), begin_sendmmsg},
	{SYS_BEARS(recvmsg), begin_recvmsg},
	{SYS_BEARS(recvmmsg), begin_recvmmsg},
	{SYS_BEARS(recvmmsg_time64), begin_recvmmsg},
	{0},
};
