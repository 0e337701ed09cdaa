/* SPDX-License-Identifier: MIT
 *
 * family_n_option.c: N9, each option on each kind of endpoint: what fits
 * answers what was set, what does not is UNSUPPORTED; and multicast groups.
 */
#include "family_n.h"

#include "endpoints.h"
#include "family_rig.h"

#include <limits.h>
#include <string.h>

#define KIND(kind) (1u << (kind))
#define TCP (KIND(NET_TCP) | KIND(NET_TCP6))
#define INET (KIND(NET_TCP) | KIND(NET_UDP))
#define INET6 (KIND(NET_TCP6) | KIND(NET_UDP6))
#define DATAGRAMS (KIND(NET_UDP) | KIND(NET_UDP6))
#define SOCKETS (KIND(NET_PIPE) - 1)
#define NO_VALUE INT64_MIN
#define NO_MULTICAST "no IP_MULTICAST_IF here (qemu-user translates none)"

/* good: taken and answered as they are; bad: INVALID, nothing changes. */
static const struct option {
	uint32_t option;
	unsigned kinds;
	int64_t good[5];
	int64_t bad[6];
} known[] = { { IOSRC_OPTION_NO_DELAY, TCP, { 1, 0, 1, 0, NO_VALUE },
	          { -1, 2, 256, INT64_MAX, INT64_MIN + 1, NO_VALUE } },
	{ IOSRC_OPTION_KEEP_ALIVE, TCP, { 1, 0, 1, NO_VALUE },
	    { -1, 2, INT64_C(0x100000001), NO_VALUE } },
	{ IOSRC_OPTION_KEEP_ALIVE_IDLE, TCP, { 1, 75, 32767, NO_VALUE },
	    { 0, -1, INT64_C(0x100000001), INT64_MAX, NO_VALUE } },
	{ IOSRC_OPTION_KEEP_ALIVE_INTERVAL, TCP, { 1, 75, 32767, NO_VALUE },
	    { 0, -1, INT64_C(0x100000001), INT64_MAX, NO_VALUE } },
	{ IOSRC_OPTION_KEEP_ALIVE_COUNT, TCP, { 1, 9, 127, NO_VALUE },
	    { 0, -1, INT64_C(0x100000001), INT64_MAX, NO_VALUE } },
	{ IOSRC_OPTION_LINGER, TCP, { 0, 1, 65535, -1, NO_VALUE },
	    { -2, 65536, INT64_C(0x100000001), INT64_MAX, NO_VALUE } },
	{ IOSRC_OPTION_TTL, INET, { 1, 64, 255, NO_VALUE },
	    { 0, -1, 256, INT64_C(0x100000001), NO_VALUE } },
	{ IOSRC_OPTION_HOP_LIMIT, INET6, { 1, 64, 255, NO_VALUE },
	    { 0, -1, 256, INT64_C(0x100000001), NO_VALUE } },
	{ IOSRC_OPTION_BROADCAST, KIND(NET_UDP), { 1, 0, 1, NO_VALUE },
	    { -1, 2, INT64_C(0x100000001), NO_VALUE } },
	{ IOSRC_OPTION_RECV_BUFFER, SOCKETS, { 20000, 50000, NO_VALUE },
	    { 0, -1, INT64_C(0x100000001), INT64_MAX, NO_VALUE } },
	{ IOSRC_OPTION_SEND_BUFFER, SOCKETS, { 20000, 50000, NO_VALUE },
	    { 0, -1, INT64_C(0x100000001), INT64_MAX, NO_VALUE } },
	{ IOSRC_OPTION_MULTICAST_LOOP, DATAGRAMS, { 0, 1, 0, NO_VALUE },
	    { -1, 2, INT64_C(0x100000001), NO_VALUE } },
	{ IOSRC_OPTION_MULTICAST_TTL, DATAGRAMS, { 0, 1, 255, NO_VALUE },
	    { -1, 256, INT64_C(0x100000001), NO_VALUE } },
	{ IOSRC_OPTION_MULTICAST_INTERFACE, DATAGRAMS, { 0, NO_VALUE },
	    { -1, INT64_C(0x80000000), INT64_C(0x100000001), NO_VALUE } } };
#define OPTIONS (sizeof(known) / sizeof(known[0]))

static void has_value(iosrc_source *source, uint32_t option, int64_t value,
    const char *what)
{
	int64_t got = 0x5a5a5a5a5a;
	iosrc_status status = iosrc_get_option(source, option, &got);

	if (status != IOSRC_OK || got != value)
		fail_msg("option %u of %s: %s, %lld, not %lld", option, what,
		    iosrc_status_name(status), (long long)got,
		    (long long)value);
}

