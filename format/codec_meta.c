/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Header, snapshot and trailer as records. Written rarely, read rarely: here
 * everything is copied field by field, and every string and array is held to its
 * limit.
 */
#include "codec_priv.h"

#include "base/cleanup.h"
#include "base/err.h"
#include "base/utf8.h"

#include "container/limits.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const char magic[] = "systape";
static const uint8_t no_uuid[16];

/* ---- to protobuf ---- */

/* A protobuf string must be UTF-8, or no other program reads the tape any more. */
char *codec_text(char *s)
{
	if (!s)
		return (char *)(uintptr_t) "";
	utf8_repair(s);
	return s;
}

int codec_encode_header(const struct meta_header *h, struct buf *ret)
{
	Systape__Record record = SYSTAPE__RECORD__INIT;
	Systape__Header m = SYSTAPE__HEADER__INIT;
	cleanup_done(codec_messages_done) struct codec_messages facts = {0};

	if (codec_put_facts(h->facts, h->fact_count, &facts) < 0)
		return -ENOMEM;
	m.fact = (Systape__Fact **)facts.at;
	m.n_fact = facts.count;
	m.magic = (char *)(uintptr_t)magic;
	m.incompatible = h->incompatible;
	m.compatible = h->compatible;
	m.tool = codec_text(h->tool);
	m.uuid = (ProtobufCBinaryData){sizeof(h->uuid), (uint8_t *)(uintptr_t)h->uuid};
	m.start_realtime = h->start_realtime;
	m.start_monotonic = h->start_monotonic;
	m.sysname = codec_text(h->sysname);
	m.release = codec_text(h->release);
	m.version = codec_text(h->version);
	m.machine = codec_text(h->machine);
	m.hostname = codec_text(h->hostname);
	m.distribution = codec_text(h->distribution);
	m.cpu = codec_text(h->cpu);
	m.cpus = h->cpus;
	m.page_size = h->page_size;
	m.memory_size = h->memory_size;
	m.boot_id = codec_text(h->boot_id);
	m.libc = codec_text(h->libc);
	m.arch = h->arch;
	m.command = codec_bytes(&h->command);
	m.cwd = codec_bytes(&h->cwd);
	m.payload_limit = h->payload_limit;
	m.trace_set = codec_text(h->trace_set);
	m.options = codec_text(h->options);
	m.first_chunk = h->first_chunk;
	m.part = h->part;
	m.cut = codec_text(h->cut);
	if (memcmp(h->cut_from, no_uuid, sizeof(no_uuid)) != 0)
		m.cut_from = (ProtobufCBinaryData){sizeof(h->cut_from),
						   (uint8_t *)(uintptr_t)h->cut_from};
	m.n_shown_pid = h->shown_pid_count;
	m.shown_pid = h->shown_pids;
	m.redacted = codec_text(h->redacted);
	if (memcmp(h->redaction_key, no_uuid, sizeof(no_uuid)) != 0)
		m.redaction_key = (ProtobufCBinaryData){sizeof(h->redaction_key),
							(uint8_t *)(uintptr_t)h->redaction_key};
	record.kind_case = SYSTAPE__RECORD__KIND_HEADER;
	record.header = &m;
	return codec_put_record(&record, ret);
}

/* A process as messages: the arrays of pointers that protobuf-c wants, and what they
 * point to, in one allocation each. */
struct process_messages {
	Systape__Process m;
	Systape__Rlimit *rlimits, **rlimit_at;
	Systape__Fd *fds, **fd_at;
	Systape__Socket *sockets; /* by descriptor */
	Systape__Map *maps, **map_at;
	Systape__Disposition *dispositions, **disposition_at;
	Systape__OpenCall *in_flight, **in_flight_at;
	struct codec_messages facts;
};

static void process_messages_done(struct process_messages *p)
{
	free(p->rlimits);
	free(p->rlimit_at);
	free(p->fds);
	free(p->fd_at);
	free(p->sockets);
	free(p->maps);
	free(p->map_at);
	free(p->dispositions);
	free(p->disposition_at);
	free(p->in_flight);
	free(p->in_flight_at);
	codec_messages_done(&p->facts);
}

