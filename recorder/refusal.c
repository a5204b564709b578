/* SPDX-License-Identifier: Apache-2.0 */
#include "refusal.h"

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/err.h"
#include "base/fileio.h"
#include "tracee/proc.h"
#include "tracee/ptrace.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

struct capabilities {
	uint64_t permitted, effective;
};

/* Of the calling thread: @pid 0. */
static bool capabilities_of(pid_t pid, struct capabilities *ret)
{
	struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, pid};
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {0};

	if (syscall(SYS_capget, &header, data) < 0)
		return false;
	ret->permitted = data[0].permitted | (uint64_t)data[1].permitted << 32;
	ret->effective = data[0].effective | (uint64_t)data[1].effective << 32;
	return true;
}

bool refusal_self_capable(void)
{
	struct capabilities own;

	return capabilities_of(0, &own) && own.effective & UINT64_C(1) << CAP_SYS_PTRACE;
}

bool refusal_proc_is_there(void)
{
	struct tracee_stat stat;

	return tracee_proc_stat(getpid(), &stat) == 0;
}

/* The files of a process that is not dumpable are root's (proc(5)). */
static bool is_not_dumpable(pid_t pid, long uid)
{
	char path[32];
	struct stat st;

	snprintf(path, sizeof(path), "/proc/%d/mem", (int)pid);
	return uid != 0 && stat(path, &st) == 0 && st.st_uid == 0;
}

void refusal_gather(pid_t pid, struct refusal *ret)
{
	cleanup_done(buf_done) struct buf scope = {0};
	struct capabilities own = {0}, its = {0};
	long tracer = 0, seccomp = 0, uid = 0;

	*ret = (struct refusal){.capable = refusal_self_capable()};
	if (tracee_proc_status(pid, "TracerPid", &tracer) == 0 && tracer != getpid())
		ret->tracer = (pid_t)tracer;
	tracee_proc_status(getpid(), "Seccomp", &seccomp);
	ret->filtered = seccomp != 0;
	if (tracee_proc_status(pid, "Uid", &uid) == 0) {
		ret->uid = uid;
		ret->other_user = (uid_t)uid != getuid();
		ret->not_dumpable = is_not_dumpable(pid, uid);
	}
	if (capabilities_of(0, &own) && capabilities_of(pid, &its))
		ret->stronger = its.permitted & ~own.permitted;
	fileio_slurp(AT_FDCWD, "/proc/sys/kernel/yama/ptrace_scope", 16, &scope);
	if (scope.size)
		ret->scope = scope.data[0];
}

void refusal_describe(pid_t pid, struct buf *ret)
{
	size_t name;

	buf_printf(ret, "%d (", (int)pid);
	name = ret->size;
	if (tracee_proc_file(pid, "comm", ret) < 0)
		buf_str(ret, "?");
	if (ret->size && ret->data[ret->size - 1] == '\n')
		buf_truncate(ret, ret->size - 1);
	for (size_t i = name; i < ret->size; i++) {
		if ((unsigned char)ret->data[i] < ' ' || ret->data[i] == 0x7f)
			ret->data[i] = '?';
	}
	buf_str(ret, ")");
}

/* The first that holds is the reason: nothing later would help while it does. */
static const char *reason_of(const struct refusal *f)
{
	const struct {
		bool holds;
		const char *words;
	} reasons[] = {
		{f->scope == '3',
		 "kernel.yama.ptrace_scope is 3: tracing is switched off until the next boot"},
		{f->scope == '2' && !f->capable,
		 "kernel.yama.ptrace_scope is 2: tracing takes CAP_SYS_PTRACE"},
		{f->scope == '1' && !f->capable && !f->descendant,
		 "kernel.yama.ptrace_scope is 1: only descendants may be traced without "
		 "CAP_SYS_PTRACE"},
		{f->not_dumpable && !f->capable,
		 "it is not dumpable (it has changed its user, may not be read or wishes it so: "
		 "PR_SET_DUMPABLE in prctl(2)), which takes CAP_SYS_PTRACE"},
		{f->stronger && !f->capable,
		 "it has capabilities that rec has not, which takes CAP_SYS_PTRACE"},
		{f->filtered,
		 "ptrace(2) is forbidden by a seccomp filter that rec runs under, as those of "
		 "containers do"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(reasons); i++) {
		if (reasons[i].holds)
			return reasons[i].words;
	}
	return "ptrace(2) is refused by a security module, or from another user namespace";
}

int refusal_explain(const struct refusal *facts, int error, const char *what, struct err *err)
{
	cleanup_done(buf_done) struct buf tracer = {0};

	if (error == ENOSYS)
		return err_set(err, error, "%s: there is no ptrace(2) here%s", what,
			       facts->filtered ? ": a seccomp filter hides it" : "");
	if (error != EPERM && error != EACCES)
		return err_errno(err, error, "%s", what);
	if (facts->tracer) {
		refusal_describe(facts->tracer, &tracer);
		return err_set(err, error,
			       "%s: process %s traces it already, and nobody has two tracers", what,
			       buf_text(&tracer));
	}
	if (facts->other_user && !facts->capable)
		return err_set(err, error,
			       "%s: it is the process of another user (uid %ld), which takes "
			       "CAP_SYS_PTRACE",
			       what, facts->uid);
	return err_set(err, error, "%s: %s", what, reason_of(facts));
}

int refusal_check_call_info(pid_t tid, const char *what, struct err *err)
{
	struct tracee_call info;
	int r = tracee_call_info(tid, &info);

	if (r == 0 || r == -ESRCH)
		return 0;
	return err_set(err, -r,
		       "%s: there is no PTRACE_GET_SYSCALL_INFO here (%s), which takes Linux 5.3",
		       what, strerror(-r));
}
