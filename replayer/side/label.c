/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What descriptors, processes and addresses are called: by what the program did to get them, not
 * by the numbers that it was given. Labels of paths and descriptions are kept, since the same few
 * come again and again.
 */
#include "side_priv.h"

#include "replayer/print/escape.h"

#include "base/load.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
	FAMILY_UNIX = 1,
	FAMILY_INET = 2,
	FAMILY_INET6 = 10,
	FAMILY_NETLINK = 16,
	TYPE_STREAM = 1,
	TYPE_DGRAM = 2,
	EPHEMERAL_FROM = 32768, /* net.ipv4.ip_local_port_range */
	ACCESS = 3,
	WRITES = 1,
	GENERATIONS_MAX = 64,
};

/* ---- processes ---- */

static const struct actor *actor_at(const struct reading *r, uint32_t at)
{
	return &r->actors[at];
}

static void say_place(const struct reading *r, uint32_t at, struct buf *out)
{
	uint32_t way[GENERATIONS_MAX];
	size_t n = 0;

	for (; at && n < GENERATIONS_MAX; at = actor_at(r, at)->is.parent)
		way[n++] = actor_at(r, at)->ordinal;
	buf_str(out, "<P");
	while (n)
		buf_printf(out, ".%u", way[--n]);
	buf_char(out, '>');
}

static bool is_ancestor(const struct reading *r, uint32_t at)
{
	uint32_t mine = r->actor;

	for (size_t n = 0; mine && n < GENERATIONS_MAX; n++, mine = actor_at(r, mine)->is.parent) {
		if (mine == at)
			return true;
	}
	return false;
}

/* A process, or a thread, by its number: as the thread at hand sees it. */
static bool say_process(const struct reading *r, uint32_t pid, bool near, struct buf *out)
{
	uint32_t thread = (uint32_t)(uintptr_t)map_get(&r->by_tid, pid);
	uint32_t at =
		thread ? r->workers[thread].process : (uint32_t)(uintptr_t)map_get(&r->by_pid, pid);

	if (!at || (near && !is_ancestor(r, at) && actor_at(r, at)->is.parent != r->actor))
		return false;
	if (at == r->actor && thread && thread != r->worker && r->workers[thread].rank)
		buf_printf(out, "<thread#%u>", r->workers[thread].rank);
	else if (at == r->actor)
		buf_str(out, "<self>");
	else if (at == actor_at(r, r->actor)->is.parent)
		buf_str(out, "<parent>");
	else if (actor_at(r, at)->is.parent == r->actor)
		buf_printf(out, "<child#%u>", actor_at(r, at)->ordinal);
	else
		say_place(r, at, out);
	return true;
}

static bool pid_in_path(void *context, uint32_t pid, bool near, struct buf *ret)
{
	return say_process(context, pid, near, ret);
}

struct path_ways diff_path_ways(struct reading *r)
{
	/* Who asks, and who there is that a number may stand for. */
	const uint64_t who = (uint64_t)r->actor << 32 | r->worker,
		       count = (uint64_t)r->actor_count << 32 | r->worker_count,
		       stamp = r->names.generation ^ who * UINT64_C(0x9e3779b97f4a7c15) ^
			       count * UINT64_C(0xbf58476d1ce4e5b9);

	return (struct path_ways){&r->roots, &r->names, pid_in_path, r, &r->last_directory, stamp};
}

static void canon_pid(void *context, int64_t pid, struct buf *out)
{
	/* A group has the number of its first process. */
	if (pid < -1) {
		buf_char(out, '-');
		pid = -pid;
	}
	if (pid == 0 || pid == -1)
		buf_i64(out, pid);
	else if (!say_process(context, (uint32_t)pid, false, out))
		buf_str(out, "<other>");
}

/* ---- paths ---- */

static uint32_t put(struct reading *r, const void *name, size_t size, uint8_t kind, uint8_t marks)
{
	uint32_t object = diff_objects_put(&r->objects, &r->label, name, size, kind, marks);

	if (r->objects.failed || buf_error(&r->label) < 0)
		r->failed = -ENOMEM;
	return object;
}

