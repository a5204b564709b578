/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs a fuzz target over files and over bytes of its own making, for compilers that
 * have no libFuzzer: every corpus file, each with many small changes. The changes are
 * the same in every run.
 *
 *   fuzz_NAME DIRECTORY|FILE…    of a directory the variants too, a file just once
 *
 * The input that is being run ends at an unmapped page, and is in ./fuzz_NAME.input when
 * the program was killed by it.
 */
#include "fuzz.h"

#include "base/buf.h"
#include "base/fileio.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#ifndef VARIANTS
#define VARIANTS 6000 /* of all files together */
#endif

enum {
	FILE_MAX = 1 << 20,
	RANDOM_ROUNDS = 500,
	RANDOM_SIZE = 4096,
	PAGE = 4096,
};

struct driver {
	uint8_t *end; /* of the place for inputs */
	int input;    /* a copy of the present one */
	size_t files, variants;
};

static uint32_t next(uint32_t *seed)
{
	*seed = *seed * 1664525u + 1013904223u;
	return *seed >> 8;
}

static int set_up(struct driver *d)
{
	char name[256];
	uint8_t *place = mmap(NULL, FILE_MAX + 2 * PAGE, PROT_READ | PROT_WRITE,
			      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (place == MAP_FAILED || mprotect(place + FILE_MAX + PAGE, PAGE, PROT_NONE) < 0)
		return -errno;
	d->end = place + FILE_MAX + PAGE;
	snprintf(name, sizeof(name), "%s.input", program_invocation_short_name);
	d->input = open(name, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	return d->input < 0 ? -errno : 0;
}

static void run(struct driver *d, const void *data, size_t size)
{
	uint8_t *at = d->end - size;

	if (ftruncate(d->input, 0) < 0 || pwrite(d->input, data, size, 0) != (ssize_t)size)
		perror("cannot keep the input");
	memcpy(at, data, size);
	fuzz_one(at, size);
}

static void change(struct buf *b, uint32_t *seed)
{
	static const char odd[] = {0, 1, 0x7f, (char)0x80, (char)0xff};
	size_t at = next(seed) % (b->size + 1);

	switch (next(seed) % 16) {
	case 0:
		buf_truncate(b, at);
		break;
	case 1:
		buf_char(b, odd[next(seed) % sizeof(odd)]);
		break;
	default:
		if (at < b->size)
			b->data[at] =
				next(seed) % 2 ? (char)next(seed) : odd[next(seed) % sizeof(odd)];
	}
}

static void run_variants(struct driver *d, const struct buf *original)
{
	struct buf changed = {0};
	uint32_t seed = 1;

	for (size_t i = 0; i < d->variants; i++) {
		buf_clear(&changed);
		buf_append(&changed, original->data, original->size);
		for (uint32_t n = 1 + next(&seed) % 8; n; n--)
			change(&changed, &seed);
		run(d, buf_text(&changed), changed.size);
	}
	buf_done(&changed);
}

static int run_file(struct driver *d, int dir, const char *name)
{
	struct buf original = {0};
	int r = fileio_slurp(dir, name, FILE_MAX, &original);

	if (r < 0) {
		fprintf(stderr, "cannot read '%s': %s\n", name, strerror(-r));
		return r;
	}
	run(d, buf_text(&original), original.size);
	run_variants(d, &original);
	d->files++;
	buf_done(&original);
	return 0;
}

static int is_input(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static int run_directory(struct driver *d, int dir, const char *path)
{
	struct dirent **entries;
	int n = scandirat(dir, ".", &entries, is_input, alphasort), r = 0;

	if (n <= 0) {
		fprintf(stderr, "no corpus in '%s'\n", path);
		return -ENOENT;
	}
	d->variants = VARIANTS / (size_t)n;
	for (int i = 0; i < n; i++) {
		r = r < 0 ? r : run_file(d, dir, entries[i]->d_name);
		free(entries[i]);
	}
	free(entries);
	return r;
}

static void run_random(struct driver *d)
{
	static uint8_t bytes[RANDOM_SIZE];
	uint32_t seed = 7;

	for (int i = 0; i < RANDOM_ROUNDS; i++) {
		size_t size = next(&seed) % sizeof(bytes);

		for (size_t k = 0; k < size; k++)
			bytes[k] = (uint8_t)next(&seed);
		run(d, bytes, size);
	}
}

static int run_path(struct driver *d, const char *path)
{
	int dir = open(path, O_DIRECTORY | O_RDONLY | O_CLOEXEC), r;

	if (dir < 0)
		return run_file(d, AT_FDCWD, path);
	r = run_directory(d, dir, path);
	close(dir);
	d->variants = 0;
	run_random(d);
	return r;
}

int main(int argc, char **argv)
{
	struct driver d = {0};

	if (set_up(&d) < 0) {
		perror("cannot begin");
		return 1;
	}
	for (int i = 1; i < argc; i++) {
		if (run_path(&d, argv[i]) < 0)
			return 1;
	}
	printf("%zu files\n", d.files);
	return d.files ? 0 : 1;
}
