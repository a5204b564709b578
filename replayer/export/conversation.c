/* SPDX-License-Identifier: Apache-2.0 */
#include "conversation.h"

#include "base/buf.h"
#include "base/hash.h"

#include <string.h>

enum {
	FIRST_INVENTED_PORT = 49152,
	INVENTED_PORTS = 16384,
	UNIX_PORT = 40000, /* and the thousands behind it: of no protocol that a reader would try */
	UNIX_PORTS = 8000,
	UNHEARD_MAX = 1 << 29, /* less than the window */
	LOOPBACK = 127,
};

/* TEST-NET-1 and the documentation prefix: nobody has these. */
static const uint8_t nowhere_4[4] = {192, 0, 2, 1};
static const uint8_t nowhere_6[16] = {0x20, 0x01, 0x0d, 0xb8, [15] = 1};
static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};

/* ---- addresses ---- */

static uint32_t family_of(const struct state_address *a)
{
	return a->size >= 2 ? a->bytes[0] | (uint32_t)a->bytes[1] << 8 : FAMILY_NONE;
}

/* Address and port of a struct sockaddr; IPv4 in IPv6 as IPv4. False: it has none. */
static bool read_endpoint(const struct state_address *a, struct endpoint *ret, bool *ret_v6)
{
	uint32_t family = family_of(a);

	*ret = (struct endpoint){.port = 0};
	if ((family != FAMILY_INET || a->size < 8) && (family != FAMILY_INET6 || a->size < 24))
		return false;
	ret->port = (uint16_t)(a->bytes[2] << 8 | a->bytes[3]);
	*ret_v6 = family == FAMILY_INET6 && memcmp(a->bytes + 8, mapped, sizeof(mapped)) != 0;
	if (family == FAMILY_INET)
		memcpy(ret->address, a->bytes + 4, 4);
	else if (*ret_v6)
		memcpy(ret->address, a->bytes + 8, 16);
	else
		memcpy(ret->address, a->bytes + 20, 4);
	return true;
}

static bool is_any(const struct endpoint *e)
{
	static const uint8_t zeros[16];

	return memcmp(e->address, zeros, sizeof(zeros)) == 0;
}

static bool is_loopback(const struct endpoint *e, bool v6)
{
	static const uint8_t one[16] = {[15] = 1};

	return v6 ? memcmp(e->address, one, sizeof(one)) == 0 : e->address[0] == LOOPBACK;
}

bool conversation_path(const struct state_address *a, struct buf *ret)
{
	size_t size = a->size > 2 ? a->size - 2u : 0;
	const char *path = (const char *)a->bytes + 2;

	if (family_of(a) != FAMILY_UNIX || !size)
		return false;
	if (*path) {
		buf_append(ret, path, strnlen(path, size));
	} else {
		buf_char(ret, '@');
		buf_append(ret, path + 1, size - 1);
	}
	return true;
}

/* A host of its own for so many connections, a port for each, and for each path one. */
static void invent_unix(struct conversation *c)
{
	const struct state_address *named = c->raw_peer.size > 2 ? &c->raw_peer : &c->raw_local;
	struct endpoint *client = c->accepted ? &c->peer : &c->local;
	struct endpoint *server = c->accepted ? &c->local : &c->peer;
	uint64_t host = 1 + c->id / INVENTED_PORTS;

	*server = (struct endpoint){.address = {LOOPBACK, 0, 0, 1}};
	server->port = (uint16_t)(UNIX_PORT +
				  hash_add(HASH_START, named->bytes, named->size) % UNIX_PORTS);
	*client = (struct endpoint){
		.address = {LOOPBACK, (uint8_t)(host >> 16), (uint8_t)(host >> 8), (uint8_t)host}};
	client->port = (uint16_t)(FIRST_INVENTED_PORT + c->id % INVENTED_PORTS);
	c->v6 = false;
}

static void invent_address(struct endpoint *e, bool v6, const struct endpoint *other)
{
	if (is_loopback(other, v6))
		*e = (struct endpoint){.port = e->port};
	if (is_loopback(other, v6) && v6)
		e->address[15] = 1;
	else if (is_loopback(other, v6))
		memcpy(e->address, (uint8_t[]){LOOPBACK, 0, 0, 1}, 4);
	else if (v6)
		memcpy(e->address, nowhere_6, sizeof(nowhere_6));
	else
		memcpy(e->address, nowhere_4, sizeof(nowhere_4));
}

