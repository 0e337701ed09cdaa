/* SPDX-License-Identifier: MIT
 *
 * family_v.c: how streams begin, or are refused, and that a registration is
 * told of no direction but its own; the table of the family. How streams end
 * is in family_v_ends.c, urgent data and datagrams in family_v_net.c, all of
 * it by the library's own calls in family_v_calls.c.
 */
#include "family_rig.h"

#include "family_v.h"

/* ---- V1, V5: streams begin ---- */

static void contract_V1_writable_first_then_readable(void **state)
{
	struct rig rig;
	unsigned kind;

	(void)state;
	for (kind = 0; kind < RIG_SOCKETS; kind++) {
		rig_open(&rig, (enum rig_kind)kind, RIG_BOTH);
		assert_int_equal(rig_expect(&rig).ready, IOSRC_WRITABLE);
		contract_expect_quiet(rig.poller);
		contract_write(rig.peer, "hello", 5);
		assert_bits(rig_expect(&rig).ready, IOSRC_READABLE);
		assert_int_equal(rig_drain(rig.source), 5);
		rig_shut(&rig);
	}
}

static iosrc_handle accept_soon(iosrc_handle listener)
{
	iosrc_handle fd;

	assert_true(system_await(listener, IOSRC_READABLE, 5000));
	fd = system_accept(listener, NULL);
	assert_true(fd >= 0);
	return fd;
}

static void contract_V1_accepted_and_connected_end_talk(void **state)
{
	struct rig rig;
	uint16_t port;
	iosrc_handle listener = contract_tcp_listener(&port);
	iosrc_handle client = rig_client(port);
	unsigned round;

	(void)state;
	rig.poller = contract_poller(0);
	rig.source = rig_watch(rig.poller, client, RIG_TOKEN, RIG_BOTH);
	assert_int_equal(rig_expect(&rig).ready, IOSRC_WRITABLE);
	rig.peer = accept_soon(listener);
	for (round = 0; round < 3; round++) {
		contract_write(rig.peer, "ping", 4);
		assert_bits(rig_expect(&rig).ready, IOSRC_READABLE);
		rig_take(&rig, 4);
		assert_int_equal(iosrc_write(rig.source, "pong", 4), 4);
	}
	rig_shut(&rig);
	system_close(listener);
}

/* Drives an unfinished connection to its end as the header tells: at each
 * writable event ask for the socket's error, then for the peer. */
static void finish_connect(struct rig *rig)
{
	unsigned events;

	for (events = 0; events < 8; events++) {
		if (rig_expect(rig).ready & IOSRC_WRITABLE) {
			assert_ok(system_take_error(rig_handle(rig)));
			if (system_has_peer(rig_handle(rig)))
				return;
		}
	}
	fail_msg("%u events and no connection", events);
}

static void contract_V5_connect_then_register(void **state)
{
	struct rig rig;
	uint16_t port;
	iosrc_handle listener = contract_tcp_listener(&port);
	iosrc_handle fd = rig_client(port);

	(void)state;
	rig.poller = contract_poller(0);
	rig.source = rig_watch(rig.poller, fd, RIG_TOKEN, RIG_BOTH);
	rig.peer = listener;
	finish_connect(&rig);
	rig_shut(&rig);
}

/* Registered first, an unconnected socket is writable and hung up at once;
 * in-progress must then count as would-block of the write direction. */
static void connect_through_do_io(iosrc_bits interest)
{
	struct rig_io io = { NULL, 0, 0 };
	struct rig rig;
	uint16_t port;
	int64_t status;
	iosrc_event event;

	rig.peer = contract_tcp_listener(&port);
	io.result = port;
	rig.poller = contract_poller(0);
	rig.source = rig_watch(rig.poller, system_socket(IOSRC_TYPE_STREAM),
	    RIG_TOKEN, interest);
	rig_wait(rig.poller, &event, 1, 10);
	status = iosrc_do_io(rig.source, IOSRC_WRITABLE, rig_io_connect, &io);
	if (status != 0)
		assert_true(system_is_under_way((iosrc_status)status));
	if (status != 0)
		finish_connect(&rig);
	rig_shut(&rig);
}

static void contract_V5_in_progress_arms_writable(void **state)
{
	(void)state;
	connect_through_do_io(IOSRC_WRITABLE);
	connect_through_do_io(RIG_BOTH);
}