static void fits(iosrc_source *source, const struct option *o, const char *what)
{
	int64_t now = 0;
	iosrc_status status;
	unsigned i;

	status = iosrc_get_option(source, o->option, &now);
	if (status != IOSRC_OK)
		fail_msg("option %u of %s: %s", o->option, what,
		    iosrc_status_name(status));
	for (i = 0; o->good[i] != NO_VALUE; i++) {
		now = o->good[i];
		status = iosrc_set_option(source, o->option, now);
		if (status != IOSRC_OK)
			fail_msg("option %u of %s to %lld: %s", o->option, what,
			    (long long)now, iosrc_status_name(status));
		has_value(source, o->option, now, what);
	}
	for (i = 0; o->bad[i] != NO_VALUE; i++) {
		status = iosrc_set_option(source, o->option, o->bad[i]);
		if (status != IOSRC_E_INVALID)
			fail_msg("option %u of %s to %lld: %s", o->option, what,
			    (long long)o->bad[i], iosrc_status_name(status));
		has_value(source, o->option, now, what);
	}
}

static void lacks(iosrc_source *source, const struct option *o,
    const char *what)
{
	int64_t got = 77;

	if (iosrc_set_option(source, o->option, o->good[0]) !=
	    IOSRC_E_UNSUPPORTED)
		fail_msg("option %u of %s can be set", o->option, what);
	if (iosrc_get_option(source, o->option, &got) != IOSRC_E_UNSUPPORTED)
		fail_msg("option %u of %s can be got", o->option, what);
	assert_int_equal(got, 77);
}

static void unknown_options(iosrc_source *source)
{
	static const uint32_t unknown[] = { 0, 16, 255, 0x80000001,
		UINT32_MAX };
	int64_t got = 77;
	unsigned i;

	for (i = 0; i < 5; i++) {
		assert_status(iosrc_set_option(source, unknown[i], 1),
		    IOSRC_E_UNSUPPORTED);
		assert_status(iosrc_get_option(source, unknown[i], &got),
		    IOSRC_E_UNSUPPORTED);
	}
	assert_int_equal(got, 77);
}

static int is_missing(enum net_kind kind, uint32_t option)
{
	return (KIND(kind) & TCP) && option >= IOSRC_OPTION_KEEP_ALIVE_IDLE &&
	    option <= IOSRC_OPTION_KEEP_ALIVE_COUNT &&
	    system_differs(SYSTEM_NO_KEEP_ALIVE_TIMES);
}

static void every_option(enum net_kind kind)
{
	int all = system_has_multicast();
	struct net net;
	size_t i;

	net_open(kind, &net);
	for (i = 0; i < OPTIONS; i++) {
		if (!all && known[i].option == IOSRC_OPTION_MULTICAST_INTERFACE)
			continue;
		if (is_missing(kind, known[i].option))
			continue;
		if (known[i].kinds & KIND(kind))
			fits(net.a, &known[i], net_names[kind]);
		else
			lacks(net.a, &known[i], net_names[kind]);
	}
	unknown_options(net.a);
	net_close(&net);
}

/* A pair that is a connection of inet has the options of one. */
static int is_disguised(unsigned kind)
{
	return (kind == NET_PAIR || kind == NET_PAIR_DATAGRAM) &&
	    !system_has_pairs(IOSRC_TYPE_SEQPACKET);
}

void contract_N9_every_option_on_every_endpoint(void **state)
{
	unsigned kind;

	(void)state;
	for (kind = 0; kind < NET_PIPE; kind++)
		if (!net_is_inet6((enum net_kind)kind) &&
		    net_has((enum net_kind)kind) && !is_disguised(kind))
			every_option((enum net_kind)kind);
	if (!system_has_multicast())
		contract_skip("all options but one: " NO_MULTICAST);
}

void contract_N9_every_option_on_inet6(void **state)
{
	(void)state;
	net_need_inet6();
	every_option(NET_TCP6);
	every_option(NET_UDP6);
	if (!system_has_multicast())
		contract_skip("all options but one: " NO_MULTICAST);
}

