/* SPDX-License-Identifier: MIT
 *
 * family_n.c: endpoints as they are born (N1) and accepting (N4); the table of
 * the family.
 */
#include "family_n.h"

#include "endpoints.h"
#include "family_rig.h"

#include <string.h>

/* ---- N1 ---- */

static void is_well_born(const iosrc_source *source, const char *what)
{
	assert_true(system_is_open(net_handle(source)));
	if (!system_is_nonblocking(net_handle(source)))
		fail_msg("%s: blocks", what);
	if (system_is_inherited(net_handle(source)))
		fail_msg("%s: is inherited by programs", what);
}

static void both_are_well_born(enum net_kind kind)
{
	struct net net;
	char byte;

	if (!net_has(kind))
		return;
	net_open(kind, &net);
	is_well_born(net.a, net_names[kind]);
	is_well_born(net.b, net_names[kind]);
	assert_status(iosrc_read(net.a, &byte, 1), IOSRC_E_WOULD_BLOCK);
	assert_int_equal(iosrc_write(net.b, "x", 1), 1);
	net_await(net.a);
	assert_int_equal(iosrc_read(net.a, &byte, 1), 1);
	assert_int_equal(byte, 'x');
	net_close(&net);
}

static void contract_N1_connected_accepted_paired_and_bound(void **state)
{
	unsigned kind;

	(void)state;
	for (kind = 0; kind < NET_KINDS; kind++)
		if (!net_is_inet6((enum net_kind)kind))
			both_are_well_born((enum net_kind)kind);
}

static void contract_N1_of_inet6(void **state)
{
	(void)state;
	net_need_inet6();
	both_are_well_born(NET_TCP6);
	both_are_well_born(NET_UDP6);
}

static void contract_N1_listeners(void **state)
{
	static const enum net_kind kinds[] = { NET_TCP, NET_UNIX,
		NET_SEQPACKET };
	iosrc_source *listener;
	iosrc_address address;
	unsigned i;

	(void)state;
	for (i = 0; i < 3; i++) {
		if (!net_has(kinds[i]))
			continue;
		listener = net_listener(kinds[i], &address);
		is_well_born(listener, net_names[kinds[i]]);
		assert_ok(iosrc_close(listener));
		if (address.family == IOSRC_FAMILY_UNIX)
			net_unlink(&address);
	}
}

/* What the default is told by the defaults: no options, all zero, and fewer
 * bytes of them are the same. */
static void contract_N1_options_left_out_are_defaults(void **state)
{
	iosrc_address address = net_address("127.0.0.1:0");
	iosrc_listen_options zero;
	iosrc_source *listeners[3];
	size_t i;

	(void)state;
	memset(&zero, 0, sizeof(zero));
	assert_ok(iosrc_listen(&address, NULL, 0, &listeners[0]));
	assert_ok(iosrc_listen(&address, &zero, sizeof(zero), &listeners[1]));
	assert_ok(iosrc_listen(&address, &zero, 4, &listeners[2]));
	for (i = 0; i < 3; i++) {
		iosrc_address here = net_local(listeners[i]);
		iosrc_source *client, *served;

		assert_int_not_equal(here.port, 0);
		assert_ok(iosrc_connect(&here, NULL, 0, &client));
		served = net_accept(listeners[i], NULL);
		assert_ok(iosrc_close(served));
		assert_ok(iosrc_close(client));
		assert_ok(iosrc_close(listeners[i]));
	}
}

/* ---- N4 ---- */

static void accepts_to_the_last(enum net_kind kind)
{
	iosrc_source *out = (void *)(uintptr_t)0x5a5a;
	iosrc_source *listener, *client[3], *served[3];
	iosrc_address address, peer;
	unsigned i;

	if (!net_has(kind))
		return;
	memset(&peer, 0x5a, sizeof(peer));
	listener = net_listener(kind, &address);
	assert_status(iosrc_accept(listener, &peer, &out), IOSRC_E_WOULD_BLOCK);
	assert_true(out == (void *)(uintptr_t)0x5a5a);
	assert_int_equal(peer.family, 0x5a5a5a5a);
	for (i = 0; i < 3; i++)
		client[i] = net_connect(&address, net_type(kind));
	for (i = 0; i < 3; i++)
		served[i] = net_accept(listener, &peer);
	assert_int_equal(peer.family, address.family);
	for (i = 0; i < 3; i++)
		assert_status(iosrc_accept(listener, NULL, &out),
		    IOSRC_E_WOULD_BLOCK);
	assert_true(out == (void *)(uintptr_t)0x5a5a);
	for (i = 0; i < 3; i++) {
		assert_ok(iosrc_close(client[i]));
		assert_ok(iosrc_close(served[i]));
	}
	assert_ok(iosrc_close(listener));
	if (address.family == IOSRC_FAMILY_UNIX)
		net_unlink(&address);
}

static void contract_N4_accept_answers_would_block_when_drained(void **state)
{
	(void)state;
	accepts_to_the_last(NET_TCP);
	accepts_to_the_last(NET_UNIX);
	accepts_to_the_last(NET_SEQPACKET);
}

