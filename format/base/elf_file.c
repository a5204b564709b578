/* SPDX-License-Identifier: Apache-2.0 */
/*
 * elf(5), read field by field: a file may be of the other class than we are.
 */
#include "elf_file.h"

#include "fileio.h"

#include <elf.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { NOTE_HEADER = 12 };

/* NT_FDO_PACKAGING_METADATA, which not every elf.h has. */
#define PACKAGE_NOTE UINT32_C(0xcafe1a7e)

struct file {
	elf_read_fn *read;
	void *context;
	bool wide; /* ELFCLASS64 */
};

/* All of @size bytes: 0, -ENODATA or what reading said. */
static int get(const struct file *f, uint64_t offset, void *data, size_t size)
{
	ssize_t n = f->read(f->context, offset, data, size);

	if (n < 0)
		return (int)n;
	return (size_t)n < size ? -ENODATA : 0;
}

static uint64_t number(const uint8_t *at, size_t width)
{
	uint64_t value = 0;

	for (size_t i = 0; i < width; i++)
		value |= (uint64_t)at[i] << 8 * i;
	return value;
}

#define MEMBER(base, type, member)                                                                 \
	number((base) + offsetof(type, member), sizeof(((type *)0)->member))
#define EITHER(wide, base, type, member)                                                           \
	((wide) ? MEMBER(base, Elf64_##type, member) : MEMBER(base, Elf32_##type, member))

/* ---- notes ---- */

/* The value of a key in a flat JSON object as the note has it; what is escaped in it is not undone,
 * since names and versions of packages have nothing to escape. */
static void json_value(const char *json, const char *key, char *ret)
{
	size_t length = strlen(key);

	*ret = '\0';
	for (const char *at = json; (at = strstr(at, key)); at += length) {
		const char *value = at + length;
		size_t n;

		if (at == json || at[-1] != '"' || *value != '"')
			continue;
		value += 1 + strspn(value + 1, " :\t\n");
		if (*value++ != '"')
			continue;
		n = strcspn(value, "\"\\");
		if (value[n] != '"' || n >= ELF_TEXT_MAX)
			return;
		memcpy(ret, value, n);
		ret[n] = '\0';
		return;
	}
}

static void take_package(const uint8_t *desc, size_t size, struct elf_facts *ret)
{
	char *json = strndup((const char *)desc, size);

	if (!json)
		return;
	json_value(json, "name", ret->package);
	json_value(json, "version", ret->package_version);
	free(json);
}

static void take_note(uint64_t type, const char *name, const uint8_t *desc, size_t size,
		      struct elf_facts *ret)
{
	if (type == NT_GNU_BUILD_ID && strcmp(name, "GNU") == 0 && size <= ELF_BUILD_ID_MAX) {
		memcpy(ret->build_id, desc, size);
		ret->build_id_size = size;
	}
	if (type == PACKAGE_NOTE && strcmp(name, "FDO") == 0)
		take_package(desc, size, ret);
}

static void walk_notes(const uint8_t *at, size_t size, size_t align, struct elf_facts *ret)
{
	while (size >= NOTE_HEADER) {
		size_t name = number(at, 4), desc = number(at + 4, 4);
		uint64_t type = number(at + 8, 4);
		size_t desc_at = (NOTE_HEADER + name + align - 1) & ~(align - 1);
		size_t end = (desc_at + desc + align - 1) & ~(align - 1);
		char text[8] = "";

		if (name > size || desc > size || desc_at > size || desc > size - desc_at)
			return;
		if (name <= sizeof(text))
			memcpy(text, at + NOTE_HEADER, name);
		text[sizeof(text) - 1] = '\0';
		take_note(type, text, at + desc_at, desc, ret);
		if (end >= size)
			return;
		at += end;
		size -= end;
	}
}

/* ---- program headers ---- */

struct segment {
	uint64_t type, offset, size, align;
};

static struct segment segment_at(const struct file *f, const uint8_t *at)
{
	return (struct segment){
		EITHER(f->wide, at, Phdr, p_type), EITHER(f->wide, at, Phdr, p_offset),
		EITHER(f->wide, at, Phdr, p_filesz), EITHER(f->wide, at, Phdr, p_align)};
}

static int take_notes(const struct file *f, const struct segment *s, size_t *left,
		      struct elf_facts *ret)
{
	uint8_t *notes;
	int r;

	if (s->size > *left)
		return 0;
	*left -= s->size;
	notes = malloc(s->size + 1);
	if (!notes)
		return -ENOMEM;
	r = get(f, s->offset, notes, s->size);
	if (r == 0)
		walk_notes(notes, s->size, s->align == 8 ? 8 : 4, ret);
	free(notes);
	return r;
}

static int take_interpreter(const struct file *f, const struct segment *s, struct elf_facts *ret)
{
	int r;

	if (!s->size || s->size >= sizeof(ret->interpreter))
		return 0;
	r = get(f, s->offset, ret->interpreter, s->size);
	ret->interpreter[r == 0 ? s->size : 0] = '\0';
	return r;
}

static int walk_segments(const struct file *f, uint64_t offset, size_t count, size_t size,
			 struct elf_facts *ret)
{
	size_t left = ELF_NOTES_MAX;
	uint8_t header[sizeof(Elf64_Phdr)];
	int failed = 0;

	for (size_t i = 0; i < count; i++) {
		struct segment s;
		int r = get(f, offset + i * size, header,
			    f->wide ? sizeof(Elf64_Phdr) : sizeof(Elf32_Phdr));

		if (r < 0)
			return r;
		s = segment_at(f, header);
		if (s.type == PT_NOTE)
			r = take_notes(f, &s, &left, ret);
		else if (s.type == PT_INTERP)
			r = take_interpreter(f, &s, ret);
		failed = r < 0 ? r : failed;
	}
	return failed;
}

int elf_read(elf_read_fn *read, void *context, struct elf_facts *ret)
{
	struct file f = {read, context, false};
	uint8_t header[sizeof(Elf64_Ehdr)] = {0};
	size_t count, size;
	int r = get(&f, 0, header, sizeof(Elf32_Ehdr));

	*ret = (struct elf_facts){0};
	if (r < 0)
		return r == -ENODATA ? -ENOEXEC : r;
	if (memcmp(header, ELFMAG, SELFMAG) != 0 || header[EI_DATA] != ELFDATA2LSB ||
	    (header[EI_CLASS] != ELFCLASS64 && header[EI_CLASS] != ELFCLASS32))
		return -ENOEXEC;
	f.wide = header[EI_CLASS] == ELFCLASS64;
	r = f.wide ? get(&f, 0, header, sizeof(header)) : 0;
	if (r < 0)
		return r == -ENODATA ? -ENOEXEC : r;
	count = EITHER(f.wide, header, Ehdr, e_phnum);
	size = EITHER(f.wide, header, Ehdr, e_phentsize);
	if (count > ELF_HEADERS_MAX || size < (f.wide ? sizeof(Elf64_Phdr) : sizeof(Elf32_Phdr)))
		return count ? -ENOEXEC : 0;
	return walk_segments(&f, EITHER(f.wide, header, Ehdr, e_phoff), count, size, ret);
}

static ssize_t read_fd(void *context, uint64_t offset, void *data, size_t size)
{
	return fileio_read_at(*(const int *)context, offset, data, size);
}

int elf_read_fd(int fd, struct elf_facts *ret)
{
	return elf_read(read_fd, &fd, ret);
}
