/* SPDX-License-Identifier: MIT
 *
 * family_n_taken.c: N7, places that are taken, that stay behind, or that are
 * not there; and queues that are full.
 */
#include "family_n.h"

#include "endpoints.h"
#include "family_rig.h"

#include <stdio.h>
#include <string.h>

static iosrc_status try_listen(const iosrc_address *address, iosrc_flags flags)
{
	iosrc_listen_options options = { .flags = flags };
	iosrc_source *source = NULL;
	iosrc_status status = iosrc_listen(address, &options, sizeof(options),
	    &source);

	if (status == IOSRC_OK)
		assert_ok(iosrc_close(source));
	else
		assert_null(source);
	return status;
}

static iosrc_status try_bind(const iosrc_address *address, iosrc_flags flags)
{
	iosrc_datagram_options options = { .flags = flags };
	iosrc_source *source = NULL;
	iosrc_status status = iosrc_bind_datagram(address, &options,
	    sizeof(options), &source);

	if (status == IOSRC_OK)
		assert_ok(iosrc_close(source));
	else
		assert_null(source);
	return status;
}

static int ports_are_shared(void)
{
	iosrc_address address = net_anywhere(NET_TCP);

	if (try_listen(&address, IOSRC_LISTEN_REUSE_PORT) == IOSRC_OK)
		return 1;
	assert_status(try_listen(&address, IOSRC_LISTEN_REUSE_PORT),
	    IOSRC_E_UNSUPPORTED);
	contract_without("shared ports");
	return 0;
}

void contract_N7_an_address_in_use(void **state)
{
	iosrc_source *taker;
	iosrc_address address;

	(void)state;
	taker = net_listener(NET_TCP, &address);
	assert_kind(try_listen(&address, 0), IOSRC_KIND_ADDRESS_IN_USE);
	assert_kind(try_listen(&address, IOSRC_LISTEN_EXCLUSIVE_USE),
	    IOSRC_KIND_ADDRESS_IN_USE);
	if (ports_are_shared())
		assert_kind(try_listen(&address, IOSRC_LISTEN_REUSE_PORT),
		    IOSRC_KIND_ADDRESS_IN_USE);
	assert_ok(iosrc_close(taker));
	assert_ok(try_listen(&address, 0));

	address = net_anywhere(NET_TCP);
	taker = net_bind(&address);
	address = net_local(taker);
	assert_kind(try_bind(&address, 0), IOSRC_KIND_ADDRESS_IN_USE);
	assert_kind(try_bind(&address, IOSRC_LISTEN_EXCLUSIVE_USE),
	    IOSRC_KIND_ADDRESS_IN_USE);
	assert_ok(iosrc_close(taker));
	assert_ok(try_bind(&address, 0));
}

void contract_N7_a_port_that_is_shared(void **state)
{
	iosrc_listen_options listen = { .flags = IOSRC_LISTEN_REUSE_PORT };
	iosrc_datagram_options datagram = { .flags = IOSRC_LISTEN_REUSE_PORT };
	iosrc_address address = net_anywhere(NET_TCP);
	iosrc_source *one, *other;

	(void)state;
	if (!ports_are_shared())
		contract_skip("the system shares no ports among sockets");
	assert_ok(iosrc_listen(&address, &listen, sizeof(listen), &one));
	address = net_local(one);
	assert_ok(iosrc_listen(&address, &listen, sizeof(listen), &other));
	assert_kind(try_listen(&address, 0), IOSRC_KIND_ADDRESS_IN_USE);
	assert_ok(iosrc_close(one));
	assert_ok(iosrc_close(other));

	address = net_anywhere(NET_TCP);
	assert_ok(
	    iosrc_bind_datagram(&address, &datagram, sizeof(datagram), &one));
	address = net_local(one);
	assert_ok(
	    iosrc_bind_datagram(&address, &datagram, sizeof(datagram), &other));
	assert_ok(iosrc_close(one));
	assert_ok(iosrc_close(other));
}

