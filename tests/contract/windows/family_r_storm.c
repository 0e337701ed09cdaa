/* SPDX-License-Identifier: MIT
 *
 * family_r_storm.c: the storm with waitable handles among sockets and pipes:
 * the number of one sort is soon that of another.
 */
#include "family_h.h"

#include "family_r_storm.h"
#include "native.h"

static void open_waitable(HANDLE handle, iosrc_source **out_source,
    iosrc_handle *out_peer)
{
	*out_source = native_waitable(handle);
	*out_peer = -1;
}

static void open_auto_reset(iosrc_source **out_source, iosrc_handle *out_peer)
{
	open_waitable(CreateEventW(NULL, FALSE, FALSE, NULL), out_source,
	    out_peer);
}

static void open_manual_reset(iosrc_source **out_source, iosrc_handle *out_peer)
{
	open_waitable(CreateEventW(NULL, TRUE, FALSE, NULL), out_source,
	    out_peer);
}

static void open_semaphore(iosrc_source **out_source, iosrc_handle *out_peer)
{
	open_waitable(CreateSemaphoreW(NULL, 0, 1000000, NULL), out_source,
	    out_peer);
}

static void set(iosrc_source *source, iosrc_handle peer)
{
	(void)peer;
	SetEvent(native_handle(iosrc_source_handle(source)));
}

static void release(iosrc_source *source, iosrc_handle peer)
{
	(void)peer;
	ReleaseSemaphore(native_handle(iosrc_source_handle(source)), 1, NULL);
}

static void reset(iosrc_source *source)
{
	ResetEvent(native_handle(iosrc_source_handle(source)));
}

static void take(iosrc_source *source)
{
	HANDLE handle = native_handle(iosrc_source_handle(source));

	while (WaitForSingleObject(handle, 0) == WAIT_OBJECT_0)
		continue;
}

void contract_R9_S9_rounds_of_waitables_pipes_and_sockets(void **state)
{
	static const struct storm_sort events = { open_auto_reset, set, reset },
	                               flags = { open_manual_reset, set,
		                               reset },
	                               semaphores = { open_semaphore, release,
		                               take };
	static const struct storm_sort *const all[] = { &storm_socket,
		&storm_pipe_reader, &storm_pipe_writer, &events, &flags,
		&semaphores };

	(void)state;
	storm_run(all, sizeof(all) / sizeof(all[0]));
}
