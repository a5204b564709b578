/* SPDX-License-Identifier: Apache-2.0 */
/* Calls that change directories and names, and those that tell what is behind a name. */
#include "state_priv.h"

#include <errno.h>
#include <string.h>

enum {
	TYPE_MASK = 0170000,
	TYPE_PIPE = 0010000,
	TYPE_CHARACTER = 0020000,
	TYPE_BLOCK = 0060000,
	TYPE_SOCKET = 0140000,
	RENAME_EXCHANGED = 2,
};

/* ---- directories ---- */

static int apply_chdir(struct state *s, struct task *t, struct effect *f)
{
	return directory_set(s, &t->fs->cwd, f->path.data, f->path.size);
}

static int apply_chroot(struct state *s, struct task *t, struct effect *f)
{
	return directory_set(s, &t->fs->root, f->path.data, f->path.size > 1 ? f->path.size : 0);
}

static int begin_chdir(struct call *c)
{
	c->effect.apply = apply_chdir;
	return call_path(c, STATE_FDCWD, 0, PATH_FOLLOW, &c->effect.path, NULL);
}

static int begin_fchdir(struct call *c)
{
	const struct file *file = call_file(c, (int32_t)c->args[0]);

	c->effect.apply = apply_chdir;
	if (file && file->is.kind == STATE_NAMED)
		buf_append(&c->effect.path, file->is.text, file->is.size);
	return buf_error(&c->effect.path);
}

static int begin_chroot(struct call *c)
{
	c->effect.apply = apply_chroot;
	return call_path(c, STATE_FDCWD, 0, PATH_FOLLOW, &c->effect.path, NULL);
}

/* The kernel says where it is: what was guessed may have been wrong. */
static int begin_getcwd(struct call *c)
{
	size_t size;
	const uint8_t *at = call_bytes(c->e, EVENT_AT_EXIT, c->args[0], &size);

	if (!at || at[0] != '/')
		return 0;
	size = strnlen((const char *)at, size);
	buf_append(&c->effect.path, c->task->fs->root.data, c->task->fs->root.size);
	if (size > 1 || !c->effect.path.size)
		buf_append(&c->effect.path, at, size);
	c->effect.apply = apply_chdir;
	return buf_error(&c->effect.path);
}

/* ---- names ---- */

static int apply_unlink(struct state *s, struct task *t, struct effect *f)
{
	(void)t;
	if (f->path.size) {
		files_unlinked(s, &f->path);
		link_forget(s, &f->path);
	}
	return 0;
}

static int unlink_at(struct call *c, int32_t dirfd, size_t path)
{
	c->effect.apply = apply_unlink;
	return call_path(c, dirfd, path, PATH_NOFOLLOW, &c->effect.path, NULL);
}

static int begin_unlink(struct call *c)
{
	return unlink_at(c, STATE_FDCWD, 0);
}

static int begin_unlinkat(struct call *c)
{
	return unlink_at(c, (int32_t)c->args[0], 1);
}

static int rename_all(struct state *s, const struct buf *from, const struct buf *to)
{
	if (!from->size || !to->size)
		return 0;
	files_renamed(s, from, to);
	return tasks_renamed(s, from, to);
}

static int apply_rename(struct state *s, struct task *t, struct effect *f)
{
	static const struct buf aside = {.data = (char *)(uintptr_t) "//", .size = 2};

	int r;

	(void)t;
	link_forget(s, &f->path);
	link_forget(s, &f->other);
	if (!(f->flags & RENAME_EXCHANGED)) {
		files_unlinked(s, &f->other);
		return rename_all(s, &f->path, &f->other);
	}
	r = rename_all(s, &f->other, &aside);
	if (r == 0)
		r = rename_all(s, &f->path, &f->other);
	return r < 0 ? r : rename_all(s, &aside, &f->path);
}

static int rename_at(struct call *c, int32_t from, size_t from_path, int32_t to, size_t to_path)
{
	int r = call_path(c, from, from_path, PATH_NOFOLLOW, &c->effect.path, NULL);

	if (r == 0)
		r = call_path(c, to, to_path, PATH_NOFOLLOW, &c->effect.other, NULL);
	/* A name for itself is nothing new. */
	if (c->effect.path.size != c->effect.other.size ||
	    (c->effect.path.size &&
	     memcmp(c->effect.path.data, c->effect.other.data, c->effect.path.size) != 0))
		c->effect.apply = apply_rename;
	return r;
}

static int begin_rename(struct call *c)
{
	return rename_at(c, STATE_FDCWD, 0, STATE_FDCWD, 1);
}

static int begin_renameat(struct call *c)
{
	if (c->kind->cloexec_flag)
		c->effect.flags = (uint32_t)c->args[4];
	return rename_at(c, (int32_t)c->args[0], 1, (int32_t)c->args[2], 3);
}

/* ---- symbolic links ---- */

static int learn(struct call *c, int32_t dirfd, size_t path_at, const uint8_t *target, size_t size)
{
	struct buf path = {0};
	int r = target ? call_path(c, dirfd, path_at, PATH_NOFOLLOW, &path, NULL) : 0;

	if (r == 0 && target)
		r = link_learn(c->s, &path, target, size);
	buf_done(&path);
	return r;
}

static int read_link(struct call *c, int32_t dirfd, size_t path)
{
	size_t size, full = (size_t)c->e->call.ret;
	const uint8_t *target = call_bytes(c->e, EVENT_AT_EXIT, c->args[path + 1], &size);

	/* One that was cut is another. */
	if (full >= (uint32_t)c->args[path + 2] || size < full)
		return 0;
	return learn(c, dirfd, path, target, full);
}

