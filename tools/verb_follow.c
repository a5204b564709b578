/* SPDX-License-Identifier: Apache-2.0 */
/* analyze follow: the bytes that flowed through descriptors, sockets, pipes and files. */
#include "filter.h"
#include "opts.h"
#include "renamed.h"
#include "verbs.h"

#include "base/cleanup.h"
#include "base/fileio.h"
#include "replayer/print/print.h"
#include "replayer/query/content.h"
#include "replayer/query/follow.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MODE = 0600, PIECE = 64 << 10, ZEROS = 64 };

struct follow_run {
	struct filter filter;
	struct stream_choice choice;
	struct follow follow;
	bool chosen, list, raw, content;
	bool only[STREAM_WAYS]; /* --out, --in */
	const char *output;     /* of --raw */
	int fd;                 /* the same, open; -1: standard output */
	struct content file;    /* put together; its fd is -1 where it is not */
	bool seen[STREAM_WAYS];
	uint64_t not_kept, told;
	int error; /* of writing the file */

	struct state *state;
	struct printer *printer;
	struct streams *streams;
	struct renamed renamed; /* to the path that was asked for */
	size_t tapes;
	bool any_tape;
	struct buf out;
};

/* ---- flows ---- */

static int write_raw(struct follow_run *run, const struct flow *f)
{
	for (size_t i = 0; i < f->piece_count; i++) {
		const struct transfer_piece *p = &f->pieces[i];

		if (!p->data) {
			run->not_kept += p->size;
			continue;
		}
		buf_append(&run->out, p->data, p->size);
	}
	return buf_error(&run->out);
}

/* Files are put together where their bytes belong, all else comes one behind the other. */
static int tell(void *context, const struct flow *f)
{
	struct follow_run *run = context;
	/* What a descriptor stood for in turn comes one behind the other. */
	bool of_file = !run->choice.by_fd && (f->kind || f->positioned || f->append);
	int r;

	if ((run->only[STREAM_ONE] || run->only[STREAM_OTHER]) && !run->only[f->way])
		return 0;
	run->told++;
	run->seen[f->way] |= f->kind == FLOW_BYTES;
	if (run->list)
		return 0;
	if (run->content || (run->raw && of_file)) {
		r = content_take(&run->file, f);
		if (r < 0 && r != -ENOMEM)
			run->error = r;
		return r;
	}
	if (run->raw)
		return write_raw(run, f);
	follow_flow(&run->follow, f, &run->out);
	return buf_error(&run->out);
}

static void end_json(struct follow_run *run)
{
	buf_str(&run->out, run->list ? "[" : "{\"flows\":[");
}

static int finish(struct follow_run *run)
{
	int r = run->any_tape ? streams_finish(run->streams) : 0;
	uint64_t over, unknown;

	if (r || !run->any_tape)
		return r;
	run->any_tape = false;
	if (run->list) {
		if (run->follow.form == FOLLOW_JSON)
			end_json(run);
		follow_list(run->streams, &run->follow, &run->out);
		if (run->follow.form == FOLLOW_JSON)
			buf_str(&run->out, "]\n");
	} else if (!run->raw && !run->content) {
		follow_end(&run->follow, &run->out);
		if (run->follow.form == FOLLOW_JSON) {
			buf_str(&run->out, "],\n\"streams\":[");
			follow_list(run->streams, &run->follow, &run->out);
			buf_str(&run->out, "]}\n");
		}
	}
	over = streams_left_out(run->streams, &unknown);
	if (over)
		opts_complain("%" PRIu64 " transfers are left out: more than %d streams", over,
			      STREAMS_MAX);
	if (unknown)
		opts_complain("%" PRIu64 " transfers of descriptors that the tape does not know",
			      unknown);
	return buf_error(&run->out);
}

static void forget(struct follow_run *run)
{
	run->streams = streams_free(run->streams);
	run->printer = printer_free(run->printer);
	run->state = state_free(run->state);
	/* Its stream is no more. */
	run->follow.any = false;
}

static int begin(struct follow_run *run, const struct meta_header *header)
{
	const struct print_options options = {.string_limit = PRINT_STRING_DEFAULT,
					      .names = PRINT_NAMES_ALL};

	forget(run);
	run->state = state_new_with(STATE_POSITIONS);
	run->printer = printer_new(&options);
	if (!run->state || !run->printer)
		return -ENOMEM;
	printer_header(run->printer, header);
	printer_state(run->printer, run->state);
	run->choice.renames = renamed_tape(&run->renamed, run->tapes++);
	run->streams = streams_new(&run->choice, run->state, run->printer, tell, run);
	run->any_tape = run->streams != NULL;
	if (run->any_tape && run->follow.form == FOLLOW_JSON && !run->list)
		end_json(run);
	return run->any_tape ? 0 : -ENOMEM;
}

