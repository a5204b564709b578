/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of the state share. From below: descriptions (file.c), sockets that were there
 * when a tape began (socket.c), what they look at (watch.c), arrays that several share (shared.c),
 * tables of descriptors (table.c), mappings (mapping.c), signals (signal.c), processes (process.c),
 * threads and the places that they are in (task.c), the calls that they are in (flight.c), paths
 * (path.c), what calls do (call.c, call_*.c), the order of it all (state.c), and the whole for
 * others to look at (whole.c).
 */
#ifndef STATE_STATE_PRIV_H
#define STATE_STATE_PRIV_H

#include "state.h"

#include "base/buf.h"
#include "base/map.h"
#include "sys/bearing.h"
#include "sys/rows.h"

/* Limits. What is over one is forgotten: it has no name then. */
enum {
	STATE_TASKS_MAX = 1 << 16,
	STATE_FILES_MAX = 1 << 17,
	STATE_SLOTS_MAX = 1 << 20, /* of all tables */
	STATE_FDS_MAX = 1 << 16,   /* of one */
	STATE_TEXT_MAX = 64 << 20, /* bytes of all names */
	STATE_PATH_MAX = 4096,
	STATE_LINKS_MAX = 1 << 13,    /* symbolic links */
	STATE_FOLLOWED_MAX = 40,      /* in one path, as the kernel */
	STATE_QUEUE_MAX = 1 << 12,    /* effects that wait */
	STATE_PARCELS_MAX = 1 << 10,  /* messages with descriptors on their way */
	STATE_RIGHTS_MAX = 253,       /* in one message, as the kernel */
	STATE_ARGV_MAX = 1 << 17,     /* bytes of one command line; they count as names, too */
	STATE_WATCHES_MAX = 1 << 18,  /* of all epoll and inotify instances */
	STATE_WATCHED_MAX = 1 << 16,  /* of one */
	STATE_MAPS_MAX = 1 << 20,     /* of all processes */
	STATE_MAPPED_MAX = 1 << 16,   /* of one: as vm.max_map_count has it usually */
	STATE_SIGNALS_MAX = 1 << 13,  /* sets of dispositions that differ */
	STATE_LONELY_MAX = 1 << 10,   /* connections that wait for their other end, of each side */
	STATE_SEGMENTS_MAX = 1 << 12, /* of System V shared memory */
	STATE_CALL_MAX = 1 << 13,     /* bytes kept of a call in flight */
	STATE_CALL_RANGE_MAX = 1 << 10,
	STATE_CALL_RANGES_MAX = 64,
	STATE_CALLS_MAX = 64 << 20, /* of all */
	SIGNALS = 64,
};

/* ---- descriptions ---- */

struct file {
	struct state_file is; /* the first member: what others see */
	size_t refs;
	struct file *next, *prev; /* of all */
	/* Of a connection whose other end may be on the tape, and is not known. */
	bool lonely;
	struct file *next_lonely, *prev_lonely;
	uint64_t asked, answered; /* places of the connect(2) or accept(2) */
	bool doubtful;            /* another one of a snapshot may be the same */
	bool lost;                /* and one of them has moved */
	uint32_t clock;           /* of a timerfd */
	struct watches *watches;  /* NULL: none */
};

/* By ascending descriptor, and by file where several have had the same. */
struct watch {
	int32_t fd;
	uint32_t events;
	uint64_t file, data;
	char *path; /* inotify */
	size_t path_size;
};

struct watches {
	size_t count, capacity;
	struct watch *watch;
};

/* A thread's view of the file system: shared with CLONE_FS. */
struct fs {
	size_t refs;
	struct buf cwd;  /* empty: not known */
	struct buf root; /* empty: / */
	uint32_t umask;
	bool umask_known;
};

/* What a process runs. Shared by those that forked since. */
struct program {
	size_t refs;
	struct buf exe, argv; /* empty: not known */
};

/* The head of an array whose elements begin with a reference to a file, or NULL. */
struct shared {
	size_t refs, count, capacity;
};

struct mapping {
	struct file *file; /* a reference; NULL: anonymous. First, as shared.c wants it */
	uint64_t start, end, offset;
	uint8_t prot;
	bool shared;
	bool stays; /* MADV_DONTFORK: no child gets it */
};

