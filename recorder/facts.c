/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What maintainers ask of a machine and a process, as names and values: doc/trace-format.md
 * lists the names. Nothing here is needed for reading the tape; what is not to be had is not
 * there. Only a lack of memory is an error.
 */
#include "rec_priv.h"

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/fileio.h"
#include "base/hash.h"
#include "tracee/proc.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

/* Of /proc/cpuinfo the first CPU is enough. */
enum { TEXT_FILE_MAX = 256 << 10, CPUINFO_MAX = 8 << 10, VALUE_MAX = 4096 };

char *rec_file_value(const char *path, const char *key, char separator, size_t limit)
{
	cleanup_done(buf_done) struct buf text = {0};
	size_t length = strlen(key);

	fileio_slurp(AT_FDCWD, path, limit ? limit : TEXT_FILE_MAX, &text);
	if (buf_error(&text) < 0)
		return NULL;
	for (const char *line = buf_text(&text); line; line = strchr(line, '\n')) {
		const char *value, *end;

		line += *line == '\n';
		if (strncmp(line, key, length) != 0)
			continue;
		value = line + length + strspn(line + length, " \t");
		end = strchrnul(line, '\n');
		if (*value != separator)
			continue;
		value += 1 + strspn(value + 1, " \t\"");
		while (end > value && strchr("\" \t", end[-1]))
			end--;
		return strndup(value, (size_t)(end > value ? end - value : 0));
	}
	return strdup("");
}

char *rec_first_line(const char *path)
{
	cleanup_done(buf_done) struct buf text = {0};

	fileio_slurp(AT_FDCWD, path, VALUE_MAX, &text);
	if (buf_error(&text) < 0)
		return NULL;
	return strndup(buf_text(&text), strcspn(buf_text(&text), "\n"));
}

/* ---- a list that grows ---- */

struct facts {
	struct meta_fact **list;
	size_t *count;
	int failed; /* 0 or -ENOMEM */
};

static void add(struct facts *f, const char *name, const char *value)
{
	if (!value)
		f->failed = -ENOMEM;
	else if (*value && meta_add_fact(f->list, f->count, name, value) < 0)
		f->failed = -ENOMEM;
}

static void add_buf(struct facts *f, const char *name, struct buf *value)
{
	if (buf_error(value) < 0)
		f->failed = -ENOMEM;
	add(f, name, buf_text(value));
	buf_done(value);
}

/* ---- the machine ---- */

static const struct source {
	const char *name, *path;
	const char *key; /* NULL: the first line */
	char separator;
} sources[] = {
	{"distribution_id", "/etc/os-release", "ID", '='},
	{"distribution_version", "/etc/os-release", "VERSION_ID", '='},
	{"hardware", "/sys/class/dmi/id/product_name", NULL, 0},
	{"memory_available", "/proc/meminfo", "MemAvailable", ':'},
	{"swap", "/proc/meminfo", "SwapTotal", ':'},
	{"load", "/proc/loadavg", NULL, 0},
	{"aslr", "/proc/sys/kernel/randomize_va_space", NULL, 0},
	{"overcommit_memory", "/proc/sys/vm/overcommit_memory", NULL, 0},
	{"transparent_hugepage", "/sys/kernel/mm/transparent_hugepage/enabled", NULL, 0},
	{"lsm", "/sys/kernel/security/lsm", NULL, 0},
	{"selinux_enforcing", "/sys/fs/selinux/enforce", NULL, 0},
	{"ptrace_scope", "/proc/sys/kernel/yama/ptrace_scope", NULL, 0},
	{"core_pattern", "/proc/sys/kernel/core_pattern", NULL, 0},
	{"tainted", "/proc/sys/kernel/tainted", NULL, 0},
	{"clock_source", "/sys/devices/system/clocksource/clocksource0/current_clocksource", NULL,
	 0},
};

/* Two machines differ in what their CPUs can if these differ. */
static void add_cpu_flags(struct facts *f)
{
	cleanup_free char *flags = rec_file_value("/proc/cpuinfo", "flags", ':', CPUINFO_MAX);
	char text[24];

	if (!flags || !*flags) {
		add(f, "cpu_flags", flags);
		return;
	}
	snprintf(text, sizeof(text), "%016" PRIx64, hash_add(HASH_START, flags, strlen(flags)));
	add(f, "cpu_flags", text);
	add(f, "hypervisor", strstr(flags, " hypervisor") ? "yes" : "no");
}

