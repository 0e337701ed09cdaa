/* SPDX-License-Identifier: MIT
 *
 * clock.c: time, and what was used of the processor.
 */
#include "../system.h"

#include <errno.h>
#include <stdio.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#define SECOND INT64_C(1000000000)

static int64_t read_clock(clockid_t which)
{
	struct timespec now;

	clock_gettime(which, &now);
	return (int64_t)now.tv_sec * SECOND + now.tv_nsec;
}

int64_t system_now(void)
{
	return read_clock(CLOCK_MONOTONIC);
}

void system_sleep(int64_t ns)
{
	struct timespec left = { (time_t)(ns / SECOND), (long)(ns % SECOND) };

	while (nanosleep(&left, &left) != 0 && errno == EINTR)
		continue;
}

const int64_t system_cpu_grain = 0;

int64_t system_process_cpu(void)
{
	return read_clock(CLOCK_PROCESS_CPUTIME_ID);
}

int64_t system_thread_cpu(void)
{
	return read_clock(CLOCK_THREAD_CPUTIME_ID);
}

long system_thread_switches(void)
{
	struct rusage use;

	getrusage(RUSAGE_THREAD, &use);
	return use.ru_nvcsw;
}

long system_process_id(void)
{
	return (long)getpid();
}

/* statm(5): the second number is that of the pages. */
int64_t system_resident_size(void)
{
	long pages = 0;
	FILE *file = fopen("/proc/self/statm", "r");

	if (!file)
		return 0;
	if (fscanf(file, "%*d %ld", &pages) != 1)
		pages = 0;
	fclose(file);
	return (int64_t)pages * sysconf(_SC_PAGESIZE);
}
