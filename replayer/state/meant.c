/* SPDX-License-Identifier: Apache-2.0 */
#include "meant.h"

#include "sys/table.h"

const struct sys_desc *call_meant(const struct event *e, uint64_t ret_args[EVENT_ARGS])
{
	const struct event_call *call = &e->call;
	const struct sys_desc *d = sys_find(call->arch, call->nr);
	const struct sys_field *array;
	const uint8_t *words = NULL;
	size_t size = 0;

	if (!d)
		return NULL;
	d = sys_select(d, call->args, NULL);
	array = sys_indirect_array(d);
	if (array)
		words = event_bytes(e, EVENT_AT_ENTRY,
				    sys_value(array, call->args, sizeof(call->args)), &size);
	d = words ? sys_indirect(d, words, size, ret_args) : NULL;
	return d ? sys_said(d) : NULL;
}
