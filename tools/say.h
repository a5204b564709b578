/* SPDX-License-Identifier: Apache-2.0 */
/* What a program says to people: the one place where stderr is written to. */
#ifndef TOOLS_SAY_H
#define TOOLS_SAY_H

/* "PROGRAM: text" and a newline, at once. Names of files, options and processes are not ours,
 * and may be in @text: what would act on a terminal becomes \xNN. 0, or -ENOMEM
 * when that was said instead. */
int say(const char *program, const char *text);

#endif
