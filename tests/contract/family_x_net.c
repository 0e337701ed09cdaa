/* SPDX-License-Identifier: MIT
 *
 * family_x_net.c: X1 and X6 for every entry of iosrc_net.h: NULL and each
 * argument out of range, one at a time. Afterwards both ends of a connection
 * are as they were, and no handle was opened or lost.
 */
#include "family_rig.h"

#include "endpoints.h"
#include "family_x.h"
#include "family_x_answers.h"

#include <string.h>

/* ---- what must not change ---- */

struct scene {
	iosrc_poller *poller;
	struct net net; /* both ends registered, nothing to read */
	struct net dgram;
	iosrc_address inet, path, untouched;
	size_t handles;
};

static void scene_open(struct scene *scene)
{
	memset(scene, 0, sizeof(*scene));
	scene->poller = contract_poller(0);
	net_open(NET_TCP, &scene->net);
	net_open(NET_UDP, &scene->dgram);
	assert_ok(
	    iosrc_register(scene->net.a, scene->poller, 1, IOSRC_READABLE));
	scene->inet = net_address("127.0.0.1:0");
	scene->path = net_path();
	memset(&scene->untouched, 0x5a, sizeof(scene->untouched));
	scene->handles = contract_open_handles();
}

static void scene_close(struct scene *scene)
{
	char data[8];

	assert_int_equal(contract_open_handles(), scene->handles);
	contract_expect_quiet(scene->poller);
	assert_status(iosrc_recv(scene->dgram.a, data, 8, 0, NULL),
	    IOSRC_E_WOULD_BLOCK);
	assert_int_equal(iosrc_send(scene->net.b, "x", 1, 0), 1);
	contract_expect(scene->poller, 1);
	assert_int_equal(rig_drain(scene->net.a), 1);
	net_close(&scene->net);
	net_close(&scene->dgram);
	assert_ok(iosrc_poller_release(scene->poller));
}

/* ---- addresses ---- */

void contract_X1_address_calls(void **state)
{
	iosrc_address address, before;
	char room[64] = "unmoved";
	struct scene scene;

	(void)state;
	scene_open(&scene);
	before = scene.untouched;
	address = before;
	const struct answer answers[] = { INVALID(iosrc_address_parse(NULL,
		                              SIZE_MAX, &address)),
		INVALID(iosrc_address_parse(NULL, 0, &address)),
		INVALID(iosrc_address_parse("1.2.3.4:5", SIZE_MAX, NULL)),
		INVALID(iosrc_address_parse("1.2.3.4:5", TOO_LARGE, &address)),
		INVALID(
		    iosrc_address_parse("1.2.3.4:5", SIZE_MAX - 1, &address)),
		INVALID(iosrc_address_format(NULL, room, sizeof(room))),
		INVALID(iosrc_address_format(&scene.inet, NULL, 64)),
		INVALID(iosrc_address_format(&scene.inet, NULL, 0)),
		INVALID(iosrc_address_format(&scene.inet, room, TOO_LARGE)),
		INVALID(iosrc_address_format(&scene.inet, room, SIZE_MAX)),
		INVALID(iosrc_local_address(NULL, &address)),
		INVALID(iosrc_local_address(scene.net.a, NULL)),
		INVALID(iosrc_peer_address(NULL, &address)),
		INVALID(iosrc_peer_address(scene.net.a, NULL)) };
	CHECK(answers);
	assert_true(net_equal(&address, &before));
	assert_string_equal(room, "unmoved");
	scene_close(&scene);
}

/* ---- addresses that are none, in every call that takes one ---- */

