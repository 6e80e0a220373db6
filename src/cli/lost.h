/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/* What a run says of events that it lost. */

#include "base/buf.h"
#include "cli/cli.h"
#include "session/buffers.h"
#include "session/losses.h"

/* "7 lost (CPU 0: 5, CPU 1: 2)" */
void lost_format(const struct losses *l, struct buf *b);
/* After a loss, with --no-loss: what became of the buffers. */
void lost_note_growth(const struct cli *cli, const struct buffers *buffers, bool has_grown);
/* At the end: what would have helped. */
void lost_note_remedy(const struct cli *cli, const struct losses *l);
/*
 * After the closing line: hits that the kernel counted and neither recorded nor counted as
 * lost. `has_text`: an event may have been too long.
 */
void lost_note_unrecorded(const struct cli *cli, uint64_t n, bool has_text);
