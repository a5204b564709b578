/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names of errors and signals, from our own tables: the reader of a tape runs on
 * another machine, with another C library, in another language. All strings are constants.
 */
#ifndef SYS_NAMES_H
#define SYS_NAMES_H

/*
 * "ENOENT" for 2, or NULL for a number that has no name. The kernel's restart codes
 * (512 ERESTARTSYS …) are among them.
 */
const char *sys_errno_name(int error);

/* "No such file or directory" for 2, or NULL. */
const char *sys_errno_text(int error);

/* "SIGINT" for 2, "SIGRTMIN" for 32, "SIGRT_1" for 33; NULL: not a signal. */
const char *sys_signal_name(int signal);

#endif
