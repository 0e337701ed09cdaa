/* SPDX-License-Identifier: MIT
 *
 * test_latch.c: many posts, the turns they take, and passing the word on.
 */
#include "tests/core/core.h"

#include <pthread.h>

#define MANY 100

struct crowd {
	iosrc_poller *poller;
	iosrc_waker *wakers[MANY];
	unsigned seen[MANY];
};

static void crowd_make(struct crowd *crowd, iosrc_poller *poller)
{
	*crowd = (struct crowd){ .poller = poller };
	for (uint64_t i = 0; i < MANY; i++)
		crowd->wakers[i] = core_waker(poller, i);
}

static void crowd_end(struct crowd *crowd)
{
	for (unsigned i = 0; i < MANY; i++)
		iosrc_waker_release(crowd->wakers[i]);
	core_release(crowd->poller);
}

static void crowd_wake(struct crowd *crowd)
{
	for (unsigned i = 0; i < MANY; i++)
		assert_int_equal(iosrc_waker_wake(crowd->wakers[i]), IOSRC_OK);
}

/* Waits with this capacity till nothing comes; answers the number of waits
 * that something came of. */
static unsigned crowd_take(struct crowd *crowd, size_t capacity)
{
	iosrc_event events[MANY + 1];
	unsigned waits = 0;

	for (;;) {
		int64_t count = iosrc_poller_wait(crowd->poller, events,
		    capacity, 0);

		assert_true(count >= 0 && count <= (int64_t)capacity);
		if (count == 0)
			return waits;
		waits++;
		for (int64_t i = 0; i < count; i++)
			crowd->seen[events[i].token]++;
	}
}

static void contract_W4_a_hundred_wakers_are_each_seen_once(void **state)
{
	static const size_t capacities[] = { 1, 2, 31, 32, 33, 64, 99, 100,
		101 };
	struct crowd crowd;

	(void)state;
	crowd_make(&crowd, core_poller());
	for (size_t c = 0; c < sizeof(capacities) / sizeof(*capacities); c++) {
		size_t capacity = capacities[c];
		unsigned waits;

		crowd_wake(&crowd);
		waits = crowd_take(&crowd, capacity);
		assert_int_equal(waits, (MANY + capacity - 1) / capacity);
		for (unsigned i = 0; i < MANY; i++)
			assert_int_equal(crowd.seen[i], c + 1);
	}
	crowd_end(&crowd);
}

/* The last post of the last block was taken last: the turn begins anew. */
static void contract_W4_a_full_block_takes_turns_for_ever(void **state)
{
	enum { BLOCK = 32 };
	iosrc_poller *poller = core_poller();
	iosrc_waker *wakers[BLOCK];
	unsigned seen[BLOCK] = { 0 };

	(void)state;
	for (uint64_t i = 0; i < BLOCK; i++)
		wakers[i] = core_waker(poller, i);
	for (unsigned waits = 0; waits < 10 * BLOCK; waits++) {
		iosrc_event event;

		for (unsigned i = 0; i < BLOCK; i++)
			iosrc_waker_wake(wakers[i]);
		assert_int_equal(iosrc_poller_wait(poller, &event, 1, 0), 1);
		seen[event.token]++;
	}
	for (unsigned i = 0; i < BLOCK; i++) {
		assert_int_equal(seen[i], 10);
		iosrc_waker_release(wakers[i]);
	}
	core_release(poller);
}

static void test_nothing_is_taken_where_nothing_is_pending(void **state)
{
	iosrc_poller *poller = core_poller();
	iosrc_event event;

	(void)state;
	assert_int_equal(iosrc__latch_take(poller, &event, 1), 0);
	core_release(poller);
}

static void contract_W4_a_waker_woken_again_and_again_hides_no_other(
    void **state)
{
	struct crowd crowd;

	(void)state;
	crowd_make(&crowd, core_poller());
	crowd_wake(&crowd);
	for (unsigned waits = 0; waits < 2 * MANY; waits++) {
		iosrc_event event;

		iosrc_waker_wake(crowd.wakers[0]);
		iosrc_waker_wake(crowd.wakers[50]);
		assert_int_equal(iosrc_poller_wait(crowd.poller, &event, 1, 0),
		    1);
		crowd.seen[event.token]++;
	}
	for (unsigned i = 0; i < MANY; i++)
		assert_true(crowd.seen[i] > 0);
	crowd_end(&crowd);
}

