/* SPDX-License-Identifier: MIT
 *
 * test_batch.c: many registrations or operations in one call.
 */
#include "tests/core/core.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <iosrc_net.h>

#define BOTH (IOSRC_READABLE | IOSRC_WRITABLE)

/* ---- register_many ---- */

static void contract_B1_each_registration_has_its_status(void **state)
{
	iosrc_poller *poller = core_poller();
	iosrc_source *sources[4] = { core_source(9), core_source(10),
		core_registered(poller, 11, 1, 0), core_source(12) };
	iosrc_register_item items[7] = {
		{ .token = 1, .interest = BOTH, .source = sources[0] },
		{ .token = 2, .interest = IOSRC_ERROR, .source = sources[1] },
		{ .token = 3, .interest = BOTH, .source = sources[2] },
		{ .token = 4, .interest = BOTH, .source = NULL },
		{ .token = 5,
		    .interest = BOTH,
		    .source = sources[3],
		    .reserved = 1 },
		{ .token = 6, .interest = BOTH, .source = sources[3] },
		{ .token = 7, .interest = 0x8, .source = sources[1] },
	};
	static const iosrc_status expected[7] = { IOSRC_OK, IOSRC_E_INVALID,
		IOSRC_E_ALREADY_REGISTERED, IOSRC_E_INVALID,
		IOSRC_E_UNSUPPORTED, IOSRC_OK, IOSRC_E_UNSUPPORTED };

	(void)state;
	assert_int_equal(iosrc_register_many(poller, items, 7, sizeof(*items)),
	    2);
	for (unsigned i = 0; i < 7; i++)
		assert_int_equal(items[i].out_status, expected[i]);
	fake_set_ready(poller, 12, IOSRC_READABLE);
	core_expect(poller, 6, IOSRC_READABLE);
	for (unsigned i = 0; i < 4; i++)
		core_end(sources[i]);
	core_release(poller);
}

struct longer {
	iosrc_register_item known;
	uint64_t more;
};

static void contract_B4_registrations_of_every_stride(void **state)
{
	iosrc_poller *poller = core_poller();
	iosrc_source *sources[2] = { core_source(9), core_source(10) };
	struct longer items[2] = {
		{ .known = { .token = 1,
		      .interest = BOTH,
		      .source = sources[0] } },
		{ .known = { .token = 2,
		      .interest = BOTH,
		      .source = sources[1] } },
	};
	const size_t size = sizeof(iosrc_register_item);

	(void)state;
	items[1].more = 1;
	assert_int_equal(
	    iosrc_register_many(poller, &items[0].known, 2, sizeof(*items)),
	    IOSRC_E_UNSUPPORTED);
	assert_int_equal(fake_count(poller, FAKE_ADD), 0);
	items[1].more = 0;
	assert_int_equal(
	    iosrc_register_many(poller, &items[0].known, 2, size - 1),
	    IOSRC_E_INVALID);
	assert_int_equal(iosrc_register_many(poller, &items[0].known, 2, 0),
	    IOSRC_E_INVALID);
	assert_int_equal(
	    iosrc_register_many(poller, &items[0].known, 1, 0x80000000u),
	    IOSRC_E_INVALID);
	assert_int_equal(iosrc_register_many(poller, NULL, 2, size),
	    IOSRC_E_INVALID);
	assert_int_equal(iosrc_register_many(NULL, &items[0].known, 2, size),
	    IOSRC_E_INVALID);
	assert_int_equal(iosrc_register_many(poller, &items[0].known, 0, size),
	    IOSRC_E_INVALID);
	assert_int_equal(
	    iosrc_register_many(poller, &items[0].known, 0x80000000u, size),
	    IOSRC_E_INVALID);
	assert_int_equal(
	    iosrc_register_many(poller, &items[0].known, 2, sizeof(*items)), 2);
	core_release(poller);
	assert_int_equal(
	    iosrc_register_many(poller, &items[0].known, 2, sizeof(*items)),
	    IOSRC_E_CLOSED);
	core_end(sources[0]);
	core_end(sources[1]);
}

/* ---- io_many ---- */

struct wire {
	iosrc_poller *poller;
	iosrc_source *source;
	uint64_t registration;
	int peer;
};

static void wire_make(struct wire *wire)
{
	int fds[2];

	assert_int_equal(socketpair(AF_UNIX,
	                     SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0,
	                     fds),
	    0);
	wire->poller = core_poller();
	wire->source = core_registered(wire->poller, fds[0], 1, BOTH);
	wire->registration = iosrc_source_registration(wire->source);
	wire->peer = fds[1];
}

static void wire_close(struct wire *wire)
{
	iosrc_close(wire->source);
	close(wire->peer);
	core_release(wire->poller);
}

