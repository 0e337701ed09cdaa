/* SPDX-License-Identifier: MIT
 *
 * ffi_cases_net.c: a valid call of each function of iosrc_net.h. Traffic stays
 * on the loopback.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ffi_system.h"
#include "ffi_world.h"

#define ARGUMENT(index) (world->arguments[index])
#define LOOPBACK "127.0.0.1:0"

static iosrc_address address_of(const char *text)
{
	iosrc_address address;

	assert_int_equal(iosrc_address_parse(text, SIZE_MAX, &address),
	    IOSRC_OK);
	return address;
}

/* ---- addresses ---- */

static void prepare_parse(struct world *world)
{
	strcpy(world->text_in, "[::1]:65535");
	ARGUMENT(0).pointer = world->text_in;
	ARGUMENT(1).size = strlen(world->text_in);
	ARGUMENT(2).pointer = &world->out.address;
}

static void check_parse(struct world *world, struct ffi_answer answer)
{
	assert_int_equal(answer.number, IOSRC_OK);
	assert_int_equal(world->out.address.family, IOSRC_FAMILY_INET6);
	assert_int_equal(world->out.address.port, 65535);
	assert_int_equal(world->out.address.data[15], 1);
}

static void prepare_format(struct world *world)
{
	world->address = address_of("127.0.0.1:80");
	ARGUMENT(0).pointer = &world->address;
	ARGUMENT(1).pointer = world->out.text;
	ARGUMENT(2).size = sizeof world->out.text;
}

static void check_format(struct world *world, struct ffi_answer answer)
{
	assert_int_equal(answer.number, strlen("127.0.0.1:80"));
	assert_string_equal(world->out.text, "127.0.0.1:80");
}

static void prepare_local(struct world *world)
{
	ARGUMENT(0).pointer = world->datagram;
	ARGUMENT(1).pointer = &world->out.address;
}

static void check_local(struct world *world, struct ffi_answer answer)
{
	assert_int_equal(answer.number, IOSRC_OK);
	assert_int_equal(world->out.address.family, IOSRC_FAMILY_INET);
	assert_int_not_equal(world->out.address.port, 0);
}

static void prepare_peer(struct world *world)
{
	world_connect(world);
	world_await(world->listener);
	ARGUMENT(0).pointer = world->client;
	ARGUMENT(1).pointer = &world->out.address;
}

static void check_peer(struct world *world, struct ffi_answer answer)
{
	assert_int_equal(answer.number, IOSRC_OK);
	assert_memory_equal(&world->out.address, &world->address,
	    sizeof world->address);
}

/* ---- endpoints ---- */

static void prepare_listen(struct world *world)
{
	world->address = address_of(LOOPBACK);
	world->listen_options.backlog = 4;
	ARGUMENT(0).pointer = &world->address;
	ARGUMENT(1).pointer = &world->listen_options;
	ARGUMENT(2).size = sizeof world->listen_options;
	ARGUMENT(3).pointer = &world->out.sources[0];
}

static void check_bound(struct world *world, struct ffi_answer answer)
{
	iosrc_address address;

	assert_int_equal(answer.number, IOSRC_OK);
	assert_int_equal(iosrc_local_address(world->out.sources[0], &address),
	    IOSRC_OK);
	assert_int_not_equal(address.port, 0);
	assert_int_equal(iosrc_close(world->out.sources[0]), IOSRC_OK);
}

static void prepare_connect(struct world *world)
{
	world_connect(world);
	world->connect_options.flags = IOSRC_CONNECT_NO_DELAY;
	ARGUMENT(0).pointer = &world->address;
	ARGUMENT(1).pointer = &world->connect_options;
	ARGUMENT(2).size = sizeof world->connect_options;
	ARGUMENT(3).pointer = &world->out.sources[0];
}

static void check_connect(struct world *world, struct ffi_answer answer)
{
	iosrc_source *source = world->out.sources[0];
	int64_t value = 0;

	assert_int_equal(answer.number, IOSRC_OK);
	assert_int_equal(
	    iosrc_get_option(source, IOSRC_OPTION_NO_DELAY, &value), IOSRC_OK);
	assert_int_equal(value, 1);
	assert_int_equal(iosrc_set_option(source, IOSRC_OPTION_LINGER, 0),
	    IOSRC_OK);
	assert_int_equal(iosrc_close(source), IOSRC_OK);
}

static void prepare_bind_datagram(struct world *world)
{
	world->address = address_of(LOOPBACK);
	ARGUMENT(0).pointer = &world->address;
	ARGUMENT(1).pointer = &world->datagram_options;
	ARGUMENT(2).size = sizeof world->datagram_options;
	ARGUMENT(3).pointer = &world->out.sources[0];
}

