/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What an errno of a control file means (kernel-facts 4.3). strerror() is wrong for most:
 * EPERM from a filter is a bracket too many, EINTR from enable is perf.
 */
#include <string.h>

#include "base/attr.h"
#include "tracefs/tfs.h"

#define KERNEL_ENOTSUPP 524 /* include/linux/errno.h; no errno of user space */
#define ANY (-1)

static const struct sentence {
	int doing; /* enum tfs_verb, or ANY */
	int code;
	const char *msg, *hint;
} sentences[] = {
	/* The file could not be opened. */
	{ TFS_OPEN_EVENTS, EACCES, "no permission to write it",
	  "changing probes needs root: run it with sudo" },
	{ TFS_OPEN_EVENTS, EPERM, "the kernel forbids to open it",
	  "lockdown=confidentiality or a security module: see "
	  "/sys/kernel/security/lockdown and dmesg" },
	{ TFS_OPEN_EVENTS, ENOENT, "this kernel has no such file",
	  "it must be built with CONFIG_UPROBE_EVENTS=y" },
	{ TFS_READ, EACCES, "no permission to read it",
	  "run it as root (sudo), or as a member of the group tracefs is mounted with" },
	{ TFS_READ, EPERM, "the kernel forbids to open it",
	  "lockdown=confidentiality or a security module: see "
	  "/sys/kernel/security/lockdown and dmesg" },
	{ TFS_READ, ENOENT, "no such file in tracefs",
	  "the kernel lacks it, or the event was removed meanwhile" },
	{ TFS_READ, ENODEV, "the event was removed meanwhile", NULL },

	{ TFS_DEFINE, EINVAL, "the kernel refuses this definition and does not say why",
	  "its log may: dmesg | tail" },
	{ TFS_DEFINE, ENOENT, "no such file, as the kernel sees this path", NULL },
	{ TFS_DEFINE, EACCES, "a directory of the path may not be searched", NULL },
	{ TFS_DEFINE, ENOTDIR, "a part of the path is not a directory", NULL },
	{ TFS_DEFINE, ELOOP, "too many symbolic links in the path", NULL },
	{ TFS_DEFINE, ENAMETOOLONG, "a name in the path is too long", NULL },
	{ TFS_DEFINE, EEXIST, "an event of this name is there already",
	  "remove it first, or give this one another name" },
	{ TFS_DEFINE, EBUSY, "an event of this name is there already, and in use",
	  "disable and remove it first, or give this one another name" },
	{ TFS_DEFINE, ENODEV, "the kernel has no event numbers left",
	  "it can count about 65000 event types: remove some events" },
	{ TFS_DEFINE, E2BIG, "too many or too long arguments",
	  "the kernel takes 128 arguments, 63 bytes each, 3072 bytes of data" },
	{ TFS_DEFINE, ERANGE, "a number does not fit 64 bits", NULL },
	{ TFS_DEFINE, EOPNOTSUPP, "this kernel does not know such an argument", NULL },
	{ TFS_DEFINE, ENOSPC, "no space: is this a tracefs?", NULL },

	{ TFS_DELETE, ENOENT, "no such probe", "uprobe-ctl list shows what there is" },
	{ TFS_DELETE, EBUSY, "in use: enabled, armed by a trigger, or held by perf",
	  "disable it in every instance and end the perf that uses it" },
	{ TFS_DELETE, EINVAL, "the kernel does not take this name", NULL },

	{ TFS_ENABLE, EINVAL, "the offset is past the file's end, or not at an instruction",
	  "the kernel checks it only now: remove the probe and add it at the right place" },
	{ TFS_ENABLE, KERNEL_ENOTSUPP, "the instruction there cannot be probed",
	  "probe the instruction before or behind it" },
	{ TFS_ENABLE, ENOEXEC, "what is there is not an instruction",
	  "the offset is wrong, or inside an instruction: remove the probe" },
	{ TFS_ENABLE, EIO, "the kernel cannot read the instruction from the file",
	  "the offset is the file's end, or its file system does not support probes" },
	{ TFS_ENABLE, EOPNOTSUPP, "this kernel cannot probe such a program",
	  "on arm64, 32-bit programs cannot be probed" },
	{ TFS_ENABLE, EINTR, "perf uses this event",
	  "an event belongs to perf or to tracefs, never to both: end that perf, or "
	  "add a probe of another name at the same place" },
	{ TFS_ENABLE, EEXIST, "already enabled", NULL },

	{ TFS_FILTER, EINVAL, "the kernel refuses this filter", NULL },
	{ TFS_FILTER, ENOENT, "too many '(' in the filter", NULL },
	{ TFS_FILTER, EPERM, "too few '(' in the filter, or words behind its end", NULL },
	{ TFS_FILTER, ESRCH, "a quote is missing in the filter", NULL },
	{ TFS_FILTER, E2BIG, "the filter is too long", "it must be shorter than a page" },

	{ TFS_TRIGGER, EEXIST, "a trigger of this kind is there already", NULL },
	{ TFS_TRIGGER, EINVAL, "the kernel does not know such a trigger", NULL },
	{ TFS_TRIGGER, ENOENT, "no such trigger", NULL },

	{ TFS_INSTANCE, EEXIST, "an instance of this name is there already", NULL },
	{ TFS_INSTANCE, EBUSY, "the instance is in use",
	  "somebody has one of its files open" },
	{ TFS_INSTANCE, ENOENT, "no such instance", NULL },
	{ TFS_INSTANCE, ENOMEM, "no memory for its buffers", NULL },

	{ TFS_OPTION, EINVAL, "the kernel does not take this value", NULL },
	{ TFS_OPTION, ENOENT, "this kernel has no such setting", NULL },
	{ TFS_OPTION, EBUSY, "it cannot be changed while the buffer is being read", NULL },
	{ TFS_OPTION, ESRCH, "no such task", NULL },

	{ TFS_RAW_READ, EBUSY, "somebody else reads this buffer", NULL },
	{ TFS_RAW_READ, ENOENT, "this CPU has no buffer", NULL },
	{ TFS_RAW_READ, EAGAIN, "nothing there yet", NULL },

	/* Whatever was being done. */
	{ ANY, EACCES, "no permission", "run it as root (sudo)" },
	{ ANY, EPERM, "the kernel forbids it",
	  "lockdown=confidentiality or a security module: see "
	  "/sys/kernel/security/lockdown and dmesg" },
	{ ANY, EROFS, "tracefs is mounted read-only here",
	  "in a container: run on the host, or mount tracefs writable" },
	{ ANY, ENOENT, "no such event", "uprobe-ctl list shows what there is" },
	{ ANY, ENODEV, "the event was removed meanwhile", NULL },
	{ ANY, EINTR, "perf uses this event", NULL },
	{ ANY, ENOMEM, "the kernel is out of memory", NULL },
	{ ANY, KERNEL_ENOTSUPP, "the kernel does not support it", NULL },
};

int tfs_errno(struct err *err, enum tfs_verb doing, int code, const char *subject)
{
	const struct sentence *s = NULL;
	const char *msg;

	for (size_t i = 0; i < ARRAY_SIZE(sentences) && !s; i++)
		if (sentences[i].code == code &&
		    (sentences[i].doing == ANY || sentences[i].doing == (int)doing))
			s = &sentences[i];
	msg = s ? s->msg : strerror(code);
	if (subject)
		err_set(err, code, "%s: %s", subject, msg);
	else
		err_set(err, code, "%s", msg);
	if (s && s->hint)
		err_hint(err, "%s", s->hint);
	return -code;
}
