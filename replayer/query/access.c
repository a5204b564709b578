/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What each call does with a path is a row of a table; which of its arguments are paths, and
 * which descriptor a relative one goes from, its description says.
 */
#include "access.h"

#include "base/buf.h"
#include "base/load.h"
#include "sys/rows.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
	OPEN_CREATE = 0100,
	OPEN_EXCLUSIVE = 0200,
	OPEN_TRUNCATE = 01000,
	OPEN_WRITE = 01,
	OPEN_NOFOLLOW = 0400000,
	AT_NOFOLLOW = 0x100, /* AT_SYMLINK_NOFOLLOW */
	AT_FOLLOW = 0x400,   /* AT_SYMLINK_FOLLOW */
	AT_EMPTY = 0x1000,   /* AT_EMPTY_PATH */
	MAP_KIND = 3,        /* MAP_SHARED, MAP_SHARED_VALIDATE */
	MAP_ANONYMOUS_BIT = 0x20,
	PATHS_MAX = 2,
};

/* Where the flags are: in the argument of that number, or */
enum {
	NO_ARGUMENT = 7, /* nowhere */
	AS_CREAT,        /* what creat(2) means */
	IN_OPEN_HOW,     /* in the struct open_how of openat2(2) */
	OPEN_HOW = 2,    /* its argument */
};

/* Whether a link at the end of the path is followed. */
enum last {
	FOLLOWS,
	STAYS,
	AS_OPEN,     /* as the flags of open(2) say */
	AS_AT,       /* followed, but with AT_SYMLINK_NOFOLLOW */
	AS_AT_OTHER, /* not followed, but with AT_SYMLINK_FOLLOW */
	OF_FD,       /* no path: the first argument is a descriptor */
	OF_MAP,      /* mmap(2) */
};

struct row {
	const char *name;
	uint8_t kind;
	uint8_t last;
	uint8_t flags; /* where they are */
};

