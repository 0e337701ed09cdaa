/* SPDX-License-Identifier: MIT
 *
 * family_r_layers.c: sockets of a layered provider, which nothing here has: a
 * double of WSAIoctl answers for one. What the library asks AFD about is the
 * socket at the bottom. And what is no socket, since Winsock was not begun.
 */
#include "family_h.h"

#include "family_sr.h"
#include "native.h"

#include <string.h>

#define BASE 0x48000022 /* SIO_BASE_HANDLE */
#define BSP 0x4800001b  /* SIO_BSP_HANDLE */
#define BSP_SELECT 0x4800001c
#define BSP_POLL 0x4800001d

/* What a socket has below it, by one question; others are refused. */
static struct layer {
	SOCKET above;
	DWORD question;
	SOCKET below;
} layers[4];
static size_t layer_count;
static unsigned asked;

static int WINAPI answer(SOCKET socket, DWORD question, LPVOID in,
    DWORD in_size, LPVOID out, DWORD out_size, LPDWORD out_count,
    LPWSAOVERLAPPED overlapped, LPWSAOVERLAPPED_COMPLETION_ROUTINE routine)
{
	size_t i;

	if (question != BASE && question != BSP && question != BSP_SELECT &&
	    question != BSP_POLL)
		return WSAIoctl(socket, question, in, in_size, out, out_size,
		    out_count, overlapped, routine);
	asked++;
	for (i = 0; i < layer_count; i++) {
		if (layers[i].above != socket || layers[i].question != question)
			continue;
		*out_count = out_size;
		memcpy(out, &layers[i].below, sizeof(SOCKET));
		return 0;
	}
	WSASetLastError(WSAEINVAL);
	return SOCKET_ERROR;
}

static void begin(void)
{
	native_double("WSAIoctl", (void (*)(void))answer);
	layer_count = 0;
}

static void put(iosrc_handle above, DWORD question, iosrc_handle below)
{
	layers[layer_count++] = (struct layer){ (SOCKET)above, question,
		(SOCKET)below };
}

static void one_layer(DWORD question)
{
	iosrc_poller *poller = contract_poller(0);
	iosrc_handle pair[2], above = system_socket(IOSRC_TYPE_STREAM);
	iosrc_source *source = contract_source(above);

	contract_tcp_pair(pair);
	layer_count = 0;
	put(above, question, pair[0]);
	put(pair[0], BASE, pair[0]);
	assert_ok(iosrc_register(source, poller, 1, IOSRC_READABLE));
	contract_expect_quiet(poller);
	contract_write(pair[1], "x", 1);
	assert_bits(contract_expect(poller, 1).ready, IOSRC_READABLE);
	assert_ok(iosrc_close(source));
	system_close(pair[0]);
	system_close(pair[1]);
	assert_ok(iosrc_poller_release(poller));
}

/* As providers answer that refuse the question for the base, or do not. */
void contract_R13_layered_sockets_are_looked_through(void **state)
{
	(void)state;
	begin();
	one_layer(BASE);
	one_layer(BSP_POLL);
	one_layer(BSP_SELECT);
	one_layer(BSP);
	assert_true(asked >= 1 + 2 + 1 + 3 + 1 + 4 + 1);
}

/* One that answers itself, one that answers in a circle, one that answers
 * nothing: what was refused first is told, and soon. */
void contract_R13_layers_without_a_bottom_are_told(void **state)
{
	iosrc_poller *poller = contract_poller(0);
	iosrc_handle pair[2];
	iosrc_source *source;
	int round;

	(void)state;
	begin();
	contract_tcp_pair(pair);
	source = contract_source(pair[0]);
	for (round = 0; round < 3; round++) {
		layer_count = 0;
		asked = 0;
		if (round > 0)
			put(pair[0], BSP_POLL, pair[round - 1]);
		if (round == 2)
			put(pair[1], BSP_POLL, pair[0]);
		assert_status(iosrc_register(source, poller, 1, IOSRC_READABLE),
		    iosrc_status_from_os(WSAEINVAL));
		assert_in_range(asked, 1, 100);
		assert_int_equal(iosrc_source_registration(source), 0);
	}
	contract_expect_quiet(poller);
	assert_ok(iosrc_close(source));
	system_close(pair[1]);
	assert_ok(iosrc_poller_release(poller));
}

/* ---- without Winsock ---- */

/* As Windows answers then; Wine 8 looks at the handle alone. */
static int WINAPI not_begun(SOCKET socket, int level, int name, char *out,
    int *size)
{
	(void)socket;
	(void)level;
	(void)name;
	(void)out;
	(void)size;
	WSASetLastError(WSANOTINITIALISED);
	return SOCKET_ERROR;
}

static void is_no_socket(iosrc_poller *poller, iosrc_handle handle)
{
	iosrc_source *source = contract_source(handle);
	char byte;

	assert_kind(iosrc_register(source, poller, 1, IOSRC_READABLE),
	    IOSRC_KIND_BAD_HANDLE);
	assert_kind(iosrc_read(source, &byte, 1), IOSRC_KIND_BAD_HANDLE);
	assert_kind(iosrc_write(source, "x", 1), IOSRC_KIND_BAD_HANDLE);
	contract_expect_quiet(poller);
	assert_ok(iosrc_into_inner(source, NULL));
}

/* A number of nothing is a bad handle before Winsock was begun, too. */
void contract_R13_no_socket_without_winsock(void **state)
{
	const struct native_import ours = { "getsockopt",
		(void (*)(void))not_begun };
	iosrc_poller *poller = contract_poller(0);
	iosrc_handle closed = system_socket(IOSRC_TYPE_STREAM);

	(void)state;
	system_close(closed);
	while (WSACleanup() == 0)
		continue;
	is_no_socket(poller, closed);
	if (native_import(&ours, 1) == 1)
		is_no_socket(poller, closed);
	else
		contract_without("Winsock's own answer, for the library is no "
		                 "DLL: it cannot be given a double");
	assert_ok(iosrc_poller_release(poller));
}
