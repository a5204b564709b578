/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyze sql: as sqlite3(1) takes it, the tape in the place of the database. A tape from a pipe
 * is put aside first, for a query reads it more than once.
 */
#include "export_sql.h"
#include "opts.h"
#include "rows.h"
#include "spool.h"
#include "verbs.h"

#include "base/cleanup.h"

#include <errno.h>
#include <getopt.h>
#include <string.h>

struct sql_run {
	struct sql *sql;
	struct rows rows;
	const char *tape;
	struct spool spool;
};

static void run_done(struct sql_run *run)
{
	sql_free(run->sql);
	rows_done(&run->rows);
	spool_done(&run->spool);
}

/* ".tables" and ".schema": what every user of sqlite3 types first. */
static int dot(struct sql_run *run, const char *text)
{
	cleanup_done(buf_done) struct buf schema = {0};
	char *at, *line;

	sql_schema(&schema);
	buf_inherit(&run->rows.out, &schema);
	if (strncmp(text, ".schema", 7) == 0) {
		buf_str(&run->rows.out, buf_text(&schema));
		return EXIT_FINE;
	}
	if (strncmp(text, ".tables", 7) != 0)
		return opts_complain("'%s': there are only .tables and .schema", text);
	for (at = schema.data; at && (line = strsep(&at, "\n"));) {
		const char *name = strstr(line, "TABLE ") ? strstr(line, "TABLE ") + 6 : "";

		buf_append(&run->rows.out, name, strcspn(name, "( "));
		buf_str(&run->rows.out, *name ? "\n" : "");
	}
	return EXIT_FINE;
}

static int ask(struct sql_run *run, const char *text)
{
	struct err err = {0};
	int r;

	text += strspn(text, " \t\r\n");
	if (*text == '.')
		return dot(run, text);
	do {
		r = sql_run(run->sql, &text, rows_put, &run->rows, &err);
		/* Rows that came before the fault are shown. */
		rows_end(&run->rows);
	} while (r > 0);
	opts_flush(&run->rows.out);
	if (r < 0 && r != -EPIPE)
		return opts_complain("%s", err_text(&err));
	return EXIT_FINE;
}

/* Each statement runs when it is whole, so that one can be typed. */
static int ask_lines(struct sql_run *run)
{
	cleanup_free char *line = NULL;
	cleanup_done(buf_done) struct buf text = {0};
	size_t room = 0;
	int status = EXIT_FINE;

	while (status == EXIT_FINE && getline(&line, &room, stdin) > 0) {
		if (!text.size && *line == '.') {
			line[strcspn(line, "\n")] = 0;
			status = dot(run, line);
			opts_flush(&run->rows.out);
			continue;
		}
		buf_str(&text, line);
		if (buf_error(&text) < 0)
			return opts_complain("out of memory");
		if (!sql_is_whole(buf_text(&text)))
			continue;
		status = ask(run, buf_text(&text));
		buf_clear(&text);
	}
	return status == EXIT_FINE && text.size ? ask(run, buf_text(&text)) : status;
}

static void say_damage(void *context, const char *text)
{
	const struct sql_run *run = context;

	opts_complain("%s: %s", run->tape, text);
}

static int ask_all(struct sql_run *run, char **statements)
{
	int status = EXIT_FINE;

	if (!*statements || (strcmp(*statements, "-") == 0 && !statements[1]))
		status = ask_lines(run);
	else
		for (; *statements && status == EXIT_FINE; statements++)
			status = ask(run, *statements);
	status = opts_end(&run->rows.out, 0, status);
	return sql_damages(run->sql, say_damage, run) ? EXIT_TROUBLE : status;
}

static int run_sql(struct sql_run *run, const char *trace, char **arguments)
{
	struct err err = {0};

	run->tape = *arguments;
	if (!run->tape)
		return opts_complain("no tape given; try 'analyze --help'");
	if (strcmp(run->tape, "-") == 0 && !arguments[1])
		return opts_complain("the tape is standard input: give the statement as an "
				     "argument");
	if (spool_tape(run->tape, &run->spool, &err) < 0)
		return opts_complain("%s", err_text(&err));
	if (sql_open(run->spool.place, trace, &run->sql, &err) < 0)
		return export_complain(run->tape, &err);
	return ask_all(run, arguments + 1);
}

int verb_sql(int argc, char **argv)
{
	static const struct option longs[] = {
		{"csv", no_argument, NULL, 'c'},         {"json", no_argument, NULL, 'j'},
		{"line", no_argument, NULL, 'l'},        {"no-header", no_argument, NULL, 'n'},
		{"trace", required_argument, NULL, 'e'}, {0}};
	cleanup_done(run_done) struct sql_run run = {.spool = {.fd = -1}};
	const char *trace = NULL;
	int option;

	while ((option = getopt_long(argc, argv, ":e:", longs, NULL)) != -1) {
		switch (option) {
		case 'c':
			run.rows.format = ROWS_CSV;
			break;
		case 'j':
			run.rows.format = ROWS_JSON;
			break;
		case 'l':
			run.rows.format = ROWS_LINE;
			break;
		case 'n':
			run.rows.no_header = true;
			break;
		case 'e':
			trace = optarg;
			break;
		default:
			return opts_bad_option(option, argv);
		}
	}
	run.rows.terminal = isatty(STDOUT_FILENO);
	return run_sql(&run, trace, argv + optind);
}