static void test_posts_freed_in_any_block_are_given_out_again(void **state)
{
	struct crowd crowd;
	uint32_t slots;

	(void)state;
	crowd_make(&crowd, core_poller());
	slots = crowd.poller->registrations.used;
	for (unsigned i = 0; i < MANY; i += 3)
		iosrc_waker_release(crowd.wakers[i]);
	for (unsigned i = 0; i < MANY; i += 3)
		crowd.wakers[i] = core_waker(crowd.poller, i);
	assert_int_equal(crowd.poller->registrations.used, slots);
	crowd_wake(&crowd);
	crowd_take(&crowd, MANY + 1);
	for (unsigned i = 0; i < MANY; i++)
		assert_int_equal(crowd.seen[i], 1);
	crowd_end(&crowd);
}

/* ---- places kept: contract W7 ---- */

static void contract_W7_wakers_and_sources_both_progress_at_every_capacity(
    void **state)
{
	iosrc_poller *poller = core_poller();
	iosrc_waker *waker = core_waker(poller, 100);
	iosrc_source *sources[4];

	(void)state;
	for (uint32_t i = 0; i < 4; i++) {
		sources[i] = core_registered(poller, (iosrc_handle)(10 + i), i,
		    IOSRC_READABLE | IOSRC_LEVEL);
		fake_set_ready(poller, (iosrc_handle)(10 + i), IOSRC_READABLE);
	}
	for (size_t capacity = 1; capacity <= 3; capacity++) {
		unsigned wakes = 0, seen[4] = { 0 };

		for (unsigned waits = 0; waits < 40; waits++) {
			iosrc_event events[3];
			int64_t count;

			iosrc_waker_wake(waker);
			count = iosrc_poller_wait(poller, events, capacity, -1);
			assert_true(count > 0);
			for (int64_t i = 0; i < count; i++) {
				if (events[i].token == 100)
					wakes++;
				else
					seen[events[i].token]++;
			}
		}
		assert_true(wakes >= 20);
		for (unsigned i = 0; i < 4; i++)
			assert_true(seen[i] >= 3);
	}
	for (unsigned i = 0; i < 4; i++)
		core_end(sources[i]);
	iosrc_waker_release(waker);
	core_release(poller);
}

static void contract_W7_level_files_leave_room_at_capacity_1(void **state)
{
	iosrc_poller *poller = core_poller();
	iosrc_waker *waker = core_waker(poller, 3);
	iosrc_source *sources[3];
	unsigned seen[4] = { 0 };

	(void)state;
	fake_set_file(poller, 10, true);
	fake_set_file(poller, 11, true);
	for (uint32_t i = 0; i < 3; i++)
		sources[i] = core_registered(poller, (iosrc_handle)(10 + i), i,
		    IOSRC_READABLE | IOSRC_LEVEL);
	fake_set_ready(poller, 12, IOSRC_READABLE);
	for (unsigned waits = 0; waits < 60; waits++) {
		iosrc_event event;

		iosrc_waker_wake(waker);
		assert_int_equal(iosrc_poller_wait(poller, &event, 1, -1), 1);
		seen[event.token]++;
	}
	for (unsigned i = 0; i < 4; i++)
		assert_true(seen[i] >= 5);
	assert_int_equal(seen[0] + seen[1] + seen[2] + seen[3], 60);
	for (unsigned i = 0; i < 3; i++)
		core_end(sources[i]);
	iosrc_waker_release(waker);
	core_release(poller);
}

static void test_room_is_kept_while_something_is_pending(void **state)
{
	iosrc_poller *poller = core_poller();
	size_t first;

	(void)state;
	assert_int_equal(iosrc__wait_room(poller, 5, 0), 5);
	assert_int_equal(iosrc__wait_room(poller, 1, 0), 1);
	assert_int_equal(iosrc__wait_room(poller, 5, IOSRC__LATCH_PENDING), 4);
	assert_int_equal(iosrc__wait_room(poller, 2, IOSRC__LATCH_PENDING), 1);
	first = iosrc__wait_room(poller, 1, IOSRC__LATCH_PENDING);
	assert_int_equal(iosrc__wait_room(poller, 1, IOSRC__LATCH_PENDING),
	    1 - first);
	assert_int_equal(iosrc__wait_room(poller, 1, IOSRC__LATCH_PENDING),
	    first);
	core_release(poller);
}