static int put_rlimits(const struct meta_process *p, struct process_messages *ret)
{
	ret->rlimits = calloc(p->rlimit_count + 1, sizeof(*ret->rlimits));
	ret->rlimit_at = calloc(p->rlimit_count + 1, sizeof(*ret->rlimit_at));
	if (!ret->rlimits || !ret->rlimit_at)
		return -ENOMEM;
	for (size_t i = 0; i < p->rlimit_count; i++) {
		Systape__Rlimit *m = ret->rlimit_at[i] = &ret->rlimits[i];

		systape__rlimit__init(m);
		m->resource = p->rlimits[i].resource;
		m->soft = p->rlimits[i].soft;
		m->hard = p->rlimits[i].hard;
	}
	ret->m.n_rlimit = p->rlimit_count;
	ret->m.rlimit = ret->rlimit_at;
	return 0;
}

static void put_socket(const struct meta_socket *s, Systape__Socket *m)
{
	systape__socket__init(m);
	m->family = s->family;
	m->type = s->type;
	m->protocol = s->protocol;
	m->local = codec_bytes(&s->local);
	m->peer = codec_bytes(&s->peer);
	m->role = s->role;
	m->other = s->other;
}

static int put_fds(const struct meta_process *p, struct process_messages *ret)
{
	ret->fds = calloc(p->fd_count + 1, sizeof(*ret->fds));
	ret->fd_at = calloc(p->fd_count + 1, sizeof(*ret->fd_at));
	ret->sockets = calloc(p->fd_count + 1, sizeof(*ret->sockets));
	if (!ret->fds || !ret->fd_at || !ret->sockets)
		return -ENOMEM;
	for (size_t i = 0; i < p->fd_count; i++) {
		Systape__Fd *m = ret->fd_at[i] = &ret->fds[i];

		systape__fd__init(m);
		m->fd = p->fds[i].fd;
		m->flags = p->fds[i].flags;
		m->position = p->fds[i].position;
		m->target = codec_bytes(&p->fds[i].target);
		m->unknown = p->fds[i].unknown;
		m->description = p->fds[i].description;
		if (!p->fds[i].socket)
			continue;
		m->socket = &ret->sockets[i];
		put_socket(p->fds[i].socket, m->socket);
	}
	ret->m.n_fd = p->fd_count;
	ret->m.fd = ret->fd_at;
	return 0;
}

static int put_maps(const struct meta_process *p, struct process_messages *ret)
{
	ret->maps = calloc(p->map_count + 1, sizeof(*ret->maps));
	ret->map_at = calloc(p->map_count + 1, sizeof(*ret->map_at));
	if (!ret->maps || !ret->map_at)
		return -ENOMEM;
	for (size_t i = 0; i < p->map_count; i++) {
		Systape__Map *m = ret->map_at[i] = &ret->maps[i];

		systape__map__init(m);
		m->start = p->maps[i].start;
		m->end = p->maps[i].end;
		m->offset = p->maps[i].offset;
		m->inode = p->maps[i].inode;
		m->device = p->maps[i].device;
		m->prot = p->maps[i].prot;
		m->path = codec_bytes(&p->maps[i].path);
	}
	ret->m.n_map = p->map_count;
	ret->m.map = ret->map_at;
	ret->m.maps_partial = p->maps_partial;
	return 0;
}

static int put_dispositions(const struct meta_process *p, struct process_messages *ret)
{
	ret->dispositions = calloc(p->disposition_count + 1, sizeof(*ret->dispositions));
	ret->disposition_at = calloc(p->disposition_count + 1, sizeof(*ret->disposition_at));
	if (!ret->dispositions || !ret->disposition_at)
		return -ENOMEM;
	for (size_t i = 0; i < p->disposition_count; i++) {
		Systape__Disposition *m = ret->disposition_at[i] = &ret->dispositions[i];

		systape__disposition__init(m);
		m->signal = p->dispositions[i].signal;
		m->handler = p->dispositions[i].handler;
		m->flags = p->dispositions[i].flags;
		m->mask = p->dispositions[i].mask;
	}
	ret->m.n_disposition = p->disposition_count;
	ret->m.disposition = ret->disposition_at;
	return 0;
}

