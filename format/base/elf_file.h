/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an ELF file says of itself in its headers and notes: build-id, interpreter, and the
 * package that it was built for, where the distribution writes that into the file (the note
 * .note.package of https://systemd.io/PACKAGE_METADATA_FOR_EXECUTABLE_FILES/). Both classes, little
 * endian. The file is not trusted: everything is held to the limits below.
 */
#ifndef BASE_ELF_FILE_H
#define BASE_ELF_FILE_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum {
	ELF_HEADERS_MAX = 128,    /* program headers that are looked at */
	ELF_NOTES_MAX = 64 << 10, /* bytes of all notes */
	ELF_BUILD_ID_MAX = 64,
	ELF_TEXT_MAX = 256,
};

struct elf_facts {
	uint8_t build_id[ELF_BUILD_ID_MAX];
	size_t build_id_size;           /* 0: none */
	char interpreter[ELF_TEXT_MAX]; /* of a dynamic program, "": none */
	char package[ELF_TEXT_MAX];     /* "": none */
	char package_version[ELF_TEXT_MAX];
};

/* Bytes of the file from @offset on: how many, less than @size at its end; negative: -errno. */
typedef ssize_t elf_read_fn(void *context, uint64_t offset, void *data, size_t size);

/* 0, -ENOEXEC when it is no such ELF file, -ENODATA when what is told of could not be read (@ret
 * has what could), or what @read returned. */
int elf_read(elf_read_fn *read, void *context, struct elf_facts *ret);
/* The same of an open file. */
int elf_read_fd(int fd, struct elf_facts *ret);

#endif