uint32_t diff_label_of_absolute(struct reading *r, const char *path, size_t size)
{
	const struct path_ways ways = diff_path_ways(r);
	uint64_t hash = diff_hash(path, size) ^ r->actor * UINT64_C(0x9e3779b97f4a7c15);
	struct path_slot *slot = &r->path_cache[(hash ^ hash >> 32) % SIDE_PATH_CACHE];
	uint8_t marks;
	bool made_up;

	if (slot->object && slot->hash == hash && slot->generation == r->names.generation)
		return slot->object;
	diff_anew(r, &r->label);
	diff_path_label(&ways, path, size, &r->label, &marks, &made_up);
	*slot = (struct path_slot){hash, r->names.generation,
				   put(r, path, size, made_up ? DIFF_NEW_FILE : DIFF_FILE, marks)};
	return slot->object;
}

/* Where a path is looked for: a directory, NULL: not known. */
const char *diff_base_of(struct reading *r, int32_t dirfd, size_t *ret_size)
{
	const struct state_file *f;

	*ret_size = 0;
	if (dirfd == PRINT_CANON_NOWHERE || !r->event)
		return NULL;
	if (dirfd < 0)
		return state_cwd(r->state, r->event, ret_size);
	f = state_at_entry(r->state, r->event, dirfd);
	if (!f || f->kind != STATE_NAMED || !f->text)
		return NULL;
	*ret_size = f->size;
	return f->text;
}

static uint32_t find_path(struct reading *r, int32_t dirfd, const void *path, size_t size)
{
	const char *base = NULL;
	size_t base_size = 0;

	if (*(const char *)path != '/')
		base = diff_base_of(r, dirfd, &base_size);
	diff_anew(r, &r->path);
	diff_path_join(base, base_size, path, size, &r->path);
	if (buf_error(&r->path) < 0) {
		r->failed = -ENOMEM;
		return DIFF_NONE;
	}
	/* From where it is looked for is not known: it stays as it is. */
	if (*(const char *)path != '/' && !base)
		return diff_label_of_absolute(r, r->path.data + 1, r->path.size - 1);
	return diff_label_of_absolute(r, r->path.data, r->path.size);
}

uint32_t diff_label_of_path(struct reading *r, int32_t dirfd, const void *path, size_t size)
{
	struct path_last *last = &r->last;

	if (!size || size >= SIDE_PATH_MAX)
		return DIFF_NONE;
	if (!r->event)
		return find_path(r, dirfd, path, size);
	if (last->path != path || last->size != size || last->dirfd != dirfd ||
	    last->seq != r->event->seq || last->generation != r->names.generation)
		*last = (struct path_last){path,          size,
					   r->event->seq, r->names.generation,
					   dirfd,         find_path(r, dirfd, path, size)};
	return last->object;
}

void diff_label_say(struct reading *r, uint32_t object, struct buf *out)
{
	const char *label = object ? r->texts.all.data + r->objects.list[object].label : "?";

	if (object && object == r->about) {
		buf_char(out, SIDE_MARK);
		r->about_said = true;
	} else {
		escape_strace(out, label, strlen(label), PRINT_HEX_NEVER);
	}
}

static void say_label(struct reading *r, uint32_t object, char before, char after, struct buf *out)
{
	buf_char(out, before);
	diff_label_say(r, object, out);
	buf_char(out, after);
}

/* What readlink(2) says in /proc/PID/fd: "pipe:[4711]". */
static bool say_numbered_link(const char *text, size_t size, struct buf *out)
{
	const char *bracket = memchr(text, '[', size);

	if (!bracket || text[0] == '/' || bracket == text || bracket[-1] != ':' ||
	    text[size - 1] != ']')
		return false;
	buf_char(out, '"');
	escape_strace(out, text, (size_t)(bracket - text), PRINT_HEX_NEVER);
	buf_str(out, bracket[1] >= '0' && bracket[1] <= '9' ? "[*]\"" : "\"");
	return true;
}

static void canon_path(void *context, int32_t dirfd, const void *path, size_t size, struct buf *out)
{
	struct reading *r = context;

	if (dirfd == PRINT_CANON_NOWHERE && size && *(const char *)path != '/') {
		if (say_numbered_link(path, size, out))
			return;
		buf_char(out, '"');
		escape_strace(out, path, size, PRINT_HEX_NEVER);
		buf_char(out, '"');
	} else if (!size) {
		buf_str(out, "\"\"");
	} else {
		say_label(r, diff_label_of_path(r, dirfd, path, size), '"', '"', out);
	}
}

