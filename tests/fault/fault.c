/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Put in front of the C library by LD_PRELOAD: makes one allocation fail, or calls that
 * move bytes be interrupted and short. What is asked for is in the environment:
 *
 *   FAULT_STATE=FILE  sixteen bytes: how many allocations, and how many moves there were
 *                     (without it nobody is told)
 *   FAULT_ALLOC=N     the N-th allocation fails (0: none, they are only counted)
 *   FAULT_MOVE=K      every K-th read or write is disturbed …
 *   FAULT_HOW=HOW     … so: "eintr", "one" (a byte), or "half" of them
 *
 * It takes all of these and LD_PRELOAD out of the environment before main() begins, so
 * that what the program executes is left alone.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

enum how { HOW_EINTR, HOW_ONE, HOW_HALF };

/* Of the file, so that it is there when the program has been killed. */
struct state {
	atomic_uint_least64_t allocations, moves;
};

static struct state untold, *state;
static uint64_t fails_at, every;
static enum how how;

#define NEXT(name)                                                                                 \
	({                                                                                         \
		static typeof(&(name)) next_;                                                      \
		if (!next_)                                                                        \
			next_ = (typeof(&(name)))dlsym(RTLD_NEXT, #name);                          \
		next_;                                                                             \
	})

static uint64_t number(const char *name)
{
	const char *text = getenv(name);

	return text ? strtoull(text, NULL, 10) : 0;
}

__attribute__((constructor)) static void begin(void)
{
	static const char *const names[] = {"FAULT_STATE", "FAULT_ALLOC", "FAULT_MOVE", "FAULT_HOW",
					    "LD_PRELOAD"};
	const char *path = getenv("FAULT_STATE"), *word = getenv("FAULT_HOW");
	int fd = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
	void *place = MAP_FAILED;

	fails_at = number("FAULT_ALLOC");
	every = number("FAULT_MOVE");
	if (word)
		how = !strcmp(word, "one") ? HOW_ONE : !strcmp(word, "half") ? HOW_HALF : HOW_EINTR;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		unsetenv(names[i]);
	if (fd >= 0) {
		place = mmap(NULL, sizeof(*state), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
		close(fd);
	}
	if (place != MAP_FAILED)
		state = place;
	else if (!path && every)
		state = &untold;
}

/* ---- allocations ---- */

static int fails(void)
{
	if (!state || atomic_fetch_add(&state->allocations, 1) + 1 != fails_at)
		return 0;
	errno = ENOMEM;
	return 1;
}

void *malloc(size_t size)
{
	return fails() ? NULL : NEXT(malloc)(size);
}

void *calloc(size_t count, size_t size)
{
	return fails() ? NULL : NEXT(calloc)(count, size);
}

void *realloc(void *old, size_t size)
{
	return fails() ? NULL : NEXT(realloc)(old, size);
}

void *reallocarray(void *old, size_t count, size_t size)
{
	size_t bytes;

	if (__builtin_mul_overflow(count, size, &bytes)) {
		errno = ENOMEM;
		return NULL;
	}
	return realloc(old, bytes);
}

int posix_memalign(void **ret, size_t alignment, size_t size)
{
	return fails() ? ENOMEM : NEXT(posix_memalign)(ret, alignment, size);
}

void *aligned_alloc(size_t alignment, size_t size)
{
	return fails() ? NULL : NEXT(aligned_alloc)(alignment, size);
}

/* ---- moves of bytes ---- */

/* How many of @size bytes may be moved now; -1: none, with errno. */
static ssize_t allowed(size_t size)
{
	if (!state || !every || (atomic_fetch_add(&state->moves, 1) + 1) % every)
		return (ssize_t)size;
	if (how == HOW_EINTR) {
		errno = EINTR;
		return -1;
	}
	if (size < 2)
		return (ssize_t)size;
	return how == HOW_ONE ? 1 : (ssize_t)(size / 2);
}

ssize_t read(int fd, void *data, size_t size)
{
	ssize_t n = allowed(size);

	return n < 0 ? n : NEXT(read)(fd, data, (size_t)n);
}

ssize_t write(int fd, const void *data, size_t size)
{
	ssize_t n = allowed(size);

	return n < 0 ? n : NEXT(write)(fd, data, (size_t)n);
}

ssize_t pread(int fd, void *data, size_t size, off_t offset)
{
	ssize_t n = allowed(size);

	return n < 0 ? n : NEXT(pread)(fd, data, (size_t)n, offset);
}

ssize_t pread64(int fd, void *data, size_t size, off64_t offset)
{
	return pread(fd, data, size, offset);
}

ssize_t pwrite(int fd, const void *data, size_t size, off_t offset)
{
	ssize_t n = allowed(size);

	return n < 0 ? n : NEXT(pwrite)(fd, data, (size_t)n, offset);
}

ssize_t pwrite64(int fd, const void *data, size_t size, off64_t offset)
{
	return pwrite(fd, data, size, offset);
}

static ssize_t moved_first(const struct iovec *iov, int count,
			   ssize_t (*move)(int, const struct iovec *), int fd)
{
	while (count > 1 && !iov->iov_len)
		iov++, count--;
	return move(fd, iov);
}

static ssize_t read_one(int fd, const struct iovec *iov)
{
	return read(fd, iov->iov_base, iov->iov_len);
}

static ssize_t write_one(int fd, const struct iovec *iov)
{
	return write(fd, iov->iov_base, iov->iov_len);
}

/* Short as they may be: the first part at most. */
ssize_t readv(int fd, const struct iovec *iov, int count)
{
	return every ? moved_first(iov, count, read_one, fd) : NEXT(readv)(fd, iov, count);
}

ssize_t writev(int fd, const struct iovec *iov, int count)
{
	return every ? moved_first(iov, count, write_one, fd) : NEXT(writev)(fd, iov, count);
}