/* The side that closes first keeps its address for a minute (TIME_WAIT). */
void contract_N7_a_server_starts_again_at_once(void **state)
{
	iosrc_source *listener, *client, *served;
	iosrc_address address;
	char byte;

	(void)state;
	listener = net_listener(NET_TCP, &address);
	client = net_connect(&address, IOSRC_TYPE_STREAM);
	served = net_accept(listener, NULL);
	assert_ok(iosrc_close(served));
	net_await(client);
	assert_int_equal(iosrc_read(client, &byte, 1), 0);
	assert_ok(iosrc_close(client));
	assert_ok(iosrc_close(listener));
	if (system_keeps_ports)
		assert_kind(try_listen(&address, IOSRC_LISTEN_EXCLUSIVE_USE),
		    IOSRC_KIND_ADDRESS_IN_USE);
	assert_ok(try_listen(&address, 0));
}

static void expect_talk(iosrc_source *listener, const iosrc_address *address)
{
	iosrc_source *client = net_connect(address, IOSRC_TYPE_STREAM);
	iosrc_source *served = net_accept(listener, NULL);

	assert_ok(iosrc_close(client));
	assert_ok(iosrc_close(served));
}

/* A path stays behind; what lives, or is no socket, is never taken away. */
void contract_N7_a_unix_path_in_use(void **state)
{
	iosrc_listen_options stale = { .flags = IOSRC_LISTEN_UNLINK_STALE };
	iosrc_address path = net_path();
	iosrc_source *taker, *heir;
	char name[257] = "";
	FILE *file;

	(void)state;
	net_need(NET_UNIX);
	taker = net_listen(&path, IOSRC_TYPE_STREAM);
	assert_kind(try_listen(&path, 0), IOSRC_KIND_ADDRESS_IN_USE);
	assert_kind(try_listen(&path, IOSRC_LISTEN_UNLINK_STALE),
	    IOSRC_KIND_ADDRESS_IN_USE);
	expect_talk(taker, &path);
	assert_ok(iosrc_close(taker));
	assert_kind(try_listen(&path, 0), IOSRC_KIND_ADDRESS_IN_USE);
	assert_ok(iosrc_listen(&path, &stale, sizeof(stale), &heir));
	expect_talk(heir, &path);
	assert_ok(iosrc_close(heir));
	net_unlink(&path);

	memcpy(name, path.data, path.size);
	file = fopen(name, "wx");
	assert_non_null(file);
	fclose(file);
	assert_kind(try_listen(&path, IOSRC_LISTEN_UNLINK_STALE),
	    IOSRC_KIND_ADDRESS_IN_USE);
	net_unlink(&path);
}

void contract_N7_a_datagram_path_in_use(void **state)
{
	iosrc_address path = net_path();
	iosrc_source *taker;

	(void)state;
	net_need(NET_UNIX_DATAGRAM);
	taker = net_bind(&path);
	assert_kind(try_bind(&path, 0), IOSRC_KIND_ADDRESS_IN_USE);
	assert_kind(try_bind(&path, IOSRC_LISTEN_UNLINK_STALE),
	    IOSRC_KIND_ADDRESS_IN_USE);
	assert_ok(iosrc_close(taker));
	assert_kind(try_bind(&path, 0), IOSRC_KIND_ADDRESS_IN_USE);
	assert_ok(try_bind(&path, IOSRC_LISTEN_UNLINK_STALE));
	net_unlink(&path);
}

static void paths_that_are_not_there(void)
{
	iosrc_address path = net_address("unix:/nowhere-at-all/x");
	iosrc_source *source = NULL, *other;

	assert_kind(try_listen(&path, 0), IOSRC_KIND_NOT_FOUND);
	assert_kind(try_bind(&path, 0), IOSRC_KIND_NOT_FOUND);
	assert_kind(iosrc_connect(&path, NULL, 0, &source),
	    IOSRC_KIND_NOT_FOUND);
	path = net_path();
	assert_kind(iosrc_connect(&path, NULL, 0, &source),
	    IOSRC_KIND_NOT_FOUND);
	other = net_bind(&path);
	assert_kind(iosrc_connect(&path, NULL, 0, &source),
	    IOSRC_KIND_INVALID); /* EPROTOTYPE: of another type */
	assert_ok(iosrc_close(other));
	assert_kind(iosrc_connect(&path, NULL, 0, &source),
	    IOSRC_KIND_CONNECTION_REFUSED);
	net_unlink(&path);
	assert_null(source);
}