static void contract_B2_items_of_one_source_run_in_order(void **state)
{
	char memory[32] = "one two three ", data[32];
	struct wire wire;
	iosrc_io_item items[6];

	(void)state;
	wire_make(&wire);
	assert_int_equal(write(wire.peer, "abcdef", 6), 6);
	memset(items, 0, sizeof(items));
	for (unsigned i = 0; i < 6; i++) {
		items[i].registration = wire.registration;
		items[i].opcode = i < 3 ? IOSRC_OP_WRITE : IOSRC_OP_READ;
		items[i].data = i < 3 ? 4 * i : 14 + 2 * i;
		items[i].size = i == 2 ? 6 : i < 2 ? 4 : 2;
		items[i].out_flags = 0xff;
	}
	assert_int_equal(iosrc_io_many(wire.poller, items, 6, sizeof(*items),
	                     memory, sizeof(memory)),
	    6);
	for (unsigned i = 0; i < 6; i++) {
		assert_int_equal(items[i].out_result, items[i].size);
		assert_int_equal(items[i].out_flags, 0);
	}
	assert_int_equal(read(wire.peer, data, sizeof(data)), 14);
	assert_memory_equal(data, "one two three ", 14);
	assert_memory_equal(memory + 20, "abcdef", 6);
	wire_close(&wire);
}

static void contract_B3_each_operation_has_its_result(void **state)
{
	char memory[8] = "12345678";
	struct wire wire;
	iosrc_waker *waker;
	uint64_t waker_registration;
	iosrc_io_item items[16];
	static const int64_t expected[16] = { 4, IOSRC_E_NOT_REGISTERED,
		IOSRC_E_NOT_REGISTERED, IOSRC_E_UNSUPPORTED,
		IOSRC_E_UNSUPPORTED, IOSRC_E_UNSUPPORTED, IOSRC_E_UNSUPPORTED,
		IOSRC_E_UNSUPPORTED, IOSRC_E_UNSUPPORTED, IOSRC_E_UNSUPPORTED,
		IOSRC_E_INVALID, IOSRC_E_INVALID, IOSRC_E_INVALID, 0,
		IOSRC_E_WOULD_BLOCK, 8 };

	(void)state;
	wire_make(&wire);
	waker = core_waker(wire.poller, 9);
	iosrc_waker_wake(waker);
	waker_registration = core_expect(wire.poller, 9, IOSRC_READABLE);
	memset(items, 0, sizeof(items));
	for (unsigned i = 0; i < 16; i++) {
		items[i].registration = wire.registration;
		items[i].opcode = IOSRC_OP_WRITE;
		items[i].size = 4;
	}
	items[1].registration = waker_registration;
	items[2].registration += UINT64_C(1) << 32;
	items[3].opcode = IOSRC_OP_SEND + 1;
	items[4].opcode = IOSRC_OP_SEND;
	items[4].flags = IOSRC_RECV_PEEK;
	items[5].opcode = 0;
	items[6].flags = 1;
	items[7].reserved = 1;
	items[8].reserved_more[0] = 1;
	items[9].reserved_more[1] = 1;
	items[10].data = 9;
	items[11].data = 5;
	items[12].size = 0x80000000u;
	items[13].data = 8;
	items[13].size = 0;
	items[14].opcode = IOSRC_OP_READ;
	items[15].size = 8;
	assert_int_equal(iosrc_io_many(wire.poller, items, 16, sizeof(*items),
	                     memory, sizeof(memory)),
	    3);
	for (unsigned i = 0; i < 16; i++)
		assert_int_equal(items[i].out_result, expected[i]);
	iosrc_waker_release(waker);
	wire_close(&wire);
}

static void contract_B1_receiving_and_sending_in_a_batch(void **state)
{
	char memory[16] = "....ping", data[8];
	struct wire wire;
	iosrc_io_item items[4];

	(void)state;
	wire_make(&wire);
	assert_int_equal(write(wire.peer, "text", 4), 4);
	memset(items, 0, sizeof(items));
	for (unsigned i = 0; i < 4; i++) {
		items[i].registration = wire.registration;
		items[i].opcode = i < 3 ? IOSRC_OP_RECV : IOSRC_OP_SEND;
		items[i].data = i < 3 ? 0 : 4;
		items[i].size = 4;
		items[i].out_flags = 0xff;
	}
	items[0].flags = IOSRC_RECV_PEEK;
	assert_int_equal(iosrc_io_many(wire.poller, items, 4, sizeof(*items),
	                     memory, sizeof(memory)),
	    3);
	for (unsigned i = 0; i < 4; i++) {
		assert_int_equal(items[i].out_result,
		    i == 2 ? IOSRC_E_WOULD_BLOCK : 4);
		assert_int_equal(items[i].out_flags, 0);
	}
	assert_memory_equal(memory, "text", 4);
	assert_int_equal(read(wire.peer, data, sizeof(data)), 4);
	assert_memory_equal(data, "ping", 4);
	wire_close(&wire);
}