/* Told of any inet6 socket, changed before it is bound alone. */
void contract_N9_v6_only(void **state)
{
	static const struct option v6_only = { IOSRC_OPTION_V6_ONLY, INET6,
		{ 1, 0, 1, NO_VALUE }, { -1, 2, NO_VALUE } };
	iosrc_listen_options alone = { .flags = IOSRC_LISTEN_V6_ONLY };
	iosrc_datagram_options too = { .flags = IOSRC_LISTEN_V6_ONLY };
	iosrc_address any = net_address("[::]:0");
	iosrc_source *source;
	struct net net;

	(void)state;
	net_need_inet6();
	source = contract_source(system_socket_inet6());
	fits(source, &v6_only, "unbound tcp6");
	assert_ok(iosrc_close(source));
	assert_ok(iosrc_listen(&any, &alone, sizeof(alone), &source));
	has_value(source, IOSRC_OPTION_V6_ONLY, 1, "tcp6");
	assert_kind(iosrc_set_option(source, IOSRC_OPTION_V6_ONLY, 0),
	    IOSRC_KIND_INVALID);
	assert_ok(iosrc_close(source));
	assert_ok(iosrc_listen(&any, NULL, 0, &source));
	has_value(source, IOSRC_OPTION_V6_ONLY, 0, "tcp6");
	assert_ok(iosrc_close(source));
	assert_ok(iosrc_bind_datagram(&any, &too, sizeof(too), &source));
	has_value(source, IOSRC_OPTION_V6_ONLY, 1, "udp6");
	assert_ok(iosrc_close(source));
	assert_ok(iosrc_bind_datagram(&any, NULL, 0, &source));
	has_value(source, IOSRC_OPTION_V6_ONLY, 0, "udp6");
	assert_ok(iosrc_close(source));
	net_open(NET_TCP, &net);
	lacks(net.a, &v6_only, "tcp");
	net_close(&net);
	net_open(NET_PAIR, &net);
	lacks(net.a, &v6_only, "pair");
	net_close(&net);
}

static int64_t of_system(const iosrc_source *source, uint32_t option)
{
	return system_option(net_handle(source), option);
}

/* A library that answers itself would pass all that is above. */
void contract_N9_options_take_effect(void **state)
{
	iosrc_connect_options options = { .flags = IOSRC_CONNECT_NO_DELAY };
	iosrc_address address;
	iosrc_source *listener, *client;
	struct net net;

	(void)state;
	net_open(NET_TCP, &net);
	assert_ok(iosrc_set_option(net.a, IOSRC_OPTION_NO_DELAY, 1));
	assert_int_equal(of_system(net.a, IOSRC_OPTION_NO_DELAY), 1);
	assert_ok(iosrc_set_option(net.a, IOSRC_OPTION_KEEP_ALIVE, 1));
	assert_int_equal(of_system(net.a, IOSRC_OPTION_KEEP_ALIVE), 1);
	if (!is_missing(NET_TCP, IOSRC_OPTION_KEEP_ALIVE_COUNT)) {
		assert_ok(
		    iosrc_set_option(net.a, IOSRC_OPTION_KEEP_ALIVE_COUNT, 5));
		assert_int_equal(
		    of_system(net.a, IOSRC_OPTION_KEEP_ALIVE_COUNT), 5);
	}
	assert_ok(iosrc_set_option(net.a, IOSRC_OPTION_TTL, 3));
	assert_int_equal(of_system(net.a, IOSRC_OPTION_TTL), 3);
	assert_ok(iosrc_set_option(net.a, IOSRC_OPTION_LINGER, 7));
	assert_int_equal(of_system(net.a, IOSRC_OPTION_LINGER), 7);
	net_close(&net);
	net_open(NET_UDP, &net);
	assert_ok(iosrc_set_option(net.a, IOSRC_OPTION_BROADCAST, 1));
	assert_int_equal(of_system(net.a, IOSRC_OPTION_BROADCAST), 1);
	net_close(&net);
	listener = net_listener(NET_TCP, &address);
	assert_ok(iosrc_connect(&address, &options, sizeof(options), &client));
	has_value(client, IOSRC_OPTION_NO_DELAY, 1, "tcp");
	assert_ok(iosrc_close(client));
	assert_ok(iosrc_close(listener));
}

/* ---- multicast ---- */

#define ABSENT 0x3fffffff /* the index of no interface */

static uint32_t loopback_index(void)
{
	uint32_t index = system_loopback_index();

	if (!system_has_multicast())
		contract_skip(NO_MULTICAST);
	if (index == 0)
		contract_skip("the loopback's interface is not known");
	return index;
}

/* What is sent to the group leaves by the loopback and comes back. Linux has
 * no route of inet6 for that, unless somebody made one. */
static void comes_back(iosrc_source *source, iosrc_address group)
{
	iosrc_address here = net_local(source), peer;
	int64_t sent;
	char data[8];

	group.port = here.port;
	sent = iosrc_send_to(source, "all", 3, 0, &group);
	if (sent < 0 && group.family == IOSRC_FAMILY_INET6) {
		assert_kind(sent, IOSRC_KIND_UNREACHABLE);
		return;
	}
	assert_int_equal(sent, 3);
	net_await(source);
	assert_int_equal(iosrc_recv_from(source, data, 8, 0, &peer, NULL), 3);
	assert_int_equal(peer.port, here.port);
}

static void is_no_member(iosrc_status status)
{
	if (system_differs(SYSTEM_LEFT_GROUP_IS_INVALID))
		assert_kind(status, IOSRC_KIND_INVALID);
	else
		assert_kind(status, IOSRC_KIND_ADDRESS_INVALID);
}