/* A listener whose queue is full lets a connection hang in progress: no
 * event until there is room (the client asks again after a second). */
static void contract_V5_slow_connect_is_writable_only_when_done(void **state)
{
	struct rig rig;
	uint16_t port;
	iosrc_handle listener = contract_tcp_listener(&port);
	iosrc_handle first, fd;

	(void)state;
	assert_ok(system_listen(listener, 0));
	first = rig_client(port);
	rig.poller = contract_poller(0);
	rig.source = rig_watch(rig.poller, rig_client(port), RIG_TOKEN,
	    RIG_BOTH);
	rig.peer = listener;
	contract_expect_quiet(rig.poller);
	fd = accept_soon(listener);
	finish_connect(&rig);
	system_close(fd);
	system_close(first);
	rig_shut(&rig);
}

/* ---- V4: refused ---- */

static void refused_connect(iosrc_bits interest)
{
	struct rig rig;
	iosrc_bits ready;
	iosrc_handle fd = system_socket(IOSRC_TYPE_STREAM);
	iosrc_status status = system_connect(fd,
	    rig_dead_port(IOSRC_TYPE_STREAM));

	if (!system_is_under_way(status)) { /* nothing left to report */
		assert_kind(status, IOSRC_KIND_CONNECTION_REFUSED);
		system_close(fd);
		return;
	}
	rig.peer = -1;
	rig.poller = contract_poller(0);
	rig.source = rig_watch(rig.poller, fd, RIG_TOKEN, interest);
	ready = rig_expect(&rig).ready;
	assert_true((ready & (IOSRC_WRITABLE | IOSRC_ERROR)) != 0);
	assert_bits(ready, IOSRC_WRITE_CLOSED);
	assert_no_bits(ready, RIG_BOTH & ~interest);
	assert_kind(system_take_error(fd), IOSRC_KIND_CONNECTION_REFUSED);
	if (!(interest & IOSRC_LEVEL))
		contract_expect_quiet(rig.poller);
	rig_shut(&rig);
}

static void contract_V4_refused_connect_is_told_once(void **state)
{
	static const iosrc_bits modes[] = { 0, IOSRC_LEVEL, IOSRC_ONESHOT };
	size_t i;

	(void)state;
	for (i = 0; i < 3; i++) {
		refused_connect(RIG_BOTH | modes[i]);
		refused_connect(IOSRC_WRITABLE | modes[i]);
		refused_connect(IOSRC_READABLE | modes[i]);
	}
}

/* Registered before connect, as a program with one code path does it. */
static void contract_V4_refusal_after_register(void **state)
{
	struct rig_io io = { NULL, 0, rig_dead_port(IOSRC_TYPE_STREAM) };
	struct rig rig;
	iosrc_event event;
	int64_t status;

	(void)state;
	rig.peer = -1;
	rig.poller = contract_poller(0);
	rig.source = rig_watch(rig.poller, system_socket(IOSRC_TYPE_STREAM),
	    RIG_TOKEN, RIG_BOTH);
	rig_wait(rig.poller, &event, 1, 10);
	status = iosrc_do_io(rig.source, IOSRC_WRITABLE, rig_io_connect, &io);
	if (iosrc_status_kind((iosrc_status)status) !=
	    IOSRC_KIND_CONNECTION_REFUSED) {
		assert_true(system_is_under_way((iosrc_status)status));
		assert_bits(rig_expect(&rig).ready, IOSRC_WRITE_CLOSED);
		assert_kind(system_take_error(rig_handle(&rig)),
		    IOSRC_KIND_CONNECTION_REFUSED);
	}
	rig_shut(&rig);
}

/* ---- V11: one direction ---- */

static void make_traffic(struct rig *rig)
{
	iosrc_handle fd = rig_handle(rig);

	contract_stuff(fd);
	contract_write(rig->peer, "in", 2);
	contract_drain(rig->peer);
}

