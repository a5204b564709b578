/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A report as one HTML page that needs nothing else: no network, no other file. Its policy
 * (CSP) forbids everything but its own style and script, named by their hashes. All tables are
 * there without JavaScript.
 */
#ifndef REPORT_PAGE_H
#define REPORT_PAGE_H

#include "collect.h"

/* Appends the page. After report_end(). 0 or -ENOMEM. */
int report_page(const struct report *r, struct buf *out);

/* What the timeline has no room for. */
struct report_left {
	size_t lanes, marks;
};

/* Appends the JSON of the timeline, @span ns long. 0 or -ENOMEM. */
int report_timeline(const struct report *r, uint64_t span, struct report_left *ret,
		    struct buf *out);
/* tables.c, tree.c: a section each. */
void report_slow_table(const struct report *r, struct buf *out);
void report_call_table(const struct report *r, struct buf *out);
void report_failure_table(const struct report *r, struct buf *out);
void report_signal_table(const struct report *r, struct buf *out);
int report_process_table(const struct report *r, uint64_t span, struct buf *out);
/* files.c, peers.c. 0 or -ENOMEM. */
int report_files(const struct report *r, struct buf *out);
int report_peers(const struct report *r, struct buf *out);
void report_tree(const struct report *r, struct buf *out);

/* What a build embeds: assets.c is made by cmake/embed.cmake. */
struct report_asset {
	const char *text;
	const char *hash; /* "sha256-…" */
};
extern const struct report_asset report_css, report_js;

#endif
