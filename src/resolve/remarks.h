/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/* What is worth saying once about the arguments of all specs together. */

#include "base/buf.h"
#include "resolve/resolve.h"

/* Adds whole lines. */
void remarks_add(const struct plan *plan, bool watching, struct buf *notes);