static const struct row rows[] = {
	{"open", ACCESS_OPEN, AS_OPEN, 1},
	{"openat", ACCESS_OPEN, AS_OPEN, 2},
	{"openat2", ACCESS_OPEN, AS_OPEN, IN_OPEN_HOW},
	{"creat", ACCESS_OPEN, AS_OPEN, AS_CREAT},
	{"uselib", ACCESS_OPEN, FOLLOWS, NO_ARGUMENT},
	{"stat", ACCESS_LOOK, FOLLOWS, NO_ARGUMENT},
	{"stat64", ACCESS_LOOK, FOLLOWS, NO_ARGUMENT},
	{"oldstat", ACCESS_LOOK, FOLLOWS, NO_ARGUMENT},
	{"lstat", ACCESS_LOOK, STAYS, NO_ARGUMENT},
	{"lstat64", ACCESS_LOOK, STAYS, NO_ARGUMENT},
	{"oldlstat", ACCESS_LOOK, STAYS, NO_ARGUMENT},
	{"newfstatat", ACCESS_LOOK, AS_AT, 3},
	{"fstatat64", ACCESS_LOOK, AS_AT, 3},
	{"statx", ACCESS_LOOK, AS_AT, 2},
	{"statfs", ACCESS_LOOK, FOLLOWS, NO_ARGUMENT},
	{"statfs64", ACCESS_LOOK, FOLLOWS, NO_ARGUMENT},
	{"access", ACCESS_LOOK, FOLLOWS, NO_ARGUMENT},
	{"faccessat", ACCESS_LOOK, FOLLOWS, NO_ARGUMENT},
	{"faccessat2", ACCESS_LOOK, AS_AT, 3},
	{"readlink", ACCESS_LOOK, STAYS, NO_ARGUMENT},
	{"readlinkat", ACCESS_LOOK, STAYS, NO_ARGUMENT},
	{"name_to_handle_at", ACCESS_LOOK, AS_AT_OTHER, 4},
	{"file_getattr", ACCESS_LOOK, AS_AT, 4},
	{"getxattr", ACCESS_LOOK, FOLLOWS, NO_ARGUMENT},
	{"lgetxattr", ACCESS_LOOK, STAYS, NO_ARGUMENT},
	{"getxattrat", ACCESS_LOOK, AS_AT, 2},
	{"listxattr", ACCESS_LOOK, FOLLOWS, NO_ARGUMENT},
	{"llistxattr", ACCESS_LOOK, STAYS, NO_ARGUMENT},
	{"listxattrat", ACCESS_LOOK, AS_AT, 2},
	{"execve", ACCESS_EXEC, FOLLOWS, NO_ARGUMENT},
	{"execveat", ACCESS_EXEC, AS_AT, 4},
	{"mkdir", ACCESS_CREATE, STAYS, NO_ARGUMENT},
	{"mkdirat", ACCESS_CREATE, STAYS, NO_ARGUMENT},
	{"mknod", ACCESS_CREATE, STAYS, NO_ARGUMENT},
	{"mknodat", ACCESS_CREATE, STAYS, NO_ARGUMENT},
	{"unlink", ACCESS_DELETE, STAYS, NO_ARGUMENT},
	{"unlinkat", ACCESS_DELETE, STAYS, NO_ARGUMENT},
	{"rmdir", ACCESS_DELETE, STAYS, NO_ARGUMENT},
	{"rename", ACCESS_RENAME, STAYS, NO_ARGUMENT},
	{"renameat", ACCESS_RENAME, STAYS, NO_ARGUMENT},
	{"renameat2", ACCESS_RENAME, STAYS, 4},
	{"link", ACCESS_LINK, STAYS, NO_ARGUMENT},
	{"linkat", ACCESS_LINK, AS_AT_OTHER, 4},
	{"symlink", ACCESS_SYMLINK, STAYS, NO_ARGUMENT},
	{"symlinkat", ACCESS_SYMLINK, STAYS, NO_ARGUMENT},
	{"truncate", ACCESS_TRUNCATE, FOLLOWS, NO_ARGUMENT},
	{"truncate64", ACCESS_TRUNCATE, FOLLOWS, NO_ARGUMENT},
	{"chmod", ACCESS_CHANGE, FOLLOWS, NO_ARGUMENT},
	{"fchmodat", ACCESS_CHANGE, FOLLOWS, NO_ARGUMENT},
	{"fchmodat2", ACCESS_CHANGE, AS_AT, 3},
	{"chown", ACCESS_CHANGE, FOLLOWS, NO_ARGUMENT},
	{"chown32", ACCESS_CHANGE, FOLLOWS, NO_ARGUMENT},
	{"lchown", ACCESS_CHANGE, STAYS, NO_ARGUMENT},
	{"lchown32", ACCESS_CHANGE, STAYS, NO_ARGUMENT},
	{"fchownat", ACCESS_CHANGE, AS_AT, 4},
	{"utime", ACCESS_CHANGE, FOLLOWS, NO_ARGUMENT},
	{"utimes", ACCESS_CHANGE, FOLLOWS, NO_ARGUMENT},
	{"futimesat", ACCESS_CHANGE, FOLLOWS, NO_ARGUMENT},
	{"utimensat", ACCESS_CHANGE, AS_AT, 3},
	{"utimensat_time64", ACCESS_CHANGE, AS_AT, 3},
	{"setxattr", ACCESS_CHANGE, FOLLOWS, NO_ARGUMENT},
	{"lsetxattr", ACCESS_CHANGE, STAYS, NO_ARGUMENT},
	{"setxattrat", ACCESS_CHANGE, AS_AT, 2},
	{"removexattr", ACCESS_CHANGE, FOLLOWS, NO_ARGUMENT},
	{"lremovexattr", ACCESS_CHANGE, STAYS, NO_ARGUMENT},
	{"removexattrat", ACCESS_CHANGE, AS_AT, 2},
	{"file_setattr", ACCESS_CHANGE, AS_AT, 4},
	{"chdir", ACCESS_ENTER, FOLLOWS, NO_ARGUMENT},
	{"chroot", ACCESS_ENTER, FOLLOWS, NO_ARGUMENT},
	{"mount", ACCESS_MOUNT, FOLLOWS, NO_ARGUMENT},
	{"umount", ACCESS_MOUNT, FOLLOWS, NO_ARGUMENT},
	{"umount2", ACCESS_MOUNT, FOLLOWS, NO_ARGUMENT},
	{"pivot_root", ACCESS_MOUNT, FOLLOWS, NO_ARGUMENT},
	{"move_mount", ACCESS_MOUNT, FOLLOWS, NO_ARGUMENT},
	{"open_tree", ACCESS_MOUNT, AS_AT, 2},
	{"mount_setattr", ACCESS_MOUNT, AS_AT, 2},
	{"inotify_add_watch", ACCESS_WATCH, FOLLOWS, NO_ARGUMENT},
	{"getdents", ACCESS_LIST, OF_FD, NO_ARGUMENT},
	{"getdents64", ACCESS_LIST, OF_FD, NO_ARGUMENT},
	{"ftruncate", ACCESS_TRUNCATE, OF_FD, NO_ARGUMENT},
	{"ftruncate64", ACCESS_TRUNCATE, OF_FD, NO_ARGUMENT},
	{"fallocate", ACCESS_TRUNCATE, OF_FD, NO_ARGUMENT},
	{"fchmod", ACCESS_CHANGE, OF_FD, NO_ARGUMENT},
	{"fchown", ACCESS_CHANGE, OF_FD, NO_ARGUMENT},
	{"fchown32", ACCESS_CHANGE, OF_FD, NO_ARGUMENT},
	{"fsetxattr", ACCESS_CHANGE, OF_FD, NO_ARGUMENT},
	{"fremovexattr", ACCESS_CHANGE, OF_FD, NO_ARGUMENT},
	{"fchdir", ACCESS_ENTER, OF_FD, NO_ARGUMENT},
	{"mmap", ACCESS_MAP, OF_MAP, 3},
	{"mmap2", ACCESS_MAP, OF_MAP, 3},
};