/* A name in a directory that was made up: the last part of its label. NULL: it was not. */
static const char *made_up_entry(struct reading *r, const char *base, size_t base_size,
				 const void *name, size_t size)
{
	uint32_t object;
	const char *label, *slash;

	if (!r->names.by_path.count || !base)
		return NULL;
	diff_anew(r, &r->path);
	diff_path_join(base, base_size, name, size, &r->path);
	if (!diff_new_names_has(&r->names, buf_text(&r->path), r->path.size))
		return NULL;
	object = diff_label_of_absolute(r, r->path.data, r->path.size);
	label = r->texts.all.data + (object ? r->objects.list[object].label : 0);
	slash = strrchr(label, '/');
	return slash ? slash + 1 : label;
}

static bool is_tape(struct reading *r, const char *base, size_t base_size, const char *name,
		    size_t size)
{
	buf_clear(&r->path);
	diff_path_join(base, base_size, name, size, &r->path);
	return diff_is_tape(r->options->tapes, r->options->tapes_size, buf_text(&r->path),
			    r->path.size);
}

static bool canon_entry(void *context, int64_t fd, const void *name, size_t size, struct buf *out)
{
	struct reading *r = context;
	const struct path_ways ways = diff_path_ways(r);
	size_t base_size;
	const char *base = diff_base_of(r, (int32_t)fd, &base_size), *at = name, *made_up;
	bool in_proc = base && base_size >= 5 && memcmp(base, "/proc", 5) == 0;

	/* Processes, threads and descriptors come and go. */
	if (in_proc && size && at[0] >= '0' && at[0] <= '9')
		return false;
	if (r->options->tapes_size && base && is_tape(r, base, base_size, at, size))
		return false;
	made_up = made_up_entry(r, base, base_size, name, size);
	diff_anew(r, &r->scratch);
	if (made_up)
		buf_str(&r->scratch, made_up);
	else
		diff_name_label(&ways, at, size, &r->scratch);
	escape_strace(out, buf_text(&r->scratch), r->scratch.size, PRINT_HEX_NEVER);
	buf_inherit(out, &r->scratch);
	return true;
}

/* ---- words ---- */

bool diff_begins_path(const char *word, size_t at, size_t size)
{
	static const char before[] = "=:,;@\"'( \t\n|&<>`";

	if (word[at] != '/' || (at + 1 < size && word[at + 1] == '/') ||
	    (at && word[at - 1] == '/'))
		return false;
	return !at || strchr(before, word[at - 1]) || (at == 2 && word[0] == '-');
}

size_t diff_path_length(const char *word, size_t size)
{
	static const char behind[] = ":,;\"'() \t\n|&<>`";
	size_t n = 0;

	while (n < size && !strchr(behind, word[n]))
		n++;
	return n;
}

static bool is_process(const struct reading *r, const char *word, size_t size, struct buf *ret)
{
	uint64_t value = 0;

	for (size_t i = 0; i < size; i++) {
		if (word[i] < '0' || word[i] > '9' || i > 9)
			return false;
		value = value * 10 + (uint64_t)(word[i] - '0');
	}
	return size > 2 && value <= UINT32_MAX && say_process(r, (uint32_t)value, false, ret);
}

void diff_label_of_word(struct reading *r, const void *word, size_t size, struct buf *ret)
{
	const struct path_ways ways = diff_path_ways(r);
	const char *at = word;
	size_t base_size, plain = 0;
	const char *cwd;

	if (is_process(r, at, size, ret))
		return;
	if (r->names.by_path.count && size && !memchr(at, '/', size) && at[0] != '-') {
		cwd = diff_base_of(r, STATE_FDCWD, &base_size);
		diff_anew(r, &r->path);
		diff_path_join(cwd, base_size, at, size, &r->path);
		if (cwd && diff_new_names_has(&r->names, buf_text(&r->path), r->path.size)) {
			uint32_t object = diff_label_of_absolute(r, r->path.data, r->path.size);

			buf_str(ret,
				r->texts.all.data + (object ? r->objects.list[object].label : 0));
			return;
		}
	}
	for (size_t i = 0, n; i < size; i += n) {
		uint32_t object;

		n = diff_begins_path(at, i, size) ? diff_path_length(at + i, size - i) : 0;
		object = n > 1 ? diff_label_of_path(r, STATE_FDCWD, at + i, n) : DIFF_NONE;
		if (object) {
			diff_name_label(&ways, at + plain, i - plain, ret);
			buf_str(ret, r->texts.all.data + r->objects.list[object].label);
			plain = i + n;
		}
		n += !n;
	}
	diff_name_label(&ways, at + plain, size - plain, ret);
}

