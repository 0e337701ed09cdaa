/* SPDX-License-Identifier: MIT
 *
 * core.c: what the tests of the core share.
 */
#include "tests/core/core.h"
#include "tests/core/system.h"

#include <time.h>

static size_t live_before;
static unsigned misuses_before;

static unsigned number_of(const char *name, unsigned otherwise)
{
	const char *text = getenv(name);
	unsigned long number = text ? strtoul(text, NULL, 10) : 0;

	return number ? (unsigned)number : otherwise;
}

void core_begin(void)
{
	system_set_variable("IOSRC_BACKEND", NULL);
	system_end_in(300 * number_of("IOSRC_TEST_SLOWNESS", 1));
}

int core_setup(void **state)
{
	(void)state;
	live_before = allocations_live();
	misuses_before = fake_misuses();
	return 0;
}

int core_teardown(void **state)
{
	(void)state;
	allocations_fail(0);
	fake_set_open_status(&iosrc__fake_backend, IOSRC_OK);
	fake_set_open_status(&iosrc__fake_edges_backend, IOSRC_OK);
	if (allocations_live() != live_before)
		print_error("%u blocks leaked\n",
		    (unsigned)(allocations_live() - live_before));
	if (fake_misuses() != misuses_before)
		print_error("backend.h was broken %u times\n",
		    fake_misuses() - misuses_before);
	return allocations_live() != live_before ||
	    fake_misuses() != misuses_before;
}

unsigned core_rounds(unsigned full)
{
	unsigned scaled = (unsigned)((uint64_t)full *
	    number_of("IOSRC_TEST_SCALE", 100) / 100);

	return scaled ? scaled : 1;
}

int64_t core_patience(int64_t ns)
{
	return ns * number_of("IOSRC_TEST_SLOWNESS", 1);
}

void core_sleep(int64_t ns)
{
	struct timespec left = { .tv_sec = (time_t)(ns / (1000 * MS)),
		.tv_nsec = (long)(ns % (1000 * MS)) };

	while (nanosleep(&left, &left) < 0)
		;
}

int64_t core_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 * MS + now.tv_nsec;
}

/* ---- making ---- */

iosrc_poller *core_poller_with(iosrc_flags flags, uint32_t backend)
{
	iosrc_poller_options options = { flags, backend };
	iosrc_poller *poller;

	assert_int_equal(
	    iosrc_poller_create(&options, sizeof(options), &poller), IOSRC_OK);
	return poller;
}

iosrc_poller *core_poller(void)
{
	return core_poller_with(0, IOSRC_BACKEND_FAKE);
}

iosrc_poller *core_edges_poller(void)
{
	return core_poller_with(0, FAKE_EDGES_ID);
}

void core_release(iosrc_poller *poller)
{
	assert_int_equal(iosrc_poller_release(poller), IOSRC_OK);
}

iosrc_source *core_source(iosrc_handle handle)
{
	iosrc_source *source;

	assert_int_equal(iosrc_create(handle, IOSRC_HANDLE_DEFAULT, &source),
	    IOSRC_OK);
	return source;
}

iosrc_source *core_registered(iosrc_poller *poller, iosrc_handle handle,
    uint64_t token, iosrc_bits interest)
{
	iosrc_source *source = core_source(handle);

	assert_int_equal(iosrc_register(source, poller, token, interest),
	    IOSRC_OK);
	return source;
}

void core_end(iosrc_source *source)
{
	assert_int_equal(iosrc_into_inner(source, NULL), IOSRC_OK);
}

iosrc_waker *core_waker(iosrc_poller *poller, uint64_t token)
{
	iosrc_waker *waker;

	assert_int_equal(iosrc_waker_create(poller, token, &waker), IOSRC_OK);
	return waker;
}

/* ---- waiting ---- */

void core_expect_quiet(iosrc_poller *poller)
{
	iosrc_event event;

	assert_int_equal(iosrc_poller_wait(poller, &event, 1, 0), 0);
}

uint64_t core_expect(iosrc_poller *poller, uint64_t token, iosrc_bits ready)
{
	iosrc_event events[8];

	assert_int_equal(iosrc_poller_wait(poller, events, 8, 0), 1);
	assert_true(events[0].token == token);
	assert_int_equal(events[0].ready, ready);
	assert_int_equal(events[0].reserved, 0);
	assert_true(events[0].registration != 0);
	return events[0].registration;
}

iosrc_poller_counters core_stats(iosrc_poller *poller)
{
	iosrc_poller_counters counters;

	assert_int_equal(
	    iosrc_poller_stats(poller, &counters, sizeof(counters)), IOSRC_OK);
	return counters;
}

/* ---- ageing ---- */

uint64_t core_age_source(iosrc_source *source, uint32_t left)
{
	uint32_t index = iosrc__registration_index(source->registration);
	uint32_t generation = IOSRC__GENERATION_LAST - 2 * left;
	struct iosrc__slot *slot = iosrc__registration_slot(
	    &source->poller->registrations, index);

	atomic_store(&slot->generation, generation);
	source->registration = iosrc__registration_make(index, generation);
	fake_rename(source->poller, source->handle, source->registration);
	return source->registration;
}
