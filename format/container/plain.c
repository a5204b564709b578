/* SPDX-License-Identifier: Apache-2.0 */
#include "plain.h"

#include "base/cleanup.h"
#include "base/err.h"
#include "base/fileio.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <zstd.h>

enum { PIECE = 128 << 10, WINDOW_LOG_MAX = 27 };

static const uint8_t magic[] = {0x28, 0xb5, 0x2f, 0xfd};

struct plain {
	ZSTD_DStream *stream;
	plain_fn *take;
	void *context;
	void *out;
	bool open; /* a frame */
};

static int inflate(struct plain *p, const void *bytes, size_t size, struct err *err)
{
	ZSTD_inBuffer in = {bytes, size, 0};
	bool full = true;
	int r = 0;

	while (r == 0 && (in.pos < in.size || full)) {
		ZSTD_outBuffer out = {p->out, PIECE, 0};
		size_t left = ZSTD_decompressStream(p->stream, &out, &in);

		if (ZSTD_isError(left))
			return err_set(err, EBADMSG, "damaged: %s", ZSTD_getErrorName(left));
		p->open = left > 0;
		full = out.pos == out.size;
		r = out.pos ? p->take(p->context, p->out, out.pos) : 0;
	}
	return r;
}

static int read_all(struct plain *p, int fd, void *piece, struct err *err)
{
	bool first = true, packed = false;
	int r = 0;

	while (r == 0) {
		ssize_t n = fileio_read(fd, piece, PIECE);

		if (n < 0)
			return err_errno(err, (int)-n, "cannot read it");
		if (n == 0)
			break;
		if (first)
			packed = (size_t)n >= sizeof(magic) &&
				 memcmp(piece, magic, sizeof(magic)) == 0;
		first = false;
		r = packed ? inflate(p, piece, (size_t)n, err)
			   : p->take(p->context, piece, (size_t)n);
	}
	return r == 0 && packed && p->open ? err_set(err, EBADMSG, "it ends too early") : r;
}

int plain_read(const char *path, plain_fn *take, void *context, struct err *err)
{
	bool standard = strcmp(path, "-") == 0;
	cleanup_close int opened = standard ? -1 : open(path, O_RDONLY | O_CLOEXEC);
	cleanup_free char *out = malloc(PIECE), *piece = malloc(PIECE);
	struct plain p = {ZSTD_createDStream(), take, context, out, false};
	int r;

	if (!standard && opened < 0)
		r = err_errno(err, errno, "cannot read '%s'", path);
	else if (!p.stream || !out || !piece)
		r = err_set(err, ENOMEM, "out of memory");
	else {
		ZSTD_DCtx_setParameter(p.stream, ZSTD_d_windowLogMax, WINDOW_LOG_MAX);
		r = read_all(&p, standard ? STDIN_FILENO : opened, piece, err);
	}
	ZSTD_freeDStream(p.stream);
	return r;
}
