/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files that make a side share. From below: texts and objects (texts.c), what a path is
 * called (paths.c), what descriptors, processes and addresses are called (label.c), what calls make
 * (making.c), the bytes of streams (bytes.c), processes and threads (actors), steps and counts
 * (steps.c), and reading it all (read.c).
 */
#ifndef SIDE_SIDE_PRIV_H
#define SIDE_SIDE_PRIV_H

#include "calls.h"
#include "side.h"

#include "base/buf.h"
#include "base/map.h"
#include "replayer/print/print.h"
#include "replayer/query/transfer.h"
#include "replayer/state/state.h"

#include <errno.h>

enum {
	SIDE_TEXT_MAX = 8 << 10, /* bytes kept of one text */
	SIDE_ROOTS_MAX = 64,
	SIDE_NAMES_MAX = 1 << 18, /* names that the program made */
	SIDE_PORTS_MAX = 1 << 16,
	SIDE_ENVIRONMENTS_MAX = 64 << 20, /* bytes of all of them */
	SIDE_OBJECTS_MAX = 4 << 20,
	SIDE_PROCESSES_MAX = 1 << 20,
	/* What was found lately. Larger ones find more, but are no longer in the processor's own
	 * cache when they are looked at, which takes as long as finding it anew. */
	SIDE_PATH_CACHE = 512,
	SIDE_FILE_CACHE = 512,
	SIDE_TEXT_CACHE = 1 << 10,
	SIDE_PATH_MAX = 4096,
	SIDE_INHERITED_EACH = 256, /* descriptors that an exec leaves open */
	SIDE_INHERITED_MAX = 1 << 20,
	SIDE_STANDARD = 3, /* descriptors: input, output, error */
	SIDE_DRAWN = 6, /* calls behind one that draws random bytes which may make a name of them */
};

/* ---- side.c ---- */

/* In a place of a text: it has marks in it, each in place of the label of what the step is about.
 * Printed texts have no other byte like that: control characters are escaped. */
#define SIDE_TEXT_MARKED UINT32_C(0x80000000)
enum { SIDE_MARK = 1 };
_Static_assert(DIFF_TEXTS_MAX < INT32_MAX, "places leave a bit");

struct side_told *side_told_new(void);
/* Accepts NULL; returns NULL. */
struct side_told *side_told_free(struct side_told *t);

/* ---- texts.c ---- */

/* A hash of many short texts: eight bytes at a time. Of nothing it is not zero. */
uint64_t diff_hash(const void *text, size_t size);
/* The same of these two numbers. */
uint64_t diff_hash_pair(uint64_t a, uint64_t b);

struct text_slot {
	uint64_t hash;
	uint32_t place;
};

struct texts {
	struct buf all;           /* each with its NUL; place 0 is empty */
	struct map by_hash;       /* place */
	struct text_slot *lately; /* SIDE_TEXT_CACHE of them; NULL: none yet */
};

/* Of an empty one place 0 can be read too. 0 or -ENOMEM. */
int diff_texts_init(struct texts *t);
/* The place of a text, kept once; 0: empty, no room, or out of memory (then buf_error(&t->all)).
 * Of a long one the beginning is kept. @hash: of all of it. */
uint32_t diff_texts_put(struct texts *t, uint64_t hash, const void *text, size_t size);
/* Puts it there, known or not. */
uint32_t diff_texts_append(struct texts *t, const void *text, size_t size);
/* Where the place of a text is, if it was put there lately: most texts come once, or again and
 * again. To be filled in when `hash` is another. NULL: out of memory (buf_error(&t->all)). */
struct text_slot *diff_texts_lately(struct texts *t, uint64_t hash);
void diff_texts_done(struct texts *t);

enum object_mark {
	OBJECT_MASKED = 1 << 0,    /* what can be read there is another each time */
	OBJECT_ALLOCATOR = 1 << 1, /* libc looks there now and then */
	OBJECT_PROBED = 1 << 2,    /* nobody expects it to be there */
	OBJECT_RANDOM = 1 << 3,    /* gives random bytes */
	OBJECT_UNWINDER = 1 << 4,  /* libc loads it when a thread other than the first ends */
};