struct accesses {
	struct sys_rows rows;
	struct buf path[PATHS_MAX];
};

struct looking {
	struct accesses *a;
	const struct state *s;
	const struct event *e;
	const struct sys_desc *desc;
	const struct row *row;
	uint64_t flags;
};

const char *access_kind_name(uint8_t kind)
{
	static const char *const names[ACCESS_KIND_MAX] = {
		[ACCESS_OPEN] = "open",         [ACCESS_LOOK] = "look",
		[ACCESS_LIST] = "list",         [ACCESS_EXEC] = "exec",
		[ACCESS_MAP] = "map",           [ACCESS_CREATE] = "create",
		[ACCESS_DELETE] = "delete",     [ACCESS_RENAME] = "rename",
		[ACCESS_LINK] = "link",         [ACCESS_SYMLINK] = "symlink",
		[ACCESS_TRUNCATE] = "truncate", [ACCESS_CHANGE] = "change",
		[ACCESS_ENTER] = "enter",       [ACCESS_MOUNT] = "mount",
		[ACCESS_WATCH] = "watch",
	};

	return kind < ACCESS_KIND_MAX ? names[kind] : "?";
}

/* ---- the rows ---- */

static const void *find(const void *context, const struct sys_desc *d)
{
	(void)context;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (strcmp(rows[i].name, d->name) == 0)
			return &rows[i];
	}
	return NULL;
}

struct accesses *accesses_new(void)
{
	struct accesses *a = calloc(1, sizeof(*a));

	return a && sys_rows_init(&a->rows, find, NULL) < 0 ? accesses_free(a) : a;
}

struct accesses *accesses_free(struct accesses *a)
{
	if (!a)
		return NULL;
	sys_rows_done(&a->rows);
	for (size_t i = 0; i < PATHS_MAX; i++)
		buf_done(&a->path[i]);
	free(a);
	return NULL;
}

/* ---- flags ---- */

static uint64_t flags_of(const struct event *e, const struct row *row)
{
	const uint8_t *how;
	size_t n;

	switch (row->flags) {
	case NO_ARGUMENT:
		return 0;
	case AS_CREAT:
		return OPEN_CREATE | OPEN_TRUNCATE | OPEN_WRITE;
	case IN_OPEN_HOW:
		how = event_bytes(e, EVENT_AT_ENTRY, e->call.args[OPEN_HOW], &n);
		return how ? load(how, n, 0, 8) : 0;
	default:
		return (uint32_t)e->call.args[row->flags];
	}
}

static bool follows(const struct looking *x)
{
	switch (x->row->last) {
	case STAYS:
		return false;
	case AS_OPEN:
		return !(x->flags & OPEN_NOFOLLOW) &&
		       !(x->flags & OPEN_CREATE && x->flags & OPEN_EXCLUSIVE);
	case AS_AT:
		return !(x->flags & AT_NOFOLLOW);
	case AS_AT_OTHER:
		return x->flags & AT_FOLLOW;
	default:
		return true;
	}
}

/* ---- names ---- */

/* What a descriptor stands for, when that is a path. */
static void name_of(const struct looking *x, int32_t fd, struct access_name *ret)
{
	const struct state_file *f = x->s ? state_at_entry(x->s, x->e, fd) : NULL;

	if (f && f->kind == STATE_NAMED && f->size && f->text[0] == '/')
		*ret = (struct access_name){f->text, f->size, true};
}

/* The path at @address, from the directory @dirfd. */
static int resolve(const struct looking *x, int32_t dirfd, uint64_t address, bool follow,
		   struct buf *to, struct access_name *ret)
{
	size_t n;
	const uint8_t *given = address ? event_bytes(x->e, EVENT_AT_ENTRY, address, &n) : NULL;
	int r;

