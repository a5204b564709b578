/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Most calls are found by their number. A few are another thing with other arguments: a clone
 * that makes a thread, a mapping of no file, an ioctl that asks how much there is to read.
 */
#include "calls.h"

#include "replayer/print/print.h"

#include "base/cleanup.h"
#include "base/hash.h"
#include "base/load.h"
#include "sys/table.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { THREAD_FLAG = 0x10000, ANONYMOUS_FLAG = 0x20, SIGNAL_URGENT = 23 };

#define STEP                 .how = CALL_STEP
#define DATA                 .how = CALL_DATA
#define NOISE                .how = CALL_NOISE
#define BARE                 .bare = true
#define NO_RESULT            .no_result = true
#define RETRIES              .retries = true
#define LOOKS                .looks = true
#define IMPLIED(text, at)    .implied = (text), .implied_at = (at)
#define MAKES(p, d)          .makes = true, .path = (p), .dir = (d)
#define IF_CREATES(argument) .if_creates = true, .flags = (argument)
#define LOOKS_AT(p, d)       .looks_at = true, .path = (p), .dir = (d)
#define NAMES_PORT           .names_port = true
#define WAITS(argument, u)   .wait_at = (argument), .wait = WAIT_##u

static const struct call_rule rules[] = {
#define CALL(nm, group_name, ...) {.name = #nm, .group = (group_name), __VA_ARGS__},
#include "calls.def"
#undef CALL
};

/* What arguments may make of a call. */
enum if_any { IF_NOTHING, IF_THREAD, IF_FILE, IF_VARIANT, IF_URGENT };

static const struct {
	const char *name;
	uint8_t if_any;
} conditions[] = {
	{"clone", IF_THREAD},  {"clone3", IF_THREAD},      {"mmap", IF_FILE},
	{"mmap2", IF_FILE},    {"old_mmap", IF_FILE},      {"ioctl", IF_VARIANT},
	{"prctl", IF_VARIANT}, {"getsockopt", IF_VARIANT}, {"tgkill", IF_URGENT},
};

static const struct {
	const char *name;
	uint8_t family;
} families[] = {
	{"wait4", FAMILY_WAIT}, {"waitpid", FAMILY_WAIT},  {"waitid", FAMILY_WAITID},
	{"kill", FAMILY_KILL},  {"tgkill", FAMILY_TGKILL}, {"pidfd_send_signal", FAMILY_PIDFD_KILL},
};

static const struct call_rule no_rule, thread_rule = {.group = "thread", .bare = true};

/* ---- names ---- */

uint32_t diff_calls_name(struct calls *c, const char *name)
{
	uint64_t hash = hash_add(HASH_START, name, strlen(name));
	uintptr_t known = (uintptr_t)map_get(&c->by_name, hash);
	char *copy;

	if (known || c->name_count == CALLS_NAMES_MAX)
		return (uint32_t)known;
	if (c->name_count + 1 >= c->name_capacity) {
		size_t capacity = c->name_capacity ? 2 * c->name_capacity : 256;
		char **names = reallocarray(c->names, capacity, sizeof(*names));

		if (!names)
			return 0;
		c->names = names;
		c->name_capacity = capacity;
	}
	copy = strdup(name);
	if (!copy)
		return 0;
	if (map_put(&c->by_name, hash, (void *)(uintptr_t)(c->name_count + 1)) < 0) {
		free(copy);
		return 0;
	}
	c->names[++c->name_count] = copy;
	return (uint32_t)c->name_count;
}

/* ---- classes ---- */

static const struct call_rule *rule_of(const char *name)
{
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		if (strcmp(rules[i].name, name) == 0)
			return &rules[i];
	}
	return &no_rule;
}

static bool is_call(const char *name)
{
	for (size_t i = 0; i < CALLS_ARCHS && sys_arch(i); i++) {
		for (uint64_t nr = 0; nr < sys_count(sys_arch(i)); nr++) {
			const struct sys_desc *d = sys_find(sys_arch(i), nr);

			if (d && strcmp(d->name, name) == 0)
				return true;
		}
	}
	return strstr(name, "syscall_0x") || strncmp(name, "SIG", 3) == 0;
}

const char *diff_calls_group(const char *name)
{
	const char *group = rule_of(name)->group;

	if (group)
		return group;
	if (strcmp(name, thread_rule.group) == 0)
		return name;
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		if (rules[i].group && strcmp(rules[i].group, name) == 0)
			return name;
	}
	return is_call(name) ? name : NULL;
}

