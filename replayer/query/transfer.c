/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which calls move bytes, which way, and which of their arguments say where: the table has what
 * the descriptions of the calls do not tell, that a call moves bytes at all. Where the bytes are,
 * the descriptions say.
 */
#include "transfer.h"

#include "base/cleanup.h"
#include "replayer/state/meant.h"
#include "sys/rows.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
	SPANS_MAX = 1024, /* of one message, as IOV_MAX of the kernel */
	MESSAGES_MAX = 1024,
	PENDING_MAX = 64, /* calls of which more is expected */
	PEEK = 2,         /* MSG_PEEK */
	AT_POSITION = -1,
	NO_ARGUMENT = -1,
};

enum way {
	WAY_IN,
	WAY_OUT,
	WAY_EITHER, /* by the end of the pipe: what it wrote is there at the exit */
	WAY_BETWEEN
};

struct mover {
	const char *name;
	uint8_t way;
	int8_t flags;         /* which argument has MSG_PEEK */
	bool positioned;      /* the field `offset` says where */
	bool may_be_at;       /* but not when it is -1 */
	int8_t from, from_at; /* WAY_BETWEEN: arguments with descriptors and pointers to places */
	int8_t to, to_at;
	bool copies; /* what is moved stays where it was */
};

static const struct mover movers[] = {
	{"read", WAY_IN, NO_ARGUMENT},
	{"readv", WAY_IN, NO_ARGUMENT},
	{"pread64", WAY_IN, NO_ARGUMENT, .positioned = true},
	{"preadv", WAY_IN, NO_ARGUMENT, .positioned = true},
	{"preadv2", WAY_IN, NO_ARGUMENT, .positioned = true, .may_be_at = true},
	{"recvfrom", WAY_IN, 3},
	{"recv", WAY_IN, 3},
	{"recvmsg", WAY_IN, 2},
	{"recvmmsg", WAY_IN, 3},
	{"recvmmsg_time64", WAY_IN, 3},
	{"mq_timedreceive", WAY_IN, NO_ARGUMENT},
	{"mq_timedreceive_time64", WAY_IN, NO_ARGUMENT},
	{"write", WAY_OUT, NO_ARGUMENT},
	{"writev", WAY_OUT, NO_ARGUMENT},
	{"pwrite64", WAY_OUT, NO_ARGUMENT, .positioned = true},
	{"pwritev", WAY_OUT, NO_ARGUMENT, .positioned = true},
	{"pwritev2", WAY_OUT, NO_ARGUMENT, .positioned = true, .may_be_at = true},
	{"sendto", WAY_OUT, NO_ARGUMENT},
	{"send", WAY_OUT, NO_ARGUMENT},
	{"sendmsg", WAY_OUT, NO_ARGUMENT},
	{"sendmmsg", WAY_OUT, NO_ARGUMENT},
	{"vmsplice", WAY_EITHER, NO_ARGUMENT},
	{"mq_timedsend", WAY_OUT, NO_ARGUMENT},
	{"mq_timedsend_time64", WAY_OUT, NO_ARGUMENT},
	{"sendfile", WAY_BETWEEN, NO_ARGUMENT, .from = 1, .from_at = 2, .to = 0,
	 .to_at = NO_ARGUMENT},
	{"sendfile64", WAY_BETWEEN, NO_ARGUMENT, .from = 1, .from_at = 2, .to = 0,
	 .to_at = NO_ARGUMENT},
	{"splice", WAY_BETWEEN, NO_ARGUMENT, .from = 0, .from_at = 1, .to = 2, .to_at = 3},
	{"copy_file_range", WAY_BETWEEN, NO_ARGUMENT, .from = 0, .from_at = 1, .to = 2, .to_at = 3},
	{"tee", WAY_BETWEEN, NO_ARGUMENT, .from = 0, .from_at = NO_ARGUMENT, .to = 1,
	 .to_at = NO_ARGUMENT, .copies = true},
};

/* Of socketcall(2) the call that its arguments in memory are of is what moves. */
static const struct mover indirect;

enum { ROWS_MAX = SYS_ARCHS * (ARRAY_SIZE(movers) + 1) };

/*
 * A call that may move bytes. Most take a buffer and its length, and say nothing else of where
 * bytes are: then these two need not be looked for among its arguments each time.
 */
struct row {
	const struct mover *mover;
	const struct sys_desc *desc;
	const struct sys_field *buffer, *length; /* NULL: it is not so simple */
};

/* A transfer of which more is expected. */
struct pending {
	struct transfer transfer; /* spans are its own */
	uint8_t when;
};

