/* SPDX-License-Identifier: MIT
 *
 * family_r_files.c: R13, what is no socket: bad handles, the poller's own
 * handle, and files, which a kernel refuses to watch and which are always
 * ready.
 */
#include "family_r.h"

#include "family_sr.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FILES 4

static iosrc_handle open_file(unsigned which)
{
	int flags = O_CLOEXEC | O_NONBLOCK;
	char name[] = "/tmp/contract-XXXXXX";
	iosrc_handle fd;

	if (which == 0)
		return open("/dev/null", O_RDWR | flags);
	if (which == 1)
		return open("/", O_RDONLY | O_DIRECTORY | flags);
	if (which == 2)
		return open("/dev/zero", O_RDONLY | flags);
	fd = mkstemp(name);
	if (fd < 0)
		return -1;
	unlink(name);
	contract_write(fd, "contents", 8);
	return fd;
}

static iosrc_source *watch_file(iosrc_poller *poller, unsigned which,
    uint64_t token, iosrc_bits interest)
{
	iosrc_handle fd = open_file(which);

	assert_true(fd >= 0);
	return rig_watch(poller, fd, token, interest);
}

static iosrc_poller *file_poller(void)
{
	iosrc_poller *poller = contract_poller(0);

	if (!(iosrc_poller_capabilities(poller) & IOSRC_CAN_POLL_FILES))
		contract_skip("regular files are not accepted");
	return poller;
}

/* ---- what is refused ---- */

void contract_R13_bad_handles_have_one_status(void **state)
{
	static const iosrc_bits interests[] = { 0, RIG_BOTH, IOSRC_PRIORITY,
		RIG_BOTH | IOSRC_LEVEL, IOSRC_ONESHOT };
	iosrc_poller *poller = contract_poller(0);
	iosrc_source *source;
	iosrc_handle fds[2];
	size_t i;

	(void)state;
	contract_pipe(fds);
	system_close(fds[0]);
	system_close(fds[1]);
	source = contract_source(fds[0]);
	for (i = 0; i < sizeof(interests) / sizeof(interests[0]); i++) {
		iosrc_status status = iosrc_register(source, poller, 1,
		    interests[i]);

		assert_kind(status, IOSRC_KIND_BAD_HANDLE);
		assert_int_equal(iosrc_status_os(status), EBADF);
		assert_int_equal(iosrc_source_registration(source), 0);
		contract_expect_quiet(poller);
	}
	contract_pipe(fds); /* the number is good now */
	contract_write(fds[1], "x", 1);
	assert_ok(iosrc_register(source, poller, 1, IOSRC_READABLE));
	contract_expect(poller, 1);
	assert_ok(iosrc_close(source));
	system_close(fds[1]);
	assert_ok(iosrc_poller_release(poller));
}

void contract_R13_own_handle_has_one_status(void **state)
{
	iosrc_poller *poller = contract_poller(0);
	iosrc_handle handle;
	iosrc_source *source;

	(void)state;
	if (!(iosrc_poller_capabilities(poller) & IOSRC_CAN_EXPOSE)) {
		assert_status(iosrc_poller_expose(poller, &handle),
		    IOSRC_E_UNSUPPORTED);
		contract_skip("the poller has no handle of its own");
	}
	assert_ok(iosrc_poller_expose(poller, &handle));
	source = contract_source(handle);
	assert_status(iosrc_register(source, poller, 1, IOSRC_READABLE),
	    IOSRC_E_INVALID);
	assert_int_equal(iosrc_source_registration(source), 0);
	assert_status(iosrc_register(source, poller, 1, 0), IOSRC_E_INVALID);
	contract_expect_quiet(poller);
	assert_ok(iosrc_into_inner(source, NULL));
	assert_ok(iosrc_poller_release(poller));
}

/* ---- files ---- */

static iosrc_bits files_give(iosrc_bits interest)
{
	return interest & RIG_BOTH;
}