static int put_in_flight(const struct meta_process *p, struct process_messages *ret)
{
	ret->in_flight = calloc(p->in_flight_count + 1, sizeof(*ret->in_flight));
	ret->in_flight_at = calloc(p->in_flight_count + 1, sizeof(*ret->in_flight_at));
	if (!ret->in_flight || !ret->in_flight_at)
		return -ENOMEM;
	for (size_t i = 0; i < p->in_flight_count; i++) {
		Systape__OpenCall *m = ret->in_flight_at[i] = &ret->in_flight[i];

		systape__open_call__init(m);
		m->tid = p->in_flight[i].tid;
		m->arch = p->in_flight[i].arch;
		m->nr = p->in_flight[i].nr;
		m->seq = p->in_flight[i].seq;
		m->n_arg = ARRAY_SIZE(p->in_flight[i].args);
		m->arg = (uint64_t *)(uintptr_t)p->in_flight[i].args;
	}
	ret->m.n_open_call = p->in_flight_count;
	ret->m.open_call = ret->in_flight_at;
	return 0;
}

static int put_process(const struct meta_process *p, struct process_messages *ret)
{
	Systape__Process *m = &ret->m;

	systape__process__init(m);
	m->pid = p->pid;
	m->ppid = p->ppid;
	m->pgid = p->pgid;
	m->sid = p->sid;
	m->n_tid = p->tid_count;
	m->tid = p->tids;
	m->comm = codec_bytes(&p->comm);
	m->exe = codec_bytes(&p->exe);
	m->argv = codec_bytes(&p->argv);
	m->env = codec_bytes(&p->env);
	m->cwd = codec_bytes(&p->cwd);
	m->root = codec_bytes(&p->root);
	m->umask = p->umask;
	m->n_uid = ARRAY_SIZE(p->uids);
	m->uid = (uint32_t *)(uintptr_t)p->uids;
	m->n_gid = ARRAY_SIZE(p->gids);
	m->gid = (uint32_t *)(uintptr_t)p->gids;
	m->n_group = p->group_count;
	m->group = p->groups;
	m->missing = codec_text(p->missing);
	if (put_rlimits(p, ret) < 0 || put_fds(p, ret) < 0 || put_maps(p, ret) < 0 ||
	    put_dispositions(p, ret) < 0 || put_in_flight(p, ret) < 0 ||
	    codec_put_facts(p->facts, p->fact_count, &ret->facts) < 0)
		return -ENOMEM;
	m->fact = (Systape__Fact **)ret->facts.at;
	m->n_fact = ret->facts.count;
	return 0;
}

int codec_encode_snapshot(const struct meta_snapshot *s, struct buf *ret)
{
	cleanup_free struct process_messages *processes =
		calloc(s->process_count + 1, sizeof(*processes));
	cleanup_free Systape__Process **at = calloc(s->process_count + 1, sizeof(*at));
	Systape__Record record = SYSTAPE__RECORD__INIT;
	Systape__Snapshot m = SYSTAPE__SNAPSHOT__INIT;
	int r = processes && at ? 0 : -ENOMEM;

	m.seq = s->seq;
	m.time = s->time;
	m.process = at;
	for (; r == 0 && m.n_process < s->process_count; m.n_process++) {
		at[m.n_process] = &processes[m.n_process].m;
		r = put_process(&s->processes[m.n_process], &processes[m.n_process]);
	}
	record.kind_case = SYSTAPE__RECORD__KIND_SNAPSHOT;
	record.snapshot = &m;
	if (r == 0)
		r = codec_put_record(&record, ret);
	for (size_t i = 0; processes && i < s->process_count; i++)
		process_messages_done(&processes[i]);
	return r;
}

