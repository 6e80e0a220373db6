/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/* What enable and disable have in common. */

#include <stdbool.h>

#include "cli/cli.h"

int switch_probes(struct cli *cli, bool on);
