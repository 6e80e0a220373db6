/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Opening a file and saying why it cannot be probed. What can: a regular file, ELF,
 * ET_EXEC or ET_DYN, with loadable segments that have bytes (elf-facts 1.1, 1.2).
 */
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/xalloc.h"
#include "elf/private.h"

static int open_failed(int code, const char *path, struct err *err)
{
	switch (code) {
	case ENOENT:
	case ENOTDIR:
		return err_set(err, ENOENT, "no such file: %s", path);
	case EACCES:
	case EPERM:
		err_set(err, code, "no permission to read %s", path);
		return err_hint(err, "run as root");
	case ENXIO: /* a socket */
		return err_set(err, ENOEXEC, "%s is not a regular file", path);
	}
	return err_set(err, code, "cannot open %s: %s", path, strerror(code));
}

int elffile_open_below(int root_fd, const char *path)
{
	int fd;

	if (root_fd >= 0 && path[0] == '/')
		return elf_open_below(root_fd, path, true);
	/* O_NONBLOCK: a FIFO must not hold us; it does nothing to a regular file. */
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	return fd < 0 ? -errno : fd;
}

int elffile_open(int root_fd, const char *path, struct elffile **ret, struct err *err)
{
	int fd = elffile_open_below(root_fd, path);

	char to[2];

	if (fd == -ENOENT && root_fd < 0 && readlink(path, to, sizeof(to)) > 0) {
		err_set(err, ENOENT, "%s is a symbolic link to a file that is not there", path);
		return -ENOENT;
	}
	if (fd < 0)
		return open_failed(-fd, path, err);
	return elffile_open_fd(fd, path, ret, err);
}

static const struct {
	const char *magic;
	size_t len;
	const char *what, *hint;
} not_elf[] = {
	{ "#!", 2, "a script", "probe the interpreter, which its first line names" },
	{ "!<arch>\n", 8, "a static library",
	  "its code runs only inside the programs linked with it: probe one of those" },
	{ "!<thin>\n", 8, "a static library",
	  "its code runs only inside the programs linked with it: probe one of those" },
	{ "/* GNU ld", 9, "a text for the linker, not the library itself",
	  "name the library that it points to, usually the name with a version: libc.so.6" },
	{ "MZ", 2, "a Windows program", NULL },
	{ "PK\003\004", 4, "a zip archive (jar, apk)", "libraries inside it must be unpacked" },
	{ "\xca\xfe\xba\xbe", 4, "Java byte code or a macOS binary", NULL },
};

static size_t line_length(const unsigned char *s, size_t len)
{
	size_t n = 0;

	while (n < len && s[n] && s[n] != '\n' && s[n] != '\r')
		n++;
	return n;
}

static int refuse_not_elf(const char *path, const unsigned char *head, size_t len,
			  struct err *err)
{
	if (len == 0)
		return err_set(err, ENOEXEC, "%s is empty, not an ELF file", path);
	for (size_t i = 0; i < ARRAY_SIZE(not_elf); i++) {
		if (len < not_elf[i].len || memcmp(head, not_elf[i].magic, not_elf[i].len))
			continue;
		err_set(err, ENOEXEC, "%s is not an ELF file but %s", path, not_elf[i].what);
		if (not_elf[i].magic[0] == '#')
			err_set(err, ENOEXEC, "%s is not an ELF file but a script: %.*s", path,
				(int)line_length(head, len), (const char *)head);
		if (not_elf[i].hint)
			err_hint(err, "%s", not_elf[i].hint);
		return -ENOEXEC;
	}
	return err_set(err, ENOEXEC, "%s is not an ELF file", path);
}

