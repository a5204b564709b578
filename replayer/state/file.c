/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Open file descriptions: counted, because descriptors that were duplicated, inherited or
 * passed on share one. All are in one list, for what happens to names.
 */
#include "state_priv.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const char deleted[] = " (deleted)";
enum {
	DELETED_LENGTH = sizeof(deleted) - 1,
	PATH_ONLY = 010000000,
	PATH_KEEPS = 010600000, /* with O_DIRECTORY and O_NOFOLLOW */
	NOT_KEPT = 02101700,    /* O_CREAT, O_EXCL, O_NOCTTY, O_TRUNC, O_LARGEFILE, O_CLOEXEC */
};

static void forget_text(struct state *s, struct file *f)
{
	s->text_bytes -= f->is.size;
	free((void *)(uintptr_t)f->is.text);
	f->is.text = NULL;
	f->is.size = 0;
}

void file_set_text(struct state *s, struct file *f, const void *text, size_t size)
{
	bool wanted =
		text && size && size <= STATE_PATH_MAX && s->text_bytes + size <= STATE_TEXT_MAX;
	char *copy = NULL;

	if (wanted)
		copy = malloc(size);
	if (copy)
		memcpy(copy, text, size);
	else if (wanted)
		s->out_of_memory = true;
	forget_text(s, f);
	f->is.text = copy;
	f->is.size = copy ? size : 0;
	s->text_bytes += f->is.size;
}

struct file *file_new(struct state *s, uint8_t kind, const void *text, size_t size)
{
	struct file *f;

	if (s->file_count >= STATE_FILES_MAX)
		return NULL;
	f = calloc(1, sizeof(*f));
	if (!f) {
		s->out_of_memory = true;
		return NULL;
	}
	f->refs = 1;
	f->is.id = ++s->last_file;
	f->is.kind = kind;
	file_set_text(s, f, text, size);
	f->next = s->files;
	if (s->files)
		s->files->prev = f;
	s->files = f;
	s->file_count++;
	if (s->parts & STATE_CONTENTS && map_put(&s->file_ids, f->is.id, f) < 0)
		s->out_of_memory = true;
	return f;
}

struct file *file_ref(struct file *f)
{
	if (f)
		f->refs++;
	return f;
}

static void part(struct file *f)
{
	/* Descriptions are never const: what others see of them is. */
	struct file *peer = (struct file *)(uintptr_t)f->is.peer;

	if (peer)
		peer->is.peer = NULL;
	f->is.peer = NULL;
}

struct file *file_unref(struct state *s, struct file *f)
{
	if (!f || --f->refs)
		return NULL;
	part(f);
	socket_forget(s, f);
	if (f->prev)
		f->prev->next = f->next;
	else
		s->files = f->next;
	if (f->next)
		f->next->prev = f->prev;
	s->file_count--;
	map_remove(&s->file_ids, f->is.id);
	watches_free(s, f);
	forget_text(s, f);
	free((void *)(uintptr_t)f->is.timer);
	free((void *)(uintptr_t)f->is.socket);
	free(f);
	return NULL;
}

struct file *file_again(struct state *s, const struct file *f)
{
	struct file *again = file_new(s, f->is.kind, f->is.text, f->is.size);

	if (!again)
		return NULL;
	again->is.deleted = f->is.deleted;
	again->is.device = f->is.device;
	again->is.major = f->is.major;
	again->is.minor = f->is.minor;
	again->is.inode = f->is.inode;
	again->is.pid = f->is.pid;
	return again;
}

/* The number in socket:[123]; 0 in socket:[?], as a snapshot of a replayed state has it. */
static bool bracketed(const char *text, size_t size, const char *name, uint64_t *ret)
{
	size_t n = strlen(name);

	if (size <= n || memcmp(text, name, n) != 0)
		return false;
	*ret = 0;
	n += text[n] == '?';
	for (; n < size && text[n] >= '0' && text[n] <= '9'; n++)
		*ret = *ret * 10 + (uint64_t)(text[n] - '0');
	return n + 1 == size && text[n] == ']';
}

void file_set_link(struct state *s, struct file *f, const void *text, size_t size)
{
	bool gone = size > DELETED_LENGTH && memcmp((const char *)text + size - DELETED_LENGTH,
						    deleted, DELETED_LENGTH) == 0;
	uint64_t inode = 0;

	if (bracketed(text, size, "pipe:[", &inode)) {
		f->is.kind = STATE_PIPE;
		f->is.inode = inode;
	} else if (bracketed(text, size, "socket:[", &inode)) {
		f->is.kind = STATE_SOCKET;
		f->is.inode = inode;
	} else if (f->is.kind == STATE_NAMED) {
		f->is.deleted = gone;
	}
	file_set_text(s, f, f->is.kind == STATE_NAMED ? text : NULL,
		      size - (gone ? DELETED_LENGTH : 0));
}