static int take(void *context, const struct trace_item *item, struct err *err)
{
	struct follow_run *run = context;
	bool shown = filter_passes(&run->filter, item);
	int r = run->filter.failed;

	if (r == 0 && (item->kind == ITEM_HEADER || !run->streams)) {
		r = finish(run);
		if (r == 0)
			r = begin(run, item->kind == ITEM_HEADER ? item->header : NULL);
	}
	if (r == 0)
		r = state_take(run->state, item);
	if (r == 0)
		r = streams_take(run->streams, item, shown);
	if (run->error)
		return err_errno(err, -run->error, "cannot put the file together");
	if (r < 0)
		return err_set(err, ENOMEM, "out of memory");
	return opts_put(&run->out) ? 0 : -EPIPE;
}

/* ---- what was put together ---- */

static int copy_out(struct follow_run *run, uint64_t at, uint64_t end)
{
	uint8_t piece[PIECE];

	while (at < end) {
		size_t n = end - at < PIECE ? (size_t)(end - at) : PIECE;
		ssize_t got = fileio_read_at(run->file.fd, at, piece, n);

		if (got <= 0)
			return got < 0 ? (int)got : 0;
		buf_append(&run->out, piece, (size_t)got);
		if (!opts_put(&run->out))
			return 0;
		at += (uint64_t)got;
	}
	return 0;
}

static const uint8_t no_bytes[ZEROS];

static void say_zeros(struct follow_run *run, uint64_t *zeros)
{
	if (*zeros)
		follow_gap(&run->follow, *zeros, "zero", &run->out);
	*zeros = 0;
}

/* Known bytes in a row; long runs of zeros are only counted. */
static int say_extent(struct follow_run *run, uint64_t at, uint64_t end)
{
	uint8_t piece[PIECE];
	uint64_t zeros = 0;

	while (at < end) {
		size_t n = end - at < PIECE ? (size_t)(end - at) : PIECE, lead = 0;
		ssize_t got = fileio_read_at(run->file.fd, at, piece, n);

		if (got <= 0)
			return (int)got;
		while (lead < (size_t)got && !piece[lead])
			lead++;
		lead = zeros || lead >= ZEROS ? lead : 0;
		zeros += lead;
		if (lead < (size_t)got) {
			const uint8_t *next = memmem(piece + lead, (size_t)got - lead, no_bytes,
						     sizeof(no_bytes));

			say_zeros(run, &zeros);
			n = next ? (size_t)(next - piece) : (size_t)got;
			follow_bytes(&run->follow, at + lead, piece + lead, n - lead, &run->out);
			got = (ssize_t)n;
		}
		if (!opts_put(&run->out))
			return 0;
		at += (uint64_t)got;
	}
	say_zeros(run, &zeros);
	return 0;
}

/* As one flow that says where its pieces are. */
static int say_content(struct follow_run *run)
{
	const struct content *c = &run->file;
	struct follow *w = &run->follow;
	uint64_t at = 0;
	int r;

	for (size_t i = 0; i <= c->count && at < c->end; i++) {
		uint64_t begin = i < c->count ? c->extents[i].at : c->end;
		uint64_t end = i < c->count ? c->extents[i].end : c->end;

		if (begin > at)
			follow_gap(w, begin - at, "not known", &run->out);
		r = say_extent(run, begin, end);
		at = end;
		if (r < 0)
			return r;
	}
	follow_end(w, &run->out);
	return 0;
}

/* What stands in the file that was written, in words. */
static int say_missing(struct follow_run *run)
{
	uint64_t missing = content_missing(&run->file);
	int status = EXIT_FINE;

	if (!run->raw)
		missing = 0;
	if (missing)
		status =
			opts_complain("%" PRIu64 " of %" PRIu64 " bytes are not on the tape%s",
				      missing, run->file.end, run->raw ? ": zero in the file" : "");
	if (run->file.mapped.end) {
		opts_complain("bytes %" PRIu64 " to %" PRIu64 " were mapped for writing, too: what "
			      "was written so is not on the tape",
			      run->file.mapped.at, run->file.mapped.end);
		status = run->raw ? EXIT_TROUBLE : status;
	}
	if (run->file.unplaced)
		status = opts_complain("%" PRIu64 " bytes are left out: their place in the file is "
				       "not known",
				       run->file.unplaced);
	if (run->not_kept)
		status = opts_complain("%" PRIu64 " bytes are not on the tape and missing",
				       run->not_kept);
	return status;
}

