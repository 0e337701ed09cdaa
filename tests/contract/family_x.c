/* SPDX-License-Identifier: MIT
 *
 * family_x.c: long runs without growth, and structs of other versions.
 */
#include "family_rig.h"

#include "family_x.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

/* ---- X5 ---- */

/* Growth that a warm-up does not explain; sanitizers keep freed memory. */
static void expect_no_growth(int64_t before, size_t handles, size_t live)
{
	assert_int_equal(contract_open_handles(), handles);
	assert_int_equal(contract_allocations_live(), live);
	if (before && !contract_is_watched())
		assert_true(system_resident_size() - before < 512 * 1024);
}

static void cycle(iosrc_poller *poller, iosrc_handle fd, uint64_t token)
{
	iosrc_source *source = contract_source(system_duplicate(fd));

	assert_ok(iosrc_register(source, poller, token, IOSRC_READABLE));
	if (token % 2)
		assert_ok(iosrc_deregister(source, poller));
	assert_ok(iosrc_close(source));
}

static void contract_X5_sources_come_and_go(void **state)
{
	iosrc_poller *poller = contract_poller(0);
	uint64_t i, cycles = contract_scale(100000);
	size_t handles = 0, live = 0;
	int64_t before = 0;
	iosrc_handle fds[2];

	(void)state;
	contract_pair(IOSRC_TYPE_STREAM, fds);
	for (i = 0; i < cycles; i++) {
		if (i == cycles / 10) {
			before = system_resident_size();
			live = contract_allocations_live();
			handles = contract_open_handles();
		}
		cycle(poller, fds[0], i);
	}
	expect_no_growth(before, handles, live);
	contract_write(fds[1], "x", 1);
	contract_expect_quiet(poller);
	system_close(fds[0]);
	system_close(fds[1]);
	assert_ok(iosrc_poller_release(poller));
}

static void contract_X5_registrations_of_one_source(void **state)
{
	uint64_t i, cycles = contract_scale(100000);
	size_t handles, live;
	struct rig rig;
	int64_t before;

	(void)state;
	rig_open(&rig, RIG_UNIX, IOSRC_READABLE);
	handles = contract_open_handles();
	live = contract_allocations_live();
	before = system_resident_size();
	for (i = 0; i < cycles; i++) {
		rig_again(&rig, IOSRC_READABLE | IOSRC_LEVEL);
		assert_ok(iosrc_deregister(rig.source, rig.poller));
		assert_ok(iosrc_register(rig.source, rig.poller, RIG_TOKEN,
		    IOSRC_READABLE));
	}
	expect_no_growth(before, handles, live);
	contract_write(rig.peer, "x", 1);
	rig_expect(&rig);
	rig_shut(&rig);
}

static void contract_X5_wakers_come_and_go(void **state)
{
	iosrc_poller *poller = contract_poller(0);
	uint64_t i, cycles = contract_scale(100000);
	iosrc_waker *waker = NULL;
	size_t handles = contract_open_handles(), live = 0;
	int64_t before = 0;

	(void)state;
	for (i = 0; i < cycles; i++) {
		if (i == cycles / 10) {
			before = system_resident_size();
			live = contract_allocations_live();
		}
		assert_ok(iosrc_waker_create(poller, i, &waker));
		if (i % 3 == 0)
			assert_ok(iosrc_waker_wake(waker));
		assert_ok(iosrc_waker_release(waker));
	}
	expect_no_growth(before, handles, live);
	contract_expect_quiet(poller);
	assert_ok(iosrc_poller_release(poller));
}

static void contract_X5_pollers_come_and_go(void **state)
{
	uint64_t i, cycles = contract_scale(10000);
	size_t handles = contract_open_handles(), live = 0;
	iosrc_event event;
	iosrc_poller *poller;
	int64_t before = 0;

	(void)state;
	for (i = 0; i < cycles; i++) {
		if (i == cycles / 10) {
			before = system_resident_size();
			live = contract_allocations_live();
		}
		poller = contract_poller(0);
		assert_int_equal(iosrc_poller_wait(poller, &event, 1, 0), 0);
		assert_ok(iosrc_poller_release(poller));
	}
	expect_no_growth(before, handles, live);
}

/* ---- X6 ---- */

/* Options of any size: what is missing is default, what is too much must be
 * zero. */
static void options_of(const unsigned char *bytes, size_t size,
    iosrc_status wanted)
{
	iosrc_poller *poller = NULL;
	iosrc_status status = iosrc_poller_create((const void *)bytes, size,
	    &poller);

	assert_int_equal(status, wanted);
	if (wanted != IOSRC_OK) {
		assert_null(poller);
		return;
	}
	if (size >= sizeof(iosrc_poller_options))
		assert_int_equal(iosrc_poller_backend(poller),
		    contract_backend());
	assert_ok(iosrc_poller_release(poller));
}

