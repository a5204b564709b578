/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pass 2 of describe.h: what the vocabulary means for a description. BASE is the
 * layout that the field belongs to.
 */
#define FIELD(n, k, w, ...) \
	{.name = #n, .kind = (k), .width = (w), .off = offsetof(BASE, n), ##__VA_ARGS__},
#define LENGTH(how, l) .len = (how), .len_off = offsetof(BASE, l)
#define CONSTANT(c)    .len = LEN_CONST, .len_const = (c)
#define BY_VALUE(n)    .size = sizeof(((BASE *)NULL)->n)

/* Modifiers, after the field's own words. */
#define WHEN(l, mask) .if_off = offsetof(BASE, l), .if_mask = (mask)
#define WHEN_EQ(l, mask, value) \
	.if_off = offsetof(BASE, l), .if_mask = (mask), .if_equal = 1, .if_value = (value)
#define UNLESS_EQ(l, mask, value) \
	.if_off = offsetof(BASE, l), .if_mask = (mask), .if_equal = 2, .if_value = (value)
#define DETAIL        .detail = 1
#define BRIEF         .detail = 2
#define DATED         .dated = 1
#define ORDER(o)      .order = (o)
#define BEFORE        .told = TOLD_BEFORE
#define AFTER         .told = TOLD_AFTER
#define BEHIND        .told = TOLD_BEHIND
#define ELSEWHERE     .told = TOLD_ELSEWHERE
#define HIGH(l)       .high_off1 = offsetof(BASE, l) + 1
#define LEAST(c)      .least = (c)
#define ON_ERROR      .on_error = 1
#define ON_ERRNO(e)   .on_error = (e)
#define ONLY_ON_ERRNO(e) .on_error = -(e)
#define ALL_OR_NONE   .by_ret = 2
#define LESS(c)       .len_const = (c)
#define ON_STACK(c)   .place = PLACE_STACK, .len_const = (c)
#define WAY_OF(l)     .ask = ASK_WRITABLE, .ask_off = offsetof(BASE, l)
#define DISCARDED_BY(l) .ask = ASK_DISCARDS, .ask_off = offsetof(BASE, l)
#define BY_RET        .by_ret = 1
#define DIR(d)        .dir = (d)
#define EXTRA(c)      .len_extra = (c)
#define AT(c)         .len_const = (c)
#define RET_FROM(l)   .ret_off1 = offsetof(BASE, l) + 1
#define AS(k)         .kind = (k)
#define IS_RESULT     .result = 1
#define TIMES(c)      .len = LEN_PRODUCT, .len_const = (c)
#define IN_BYTES      .len = LEN_WHOLE
#define VARIES        .again = AGAIN_OTHER
#define VARIES_IN_DIRECTORIES .again = AGAIN_OTHER_DIRECTORY
#define NUMBER_COUNTS .again = AGAIN_NUMBER
#define IS_PATH       .again = AGAIN_PATH
#define IS_TEXT       .again = AGAIN_TEXT

#define I8(n, ...) FIELD(n, K_INT, 1, ##__VA_ARGS__)
#define U8(n, ...) FIELD(n, K_UINT, 1, ##__VA_ARGS__)
#define X8(n, ...) FIELD(n, K_HEX, 1, ##__VA_ARGS__)
#define I16(n, ...) FIELD(n, K_INT, 2, ##__VA_ARGS__)
#define U16(n, ...) FIELD(n, K_UINT, 2, ##__VA_ARGS__)
#define X16(n, ...) FIELD(n, K_HEX, 2, ##__VA_ARGS__)
#define I32(n, ...) FIELD(n, K_INT, 4, ##__VA_ARGS__)
#define U32(n, ...) FIELD(n, K_UINT, 4, ##__VA_ARGS__)
#define X32(n, ...) FIELD(n, K_HEX, 4, ##__VA_ARGS__)
#define I64(n, ...) FIELD(n, K_INT, 8, ##__VA_ARGS__)
#define U64(n, ...) FIELD(n, K_UINT, 8, ##__VA_ARGS__)
#define X64(n, ...) FIELD(n, K_HEX, 8, ##__VA_ARGS__)
#define LONG(n, ...) FIELD(n, K_INT, ABI_WIDE, ##__VA_ARGS__)
#define ULONG(n, ...) FIELD(n, K_UINT, ABI_WIDE, ##__VA_ARGS__)
#define XLONG(n, ...) FIELD(n, K_HEX, ABI_WIDE, ##__VA_ARGS__)
#define PTR_RAW(n, ...) FIELD(n, K_ADDR, ABI_WIDE, ##__VA_ARGS__)
#define FD(n, ...) FIELD(n, K_FD, 4, ##__VA_ARGS__)
#define ATFD(n, ...) FIELD(n, K_ATFD, 4, ##__VA_ARGS__)
#define FD64(n, ...) FIELD(n, K_FD, 8, ##__VA_ARGS__)
#define PID(n, ...) FIELD(n, K_PID, 4, ##__VA_ARGS__)
#define UID(n, ...) FIELD(n, K_UID, 4, ##__VA_ARGS__)
#define OCT16(n, ...) FIELD(n, K_OCT, 2, ##__VA_ARGS__)
#define OCT32(n, ...) FIELD(n, K_OCT, 4, ##__VA_ARGS__)
#define FLAGS64_PACKED(n, fs, ...) FIELD(n, K_FLAGS, 8, .flags = &sys_flags_##fs, ##__VA_ARGS__)
#define ARG_IOC(n, l, ...) \
	FIELD(n, K_HEX, ABI_WIDE, .mem = MEM_BYTES, .dir = INOUT, LENGTH(LEN_IOC, l), ##__VA_ARGS__)
#define OCT64(n, ...) FIELD(n, K_OCT, 8, ##__VA_ARGS__)
#define MODE16(n, ...) FIELD(n, K_MODE, 2, ##__VA_ARGS__)
#define MODE32(n, ...) FIELD(n, K_MODE, 4, ##__VA_ARGS__)
#define DEV(n, ...) FIELD(n, K_DEV, 4, ##__VA_ARGS__)
#define DEV64(n, ...) FIELD(n, K_DEV, 8, ##__VA_ARGS__)
#define DEVLONG(n, ...) FIELD(n, K_DEV, ABI_WIDE, ##__VA_ARGS__)
#define TIME(n, ...) FIELD(n, K_TIME, ABI_WIDE, ##__VA_ARGS__)
#define TIME_NS(n, l, ...) FIELD(n, K_TIME, ABI_WIDE, LENGTH(LEN_FIELD, l), ##__VA_ARGS__)
#define SIGNAL(n, ...) FIELD(n, K_SIGNAL, 4, ##__VA_ARGS__)
#define SIGNAL64(n, ...) FIELD(n, K_SIGNAL, 8, ##__VA_ARGS__)
#define HANDLER(n, ...) FIELD(n, K_HANDLER, ABI_WIDE, ##__VA_ARGS__)
#define WSTATUS(n, ...) FIELD(n, K_WSTATUS, 4, ##__VA_ARGS__)
#define PORT(n, ...) FIELD(n, K_PORT, 2, ##__VA_ARGS__)
#define IPV4(n, ...) FIELD(n, K_IPV4, 4, ##__VA_ARGS__)
#define RLIMIT(n, ...) FIELD(n, K_RLIMIT, ABI_WIDE, ##__VA_ARGS__)
#define RLIMIT64(n, ...) FIELD(n, K_RLIMIT, 8, ##__VA_ARGS__)
#define EPOLL_DATA(n, ...) FIELD(n, K_EPOLL_DATA, 8, ##__VA_ARGS__)
#define SIGVAL(n, ...) FIELD(n, K_SIGVAL, ABI_WIDE, ##__VA_ARGS__)
#define TICKS(n, ...) FIELD(n, K_TICKS, ABI_WIDE, ##__VA_ARGS__)
#define ETHERTYPE(n, ...) FIELD(n, K_ETHERTYPE, 2, ##__VA_ARGS__)
#define CHAR8(n, ...) FIELD(n, K_CHAR, 1, ##__VA_ARGS__)
#define UID16(n, ...) FIELD(n, K_UID, 2, ##__VA_ARGS__)
#define DEV16(n, ...) FIELD(n, K_DEV, 2, ##__VA_ARGS__)
#define TIME64(n, ...) FIELD(n, K_TIME, 8, ##__VA_ARGS__)
#define PAGES(n, ...) FIELD(n, K_PAGES, ABI_WIDE, ##__VA_ARGS__)
#define SIGMASK(n, ...) FIELD(n, K_SIGSET, ABI_WIDE, ##__VA_ARGS__)
#define BITS(n, l, from, count, ...) \
	{.name = #n, .kind = K_UINT, .width = 4, .off = offsetof(BASE, l), .shift = (from), .bits = (count), ##__VA_ARGS__},
#if ABI_WIDE == 4
#define HALVES .split = LOW_FIRST
#else
#define HALVES .split = WHOLE
#endif
#define I64_SPLIT(n, ...) FIELD(n, K_INT, 8, HALVES, ##__VA_ARGS__)
#define U64_SPLIT(n, ...) FIELD(n, K_UINT, 8, HALVES, ##__VA_ARGS__)
#define X64_SPLIT(n, ...) FIELD(n, K_HEX, 8, HALVES, ##__VA_ARGS__)
#define FLAGS64_SPLIT(n, fs, ...) FIELD(n, K_FLAGS, 8, HALVES, .flags = &sys_flags_##fs, ##__VA_ARGS__)
#define I64_PAIR(n, ...) FIELD(n, K_INT, 8, HALVES, ##__VA_ARGS__)
#define I64_HIGH_LOW(n, ...) FIELD(n, K_INT, 8, .split = HIGH_FIRST, ##__VA_ARGS__)
#define FLAGS8(n, fs, ...) FIELD(n, K_FLAGS, 1, .flags = &sys_flags_##fs, ##__VA_ARGS__)
#define ENUM8(n, fs, ...) FIELD(n, K_ENUM, 1, .flags = &sys_flags_##fs, ##__VA_ARGS__)
#define FLAGS16(n, fs, ...) FIELD(n, K_FLAGS, 2, .flags = &sys_flags_##fs, ##__VA_ARGS__)
#define ENUM16(n, fs, ...) FIELD(n, K_ENUM, 2, .flags = &sys_flags_##fs, ##__VA_ARGS__)
#define FLAGS32(n, fs, ...) FIELD(n, K_FLAGS, 4, .flags = &sys_flags_##fs, ##__VA_ARGS__)
#define ENUM32(n, fs, ...) FIELD(n, K_ENUM, 4, .flags = &sys_flags_##fs, ##__VA_ARGS__)
#define FLAGS64(n, fs, ...) FIELD(n, K_FLAGS, 8, .flags = &sys_flags_##fs, ##__VA_ARGS__)
#define ENUM64(n, fs, ...) FIELD(n, K_ENUM, 8, .flags = &sys_flags_##fs, ##__VA_ARGS__)
#define FLAGSLONG(n, fs, ...) FIELD(n, K_FLAGS, ABI_WIDE, .flags = &sys_flags_##fs, ##__VA_ARGS__)
#define ENUMLONG(n, fs, ...) FIELD(n, K_ENUM, ABI_WIDE, .flags = &sys_flags_##fs, ##__VA_ARGS__)

#define STR(n, ...) \
	FIELD(n, K_STR, ABI_WIDE, .mem = MEM_STRING, .dir = IN, ##__VA_ARGS__)
#define PATH(n, ...) \
	FIELD(n, K_PATH, ABI_WIDE, .mem = MEM_STRING, .dir = IN, ##__VA_ARGS__)
#define STRV(n, ...) \
	FIELD(n, K_STRV, ABI_WIDE, .mem = MEM_STRINGS, .dir = IN, ##__VA_ARGS__)
#define ENVP(n, ...) \
	FIELD(n, K_ENVP, ABI_WIDE, .mem = MEM_STRINGS, .dir = IN, ##__VA_ARGS__)
#define STR_OUT(n, l, ...) \
	FIELD(n, K_STR, ABI_WIDE, .mem = MEM_STRING, .dir = OUT, LENGTH(LEN_FIELD, l), ##__VA_ARGS__)
#define STR_ASKED(n, q, l, t, c, ...) \
	FIELD(n, K_STR, ABI_WIDE, .mem = MEM_STRING, .dir = OUT, .sizes = &sizes_##t, .len = LEN_ASKED, .len_const = (c), .ask = (q), .ask_off = offsetof(BASE, l), ##__VA_ARGS__)
#define BUF(n, d, l, ...) \
	FIELD(n, K_BUF, ABI_WIDE, .mem = MEM_BYTES, .dir = (d), LENGTH(LEN_FIELD, l), ##__VA_ARGS__)
#define BUF_RET(n, l, ...) \
	FIELD(n, K_BUF, ABI_WIDE, .mem = MEM_BYTES, .dir = OUT, .by_ret = 1, LENGTH(LEN_FIELD, l), ##__VA_ARGS__)
#define BUF_DEREF(n, d, l, ...) \
	FIELD(n, K_BUF, ABI_WIDE, .mem = MEM_BYTES, .dir = (d), LENGTH(LEN_DEREF, l), ##__VA_ARGS__)
#define BUF_CONST(n, d, c, ...) \
	FIELD(n, K_BUF, ABI_WIDE, .mem = MEM_BYTES, .dir = (d), CONSTANT(c), ##__VA_ARGS__)
#define BYTES_AS(n, k, d, l, ...) \
	FIELD(n, (k), ABI_WIDE, .mem = MEM_BYTES, .dir = (d), LENGTH(LEN_FIELD, l), ##__VA_ARGS__)
#define BYTES_RET_AS(n, k, l, ...) \
	FIELD(n, (k), ABI_WIDE, .mem = MEM_BYTES, .dir = OUT, .by_ret = 1, LENGTH(LEN_FIELD, l), ##__VA_ARGS__)
#define BYTES_CONST_AS(n, k, d, c, ...) \
	FIELD(n, (k), ABI_WIDE, .mem = MEM_BYTES, .dir = (d), CONSTANT(c), ##__VA_ARGS__)
#define BYTES_BITS_AS(n, k, d, l, ...) \
	FIELD(n, (k), ABI_WIDE, .mem = MEM_BYTES, .dir = (d), LENGTH(LEN_BITS, l), ##__VA_ARGS__)
#define BYTES_PAGES_AS(n, k, d, l, ...) \
	FIELD(n, (k), ABI_WIDE, .mem = MEM_BYTES, .dir = (d), LENGTH(LEN_PAGES, l), ##__VA_ARGS__)
#define BYTES_DEREF_AS(n, k, d, l, ...) \
	FIELD(n, (k), ABI_WIDE, .mem = MEM_BYTES, .dir = (d), LENGTH(LEN_DEREF, l), ##__VA_ARGS__)
#define PTR(n, d, s, ...) \
	FIELD(n, K_STRUCT, ABI_WIDE, .mem = MEM_STRUCT, .dir = (d), .of = desc_struct_##s, ##__VA_ARGS__)
#define PTR_N(n, d, s, l, ...) \
	FIELD(n, K_STRUCT, ABI_WIDE, .mem = MEM_STRUCT, .dir = (d), .of = desc_struct_##s, LENGTH(LEN_FIELD, l), ##__VA_ARGS__)
#define PTR_DEREF(n, d, s, l, ...) \
	FIELD(n, K_STRUCT, ABI_WIDE, .mem = MEM_STRUCT, .dir = (d), .of = desc_struct_##s, LENGTH(LEN_DEREF, l), ##__VA_ARGS__)
#define PTR_SELF(n, d, s, ...) \
	FIELD(n, K_STRUCT, ABI_WIDE, .mem = MEM_STRUCT, .dir = (d), .of = desc_struct_##s, .len = LEN_SELF, ##__VA_ARGS__)
#define PTR_SIZES(n, d, s, l, t, ...) \
	FIELD(n, K_STRUCT, ABI_WIDE, .mem = MEM_STRUCT, .dir = (d), .of = desc_struct_##s, .sizes = &sizes_##t, LENGTH(LEN_SIZES, l), ##__VA_ARGS__)
#define ARRAY(n, d, s, l, ...) \
	FIELD(n, K_ARRAY, ABI_WIDE, .mem = MEM_ARRAY, .dir = (d), .of = desc_struct_##s, LENGTH(LEN_FIELD, l), ##__VA_ARGS__)
#define ARRAY_RET(n, s, l, ...) \
	FIELD(n, K_ARRAY, ABI_WIDE, .mem = MEM_ARRAY, .dir = OUT, .by_ret = 1, .of = desc_struct_##s, LENGTH(LEN_FIELD, l), ##__VA_ARGS__)
#define ARRAY_CONST(n, d, s, c, ...) \
	FIELD(n, K_ARRAY, ABI_WIDE, .mem = MEM_ARRAY, .dir = (d), .of = desc_struct_##s, CONSTANT(c), ##__VA_ARGS__)
#define ARRAY_ASKED(n, d, s, q, l, ...) \
	FIELD(n, K_ARRAY, ABI_WIDE, .mem = MEM_ARRAY, .dir = (d), .of = desc_struct_##s, .len = LEN_ASKED, .ask = (q), .ask_off = offsetof(BASE, l), ##__VA_ARGS__)
#define BYTES_BEHIND(n, k, d, l, ...) \
	FIELD(n, (k), 0, .mem = MEM_BYTES, .place = PLACE_BEHIND, .dir = (d), LENGTH(LEN_FIELD, l), ##__VA_ARGS__)
#define ARRAY_BEHIND(n, d, s, l, ...) \
	FIELD(n, K_ARRAY, 0, .mem = MEM_ARRAY, .place = PLACE_BEHIND, .dir = (d), .of = desc_struct_##s, LENGTH(LEN_FIELD, l), ##__VA_ARGS__)
#define IOV(n, d, l, ...) \
	FIELD(n, K_IOV, ABI_WIDE, .mem = MEM_IOV, .dir = (d), .by_ret = 1, .of = desc_struct_iovec, LENGTH(LEN_FIELD, l), ##__VA_ARGS__)
#define SOCKADDR(n, d, l, ...) \
	FIELD(n, K_SOCKADDR, ABI_WIDE, .mem = MEM_BYTES, .dir = (d), LENGTH(LEN_FIELD, l), ##__VA_ARGS__)
#define SOCKADDR_DEREF(n, d, l, ...) \
	FIELD(n, K_SOCKADDR, ABI_WIDE, .mem = MEM_BYTES, .dir = (d), LENGTH(LEN_DEREF, l), ##__VA_ARGS__)

#define CHARS(n, c, ...) FIELD(n, K_CHARS, 0, BY_VALUE(n), ##__VA_ARGS__)
#define BYTES(n, c, ...) FIELD(n, K_BYTES, 0, BY_VALUE(n), ##__VA_ARGS__)
#define IPV6(n, ...) FIELD(n, K_IPV6, 0, BY_VALUE(n), ##__VA_ARGS__)
#define BYTES_KIND(n, k, c, ...) FIELD(n, k, 0, BY_VALUE(n), ##__VA_ARGS__)
#define PAD(n, c)
#define PAD_ARG(n)
#define EMBED(n, s, ...) FIELD(n, K_EMBED, 0, BY_VALUE(n), .of = desc_struct_##s, ##__VA_ARGS__)
#define EMBEDS(n, s, c, ...) FIELD(n, K_EMBEDS, 0, BY_VALUE(n), .of = desc_struct_##s, ##__VA_ARGS__)
