/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/* Cells of RFC 4180; the commas between them are the caller's. */

#include "base/buf.h"

/* Quoted where it must be, quotes doubled. */
void csv_cell(struct buf *out, const char *s);
/* The same of names and other text of strangers, escaped as on a terminal. */
void csv_text(struct buf *out, const char *s);
