/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyze: the reading half. A verb is a row of the table; a first word that is none
 * is a tape, to be shown as the overview.
 */
#include "opts.h"
#include "verbs.h"

#include "base/cleanup.h"

#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

struct verb {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *sentence;
};

static const struct verb verbs[] = {
	{"overview", verb_overview, "what ran, how it ended, what failed (the same as no verb)"},
	{"print", verb_print, "one line per event, in strace's notation"},
	{"tree", verb_tree, "the processes and what each of them ran"},
	{"stats", verb_stats, "calls, errors and times by syscall, process, thread or file"},
	{"state", verb_state, "the world at one place: descriptors, directories, mappings, calls"},
	{"files", verb_files, "every path that was touched: by whom, how, and what came of it"},
	{"net", verb_net, "everybody whom the processes talked to"},
	{"errors", verb_errors, "the calls that failed, those that matter first"},
	{"info", verb_info, "machine, command, versions, completeness"},
	{"check", verb_check, "verify every chunk; --repair -o FILE writes a clean copy"},
	{"sql", verb_sql, "ask the tape in SQL: TRACE [STATEMENT]..."},
	{"follow", verb_follow, "the bytes that flowed through a descriptor, socket, pipe or file"},
	{"diff", verb_diff, "what is different in the second tape; exit 1 when anything is"},
	{"baseline", verb_baseline,
	 "-o FILE: several good runs, from which diff learns what varies"},
	{"cut", verb_cut, "-o FILE: a tape with only the part that is named"},
	{"repack", verb_repack, "-19 -o FILE: the same tape, compressed harder"},
	{"redact", verb_redact, "-o FILE: the tape without the secrets that are found in it"},
	{"scan", verb_scan, "what looks like a secret in a file, and which names it keeps"},
	{"report", verb_report, "one self-contained HTML page: timeline, tables, tree"},
	{"export", verb_export, "--to jsonl, strace, csv, sqlite, perfetto, folded, pcapng"},
};

