/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a system call looks like: one vocabulary for arguments and for structs,
 * because a call's arguments are a struct of six 64-bit slots.
 *
 * Two walkers read it: sys/capture.h (which bytes to copy, at entry or exit) and
 * replayer/print (how to say it). What a field means to the first is its `mem`,
 * `dir` and `len`; what it means to the second is its `kind`. The descriptions are
 * in the .def files; doc/howto-add-syscall.md tells how to write one.
 */
#ifndef SYS_DESC_H
#define SYS_DESC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How a value is said. */
enum sys_kind {
	K_NONE,
	/* numbers, of `width` bytes */
	K_INT,        /* signed decimal */
	K_UINT,       /* unsigned decimal */
	K_HEX,        /* 0x… , 0 as 0 */
	K_OCT,        /* permissions: 0644 */
	K_MODE,       /* st_mode: S_IFREG|0644 */
	K_CHAR,       /* a character: 'a', or a number when not printable */
	K_ADDR,       /* a pointer nobody follows: 0x… or NULL */
	K_FD,         /* a descriptor */
	K_ATFD,       /* a descriptor or AT_FDCWD */
	K_PID,        /* a process or thread */
	K_UID,        /* user or group id; -1 is -1 */
	K_DEV,        /* makedev(0x8, 0x1) */
	K_SIGNAL,     /* SIGINT */
	K_TIME,       /* seconds since the epoch, and the date; the sibling has nanoseconds */
	K_FLAGS,      /* bits of `flags` joined by | */
	K_ENUM,       /* one of `flags` */
	K_HANDLER,    /* SIG_DFL, SIG_IGN or an address */
	K_WSTATUS,    /* what wait(2) stores */
	K_PORT,       /* big-endian 16 bits: htons(80) */
	K_IPV4,       /* big-endian 32 bits: inet_addr("127.0.0.1") */
	K_RLIMIT,     /* a limit: 8192*1024, RLIM64_INFINITY */
	K_EPOLL_DATA, /* 64 bits, two ways: {u32=5, u64=5} */
	K_TICKS,      /* hundredths of a second: 4, and in seconds */
	K_ETHERTYPE,  /* big-endian 16 bits: htons(ETH_P_ALL) */
	K_HEX8,       /* 32 bits as 0x0fffff, 00000000: at least so many places */
	K_PAGES,      /* a count of pages, said as bytes: 0x1000 */
	K_SIGVAL,     /* a pointer, two ways: {sival_int=5, sival_ptr=0x5} */
	/* bytes in memory */
	K_STR,         /* a string, cut at -s */
	K_PATH,        /* a string, never cut */
	K_STRV,        /* NULL-terminated array of strings: ["a", "b"] */
	K_ENVP,        /* the same, as an address and a count unless -v */
	K_BUF,         /* bytes: "…" */
	K_STRUCT,      /* {a=1, b=2} */
	K_ARRAY,       /* [{…}, {…}] or [1, 2] */
	K_IOV,         /* array of struct iovec: [{iov_base="…", iov_len=3}] */
	K_SOCKADDR,    /* struct sockaddr of any family */
	K_SIGSET,      /* [INT CHLD] */
	K_FDSET,       /* select's bits: [3 5] */
	K_CPUSET,      /* affinity bits: [0 1] */
	K_SIGINFO,     /* siginfo_t */
	K_DIRENTS,     /* struct linux_dirent64 records */
	K_DIRENTS_OLD, /* struct linux_dirent records */
	K_CMSG,        /* control messages of a msghdr */
	K_NETLINK,     /* netlink messages */
	K_RESIDENT,    /* a byte for each page: [1, 0] */
	K_NODES,       /* memory nodes' bits, word by word: [0x00000000000005] */
	K_RANDOM,      /* bytes that are no text: "\x…" always */
	K_OPTVAL,      /* a socket option: [1] when it has four bytes, else "…" */
	K_MSGBUF,      /* a long and bytes: {mtype=1, mtext="…"} */
	K_IPV6,        /* 16 bytes: an IPv6 address */
	K_OPAQUE,      /* bytes that are no text, not cut at -s: "\x…", no more than 128 */
	/* inside a struct, by value */
	K_CHARS,  /* char name[N]: "…" up to the NUL */
	K_BYTES,  /* uint8_t name[N]: as K_BUF */
	K_EMBED,  /* a struct in a struct */
	K_EMBEDS, /* N of them */
	K_FILTER,         /* an instruction of a socket filter: BPF_STMT(BPF_LD|BPF_W|BPF_LEN, 0) */
	K_FILTER_SECCOMP, /* the same, but what it returns is what becomes of a call */
	K_KIND_MAX
};