static void put_frame(const struct meta_frame *f, Systape__Frame *m)
{
	systape__frame__init(m);
	m->offset = f->offset;
	m->raw_size = f->raw_size;
	m->first_chunk = f->first_chunk;
	m->chunks = f->chunks;
	m->first_seq = f->first_seq;
	m->last_seq = f->last_seq;
	m->first_time = f->first_time;
	m->last_time = f->last_time;
	m->events = f->events;
}

int codec_encode_trailer(const struct meta_trailer *t, struct buf *ret)
{
	cleanup_free Systape__Frame *frames = calloc(t->frame_count + 1, sizeof(*frames));
	cleanup_free Systape__Frame **at = calloc(t->frame_count + 1, sizeof(*at));
	Systape__Record record = SYSTAPE__RECORD__INIT;
	Systape__Trailer m = SYSTAPE__TRAILER__INIT;
	cleanup_done(codec_messages_done) struct codec_messages objects = {0};
	Systape__Usage usage;

	if (!frames || !at || codec_put_objects(t->objects, t->object_count, &objects) < 0)
		return -ENOMEM;
	m.object = (Systape__Object **)objects.at;
	m.n_object = objects.count;
	m.object_beyond = t->object_beyond;
	codec_put_usage(&t->usage, &usage);
	m.usage = t->has_usage ? &usage : NULL;
	m.duration = t->duration;
	m.calls = t->calls;
	m.events = t->events;
	m.processes = t->processes;
	m.threads = t->threads;
	m.signals = t->signals;
	m.has_status = t->has_status;
	m.status = t->status;
	m.lost = t->lost;
	m.unreadable = t->unreadable;
	m.shortened = t->shortened;
	m.bytes_kept = t->bytes_kept;
	m.bytes_full = t->bytes_full;
	m.unfinished = t->unfinished;
	m.incomplete = t->incomplete;
	m.reason = codec_text(t->reason);
	m.n_note = t->note_count;
	m.note = t->notes;
	for (size_t i = 0; i < t->frame_count; i++)
		put_frame(&t->frames[i], at[i] = &frames[i]);
	m.n_frame = t->frame_count;
	m.frame = at;
	record.kind_case = SYSTAPE__RECORD__KIND_TRAILER;
	record.trailer = &m;
	return codec_put_record(&record, ret);
}

/* ---- from protobuf ---- */

/* Copies; sets *failed to what went wrong and leaves it there. */
char *codec_take_text(const char *s, int *failed)
{
	char *copy;

	if (strlen(s) > TRACE_STRING_MAX) {
		*failed = -EBADMSG;
		return NULL;
	}
	copy = strdup(s);
	if (!copy)
		*failed = -ENOMEM;
	return copy;
}

/* With a NUL behind that is not counted. */
struct meta_bytes codec_take_bytes(const ProtobufCBinaryData *b, int *failed)
{
	struct meta_bytes copy = {0};

	if (b->len > TRACE_STRING_MAX * 8u) {
		*failed = -EBADMSG;
		return copy;
	}
	copy.data = malloc(b->len + 1);
	if (!copy.data) {
		*failed = -ENOMEM;
		return copy;
	}
	if (b->len)
		memcpy(copy.data, b->data, b->len);
	copy.data[b->len] = '\0';
	copy.size = b->len;
	return copy;
}

/* Zeroed room for @count things, at least one byte. */
void *codec_take_array(size_t count, size_t size, int *failed)
{
	void *array;

	if (count > TRACE_ENTRIES_MAX) {
		*failed = -EBADMSG;
		return NULL;
	}
	array = calloc(count + 1, size);
	if (!array)
		*failed = -ENOMEM;
	return array;
}

static uint32_t *take_numbers(const uint32_t *from, size_t count, int *failed)
{
	uint32_t *copy = codec_take_array(count, sizeof(*copy), failed);

	if (copy && count)
		memcpy(copy, from, count * sizeof(*copy));
	return copy;
}

