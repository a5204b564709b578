/* SPDX-License-Identifier: Apache-2.0 */
/*
 * RFC 1035, read with suspicion: every offset is bounded, each pointer of a name leads in front
 * of all that was read of it, and an address belongs to a name only when it is the one that was
 * asked for, or an alias of it: anybody can write others into an answer.
 */
#include "hosts.h"

#include "base/hash.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
	HEADER = 12,
	LABEL_MAX = 63,
	NAME_TEXT_MAX = 253, /* of 255 bytes */
	POINTER = 0xc0,
	RECORD = 10,  /* type, class, time to live, length */
	QUESTION = 4, /* type, class */
	ANSWERS_MAX = 64,
	CLASS_INTERNET = 1,
	TYPE_A = 1,
	TYPE_CNAME = 5,
	TYPE_AAAA = 28,
	ANSWER = 0x80,
	OPERATION = 0x78,
	CODE = 0x0f,
	LINE_MAX = 1024,
};

struct message {
	const uint8_t *at;
	size_t size;
};

static uint16_t word(const struct message *m, size_t at)
{
	return at + 2 <= m->size ? (uint16_t)((unsigned)m->at[at] << 8 | m->at[at + 1]) : 0;
}

/* ---- names ---- */

static bool is_harmless(uint8_t c)
{
	/* A redacted name has a '~' in front. */
	return isalnum(c) || c == '-' || c == '_' || c == '*' || c == '/' || c == '~';
}

static bool add_label(const struct message *m, size_t at, size_t length, char *ret, size_t *n)
{
	if (length > m->size - at || *n + (*n > 0) + length > NAME_TEXT_MAX)
		return false;
	if (*n)
		ret[(*n)++] = '.';
	for (size_t i = 0; i < length; i++) {
		if (!is_harmless(m->at[at + i]))
			return false;
		ret[(*n)++] = (char)tolower(m->at[at + i]);
	}
	return true;
}

/* The name at *@at, which then is behind it. @ret has HOST_NAME_MAX_SAID bytes. */
static bool take_name(const struct message *m, size_t *at, char *ret)
{
	size_t i = *at, n = 0, end = 0, least = *at;

	while (i < m->size && m->at[i]) {
		size_t length = m->at[i];

		if ((length & POINTER) == POINTER) {
			size_t to = word(m, i) & 0x3fff;

			if (i + 2 > m->size || to >= least)
				return false;
			end = end ? end : i + 2;
			i = least = to;
			continue;
		}
		if (length > LABEL_MAX || !add_label(m, i + 1, length, ret, &n))
			return false;
		i += 1 + length;
	}
	if (i >= m->size)
		return false;
	ret[n] = '\0';
	*at = end ? end : i + 1;
	return n > 0;
}

/* ---- addresses ---- */

static uint64_t address_key(const uint8_t *address, size_t size)
{
	return hash_add(HASH_START, address, size);
}

static int name_address(struct hosts *h, const uint8_t *address, size_t size, const char *name)
{
	uint64_t key = address_key(address, size);
	char *text;

	if (map_get(&h->names, key))
		return 0;
	if (h->names.count == HOSTS_MAX) {
		h->beyond++;
		return 0;
	}
	text = strdup(name);
	if (!text || map_put(&h->names, key, text) < 0) {
		free(text);
		return -ENOMEM;
	}
	return 0;
}

const char *hosts_name(const struct hosts *h, const uint8_t *address, size_t size)
{
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};

	/* An IPv4 address in an IPv6 one. */
	if (size == 16 && memcmp(address, mapped, sizeof(mapped)) == 0)
		return hosts_name(h, address + 12, 4);
	return map_get(&h->names, address_key(address, size));
}

/* ---- lookups ---- */

static struct lookup *new_lookup(struct hosts *h)
{
	if (h->count == h->capacity) {
		size_t capacity = h->capacity ? 2 * h->capacity : 16;
		struct lookup *list = reallocarray(h->lookups, capacity, sizeof(*list));

		if (!list)
			return NULL;
		h->lookups = list;
		h->capacity = capacity;
	}
	h->lookups[h->count] = (struct lookup){.code = LOOKUP_UNANSWERED};
	return &h->lookups[h->count];
}

/* *ret NULL: there is no room. */
static int lookup_of(struct hosts *h, const char *name, struct lookup **ret)
{
	uint64_t key = hash_add(HASH_START, name, strlen(name));
	uintptr_t id = (uintptr_t)map_get(&h->by_name, key);
	struct lookup *l;

	*ret = NULL;
	if (id) {
		*ret = &h->lookups[id - 1];
		return 0;
	}
	if (h->count == LOOKUPS_MAX) {
		h->beyond++;
		return 0;
	}
	l = new_lookup(h);
	if (!l)
		return -ENOMEM;
	l->name = strdup(name);
	if (!l->name || map_put(&h->by_name, key, (void *)(uintptr_t)(h->count + 1)) < 0) {
		free(l->name);
		return -ENOMEM;
	}
	h->count++;
	*ret = l;
	return 0;
}

static void add_address(struct lookup *l, const uint8_t *address, size_t size)
{
	for (size_t i = 0; i < l->address_count; i++) {
		if (l->address_size[i] == size && memcmp(l->address[i], address, size) == 0)
			return;
	}
	if (l->address_count == LOOKUP_ADDRESSES)
		return;
	memcpy(l->address[l->address_count], address, size);
	l->address_size[l->address_count++] = (uint8_t)size;
}

