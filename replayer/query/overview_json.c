/* SPDX-License-Identifier: Apache-2.0 */
/* The overview as one JSON object. */
#include "overview.h"

#include "overview_priv.h"

#include "tree.h"

#include "base/buf.h"
#include "base/cleanup.h"
#include "replayer/print/escape.h"
#include "replayer/print/print.h"

#include <inttypes.h>

static void json_failure(const struct failure *f, struct buf *ret)
{
	static const char *const ranks[] = {"expected", "probe", "missing", "serious", "fatal"};
	cleanup_done(buf_done) struct buf call = {0}, error = {0};

	failure_call(f, &call);
	failure_error(f, &error);
	buf_inherit(ret, &call);
	buf_inherit(ret, &error);
	buf_printf(ret, "{\"call\":\"%s\",\"error\":\"%s\",\"object\":\"", buf_text(&call),
		   buf_text(&error));
	escape_json(ret, f->object, f->object_size);
	buf_printf(ret,
		   "\",\"rank\":\"%s\",\"count\":%" PRIu64
		   ",\"first_pid\":%u,\"first_seq\":%" PRIu64 ",\"first_time\":%" PRIu64 "}",
		   ranks[failure_rank(f)], f->count, f->pid, f->first_seq, f->first_time);
}

static void json_cause(const struct cause *c, struct buf *ret)
{
	if (!c->words.size) {
		buf_str(ret, "null");
		return;
	}
	buf_str(ret, "{\"text\":\"");
	escape_json(ret, c->words.data, c->words.size);
	if (c->evidence.size) {
		buf_printf(ret, "\",\"pid\":%u,\"time\":%" PRIu64 ",\"evidence\":\"", c->pid,
			   c->time);
		escape_json(ret, c->evidence.data, c->evidence.size);
	}
	buf_str(ret, "\"}");
}

static void json_problem(const struct overview *o, const struct overview_problem *problem,
			 struct buf *ret)
{
	const struct process *p = &o->processes.list[problem->process - 1];
	cleanup_done(buf_done) struct buf end = {0};

	process_end_long(p, &end);
	buf_inherit(ret, &end);
	buf_printf(ret, "{\"pid\":%u,\"end\":\"", p->pid);
	escape_json(ret, buf_text(&end), end.size);
	buf_str(ret, "\",\"wrote\":\"");
	escape_json(ret, p->words, p->word_count);
	buf_str(ret, "\",\"cause\":");
	json_cause(&problem->cause, ret);
	buf_str(ret, ",\"failed_last\":");
	if (problem->has_failure)
		json_failure(&problem->failure, ret);
	else
		buf_str(ret, "null");
	buf_char(ret, '}');
}

static void json_calls(const struct stats *t, struct buf *ret)
{
	for (size_t i = 0; i < t->count; i++) {
		const struct stats_row *row = &t->rows[i];
		const struct event_call call = {.nr = row->key, .arch = row->arch};
		char name[32];

		buf_printf(ret,
			   "%s\n{\"syscall\":\"%s\",\"calls\":%" PRIu64 ",\"errors\":%" PRIu64
			   ",\"total_ns\":%" PRIu64 ",\"max_ns\":%" PRIu64 "}",
			   i ? "," : "",
			   row->key == STATS_REST ? "(others)" : print_call_name(&call, name),
			   row->calls, row->errors, row->total, row->max);
	}
}

int overview_json(const struct overview *o, struct buf *ret)
{
	buf_str(ret, "{\"info\":");
	info_say(&o->info, INFO_JSON, ret);
	buf_str(ret, ",\"problems\":[");
	for (size_t i = 0; i < o->problem_count; i++) {
		buf_str(ret, i ? ",\n" : "\n");
		json_problem(o, &o->problems[i], ret);
	}
	buf_printf(ret, "],\"more_problems\":%zu,\"failures\":[", o->more_problems);
	for (size_t i = 0; i < o->failures.count; i++) {
		buf_str(ret, i ? ",\n" : "\n");
		json_failure(&o->failures.list[i], ret);
	}
	buf_printf(ret, "],\"failures_not_listed\":%" PRIu64 ",\"syscalls\":[",
		   o->failures.beyond + o->failures.expected_beyond);
	json_calls(&o->stats, ret);
	buf_char(ret, ']');
	if (overview_world_json(o, ret) < 0)
		return buf_error(ret);
	buf_str(ret, ",\"processes\":");
	if (tree_json(&o->processes, ret) < 0)
		return buf_error(ret);
	buf_str(ret, "}\n");
	return buf_error(ret);
}
