/* SPDX-License-Identifier: Apache-2.0 */
#include "virtual.h"

#include <stdlib.h>

struct binding {
	struct sql *sql;
	const char *schema;
	const void *is;
};

int virtual_register(struct sql *s, const char *prefix, const char *name, const char *schema,
		     const void *is, const sqlite3_module *module)
{
	struct binding *b = calloc(1, sizeof(*b));
	char whole[64];

	if (!b)
		return SQLITE_NOMEM;
	*b = (struct binding){s, schema, is};
	sqlite3_snprintf((int)sizeof(whole), whole, "%s%s", prefix, name);
	return sqlite3_create_module_v2(s->db, whole, module, b, free);
}

int virtual_connect(sqlite3 *db, void *context, int argc, const char *const *argv,
		    sqlite3_vtab **ret, char **ret_message)
{
	const struct binding *b = context;
	struct virtual_table *t;
	int r = sqlite3_declare_vtab(db, b->schema);

	(void)argc, (void)argv, (void)ret_message;
	if (r != SQLITE_OK)
		return r;
	t = calloc(1, sizeof(*t));
	if (!t)
		return SQLITE_NOMEM;
	t->sql = b->sql;
	t->is = b->is;
	*ret = &t->base;
	return SQLITE_OK;
}

int virtual_disconnect(sqlite3_vtab *t)
{
	free(t);
	return SQLITE_OK;
}

int virtual_open(size_t size, sqlite3_vtab_cursor **ret)
{
	*ret = calloc(1, size);
	return *ret ? SQLITE_OK : SQLITE_NOMEM;
}