static void contract_X6_poller_options_of_any_size(void **state)
{
	_Alignas(8) unsigned char bytes[72] = { 0 };
	iosrc_poller_options known = { IOSRC_POLLER_INTERRUPTIBLE,
		contract_backend() };
	size_t size;

	(void)state;
	memcpy(bytes, &known, sizeof(known));
	for (size = 0; size <= sizeof(bytes); size++)
		options_of(bytes, size, IOSRC_OK);
	for (size = sizeof(known) + 1; size <= sizeof(bytes); size++) {
		bytes[size - 1] = 1;
		options_of(bytes, size, IOSRC_E_UNSUPPORTED);
		options_of(bytes, size - 1, IOSRC_OK);
		bytes[size - 1] = 0;
	}
	options_of(bytes, (size_t)INT_MAX + 1, IOSRC_E_INVALID);
}

/* Only the first field: its flag holds, the backend is the default. */
static void contract_X6_options_of_the_past(void **state)
{
	iosrc_flags flags = IOSRC_POLLER_INTERRUPTIBLE, unknown = 0x40;
	iosrc_poller *poller = NULL;

	(void)state;
	assert_status(iosrc_poller_create((const void *)&unknown,
	                  sizeof(unknown), &poller),
	    IOSRC_E_UNSUPPORTED);
	assert_ok(
	    iosrc_poller_create((const void *)&flags, sizeof(flags), &poller));
	assert_true(iosrc_poller_backend(poller) != IOSRC_BACKEND_DEFAULT);
	assert_ok(iosrc_poller_release(poller));
}

static void contract_X6_counters_of_any_size(void **state)
{
	_Alignas(8) unsigned char bytes[128], known[128];
	iosrc_poller *poller = contract_poller(0);
	iosrc_poller_counters counters;
	iosrc_event event;
	size_t size, i;

	(void)state;
	for (i = 0; i < 5; i++)
		iosrc_poller_wait(poller, &event, 1, 0);
	memset(known, 0, sizeof(known));
	counters = contract_counters(poller);
	memcpy(known, &counters, sizeof(counters));
	for (size = 1; size < sizeof(bytes); size++) {
		memset(bytes, 0xa5, sizeof(bytes));
		assert_ok(iosrc_poller_stats(poller, (void *)bytes, size));
		assert_memory_equal(bytes, known, size);
		for (i = size; i < sizeof(bytes); i++)
			assert_int_equal(bytes[i], 0xa5);
	}
	assert_ok(iosrc_poller_release(poller));
}

/* Strides of the future that are no multiple of anything. */
static void contract_X6_register_items_of_the_future(void **state)
{
	enum { MOST = sizeof(iosrc_register_item) + 64 };
	const size_t step = _Alignof(iosrc_register_item);
	_Alignas(16) unsigned char bytes[2 * MOST];
	iosrc_poller *poller = contract_poller(0);
	iosrc_register_item item;
	struct rig rigs[2];
	size_t size;
	unsigned i;

	(void)state;
	for (i = 0; i < 2; i++) {
		rig_open(&rigs[i], RIG_UNIX, 0);
		assert_ok(iosrc_deregister(rigs[i].source, rigs[i].poller));
	}
	for (size = sizeof(item); size <= MOST; size += step) {
		memset(bytes, 0, sizeof(bytes));
		for (i = 0; i < 2; i++) {
			item = (iosrc_register_item){ .token = i,
				.source = rigs[i].source,
				.out_status = 77 };
			memcpy(bytes + i * size, &item, sizeof(item));
		}
		assert_int_equal(
		    iosrc_register_many(poller, (void *)bytes, 2, size), 2);
		for (i = 0; i < 2; i++)
			assert_ok(iosrc_deregister(rigs[i].source, poller));
		if (size == sizeof(item))
			continue;
		bytes[2 * size - 1] = 1;
		assert_status(
		    iosrc_register_many(poller, (void *)bytes, 2, size),
		    IOSRC_E_UNSUPPORTED);
		assert_int_equal(iosrc_source_registration(rigs[0].source), 0);
	}
	for (i = 0; i < 2; i++)
		rig_shut(&rigs[i]);
	assert_ok(iosrc_poller_release(poller));
}

static void contract_X6_io_items_of_the_future(void **state)
{
	enum { MOST = sizeof(iosrc_io_item) + 64 };
	_Alignas(16) unsigned char bytes[2 * MOST];
	iosrc_io_item item;
	struct rig rig;
	char memory[2] = "ab";
	size_t size;
	unsigned i;

	(void)state;
	rig_open(&rig, RIG_UNIX, IOSRC_READABLE);
	for (size = sizeof(item); size <= MOST; size += sizeof(uint64_t)) {
		memset(bytes, 0, sizeof(bytes));
		for (i = 0; i < 2; i++) {
			item = (iosrc_io_item){ .data = i,
				.size = 1,
				.registration = iosrc_source_registration(
				    rig.source),
				.opcode = IOSRC_OP_WRITE };
			memcpy(bytes + i * size, &item, sizeof(item));
		}
		assert_int_equal(iosrc_io_many(rig.poller, (void *)bytes, 2,
		                     size, memory, 2),
		    2);
		assert_int_equal(contract_drain(rig.peer), 2);
		if (size == sizeof(item))
			continue;
		bytes[size - 1] = 1;
		assert_status(iosrc_io_many(rig.poller, (void *)bytes, 2, size,
		                  memory, 2),
		    IOSRC_E_UNSUPPORTED);
		assert_int_equal(contract_drain(rig.peer), 0);
	}
	rig_shut(&rig);
}