/* Nothing was posted after all, at a turn that was the posts': the kernel is
 * asked all the same. */
static void test_a_place_kept_for_nothing_does_not_hide_the_kernel(void **state)
{
	iosrc_poller *poller = core_poller();
	iosrc_source *source = core_registered(poller, 9, 1,
	    IOSRC_READABLE | IOSRC_LEVEL);

	(void)state;
	fake_set_ready(poller, 9, IOSRC_READABLE);
	for (unsigned i = 0; i < 4; i++) {
		iosrc_waker *waker = core_waker(poller, 2);
		iosrc_event event;

		iosrc_waker_wake(waker);
		iosrc_waker_release(waker);
		assert_int_equal(iosrc_poller_wait(poller, &event, 1, 0), 1);
		assert_true(event.token == 1);
	}
	core_end(source);
	core_release(poller);
}

/* ---- the baton ---- */

struct waiter {
	iosrc_poller *poller;
	pthread_t thread;
	int64_t count;
	iosrc_event event;
};

static void *wait_once(void *user)
{
	struct waiter *waiter = user;

	waiter->count = iosrc_poller_wait(waiter->poller, &waiter->event, 1,
	    -1);
	return NULL;
}

static void start_waiters(struct waiter *waiters, unsigned count,
    iosrc_poller *poller)
{
	for (unsigned i = 0; i < count; i++) {
		waiters[i].poller = poller;
		pthread_create(&waiters[i].thread, NULL, wait_once,
		    &waiters[i]);
	}
	fake_await_sleepers(poller, count);
}

static void contract_P3_two_wakers_wake_two_of_three_threads(void **state)
{
	iosrc_poller *poller = core_poller();
	iosrc_waker *wakers[3];
	struct waiter waiters[3] = { 0 };
	uint64_t tokens = 0;

	(void)state;
	for (unsigned i = 0; i < 3; i++)
		wakers[i] = core_waker(poller, 1u << i);
	start_waiters(waiters, 3, poller);
	/* The first word goes out; the others find it latched. */
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(iosrc_waker_wake(wakers[i]), IOSRC_OK);
	for (unsigned i = 0; i < 3; i++) {
		pthread_join(waiters[i].thread, NULL);
		assert_int_equal(waiters[i].count, 1);
		tokens += waiters[i].event.token;
	}
	assert_int_equal(tokens, 7);
	for (unsigned i = 0; i < 3; i++)
		iosrc_waker_release(wakers[i]);
	core_release(poller);
}

/* A thread whose array the kernel filled passes the wake on. */
static void contract_P3_who_has_no_room_passes_the_word_on(void **state)
{
	iosrc_poller *poller = core_poller();
	iosrc_waker *waker = core_waker(poller, 2);
	iosrc_source *source = core_registered(poller, 9, 1, IOSRC_READABLE);
	struct waiter waiters[2] = { 0 };
	uint64_t tokens = 0;

	(void)state;
	start_waiters(waiters, 2, poller);
	fake_hold(poller, FAKE_COLLECT);
	fake_set_ready(poller, 9, IOSRC_READABLE);
	fake_await_held(poller);
	/* One has the source's event and is on its way out; the kick that
	 * should have woken the other one fails. */
	fake_fail(poller, FAKE_KICK, 1, IOSRC_E_UNKNOWN);
	assert_int_equal(iosrc_waker_wake(waker), IOSRC_E_UNKNOWN);
	fake_let_go(poller);
	for (unsigned i = 0; i < 2; i++) {
		pthread_join(waiters[i].thread, NULL);
		assert_int_equal(waiters[i].count, 1);
		tokens += waiters[i].event.token;
	}
	assert_int_equal(tokens, 3);
	core_end(source);
	iosrc_waker_release(waker);
	core_release(poller);
}

static void contract_P3_a_level_file_wakes_one_sleeper_after_another(
    void **state)
{
	iosrc_poller *poller = core_poller();
	iosrc_source *source = core_source(9);
	struct waiter waiters[3] = { 0 };

	(void)state;
	fake_set_file(poller, 9, true);
	start_waiters(waiters, 3, poller);
	assert_int_equal(
	    iosrc_register(source, poller, 5, IOSRC_READABLE | IOSRC_LEVEL),
	    IOSRC_OK);
	for (unsigned i = 0; i < 3; i++) {
		pthread_join(waiters[i].thread, NULL);
		assert_int_equal(waiters[i].count, 1);
		assert_true(waiters[i].event.token == 5);
	}
	core_end(source);
	core_release(poller);
}