static void edge_of(iosrc_poller *poller, unsigned which, iosrc_bits interest)
{
	iosrc_source *source = watch_file(poller, which, 1, interest);
	iosrc_bits gives = files_give(interest);
	int i;

	for (i = 1; i < 4; i++) {
		uint64_t token = (uint64_t)i;

		assert_int_equal(sr_take(poller, token), gives);
		sr_expect_idle(poller, CONTRACT_QUIET);
		assert_ok(iosrc_rearm(source, IOSRC_READABLE));
		assert_int_equal(sr_take(poller, token),
		    gives & IOSRC_READABLE);
		assert_status(sr_do_io(source, RIG_BOTH, IOSRC_E_WOULD_BLOCK),
		    IOSRC_E_WOULD_BLOCK);
		assert_int_equal(sr_take(poller, token), gives);
		assert_int_equal(sr_take(poller, token), 0);
		assert_ok(iosrc_rearm(source, IOSRC_WRITABLE));
		assert_ok(
		    iosrc_reregister(source, poller, token + 1, interest));
	}
	assert_int_equal(sr_take(poller, 4), gives);
	assert_int_equal(sr_take(poller, 4), 0);
	assert_ok(iosrc_close(source));
}

static const iosrc_bits file_interests[] = { RIG_BOTH, IOSRC_READABLE,
	IOSRC_WRITABLE, RIG_BOTH | IOSRC_PRIORITY, IOSRC_PRIORITY, 0 };
#define FILE_INTERESTS (sizeof(file_interests) / sizeof(file_interests[0]))

void contract_R13_files_report_once_on_an_edge(void **state)
{
	iosrc_poller *poller = file_poller();
	unsigned which;
	size_t i;

	(void)state;
	for (which = 0; which < FILES; which++)
		for (i = 0; i < FILE_INTERESTS; i++)
			edge_of(poller, which, file_interests[i]);
	assert_ok(iosrc_poller_release(poller));
}

void contract_R13_files_report_at_every_wait_in_level(void **state)
{
	iosrc_poller *poller = file_poller();
	unsigned which;
	size_t i;
	int round;

	(void)state;
	for (which = 0; which < FILES; which++) {
		for (i = 0; i < FILE_INTERESTS; i++) {
			iosrc_source *source = watch_file(poller, which, i,
			    file_interests[i] | IOSRC_LEVEL);

			for (round = 0; round < 4; round++)
				assert_int_equal(sr_take(poller, i),
				    files_give(file_interests[i]));
			assert_ok(iosrc_rearm(source, RIG_BOTH));
			assert_int_equal(sr_take(poller, i),
			    files_give(file_interests[i]));
			assert_ok(
			    iosrc_reregister(source, poller, i, IOSRC_LEVEL));
			assert_int_equal(sr_take(poller, i), 0);
			assert_ok(iosrc_close(source));
			assert_int_equal(sr_take(poller, i), 0);
		}
	}
	assert_ok(iosrc_poller_release(poller));
}

void contract_R13_files_report_once_in_oneshot(void **state)
{
	iosrc_poller *poller = file_poller();
	unsigned which, round;
	size_t i;

	(void)state;
	for (which = 0; which < FILES; which++) {
		for (i = 0; i < FILE_INTERESTS; i++) {
			iosrc_bits interest = file_interests[i] | IOSRC_ONESHOT;
			iosrc_source *source = watch_file(poller, which, i,
			    interest);

			for (round = 0; round < 3; round++) {
				assert_int_equal(sr_take(poller, i),
				    files_give(interest));
				assert_ok(iosrc_rearm(source, RIG_BOTH));
				sr_do_io(source, RIG_BOTH, IOSRC_E_WOULD_BLOCK);
				assert_int_equal(sr_take(poller, i), 0);
				assert_ok(iosrc_reregister(source, poller, i,
				    interest));
			}
			assert_ok(iosrc_close(source));
		}
	}
	contract_expect_quiet(poller);
	assert_ok(iosrc_poller_release(poller));
}

