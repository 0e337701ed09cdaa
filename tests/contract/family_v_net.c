/* SPDX-License-Identifier: MIT
 *
 * family_v_net.c: out-of-band data, and what a datagram socket reports when
 * it was refused: told once, and survived.
 */
#include "family_rig.h"

#include "family_v.h"

/* ---- V8: out-of-band data ---- */

static void send_urgent(struct rig *rig)
{
	assert_int_equal(system_send(rig->peer, "!", 1, IOSRC_SEND_OOB), 1);
}

static void take_urgent(struct rig *rig)
{
	char data;

	assert_int_equal(system_recv(rig_handle(rig), &data, 1, IOSRC_RECV_OOB),
	    1);
	assert_int_equal(data, '!');
	assert_ok(iosrc_rearm(rig->source, IOSRC_PRIORITY));
}

void contract_V8_out_of_band_data_is_priority(void **state)
{
	struct rig rig;
	unsigned round;
	iosrc_bits ready;

	(void)state;
	if (!contract_can(IOSRC_PRIORITY))
		contract_skip("the backend lacks IOSRC_PRIORITY");
	rig_open(&rig, RIG_TCP, IOSRC_READABLE | IOSRC_PRIORITY);
	contract_write(rig.peer, "plain", 5);
	assert_int_equal(rig_expect(&rig).ready, IOSRC_READABLE);
	rig_take(&rig, 5);
	for (round = 0; round < 3; round++) {
		send_urgent(&rig);
		ready = rig_expect(&rig).ready;
		assert_bits(ready, IOSRC_PRIORITY);
		assert_no_bits(ready,
		    IOSRC_WRITABLE | IOSRC_ERROR | RIG_CLOSED);
		take_urgent(&rig);
		rig_drain(rig.source);
		contract_expect_quiet(rig.poller);
	}
	rig_shut(&rig);
}

void contract_V8_priority_alone_and_absent(void **state)
{
	struct rig rig;

	(void)state;
	if (!contract_can(IOSRC_PRIORITY))
		contract_skip("the backend lacks IOSRC_PRIORITY");
	rig_open(&rig, RIG_TCP, IOSRC_PRIORITY | IOSRC_LEVEL);
	contract_write(rig.peer, "plain", 5);
	contract_expect_quiet(rig.poller);
	send_urgent(&rig);
	assert_int_equal(rig_expect(&rig).ready, IOSRC_PRIORITY);
	assert_int_equal(rig_expect(&rig).ready, IOSRC_PRIORITY);
	take_urgent(&rig);
	contract_expect_quiet(rig.poller);
	rig_again(&rig, IOSRC_READABLE);
	assert_int_equal(rig_expect(&rig).ready, IOSRC_READABLE);
	rig_drain(rig.source);
	send_urgent(&rig);
	contract_write(rig.peer, "plain", 5);
	assert_int_equal(rig_expect(&rig).ready, IOSRC_READABLE);
	rig_shut(&rig);
}

/* ---- V10: datagrams ---- */

static iosrc_handle udp_at(uint16_t port)
{
	iosrc_handle fd = system_socket(IOSRC_TYPE_DATAGRAM);

	assert_ok(system_bind(fd, port));
	return fd;
}

enum telling { BY_READ, BY_WRITE, BY_OPTION, TELLINGS };

/* A datagram that left may be told as writable before it is refused. */
static void expect_error(struct rig *rig)
{
	unsigned events;

	for (events = 0; events < 8; events++)
		if (rig_expect(rig).ready & IOSRC_ERROR)
			return;
	fail_msg("%u events and no error", events);
}

/* One call is told of the refusal; the source is then drained as ever. */
static void take_refusal(struct rig *rig, enum telling telling)
{
	char data[16];

	if (telling == BY_READ)
		assert_kind(iosrc_read(rig->source, data, 16),
		    IOSRC_KIND_CONNECTION_REFUSED);
	else if (telling == BY_WRITE)
		assert_kind(iosrc_write(rig->source, "again", 5),
		    IOSRC_KIND_CONNECTION_REFUSED);
	else
		assert_kind(system_take_error(rig_handle(rig)),
		    IOSRC_KIND_CONNECTION_REFUSED);
}

