/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Waiting for the next stop. Where the scheduler puts recorder and recorded program on
 * two CPUs, each stop costs two wake-ups of an idle CPU, many times what the call itself
 * takes. Asking again and again for a moment, before going to sleep, saves one of them.
 * It is done only as long as it pays: the answers come quickly, and there is a CPU to
 * spare.
 */
#ifndef RECORDER_PATIENCE_H
#define RECORDER_PATIENCE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct patience {
	bool alone;       /* one CPU only: asking would keep the program from running */
	unsigned sleeps;  /* made of wake-ups, to come before it is tried (again) */
	unsigned in_vain; /* sleeps that the last asking in vain has cost; 0: it paid */
};

void patience_init(struct patience *p);
/* As waitpid(-1, status, __WALL): waits for any task. */
pid_t patience_wait(struct patience *p, int *status);

#endif