/* Mappings by ascending address. Shared like slots. */
struct mappings {
	struct shared is;
	struct mapping map[];
};

/* An address space: shared with CLONE_VM. */
struct mm {
	size_t refs;
	struct mappings *maps; /* NULL: none */
	bool whole;
	bool some_stay; /* perhaps */
	bool brk_known;
	uint64_t brk; /* as brk(2) gave it last */
};

struct disposition {
	uint64_t handler, flags, mask;
	bool known;
};

/* Shared with CLONE_SIGHAND, and like slots. */
struct signals {
	size_t refs;
	struct disposition of[SIGNALS];
};

struct sighand {
	size_t refs;
	struct signals *set; /* NULL: nothing is known */
};

struct proc {
	struct state_process is;   /* the first member: what others see, filled in when asked */
	struct proc *next, *prev;  /* of all, oldest first */
	struct task *first, *last; /* its threads */
	struct program *program;   /* NULL: not known */
	struct mm *mm;             /* NULL but with STATE_MAPS */
	struct sighand *sighand;   /* NULL but with STATE_SIGNALS */
	uint32_t ppid;             /* when it began */
};

/* The call that a thread is in, or was in last. */
struct flight {
	struct event event;         /* its memory is in `ranges` */
	uint64_t end_seq, end_time; /* UINT64_MAX: not known */
	size_t size;                /* bytes of `bytes` */
	struct event_memory *ranges;
	uint8_t *bytes;
};

struct slot {
	struct file *file; /* first, as shared.c wants it */
	int32_t fd;
	bool cloexec;
	uint64_t age; /* state.age when it was filled */
};

/* Slots by ascending fd. Tables that are copied share them until one of the two changes. */
struct slots {
	struct shared is;
	struct slot slot[];
};

/* A table of descriptors: shared with CLONE_FILES. */
struct table {
	size_t refs;
	struct slots *slots; /* NULL: none */
};

struct task {
	struct state_thread is; /* the first member: what others see, filled in when asked */
	uint32_t pid, tid;
	struct proc *proc;
	struct task *next, *prev; /* of the same process, oldest first */
	struct flight *flight;    /* NULL: none */
	struct table *table;
	struct fs *fs;
	uint64_t clone_flags; /* of the clone(2) that it is in */
	bool clones;
	uint64_t begun_age;   /* state.age at its last EVENT_BEGUN */
	struct buf exec_path; /* of the execve(2) that it is in */
};

struct link {
	struct buf path, target;
};

/* A message with descriptors that was sent and not yet received. */
struct parcel {
	struct parcel *next;
	struct file *from;
	struct state_address to; /* if the message had one */
	size_t count;
	struct file *file[]; /* NULL: not known */
};

/* ---- effects ---- */

struct call;
struct call_kind;
struct effect;
/* Does what the call has done. 0 or -ENOMEM. */
typedef int effect_fn(struct state *s, struct task *t, struct effect *f);

struct made {
	int32_t fd;
	bool cloexec;
	struct file *file; /* NULL: not known */
};

/* What a call does at its exit: all that is needed of its event. */
struct effect {
	uint64_t due;  /* place of the exit */
	uint64_t time; /* of the exit */
	uint64_t age;  /* state.age at the entry */
	uint32_t tid;
	effect_fn *apply;
	int32_t fd;
	uint32_t flags, first, last;
	uint64_t numbers[5];
	struct file *file; /* that it is done to */
	struct file *to;   /* and this one, too */
	struct buf path, other;
	struct made made[2]; /* what it makes */
	size_t made_count;
	int32_t *rights; /* descriptors received or sent */
	size_t right_count;
	/* The last one: of its bytes only those that are in use are set and copied. */
	struct state_address address;
};

struct call {
	struct state *s;
	const struct call_kind *kind;
	struct task *task;
	const struct event *e;
	uint64_t args[EVENT_ARGS];
	size_t wide; /* of a pointer */
	struct effect effect;
};