/* Where the latest count of what is done to an object is, so that it need not be looked for. */
struct object_count {
	uint32_t actor, call, at; /* at: plus one */
	uint16_t error;
	bool mapped; /* it is in the map of counts */
};

struct objects {
	struct diff_object *list;  /* from 1 */
	uint8_t *marks;            /* enum object_mark of each */
	struct object_count *last; /* of each */
	size_t count, capacity;    /* with place 0 */
	struct map by_hash;
	struct texts *texts;
	bool failed;
};

/* Nobody is at place 0, of an empty tape too. 0 or -ENOMEM. */
int diff_objects_init(struct objects *o, struct texts *texts);
/* The object with this label. DIFF_NONE: no room, or out of memory (`failed`). */
uint32_t diff_objects_put(struct objects *o, const struct buf *label, const void *name,
			  size_t name_size, uint8_t kind, uint8_t marks);
void diff_objects_done(struct objects *o);

/* ---- paths.c ---- */

struct root {
	char name[32]; /* "$HOME" */
	char path[SIDE_PATH_MAX];
	size_t size;
};

/* Names that the program made and that are another each time: "<new#1>". */
struct new_names {
	struct map by_path;  /* hash of the path: place in `labels`, plus one */
	struct buf labels;   /* of the last component, each with its NUL */
	uint64_t generation; /* changes with each of them */
};

struct roots {
	struct root *list;
	size_t count;
};

int diff_roots_add(struct roots *r, const char *name, const void *path, size_t size);
void diff_roots_done(struct roots *r);

/* Whether the last component of a path looks as if it were made up. */
bool diff_path_looks_made_up(const char *path, size_t size);
/* Whether it may have been, by someone who has just drawn random bytes: letters alone will do,
 * where mkstemp(3) would put them. */
bool diff_path_may_be_drawn(const char *path, size_t size);
/* A name that was made: the @k'th of its process. 0 or -ENOMEM. */
int diff_new_names_add(struct new_names *n, const char *path, size_t size, uint32_t k);
bool diff_new_names_has(const struct new_names *n, const char *path, size_t size);
void diff_new_names_done(struct new_names *n);

/* Says what process a number is; false: it is none of the tape, or, with @near, neither the one at
 * hand, nor one that it descends from, nor a child of its. */
typedef bool path_pid_fn(void *context, uint32_t pid, bool near, struct buf *ret);

/* The directory that the last path was in, and its label. */
struct path_directory {
	struct buf path, label; /* empty: none */
	uint64_t stamp;
};

struct path_ways {
	const struct roots *roots;
	const struct new_names *names;
	path_pid_fn *pid;
	void *context;
	struct path_directory *last; /* NULL: it is not kept */
	uint64_t stamp;              /* another when the same may be called otherwise */
};

void diff_path_directory_done(struct path_directory *d);

/* The label of an absolute path. What it is goes to @ret_marks (enum object_mark) and @ret_new:
 * a name in it was made up. */
void diff_path_label(const struct path_ways *w, const char *path, size_t size, struct buf *ret,
		     uint8_t *ret_marks, bool *ret_new);
/* A name, or any text: numbers in it that are processes are said as such. */
void diff_name_label(const struct path_ways *w, const char *name, size_t size, struct buf *ret);
/* Without "//", "/./" and "/../", as the words say. */
void diff_path_join(const char *base, size_t base_size, const void *path, size_t size,
		    struct buf *ret);

/* ---- own.c ---- */

/* Whether a path is a tape of @tapes (struct diff_options), another part of one, its journal, or,
 * by its place and the end of its name, one of another time. */
bool diff_is_tape(const char *tapes, size_t tapes_size, const char *path, size_t size);

/* ---- processes and threads ---- */

struct streaming {
	struct diff_stream is;
	struct diff_chunk *chunks;
	size_t chunk_capacity;
	uint64_t at;         /* of what comes next */
	uint64_t hashed;     /* bytes */
	uint8_t number_size; /* of each message, bytes at its beginning that are drawn */
	uint32_t tid;        /* of the first who moved any */
};