static int end_content(struct follow_run *run, int status)
{
	int r = 0, missing;

	if (run->content)
		r = say_content(run);
	else if (run->file.end && run->fd < 0)
		r = copy_out(run, 0, run->file.end);
	else if (run->file.end && !run->out.size &&
		 ftruncate(run->file.fd, (off_t)run->file.end) < 0)
		r = -errno;
	if (r < 0)
		return opts_complain("cannot put the file together: %s", strerror(-r));
	missing = say_missing(run);
	return missing > status ? missing : status;
}

/* ---- options ---- */

static int parse_fd(struct stream_choice *c, const char *text, struct err *err)
{
	const char *colon = strchr(text, ':');
	char *end;
	unsigned long pid = 0, fd;

	if (colon)
		pid = strtoul(text, &end, 10);
	if (colon && (end != colon || end == text || pid > UINT32_MAX))
		return err_set(err, EINVAL, "'%s' is no descriptor; use PID:FD or FD", text);
	colon = colon ? colon + 1 : text;
	fd = strtoul(colon, &end, 10);
	if (end == colon || *end || *colon == '-' || fd > INT32_MAX)
		return err_set(err, EINVAL, "'%s' is no descriptor; use PID:FD or FD", text);
	c->by_fd = true;
	c->pid = (uint32_t)pid;
	c->fd = (int32_t)fd;
	return 0;
}

static int parse_id(uint64_t *ret, const char *text, struct err *err)
{
	char *end;

	*ret = strtoull(text, &end, 10);
	if (end == text || *end || *text == '-' || !*ret)
		return err_set(err, EINVAL, "'%s' is no stream; --list tells their numbers", text);
	return 0;
}

enum { FD = 256, PATH, SOCKET, PIPES, STREAM, LIST, HEX, RAW, CONTENT, OUT, IN };

/* What is followed; only one of these. */
static int choose(struct follow_run *run, int option, struct err *err)
{
	if (run->chosen)
		return err_set(err, EINVAL,
			       "only one of --fd, --path, --socket, --pipe, --stream at a time");
	run->chosen = true;
	if (option == FD)
		return parse_fd(&run->choice, optarg, err);
	if (option == STREAM)
		return parse_id(&run->choice.id, optarg, err);
	if (option == PATH)
		run->choice.path = optarg;
	else if (option == SOCKET)
		run->choice.socket = optarg;
	else
		run->choice.pipes = true;
	return 0;
}

static int apply(struct follow_run *run, int option, struct err *err)
{
	switch (option) {
	case FD:
	case PATH:
	case SOCKET:
	case PIPES:
	case STREAM:
		return choose(run, option, err);
	case LIST:
		run->list = true;
		return 0;
	case HEX:
		run->follow.form = FOLLOW_HEX;
		return 0;
	case 'j':
		run->follow.form = FOLLOW_JSON;
		return 0;
	case RAW:
		run->raw = true;
		return 0;
	case CONTENT:
		run->content = true;
		return 0;
	case OUT:
	case IN:
		run->only[option == OUT ? STREAM_ONE : STREAM_OTHER] = true;
		return 0;
	case 'o':
		run->output = optarg;
		return 0;
	case 'p':
		return filter_pids(&run->filter, optarg, err);
	case 'm':
		return filter_time(&run->filter, optarg, err);
	default:
		return filter_trace(&run->filter, optarg, err);
	}
}

static int check(const struct follow_run *run)
{
	if (!run->chosen && !run->list)
		return opts_complain("follow what? --fd, --path, --socket, --pipe, --stream; "
				     "--list tells what there is");
	if (run->raw && (run->content || run->list || run->follow.form != FOLLOW_TEXT))
		return opts_complain("--raw is bytes alone");
	if (run->content && (run->list || run->follow.form == FOLLOW_JSON))
		return opts_complain("--content is text, or --hex");
	if (run->output && !run->raw)
		return opts_complain("-o is for --raw");
	if (run->raw && (!run->output || strcmp(run->output, "-") == 0) && isatty(STDOUT_FILENO))
		return opts_complain("--raw does not write to the terminal; use -o FILE");
	return EXIT_FINE;
}

/* ---- where bytes go ---- */

