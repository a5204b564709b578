/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The surroundings: what a maintainer asks next. Of the environment there are names, and values
 * only where nobody has a secret; limits, capabilities and signals are said where they are not
 * what they nearly always are.
 */
#include "info.h"

#include "replayer/export/json.h"
#include "replayer/print/escape.h"

#include "base/buf.h"
#include "base/cleanup.h"
#include "sys/names.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/* ---- taking ---- */

static int copy_bytes(const struct meta_bytes *from, struct meta_bytes *ret)
{
	return meta_copy_bytes(from, ret);
}

static int copy_fds(const struct meta_process *from, struct meta_process *ret)
{
	ret->fds = calloc(from->fd_count + 1, sizeof(*ret->fds));
	if (!ret->fds)
		return -ENOMEM;
	for (; ret->fd_count < from->fd_count; ret->fd_count++) {
		struct meta_fd *fd = &ret->fds[ret->fd_count];

		*fd = from->fds[ret->fd_count];
		fd->target = (struct meta_bytes){0};
		fd->socket = NULL;
		if (copy_bytes(&from->fds[ret->fd_count].target, &fd->target) < 0)
			return -ENOMEM;
	}
	return 0;
}

static bool is_code(const struct meta_map *m)
{
	return m->prot & PROT_EXEC && m->path.size && m->path.data[0] == '/';
}

static int copy_maps(const struct meta_process *from, struct meta_process *ret)
{
	ret->maps = calloc(from->map_count + 1, sizeof(*ret->maps));
	if (!ret->maps)
		return -ENOMEM;
	for (size_t i = 0; i < from->map_count; i++) {
		struct meta_map *m = &ret->maps[ret->map_count];

		if (!is_code(&from->maps[i]))
			continue;
		*m = from->maps[i];
		m->path = (struct meta_bytes){0};
		if (copy_bytes(&from->maps[i].path, &m->path) < 0)
			return -ENOMEM;
		ret->map_count++;
	}
	return 0;
}

static int copy_numbers(const struct meta_process *from, struct meta_process *ret)
{
	ret->groups = calloc(from->group_count + 1, sizeof(*ret->groups));
	ret->rlimits = calloc(from->rlimit_count + 1, sizeof(*ret->rlimits));
	if (!ret->groups || !ret->rlimits)
		return -ENOMEM;
	for (; ret->group_count < from->group_count; ret->group_count++)
		ret->groups[ret->group_count] = from->groups[ret->group_count];
	for (; ret->rlimit_count < from->rlimit_count; ret->rlimit_count++)
		ret->rlimits[ret->rlimit_count] = from->rlimits[ret->rlimit_count];
	return 0;
}

int info_take_process(struct info *i, const struct meta_process *p)
{
	struct meta_process *own = &i->process;

	i->has_process = true;
	own->pid = p->pid;
	own->umask = p->umask;
	memcpy(own->uids, p->uids, sizeof(own->uids));
	memcpy(own->gids, p->gids, sizeof(own->gids));
	if (copy_bytes(&p->exe, &own->exe) < 0 || copy_bytes(&p->env, &own->env) < 0 ||
	    copy_numbers(p, own) < 0 || copy_fds(p, own) < 0 || copy_maps(p, own) < 0)
		return -ENOMEM;
	return meta_copy_facts(p->facts, p->fact_count, &own->facts, &own->fact_count);
}

/* ---- the environment ---- */

/* Nobody has a secret in these; LC_* besides. */
static bool is_harmless(const char *name, size_t size)
{
	static const char *const names[] = {"LANG", "LANGUAGE", "TZ",    "SHELL",   "TERM",
					    "PATH", "COLUMNS",  "LINES", "NO_COLOR"};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		if (strlen(names[i]) == size && memcmp(name, names[i], size) == 0)
			return true;
	}
	return size > 3 && memcmp(name, "LC_", 3) == 0;
}

struct variable {
	const char *name, *value; /* value NULL: no '=' */
	size_t name_size, value_size;
	bool harmless;
};

