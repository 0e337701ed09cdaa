/* SPDX-License-Identifier: MIT
 *
 * loading.c: dlopen, and what /proc tells of a process.
 */
#define _GNU_SOURCE /* dladdr */

#include "loading.h"

#include <dirent.h>
#include <dlfcn.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

void *loading_open(const char *path, bool global)
{
	void *library = dlopen(path,
	    RTLD_NOW | (global ? RTLD_GLOBAL : RTLD_LOCAL));

	if (!library)
		fail_msg("%s", dlerror());
	return library;
}

void loading_close(void *library)
{
	assert_int_equal(dlclose(library), 0);
}

bool loading_has_global(void)
{
	return true;
}

void *loading_find(void *library, const char *name)
{
	return dlsym(library, name);
}

void loading_path_of(void *function, char *out_path)
{
	Dl_info info;

	assert_int_not_equal(dladdr(function, &info), 0);
	snprintf(out_path, LOADING_PATH_SIZE, "%s", info.dli_fname);
}

void loading_built(const char *build, char *out_path)
{
	snprintf(out_path, LOADING_PATH_SIZE, "%s/lib/.libs/libiosrc.so",
	    build);
}

bool loading_is_there(const char *path)
{
	return access(path, R_OK) == 0 && strchr(path, '/');
}

static void copy_file(const char *from, const char *to)
{
	FILE *in = fopen(from, "rbe");
	FILE *out = fopen(to, "wbe");
	char data[4096];
	size_t size;

	assert_non_null(in);
	assert_non_null(out);
	while ((size = fread(data, 1, sizeof data, in)) > 0)
		assert_int_equal(fwrite(data, 1, size, out), size);
	fclose(in);
	assert_int_equal(fclose(out), 0);
}

void loading_copy(const char *path, char *out_copy)
{
	char folder[] = "/tmp/iosrc-plugin-XXXXXX";

	assert_non_null(mkdtemp(folder));
	snprintf(out_copy, LOADING_PATH_SIZE, "%s/copy.so", folder);
	copy_file(path, out_copy);
}

void loading_remove_loaded(const char *copy)
{
	char folder[LOADING_PATH_SIZE];

	unlink(copy);
	snprintf(folder, sizeof folder, "%s", copy);
	*strrchr(folder, '/') = '\0';
	rmdir(folder);
}

void loading_remove_unloaded(const char *copy)
{
	(void)copy;
}

int loading_handles(void)
{
	DIR *folder = opendir("/proc/self/fd");
	int count = 0;

	assert_non_null(folder);
	while (readdir(folder))
		count++;
	closedir(folder);
	return count;
}

/* Lines of the process's map; those that name the library, if asked. */
static int count_mappings(const char *naming)
{
	FILE *maps = fopen("/proc/self/maps", "re");
	char line[LOADING_PATH_SIZE];
	int count = 0;

	assert_non_null(maps);
	while (fgets(line, sizeof line, maps))
		if (!naming || strstr(line, naming))
			count++;
	fclose(maps);
	return count;
}

int loading_mappings(void)
{
	return count_mappings(NULL);
}

int loading_mappings_of(const char *path)
{
	return count_mappings(strrchr(path, '/') + 1);
}

/* glibc's, from 2.33 on. */
size_t loading_heap(void)
{
	struct info {
		size_t arena, ordblks, smblks, hblks, hblkhd, usmblks, fsmblks;
		size_t uordblks, fordblks, keepcost;
	};
	struct info (*mallinfo2)(void);

	*(void **)&mallinfo2 = dlsym(RTLD_DEFAULT, "mallinfo2");
	return mallinfo2 ? mallinfo2().uordblks : 0;
}

struct thread {
	pthread_t id;
	void (*work)(void *user);
	void *user;
};

static void *run(void *argument)
{
	struct thread *thread = argument;

	usleep(200);
	thread->work(thread->user);
	return NULL;
}

void *loading_thread(void (*work)(void *user), void *user)
{
	struct thread *thread = malloc(sizeof *thread);

	assert_non_null(thread);
	thread->work = work;
	thread->user = user;
	assert_int_equal(pthread_create(&thread->id, NULL, run, thread), 0);
	return thread;
}

void loading_join(void *thread)
{
	assert_int_equal(pthread_join(((struct thread *)thread)->id, NULL), 0);
	free(thread);
}
