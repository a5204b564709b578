/* SPDX-License-Identifier: Apache-2.0 */
/* Where tapes that are compared were written: a program that lists a directory sees its own tape
 * there, and those of earlier runs. */
#ifndef TOOLS_DIFF_TAPES_H
#define TOOLS_DIFF_TAPES_H

#include "base/buf.h"

struct tape_part;

/* Appends the path with its NUL, if the tape tells one and is a file of its own. What is wrong with
 * it is found out by whoever reads it. */
void diff_tapes_add(const struct tape_part *part, struct buf *ret);

#endif
