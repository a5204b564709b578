/* SPDX-License-Identifier: Apache-2.0 */
#include "export_sql.h"

#include "filter.h"
#include "opts.h"
#include "rows.h"
#include "spool.h"
#include "verbs.h"

#include "base/cleanup.h"

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <signal.h>
#include <string.h>

struct options {
	const char *to;
	char **paths;
	struct filter filter; /* its pids and times */
	struct buf pids;
	struct sql_part part;
};

static const struct option longs[] = {
	{"to", required_argument, NULL, 'k'},    {"output", required_argument, NULL, 'o'},
	{"trace", required_argument, NULL, 'e'}, {"pid", required_argument, NULL, 'p'},
	{"time", required_argument, NULL, 'm'},  {0}};

static void options_done(struct options *o)
{
	filter_done(&o->filter);
	buf_done(&o->pids);
}

static int apply(struct options *o, int option, struct err *err)
{
	switch (option) {
	case 'o':
		o->to = optarg;
		return 0;
	case 'e':
		o->part.trace = optarg;
		return 0;
	case 'p':
		return filter_pids(&o->filter, optarg, err);
	case 'm':
		return filter_time(&o->filter, optarg, err);
	default:
		return 0;
	}
}

static int set_part(struct options *o)
{
	const struct map *pids = &o->filter.pids;

	for (size_t i = 0; i < pids->capacity; i++) {
		if (pids->slots[i].value)
			buf_printf(&o->pids, "%s%" PRIu64, o->pids.size ? "," : "",
				   pids->slots[i].key);
	}
	o->part.pids = o->pids.size ? buf_text(&o->pids) : NULL;
	o->part.from = o->filter.from;
	o->part.until = o->filter.until;
	return buf_error(&o->pids) < 0 ? opts_complain("out of memory") : EXIT_FINE;
}

/* EXIT_FINE, or the status after a complaint. */
static int parse(int argc, char **argv, struct options *ret)
{
	struct err err = {0};
	int option;

	while ((option = getopt_long(argc, argv, ":o:e:", longs, NULL)) != -1) {
		if (option == '?' || option == ':')
			return opts_bad_option(option, argv);
		if (apply(ret, option, &err) < 0)
			return opts_complain("%s", err_text(&err));
	}
	ret->paths = argv + optind;
	if (!*ret->paths)
		return opts_complain("no tape given; try 'analyze --help'");
	return set_part(ret);
}

int export_complain(const char *tape, const struct err *err)
{
	const char *text = err_text(err);
	size_t size = strlen(tape);

	if (strncmp(text, tape, size) == 0 && text[size] == ':')
		return opts_complain("%s", text);
	return opts_complain("%s: %s", strcmp(tape, "-") == 0 ? "standard input" : tape, text);
}

static void say_damage(void *context, const char *text)
{
	opts_complain("%s: %s", (const char *)context, text);
}

/* ---- csv ---- */

/* All of them are had faster than those that a statement chooses. */
static int select_calls(struct sql *sql, const char *where, struct rows *rows, struct err *err)
{
	cleanup_done(buf_done) struct buf text = {0};
	const char *at;

	if (!*where)
		return sql_calls(sql, rows_put, rows, err);
	buf_str(&text, "SELECT * FROM syscalls");
	buf_str(&text, where);
	if (buf_error(&text) < 0)
		return err_set(err, ENOMEM, "out of memory");
	at = buf_text(&text);
	return sql_run(sql, &at, rows_put, rows, err);
}

static int write_csv(const char *path, const struct sql_part *part, struct rows *rows)
{
	cleanup_done(buf_done) struct buf text = {0};
	cleanup_done(spool_done) struct spool spool = {.fd = -1};
	struct err err = {0};
	struct sql *sql;
	size_t damages;
	int r;

	sql_where(part, "syscalls", &text);
	if (buf_error(&text) < 0)
		return opts_complain("out of memory");
	if (spool_tape(path, &spool, &err) < 0)
		return opts_complain("%s", err_text(&err));
	if (sql_open(spool.place, part->trace, &sql, &err) < 0)
		return export_complain(path, &err);
	r = select_calls(sql, buf_text(&text), rows, &err);
	rows_end(rows);
	damages = r == -EPIPE ? 0 : sql_damages(sql, say_damage, (void *)(uintptr_t)path);
	sql_free(sql);
	if (r < 0 && r != -EPIPE)
		return export_complain(path, &err);
	return damages ? EXIT_TROUBLE : EXIT_FINE;
}

int export_csv(int argc, char **argv)
{
	cleanup_done(rows_done) struct rows rows = {.format = ROWS_CSV};
	cleanup_done(options_done) struct options o = {.to = NULL};
	struct err err = {0};
	int status = parse(argc, argv, &o), one;

	if (status != EXIT_FINE)
		return status;
	if (o.to && opts_output_to(o.to, &err) < 0)
		return opts_complain("%s", err_text(&err));
	status = opts_empty_output(o.paths);
	if (status != EXIT_FINE)
		return status;
	rows.terminal = !o.to && isatty(STDOUT_FILENO);
	for (; *o.paths; o.paths++) {
		one = write_csv(*o.paths, &o.part, &rows);
		status = one > status ? one : status;
		rows.no_header = true;
	}
	return opts_end(&rows.out, 0, status);
}

/* ---- sqlite ---- */

static const int deadly[] = {SIGINT, SIGTERM, SIGHUP};

static void block(sigset_t *ret_before)
{
	struct sigaction now;
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < ARRAY_SIZE(deadly); i++) {
		if (sigaction(deadly[i], NULL, &now) == 0 && now.sa_handler != SIG_IGN)
			sigaddset(&set, deadly[i]);
	}
	sigprocmask(SIG_BLOCK, &set, ret_before);
}

static bool is_to_die(void *context)
{
	sigset_t set;

	(void)context;
	sigpending(&set);
	for (size_t i = 0; i < ARRAY_SIZE(deadly); i++) {
		if (sigismember(&set, deadly[i]) > 0)
			return true;
	}
	return false;
}

/* A signal that ends us waits until there is nothing half done left behind. */
static int save(const char *place, const struct options *o, struct err *err)
{
	const struct sql_listener listener = {say_damage, is_to_die, *o->paths};
	sigset_t before;
	int r;

	block(&before);
	r = sql_save(place, &o->part, o->to, &listener, err);
	sigprocmask(SIG_SETMASK, &before, NULL);
	return r;
}

int export_sqlite(int argc, char **argv)
{
	cleanup_done(spool_done) struct spool spool = {.fd = -1};
	cleanup_done(options_done) struct options o = {.to = NULL};
	struct err err = {0};
	int status = parse(argc, argv, &o), r;

	if (status != EXIT_FINE)
		return status;
	if (!o.to || strcmp(o.to, "-") == 0)
		return opts_complain("a database is a file: name it with -o");
	if (o.paths[1])
		return opts_complain("a database is of one tape");
	if (spool_tape(*o.paths, &spool, &err) < 0)
		return opts_complain("%s", err_text(&err));
	r = save(spool.place, &o, &err);
	if (r == -EEXIST)
		return opts_complain("%s", err_text(&err));
	if (r < 0)
		return export_complain(*o.paths, &err);
	return r ? EXIT_TROUBLE : EXIT_FINE;
}
