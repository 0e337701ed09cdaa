/* SPDX-License-Identifier: MIT
 *
 * family_s_arm.c: S4 to S6, which answers arm a direction again and which
 * change nothing.
 */
#include "family_s.h"

#include "family_sr.h"

/* ---- S4 ---- */

/* The ways to say that a direction would block. */
static void say_by_do_io(iosrc_source *source, iosrc_bits directions)
{
	assert_status(sr_do_io(source, directions, IOSRC_E_WOULD_BLOCK),
	    IOSRC_E_WOULD_BLOCK);
}

static void say_by_rearm(iosrc_source *source, iosrc_bits directions)
{
	assert_ok(iosrc_rearm(source, directions));
}

static void say_by_call(iosrc_source *source, iosrc_bits directions)
{
	char byte[4] = "";

	if (directions & IOSRC_READABLE)
		assert_status(iosrc_read(source, byte, 4), IOSRC_E_WOULD_BLOCK);
	if (directions & IOSRC_WRITABLE)
		assert_status(iosrc_write(source, byte, 1),
		    IOSRC_E_WOULD_BLOCK);
}

static void (*const says[])(iosrc_source *, iosrc_bits) = { say_by_do_io,
	say_by_rearm, say_by_call };
#define SAYS (sizeof(says) / sizeof(says[0]))

void contract_S4_would_block_on_read_raises_no_writable(void **state)
{
	struct rig rig;
	size_t s;
	int kind;

	(void)state;
	for (kind = RIG_UNIX; kind < RIG_SOCKETS; kind++) {
		rig_open(&rig, (enum rig_kind)kind, RIG_BOTH);
		assert_bits(rig_expect(&rig).ready, IOSRC_WRITABLE);
		for (s = 0; s < SAYS; s++) {
			says[s](rig.source, IOSRC_READABLE);
			contract_expect_quiet(rig.poller);
			contract_write(rig.peer, "x", 1);
			assert_bits(rig_expect(&rig).ready, IOSRC_READABLE);
			assert_int_equal(contract_drain(rig_handle(&rig)), 1);
		}
		rig_shut(&rig);
	}
}

void contract_S4_would_block_on_write_raises_no_readable(void **state)
{
	struct rig rig;
	size_t s;

	(void)state;
	rig_open(&rig, RIG_UNIX, RIG_BOTH);
	contract_write(rig.peer, "stays unread", 12);
	assert_bits(rig_expect(&rig).ready, RIG_BOTH);
	for (s = 0; s < SAYS; s++) {
		contract_fill(rig_handle(&rig));
		says[s](rig.source, IOSRC_WRITABLE);
		contract_expect_quiet(rig.poller);
		contract_drain(rig.peer);
		assert_bits(rig_expect(&rig).ready, IOSRC_WRITABLE);
	}
	rig_shut(&rig);
}

void contract_S4_directions_outside_the_interest_stay_out(void **state)
{
	struct rig rig;
	size_t s;

	(void)state;
	rig_open(&rig, RIG_UNIX, IOSRC_READABLE);
	for (s = 0; s < 2; s++) {
		says[s](rig.source, IOSRC_WRITABLE);
		says[s](rig.source, IOSRC_PRIORITY);
		contract_expect_quiet(rig.poller);
	}
	contract_fill(rig_handle(&rig));
	say_by_call(rig.source, IOSRC_WRITABLE);
	contract_drain(rig.peer);
	contract_expect_quiet(rig.poller);
	rig_again(&rig, IOSRC_WRITABLE);
	assert_int_equal(rig_expect(&rig).ready, IOSRC_WRITABLE);
	contract_write(rig.peer, "x", 1);
	say_by_do_io(rig.source, IOSRC_READABLE);
	say_by_rearm(rig.source, IOSRC_READABLE | IOSRC_PRIORITY);
	contract_expect_quiet(rig.poller);
	rig_shut(&rig);
}

void contract_S4_a_spent_oneshot_stays_spent(void **state)
{
	struct rig rig;
	size_t s;

	(void)state;
	rig_open(&rig, RIG_UNIX, IOSRC_READABLE | IOSRC_ONESHOT);
	for (s = 0; s < SAYS; s++) {
		contract_write(rig.peer, "x", 1);
		assert_int_equal(rig_expect(&rig).ready, IOSRC_READABLE);
		assert_int_equal(contract_drain(rig_handle(&rig)), 1);
		says[s](rig.source, IOSRC_READABLE);
		contract_write(rig.peer, "y", 1);
		contract_expect_quiet(rig.poller);
		assert_int_equal(contract_drain(rig_handle(&rig)), 1);
		rig_again(&rig, IOSRC_READABLE | IOSRC_ONESHOT);
		contract_expect_quiet(rig.poller);
	}
	rig_shut(&rig);
}