static void refuses_address(struct scene *scene, const iosrc_address *address,
    iosrc_status wanted)
{
	iosrc_source *out = NOBODY;
	iosrc_connect_options from;

	memset(&from, 0, sizeof(from));
	from.source = *address;
	const struct answer answers[] = {
		ANSWER(iosrc_listen(address, NULL, 0, &out), wanted),
		ANSWER(iosrc_connect(address, NULL, 0, &out), wanted),
		ANSWER(iosrc_bind_datagram(address, NULL, 0, &out), wanted),
		ANSWER(iosrc_send_to(scene->dgram.a, "x", 1, 0, address),
		    wanted),
		ANSWER(address->family == IOSRC_FAMILY_NONE
		        ? wanted
		        : iosrc_connect(&scene->inet, &from, sizeof(from),
		              &out),
		    wanted)
	};
	CHECK(answers);
	assert_true(out == NOBODY);
}

void contract_X1_addresses_out_of_range(void **state)
{
	iosrc_address good, bad;
	struct scene scene;
	unsigned i;

	(void)state;
	scene_open(&scene);
#define BAD(changes, wanted) \
	do { \
		bad = good; \
		changes; \
		refuses_address(&scene, &bad, wanted); \
	} while (0)
	good = scene.inet;
	BAD(bad.family = IOSRC_FAMILY_NONE, IOSRC_E_INVALID);
	BAD(bad.family = 6, IOSRC_E_UNSUPPORTED);
	BAD(bad.family = 254, IOSRC_E_UNSUPPORTED);
	BAD(bad.family = 256, IOSRC_E_UNSUPPORTED);
	BAD(bad.family = UINT32_MAX, IOSRC_E_UNSUPPORTED);
	BAD(bad.port = 65536, IOSRC_E_INVALID);
	BAD(bad.port = UINT32_MAX, IOSRC_E_INVALID);
	BAD(bad.size = 0, IOSRC_E_INVALID);
	BAD(bad.size = 16, IOSRC_E_INVALID);
	BAD(bad.scope = 1, IOSRC_E_INVALID);
	BAD(bad.flow = 1, IOSRC_E_INVALID);
	for (i = 0; i < 3; i++)
		BAD(bad.reserved[i] = 1, IOSRC_E_UNSUPPORTED);
	good = scene.path;
	BAD(bad.size = 257, IOSRC_E_INVALID);
	BAD(bad.size = UINT32_MAX, IOSRC_E_INVALID);
	BAD(bad.port = 1, IOSRC_E_INVALID);
	good = net_address("[::1]:0");
	BAD(bad.size = 4, IOSRC_E_INVALID);
	BAD(bad.port = 65536, IOSRC_E_INVALID);
#undef BAD
	scene_close(&scene);
}

/* ---- endpoints ---- */

void contract_X1_endpoints_without_arguments(void **state)
{
	iosrc_listen_options listen = { 0 };
	iosrc_datagram_options datagram = { 0 };
	iosrc_connect_options connect;
	iosrc_source *out = NOBODY, *other = NOBODY;
	struct scene scene;

	(void)state;
	memset(&connect, 0, sizeof(connect));
	scene_open(&scene);
	const struct answer answers[] = {
		INVALID(iosrc_listen(NULL, NULL, 0, &out)),
		INVALID(iosrc_listen(&scene.inet, NULL, 0, NULL)),
		INVALID(iosrc_listen(&scene.inet, NULL, 1, &out)),
		INVALID(iosrc_listen(&scene.inet, &listen, TOO_LARGE, &out)),
		INVALID(iosrc_listen(&scene.inet, &listen, SIZE_MAX, &out)),
		INVALID(iosrc_connect(NULL, NULL, 0, &out)),
		INVALID(iosrc_connect(&scene.inet, NULL, 0, NULL)),
		INVALID(iosrc_connect(&scene.inet, NULL, 1, &out)),
		INVALID(iosrc_connect(&scene.inet, &connect, TOO_LARGE, &out)),
		INVALID(iosrc_connect(&scene.inet, &connect, SIZE_MAX, &out)),
		INVALID(iosrc_bind_datagram(NULL, NULL, 0, &out)),
		INVALID(iosrc_bind_datagram(&scene.inet, NULL, 0, NULL)),
		INVALID(iosrc_bind_datagram(&scene.inet, NULL, 1, &out)),
		INVALID(iosrc_bind_datagram(&scene.inet, &datagram, TOO_LARGE,
		    &out)),
		INVALID(iosrc_bind_datagram(&scene.inet, &datagram, SIZE_MAX,
		    &out)),
		INVALID(iosrc_pair(IOSRC_TYPE_STREAM, NULL, &other)),
		INVALID(iosrc_pair(IOSRC_TYPE_STREAM, &out, NULL)),
		INVALID(iosrc_pair(IOSRC_TYPE_STREAM, &out, &out)),
		UNSUPPORTED(iosrc_pair(3, &out, &other)),
		UNSUPPORTED(iosrc_pair(UINT32_MAX, &out, &other)),
		INVALID(iosrc_pipe(NULL, &other)),
		INVALID(iosrc_pipe(&out, NULL)), INVALID(iosrc_pipe(&out, &out))
	};
	CHECK(answers);
	assert_true(out == NOBODY && other == NOBODY);
	scene_close(&scene);
}

