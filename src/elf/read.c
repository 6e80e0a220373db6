/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Bytes of a file that may lie about itself or shrink under us: every read is checked
 * against the size seen at open, and a short read is a refusal, never stale memory.
 */
#include <endian.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/xalloc.h"
#include "elf/private.h"

#if defined(SYS_openat2) && __has_include(<linux/openat2.h>)
#include <linux/openat2.h>
#define HAVE_OPENAT2 1
#else
#define HAVE_OPENAT2 0
#endif

bool elf_fits(const struct elffile *f, uint64_t offset, uint64_t len)
{
	return offset <= f->size && len <= f->size - offset;
}

ssize_t elffile_pread(const struct elffile *f, void *to, size_t len, uint64_t offset)
{
	size_t done = 0;

	while (done < len && offset + done <= INT64_MAX) {
		ssize_t n = pread(f->fd, (char *)to + done, len - done, offset + done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			break;
		done += n;
	}
	return done;
}

bool elf_read(const struct elffile *f, uint64_t offset, void *to, size_t len)
{
	return elf_fits(f, offset, len) &&
	       elffile_pread(f, to, len, offset) == (ssize_t)len;
}

void *elf_load(const struct elffile *f, uint64_t offset, uint64_t len)
{
	auto_free char *p = NULL;

	if (!elf_fits(f, offset, len) || len >= SIZE_MAX)
		return NULL;
	p = xmalloc(len + 1);
	if (!elf_read(f, offset, p, len))
		return NULL;
	p[len] = 0;
	return STEAL(p);
}

uint16_t elf_get16(const struct elffile *f, const void *p)
{
	uint16_t v;

	memcpy(&v, p, sizeof(v));
	return f->data == ELFDATA2MSB ? be16toh(v) : le16toh(v);
}

uint32_t elf_get32(const struct elffile *f, const void *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return f->data == ELFDATA2MSB ? be32toh(v) : le32toh(v);
}

uint64_t elf_get64(const struct elffile *f, const void *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof(v));
	return f->data == ELFDATA2MSB ? be64toh(v) : le64toh(v);
}

size_t elffile_word_size(const struct elffile *f)
{
	return f->elf_class == ELFCLASS32 ? 4 : 8;
}

uint64_t elffile_word(const struct elffile *f, const void *p)
{
	return f->elf_class == ELFCLASS32 ? elf_get32(f, p) : elf_get64(f, p);
}

bool elf_read_word(const struct elffile *f, uint64_t offset, uint64_t *ret)
{
	unsigned char word[8];

	if (!elf_read(f, offset, word, elffile_word_size(f)))
		return false;
	*ret = elffile_word(f, word);
	return true;
}

size_t elf_record_size(const struct elffile *f, Elf_Type type)
{
	return f->elf_class == ELFCLASS32 ? elf32_fsize(type, 1, EV_CURRENT) :
					    elf64_fsize(type, 1, EV_CURRENT);
}

void elf_to_host(const struct elffile *f, Elf_Type type, void *records, size_t len)
{
	Elf_Data d = { .d_buf = records, .d_type = type, .d_version = EV_CURRENT,
		       .d_size = len };

	if (f->elf_class == ELFCLASS32)
		elf32_xlatetom(&d, &d, f->data);
	else
		elf64_xlatetom(&d, &d, f->data);
}

void *elf_keep(struct elffile *f, void *p)
{
	struct elf_private *priv = f->priv;

	priv->kept = xgrow(priv->kept, priv->n_kept, sizeof(*priv->kept));
	priv->kept[priv->n_kept++] = p;
	return p;
}

const char *elf_string(struct elffile *f, const struct elf_strings *s, uint64_t at)
{
	uint64_t room;

	if (at >= s->size)
		return NULL;
	if (s->data)
		return s->data + at;
	room = s->size - at;
	for (uint64_t len = 256;; len *= 4) {
		uint64_t take = len < room ? len : room;
		auto_free char *text = elf_load(f, s->offset + at, take);

		if (!text)
			return NULL;
		if (take == room || memchr(text, 0, take))
			return elf_keep(f, STEAL(text));
	}
}

bool elf_strings_load(struct elffile *f, struct elf_strings *s)
{
	if (!s->data)
		s->data = elf_load(f, s->offset, s->size);
	return s->data;
}

/* One step of the walk below: what a link says goes before what is left of the path. */
static int follow(int root_fd, struct buf *done, struct buf *rest, size_t taken)
{
	char link[PATH_MAX];
	auto_buf next = BUF_INIT;
	ssize_t n = readlinkat(root_fd, buf_str(done), link, sizeof(link));

	if (n < 0)
		return errno == EINVAL ? 0 : -errno;
	if (n == sizeof(link))
		return -ENAMETOOLONG;
	buf_add(&next, link, n);
	buf_addc(&next, '/');
	buf_adds(&next, buf_str(rest) + taken);
	buf_reset(rest);
	buf_adds(rest, buf_str(&next));
	if (link[0] == '/') {
		buf_reset(done);
		return 1;
	}
	done->len = (char *)memrchr(done->p, '/', done->len) - done->p;
	done->p[done->len] = 0;
	return 1;
}

/* openat2(RESOLVE_IN_ROOT) for kernels before 5.6. `done` never holds a symlink or "..". */
static int walk_below(int root_fd, const char *path)
{
	auto_buf done = BUF_INIT, rest = BUF_INIT;
	int links = 0;

	buf_adds(&done, ".");
	buf_adds(&rest, path);
	for (;;) {
		size_t skip = strspn(buf_str(&rest), "/");
		size_t len = strcspn(buf_str(&rest) + skip, "/");
		const char *word = buf_str(&rest) + skip;
		int rc = 0;

		if (done.len == 0)
			buf_adds(&done, ".");
		if (len == 0)
			break;
		if (len == 2 && memcmp(word, "..", 2) == 0) {
			char *up = memrchr(done.p, '/', done.len);

			if (up) {
				done.len = up - done.p;
				*up = 0;
			}
		} else if (len != 1 || *word != '.') {
			buf_addc(&done, '/');
			buf_add(&done, word, len);
			rc = follow(root_fd, &done, &rest, skip + len);
		}
		if (rc < 0)
			return rc;
		if (rc == 1 && ++links > 40)
			return -ELOOP;
		if (rc == 0) {
			memmove(rest.p, word + len, rest.len - skip - len + 1);
			rest.len -= skip + len;
		}
	}
	links = openat(root_fd, buf_str(&done),
		       O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW);
	return links < 0 ? -errno : links;
}

int elf_open_below(int root_fd, const char *path, bool use_openat2)
{
#if HAVE_OPENAT2
	struct open_how how = {
		.flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY,
		.resolve = RESOLVE_IN_ROOT,
	};
	long fd = -1;

	/* EAGAIN: something was renamed during the walk. */
	for (int tries = 0; use_openat2 && tries < 8; tries++) {
		fd = syscall(SYS_openat2, root_fd, path, &how, sizeof(how));
		if (fd >= 0)
			return fd;
		if (errno != EAGAIN && errno != EINTR)
			break;
	}
	if (use_openat2 && errno != ENOSYS && errno != EPERM)
		return -errno;
#endif
	return walk_below(root_fd, path);
}
