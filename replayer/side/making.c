/* SPDX-License-Identifier: Apache-2.0 */
/* What calls make that has no name of its own: made up names, pipes, pairs of sockets, ports. */
#include "side_priv.h"

#include "base/cleanup.h"
#include "base/load.h"

#include <errno.h>
#include <string.h>

enum {
	FAMILY_UNIX = 1,
	FAMILY_INET = 2,
	FAMILY_INET6 = 10,
	NO_ENTRY = 2,
	EXISTS = 17,
	CREATES = 0100,
	EXCLUSIVE = 0200,
	UNNAMED = 020000000, /* what O_TMPFILE has besides O_DIRECTORY */
	FOR_OTHERS = 077,
	DRAWN_MIN = 6, /* letters of a made up name */
	ACCESS = 3,    /* of flags: not 0 for who may write */
	DIGITS_MAX = 9,
};

static const char *path_argument(const struct reading *r, int8_t argument, size_t *ret_size)
{
	const struct event_memory *m =
		event_range(r->event, EVENT_AT_ENTRY, r->event->call.args[argument]);

	*ret_size = m ? strnlen((const char *)m->data, m->length) : 0;
	return *ret_size ? (const char *)m->data : NULL;
}

/* Where programs put what is nobody else's affair. */
static bool is_temporary(const struct reading *r, const char *path, size_t size)
{
	static const char *const common[] = {"/tmp/", "/var/tmp/", "/dev/shm/"};

	for (size_t i = 0; i < ARRAY_SIZE(common); i++) {
		size_t n = strlen(common[i]);

		if (size > n && memcmp(path, common[i], n) == 0)
			return true;
	}
	for (size_t i = 0; i < r->roots.count; i++) {
		const struct root *x = &r->roots.list[i];

		if (strcmp(x->name, "$TMPDIR") == 0 && size > x->size &&
		    memcmp(path, x->path, x->size) == 0)
			return true;
	}
	return false;
}

/*
 * Whether a name comes from chance: by its looks; or because it had to be a new one, and the thread
 * has just drawn random bytes; or because nobody else is to find it, where such are.
 */
static bool is_made_up(const struct reading *r, const char *path, size_t size, bool exclusive,
		       uint64_t mode)
{
	const char *name = memrchr(path, '/', size);
	size_t length = name ? size - (size_t)(name - path) - 1 : size;

	if (diff_path_looks_made_up(path, size))
		return true;
	if (!exclusive || length < DRAWN_MIN)
		return false;
	if (!(mode & FOR_OTHERS))
		return r->workers[r->worker].drew || is_temporary(r, path, size);
	return r->workers[r->worker].drew && diff_path_may_be_drawn(path, size);
}

/* A name with the number of a process in it is known by that. */
static bool has_process(struct reading *r, const char *path, size_t size)
{
	const struct path_ways ways = diff_path_ways(r);
	const char *slash = memrchr(path, '/', size);
	const char *name = slash ? slash + 1 : path;
	size_t length = size - (size_t)(name - path);

	diff_anew(r, &r->scratch);
	diff_name_label(&ways, name, length, &r->scratch);
	return r->scratch.size != length || memcmp(buf_text(&r->scratch), name, length) != 0;
}

static int take_name(struct reading *r, const char *path, size_t size, bool exclusive,
		     uint64_t mode)
{
	struct actor *a = &r->actors[r->actor];
	const struct state_file *f;

	if (diff_new_names_has(&r->names, path, size) || has_process(r, path, size) ||
	    !is_made_up(r, path, size, exclusive, mode))
		return 0;
	if (diff_new_names_add(&r->names, path, size, ++a->names) < 0)
		return -ENOMEM;
	/* Where links led to. */
	f = r->event->call.ret > 0 && r->event->call.ret <= INT32_MAX
		    ? state_at_exit(r->state, r->event, (int32_t)r->event->call.ret)
		    : NULL;
	if (!f || f->kind != STATE_NAMED || !f->text || f->text[0] != '/' ||
	    diff_new_names_has(&r->names, f->text, f->size))
		return 0;
	return diff_new_names_add(&r->names, f->text, f->size, a->names);
}

