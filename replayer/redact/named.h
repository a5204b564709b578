/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files and sockets that are secret because a variable or an option says so: PGPASSFILE,
 * DB_PASSWORD_FILE, SSH_AUTH_SOCK, --netrc-file, --password-file. Where they are cannot be known
 * otherwise.
 */
#ifndef REDACT_NAMED_H
#define REDACT_NAMED_H

#include "rules.h"

#include <stddef.h>
#include <stdint.h>

/* @path is as it was said, and may be relative. A result other than 0 ends it, and is given back.
 */
typedef int named_fn(void *context, const char *path, size_t size,
		     const struct rules_object *object);
/* NAME=value, whole. */
int named_by_variable(const struct rules *rules, const uint8_t *text, size_t size, named_fn *tell,
		      void *context);
/* The arguments of a command, each with its NUL. */
int named_by_arguments(const struct rules *rules, const uint8_t *text, size_t size, named_fn *tell,
		       void *context);

#endif
