/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Starting the command as if nobody watched: the child inherits everything of the
 * recorder's own start (descriptors, terminal, process group, signal dispositions)
 * and gets its original signal mask back. Nothing of ours reaches it: every
 * descriptor is close-on-exec, and the recorder changes its own signal dispositions
 * only after the fork.
 *
 * The child waits in a read(2) until it has been seized; what it does before its
 * execve is ours and is not recorded.
 */
#include "inherit.h"
#include "rec_priv.h"

#include "base/cleanup.h"
#include "base/err.h"
#include "base/fileio.h"
#include "tracee/filter.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { GROUPS_MAX = 65536 };

struct identity {
	bool wanted;
	uid_t uid;
	gid_t gid;
	gid_t *groups;
	int group_count;
};

static void identity_done(struct identity *id)
{
	free(id->groups);
}

static int identity_of(const char *user, struct identity *ret, struct err *err)
{
	const struct passwd *pw;

	if (!user)
		return 0;
	pw = getpwnam(user);
	if (!pw)
		return err_set(err, EINVAL, "no such user '%s'", user);
	ret->groups = calloc(GROUPS_MAX, sizeof(*ret->groups));
	if (!ret->groups)
		return err_set(err, ENOMEM, "out of memory");
	ret->wanted = true;
	ret->uid = pw->pw_uid;
	ret->gid = pw->pw_gid;
	ret->group_count = GROUPS_MAX;
	if (getgrouplist(user, pw->pw_gid, ret->groups, &ret->group_count) < 0)
		return err_set(err, E2BIG, "user '%s' is in too many groups", user);
	return 0;
}

static int is_command(const char *path)
{
	struct stat st;

	if (stat(path, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode) || access(path, X_OK) < 0)
		return -EACCES;
	return 0;
}

/* As execvp(3): a file that is there but not executable is remembered while the
 * search goes on. */
static int search(const char *name, const char *directories, char **ret)
{
	const char *at = directories;
	int result = -ENOENT;

	while (at) {
		const char *end = strchrnul(at, ':');
		cleanup_free char *path = NULL;
		int r;

		if (asprintf(&path, "%.*s%s%s", (int)(end - at), at, end == at ? "" : "/", name) <
		    0)
			return -ENOMEM;
		r = is_command(path);
		if (r == 0) {
			*ret = take_ptr(path);
			return 0;
		}
		if (r == -EACCES)
			result = r;
		at = *end ? end + 1 : NULL;
	}
	return result;
}

int rec_find_command(const char *name, const char *search_path, char **ret, struct err *err)
{
	int r;

	if (!*name) {
		r = -ENOENT;
	} else if (strchr(name, '/')) {
		r = is_command(name);
		if (r == 0 && !(*ret = strdup(name)))
			r = -ENOMEM;
	} else {
		r = search(name, search_path ? search_path : "/bin:/usr/bin", ret);
	}
	if (r == 0)
		return 0;
	if (r == -ENOENT && !strchr(name, '/'))
		return err_set(err, ENOENT, "cannot run '%s': no such command", name);
	return err_errno(err, -r, "cannot run '%s'", name);
}

static int become(const struct identity *id)
{
	if (!id->wanted)
		return 0;
	if (setgroups((size_t)id->group_count, id->groups) < 0 || setgid(id->gid) < 0 ||
	    setuid(id->uid) < 0)
		return -errno;
	return 0;
}

/* A script without a first line #! is the shell's, as execvp(3) and every shell do it. */
static void execute(const struct rec_options *options, const char *path)
{
	char *const *envp = options->envp ? options->envp : environ;
	size_t count = 0;
	char **argv;

	execve(path, options->argv, envp);
	if (errno != ENOEXEC)
		return;
	while (options->argv[count])
		count++;
	argv = calloc(count + 3, sizeof(*argv));
	if (!argv)
		return;
	argv[0] = (char *)(uintptr_t) "/bin/sh";
	argv[1] = (char *)(uintptr_t)path;
	for (size_t i = 1; i < count; i++)
		argv[i + 1] = options->argv[i];
	execve("/bin/sh", argv, envp);
}

/* What the child needs between fork and exec. */
struct plan {
	const struct rec_options *options;
	const char *path;
	const sigset_t *mask;
	const struct buf *filter; /* NULL or empty: none */
	struct identity id;
	struct inherited inherited;
	int go[2], failed[2]; /* pipes */
};

static void plan_done(struct plan *plan)
{
	identity_done(&plan->id);
}

static void child(const struct plan *plan)
{
	char byte;
	int error;

	/* Else we would wait for ourselves when the recorder is killed. */
	close(plan->go[1]);
	close(plan->failed[0]);
	if (fileio_read(plan->go[0], &byte, 1) != 1)
		_exit(125);
	/* Before the privilege goes that spares no_new_privs. Who traces us sees whether it worked.
	 */
	if (plan->filter && plan->filter->size)
		tracee_filter_install(plan->filter->data, plan->filter->size);
	error = -become(&plan->id);
	inherit_give(&plan->inherited);
	sigprocmask(SIG_SETMASK, plan->mask, NULL);
	if (!error) {
		execute(plan->options, plan->path);
		error = errno;
	}
	fileio_write(plan->failed[1], &error, sizeof(error));
	_exit(error == ENOENT ? 127 : 126);
}

static int open_pipes(struct plan *plan, struct err *err)
{
	int error;

	if (pipe2(plan->go, O_CLOEXEC) < 0)
		return err_errno(err, errno, "pipe");
	if (pipe2(plan->failed, O_CLOEXEC) == 0)
		return 0;
	error = errno;
	close(plan->go[0]);
	close(plan->go[1]);
	return err_errno(err, error, "pipe");
}

int rec_launch(const struct rec_options *options, const char *path, const sigset_t *mask,
	       const struct buf *filter, struct rec_launch *ret, struct err *err)
{
	cleanup_done(plan_done) struct plan plan = {
		.options = options, .path = path, .mask = mask, .filter = filter};
	int r = identity_of(options->user, &plan.id, err);

	if (r == 0)
		r = open_pipes(&plan, err);
	if (r < 0)
		return r;
	inherit_take(&plan.inherited);
	ret->pid = fork();
	if (ret->pid == 0)
		child(&plan);
	r = errno;
	close(plan.go[0]);
	close(plan.failed[1]);
	ret->go = plan.go[1];
	ret->failed = plan.failed[0];
	if (ret->pid < 0) {
		rec_launch_done(ret);
		return err_errno(err, r, "fork");
	}
	return 0;
}

void rec_launch_go(struct rec_launch *launch)
{
	fileio_write(launch->go, "", 1);
	close(take_fd(launch->go));
}

int rec_launch_error(struct rec_launch *launch)
{
	int error;

	if (launch->failed < 0 ||
	    fileio_read(launch->failed, &error, sizeof(error)) != sizeof(error))
		return 0;
	return error;
}

void rec_launch_done(struct rec_launch *launch)
{
	if (launch->go >= 0)
		close(take_fd(launch->go));
	if (launch->failed >= 0)
		close(take_fd(launch->failed));
}
