/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which of a call's arguments is the message does not matter: on a datagram socket to port 53 the
 * bytes that look like one are.
 */
#include "dns.h"

#include "object.h"

#include "base/buf.h"
#include "replayer/print/print.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
	PORT = 53,
	MESSAGE_MIN = 18, /* bytes: a header and a question */
};

static struct dns_note *note_of(struct dns *d, uint32_t process)
{
	struct dns_note *n = map_get(&d->notes, process);

	if (n || d->notes.count == DNS_NOTES_MAX)
		return n;
	n = calloc(1, sizeof(*n));
	if (n && map_put(&d->notes, process, n) < 0) {
		free(n);
		return NULL;
	}
	return n;
}

static int fill(struct dns_note *n, struct printer *printer, const struct event *e,
		const struct state_file *f)
{
	struct buf call = {0}, server = {0};

	free(n->call);
	free(n->server);
	print_text(printer, e, &call);
	object_of_file(f, &server);
	n->call = call.data;
	n->server = server.data;
	n->time = e->time;
	return buf_error(&call) < 0 || buf_error(&server) < 0 ? -ENOMEM : 0;
}

/* An answer with an address makes the name known, whatever its other answers say. */
static int take_message(struct dns_note *n, struct printer *printer, const struct event *e,
			const struct state_file *f, const struct host_message *m)
{
	const bool same = strcmp(n->name, m->name) == 0;

	if (!m->answer) {
		if (same && n->code != LOOKUP_UNANSWERED)
			return 0;
		n->code = LOOKUP_UNANSWERED;
	} else {
		if (same && n->code == LOOKUP_FINE && n->call)
			return 0;
		n->code = m->code || m->has_answers ? m->code : n->code;
	}
	strcpy(n->name, m->name);
	return fill(n, printer, e, f);
}

/* Most calls have nothing as long as that. */
static bool may_have_message(const struct event *e)
{
	for (uint32_t i = 0; i < e->memory_count; i++) {
		if (e->memory[i].length >= MESSAGE_MIN)
			return true;
	}
	return false;
}

int dns_take(struct dns *d, struct processes *all, const struct state *state,
	     struct printer *printer, const struct event *e)
{
	const struct state_file *f =
		may_have_message(e) ? state_at_entry(state, e, (int32_t)e->call.args[0]) : NULL;
	const struct process *p;
	int r = 0;

	if (!f || object_peer_port(f) != PORT)
		return 0;
	p = processes_find(all, e->pid);
	for (uint32_t i = 0; p && r == 0 && i < e->memory_count; i++) {
		const struct event_memory *m = &e->memory[i];
		struct host_message message;
		struct dns_note *n;

		if (m->when > EVENT_AT_EXIT || !host_message_read(m->data, m->length, &message))
			continue;
		n = note_of(d, (uint32_t)(p - all->list) + 1);
		if (n)
			r = take_message(n, printer, e, f, &message);
	}
	return r;
}

const struct dns_note *dns_find(const struct dns *d, uint32_t process)
{
	const struct dns_note *n = map_get(&d->notes, process);

	return n && n->code != LOOKUP_FINE ? n : NULL;
}

void dns_done(struct dns *d)
{
	struct dns_note *n;

	for (size_t at = 0; (n = map_next(&d->notes, &at));) {
		free(n->call);
		free(n->server);
		free(n);
	}
	map_done(&d->notes);
}