/* A process in the making. */
struct actor {
	struct diff_process is;
	uint32_t ordinal; /* among the children of its parent, from 1 */
	uint32_t children, pipes, pairs, threads, names; /* that it has made so far */
	uint32_t asked_until, awaited_until;             /* for so many of its children it has */
	struct diff_count *counts;
	size_t count_capacity;
	struct streaming *streams;
	size_t stream_capacity;
	struct diff_inherited *inherited;
	size_t inherited_capacity;
};

/* A thread in the making. */
struct worker {
	uint32_t tid, process, rank;
	uint8_t drew; /* not 0: it has just drawn random bytes, and may make a name of them */
	bool pending; /* `unfinished` is what it is in */
	struct diff_step unfinished;
	uint32_t in_call, in_object; /* whatever it is in, steps or not; DIFF_NONE: nothing */
	struct diff_step *steps;
	size_t count, capacity;
	uint8_t *environment; /* of the exec that it is in */
	size_t environment_size;
};

/* A pipe, or a pair of sockets: which of those that its process made, and which end. */
struct channel_made {
	uint32_t creator, k, number; /* `number`: of all of the tape */
	uint8_t end;
	bool pipe;
};

/* What was found last, by hash. */
struct path_slot {
	uint64_t hash, generation;
	uint32_t object;
};

struct path_last {
	const void *path;
	size_t size;
	uint64_t seq, generation;
	int32_t dirfd;
	uint32_t object;
};

struct file_slot {
	uint64_t id, stamp;
	uint32_t actor, object;
};

/* Where the bytes of a call begin in its stream: more of them may come in events behind it. */
struct base_of_more {
	uint64_t seq, at;
	uint32_t actor, stream;
	bool out;
};

/* A side in the making, and what it is made with. */
struct reading {
	struct diff_side *is;
	const struct diff_options *options;
	struct state *state;
	struct printer *printer;
	struct transfers *transfers;
	struct calls calls;
	struct texts texts;
	struct objects objects;
	struct object_count no_object;
	struct roots roots;
	struct new_names names;
	struct print_canon canon;

	struct actor *actors; /* from 1 */
	size_t actor_count, actor_capacity;
	struct worker *workers; /* from 1 */
	size_t worker_count, worker_capacity;
	struct map by_pid, by_tid; /* places of those who have the number now, or had it last */
	struct map counts, streams;
	size_t steps, chunks, environment_bytes, inherited;

	/* The event at hand; NULL: it is none. */
	const struct event *event;
	uint32_t actor, worker;
	const struct call_class *class;
	/* What the step at hand is about, and whether its text has a mark for that. */
	uint32_t about;
	bool about_said;

	struct buf text, label, path, scratch;
	uint64_t standard[SIDE_STANDARD]; /* ids of descriptions */
	bool standard_known;
	struct path_last last; /* the same path is asked for twice */
	struct path_directory last_directory;
	struct map channels; /* id of a description: place in channel_list, plus one */
	struct channel_made *channel_list; /* not in order */
	size_t channel_count, channel_capacity;
	uint32_t channels_made;
	uint8_t explicit_ports[SIDE_PORTS_MAX / 8];
	struct map ports; /* that the kernel chose: port: k */
	struct path_slot *path_cache;
	struct file_slot *file_cache;
	struct base_of_more *more;
	size_t next_more;
	uint32_t transfer_index; /* of the next transfer of the event at hand */
	uint8_t **environments;
	size_t environment_count;
	bool roots_settled;
	int failed; /* -ENOMEM where nothing can be returned */
};

/* Empties one of its four (text, label, path, scratch), or another, for the next use: that it
 * failed is kept in mind. */
static inline void diff_anew(struct reading *r, struct buf *b)
{
	if (buf_error(b) < 0)
		r->failed = -ENOMEM;
	buf_clear(b);
}

/* ---- label.c ---- */

int diff_labels_init(struct reading *r);
void diff_labels_done(struct reading *r);
/* The object that a path is, as the thread at hand looks for it. */
uint32_t diff_label_of_path(struct reading *r, int32_t dirfd, const void *path, size_t size);
/* What a description is; @fd: by which descriptor. */
uint32_t diff_label_of_file(struct reading *r, const struct state_file *f, int64_t fd);
/* What is at the other end of a message: "udp:192.0.2.1:53". */
uint32_t diff_label_of_peer(struct reading *r, const struct state_file *f,
			    const struct state_address *address);