static void contract_N8_a_batch_tells_of_cut_datagrams(void **state)
{
	iosrc_poller *poller = core_poller();
	char memory[4] = "";
	iosrc_source *source;
	iosrc_io_item items[2];
	int fds[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX,
	                     SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds),
	    0);
	source = core_registered(poller, fds[0], 1, BOTH);
	assert_int_equal(write(fds[1], "longer", 6), 6);
	assert_int_equal(write(fds[1], "fits", 4), 4);
	memset(items, 0, sizeof(items));
	for (unsigned i = 0; i < 2; i++) {
		items[i].registration = iosrc_source_registration(source);
		items[i].opcode = IOSRC_OP_RECV;
		items[i].size = 4;
	}
	assert_int_equal(iosrc_io_many(poller, items, 2, sizeof(*items), memory,
	                     sizeof(memory)),
	    2);
	assert_int_equal(items[0].out_result, 4);
	assert_int_equal(items[0].out_flags, IOSRC_OUT_TRUNCATED);
	assert_int_equal(items[1].out_result, 4);
	assert_int_equal(items[1].out_flags, 0);
	assert_memory_equal(memory, "fits", 4);
	iosrc_close(source);
	close(fds[1]);
	core_release(poller);
}

static void contract_B3_without_memory_data_is_an_address(void **state)
{
	char text[4] = "text";
	struct wire wire;
	iosrc_io_item items[3];

	(void)state;
	wire_make(&wire);
	memset(items, 0, sizeof(items));
	for (unsigned i = 0; i < 3; i++) {
		items[i].registration = wire.registration;
		items[i].opcode = IOSRC_OP_WRITE;
	}
	items[0].data = (uintptr_t)text;
	items[0].size = 4;
	items[1].size = 4;
	assert_int_equal(
	    iosrc_io_many(wire.poller, items, 3, sizeof(*items), NULL, 0), 2);
	assert_int_equal(items[0].out_result, 4);
	assert_int_equal(items[1].out_result, IOSRC_E_INVALID);
	assert_int_equal(items[2].out_result, 0);
	wire_close(&wire);
}

static void contract_B4_operations_of_every_stride(void **state)
{
	struct {
		iosrc_io_item known;
		uint64_t more[2];
	} items[2];
	char memory[4] = "";
	struct wire wire;
	const size_t size = sizeof(iosrc_io_item);

	(void)state;
	wire_make(&wire);
	memset(items, 0, sizeof(items));
	for (unsigned i = 0; i < 2; i++) {
		items[i].known.registration = wire.registration;
		items[i].known.opcode = IOSRC_OP_WRITE;
		items[i].known.size = 4;
	}
	items[0].more[1] = 1;
	assert_int_equal(iosrc_io_many(wire.poller, &items[0].known, 2,
	                     sizeof(*items), memory, 4),
	    IOSRC_E_UNSUPPORTED);
	items[0].more[1] = 0;
	assert_int_equal(iosrc_io_many(wire.poller, &items[0].known, 2,
	                     sizeof(*items), memory, 4),
	    2);
	assert_int_equal(
	    iosrc_io_many(wire.poller, &items[0].known, 1, size - 1, memory, 4),
	    IOSRC_E_INVALID);
	assert_int_equal(
	    iosrc_io_many(NULL, &items[0].known, 1, size, memory, 4),
	    IOSRC_E_INVALID);
	assert_int_equal(
	    iosrc_io_many(wire.poller, &items[0].known, 1, size, NULL, 4),
	    IOSRC_E_INVALID);
	assert_int_equal(iosrc_poller_retain(wire.poller), IOSRC_OK);
	core_release(wire.poller);
	wire_close(&wire);
}

static void contract_X1_memory_beyond_every_size_is_told(void **state)
{
	struct wire wire;
	iosrc_io_item item = { .opcode = IOSRC_OP_WRITE };
	char memory[4] = "";

	(void)state;
	wire_make(&wire);
	item.registration = wire.registration;
	assert_int_equal(iosrc_io_many(wire.poller, &item, 1, sizeof(item),
	                     memory, 0x80000000u),
	    IOSRC_E_INVALID);
	assert_int_equal(iosrc_io_many(wire.poller, &item, 1, sizeof(item),
	                     memory, SIZE_MAX),
	    IOSRC_E_INVALID);
	wire_close(&wire);
}

static void contract_B1_a_batch_on_a_closed_poller(void **state)
{
	struct wire wire;
	iosrc_io_item item = { .opcode = IOSRC_OP_WRITE };

	(void)state;
	wire_make(&wire);
	item.registration = wire.registration;
	core_release(wire.poller);
	assert_int_equal(
	    iosrc_io_many(wire.poller, &item, 1, sizeof(item), NULL, 0),
	    IOSRC_E_CLOSED);
	iosrc_close(wire.source);
	close(wire.peer);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CORE_TEST(contract_B1_each_registration_has_its_status),
		CORE_TEST(contract_B4_registrations_of_every_stride),
		CORE_TEST(contract_B2_items_of_one_source_run_in_order),
		CORE_TEST(contract_B3_each_operation_has_its_result),
		CORE_TEST(contract_B1_receiving_and_sending_in_a_batch),
		CORE_TEST(contract_N8_a_batch_tells_of_cut_datagrams),
		CORE_TEST(contract_B3_without_memory_data_is_an_address),
		CORE_TEST(contract_B4_operations_of_every_stride),
		CORE_TEST(contract_X1_memory_beyond_every_size_is_told),
		CORE_TEST(contract_B1_a_batch_on_a_closed_poller),
	};

	return CORE_RUN(tests);
}