static void listen_answers(const iosrc_address *address,
    iosrc_listen_options options, iosrc_status wanted)
{
	iosrc_source *out = NOBODY;
	iosrc_status status = iosrc_listen(address, &options, sizeof(options),
	    &out);

	if (status != wanted || out != NOBODY)
		fail_msg("flags %x, type %u, backlog %u, mode %o: %s",
		    (unsigned)options.flags, options.type, options.backlog,
		    options.mode, iosrc_status_name(status));
}

void contract_X1_options_of_listen(void **state)
{
	iosrc_address inet6 = net_address("[::1]:0");
	iosrc_address unnamed = net_address("unix:"), *inet, *path;
	iosrc_address pipe = net_address("pipe:\\\\.\\pipe\\x");
	iosrc_address abstract = net_address("unix:@iosrc-x1");
	struct scene scene;

	(void)state;
	scene_open(&scene);
	inet = &scene.inet;
	path = &scene.path;
#define REFUSES(address, wanted, ...) \
	listen_answers(address, (iosrc_listen_options){ __VA_ARGS__ }, wanted)
	REFUSES(inet, IOSRC_E_UNSUPPORTED, .flags = 16);
	REFUSES(inet, IOSRC_E_UNSUPPORTED, .flags = 0x80000000);
	REFUSES(inet, IOSRC_E_INVALID, .flags = IOSRC_LISTEN_V6_ONLY);
	REFUSES(path, IOSRC_E_INVALID, .flags = IOSRC_LISTEN_V6_ONLY);
	REFUSES(path, IOSRC_E_INVALID, .flags = IOSRC_LISTEN_REUSE_PORT);
	REFUSES(inet, IOSRC_E_INVALID, .flags = IOSRC_LISTEN_UNLINK_STALE);
	REFUSES(&inet6, IOSRC_E_INVALID, .flags = IOSRC_LISTEN_UNLINK_STALE);
	REFUSES(inet, IOSRC_E_INVALID,
	    .flags = IOSRC_LISTEN_REUSE_PORT | IOSRC_LISTEN_EXCLUSIVE_USE);
	REFUSES(inet, IOSRC_E_INVALID, .type = IOSRC_TYPE_DATAGRAM);
	REFUSES(path, IOSRC_E_INVALID, .type = IOSRC_TYPE_DATAGRAM);
	REFUSES(inet, IOSRC_E_UNSUPPORTED, .type = IOSRC_TYPE_SEQPACKET);
	REFUSES(&inet6, IOSRC_E_UNSUPPORTED, .type = IOSRC_TYPE_SEQPACKET);
	REFUSES(inet, IOSRC_E_UNSUPPORTED, .type = 3);
	REFUSES(inet, IOSRC_E_UNSUPPORTED, .type = UINT32_MAX);
	REFUSES(inet, IOSRC_E_INVALID, .mode = 0600);
	REFUSES(&abstract, IOSRC_E_INVALID, .mode = 0600);
	REFUSES(path, IOSRC_E_INVALID, .mode = 01000);
	REFUSES(path, IOSRC_E_INVALID, .mode = UINT32_MAX);
	REFUSES(&unnamed, IOSRC_E_INVALID, .flags = 0);
	if (!system_has_pipe_addresses)
		REFUSES(&pipe, IOSRC_E_UNSUPPORTED, .flags = 0);
	REFUSES(inet, IOSRC_E_INVALID, .backlog = UINT32_C(0x80000000));
#undef REFUSES
	scene_close(&scene);
}