static void live_datagrams(struct rig *rig, unsigned count)
{
	char data[16];
	unsigned i;

	for (i = 0; i < count; i++) {
		assert_int_equal(system_send(rig->peer, "alive", 5, 0), 5);
		assert_bits(rig_expect(rig).ready, IOSRC_READABLE);
		assert_int_equal(iosrc_read(rig->source, data, 16), 5);
		assert_status(iosrc_read(rig->source, data, 16),
		    IOSRC_E_WOULD_BLOCK);
	}
}

static void refused_datagram(iosrc_bits interest, enum telling telling,
    int stop_at_error)
{
	char data[16];
	struct rig rig;
	uint16_t port = rig_dead_port(IOSRC_TYPE_DATAGRAM);
	iosrc_handle fd = udp_at(0);
	unsigned round;

	assert_ok(system_connect(fd, port));
	rig.poller = contract_poller(0);
	rig.source = rig_watch(rig.poller, fd, RIG_TOKEN, interest);
	if (interest & IOSRC_WRITABLE)
		rig_expect(&rig);
	assert_status(iosrc_read(rig.source, data, 16), IOSRC_E_WOULD_BLOCK);
	for (round = 0; round < 3; round++) {
		assert_int_equal(iosrc_write(rig.source, "lost", 4), 4);
		expect_error(&rig);
		take_refusal(&rig, telling);
		if (!stop_at_error)
			assert_status(iosrc_read(rig.source, data, 16),
			    IOSRC_E_WOULD_BLOCK);
		contract_expect_quiet(rig.poller);
	}
	rig.peer = udp_at(port);
	assert_ok(system_connect(rig.peer, system_port(fd)));
	live_datagrams(&rig, 3);
	rig_shut(&rig);
}

void contract_V10_refused_datagram_is_told_and_survived(void **state)
{
	unsigned telling;

	(void)state;
	if (system_differs(SYSTEM_REFUSAL_SWALLOWED))
		contract_skip("this system swallows the refusal");
	for (telling = 0; telling < TELLINGS; telling++) {
		refused_datagram(IOSRC_READABLE, (enum telling)telling, 0);
		refused_datagram(RIG_BOTH, (enum telling)telling, 0);
	}
}

/* S6: the failing read itself arms again, without a would-block behind it. */
void contract_V10_caller_that_stops_at_the_error(void **state)
{
	(void)state;
	if (system_differs(SYSTEM_REFUSAL_SWALLOWED))
		contract_skip("this system swallows the refusal");
	refused_datagram(IOSRC_READABLE, BY_READ, 1);
}

void contract_V10_refused_datagram_in_level_mode(void **state)
{
	struct rig rig;
	uint16_t port = rig_dead_port(IOSRC_TYPE_DATAGRAM);
	iosrc_handle fd = udp_at(0);
	char data[16];

	(void)state;
	if (system_differs(SYSTEM_REFUSAL_SWALLOWED))
		contract_skip("this system swallows the refusal");
	assert_ok(system_connect(fd, port));
	rig.poller = contract_poller(0);
	rig.source = rig_watch(rig.poller, fd, RIG_TOKEN,
	    IOSRC_READABLE | IOSRC_LEVEL);
	assert_int_equal(iosrc_write(rig.source, "lost", 4), 4);
	assert_bits(rig_expect(&rig).ready, IOSRC_ERROR);
	assert_bits(rig_expect(&rig).ready, IOSRC_ERROR);
	assert_kind(iosrc_read(rig.source, data, 16),
	    IOSRC_KIND_CONNECTION_REFUSED);
	contract_expect_quiet(rig.poller);
	rig.peer = udp_at(port);
	assert_ok(system_connect(rig.peer, system_port(fd)));
	live_datagrams(&rig, 3);
	rig_shut(&rig);
}
