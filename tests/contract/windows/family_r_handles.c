/* SPDX-License-Identifier: MIT
 *
 * family_r_handles.c: R13, handles that are no socket, under the name of one;
 * and what a poller cannot be asked for.
 */
#include "family_r.h"

#include "family_sr.h"
#include "family_w.h"
#include "native.h"

static void refused(iosrc_poller *poller, iosrc_handle handle)
{
	static const iosrc_bits interests[] = { 0, RIG_BOTH, IOSRC_PRIORITY,
		RIG_BOTH | IOSRC_LEVEL, IOSRC_ONESHOT };
	iosrc_source *source = NULL;
	size_t i;

	assert_ok(iosrc_create(handle, IOSRC_HANDLE_SOCKET, &source));
	for (i = 0; i < sizeof(interests) / sizeof(interests[0]); i++) {
		assert_kind(iosrc_register(source, poller, 1, interests[i]),
		    IOSRC_KIND_BAD_HANDLE);
		assert_int_equal(iosrc_source_registration(source), 0);
		contract_expect_quiet(poller);
	}
	assert_ok(iosrc_into_inner(source, NULL));
}

/* Closed, numbers of nothing, a file, an event, a port. */
void contract_R13_bad_handles_have_one_status(void **state)
{
	iosrc_poller *poller = contract_poller(0);
	HANDLE event = CreateEventW(NULL, TRUE, TRUE, NULL);
	HANDLE port = CreateIoCompletionPort(INVALID_HANDLE_VALUE, NULL, 0, 0);
	iosrc_handle pair[2], file = system_file();

	(void)state;
	contract_tcp_pair(pair);
	system_close(pair[0]);
	refused(poller, pair[0]);
	system_close(pair[1]);
	refused(poller, 0);
	refused(poller, 0x7ffffff0);
	refused(poller, file);
	refused(poller, (iosrc_handle)event);
	refused(poller, (iosrc_handle)port);
	system_close(file);
	CloseHandle(event);
	CloseHandle(port);
	assert_ok(iosrc_poller_release(poller));
}

void contract_R13_own_handle_has_one_status(void **state)
{
	iosrc_poller *poller = contract_poller(0);
	iosrc_handle handle = -7;

	(void)state;
	assert_status(iosrc_poller_expose(poller, &handle),
	    IOSRC_E_UNSUPPORTED);
	assert_int_equal(handle, -7);
	assert_ok(iosrc_poller_release(poller));
}

void contract_W8_expose_is_refused_where_there_is_none(void **state)
{
	assert_false(contract_can(IOSRC_CAN_EXPOSE));
	contract_R13_own_handle_has_one_status(state);
}