void conversation_settle(struct conversation *c)
{
	bool v6 = c->v6;

	if (c->family == FAMILY_UNIX) {
		invent_unix(c);
		return;
	}
	if (!read_endpoint(&c->raw_peer, &c->peer, &v6))
		c->peer = (struct endpoint){.port = 0};
	c->v6 = v6;
	if (!read_endpoint(&c->raw_local, &c->local, &v6) || (v6 != c->v6 && !is_any(&c->local)))
		c->local = (struct endpoint){.port = 0};
	if (is_any(&c->peer))
		invent_address(&c->peer, c->v6, &c->local);
	c->invented = is_any(&c->local) || !c->local.port;
	if (is_any(&c->local))
		invent_address(&c->local, c->v6, &c->peer);
	if (!c->local.port)
		c->local.port = (uint16_t)(FIRST_INVENTED_PORT + c->id % INVENTED_PORTS);
}

bool conversation_know(struct conversation *c, const struct state_file *file)
{
	const struct state_socket *s = file->socket;

	if (!s ||
	    (s->family != FAMILY_UNIX && s->family != FAMILY_INET && s->family != FAMILY_INET6) ||
	    (s->type != SOCKET_STREAM && s->type != SOCKET_DATAGRAM &&
	     (s->type != SOCKET_SEQUENCED || s->family != FAMILY_UNIX)))
		return false;
	c->id = file->id;
	c->family = s->family;
	c->udp = s->type == SOCKET_DATAGRAM;
	c->accepted = s->accepted;
	if (!c->greeted) {
		c->v6 = s->family == FAMILY_INET6;
		if (s->local.size)
			c->raw_local = s->local;
		if (s->peer.size)
			c->raw_peer = s->peer;
		conversation_settle(c);
	}
	return true;
}

bool conversation_waits(const struct conversation *c)
{
	return c->family != FAMILY_UNIX && !c->udp && !c->accepted && !c->greeted && c->invented &&
	       is_loopback(&c->peer, c->v6);
}

static bool same(const struct endpoint *a, const struct endpoint *b)
{
	return a->port == b->port && memcmp(a->address, b->address, sizeof(a->address)) == 0;
}

bool conversation_meets(const struct conversation *c, const struct conversation *accepted)
{
	struct endpoint bound;
	bool v6 = false;

	if (c->accepted || c->met || c->udp || c->family == FAMILY_NONE)
		return false;
	if (c->family == FAMILY_UNIX || accepted->family == FAMILY_UNIX)
		return c->family == accepted->family && c->raw_peer.size > 2 &&
		       c->raw_peer.size == accepted->raw_local.size &&
		       memcmp(c->raw_peer.bytes, accepted->raw_local.bytes, c->raw_peer.size) == 0;
	if (!read_endpoint(&accepted->raw_local, &bound, &v6) || bound.port != c->peer.port ||
	    c->v6 != accepted->v6)
		return false;
	if (!is_any(&bound) && !same(&bound, &c->peer))
		return false;
	if (c->invented)
		return is_loopback(&c->peer, c->v6);
	return !accepted->raw_peer.size || same(&c->local, &accepted->peer);
}

void conversation_meet(struct conversation *c, struct conversation *accepted)
{
	accepted->told_there = accepted->met = c->met = true;
	if (c->family == FAMILY_UNIX || c->greeted || !accepted->raw_peer.size)
		return;
	c->raw_local = accepted->raw_peer;
	conversation_settle(c);
}

/* ---- packets ---- */

static struct pcap_packet packet(const struct conversation *c, uint64_t time, enum direction way)
{
	return (struct pcap_packet){.time = time,
				    .from = way == WAY_OUT ? &c->local : &c->peer,
				    .to = way == WAY_OUT ? &c->peer : &c->local,
				    .v6 = c->v6,
				    .udp = c->udp};
}