const struct contract_test contract_family_x[] = {
	CONTRACT_TEST(contract_X1_source_calls),
	CONTRACT_TEST(contract_X1_interests_and_directions),
	CONTRACT_TEST(contract_X1_direct_io),
	CONTRACT_TEST(contract_X1_poller_calls),
	CONTRACT_TEST(contract_X1_waker_calls),
	CONTRACT_TEST(contract_X1_batches),
	CONTRACT_TEST(contract_X1_statuses_and_library),
	CONTRACT_TEST(contract_X1_what_null_may_be_given_to),
	CONTRACT_TEST(contract_X1_address_calls),
	CONTRACT_TEST(contract_X1_addresses_out_of_range),
	CONTRACT_TEST(contract_X1_endpoints_without_arguments),
	CONTRACT_TEST(contract_X1_options_of_listen),
	CONTRACT_TEST(contract_X1_options_of_connect),
	CONTRACT_TEST(contract_X1_options_of_bind_datagram),
	CONTRACT_TEST(contract_X1_socket_calls),
	CONTRACT_TEST(contract_X1_errors_options_and_groups),
	CONTRACT_TEST(contract_X1_nothing_to_send_or_receive),
	CONTRACT_TEST(contract_X1_socket_calls_on_a_closed_handle),
	CONTRACT_TEST(contract_X2_no_descriptor_left_at_poller_create),
	CONTRACT_TEST(contract_X2_no_descriptor_left_elsewhere),
	CONTRACT_TEST(contract_X2_poller_create_without_memory),
	CONTRACT_TEST(contract_X2_every_allocation_failing_once),
	CONTRACT_TEST(contract_X2_refused_calls_at_poller_create),
	CONTRACT_TEST(contract_X2_refused_registration_changes_nothing),
	CONTRACT_TEST(contract_X2_refused_wait_loses_nothing),
	CONTRACT_TEST(contract_X2_making_without_memory),
	CONTRACT_TEST(contract_X2_accept_without_memory),
	CONTRACT_TEST(contract_X3_accept_without_descriptors_level),
	CONTRACT_TEST(contract_X3_accept_without_descriptors_edge),
	CONTRACT_TEST(contract_X3_accept_in_do_io_without_descriptors),
	CONTRACT_TEST(contract_X3_accept_with_one_descriptor_left),
	CONTRACT_TEST(contract_X3_making_without_descriptors),
	CONTRACT_TEST(contract_X3_the_system_has_none_left),
	CONTRACT_TEST(contract_X4_eventfd2_denied_eperm),
	CONTRACT_TEST(contract_X4_eventfd2_denied_enosys),
	CONTRACT_TEST(contract_X4_epoll_pwait2_denied_eperm),
	CONTRACT_TEST(contract_X4_epoll_pwait2_denied_enosys),
	CONTRACT_TEST(contract_X4_pipe2_denied_eperm),
	CONTRACT_TEST(contract_X4_pipe2_denied_enosys),
	CONTRACT_TEST(contract_X4_accept4_denied_eperm),
	CONTRACT_TEST(contract_X4_accept4_denied_enosys),
	CONTRACT_TEST(contract_X4_io_uring_setup_denied_eperm),
	CONTRACT_TEST(contract_X4_io_uring_setup_denied_enosys),
	CONTRACT_TEST(contract_X4_fork_mark_denied),
	CONTRACT_TEST_SECONDS(contract_X5_sources_come_and_go, 60),
	CONTRACT_TEST_SECONDS(contract_X5_registrations_of_one_source, 60),
	CONTRACT_TEST_SECONDS(contract_X5_wakers_come_and_go, 60),
	CONTRACT_TEST_SECONDS(contract_X5_pollers_come_and_go, 60),
	CONTRACT_TEST(contract_X6_poller_options_of_any_size),
	CONTRACT_TEST(contract_X6_options_of_the_past),
	CONTRACT_TEST(contract_X6_counters_of_any_size),
	CONTRACT_TEST(contract_X6_register_items_of_the_future),
	CONTRACT_TEST(contract_X6_io_items_of_the_future),
	CONTRACT_TEST(contract_X6_endpoint_options_of_any_size),
	CONTRACT_TEST(contract_X7_a_claimed_wake_comes_before_the_error),
	CONTRACT_TEST_SECONDS(contract_X7_signals_take_no_event, 60),
	{ NULL, NULL, 0 }
};
