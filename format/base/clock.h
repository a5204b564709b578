/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The clock that all times of a recording are taken from: CLOCK_MONOTONIC. It never goes
 * back, and no one who sets the machine's time moves it; it stands still while the machine
 * sleeps. Where its 0 is means nothing: only differences do, and only until the next boot.
 */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>

/* Now, in nanoseconds. Never 0, which callers may use for "not yet". */
uint64_t clock_now(void);

#endif
