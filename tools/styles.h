/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The values of strace's long options that say how a line looks: each is a word of a table, and
 * stands for what some short options together do. 0 or -EINVAL. @text may
 * be NULL, where the option may be without a value.
 */
#ifndef TOOLS_STYLES_H
#define TOOLS_STYLES_H

#include "replayer/print/print.h"

struct err;

int styles_words(const char *text, struct print_options *ret, struct err *err); /* -X */
int styles_pids(const char *text, struct print_options *ret, struct err *err);  /* -Y */
int styles_timestamps(const char *text, struct print_options *ret,
		      struct err *err); /* -t, -tt, -ttt */
int styles_relative(const char *text, struct print_options *ret, struct err *err);  /* -r */
int styles_durations(const char *text, struct print_options *ret, struct err *err); /* -T */
int styles_hex(const char *text, struct print_options *ret, struct err *err);       /* -x, -xx */
int styles_names(const char *text, struct print_options *ret, struct err *err);     /* -y, -yy */

#endif