/* The next one; moves on. False at the end. */
static bool next_variable(const struct meta_bytes *env, size_t *at, struct variable *ret)
{
	const char *text, *equal;
	size_t size;

	if (*at >= env->size)
		return false;
	text = (const char *)env->data + *at;
	size = strnlen(text, env->size - *at);
	*at += size + 1;
	/* A name of that kind may begin with '='. */
	equal = size ? memchr(text + 1, '=', size - 1) : NULL;
	*ret = (struct variable){text, equal ? equal + 1 : NULL,
				 equal ? (size_t)(equal - text) : size,
				 equal ? size - (size_t)(equal + 1 - text) : 0, false};
	ret->harmless = is_harmless(text, ret->name_size);
	return true;
}

static void say_environment(const struct info_lines *l, const struct info *i, struct buf *v)
{
	struct variable one;
	size_t at = 0, count = 0;
	struct buf names = {0};

	while (next_variable(&i->process.env, &at, &one)) {
		buf_str(&names, count++ ? ", " : "");
		buf_append(&names, one.name, one.name_size);
		if (one.value && (one.harmless || i->values)) {
			buf_char(&names, '=');
			buf_append(&names, one.value, one.value_size);
		}
	}
	buf_printf(v, "%zu variable%s%s%s", count, count == 1 ? "" : "s", count ? ": " : "",
		   buf_text(&names));
	buf_inherit(v, &names);
	buf_done(&names);
	info_line(l, "environment", v);
}

static void json_environment(struct buf *ret, const struct info *i)
{
	struct variable one;
	size_t at = 0, count = 0;

	json_key(ret, "environment");
	buf_char(ret, '[');
	while (next_variable(&i->process.env, &at, &one)) {
		buf_str(ret, count++ ? ",{\"name\":" : "{\"name\":");
		json_string(ret, one.name, one.name_size);
		if (one.value && (one.harmless || i->values)) {
			json_key(ret, "value");
			json_string(ret, one.value, one.value_size);
		}
		buf_char(ret, '}');
	}
	buf_char(ret, ']');
}

/* ---- limits ---- */

/* In the order of RLIMIT_*. */
static const char *const limit_names[] = {
	"cpu",     "fsize", "data",  "stack",      "core",     "rss",  "nproc",  "nofile",
	"memlock", "as",    "locks", "sigpending", "msgqueue", "nice", "rtprio", "rttime"};

static void say_limit(struct buf *ret, uint64_t value)
{
	if (value == UINT64_MAX)
		buf_str(ret, "unlimited");
	else
		buf_u64(ret, value);
}

static void say_limits(const struct info_lines *l, const struct meta_process *p, struct buf *v)
{
	for (size_t i = 0; i < p->rlimit_count; i++) {
		const struct meta_rlimit *r = &p->rlimits[i];

		/* Unlimited ones say nothing. */
		if (r->resource >= ARRAY_SIZE(limit_names) ||
		    (r->soft == UINT64_MAX && r->hard == UINT64_MAX))
			continue;
		buf_printf(v, "%s%s ", v->size ? ", " : "", limit_names[r->resource]);
		say_limit(v, r->soft);
		if (r->hard != r->soft) {
			buf_char(v, '/');
			say_limit(v, r->hard);
		}
	}
	info_line(l, "limits", v);
}

static void json_limits(struct buf *ret, const struct meta_process *p)
{
	bool any = false;

	json_key(ret, "limits");
	buf_char(ret, '{');
	for (size_t i = 0; i < p->rlimit_count; i++) {
		const struct meta_rlimit *r = &p->rlimits[i];

		if (r->resource >= ARRAY_SIZE(limit_names))
			continue;
		buf_printf(ret, "%s\"%s\":{\"soft\":\"0x%" PRIx64 "\",\"hard\":\"0x%" PRIx64 "\"}",
			   any ? "," : "", limit_names[r->resource], r->soft, r->hard);
		any = true;
	}
	buf_char(ret, '}');
}

/* ---- facts ---- */

static const char *fact(const struct meta_process *p, const char *name)
{
	return meta_fact(p->facts, p->fact_count, name);
}

static const char *machine_fact(const struct info *i, const char *name)
{
	return meta_fact(i->header.facts, i->header.fact_count, name);
}