/* A path for a tape: of a program, a directory. */
uint32_t diff_label_of_absolute(struct reading *r, const char *path, size_t size);
/* In a text of the step at hand: its label, a mark when the step is about it. */
void diff_label_say(struct reading *r, uint32_t object, struct buf *out);
/* How paths are said by the thread at hand. */
struct path_ways diff_path_ways(struct reading *r);
/* The directory that a path is looked for in; not ended by a NUL. NULL: not known. */
const char *diff_base_of(struct reading *r, int32_t dirfd, size_t *ret_size);
unsigned diff_port_of(const uint8_t *address, size_t size);
/* A word of a command line, with what is in it called by its label. */
void diff_label_of_word(struct reading *r, const void *word, size_t size, struct buf *ret);
/* Whether an absolute path begins at @at of a word; how long what begins one is. */
bool diff_begins_path(const char *word, size_t at, size_t size);
size_t diff_path_length(const char *word, size_t size);

/* ---- environment.c ---- */

/* Appends the strings of an environment that are said otherwise in canonical form, so said, each
 * with its NUL. */
void diff_environment_say(struct reading *r, const uint8_t *environment, size_t size,
			  struct buf *ret);

/* Of a pipe or a pair that was made on the tape; NULL: it is none. */
const struct channel_made *diff_channel_of(const struct reading *r, const struct state_file *f);

/* ---- family.c ---- */

/* What the call at hand has to do with children. */
void diff_family_take(struct reading *r);
/* What the program at hand has been left open. 0 or -ENOMEM. */
int diff_family_exec(struct reading *r);
/* When there is no more to come. */
void diff_family_end(struct reading *r);

/* ---- making.c ---- */

/* What was made by the call at hand: names, pipes, ports. 0 or -ENOMEM. */
int diff_labels_take(struct reading *r);

/* ---- bytes.c ---- */

/*
 * A hash of bytes at places, for which it does not matter in which order and in what pieces they
 * come: the sum over all of them of each times a number for its place.
 */
uint64_t diff_bytes_hash(uint64_t h, uint64_t at, const uint8_t *data, size_t size);
/* What the event at hand moves. 0 or -ENOMEM. */
int diff_bytes_take(struct reading *r);

/* ---- actors.c ---- */

/* Who did the event at hand: `actor` and `worker`. These and the next: 0 or -ENOMEM. */
int diff_actors_find(struct reading *r);
int diff_actors_fork(struct reading *r);
int diff_actors_exec(struct reading *r);
int diff_actors_exit(struct reading *r);
int diff_actors_snapshot(struct reading *r, const struct meta_snapshot *s);
/* The strings that an execve lists at an address, each pointer @wide bytes. */
int diff_actors_take_environment(struct reading *r, uint64_t list_address, size_t wide);
/* Gives everything to the side. */
int diff_actors_end(struct reading *r);
void diff_actors_done(struct reading *r);

/* ---- steps.c ---- */

/* The event at hand, of the process and thread at hand. 0 or -ENOMEM. */
int diff_steps_take_call(struct reading *r);
int diff_steps_take_signal(struct reading *r);
/* The part of a step's `what` that is its call and its object (by its hash): what it is told to do
 * is put upon it by XOR, so that this part can be exchanged. And its `coarse`. */
uint64_t diff_step_about(const char *call, uint64_t object);
uint64_t diff_step_coarse(uint64_t what, int error, bool unfinished);
/* All that is still in a call. */
int diff_steps_end(struct reading *r);
int diff_steps_count(struct reading *r, uint32_t call, uint32_t object, uint16_t error, bool noise,
		     uint64_t nanoseconds);

/* Makes room for one more element in an array that grows. */
#define side_grow(list, count, capacity)                                                           \
	((count) < (capacity) ? 0 : side_grow_by(&(list), &(capacity), sizeof(*(list))))
int side_grow_by(void *list, size_t *capacity, size_t size);

#endif