static void canon_word(void *context, const void *word, size_t size, struct buf *out)
{
	struct reading *r = context;

	diff_anew(r, &r->scratch);
	diff_label_of_word(r, word, size, &r->scratch);
	buf_char(out, '"');
	escape_strace(out, buf_text(&r->scratch), r->scratch.size, PRINT_HEX_NEVER);
	buf_char(out, '"');
	buf_inherit(out, &r->scratch);
}

/* ---- addresses ---- */

unsigned diff_port_of(const uint8_t *address, size_t size)
{
	uint64_t port = load(address, size, 2, 2);

	return (unsigned)((port & 0xff) << 8 | port >> 8);
}

static bool is_explicit(const struct reading *r, unsigned port)
{
	return r->explicit_ports[port / 8] >> port % 8 & 1;
}

/* @chosen: the program named it. @own: of a socket of the tape. */
static void say_port(struct reading *r, unsigned port, bool chosen, bool own, struct buf *out)
{
	uintptr_t k = (uintptr_t)map_get(&r->ports, port + 1);

	if (!is_explicit(r, port) && !k && own && port >= EPHEMERAL_FROM &&
	    map_put(&r->ports, port + 1, (void *)(uintptr_t)(r->ports.count + 1)) == 0) {
		k = r->ports.count;
		r->is->chosen_ports[port / 8] |= (uint8_t)(1 << port % 8);
	}
	/* Whether the other end has been asked for its own name yet is chance. */
	if (k && !is_explicit(r, port) && (chosen || own))
		buf_printf(out, "port#%u", (unsigned)k);
	else if (chosen || is_explicit(r, port) || port < EPHEMERAL_FROM)
		buf_u64(out, port);
	else
		buf_char(out, '*');
}

static bool say_internet(struct reading *r, const uint8_t *at, size_t size, bool chosen, bool own,
			 struct buf *out)
{
	bool v6 = load(at, size, 0, 2) == FAMILY_INET6;
	char text[INET6_ADDRSTRLEN];

	if (size < (v6 ? 24u : 8u))
		return false;
	inet_ntop(v6 ? AF_INET6 : AF_INET, at + (v6 ? 8 : 4), text, sizeof(text));
	buf_printf(out, v6 ? "[%s]:" : "%s:", text);
	say_port(r, diff_port_of(at, size), chosen, own, out);
	return true;
}

/* A name in the file system by its path; an abstract one with "@". */
static bool say_unix(struct reading *r, const uint8_t *at, size_t size, struct buf *out)
{
	const struct path_ways ways = diff_path_ways(r);
	const char *path = (const char *)at + 2;
	uint8_t marks;
	bool made_up;

	if (size <= 2)
		return false;
	if (!path[0]) {
		buf_char(out, '@');
		diff_path_label(&ways, path + 1, size - 3, out, &marks, &made_up);
		return true;
	}
	if (path[0] == '/') {
		diff_path_label(&ways, path, strnlen(path, size - 2), out, &marks, &made_up);
		return true;
	}
	diff_anew(r, &r->path);
	{
		size_t base_size;
		const char *base = diff_base_of(r, STATE_FDCWD, &base_size);

		diff_path_join(base, base_size, path, strnlen(path, size - 2), &r->path);
	}
	diff_path_label(&ways, buf_text(&r->path), r->path.size, out, &marks, &made_up);
	return true;
}

/* Appends nothing when the address says nothing. */
static bool say_address(struct reading *r, const uint8_t *at, size_t size, bool chosen, bool own,
			struct buf *out)
{
	switch (load(at, size, 0, 2)) {
	case FAMILY_INET:
	case FAMILY_INET6:
		return say_internet(r, at, size, chosen, own, out);
	case FAMILY_UNIX:
		return say_unix(r, at, size, out);
	case FAMILY_NETLINK:
		buf_str(out, "netlink");
		return true;
	default:
		return false;
	}
}

static bool canon_address(void *context, const uint8_t *address, size_t size, struct buf *out)
{
	struct reading *r = context;
	bool chosen = r->class && r->class->rule->names_port;
	bool own = r->class && strcmp(r->class->form.name, "getsockname") == 0;
	size_t from = out->size;

	diff_anew(r, &r->scratch);
	if (!say_address(r, address, size, chosen, own, &r->scratch))
		return false;
	buf_char(out, '{');
	escape_strace(out, buf_text(&r->scratch), r->scratch.size, PRINT_HEX_NEVER);
	buf_char(out, '}');
	return out->size > from;
}

