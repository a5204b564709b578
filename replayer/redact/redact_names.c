/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Level names: addresses in memory. Whatever `print` would say as an address is one, so the
 * printer is run over the event and tells where they stand: in addresses of sockets, in
 * netlink messages, in control messages and requests of ioctl(2). Besides these: what print has
 * no notation for, messages of name servers, and packets as a whole.
 */
#include "redact_priv.h"

#include "dns.h"
#include "names.h"

#include "base/cleanup.h"
#include "replayer/print/print.h"
#include "sys/table.h"

#include <errno.h>
#include <string.h>

enum { FAMILY_PACKET = 17, TYPE_RAW = 3, IPV4 = 4, IPV6 = 16, ETHERNET = 6 };

/* Is told of an address, where it stands in the memory of the event or in a copy of that. */
typedef int found_fn(struct redact *r, const struct address *a, const uint8_t *at);
/* Of a label of a host name. */
typedef int label_fn(struct redact *r, const uint8_t *at, size_t size, bool last);

struct walk {
	struct redact *r;
	found_fn *found;
	label_fn *label;
	int result;
};

static void tell(struct walk *w, enum address_kind kind, const uint8_t *bytes, size_t size)
{
	struct address a = {kind, (uint8_t)size, {0}};

	if (size > sizeof(a.bytes) || w->result < 0)
		return;
	memcpy(a.bytes, bytes, size);
	if (!address_is_kept(&a))
		w->result = w->found(w->r, &a, bytes);
}

/* A tunnel's hardware is addressed as what it goes through. */
static void take_printed(void *context, enum print_address kind, const uint8_t *bytes, size_t size)
{
	if (kind == PRINT_IPV4 || size == IPV4)
		tell(context, ADDRESS_IPV4, bytes, IPV4);
	else if (kind == PRINT_IPV6 || size == IPV6)
		tell(context, ADDRESS_IPV6, bytes, IPV6);
	else
		tell(context, ADDRESS_HARDWARE, bytes, size);
}

/* ---- what print has no notation for ---- */

/* @selector: the argument that has @value; the address is @at bytes behind where @pointer leads. */
static const struct place_of_address {
	const char *call;
	uint8_t level, selector, pointer, at, kind, size;
	uint32_t level_value, value;
} places[] = {
	{"ioctl", 1, 1, 2, 18, ADDRESS_HARDWARE, ETHERNET, 0x8927, 0x8927}, /* SIOCGIFHWADDR */
	{"ioctl", 1, 1, 2, 18, ADDRESS_HARDWARE, ETHERNET, 0x8924, 0x8924}, /* SIOCSIFHWADDR */
	{"ioctl", 1, 1, 2, 18, ADDRESS_HARDWARE, ETHERNET, 0x8954, 0x8954}, /* SIOCGARP: ha */
	{"setsockopt", 1, 2, 3, 4, ADDRESS_IPV4, IPV4, 0, 32},              /* IP_MULTICAST_IF */
	{"setsockopt", 1, 2, 3, 4, ADDRESS_IPV4, IPV4, 0, 35},              /* IP_ADD_MEMBERSHIP */
	{"setsockopt", 1, 2, 3, 4, ADDRESS_IPV4, IPV4, 0, 36},              /* IP_DROP_MEMBERSHIP */
	{"setsockopt", 1, 2, 3, 4, ADDRESS_IPV4, IPV4, 0, 39}, /* IP_ADD_SOURCE_MEMBERSHIP */
	{"getsockopt", 1, 2, 3, 4, ADDRESS_IPV4, IPV4, 0, 80}, /* SO_ORIGINAL_DST */
};

static void walk_places(struct walk *w, const struct event *e)
{
	const struct sys_desc *d = sys_find(e->call.arch, e->call.nr);
	const uint64_t *args = e->call.args;

	for (size_t i = 0; d && i < ARRAY_SIZE(places); i++) {
		const struct place_of_address *p = &places[i];

		if ((uint32_t)args[p->selector] != p->value ||
		    (uint32_t)args[p->level] != p->level_value || strcmp(d->name, p->call) != 0)
			continue;
		for (uint8_t when = EVENT_AT_ENTRY; when <= EVENT_AT_EXIT; when++) {
			size_t n = 0;
			const uint8_t *at = event_bytes(e, when, args[p->pointer] + p->at, &n);

			if (at && n >= p->size)
				tell(w, (enum address_kind)p->kind, at, p->size);
		}
	}
}

/* ---- what goes through sockets ---- */

static int take_label(void *context, const uint8_t *at, size_t size, bool last)
{
	struct walk *w = context;

	return w->label ? w->label(w->r, at, size, last) : 0;
}

static int take_dns_address(void *context, const uint8_t *at, size_t size)
{
	struct walk *w = context;

	tell(w, size == IPV4 ? ADDRESS_IPV4 : ADDRESS_IPV6, at, size);
	return w->result;
}

static int take_name(void *context, const char *name)
{
	struct walk *w = context;

	return w->r->pass == REDACT_FIND
		       ? names_take_host(w->r->names, (const uint8_t *)name, strlen(name))
		       : 0;
}

/* Addresses that are known, wherever they stand. Those of four bytes only in packets, where
 * little else is: they would be found in anything. */