static int finish(int failed, const char *what, struct err *err)
{
	if (failed == -ENOMEM)
		return err_set(err, ENOMEM, "out of memory");
	if (failed)
		return err_set(err, EBADMSG, "a %s is over the limits of the format", what);
	return 0;
}

static int get_header(const Systape__Header *m, struct meta_header *h)
{
	int failed = 0;

	h->incompatible = m->incompatible;
	h->compatible = m->compatible;
	h->tool = codec_take_text(m->tool, &failed);
	if (m->uuid.len == sizeof(h->uuid))
		memcpy(h->uuid, m->uuid.data, sizeof(h->uuid));
	h->start_realtime = m->start_realtime;
	h->start_monotonic = m->start_monotonic;
	h->sysname = codec_take_text(m->sysname, &failed);
	h->release = codec_take_text(m->release, &failed);
	h->version = codec_take_text(m->version, &failed);
	h->machine = codec_take_text(m->machine, &failed);
	h->hostname = codec_take_text(m->hostname, &failed);
	h->distribution = codec_take_text(m->distribution, &failed);
	h->cpu = codec_take_text(m->cpu, &failed);
	h->cpus = m->cpus;
	h->page_size = m->page_size;
	h->memory_size = m->memory_size;
	h->boot_id = codec_take_text(m->boot_id, &failed);
	h->libc = codec_take_text(m->libc, &failed);
	h->arch = m->arch;
	h->command = codec_take_bytes(&m->command, &failed);
	h->cwd = codec_take_bytes(&m->cwd, &failed);
	h->payload_limit = m->payload_limit;
	h->trace_set = codec_take_text(m->trace_set, &failed);
	h->options = codec_take_text(m->options, &failed);
	h->first_chunk = m->first_chunk;
	h->part = m->part;
	h->cut = codec_take_text(m->cut, &failed);
	if (m->cut_from.len == sizeof(h->cut_from))
		memcpy(h->cut_from, m->cut_from.data, sizeof(h->cut_from));
	h->shown_pids = take_numbers(m->shown_pid, m->n_shown_pid, &failed);
	h->shown_pid_count = h->shown_pids ? m->n_shown_pid : 0;
	h->facts = codec_take_facts(m->fact, m->n_fact, &h->fact_count, &failed);
	h->redacted = codec_take_text(m->redacted, &failed);
	if (m->redaction_key.len == sizeof(h->redaction_key))
		memcpy(h->redaction_key, m->redaction_key.data, sizeof(h->redaction_key));
	return failed;
}

/* The message of kind @wanted in the record, unpacked. */
static void *unpack(const void *body, size_t size, enum codec_kind wanted,
		    const ProtobufCMessageDescriptor *descriptor, const char *what,
		    struct codec_budget *budget, struct err *err)
{
	enum codec_kind kind;
	const uint8_t *at = NULL;
	size_t n = 0;
	void *m;

	if (codec_find(body, size, &kind, &at, &n, err) < 0)
		return NULL;
	codec_budget_init(budget);
	m = kind == wanted ? protobuf_c_message_unpack(descriptor, &budget->allocator, n, at)
			   : NULL;
	if (!m)
		codec_budget_error(budget, what, err);
	return m;
}

int codec_decode_header(const void *body, size_t size, struct meta_header *ret, struct err *err)
{
	struct err local = {0};
	struct codec_budget budget;
	Systape__Header *m = unpack(body, size, CODEC_HEADER, &systape__header__descriptor,
				    "header", &budget, &local);
	int r;

	if (!m) {
		if (err)
			*err = local;
		return local.code;
	}
	*ret = (struct meta_header){0};
	if (strcmp(m->magic, magic) != 0)
		r = err_set(err, EBADMSG, "a header has the wrong magic");
	else
		r = finish(get_header(m, ret), "header", err);
	ret->unknown_fields = codec_unknown(body, size, &m->base);
	systape__header__free_unpacked(m, &budget.allocator);
	if (r < 0)
		meta_header_done(ret);
	return r;
}

