/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two tapes of any kind compared and told in all three ways, through what analyze diff does with
 * them. The input is a byte, a number of bytes, so many of the first tape, and the rest: the second
 * tape, or pairs of a place and a byte that is another in it. Whatever they are, what is said is
 * harmless text, and a tape is not different from itself.
 */
#include "fuzz.h"
#include "tape.h"

#include "diff_run.h"

#include "base/err.h"
#include "replayer/diff/report.h"

#include <limits.h>
#include <sys/mman.h>
#include <unistd.h>

enum how { EDITED = 1 << 2, RULED = 1 << 3, LEARNED = 1 << 4, ALL = 1 << 5, BEHIND = 1 << 6 };

/* A rule of each kind. */
static const char rule_text[] = "systape-rules 1\n"
				"ignore call get*id\n"
				"ignore path /proc/*\n"
				"ignore env S*\n"
				"ignore process */cat\n"
				"ignore bytes *.log\n"
				"mask [0-9]+:[0-9]+ <time>\n"
				"root LIBS=/lib\n"
				"alias call access=faccessat\n"
				"alias path /etc/passwd=/etc/group\n"
				"pool */sh\n"
				"budget open* /usr/* <= 3\n";

struct pair {
	struct buf a, b;
	char a_path[32], b_path[32];
	int a_fd, b_fd;
};

/* ---- two tapes ---- */

/* Triples: a place, a byte to be added to what is there. */
static void edit(struct buf *bytes, struct bytes *edits)
{
	while (edits->left && bytes->size) {
		const size_t at = bytes_one(edits) | (size_t)bytes_one(edits) << 8;

		bytes->data[at % bytes->size] += (char)bytes_one(edits);
	}
}

static void make_pair(struct bytes *b, uint8_t how, struct pair *p)
{
	const enum tape_form form = how % 4 % TAPE_FORMS;
	struct buf second = {0};
	size_t size;
	uint8_t *first = bytes_copy(b, false, &size);

	if (how & EDITED) {
		buf_append(&second, first, size);
		edit(&second, b);
	} else {
		buf_append(&second, b->at, b->left);
	}
	tape_in_form(form, first, size, &p->a);
	tape_in_form(form, (const uint8_t *)second.data, second.size, &p->b);
	/* Several in one file, as in a baseline. */
	if (how & BEHIND)
		buf_append(&p->a, p->b.data, p->b.size);
	free(first);
	buf_done(&second);
}

static int file_of(const struct buf *tape, char *path, size_t size)
{
	const int fd = memfd_create("tape", MFD_CLOEXEC);

	fuzz_check(fd >= 0 && write(fd, tape->data, tape->size) == (ssize_t)tape->size);
	snprintf(path, size, "/proc/self/fd/%d", fd);
	return fd;
}

/* ---- what is said ---- */

static void check_text(struct buf *out, int failed)
{
	fuzz_check(failed == 0 && buf_error(out) == 0);
	for (size_t i = 0; i < out->size; i++) {
		const uint8_t c = (uint8_t)out->data[i];

		fuzz_check((c >= 0x20 && c != 0x7f) || c == '\n' || c == '\t');
	}
	fuzz_check(!out->size || out->data[out->size - 1] == '\n');
	buf_clear(out);
}

static void tell(const struct diff_result *x, bool all)
{
	const struct report report = {
		.c = &x->comparison,
		.ranking = &x->ranking,
		.a = "a.zst",
		.b = "b.zst",
		.all = all,
		.learned = x->learned,
		.masked = x->masked,
		.doubt = x->doubt[0] ? x->doubt : NULL,
		.a_context = x->a_context.size ? buf_text(&x->a_context) : NULL,
		.b_context = x->b_context.size ? buf_text(&x->b_context) : NULL};
	struct buf out = {0};

	check_text(&out, report_text(&report, &out));
	check_text(&out, report_json(&report, &out));
	check_text(&out, report_unified(&report, &out));
	buf_done(&out);
}

/* Whether they differ: -1 when they cannot be compared. */
static int compare(const char *a, const char *b, unsigned how)
{
	struct diff_inputs inputs = {.good = {a, a}, .bad = {b}, .bad_count = 1};
	struct diff_result x = {0};
	struct err err = {0};
	int r;

	inputs.good_count = how & LEARNED ? 2 : 1;
	inputs.all = how & ALL;
	if (how & RULED)
		fuzz_check(rules_read(rule_text, sizeof(rule_text) - 1, "rules", &inputs.rules,
				      &err) == 0);
	r = diff_run(&inputs, &x, &err);
	if (r == 0) {
		tell(&x, inputs.all);
		r = report_differs(&x.ranking, &x.comparison, INT_MAX);
	} else {
		fuzz_check(err.text[0]);
		r = -1;
	}
	diff_result_done(&x);
	diff_inputs_done(&inputs);
	return r;
}

void fuzz_one(const uint8_t *data, size_t size)
{
	struct bytes b = {data, size};
	const uint8_t how = bytes_one(&b);
	struct pair p = {0};

	make_pair(&b, how, &p);
	p.a_fd = file_of(&p.a, p.a_path, sizeof(p.a_path));
	p.b_fd = file_of(&p.b, p.b_path, sizeof(p.b_path));
	compare(p.a_path, p.b_path, how);
	/* A budget is about one side. */
	fuzz_check(compare(p.b_path, p.b_path, how & ~(unsigned)RULED) <= 0);
	close(p.a_fd);
	close(p.b_fd);
	buf_done(&p.a);
	buf_done(&p.b);
}