static int classify(struct calls *c, const char *name, const struct call_rule *rule,
		    struct call_class *ret)
{
	uint32_t call = diff_calls_name(c, rule->group ? rule->group : name);

	if (!call)
		return -ENOMEM;
	*ret = (struct call_class){.rule = rule,
				   .call = call,
				   .how = rule->how,
				   .form = {.name = c->names[call],
					    .implied = rule->implied,
					    .implied_at = rule->implied_at,
					    .bare = rule->bare,
					    .no_result = rule->no_result}};
	for (size_t i = 0; i < sizeof(conditions) / sizeof(conditions[0]); i++) {
		if (strcmp(conditions[i].name, name) == 0)
			ret->if_any = conditions[i].if_any;
	}
	ret->tells_error = strcmp(name, "getsockopt") == 0;
	for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++) {
		if (strcmp(families[i].name, name) == 0)
			ret->family = families[i].family;
	}
	return 0;
}

static int classify_all(struct calls *c, size_t arch)
{
	uint64_t count = sys_count(sys_arch(arch));

	c->classes[arch] = calloc(count + 1, sizeof(struct call_class));
	if (!c->classes[arch])
		return -ENOMEM;
	for (uint64_t nr = 0; nr < count; nr++) {
		const struct sys_desc *d = sys_find(sys_arch(arch), nr);

		if (d && classify(c, d->name, rule_of(d->name), &c->classes[arch][nr]) < 0)
			return -ENOMEM;
	}
	return 0;
}

int diff_calls_init(struct calls *c)
{
	/* Nobody is at place 0. */
	c->names = calloc(1, sizeof(*c->names));
	c->name_capacity = 1;
	if (!c->names)
		return -ENOMEM;
	for (size_t i = 0; i < CALLS_ARCHS && sys_arch(i); i++) {
		if (classify_all(c, i) < 0)
			return -ENOMEM;
	}
	return classify(c, "thread", &thread_rule, &c->thread);
}

void diff_calls_done(struct calls *c)
{
	for (size_t i = 0; i < CALLS_ARCHS; i++)
		free(c->classes[i]);
	for (size_t i = 1; i <= c->name_count; i++)
		free(c->names[i]);
	free(c->names);
	map_done(&c->by_name);
	*c = (struct calls){.names = NULL};
}

/* ---- what arguments make of a call ---- */

static bool makes_thread(const struct event *e, const char *name)
{
	uint64_t flags = e->call.args[0];
	size_t n;
	const uint8_t *at;

	if (strcmp(name, "clone3") == 0) {
		at = event_bytes(e, EVENT_AT_ENTRY, flags, &n);
		flags = at ? load(at, n, 0, sizeof(flags)) : 0;
	}
	return flags & THREAD_FLAG;
}

/* The old one of i386 has its arguments in memory. */
static bool maps_file(const struct event *e, const char *name)
{
	enum { OLD_FLAGS_AT = 12 };
	uint64_t flags = e->call.args[3];
	size_t n;
	const uint8_t *at;

	if (strcmp(name, "old_mmap") == 0) {
		at = event_bytes(e, EVENT_AT_ENTRY, e->call.args[0], &n);
		flags = at ? load(at, n, OLD_FLAGS_AT, 4) : 0;
	}
	return !(flags & ANONYMOUS_FLAG);
}

/* Those that are noise although the call is a step. */
static bool is_noisy_variant(const struct event *e)
{
	static const char *const noisy[] = {"FIONREAD", "TIOCOUTQ", "PR_SET_VMA_ANON_NAME",
					    "TCP_INFO"};
	const struct sys_desc *d = sys_find(e->call.arch, e->call.nr);
	const char *label = NULL;

	if (d)
		sys_select(d, e->call.args, &label);
	for (size_t i = 0; label && i < sizeof(noisy) / sizeof(noisy[0]); i++) {
		if (strcmp(noisy[i], label) == 0)
			return true;
	}
	return false;
}

/* Whether its place means nothing, for what it is about. The Go runtime takes the processor from
 * its threads with a signal. */
