/* SPDX-License-Identifier: Apache-2.0 */
/* Calls that say what an epoll, timer or inotify instance is to look at. */
#include "state_priv.h"

#include <errno.h>
#include <stdlib.h>

enum {
	EPOLL_ADD = 1,
	EPOLL_DELETE = 2,
	EPOLL_MODIFY = 3,
	EPOLL_DATA_AT = 4, /* the kernel's struct is packed on x86 */
	ABSOLUTE = 1,
};

/* ---- epoll ---- */

static int apply_watch(struct state *s, struct task *t, struct effect *f)
{
	const struct watch w = {.fd = f->fd,
				.events = f->flags,
				.file = f->to ? f->to->is.id : 0,
				.data = f->numbers[0],
				.path = f->path.data,
				.path_size = f->path.size};

	(void)t;
	return watch_put(s, f->file, &w);
}

static int apply_unwatch(struct state *s, struct task *t, struct effect *f)
{
	(void)t;
	watch_remove(s, f->file, f->fd, f->to ? f->to->is.id : 0);
	return 0;
}

/* As the kernel: EPOLLERR and EPOLLHUP are there whether asked for or not, and not told. */
static int begin_epoll_ctl(struct call *c)
{
	bool removes = (uint32_t)c->args[1] == EPOLL_DELETE;
	uint64_t events = 0;

	call_is_about(c, (int32_t)c->args[0], removes ? apply_unwatch : apply_watch);
	c->effect.fd = (int32_t)c->args[2];
	c->effect.to = file_ref(call_file(c, c->effect.fd));
	if (!removes)
		call_number(c->e, EVENT_AT_ENTRY, c->args[3], 4, &events);
	if (!removes)
		call_number(c->e, EVENT_AT_ENTRY, c->args[3] + EPOLL_DATA_AT, 8,
			    &c->effect.numbers[0]);
	c->effect.flags = (uint32_t)events;
	return 0;
}

/* ---- inotify ---- */

static int begin_add_watch(struct call *c)
{
	call_is_about(c, (int32_t)c->args[0], apply_watch);
	c->effect.fd = (int32_t)c->e->call.ret;
	c->effect.flags = (uint32_t)c->args[2];
	return call_path(c, STATE_FDCWD, 1, PATH_FOLLOW, &c->effect.path, NULL);
}

static int begin_remove_watch(struct call *c)
{
	call_is_about(c, (int32_t)c->args[0], apply_unwatch);
	c->effect.fd = (int32_t)c->args[1];
	return 0;
}

/* ---- timerfd ---- */

/* numbers: seconds and nanoseconds, interval first, as in struct itimerspec */
static int apply_timer(struct state *s, struct task *t, struct effect *f)
{
	struct state_timer *timer = (struct state_timer *)(uintptr_t)f->file->is.timer;

	(void)s;
	(void)t;
	if (!timer)
		timer = calloc(1, sizeof(*timer));
	if (!timer)
		return -ENOMEM;
	*timer = (struct state_timer){.clock = f->file->clock,
				      .flags = f->flags,
				      .interval_seconds = f->numbers[0],
				      .interval_nanoseconds = f->numbers[1],
				      .seconds = f->numbers[2],
				      .nanoseconds = f->numbers[3]};
	f->file->is.timer = timer;
	return 0;
}

static int set_timer(struct call *c, size_t width)
{
	uint64_t *n = c->effect.numbers;

	for (size_t i = 0; i < 4; i++) {
		if (!call_number(c->e, EVENT_AT_ENTRY, c->args[2] + i * width, width, &n[i]))
			return 0;
	}
	c->effect.flags = (uint32_t)c->args[1];
	call_is_about(c, (int32_t)c->args[0], apply_timer);
	return 0;
}

static int begin_settime(struct call *c)
{
	return set_timer(c, c->wide);
}

static int begin_settime64(struct call *c)
{
	return set_timer(c, 8);
}

const struct call_kind calls_content[] = {
	{"epoll_ctl", begin_epoll_ctl, .part = STATE_CONTENTS},
	{SYS_BEARS(inotify_add_watch), begin_add_watch, .part = STATE_CONTENTS},
	{SYS_BEARS(inotify_rm_watch), begin_remove_watch, .part = STATE_CONTENTS},
	{"timerfd_settime", begin_settime, .part = STATE_CONTENTS},
	{"timerfd_settime64", begin_settime64, .part = STATE_CONTENTS},
	{0},
};