static void connect_answers(const iosrc_address *address, iosrc_flags flags,
    uint32_t type, const iosrc_address *source, iosrc_status wanted)
{
	iosrc_source *out = NOBODY;
	iosrc_connect_options options;
	iosrc_status status;

	memset(&options, 0, sizeof(options));
	options.flags = flags;
	options.type = type;
	if (source)
		options.source = *source;
	status = iosrc_connect(address, &options, sizeof(options), &out);
	if (status != wanted || out != NOBODY)
		fail_msg("flags %x, type %u: %s", (unsigned)flags, type,
		    iosrc_status_name(status));
}

void contract_X1_options_of_connect(void **state)
{
	iosrc_address inet6 = net_address("[::1]:0"), *inet, *path;
	iosrc_address unnamed = net_address("unix:");
	iosrc_address pipe = net_address("pipe:\\\\.\\pipe\\x");
	struct scene scene;

	(void)state;
	scene_open(&scene);
	inet = &scene.inet;
	path = &scene.path;
	inet->port = 1;
	connect_answers(inet, 2, 0, NULL, IOSRC_E_UNSUPPORTED);
	connect_answers(inet, 0x80000000, 0, NULL, IOSRC_E_UNSUPPORTED);
	connect_answers(path, IOSRC_CONNECT_NO_DELAY, 0, NULL, IOSRC_E_INVALID);
	connect_answers(inet, IOSRC_CONNECT_NO_DELAY, IOSRC_TYPE_DATAGRAM, NULL,
	    IOSRC_E_INVALID);
	connect_answers(inet, 0, IOSRC_TYPE_SEQPACKET, NULL,
	    IOSRC_E_UNSUPPORTED);
	connect_answers(inet, 0, 3, NULL, IOSRC_E_UNSUPPORTED);
	connect_answers(inet, 0, UINT32_MAX, NULL, IOSRC_E_UNSUPPORTED);
	connect_answers(inet, 0, 0, &inet6, IOSRC_E_INVALID);
	connect_answers(inet, 0, 0, path, IOSRC_E_INVALID);
	connect_answers(&unnamed, 0, 0, NULL, IOSRC_E_INVALID);
	connect_answers(&unnamed, 0, IOSRC_TYPE_DATAGRAM, NULL,
	    IOSRC_E_INVALID);
	if (!system_has_pipe_addresses)
		connect_answers(&pipe, 0, 0, NULL, IOSRC_E_UNSUPPORTED);
	inet->port = 0;
	scene_close(&scene);
}

void contract_X1_options_of_bind_datagram(void **state)
{
	static const struct {
		int is_path;
		iosrc_datagram_options options;
		iosrc_status wanted;
	} cases[] = { { 0, { 16, 0 }, IOSRC_E_UNSUPPORTED },
		{ 0, { 0x80000000, 0 }, IOSRC_E_UNSUPPORTED },
		{ 0, { 0, 1 }, IOSRC_E_UNSUPPORTED },
		{ 0, { IOSRC_LISTEN_V6_ONLY, 0 }, IOSRC_E_INVALID },
		{ 0, { IOSRC_LISTEN_UNLINK_STALE, 0 }, IOSRC_E_INVALID },
		{ 1, { IOSRC_LISTEN_V6_ONLY, 0 }, IOSRC_E_INVALID },
		{ 1, { IOSRC_LISTEN_REUSE_PORT, 0 }, IOSRC_E_INVALID },
		{ 0,
		    { IOSRC_LISTEN_REUSE_PORT | IOSRC_LISTEN_EXCLUSIVE_USE, 0 },
		    IOSRC_E_INVALID } };
	iosrc_address pipe = net_address("pipe:\\\\.\\pipe\\x");
	iosrc_source *out = NOBODY;
	struct scene scene;
	size_t i;

	(void)state;
	scene_open(&scene);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_status(
		    iosrc_bind_datagram(cases[i].is_path ? &scene.path
		                                         : &scene.inet,
		        &cases[i].options, sizeof(cases[i].options), &out),
		    cases[i].wanted);
	assert_status(iosrc_bind_datagram(&pipe, NULL, 0, &out),
	    IOSRC_E_UNSUPPORTED);
	assert_true(out == NOBODY);
	scene_close(&scene);
}