static void one_direction(enum rig_kind kind, iosrc_bits interest)
{
	iosrc_bits direction = interest & RIG_BOTH;
	iosrc_event event;
	struct rig rig;
	unsigned round;
	unsigned waits;
	unsigned seen = 0;

	rig_open(&rig, kind, interest);
	for (round = 0; round < 8; round++) {
		make_traffic(&rig);
		for (waits = 0; waits < 4; waits++) {
			if (rig_wait(rig.poller, &event, 1, 1) != 1)
				break;
			assert_bits(event.ready, direction);
			assert_no_bits(event.ready, RIG_BOTH & ~direction);
			seen++;
		}
		rig_drain(rig.source);
		/* A rearm of the direction that is not asked for is void. */
		assert_ok(iosrc_rearm(rig.source, RIG_BOTH));
		rig_again(&rig, interest);
	}
	assert_true(seen > 0);
	system_close(rig.peer);
	rig.peer = -1;
	if (rig_wait(rig.poller, &event, 1, 30) == 1)
		assert_no_bits(event.ready, RIG_BOTH & ~direction);
	rig_shut(&rig);
}

static void contract_V11_one_direction_never_yields_the_other(void **state)
{
	static const iosrc_bits modes[] = { 0, IOSRC_LEVEL, IOSRC_ONESHOT };
	unsigned kind;
	size_t i;

	(void)state;
	for (kind = 0; kind < RIG_SOCKETS; kind++) {
		for (i = 0; i < 3; i++) {
			one_direction((enum rig_kind)kind,
			    IOSRC_READABLE | modes[i]);
			one_direction((enum rig_kind)kind,
			    IOSRC_WRITABLE | modes[i]);
		}
	}
}

const struct contract_test contract_family_v[] = {
	CONTRACT_TEST(contract_V1_writable_first_then_readable),
	CONTRACT_TEST(contract_V1_accepted_and_connected_end_talk),
	CONTRACT_TEST_SECONDS(contract_V2_peer_shuts_down_or_closes, 60),
	CONTRACT_TEST(contract_V2_data_before_the_end_is_readable),
	CONTRACT_TEST(contract_V3_reset_by_peer),
	CONTRACT_TEST(contract_V3_reset_ends_both_directions_then_quiet),
	CONTRACT_TEST(contract_V4_refused_connect_is_told_once),
	CONTRACT_TEST(contract_V4_refusal_after_register),
	CONTRACT_TEST(contract_V4_refusal_by_take_error),
	CONTRACT_TEST(contract_V4_unix_refusal_is_answered_at_once),
	CONTRACT_TEST(contract_V5_connect_then_register),
	CONTRACT_TEST(contract_V5_in_progress_arms_writable),
	CONTRACT_TEST(contract_V5_slow_connect_is_writable_only_when_done),
	CONTRACT_TEST(contract_V5_connected_by_take_error_and_peer_address),
	CONTRACT_TEST(contract_V5_in_progress_has_no_peer_yet),
	CONTRACT_TEST_SECONDS(contract_V6_local_shutdown, 60),
	CONTRACT_TEST_SECONDS(contract_V6_local_shutdown_by_call, 60),
	CONTRACT_TEST(contract_V6_shutdown_ends_what_it_names),
	CONTRACT_TEST(contract_V6_shutdown_of_what_cannot_be),
	CONTRACT_TEST(contract_V7_reader_sees_read_closed),
	CONTRACT_TEST(contract_V7_reader_sees_the_last_writer_close),
	CONTRACT_TEST(contract_V7_writer_sees_write_closed),
	CONTRACT_TEST(contract_V8_out_of_band_data_is_priority),
	CONTRACT_TEST(contract_V8_priority_alone_and_absent),
	CONTRACT_TEST(contract_V8_urgent_data_by_send_and_recv),
	CONTRACT_TEST(contract_V8_urgent_data_by_recv_from_and_batches),
	CONTRACT_TEST(contract_V8_no_urgent_data_on_datagrams),
	CONTRACT_TEST(contract_V9_reset_before_registration_is_readable),
	CONTRACT_TEST(contract_V10_refused_datagram_is_told_and_survived),
	CONTRACT_TEST(contract_V10_caller_that_stops_at_the_error),
	CONTRACT_TEST(contract_V10_refused_datagram_in_level_mode),
	CONTRACT_TEST(contract_V10_refusal_by_the_calls_of_sockets),
	CONTRACT_TEST(contract_V11_one_direction_never_yields_the_other),
	{ NULL, NULL, 0 }
};