static void add(struct buf *v, const char *before, const char *value)
{
	if (*value)
		buf_printf(v, "%s%s%s", v->size ? ", " : "", before, value);
}

void info_say_machine(const struct info_lines *l, const struct info *i)
{
	cleanup_done(buf_done) struct buf v = {0};

	add(&v, "", machine_fact(i, "hardware"));
	if (strcmp(machine_fact(i, "hypervisor"), "yes") == 0)
		add(&v, "", "virtual");
	add(&v, "container: ", machine_fact(i, "container"));
	add(&v, "load ", machine_fact(i, "load"));
	info_line(l, "machine", &v);
	add(&v, "available ", machine_fact(i, "memory_available"));
	add(&v, "swap ", machine_fact(i, "swap"));
	add(&v, "overcommit ", machine_fact(i, "overcommit_memory"));
	info_line(l, "memory", &v);
	add(&v, "", machine_fact(i, "time_zone"));
	info_line(l, "time zone", &v);
	add(&v, "", machine_fact(i, "terminal"));
	info_line(l, "terminal", &v);
	add(&v, "", machine_fact(i, "cwd_file_system"));
	info_line(l, "file system", &v);
}

static void say_security(const struct info_lines *l, const struct info *i, struct buf *v)
{
	static const char *const seccomp[] = {"off", "strict", "filter"};
	const struct meta_process *p = &i->process;
	const char *mode = fact(p, "seccomp");

	add(v, "ASLR ", machine_fact(i, "aslr"));
	if (*fact(p, "personality") && strtoul(fact(p, "personality"), NULL, 16) & 0x0040000)
		buf_str(v, " (off for the command)");
	add(v, "LSM ", machine_fact(i, "lsm"));
	add(v, "SELinux enforcing ", machine_fact(i, "selinux_enforcing"));
	add(v, "label ", fact(p, "security_label"));
	add(v, "ptrace_scope ", machine_fact(i, "ptrace_scope"));
	if (*mode >= '0' && *mode <= '2' && !mode[1]) {
		add(v, "seccomp ", seccomp[*mode - '0']);
		if (*mode == '2' && i->header.trace_set && *i->header.trace_set)
			buf_str(v, " (rec's own among them)");
	}
	add(v, "no_new_privs ", fact(p, "no_new_privs"));
	info_line(l, "security", v);
}

static void say_user(const struct info_lines *l, const struct meta_process *p, struct buf *v)
{
	buf_printf(v, "uid %" PRIu32, p->uids[0]);
	if (p->uids[1] != p->uids[0])
		buf_printf(v, " (effective %" PRIu32 ")", p->uids[1]);
	buf_printf(v, ", gid %" PRIu32, p->gids[0]);
	if (p->gids[1] != p->gids[0])
		buf_printf(v, " (effective %" PRIu32 ")", p->gids[1]);
	for (size_t i = 0; i < p->group_count; i++)
		buf_printf(v, "%s%" PRIu32, i ? " " : ", groups ", p->groups[i]);
	add(v, "capabilities ", fact(p, "cap_effective"));
	buf_printf(v, ", umask %04" PRIo32, p->umask);
	info_line(l, "user", v);
}

/* Signals that are inherited as ignored or blocked make programs behave oddly. */
static void say_signals(struct buf *v, const char *what, const char *mask)
{
	uint64_t set = strtoull(mask, NULL, 16);
	bool any = false;

	for (int n = 1; n <= 64; n++) {
		const char *name = sys_signal_name(n);

		if (!(set >> (n - 1) & 1))
			continue;
		buf_printf(v, "%s%s", any ? " " : v->size ? "; " : "", any ? "" : what);
		if (name)
			buf_str(v, name);
		else
			buf_printf(v, "%d", n);
		any = true;
	}
}

static void say_descriptors(const struct info_lines *l, const struct meta_process *p, struct buf *v)
{
	for (size_t i = 0; i < p->fd_count; i++) {
		buf_printf(v, "%s%" PRId32 " ", i ? ", " : "", p->fds[i].fd);
		buf_append(v, p->fds[i].target.data, p->fds[i].target.size);
	}
	info_line(l, "descriptors", v);
}

