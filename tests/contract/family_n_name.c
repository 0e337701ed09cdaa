/* SPDX-License-Identifier: MIT
 *
 * family_n_name.c: N6, the addresses that sockets have: unnamed, abstract, by
 * path, and too long for the system.
 */
#include "family_n.h"

#include "endpoints.h"
#include "family_rig.h"

#include <stdio.h>
#include <string.h>

static void is_unnamed(const iosrc_address *address)
{
	iosrc_address wanted;

	memset(&wanted, 0, sizeof(wanted));
	wanted.family = IOSRC_FAMILY_UNIX;
	assert_true(net_equal(address, &wanted));
}

void contract_N6_unnamed_peers(void **state)
{
	static const enum net_kind kinds[] = { NET_UNIX, NET_SEQPACKET };
	iosrc_source *listener, *client, *served;
	iosrc_address path, peer;
	struct net net;
	unsigned i;

	(void)state;
	net_need(NET_UNIX);
	for (i = 0; i < 2; i++) {
		if (!net_has(kinds[i]))
			continue;
		listener = net_listener(kinds[i], &path);
		client = net_connect(&path, net_type(kinds[i]));
		memset(&peer, 0x5a, sizeof(peer));
		served = net_accept(listener, &peer);
		is_unnamed(&peer);
		peer = net_peer(served);
		is_unnamed(&peer);
		peer = net_local(client);
		is_unnamed(&peer);
		peer = net_peer(client);
		assert_true(net_equal(&peer, &path));
		peer = net_local(served);
		assert_true(net_equal(&peer, &path));
		assert_ok(iosrc_close(served));
		assert_ok(iosrc_close(client));
		assert_ok(iosrc_close(listener));
		net_unlink(&path);
	}
	if (!net_has(NET_PAIR_SEQPACKET)) /* pairs of another family */
		return;
	net_open(NET_PAIR, &net);
	peer = net_peer(net.a);
	is_unnamed(&peer);
	peer = net_local(net.b);
	is_unnamed(&peer);
	net_close(&net);
}

static iosrc_address abstract(const char *end)
{
	char text[64];

	snprintf(text, sizeof(text), "unix:@iosrc-%ld%s", system_process_id(),
	    end);
	return net_address(text);
}

/* Both ends are named; without the leading NUL, with one inside. */
void contract_N6_abstract_names(void **state)
{
	iosrc_address name = abstract("-\\x00-\\xff"), from = abstract("-b");
	iosrc_connect_options options;
	iosrc_source *listener, *client, *served, *second = NULL;
	iosrc_address peer;

	(void)state;
	net_need_abstract();
	memset(&options, 0, sizeof(options));
	options.source = from;
	listener = net_listen(&name, IOSRC_TYPE_STREAM);
	peer = net_local(listener);
	assert_true(net_equal(&peer, &name));
	assert_int_not_equal(name.data[0], 0);
	assert_ok(iosrc_connect(&name, &options, sizeof(options), &client));
	served = net_accept(listener, &peer);
	assert_true(net_equal(&peer, &from));
	peer = net_peer(client);
	assert_true(net_equal(&peer, &name));
	assert_kind(iosrc_listen(&name, NULL, 0, &second),
	    IOSRC_KIND_ADDRESS_IN_USE);
	assert_null(second);
	assert_ok(iosrc_close(served));
	assert_ok(iosrc_close(client));
	assert_ok(iosrc_close(listener));
	/* Nothing stays behind. */
	assert_ok(iosrc_listen(&name, NULL, 0, &listener));
	assert_ok(iosrc_close(listener));
}