void contract_R13_no_wait_blocks_while_a_file_is_due(void **state)
{
	iosrc_poller *poller = file_poller();
	iosrc_source *source = watch_file(poller, 0, 1, RIG_BOTH);
	iosrc_event event;
	size_t m;

	(void)state;
	for (m = 0; m < SR_MODES; m++) {
		assert_ok(iosrc_reregister(source, poller, 1,
		    RIG_BOTH | sr_modes[m]));
		assert_int_equal(iosrc_poller_wait(poller, &event, 1, -1), 1);
		assert_int_equal(event.token, 1);
		assert_true(
		    event.registration == iosrc_source_registration(source));
	}
	sr_expect_idle(poller, 200 * CONTRACT_MS);
	assert_ok(iosrc_close(source));
	assert_ok(iosrc_poller_release(poller));
}

void contract_R13_a_file_ends_a_blocked_wait(void **state)
{
	int64_t most = sr_slow(500 * CONTRACT_MS);
	iosrc_poller *poller = file_poller();
	struct sr_waiter waiter;
	iosrc_source *source;
	int64_t began;
	size_t m;
	int step;

	(void)state;
	for (m = 0; m < SR_MODES; m++) {
		source = contract_source(open_file(3));
		for (step = 0; step < (m == 0 ? 3 : 2); step++) {
			sr_waiter_start(&waiter, poller,
			    sr_slow(CONTRACT_SOON));
			began = contract_now();
			if (step == 0)
				assert_ok(iosrc_register(source, poller, 1,
				    RIG_BOTH | sr_modes[m]));
			else if (step == 1)
				assert_ok(iosrc_reregister(source, poller, 1,
				    RIG_BOTH | sr_modes[m]));
			else
				assert_ok(iosrc_rearm(source, RIG_BOTH));
			sr_waiter_join(&waiter);
			assert_int_equal(waiter.count, 1);
			contract_in_time(waiter.ended - began, most);
			if (sr_modes[m] == IOSRC_LEVEL)
				assert_ok(
				    iosrc_reregister(source, poller, 1, 0));
		}
		assert_ok(iosrc_close(source));
	}
	assert_ok(iosrc_poller_release(poller));
}

void contract_R13_a_file_that_ended_is_not_reported(void **state)
{
	iosrc_poller *poller = file_poller();
	iosrc_source *source;
	uint64_t registration;
	unsigned how;
	size_t m;

	(void)state;
	for (how = 0; how < 4; how++) {
		for (m = 0; m < SR_MODES; m++) {
			iosrc_handle fd = open_file(3);

			source = rig_watch(poller, fd, 1,
			    RIG_BOTH | sr_modes[m]);
			registration = iosrc_source_registration(source);
			if (how == 0)
				assert_ok(iosrc_deregister(source, poller));
			else if (how == 1)
				assert_ok(
				    iosrc_reregister(source, poller, 2, 0));
			if (how < 3) {
				assert_ok(iosrc_close(source));
			} else {
				assert_ok(iosrc_into_inner(source, NULL));
				system_close(fd);
			}
			assert_int_equal(iosrc_is_current(poller, registration),
			    0);
			contract_expect_quiet(poller);
		}
	}
	assert_ok(iosrc_poller_release(poller));
}

void contract_R13_each_reregister_of_a_file_reports_once(void **state)
{
	iosrc_poller *poller = file_poller();
	iosrc_source *source = watch_file(poller, 0, 0, 0);

	(void)state;
	sr_take_turns(poller, source);
	assert_ok(iosrc_close(source));
	assert_ok(iosrc_poller_release(poller));
}

/* ---- sharing ---- */

#define SHARED 8 /* half files, half sockets, all in level mode */

