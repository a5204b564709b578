/* SPDX-License-Identifier: Apache-2.0 */
#include "inventory.h"

#include "replayer/print/print.h"

#include "base/buf.h"
#include "base/cleanup.h"
#include "format/container/stream.h"
#include "sys/table.h"

#include <arpa/inet.h>
#include <string.h>

enum { VARIABLES_MAX = 1 << 16, FAMILY_INET = 2, FAMILY_INET6 = 10 };

/* ---- strings with a NUL each ---- */

typedef int string_fn(struct kept_lists *kept, const uint8_t *text, size_t size);

static int each_string(struct kept_lists *kept, const uint8_t *at, size_t size, string_fn *take)
{
	int r = 0;

	while (r == 0 && size) {
		size_t n = strnlen((const char *)at, size);

		r = take(kept, at, n);
		n += n < size;
		at += n;
		size -= n;
	}
	return r;
}

static int take_argument(struct kept_lists *kept, const uint8_t *text, size_t size)
{
	return kept_add(kept, KEPT_ARGUMENTS, text, size);
}

/* The program is among the paths. */
static int take_command(struct kept_lists *kept, const uint8_t *at, size_t size)
{
	size_t program = strnlen((const char *)at, size);

	return program < size
		       ? each_string(kept, at + program + 1, size - program - 1, take_argument)
		       : 0;
}

static int take_variable(struct kept_lists *kept, const uint8_t *text, size_t size)
{
	static const char *const users[] = {"USER=", "LOGNAME=", "USERNAME=", "SUDO_USER="};
	static const char host[] = "HOSTNAME=";
	const uint8_t *equal = memchr(text, '=', size);
	int r = equal ? kept_add(kept, KEPT_VARIABLES, text, (size_t)(equal - text)) : 0;

	for (size_t i = 0; r == 0 && i < ARRAY_SIZE(users); i++) {
		size_t n = strlen(users[i]);

		if (size > n && memcmp(text, users[i], n) == 0)
			r = kept_add(kept, KEPT_USERS, text + n, size - n);
	}
	if (r == 0 && size >= sizeof(host) && memcmp(text, host, sizeof(host) - 1) == 0)
		r = kept_add(kept, KEPT_HOSTS, text + sizeof(host) - 1, size - sizeof(host) + 1);
	return r;
}

/* ---- what the tape says of itself ---- */

static int take_path(struct kept_lists *kept, const void *text, size_t size)
{
	return size && *(const char *)text != '[' ? kept_add(kept, KEPT_PATHS, text, size) : 0;
}

static int take_header(struct kept_lists *kept, const struct meta_header *h)
{
	int r = h->hostname ? kept_add(kept, KEPT_HOSTS, h->hostname, strlen(h->hostname)) : 0;

	if (r == 0 && h->command.size)
		r = take_command(kept, h->command.data, h->command.size);
	return r == 0 ? take_path(kept, h->cwd.data, h->cwd.size) : r;
}

static int take_process(struct kept_lists *kept, const struct meta_process *p)
{
	int r = p->argv.size ? take_command(kept, p->argv.data, p->argv.size) : 0;

	if (r == 0)
		r = each_string(kept, p->env.data, p->env.size, take_variable);
	if (r == 0)
		r = take_path(kept, p->cwd.data, p->cwd.size);
	if (r == 0)
		r = take_path(kept, p->exe.data, p->exe.size);
	for (size_t i = 0; r == 0 && i < p->fd_count; i++) {
		const struct meta_bytes *target = &p->fds[i].target;

		if (target->size && target->data[0] == '/')
			r = take_path(kept, target->data, target->size);
	}
	return r;
}

static int take_trailer(struct kept_lists *kept, const struct meta_trailer *t)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < t->object_count; i++)
		r = take_path(kept, t->objects[i].path.data, t->objects[i].path.size);
	return r;
}

/* ---- calls ---- */