static const struct sign {
	const char *file, *means;
} container_files[] = {
	{"/run/.containerenv", "podman"},
	{"/.dockerenv", "docker"},
	{"/proc/vz", "openvz"},
};
static const struct sign container_groups[] = {
	{"kubepods", "kubernetes"},   {"docker", "docker"},
	{"libpod", "podman"},         {"lxc", "lxc"},
	{"containerd", "containerd"}, {"machine.slice", "nspawn"},
};

/* As systemd-detect-virt(1) and others find it out; none of it is certain. */
static void add_container(struct facts *f)
{
	cleanup_free char *told = rec_first_line("/run/systemd/container");
	cleanup_free char *groups = rec_first_line("/proc/self/cgroup");
	const char *variable = getenv("container");

	if (!told || !groups || *told) {
		add(f, "container", told && groups ? told : NULL);
		return;
	}
	for (size_t i = 0; i < ARRAY_SIZE(container_files); i++) {
		if (access(container_files[i].file, F_OK) == 0) {
			add(f, "container", container_files[i].means);
			return;
		}
	}
	for (size_t i = 0; i < ARRAY_SIZE(container_groups); i++) {
		if (strstr(groups, container_groups[i].file)) {
			add(f, "container", container_groups[i].means);
			return;
		}
	}
	add(f, "container", variable && *variable ? variable : "none found");
}

static void add_time_zone(struct facts *f)
{
	static const char zones[] = "/zoneinfo/";
	const char *name = getenv("TZ"), *at;
	struct buf value = {0};
	char link[256] = "", offset[32] = "";
	time_t now = time(NULL);
	struct tm tm;

	if (!name) {
		ssize_t n = readlink("/etc/localtime", link, sizeof(link) - 1);

		link[n > 0 ? n : 0] = '\0';
		at = strstr(link, zones);
		name = at ? at + strlen(zones) : "";
	}
	if (localtime_r(&now, &tm))
		strftime(offset, sizeof(offset), "%Z %z", &tm);
	buf_printf(&value, "%s%s%s", name, *name ? ", " : "", offset);
	add_buf(f, "time_zone", &value);
}

static void add_terminal(struct facts *f)
{
	static const char *const names[] = {"stdin", "stdout", "stderr"};
	struct buf value = {0};
	struct winsize size;

	for (int fd = 0; fd < (int)ARRAY_SIZE(names); fd++) {
		if (ioctl(fd, TIOCGWINSZ, &size) < 0)
			continue;
		if (!value.size)
			buf_printf(&value, "%ux%u:", size.ws_col, size.ws_row);
		buf_printf(&value, " %s", names[fd]);
	}
	if (!value.size)
		buf_str(&value, "none");
	add_buf(f, "terminal", &value);
}

/* Of the mount that the directory is on; its last one covers the others (proc(5)). */
static void add_file_system(struct facts *f)
{
	cleanup_done(buf_done) struct buf mounts = {0};
	struct buf type = {0};
	struct stat st;
	char device[32];

	if (stat(".", &st) < 0 ||
	    fileio_slurp(AT_FDCWD, "/proc/self/mountinfo", TEXT_FILE_MAX, &mounts) < 0)
		return;
	snprintf(device, sizeof(device), "%u:%u", major(st.st_dev), minor(st.st_dev));
	for (const char *line = buf_text(&mounts); line; line = strchr(line, '\n')) {
		const char *dash;
		char id[32] = "";

		line += *line == '\n';
		if (sscanf(line, "%*d %*d %31s", id) != 1 || strcmp(id, device) != 0)
			continue;
		dash = strstr(line, " - ");
		buf_clear(&type);
		if (dash)
			buf_append(&type, dash + 3, strcspn(dash + 3, " \n"));
	}
	add_buf(f, "cwd_file_system", &type);
}