static int open_output(struct follow_run *run, char **paths)
{
	struct stat st;

	if (!run->raw || !run->output || strcmp(run->output, "-") == 0)
		return 0;
	run->fd = open(run->output, O_RDWR | O_CREAT | O_CLOEXEC | O_NOCTTY, MODE);
	if (run->fd < 0 || fstat(run->fd, &st) < 0)
		return opts_complain("cannot write '%s': %s", run->output, strerror(errno));
	for (; *paths; paths++) {
		if (opts_same_file(*paths, &st))
			return opts_complain("'%s' is the tape itself; name another file with -o",
					     *paths);
	}
	if (!S_ISREG(st.st_mode))
		return opts_complain("'%s' is no regular file; use -o - and a pipe", run->output);
	if (ftruncate(run->fd, 0) < 0)
		return opts_complain("cannot write '%s': %s", run->output, strerror(errno));
	run->file.fd = run->fd;
	return 0;
}

/* One without a name, where there is no file to write to. */
static int open_scratch(struct follow_run *run)
{
	const char *directory = getenv("TMPDIR");
	char name[4096];

	if (run->file.fd >= 0 || (!run->raw && !run->content))
		return 0;
	snprintf(name, sizeof(name), "%s/analyze-XXXXXX",
		 directory && *directory ? directory : "/tmp");
	run->file.fd = mkostemp(name, O_CLOEXEC);
	if (run->file.fd < 0)
		return opts_complain("cannot create '%s': %s", name, strerror(errno));
	unlink(name);
	return 0;
}

static int follow(struct follow_run *run, char **paths)
{
	const struct trace_stream_options options = {0};
	struct err err = {0};
	int status = check(run);

	if (!status)
		status = open_output(run, paths);
	if (!status && run->choice.path && *paths) {
		status = renamed_read(&run->renamed, paths, run->choice.path);
		paths = run->renamed.paths;
	}
	if (!status)
		status = open_scratch(run);
	if (!status && run->fd >= 0 && opts_output_to(run->output, &err) < 0)
		status = opts_complain("%s", err_text(&err));
	if (status)
		return status;
	status = opts_for_each_item(paths, &options, take, run);
	if (finish(run) < 0)
		return opts_end(&run->out, -ENOMEM, status);
	if (run->raw && run->seen[STREAM_ONE] && run->seen[STREAM_OTHER] && !run->file.end)
		status = opts_complain("both directions are in it, one behind the other; use --out "
				       "or --in");
	if (run->raw || run->content)
		status = end_content(run, status);
	if (!run->told && !run->list && !status && run->follow.form != FOLLOW_JSON)
		status = opts_complain("nothing flowed there; --list tells what there is");
	return opts_end(&run->out, 0, status);
}

static void follow_run_done(struct follow_run *run)
{
	forget(run);
	renamed_done(&run->renamed);
	filter_done(&run->filter);
	follow_done(&run->follow);
	content_done(&run->file);
	if (run->file.fd >= 0 && run->file.fd != run->fd)
		close(run->file.fd);
	if (run->fd >= 0)
		close(run->fd);
	buf_done(&run->out);
}

int verb_follow(int argc, char **argv)
{
	static const struct option longs[] = {{"fd", required_argument, NULL, FD},
					      {"path", required_argument, NULL, PATH},
					      {"socket", required_argument, NULL, SOCKET},
					      {"pipe", no_argument, NULL, PIPES},
					      {"stream", required_argument, NULL, STREAM},
					      {"list", no_argument, NULL, LIST},
					      {"hex", no_argument, NULL, HEX},
					      {"raw", no_argument, NULL, RAW},
					      {"content", no_argument, NULL, CONTENT},
					      {"out", no_argument, NULL, OUT},
					      {"in", no_argument, NULL, IN},
					      {"json", no_argument, NULL, 'j'},
					      {"output", required_argument, NULL, 'o'},
					      {"pid", required_argument, NULL, 'p'},
					      {"time", required_argument, NULL, 'm'},
					      {"trace", required_argument, NULL, 'e'},
					      {0}};
	cleanup_done(follow_run_done) struct follow_run run = {
		.fd = -1, .file = {.fd = -1}, .follow = {.colour = opts_colour()}};
	struct err err = {0};
	int option;

	while ((option = getopt_long(argc, argv, ":o:e:", longs, NULL)) != -1) {
		if (option == '?' || option == ':')
			return opts_bad_option(option, argv);
		if (apply(&run, option, &err) < 0)
			return opts_complain("%s", err_text(&err));
	}
	return follow(&run, argv + optind);
}
