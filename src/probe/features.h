/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/*
 * What this kernel can do. Filled by tracefs/ from the kernel's own files (kernel-facts
 * 1.7), never from its version, and handed down as data.
 */

#include <stdbool.h>

struct features {
	bool uprobe_events;  /* the file is there */
	bool dynamic_events; /* 5.0 */
	bool uprobe_profile;
	bool error_log;      /* 5.2 */
	bool multi_location; /* 5.4: several locations in one event; also per-location delete */
	bool immediates;     /* 5.4: \IMM */
	bool user_deref;     /* 5.3: +uOFF(), ustring */
	bool arrays;         /* 4.20: TYPE[N] */
	bool ref_ctr;        /* 4.20: (REF_CTR) */
	bool percent_return; /* 5.10: %return */
	bool group_only;     /* 6.0: GROUP/ without an event name, -:GROUP/ */
	bool type_char;      /* 6.3 */
	bool type_hex;       /* 4.9: x8..x64 */
	bool hist;           /* CONFIG_HIST_TRIGGERS */
	bool synthetic;      /* synthetic_events */
	bool event_fork;     /* option event-fork: set_event_pid follows forks */
	bool set_event_pid;
	bool record_tgid;
	bool subbuf_size;    /* 6.8 */
	bool is_64bit;       /* a kernel of 64 bits, as events/header_page shows */
	bool readme;         /* README could be read: without it the rest is a guess downwards */
};
