/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ELF files made here, of both classes, and what is wrong with some of them; and the test's own
 * program, which is a real one.
 */
#include "base/elf_file.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { SIZE = 1024, NOTES_AT = 512, INTERPRETER_AT = 768, PROPERTY = 5 };

static const char json[] = "{\"type\":\"deb\",\"name\":\"zoo\",\"version\":\"1:2.3-4\"}";

struct image {
	uint8_t bytes[SIZE];
	size_t size;
};

static ssize_t read_image(void *context, uint64_t offset, void *data, size_t size)
{
	const struct image *i = context;

	if (offset >= i->size)
		return 0;
	if (size > i->size - offset)
		size = i->size - offset;
	memcpy(data, i->bytes + offset, size);
	return (ssize_t)size;
}

/* Where the next one goes. */
static size_t put_note(uint8_t *at, uint32_t type, const char *name, const void *desc,
		       uint32_t size, size_t align)
{
	uint32_t header[] = {(uint32_t)strlen(name) + 1, size, type};
	size_t desc_at = (sizeof(header) + header[0] + align - 1) & ~(align - 1);

	memcpy(at, header, sizeof(header));
	memcpy(at + sizeof(header), name, header[0]);
	memcpy(at + desc_at, desc, size);
	return (desc_at + size + align - 1) & ~(align - 1);
}

static size_t put_notes(uint8_t *at, size_t align)
{
	static const uint8_t property[3] = {1, 2, 3};
	size_t n = put_note(at, PROPERTY, "GNU", property, sizeof(property), align);

	n += put_note(at + n, NT_GNU_BUILD_ID, "Other", "wrong", 5, align);
	n += put_note(at + n, NT_GNU_BUILD_ID, "GNU", "\x01\x00\xff", 3, align);
	n += put_note(at + n, 0xcafe1a7e, "FDO", json, sizeof(json), align);
	return n;
}

static void make_wide(struct image *i, size_t align)
{
	Elf64_Ehdr h = {.e_ident = {0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB},
			.e_phoff = sizeof(h),
			.e_phentsize = sizeof(Elf64_Phdr),
			.e_phnum = 2};
	Elf64_Phdr p[2] = {{.p_type = PT_NOTE, .p_offset = NOTES_AT, .p_align = align},
			   {.p_type = PT_INTERP, .p_offset = INTERPRETER_AT, .p_filesz = 7}};

	*i = (struct image){.size = SIZE};
	p[0].p_filesz = put_notes(i->bytes + NOTES_AT, align);
	memcpy(i->bytes, &h, sizeof(h));
	memcpy(i->bytes + sizeof(h), p, sizeof(p));
	memcpy(i->bytes + INTERPRETER_AT, "/ld.so", 7);
}

static void make_narrow(struct image *i)
{
	Elf32_Ehdr h = {.e_ident = {0x7f, 'E', 'L', 'F', ELFCLASS32, ELFDATA2LSB},
			.e_phoff = sizeof(h),
			.e_phentsize = sizeof(Elf32_Phdr),
			.e_phnum = 2};
	Elf32_Phdr p[2] = {{.p_type = PT_NOTE, .p_offset = NOTES_AT, .p_align = 4},
			   {.p_type = PT_INTERP, .p_offset = INTERPRETER_AT, .p_filesz = 7}};

	*i = (struct image){.size = SIZE};
	p[0].p_filesz = (uint32_t)put_notes(i->bytes + NOTES_AT, 4);
	memcpy(i->bytes, &h, sizeof(h));
	memcpy(i->bytes + sizeof(h), p, sizeof(p));
	memcpy(i->bytes + INTERPRETER_AT, "/ld.so", 7);
}

static void check_all(const struct elf_facts *f)
{
	assert_int_equal(f->build_id_size, 3);
	assert_memory_equal(f->build_id, "\x01\x00\xff", 3);
	assert_string_equal(f->interpreter, "/ld.so");
	assert_string_equal(f->package, "zoo");
	assert_string_equal(f->package_version, "1:2.3-4");
}

static void test_classes(void **state)
{
	struct image i;
	struct elf_facts f;

	(void)state;
	make_wide(&i, 4);
	assert_int_equal(elf_read(read_image, &i, &f), 0);
	check_all(&f);
	make_wide(&i, 8);
	assert_int_equal(elf_read(read_image, &i, &f), 0);
	check_all(&f);
	make_narrow(&i);
	assert_int_equal(elf_read(read_image, &i, &f), 0);
	check_all(&f);
}

static void test_no_elf(void **state)
{
	struct image i = {"#!/bin/sh\n", 10};
	struct elf_facts f;

	(void)state;
	assert_int_equal(elf_read(read_image, &i, &f), -ENOEXEC);
	i.size = SIZE;
	assert_int_equal(elf_read(read_image, &i, &f), -ENOEXEC);
	make_wide(&i, 4);
	i.bytes[EI_DATA] = ELFDATA2MSB;
	assert_int_equal(elf_read(read_image, &i, &f), -ENOEXEC);
	make_wide(&i, 4);
	i.size = 60; /* within the header */
	assert_int_equal(elf_read(read_image, &i, &f), -ENOEXEC);
}

/* Each shorter file: what is there is told, and nothing else is read. */
static void test_cut(void **state)
{
	struct image i;
	struct elf_facts f;
	size_t whole = 0;

	(void)state;
	make_wide(&i, 4);
	for (i.size = 0; i.size <= SIZE; i.size++) {
		int r = elf_read(read_image, &i, &f);

		assert_true(r == 0 || r == -ENODATA || r == -ENOEXEC);
		whole += r == 0;
		assert_true(r == -ENOEXEC || f.build_id_size == 0 || f.build_id_size == 3);
	}
	assert_int_equal(whole, SIZE - INTERPRETER_AT - 7 + 1);
}

/* Every byte once with another value: nothing but a right or an empty answer may come of it. */
static void test_hostile(void **state)
{
	static const uint8_t values[] = {0, 0x7f, 0xff};
	struct image i;
	struct elf_facts f;

	(void)state;
	for (size_t at = 0; at < SIZE; at++) {
		for (size_t v = 0; v < sizeof(values); v++) {
			make_wide(&i, 4);
			i.bytes[at] = values[v];
			elf_read(read_image, &i, &f);
			assert_true(f.build_id_size <= ELF_BUILD_ID_MAX);
			assert_true(strlen(f.package) < ELF_TEXT_MAX);
			assert_true(strlen(f.interpreter) < ELF_TEXT_MAX);
		}
	}
}

static void test_own(void **state)
{
	struct elf_facts f;
	int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(elf_read_fd(fd, &f), 0);
	assert_non_null(strstr(f.interpreter, "ld"));
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_classes), cmocka_unit_test(test_no_elf),
		cmocka_unit_test(test_cut),     cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
