/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Calls that move the position of a description. Each moves it when it comes back: of two
 * threads that read at a time, the kernel lets one wait for the other.
 */
#include "state_priv.h"

#include "base/load.h"

#include <string.h>

enum {
	APPEND = 02000,
	PATH_ONLY = 010000000,
	AT_POSITION = -1, /* preadv2(2): where the description is */
};

static int apply_move(struct state *s, struct task *t, struct effect *f)
{
	(void)t;
	file_move(s, f->file, f->numbers[0]);
	file_move(s, f->to, f->numbers[1]);
	return 0;
}

/* What is written goes behind the end, which is not known. */
static int apply_write(struct state *s, struct task *t, struct effect *f)
{
	struct file *to = f->file ? f->file : f->to;

	if (f->numbers[1] && (!to->is.flags_known || to->is.flags & APPEND))
		to->is.position_known = false;
	return apply_move(s, t, f);
}

static int read_from(struct call *c)
{
	c->effect.numbers[0] = (uint64_t)c->e->call.ret;
	if (c->e->call.ret > 0)
		call_is_about(c, (int32_t)c->args[0], apply_move);
	return 0;
}

static int begin_read(struct call *c)
{
	return read_from(c);
}

static bool is_of_proc(const struct file *f)
{
	return path_is_below(f->is.text, f->is.size, "/proc", 5);
}

static void write_to(struct call *c, int32_t fd, uint64_t size)
{
	struct file *f = call_file(c, fd);

	/* Files of /proc take what is written as a whole, wherever they are. */
	if (!f || !size || is_of_proc(f))
		return;
	c->effect.to = file_ref(f);
	c->effect.numbers[1] = size;
	c->effect.apply = apply_write;
}

static int begin_write(struct call *c)
{
	write_to(c, (int32_t)c->args[0], (uint64_t)c->e->call.ret);
	return 0;
}

static bool at_position(const struct call *c)
{
	return (int64_t)c->args[3] == AT_POSITION ||
	       (c->wide == 4 && (uint32_t)c->args[3] == UINT32_MAX &&
		(uint32_t)c->args[4] == UINT32_MAX);
}

static int begin_preadv2(struct call *c)
{
	return at_position(c) ? read_from(c) : 0;
}

static int begin_pwritev2(struct call *c)
{
	return at_position(c) ? begin_write(c) : 0;
}

/* ---- from one to another ---- */

static void from_to(struct call *c, int32_t from, uint64_t from_at, int32_t to, uint64_t to_at)
{
	uint64_t size = c->e->call.ret > 0 ? (uint64_t)c->e->call.ret : 0;

	if (!to_at)
		write_to(c, to, size);
	if (from_at || !size)
		return;
	c->effect.file = file_ref(call_file(c, from));
	c->effect.numbers[0] = size;
	c->effect.apply = c->effect.to ? apply_write : c->effect.file ? apply_move : NULL;
}

static int begin_sendfile(struct call *c)
{
	from_to(c, (int32_t)c->args[1], c->args[2], (int32_t)c->args[0], 0);
	return 0;
}

static int begin_splice(struct call *c)
{
	from_to(c, (int32_t)c->args[0], c->args[1], (int32_t)c->args[2], c->args[3]);
	return 0;
}

/* ---- to a place ---- */

static int apply_seek(struct state *s, struct task *t, struct effect *f)
{
	(void)t;
	file_seek(s, f->file, f->numbers[0]);
	return 0;
}

static int begin_lseek(struct call *c)
{
	c->effect.numbers[0] = (uint64_t)c->e->call.ret;
	call_is_about(c, (int32_t)c->args[0], apply_seek);
	return 0;
}

static int begin_llseek(struct call *c)
{
	if (call_number(c->e, EVENT_AT_EXIT, c->args[3], 8, &c->effect.numbers[0]))
		call_is_about(c, (int32_t)c->args[0], apply_seek);
	return 0;
}

/* The place behind an entry is in it: of the last one it is where the directory is. */
static bool behind_last(const struct call *c, size_t offset_at, size_t width, size_t length_at,
			uint64_t *ret)
{
	uint64_t size = (uint64_t)c->e->call.ret, at = 0;
	size_t have;
	const uint8_t *bytes = call_bytes(c->e, EVENT_AT_EXIT, c->args[1], &have);

	if (!bytes || have < size)
		return false;
	while (at + length_at + 2 <= size) {
		uint64_t length = load(bytes, (size_t)size, (size_t)at + length_at, 2);

		if (length <= length_at)
			return false;
		*ret = load(bytes, (size_t)size, (size_t)at + offset_at, width);
		at += length;
	}
	return at == size;
}

static int apply_lose(struct state *s, struct task *t, struct effect *f)
{
	(void)t;
	file_lose(s, f->file);
	return 0;
}

static int entries(struct call *c, size_t offset_at, size_t width, size_t length_at)
{
	bool known;

	/* At the end it may stay where it is, or not: file systems differ. */
	if (!c->e->call.ret)
		return 0;
	known = behind_last(c, offset_at, width, length_at, &c->effect.numbers[0]);
	call_is_about(c, (int32_t)c->args[0], known ? apply_seek : apply_lose);
	return 0;
}

static int begin_getdents64(struct call *c)
{
	return entries(c, 8, 8, 16);
}

static int begin_getdents(struct call *c)
{
	return entries(c, c->wide, c->wide, 2 * c->wide);
}

const struct call_kind calls_position[] = {
	{"read", begin_read, .part = STATE_POSITIONS},
	{"readv", begin_read, .part = STATE_POSITIONS},
	{"preadv2", begin_preadv2, .part = STATE_POSITIONS},
	{"write", begin_write, .part = STATE_POSITIONS},
	{"writev", begin_write, .part = STATE_POSITIONS},
	{"pwritev2", begin_pwritev2, .part = STATE_POSITIONS},
	{"sendfile", begin_sendfile, .part = STATE_POSITIONS},
	{"sendfile64", begin_sendfile, .part = STATE_POSITIONS},
	{"splice", begin_splice, .part = STATE_POSITIONS},
	{"copy_file_range", begin_splice, .part = STATE_POSITIONS},
	{"lseek", begin_lseek, .part = STATE_POSITIONS},
	{"_llseek", begin_llseek, .part = STATE_POSITIONS},
	{"getdents", begin_getdents, .part = STATE_POSITIONS},
	{"getdents64", begin_getdents64, .part = STATE_POSITIONS},
	{0},
};
