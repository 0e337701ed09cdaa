/* SPDX-License-Identifier: MIT
 *
 * handles.c: the handles that contract tests watch, made of what the system
 * gives. A call that cannot fail in a sane environment fails the test when it
 * does.
 */
#include "suite.h"

#define BLOCK 65536

void contract_pair(uint32_t type, iosrc_handle handles[2])
{
	system_pair(type, handles);
}

void contract_pipe(iosrc_handle handles[2])
{
	if (system_pipe(handles) != 0)
		fail_msg("no pipe could be made");
}

iosrc_handle contract_tcp_listener(uint16_t *port)
{
	iosrc_handle listener = system_socket(IOSRC_TYPE_STREAM);

	assert_ok(system_bind(listener, 0));
	assert_ok(system_listen(listener, 64));
	*port = system_port(listener);
	return listener;
}

/* Both ends send at once: a test must not wait for Nagle's algorithm. */
void contract_tcp_pair(iosrc_handle handles[2])
{
	uint16_t port;
	iosrc_handle listener = contract_tcp_listener(&port);
	iosrc_status status;

	handles[0] = system_socket(IOSRC_TYPE_STREAM);
	status = system_connect(handles[0], port);
	assert_true(status == IOSRC_OK || system_is_under_way(status));
	assert_true(system_await(listener, IOSRC_READABLE, 5000));
	handles[1] = system_accept(listener, NULL);
	assert_true(handles[1] >= 0);
	assert_true(system_await(handles[0], IOSRC_WRITABLE, 5000));
	assert_ok(system_take_error(handles[0]));
	system_close(listener);
	system_no_delay(handles[0]);
	system_no_delay(handles[1]);
	system_small_rooms(handles);
}

/* The last bytes are offered one at a time, so that not one more fits. Answers
 * whether anything did. */
static int fill_once(iosrc_handle handle)
{
	static const char zeros[BLOCK];
	size_t size = sizeof(zeros);
	int fitted = 0;

	for (;;) {
		int64_t sent = system_write(handle, zeros, size);

		if (sent >= 0) {
			fitted = 1;
			continue;
		}
		assert_status(sent, IOSRC_E_WOULD_BLOCK);
		if (size == 1)
			return fitted;
		size /= 2;
	}
}

void contract_stuff(iosrc_handle handle)
{
	fill_once(handle);
}

/* Where pairs are connections, what was sent goes on to the other end for a
 * while, and makes room. */
void contract_fill(iosrc_handle handle)
{
	while (fill_once(handle) && system_settling > 0)
		system_sleep(system_settling);
}

size_t contract_drain(iosrc_handle handle)
{
	char data[BLOCK];
	size_t total = 0;

	for (;;) {
		int64_t got = system_read(handle, data, sizeof(data));

		if (got == 0 || got == IOSRC_E_WOULD_BLOCK)
			return total;
		if (got < 0)
			fail_msg("read: %s",
			    iosrc_status_name((iosrc_status)got));
		total += (size_t)got;
	}
}

void contract_write(iosrc_handle handle, const void *data, size_t size)
{
	const char *at = data;

	while (size > 0) {
		int64_t sent = system_write(handle, at, size);

		if (sent <= 0)
			fail_msg("write: %s",
			    iosrc_status_name((iosrc_status)sent));
		at += sent;
		size -= (size_t)sent;
	}
}

iosrc_source *contract_source(iosrc_handle handle)
{
	iosrc_source *source = NULL;

	assert_ok(iosrc_create(handle, system_handle_type(handle), &source));
	assert_non_null(source);
	return source;
}
