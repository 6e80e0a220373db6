/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Feeds the checked-in corpus of a fuzzer to it, without libFuzzer, for `make check`:
 * tests/fuzz/replay-WHAT reads tests/fuzz/corpus/WHAT.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/xalloc.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int feed(const char *path)
{
	/* No byte more than was read: a sanitizer sees the first one beyond. */
	FILE *f = fopen(path, "rb");
	auto_free uint8_t *data = NULL;
	auto_free uint8_t *exact = NULL;
	size_t n;

	if (!f) {
		perror(path);
		return 1;
	}
	data = xmalloc(1 << 20);
	n = fread(data, 1, 1 << 20, f);
	fclose(f);
	exact = xmalloc(n ? n : 1);
	memcpy(exact, data, n);
	LLVMFuzzerTestOneInput(exact, n);
	return 0;
}

int main(int argc, char **argv)
{
	const char *what = strstr(argv[0], "replay-"), *top = getenv("top_srcdir");
	auto_free char *dir = NULL;
	struct dirent *entry;
	int n = 0, bad = 0;
	DIR *d;

	if (!what)
		return 99;
	dir = xasprintf("%s/tests/fuzz/corpus/%s", top ? top : ".",
			what + strlen("replay-"));
	d = opendir(dir);
	while (d && (entry = readdir(d))) {
		auto_free char *path = xasprintf("%s/%s", dir, entry->d_name);

		if (entry->d_name[0] == '.')
			continue;
		bad |= feed(path);
		n++;
	}
	if (d)
		closedir(d);
	printf("%s: %d inputs\n", dir, n);
	return bad || n == 0;
}