void info_say_process(const struct info_lines *l, const struct info *i)
{
	const struct meta_process *p = &i->process;
	cleanup_done(buf_done) struct buf v = {0};

	if (!i->has_process)
		return;
	say_security(l, i, &v);
	say_user(l, p, &v);
	say_limits(l, p, &v);
	add(&v, "", fact(p, "cpus_allowed"));
	info_line(l, "cpus allowed", &v);
	say_signals(&v, "ignored ", fact(p, "signals_ignored"));
	say_signals(&v, "blocked ", fact(p, "signals_blocked"));
	info_line(l, "signals", &v);
	if (l->style == INFO_TEXT) {
		add(&v, "", fact(p, "cgroup"));
		info_line(l, "cgroup", &v);
		add(&v, "", fact(p, "namespaces"));
		info_line(l, "namespaces", &v);
		say_descriptors(l, p, &v);
	}
	say_environment(l, i, &v);
}

void info_say_usage(const struct info_lines *l, const struct info *i)
{
	const struct meta_usage *u = &i->trailer.usage;
	cleanup_done(buf_done) struct buf v = {0};

	if (!i->has_trailer || !i->trailer.has_usage)
		return;
	buf_printf(&v, "%.3f s user, %.3f s system, at most %.1f MiB in memory",
		   (double)u->user_time / 1e9, (double)u->system_time / 1e9,
		   (double)u->max_rss / (1 << 20));
	if (u->major_faults)
		buf_printf(&v, ", %" PRIu64 " page faults from disk", u->major_faults);
	info_line(l, "used", &v);
}

/* ---- files whose code was run ---- */

static const char *const states[] = {"seen", "unseen", "gone", "changed"};

static void say_object(const struct meta_object *o, struct buf *v)
{
	static const char *const reasons[] = {"", "not looked at", "gone since",
					      "another file since"};

	buf_append(v, o->path.data, o->path.size);
	if (o->package && *o->package)
		buf_printf(v, "  %s %s", o->package, o->package_version ? o->package_version : "");
	if (o->build_id.size)
		buf_str(v, "  build-id ");
	for (size_t k = 0; k < o->build_id.size; k++)
		buf_printf(v, "%02x", o->build_id.data[k]);
	if (o->state && o->state < ARRAY_SIZE(reasons))
		buf_printf(v, "  (%s)", reasons[o->state]);
}

static void say_object_line(const struct info_lines *l, const struct meta_object *o, struct buf *v)
{
	say_object(o, v);
	info_line(l, o->use & META_OBJECT_EXECUTED ? "program" : "library", v);
}

void info_say_objects(const struct info_lines *l, const struct info *i)
{
	const struct meta_trailer *t = &i->trailer;
	cleanup_done(buf_done) struct buf v = {0};

	for (size_t k = 0; k < t->object_count; k++) {
		if (t->objects[k].use & META_OBJECT_EXECUTED)
			say_object_line(l, &t->objects[k], &v);
	}
	for (size_t k = 0; k < t->object_count; k++) {
		if (!(t->objects[k].use & META_OBJECT_EXECUTED))
			say_object_line(l, &t->objects[k], &v);
	}
	if (t->object_beyond)
		buf_printf(&v, "%" PRIu64 " more files were executed or mapped", t->object_beyond);
	info_line(l, "not listed", &v);
	if (t->object_count || !i->process.map_count)
		return;
	/* The recorder did not come to it: what was mapped at the beginning is known. */
	for (size_t k = 0; k < i->process.map_count; k++) {
		buf_append(&v, i->process.maps[k].path.data, i->process.maps[k].path.size);
		info_line(l, "mapped", &v);
	}
	buf_str(&v, "only what was mapped at the beginning is known, and no build-ids");
	info_line(l, "not listed", &v);
}

/* ---- JSON ---- */

static void json_facts(struct buf *ret, const char *key, const struct meta_fact *facts,
		       size_t count)
{
	json_key(ret, key);
	buf_char(ret, '{');
	for (size_t i = 0; i < count; i++) {
		buf_str(ret, i ? "," : "");
		json_string(ret, facts[i].name, strlen(facts[i].name));
		buf_char(ret, ':');
		json_string(ret, facts[i].value, strlen(facts[i].value));
	}
	buf_char(ret, '}');
}

