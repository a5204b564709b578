/* SPDX-License-Identifier: Apache-2.0 */
/* The exports that are tables: analyze export --to csv, --to sqlite. */
#ifndef TOOLS_EXPORT_SQL_H
#define TOOLS_EXPORT_SQL_H

struct err;

/* As a verb, with the options of `export`. */
int export_csv(int argc, char **argv);
int export_sqlite(int argc, char **argv);

/* What is wrong with a tape, its name in front once; EXIT_TROUBLE. */
int export_complain(const char *tape, const struct err *err);

#endif