struct state {
	struct map tasks; /* by tid */
	struct map procs; /* by pid: the newest of that number */
	struct proc *first, *last;
	uint64_t last_proc;    /* id of the newest */
	uint64_t seq, time;    /* of the place that was reached */
	struct sys_rows calls; /* struct call_kind (call.c) */
	struct map links;      /* hash of the path: struct link */
	struct file *files;
	/* Connections that wait for their other end: who connected, who was accepted; oldest first.
	 */
	struct file *lonely[2], *last_lonely[2];
	size_t lonely_count[2];
	size_t file_count, slot_count, text_bytes;
	struct map file_ids; /* STATE_CONTENTS: those that can be watched, by id */
	struct map segments; /* STATE_MAPS: by shmid */
	struct file *heap;   /* STATE_MAPS: what [heap] is called by */
	size_t watch_count, map_count, signals_count, call_bytes;
	uint64_t age;                          /* counts what was put into tables */
	struct effect *queue[STATE_QUEUE_MAX]; /* the last is due first */
	size_t queued;
	const struct effect *current; /* of the call that was handed over last */
	struct parcel *parcels;       /* oldest first */
	size_t parcel_count;
	uint64_t last_file;      /* id of the newest description */
	unsigned parts, missing; /* enum state_part: asked for; not on this tape */
	bool out_of_memory;      /* somewhere a name is missing: said at the end of state_take() */
};

/* ---- file.c ---- */

/* One reference, or NULL: out of memory or over the limit. @text may be NULL. */
struct file *file_new(struct state *s, uint8_t kind, const void *text, size_t size);
struct file *file_ref(struct file *f);
struct file *file_unref(struct state *s, struct file *f);
/* The same thing opened again. */
struct file *file_again(struct state *s, const struct file *f);
/* As readlink(2) of /proc/PID/fd/N tells it. */
/* The same for one that there is already. */
void file_set_link(struct state *s, struct file *f, const void *text, size_t size);
struct file *file_from_link(struct state *s, const void *text, size_t size);
struct state_socket *file_socket(struct file *f);
/* Gives it what was not known of a socket. 0 or -ENOMEM. */
int file_add_socket(struct file *f, uint32_t family, uint32_t type, uint32_t protocol);
void file_pair(struct file *a, struct file *b);
/* What a snapshot says of the socket; @from may be NULL. 0 or -ENOMEM. */
int socket_snapshot(struct file *f, const struct meta_socket *from);
/* @f was connected or accepted between these places: finds the other end, or waits for it. */
void socket_meet(struct state *s, struct file *f, uint64_t asked, uint64_t answered);
/* It is no connection any more. */
void socket_forget(struct state *s, struct file *f);
/* All of the snapshot are known: who is at the other end, and who was accepted. 0 or -ENOMEM. */
int sockets_snapshot(struct state *s, const struct meta_snapshot *m);
void file_set_text(struct state *s, struct file *f, const void *text, size_t size);
/* A path was unlinked, or is another now: also of all that is below. */
void files_unlinked(struct state *s, const struct buf *path);
void files_renamed(struct state *s, const struct buf *from, const struct buf *to);

/* The flags that F_GETFL would tell, of those given to open(2). */
void file_set_flags(struct file *f, uint64_t flags);
/* Where it has one, and STATE_POSITIONS were asked for. */
void file_set_position(const struct state *s, struct file *f, uint64_t position);
/* By so much; 0 is as good as not at all. */
void file_move(struct state *s, struct file *f, uint64_t by);
/* To where a call says that it is. */
void file_seek(struct state *s, struct file *f, uint64_t position);
/* Nobody knows where. */
void file_lose(struct state *s, struct file *f);

/* ---- watch.c ---- */

/* What an instance looks at: a second watch of the same replaces the first. 0 or -ENOMEM. */
int watch_put(struct state *s, struct file *f, const struct watch *w);
void watch_remove(struct state *s, struct file *f, int32_t fd, uint64_t file);
void watches_free(struct state *s, struct file *f);
/* Whether the description is still there; inotify has none: always. */
bool watch_is_there(const struct state *s, const struct watch *w);

/* ---- mapping.c ---- */

struct mm *mm_new(void);
/* As a child gets it. */
struct mm *mm_copy(struct state *s, const struct mm *mm);
struct mm *mm_unref(struct state *s, struct mm *mm);
/* Takes the place of what is there. Takes over nothing. Lengths are of whole pages. */
int mm_map(struct state *s, struct mm *mm, const struct mapping *m);
int mm_unmap(struct state *s, struct mm *mm, uint64_t start, uint64_t end);
int mm_protect(struct state *s, struct mm *mm, uint64_t start, uint64_t end, uint8_t prot);
int mm_set_stays(struct state *s, struct mm *mm, uint64_t start, uint64_t end, bool stays);
/* The mapping that holds @address, or NULL. */
const struct mapping *mm_find(const struct mm *mm, uint64_t address);
int mm_snapshot(struct state *s, struct mm *mm, const struct meta_process *p);

