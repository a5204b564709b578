/* SPDX-License-Identifier: Apache-2.0 */
#include "inherit.h"

#include <stddef.h>
#include <sys/prctl.h>

void inherit_take(struct inherited *ret)
{
	const struct itimerval none = {0};

	*ret = (struct inherited){0};
	for (int i = 0; i < INHERIT_TIMERS; i++)
		setitimer((__itimer_which_t)i, &none, &ret->timers[i]);
	prctl(PR_GET_PDEATHSIG, &ret->parent_death_signal);
	prctl(PR_GET_CHILD_SUBREAPER, &ret->subreaper);
}

void inherit_give(const struct inherited *given)
{
	for (int i = 0; i < INHERIT_TIMERS; i++)
		setitimer((__itimer_which_t)i, &given->timers[i], NULL);
	if (given->parent_death_signal)
		prctl(PR_SET_PDEATHSIG, given->parent_death_signal);
	if (given->subreaper)
		prctl(PR_SET_CHILD_SUBREAPER, 1);
}