/* A folder that is not there, an address that is not ours. */
void contract_N7_places_that_are_not_there(void **state)
{
	iosrc_address foreign = net_address("192.0.2.1:0");

	(void)state;
	assert_kind(try_listen(&foreign, 0), IOSRC_KIND_ADDRESS_INVALID);
	if (!system_differs(SYSTEM_FOREIGN_IS_BOUND))
		assert_kind(try_bind(&foreign, 0), IOSRC_KIND_ADDRESS_INVALID);
	if (net_has(NET_UNIX_DATAGRAM))
		paths_that_are_not_there();
}

#define CROWD 16

static void full_backlog(enum net_kind kind)
{
	iosrc_listen_options options = { .type = net_type(kind), .backlog = 2 };
	iosrc_connect_options same;
	iosrc_source *clients[CROWD], *listener, *served;
	iosrc_address path = net_path();
	iosrc_status status;
	unsigned count = 0;

	if (!net_has(kind))
		return;
	memset(&same, 0, sizeof(same));
	same.type = net_type(kind);
	assert_ok(iosrc_listen(&path, &options, sizeof(options), &listener));
	while ((status = iosrc_connect(&path, &same, sizeof(same),
	            &clients[count])) == IOSRC_OK)
		assert_true(++count < CROWD);
	assert_status(status, IOSRC_E_WOULD_BLOCK);
	assert_true(count >= 2);
	served = net_accept(listener, NULL);
	assert_ok(iosrc_close(served));
	assert_ok(iosrc_connect(&path, &same, sizeof(same), &clients[count]));
	assert_status(
	    iosrc_connect(&path, &same, sizeof(same), &clients[count + 1]),
	    IOSRC_E_WOULD_BLOCK);
	for (count++; count > 0; count--)
		assert_ok(iosrc_close(clients[count - 1]));
	assert_ok(iosrc_close(listener));
	net_unlink(&path);
}

void contract_N7_a_full_backlog_would_block(void **state)
{
	(void)state;
	net_need(NET_UNIX);
	full_backlog(NET_UNIX);
	full_backlog(NET_SEQPACKET);
}

/* Without the flag an inet6 listener takes inet as well, whatever the
 * system's default is; with it the port is free for inet. */
void contract_N7_inet6_with_and_without_inet(void **state)
{
	iosrc_listen_options alone = { .flags = IOSRC_LISTEN_V6_ONLY };
	iosrc_address any = net_address("[::]:0"), address, peer;
	iosrc_address inet = net_anywhere(NET_TCP);
	iosrc_source *listener, *client, *served, *source = NULL;

	(void)state;
	net_need_inet6();
	listener = net_listen(&any, IOSRC_TYPE_STREAM);
	inet.port = net_local(listener).port;
	client = net_connect(&inet, IOSRC_TYPE_STREAM);
	served = net_accept(listener, &peer);
	assert_int_equal(peer.family, IOSRC_FAMILY_INET6);
	address = net_local(client);
	assert_int_equal(peer.port, address.port);
	assert_ok(iosrc_close(served));
	assert_ok(iosrc_close(client));
	assert_kind(try_listen(&inet, 0), IOSRC_KIND_ADDRESS_IN_USE);
	assert_ok(iosrc_close(listener));

	assert_ok(iosrc_listen(&any, &alone, sizeof(alone), &listener));
	inet.port = net_local(listener).port;
	assert_ok(iosrc_listen(&inet, NULL, 0, &source));
	assert_ok(iosrc_close(source));
	assert_ok(iosrc_close(listener));
}
