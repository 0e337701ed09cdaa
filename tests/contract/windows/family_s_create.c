/* SPDX-License-Identifier: MIT
 *
 * family_s_create.c: S1, what may be made a source of. All but -1 may be the
 * number of a socket; pipes and waitables have no 0 either.
 */
#include "family_s.h"

#include "family_sr.h"

#include <limits.h>

void contract_S1_handle_is_what_was_given(void **state)
{
	static const iosrc_handle handles[] = { 4, 1024, 65536, INT_MAX,
		INTPTR_MAX, INTPTR_MIN, -2, 0 };
	static const iosrc_handle_type types[] = { IOSRC_HANDLE_DEFAULT,
		IOSRC_HANDLE_SOCKET, IOSRC_HANDLE_PIPE, IOSRC_HANDLE_WAITABLE };
	size_t h, t;

	(void)state;
	for (h = 0; h < sizeof(handles) / sizeof(handles[0]); h++) {
		for (t = 0; t < 4; t++) {
			iosrc_source *source = NULL;
			iosrc_handle back = -1;

			if (handles[h] == 0 && types[t] >= IOSRC_HANDLE_PIPE)
				continue;
			assert_ok(iosrc_create(handles[h], types[t], &source));
			assert_true(iosrc_source_handle(source) == handles[h]);
			assert_int_equal(iosrc_source_registration(source), 0);
			assert_ok(iosrc_into_inner(source, &back));
			assert_true(back == handles[h]);
		}
	}
}

void contract_S1_bad_handles_and_types_write_nothing(void **state)
{
	static const struct {
		iosrc_handle handle;
		iosrc_handle_type type;
		iosrc_status status;
	} bad[] = { { -1, IOSRC_HANDLE_DEFAULT, IOSRC_E_INVALID },
		{ -1, IOSRC_HANDLE_SOCKET, IOSRC_E_INVALID },
		{ -1, IOSRC_HANDLE_PIPE, IOSRC_E_INVALID },
		{ -1, IOSRC_HANDLE_WAITABLE, IOSRC_E_INVALID },
		{ 0, IOSRC_HANDLE_PIPE, IOSRC_E_INVALID },
		{ 0, IOSRC_HANDLE_WAITABLE, IOSRC_E_INVALID },
		{ 4, IOSRC_HANDLE_WAITABLE + 1, IOSRC_E_UNSUPPORTED },
		{ 4, 255, IOSRC_E_UNSUPPORTED },
		{ 4, UINT32_MAX, IOSRC_E_UNSUPPORTED } };
	iosrc_source *const mark = (iosrc_source *)(uintptr_t)&bad;
	iosrc_source *source = mark;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_status(iosrc_create(bad[i].handle, bad[i].type, &source),
		    bad[i].status);
		assert_ptr_equal(source, mark);
	}
	assert_status(iosrc_create(4, IOSRC_HANDLE_DEFAULT, NULL),
	    IOSRC_E_INVALID);
}

void contract_S1_a_closed_handle_is_not_looked_at(void **state)
{
	iosrc_source *source;
	iosrc_handle handles[2];

	(void)state;
	contract_tcp_pair(handles);
	system_close(handles[0]);
	source = contract_source(handles[0]);
	assert_true(iosrc_source_handle(source) == handles[0]);
	assert_ok(iosrc_into_inner(source, NULL));
	system_close(handles[1]);
}
