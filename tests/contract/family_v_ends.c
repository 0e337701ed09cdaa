/* SPDX-License-Identifier: MIT
 *
 * family_v_ends.c: which bits come when streams shut down, break and end. The
 * tables of what a system tells are in family_v_tables.c, for each its own.
 *
 * Each change is tried in two orders: made before the registration, when one
 * event must carry all of it; and made under a registration whose writable
 * was reported before, when an emulated edge owes readable alone.
 */
#include "family_rig.h"

#include "family_v.h"
#include "family_v_ends.h"

static void reset_peer(iosrc_handle *peer)
{
	system_reset_on_close(*peer);
	system_close(*peer);
	*peer = -1;
}

void peer_shuts_writing(iosrc_handle self, iosrc_handle *peer)
{
	(void)self;
	assert_ok(system_shutdown(*peer, IOSRC_WRITABLE));
}

void peer_writes_and_shuts_writing(iosrc_handle self, iosrc_handle *peer)
{
	(void)self;
	contract_write(*peer, "last words", 10);
	assert_ok(system_shutdown(*peer, IOSRC_WRITABLE));
}

void peer_shuts_reading(iosrc_handle self, iosrc_handle *peer)
{
	(void)self;
	assert_ok(system_shutdown(*peer, IOSRC_READABLE));
}

void peer_shuts_both(iosrc_handle self, iosrc_handle *peer)
{
	(void)self;
	assert_ok(system_shutdown(*peer, RIG_BOTH));
}

void peer_closes(iosrc_handle self, iosrc_handle *peer)
{
	(void)self;
	system_close(*peer);
	*peer = -1;
}

void peer_writes_and_closes(iosrc_handle self, iosrc_handle *peer)
{
	contract_write(*peer, "last words", 10);
	peer_closes(self, peer);
}

void peer_closes_without_reading(iosrc_handle self, iosrc_handle *peer)
{
	contract_write(self, "unread", 6);
	peer_closes(self, peer);
}

void peer_resets(iosrc_handle self, iosrc_handle *peer)
{
	(void)self;
	reset_peer(peer);
}

void self_shuts_reading(iosrc_handle self, iosrc_handle *peer)
{
	(void)peer;
	assert_ok(system_shutdown(self, IOSRC_READABLE));
}

void self_shuts_writing(iosrc_handle self, iosrc_handle *peer)
{
	(void)peer;
	assert_ok(system_shutdown(self, IOSRC_WRITABLE));
}

void self_shuts_both(iosrc_handle self, iosrc_handle *peer)
{
	(void)peer;
	assert_ok(system_shutdown(self, RIG_BOTH));
}

void self_shuts_one_after_the_other(iosrc_handle self, iosrc_handle *peer)
{
	self_shuts_writing(self, peer);
	self_shuts_reading(self, peer);
}

void both_ends_shut_writing(iosrc_handle self, iosrc_handle *peer)
{
	assert_ok(system_shutdown(self, IOSRC_WRITABLE));
	assert_ok(system_shutdown(*peer, IOSRC_WRITABLE));
}

/* The same by iosrc_shutdown, which takes a source. */
static void call_shutdown(iosrc_handle self, iosrc_bits directions)
{
	iosrc_source *source = contract_source(self);

	assert_ok(iosrc_shutdown(source, directions));
	assert_ok(iosrc_into_inner(source, NULL));
}

void call_shuts_reading(iosrc_handle self, iosrc_handle *peer)
{
	(void)peer;
	call_shutdown(self, IOSRC_READABLE);
}

void call_shuts_writing(iosrc_handle self, iosrc_handle *peer)
{
	(void)peer;
	call_shutdown(self, IOSRC_WRITABLE);
}

void call_shuts_both(iosrc_handle self, iosrc_handle *peer)
{
	(void)peer;
	call_shutdown(self, RIG_BOTH);
}

/* What a registration with this interest must be told: directions
 * are masked; read-closed need not be told to one that only writes. */
static iosrc_bits owed(const struct change *change, iosrc_bits interest)
{
	iosrc_bits owed = change->required & (interest | IOSRC_ERROR | CLOSED);

	if (!(interest & IOSRC_READABLE) ||
	    (change->behind_data && system_differs(SYSTEM_END_BEHIND_DATA)))
		owed &= ~IOSRC_READ_CLOSED;
	return owed;
}

static void check_forbidden(const struct change *change, iosrc_bits interest,
    iosrc_bits ready)
{
	iosrc_bits forbidden = change->forbidden | (RIG_BOTH & ~interest);

	if (ready & forbidden)
		fail_msg("%s, kind %d, interest %x: ready %x, forbidden %x",
		    change->name, (int)change->kind, (unsigned)interest,
		    (unsigned)ready, (unsigned)forbidden);
}

static void check_required(const struct change *change, iosrc_bits interest,
    iosrc_bits ready, iosrc_bits required)
{
	if ((ready & required) != required)
		fail_msg("%s, kind %d, interest %x: ready %x, required %x",
		    change->name, (int)change->kind, (unsigned)interest,
		    (unsigned)ready, (unsigned)required);
}