void contract_S4_a_spent_oneshot_is_spent_both_ways(void **state)
{
	struct rig rig;
	size_t s;

	(void)state;
	rig_open(&rig, RIG_UNIX, RIG_BOTH | IOSRC_ONESHOT);
	assert_int_equal(rig_expect(&rig).ready, IOSRC_WRITABLE);
	for (s = 0; s < 2; s++) {
		says[s](rig.source, RIG_BOTH);
		contract_write(rig.peer, "x", 1);
		contract_expect_quiet(rig.poller);
	}
	contract_drain(rig_handle(&rig));
	contract_fill(rig_handle(&rig));
	say_by_call(rig.source, RIG_BOTH);
	contract_drain(rig.peer);
	contract_write(rig.peer, "x", 1);
	contract_expect_quiet(rig.poller);
	rig_again(&rig, RIG_BOTH | IOSRC_ONESHOT);
	assert_bits(rig_expect(&rig).ready, RIG_BOTH);
	rig_shut(&rig);
}

void contract_S4_a_pause_stays_a_pause(void **state)
{
	struct rig rig;
	size_t m, s;

	(void)state;
	rig_open(&rig, RIG_UNIX, 0);
	contract_write(rig.peer, "x", 1);
	for (m = 0; m < SR_MODES; m++) {
		rig_again(&rig, sr_modes[m]);
		for (s = 0; s < 2; s++)
			says[s](rig.source, RIG_BOTH);
		contract_expect_quiet(rig.poller);
	}
	rig_shut(&rig);
}

void contract_S4_level_needs_no_report_and_bears_one(void **state)
{
	struct rig rig;
	size_t s;

	(void)state;
	rig_open(&rig, RIG_UNIX, IOSRC_READABLE | IOSRC_LEVEL);
	for (s = 0; s < SAYS; s++) {
		says[s](rig.source, IOSRC_READABLE);
		contract_expect_quiet(rig.poller);
		contract_write(rig.peer, "x", 1);
		assert_int_equal(rig_expect(&rig).ready, IOSRC_READABLE);
		assert_int_equal(rig_expect(&rig).ready, IOSRC_READABLE);
		contract_drain(rig_handle(&rig));
	}
	rig_shut(&rig);
}

/* ---- S5 ---- */

struct mischief {
	struct rig *rig;
	int how;
};

/* Takes away, within the call, what arming again would need. */
static int64_t IOSRC_CALL spoil(iosrc_handle handle, void *user)
{
	struct mischief *mischief = user;
	struct rig *rig = mischief->rig;

	switch (mischief->how) {
	case 0:
		system_close(handle);
		break;
	case 1:
		iosrc_deregister(rig->source, rig->poller);
		break;
	case 2:
		iosrc_poller_release(rig->poller);
		rig->poller = NULL;
		break;
	default:
		system_take_over(rig->peer, handle);
		break;
	}
	return IOSRC_E_WOULD_BLOCK;
}

void contract_S5_would_block_whatever_was_spoiled(void **state)
{
	struct mischief mischief;
	struct rig rig;
	size_t m;

	(void)state;
	for (m = 0; m < SR_MODES * 4; m++) {
		rig_open(&rig, RIG_UNIX, RIG_BOTH | sr_modes[m / 4]);
		mischief.rig = &rig;
		mischief.how = (int)(m % 4);
		rig_expect(&rig);
		assert_status(
		    iosrc_do_io(rig.source, RIG_BOTH, spoil, &mischief),
		    IOSRC_E_WOULD_BLOCK);
		if (mischief.how == 0)
			assert_ok(iosrc_into_inner(rig.source, NULL));
		else
			assert_ok(iosrc_close(rig.source));
		system_close(rig.peer);
		assert_ok(iosrc_poller_release(rig.poller));
	}
}

/* Arming may need memory; where there is none the caller learns of it by an
 * event, with the data or with the error, and never by another answer. */
static void say_without_memory(struct rig *rig, unsigned how)
{
	char byte[1];

	contract_allocations_fail(1);
	if (how == 0)
		assert_status(iosrc_read(rig->source, byte, 1),
		    IOSRC_E_WOULD_BLOCK);
	else if (how == 1)
		say_by_do_io(rig->source, IOSRC_READABLE);
	else
		iosrc_rearm(rig->source, IOSRC_READABLE);
	contract_allocations_fail(0);
}