int rec_tape_fact(int fd, struct meta_header *ret)
{
	char link[32], path[PATH_MAX];
	ssize_t size;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	size = readlink(link, path, sizeof(path) - 1);
	/* A pipe has no path; a file without a name is none that anybody sees. */
	if (size <= 0 || path[0] != '/' || strncmp(path, "/dev/", 5) == 0)
		return 0;
	path[size] = '\0';
	return strstr(path, " (deleted)")
		       ? 0
		       : meta_add_fact(&ret->facts, &ret->fact_count, "tape", path);
}

int rec_machine_facts(struct meta_header *ret)
{
	struct facts f = {&ret->facts, &ret->fact_count, 0};

	for (size_t i = 0; i < ARRAY_SIZE(sources); i++) {
		const struct source *s = &sources[i];
		cleanup_free char *value = s->key ? rec_file_value(s->path, s->key, s->separator, 0)
						  : rec_first_line(s->path);

		add(&f, s->name, value);
	}
	add_cpu_flags(&f);
	add_container(&f);
	add_time_zone(&f);
	add_terminal(&f);
	add_file_system(&f);
	return f.failed;
}

/* ---- a process ---- */

static const struct {
	const char *name, *field;
} status_facts[] = {
	{"cap_effective", "CapEff"},
	{"cap_permitted", "CapPrm"},
	{"cap_inheritable", "CapInh"},
	{"cap_bounding", "CapBnd"},
	{"cap_ambient", "CapAmb"},
	{"no_new_privs", "NoNewPrivs"},
	{"seccomp", "Seccomp"},
	{"seccomp_filters", "Seccomp_filters"},
	{"cpus_allowed", "Cpus_allowed_list"},
	{"signals_blocked", "SigBlk"},
	{"signals_ignored", "SigIgn"},
};

static const struct {
	const char *name, *file;
} file_facts[] = {
	{"cgroup", "cgroup"},
	{"personality", "personality"},
	{"oom_score_adj", "oom_score_adj"},
	{"security_label", "attr/current"},
};

static const char *const namespaces[] = {"cgroup", "ipc",  "mnt",  "net",
					 "pid",    "time", "user", "uts"};

static void add_status(struct facts *f, uint32_t pid)
{
	cleanup_done(buf_done) struct buf text = {0};

	if (tracee_proc_file((pid_t)pid, "status", &text) == -ENOMEM)
		f->failed = -ENOMEM;
	for (size_t i = 0; i < ARRAY_SIZE(status_facts); i++) {
		const char *at = tracee_proc_field(buf_text(&text), status_facts[i].field);
		struct buf value = {0};

		at += strspn(at, " \t");
		buf_append(&value, at, strcspn(at, "\n"));
		add_buf(f, status_facts[i].name, &value);
	}
}

/* Lines become a list; an end of line or a NUL at the end is none of it. */
static void add_file(struct facts *f, uint32_t pid, const char *name, const char *file)
{
	struct buf text = {0}, value = {0};

	if (tracee_proc_file((pid_t)pid, file, &text) == -ENOMEM)
		f->failed = -ENOMEM;
	while (text.size && strchr("\n", text.data[text.size - 1]))
		buf_truncate(&text, text.size - 1);
	for (const char *at = buf_text(&text); *at; at++) {
		if (*at == '\n')
			buf_str(&value, "; ");
		else
			buf_char(&value, *at);
	}
	buf_done(&text);
	add_buf(f, name, &value);
}

static void add_namespaces(struct facts *f, uint32_t pid)
{
	struct buf value = {0};

	for (size_t i = 0; i < ARRAY_SIZE(namespaces); i++) {
		cleanup_done(buf_done) struct buf link = {0};
		char name[32];

		snprintf(name, sizeof(name), "ns/%s", namespaces[i]);
		if (tracee_proc_link((pid_t)pid, name, &link) < 0)
			continue;
		buf_printf(&value, "%s%s", value.size ? " " : "", buf_text(&link));
	}
	add_buf(f, "namespaces", &value);
}

int rec_process_facts(struct meta_process *p)
{
	struct facts f = {&p->facts, &p->fact_count, 0};

	add_status(&f, p->pid);
	for (size_t i = 0; i < ARRAY_SIZE(file_facts); i++)
		add_file(&f, p->pid, file_facts[i].name, file_facts[i].file);
	add_namespaces(&f, p->pid);
	return f.failed;
}