/* What a pointer points to, for the capture walker. */
enum sys_shape {
	MEM_NONE,    /* no pointer, or one nobody follows */
	MEM_BYTES,   /* `len` bytes */
	MEM_STRING,  /* up to and with a NUL */
	MEM_STRINGS, /* array of pointers to strings, ended by NULL */
	MEM_STRUCT,  /* one `of`; with a length: so many bytes of it */
	MEM_ARRAY,   /* `len` times `of` */
	MEM_IOV,     /* `len` times struct iovec, and what they point to */
};

/* Which way bytes go. A pointer in a struct goes the way its struct does
 * (SAME), but what only the kernel reads (an iovec array) always goes in. */
enum sys_dir { SAME = 0, IN = 1, OUT = 2, INOUT = IN | OUT };

/* Where and how it is told what the kernel did to the bytes behind a pointer, or to a
 * number in a struct. */
enum sys_told {
	TOLD_IN_PLACE,
	TOLD_BEFORE,    /* as the caller left it: what becomes of it is no news */
	TOLD_AFTER,     /* as the kernel left it, unless the call failed */
	TOLD_BEHIND,    /* how it was, and behind that what the kernel changed: [3] => [8] */
	TOLD_ELSEWHERE, /* by the words behind the result, or with a sibling */
};

/* What of a value is the same when the program runs again, for whoever compares two runs. By
 * themselves descriptors and processes are what they stand for, addresses and moments nothing. */
enum sys_again {
	AGAIN_SAME,
	AGAIN_OTHER,           /* never */
	AGAIN_OTHER_DIRECTORY, /* not if the struct is one of a directory: others work there, too */
	AGAIN_NUMBER,          /* of a descriptor also its number: the program chose it */
	AGAIN_PATH,            /* bytes that are a path */
	AGAIN_TEXT,            /* a path that is not looked for from here: what a link says */
};

/* How long: a closed set. "Sibling" is another field of the same struct. */
enum sys_len {
	LEN_NONE,    /* as `of` says */
	LEN_FIELD,   /* the sibling's value: bytes for MEM_BYTES and MEM_STRUCT, else elements */
	LEN_WHOLE,   /* the sibling's value, bytes: as many elements as are whole in it */
	LEN_CONST,   /* `len_const`, in the same units */
	LEN_DEREF,   /* the sibling points to a 32-bit count of bytes; at exit the smaller of
		      * its values at entry and at exit */
	LEN_BITS,    /* the sibling's value is a count of bits; bytes rounded up to longs */
	LEN_SELF,    /* the 32 bits at `len_const` of what is pointed to, bytes */
	LEN_PRODUCT, /* the sibling's value times `len_const`, bytes */
	LEN_IOC,     /* the sibling is an ioctl request: its size bits, and its direction bits for
		      * `dir`: written by the caller is IN */
	LEN_PAGES,   /* one byte for each page that the sibling's value of bytes touches */
	LEN_SIZES,   /* the sibling points to 32 bits, which `sizes` has as so many bytes; as they
		      * were at the entry, if the kernel read them */
	LEN_ASKED,   /* the answer to `ask`, or what `sizes` has for it; nothing when there is none
		      * (a string: up to its NUL, `len_const` bytes at most) */
};

/* Where the bytes are. */
enum sys_place {
	PLACE_POINTED, /* where the value points */
	PLACE_BEHIND,  /* right here, behind the members: a struct's flexible one */
	PLACE_STACK,   /* `len_const` bytes above the caller's stack pointer */
};

/* What neither arguments nor memory tell, and the kernel does when it is asked, about the
 * sibling at `ask_off`. */
enum sys_question {
	ASK_NOTHING,
	ASK_WRITABLE,    /* a descriptor, whether it can be written: a pointer of both directions
			  * goes in, else out */
	ASK_DISCARDS,    /* a socket, whether what is received with MSG_TRUNC is thrown away:
			  * nothing is written then, whatever the result is */
	ASK_SEMAPHORES,  /* a set of semaphores, how many it has */
	ASK_FILE_SYSTEM, /* a descriptor, the type of its file system as statfs(2) has it */
	ASK_KIND_MAX
};

/* The bytes that a value stands for. */
struct sys_size {
	uint32_t value, bytes;
};

struct sys_sizes {
	const struct sys_size *size;
	size_t count;
};

/* How a 64-bit argument comes to a 32-bit call. */
enum sys_split { WHOLE, LOW_FIRST, HIGH_FIRST };

struct sys_desc;
/* Descriptions name each other by function, so that every one can be a static
 * inside its own function, next to the layout its offsets refer to. */
typedef const struct sys_desc *sys_desc_fn(void);