static void walk_known(struct walk *w, const uint8_t *at, size_t size, bool packet)
{
	for (size_t i = 0; w->result == 0 && i + IPV4 <= size; i++) {
		if (packet && names_knows(w->r->names, at + i, IPV4))
			tell(w, ADDRESS_IPV4, at + i, IPV4);
		if (i + IPV6 <= size && at[i] && names_knows(w->r->names, at + i, IPV6))
			tell(w, ADDRESS_IPV6, at + i, IPV6);
	}
}

static bool is_packet(const struct state_socket *s)
{
	return s->family == FAMILY_PACKET || s->type == TYPE_RAW;
}

static void walk_memory(struct walk *w, const struct event *e, const struct state_socket *s)
{
	const struct dns_teller teller = {take_label, take_dns_address, take_name, w};

	for (uint32_t i = 0; w->result == 0 && i < e->memory_count; i++) {
		const struct event_memory *m = &e->memory[i];

		if (!m->length || m->when == EVENT_NAME)
			continue;
		w->result = dns_tell(m->data, m->length, &teller);
		/* In the first pass not all are known yet. */
		if (w->r->pass == REDACT_WRITE)
			walk_known(w, m->data, m->length, s && is_packet(s));
	}
}

static const struct state_socket *socket_of(struct redact *r, const struct event *e)
{
	const struct sys_desc *d = sys_find(e->call.arch, e->call.nr);
	const struct state_file *f;

	if (!d || !d->count || d->field[0].kind != K_FD)
		return NULL;
	f = state_at_entry(r->state, e, (int32_t)e->call.args[0]);
	return f && f->kind == STATE_SOCKET ? f->socket : NULL;
}

static int walk(struct redact *r, const struct event *e, found_fn *found, label_fn *label)
{
	struct walk w = {r, found, label, 0};
	const struct state_socket *s;

	if (e->kind == EVENT_DATA) {
		walk_memory(&w, e, NULL);
		return w.result;
	}
	buf_clear(&r->printed);
	printer_tell_addresses(r->printer, take_printed, &w);
	if (print_text(r->printer, e, &r->printed) < 0)
		return -ENOMEM;
	walk_places(&w, e);
	s = socket_of(r, e);
	if (s)
		walk_memory(&w, e, s);
	return w.result;
}

int redact_begin_names(struct redact *r, const struct meta_header *h)
{
	const struct print_options options = {.verbose = true};

	r->printer = printer_free(r->printer);
	if (!r->names)
		return 0;
	r->printer = printer_new(&options);
	if (!r->printer)
		return -ENOMEM;
	printer_header(r->printer, h);
	printer_state(r->printer, r->state);
	return 0;
}

/* ---- finding ---- */

static int note(struct redact *r, const struct address *a, const uint8_t *at)
{
	(void)at;
	return names_take_address(r->names, a);
}

int redact_find_addresses(struct redact *r, const struct event *e)
{
	return r->names ? walk(r, e, note, NULL) : 0;
}

/* ---- replacing ---- */

/* Where the new tape has what the event has at @at; NULL: that is a copy. */
static uint8_t *place_in(struct redact *r, const uint8_t *at, size_t size)
{
	for (uint32_t i = 0; i < r->event->memory_count; i++) {
		const struct event_memory *m = &r->event->memory[i];

		if (at >= m->data && at < m->data + m->length &&
		    size <= (size_t)(m->data + m->length - at) && r->memory[i].length == m->length)
			return (uint8_t *)(uintptr_t)r->memory[i].data + (at - m->data);
	}
	return NULL;
}

/* The printer had put it together from pieces: it is where the same bytes are. */
static void replace_everywhere(struct redact *r, const struct address *a,
			       const struct address *other)
{
	for (uint32_t i = 0; i < r->event->memory_count; i++) {
		const struct event_memory *m = &r->event->memory[i];
		const uint8_t *at = m->data, *end = at + m->length;

		while (r->memory[i].length == m->length && m->length &&
		       (at = memmem(at, (size_t)(end - at), a->bytes, a->size))) {
			uint8_t *place = place_in(r, at, a->size);

			if (place)
				memcpy(place, other->bytes, other->size);
			at += a->size;
		}
	}
}

static int replace(struct redact *r, const struct address *a, const uint8_t *at)
{
	uint8_t *place = place_in(r, at, a->size);
	struct address other;

	address_map(r->options.key, a, &other);
	if (place)
		memcpy(place, other.bytes, other.size);
	else
		replace_everywhere(r, a, &other);
	return redact_count(r, r->event->pid, REDACT_ADDRESS, a->size);
}

static int replace_label(struct redact *r, const uint8_t *at, size_t size, bool last)
{
	uint8_t *place = place_in(r, at, size);

	if (!place)
		return 0;
	names_map_label(r->options.key, at, size, last, place);
	return memcmp(place, at, size) == 0 ? 0 : redact_count(r, r->event->pid, REDACT_NAME, size);
}

int redact_replace_addresses(struct redact *r, const struct event *e)
{
	return r->names ? walk(r, e, replace, replace_label) : 0;
}

int redact_search_addresses(struct redact *r, const uint8_t *text, size_t size)
{
	int result = 0;

	for (size_t i = 0; r->names && result == 0 && i < size; i++) {
		uint8_t instead[ADDRESS_TEXT_MAX];
		struct address a;
		size_t n = address_may_begin(text[i]) ? address_read(text, size, i, &a) : 0;

		if (!n)
			continue;
		if (!address_is_kept(&a)) {
			address_write(r->options.key, &a, text + i, n, instead);
			result = redact_add_name_span(r, i, i + n, REDACT_ADDRESS, instead);
		}
		i += n - 1;
	}
	return result;
}
