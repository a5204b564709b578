/* SPDX-License-Identifier: Apache-2.0 */
#include "renamed.h"

#include "opts.h"
#include "spool.h"
#include "verbs.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

static struct renames *present(const struct renamed *r)
{
	return r->count ? r->tapes[r->count - 1] : NULL;
}

static int finish(struct renamed *r)
{
	int failed = 0;

	if (r->state)
		failed = renames_resolve(present(r), r->wanted, &r->generation);
	r->state = state_free(r->state);
	return failed;
}

static int begin(struct renamed *r)
{
	struct renames **grown = reallocarray(r->tapes, r->count + 1, sizeof(*grown));

	if (!grown)
		return -ENOMEM;
	r->tapes = grown;
	r->tapes[r->count] = renames_new();
	if (!r->tapes[r->count])
		return -ENOMEM;
	r->count++;
	r->state = state_new();
	return r->state ? 0 : -ENOMEM;
}

static int take(void *context, const struct trace_item *item, struct err *err)
{
	struct renamed *r = context;
	int failed = 0;

	(void)err;
	if (item->kind == ITEM_HEADER || !r->state) {
		failed = finish(r);
		if (!failed && r->count == RENAMED_TAPES_MAX)
			return OPTS_ENOUGH;
		failed = failed ? failed : begin(r);
	}
	if (!failed)
		failed = state_take(r->state, item);
	if (!failed && item->kind == ITEM_EVENT)
		failed = renames_take(present(r), r->state, item->event);
	return failed;
}

static int put_aside(struct renamed *r, char **paths)
{
	struct err err = {0};

	while (paths[r->paths_count])
		r->paths_count++;
	r->paths = calloc(r->paths_count + 1, sizeof(*r->paths));
	r->spools = calloc(r->paths_count + 1, sizeof(*r->spools));
	if (!r->paths || !r->spools)
		return opts_complain("out of memory");
	for (size_t i = 0; i < r->paths_count; i++)
		r->spools[i].fd = -1;
	for (size_t i = 0; i < r->paths_count; i++) {
		if (spool_tape(paths[i], &r->spools[i], &err) < 0)
			return opts_complain("%s", err_text(&err));
		r->paths[i] = (char *)(uintptr_t)r->spools[i].place;
	}
	return EXIT_FINE;
}

int renamed_read(struct renamed *r, char **paths, const char *wanted)
{
	const struct trace_stream_options options = {0};
	int status = put_aside(r, paths), failed = 0;
	uint64_t over = 0;

	r->wanted = wanted;
	/* What is wrong with a tape is said by the reading that shows it. */
	for (size_t i = 0; !status && i < r->paths_count && failed != -ENOMEM; i++)
		failed = opts_look_through(r->paths[i], &options, take, r);
	if (!status && failed != -ENOMEM)
		failed = finish(r);
	if (!status && failed == -ENOMEM)
		return opts_complain("out of memory");
	for (size_t i = 0; i < r->count; i++)
		over += renames_left_out(r->tapes[i]);
	if (over)
		opts_complain("%" PRIu64 " renames are left out: more than %d", over, RENAMES_MAX);
	return status;
}

const struct renames *renamed_tape(const struct renamed *r, size_t i)
{
	return i < r->count ? r->tapes[i] : NULL;
}

void renamed_done(struct renamed *r)
{
	r->state = state_free(r->state);
	for (size_t i = 0; i < r->count; i++)
		renames_free(r->tapes[i]);
	free(r->tapes);
	for (size_t i = 0; r->spools && i < r->paths_count; i++)
		spool_done(&r->spools[i]);
	free(r->spools);
	free(r->paths);
}
