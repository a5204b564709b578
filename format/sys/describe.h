/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table machinery: turns the .def files into descriptions for one ABI. It is
 * included once by table_<abi>.c, which says how wide a long and a pointer are and
 * which numbers the calls have. Calls that only this ABI has, or has otherwise than
 * the common files say, stand in files of its own (ABI_SYSCALLS, ABI_CASES,
 * ABI_STRUCTS); their numbers are NR_OWN.
 *
 * The .def files are read twice. Pass 1 declares a layout for every entry (a
 * struct of 64-bit slots for arguments, the kernel's own layout for structs); pass
 * 2 builds the fields with offsetof() on these. So a misspelt sibling is a compile
 * error at its own line, and a struct's offsets are the compiler's.
 *
 * Vocabulary (n: the field's own name; fs: a FLAGSET; s: a STRUCT or CELL;
 * d: IN, OUT, INOUT or SAME; l: a sibling field):
 *
 *  numbers    I8 U8 I16 U16 I32 U32 I64 U64(n)   X8 X16 X32 X64(n) hexadecimal
 *             LONG ULONG XLONG(n) of the ABI's width;  PTR_RAW(n) an address, not followed
 *             FD(n) ATFD(n) PID(n) UID(n) OCT16/OCT32/OCT64(n) MODE16/MODE32(n) DEV(n) DEVLONG(n)
 *             TIME(n) TIME_NS(n, l) a moment; l: its nanoseconds
 *             SIGNAL(n) HANDLER(n) WSTATUS(n) PORT(n) IPV4(n) CHAR8(n)
 *             FLAGS8/16/32/64(n, fs) FLAGSLONG(n, fs)   ENUM8/16/32/64(n, fs) ENUMLONG(n, fs)
 *             RLIMIT(n) RLIMIT64(n)   EPOLL_DATA(n) SIGVAL(n)
 *             FLAGS64_PACKED(n, fs)
 *             TICKS(n) a time in hundredths of a second   ETHERTYPE(n) as a port
 *             UID16(n) DEV16(n) TIME64(n)   SIGMASK(n) a long with a set of signals
 *             PAGES(n) a count of pages, said as bytes   BITS(n, l, from, count) of 32 bits at l
 *             I64_SPLIT U64_SPLIT X64_SPLIT(n) FLAGS64_SPLIT(n, fs) 64 bits of an argument, which
 *             take two registers where a register has 32, the lower half first
 *             I64_PAIR(n) two registers everywhere   I64_HIGH_LOW(n) the upper half first
 *             PAD(n, bytes): there, but never said   PAD_ARG(n) the same, for an argument
 *  strings    STR(n) PATH(n) STRV(n) ENVP(n)   STR_OUT(n, l): at most l bytes, written by the kernel
 *  bytes      BUF(n, d, l) l bytes    BUF_RET(n, l) written, min(result, l) bytes
 *             BUF_DEREF(n, d, l) as many as *l    BUF_CONST(n, d, size)
 *             BYTES_AS(n, kind, d, l): as BUF, said as `kind` (K_SIGSET, K_DIRENTS …)
 *             ARG_IOC(n, l) an ioctl's argument, as its request l tells
 *             BYTES_PAGES_AS(n, kind, d, l) a byte for each page of l bytes
 *             BYTES_RET_AS(n, kind, l)    BYTES_CONST_AS(n, kind, d, size)
 *             BYTES_BITS_AS(n, kind, d, l): l bits
 *  structs    PTR(n, d, s)   PTR_N(n, d, s, l) at most l bytes of it
 *             PTR_SELF(n, d, s) its own size, in its first 32 bits or AT(offset)
 *             ARRAY(n, d, s, l) l of them   ARRAY_RET(n, s, l) written, min(result, l) of them
 *             ARRAY_CONST(n, d, s, count)
 *             IOV(n, d, l) l iovecs; OUT: what they point to is bounded by the result
 *             SOCKADDR(n, d, l) l bytes   SOCKADDR_DEREF(n, d, l) *l bytes
 *             PTR_SIZES(n, d, s, l, t) as many bytes as table t of sizes.def has for *l
 *             ARRAY_ASKED(n, d, s, q, l) as many of them as the kernel answers to question q
 *             (enum sys_question) about l
 *             STR_ASKED(n, q, l, t, c) a string in as many bytes as table t has for the answer,
 *             else up to its NUL, at most c bytes
 *  behind     a struct's members, its flexible one, which is the last: BYTES_BEHIND(n, kind, d, l)
 *             l bytes   ARRAY_BEHIND(n, d, s, l) l times s
 *  by value   CHARS(n, size) BYTES(n, size) IPV6(n) EMBED(n, s) EMBEDS(n, s, count)
 *  by value   BYTES_KIND(n, kind, size) bytes said as `kind`
 *  modifiers, as further words of any of these:
 *             WHEN(l, mask) there only if (l & mask)   WHEN_EQ(l, mask, value)
 *             DETAIL said only with -v   BRIEF without it as an address
 *             DATED {seconds, fraction} is a moment
 *             ON_ERROR written although the call fails   ON_ERRNO(e)   ONLY_ON_ERRNO(e)
 *             BEFORE, AFTER said as the caller, as the kernel left it
 *             BEHIND what it changed is said behind: [3] => [8]
 *             ELSEWHERE said by the words behind the result, or with a sibling
 *             HIGH(l) (FLAGS32) l: the upper 32 bits
 *             LEAST(c) a struct of fewer bytes, a buffer with room for fewer is none
 *             BY_RET no more than the result (a struct: not when it is 0)   DIR(d) its own direction inside a struct
 *             RET_FROM(l) (EMBED, ARRAY_BEHIND) sibling l stands for the result inside   AS(kind) said as
 *             LESS(c) c less than the length says
 *             ON_STACK(c) not where the argument points, but c bytes above the stack pointer
 *             WAY_OF(l) IN when descriptor l can be written, else OUT
 *             DISCARDED_BY(l) nothing when socket l throws away what MSG_TRUNC cuts
 *             DIR(OUT), DIR(INOUT) of a number: the kernel writes it, in a struct that it reads
 *             TIMES(c) the length sibling counts things of c bytes
 *             IN_BYTES (ARRAY) it counts bytes
 *             EXTRA(c) c bytes more than the length says
 *             IS_RESULT there is what the call gives back
 *             UNLESS_EQ(l, mask, value)   ORDER(n) place among its siblings when said
 *             for comparing runs: VARIES another value each time   VARIES_IN_DIRECTORIES in the
 *             struct of a directory   NUMBER_COUNTS (FD) the number itself has a meaning
 *             IS_PATH (BUF) bytes are a path   IS_TEXT (PATH) not looked for from here
 *
 * Entries: STRUCT(name, fields…) CELL(name, one field); SYS(name, result kind, fields…),
 * SYSC with variants, SYS_NAMED said with names (clone), SYS0 without arguments,
 * SYS_RAW(name, count) not described; SYS_LIKE(name, result kind, call, fields…) with the variants
 * of `call`; SYS_INDIRECT(name, result kind, call, fields…) and CASE_INDIRECT(name, label, value,
 * call, fields…): the last field is an array with the arguments of `call`;
 * CASES(call, selector, mask, CASE(call, label, value, fields…)…), CASER(call, label, value,
 * result kind, fields…) when the result is another kind than the call's, CASEC with
 * SUBCASES(call, label, selector, mask, CASE…), CASE_SAID(call, label, value, name, result kind,
 * fields…) said as the call `name`, CASEC_SAID.
 */
#ifndef SYS_DESCRIBE_H
#define SYS_DESCRIBE_H

#include "desc.h"

/* A modifier may overwrite what its field's word says: AS, DIR, BY_RET. */
#pragma GCC diagnostic ignored "-Woverride-init"

#ifndef ABI_LONG
#error "table_<abi>.c defines ABI_LONG, ABI_ULONG, ABI_WIDE and ABI_NUMBERS"
#endif

/* A 64-bit member has the alignment the ABI gives it (4 for i386). */
typedef uint64_t abi_u64 __attribute__((aligned(ABI_ALIGN64)));
typedef int64_t abi_i64 __attribute__((aligned(ABI_ALIGN64)));
/* One in a struct that the kernel packs (epoll_event). */
typedef uint64_t abi_u64_packed __attribute__((aligned(4)));
typedef ABI_LONG abi_long;
typedef ABI_ULONG abi_ulong;

/* Sizes that a number stands for; of a struct no more than it has. */
#define S(number, size) {.value = (number), .bytes = (size)},
#define SIZES(nm, ...)                                                                             \
	static const struct sys_size sizes_of_##nm[] = {__VA_ARGS__};                              \
	static const struct sys_sizes sizes_##nm = {sizes_of_##nm,                                 \
	                                            sizeof(sizes_of_##nm) / sizeof(struct sys_size)};
#include "sizes.def"
#undef S
#undef SIZES

/* What belongs to an entry: those of the ABI's own files have names of their own. */
#define COMMON(what, nm) what##nm
#define OWN(what, nm)    what##own_##nm

/* ---- pass 1: layouts ---- */
#include "fields_layout.h"

#define SLOT(type, n) type n;
#define ARRAY_SLOT(type, n, count) type n[count];
#define STRUCT(nm, ...)                                                                            \
	struct k_##nm {                                                                            \
		__VA_ARGS__                                                                        \
	};                                                                                         \
	static sys_desc_fn desc_struct_##nm;
#define CELL(nm, ...) STRUCT(nm, __VA_ARGS__)
#include "structs.def"
#ifdef ABI_STRUCTS
#include ABI_STRUCTS
#endif
#define abi_ulong uint64_t
#define abi_u64   uint64_t
#define abi_i64   int64_t
#include "structs64.def"
#undef abi_ulong
#undef abi_u64
#undef abi_i64
#undef STRUCT
#undef CELL
#undef SLOT
#undef ARRAY_SLOT

#define SLOT(type, n) uint64_t n;
#define ARRAY_SLOT(type, n, count) /* registers hold no arrays */
#define SYS(nm, kind, ...)                                                                         \
	struct ENTRY(args_, nm) {                                                                  \
		__VA_ARGS__                                                                        \
	};                                                                                         \
	static sys_desc_fn ENTRY(desc_, nm);
#define SYSC(nm, kind, ...) SYS(nm, kind, __VA_ARGS__)
#define SYS_NAMED(nm, kind, ...) SYS(nm, kind, __VA_ARGS__)
#define SYS_INDIRECT(nm, kind, call, ...) SYS(nm, kind, __VA_ARGS__)
#define SYS_LIKE(nm, kind, call, ...) SYS(nm, kind, __VA_ARGS__)
#define SYS0(nm, kind) static sys_desc_fn ENTRY(desc_, nm);
#define SYS_RAW(nm, nargs) static sys_desc_fn ENTRY(desc_, nm);
#define CASES(nm, sel, mask, ...) __VA_ARGS__
#define CASE(nm, label, value, ...)                                                                \
	struct ENTRY(case_, nm##_##label) {                                                        \
		__VA_ARGS__                                                                        \
	};                                                                                         \
	static sys_desc_fn ENTRY(desc_, nm##_##label);
#define CASEC(nm, label, value, ...) CASE(nm, label, value, __VA_ARGS__)
#define CASER(nm, label, value, kind, ...) CASE(nm, label, value, __VA_ARGS__)
#define CASE_SAID(nm, label, value, said, kind, ...) CASE(nm, label, value, __VA_ARGS__)
#define CASEC_SAID(nm, label, value, said, kind, ...) CASE(nm, label, value, __VA_ARGS__)
#define CASE_INDIRECT(nm, label, value, call, ...) CASE(nm, label, value, __VA_ARGS__)
#define SUBCASES(nm, label, sel, mask, ...) __VA_ARGS__
#define ENTRY COMMON
#include "syscalls.def"
#include "cases.def"
#ifdef ABI_SYSCALLS
#undef ENTRY
#define ENTRY OWN
#include ABI_SYSCALLS
#include ABI_CASES
#endif
#undef ENTRY
#undef SYS
#undef SYSC
#undef SYS_NAMED
#undef SYS_INDIRECT
#undef SYS_LIKE
#undef SYS0
#undef SYS_RAW
#undef CASES
#undef CASE
#undef CASEC
#undef CASER
#undef CASE_SAID
#undef CASEC_SAID
#undef CASE_INDIRECT
#undef SUBCASES
#undef SLOT
#undef ARRAY_SLOT
#include "fields_undef.h"

/* ---- pass 2: case tables, then descriptions ---- */
#define CASES(nm, sel, msk, ...)                                                                   \
	static const struct sys_case ENTRY(cases_, nm)[] = {__VA_ARGS__};                          \
	static const struct sys_cases ENTRY(select_, nm) = {                                       \
		.off = offsetof(struct ENTRY(args_, nm), sel),                                     \
		.mask = (msk),                                                                     \
		.variant = ENTRY(cases_, nm),                                                      \
		.count = sizeof(ENTRY(cases_, nm)) / sizeof(ENTRY(cases_, nm)[0]),                 \
	};
#define CASE(nm, lbl, val, ...)                                                                    \
	{.value = (val), .label = #lbl, .desc = ENTRY(desc_, nm##_##lbl)},
#define CASEC(nm, lbl, val, ...) CASE(nm, lbl, val, )
#define CASER(nm, lbl, val, kind, ...) CASE(nm, lbl, val, )
#define CASE_SAID(nm, lbl, val, said, kind, ...) CASE(nm, lbl, val, )
#define CASEC_SAID(nm, lbl, val, said, kind, ...) CASE(nm, lbl, val, )
#define CASE_INDIRECT(nm, lbl, val, call, ...) CASE(nm, lbl, val, )
#define SUBCASES(nm, label, sel, mask, ...)
#define ENTRY COMMON
#include "cases.def"
#ifdef ABI_CASES
#undef ENTRY
#define ENTRY OWN
#include ABI_CASES
#endif
#undef ENTRY
#undef CASES
#undef CASE
#undef CASEC
#undef CASER
#undef CASE_SAID
#undef CASEC_SAID
#undef CASE_INDIRECT
#undef SUBCASES
/* The variants of a variant (setsockopt: level, then option). */
#define CASES(nm, sel, mask, ...)
#define CASE(nm, lbl, val, ...)                                                                    \
	{.value = (val), .label = #lbl, .desc = ENTRY(desc_, nm##_##lbl)},
#define CASEC(nm, lbl, val, ...) CASE(nm, lbl, val, )
#define CASER(nm, lbl, val, kind, ...) CASE(nm, lbl, val, )
#define CASE_SAID(nm, lbl, val, said, kind, ...) CASE(nm, lbl, val, )
#define CASEC_SAID(nm, lbl, val, said, kind, ...) CASE(nm, lbl, val, )
#define CASE_INDIRECT(nm, lbl, val, call, ...) CASE(nm, lbl, val, )
#define SUBCASES(nm, lbl, sel, msk, ...)                                                           \
	static const struct sys_case ENTRY(cases_, nm##_##lbl)[] = {__VA_ARGS__};                  \
	static const struct sys_cases ENTRY(select_, nm##_##lbl) = {                               \
		.off = offsetof(struct ENTRY(args_, nm), sel),                                     \
		.mask = (msk),                                                                     \
		.variant = ENTRY(cases_, nm##_##lbl),                                              \
		.count = sizeof(ENTRY(cases_, nm##_##lbl)) /                                       \
			 sizeof(ENTRY(cases_, nm##_##lbl)[0]),                                     \
	};
#define ENTRY COMMON
#include "cases.def"
#ifdef ABI_CASES
#undef ENTRY
#define ENTRY OWN
#include ABI_CASES
#endif
#undef ENTRY
#undef CASES
#undef CASE
#undef CASEC
#undef CASER
#undef CASE_SAID
#undef CASEC_SAID
#undef CASE_INDIRECT
#undef SUBCASES

#include "fields_build.h"

#define DESCRIBE(fn, type, nm, fields, ...)                                                        \
	static const struct sys_desc *fn(void)                                                     \
	{                                                                                          \
		typedef type BASE;                                                                 \
		static const struct sys_field f[] = {fields};                                      \
		static const struct sys_desc d = {.name = (nm),                                    \
		                                  .field = f,                                      \
		                                  .count = sizeof(f) / sizeof(f[0]),               \
		                                  .size = sizeof(BASE),                            \
		                                  .wide = ABI_WIDE,                                \
		                                  __VA_ARGS__};                                    \
		return &d;                                                                         \
	}
#define GROUP(...) __VA_ARGS__

#define STRUCT(nm, ...) DESCRIBE(desc_struct_##nm, struct k_##nm, #nm, GROUP(__VA_ARGS__))
#define CELL(nm, ...) DESCRIBE(desc_struct_##nm, struct k_##nm, #nm, GROUP(__VA_ARGS__), .cell = 1)
#include "structs.def"
#ifdef ABI_STRUCTS
#include ABI_STRUCTS
#endif
/* In these a long and a pointer have 64 bits. */
#pragma push_macro("ABI_WIDE")
#undef ABI_WIDE
#define ABI_WIDE 8
#include "structs64.def"
#pragma pop_macro("ABI_WIDE")
#undef STRUCT
#undef CELL

/* SYSC and CASEC have variants (a CASES or SUBCASES list of their name), SYS and CASE
 * have none; the compiler sees a list that is missing or not used. */
#define SYS_WITH(nm, kind, fields, ...)                                                            \
	DESCRIBE(ENTRY(desc_, nm), struct ENTRY(args_, nm), #nm, GROUP(fields), .ret = (kind),     \
	         ##__VA_ARGS__)
#define SYS(nm, kind, ...) SYS_WITH(nm, kind, GROUP(__VA_ARGS__))
#define SYSC(nm, kind, ...)                                                                        \
	SYS_WITH(nm, kind, GROUP(__VA_ARGS__), .cases = &ENTRY(select_, nm))
#define SYS_NAMED(nm, kind, ...) SYS_WITH(nm, kind, GROUP(__VA_ARGS__), .named = 1)
#define SYS_INDIRECT(nm, kind, call, ...)                                                          \
	SYS_WITH(nm, kind, GROUP(__VA_ARGS__), .indirect = desc_##call)
#define SYS_LIKE(nm, kind, call, ...)                                                              \
	SYS_WITH(nm, kind, GROUP(__VA_ARGS__), .cases = &select_##call)
#define SYS0(nm, kind)                                                                             \
	static const struct sys_desc *ENTRY(desc_, nm)(void)                                       \
	{                                                                                          \
		static const struct sys_desc d = {.name = #nm, .ret = (kind), .wide = ABI_WIDE};   \
		return &d;                                                                         \
	}
#define SYS_RAW(nm, nargs)                                                                         \
	static const struct sys_desc *ENTRY(desc_, nm)(void)                                       \
	{                                                                                          \
		static const struct sys_desc d = {.name = #nm,                                     \
		                                  .field = raw_fields,                             \
		                                  .count = (nargs),                                \
		                                  .ret = K_INT,                                    \
		                                  .raw = 1,                                        \
		                                  .wide = ABI_WIDE};                               \
		return &d;                                                                         \
	}

static const struct sys_field raw_fields[6] = {
	{.name = "arg1", .kind = K_HEX, .width = ABI_WIDE, .off = 0},
	{.name = "arg2", .kind = K_HEX, .width = ABI_WIDE, .off = 8},
	{.name = "arg3", .kind = K_HEX, .width = ABI_WIDE, .off = 16},
	{.name = "arg4", .kind = K_HEX, .width = ABI_WIDE, .off = 24},
	{.name = "arg5", .kind = K_HEX, .width = ABI_WIDE, .off = 32},
	{.name = "arg6", .kind = K_HEX, .width = ABI_WIDE, .off = 40},
};

#define ENTRY COMMON
#include "syscalls.def"
#ifdef ABI_SYSCALLS
#undef ENTRY
#define ENTRY OWN
#include ABI_SYSCALLS
#endif
#undef ENTRY
#undef SYS
#undef SYSC
#undef SYS_NAMED
#undef SYS_INDIRECT
#undef SYS_LIKE
#undef SYS0
#undef SYS_RAW

/* A variant's result is said as its call's (K_NONE) unless it has one of its own: CASER. */
#define CASES(nm, sel, mask, ...) __VA_ARGS__
#define SUBCASES(nm, label, sel, mask, ...) __VA_ARGS__
#define CASE_WITH(nm, lbl, name, fields, ...)                                                      \
	DESCRIBE(ENTRY(desc_, nm##_##lbl), struct ENTRY(case_, nm##_##lbl), name, GROUP(fields),   \
	         .base = ENTRY(desc_, nm), ##__VA_ARGS__)
#define CASE(nm, lbl, val, ...) CASE_WITH(nm, lbl, #nm, GROUP(__VA_ARGS__))
#define CASEC(nm, lbl, val, ...)                                                                   \
	CASE_WITH(nm, lbl, #nm, GROUP(__VA_ARGS__), .cases = &ENTRY(select_, nm##_##lbl))
#define CASER(nm, lbl, val, kind, ...)                                                             \
	CASE_WITH(nm, lbl, #nm, GROUP(__VA_ARGS__), .ret = (kind))
#define CASE_SAID(nm, lbl, val, as, kind, ...)                                                     \
	CASE_WITH(nm, lbl, #as, GROUP(__VA_ARGS__), .ret = (kind), .said = 1)
#define CASEC_SAID(nm, lbl, val, as, kind, ...)                                                    \
	CASE_WITH(nm, lbl, #as, GROUP(__VA_ARGS__), .ret = (kind), .said = 1,                      \
	          .cases = &ENTRY(select_, nm##_##lbl))
#define CASE_INDIRECT(nm, lbl, val, call, ...)                                                     \
	CASE_WITH(nm, lbl, #nm, GROUP(__VA_ARGS__), .indirect = desc_##call)
#define ENTRY COMMON
#include "cases.def"
#ifdef ABI_CASES
#undef ENTRY
#define ENTRY OWN
#include ABI_CASES
#endif
#undef ENTRY
#undef CASES
#undef SUBCASES
#undef CASE
#undef CASEC
#undef CASER
#undef CASE_SAID
#undef CASEC_SAID
#undef CASE_INDIRECT
#undef SYS_WITH
#undef CASE_WITH
#include "fields_undef.h"

/* ---- the numbers ---- */
#define NR(number, nm)     [number] = desc_##nm,
#define NR_OWN(number, nm) [number] = desc_own_##nm,
static sys_desc_fn *const by_number[] = {
#include ABI_NUMBERS
};
#undef NR
#undef NR_OWN

#endif