/* @now is the name whose addresses are those of the question. */
static int take_alias(struct lookup *l, const struct message *m, size_t at, size_t length,
		      char *now)
{
	const struct message record = {m->at, at + length};
	char name[HOST_NAME_MAX_SAID];

	if (!take_name(&record, &at, name))
		return 0;
	strcpy(now, name);
	free(l->alias);
	l->alias = strdup(name);
	return l->alias ? 0 : -ENOMEM;
}

static int take_record(struct hosts *h, struct lookup *l, const struct message *m, size_t at,
		       char *now)
{
	unsigned type = word(m, at);
	size_t length = word(m, at + 8);

	if (word(m, at + 2) != CLASS_INTERNET)
		return 0;
	at += RECORD;
	if (type == TYPE_CNAME)
		return take_alias(l, m, at, length, now);
	if ((type != TYPE_A || length != 4) && (type != TYPE_AAAA || length != 16))
		return 0;
	add_address(l, m->at + at, length);
	return name_address(h, m->at + at, length, l->name);
}

static int take_answers(struct hosts *h, struct lookup *l, const struct message *m, size_t at)
{
	char owner[HOST_NAME_MAX_SAID], now[HOST_NAME_MAX_SAID];
	unsigned count = word(m, 6);
	int r = 0;

	strcpy(now, l->name);
	for (unsigned i = 0; r == 0 && i < count && i < ANSWERS_MAX; i++) {
		size_t length;

		if (!take_name(m, &at, owner) || at + RECORD > m->size)
			break;
		length = word(m, at + 8);
		if (length > m->size - at - RECORD)
			break;
		if (strcmp(owner, now) == 0)
			r = take_record(h, l, m, at, now);
		at += RECORD + length;
	}
	return r;
}

static void take_times(struct lookup *l, bool answer, uint64_t time)
{
	if (!l->questions && !l->answers)
		l->first_time = time;
	if (!answer) {
		l->questions++;
		l->asked = l->asked ? l->asked : time;
		return;
	}
	l->answers++;
	if (l->asked && time > l->asked && time - l->asked > l->answer_time)
		l->answer_time = time - l->asked;
	l->asked = 0;
}

/* *ret_at is behind the question. */
static bool read_message(const struct message *m, struct host_message *ret, size_t *ret_at)
{
	*ret_at = HEADER;
	if (m->size < HEADER || m->at[2] & OPERATION || word(m, 4) != 1 ||
	    !take_name(m, ret_at, ret->name) || *ret_at + QUESTION > m->size)
		return false;
	*ret_at += QUESTION;
	ret->answer = m->at[2] & ANSWER;
	ret->code = m->at[3] & CODE;
	ret->has_answers = word(m, 6);
	return true;
}

bool host_message_read(const uint8_t *at, size_t size, struct host_message *ret)
{
	size_t behind;

	return read_message(&(struct message){at, size}, ret, &behind);
}

int hosts_take_message(struct hosts *h, const uint8_t *bytes, size_t size, const char *server,
		       uint32_t actor, uint64_t time)
{
	const struct message m = {bytes, size};
	struct host_message told;
	struct lookup *l;
	size_t at;
	int r;

	if (!read_message(&m, &told, &at))
		return 0;
	r = lookup_of(h, told.name, &l);
	if (r < 0 || !l)
		return r;
	take_times(l, told.answer, time);
	actors_add(&l->by, actor);
	buf_clear(&l->server);
	buf_str(&l->server, server);
	if (!told.answer)
		return buf_error(&l->server);
	/* An address makes the name known, whatever the answers for other types say. */
	if (!l->address_count)
		l->code = told.code;
	return take_answers(h, l, &m, at);
}

/* ---- /etc/hosts ---- */

static int take_line(struct hosts *h, char *line)
{
	uint8_t address[HOST_ADDRESS_MAX];
	char *save, *first, *name;
	size_t size = 4;

	line[strcspn(line, "#")] = '\0';
	first = strtok_r(line, " \t\r", &save);
	name = first ? strtok_r(NULL, " \t\r", &save) : NULL;
	if (!name || strlen(name) >= HOST_NAME_MAX_SAID)
		return 0;
	for (const char *c = name; *c; c++) {
		if (!is_harmless((uint8_t)*c) && *c != '.')
			return 0;
	}
	if (inet_pton(AF_INET, first, address) != 1) {
		if (inet_pton(AF_INET6, first, address) != 1)
			return 0;
		size = 16;
	}
	return name_address(h, address, size, name);
}

int hosts_take_file(struct hosts *h, const uint8_t *at, size_t size)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < size;) {
		const uint8_t *end = memchr(at + i, '\n', size - i);
		size_t n = end ? (size_t)(end - (at + i)) : size - i;
		char line[LINE_MAX];

		/* A line that is cut may be another. */
		if (n < sizeof(line) && end) {
			memcpy(line, at + i, n);
			line[n] = '\0';
			r = take_line(h, line);
		}
		i += n + 1;
	}
	return r;
}

const char *lookup_code_text(int code)
{
	static const char *const texts[] = {"no address",   "bad question",    "server failed",
					    "no such name", "not implemented", "refused"};

	if (code == LOOKUP_UNANSWERED)
		return "no answer";
	return code >= 0 && (size_t)code < sizeof(texts) / sizeof(texts[0]) ? texts[code]
									    : "other error";
}

void hosts_done(struct hosts *h)
{
	size_t at = 0;
	char *name;

	while ((name = map_next(&h->names, &at)))
		free(name);
	for (size_t i = 0; i < h->count; i++) {
		free(h->lookups[i].name);
		free(h->lookups[i].alias);
		buf_done(&h->lookups[i].server);
	}
	free(h->lookups);
	map_done(&h->names);
	map_done(&h->by_name);
	*h = (struct hosts){.count = 0};
}