static int say_usage(void)
{
	puts("Usage: analyze [VERB] [OPTION]... TRACE...\n"
	     "Read what rec(1) has recorded. '-' is standard input.\n");
	for (size_t i = 0; i < ARRAY_SIZE(verbs); i++)
		printf("  %-9s %s\n", verbs[i].name, verbs[i].sentence);
	puts("\n"
	     "  overview, tree, print, stats, sql, files, net, errors, report, export:\n"
	     "    -e, --trace=SET    only these calls: trace=SET as strace(1) has it, names,\n"
	     "                       %sets, /regex, ! for all others; 'all': also those that\n"
	     "                       rec was not asked for\n"
	     "  print, report, export:\n"
	     "    --pid=PID[,PID]    only these processes or threads\n"
	     "    --time=A..B        only from second A to second B of the tape\n"
	     "  print, export --to strace:\n"
	     "    -z, -Z             only calls that succeeded, only calls that failed\n"
	     "    -e status=SET      only calls that ended so: successful, failed, unfinished\n"
	     "    -e signal=SET      only these signals\n"
	     "    -q, -qq            -qq: no line for the end of a process\n"
	     "    -n, -i             number and instruction pointer of each call\n"
	     "    -t, -tt, -ttt, -r  time of day, with microseconds, since the epoch, relative\n"
	     "    -T                 time spent in each call\n"
	     "    -s SIZE            characters shown of each string (default 32)\n"
	     "    -v                 nothing abbreviated\n"
	     "    -x, -xx            strings in hexadecimal where not ASCII, always\n"
	     "    -y, -yy            paths of descriptors; protocols, addresses, devices too\n"
	     "    -Y                 what processes are called: 4711<sh>\n"
	     "    -P PATH            only calls about this path, or a descriptor of it\n"
	     "    -X raw|abbrev|verbose  numbers, names (default), or both\n"
	     "    -a COLUMN          where results are aligned (default 40)\n"
	     "    and the long spellings that strace has of these\n"
	     "  sql: --csv, --line, --no-header\n"
	     "  follow: --json, --pid, --time, -e as above, and\n"
	     "    --list             all streams: number, kind, bytes, who\n"
	     "    --fd=[PID:]FD      what was behind this descriptor; of the first process\n"
	     "    --path=PATH        what was read from and written to this file\n"
	     "    --socket=ADDRESS   ADDR, ADDR:PORT, :PORT or the path of a socket\n"
	     "    --pipe, --stream=N all pipes, the stream with this number\n"
	     "    --hex              in hexadecimal\n"
	     "    --content          the file put together, holes marked\n"
	     "    --raw, -o FILE     the bytes alone; a file is put together\n"
	     "    --out, --in        one direction only\n"
	     "  cut: -o FILE, -z LEVEL, --pid, --time, -e as above, and\n"
	     "    --children         with --pid: also all that descend from them\n"
	     "    --events=A..B      only from event A to event B\n"
	     "  diff: --all, --json, --format=text|json|unified, --rules=FILE, --allow-lossy,\n"
	     "        --fail-on=LEVEL, --good TRACE..., --bad TRACE... (several runs of a side)\n"
	     "  baseline: -o FILE, --output=FILE\n"
	     "  redact: -o FILE, -z LEVEL as above, and\n"
	     "    --level=LEVEL      default; names: also users, hosts, homes and addresses;\n"
	     "                       meta: no payload, no values of variables\n"
	     "    --key-file=FILE    the same key for several tapes (made if it is not there)\n"
	     "    --rules=FILE       own rules\n"
	     "  stats: --by=syscall|process|thread|file, --sort=time|calls|errors|mean|p50|p90|\n"
	     "         p99|max|wall|blocked|busy|bytes, --pid=PID[,PID], --time=A..B\n"
	     "  repack: -o FILE, -z LEVEL or -LEVEL (default -19), --long (frames of 128 MiB)\n"
	     "  info: --markdown, --environment\n"
	     "  check: --repair, -o FILE              export: --to=FORMAT, -o FILE\n"
	     "  export --to folded: --weight=time|count|bytes\n"
	     "  report: -o FILE\n"
	     "  export --to folded: --weight=time|count|bytes\n"
	     "  state: --at=EVENT|SECONDSs, --pid=PID[,PID], --maps\n"
	     "  files: -P PATH, --sort=bytes|path|time|errors, --written, --failed, --missing,\n"
	     "         --all, --pid=PID[,PID], --time=A..B\n"
	     "  net: --sort=bytes|time|errors\n"
	     "  net, errors: --all, --pid=PID[,PID], --time=A..B\n"
	     "  overview, tree, stats, state, files, net, errors, info, check, sql, redact, scan:\n"
	     "      --json\n"
	     "      --help             show this and exit\n"
	     "      --version          show the version and exit\n"
	     "\n"
	     "Exit status: 0 fine; 1 diff or scan found something; 2 trouble: bad use, no tape, a "
	     "tape that is damaged or cut off.");
	return EXIT_FINE;
}

static const struct verb *find(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(verbs); i++) {
		if (strcmp(verbs[i].name, name) == 0)
			return &verbs[i];
	}
	return NULL;
}

int main(int argc, char **argv)
{
	const struct verb *verb;

	/* For names in UTF-8 only; numbers are printed by our own hand. */
	setlocale(LC_CTYPE, "");
	signal(SIGPIPE, SIG_IGN);
	if (argc < 2)
		return opts_complain("no tape given; try 'analyze --help'");
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)
		return say_usage();
	if (strcmp(argv[1], "--version") == 0) {
		puts("analyze (systape) " SYSTAPE_VERSION);
		return EXIT_FINE;
	}
	verb = find(argv[1]);
	if (verb)
		return verb->run(argc - 1, argv + 1);
	/* Options of the overview may stand where a verb would. */
	return verb_overview(argc, argv);
}