static bool is_hidden(const struct event *e, const struct call_class *k)
{
	switch ((enum if_any)k->if_any) {
	case IF_FILE:
		return !maps_file(e, k->rule->name);
	case IF_VARIANT:
		return is_noisy_variant(e);
	case IF_URGENT:
		return e->call.args[2] == SIGNAL_URGENT;
	case IF_NOTHING:
	case IF_THREAD:
		break;
	}
	return false;
}

static const struct call_class *unknown_class(struct calls *c, const char *name,
					      const struct call_rule *rule)
{
	return classify(c, name, rule, &c->unknown) < 0 ? NULL : &c->unknown;
}

/* The call whose arguments are in memory. */
static const char *indirect_name(const struct event *e)
{
	const struct sys_desc *d = sys_find(e->call.arch, e->call.nr);
	const struct sys_field *array =
		d ? sys_indirect_array(sys_select(d, e->call.args, NULL)) : NULL;
	uint64_t args[EVENT_ARGS];
	size_t n = 0;
	const uint8_t *words =
		array ? event_bytes(e, EVENT_AT_ENTRY,
				    sys_value(array, e->call.args, sizeof(e->call.args)), &n)
		      : NULL;

	d = words ? sys_indirect(sys_select(d, e->call.args, NULL), words, n, args) : NULL;
	return d ? sys_said(d)->name : NULL;
}

static const struct call_class *class_of(struct calls *c, const struct event *e)
{
	char scratch[32];
	const char *name;

	for (size_t i = 0; i < CALLS_ARCHS && sys_arch(i); i++) {
		const struct call_class *k;

		if (sys_arch(i) != e->call.arch || e->call.nr >= sys_count(e->call.arch))
			continue;
		k = &c->classes[i][e->call.nr];
		if (!k->call)
			break;
		name = i ? indirect_name(e) : NULL;
		return name ? unknown_class(c, name, rule_of(name)) : k;
	}
	return unknown_class(c, print_call_name(&e->call, scratch), &no_rule);
}

static uint64_t wait_in_memory(const struct event *e, uint64_t address, uint64_t unit)
{
	enum { WIDE = 16, NS_PER_S = 1000000000, SECONDS_MAX = 1 << 30 };
	size_t n = 0;
	const uint8_t *at = address ? event_bytes(e, EVENT_AT_ENTRY, address, &n) : NULL;
	const size_t width = n >= WIDE ? WIDE / 2 : WIDE / 4;
	uint64_t seconds, rest;

	if (!at || n < 2 * width)
		return 0;
	seconds = load(at, n, 0, width);
	rest = load(at, n, width, width) * unit;
	return seconds < SECONDS_MAX && rest < NS_PER_S ? seconds * NS_PER_S + rest : 0;
}

uint64_t diff_calls_wait(const struct call_class *k, const struct event *e)
{
	enum { NS_PER_MS = 1000000, NS_PER_US = 1000 };
	const uint64_t argument = k->rule->wait ? e->call.args[k->rule->wait_at] : 0;

	if (!argument)
		return 0;
	if (k->rule->wait == WAIT_MILLISECONDS)
		return (int32_t)argument > 0 ? (uint64_t)(int32_t)argument * NS_PER_MS : 0;
	return wait_in_memory(e, argument, k->rule->wait == WAIT_TIMEVAL ? NS_PER_US : 1);
}

int diff_calls_error(const struct call_class *k, const struct event *e)
{
	enum { SOCKET_LEVEL = 1, ERROR_OPTION = 4 };
	const uint64_t *args = e->call.args;
	const int error = event_errno(&e->call);
	const uint8_t *at;
	uint64_t value;
	size_t n;

	if (!k->tells_error || error || e->call.state != EVENT_FINISHED ||
	    args[1] != SOCKET_LEVEL || args[2] != ERROR_OPTION)
		return error;
	at = event_bytes(e, EVENT_AT_EXIT, args[3], &n);
	value = at ? load(at, n, 0, 4) : 0;
	return value < UINT16_MAX ? (int)value : 0;
}

const struct call_class *diff_calls_find(struct calls *c, const struct event *e)
{
	const struct call_class *k = class_of(c, e);

	if (!k || !k->if_any)
		return k;
	if (k->if_any == IF_THREAD)
		return makes_thread(e, k->rule->name) ? &c->thread : k;
	if (!is_hidden(e, k))
		return k;
	c->hidden = *k;
	c->hidden.how = CALL_NOISE;
	return &c->hidden;
}
