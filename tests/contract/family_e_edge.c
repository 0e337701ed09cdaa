/* SPDX-License-Identifier: MIT
 *
 * family_e_edge.c: edge mode, one source at a time. A test that drains tells
 * the library of the would-block, by a direct call, do_io or rearm: that is
 * what makes an edge portable.
 */
#include "family_rig.h"

#include "family_e.h"

#define DRAIN_SIZE 8192

static size_t drain_by_read(struct rig *rig)
{
	return rig_drain(rig->source);
}

static size_t drain_by_readv(struct rig *rig)
{
	char data[2][700];
	iosrc_buffer buffers[2] = { { data[0], sizeof(data[0]) },
		{ data[1], sizeof(data[1]) } };
	size_t total = 0;
	int64_t got;

	while ((got = iosrc_readv(rig->source, buffers, 2)) > 0)
		total += (size_t)got;
	assert_status(got, IOSRC_E_WOULD_BLOCK);
	return total;
}

static size_t drain_by_do_io(struct rig *rig)
{
	char data[900];
	struct rig_io io = { data, sizeof(data), 0 };
	size_t total = 0;
	int64_t got;

	while ((got = iosrc_do_io(rig->source, IOSRC_READABLE, rig_io_read,
	            &io)) > 0)
		total += (size_t)got;
	assert_status(got, IOSRC_E_WOULD_BLOCK);
	return total;
}

static size_t drain_by_rearm(struct rig *rig)
{
	size_t total = contract_drain(rig_handle(rig));

	assert_ok(iosrc_rearm(rig->source, IOSRC_READABLE));
	return total;
}

/* S7: a short count alone arms again, the would-block need not be met. */
static size_t drain_by_short_count(struct rig *rig)
{
	char data[DRAIN_SIZE];
	int64_t got = iosrc_read(rig->source, data, sizeof(data));

	assert_true(got > 0);
	assert_true((size_t)got < sizeof(data));
	return (size_t)got;
}

static size_t (*const drains[])(struct rig *) = { drain_by_read, drain_by_readv,
	drain_by_do_io, drain_by_rearm, drain_by_short_count };
#define DRAINS (sizeof(drains) / sizeof(drains[0]))

static void drained_edge_fires_again(enum rig_kind kind, size_t way)
{
	struct rig rig;
	unsigned round;
	iosrc_event event;

	rig_open(&rig, kind, IOSRC_READABLE);
	contract_expect_quiet(rig.poller);
	for (round = 0; round < 5; round++) {
		contract_write(rig.peer, "fresh", 5);
		event = rig_expect(&rig);
		assert_bits(event.ready, IOSRC_READABLE);
		assert_no_bits(event.ready, IOSRC_WRITABLE | IOSRC_ERROR);
		assert_int_equal(drains[way](&rig), 5);
	}
	contract_expect_quiet(rig.poller);
	rig_shut(&rig);
}

void contract_E1_drained_edge_fires_for_new_data(void **state)
{
	unsigned kind;
	size_t way;

	(void)state;
	for (kind = 0; kind < RIG_KINDS; kind++)
		for (way = 0; way < DRAINS; way++)
			drained_edge_fires_again((enum rig_kind)kind, way);
}

static void fill_through(struct rig *rig)
{
	static const char data[4096];
	int64_t put;

	contract_fill(rig_handle(rig));
	do
		put = iosrc_write(rig->source, data, sizeof(data));
	while (put > 0);
	assert_status(put, IOSRC_E_WOULD_BLOCK);
}

void contract_E1_filled_edge_fires_when_there_is_room(void **state)
{
	struct rig rig;
	unsigned round;
	iosrc_event event;

	(void)state;
	rig_open(&rig, RIG_UNIX, RIG_BOTH);
	event = rig_expect(&rig);
	assert_bits(event.ready, IOSRC_WRITABLE);
	for (round = 0; round < 5; round++) {
		fill_through(&rig);
		contract_expect_quiet(rig.poller);
		assert_true(contract_drain(rig.peer) > 0);
		event = rig_expect(&rig);
		assert_bits(event.ready, IOSRC_WRITABLE);
		assert_no_bits(event.ready, IOSRC_READABLE);
	}
	rig_shut(&rig);
}

static void no_event_without_activity(enum rig_kind kind)
{
	struct rig rig;
	char data[4];

	rig_open(&rig, kind, IOSRC_READABLE);
	contract_write(rig.peer, "0123456789", 10);
	rig_expect(&rig);
	contract_expect_quiet(rig.poller);
	/* A full count says nothing about what is left. */
	assert_int_equal(iosrc_read(rig.source, data, 4), 4);
	contract_expect_quiet(rig.poller);
	assert_int_equal(rig_drain(rig.source), 6);
	contract_expect_quiet(rig.poller);
	assert_int_equal(rig_drain(rig.source), 0);
	assert_ok(iosrc_rearm(rig.source, IOSRC_READABLE));
	contract_expect_quiet(rig.poller);
	rig_shut(&rig);
}

