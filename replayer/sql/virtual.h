/* SPDX-License-Identifier: Apache-2.0 */
/* What all virtual tables have in common: how they come to be there, and their cursors. */
#ifndef SQL_VIRTUAL_H
#define SQL_VIRTUAL_H

#include "sql_priv.h"

struct virtual_table {
	sqlite3_vtab base;
	struct sql *sql;
	const void *is; /* as given to virtual_register() */
};

/* A table @name behind @prefix, with a column for each of @schema. Like all below: SQLite's code.
 */
int virtual_register(struct sql *s, const char *prefix, const char *name, const char *schema,
		     const void *is, const sqlite3_module *module);
/* Of the module: xConnect and xDisconnect. Without xCreate each is there under its own name, and
 * nowhere else. */
int virtual_connect(sqlite3 *db, void *context, int argc, const char *const *argv,
		    sqlite3_vtab **ret, char **ret_message);
int virtual_disconnect(sqlite3_vtab *t);
/* A zeroed cursor of @size bytes, which begins with a sqlite3_vtab_cursor. */
int virtual_open(size_t size, sqlite3_vtab_cursor **ret);

#endif