/* ---- socket calls ---- */

void contract_X1_socket_calls(void **state)
{
	iosrc_source *out = NOBODY, *a, *d;
	iosrc_address peer, unnamed = net_address("unix:"), to;
	iosrc_flags flags = 77;
	char data[4] = "abc";
	struct scene scene;

	(void)state;
	scene_open(&scene);
	peer = scene.untouched;
	a = scene.net.a;
	d = scene.dgram.a;
	to = net_local(scene.dgram.b);
	const struct answer answers[] = { INVALID(
		                              iosrc_accept(NULL, NULL, &out)),
		INVALID(iosrc_accept(a, NULL, NULL)),
		INVALID(iosrc_recv(NULL, data, 4, 0, &flags)),
		INVALID(iosrc_recv(a, NULL, 1, 0, &flags)),
		INVALID(iosrc_recv(a, data, TOO_LARGE, 0, &flags)),
		INVALID(iosrc_recv(a, data, SIZE_MAX, 0, &flags)),
		UNSUPPORTED(iosrc_recv(a, data, 4, 4, &flags)),
		UNSUPPORTED(iosrc_recv(a, data, 4, 0x80000000, &flags)),
		INVALID(iosrc_recv_from(NULL, data, 4, 0, &peer, &flags)),
		INVALID(iosrc_recv_from(d, NULL, 1, 0, &peer, &flags)),
		INVALID(iosrc_recv_from(d, data, TOO_LARGE, 0, &peer, &flags)),
		INVALID(iosrc_recv_from(d, data, SIZE_MAX, 0, &peer, &flags)),
		UNSUPPORTED(iosrc_recv_from(d, data, 4, 4, &peer, &flags)),
		UNSUPPORTED(
		    iosrc_recv_from(d, data, 4, 0x80000000, &peer, &flags)),
		INVALID(iosrc_send(NULL, data, 4, 0)),
		INVALID(iosrc_send(a, NULL, 1, 0)),
		INVALID(iosrc_send(a, data, TOO_LARGE, 0)),
		INVALID(iosrc_send(a, data, SIZE_MAX, 0)),
		UNSUPPORTED(iosrc_send(a, data, 4, 1)),
		UNSUPPORTED(iosrc_send(a, data, 4, 0x80000000)),
		INVALID(iosrc_send_to(NULL, data, 4, 0, &to)),
		INVALID(iosrc_send_to(d, NULL, 1, 0, &to)),
		INVALID(iosrc_send_to(d, data, TOO_LARGE, 0, &to)),
		INVALID(iosrc_send_to(d, data, 4, 0, NULL)),
		INVALID(iosrc_send_to(d, data, 4, 0, &unnamed)),
		UNSUPPORTED(iosrc_send_to(d, data, 4, 1, &to)),
		UNSUPPORTED(iosrc_send_to(d, data, 4, 4, &to)),
		INVALID(iosrc_shutdown(NULL, IOSRC_READABLE)),
		INVALID(iosrc_shutdown(a, 0)),
		INVALID(iosrc_shutdown(a, IOSRC_READABLE | IOSRC_PRIORITY)),
		INVALID(iosrc_shutdown(a, IOSRC_READABLE | IOSRC_ERROR)),
		INVALID(iosrc_shutdown(a, IOSRC_WRITABLE | IOSRC_LEVEL)),
		INVALID(iosrc_shutdown(a, IOSRC_WRITABLE | IOSRC_EXCLUSIVE)),
		UNSUPPORTED(iosrc_shutdown(a, IOSRC_READABLE | 8)),
		UNSUPPORTED(iosrc_shutdown(a, IOSRC_READABLE | 0x80000000)) };
	CHECK(answers);
	assert_true(out == NOBODY);
	assert_true(net_equal(&peer, &scene.untouched));
	assert_int_equal(flags, 77);
	assert_string_equal(data, "abc");
	scene_close(&scene);
}

