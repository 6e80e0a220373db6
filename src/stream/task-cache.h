/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/* Names and processes of tasks, so that not every event asks for them. */

#include "stream/stream.h"

struct task_cache;

struct task_cache *task_cache_new(const struct stream_ops *ops);
void task_cache_free(struct task_cache *c);
/* Fills in what the event does not know of its task; comm lives until the next one. */
void task_cache_complete(struct task_cache *c, struct event *e);
