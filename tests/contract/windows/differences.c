/* SPDX-License-Identifier: MIT
 *
 * differences.c: where Wine 8 is known to be no Windows, each with a probe by
 * calls of the system alone. Tests bear a difference only while its probe shows
 * it; on Windows they are strict. For each there is a test that fails under
 * Wine when the probe shows it no longer: then the line is to go.
 */

#include "family_rig.h"
#include "native.h"

#include <string.h>
#include <winternl.h>

static void talk(iosrc_handle pair[2])
{
	contract_tcp_pair(pair);
}

static void end(iosrc_handle pair[2])
{
	system_close(pair[0]);
	system_close(pair[1]);
}

/* ---- probes: do they show it? ---- */

static int poll_once(iosrc_handle handle, short events)
{
	WSAPOLLFD item = { (SOCKET)handle, events, 0 };

	native_must(WSAPoll(&item, 1, 2000) >= 0, "WSAPoll");
	return item.revents;
}

/* WSAPoll is AFD's poll: a hang-up is told beside the data, or it is not. */
static int end_behind_data(void)
{
	iosrc_handle pair[2];
	int told;

	talk(pair);
	contract_write(pair[1], "x", 1);
	assert_ok(system_shutdown(pair[1], IOSRC_WRITABLE));
	system_sleep(20 * CONTRACT_MS);
	told = poll_once(pair[0], POLLRDNORM);
	end(pair);
	return (told & POLLHUP) == 0;
}

static int reset_swallowed(void)
{
	iosrc_handle pair[2];
	char byte;
	int64_t got;

	talk(pair);
	system_reset_on_close(pair[1]);
	system_close(pair[1]);
	system_sleep(20 * CONTRACT_MS);
	/* It is the system's poll that swallows it. */
	poll_once(pair[0], POLLRDNORM);
	got = system_read(pair[0], &byte, 1);
	system_close(pair[0]);
	return got == 0;
}

static int refusal_swallowed(void)
{
	uint16_t port = rig_dead_port(IOSRC_TYPE_DATAGRAM);
	iosrc_handle handle = system_socket(IOSRC_TYPE_DATAGRAM);
	char byte;
	int64_t got;

	assert_ok(system_connect(handle, port));
	contract_write(handle, "x", 1);
	system_sleep(20 * CONTRACT_MS);
	poll_once(handle, POLLRDNORM | POLLWRNORM);
	got = system_read(handle, &byte, 1);
	system_close(handle);
	return got == IOSRC_E_WOULD_BLOCK;
}

static void *poll_it(void *user)
{
	WSAPOLLFD item = { *(SOCKET *)user, POLLRDNORM, 0 };

	WSAPoll(&item, 1, 2000); /* which may find it closed already */
	return NULL;
}

/* A poll of another thread, which Wine ends when that comes to it. */
static int late_close_once(void)
{
	iosrc_handle again = system_socket(IOSRC_TYPE_STREAM), listener;
	system_thread thread;
	iosrc_status status;
	uint16_t port;

	listener = contract_tcp_listener(&port);
	rig_start(&thread, poll_it, &listener);
	system_sleep(5 * CONTRACT_MS);
	system_close(listener);
	status = system_bind(again, port);
	system_thread_join(thread);
	system_close(again);
	return status != IOSRC_OK;
}

static int late_close(void)
{
	int tries;

	for (tries = 0; tries < 50; tries++)
		if (late_close_once())
			return 1;
	return 0;
}

static int unconnected_is_invalid(void)
{
	iosrc_handle handle = system_socket(IOSRC_TYPE_DATAGRAM);
	int64_t got = system_send(handle, "x", 1, 0);

	system_close(handle);
	return iosrc_status_os((iosrc_status)got) == WSAEINVAL;
}

static int foreign_is_bound(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	iosrc_handle handle = system_socket(IOSRC_TYPE_DATAGRAM);
	int bound;

	address.sin_addr.s_addr = htonl(0xc0000201); /* 192.0.2.1 */
	bound = bind((SOCKET)handle, (struct sockaddr *)&address,
	            sizeof(address)) == 0;
	system_close(handle);
	return bound;
}