static int read_ident(struct elffile *f, struct err *err)
{
	unsigned char head[80]; /* an ident; of a script the first line */
	ssize_t n = elffile_pread(f, head, sizeof(head), 0);

	if (n < 0)
		return err_set(err, -n, "cannot read %s: %s", f->path, strerror(-n));
	if (n < SELFMAG || memcmp(head, ELFMAG, SELFMAG) != 0)
		return refuse_not_elf(f->path, head, n, err);
	if (n < EI_NIDENT || head[EI_CLASS] < ELFCLASS32 || head[EI_CLASS] > ELFCLASS64 ||
	    head[EI_DATA] < ELFDATA2LSB || head[EI_DATA] > ELFDATA2MSB)
		return err_set(err, ENOEXEC, "%s is a damaged ELF file: bad class or byte order",
			       f->path);
	f->elf_class = head[EI_CLASS];
	f->data = head[EI_DATA];
	return 0;
}

static int check_type(const struct elffile *f, struct err *err)
{
	switch (f->type) {
	case ET_EXEC:
	case ET_DYN:
		return 0;
	case ET_REL:
		err_set(err, ENOEXEC, "%s is an object file or kernel module: no process maps it",
			f->path);
		return err_hint(err, "probe the program or library it was linked into; "
				     "kernel modules are kprobes' business");
	case ET_CORE:
		err_set(err, ENOEXEC, "%s is a core dump: no process maps it", f->path);
		return err_hint(err, "probe the program that dumped it");
	}
	return err_set(err, ENOEXEC, "%s is neither a program nor a library (ELF type %u)",
		       f->path, f->type);
}

/* elf-facts 3.2: objcopy empties the segments; eu-strip keeps them, and both the sections. */
static bool is_debug_only(const struct elffile *f)
{
	const struct elf_private *priv = f->priv;
	bool has_code = false, has_bytes = false;

	for (size_t i = 0; i < priv->n_sections; i++) {
		const struct elf_section *s = &priv->sections[i];

		if (!(s->flags & SHF_ALLOC) || !(s->flags & SHF_EXECINSTR) || !s->size)
			continue;
		has_code = true;
		has_bytes |= s->type != SHT_NOBITS;
	}
	if (has_code)
		return !has_bytes;
	for (size_t i = 0; i < f->n_segments; i++) {
		const struct elf_segment *s = &f->segments[i];

		has_code |= (s->flags & PF_X) && s->memsz;
		has_bytes |= (s->flags & PF_X) && s->filesz;
	}
	return has_code && !has_bytes;
}

static int check_segments(const struct elffile *f, struct err *err)
{
	if (f->n_segments == 0)
		return err_set(err, ENOEXEC, "%s has no loadable segment: nothing to probe",
			       f->path);
	if (!is_debug_only(f))
		return 0;
	err_set(err, ENOEXEC, "%s holds debug information only, no code", f->path);
	return err_hint(err, "name the program or library it belongs to");
}

static int read_file(struct elffile *f, struct err *err)
{
	struct stat st;
	int rc;

	if (fstat(f->fd, &st) < 0)
		return err_set(err, errno, "cannot examine %s: %s", f->path, strerror(errno));
	if (S_ISDIR(st.st_mode))
		return err_set(err, EISDIR, "%s is a directory", f->path);
	if (!S_ISREG(st.st_mode)) /* the kernel wants d_is_reg() */
		return err_set(err, ENOEXEC, "%s is not a regular file", f->path);
	f->dev = st.st_dev;
	f->ino = st.st_ino;
	f->size = st.st_size;
	f->mtime_ns = (int64_t)((uint64_t)st.st_mtim.tv_sec * 1000000000u) +
		      st.st_mtim.tv_nsec;
	rc = read_ident(f, err);
	return rc < 0 ? rc : elf_headers_read(f, err);
}

static struct elffile *new_file(int fd, const char *path)
{
	struct elffile *f = xcalloc(1, sizeof(*f));

	elf_version(EV_CURRENT); /* libelf converts nothing before it was told */
	f->fd = fd;
	f->path = xstrdup(path);
	f->priv = xcalloc(1, sizeof(*f->priv));
	return f;
}

int elffile_open_fd(int fd, const char *path, struct elffile **ret, struct err *err)
{
	auto_elffile struct elffile *f = new_file(fd, path);
	int rc = read_file(f, err);

	if (rc == 0)
		rc = check_type(f, err);
	if (rc == 0)
		rc = check_segments(f, err);
	if (rc < 0)
		return rc;
	*ret = STEAL(f);
	return 0;
}