static void prepare_pair(struct world *world)
{
	ARGUMENT(0).u32 = IOSRC_TYPE_DATAGRAM;
	ARGUMENT(1).pointer = &world->out.sources[0];
	ARGUMENT(2).pointer = &world->out.sources[1];
}

static void prepare_pipe(struct world *world)
{
	ARGUMENT(0).pointer = &world->out.sources[0];
	ARGUMENT(1).pointer = &world->out.sources[1];
}

/* What goes into the second comes out of the first. */
static void check_two(struct world *world, struct ffi_answer answer)
{
	assert_int_equal(answer.number, IOSRC_OK);
	world_send_text(world->out.sources[1], world->out.sources[0]);
	world_expect_text(world->out.sources[0]);
	assert_int_equal(iosrc_close(world->out.sources[0]), IOSRC_OK);
	assert_int_equal(iosrc_close(world->out.sources[1]), IOSRC_OK);
}

/* ---- socket calls ---- */

static void prepare_accept(struct world *world)
{
	world_connect(world);
	world_await(world->listener);
	ARGUMENT(0).pointer = world->listener;
	ARGUMENT(1).pointer = &world->out.address;
	ARGUMENT(2).pointer = &world->out.sources[0];
}

static void check_accept(struct world *world, struct ffi_answer answer)
{
	iosrc_address address;

	assert_int_equal(answer.number, IOSRC_OK);
	assert_int_equal(iosrc_local_address(world->client, &address),
	    IOSRC_OK);
	if (ARGUMENT(1).pointer)
		assert_memory_equal(&world->out.address, &address,
		    sizeof address);
	world_send_text(world->client, world->out.sources[0]);
	world_expect_text(world->out.sources[0]);
	assert_int_equal(
	    iosrc_set_option(world->out.sources[0], IOSRC_OPTION_LINGER, 0),
	    IOSRC_OK);
	assert_int_equal(iosrc_close(world->out.sources[0]), IOSRC_OK);
}

static void prepare_recv(struct world *world)
{
	world_send_text(world->far, world->near);
	ARGUMENT(0).pointer = world->near;
	ARGUMENT(1).pointer = world->out.data;
	ARGUMENT(2).size = sizeof world->out.data;
	ARGUMENT(3).u32 = IOSRC_RECV_PEEK;
	ARGUMENT(4).pointer = &world->out.flags;
}

static void check_recv(struct world *world, struct ffi_answer answer)
{
	assert_int_equal(answer.number, WORLD_TEXT_SIZE);
	assert_memory_equal(world->out.data, WORLD_TEXT, WORLD_TEXT_SIZE);
	if (ARGUMENT(4).pointer)
		assert_int_equal(world->out.flags, 0);
	world_expect_text(world->near);
}

static void prepare_send(struct world *world)
{
	strcpy(world->text_in, WORLD_TEXT);
	ARGUMENT(0).pointer = world->near;
	ARGUMENT(1).pointer = world->text_in;
	ARGUMENT(2).size = WORLD_TEXT_SIZE;
	ARGUMENT(3).u32 = 0;
}

static void check_send(struct world *world, struct ffi_answer answer)
{
	assert_int_equal(answer.number, WORLD_TEXT_SIZE);
	world_expect_text(world->far);
}

/* A datagram that is longer than the room. */
static void prepare_recv_from(struct world *world)
{
	assert_int_equal(iosrc_local_address(world->datagram, &world->address),
	    IOSRC_OK);
	assert_int_equal(iosrc_send_to(world->other, WORLD_TEXT "more",
	                     WORLD_TEXT_SIZE + 4, 0, &world->address),
	    WORLD_TEXT_SIZE + 4);
	assert_int_equal(iosrc_local_address(world->other, &world->address),
	    IOSRC_OK);
	world_await(world->datagram);
	ARGUMENT(0).pointer = world->datagram;
	ARGUMENT(1).pointer = world->out.data;
	ARGUMENT(2).size = WORLD_TEXT_SIZE;
	ARGUMENT(3).u32 = 0;
	ARGUMENT(4).pointer = &world->out.address;
	ARGUMENT(5).pointer = &world->out.flags;
}

static void check_recv_from(struct world *world, struct ffi_answer answer)
{
	assert_int_equal(answer.number, WORLD_TEXT_SIZE);
	assert_memory_equal(world->out.data, WORLD_TEXT, WORLD_TEXT_SIZE);
	if (ARGUMENT(4).pointer)
		assert_memory_equal(&world->out.address, &world->address,
		    sizeof world->address);
	if (ARGUMENT(5).pointer)
		assert_int_equal(world->out.flags, IOSRC_OUT_TRUNCATED);
}

static void prepare_send_to(struct world *world)
{
	assert_int_equal(iosrc_local_address(world->other, &world->address),
	    IOSRC_OK);
	strcpy(world->text_in, WORLD_TEXT);
	ARGUMENT(0).pointer = world->datagram;
	ARGUMENT(1).pointer = world->text_in;
	ARGUMENT(2).size = WORLD_TEXT_SIZE;
	ARGUMENT(3).u32 = 0;
	ARGUMENT(4).pointer = &world->address;
}