#define S5_SOURCES 200

void contract_S5_would_block_without_memory(void **state)
{
	iosrc_poller *poller = contract_poller(0);
	struct rig rigs[S5_SOURCES];
	size_t i;

	(void)state;
	for (i = 0; i < S5_SOURCES; i++) {
		iosrc_handle fds[2];

		contract_pair(IOSRC_TYPE_STREAM, fds);
		rigs[i].poller = poller;
		rigs[i].peer = fds[1];
		rigs[i].source = rig_watch(poller, fds[0], i, IOSRC_READABLE);
		contract_write(fds[1], "x", 1);
		contract_expect(poller, i);
		contract_drain(fds[0]);
	}
	for (i = 0; i < S5_SOURCES; i++)
		say_without_memory(&rigs[i], (unsigned)i % 3);
	for (i = 0; i < S5_SOURCES; i++) {
		contract_write(rigs[i].peer, "y", 1);
		assert_true(contract_expect(poller, i).ready &
		    (IOSRC_READABLE | IOSRC_ERROR));
	}
	for (i = 0; i < S5_SOURCES; i++) {
		assert_ok(iosrc_close(rigs[i].source));
		system_close(rigs[i].peer);
	}
	assert_ok(iosrc_poller_release(poller));
}

/* ---- S6 ---- */

#define CODES SYSTEM_ERROR_CODES

/* Everything that do_io may be answered but would-block and in-progress. */
static int64_t changes_nothing(size_t i)
{
	if (i < CODES)
		return iosrc_status_from_os(system_error_codes[i]);
	return sr_answers[i - CODES] == IOSRC_E_WOULD_BLOCK
	    ? IOSRC_E_CLOSED
	    : sr_answers[i - CODES];
}

void contract_S6_other_answers_of_do_io_change_nothing(void **state)
{
	struct rig rig;
	size_t i;

	(void)state;
	rig_open(&rig, RIG_UNIX, RIG_BOTH);
	contract_write(rig.peer, "unread", 6);
	assert_bits(rig_expect(&rig).ready, RIG_BOTH);
	for (i = 0; i < CODES + SR_ANSWERS; i++)
		assert_true(sr_do_io(rig.source, RIG_BOTH,
		                changes_nothing(i)) == changes_nothing(i));
	contract_expect_quiet(rig.poller);
	contract_drain(rig_handle(&rig));
	say_by_rearm(rig.source, IOSRC_READABLE);
	for (i = 0; i < CODES + SR_ANSWERS; i++)
		sr_do_io(rig.source, RIG_BOTH, changes_nothing(i));
	contract_write(rig.peer, "x", 1);
	assert_bits(rig_expect(&rig).ready, IOSRC_READABLE);
	rig_shut(&rig);
}

void contract_S6_in_progress_arms_writing_only(void **state)
{
	iosrc_status progress = iosrc_status_from_os(system_in_progress);
	struct rig rig;

	(void)state;
	assert_kind(progress, IOSRC_KIND_IN_PROGRESS);
	rig_open(&rig, RIG_UNIX, RIG_BOTH);
	contract_write(rig.peer, "unread", 6);
	assert_bits(rig_expect(&rig).ready, RIG_BOTH);
	assert_status(sr_do_io(rig.source, IOSRC_READABLE, progress), progress);
	contract_expect_quiet(rig.poller);
	contract_fill(rig_handle(&rig));
	assert_status(sr_do_io(rig.source, RIG_BOTH, progress), progress);
	contract_expect_quiet(rig.poller);
	contract_drain(rig.peer);
	assert_bits(rig_expect(&rig).ready, IOSRC_WRITABLE);
	rig_shut(&rig);
}

/* A socket registered before connect reports writable and hang-up at once;
 * the connection must then still be told of. */
void contract_S6_connect_through_do_io_becomes_writable(void **state)
{
	iosrc_poller *poller = contract_poller(0);
	uint16_t port;
	iosrc_handle listener = contract_tcp_listener(&port);
	struct rig_io io = { NULL, 0, port };
	iosrc_source *source = rig_watch(poller,
	    system_socket(IOSRC_TYPE_STREAM), 5, RIG_BOTH);
	int64_t status;

	(void)state;
	sr_take(poller, 5);
	contract_expect_quiet(poller);
	status = iosrc_do_io(source, RIG_BOTH, rig_io_connect, &io);
	if (status != 0) { /* else it stands already */
		assert_true(system_is_under_way((iosrc_status)status));
		assert_bits(contract_expect(poller, 5).ready, IOSRC_WRITABLE);
	}
	assert_ok(system_take_error(iosrc_source_handle(source)));
	assert_int_equal(iosrc_write(source, "x", 1), 1);
	assert_ok(iosrc_close(source));
	system_close(listener);
	assert_ok(iosrc_poller_release(poller));
}