int elf_open_debug(int fd, const char *path, struct elffile **ret)
{
	auto_elffile struct elffile *f = new_file(fd, path);
	int rc = read_file(f, NULL);

	if (rc < 0)
		return rc;
	*ret = STEAL(f);
	return 0;
}

static void free_private(struct elf_private *priv)
{
	for (size_t i = 0; i < priv->n_tables; i++) {
		free(priv->tables[i].strings.data);
		free(priv->tables[i].versym_data);
	}
	for (size_t i = 0; i < priv->n_kept; i++)
		free(priv->kept[i]);
	free(priv->kept);
	elffile_close(priv->debug.file);
	free(priv->debug.root);
	free(priv->debug.missing);
	free(priv->sections);
	free(priv->exec);
	free(priv->dynamic.needed);
	free(priv->dynstr.data);
	free(priv->versions);
	free(priv->all);
	free(priv->by_offset);
	free(priv->max_end);
	free(priv->go);
	free(priv->opd);
	free(priv->relocs);
	free(priv);
}

void elffile_close(struct elffile *f)
{
	if (!f)
		return;
	if (f->priv)
		free_private(f->priv);
	if (f->fd >= 0)
		close(f->fd);
	free(f->segments);
	free(f->build_id);
	free(f->path);
	free(f);
}

const char *const *elffile_features(void)
{
	static const char *const features[] = {
#ifdef HAVE_LIBLZMA
		"+liblzma",
#else
		"-liblzma",
#endif
#ifdef HAVE_LIBIBERTY
		"+libiberty",
#else
		"-libiberty",
#endif
		NULL,
	};

	return features;
}

static const struct {
	uint16_t machine;
	uint8_t elf_class; /* 0: either */
	const char *name;
} machines[] = {
	{ EM_X86_64, ELFCLASS64, "x86-64" },
	{ EM_X86_64, ELFCLASS32, "x32" },
	{ EM_386, 0, "i386" },
	{ EM_AARCH64, 0, "aarch64" },
	{ EM_ARM, 0, "arm" },
	{ EM_RISCV, ELFCLASS64, "riscv64" },
	{ EM_RISCV, ELFCLASS32, "riscv32" },
	{ EM_PPC64, 0, "ppc64" },
	{ EM_PPC, 0, "ppc" },
	{ EM_S390, ELFCLASS64, "s390x" },
	{ EM_S390, ELFCLASS32, "s390" },
	{ EM_MIPS, 0, "mips" },
	{ EM_SPARCV9, 0, "sparc64" },
	{ EM_SPARC, 0, "sparc" },
	{ EM_SPARC32PLUS, 0, "sparc" },
	{ 258, 0, "loongarch" }, /* EM_LOONGARCH, glibc 2.36 */
	{ 252, 0, "csky" },
	{ EM_68K, 0, "m68k" },
	{ EM_PARISC, 0, "parisc" },
	{ EM_SH, 0, "sh" },
	{ EM_ALPHA, 0, "alpha" },
	{ EM_IA_64, 0, "ia64" },
	{ EM_BPF, 0, "bpf" },
};

char *elffile_machine_name(const struct elffile *f)
{
	for (size_t i = 0; i < ARRAY_SIZE(machines); i++) {
		if (machines[i].machine == f->machine &&
		    (!machines[i].elf_class || machines[i].elf_class == f->elf_class))
			return xstrdup(machines[i].name);
	}
	return xasprintf("machine %u", f->machine);
}

char *elffile_build_id(const struct elffile *f)
{
	auto_buf b = BUF_INIT;

	for (size_t i = 0; i < f->build_id_len; i++)
		buf_addf(&b, "%02x", f->build_id[i]);
	return buf_steal(&b);
}

bool elffile_is_program(const struct elffile *f)
{
	const struct elf_dynamic *d = &f->priv->dynamic;

	/* libc.so.6 and ld.so can be run too, but a soname says what they are for. */
	return f->type == ET_EXEC || (d->flags_1 & DF_1_PIE) ||
	       (f->priv->has_interp && !d->soname);
}
