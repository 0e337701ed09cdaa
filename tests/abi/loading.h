/* SPDX-License-Identifier: MIT
 *
 * loading.h: how the system loads a library, and what a process has of it.
 */
#ifndef TESTS_ABI_LOADING_H
#define TESTS_ABI_LOADING_H

#include <stdbool.h>
#include <stddef.h>

#define LOADING_PATH_SIZE 4096

/* Fails the test when it cannot. Global: its symbols are there for all that is
 * loaded later. */
void *loading_open(const char *path, bool global);
void loading_close(void *library);
/* Are there such things as global symbols? */
bool loading_has_global(void);

/* NULL: it has none of that name. */
void *loading_find(void *library, const char *name);
/* The path of the library that a function is in. */
void loading_path_of(void *function, char *out_path);

/* The built library, below the build's folder. */
void loading_built(const char *build, char *out_path);
bool loading_is_there(const char *path);
/* A copy in a folder of its own; it may be removed while it is loaded, or
 * when it no longer is: both remove what is there to remove. */
void loading_copy(const char *path, char *out_copy);
void loading_remove_loaded(const char *copy);
void loading_remove_unloaded(const char *copy);

/* What the process has: handles, pieces of its address space, and those that
 * are of the library. */
int loading_handles(void);
int loading_mappings(void);
int loading_mappings_of(const char *path);
/* Bytes that malloc has given out; 0 where that is not told, or a tool has a
 * malloc of its own. */
size_t loading_heap(void);

/* Runs the work in a thread, a moment later. */
void *loading_thread(void (*work)(void *user), void *user);
void loading_join(void *thread);

#endif