void contract_S6_whole_counts_change_nothing(void **state)
{
	char data[4] = "";
	iosrc_buffer buffers[2] = { { data, 1 }, { data + 1, 1 } };
	struct rig rig;
	int i;

	(void)state;
	rig_open(&rig, RIG_UNIX, RIG_BOTH);
	contract_write(rig.peer, "0123456789", 10);
	assert_bits(rig_expect(&rig).ready, RIG_BOTH);
	for (i = 0; i < 3; i++)
		assert_int_equal(iosrc_read(rig.source, data, 1), 1);
	for (i = 0; i < 3; i++)
		assert_int_equal(iosrc_readv(rig.source, buffers, 2), 2);
	assert_int_equal(iosrc_write(rig.source, data, 4), 4);
	assert_int_equal(iosrc_writev(rig.source, buffers, 2), 2);
	assert_int_equal(iosrc_read(rig.source, NULL, 0), 0);
	assert_int_equal(iosrc_write(rig.source, NULL, 0), 0);
	contract_expect_quiet(rig.poller);
	rig_shut(&rig);
}

void contract_S6_not_connected_changes_nothing(void **state)
{
	iosrc_poller *poller = contract_poller(0);
	iosrc_source *source = rig_watch(poller,
	    system_socket(IOSRC_TYPE_STREAM), 6, RIG_BOTH);
	char byte;
	int i;

	(void)state;
	sr_take(poller, 6);
	for (i = 0; i < 3; i++) {
		assert_kind(iosrc_read(source, &byte, 1),
		    IOSRC_KIND_NOT_CONNECTED);
		contract_expect_quiet(poller);
	}
	assert_ok(iosrc_close(source));
	assert_ok(iosrc_poller_release(poller));
}

/* A datagram socket whose peer's port is closed: each send is refused, and
 * the next call says so. */
static iosrc_handle refused_datagram(uint16_t port)
{
	iosrc_handle handle = system_socket(IOSRC_TYPE_DATAGRAM);

	assert_ok(system_connect(handle, port));
	return handle;
}

void contract_S6_an_error_of_a_direct_call_arms_again(void **state)
{
	iosrc_poller *poller = contract_poller(0);
	uint16_t port = rig_dead_port(IOSRC_TYPE_DATAGRAM);
	iosrc_handle fd = refused_datagram(port);
	iosrc_handle peer = system_socket(IOSRC_TYPE_DATAGRAM);
	iosrc_source *source = rig_watch(poller, fd, 9, IOSRC_READABLE);
	char data[8];
	int i;

	(void)state;
	if (system_differs(SYSTEM_REFUSAL_SWALLOWED))
		contract_skip("this system swallows the refusal");
	for (i = 0; i < 3; i++) {
		contract_write(fd, "x", 1);
		assert_bits(contract_expect(poller, 9).ready, IOSRC_READABLE);
		assert_kind(iosrc_read(source, data, sizeof(data)),
		    IOSRC_KIND_CONNECTION_REFUSED);
	}
	assert_ok(system_bind(peer, port));
	assert_int_equal(system_send_to(peer, "here", 4, system_port(fd)), 4);
	assert_bits(contract_expect(poller, 9).ready, IOSRC_READABLE);
	assert_int_equal(iosrc_read(source, data, sizeof(data)), 4);
	assert_ok(iosrc_close(source));
	system_close(peer);
	assert_ok(iosrc_poller_release(poller));
}

void contract_S6_no_arming_behind_a_closed_bit(void **state)
{
	struct rig rig;
	char byte;
	int i;

	(void)state;
	rig_open(&rig, RIG_TCP, RIG_BOTH);
	system_reset_on_close(rig.peer);
	system_close(rig.peer);
	rig.peer = -1;
	while (!(rig_expect(&rig).ready & IOSRC_WRITE_CLOSED))
		continue;
	for (i = 0; i < 5; i++) {
		iosrc_read(rig.source, &byte, 1);
		assert_true(iosrc_write(rig.source, "x", 1) < 0);
		contract_expect_quiet(rig.poller);
	}
	rig_shut(&rig);
}
