/* SPDX-License-Identifier: MIT
 *
 * family_r_raw.c: R11 and R12 for what is no socket: pipes and waitable handles
 * that were closed behind the library's back.
 */
#include "family_h.h"

#include "endpoints.h"
#include "family_sr.h"
#include "native.h"

#include <stdio.h>

static iosrc_address raw_name(void)
{
	static unsigned count;
	char text[80];

	snprintf(text, sizeof(text), "pipe:\\\\.\\pipe\\iosrc-test-raw-%ld-%u",
	    system_process_id(), count++);
	return net_address(text);
}

/* The kernel is asked a few times at most, whatever the mode. */
static void silent(struct rig *rig)
{
	uint64_t before = contract_counters(rig->poller).spurious;

	sr_expect_idle(rig->poller, 60 * CONTRACT_MS);
	assert_true(contract_counters(rig->poller).spurious - before <= 4);
	assert_ok(iosrc_deregister(rig->source, rig->poller));
	assert_kind(iosrc_register(rig->source, rig->poller, 1, IOSRC_READABLE),
	    IOSRC_KIND_BAD_HANDLE);
	assert_ok(iosrc_into_inner(rig->source, NULL));
	assert_ok(iosrc_poller_release(rig->poller));
}

static void closed_raw(int writes, iosrc_bits mode)
{
	static const char data[4096];
	iosrc_handle pipe[2];
	struct rig rig;

	contract_pipe(pipe);
	rig.poller = contract_poller(0);
	rig.peer = pipe[!writes];
	rig.source = rig_watch(rig.poller, pipe[writes], RIG_TOKEN,
	    (writes ? IOSRC_WRITABLE : IOSRC_READABLE) | mode);
	if (writes) {
		assert_int_equal(rig_expect(&rig).ready, IOSRC_WRITABLE);
		while (iosrc_write(rig.source, data, sizeof(data)) > 0)
			continue;
		if (mode == IOSRC_ONESHOT)
			rig_again(&rig, IOSRC_WRITABLE | mode);
	}
	contract_expect_quiet(rig.poller);
	system_close(pipe[writes]);
	silent(&rig);
	system_close(rig.peer);
}

void contract_R12_a_raw_close_of_a_pipe_is_silent(void **state)
{
	size_t m;

	(void)state;
	for (m = 0; m < SR_MODES; m++) {
		closed_raw(0, sr_modes[m]);
		closed_raw(1, sr_modes[m]);
	}
}

void contract_R12_a_raw_close_of_a_pipe_that_listens_is_silent(void **state)
{
	iosrc_address name = raw_name();
	struct rig rig;
	size_t m;

	(void)state;
	for (m = 0; m < SR_MODES; m++) {
		rig.poller = contract_poller(0);
		rig.source = net_listen(&name, IOSRC_TYPE_STREAM);
		rig.peer = -1;
		assert_ok(iosrc_register(rig.source, rig.poller, RIG_TOKEN,
		    IOSRC_READABLE | sr_modes[m]));
		contract_expect_quiet(rig.poller);
		system_close(rig_handle(&rig));
		silent(&rig);
	}
}

/* An event whose number was another event's. */
static HANDLE event_again(HANDLE closed)
{
	enum { MOST = 100 };
	HANDLE events[MOST], found = NULL;
	unsigned count = 0;

	while (!found && count < MOST) {
		HANDLE event = CreateEventW(NULL, TRUE, FALSE, NULL);

		if (event == closed)
			found = event;
		else
			events[count++] = event;
	}
	while (count > 0)
		CloseHandle(events[--count]);
	if (!found)
		contract_skip("the number was not given out again");
	return found;
}

/* Reregister watches what has the number now. */
void contract_R11_reregister_of_another_event_watches_that(void **state)
{
	HANDLE first, second;
	struct rig rig;
	size_t m;

	(void)state;
	for (m = 0; m < SR_MODES; m++) {
		first = CreateEventW(NULL, TRUE, FALSE, NULL);
		rig.poller = contract_poller(0);
		rig.peer = -1;
		rig.source = native_waitable(first);
		assert_ok(iosrc_register(rig.source, rig.poller, RIG_TOKEN,
		    IOSRC_READABLE | sr_modes[m]));
		contract_expect_quiet(rig.poller);
		CloseHandle(first);
		second = event_again(first);
		rig_again(&rig, IOSRC_READABLE | sr_modes[m]);
		contract_expect_quiet(rig.poller);
		SetEvent(second);
		assert_int_equal(rig_expect(&rig).ready, IOSRC_READABLE);
		rig_shut(&rig);
	}
}

/* A listener that goes on under a number which a registered pipe had before:
 * what is left of that says and costs nothing. */
void contract_R11_a_listener_goes_on_under_a_used_number(void **state)
{
	iosrc_source *gone, *writer, *listener, *served = NULL, *client;
	iosrc_poller *poller = contract_poller(0);
	iosrc_address name = raw_name();
	iosrc_handle number;
	uint64_t before;

	(void)state;
	assert_ok(iosrc_pipe(&gone, &writer));
	assert_ok(
	    iosrc_register(gone, poller, 1, IOSRC_READABLE | IOSRC_LEVEL));
	listener = net_listen(&name, IOSRC_TYPE_STREAM);
	assert_ok(iosrc_register(listener, poller, 9, IOSRC_READABLE));
	contract_expect_quiet(poller);
	client = net_connect(&name, IOSRC_TYPE_STREAM);
	contract_expect(poller, 9);
	number = net_handle(gone);
	system_close(number);
	assert_ok(iosrc_accept(listener, NULL, &served));
	if (net_handle(listener) != number)
		contract_skip("the number was not given out again");
	before = contract_counters(poller).stale;
	contract_expect_quiet(poller);
	assert_status(iosrc_deregister(gone, poller), IOSRC_E_NOT_REGISTERED);
	assert_ok(iosrc_into_inner(gone, NULL));
	contract_expect_quiet(poller);
	assert_true(contract_counters(poller).stale - before <= 2);
	assert_ok(iosrc_close(client));
	assert_ok(iosrc_close(served));
	assert_status(iosrc_accept(listener, NULL, &served),
	    IOSRC_E_WOULD_BLOCK);
	client = net_connect(&name, IOSRC_TYPE_STREAM);
	contract_expect(poller, 9);
	assert_ok(iosrc_close(client));
	assert_ok(iosrc_close(listener));
	assert_ok(iosrc_close(writer));
	assert_ok(iosrc_poller_release(poller));
}
