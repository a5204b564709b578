/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pieces of a page. Whatever comes from a tape goes through html_bytes() or html_text(): a
 * page has no other way for traced bytes.
 */
#ifndef REPORT_HTML_H
#define REPORT_HTML_H

#include <stddef.h>
#include <stdint.h>

struct buf;

/* Text that is harmless on a terminal already: & < > " ' become entities. */
void html_text(struct buf *out, const char *text);
/* The same of @text, which is empty again; that it had failed, @out knows. */
void html_take(struct buf *out, struct buf *text);
/* Cuts text to @limit bytes, at the end of a character, and says so: "…". */
void html_cut(struct buf *text, size_t limit);
/* Bytes of unknown origin, at most @limit of them (then "…"), as escape_text() says them. */
void html_bytes(struct buf *out, const void *bytes, size_t size, size_t limit);
/* 1234567 as 1,234,567. */
void html_count(struct buf *out, uint64_t n);
/* 1.234 ms, of three to four digits. */
void html_duration(struct buf *out, uint64_t ns);
/* 1.2 MiB */
void html_size(struct buf *out, uint64_t bytes);
/* Cells of a table, sorted by the number itself. */
void html_count_cell(struct buf *out, uint64_t n);
void html_duration_cell(struct buf *out, uint64_t ns);
/* Bytes that so many calls moved; empty when there were none. */
void html_size_cell(struct buf *out, uint64_t bytes, uint64_t calls);
/* When, in seconds since the tape began. */
void html_time_cell(struct buf *out, uint64_t ns);
/* JSON that stands in a script element: no < is left in it. */
void html_json(struct buf *out, const char *json, size_t size);

#endif
