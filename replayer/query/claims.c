/* SPDX-License-Identifier: Apache-2.0 */
#include "claims.h"

#include "base/buf.h"
#include "replayer/print/print.h"
#include "sys/table.h"

#include <errno.h>
#include <stdlib.h>

enum {
	WRITABLE = 2,         /* PROT_WRITE */
	ANONYMOUS = 0x20,     /* MAP_ANONYMOUS */
	TOLD_LEAST = 4 << 20, /* bytes of a piece that is worth being shown */
};

static void grow(struct claim *c, uint64_t bytes)
{
	c->bytes = bytes > UINT64_MAX - c->bytes ? UINT64_MAX : c->bytes + bytes;
}

static void shrink(struct claim *c, uint64_t bytes)
{
	c->bytes -= bytes < c->bytes ? bytes : c->bytes;
}

/* The old one of i386 has its arguments in memory. */
static bool is_claim(const struct event_call *call)
{
	const struct sys_desc *d = sys_find(call->arch, call->nr);

	return d && !d->indirect && call->args[2] & WRITABLE && call->args[3] & ANONYMOUS;
}

/* Takes the call into account. Returns how large the piece is that it asked for. */
static uint64_t count(struct claim *c, const struct event_call *call, unsigned role)
{
	const uint64_t *args = call->args, end = (uint64_t)call->ret;
	uint64_t piece = 0;

	if (role & ROLE_MMAP) {
		piece = is_claim(call) ? args[1] : 0;
	} else if (role & ROLE_MUNMAP) {
		shrink(c, args[1]);
	} else if (role & ROLE_MREMAP) {
		piece = args[2] > args[1] ? args[2] - args[1] : 0;
		shrink(c, args[1] > args[2] ? args[1] - args[2] : 0);
	} else if (role & ROLE_BRK) {
		piece = c->end && end > c->end ? end - c->end : 0;
		shrink(c, c->end > end ? c->end - end : 0);
		c->end = end;
	}
	grow(c, piece);
	return piece;
}

static int keep_call(struct claim *c, uint64_t piece, struct printer *printer,
		     const struct event *e)
{
	struct buf text = {0};

	if (piece < TOLD_LEAST || piece <= c->largest)
		return 0;
	if (print_text(printer, e, &text) < 0 || buf_error(&text) < 0) {
		buf_done(&text);
		return -ENOMEM;
	}
	if (text.size > CLAIM_TEXT_MAX)
		buf_truncate(&text, CLAIM_TEXT_MAX);
	free(c->call);
	c->call = text.data;
	c->largest = piece;
	c->time = e->time;
	return 0;
}

static void forget(struct claims *c, uint32_t process)
{
	struct claim *one = map_remove(&c->of, process);

	if (one)
		free(one->call);
	free(one);
}

static int get(struct claims *c, uint32_t process, struct claim **ret)
{
	*ret = map_get(&c->of, process);
	if (*ret || c->of.count == CLAIMS_MAX)
		return 0;
	*ret = calloc(1, sizeof(**ret));
	if (!*ret)
		return -ENOMEM;
	if (map_put(&c->of, process, *ret) == 0)
		return 0;
	free(*ret);
	return -ENOMEM;
}

int claims_take(struct claims *c, struct processes *all, struct printer *printer,
		const struct event *e)
{
	const bool call = e->kind == EVENT_CALL || e->kind == EVENT_END;
	const unsigned role = call ? roles_of(&c->roles, &e->call) & ROLE_MEMORY : 0;
	const struct process *p;
	struct claim *one;
	uint32_t process;

	if (e->kind != EVENT_EXEC &&
	    (!role || e->call.state != EVENT_FINISHED || event_errno(&e->call)))
		return 0;
	p = processes_find(all, e->pid);
	process = p ? (uint32_t)(p - all->list) + 1 : 0;
	if (!process)
		return 0;
	if (e->kind == EVENT_EXEC) {
		forget(c, process);
		return 0;
	}
	if (get(c, process, &one) < 0)
		return -ENOMEM;
	return one ? keep_call(one, count(one, &e->call, role), printer, e) : 0;
}

const struct claim *claims_find(const struct claims *c, uint32_t process)
{
	return map_get(&c->of, process);
}

void claims_done(struct claims *c)
{
	struct claim *one;

	for (size_t at = 0; (one = map_next(&c->of, &at));) {
		free(one->call);
		free(one);
	}
	map_done(&c->of);
}