/* ---- signal.c ---- */

struct sighand *sighand_new(void);
struct sighand *sighand_copy(const struct sighand *h);
struct sighand *sighand_unref(struct state *s, struct sighand *h);
int sighand_set(struct state *s, struct sighand *h, uint32_t number, const struct disposition *d);
/* What is caught is so no more. */
int sighand_clear(struct state *s, struct sighand *h);
int sighand_delivered(struct state *s, struct sighand *h, uint32_t number);
int sighand_snapshot(struct state *s, struct sighand *h, const struct meta_process *p);

/* ---- process.c ---- */

struct proc *proc_find(const struct state *s, uint32_t pid);
/* Without threads yet. NULL: out of memory. */
struct proc *proc_new(struct state *s, uint32_t pid, uint8_t origin);
/* As its creator has it; @flags of the clone. 0 or -ENOMEM. */
int proc_inherit(struct state *s, struct proc *p, struct proc *creator, uint64_t flags);
int proc_execed(struct state *s, struct proc *p, const struct event *e);
int proc_snapshot(struct state *s, struct proc *p, const struct meta_process *m);
/* Finds the parent that a snapshot named. */
void proc_adopt(struct state *s, uint32_t pid);
/* When the last thread has left it is gone. */
void proc_enter(struct proc *p, struct task *t);
void proc_leave(struct state *s, struct task *t);
/* One that got no thread is gone, too; @p may be NULL. */
void proc_settle(struct state *s, struct proc *p);

/* ---- flight.c ---- */

/* The thread has begun @e. 0 or -ENOMEM. */
int flight_begin(struct state *s, struct task *t, const struct event *e);
void flight_end(struct state *s, struct task *t);
int flight_snapshot(struct state *s, struct task *t, const struct meta_in_flight *m);
/* The call that it is in at the place that was reached, or NULL. */
const struct event *flight_now(const struct state *s, const struct task *t);

/* ---- table.c ---- */

struct table *table_new(void);
struct table *table_copy(const struct table *t);
struct table *table_unref(struct state *s, struct table *t);
const struct slot *table_find(const struct table *t, int32_t fd);
/* Takes over nothing; @file may be NULL: then the descriptor is not known. */
int table_put(struct state *s, struct table *t, int32_t fd, struct file *file, bool cloexec);
/* What was there at @age and lies in the range. */
int table_remove(struct state *s, struct table *t, int32_t first, int32_t last, uint64_t age);
int table_set_cloexec(struct state *s, struct table *t, int32_t first, int32_t last, bool on);
int table_exec(struct state *s, struct table *t);

/* ---- shared.c ---- */

struct shared_kind {
	size_t size; /* of an element */
	size_t least, most_of_one, most;
};

struct shared *shared_ref(struct shared *x);
/* @total counts what all arrays of the kind have room for. @x may be NULL. */
void shared_drop(struct state *s, struct shared *x, const struct shared_kind *k, size_t *total);
/* Makes *@at nobody else's, with room for @room more. 0, -ENOMEM, or -E2BIG: it would be over a
 * limit, and is as it was. */
int shared_own(struct state *s, struct shared **at, size_t room, const struct shared_kind *k,
	       size_t *total);

/* ---- task.c ---- */

/* Never made: NULL when over the limit, with 0; else -ENOMEM. */
int task_get(struct state *s, uint32_t pid, uint32_t tid, struct task **ret);
struct task *task_find(const struct state *s, uint32_t tid);
int task_forked(struct state *s, const struct event *e);
int task_execed(struct state *s, const struct event *e);
void task_exited(struct state *s, const struct event *e);
int task_unshare_table(struct state *s, struct task *t);
int task_unshare_fs(struct state *s, struct task *t);
/* Of a struct fs; a path that is too long, or an empty one, is not known. */
int directory_set(struct state *s, struct buf *directory, const char *path, size_t size);
int tasks_snapshot(struct state *s, const struct meta_snapshot *m);
int tasks_renamed(struct state *s, const struct buf *from, const struct buf *to);
void tasks_done(struct state *s);