void contract_X1_errors_options_and_groups(void **state)
{
	iosrc_address group = net_address("239.255.77.77:0"), other, bad;
	iosrc_status error = 77;
	int64_t value = 77;
	iosrc_source *a, *d;
	struct scene scene;

	(void)state;
	scene_open(&scene);
	a = scene.net.a;
	d = scene.dgram.a;
	other = net_address("unix:@x");
	bad = group;
	bad.size = 5;
	const struct answer answers[] = { INVALID(
		                              iosrc_take_error(NULL, &error)),
		INVALID(iosrc_take_error(a, NULL)),
		INVALID(iosrc_set_option(NULL, IOSRC_OPTION_NO_DELAY, 1)),
		INVALID(iosrc_get_option(NULL, IOSRC_OPTION_NO_DELAY, &value)),
		INVALID(iosrc_get_option(a, IOSRC_OPTION_NO_DELAY, NULL)),
		UNSUPPORTED(iosrc_set_option(a, 0, 1)),
		UNSUPPORTED(iosrc_set_option(a, 16, 1)),
		UNSUPPORTED(iosrc_set_option(a, UINT32_MAX, 1)),
		UNSUPPORTED(iosrc_get_option(a, 0, &value)),
		UNSUPPORTED(iosrc_get_option(a, 16, &value)),
		INVALID(iosrc_multicast_join(NULL, &group, 0)),
		INVALID(iosrc_multicast_join(d, NULL, 0)),
		INVALID(iosrc_multicast_join(d, &bad, 0)),
		INVALID(iosrc_multicast_join(d, &scene.inet, 0)),
		INVALID(iosrc_multicast_join(d, &group, UINT32_MAX)),
		UNSUPPORTED(iosrc_multicast_join(d, &other, 0)),
		UNSUPPORTED(iosrc_multicast_join(a, &group, 0)),
		INVALID(iosrc_multicast_leave(NULL, &group, 0)),
		INVALID(iosrc_multicast_leave(d, NULL, 0)),
		INVALID(iosrc_multicast_leave(d, &bad, 0)),
		INVALID(iosrc_multicast_leave(d, &scene.inet, 0)),
		INVALID(iosrc_multicast_leave(d, &group, UINT32_MAX)),
		UNSUPPORTED(iosrc_multicast_leave(d, &other, 0)),
		UNSUPPORTED(iosrc_multicast_leave(a, &group, 0)) };
	CHECK(answers);
	assert_int_equal(error, 77);
	assert_int_equal(value, 77);
	scene_close(&scene);
}

static void is_nothing(int64_t result)
{
	if (result != 0)
		assert_status(result, IOSRC_E_WOULD_BLOCK);
}

/* NULL that is welcome, with size 0; an empty queue may be said to be one. */
void contract_X1_nothing_to_send_or_receive(void **state)
{
	iosrc_address to;
	struct scene scene;
	iosrc_source *a, *d;

	(void)state;
	scene_open(&scene);
	a = scene.net.a;
	d = scene.dgram.a;
	to = net_local(d);
	assert_int_equal(iosrc_send(a, NULL, 0, 0), 0);
	is_nothing(iosrc_recv(a, NULL, 0, 0, NULL));
	is_nothing(iosrc_recv_from(a, NULL, 0, 0, NULL, NULL));
	assert_int_equal(iosrc_send_to(scene.dgram.b, NULL, 0, 0, &to), 0);
	net_await(d);
	assert_int_equal(iosrc_recv(d, NULL, 0, IOSRC_RECV_PEEK, NULL), 0);
	assert_int_equal(iosrc_recv(d, NULL, 0, 0, NULL), 0);
	scene_close(&scene);
}