static struct meta_socket *take_socket(const Systape__Socket *m, int *failed)
{
	struct meta_socket *s = m ? codec_take_array(1, sizeof(*s), failed) : NULL;

	if (!s)
		return NULL;
	*s = (struct meta_socket){.family = m->family,
				  .type = m->type,
				  .protocol = m->protocol,
				  .role = m->role,
				  .local = codec_take_bytes(&m->local, failed),
				  .peer = codec_take_bytes(&m->peer, failed),
				  .other = m->other};
	return s;
}

static void get_lists(const Systape__Process *m, struct meta_process *p, int *failed)
{
	p->rlimits = codec_take_array(m->n_rlimit, sizeof(*p->rlimits), failed);
	p->fds = codec_take_array(m->n_fd, sizeof(*p->fds), failed);
	p->maps = codec_take_array(m->n_map, sizeof(*p->maps), failed);
	for (; p->rlimits && p->rlimit_count < m->n_rlimit; p->rlimit_count++) {
		const Systape__Rlimit *l = m->rlimit[p->rlimit_count];

		p->rlimits[p->rlimit_count] = (struct meta_rlimit){l->resource, l->soft, l->hard};
	}
	for (; p->fds && p->fd_count < m->n_fd; p->fd_count++) {
		const Systape__Fd *f = m->fd[p->fd_count];

		p->fds[p->fd_count] = (struct meta_fd){f->fd,
						       f->flags,
						       f->position,
						       codec_take_bytes(&f->target, failed),
						       f->unknown,
						       f->description,
						       take_socket(f->socket, failed)};
	}
	for (; p->maps && p->map_count < m->n_map; p->map_count++) {
		const Systape__Map *a = m->map[p->map_count];

		p->maps[p->map_count] = (struct meta_map){a->start,
							  a->end,
							  a->offset,
							  a->inode,
							  a->device,
							  a->prot,
							  codec_take_bytes(&a->path, failed)};
	}
}

static void get_dispositions(const Systape__Process *m, struct meta_process *p, int *failed)
{
	p->dispositions = codec_take_array(m->n_disposition, sizeof(*p->dispositions), failed);
	for (; p->dispositions && p->disposition_count < m->n_disposition; p->disposition_count++) {
		const Systape__Disposition *d = m->disposition[p->disposition_count];

		p->dispositions[p->disposition_count] =
			(struct meta_disposition){d->signal, d->handler, d->flags, d->mask};
	}
}

static void get_in_flight(const Systape__Process *m, struct meta_process *p, int *failed)
{
	p->in_flight = codec_take_array(m->n_open_call, sizeof(*p->in_flight), failed);
	for (; p->in_flight && p->in_flight_count < m->n_open_call; p->in_flight_count++) {
		const Systape__OpenCall *f = m->open_call[p->in_flight_count];
		struct meta_in_flight *call = &p->in_flight[p->in_flight_count];

		*call = (struct meta_in_flight){
			.tid = f->tid, .arch = f->arch, .nr = f->nr, .seq = f->seq};
		for (size_t i = 0; i < ARRAY_SIZE(call->args) && i < f->n_arg; i++)
			call->args[i] = f->arg[i];
	}
}

static void get_process(const Systape__Process *m, struct meta_process *p, int *failed)
{
	p->pid = m->pid;
	p->ppid = m->ppid;
	p->pgid = m->pgid;
	p->sid = m->sid;
	p->tids = take_numbers(m->tid, m->n_tid, failed);
	p->tid_count = p->tids ? m->n_tid : 0;
	p->comm = codec_take_bytes(&m->comm, failed);
	p->exe = codec_take_bytes(&m->exe, failed);
	p->argv = codec_take_bytes(&m->argv, failed);
	p->env = codec_take_bytes(&m->env, failed);
	p->cwd = codec_take_bytes(&m->cwd, failed);
	p->root = codec_take_bytes(&m->root, failed);
	p->umask = m->umask;
	for (size_t i = 0; i < ARRAY_SIZE(p->uids); i++) {
		p->uids[i] = i < m->n_uid ? m->uid[i] : 0;
		p->gids[i] = i < m->n_gid ? m->gid[i] : 0;
	}
	p->groups = take_numbers(m->group, m->n_group, failed);
	p->group_count = p->groups ? m->n_group : 0;
	p->missing = codec_take_text(m->missing, failed);
	get_lists(m, p, failed);
	p->maps_partial = m->maps_partial;
	get_dispositions(m, p, failed);
	get_in_flight(m, p, failed);
	p->facts = codec_take_facts(m->fact, m->n_fact, &p->fact_count, failed);
}

