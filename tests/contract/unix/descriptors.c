/* SPDX-License-Identifier: MIT
 *
 * descriptors.c: which descriptors are open. /proc tells at once; without it
 * every number up to the limit is asked for.
 */
#include "runner.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define MOST 65536 /* numbers that are looked at */

static int is_open(int fd)
{
	return fcntl(fd, F_GETFD) >= 0;
}

static void mark(struct contract_descriptors *out, unsigned fd)
{
	out->open[fd / 8] |= (unsigned char)(1u << fd % 8);
	out->count++;
}

static int was_open(const struct contract_descriptors *then, unsigned fd)
{
	return then->open[fd / 8] >> fd % 8 & 1;
}

static void take_all(struct contract_descriptors *out)
{
	unsigned fd;

	for (fd = 0; fd < MOST; fd++)
		if (is_open((int)fd))
			mark(out, fd);
}

void contract_descriptors_take(struct contract_descriptors *out)
{
	DIR *folder = opendir("/proc/self/fd");
	struct dirent *item;

	out->count = 0;
	out->open = calloc(MOST / 8, 1);
	assert_non_null(out->open);
	if (!folder) {
		take_all(out);
		return;
	}
	while ((item = readdir(folder)) != NULL) {
		long fd = strtol(item->d_name, NULL, 10);

		if (item->d_name[0] != '.' && fd != dirfd(folder) && fd < MOST)
			mark(out, (unsigned)fd);
	}
	closedir(folder);
}

static void print_one(unsigned fd)
{
	char name[64], target[256];
	ssize_t size;

	snprintf(name, sizeof(name), "/proc/self/fd/%u", fd);
	size = readlink(name, target, sizeof(target) - 1);
	target[size < 0 ? 0 : size] = '\0';
	print_error("left open: descriptor %u %s\n", fd, target);
}

size_t contract_descriptors_compare(const struct contract_descriptors *then)
{
	struct contract_descriptors now;
	size_t more = 0;
	unsigned fd;

	contract_descriptors_take(&now);
	for (fd = 0; fd < MOST; fd++) {
		if (was_open(&now, fd) && !was_open(then, fd)) {
			print_one(fd);
			more++;
		} else if (!was_open(&now, fd) && was_open(then, fd)) {
			print_error("closed: descriptor %u, which the test "
			            "did not open\n",
			    fd);
			more++;
		}
	}
	contract_descriptors_free(&now);
	return more;
}

void contract_descriptors_free(struct contract_descriptors *then)
{
	free(then->open);
	then->open = NULL;
}

size_t contract_open_handles(void)
{
	struct contract_descriptors now;

	contract_descriptors_take(&now);
	contract_descriptors_free(&now);
	return now.count;
}
