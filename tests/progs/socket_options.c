// SPDX-License-Identifier: Apache-2.0
// Options of all levels, with values of many lengths, of no socket.
#include "expect.h"

#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>

enum { PAGE = 4096 };

static void set(char *page, int level, int number, int size)
{
	static const char bytes[16] = {1, 0, 0, 0, 2, 0, 0, 0, 3};
	size_t there = size < 0 ? 4 : (size_t)size;
	char *at = page + PAGE - there;

	memcpy(at, bytes, there);
	require(setsockopt(-1, level, number, at, (socklen_t)size) == -1);
}

// A name is shown for each, but the few are left out that are told better than strace does, or
// that are younger than strace 6.1.
static int is_left_out(int level, int number)
{
	static const struct {
		int level, number;
	} out[] = {{1, 20}, {1, 21}, {1, 25}, {1, 54}, {1, 58}, {1, 66}, {1, 67}, {6, 13}, {6, 31}};

	for (size_t i = 0; i < sizeof(out) / sizeof(out[0]); i++) {
		if (out[i].level == level && out[i].number == number)
			return 1;
	}
	return 0;
}

int main(void)
{
	static const struct {
		int level, count;
	} levels[] = {{0, 51},   {1, 76},  {6, 38},   {17, 8},   {40, 9},   {41, 80},  {132, 38},
		      {255, 4},  {256, 4}, {257, 26}, {263, 24}, {266, 13}, {268, 12}, {269, 19},
		      {270, 14}, {272, 8}, {273, 7},  {274, 15}, {275, 6},  {276, 12}, {279, 8},
		      {280, 6},  {281, 3}, {282, 4},  {283, 10}, {299, 2}};
	static const int sizes[] = {4, 8, 0, 1, 2, 5, -1};
	char *page =
		mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	require(page != MAP_FAILED && munmap(page + PAGE, PAGE) == 0);
	for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++) {
		for (int number = 0; number < levels[i].count; number++) {
			for (size_t k = 0; k < sizeof(sizes) / sizeof(sizes[0]); k++) {
				// Of the filter's types less than all are never told.
				if (!is_left_out(levels[i].level, number) &&
				    (levels[i].level != 255 || sizes[k] >= 4))
					set(page, levels[i].level, number, sizes[k]);
			}
		}
	}
	EXPECT("setsockopt(-1, SOL_SOCKET, SO_DEBUG, [1], 5) = -1 EBADF (Bad file descriptor)");
	expect_flush();
	return 0;
}
