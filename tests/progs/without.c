/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Runs a command that lacks some of root's privileges:
 *
 *   without CAPABILITY-NUMBER... -- COMMAND ARG...
 *
 * busybox has nothing that takes a capability out of the bounding set.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	int i;

	for (i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
		/* A kernel that does not know it yet refuses it to nobody. */
		if (prctl(PR_CAPBSET_DROP, strtoul(argv[i], NULL, 10), 0, 0, 0) < 0)
			perror(argv[i]);
	if (i + 1 >= argc)
		return 2;
	execvp(argv[i + 1], argv + i + 1);
	perror(argv[i + 1]);
	return 127;
}
