/* SPDX-License-Identifier: Apache-2.0 */
#include "query_verb.h"

#include <errno.h>
#include <getopt.h>
#include <string.h>

static void end_tape(struct query_verb *v)
{
	v->ops->done(v->run);
	processes_done(&v->processes);
	v->state = state_free(v->state);
}

/* A second tape in the file, or the next file: the one before is told first. */
static void finish(struct query_verb *v)
{
	if (v->state && !v->failed) {
		if (v->told++ && !v->json)
			buf_char(&v->out, '\n');
		v->failed = (v->json ? v->ops->json : v->ops->say)(v->run, &v->processes, &v->out);
		if (v->json)
			buf_char(&v->out, '\n');
	}
	end_tape(v);
}

static int begin(struct query_verb *v)
{
	v->state = state_new();
	return v->state ? v->ops->begin(v->run) : -ENOMEM;
}

static int take_item(struct query_verb *v, const struct trace_item *item)
{
	int r = v->state ? 0 : begin(v);

	/* Who it was is said as it was then, whether or not more can be read. */
	if (item->kind == ITEM_EVENT && filter_is_behind(&v->filter, item->event))
		return r;
	filter_take(&v->filter, item);
	if (r == 0)
		r = v->filter.failed;
	if (r == 0)
		r = state_take(v->state, item);
	if (r == 0)
		r = processes_take(&v->processes, item);
	if (r == 0 && item->kind == ITEM_EVENT && filter_shows(&v->filter, item->event))
		r = v->ops->take(v->run, v->state, &v->processes, item->event);
	return r;
}

static int take(void *context, const struct trace_item *item, struct err *err)
{
	struct query_verb *v = context;

	if (item->kind == ITEM_HEADER)
		finish(v);
	if (v->failed || take_item(v, item) < 0)
		return err_set(err, ENOMEM, "out of memory");
	return opts_put(&v->out) ? 0 : -EPIPE;
}

int query_verb_option(struct query_verb *v, int option, char **argv)
{
	struct err err = {0};
	int r = 0;

	if (option == 'j')
		v->json = true;
	else if (option == 'e')
		r = filter_trace(&v->filter, optarg, &err);
	else if (option == 'p')
		r = filter_pids(&v->filter, optarg, &err);
	else if (option == 't')
		r = filter_time(&v->filter, optarg, &err);
	else
		return opts_bad_option(option, argv);
	return r < 0 ? opts_complain("%s", err_text(&err)) : 0;
}

int query_verb_run(struct query_verb *v, char **paths)
{
	struct trace_stream_options options = {0};
	int status;

	filter_bound(&v->filter, false, &options);
	status = opts_for_each_item(paths, &options, take, v);
	finish(v);
	return opts_end(&v->out, v->failed, status);
}

void query_verb_done(struct query_verb *v)
{
	end_tape(v);
	filter_done(&v->filter);
}

int query_verb_word(const char *const *words, size_t count, const char *word)
{
	for (size_t i = 0; i < count; i++) {
		if (strcmp(words[i], word) == 0)
			return (int)i;
	}
	return -1;
}
