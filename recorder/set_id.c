/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A program with the set-user-ID bit, the set-group-ID bit or file capabilities that is
 * executed under a tracer without CAP_SYS_PTRACE runs without what these would give it
 * (execve(2)). It then behaves as it would not without us: the tape must say so.
 *
 * Whether it is so is seen from the outcome, as the kernel has other reasons too (no_new_privs,
 * nosuid mounts): those are the program's own and no news.
 */
#include "rec_priv.h"

#include "tracee/proc.h"

#include <stdio.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/xattr.h>

/* What the file would have given; NULL: nothing that it has not got. */
static const char *withheld(const char *path, pid_t pid)
{
	struct stat st;
	long uid, gid;

	if (stat(path, &st) < 0 || tracee_proc_effective(pid, &uid, &gid) < 0)
		return NULL;
	if (st.st_mode & S_ISUID && st.st_uid != (uid_t)uid)
		return "set-user-ID";
	/* Without S_IXGRP the bit means mandatory locking: inode(7). */
	if ((st.st_mode & (S_ISGID | S_IXGRP)) == (S_ISGID | S_IXGRP) && st.st_gid != (gid_t)gid)
		return "set-group-ID";
	return getxattr(path, "security.capability", NULL, 0) > 0 ? "file capabilities" : NULL;
}

static bool would_be_withheld_anyway(const char *path, pid_t pid)
{
	struct statvfs fs;
	long no_new_privs = 0;

	tracee_proc_status(pid, "NoNewPrivs", &no_new_privs);
	return no_new_privs || (statvfs(path, &fs) == 0 && fs.f_flag & ST_NOSUID);
}

void rec_watch_set_id(struct rec *rec, const struct task *task, const char *program)
{
	const char *what;
	char path[32];

	/* What serves a file system may be stopped by us, and then nothing can be asked of its
	 * files. */
	if (rec->capable || rec->wary)
		return;
	snprintf(path, sizeof(path), "/proc/%d/exe", (int)task->pid);
	what = withheld(path, (pid_t)task->pid);
	if (what && !would_be_withheld_anyway(path, (pid_t)task->pid))
		rec_note(rec,
			 "process %u ran %s without its privilege (%s), as rec has no "
			 "CAP_SYS_PTRACE",
			 task->pid, program, what);
}