static void join_and_leave(const char *at, const char *text, const char *plain)
{
	iosrc_address address = net_address(at), group = net_address(text);
	iosrc_address single = net_address(plain),
	              path = net_address("unix:/x");
	iosrc_source *source = net_bind(&address);
	uint32_t lo = loopback_index();

	if (address.family == IOSRC_FAMILY_INET &&
	    system_differs(SYSTEM_NO_INTERFACE_BY_INDEX))
		lo = 0;
	is_no_member(iosrc_multicast_leave(source, &group, lo));
	assert_ok(iosrc_multicast_join(source, &group, lo));
	assert_kind(iosrc_multicast_join(source, &group, lo),
	    IOSRC_KIND_ADDRESS_IN_USE);
	if (!system_differs(SYSTEM_NO_INTERFACE_BY_INDEX)) {
		assert_ok(iosrc_set_option(source,
		    IOSRC_OPTION_MULTICAST_INTERFACE, lo));
		has_value(source, IOSRC_OPTION_MULTICAST_INTERFACE, lo, text);
		comes_back(source, group);
	}
	assert_status(iosrc_multicast_join(source, &single, lo),
	    IOSRC_E_INVALID);
	assert_status(iosrc_multicast_leave(source, &single, lo),
	    IOSRC_E_INVALID);
	assert_status(iosrc_multicast_join(source, &path, lo),
	    IOSRC_E_UNSUPPORTED);
	assert_status(iosrc_multicast_join(source, &group, 0x80000000),
	    IOSRC_E_INVALID);
	if (!system_differs(SYSTEM_NO_INTERFACE_BY_INDEX))
		assert_kind(iosrc_multicast_join(source, &group, ABSENT),
		    IOSRC_KIND_NOT_FOUND);
	assert_ok(iosrc_multicast_leave(source, &group, lo));
	is_no_member(iosrc_multicast_leave(source, &group, lo));
	assert_ok(
	    iosrc_set_option(source, IOSRC_OPTION_MULTICAST_INTERFACE, 0));
	assert_ok(iosrc_close(source));
}

static void not_for(enum net_kind kind, const char *text)
{
	iosrc_address group = net_address(text);
	struct net net;

	net_open(kind, &net);
	assert_status(iosrc_multicast_join(net.a, &group, 0),
	    IOSRC_E_UNSUPPORTED);
	assert_status(iosrc_multicast_leave(net.a, &group, 0),
	    IOSRC_E_UNSUPPORTED);
	net_close(&net);
}

void contract_N9_multicast_groups(void **state)
{
	iosrc_status status;
	struct net net;

	(void)state;
	join_and_leave("0.0.0.0:0", "239.255.77.77:0", "127.0.0.1:0");
	not_for(NET_TCP, "239.255.77.77:0");
	if (!is_disguised(NET_PAIR_DATAGRAM))
		not_for(NET_PAIR_DATAGRAM, "239.255.77.77:0");
	not_for(NET_UDP, "[ff02::7777]:0");
	net_open(NET_UDP, &net);
	status = iosrc_set_option(net.a, IOSRC_OPTION_MULTICAST_INTERFACE,
	    ABSENT);
	assert_true(iosrc_status_kind(status) == IOSRC_KIND_ADDRESS_INVALID ||
	    iosrc_status_kind(status) == IOSRC_KIND_NOT_FOUND);
	net_close(&net);
}

void contract_N9_multicast_groups_of_inet6(void **state)
{
	(void)state;
	net_need_inet6();
	join_and_leave("[::]:0", "[ff01::7777]:0", "[::1]:0");
	not_for(NET_TCP6, "[ff01::7777]:0");
	not_for(NET_UDP6, "239.255.77.77:0");
}

void contract_N9_options_of_what_is_no_socket(void **state)
{
	iosrc_address group = net_address("239.255.77.77:0");
	struct net net;
	int64_t got = 77;
	size_t i;

	(void)state;
	net_open(NET_PIPE, &net);
	for (i = 0; i < OPTIONS; i++) {
		assert_kind(
		    iosrc_set_option(net.a, known[i].option, known[i].good[0]),
		    IOSRC_KIND_BAD_HANDLE);
		assert_kind(iosrc_get_option(net.a, known[i].option, &got),
		    IOSRC_KIND_BAD_HANDLE);
	}
	unknown_options(net.a);
	assert_kind(iosrc_multicast_join(net.a, &group, 0),
	    IOSRC_KIND_BAD_HANDLE);
	assert_kind(iosrc_multicast_leave(net.a, &group, 0),
	    IOSRC_KIND_BAD_HANDLE);
	assert_int_equal(got, 77);
	net_close(&net);
}
