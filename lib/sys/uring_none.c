/* SPDX-License-Identifier: MIT
 *
 * uring_none.c: no io_uring, and none of its system calls.
 */
#include "sys/uring.h"

struct iosrc__uring *iosrc__uring_open(void)
{
	return NULL;
}

void iosrc__uring_close(struct iosrc__uring *uring, bool forked)
{
	(void)uring;
	(void)forked;
}

bool iosrc__uring_takes(iosrc_source *source)
{
	(void)source;
	return false;
}

void iosrc__uring_queue(struct iosrc__uring *uring, uint32_t nth,
    iosrc_handle handle, iosrc_bits direction, const void *data, size_t size)
{
	(void)uring;
	(void)nth;
	(void)handle;
	(void)direction;
	(void)data;
	(void)size;
}

uint32_t iosrc__uring_run(struct iosrc__uring *uring, uint32_t count,
    int32_t *out_codes)
{
	(void)uring;
	(void)count;
	(void)out_codes;
	return 0;
}

bool iosrc__uring_answer(iosrc_source *source, int32_t code,
    int64_t *out_answer)
{
	(void)source;
	(void)code;
	(void)out_answer;
	return false;
}