struct transfers {
	struct sys_rows by_call;
	struct row rows[ROWS_MAX]; /* of socketcall(2): `indirect` */
	size_t row_count;
	struct transfer simple; /* without an address; which is long to empty */
	struct pending pending[PENDING_MAX];
	size_t next; /* the oldest of them */
};

/* A call with the arguments it has, wherever they were. */
struct moving {
	struct transfers *t;
	const struct state *s;
	const struct event *e;
	const struct row *row;
	const struct mover *mover;
	const struct sys_desc *desc;
	bool given; /* whatever is in memory, moved or not */
	bool out;
	uint64_t args[EVENT_ARGS];
	transfer_fn *tell;
	void *context;
	struct transfer_span spans[SPANS_MAX];
	size_t span_count;
	uint64_t room; /* bytes of the message that are still to be placed */
	uint64_t placed;
};

/* ---- the rows ---- */

static const struct mover *find(const char *name)
{
	for (size_t i = 0; i < sizeof(movers) / sizeof(movers[0]); i++) {
		if (strcmp(movers[i].name, name) == 0)
			return &movers[i];
	}
	return NULL;
}

static bool names_place(const struct sys_field *f)
{
	return f->kind == K_SOCKADDR || f->kind == K_IOV || f->mem == MEM_ARRAY ||
	       f->mem == MEM_STRUCT || (f->mem == MEM_BYTES && f->kind == K_BUF);
}

static void find_buffer(struct row *row)
{
	const struct sys_desc *d = row->desc;
	size_t places = 0;

	if (row->mover == &indirect || row->mover->way == WAY_BETWEEN || row->mover->positioned)
		return;
	for (size_t i = 0; i < d->count; i++) {
		if (names_place(&d->field[i])) {
			row->buffer = &d->field[i];
			places++;
		}
	}
	row->length = places == 1 ? sys_sibling(d, row->buffer->len_off) : NULL;
	if (places != 1 || row->buffer->kind != K_BUF || row->buffer->mem != MEM_BYTES ||
	    !row->length)
		row->buffer = NULL;
}

static const void *row_of(const void *context, const struct sys_desc *d)
{
	struct transfers *t = *(struct transfers *const *)context;
	const struct mover *mover = strcmp(d->name, "socketcall") == 0 ? &indirect : find(d->name);
	struct row *row = &t->rows[t->row_count];

	if (!mover)
		return NULL;
	assert(t->row_count < ROWS_MAX);
	*row = (struct row){.mover = mover, .desc = d};
	find_buffer(row);
	t->row_count++;
	return row;
}

struct transfers *transfers_new(void)
{
	struct transfers *t = calloc(1, sizeof(*t));

	return t && sys_rows_init(&t->by_call, row_of, &t) < 0 ? transfers_free(t) : t;
}

static void forget(struct pending *p)
{
	free((void *)(uintptr_t)p->transfer.spans);
	*p = (struct pending){.when = 0};
}

struct transfers *transfers_free(struct transfers *t)
{
	if (!t)
		return NULL;
	for (size_t i = 0; i < PENDING_MAX; i++)
		forget(&t->pending[i]);
	sys_rows_done(&t->by_call);
	free(t);
	return NULL;
}

/* ---- where the bytes are ---- */

static uint8_t when_of(const struct transfer *t)
{
	return t->out ? EVENT_AT_ENTRY : EVENT_AT_EXIT;
}

static void add_span(struct moving *m, uint64_t address, uint64_t size)
{
	if (size > m->room)
		size = m->room;
	if (!size || m->span_count == SPANS_MAX)
		return;
	m->spans[m->span_count++] = (struct transfer_span){address, size, m->placed};
	m->placed += size;
	m->room -= size;
}

static uint64_t length_of(const struct sys_desc *d, const struct sys_field *f, const void *base,
			  size_t size)
{
	const struct sys_field *length = sys_sibling(d, f->len_off);

	return length ? sys_value(length, base, size) : 0;
}

/* What the kernel only reads: of a struct that it also writes, at the entry or the exit. */
static const uint8_t *behind(const struct moving *m, uint64_t address, size_t *ret_size)
{
	const uint8_t *at = event_bytes(m->e, EVENT_AT_ENTRY, address, ret_size);

	return at ? at : event_bytes(m->e, EVENT_AT_EXIT, address, ret_size);
}