/* ---- none lost: contract W2 ---- */

struct stream {
	iosrc_poller *poller;
	iosrc_waker *waker;
	unsigned rounds;
	_Atomic unsigned sent;
	_Atomic unsigned seen;
};

static void *send_stream(void *user)
{
	struct stream *stream = user;

	for (unsigned i = 1; i <= stream->rounds; i++) {
		atomic_store(&stream->sent, i);
		iosrc_waker_wake(stream->waker);
	}
	return NULL;
}

/* A slower reader does not take back what a faster one has seen. */
static void see(struct stream *stream)
{
	unsigned sent = atomic_load(&stream->sent);
	unsigned seen = atomic_load(&stream->seen);

	while (seen < sent &&
	    !atomic_compare_exchange_weak(&stream->seen, &seen, sent))
		;
}

struct reader {
	struct stream *streams;
	unsigned count;
	iosrc_waker *stop;
};

/* Reads what each waker stands for until it is told to stop, and then tells
 * the next one. */
static void *read_streams(void *user)
{
	struct reader *reader = user;

	for (;;) {
		iosrc_event event;

		if (iosrc_poller_wait(reader->streams->poller, &event, 1, -1) !=
		    1)
			return user;
		if (event.token >= reader->count)
			break;
		see(&reader->streams[event.token]);
	}
	iosrc_waker_wake(reader->stop);
	return NULL;
}

static bool all_seen(const struct stream *streams, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		if (atomic_load(&streams[i].seen) != streams[i].rounds)
			return false;
	return true;
}

static void contract_W2_no_wake_is_lost_among_several_threads(void **state)
{
	enum { STREAMS = 3, READERS = 2 };
	iosrc_poller *poller = core_poller();
	struct stream streams[STREAMS];
	struct reader reader = { streams, STREAMS, core_waker(poller, 99) };
	int64_t late;
	pthread_t senders[STREAMS], readers[READERS];
	bool seen;

	(void)state;
	for (unsigned i = 0; i < STREAMS; i++)
		streams[i] = (struct stream){ .poller = poller,
			.waker = core_waker(poller, i),
			.rounds = core_rounds(200000) };
	for (unsigned i = 0; i < READERS; i++)
		pthread_create(&readers[i], NULL, read_streams, &reader);
	for (unsigned i = 0; i < STREAMS; i++)
		pthread_create(&senders[i], NULL, send_stream, &streams[i]);
	for (unsigned i = 0; i < STREAMS; i++)
		pthread_join(senders[i], NULL);
	late = core_now() + core_patience(5000 * MS);
	do
		seen = all_seen(streams, STREAMS);
	while (!seen && core_now() < late);
	iosrc_waker_wake(reader.stop);
	for (unsigned i = 0; i < READERS; i++)
		pthread_join(readers[i], NULL);
	for (unsigned i = 0; i < STREAMS; i++)
		iosrc_waker_release(streams[i].waker);
	iosrc_waker_release(reader.stop);
	core_release(poller);
	assert_true(seen);
}

/* ---- exposed ---- */

static void contract_W8_an_exposed_handle_is_readable_for_every_wake(
    void **state)
{
	iosrc_poller *poller = core_poller();
	iosrc_waker *waker = core_waker(poller, 2), *other;
	iosrc_handle handle = 0;

	(void)state;
	iosrc_waker_wake(waker);
	assert_false(fake_is_readable(poller));
	assert_int_equal(iosrc_poller_expose(poller, &handle), IOSRC_OK);
	assert_int_equal(handle, FAKE_EXPOSED_HANDLE);
	assert_true(fake_is_readable(poller));
	core_expect(poller, 2, IOSRC_READABLE);
	assert_false(fake_is_readable(poller));
	iosrc_waker_wake(waker);
	assert_true(fake_is_readable(poller));
	/* What does not fit keeps it so. */
	other = core_waker(poller, 3);
	iosrc_waker_wake(other);
	for (unsigned i = 0; i < 2; i++) {
		iosrc_event event;

		assert_true(fake_is_readable(poller));
		assert_int_equal(iosrc_poller_wait(poller, &event, 1, 0), 1);
	}
	core_expect_quiet(poller);
	assert_false(fake_is_readable(poller));
	iosrc_waker_release(other);
	iosrc_waker_release(waker);
	core_release(poller);
}