static int no_keep_alive_times(void)
{
	iosrc_handle handle = system_socket(IOSRC_TYPE_STREAM);
	DWORD value = 50;
	int refused = setsockopt((SOCKET)handle, IPPROTO_TCP, 3,
	                  (const char *)&value, sizeof(value)) != 0;

	system_close(handle);
	return refused;
}

static int left_group_is_invalid(void)
{
	iosrc_handle handle = system_socket(IOSRC_TYPE_DATAGRAM);
	struct ip_mreq group;
	int refused;

	group.imr_multiaddr.s_addr = htonl(0xefff4d4d); /* 239.255.77.77 */
	group.imr_interface.s_addr = htonl(INADDR_LOOPBACK);
	refused = setsockopt((SOCKET)handle, IPPROTO_IP, IP_DROP_MEMBERSHIP,
	              (const char *)&group, sizeof(group)) != 0 &&
	    WSAGetLastError() == WSAEINVAL;
	system_close(handle);
	return refused;
}

static int no_interface_by_index(void)
{
	iosrc_handle handle = system_socket(IOSRC_TYPE_DATAGRAM);
	DWORD index = htonl(1);
	int refused = setsockopt((SOCKET)handle, IPPROTO_IP, IP_MULTICAST_IF,
	                  (const char *)&index, sizeof(index)) != 0;

	system_close(handle);
	return refused;
}

static int no_unix(void)
{
	return !system_has_unix(IOSRC_TYPE_STREAM);
}

/* FileReplaceCompletionInformation, since Windows 8.1. */
static int bound_for_good(void)
{
	struct {
		HANDLE port;
		void *key;
	} none = { NULL, NULL };
	iosrc_handle pipe[2];
	IO_STATUS_BLOCK done;
	NTSTATUS status;

	contract_pipe(pipe);
	status = NtSetInformationFile(native_handle(pipe[0]), &done, &none,
	    sizeof(none), (FILE_INFORMATION_CLASS)61);
	end(pipe);
	return status < 0;
}

static int base_of_anything(void)
{
	HANDLE event = CreateEventW(NULL, TRUE, FALSE, NULL);
	SOCKET base;
	DWORD size = 0;
	int answered = WSAIoctl((SOCKET)event, 0x48000022 /* SIO_BASE_HANDLE */,
	                   NULL, 0, &base, sizeof(base), &size, NULL,
	                   NULL) == 0;

	CloseHandle(event);
	return answered;
}

static int no_wait_packets(void)
{
	HMODULE ntdll = GetModuleHandleW(L"ntdll.dll");

	return !native_wait_packets_doubled() &&
	    GetProcAddress(ntdll, "NtAssociateWaitCompletionPacket") == NULL;
}

/* ---- the list ---- */

static const struct {
	const char *name;
	int (*shows)(void);
} differences[SYSTEM_DIFFERENCES] = {
	[SYSTEM_END_BEHIND_DATA] = { "the end behind unread data, which Wine "
	                             "tells when it is read",
	    end_behind_data },
	[SYSTEM_RESET_SWALLOWED] = { "the reset's error, which Wine swallows",
	    reset_swallowed },
	[SYSTEM_REFUSAL_SWALLOWED] = { "a datagram's refusal, which Wine "
	                               "swallows",
	    refusal_swallowed },
	[SYSTEM_LATE_CLOSE] = { "ends at once of sockets that are polled, which "
	                        "Wine makes a moment later",
	    late_close },
	[SYSTEM_UNCONNECTED_IS_INVALID] = { "Windows' code for sending to "
	                                    "nobody",
	    unconnected_is_invalid },
	[SYSTEM_FOREIGN_IS_BOUND] = { "foreign addresses, which Wine binds",
	    foreign_is_bound },
	[SYSTEM_NO_KEEP_ALIVE_TIMES] = { "keep-alive times, which Wine lacks",
	    no_keep_alive_times },
	[SYSTEM_LEFT_GROUP_IS_INVALID] = { "Windows' code for a group that was "
	                                   "not joined",
	    left_group_is_invalid },
	[SYSTEM_NO_INTERFACE_BY_INDEX] = { "interfaces by their index, which "
	                                   "Wine does not know",
	    no_interface_by_index },
	[SYSTEM_NO_UNIX] = { "AF_UNIX, which Wine lacks", no_unix },
	[SYSTEM_BOUND_FOR_GOOD] = { "pipes without a port once they had one, "
	                            "which Wine does not take back",
	    bound_for_good },
	[SYSTEM_BASE_OF_ANYTHING] = { "base handles, which Wine answers for "
	                              "anything",
	    base_of_anything },
	[SYSTEM_NO_WAIT_PACKETS] = { "wait packets, which Wine lacks",
	    no_wait_packets },
};