static void add_iovecs(struct moving *m, const struct sys_field *f, uint64_t address,
		       uint64_t count)
{
	const struct sys_desc *iovec = f->of();
	const struct sys_field *base = &iovec->field[0];

	for (uint64_t i = 0; i < count && i < SPANS_MAX && m->room; i++) {
		size_t n;
		const uint8_t *at = behind(m, address + i * iovec->size, &n);

		if (!at || n < iovec->size)
			return;
		add_span(m, sys_value(base, at, iovec->size),
			 length_of(iovec, base, at, iovec->size));
	}
}

static void take_address(const struct moving *m, uint64_t address, uint64_t size,
			 struct state_address *ret)
{
	size_t n = 0;
	const uint8_t *at =
		address ? event_bytes(m->e,
				      m->mover->way == WAY_OUT ? EVENT_AT_ENTRY : EVENT_AT_EXIT,
				      address, &n)
			: NULL;

	if (!at || size > n)
		size = at ? n : 0;
	if (size > sizeof(ret->bytes))
		size = sizeof(ret->bytes);
	if (at)
		memcpy(ret->bytes, at, size);
	ret->size = (uint8_t)size;
}

/* The length of an address that the kernel has written is where the caller says. */
static uint64_t address_length(const struct moving *m, const struct sys_desc *d,
			       const struct sys_field *f, const void *base, size_t size)
{
	uint64_t length = length_of(d, f, base, size);
	size_t n;
	const uint8_t *at;

	if (f->len != LEN_DEREF)
		return length;
	at = event_bytes(m->e, EVENT_AT_EXIT, length, &n);
	return at && n >= 4 ? at[0] | (uint64_t)at[1] << 8 : 0;
}

/* What the fields of a call, or of a message header, point to. */
static void place(struct moving *m, const struct sys_desc *d, const void *base, size_t size,
		  struct transfer *t)
{
	for (size_t i = 0; i < d->count; i++) {
		const struct sys_field *f = &d->field[i];
		uint64_t value = sys_value(f, base, size);

		if (f->kind == K_SOCKADDR)
			take_address(m, value, address_length(m, d, f, base, size), &t->address);
		else if (f->kind == K_IOV)
			add_iovecs(m, f, value, length_of(d, f, base, size));
		else if (f->mem == MEM_BYTES && f->kind == K_BUF)
			add_span(m, value, length_of(d, f, base, size));
	}
}

/* ---- telling ---- */

/* Whether bytes are missing that a later event may have. */
static bool is_short(const struct transfer *t)
{
	for (size_t i = 0; i < t->span_count; i++) {
		const struct event_memory *r =
			event_range(t->event, when_of(t), t->spans[i].address);

		if (r && r->length < t->spans[i].size && r->length < r->full)
			return true;
	}
	return false;
}

static int expect_more(struct transfers *all, const struct transfer *t)
{
	struct transfer_span *spans = malloc(t->span_count * sizeof(*spans));
	struct pending *p = &all->pending[all->next];

	if (!spans)
		return -ENOMEM;
	all->next = (all->next + 1) % PENDING_MAX;
	forget(p);
	memcpy(spans, t->spans, t->span_count * sizeof(*spans));
	*p = (struct pending){.transfer = *t, .when = when_of(t)};
	p->transfer.spans = spans;
	p->transfer.more = true;
	return 0;
}

/* Of a description whose position the state knows; behind the end of a call it has moved. */
static void find_position(const struct moving *m, struct transfer *t)
{
	if (t->positioned || !t->file || !t->file->position_known)
		return;
	t->position = t->file->position;
	if (m->e->kind == EVENT_END) {
		if (t->position < t->bytes)
			return;
		t->position -= t->bytes;
	}
	t->positioned = true;
}

static int tell(struct moving *m, struct transfer *t)
{
	int r = 0;

	t->event = m->e;
	t->seq = m->e->call.begun_seq;
	t->file = m->s ? state_at_entry(m->s, m->e, t->fd) : NULL;
	t->spans = m->spans;
	t->span_count = m->span_count;
	find_position(m, t);
	if (is_short(t))
		r = expect_more(m->t, t);
	return r < 0 ? r : m->tell(m->context, t);
}

static uint64_t result(const struct moving *m)
{
	return m->e->call.state == EVENT_FINISHED && m->e->call.ret > 0 ? (uint64_t)m->e->call.ret
									: 0;
}

static void find_place(const struct moving *m, struct transfer *t)
{
	for (size_t i = 0; m->mover->positioned && i < m->desc->count; i++) {
		const struct sys_field *f = &m->desc->field[i];

		if (strcmp(f->name, "offset") != 0)
			continue;
		t->position = sys_value(f, m->args, sizeof(m->args));
		t->positioned = !m->mover->may_be_at || (int64_t)t->position != AT_POSITION;
	}
}

/* ---- one message, or several ---- */

