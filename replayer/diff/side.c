/* SPDX-License-Identifier: Apache-2.0 */
#include "side.h"

#include <stdlib.h>

static void free_const(const void *at)
{
	free((void *)(uintptr_t)at);
}

static void free_process(const struct diff_process *p)
{
	for (size_t i = 0; p->threads && i < p->thread_count; i++)
		free_const(p->threads[i].steps);
	for (size_t i = 0; p->streams && i < p->stream_count; i++)
		free_const(p->streams[i].chunks);
	free_const(p->threads);
	free_const(p->streams);
	free_const(p->counts);
	free_const(p->inherited);
}

struct diff_side *diff_side_free(struct diff_side *s)
{
	if (!s)
		return NULL;
	for (size_t i = 1; i < s->process_count; i++)
		free_process(&s->processes[i]);
	for (size_t i = 1; i < s->call_count; i++)
		free_const(s->calls[i]);
	for (size_t i = 0; i < s->environment_count; i++)
		free(s->environments[i]);
	if (s->header)
		meta_header_done((struct meta_header *)(uintptr_t)s->header);
	if (s->snapshot)
		meta_snapshot_done((struct meta_snapshot *)(uintptr_t)s->snapshot);
	if (s->trailer)
		meta_trailer_done((struct meta_trailer *)(uintptr_t)s->trailer);
	free_const(s->header);
	free_const(s->snapshot);
	free_const(s->trailer);
	free_const(s->processes);
	free_const(s->objects);
	free_const(s->calls);
	free_const(s->texts);
	free(s->environments);
	free(s->chosen_ports);
	free(s);
	return NULL;
}
