/* SPDX-License-Identifier: Apache-2.0 */
#include "opaque.h"

#include "base/buf.h"
#include "base/cleanup.h"
#include "replayer/export/json.h"

#include <inttypes.h>
#include <string.h>
#include <strings.h>

enum { ANYWHERE, ON_SOCKET, IN_FILE };

/* How they begin; of formats that have no magic number, what all of them have in practice. */
static const struct {
	const char *begin;
	uint8_t size, where, kind;
} magics[] = {
	{"\x1f\x8b\x08", 3, ANYWHERE, OPAQUE_GZIP},
	{"\x78\x01", 2, IN_FILE, OPAQUE_ZLIB},
	{"\x78\x9c", 2, IN_FILE, OPAQUE_ZLIB},
	{"\x78\xda", 2, IN_FILE, OPAQUE_ZLIB},
	{"\x28\xb5\x2f\xfd", 4, ANYWHERE, OPAQUE_ZSTD},
	{"\xfd"
	 "7zXZ",
	 5, ANYWHERE, OPAQUE_XZ},
	{"BZh", 3, ANYWHERE, OPAQUE_BZIP2},
	{"\x04\x22\x4d\x18", 4, ANYWHERE, OPAQUE_LZ4},
	{"PK\x03\x04", 4, ANYWHERE, OPAQUE_ZIP},
	{"7z\xbc\xaf", 4, ANYWHERE, OPAQUE_SEVEN_ZIP},
	{"PACK\0\0\0", 7, ANYWHERE, OPAQUE_GIT},
	{"\x16\x03", 2, ON_SOCKET, OPAQUE_TLS},
	{"\x17\x03", 2, ON_SOCKET, OPAQUE_TLS},
	{"SSH-2.0-", 8, ON_SOCKET, OPAQUE_SSH},
	{"-----BEGIN PGP MESSAGE", 22, ANYWHERE, OPAQUE_GPG},
	{"LUKS\xba\xbe", 6, ANYWHERE, OPAQUE_LUKS},
};

static const char *const names[OPAQUE_MAX] = {
	[OPAQUE_GZIP] = "gzip",    [OPAQUE_ZLIB] = "zlib",
	[OPAQUE_ZSTD] = "zstd",    [OPAQUE_XZ] = "xz",
	[OPAQUE_BZIP2] = "bzip2",  [OPAQUE_LZ4] = "lz4",
	[OPAQUE_ZIP] = "zip",      [OPAQUE_SEVEN_ZIP] = "7z",
	[OPAQUE_GIT] = "git pack", [OPAQUE_HTTP] = "HTTP with Content-Encoding",
	[OPAQUE_TLS] = "TLS",      [OPAQUE_SSH] = "SSH",
	[OPAQUE_GPG] = "PGP",      [OPAQUE_LUKS] = "LUKS",
};

/* Headers whose body is compressed. */
static bool has_encoding(const uint8_t *text, size_t size)
{
	static const char word[] = "\ncontent-encoding: ";
	size_t n = sizeof(word) - 1;

	for (const uint8_t *at = text; (at = memchr(at, '\n', size - (size_t)(at - text))); at++) {
		size_t left = size - (size_t)(at - text);

		if (left > n && strncasecmp((const char *)at, word, n) == 0)
			return left < n + 8 ||
			       strncasecmp((const char *)at + n, "identity", 8) != 0;
	}
	return false;
}

enum opaque_kind opaque_of(const uint8_t *text, size_t size, bool socket)
{
	for (size_t i = 0; i < ARRAY_SIZE(magics); i++) {
		if (magics[i].where != ANYWHERE && (magics[i].where == ON_SOCKET) != socket)
			continue;
		if (size >= magics[i].size && memcmp(text, magics[i].begin, magics[i].size) == 0)
			return (enum opaque_kind)magics[i].kind;
	}
	return socket && size >= 5 && memcmp(text, "HTTP/", 5) == 0 && has_encoding(text, size)
		       ? OPAQUE_HTTP
		       : OPAQUE_NONE;
}

void opaque_say(const struct opaque *o, struct buf *ret)
{
	bool any = false;

	for (size_t i = 0; i < OPAQUE_MAX; i++) {
		if (!o->streams[i])
			continue;
		buf_printf(ret, "%s%s in %" PRIu64 " stream%s, %" PRIu64 " bytes",
			   any ? "; " : "not looked into, as it is compressed or encrypted: ",
			   names[i], o->streams[i], o->streams[i] == 1 ? "" : "s", o->bytes[i]);
		any = true;
	}
	if (any)
		buf_char(ret, '\n');
}

void opaque_json(const struct opaque *o, struct buf *ret)
{
	bool any = false;

	buf_char(ret, '[');
	for (size_t i = 0; i < OPAQUE_MAX; i++) {
		if (!o->streams[i])
			continue;
		buf_str(ret, any ? ",{\"kind\":" : "{\"kind\":");
		json_string(ret, names[i], strlen(names[i]));
		json_number(ret, "streams", o->streams[i]);
		json_number(ret, "bytes", o->bytes[i]);
		buf_char(ret, '}');
		any = true;
	}
	buf_char(ret, ']');
}