static int message(struct moving *m, const struct sys_desc *d, const void *base, size_t size,
		   uint64_t bytes)
{
	struct transfer t = {
		.fd = (int32_t)m->args[0], .out = m->out, .bytes = bytes, .unmoved = m->given};

	m->span_count = 0;
	m->placed = 0;
	m->room = m->given && m->out ? UINT64_MAX : bytes;
	find_place(m, &t);
	place(m, d, base, size, &t);
	if (m->given && m->out && m->placed <= bytes)
		return 0;
	if (m->given)
		t.bytes = m->placed;
	return t.bytes || t.address.size ? tell(m, &t) : 0;
}

static const struct sys_field *field_of_shape(const struct sys_desc *d, uint8_t shape)
{
	for (size_t i = 0; i < d->count; i++) {
		if (d->field[i].mem == shape && d->field[i].of)
			return &d->field[i];
	}
	return NULL;
}

/* Each has its length behind its header. */
static int messages(struct moving *m, const struct sys_field *f)
{
	const struct sys_desc *each = f->of();
	const struct sys_desc *header = each->field[0].of();
	uint64_t address = sys_value(f, m->args, sizeof(m->args));
	uint64_t count = m->given && m->out ? MESSAGES_MAX : result(m);
	int r = 0;

	for (uint64_t i = 0; r == 0 && i < count && i < MESSAGES_MAX; i++) {
		uint64_t at = address + i * each->size;
		size_t n, told;
		const uint8_t *head = behind(m, at, &n), *length = NULL;

		if (i < result(m))
			length = event_bytes(m->e, EVENT_AT_EXIT, at + each->field[1].off, &told);
		if (!head || n < header->size || (i < result(m) && (!length || told < 4)))
			return 0;
		r = message(m, header, head, header->size,
			    length ? sys_value(&(struct sys_field){.width = 4}, length, 4) : 0);
	}
	return r;
}

static int move(struct moving *m)
{
	const struct sys_field *many = field_of_shape(m->desc, MEM_ARRAY);
	const struct sys_field *one = field_of_shape(m->desc, MEM_STRUCT);
	const struct sys_desc *d = one ? one->of() : NULL;
	size_t n;
	const uint8_t *at;

	if (many && strncmp(many->of()->name, "mmsghdr", 7) == 0)
		return messages(m, many);
	if (!d || strcmp(d->name, "msghdr") != 0)
		return message(m, m->desc, m->args, sizeof(m->args), result(m));
	at = behind(m, sys_value(one, m->args, sizeof(m->args)), &n);
	return message(m, d, at, at && n >= d->size ? d->size : 0, result(m));
}

/* The same as message(), of a call that is nothing but a buffer. */
static int simple(struct moving *m)
{
	struct transfer *t = &m->t->simple;

	if (!result(m))
		return 0;
	t->fd = (int32_t)m->args[0];
	t->out = m->out;
	t->bytes = result(m);
	t->positioned = false;
	t->position = 0;
	m->span_count = 0;
	m->placed = 0;
	m->room = t->bytes;
	add_span(m, sys_value(m->row->buffer, m->args, sizeof(m->args)),
		 sys_value(m->row->length, m->args, sizeof(m->args)));
	return tell(m, t);
}

/* ---- from one to another ---- */

static bool place_behind(const struct moving *m, int8_t argument, uint64_t *ret)
{
	size_t n;
	const uint8_t *at = argument != NO_ARGUMENT && m->args[argument]
				    ? event_bytes(m->e, EVENT_AT_ENTRY, m->args[argument], &n)
				    : NULL;

	/* The kernel's loff_t; sendfile(2) of a 32-bit program has a long. */
	if (!at || n < 4)
		return false;
	*ret = sys_value(&(struct sys_field){.width = n < 8 ? 4 : 8}, at, n);
	return true;
}

static int between(struct moving *m)
{
	struct transfer in = {
		.fd = (int32_t)m->args[m->mover->from], .elsewhere = true, .bytes = result(m)};
	struct transfer out = {.fd = (int32_t)m->args[m->mover->to],
			       .elsewhere = true,
			       .out = true,
			       .bytes = result(m)};
	int r = 0;

	if (!result(m))
		return 0;
	in.positioned = place_behind(m, m->mover->from_at, &in.position);
	out.positioned = place_behind(m, m->mover->to_at, &out.position);
	m->span_count = 0;
	if (!m->mover->copies)
		r = tell(m, &in);
	return r == 0 ? tell(m, &out) : r;
}

/* ---- events ---- */

