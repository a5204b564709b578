/* SPDX-License-Identifier: Apache-2.0 */
#include "rows.h"

#include <errno.h>
#include <stdlib.h>

int sys_rows_init(struct sys_rows *r, sys_row_fn *find, const void *context)
{
	*r = (struct sys_rows){.row = {NULL}};
	for (size_t i = 0; i < SYS_ARCHS; i++) {
		const uint32_t arch = sys_arch(i);

		r->row[i] = calloc(sys_count(arch), sizeof(*r->row[i]));
		if (!r->row[i]) {
			sys_rows_done(r);
			return -ENOMEM;
		}
		for (uint64_t nr = 0; nr < sys_count(arch); nr++) {
			const struct sys_desc *d = sys_find(arch, nr);

			r->row[i][nr] = d ? find(context, d) : NULL;
		}
		r->arch[i] = arch;
		r->count[i] = sys_count(arch);
	}
	return 0;
}

void sys_rows_done(struct sys_rows *r)
{
	for (size_t i = 0; i < SYS_ARCHS; i++)
		free(r->row[i]);
	*r = (struct sys_rows){.row = {NULL}};
}