/* ---- handles that are gone ---- */

void contract_X1_socket_calls_on_a_closed_handle(void **state)
{
	iosrc_address address, to = net_address("127.0.0.1:9");
	iosrc_source *out = NOBODY, *s;
	iosrc_status error = 77;
	int64_t value = 77;
	char data[4] = "abc";
	struct net net;

	(void)state;
	net_open(NET_TCP, &net);
	s = net.a;
	system_close(net_handle(s));
	const struct answer answers[] = {
#define GONE(call) \
	ANSWER(iosrc_status_kind((iosrc_status)(call)), IOSRC_KIND_BAD_HANDLE)
		GONE(iosrc_accept(s, NULL, &out)),
		GONE(iosrc_recv(s, data, 4, 0, NULL)),
		GONE(iosrc_recv_from(s, data, 4, 0, &address, NULL)),
		GONE(iosrc_send(s, data, 4, 0)),
		GONE(iosrc_send_to(s, data, 4, 0, &to)),
		GONE(iosrc_shutdown(s, RIG_BOTH)),
		GONE(iosrc_take_error(s, &error)),
		GONE(iosrc_set_option(s, IOSRC_OPTION_NO_DELAY, 1)),
		GONE(iosrc_get_option(s, IOSRC_OPTION_NO_DELAY, &value)),
		GONE(iosrc_local_address(s, &address)),
		GONE(iosrc_peer_address(s, &address))
#undef GONE
	};
	CHECK(answers);
	assert_true(out == NOBODY);
	assert_int_equal(error, 77);
	assert_int_equal(value, 77);
	assert_ok(iosrc_into_inner(net.a, NULL));
	assert_ok(iosrc_close(net.b));
}

/* ---- X6: options of other versions ---- */

#define ROOM 512

typedef iosrc_status (
    *taker)(const void *options, size_t size, iosrc_source **out);

static iosrc_address served;

static iosrc_status take_listen(const void *options, size_t size,
    iosrc_source **out)
{
	iosrc_address address = net_address("127.0.0.1:0");

	return iosrc_listen(&address, options, size, out);
}

static iosrc_status take_connect(const void *options, size_t size,
    iosrc_source **out)
{
	return iosrc_connect(&served, options, size, out);
}

static iosrc_status take_datagram(const void *options, size_t size,
    iosrc_source **out)
{
	iosrc_address address = net_address("127.0.0.1:0");

	return iosrc_bind_datagram(&address, options, size, out);
}

static void any_size(taker take, size_t known)
{
	_Alignas(8) unsigned char bytes[ROOM] = { 0 };
	iosrc_source *out;
	size_t size;

	for (size = 0; size <= known + 40; size += size < 24 ? 1 : 4) {
		assert_ok(take(bytes, size, &out));
		assert_ok(iosrc_close(out));
	}
	for (size = known + 1; size <= known + 40; size++) {
		out = NOBODY;
		bytes[size - 1] = 1;
		assert_status(take(bytes, size, &out), IOSRC_E_UNSUPPORTED);
		assert_true(out == NOBODY);
		bytes[size - 1] = 0;
	}
}

void contract_X6_endpoint_options_of_any_size(void **state)
{
	iosrc_source *listener = net_listener(NET_TCP, &served);

	(void)state;
	any_size(take_listen, sizeof(iosrc_listen_options));
	any_size(take_connect, sizeof(iosrc_connect_options));
	any_size(take_datagram, sizeof(iosrc_datagram_options));
	assert_ok(iosrc_close(listener));
}