static int take_path(struct reading *r)
{
	const struct call_rule *rule = r->class->rule;
	const uint64_t *args = r->event->call.args;
	uint64_t flags = rule->if_creates ? args[rule->flags] : CREATES | EXCLUSIVE;
	uint64_t mode = rule->if_creates ? args[rule->flags + 1] : args[rule->path + 1];
	size_t size, base_size;
	const char *path = path_argument(r, rule->path, &size), *base;

	if (!rule->makes)
		mode = 0;
	if (!path || !(flags & CREATES) || size >= SIDE_PATH_MAX)
		return 0;
	base = diff_base_of(r, rule->dir < 0 ? STATE_FDCWD : (int32_t)args[rule->dir], &base_size);
	if (path[0] != '/' && !base)
		return 0;
	diff_anew(r, &r->path);
	diff_path_join(base, base_size, path, size, &r->path);
	if (buf_error(&r->path) < 0)
		return -ENOMEM;
	return take_name(r, buf_text(&r->path), r->path.size, flags & EXCLUSIVE, mode);
}

static int take_end(struct reading *r, int32_t fd, uint32_t k, uint8_t end, bool pipe)
{
	const struct state_file *f = state_at_exit(r->state, r->event, fd);

	if (!f)
		return 0;
	if (side_grow(r->channel_list, r->channel_count, r->channel_capacity) < 0)
		return -ENOMEM;
	r->channel_list[r->channel_count++] =
		(struct channel_made){r->actor, k, r->channels_made, end, pipe};
	return map_put(&r->channels, f->id, (void *)(uintptr_t)r->channel_count);
}

static int take_channel(struct reading *r, uint64_t address, bool pipe)
{
	struct actor *a = &r->actors[r->actor];
	size_t n;
	const uint8_t *at = event_bytes(r->event, EVENT_AT_EXIT, address, &n);
	uint32_t k;

	if (!at || n < 8)
		return 0;
	k = pipe ? ++a->pipes : ++a->pairs;
	r->channels_made++;
	if (take_end(r, (int32_t)load(at, n, 0, 4), k, 0, pipe) < 0)
		return -ENOMEM;
	return take_end(r, (int32_t)load(at, n, 4, 4), k, 1, pipe);
}

/* The descriptor that a path stands for: /dev/fd/63. -1: none. */
static int32_t descriptor_of(const char *path, size_t size)
{
	static const char *const before[] = {"/dev/fd/", "/proc/self/fd/"};
	int32_t fd = -1;

	for (size_t i = 0; i < ARRAY_SIZE(before); i++) {
		size_t n = strlen(before[i]);

		if (size <= n || size > n + DIGITS_MAX || memcmp(path, before[i], n) != 0)
			continue;
		for (fd = 0; n < size && path[n] >= '0' && path[n] <= '9'; n++)
			fd = fd * 10 + path[n] - '0';
		return n == size ? fd : -1;
	}
	return -1;
}

/* A pipe that is opened by its descriptor, as shells have programs do: tee >(wc). */
static int take_again(struct reading *r)
{
	size_t size;
	const char *path = path_argument(r, r->class->rule->path, &size);
	const int32_t fd = path ? descriptor_of(path, size) : -1;
	const struct state_file *f = fd >= 0 ? state_at_entry(r->state, r->event, fd) : NULL, *made;
	const struct channel_made *known = f ? diff_channel_of(r, f) : NULL;
	struct channel_made channel;

	if (!known || !known->pipe || r->event->call.ret > INT32_MAX)
		return 0;
	made = state_at_exit(r->state, r->event, (int32_t)r->event->call.ret);
	if (!made || made->kind != STATE_PIPE || diff_channel_of(r, made))
		return 0;
	channel = *known;
	channel.end = (made->flags & ACCESS) != 0;
	if (side_grow(r->channel_list, r->channel_count, r->channel_capacity) < 0)
		return -ENOMEM;
	r->channel_list[r->channel_count++] = channel;
	return map_put(&r->channels, made->id, (void *)(uintptr_t)r->channel_count);
}

