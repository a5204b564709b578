/* SPDX-License-Identifier: Apache-2.0 */
/* What a tape says of itself: header, snapshots, trailer. Tokens are as long as what they stand
 * for, so everything is replaced where it is; whoever read it has no more use for it. */
#include "redact_priv.h"

#include "base/err.h"
#include "base/hash.h"
#include "format/container/compose.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NOBODY = 0 };

static int text(struct redact *r, const char *s)
{
	return s ? redact_text(r, NOBODY, SITE_TEXT, (const uint8_t *)s, strlen(s),
			       (uint8_t *)(uintptr_t)s)
		 : 0;
}

static int bytes(struct redact *r, enum redact_site site, const struct meta_bytes *b)
{
	return redact_text(r, NOBODY, site, b->data, b->size, b->data);
}

static int facts(struct redact *r, const struct meta_fact *f, size_t count)
{
	int result = 0;

	for (size_t i = 0; result == 0 && i < count; i++)
		result = text(r, f[i].value);
	return result;
}

/* ---- header ---- */

/* Another tape, but the same one under the same key. */
static void set_uuid(const struct redact *r, const struct meta_header *from,
		     struct meta_header *own)
{
	uint64_t h = hash_add(HASH_START, from->uuid, sizeof(from->uuid));

	h = hash_add(h, own->redaction_key, sizeof(own->redaction_key));
	h = hash_add(h, redact_level_name(r->options.level),
		     strlen(redact_level_name(r->options.level)));
	memcpy(own->uuid, &h, sizeof(h));
	h = hash_add(h, "2", 1);
	memcpy(own->uuid + sizeof(h), &h, sizeof(h));
	/* RFC 9562, version 8: made of something. */
	own->uuid[6] = (own->uuid[6] & 0x0f) | 0x80;
	own->uuid[8] = (own->uuid[8] & 0x3f) | 0x80;
}

/* A command line in one text: its words are arguments. */
static int words(struct redact *r, char *s)
{
	size_t size = s ? strlen(s) : 0;
	char *copy = size ? malloc(size + 1) : NULL;
	int result;

	if (!copy)
		return size ? -ENOMEM : 0;
	for (size_t i = 0; i <= size; i++)
		copy[i] = s[i] == ' ' ? '\0' : s[i];
	result = redact_text(r, NOBODY, SITE_ARGUMENTS, (uint8_t *)copy, size, (uint8_t *)copy);
	for (size_t i = 0; i < size; i++)
		s[i] = copy[i] ? copy[i] : ' ';
	explicit_bzero(copy, size);
	free(copy);
	return result;
}

static int change_header(struct redact *r, const struct meta_header *h)
{
	const char *const texts[] = {h->tool,    h->sysname,  h->release,      h->version,
				     h->machine, h->hostname, h->distribution, h->cpu,
				     h->boot_id, h->libc,     h->trace_set,    h->options,
				     h->cut};
	int result = bytes(r, SITE_ARGUMENTS, &h->command);

	for (size_t i = 0; result == 0 && i < sizeof(texts) / sizeof(texts[0]); i++)
		result = text(r, texts[i]);
	if (result == 0)
		result = words(r, h->options);
	if (result == 0)
		result = facts(r, h->facts, h->fact_count);
	return result == 0 ? bytes(r, SITE_TEXT, &h->cwd) : result;
}

int redact_write_header(struct redact *r, const struct meta_header *h, struct err *err)
{
	struct meta_header own = *h;
	int result = r->composer ? redact_end_tape(r, err) : 0;

	if (result == 0)
		result = change_header(r, h);
	if (result < 0)
		return result;
	redact_key_id(r->options.key, own.redaction_key);
	own.redacted = (char *)(uintptr_t)redact_level_name(r->options.level);
	if (r->options.level == REDACT_META)
		own.payload_limit = 0;
	set_uuid(r, h, &own);
	return trace_composer_new(r->options.sink, r->options.zstd_level, &own, &r->composer, err);
}

/* A tape whose header is lost. */
static int need_composer(struct redact *r, struct err *err)
{
	static const struct meta_header lost = {.payload_limit = UINT64_MAX};

	return r->composer ? 0 : redact_write_header(r, &lost, err);
}

/* ---- snapshots ---- */

static int change_process(struct redact *r, const struct meta_process *p)
{
	const struct meta_bytes *const texts[] = {&p->comm, &p->exe, &p->cwd, &p->root};
	int result = bytes(r, SITE_ARGUMENTS, &p->argv);

	if (result == 0)
		result = bytes(r, SITE_ENVIRONMENT, &p->env);
	for (size_t i = 0; result == 0 && i < sizeof(texts) / sizeof(texts[0]); i++)
		result = bytes(r, SITE_TEXT, texts[i]);
	for (size_t i = 0; result == 0 && i < p->fd_count; i++)
		result = bytes(r, SITE_TEXT, &p->fds[i].target);
	for (size_t i = 0; result == 0 && i < p->map_count; i++)
		result = bytes(r, SITE_TEXT, &p->maps[i].path);
	if (result == 0)
		result = facts(r, p->facts, p->fact_count);
	return result == 0 ? text(r, p->missing) : result;
}

int redact_write_snapshot(struct redact *r, const struct meta_snapshot *s, struct err *err)
{
	int result = need_composer(r, err);

	for (size_t i = 0; result == 0 && i < s->process_count; i++)
		result = change_process(r, &s->processes[i]);
	return result == 0 ? trace_composer_snapshot(r->composer, s, err) : result;
}

/* ---- trailer ---- */

int redact_copy_trailer(struct redact *r, const struct meta_trailer *from)
{
	r->has_trailer = true;
	r->trailer.duration = from->duration;
	return meta_carry_trailer(from, &r->trailer);
}

int redact_take_damage(struct redact *r, const struct trace_damage *d)
{
	r->trailer.incomplete = true;
	return meta_add_note(&r->trailer, META_NOTES_MAX,
			     "missing: byte %" PRIu64 " of the other tape: %s", d->offset, d->text);
}

static int change_trailer(struct redact *r)
{
	struct meta_trailer *t = &r->trailer;
	int result = text(r, t->reason);

	for (size_t i = 0; result == 0 && i < t->note_count; i++)
		result = text(r, t->notes[i]);
	for (size_t i = 0; result == 0 && i < t->object_count; i++) {
		result = bytes(r, SITE_TEXT, &t->objects[i].path);
		if (result == 0)
			result = text(r, t->objects[i].package);
	}
	return result;
}

int redact_end_tape(struct redact *r, struct err *err)
{
	struct meta_trailer *t = &r->trailer;
	int result = 0;

	if (r->composer) {
		if (!r->has_trailer) {
			t->incomplete = true;
			t->reason = strdup("cut off");
		}
		result = t->reason ? change_trailer(r) : -ENOMEM;
		if (result == 0)
			result = trace_composer_finish(r->composer, t, err);
	}
	r->has_trailer = false;
	r->composer = trace_composer_free(r->composer);
	meta_trailer_done(t);
	*t = (struct meta_trailer){.lost = 0};
	return result;
}
