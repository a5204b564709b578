/* SPDX-License-Identifier: Apache-2.0 */
/* Conversations as one JSON object. */
#include "net.h"

#include "base/buf.h"
#include "replayer/export/json.h"
#include "sys/names.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <string.h>

static void say_address(const struct hosts *h, const char *key, const struct state_address *a,
			struct buf *out)
{
	const char *name = address_name(h, a);
	struct buf text = {0};

	address_text(a, &text);
	buf_inherit(out, &text);
	if (!text.size) {
		json_null(out, key);
	} else {
		json_text(out, key, buf_text(&text));
	}
	if (name) {
		buf_printf(out, ",\"%s_name\":", key);
		json_string(out, name, strlen(name));
	}
	buf_done(&text);
}

static void say_errors(const struct peer *p, struct buf *out)
{
	char scratch[32];

	buf_str(out, ",\"errors\":[");
	for (size_t i = 0; i < p->error_count; i++) {
		const struct peer_error *e = &p->errors[i];

		buf_printf(out, "%s{\"errno\":%d", i ? "," : "", e->error);
		json_text(out, "error", sys_errno_name(e->error));
		json_text(out, "call", peer_error_call(e, scratch));
		json_number(out, "count", e->count);
		json_number(out, "first_seq", e->first_seq);
		buf_char(out, '}');
	}
	buf_char(out, ']');
}

static void say_side(const struct processes *all, const char *key, const struct actors *a,
		     struct buf *out)
{
	buf_printf(out, ",\"%s\":{\"count\":%u", key, a->count);
	actors_json(a, all, out);
	buf_char(out, '}');
}

static void say_peer(const struct net *n, const struct processes *all, const struct peer *p,
		     struct buf *out)
{
	static const char *const roles[] = {
		[NET_CLIENT] = "client", [NET_SERVER] = "server", [NET_LISTENS] = "listens"};
	struct actors answered;
	struct buf protocol = {0};

	peer_protocol(p, &protocol);
	buf_inherit(out, &protocol);
	buf_printf(out, "{\"role\":\"%s\"", roles[p->role]);
	json_text(out, "protocol", buf_text(&protocol));
	buf_done(&protocol);
	if (p->known) {
		json_number(out, "family", p->family);
		json_number(out, "type", p->type);
	}
	say_address(&n->hosts, "remote", &p->remote, out);
	say_address(&n->hosts, "local", &p->local, out);
	json_number(out, "connections", p->connections);
	json_number(out, "attempts", p->tries);
	json_number(out, "failed", p->refused);
	json_number(out, "pending", p->pending);
	json_number(out, "connect_total_ns", p->connect_total);
	json_number(out, "connect_max_ns", p->connect_max);
	json_number(out, "sends", p->sends);
	json_number(out, "bytes_sent", p->sent);
	json_number(out, "receives", p->receives);
	json_number(out, "bytes_received", p->received);
	json_number(out, "first_time", p->first_time);
	json_number(out, "last_time", p->last_time);
	json_number(out, "failures", p->failures);
	say_errors(p, out);
	actors_json(&p->by, all, out);
	peer_answered(n, p, &answered);
	if (answered.count)
		say_side(all, "answered", &answered, out);
	buf_char(out, '}');
}

static void say_lookup(const struct processes *all, const struct lookup *l, struct buf *out)
{
	char text[INET6_ADDRSTRLEN];

	buf_str(out, "{\"name\":");
	json_string(out, l->name, strlen(l->name));
	json_text(out, "result", l->address_count ? "found" : lookup_code_text(l->code));
	buf_str(out, ",\"addresses\":[");
	for (size_t i = 0; i < l->address_count; i++) {
		inet_ntop(l->address_size[i] == 4 ? AF_INET : AF_INET6, l->address[i], text,
			  sizeof(text));
		buf_printf(out, "%s\"%s\"", i ? "," : "", text);
	}
	buf_char(out, ']');
	if (l->alias)
		json_text(out, "alias", l->alias);
	json_text(out, "server", buf_text(&l->server));
	json_number(out, "questions", l->questions);
	json_number(out, "answers", l->answers);
	json_number(out, "answer_ns", l->answer_time);
	json_number(out, "first_time", l->first_time);
	actors_json(&l->by, all, out);
	buf_char(out, '}');
}

static void say_way(const struct processes *all, const struct channel *c, size_t way,
		    struct buf *out)
{
	const struct channel_way *w = &c->way[way];

	buf_printf(out, "{\"kind\":\"%s\"", c->pipe ? "pipe" : "pair");
	json_number(out, "id", c->first_id);
	json_number(out, "inode", c->inode);
	json_number(out, "writes", w->writes);
	json_number(out, "bytes_written", w->written);
	json_number(out, "reads", w->reads);
	json_number(out, "bytes_read", w->read);
	json_number(out, "broken", w->broken);
	json_number(out, "first_time", c->first_time);
	say_side(all, "from", &w->writers, out);
	say_side(all, "to", &w->readers, out);
	buf_char(out, '}');
}

int net_json(const struct net *n, const struct processes *all, struct buf *ret)
{
	size_t said = 0;

	buf_printf(ret,
		   "{\"beyond\":%" PRIu64 ",\"channels_beyond\":%" PRIu64 ",\"io_uring\":%" PRIu64
		   ",\"peers\":[",
		   n->beyond, n->channels.beyond, n->uring);
	for (size_t i = 0; i < n->count; i++) {
		buf_str(ret, i ? ",\n" : "\n");
		say_peer(n, all, &n->list[i], ret);
	}
	buf_str(ret, "],\"names\":[");
	for (size_t i = 0; i < n->hosts.count; i++) {
		buf_str(ret, i ? ",\n" : "\n");
		say_lookup(all, &n->hosts.lookups[i], ret);
	}
	buf_str(ret, "],\"channels\":[");
	for (size_t i = 0; i < 2 * n->channels.count; i++) {
		const struct channel *c = &n->channels.list[i / 2];

		if (channel_way_is_unused(&c->way[i % 2]))
			continue;
		buf_str(ret, said++ ? ",\n" : "\n");
		say_way(all, c, i % 2, ret);
	}
	buf_str(ret, "]}");
	return buf_error(ret);
}