void contract_N6_paths(void **state)
{
	iosrc_address path = net_path(), from = net_path(), peer;
	iosrc_connect_options options;
	iosrc_source *listener, *client, *served;

	(void)state;
	net_need(NET_UNIX);
	memset(&options, 0, sizeof(options));
	options.source = from;
	listener = net_listen(&path, IOSRC_TYPE_STREAM);
	peer = net_local(listener);
	assert_true(net_equal(&peer, &path));
	assert_ok(iosrc_connect(&path, &options, sizeof(options), &client));
	served = net_accept(listener, &peer);
	assert_true(net_equal(&peer, &from));
	peer = net_peer(served);
	assert_true(net_equal(&peer, &from));
	peer = net_local(client);
	assert_true(net_equal(&peer, &from));
	assert_ok(iosrc_close(served));
	assert_ok(iosrc_close(client));
	assert_ok(iosrc_close(listener));
	net_unlink(&path);
	net_unlink(&from);
}

/* ---- too long ---- */

static iosrc_address long_name(uint32_t family, size_t size)
{
	iosrc_address address;

	memset(&address, 0, sizeof(address));
	address.family = family;
	address.size = (uint32_t)size;
	memset(address.data, 'n', size);
	if (family == IOSRC_FAMILY_UNIX)
		memcpy(address.data, "/tmp/", 5);
	snprintf((char *)address.data + 5, 16, "%010ld", system_process_id());
	address.data[15] = 'n';
	return address;
}

static void too_long(const iosrc_address *address)
{
	iosrc_connect_options options;
	iosrc_address plain = abstract("-x");
	iosrc_source *source = NULL;
	struct net net;

	assert_status(iosrc_listen(address, NULL, 0, &source),
	    IOSRC_E_NO_SPACE);
	assert_status(iosrc_connect(address, NULL, 0, &source),
	    IOSRC_E_NO_SPACE);
	assert_status(iosrc_bind_datagram(address, NULL, 0, &source),
	    IOSRC_E_NO_SPACE);
	memset(&options, 0, sizeof(options));
	options.source = *address;
	assert_status(iosrc_connect(&plain, &options, sizeof(options), &source),
	    IOSRC_E_NO_SPACE);
	net_open(NET_PAIR_DATAGRAM, &net);
	assert_status(iosrc_send_to(net.a, "x", 1, 0, address),
	    IOSRC_E_NO_SPACE);
	net_close(&net);
	assert_null(source);
}

/* sun_path has 108 bytes on Linux; an abstract name spends one on its NUL. */
void contract_N6_path_too_long(void **state)
{
	static const uint32_t families[] = { IOSRC_FAMILY_UNIX,
		IOSRC_FAMILY_UNIX_ABSTRACT };
	iosrc_address address, got;
	iosrc_source *listener;
	size_t size;
	unsigned i;

	(void)state;
	net_need_abstract();
	for (i = 0; i < 2; i++) {
		for (size = 109 - i; size <= 256; size += 49) {
			address = long_name(families[i], size);
			too_long(&address);
		}
		address = long_name(families[i], 107);
		listener = net_listen(&address, IOSRC_TYPE_STREAM);
		got = net_local(listener);
		assert_true(net_equal(&got, &address));
		assert_ok(iosrc_close(listener));
		if (i == 0)
			net_unlink(&address);
	}
}

void contract_N6_no_address_of_what_is_no_socket(void **state)
{
	iosrc_address address, before;
	iosrc_source *listener;
	struct net net;

	(void)state;
	memset(&before, 0x5a, sizeof(before));
	address = before;
	net_open(NET_PIPE, &net);
	assert_kind(iosrc_local_address(net.a, &address),
	    IOSRC_KIND_BAD_HANDLE);
	assert_kind(iosrc_peer_address(net.a, &address), IOSRC_KIND_BAD_HANDLE);
	net_close(&net);
	assert_true(net_equal(&address, &before));
	listener = net_listener(NET_TCP, &address);
	address = before;
	assert_kind(iosrc_peer_address(listener, &address),
	    IOSRC_KIND_NOT_CONNECTED);
	assert_true(net_equal(&address, &before));
	assert_ok(iosrc_close(listener));
}
