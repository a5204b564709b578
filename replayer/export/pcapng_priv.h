/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the pcapng export share: conversations, and what is held back. */
#ifndef EXPORT_PCAPNG_PRIV_H
#define EXPORT_PCAPNG_PRIV_H

#include "conversation.h"

#include "base/buf.h"
#include "base/map.h"
#include "replayer/query/transfer.h"

enum {
	TALKS_MAX = 1 << 16,   /* at a time */
	HELD_MAX = 64 << 20,   /* bytes */
	WAITING_MAX = 8 << 20, /* bytes that a connection waits with for its address */
	RANGES_MAX = 1024,     /* of a transfer */
	SENT_MAX = 256,        /* datagrams that may be received yet */
	SWEEP_SHARE = 256,     /* so many descriptors for each that was closed are looked at */
};

struct talk {
	struct conversation c;
	bool shown;                  /* something of it was asked for */
	bool connected;              /* not only tried */
	bool there;                  /* it is in a table of descriptors, or was */
	struct record *first, *last; /* waiting for its address */
	size_t waiting;
};

enum record_kind { RECORD_BYTES, RECORD_ACCEPT, RECORD_CLOSE };

struct range {
	uint64_t offset; /* in the transfer */
	size_t at, size; /* in the data */
};

/* Something that has its place at an exit. */
struct record {
	struct record *next;
	uint64_t place, time, id; /* of the description */
	uint8_t kind;
	bool lacks; /* bytes may still come */
	uint64_t seq;
	uint32_t pid, tid;
	int32_t fd; /* RECORD_ACCEPT: that listens */
	enum direction way;
	uint64_t bytes;
	struct state_address address;
	char *comment;
	struct buf data;
	struct range *ranges;
	size_t range_count;
};

struct sent {
	uint64_t hash; /* 0: none */
	uint16_t from, to;
};

struct pcapng {
	struct state *state;
	struct transfers *transfers;
	struct map talks;      /* description -> talk */
	struct map first_ends; /* second of a pair of sockets -> its talk is told elsewhere */
	struct record *first;  /* by ascending place */
	size_t lacking;
	size_t held; /* bytes */
	struct sent sent[SENT_MAX];
	size_t next_sent;
	uint64_t epoch; /* of time 0 */
	uint64_t time;
	uint64_t closes;           /* since the last sweep */
	size_t swept;              /* descriptors that it looked at */
	uint64_t unknown;          /* bytes of sockets that are not known */
	uint64_t untold;           /* talks too many */
	bool open;                 /* a section is */
	const struct event *event; /* whose transfers are told */
	uint64_t args[EVENT_ARGS]; /* of the call that it is, or means */
	bool shown;
	struct buf text, raw;
	struct buf *out;
	int failed;
};

struct record *pcapng_record_free(struct record *r);
struct record *pcapng_hold(struct pcapng *x, enum record_kind kind, uint64_t id, uint64_t place,
			   uint64_t time);
/* Takes over what of the bytes is there. */
int pcapng_add_pieces(struct pcapng *x, struct record *r, const struct transfer *t);
size_t pcapng_bytes_there(const struct record *r);
/* The conversation of a socket; NULL: it has none, or (failed) no memory. */
struct talk *pcapng_talk_of(struct pcapng *x, const struct state_file *file);
/* "curl[812] fd 5 sendto, /run/x.sock" */
char *pcapng_comment_of(struct pcapng *x, const struct talk *t, int32_t fd);
void pcapng_finish(struct pcapng *x, struct talk *t, bool closed);
int pcapng_closed(struct pcapng *x);
/* Whatever has its place before @seq. */
int pcapng_release(struct pcapng *x, uint64_t seq);
/* No more bytes of what @tid did come; 0: of anybody. */
void pcapng_stop_lacking(struct pcapng *x, uint32_t tid);
/* Too much is held. */
int pcapng_release_all(struct pcapng *x);

#endif