/* What a part of a set of bits is said as when it is no name. */
enum sys_form {
	FORM_NAME,
	FORM_SHIFTED,  /* 21<<NAME */
	FORM_OCTAL,    /* 0600 */
	FORM_DECIMAL,  /* 99 */
	FORM_COMMENT,  /* 3, and the name as a comment */
	FORM_SIGNAL,   /* SIGCHLD */
	FORM_IOCTL,    /* _IOC(_IOC_READ, 0x54, 0x1, 0x4) */
	FORM_PRIORITY, /* IOPRIO_PRIO_VALUE(IOPRIO_CLASS_BE, 4) */
	FORM_WAKE_OP,  /* FUTEX_OP_SET<<28|0<<12|FUTEX_OP_CMP_EQ<<24|0x1 */
	FORM_KIND,     /* 0x4, said first, and the unknown comment: values of the mask without name */
	FORM_SIZED,    /* EVIOCGNAME(256): a request's size in the place of the name's N */
};

struct sys_flag {
	uint64_t value;
	uint64_t mask; /* matches when (v & mask) == value */
	const char *name;
	uint8_t form; /* enum sys_form; another than FORM_NAME is for all values of the mask */
};

/* Bits (K_FLAGS): entries are tried in order; what is left over is said as a number, before
 * the parts that are none of names. An
 * enumeration (K_ENUM): the entry with this very value, whatever its mask. A value of
 * which nothing is known is a number with the unknown comment ("O_???"), if there is one. */
struct sys_flagset {
	const char *unknown;
	const struct sys_flag *flag;
	size_t count;
};

struct sys_field {
	const char *name;
	uint8_t kind;  /* enum sys_kind */
	uint8_t mem;   /* enum sys_shape */
	uint8_t dir;   /* enum sys_dir */
	uint8_t width; /* bytes of the value that mean something, 1 to 8; pointers: the ABI's */
	uint16_t off;  /* of the value, in the six slots or in the struct */
	uint8_t split; /* enum sys_split: of 64 bits, the other half is in the next slot */
	uint8_t shift; /* with `bits`: only so many bits of the value, from this one on */
	uint8_t bits;
	uint16_t size;    /* bytes of a by-value kind (K_CHARS, K_EMBED, …) */
	uint8_t len;      /* enum sys_len */
	uint8_t by_ret;   /* at exit no more than the call's result, in the unit of `len`; of a
			   * struct: nothing when the result is 0; 2: nothing when it is more than
			   * `len` */
	int16_t on_error; /* an OUT pointer that is written also when the call fails (1), fails with
			   * this errno (> 1), only when it fails with this errno (negated). A
			   * number: the caller's, said although the call fails */
	uint8_t told;     /* enum sys_told */
	uint8_t result;   /* what the call gives back is there: said as its result */
	uint8_t detail;   /* said only with -v; 2: without, as an address */
	uint8_t dated;    /* structs of seconds and a fraction are moments: said with the date */
	int8_t order;     /* fields are said by ascending order, those of one order as they lie */
	uint16_t len_off; /* of the sibling with the length */
	uint32_t len_const;
	uint8_t len_extra; /* bytes that the length does not count (a message's type) */
	uint8_t least; /* a struct of fewer bytes than so many is none; more than it has are said,
			* too, unless they are zero */
	uint8_t place; /* enum sys_place */
	uint8_t ask;   /* enum sys_question */
	uint16_t ask_off;
	/* Present only if (sibling & if_mask) is not zero; with if_equal: is if_value (1), is
	 * anything else (2). */
	uint16_t if_off;
	uint8_t if_equal;
	uint8_t again; /* enum sys_again */
	uint64_t if_mask, if_value;
	/* An embedded struct whose own `by_ret` fields are bounded by this sibling instead
	 * of the call's result (mmsghdr.msg_len), or such a field itself; offset + 1. */
	uint16_t ret_off1;
	uint16_t high_off1; /* of a sibling with the upper 32 bits; offset + 1 */
	const struct sys_flagset *flags;
	const struct sys_sizes *sizes;
	sys_desc_fn *of;
};

/* A variant of a call (ioctl TCGETS, futex FUTEX_WAIT), or of a variant. */
struct sys_case {
	uint64_t value;
	const char *label;
	sys_desc_fn *desc;
};

struct sys_cases {
	uint16_t off;  /* of the selecting argument */
	uint64_t mask; /* of its value */
	const struct sys_case *variant;
	size_t count;
};

struct sys_desc {
	const char *name;
	const struct sys_field *field;
	size_t count;
	size_t size;       /* of the struct, bytes */
	uint8_t ret;       /* enum sys_kind of the result; K_NONE: nothing useful, of a variant:
			    * as `base` says */
	uint8_t cell;      /* one bare value: said as [3], not as {name=3} */
	uint8_t raw;       /* named only: arguments are not described */
	uint8_t said;      /* of a variant: has a name of its own */
	uint8_t named;     /* arguments are said with their names: flags=… */
	uint8_t wide;      /* bytes of a pointer and a long: 8, 4 for 32-bit callers */
	sys_desc_fn *base; /* of a variant: the call itself */
	/* The arguments of this call are not in the registers but in the array that the last
	 * field points to (socketcall). */
	sys_desc_fn *indirect;
	const struct sys_cases *cases; /* NULL: none */
};

#endif