/* What belongs to a call that was told. */
static int tell_more(struct transfers *all, const struct event *e, transfer_fn *fn, void *context)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < PENDING_MAX; i++) {
		struct pending *p = &all->pending[i];
		struct transfer t = p->transfer;
		bool it = false;

		if (!t.spans || t.seq != e->call.begun_seq)
			continue;
		for (uint32_t k = 0; k < e->memory_count; k++)
			it |= e->memory[k].when == p->when;
		t.event = e;
		/* What it stood for then may be gone. */
		t.file = NULL;
		r = it ? fn(context, &t) : 0;
	}
	return r;
}

/* The call that arguments in memory are of. */
static bool go_indirect(struct moving *m)
{
	m->desc = call_meant(m->e, m->args);
	m->mover = m->desc ? find(m->desc->name) : NULL;
	return m->mover;
}

/* What the call is, and which way it goes; false: it moves nothing. */
static bool begin(struct moving *m, struct transfers *t, const struct state *s,
		  const struct event *e)
{
	m->t = t;
	m->s = s;
	m->e = e;
	m->row = sys_rows_get(&t->by_call, e->call.arch, e->call.nr);
	if (!m->row)
		return false;
	m->mover = m->row->mover;
	m->desc = m->row->desc;
	memcpy(m->args, e->call.args, sizeof(m->args));
	if (m->mover == &indirect && !go_indirect(m))
		return false;
	m->out = m->mover->way == WAY_OUT;
	for (uint32_t i = 0; m->mover->way == WAY_EITHER && i <= e->memory_count; i++) {
		m->out = i == e->memory_count;
		if (!m->out && e->memory[i].when == EVENT_AT_EXIT)
			break;
	}
	return true;
}

static bool only_looks(const struct moving *m)
{
	return m->mover->flags != NO_ARGUMENT && m->args[m->mover->flags] & PEEK;
}

int transfers_take(struct transfers *t, const struct state *s, const struct event *e,
		   transfer_fn *fn, void *context)
{
	struct moving m;

	if (e->kind == EVENT_DATA)
		return tell_more(t, e, fn, context);
	if ((e->kind != EVENT_CALL && e->kind != EVENT_END) || e->call.state != EVENT_FINISHED ||
	    e->call.ret < 0 || !begin(&m, t, s, e) || only_looks(&m))
		return 0;
	m.given = false;
	m.tell = fn;
	m.context = context;
	if (m.row->buffer)
		return simple(&m);
	return m.mover->way == WAY_BETWEEN ? between(&m) : move(&m);
}

int transfers_given(struct transfers *t, const struct state *s, const struct event *e,
		    transfer_fn *fn, void *context)
{
	struct moving m;

	if (e->kind != EVENT_CALL && e->kind != EVENT_END && e->kind != EVENT_BEGUN)
		return 0;
	if (!begin(&m, t, s, e) || m.mover->way == WAY_BETWEEN || !(m.out || only_looks(&m)))
		return 0;
	m.given = true;
	m.tell = fn;
	m.context = context;
	return move(&m);
}

/* ---- pieces ---- */

/* Of an event behind the call: the ranges that lie in spans. */
static bool next_of_more(const struct transfer *t, struct transfer_place *at,
			 struct transfer_piece *ret)
{
	for (; at->range < t->event->memory_count; at->range++, at->span = 0) {
		const struct event_memory *r = &t->event->memory[at->range];

		for (; r->when == when_of(t) && at->span < t->span_count; at->span++) {
			const struct transfer_span *x = &t->spans[at->span];
			uint64_t skip = r->address - x->address;

			if (r->address < x->address || skip >= x->size || !r->length)
				continue;
			at->span++;
			*ret = (struct transfer_piece){x->offset + skip, r->data,
						       r->length < x->size - skip ? r->length
										  : x->size - skip};
			return true;
		}
	}
	return false;
}

bool transfer_next(const struct transfer *t, struct transfer_place *at, struct transfer_piece *ret)
{
	const struct transfer_span *x;
	size_t n = 0;

	if (t->more)
		return next_of_more(t, at, ret);
	while (at->span < t->span_count && at->offset == t->spans[at->span].size) {
		at->span++;
		at->offset = 0;
	}
	if (at->span == t->span_count)
		return false;
	x = &t->spans[at->span];
	ret->offset = x->offset + at->offset;
	ret->data = event_bytes(t->event, when_of(t), x->address + at->offset, &n);
	/* What is not there is a gap, up to the end: kept is always the beginning. */
	ret->size = ret->data && n < x->size - at->offset ? n : x->size - at->offset;
	at->offset += ret->size;
	return true;
}