static int take_address(struct reading *r)
{
	size_t n;
	const uint8_t *at = event_bytes(r->event, EVENT_AT_ENTRY, r->event->call.args[1], &n);
	uint64_t family = at ? load(at, n, 0, 2) : 0;
	unsigned port = at ? diff_port_of(at, n) : 0;

	if ((family == FAMILY_INET || family == FAMILY_INET6) && port)
		r->explicit_ports[port / 8] |= (uint8_t)(1 << port % 8);
	if (family != FAMILY_UNIX || n <= 3)
		return 0;
	/* An abstract name is none in the file system, but may be made up as well. */
	if (!at[2])
		return diff_path_looks_made_up((const char *)at + 3, n - 3)
			       ? take_name(r, (const char *)at + 3, n - 3, false, 0)
			       : 0;
	return take_name(r, (const char *)at + 2, strnlen((const char *)at + 2, n - 2), true, 0);
}

/* That a name is not there yet is asked for, or seen to, with the name just drawn. */
static bool may_be_asked_for(const struct reading *r)
{
	size_t size;
	const char *path = path_argument(r, r->class->rule->path, &size);
	const bool drew = r->workers[r->worker].drew;

	if (!path || (!drew && !is_temporary(r, path, size)))
		return false;
	return diff_path_looks_made_up(path, size) || (drew && is_temporary(r, path, size));
}

/* A file without a name is known by its number (#4711), which is another each time. */
static int take_unnamed(struct reading *r)
{
	const struct call_rule *rule = r->class->rule;
	const int64_t fd = r->event->call.ret;
	const struct state_file *f;

	if (!rule->if_creates || !(r->event->call.args[rule->flags] & UNNAMED) || fd > INT32_MAX)
		return 0;
	f = state_at_exit(r->state, r->event, (int32_t)fd);
	if (!f || f->kind != STATE_NAMED || !f->deleted || !f->text || f->text[0] != '/')
		return 0;
	return diff_new_names_add(&r->names, f->text, f->size, ++r->actors[r->actor].names);
}

/* A new name is no other one when there is no such directory, or when somebody else has it. */
static bool is_refused(const struct reading *r)
{
	const int error = event_errno(&r->event->call);

	return r->class->rule->makes && r->class->rule->if_creates &&
	       (error == NO_ENTRY || error == EXISTS) &&
	       r->event->call.args[r->class->rule->flags] & EXCLUSIVE;
}

static void note_drawing(struct reading *r, const char *name)
{
	uint8_t *drew = &r->workers[r->worker].drew;

	if (name[0] == 'g' && strcmp(name, "getrandom") == 0)
		*drew = SIDE_DRAWN;
	else if (*drew)
		--*drew;
}

int diff_labels_take(struct reading *r)
{
	const struct event_call *call = &r->event->call;
	const char *name = r->class->form.name;

	note_drawing(r, name);
	if (r->class->rule->looks_at && event_errno(call) == NO_ENTRY && may_be_asked_for(r))
		return take_path(r);
	if (is_refused(r))
		return take_path(r);
	if (call->state != EVENT_FINISHED || call->ret < 0)
		return 0;
	if (r->class->rule->makes)
		return take_path(r) < 0 || take_unnamed(r) < 0 ? -ENOMEM : take_again(r);
	if (name[0] == 'p' && strcmp(name, "pipe") == 0)
		return take_channel(r, call->args[0], true);
	if (name[0] == 's' && strcmp(name, "socketpair") == 0)
		return take_channel(r, call->args[3], false);
	if (name[0] == 'b' && strcmp(name, "bind") == 0)
		return take_address(r);
	return 0;
}
