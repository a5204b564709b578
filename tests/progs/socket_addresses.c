// SPDX-License-Identifier: Apache-2.0
// Addresses of all families and of many lengths, which nobody takes because there is no socket;
// and sockets of all families, which there are none of because of their type.
#include "expect.h"

#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>

enum { FAMILIES = 46, LONGEST = 128, PAGE = 4096, NO_TYPE = 77 };

// At the end of a page, so that whoever reads on is seen.
static void take(char *page, const unsigned char *bytes, size_t size)
{
	char *at = page + PAGE - size;

	memcpy(at, bytes, size);
	require(bind(-1, (struct sockaddr *)at, (socklen_t)size) == -1);
}

static void take_all(char *page, int family, int pattern)
{
	static const size_t more[] = {72, 88, 96, 110, LONGEST};
	unsigned char bytes[LONGEST];

	for (int i = 0; i < LONGEST; i++)
		bytes[i] = pattern == 1 ? (unsigned char)i : pattern == 2 ? i % 4 == 0 : 0;
	bytes[0] = (unsigned char)family;
	bytes[1] = 0;
	for (size_t size = 0; size < 40; size++)
		take(page, bytes, size);
	for (size_t i = 0; i < sizeof(more) / sizeof(more[0]); i++)
		take(page, bytes, more[i]);
}

static void no_sockets(void)
{
	static const int families[] = {1, 2, 10, 16, 29, 31, 34, 35, 37, 39, 40, 41, 43, 44};
	static const int ethernet[] = {0, 0x300, 0x8, 0x608, 0xdd86, 0x81, 0x6, 0xcc88};
	static const int types[] = {0x80f, 0x80001, 0x80801, 0x8080f, 0x800, 0x80000, -1, 0x10001};

	for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++) {
		for (int protocol = 0; protocol < 8; protocol++)
			require(socket(families[i], NO_TYPE, protocol) == -1);
	}
	for (size_t i = 0; i < sizeof(ethernet) / sizeof(ethernet[0]); i++)
		require(socket(AF_PACKET, NO_TYPE, ethernet[i]) == -1);
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		require(socket(FAMILIES + NO_TYPE, types[i], 0) == -1);
	require(socketpair(AF_INET, NO_TYPE, 6, NULL) == -1);
}

int main(void)
{
	char *page =
		mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	require(page != MAP_FAILED && munmap(page + PAGE, PAGE) == 0);
	for (int family = 0; family < FAMILIES; family++) {
		for (int pattern = 0; pattern < 3; pattern++)
			take_all(page, family, pattern);
	}
	no_sockets();
	EXPECT("bind(-1, {sa_family=AF_NFC, dev_idx=0, target_idx=0, nfc_protocol=0 /* "
	       "NFC_PROTO_?\?\? */}, 16) = -1 EBADF (Bad file descriptor)");
	expect_flush();
	return 0;
}
