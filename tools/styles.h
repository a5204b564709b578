/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The values of strace's long options that say how a line looks: each is a word of a table, and
 * stands for what some short options together do. 0, or EXIT_TROUBLE after a complaint. @text may
 * be NULL, where the option may be without a value.
 */
#ifndef TOOLS_STYLES_H
#define TOOLS_STYLES_H

#include "replayer/print/print.h"

int styles_words(const char *text, struct print_options *ret);      /* -X */
int styles_timestamps(const char *text, struct print_options *ret); /* -t, -tt, -ttt */
int styles_relative(const char *text, struct print_options *ret);   /* -r */
int styles_durations(const char *text, struct print_options *ret);  /* -T */
int styles_hex(const char *text, struct print_options *ret);        /* -x, -xx */
int styles_names(const char *text, struct print_options *ret);      /* -y, -yy */

#endif
