/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/* Specs of both kinds (pr:): which events of a run are halves of the same calls. */

#include "analyze/pairs.h"
#include "cli/watched.h"

/* Whether any spec makes a pair. */
bool pairing_wanted(const struct watchset *set);
/* --slower asks for calls: specs that name no kind become pairs. */
void pairing_imply(struct cli *cli);
/* Whether any of the specs asks for a pair; before they are resolved. */
bool pairing_possible(const struct cli *cli);
/* Tells `pairs` of the pairs, once their events are known. */
void pairing_add(const struct watchset *set, struct pairs *pairs);
