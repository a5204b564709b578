/* SPDX-License-Identifier: Apache-2.0 */
/*
 * RFC 1035, as much as tells a question from an answer. Which of a call's arguments is the
 * message does not matter: on a datagram socket to port 53 the bytes that look like one are.
 */
#include "dns.h"

#include "object.h"

#include "base/buf.h"
#include "replayer/print/print.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
	PORT = 53,
	HEADER = 12,
	TYPE_AND_CLASS = 4,
	LABEL_MAX = 63,
	ANSWER = 0x80,    /* in the third byte */
	OPERATION = 0x78, /* there too; 0: a question */
	CODE = 0x0f,      /* in the fourth */
};

/* The name of the one question; false: it is no such message. */
static bool parse_name(const uint8_t *at, size_t size, char *ret)
{
	size_t i = HEADER, n = 0;

	while (i < size && at[i]) {
		const size_t length = at[i++];

		if (length > LABEL_MAX || length > size - i || n + length + 2 > DNS_NAME_MAX)
			return false;
		if (n)
			ret[n++] = '.';
		for (size_t k = 0; k < length; k++, i++) {
			if (!isalnum(at[i]) && at[i] != '-' && at[i] != '_')
				return false;
			ret[n++] = (char)at[i];
		}
	}
	ret[n] = 0;
	return n && i < size && size - i > TYPE_AND_CLASS;
}

static bool is_message(const uint8_t *at, size_t size, char *ret_name)
{
	if (size < HEADER + 2 + TYPE_AND_CLASS || at[2] & OPERATION || at[4] || at[5] != 1)
		return false;
	return parse_name(at, size, ret_name);
}

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
			const struct state_file *f, const uint8_t *at, const char *name)
{
	const bool same = strcmp(n->name, name) == 0;
	const int code = at[3] & CODE;

	if (!(at[2] & ANSWER)) {
		if (same && n->code != DNS_NO_ANSWER)
			return 0;
		n->code = DNS_NO_ANSWER;
	} else {
		if (same && n->code == DNS_FINE && n->call)
			return 0;
		n->code = code || at[6] || at[7] ? code : n->code;
	}
	strcpy(n->name, name);
	return fill(n, printer, e, f);
}

/* Most calls have nothing as long as that. */
static bool may_have_message(const struct event *e)
{
	for (uint32_t i = 0; i < e->memory_count; i++) {
		if (e->memory[i].length >= HEADER + 2 + TYPE_AND_CLASS)
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
		char name[DNS_NAME_MAX];
		struct dns_note *n;

		if (m->when > EVENT_AT_EXIT || !is_message(m->data, m->length, name))
			continue;
		n = note_of(d, (uint32_t)(p - all->list) + 1);
		if (n)
			r = take_message(n, printer, e, f, m->data, name);
	}
	return r;
}

const struct dns_note *dns_find(const struct dns *d, uint32_t process)
{
	const struct dns_note *n = map_get(&d->notes, process);

	return n && n->code != DNS_FINE ? n : NULL;
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
