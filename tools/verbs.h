/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The verbs of analyze: each in a file of its own, verb_<name>.c. argv[0] is the verb;
 * the result is the exit status: 0 fine, 1 where a verb says so, 2 trouble.
 */
#ifndef TOOLS_VERBS_H
#define TOOLS_VERBS_H

enum { EXIT_FINE = 0, EXIT_DIFFERENT = 1, EXIT_TROUBLE = 2 };

int verb_overview(int argc, char **argv);
int verb_print(int argc, char **argv);
int verb_tree(int argc, char **argv);
int verb_sql(int argc, char **argv);
int verb_state(int argc, char **argv);
int verb_stats(int argc, char **argv);
int verb_info(int argc, char **argv);
int verb_check(int argc, char **argv);
int verb_follow(int argc, char **argv);
int verb_cut(int argc, char **argv);
int verb_repack(int argc, char **argv);
int verb_redact(int argc, char **argv);
int verb_scan(int argc, char **argv);
int verb_report(int argc, char **argv);
int verb_export(int argc, char **argv);
int verb_errors(int argc, char **argv);
int verb_net(int argc, char **argv);
int verb_files(int argc, char **argv);
int verb_diff(int argc, char **argv);
int verb_baseline(int argc, char **argv);

#endif