static int begin_readlink(struct call *c)
{
	return read_link(c, STATE_FDCWD, 0);
}

static int begin_readlinkat(struct call *c)
{
	return read_link(c, (int32_t)c->args[0], 1);
}

static int make_link(struct call *c, int32_t dirfd, size_t path)
{
	size_t size;
	const uint8_t *target = call_bytes(c->e, EVENT_AT_ENTRY, c->args[0], &size);

	return learn(c, dirfd, path, target, target ? strnlen((const char *)target, size) : 0);
}

static int begin_symlink(struct call *c)
{
	return make_link(c, STATE_FDCWD, 1);
}

static int begin_symlinkat(struct call *c)
{
	return make_link(c, (int32_t)c->args[1], 2);
}

/* ---- what a descriptor is ---- */

struct member {
	size_t at, width;
};

struct layout {
	struct member mode, inode, major, minor; /* minor of width 0: both in one number */
};

static bool member(const struct call *c, uint64_t at, const struct member *m, uint64_t *ret)
{
	return !m->width || call_number(c->e, EVENT_AT_EXIT, at + m->at, m->width, ret);
}

static void note(struct file *file, const struct call *c, uint64_t at, const struct layout *l)
{
	const bool apart = l->minor.width;
	uint64_t mode, inode, major, minor = 0;
	/* Descriptions are never const: what others see of them is. */
	struct state_file *peer = (struct state_file *)(uintptr_t)file->is.peer;

	if (!member(c, at, &l->mode, &mode) || !member(c, at, &l->inode, &inode) ||
	    !member(c, at, &l->major, &major) || !member(c, at, &l->minor, &minor))
		return;
	mode &= TYPE_MASK;
	if (mode == TYPE_SOCKET || mode == TYPE_PIPE)
		file->is.inode = inode;
	if (mode == TYPE_PIPE && file->is.kind == STATE_PIPE && peer)
		peer->inode = inode;
	if (mode != TYPE_CHARACTER && mode != TYPE_BLOCK)
		return;
	file->is.device = mode == TYPE_BLOCK ? 'b' : 'c';
	file->is.major = (uint32_t)(apart ? major : (major >> 8 & 0xfff));
	file->is.minor = (uint32_t)(apart ? minor : (major & 0xff) | (major >> 12 & 0xffffff00));
}

/* The kernel's struct stat, as callers of 8 and of 4 bytes have it, stat64 and statx. */
static const struct layout wide_stat = {.mode = {24, 4}, .inode = {8, 8}, .major = {40, 8}},
			   narrow_stat = {.mode = {8, 2}, .inode = {4, 4}, .major = {16, 4}},
			   stat64 = {.mode = {16, 4}, .inode = {88, 8}, .major = {32, 8}},
			   statx = {.mode = {28, 2},
				    .inode = {32, 8},
				    .major = {128, 4},
				    .minor = {132, 4}};

static int begin_fstat(struct call *c)
{
	struct file *file = call_file(c, (int32_t)c->args[0]);

	if (file)
		note(file, c, c->args[1], c->wide == 8 ? &wide_stat : &narrow_stat);
	return 0;
}

static int begin_fstat64(struct call *c)
{
	struct file *file = call_file(c, (int32_t)c->args[0]);

	if (file)
		note(file, c, c->args[1], &stat64);
	return 0;
}

/* With an empty path it is about the descriptor. */
static bool is_empty_path(const struct call *c, uint64_t flags)
{
	uint64_t first;

	return (flags & AT_EMPTY) && call_number(c->e, EVENT_AT_ENTRY, c->args[1], 1, &first) &&
	       !first;
}

static int begin_newfstatat(struct call *c)
{
	struct file *file = call_file(c, (int32_t)c->args[0]);

	if (file && is_empty_path(c, c->args[3]))
		note(file, c, c->args[2], c->wide == 8 ? &wide_stat : &stat64);
	return 0;
}

static int begin_statx(struct call *c)
{
	struct file *file = call_file(c, (int32_t)c->args[0]);

	if (file && is_empty_path(c, c->args[2]))
		note(file, c, c->args[4], &statx);
	return 0;
}

const struct call_kind calls_path[] = {
	{SYS_BEARS(chdir), begin_chdir},
	{SYS_BEARS(fchdir), begin_fchdir},
	{SYS_BEARS(chroot), begin_chroot},
	{SYS_BEARS(getcwd), begin_getcwd},
	{SYS_BEARS(unlink), begin_unlink},
	{SYS_BEARS(rmdir), begin_unlink},
	{SYS_BEARS(unlinkat), begin_unlinkat},
	{SYS_BEARS(rename), begin_rename},
	{SYS_BEARS(renameat), begin_renameat},
	{SYS_BEARS(renameat2), begin_renameat, .cloexec_flag = 1},
	{SYS_BEARS(readlink), begin_readlink},
	{SYS_BEARS(readlinkat), begin_readlinkat},
	{SYS_BEARS(symlink), begin_symlink},
	{SYS_BEARS(symlinkat), begin_symlinkat},
	{SYS_BEARS(fstat), begin_fstat},
	{SYS_BEARS(fstat64), begin_fstat64},
	{SYS_BEARS(newfstatat), begin_newfstatat, .empty_at = 3},
	{SYS_BEARS(fstatat64), begin_newfstatat, .empty_at = 3},
	{SYS_BEARS(statx), begin_statx, .empty_at = 2},
	{0},
};