void contract_E2_undrained_edge_stays_quiet(void **state)
{
	(void)state;
	rig_each_kind(no_event_without_activity);
}

void contract_E2_writable_edge_reports_once(void **state)
{
	struct rig rig;
	unsigned kind;

	(void)state;
	for (kind = 0; kind < RIG_SOCKETS; kind++) {
		rig_open(&rig, (enum rig_kind)kind, IOSRC_WRITABLE);
		assert_bits(rig_expect(&rig).ready, IOSRC_WRITABLE);
		contract_expect_quiet(rig.poller);
		assert_int_equal(iosrc_write(rig.source, "x", 1), 1);
		contract_expect_quiet(rig.poller);
		rig_shut(&rig);
	}
}

static void reregister_reports_again(enum rig_kind kind)
{
	struct rig rig;
	unsigned round;

	rig_open(&rig, kind, IOSRC_READABLE);
	contract_write(rig.peer, "left", 4);
	rig_expect(&rig);
	for (round = 0; round < 5; round++) {
		contract_expect_quiet(rig.poller);
		rig_again(&rig, IOSRC_READABLE);
		assert_bits(rig_expect(&rig).ready, IOSRC_READABLE);
	}
	assert_int_equal(rig_drain(rig.source), 4);
	rig_again(&rig, IOSRC_READABLE);
	contract_expect_quiet(rig.poller);
	rig_shut(&rig);
}

void contract_E2_reregister_reports_undrained_edge_again(void **state)
{
	(void)state;
	rig_each_kind(reregister_reports_again);
}

static void bursts_give_an_event(enum rig_kind kind)
{
	static const unsigned bursts[] = { 1, 2, 100, 1, 100, 2 };
	struct rig rig;
	iosrc_event events[8];
	unsigned put;
	size_t i;

	rig_open(&rig, kind, IOSRC_READABLE);
	for (i = 0; i < sizeof(bursts) / sizeof(bursts[0]); i++) {
		for (put = 0; put < bursts[i]; put++)
			contract_write(rig.peer, "b", 1);
		/* E14 says that "at least one" is one in a single wait. */
		assert_int_equal(rig_wait(rig.poller, events, 8, 5000), 1);
		assert_int_equal(events[0].token, RIG_TOKEN);
		rig_take(&rig, bursts[i]);
		contract_expect_quiet(rig.poller);
	}
	rig_shut(&rig);
}

void contract_E3_1_2_and_100_writes_before_a_wait(void **state)
{
	(void)state;
	rig_each_kind(bursts_give_an_event);
}

static void deliver(struct rig *rig, const char *data, size_t size, size_t way)
{
	contract_write(rig->peer, data, size);
	assert_bits(rig_expect(rig).ready, IOSRC_READABLE);
	if (way == 0)
		rig_take(rig, size);
	else
		assert_int_equal(drains[way](rig), size);
}

/* The trap: a backend that compares what is queued with what it saw last
 * takes the m bytes for the rest of the n. */
static void fewer_bytes_fire(enum rig_kind kind)
{
	static const char data[4096];
	uint64_t seed = UINT64_C(0x9e3779b97f4a7c15) + (uint64_t)kind;
	uint64_t rounds = contract_scale(3000);
	struct rig rig;
	uint64_t i;

	rig_open(&rig, kind, IOSRC_READABLE);
	for (i = 0; i < rounds; i++) {
		size_t n = 2 + rig_random(&seed) % (sizeof(data) - 2);
		size_t m = 1 + rig_random(&seed) % (n - 1);
		/* Large TCP payloads may come in pieces: way 0 waits. */
		size_t way = kind == RIG_TCP ? 0 : rig_random(&seed) % DRAINS;

		deliver(&rig, data, n, way);
		deliver(&rig, data, m, way);
	}
	contract_expect_quiet(rig.poller);
	rig_shut(&rig);
}

void contract_E4_fewer_bytes_after_drain_fire_unix(void **state)
{
	(void)state;
	fewer_bytes_fire(RIG_UNIX);
}

void contract_E4_fewer_bytes_after_drain_fire_tcp(void **state)
{
	(void)state;
	fewer_bytes_fire(RIG_TCP);
}

void contract_E4_fewer_bytes_after_drain_fire_pipe(void **state)
{
	(void)state;
	fewer_bytes_fire(RIG_PIPE);
}

