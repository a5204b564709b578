/* SPDX-License-Identifier: Apache-2.0 */
/* Two tables: calls that are there to wait, and calls that may have to. */
#include "waiting.h"

#include "replayer/state/state.h"
#include "sys/table.h"

#include <string.h>

struct waiting {
	const char *name;
	enum waiting_for what;
	bool always;
};

static const struct waiting calls[] = {
	{"wait4", WAITING_CHILD, true},
	{"waitid", WAITING_CHILD, true},
	{"waitpid", WAITING_CHILD, true},
	{"vfork", WAITING_CHILD, false},
	{"nanosleep", WAITING_SLEEP, true},
	{"clock_nanosleep", WAITING_SLEEP, true},
	{"clock_nanosleep_time64", WAITING_SLEEP, true},
	{"pause", WAITING_SLEEP, true},
	{"rt_sigsuspend", WAITING_SLEEP, true},
	{"sigsuspend", WAITING_SLEEP, true},
	{"rt_sigtimedwait", WAITING_SLEEP, true},
	{"rt_sigtimedwait_time64", WAITING_SLEEP, true},
	{"restart_syscall", WAITING_SLEEP, true},
	{"flock", WAITING_LOCK, false},
	{"fcntl", WAITING_LOCK, false},
	{"fcntl64", WAITING_LOCK, false},
	{"semop", WAITING_LOCK, true},
	{"semtimedop", WAITING_LOCK, true},
	{"futex", WAITING_MEMORY, true},
	{"futex_time64", WAITING_MEMORY, true},
	{"futex_wait", WAITING_MEMORY, true},
	{"futex_waitv", WAITING_MEMORY, true},
	{"poll", WAITING_EVENTS, true},
	{"ppoll", WAITING_EVENTS, true},
	{"ppoll_time64", WAITING_EVENTS, true},
	{"select", WAITING_EVENTS, true},
	{"_newselect", WAITING_EVENTS, true},
	{"pselect6", WAITING_EVENTS, true},
	{"pselect6_time64", WAITING_EVENTS, true},
	{"epoll_wait", WAITING_EVENTS, true},
	{"epoll_pwait", WAITING_EVENTS, true},
	{"epoll_pwait2", WAITING_EVENTS, true},
	{"io_getevents", WAITING_EVENTS, true},
	{"io_uring_enter", WAITING_EVENTS, false},
	{"connect", WAITING_NETWORK, false},
	{"accept", WAITING_NETWORK, false},
	{"accept4", WAITING_NETWORK, false},
	{"recvfrom", WAITING_NETWORK, false},
	{"recvmsg", WAITING_NETWORK, false},
	{"recvmmsg", WAITING_NETWORK, false},
	{"sendto", WAITING_NETWORK, false},
	{"sendmsg", WAITING_NETWORK, false},
	{"sendmmsg", WAITING_NETWORK, false},
	{"read", WAITING_PIPE, false},
	{"readv", WAITING_PIPE, false},
	{"write", WAITING_PIPE, false},
	{"writev", WAITING_PIPE, false},
	{"splice", WAITING_PIPE, false},
	{"tee", WAITING_PIPE, false},
	{"sendfile", WAITING_PIPE, false},
	{"open", WAITING_OPEN, false},
	{"openat", WAITING_OPEN, false},
	{"msgrcv", WAITING_PIPE, false},
	{"mq_timedreceive", WAITING_PIPE, false},
	{"pread64", WAITING_DISK, false},
	{"pwrite64", WAITING_DISK, false},
	{"preadv", WAITING_DISK, false},
	{"pwritev", WAITING_DISK, false},
	{"copy_file_range", WAITING_DISK, false},
	{"fsync", WAITING_DISK, false},
	{"fdatasync", WAITING_DISK, false},
	{"sync", WAITING_DISK, false},
	{"syncfs", WAITING_DISK, false},
	{"sync_file_range", WAITING_DISK, false},
	{"msync", WAITING_DISK, false},
	{"fallocate", WAITING_DISK, false},
	{"unlink", WAITING_DISK, false},
	{"unlinkat", WAITING_DISK, false},
	{"rename", WAITING_DISK, false},
};

static const struct waiting *find(const struct event_call *call)
{
	const struct sys_desc *d = sys_find(call->arch, call->nr);

	for (size_t i = 0; d && i < sizeof(calls) / sizeof(calls[0]); i++) {
		if (strcmp(calls[i].name, d->name) == 0)
			return &calls[i];
	}
	return NULL;
}

/* FUTEX_WAKE and its like have nothing to wait for. */
static bool only_wakes(const struct event_call *call)
{
	enum { PRIVATE_AND_CLOCK = 128 | 256 };
	static const unsigned wakes = 1u << 1 | 1u << 3 | 1u << 4 | 1u << 5 | 1u << 7 | 1u << 10;
	const uint64_t op = call->args[1] & ~(uint64_t)PRIVATE_AND_CLOCK & 0xffffffff;

	return op < 32 && wakes >> op & 1;
}

/* The same call waits for another thing when it is made to another file. */
static enum waiting_for by_file(enum waiting_for what, const struct state_file *file)
{
	if (!file || (what != WAITING_PIPE && what != WAITING_NETWORK))
		return what;
	if (file->kind == STATE_SOCKET)
		return WAITING_NETWORK;
	if (file->kind == STATE_PIPE || file->device == 'c' || !file->text ||
	    file->text[0] != '/' || (file->size > 5 && memcmp(file->text, "/dev/", 5) == 0))
		return WAITING_PIPE;
	return WAITING_DISK;
}

enum waiting_for waiting_for(const struct event_call *call, const struct state_file *file,
			     uint64_t duration)
{
	const struct waiting *w = find(call);

	if (!w || (!w->always && duration < WAITING_LONG))
		return WAITING_NOT;
	if (w->what == WAITING_MEMORY && only_wakes(call))
		return WAITING_NOT;
	return by_file(w->what, file);
}

/* ---- what is known of a number ---- */

enum wait_class { CLASS_UNKNOWN, CLASS_NEVER, CLASS_WHEN_LONG, CLASS_ALWAYS };

enum waiting_for waiting_quick(struct waiting_cache *c, const struct event_call *call,
			       const struct state_file *file, uint64_t duration)
{
	const bool known = call->arch == EVENT_ARCH_X86_64 && call->nr < WAITING_NUMBERS;
	uint8_t *class = known ? &c->class[call->nr] : NULL;

	if (class && !*class) {
		const struct waiting *w = find(call);

		*class = !w ? CLASS_NEVER : w->always ? CLASS_ALWAYS : CLASS_WHEN_LONG;
	}
	if (class &&
	    (*class == CLASS_NEVER || (*class == CLASS_WHEN_LONG && duration < WAITING_LONG)))
		return WAITING_NOT;
	return waiting_for(call, file, duration);
}

const char *waiting_text(enum waiting_for what)
{
	static const char *const texts[WAITING_FOR_MAX] = {
		[WAITING_NOT] = "not waiting",        [WAITING_CHILD] = "a child",
		[WAITING_SLEEP] = "time or a signal", [WAITING_LOCK] = "a file lock",
		[WAITING_MEMORY] = "another thread",  [WAITING_EVENTS] = "events",
		[WAITING_NETWORK] = "a socket",       [WAITING_PIPE] = "a pipe or terminal",
		[WAITING_DISK] = "the disk",          [WAITING_OPEN] = "a file to open",
	};

	return texts[what];
}
