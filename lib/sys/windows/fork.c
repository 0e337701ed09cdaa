/* SPDX-License-Identifier: MIT
 *
 * fork.c: the process's id, which never changes under an object.
 */
#include <config.h>

#include "sys/fork.h"

#include <windows.h>

uint32_t iosrc__process_id(void)
{
	return GetCurrentProcessId();
}

void iosrc__fork_mark_set(struct iosrc__fork_mark *mark)
{
	mark->process = iosrc__process_id();
}

void iosrc__fork_mark_free(struct iosrc__fork_mark *mark)
{
	(void)mark;
}
