/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once
/* Between the files of target_search(): collecting what a word may mean. */

#include <sys/stat.h>

#include "proc/mapped.h"
#include "resolve/target.h"

/* Machine and class of an ELF file: what a library must have to be meant. */
struct flavour {
	uint16_t machine;
	uint8_t elf_class; /* 0: no ELF file */
};

/* The directory that stands for "/": heap, "" for our own root. */
char *env_root(const struct target_env *env);
/*
 * open(2) for reading, and stat(2), of a path of the environment; links lead where its
 * processes would see them lead. The fd or -errno.
 */
int env_open(const struct target_env *env, const char *path);
bool env_stat(const struct target_env *env, const char *path, struct stat *st);
/*
 * Whether the path of a mapped file leads to it there. *st: device and inode of the file
 * itself, as stat(2) has them.
 */
bool env_leads_to(const struct target_env *env, const struct mapped_file *f, struct stat *st);
/* Of the programs of the environment: the process's, else our own. */
struct flavour env_flavour(const struct target_env *env);
struct flavour env_flavour_of(const struct target_env *env, const char *path);

/* Adds a regular file, unless it is there already. `reason` NULL: a plain path. */
void offer_path(struct target_search *s, const struct target_env *env, const char *path,
		const char *reason);
/* Adds a file that is mapped; opened by name if that still leads to it. */
void offer_mapped(struct target_search *s, const struct target_env *env,
		  const struct mapped_file *f, const char *reason);

/* search-word.c: a word without '/'. */
/* The program along PATH. -ENOENT. */
int search_program(const struct target_env *env, const char *word, struct target_search *ret);
int search_word(const struct target_env *env, const char *word, struct target_search *ret,
		struct err *err);
/* search-pattern.c */
int search_pattern(const struct target_env *env, const char *glob, struct target_search *ret,
		   struct err *err);
int search_mapped(const struct target_env *env, struct target_search *ret, struct err *err);
/* Libraries that a word or pattern names, by ld.so.cache or the usual directories. */
typedef bool name_matches(const char *soname, const char *typed);
void offer_libraries(struct target_search *s, const struct target_env *env,
		     const char *typed, name_matches *matches);
