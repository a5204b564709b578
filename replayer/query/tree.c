/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A build starts hundreds of processes that differ in nothing but a file's name.
 * Folding gives every process a shape, made of its program's name, its end and the
 * shapes of its children; brothers of one shape are told once.
 */
#include "tree.h"

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/hash.h"
#include "replayer/export/json.h"
#include "replayer/print/escape.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { DEPTH_MAX = 60, COMMAND_SHOWN = 100, NS_PER_MS = 1000000 };

/* ---- shapes ---- */

static uint64_t shape_of(const struct process *p, uint64_t children)
{
	uint64_t h = hash_add(HASH_START, &children, sizeof(children));

	h = hash_add(hash_add(h, &p->status, sizeof(p->status)), &p->over, sizeof(p->over));
	if (p->command) {
		size_t n = strnlen(p->command, p->command_size);
		const char *slash = memrchr(p->command, '/', n);
		const char *name = slash ? slash + 1 : p->command;

		h = hash_add(h, name, n - (size_t)(name - p->command));
	}
	return h;
}

/* Children stand behind their parents in the list. Of a parent only the set of its
 * children's shapes counts, one bit of 64 for each: how many of each does not. */
static uint64_t *shapes(const struct processes *p)
{
	uint64_t *shape = calloc(p->count + 1, sizeof(*shape));

	for (size_t i = p->count; shape && i-- > 0;) {
		const struct process *one = &p->list[i];

		shape[i] = shape_of(one, shape[i]);
		if (one->parent)
			shape[one->parent - 1] |= UINT64_C(1) << (shape[i] >> 20 & 63);
	}
	return shape;
}

/* ---- lines ---- */

struct teller {
	const struct processes *all;
	const struct tree_style *style;
	const uint64_t *shape; /* NULL: nothing is folded */
	uint8_t *told;         /* by index: part of a fold */
	struct buf *out;
	size_t lines, left_out;
	bool youngest[DEPTH_MAX + 1]; /* by depth: no brother follows */
};

static void say_branch(const struct teller *t, unsigned depth)
{
	for (unsigned i = 1; i < depth; i++)
		buf_str(t->out, t->youngest[i] ? "   " : "│  ");
	if (depth)
		buf_str(t->out, t->youngest[depth] ? "└─ " : "├─ ");
}

static void say_line(struct teller *t, const struct process *p, unsigned depth, size_t alike)
{
	bool bad = process_ended_badly(p);

	say_branch(t, depth);
	if (alike > 1)
		buf_printf(t->out, "%zu × ", alike);
	else
		buf_printf(t->out, "%u ", p->pid);
	process_command(t->all, p, COMMAND_SHOWN, t->out);
	if (p->threads > 1)
		buf_printf(t->out, "  [%u threads]", p->threads);
	if (p->over && alike == 1) {
		uint64_t ms = (p->ended - p->began) / NS_PER_MS;

		buf_printf(t->out, "  %" PRIu64 ".%03" PRIu64 " s", ms / 1000, ms % 1000);
	}
	if (bad || !p->over) {
		buf_str(t->out, t->style->colour && bad ? "  \033[31m" : "  ");
		process_end(p, t->out);
		buf_str(t->out, t->style->colour && bad ? "\033[0m" : "");
	}
	buf_char(t->out, '\n');
}

/* How many of the brothers from @index on are of its shape; they are told with it. */
static size_t fold(struct teller *t, uint32_t index)
{
	size_t alike = 0;

	if (!t->shape)
		return 1;
	for (uint32_t at = index; at; at = t->all->list[at - 1].next_sibling) {
		if (t->told[at - 1] || t->shape[at - 1] != t->shape[index - 1])
			continue;
		t->told[at - 1] = true;
		alike++;
	}
	return alike;
}

static uint32_t next_untold(const struct teller *t, uint32_t index)
{
	do {
		index = t->all->list[index - 1].next_sibling;
	} while (index && t->told[index - 1]);
	return index;
}

static size_t count_subtree(const struct teller *t, uint32_t index, unsigned depth)
{
	size_t n = 1;

	if (depth > DEPTH_MAX)
		return n;
	for (uint32_t c = t->all->list[index - 1].first_child; c;
	     c = t->all->list[c - 1].next_sibling)
		n += count_subtree(t, c, depth + 1);
	return n;
}

static void say_subtree(struct teller *t, uint32_t index, unsigned depth)
{
	while (index) {
		const struct process *p = &t->all->list[index - 1];
		size_t alike = fold(t, index);
		uint32_t next = depth ? next_untold(t, index) : 0;

		if (t->style->limit && t->lines >= t->style->limit) {
			t->left_out += alike > 1 ? alike : count_subtree(t, index, depth);
			index = next;
			continue;
		}
		t->lines++;
		t->youngest[depth] = !next;
		say_line(t, p, depth, alike);
		if (p->first_child && depth < DEPTH_MAX)
			say_subtree(t, p->first_child, depth + 1);
		else if (p->first_child)
			t->left_out += count_subtree(t, index, 0) - 1;
		index = next;
	}
}

int tree_say(const struct processes *p, const struct tree_style *style, struct buf *ret)
{
	cleanup_free uint64_t *shape = style->fold ? shapes(p) : NULL;
	cleanup_free uint8_t *told = calloc(p->count + 1, 1);
	struct teller t = {.all = p, .style = style, .shape = shape, .told = told, .out = ret};

	if (!told || (style->fold && !shape))
		return -ENOMEM;
	for (uint32_t i = 1; i <= p->count; i++) {
		if (!p->list[i - 1].parent)
			say_subtree(&t, i, 0);
	}
	if (t.left_out || p->dropped)
		buf_printf(ret, "… and %" PRIu64 " more\n", (uint64_t)t.left_out + p->dropped);
	return buf_error(ret);
}

/* ---- JSON ---- */

static void json_process(const struct processes *all, const struct process *p, struct buf *ret)
{
	buf_printf(ret, "{\"pid\":%u", p->pid);
	if (p->parent)
		json_number(ret, "parent", all->list[p->parent - 1].pid);
	else
		json_null(ret, "parent");
	if (p->command)
		json_strings(ret, "command", (const uint8_t *)p->command, p->command_size);
	else
		json_null(ret, "command");
	buf_printf(ret, ",\"begin\":%" PRIu64 ",\"end\":", p->began);
	if (p->over)
		buf_u64(ret, p->ended);
	else
		buf_str(ret, "null");
	buf_printf(ret, ",\"threads\":%u,\"execs\":%u,\"calls\":%" PRIu64 ",\"failed\":%" PRIu64,
		   p->threads, p->execs, p->calls, p->failed);
	if (p->over && !(p->status & 0x7f))
		buf_printf(ret, ",\"status\":%u,\"signal\":null}", p->status >> 8 & 0xff);
	else if (!p->over)
		buf_str(ret, ",\"status\":null,\"signal\":null}");
	else
		buf_printf(ret, ",\"status\":null,\"signal\":%u,\"core\":%s}", p->status & 0x7f,
			   p->status & 0x80 ? "true" : "false");
}

int tree_json(const struct processes *p, struct buf *ret)
{
	buf_char(ret, '[');
	for (size_t i = 0; i < p->count; i++) {
		buf_str(ret, i ? ",\n" : "\n");
		json_process(p, &p->list[i], ret);
	}
	buf_str(ret, "\n]");
	return buf_error(ret);
}
