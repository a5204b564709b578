/* SPDX-License-Identifier: Apache-2.0 */
#include "patience.h"

#include "base/clock.h"

#include <sched.h>
#include <sys/wait.h>

enum {
	ASKING_NS = 30000, /* for so long */
	/* A sleep this long was made of wake-ups; a shorter one was on the same CPU, after a
	 * longer one the program had work of its own. */
	WAKE_UP_MIN_NS = 20000,
	WAKE_UP_MAX_NS = 200000,
	/* Where all CPUs are busy sleeps look the same, but asking does not pay: each time in
	 * vain it is left alone for twice as long. */
	SLEEPS_MAX = 128,
};

void patience_init(struct patience *p)
{
	cpu_set_t set;

	/* On machines with more CPUs than the set holds there are some to spare. */
	*p = (struct patience){.sleeps = 1,
			       .alone = sched_getaffinity(0, sizeof(set), &set) == 0 &&
					CPU_COUNT(&set) == 1};
}

/* 0 when there was no answer in time. */
static pid_t ask(struct patience *p, int *status)
{
	uint64_t until = clock_now() + ASKING_NS;
	pid_t tid;

	do {
		tid = waitpid(-1, status, __WALL | WNOHANG);
	} while (!tid && clock_now() < until);
	if (tid)
		p->in_vain = 0;
	else if (p->in_vain < SLEEPS_MAX)
		p->in_vain = p->in_vain ? 2 * p->in_vain : 1;
	p->sleeps = p->in_vain;
	return tid;
}

static pid_t sleep_for(struct patience *p, int *status)
{
	uint64_t before = clock_now(), took;
	pid_t tid = waitpid(-1, status, __WALL);

	took = clock_now() - before;
	if (p->sleeps && took >= WAKE_UP_MIN_NS && took <= WAKE_UP_MAX_NS)
		p->sleeps--;
	return tid;
}

pid_t patience_wait(struct patience *p, int *status)
{
	pid_t tid = !p->alone && !p->sleeps ? ask(p, status) : 0;

	return tid ? tid : sleep_for(p, status);
}