static void check_send_to(struct world *world, struct ffi_answer answer)
{
	assert_int_equal(answer.number, WORLD_TEXT_SIZE);
	world_expect_text(world->other);
}

static void prepare_shutdown(struct world *world)
{
	ARGUMENT(0).pointer = world->near;
	ARGUMENT(1).u32 = IOSRC_WRITABLE;
}

static void check_shutdown(struct world *world, struct ffi_answer answer)
{
	char byte;

	assert_int_equal(answer.number, IOSRC_OK);
	world_await(world->far);
	assert_int_equal(iosrc_read(world->far, &byte, 1), 0);
}

static void prepare_take_error(struct world *world)
{
	ARGUMENT(0).pointer = world->near;
	ARGUMENT(1).pointer = &world->out.error;
}

static void check_take_error(struct world *world, struct ffi_answer answer)
{
	assert_int_equal(answer.number, IOSRC_OK);
	assert_int_equal(world->out.error, IOSRC_OK);
}

static void prepare_set_option(struct world *world)
{
	ARGUMENT(0).pointer = world->datagram;
	ARGUMENT(1).u32 = IOSRC_OPTION_TTL;
	ARGUMENT(2).i64 = 77;
}

static void check_set_option(struct world *world, struct ffi_answer answer)
{
	int64_t value = 0;

	assert_int_equal(answer.number, IOSRC_OK);
	assert_int_equal(
	    iosrc_get_option(world->datagram, IOSRC_OPTION_TTL, &value),
	    IOSRC_OK);
	assert_int_equal(value, 77);
}

static void prepare_get_option(struct world *world)
{
	assert_int_equal(
	    iosrc_set_option(world->datagram, IOSRC_OPTION_TTL, 78), IOSRC_OK);
	ARGUMENT(0).pointer = world->datagram;
	ARGUMENT(1).u32 = IOSRC_OPTION_TTL;
	ARGUMENT(2).pointer = &world->out.value;
}

static void check_get_option(struct world *world, struct ffi_answer answer)
{
	assert_int_equal(answer.number, IOSRC_OK);
	assert_true(world->out.value == 78);
}

static void prepare_multicast(struct world *world)
{
	world->address = address_of("239.255.0.1:0");
	ARGUMENT(0).pointer = world->datagram;
	ARGUMENT(1).pointer = &world->address;
	ARGUMENT(2).u32 = system_interface();
}

static void check_join(struct world *world, struct ffi_answer answer)
{
	assert_int_equal(answer.number, IOSRC_OK);
	assert_int_equal(iosrc_multicast_leave(world->datagram, &world->address,
	                     ARGUMENT(2).u32),
	    IOSRC_OK);
}

static void prepare_leave(struct world *world)
{
	prepare_multicast(world);
	assert_int_equal(iosrc_multicast_join(world->datagram, &world->address,
	                     ARGUMENT(2).u32),
	    IOSRC_OK);
}

static void check_leave(struct world *world, struct ffi_answer answer)
{
	iosrc_status again = iosrc_multicast_leave(world->datagram,
	    &world->address, ARGUMENT(2).u32);

	assert_int_equal(answer.number, IOSRC_OK);
	assert_true(again < 0);
}

const struct ffi_case ffi_net_cases[] = {
	{ "iosrc_address_parse", prepare_parse, check_parse },
	{ "iosrc_address_format", prepare_format, check_format },
	{ "iosrc_local_address", prepare_local, check_local },
	{ "iosrc_peer_address", prepare_peer, check_peer },
	{ "iosrc_listen", prepare_listen, check_bound },
	{ "iosrc_connect", prepare_connect, check_connect },
	{ "iosrc_bind_datagram", prepare_bind_datagram, check_bound },
	{ "iosrc_pair", prepare_pair, check_two },
	{ "iosrc_pipe", prepare_pipe, check_two },
	{ "iosrc_accept", prepare_accept, check_accept },
	{ "iosrc_recv", prepare_recv, check_recv },
	{ "iosrc_send", prepare_send, check_send },
	{ "iosrc_recv_from", prepare_recv_from, check_recv_from },
	{ "iosrc_send_to", prepare_send_to, check_send_to },
	{ "iosrc_shutdown", prepare_shutdown, check_shutdown },
	{ "iosrc_take_error", prepare_take_error, check_take_error },
	{ "iosrc_set_option", prepare_set_option, check_set_option },
	{ "iosrc_get_option", prepare_get_option, check_get_option },
	{ "iosrc_multicast_join", prepare_multicast, check_join },
	{ "iosrc_multicast_leave", prepare_leave, check_leave },
	{ NULL, NULL, NULL },
};
