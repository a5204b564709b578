/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pointers of compressed names are not followed: what they lead to is told where it stands. So
 * nothing is read twice, and the last label is known only where a name ends there.
 */
#include "dns.h"

#include "replayer/query/hosts.h"

#include "base/cleanup.h"

#include <string.h>

enum {
	HEADER = 12,
	QUESTION = 4,
	RECORD = 10,
	POINTER = 0xc0,
	LABEL_MAX = 63,
	RECORDS_MAX = 256,
	STREAM_LENGTH = 2, /* in front of a message on TCP */
};

enum { TYPE_A = 1, TYPE_NS = 2, TYPE_CNAME = 5, TYPE_SOA = 6, TYPE_PTR = 12, TYPE_MX = 15 };
enum { TYPE_AAAA = 28, TYPE_SRV = 33, TYPE_DNAME = 39 };

struct message {
	const uint8_t *at;
	size_t size;
	const struct dns_teller *teller;
};

static unsigned word(const struct message *m, size_t at)
{
	return at + 2 <= m->size ? (unsigned)m->at[at] << 8 | m->at[at + 1] : 0;
}

/* The name at *@at, which then is behind it, or behind the message. */
static int tell_name(const struct message *m, size_t *at)
{
	int r = 0;

	while (r == 0 && *at < m->size && m->at[*at]) {
		size_t length = m->at[*at], next = *at + 1 + length;

		if ((length & POINTER) == POINTER) {
			*at += 2;
			return 0;
		}
		if (length > LABEL_MAX || next > m->size) {
			*at = m->size;
			return 0;
		}
		r = m->teller->label(m->teller->context, m->at + *at + 1, length,
				     next == m->size || !m->at[next]);
		*at = next;
	}
	++*at;
	return r;
}

/* Where in the data of a record a name begins, plus one; two of them are one behind the other. */
static const struct {
	uint8_t type, at, names;
} named[] = {{TYPE_NS, 0, 1}, {TYPE_CNAME, 0, 1}, {TYPE_SOA, 0, 2},  {TYPE_PTR, 0, 1},
	     {TYPE_MX, 2, 1}, {TYPE_SRV, 6, 1},   {TYPE_DNAME, 0, 1}};

static int tell_data(const struct message *m, unsigned type, size_t at, size_t size)
{
	int r = 0;

	if ((type == TYPE_A && size == 4) || (type == TYPE_AAAA && size == 16))
		return m->teller->address(m->teller->context, m->at + at, size);
	for (size_t i = 0; i < ARRAY_SIZE(named); i++) {
		const struct message inner = {m->at, at + size, m->teller};
		size_t from = at + named[i].at;

		for (unsigned k = 0; r == 0 && named[i].type == type && k < named[i].names; k++)
			r = tell_name(&inner, &from);
	}
	return r;
}

static int tell_message(const struct message *m)
{
	unsigned records = word(m, 6) + word(m, 8) + word(m, 10);
	size_t at = HEADER;
	int r = tell_name(m, &at);

	at += QUESTION;
	for (unsigned i = 0; r == 0 && i < records && i < RECORDS_MAX; i++) {
		size_t length;

		r = tell_name(m, &at);
		if (at + RECORD > m->size)
			break;
		length = word(m, at + 8);
		if (length > m->size - at - RECORD)
			break;
		if (r == 0)
			r = tell_data(m, word(m, at), at + RECORD, length);
		at += RECORD + length;
	}
	return r;
}

int dns_tell(const uint8_t *at, size_t size, const struct dns_teller *t)
{
	struct host_message told;
	struct message m = {at, size, t};
	int r;

	/* On a stream the length comes first. */
	if (size > STREAM_LENGTH && word(&m, 0) == size - STREAM_LENGTH) {
		m.at += STREAM_LENGTH;
		m.size -= STREAM_LENGTH;
	}
	if (!host_message_read(m.at, m.size, &told))
		return 0;
	r = t->name ? t->name(t->context, told.name) : 0;
	return r == 0 ? tell_message(&m) : r;
}
