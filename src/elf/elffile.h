/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * An ELF file that could be probed: its identity, its segments, and the rule that turns a
 * virtual address into a file offset (elf-facts 1.1): the PT_LOAD of the main file that has
 * PF_X and holds the address in its file part. Never section headers, never a debug file's.
 *
 * Everything in the file is hostile until checked. Reads by pread(2), not by mmap: a file
 * truncated under us must not be a SIGBUS.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/buf.h"
#include "base/err.h"

struct elf_segment { /* a PT_LOAD */
	uint64_t vaddr, offset, filesz, memsz;
	unsigned flags; /* PF_R | PF_W | PF_X */
};

/* Opaque but for these, which are fixed once the file is open. */
struct elffile {
	char *path; /* as given, for messages; owned */
	int fd;     /* open for reading as long as the struct lives; owned */
	dev_t dev;
	ino_t ino;
	uint64_t size;
	int64_t mtime_ns;
	uint16_t machine; /* EM_… */
	uint8_t elf_class; /* 1: 32-bit, 2: 64-bit */
	uint8_t data;      /* 1: little, 2: big endian */
	uint16_t type;     /* ET_EXEC or ET_DYN */
	struct elf_segment *segments;
	size_t n_segments;
	unsigned char *build_id; /* NULL: none; owned */
	size_t build_id_len;
	struct elf_private *priv; /* headers, tables, what was loaded of them */
};

/*
 * Opens and checks. Its own message for each: no such file, not a regular file, no
 * permission, not ELF, damaged ELF, an object file / core / kernel module (nothing maps
 * it), no PT_LOAD, a debug-only file (segments without file bytes). `root_fd`: directory
 * that absolute paths are looked up below, symlinks too, as a process with that root sees
 * them; -1 for the file system as it is. `path` is what messages show either way.
 */
int elffile_open(int root_fd, const char *path, struct elffile **ret, struct err *err);
/* Only the first step of it: an fd for reading, or -errno. */
int elffile_open_below(int root_fd, const char *path);
/* The same for an open fd, which the elffile owns from then on (closed on failure too). */
int elffile_open_fd(int fd, const char *path, struct elffile **ret, struct err *err);
void elffile_close(struct elffile *f);
static inline void elffile_close_fn(struct elffile **f)
{
	elffile_close(*f);
}
#define auto_elffile CLEANUP(elffile_close_fn)

/*
 * Optional libraries of this build, each as +NAME or -NAME, NULL-terminated: for --version.
 */
const char *const *elffile_features(void);

/* "x86-64", "i386", "aarch64", "machine 123": heap. */
char *elffile_machine_name(const struct elffile *f);
/* Lower-case hex of the build-id, "" if there is none. Heap. */
char *elffile_build_id(const struct elffile *f);
/* ET_EXEC, marked PIE, or with an interpreter and no soname: a program, not a library. */
bool elffile_is_program(const struct elffile *f);

/*
 * File offset of a virtual address. Refusals, each with its message: in no segment (-EFAULT),
 * in a segment that is not executable or in a data section of one that is (-EINVAL, says
 * which), writable as well as executable (-EINVAL: the kernel never places a probe there),
 * no bytes in the file (-ENODATA: bss), past the end of the file (-ERANGE).
 */
int elffile_vaddr_to_offset(const struct elffile *f, uint64_t vaddr, uint64_t *ret,
			    struct err *err);
/* The way back, executable segments first. False if no segment holds the offset. */
bool elffile_offset_to_vaddr(const struct elffile *f, uint64_t offset, uint64_t *ret);
/*
 * Whether a probe may be put at a raw file offset: inside the file part of an executable
 * segment. Messages and codes as above.
 */
int elffile_check_offset(const struct elffile *f, uint64_t offset, struct err *err);
/* p_vaddr - p_offset of the executable segment that holds the offset: for @+N (rule 10). */
bool elffile_text_bias(const struct elffile *f, uint64_t offset, uint64_t *ret);
/* Bytes of a word: an address, the slot of a relocation. */
size_t elffile_word_size(const struct elffile *f);
/* A word in the file's byte order; also one out of the memory of a process. */
uint64_t elffile_word(const struct elffile *f, const void *p);
/* Reads up to `len` bytes at a file offset; the number read or -errno. */
ssize_t elffile_pread(const struct elffile *f, void *to, size_t len, uint64_t offset);
