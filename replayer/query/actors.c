/* SPDX-License-Identifier: Apache-2.0 */
#include "actors.h"

#include "base/buf.h"
#include "replayer/export/json.h"
#include "replayer/print/escape.h"

#include <string.h>

enum { COMMAND_MAX = 200 };

uint32_t actor_of(struct processes *all, const struct event *e)
{
	const struct process *p = processes_find(all, e->pid);

	return p ? (uint32_t)(p - all->list) + 1 : 0;
}

void actors_add(struct actors *a, uint32_t process)
{
	if (!process)
		return;
	for (size_t i = a->count; i-- > 0;) {
		if (a->process[i] == process)
			return;
	}
	if (a->count == ACTORS_KEPT)
		a->others = true;
	else
		a->process[a->count++] = process;
}

void actors_merge(struct actors *to, const struct actors *from)
{
	for (size_t i = 0; i < from->count; i++)
		actors_add(to, from->process[i]);
	to->others |= from->others;
}

void actor_name(const struct processes *all, uint32_t process, struct buf *ret)
{
	const struct process *p = &all->list[process - 1];
	const char *slash;
	size_t size;

	while (!p->command && p->parent)
		p = &all->list[p->parent - 1];
	if (!p->command) {
		buf_char(ret, '?');
		return;
	}
	size = strnlen(p->command, p->command_size);
	slash = memrchr(p->command, '/', size);
	if (slash && slash + 1 < p->command + size)
		escape_text(ret, slash + 1, size - (size_t)(slash + 1 - p->command));
	else
		escape_text(ret, p->command, size);
}

void actors_say(const struct actors *a, const struct processes *all, struct buf *ret)
{
	for (size_t i = 0; i < a->count && i < ACTORS_SAID; i++) {
		if (i)
			buf_str(ret, ", ");
		actor_name(all, a->process[i], ret);
		buf_printf(ret, " %u", all->list[a->process[i] - 1].pid);
	}
	if (a->count > ACTORS_SAID)
		buf_printf(ret, " +%d%s more", a->count - ACTORS_SAID, a->others ? " or" : "");
}

void actors_json(const struct actors *a, const struct processes *all, struct buf *ret)
{
	buf_str(ret, ",\"by\":[");
	for (size_t i = 0; i < a->count; i++) {
		struct buf command = {0};

		process_command(all, &all->list[a->process[i] - 1], COMMAND_MAX, &command);
		buf_inherit(ret, &command);
		buf_printf(ret, "%s{\"pid\":%u", i ? "," : "", all->list[a->process[i] - 1].pid);
		json_text(ret, "command", buf_text(&command));
		buf_char(ret, '}');
		buf_done(&command);
	}
	buf_printf(ret, "],\"others\":%s", a->others ? "true" : "false");
}