	if (!given)
		return 0;
	n = strnlen((const char *)given, n);
	if (!n) {
		/* With AT_EMPTY_PATH it is about the descriptor; else it fails. */
		if (dirfd != STATE_FDCWD)
			name_of(x, dirfd, ret);
		return 0;
	}
	buf_clear(to);
	r = x->s ? state_resolve(x->s, x->e, dirfd, given, n, follow, to) : 0;
	if (r < 0 || buf_error(to) < 0)
		return -ENOMEM;
	if (to->size)
		*ret = (struct access_name){to->data, to->size, true};
	else
		*ret = (struct access_name){(const char *)given, n, false};
	return 0;
}

/* The text of a symbolic link is no path of now. */
static void take_text(const struct looking *x, uint64_t address, struct access_name *ret)
{
	size_t n;
	const uint8_t *given = address ? event_bytes(x->e, EVENT_AT_ENTRY, address, &n) : NULL;

	if (given)
		*ret = (struct access_name){(const char *)given, strnlen((const char *)given, n),
					    false};
}

/* The paths among the arguments, in their order. */
static int take_paths(const struct looking *x, struct access_name name[PATHS_MAX])
{
	int32_t dirfd = STATE_FDCWD;
	size_t count = 0;
	int r = 0;

	for (size_t i = 0; r == 0 && i < x->desc->count && count < PATHS_MAX; i++) {
		const struct sys_field *f = &x->desc->field[i];
		uint64_t value = sys_value(f, x->e->call.args, sizeof(x->e->call.args));

		if (f->kind == K_PATH && f->dir & IN) {
			/* Only of the first one a last link may be followed. */
			bool follow = follows(x) && (!count || x->row->kind == ACCESS_MOUNT);

			if (x->row->kind == ACCESS_SYMLINK && !count)
				take_text(x, value, &name[count]);
			else
				r = resolve(x, dirfd, value, follow, &x->a->path[count],
					    &name[count]);
			count++;
		}
		dirfd = f->kind == K_ATFD ? (int32_t)value : STATE_FDCWD;
	}
	return r;
}

/* ---- telling ---- */

static int tell_paths(const struct looking *x, struct access *a, access_fn *tell, void *context)
{
	struct access_name name[PATHS_MAX] = {{NULL, 0, false}};
	int r = take_paths(x, name);

	a->path = name[0];
	a->to = name[1];
	if (x->row->kind == ACCESS_SYMLINK) {
		a->path = name[1];
		a->to = name[0];
	}
	a->flags = x->row->kind == ACCESS_OPEN || a->to.size ? (uint32_t)x->flags : 0;
	if (x->row->kind == ACCESS_OPEN) {
		a->fd = a->error ? -1 : (int32_t)x->e->call.ret;
	}
	return r == 0 && a->path.size ? tell(context, a) : r;
}

static int tell_descriptor(const struct looking *x, struct access *a, access_fn *tell,
			   void *context)
{
	bool maps = x->row->last == OF_MAP;

	/* The oldest mmap(2) of 32-bit programs has its arguments in memory. */
	if (maps && (x->flags & MAP_ANONYMOUS_BIT || sys_arg_count(x->desc) < EVENT_ARGS))
		return 0;
	a->by_descriptor = true;
	a->fd = (int32_t)x->e->call.args[maps ? 4 : 0];
	if (maps) {
		a->flags = (uint32_t)x->e->call.args[2];
		a->shared = (x->flags & MAP_KIND) != 2;
	}
	name_of(x, a->fd, &a->path);
	return a->path.size ? tell(context, a) : 0;
}

int accesses_take(struct accesses *a, const struct state *s, const struct event *e, access_fn *tell,
		  void *context)
{
	struct looking x = {.a = a, .s = s, .e = e};
	struct access access = {.fd = -1, .event = e};

	if ((e->kind != EVENT_CALL && e->kind != EVENT_END) || e->call.state != EVENT_FINISHED)
		return 0;
	x.row = sys_rows_get(&a->rows, e->call.arch, e->call.nr);
	if (!x.row)
		return 0;
	x.desc = sys_find(e->call.arch, e->call.nr);
	x.flags = flags_of(e, x.row);
	access.kind = x.row->kind;
	access.error = event_errno(&e->call);
	return x.row->last == OF_FD || x.row->last == OF_MAP
		       ? tell_descriptor(&x, &access, tell, context)
		       : tell_paths(&x, &access, tell, context);
}