void contract_E4_equal_bytes_after_drain_fire(void **state)
{
	struct rig rig;
	unsigned kind;
	unsigned i;

	(void)state;
	for (kind = 0; kind < RIG_KINDS; kind++) {
		rig_open(&rig, (enum rig_kind)kind, IOSRC_READABLE);
		for (i = 0; i < 100; i++)
			deliver(&rig, "equal", 5, 0);
		rig_shut(&rig);
	}
}

static int64_t peek(struct rig *rig, char *data, size_t size)
{
	struct rig_io io = { data, size, 0 };

	return iosrc_do_io(rig->source, IOSRC_READABLE, rig_io_peek, &io);
}

void contract_E5_peek_that_would_block_arms_again(void **state)
{
	struct rig rig;
	char data[8];
	unsigned kind;
	unsigned round;

	(void)state;
	for (kind = 0; kind < RIG_SOCKETS; kind++) {
		rig_open(&rig, (enum rig_kind)kind, IOSRC_READABLE);
		for (round = 0; round < 5; round++) {
			contract_write(rig.peer, "peek", 4);
			rig_expect(&rig);
			/* Takes all without the library's knowledge. */
			assert_int_equal(contract_drain(rig_handle(&rig)), 4);
			assert_status(peek(&rig, data, 8), IOSRC_E_WOULD_BLOCK);
			contract_expect_quiet(rig.poller);
		}
		rig_shut(&rig);
	}
}

void contract_E5_peek_that_succeeds_consumes_nothing(void **state)
{
	struct rig rig;
	char data[8];
	unsigned kind;
	unsigned round;

	(void)state;
	for (kind = 0; kind < RIG_SOCKETS; kind++) {
		rig_open(&rig, (enum rig_kind)kind, IOSRC_READABLE);
		contract_write(rig.peer, "peek", 4);
		/* A peek before the wait takes no event away. */
		assert_int_equal(peek(&rig, data, 8), 4);
		assert_bits(rig_expect(&rig).ready, IOSRC_READABLE);
		for (round = 0; round < 3; round++) {
			assert_int_equal(peek(&rig, data, 8), 4);
			assert_memory_equal(data, "peek", 4);
			/* Nor does one behind it make events. */
			contract_expect_quiet(rig.poller);
		}
		assert_int_equal(rig_drain(rig.source), 4);
		contract_write(rig.peer, "more", 4);
		assert_bits(rig_expect(&rig).ready, IOSRC_READABLE);
		rig_shut(&rig);
	}
}

static void take_connections(struct rig *rig, unsigned count)
{
	unsigned i;
	iosrc_handle fd;

	for (i = 0; i < count; i++) {
		while ((fd = rig_accept(rig->source)) < 0)
			rig_expect(rig); /* a handshake still under way */
		system_close(fd);
	}
	assert_int_equal(rig_accept(rig->source), -1);
}

void contract_E6_accept_after_drained_accept_gets_its_event(void **state)
{
	static const unsigned bursts[] = { 1, 1, 2, 1, 16, 1 };
	int clients[16];
	struct rig rig;
	uint16_t port;
	unsigned i;
	size_t k;

	(void)state;
	rig.poller = contract_poller(0);
	rig.source = rig_watch(rig.poller, contract_tcp_listener(&port),
	    RIG_TOKEN, IOSRC_READABLE);
	rig.peer = -1;
	contract_expect_quiet(rig.poller);
	for (k = 0; k < sizeof(bursts) / sizeof(bursts[0]); k++) {
		for (i = 0; i < bursts[k]; i++)
			clients[i] = rig_client(port);
		assert_bits(rig_expect(&rig).ready, IOSRC_READABLE);
		take_connections(&rig, bursts[k]);
		contract_expect_quiet(rig.poller);
		for (i = 0; i < bursts[k]; i++)
			system_close(clients[i]);
	}
	rig_shut(&rig);
}

/* The count of an empty datagram is 0, which is no end here: the would-block
 * behind it ends the drain. */
void contract_E6_empty_datagram_is_readable(void **state)
{
	struct rig rig;
	char data[8] = "";
	unsigned round;
	iosrc_handle fds[2];

	(void)state;
	contract_pair(IOSRC_TYPE_DATAGRAM, fds);
	rig.poller = contract_poller(0);
	rig.source = rig_watch(rig.poller, fds[0], RIG_TOKEN, IOSRC_READABLE);
	rig.peer = fds[1];
	for (round = 0; round < 4; round++) {
		assert_int_equal(system_send(rig.peer, data, 0, 0), 0);
		assert_bits(rig_expect(&rig).ready, IOSRC_READABLE);
		assert_int_equal(iosrc_read(rig.source, data, 8), 0);
		assert_status(iosrc_read(rig.source, data, 8),
		    IOSRC_E_WOULD_BLOCK);
		contract_expect_quiet(rig.poller);
	}
	rig_shut(&rig);
}