/* Collects events until the bits are there; 0 waits for a quiet time. */
static iosrc_bits collect(struct rig *rig, const struct change *change,
    iosrc_bits interest, iosrc_bits until)
{
	iosrc_bits ready = 0;
	iosrc_event event;
	unsigned waits;

	for (waits = 0; waits < 8; waits++) {
		if (until != 0 && (ready & until) == until)
			break;
		if (rig_wait(rig->poller, &event, 1, until ? 5000 : 30) != 1)
			break;
		assert_int_equal(event.token, RIG_TOKEN);
		check_forbidden(change, interest, event.ready);
		ready |= event.ready;
	}
	assert_true(waits < 8);
	return ready;
}

/* The state settles before the registration: on a loopback that takes no
 * time to speak of, and poll(2) itself tells. */
static void change_before(const struct change *change, iosrc_bits interest)
{
	iosrc_bits required = owed(change, interest);
	struct rig rig;
	iosrc_event event;

	rig_open(&rig, change->kind, 0);
	change->apply(rig_handle(&rig), &rig.peer);
	system_sleep(2 * CONTRACT_MS);
	rig_again(&rig, interest);
	event = rig_expect(&rig);
	check_forbidden(change, interest, event.ready);
	check_required(change, interest, event.ready, required);
	/* A FIN's acknowledgement may come later: an edge, but no news. */
	if (interest & IOSRC_ONESHOT)
		contract_expect_quiet(rig.poller);
	else if (!(interest & IOSRC_LEVEL))
		collect(&rig, change, interest, 0);
	rig_shut(&rig);
}

static void change_under(const struct change *change, iosrc_bits interest)
{
	iosrc_bits required = owed(change, interest);
	struct rig rig;
	iosrc_bits ready;

	rig_open(&rig, change->kind, interest);
	if (interest & IOSRC_WRITABLE)
		assert_int_equal(rig_expect(&rig).ready, IOSRC_WRITABLE);
	assert_int_equal(rig_drain(rig.source), 0);
	change->apply(rig_handle(&rig), &rig.peer);
	if (interest & IOSRC_READABLE)
		required &= ~IOSRC_WRITABLE;
	else
		required = 0;
	if (!(change->required & IOSRC_READABLE))
		required = 0;
	ready = collect(&rig, change, interest, required);
	check_required(change, interest, ready, required);
	collect(&rig, change, interest, 0);
	rig_shut(&rig);
}

static void walk(const struct change *change)
{
	static const iosrc_bits interests[] = { RIG_BOTH, IOSRC_READABLE,
		IOSRC_WRITABLE };
	size_t i;

	for (; change->name != NULL; change++) {
		for (i = 0; i < 3; i++) {
			iosrc_bits interest = interests[i];

			if (owed(change, interest) != 0) {
				change_before(change, interest);
				change_before(change, interest | IOSRC_LEVEL);
				change_before(change, interest | IOSRC_ONESHOT);
			}
			change_under(change, interest);
		}
	}
}

/* ---- V2, V3, V6, V9: streams end ---- */

void contract_V2_peer_shuts_down_or_closes(void **state)
{
	(void)state;
	walk(system_by_peer);
}

void contract_V2_data_before_the_end_is_readable(void **state)
{
	struct rig rig;
	unsigned kind;
	char data[32];

	(void)state;
	for (kind = 0; kind < RIG_KINDS; kind++) {
		rig_open(&rig, (enum rig_kind)kind, IOSRC_READABLE);
		peer_writes_and_closes(rig_handle(&rig), &rig.peer);
		assert_bits(rig_expect(&rig).ready, IOSRC_READABLE);
		assert_int_equal(iosrc_read(rig.source, data, 4), 4);
		assert_int_equal(rig_drain(rig.source), 6);
		assert_int_equal(iosrc_read(rig.source, data, 32), 0);
		rig_shut(&rig);
	}
}

void contract_V6_local_shutdown(void **state)
{
	(void)state;
	walk(system_by_self);
}

void contract_V6_local_shutdown_by_call(void **state)
{
	(void)state;
	walk(system_by_call);
}

void contract_V3_reset_by_peer(void **state)
{
	(void)state;
	walk(system_by_reset);
}

/* With both directions armed the reset reports both, in one event. */
void contract_V3_reset_ends_both_directions_then_quiet(void **state)
{
	static char data[65536];
	struct rig rig;
	iosrc_bits ready;
	int64_t put;

	(void)state;
	rig_open(&rig, RIG_TCP, RIG_BOTH);
	rig_expect(&rig);
	do
		put = iosrc_write(rig.source, data, sizeof(data));
	while (put > 0);
	assert_status(put, IOSRC_E_WOULD_BLOCK);
	reset_peer(&rig.peer);
	ready = collect(&rig, system_by_reset, RIG_BOTH, BROKEN);
	check_required(system_by_reset, RIG_BOTH, ready, BROKEN);
	collect(&rig, system_by_reset, RIG_BOTH, 0);
	/* The error is told once, then comes the end; neither arms again. */
	if (!system_differs(SYSTEM_RESET_SWALLOWED))
		assert_kind(iosrc_read(rig.source, data, 8),
		    IOSRC_KIND_CONNECTION_RESET);
	contract_expect_quiet(rig.poller);
	assert_int_equal(iosrc_read(rig.source, data, 8), 0);
	contract_expect_quiet(rig.poller);
	rig_shut(&rig);
}