static void contract_W8_sources_that_fill_the_array_leave_it_readable(
    void **state)
{
	iosrc_poller *poller = core_poller();
	iosrc_waker *waker = core_waker(poller, 2);
	iosrc_source *source = core_registered(poller, 9, 1,
	    IOSRC_READABLE | IOSRC_LEVEL);
	iosrc_handle handle;
	unsigned wakes = 0;

	(void)state;
	assert_int_equal(iosrc_poller_expose(poller, &handle), IOSRC_OK);
	fake_set_ready(poller, 9, IOSRC_READABLE);
	for (unsigned i = 0; i < 10; i++) {
		iosrc_event event;

		iosrc_waker_wake(waker);
		assert_int_equal(iosrc_poller_wait(poller, &event, 1, 0), 1);
		wakes += event.token == 2;
		if (event.token != 2)
			assert_true(fake_is_readable(poller));
	}
	assert_true(wakes > 0 && wakes < 10);
	core_end(source);
	iosrc_waker_release(waker);
	core_release(poller);
}

static void contract_W8_a_level_file_keeps_it_readable(void **state)
{
	iosrc_poller *poller = core_poller();
	iosrc_source *source = core_source(9);
	iosrc_handle handle;

	(void)state;
	fake_set_file(poller, 9, true);
	assert_int_equal(iosrc_poller_expose(poller, &handle), IOSRC_OK);
	assert_int_equal(
	    iosrc_register(source, poller, 5, IOSRC_READABLE | IOSRC_LEVEL),
	    IOSRC_OK);
	for (unsigned i = 0; i < 4; i++) {
		assert_true(fake_is_readable(poller));
		core_expect(poller, 5, IOSRC_READABLE);
	}
	core_end(source);
	core_release(poller);
}

static void test_expose_tells_a_failed_kick(void **state)
{
	iosrc_poller *poller = core_poller();
	iosrc_waker *waker = core_waker(poller, 2);
	iosrc_handle handle = 0;

	(void)state;
	iosrc_waker_wake(waker);
	fake_fail(poller, FAKE_KICK, 1, IOSRC_E_UNKNOWN);
	assert_int_equal(iosrc_poller_expose(poller, &handle), IOSRC_E_UNKNOWN);
	assert_int_equal(handle, 0);
	assert_int_equal(iosrc_poller_expose(poller, &handle), IOSRC_OK);
	assert_true(fake_is_readable(poller));
	iosrc_waker_release(waker);
	core_release(poller);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CORE_TEST(contract_W4_a_hundred_wakers_are_each_seen_once),
		CORE_TEST(contract_W4_a_full_block_takes_turns_for_ever),
		CORE_TEST(test_nothing_is_taken_where_nothing_is_pending),
		CORE_TEST(contract_W2_no_wake_is_lost_among_several_threads),
		CORE_TEST(
		    contract_W4_a_waker_woken_again_and_again_hides_no_other),
		CORE_TEST(test_posts_freed_in_any_block_are_given_out_again),
		CORE_TEST(
		    contract_W7_wakers_and_sources_both_progress_at_every_capacity),
		CORE_TEST(contract_W7_level_files_leave_room_at_capacity_1),
		CORE_TEST(test_room_is_kept_while_something_is_pending),
		CORE_TEST(
		    test_a_place_kept_for_nothing_does_not_hide_the_kernel),
		CORE_TEST(contract_P3_two_wakers_wake_two_of_three_threads),
		CORE_TEST(contract_P3_who_has_no_room_passes_the_word_on),
		CORE_TEST(
		    contract_P3_a_level_file_wakes_one_sleeper_after_another),
		CORE_TEST(
		    contract_W8_an_exposed_handle_is_readable_for_every_wake),
		CORE_TEST(
		    contract_W8_sources_that_fill_the_array_leave_it_readable),
		CORE_TEST(contract_W8_a_level_file_keeps_it_readable),
		CORE_TEST(test_expose_tells_a_failed_kick),
	};

	return CORE_RUN(tests);
}
