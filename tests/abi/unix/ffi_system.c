/* SPDX-License-Identifier: MIT
 *
 * ffi_system.c: descriptors, and errno.
 */
#include "ffi_system.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#define LONGEST_MS 5000

unsigned system_handles(void)
{
	DIR *folder = opendir("/proc/self/fd");
	unsigned count = 0;

	if (!folder)
		folder = opendir("/dev/fd");
	assert_non_null(folder);
	while (readdir(folder))
		count++;
	closedir(folder);
	return count;
}

iosrc_handle system_open(void)
{
	int fd = dup(STDIN_FILENO);

	if (fd < 0)
		fd = open("/dev/null", O_RDONLY);
	assert_true(fd >= 0);
	return fd;
}

bool system_is_open(iosrc_handle handle)
{
	return fcntl((int)handle, F_GETFD) != -1;
}

void system_close(iosrc_handle handle)
{
	assert_int_equal(close((int)handle), 0);
}

void system_await(iosrc_handle handle)
{
	struct pollfd item = { (int)handle, POLLIN, 0 };

	assert_int_equal(poll(&item, 1, LONGEST_MS), 1);
}

int64_t system_receive(iosrc_handle handle, void *out_data, size_t size)
{
	ssize_t count = recv((int)handle, out_data, size, MSG_DONTWAIT);

	return count >= 0 ? count : iosrc_status_last_os();
}

uint32_t system_interface(void)
{
	return if_nametoindex("lo");
}

bool system_may_be_handle(uint64_t number)
{
	(void)number;
	return false;
}

const bool system_has_waitables = false;

const int32_t system_would_block = EAGAIN;
const int32_t system_refused = ECONNREFUSED;
const int32_t system_broken = EPIPE;

void system_set_last(int32_t code)
{
	errno = code;
}