struct file *file_from_link(struct state *s, const void *text, size_t size)
{
	struct file *f = file_new(s, STATE_NAMED, NULL, 0);

	if (f)
		file_set_link(s, f, text, size);
	return f;
}

struct state_socket *file_socket(struct file *f)
{
	return f ? (struct state_socket *)(uintptr_t)f->is.socket : NULL;
}

int file_add_socket(struct file *f, uint32_t family, uint32_t type, uint32_t protocol)
{
	struct state_socket *socket = file_socket(f);

	if (!socket)
		socket = calloc(1, sizeof(*socket));
	if (!socket)
		return -ENOMEM;
	socket->family = family;
	socket->type = type;
	socket->protocol = protocol;
	f->is.socket = socket;
	return 0;
}

void file_pair(struct file *a, struct file *b)
{
	if (!a || !b || a == b)
		return;
	part(a);
	part(b);
	a->is.peer = &b->is;
	b->is.peer = &a->is;
	if (a->is.socket && b->is.socket)
		file_socket(a)->paired = file_socket(b)->paired = true;
}

/* ---- what it was opened for, and where it is ---- */

void file_set_flags(struct file *f, uint64_t flags)
{
	if (!f)
		return;
	f->is.flags =
		(uint32_t)(flags & PATH_ONLY ? flags & PATH_KEEPS : flags & ~(uint64_t)NOT_KEPT);
	f->is.flags_known = true;
}

/* Those of /dev have none, but for what is a file there. */
static bool has_position(const struct file *f)
{
	static const char *const files[] = {"/dev/shm", "/dev/hugepages", "/dev/mqueue"};
	const char *text = f->is.text;

	if (f->is.kind != STATE_NAMED || !text || text[0] != '/' || f->is.device == 'c')
		return false;
	if (!path_is_below(text, f->is.size, "/dev", 4) || f->is.size == 4 || f->is.device)
		return true;
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		if (path_is_below(text, f->is.size, files[i], strlen(files[i])))
			return true;
	}
	return false;
}

void file_set_position(const struct state *s, struct file *f, uint64_t position)
{
	if (!f || !(state_parts(s) & STATE_POSITIONS) || !has_position(f))
		return;
	f->is.position = position;
	f->is.position_known = true;
}

static bool may_be_same(const struct file *a, const struct file *b)
{
	return a->doubtful && b->doubtful && a->is.size == b->is.size && a->is.text && b->is.text &&
	       memcmp(a->is.text, b->is.text, a->is.size) == 0;
}

/* One of a snapshot moves: where it is, and where all are that may be the same, is not known
 * from then on. */
static void lose_doubtful(struct state *s, struct file *moved)
{
	size_t count = 0;

	if (!moved->doubtful || moved->lost)
		return;
	for (struct file *f = s->files; f; f = f->next) {
		if (!may_be_same(f, moved))
			continue;
		f->lost = true;
		count++;
	}
	moved->doubtful = moved->lost = count > 1;
	for (struct file *f = s->files; f && count > 1; f = f->next)
		f->is.position_known &= !f->lost;
}

void file_move(struct state *s, struct file *f, uint64_t by)
{
	if (!f || !by)
		return;
	f->is.position += by;
	lose_doubtful(s, f);
}

void file_seek(struct state *s, struct file *f, uint64_t position)
{
	if (!f->is.position_known || f->is.position != position)
		lose_doubtful(s, f);
	if (!f->lost)
		file_set_position(s, f, position);
}

void file_lose(struct state *s, struct file *f)
{
	f->is.position_known = false;
	lose_doubtful(s, f);
}

/* ---- names that change ---- */

void files_unlinked(struct state *s, const struct buf *path)
{
	for (struct file *f = s->files; f; f = f->next) {
		if (f->is.kind == STATE_NAMED && path->size && f->is.size == path->size &&
		    !f->is.deleted && memcmp(f->is.text, path->data, path->size) == 0)
			f->is.deleted = true;
	}
}

void files_renamed(struct state *s, const struct buf *from, const struct buf *to)
{
	for (struct file *f = s->files; f; f = f->next) {
		struct buf text = {0};

		if (f->is.kind != STATE_NAMED || f->is.deleted ||
		    !path_is_below(f->is.text, f->is.size, from->data, from->size))
			continue;
		buf_append(&text, to->data, to->size);
		buf_append(&text, f->is.text + from->size, f->is.size - from->size);
		s->out_of_memory |= buf_error(&text) < 0;
		file_set_text(s, f, text.data, text.size);
		buf_done(&text);
	}
}