int system_differs(enum system_difference which)
{
	if (!native_is_wine() || !differences[which].shows())
		return 0;
	contract_without(differences[which].name);
	return 1;
}

static void shows_still(enum system_difference which)
{
	if (!native_is_wine())
		contract_skip("this is no Wine");
	if (!differences[which].shows())
		fail_msg("this Wine has %s no longer: the difference is to go "
		         "from the list",
		    differences[which].name);
}

#define STILL(test, which) \
	static void test(void **state) \
	{ \
		(void)state; \
		shows_still(which); \
	} \
	struct still /* so that a line ends with a semicolon */

STILL(contract_wine_tells_an_end_when_the_data_is_read, SYSTEM_END_BEHIND_DATA);
STILL(contract_wine_swallows_resets, SYSTEM_RESET_SWALLOWED);
STILL(contract_wine_swallows_refusals, SYSTEM_REFUSAL_SWALLOWED);
STILL(contract_wine_ends_polled_sockets_late, SYSTEM_LATE_CLOSE);
STILL(contract_wine_calls_sending_to_nobody_invalid,
    SYSTEM_UNCONNECTED_IS_INVALID);
STILL(contract_wine_binds_foreign_addresses, SYSTEM_FOREIGN_IS_BOUND);
STILL(contract_wine_lacks_keep_alive_times, SYSTEM_NO_KEEP_ALIVE_TIMES);
STILL(contract_wine_calls_leaving_no_group_invalid,
    SYSTEM_LEFT_GROUP_IS_INVALID);
STILL(contract_wine_knows_no_interface_by_index, SYSTEM_NO_INTERFACE_BY_INDEX);
STILL(contract_wine_lacks_unix_sockets, SYSTEM_NO_UNIX);
STILL(contract_wine_binds_to_a_port_for_good, SYSTEM_BOUND_FOR_GOOD);
STILL(contract_wine_answers_base_handles_of_anything, SYSTEM_BASE_OF_ANYTHING);
STILL(contract_wine_lacks_wait_packets, SYSTEM_NO_WAIT_PACKETS);

const struct contract_test contract_family_d[] = {
	CONTRACT_TEST(contract_wine_tells_an_end_when_the_data_is_read),
	CONTRACT_TEST(contract_wine_swallows_resets),
	CONTRACT_TEST(contract_wine_swallows_refusals),
	CONTRACT_TEST(contract_wine_ends_polled_sockets_late),
	CONTRACT_TEST(contract_wine_calls_sending_to_nobody_invalid),
	CONTRACT_TEST(contract_wine_binds_foreign_addresses),
	CONTRACT_TEST(contract_wine_lacks_keep_alive_times),
	CONTRACT_TEST(contract_wine_calls_leaving_no_group_invalid),
	CONTRACT_TEST(contract_wine_knows_no_interface_by_index),
	CONTRACT_TEST(contract_wine_lacks_unix_sockets),
	CONTRACT_TEST(contract_wine_binds_to_a_port_for_good),
	CONTRACT_TEST(contract_wine_answers_base_handles_of_anything),
	CONTRACT_TEST(contract_wine_lacks_wait_packets), { NULL, NULL, 0 }
};