int codec_decode_snapshot(const void *body, size_t size, struct meta_snapshot *ret, struct err *err)
{
	struct err local = {0};
	struct codec_budget budget;
	Systape__Snapshot *m = unpack(body, size, CODEC_SNAPSHOT, &systape__snapshot__descriptor,
				      "snapshot", &budget, &local);
	int failed = 0, r;

	if (!m) {
		if (err)
			*err = local;
		return local.code;
	}
	*ret = (struct meta_snapshot){.seq = m->seq, .time = m->time};
	ret->processes = codec_take_array(m->n_process, sizeof(*ret->processes), &failed);
	for (; ret->processes && ret->process_count < m->n_process; ret->process_count++)
		get_process(m->process[ret->process_count], &ret->processes[ret->process_count],
			    &failed);
	ret->unknown_fields = codec_unknown(body, size, &m->base);
	systape__snapshot__free_unpacked(m, &budget.allocator);
	r = finish(failed, "snapshot", err);
	if (r < 0)
		meta_snapshot_done(ret);
	return r;
}

static int get_trailer(const Systape__Trailer *m, struct meta_trailer *t)
{
	int failed = 0;

	t->duration = m->duration;
	t->calls = m->calls;
	t->events = m->events;
	t->processes = m->processes;
	t->threads = m->threads;
	t->signals = m->signals;
	t->has_status = m->has_status;
	t->status = m->status;
	t->lost = m->lost;
	t->unreadable = m->unreadable;
	t->shortened = m->shortened;
	t->bytes_kept = m->bytes_kept;
	t->bytes_full = m->bytes_full;
	t->unfinished = m->unfinished;
	t->incomplete = m->incomplete;
	t->reason = codec_take_text(m->reason, &failed);
	t->notes = codec_take_array(m->n_note, sizeof(*t->notes), &failed);
	t->frames = codec_take_array(m->n_frame, sizeof(*t->frames), &failed);
	for (; t->notes && t->note_count < m->n_note; t->note_count++)
		t->notes[t->note_count] = codec_take_text(m->note[t->note_count], &failed);
	for (; t->frames && t->frame_count < m->n_frame; t->frame_count++) {
		const Systape__Frame *f = m->frame[t->frame_count];

		t->frames[t->frame_count] = (struct meta_frame){
			f->offset,   f->raw_size,   f->first_chunk, f->chunks, f->first_seq,
			f->last_seq, f->first_time, f->last_time,   f->events};
	}
	t->has_usage = m->usage;
	if (m->usage)
		codec_take_usage(m->usage, &t->usage);
	t->objects = codec_take_objects(m->object, m->n_object, &t->object_count, &failed);
	t->object_beyond = m->object_beyond;
	return failed;
}

int codec_decode_trailer(const void *body, size_t size, struct meta_trailer *ret, struct err *err)
{
	struct err local = {0};
	struct codec_budget budget;
	Systape__Trailer *m = unpack(body, size, CODEC_TRAILER, &systape__trailer__descriptor,
				     "trailer", &budget, &local);
	int r;

	if (!m) {
		if (err)
			*err = local;
		return local.code;
	}
	*ret = (struct meta_trailer){0};
	r = finish(get_trailer(m, ret), "trailer", err);
	ret->unknown_fields = codec_unknown(body, size, &m->base);
	systape__trailer__free_unpacked(m, &budget.allocator);
	if (r < 0)
		meta_trailer_done(ret);
	return r;
}