/* ---- descriptions ---- */

static void say_relation(const struct reading *r, uint32_t creator, struct buf *out)
{
	if (creator == r->actor)
		return;
	if (creator == actor_at(r, r->actor)->is.parent)
		buf_str(out, "parent's ");
	else
		buf_str(out, is_ancestor(r, creator) ? "ancestor's " : "other's ");
}

const struct channel_made *diff_channel_of(const struct reading *r, const struct state_file *f)
{
	uintptr_t at = (uintptr_t)map_get(&r->channels, f->id);

	return at ? &r->channel_list[at - 1] : NULL;
}

static uint8_t say_channel(const struct reading *r, const struct channel_made *c, struct buf *out)
{
	static const char *const ends[2][2] = {{".0", ".1"}, {".r", ".w"}};

	say_relation(r, c->creator, out);
	buf_printf(out, "%s#%u%s", c->pipe ? "pipe" : "pair", c->k, ends[c->pipe][c->end & 1]);
	return DIFF_CHANNEL;
}

static const char *protocol_name(const struct state_socket *x)
{
	switch (x->family) {
	case FAMILY_INET:
	case FAMILY_INET6:
		return x->type == TYPE_STREAM ? "tcp" : x->type == TYPE_DGRAM ? "udp" : "raw";
	case FAMILY_UNIX:
		return "unix";
	case FAMILY_NETLINK:
		return "netlink";
	default:
		return "socket";
	}
}

static uint8_t say_socket(struct reading *r, const struct state_file *f, struct buf *out)
{
	const struct state_socket *x = f->socket;
	size_t from;

	buf_str(out, x ? protocol_name(x) : "socket");
	if (!x || x->family == FAMILY_NETLINK)
		return DIFF_PEER;
	buf_char(out, ':');
	from = out->size;
	/* Who comes to a server has a port that means nothing; the server's own does. */
	if (x->accepted && x->local.size)
		say_address(r, x->local.bytes, x->local.size, false, true, out);
	else if (x->peer.size)
		say_address(r, x->peer.bytes, x->peer.size, true, false, out);
	else if (x->local.size)
		say_address(r, x->local.bytes, x->local.size, false, true, out);
	if (out->size == from)
		buf_truncate(out, from - 1);
	else if (x->accepted)
		buf_str(out, " (accepted)");
	return DIFF_PEER;
}

/* "anon_inode:[eventfd]", "/memfd:name", a path. */
static uint32_t label_of_named(struct reading *r, const struct state_file *f)
{
	static const char anonymous[] = "anon_inode:", memory[] = "/memfd:";
	const char *text = f->text;
	size_t size = f->size;

	if (!text)
		return DIFF_NONE;
	if (size > sizeof(memory) && memcmp(text, memory, sizeof(memory) - 1) == 0) {
		buf_append(&r->label, text + 1, size - 1);
	} else if (text[0] == '/') {
		return diff_label_of_absolute(r, text, size);
	} else if (size > sizeof(anonymous) &&
		   memcmp(text, anonymous, sizeof(anonymous) - 1) == 0) {
		text += sizeof(anonymous) - 1;
		size -= sizeof(anonymous) - 1;
		if (text[0] == '[' && text[size - 1] == ']') {
			text++;
			size -= 2;
		}
		buf_append(&r->label, text, size);
	} else {
		const char *colon = memchr(text, ':', size);

		buf_append(&r->label, text, colon ? (size_t)(colon - text) : size);
	}
	return put(r, f->text, f->size, DIFF_ANONYMOUS, OBJECT_MASKED);
}

static bool is_standard(const struct reading *r, const struct state_file *f, int64_t fd,
			struct buf *out)
{
	static const char *const names[SIDE_STANDARD] = {"stdin", "stdout", "stderr"};
	size_t i = fd >= 0 && fd < SIDE_STANDARD && r->standard[fd] == f->id ? (size_t)fd : 0;

	while (i < SIDE_STANDARD && r->standard[i] != f->id)
		i++;
	if (i == SIDE_STANDARD)
		return false;
	buf_str(out, names[i]);
	return true;
}

static void raw_name(struct reading *r, const struct state_file *f)
{
	diff_anew(r, &r->scratch);
	print_file(r->printer, f, &r->scratch);
}