void contract_V9_reset_before_registration_is_readable(void **state)
{
	static const iosrc_bits modes[] = { 0, IOSRC_LEVEL, IOSRC_ONESHOT };
	iosrc_poller *poller;
	iosrc_source *source;
	char data[8];
	iosrc_handle fds[2];
	size_t i;

	(void)state;
	for (i = 0; i < 3; i++) {
		contract_tcp_pair(fds);
		reset_peer(&fds[1]);
		system_sleep(2 * CONTRACT_MS);
		poller = contract_poller(0);
		source = rig_watch(poller, fds[0], RIG_TOKEN,
		    IOSRC_READABLE | modes[i]);
		assert_bits(contract_expect(poller, RIG_TOKEN).ready,
		    IOSRC_READABLE | IOSRC_READ_CLOSED);
		if (!system_differs(SYSTEM_RESET_SWALLOWED))
			assert_kind(iosrc_read(source, data, 8),
			    IOSRC_KIND_CONNECTION_RESET);
		assert_ok(iosrc_close(source));
		assert_ok(iosrc_poller_release(poller));
	}
}

/* ---- V7: pipes ---- */

static void reader_meets_the_end(iosrc_bits mode)
{
	struct rig rig;
	iosrc_event event;
	char data[8];

	rig_open(&rig, RIG_PIPE, IOSRC_READABLE | mode);
	system_close(rig.peer);
	rig.peer = -1;
	event = rig_expect(&rig);
	assert_bits(event.ready, IOSRC_READ_CLOSED);
	assert_no_bits(event.ready, IOSRC_ERROR | IOSRC_WRITABLE);
	assert_int_equal(iosrc_read(rig.source, data, 8), 0);
	if (mode != IOSRC_LEVEL)
		contract_expect_quiet(rig.poller);
	rig_shut(&rig);
}

void contract_V7_reader_sees_read_closed(void **state)
{
	(void)state;
	reader_meets_the_end(0);
	reader_meets_the_end(IOSRC_LEVEL);
	reader_meets_the_end(IOSRC_ONESHOT);
}

void contract_V7_reader_sees_the_last_writer_close(void **state)
{
	struct rig rig;
	iosrc_event event;
	iosrc_handle other;

	(void)state;
	rig_open(&rig, RIG_PIPE, IOSRC_READABLE);
	other = system_duplicate(rig.peer);
	system_close(rig.peer);
	contract_expect_quiet(rig.poller);
	contract_write(other, "data left", 9);
	event = rig_expect(&rig);
	assert_int_equal(event.ready, IOSRC_READABLE);
	assert_int_equal(rig_drain(rig.source), 9);
	contract_write(other, "and more", 8);
	system_close(other);
	rig.peer = -1;
	event = rig_expect(&rig);
	assert_bits(event.ready, IOSRC_READABLE | IOSRC_READ_CLOSED);
	assert_int_equal(rig_drain(rig.source), 8);
	/* The short count may have armed once more (S7), the end does not. */
	if (rig_wait(rig.poller, &event, 1, 30) == 1)
		assert_int_equal(rig_drain(rig.source), 0);
	contract_expect_quiet(rig.poller);
	rig_shut(&rig);
}

static void writer_meets_the_end(int full, iosrc_bits mode)
{
	struct rig rig;
	iosrc_event event;
	int64_t put;
	iosrc_handle fds[2];

	contract_pipe(fds);
	rig.poller = contract_poller(0);
	rig.source = rig_watch(rig.poller, fds[1], RIG_TOKEN,
	    IOSRC_WRITABLE | mode);
	rig.peer = -1;
	assert_int_equal(rig_expect(&rig).ready, IOSRC_WRITABLE);
	if (full) {
		do
			put = iosrc_write(rig.source, "full", 4);
		while (put > 0);
		assert_status(put, IOSRC_E_WOULD_BLOCK);
		contract_expect_quiet(rig.poller);
	}
	system_close(fds[0]);
	if (!full || mode == IOSRC_ONESHOT)
		rig_again(&rig, IOSRC_WRITABLE | mode);
	event = rig_expect(&rig);
	assert_bits(event.ready, IOSRC_WRITE_CLOSED);
	assert_no_bits(event.ready, IOSRC_READABLE);
	if (mode != IOSRC_LEVEL)
		contract_expect_quiet(rig.poller);
	rig_shut(&rig);
}

void contract_V7_writer_sees_write_closed(void **state)
{
	static const iosrc_bits modes[] = { 0, IOSRC_LEVEL, IOSRC_ONESHOT };
	size_t i;

	(void)state;
	for (i = 0; i < 3; i++) {
		writer_meets_the_end(0, modes[i]);
		writer_meets_the_end(1, modes[i]);
	}
}
