/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * MiniDebugInfo: .gnu_debugdata holds an ELF file of names, compressed by xz. It goes
 * through a file without a name, so that the reader of files reads it like any other.
 */
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/root.h"
#include "base/xalloc.h"
#include "elf/private.h"

#ifdef HAVE_LIBLZMA
#include <lzma.h>

/* xz -9 needs 65 MiB to unpack; the names of the largest programs take about ten. */
#define MAX_MEMORY (128u << 20)
#define MAX_SIZE (256u << 20)
#define CHUNK (64 << 10)

struct unpacking {
	lzma_stream stream;
	unsigned char in[CHUNK], out[CHUNK];
	uint64_t from, to; /* what is left, in the file */
	uint64_t written;
	int fd;
};

static bool fill_in(struct unpacking *u, const struct elffile *f)
{
	size_t n = u->to - u->from < CHUNK ? u->to - u->from : CHUNK;

	if (!elf_read(f, u->from, u->in, n))
		return false;
	u->from += n;
	u->stream.next_in = u->in;
	u->stream.avail_in = n;
	return true;
}

static bool flush_out(struct unpacking *u)
{
	size_t n = CHUNK - u->stream.avail_out;

	u->written += n;
	if (u->written > MAX_SIZE || (n && fd_write_once(u->fd, u->out, n) < 0))
		return false;
	u->stream.next_out = u->out;
	u->stream.avail_out = CHUNK;
	return true;
}

static int unpack(struct unpacking *u, const struct elffile *f)
{
	lzma_ret rc = lzma_stream_decoder(&u->stream, MAX_MEMORY, 0);

	u->stream.next_out = u->out;
	u->stream.avail_out = CHUNK;
	while (rc == LZMA_OK) {
		if (u->stream.avail_in == 0 && u->from < u->to && !fill_in(u, f))
			return -EIO;
		rc = lzma_code(&u->stream, u->from < u->to ? LZMA_RUN : LZMA_FINISH);
		if ((u->stream.avail_out == 0 || rc == LZMA_STREAM_END) && !flush_out(u))
			return -EFBIG;
	}
	return rc == LZMA_STREAM_END ? 0 : -EBADMSG;
}

static int unpack_section(const struct elffile *f, const struct elf_section *s)
{
	auto_free struct unpacking *u = xcalloc(1, sizeof(*u));
	int rc;

	u->stream = (lzma_stream)LZMA_STREAM_INIT;
	u->from = s->offset;
	u->to = s->offset + s->size;
	u->fd = memfd_create("uprobe-ctl-names", MFD_CLOEXEC);
	if (u->fd < 0)
		return -errno;
	rc = unpack(u, f);
	lzma_end(&u->stream);
	if (rc < 0)
		close(u->fd);
	return rc < 0 ? rc : u->fd;
}
#else
static int unpack_section(const struct elffile *f, const struct elf_section *s)
{
	return -ENOTSUP;
}
#endif

int minidebug_open(const struct elffile *f)
{
	const struct elf_section *s = elf_section_find(f, ".gnu_debugdata");

	if (!s)
		return -ENOENT;
	if (s->type == SHT_NOBITS || !elf_fits(f, s->offset, s->size))
		return -EBADMSG;
	return unpack_section(f, s);
}