/* Waits with this capacity until each token came `times` times. */
static void all_come(iosrc_poller *poller, size_t capacity, unsigned times)
{
	unsigned seen[SHARED] = { 0 }, waits = 0, least;
	iosrc_event events[SHARED];
	int64_t count, k;
	size_t i;

	do {
		count = iosrc_poller_wait(poller, events, capacity, 0);
		assert_in_range(count, 1, capacity);
		assert_true(waits++ < 100 * SHARED * times);
		for (k = 0; k < count; k++)
			seen[events[k].token]++;
		least = seen[0];
		for (i = 1; i < SHARED; i++)
			least = seen[i] < least ? seen[i] : least;
	} while (least < times);
	print_message("capacity %zu: %u waits for %u rounds of %d\n", capacity,
	    waits, times, SHARED);
}

void contract_R13_files_and_sockets_share_small_capacity(void **state)
{
	iosrc_poller *poller = file_poller();
	iosrc_source *sources[SHARED];
	iosrc_handle peers[SHARED], fds[2];
	size_t i, capacity;

	(void)state;
	for (i = 0; i < SHARED; i++) {
		if (i % 2) {
			contract_pair(IOSRC_TYPE_STREAM, fds);
			peers[i] = fds[1];
			contract_write(fds[1], "x", 1);
			sources[i] = rig_watch(poller, fds[0], i,
			    IOSRC_READABLE | IOSRC_LEVEL);
		} else {
			peers[i] = -1;
			sources[i] = watch_file(poller, (unsigned)i / 2, i,
			    IOSRC_READABLE | IOSRC_LEVEL);
		}
	}
	for (capacity = 1; capacity <= SHARED; capacity++)
		all_come(poller, capacity, 5);
	for (i = 0; i < SHARED; i++) {
		assert_ok(iosrc_close(sources[i]));
		if (peers[i] >= 0)
			system_close(peers[i]);
	}
	contract_expect_quiet(poller);
	assert_ok(iosrc_poller_release(poller));
}

/* ---- what happens behind the library's back ---- */

void contract_R12_a_file_closed_raw_is_silent(void **state)
{
	size_t m;

	(void)state;
	for (m = 0; m < SR_MODES; m++) {
		iosrc_poller *poller = file_poller();
		iosrc_source *source = watch_file(poller, 0, 1,
		    IOSRC_READABLE | sr_modes[m]);

		system_close(iosrc_source_handle(source));
		sr_expect_idle(poller, 60 * CONTRACT_MS);
		assert_kind(iosrc_reregister(source, poller, 2, RIG_BOTH),
		    IOSRC_KIND_BAD_HANDLE);
		assert_ok(iosrc_deregister(source, poller));
		contract_expect_quiet(poller);
		assert_ok(iosrc_into_inner(source, NULL));
		assert_ok(iosrc_poller_release(poller));
	}
}

/* The number is opened anew as something else, and reregister watches that. */
void contract_R11_a_number_turns_from_file_to_socket_and_back(void **state)
{
	iosrc_poller *poller = file_poller();
	iosrc_source *source = watch_file(poller, 0, 1, IOSRC_READABLE);
	iosrc_handle fd = iosrc_source_handle(source);
	int null = open_file(0);
	iosrc_handle pair[2];
	unsigned i;

	(void)state;
	contract_expect(poller, 1);
	contract_pair(IOSRC_TYPE_STREAM, pair);
	for (i = 0; i < 10; i++) {
		char byte;

		assert_int_equal(dup3((int)pair[0], (int)fd, O_CLOEXEC), fd);
		assert_ok(iosrc_reregister(source, poller, 2, IOSRC_READABLE));
		contract_expect_quiet(poller);
		contract_write(pair[1], "x", 1);
		contract_expect(poller, 2);
		assert_int_equal(iosrc_read(source, &byte, 1), 1);
		assert_int_equal(dup3(null, (int)fd, O_CLOEXEC), fd);
		assert_ok(iosrc_reregister(source, poller, 3, IOSRC_READABLE));
		contract_expect(poller, 3);
		contract_expect_quiet(poller);
	}
	system_close(null);
	system_close(pair[0]);
	system_close(pair[1]);
	assert_ok(iosrc_close(source));
	assert_ok(iosrc_poller_release(poller));
}
