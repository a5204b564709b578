/* SPDX-License-Identifier: Apache-2.0 */
#include "redacted.h"

#include "replayer/export/json.h"
#include "replayer/print/escape.h"

#include "base/buf.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { SHOWN_MAX = 20 };

static int make(struct redacted *x, uint32_t pid, struct redacted_process **ret)
{
	struct redacted_process **grown, *p;

	if (x->count == x->capacity) {
		size_t capacity = x->capacity ? x->capacity * 2 : 16;

		grown = reallocarray(x->all, capacity, sizeof(*grown));
		if (!grown)
			return -ENOMEM;
		x->all = grown;
		x->capacity = capacity;
	}
	p = calloc(1, sizeof(*p));
	if (!p || map_put(&x->by_pid, pid, p) < 0) {
		free(p);
		return -ENOMEM;
	}
	p->pid = pid;
	x->all[x->count++] = p;
	*ret = p;
	return 0;
}

int redacted_add(struct redacted *x, uint32_t pid, const char *name, size_t name_size,
		 enum redact_class class, uint64_t bytes)
{
	struct redacted_process *p;
	const char *slash = name ? memrchr(name, '/', name_size) : NULL;

	x->total++;
	x->total_bytes += bytes;
	p = map_get(&x->by_pid, pid);
	if (!p && x->count == REPORT_PROCESSES_MAX)
		return 0;
	if (!p && make(x, pid, &p) < 0)
		return -ENOMEM;
	if (slash) {
		name_size -= (size_t)(slash + 1 - name);
		name = slash + 1;
	}
	if (name) {
		size_t n = name_size < sizeof(p->name) - 1 ? name_size : sizeof(p->name) - 1;

		memcpy(p->name, name, n);
		p->name[n] = '\0';
	}
	p->count[class]++;
	p->bytes[class] += bytes;
	return 0;
}

static int compare(const void *a, const void *b)
{
	const struct redacted_process *x = *(struct redacted_process *const *)a;
	const struct redacted_process *y = *(struct redacted_process *const *)b;

	return (x->pid > y->pid) - (x->pid < y->pid);
}

static void say_count(uint64_t count, uint64_t bytes, struct buf *ret)
{
	buf_printf(ret, "%9" PRIu64 " time%s %12" PRIu64 " bytes", count, count == 1 ? " " : "s",
		   bytes);
}

static void say_process(const struct redacted_process *p, struct buf *ret)
{
	bool any = false;

	if (p->pid)
		buf_printf(ret, "  %u ", p->pid);
	else
		buf_str(ret, "  what the tape says of itself");
	escape_text(ret, p->name, strlen(p->name));
	buf_str(ret, ": ");
	for (size_t i = 0; i < REDACT_CLASS_MAX; i++) {
		if (!p->count[i])
			continue;
		buf_printf(ret, "%s%s %" PRIu64, any ? ", " : "",
			   redact_class_name((enum redact_class)i), p->count[i]);
		any = true;
	}
	buf_char(ret, '\n');
}

void redacted_say(const struct redacted *x, struct buf *ret)
{
	uint64_t count[REDACT_CLASS_MAX] = {0}, bytes[REDACT_CLASS_MAX] = {0};

	for (size_t i = 0; i < x->count; i++) {
		for (size_t k = 0; k < REDACT_CLASS_MAX; k++) {
			count[k] += x->all[i]->count[k];
			bytes[k] += x->all[i]->bytes[k];
		}
	}
	for (size_t k = 0; k < REDACT_CLASS_MAX; k++) {
		if (!count[k])
			continue;
		say_count(count[k], bytes[k], ret);
		buf_printf(ret, "  %s\n", redact_class_name((enum redact_class)k));
	}
	if (x->count)
		qsort(x->all, x->count, sizeof(struct redacted_process *), compare);
	for (size_t i = 0; i < x->count && i < SHOWN_MAX; i++)
		say_process(x->all[i], ret);
	if (x->count > SHOWN_MAX)
		buf_printf(ret, "  and in %zu more processes\n", x->count - SHOWN_MAX);
}

void redacted_json(const struct redacted *x, struct buf *ret)
{
	bool any = false;

	buf_str(ret, "[");
	if (x->count)
		qsort(x->all, x->count, sizeof(struct redacted_process *), compare);
	for (size_t i = 0; i < x->count; i++) {
		const struct redacted_process *p = x->all[i];

		for (size_t k = 0; k < REDACT_CLASS_MAX; k++) {
			if (!p->count[k])
				continue;
			buf_str(ret, any ? ",{\"pid\":" : "{\"pid\":");
			buf_u64(ret, p->pid);
			json_text(ret, "program", p->name);
			json_text(ret, "class", redact_class_name((enum redact_class)k));
			json_number(ret, "count", p->count[k]);
			json_number(ret, "bytes", p->bytes[k]);
			buf_char(ret, '}');
			any = true;
		}
	}
	buf_char(ret, ']');
}

void redacted_done(struct redacted *x)
{
	for (size_t i = 0; i < x->count; i++)
		free(x->all[i]);
	free(x->all);
	map_done(&x->by_pid);
	*x = (struct redacted){.count = 0};
}