/* ---- path.c ---- */

enum { PATH_FOLLOW, PATH_NOFOLLOW };

/*
 * The absolute path that the kernel finds for @path, as far as links are known. Appends
 * nothing when it is not known. If the path is that of a descriptor (/dev/stdin),
 * *ret_same, when not NULL, is what it stands for.
 */
int path_resolve(const struct state *s, const struct task *t, int32_t dirfd, const void *path,
		 size_t size, int follow, struct buf *ret, const struct file **ret_same);
/* Is below, or the same. */
bool path_is_below(const void *path, size_t size, const void *top, size_t top_size);
/* There is a link @path (as resolved) that says @target. */
int link_learn(struct state *s, const struct buf *path, const void *target, size_t size);
void link_forget(struct state *s, const struct buf *path);
void links_done(struct state *s);
/* What an exec of @path tells: what runs is @exe. */
int links_from_exec(struct state *s, const struct buf *path, const char *exe);
/* The loader lies in /usr: so do the others. */
int links_from_loader(struct state *s, const struct meta_process *p);

/* ---- call.c ---- */

int calls_init(struct state *s);
/* Whether the call @e of @t, which came back, may have done anything: fills @c, but for its
 * effect. */
bool call_find(struct call *c, struct state *s, struct task *t, const struct event *e);
/* What it does: fills its effect. */
int call_begin(struct call *c);
/* Flags of the clone(2) that @e is, if it is one. */
bool call_clone_flags(const struct state *s, const struct event *e, uint64_t *ret);

typedef int begin_fn(struct call *c);
struct call_kind {
	const char *name; /* SYS_BEARS(): the recorder must know of it */
	begin_fn *begin;
	/* for begin_make() and its like */
	const char *text;
	uint8_t flags_at;      /* which argument has the flags; CLOEXEC_ALWAYS, CLOEXEC_NEVER */
	uint32_t cloexec_flag; /* in it */
	bool on_error;         /* does something although it fails */
	bool clones;           /* takes the flags of clone(2) */
	uint8_t empty_at; /* does something only if AT_EMPTY_PATH is in this argument; 0: always */
	uint8_t access;   /* of what it makes: access mode + 1, 0: not known */
	uint8_t part;     /* enum state_part: only then is it looked at; 0: always */
};
enum { CLOEXEC_ALWAYS = 6, CLOEXEC_NEVER = 7, AT_EMPTY = 0x1000 /* AT_EMPTY_PATH */ };
/* Ended by one without a name. */
extern const struct call_kind calls_table[], calls_open[], calls_path[], calls_socket[],
	calls_process[], calls_position[], calls_content[], calls_map[], calls_signal[];
/* Sets state.missing: parts that rest on calls which this tape does not have. 0 or -ENOMEM. */
int calls_header(struct state *s, const struct meta_header *header);

/* Bytes of the event's memory from @address on, or NULL. */
const uint8_t *call_bytes(const struct event *e, uint8_t when, uint64_t address, size_t *ret_size);
/* A little-endian number of memory. */
bool call_number(const struct event *e, uint8_t when, uint64_t address, size_t width,
		 uint64_t *ret);
/* The path at argument @i, absolute, into @ret: nothing when not known. */
int call_path(const struct call *c, int32_t dirfd, size_t i, int follow, struct buf *ret,
	      const struct file **ret_same);
struct file *call_file(const struct call *c, int32_t fd);
/* The call makes this descriptor: takes the reference. */
void call_makes(struct call *c, int64_t fd, struct file *file, bool cloexec);
/* The file is the one the call is about: takes a reference. */
void call_is_about(struct call *c, int32_t fd, effect_fn *apply);
effect_fn effect_make;

/* call_socket.c: what a message in flight has for @file, when it gets @count descriptors. */
struct parcel *parcel_for(const struct state *s, const struct file *file, size_t count);
void parcels_done(struct state *s);

/* call_map.c */
void segments_done(struct state *s);

void effect_done(struct state *s, struct effect *f);
/* Does what is due later now: somebody has seen that it is done. 0 or -ENOMEM. */
int effect_hurry(struct state *s, struct effect *f);

#endif
