/* SPDX-License-Identifier: Apache-2.0 */
/* Blocks as the pcapng draft has them, packets with the checksums of the RFCs. */
#include "replayer/export/pcap_blocks.h"

#include "base/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const struct endpoint here = {{10, 0, 0, 1}, 1024}, there = {{10, 0, 0, 2}, 53};
static const struct endpoint here_6 = {{0xfe, 0x80, [15] = 1}, 1024};

static uint32_t word(const struct buf *b, size_t at)
{
	uint32_t value;

	assert_true(at + 4 <= b->size);
	memcpy(&value, b->data + at, 4);
	return value;
}

/* A sum that includes its own checksum is all ones. */
static uint32_t ones(const uint8_t *at, size_t size, uint32_t so_far)
{
	for (size_t i = 0; i < size; i++)
		so_far += i % 2 ? at[i] : (uint32_t)at[i] << 8;
	while (so_far >> 16)
		so_far = (so_far & 0xffff) + (so_far >> 16);
	return so_far;
}

static void check_block(const struct buf *b, uint32_t type, size_t at)
{
	uint32_t size = word(b, at + 4);

	assert_int_equal(word(b, at), type);
	assert_int_equal(size % 4, 0);
	assert_int_equal(word(b, at + size - 4), size);
}

static void test_section(void **state)
{
	struct buf b = {0};

	(void)state;
	pcap_section(&b, "Linux", "tool", "odd");
	check_block(&b, 0x0a0d0d0a, 0);
	assert_int_equal(word(&b, 8), 0x1a2b3c4d);
	check_block(&b, 1, word(&b, 4));
	assert_int_equal(word(&b, 4) + word(&b, word(&b, 4) + 4), b.size);
	buf_done(&b);
}

static void test_udp(void **state)
{
	struct pcap_packet p = {.time = 0x100000002,
				.from = &here,
				.to = &there,
				.udp = true,
				.data = (const uint8_t *)"abc",
				.size = 3,
				.kept = 3,
				.comment = "five5"};
	struct buf b = {0};
	const uint8_t *ip;

	(void)state;
	pcap_put(&b, &p);
	check_block(&b, 6, 0);
	assert_int_equal(word(&b, 4), b.size);
	assert_int_equal(word(&b, 12), 1);
	assert_int_equal(word(&b, 16), 2);
	assert_int_equal(word(&b, 20), 31);
	assert_int_equal(word(&b, 24), 31);
	ip = (const uint8_t *)b.data + 28;
	assert_int_equal(ip[0], 0x45);
	assert_int_equal(ip[3], 31);
	assert_int_equal(ones(ip, 20, 0), 0xffff);
	assert_int_equal(ones(ip + 20, 11, ones(ip + 12, 8, 17 + 11)), 0xffff);
	buf_done(&b);
}

static void test_tcp_v6_cut(void **state)
{
	struct pcap_packet p = {.from = &here_6,
				.to = &here_6,
				.v6 = true,
				.flags = TCP_ACK,
				.seq = 0x01020304,
				.data = (const uint8_t *)"abc",
				.size = 1000,
				.kept = 3};
	struct buf b = {0};
	const uint8_t *ip;

	(void)state;
	pcap_put(&b, &p);
	assert_int_equal(word(&b, 20), 63);
	assert_int_equal(word(&b, 24), 1060);
	ip = (const uint8_t *)b.data + 28;
	assert_int_equal(ip[0], 0x60);
	assert_int_equal(ip[4] << 8 | ip[5], 1020);
	assert_memory_equal(ip + 44, "\1\2\3\4", 4);
	buf_done(&b);
}

static void test_syn_v6(void **state)
{
	struct pcap_packet p = {.from = &here_6, .to = &here_6, .v6 = true, .flags = TCP_SYN};
	struct buf b = {0};
	const uint8_t *ip;

	(void)state;
	pcap_put(&b, &p);
	ip = (const uint8_t *)b.data + 28;
	assert_int_equal(word(&b, 20), 40 + 28);
	assert_int_equal(ones(ip + 40, 28, ones(ip + 8, 32, 6 + 28)), 0xffff);
	buf_done(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_section),
		cmocka_unit_test(test_udp),
		cmocka_unit_test(test_tcp_v6_cut),
		cmocka_unit_test(test_syn_v6),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
