/* SPDX-License-Identifier: Apache-2.0 */
#include "meta.h"

#include <stdlib.h>

void meta_header_done(struct meta_header *h)
{
	char *const strings[] = {h->tool,    h->sysname,  h->release,      h->version,
				 h->machine, h->hostname, h->distribution, h->cpu,
				 h->boot_id, h->libc,     h->trace_set,    h->options,
				 h->cut,     h->redacted};

	for (size_t i = 0; i < sizeof(strings) / sizeof(strings[0]); i++)
		free(strings[i]);
	free(h->command.data);
	free(h->cwd.data);
	free(h->shown_pids);
	*h = (struct meta_header){0};
}

void meta_process_done(struct meta_process *p)
{
	struct meta_bytes *const bytes[] = {&p->comm, &p->exe, &p->argv,
					    &p->env,  &p->cwd, &p->root};

	for (size_t i = 0; i < sizeof(bytes) / sizeof(bytes[0]); i++)
		free(bytes[i]->data);
	for (size_t i = 0; i < p->fd_count; i++)
		free(p->fds[i].target.data);
	for (size_t i = 0; i < p->map_count; i++)
		free(p->maps[i].path.data);
	free(p->tids);
	free(p->groups);
	free(p->rlimits);
	free(p->fds);
	free(p->maps);
	free(p->in_flight);
	free(p->missing);
	*p = (struct meta_process){0};
}

void meta_snapshot_done(struct meta_snapshot *s)
{
	for (size_t i = 0; i < s->process_count; i++)
		meta_process_done(&s->processes[i]);
	free(s->processes);
	*s = (struct meta_snapshot){0};
}

void meta_trailer_done(struct meta_trailer *t)
{
	for (size_t i = 0; i < t->note_count; i++)
		free(t->notes[i]);
	free(t->notes);
	free(t->reason);
	free(t->frames);
	*t = (struct meta_trailer){0};
}