static void contract_N4_accept_on_what_does_not_listen(void **state)
{
	iosrc_source *out = NULL;
	struct net net;

	(void)state;
	net_open(NET_TCP, &net);
	assert_kind(iosrc_accept(net.a, NULL, &out), IOSRC_KIND_INVALID);
	net_close(&net);
	net_open(NET_UDP, &net);
	assert_kind(iosrc_accept(net.a, NULL, &out), IOSRC_KIND_UNSUPPORTED);
	net_close(&net);
	net_open(NET_PIPE, &net);
	assert_kind(iosrc_accept(net.a, NULL, &out), IOSRC_KIND_BAD_HANDLE);
	net_close(&net);
	assert_null(out);
}

const struct contract_test contract_family_n[] = {
	CONTRACT_TEST(contract_N1_connected_accepted_paired_and_bound),
	CONTRACT_TEST(contract_N1_of_inet6),
	CONTRACT_TEST(contract_N1_listeners),
	CONTRACT_TEST(contract_N1_options_left_out_are_defaults),
	CONTRACT_TEST(contract_N2_sockets_raise_no_signal),
	CONTRACT_TEST(contract_N2_sockets_of_inet6_raise_no_signal),
	CONTRACT_TEST(contract_N2_handles_that_others_opened_raise_no_signal),
	CONTRACT_TEST(contract_N2_own_end_shut_raises_no_signal),
	CONTRACT_TEST(contract_N2_batches_raise_no_signal),
	CONTRACT_TEST(contract_N2_pipes_raise_no_signal),
	CONTRACT_TEST_SECONDS(contract_N3_whole_by_read_and_write, 60),
	CONTRACT_TEST_SECONDS(contract_N3_whole_by_readv_and_writev, 60),
	CONTRACT_TEST_SECONDS(contract_N3_whole_by_send_and_recv, 60),
	CONTRACT_TEST_SECONDS(contract_N3_whole_by_send_and_peek, 60),
	CONTRACT_TEST_SECONDS(contract_N3_whole_by_send_and_recv_from, 60),
	CONTRACT_TEST_SECONDS(contract_N3_whole_by_batches_of_read_and_write,
	    60),
	CONTRACT_TEST_SECONDS(contract_N3_whole_by_batches_of_recv_and_send,
	    60),
	CONTRACT_TEST_SECONDS(contract_N3_whole_by_batches_through_a_ring, 60),
	CONTRACT_TEST(contract_N4_accept_answers_would_block_when_drained),
	CONTRACT_TEST(contract_N4_accept_on_what_does_not_listen),
	CONTRACT_TEST(contract_N5_texts_and_addresses_are_inverse),
	CONTRACT_TEST(contract_N5_one_address_in_several_texts),
	CONTRACT_TEST(contract_N5_random_addresses),
	CONTRACT_TEST(contract_N5_bad_texts),
	CONTRACT_TEST(contract_N5_sizes_of_texts),
	CONTRACT_TEST(contract_N5_room_for_texts),
	CONTRACT_TEST(contract_N5_what_is_no_address_has_no_text),
	CONTRACT_TEST(contract_N6_unnamed_peers),
	CONTRACT_TEST(contract_N6_abstract_names),
	CONTRACT_TEST(contract_N6_paths),
	CONTRACT_TEST(contract_N6_path_too_long),
	CONTRACT_TEST(contract_N6_no_address_of_what_is_no_socket),
	CONTRACT_TEST(contract_N7_an_address_in_use),
	CONTRACT_TEST(contract_N7_a_port_that_is_shared),
	CONTRACT_TEST(contract_N7_a_server_starts_again_at_once),
	CONTRACT_TEST(contract_N7_a_unix_path_in_use),
	CONTRACT_TEST(contract_N7_a_datagram_path_in_use),
	CONTRACT_TEST(contract_N7_permissions_of_a_path),
	CONTRACT_TEST(contract_N7_places_that_are_not_there),
	CONTRACT_TEST(contract_N7_a_full_backlog_would_block),
	CONTRACT_TEST(contract_N7_inet6_with_and_without_inet),
	CONTRACT_TEST(contract_N8_datagrams_are_truncated_and_say_so),
	CONTRACT_TEST(contract_N8_datagrams_of_inet6_are_truncated_and_say_so),
	CONTRACT_TEST(contract_N8_truncated_in_a_batch),
	CONTRACT_TEST(contract_N8_peek_tells_it_too_and_loses_nothing),
	CONTRACT_TEST(contract_N8_senders_are_told),
	CONTRACT_TEST(contract_N8_streams_truncate_nothing),
	CONTRACT_TEST(contract_N8_sending_to_nobody),
	CONTRACT_TEST(contract_N9_every_option_on_every_endpoint),
	CONTRACT_TEST(contract_N9_every_option_on_inet6),
	CONTRACT_TEST(contract_N9_v6_only),
	CONTRACT_TEST(contract_N9_options_take_effect),
	CONTRACT_TEST(contract_N9_multicast_groups),
	CONTRACT_TEST(contract_N9_multicast_groups_of_inet6),
	CONTRACT_TEST(contract_N9_options_of_what_is_no_socket),
	{ NULL, NULL, 0 }
};