static uint32_t make_label(struct reading *r, const struct state_file *f, int64_t fd)
{
	const struct channel_made *channel = diff_channel_of(r, f);
	uint8_t kind = DIFF_FILE, marks = 0;

	diff_anew(r, &r->label);
	if (is_standard(r, f, fd, &r->label)) {
		kind = DIFF_FILE;
	} else if (channel) {
		kind = say_channel(r, channel, &r->label);
	} else if (f->kind == STATE_PIPE) {
		kind = DIFF_CHANNEL;
		buf_str(&r->label, "pipe");
		if (f->flags_known)
			buf_str(&r->label, (f->flags & ACCESS) == WRITES ? ".w" : ".r");
	} else if (f->kind == STATE_SOCKET) {
		kind = say_socket(r, f, &r->label);
		marks = f->socket && f->socket->family == FAMILY_NETLINK ? OBJECT_MASKED : 0;
	} else if (f->kind == STATE_PIDFD) {
		kind = DIFF_PROCESS;
		buf_str(&r->label, "pidfd ");
		canon_pid(r, f->pid, &r->label);
	} else {
		return label_of_named(r, f);
	}
	raw_name(r, f);
	return put(r, buf_text(&r->scratch), r->scratch.size, kind, marks);
}

static uint64_t stamp_of(const struct reading *r, const struct state_file *f, int64_t fd)
{
	uint64_t stamp = (uintptr_t)f->text ^ f->size << 48 ^ r->names.generation << 20;

	if (f->socket)
		stamp ^= (uint64_t)f->socket->peer.size << 8 ^ f->socket->local.size ^
			 (uint64_t)f->socket->accepted << 16;
	return stamp ^ (fd >= 0 && fd < SIDE_STANDARD ? (uint64_t)(fd + 1) << 60 : 0);
}

uint32_t diff_label_of_file(struct reading *r, const struct state_file *f, int64_t fd)
{
	uint64_t stamp = stamp_of(r, f, fd);
	struct file_slot *slot =
		&r->file_cache[(f->id * 31 + r->actor * UINT64_C(7919)) % SIDE_FILE_CACHE];

	if (slot->object && slot->id == f->id && slot->actor == r->actor && slot->stamp == stamp)
		return slot->object;
	*slot = (struct file_slot){f->id, stamp, r->actor, make_label(r, f, fd)};
	return slot->object;
}

uint32_t diff_label_of_peer(struct reading *r, const struct state_file *f,
			    const struct state_address *address)
{
	diff_anew(r, &r->label);
	buf_str(&r->label, f && f->socket ? protocol_name(f->socket) : "socket");
	buf_char(&r->label, ':');
	if (!say_address(r, address->bytes, address->size, true, false, &r->label))
		return f ? diff_label_of_file(r, f, -1) : DIFF_NONE;
	return put(r, r->label.data, r->label.size, DIFF_PEER,
		   load(address->bytes, address->size, 0, 2) == FAMILY_NETLINK ? OBJECT_MASKED : 0);
}

static void canon_fd(void *context, int64_t fd, bool after, struct buf *out)
{
	struct reading *r = context;
	const struct state_file *f = NULL;

	if (fd >= 0 && fd <= INT32_MAX)
		f = after ? state_at_exit(r->state, r->event, (int32_t)fd)
			  : state_at_entry(r->state, r->event, (int32_t)fd);
	if (f)
		say_label(r, diff_label_of_file(r, f, fd), '<', '>', out);
	else
		buf_str(out, "<?>");
}

/* ---- the whole ---- */

int diff_labels_init(struct reading *r)
{
	r->canon = (struct print_canon){.fd = canon_fd,
					.path = canon_path,
					.word = canon_word,
					.entry = canon_entry,
					.pid = canon_pid,
					.address = canon_address,
					.context = r};
	r->path_cache = calloc(SIDE_PATH_CACHE, sizeof(*r->path_cache));
	r->file_cache = calloc(SIDE_FILE_CACHE, sizeof(*r->file_cache));
	return r->path_cache && r->file_cache ? 0 : -ENOMEM;
}

void diff_labels_done(struct reading *r)
{
	free(r->path_cache);
	free(r->file_cache);
	free(r->channel_list);
	map_done(&r->channels);
	map_done(&r->ports);
	diff_roots_done(&r->roots);
	diff_path_directory_done(&r->last_directory);
	diff_new_names_done(&r->names);
	buf_done(&r->text);
	buf_done(&r->label);
	buf_done(&r->path);
	buf_done(&r->scratch);
}