static void segment(struct conversation *c, uint64_t time, enum direction way, uint8_t flags,
		    const char *comment, struct buf *ret)
{
	struct pcap_packet p = packet(c, time, way);

	p.flags = flags;
	p.seq = c->seq[way];
	p.ack = flags & TCP_ACK ? c->seq[!way] : 0;
	p.comment = comment;
	pcap_put(ret, &p);
	c->seq[way] += flags & (TCP_SYN | TCP_FIN) ? 1 : 0;
	c->unheard[!way] = 0;
}

void conversation_greet(struct conversation *c, uint64_t epoch, uint64_t time, const char *comment,
			struct buf *ret)
{
	enum direction first = c->accepted ? WAY_IN : WAY_OUT;
	uint64_t asked = c->asked ? c->asked : time, answered = c->answered ? c->answered : asked;

	if (c->greeted)
		return;
	c->greeted = true;
	if (c->udp)
		return;
	segment(c, epoch + asked, first, TCP_SYN, comment, ret);
	segment(c, epoch + answered, !first, TCP_SYN | TCP_ACK, NULL, ret);
	segment(c, epoch + answered, first, TCP_ACK, NULL, ret);
}

void conversation_refused(struct conversation *c, uint64_t epoch, const char *comment,
			  struct buf *ret)
{
	c->greeted = true;
	segment(c, epoch + c->asked, WAY_OUT, TCP_SYN, comment, ret);
	segment(c, epoch + c->answered, WAY_IN, TCP_RST | TCP_ACK, NULL, ret);
}

/* A datagram has addresses of its own. */
static void address(const struct conversation *c, const struct conversation_bytes *b,
		    struct conversation *ret)
{
	bool v6 = c->v6;

	*ret = *c;
	if (!b->address || !b->address->size)
		return;
	ret->raw_peer = *b->address;
	if (c->family != FAMILY_UNIX && !read_endpoint(b->address, &ret->peer, &v6))
		ret->raw_peer = c->raw_peer;
	conversation_settle(ret);
}

static void put_datagram(const struct conversation *c, const struct pcap_packet *data,
			 const struct conversation_bytes *b, struct buf *ret)
{
	struct conversation of;
	struct pcap_packet p;

	address(c, b, &of);
	p = packet(&of, data->time, b->way);
	p.data = data->data;
	p.size = data->size;
	p.kept = data->kept;
	p.comment = data->comment;
	pcap_put(ret, &p);
}

static void put_segment(struct conversation *c, struct pcap_packet *p, enum direction way,
			struct buf *ret)
{
	p->flags = TCP_ACK | TCP_PSH;
	p->seq = c->seq[way];
	p->ack = c->seq[!way];
	pcap_put(ret, p);
	c->seq[way] += (uint32_t)p->size;
	c->unheard[!way] = 0;
	c->unheard[way] += p->size;
	if (c->unheard[way] > UNHEARD_MAX)
		segment(c, p->time, !way, TCP_ACK, NULL, ret);
}

void conversation_put(struct conversation *c, uint64_t epoch, const struct conversation_bytes *b,
		      struct buf *ret)
{
	conversation_greet(c, epoch, b->time, NULL, ret);
	for (size_t at = 0; at < b->size || (c->udp && at == 0); at += PCAP_PAYLOAD_MAX) {
		struct pcap_packet p = packet(c, epoch + b->time, b->way);
		size_t left = b->kept > at ? b->kept - at : 0;

		p.size = b->size - at < PCAP_PAYLOAD_MAX ? b->size - at : PCAP_PAYLOAD_MAX;
		p.kept = left < p.size ? left : p.size;
		p.data = p.kept ? b->data + at : NULL;
		p.comment = at == 0 ? b->comment : NULL;
		if (c->udp)
			put_datagram(c, &p, b, ret);
		else
			put_segment(c, &p, b->way, ret);
	}
}

/* Who closes says so first: which of both did so in fact the tape need not know. */
void conversation_end(struct conversation *c, uint64_t epoch, uint64_t time, struct buf *ret)
{
	if (!c->greeted || c->udp)
		return;
	segment(c, epoch + time, WAY_OUT, TCP_FIN | TCP_ACK, NULL, ret);
	segment(c, epoch + time, WAY_IN, TCP_FIN | TCP_ACK, NULL, ret);
	segment(c, epoch + time, WAY_OUT, TCP_ACK, NULL, ret);
}