/* The argument that has a struct sockaddr. */
static const struct {
	const char *name;
	uint8_t argument;
} with_address[] = {{"connect", 1},     {"bind", 1},        {"accept", 1}, {"accept4", 1},
		    {"getsockname", 1}, {"getpeername", 1}, {"sendto", 4}, {"recvfrom", 4}};

static int take_sockaddr(struct kept_lists *kept, const uint8_t *at, size_t size)
{
	char text[INET6_ADDRSTRLEN];
	bool old = size >= 8 && at[0] == FAMILY_INET && !at[1];

	if (!old && (size < 24 || at[0] != FAMILY_INET6 || at[1]))
		return 0;
	if (!inet_ntop(old ? AF_INET : AF_INET6, at + (old ? 4 : 8), text, sizeof(text)))
		return 0;
	return kept_add(kept, KEPT_ADDRESSES, text, strlen(text));
}

static int take_addresses(struct kept_lists *kept, const struct event *e, const char *name)
{
	int r = 0;

	for (size_t i = 0; i < ARRAY_SIZE(with_address); i++) {
		uint64_t address = e->call.args[with_address[i].argument];

		if (strcmp(with_address[i].name, name) != 0)
			continue;
		for (uint8_t when = EVENT_AT_ENTRY; r == 0 && when <= EVENT_AT_EXIT; when++) {
			size_t n = 0;
			const uint8_t *at = event_bytes(e, when, address, &n);

			if (at)
				r = take_sockaddr(kept, at, n);
		}
	}
	return r;
}

/* The pointers are followed as far as the event goes. */
static int take_environment(struct kept_lists *kept, const struct event *e, uint64_t array)
{
	size_t wide = e->call.arch == EVENT_ARCH_I386 ? 4 : 8, n;
	int r = 0;

	for (size_t i = 0; r == 0 && i < VARIABLES_MAX; i++) {
		const uint8_t *at = event_bytes(e, EVENT_AT_ENTRY, array + i * wide, &n);
		uint64_t address = 0;

		if (!at || n < wide)
			break;
		for (size_t k = wide; k-- > 0;)
			address = address << 8 | at[k];
		at = address ? event_bytes(e, EVENT_AT_ENTRY, address, &n) : NULL;
		if (!at)
			break;
		r = take_variable(kept, at, strnlen((const char *)at, n));
	}
	return r;
}

static int take_call(struct kept_lists *kept, const struct event *e)
{
	const struct sys_desc *d = sys_find(e->call.arch, e->call.nr);
	cleanup_done(buf_done) struct buf path = {0};
	int r;

	if (!d || e->kind == EVENT_DATA)
		return 0;
	r = take_addresses(kept, e, d->name);
	if (r == 0 && strcmp(d->name, "execve") == 0)
		r = take_environment(kept, e, e->call.args[2]);
	if (r == 0 && e->kind != EVENT_END && print_call_path(e, &path))
		r = take_path(kept, path.data, path.size);
	return r == 0 ? buf_error(&path) : r;
}

static int take_event(struct kept_lists *kept, const struct event *e)
{
	int r;

	if (event_is_call(e))
		return take_call(kept, e);
	if (e->kind != EVENT_EXEC)
		return 0;
	r = take_path(kept, e->exec.path, strlen(e->exec.path));
	return r == 0 && e->exec.argv_size ? take_command(kept, e->exec.argv, e->exec.argv_size)
					   : r;
}

int inventory_take(struct kept_lists *kept, const struct trace_item *item)
{
	int r = 0;

	switch (item->kind) {
	case ITEM_HEADER:
		return take_header(kept, item->header);
	case ITEM_SNAPSHOT:
		for (size_t i = 0; r == 0 && i < item->snapshot->process_count; i++)
			r = take_process(kept, &item->snapshot->processes[i]);
		return r;
	case ITEM_EVENT:
		return take_event(kept, item->event);
	case ITEM_TRAILER:
		return take_trailer(kept, item->trailer);
	case ITEM_DAMAGE:
		break;
	}
	return 0;
}
