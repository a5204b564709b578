/* SPDX-License-Identifier: Apache-2.0 */
#include "say.h"

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/fileio.h"
#include "replayer/print/escape.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

static const char no_memory[] = ": out of memory\n";

int say(const char *program, const char *text)
{
	cleanup_done(buf_done) struct buf line = {0};

	buf_str(&line, program);
	buf_str(&line, ": ");
	escape_text(&line, text, strlen(text));
	buf_char(&line, '\n');
	if (buf_error(&line) == 0) {
		fileio_write(STDERR_FILENO, line.data, line.size);
		return 0;
	}
	fileio_write(STDERR_FILENO, program, strlen(program));
	fileio_write(STDERR_FILENO, no_memory, strlen(no_memory));
	return -ENOMEM;
}
