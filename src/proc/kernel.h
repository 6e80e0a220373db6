/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/* What only the running kernel itself can be asked. */

#include <stdbool.h>
#include <stddef.h>

/*
 * Whether a probe on an x86-64 no-op of 5 bytes becomes a call (Linux 6.18), which writes
 * below the stack pointer of the function it interrupts (elf-facts rule 9).
 */
bool kernel_optimises_nop5(void);
/* Memory that could be had without swapping (MemAvailable of /proc/meminfo); 0: not known. */
size_t kernel_available_kb(void);

/*
 * Whether tracefs and its records have other numbers for tasks than /proc and system calls have
 * for us: in a PID namespace of our own, as containers have it. tracefs has the host's.
 */
bool kernel_numbers_differ(void);

/*
 * Whether the kernel may lose hits of its own counts where several processors enter one
 * function at once: they are kept per processor since Linux 6.12 (kernel-facts R17). No file
 * of the kernel's tells; by this alone nothing but a remark is decided.
 */
bool kernel_may_undercount(void);
