/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/* Finds out what the kernel can do from README and the files of its tracefs. */

#include "base/root.h"
#include "probe/features.h"

void features_detect(const struct root *tracefs, struct features *ret);