static void json_descriptors(struct buf *ret, const struct meta_process *p)
{
	json_key(ret, "descriptors");
	buf_char(ret, '[');
	for (size_t i = 0; i < p->fd_count; i++) {
		buf_printf(ret, "%s{\"fd\":%" PRId32, i ? "," : "", p->fds[i].fd);
		json_key(ret, "target");
		json_string(ret, p->fds[i].target.data, p->fds[i].target.size);
		buf_char(ret, '}');
	}
	buf_char(ret, ']');
}

static void json_ids(struct buf *ret, const char *key, const uint32_t *ids, size_t count)
{
	json_key(ret, key);
	buf_char(ret, '[');
	for (size_t i = 0; i < count; i++)
		buf_printf(ret, "%s%" PRIu32, i ? "," : "", ids[i]);
	buf_char(ret, ']');
}

static void json_object(struct buf *ret, const struct meta_object *o)
{
	static const char *const uses[] = {"executed", "mapped", "interpreter"};
	bool any = false;

	buf_str(ret, "{\"path\":");
	json_string(ret, o->path.data, o->path.size);
	json_number(ret, "size", o->size);
	json_hex(ret, "mtime", (uint64_t)o->mtime);
	buf_str(ret, ",\"build_id\":\"");
	for (size_t k = 0; k < o->build_id.size; k++)
		buf_printf(ret, "%02x", o->build_id.data[k]);
	buf_char(ret, '"');
	json_text(ret, "package", o->package);
	json_text(ret, "package_version", o->package_version);
	json_key(ret, "use");
	buf_char(ret, '[');
	for (size_t k = 0; k < ARRAY_SIZE(uses); k++) {
		if (o->use >> k & 1)
			buf_printf(ret, "%s\"%s\"", any ? "," : "", uses[k]);
		any |= o->use >> k & 1;
	}
	buf_char(ret, ']');
	json_word(ret, "state", o->state < ARRAY_SIZE(states) ? states[o->state] : "unseen");
	buf_char(ret, '}');
}

static void json_usage(struct buf *ret, const struct meta_usage *u)
{
	buf_printf(ret, ",\"usage\":{\"user_time\":%" PRIu64, u->user_time);
	json_number(ret, "system_time", u->system_time);
	json_number(ret, "max_rss", u->max_rss);
	json_number(ret, "minor_faults", u->minor_faults);
	json_number(ret, "major_faults", u->major_faults);
	json_number(ret, "blocks_in", u->blocks_in);
	json_number(ret, "blocks_out", u->blocks_out);
	json_number(ret, "voluntary_switches", u->voluntary_switches);
	json_number(ret, "involuntary_switches", u->involuntary_switches);
	buf_char(ret, '}');
}

void info_json_process(struct buf *ret, const struct info *i)
{
	const struct meta_process *p = &i->process;
	const struct meta_trailer *t = &i->trailer;

	if (i->header.fact_count)
		json_facts(ret, "facts", i->header.facts, i->header.fact_count);
	if (t->has_usage)
		json_usage(ret, &t->usage);
	if (i->has_process) {
		buf_printf(ret, ",\"process\":{\"pid\":%" PRIu32, p->pid);
		json_key(ret, "exe");
		json_string(ret, p->exe.data, p->exe.size);
		buf_printf(ret, ",\"umask\":%" PRIu32, p->umask);
		json_ids(ret, "uids", p->uids, ARRAY_SIZE(p->uids));
		json_ids(ret, "gids", p->gids, ARRAY_SIZE(p->gids));
		json_ids(ret, "groups", p->groups, p->group_count);
		json_limits(ret, p);
		json_facts(ret, "facts", p->facts, p->fact_count);
		json_descriptors(ret, p);
		json_environment(ret, i);
		buf_char(ret, '}');
	}
	if (!t->object_count)
		return;
	json_key(ret, "objects");
	buf_char(ret, '[');
	for (size_t k = 0; k < t->object_count; k++) {
		buf_str(ret, k ? "," : "");
		json_object(ret, &t->objects[k]);
	}
	buf_char(ret, ']');
	json_number(ret, "objects_beyond", t->object_beyond);
}
