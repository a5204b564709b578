/* SPDX-License-Identifier: Apache-2.0 */
/*
 * process_vm_readv() stops at the first byte that it cannot read, whichever range
 * that is in, and reports how many bytes came before. So a short result tells which
 * range is broken and where; the ranges behind it are asked for again.
 */
#include "mem.h"

#include "base/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/uio.h>
#include <unistd.h>

enum { VECTOR = 256, PAGEMAP_BATCH = 512 };

/* Hands out @bytes over the ranges in order; returns how many ranges are whole. */
static size_t deal_out(struct tracee_range *ranges, size_t count, size_t bytes)
{
	size_t i = 0;

	while (i < count && bytes >= ranges[i].want) {
		ranges[i].got = ranges[i].want;
		bytes -= ranges[i].want;
		i++;
	}
	if (i < count)
		ranges[i].got = bytes;
	return i;
}

static ssize_t read_vector(pid_t tid, const struct tracee_range *ranges, size_t count)
{
	struct iovec local[VECTOR], remote[VECTOR];

	for (size_t i = 0; i < count; i++) {
		local[i] = (struct iovec){ranges[i].data, ranges[i].want};
		remote[i] = (struct iovec){(void *)(uintptr_t)ranges[i].address, ranges[i].want};
	}
	return process_vm_readv(tid, local, count, remote, count, 0);
}

static size_t read_through_file(int fd, uint64_t address, void *data, size_t want)
{
	size_t got = 0;

	/* Addresses over OFF_MAX are no user memory on any architecture. */
	while (got < want && address <= (uint64_t)INT64_MAX - want) {
		ssize_t n = pread(fd, (char *)data + got, want - got, (off_t)(address + got));

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		got += (size_t)n;
	}
	return got;
}

static void read_by_file(pid_t tid, struct tracee_range *ranges, size_t count)
{
	char path[40];
	cleanup_close int fd = -1;

	snprintf(path, sizeof(path), "/proc/%d/mem", (int)tid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	for (size_t i = 0; i < count; i++) {
		ranges[i].got = fd < 0 ? 0
				       : read_through_file(fd, ranges[i].address, ranges[i].data,
							   ranges[i].want);
	}
}

void tracee_mem_read(pid_t tid, struct tracee_range *ranges, size_t count)
{
	size_t done = 0;

	while (done < count) {
		size_t step = count - done < VECTOR ? count - done : VECTOR;
		ssize_t n = read_vector(tid, ranges + done, step);
		size_t whole;

		if (n < 0 && (errno == EPERM || errno == ENOSYS || errno == EACCES)) {
			read_by_file(tid, ranges + done, count - done);
			return;
		}
		whole = deal_out(ranges + done, step, n < 0 ? 0 : (size_t)n);
		/* The range after the whole ones broke the transfer: it keeps what it got. */
		done += whole < step ? whole + 1 : whole;
	}
}

/* How many bytes from @address on are in pages that are there, @want at most; proc_pid_pagemap(5).
 */
static size_t present(int pagemap, uint64_t address, size_t want)
{
	const uint64_t there = UINT64_C(1) << 63, page = (uint64_t)sysconf(_SC_PAGESIZE);
	uint64_t entries[PAGEMAP_BATCH], at = address, end = address + want;

	if (end < address)
		end = UINT64_MAX;
	while (at < end) {
		uint64_t pages = (end - 1) / page - at / page + 1;
		size_t n = pages < PAGEMAP_BATCH ? (size_t)pages : PAGEMAP_BATCH;
		ssize_t got = pread(pagemap, entries, n * sizeof(*entries),
				    (off_t)(at / page * sizeof(*entries)));

		for (size_t i = 0; i < n; i++) {
			if (got < (ssize_t)((i + 1) * sizeof(*entries)) || !(entries[i] & there))
				return (size_t)(at - address);
			at = (at / page + 1) * page;
		}
	}
	return want;
}

void tracee_mem_read_present(pid_t tid, struct tracee_range *ranges, size_t count)
{
	char path[40];
	cleanup_close int pagemap = -1;

	snprintf(path, sizeof(path), "/proc/%d/pagemap", (int)tid);
	pagemap = open(path, O_RDONLY | O_CLOEXEC);
	for (size_t i = 0; i < count; i++) {
		struct tracee_range part = ranges[i];

		part.want = pagemap < 0 ? 0 : present(pagemap, part.address, part.want);
		part.got = 0;
		if (part.want)
			tracee_mem_read(tid, &part, 1);
		ranges[i].got = part.got;
	}
}
