/* SPDX-License-Identifier: Apache-2.0 */
#include "alone.h"

#include <errno.h>

/* Of a call, and of what it may turn out to be by its arguments. */
static const void *depends(const void *context, const struct sys_desc *d)
{
	const void *found = print_may_depend_on_past(d) ? d : NULL;

	for (size_t i = 0; !found && d->cases && i < d->cases->count; i++)
		found = depends(context, d->cases->variant[i].desc());
	return found;
}

int alone_init(struct alone *a, const struct print_options *options)
{
	*a = (struct alone){.printer = printer_new(options)};
	if (!a->printer)
		return -ENOMEM;
	return sys_rows_init(&a->others, depends, NULL);
}

bool alone_has(const struct alone *a, const struct event *e)
{
	return e->kind == EVENT_CALL && e->call.state == EVENT_FINISHED &&
	       !sys_rows_get(&a->others, e->call.arch, e->call.nr);
}

void alone_done(struct alone *a)
{
	a->printer = printer_free(a->printer);
	sys_rows_done(&a->others);
}
