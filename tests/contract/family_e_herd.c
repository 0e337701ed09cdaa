/* SPDX-License-Identifier: MIT
 *
 * family_e_herd.c: the lines of family E about many sources on one poller:
 * spurious events under load, fairness, small arrays, one event each.
 */
#include "family_rig.h"

#include "family_e.h"

#include <stdatomic.h>
#include <string.h>

#define MANY 64

/* ---- E11: spurious events ---- */

#define ECHO_SIZE 512
#define ECHO_CLIENTS 2

static struct {
	iosrc_poller *poller;
	iosrc_source *sources[MANY];
	iosrc_handle peers[MANY];
	uint64_t rounds;
	atomic_uint bad;
} echo;

struct echo_client {
	unsigned first;
	system_thread thread;
};

static int echo_exchange(iosrc_handle fd, char *data)
{
	size_t got = 0;
	int64_t piece;

	while (got < ECHO_SIZE) {
		piece = system_recv(fd, data + got, ECHO_SIZE - got, 0);
		if (piece <= 0)
			return 0;
		got += (size_t)piece;
	}
	return 1;
}

/* One message of each connection is under way at any time. */
static void *echo_client_body(void *user)
{
	struct echo_client *client = user;
	char data[ECHO_SIZE] = "echo";
	uint64_t round;
	unsigned i;

	for (round = 0; round < echo.rounds; round++) {
		for (i = client->first; i < MANY; i += ECHO_CLIENTS)
			if (system_send(echo.peers[i], data, ECHO_SIZE, 0) !=
			    ECHO_SIZE)
				atomic_fetch_add(&echo.bad, 1);
		for (i = client->first; i < MANY; i += ECHO_CLIENTS)
			if (!echo_exchange(echo.peers[i], data))
				atomic_fetch_add(&echo.bad, 1);
		if (atomic_load(&echo.bad) != 0)
			return NULL;
	}
	return NULL;
}

static void echo_open(enum rig_kind kind)
{
	unsigned i;
	iosrc_handle fds[2];

	memset(&echo, 0, sizeof(echo));
	echo.poller = contract_poller(0);
	echo.rounds = contract_scale(400);
	for (i = 0; i < MANY; i++) {
		rig_handles(kind, fds);
		echo.sources[i] = rig_watch(echo.poller, fds[0], i,
		    IOSRC_READABLE);
		echo.peers[i] = fds[1];
		system_block_for(fds[1], 10);
	}
}

static void echo_close(void)
{
	unsigned i;

	for (i = 0; i < MANY; i++) {
		assert_ok(iosrc_close(echo.sources[i]));
		system_close(echo.peers[i]);
	}
	assert_ok(iosrc_poller_release(echo.poller));
}

/* Drains, then answers: the client's next message cannot be there before. */
static size_t echo_serve(iosrc_source *source)
{
	char data[4096];
	size_t size = 0;
	size_t sent = 0;
	int64_t moved;

	while (
	    (moved = iosrc_read(source, data + size, sizeof(data) - size)) > 0)
		size += (size_t)moved;
	assert_status(moved, IOSRC_E_WOULD_BLOCK);
	while (sent < size) {
		moved = iosrc_write(source, data + sent, size - sent);
		assert_true(moved > 0);
		sent += (size_t)moved;
	}
	return size;
}

static void echo_load(enum rig_kind kind)
{
	struct echo_client clients[ECHO_CLIENTS];
	uint64_t spurious = 0;
	uint64_t seen = 0;
	uint64_t served = 0;
	iosrc_event events[32];
	int64_t count;
	unsigned i;

	echo_open(kind);
	for (i = 0; i < ECHO_CLIENTS; i++) {
		clients[i].first = i;
		rig_start(&clients[i].thread, echo_client_body, &clients[i]);
	}
	while (served < echo.rounds * MANY * ECHO_SIZE) {
		count = rig_wait(echo.poller, events, 32, 10000);
		assert_in_range(count, 1, 32);
		for (i = 0; i < (unsigned)count; i++) {
			size_t size = echo_serve(echo.sources[events[i].token]);

			seen++;
			spurious += size == 0;
			served += size;
		}
	}
	for (i = 0; i < ECHO_CLIENTS; i++)
		system_thread_join(clients[i].thread);
	print_message("echo: %llu events, %llu spurious\n",
	    (unsigned long long)seen, (unsigned long long)spurious);
	assert_int_equal(atomic_load(&echo.bad), 0);
	assert_true(spurious * 1000 < seen);
	echo_close();
}

void contract_E11_echo_load_has_almost_no_spurious_event_unix(void **state)
{
	(void)state;
	echo_load(RIG_UNIX);
}

void contract_E11_echo_load_has_almost_no_spurious_event_tcp(void **state)
{
	(void)state;
	echo_load(RIG_TCP);
}

/* Somebody else takes the data between the event and its handler. */
void contract_E11_a_spurious_event_is_harmless(void **state)
{
	struct rig rig;
	unsigned kind;
	unsigned round;

	(void)state;
	for (kind = 0; kind < RIG_KINDS; kind++) {
		rig_open(&rig, (enum rig_kind)kind, IOSRC_READABLE);
		for (round = 0; round < 3; round++) {
			contract_write(rig.peer, "gone", 4);
			rig_expect(&rig);
			assert_int_equal(contract_drain(rig_handle(&rig)), 4);
			assert_int_equal(rig_drain(rig.source), 0);
			contract_expect_quiet(rig.poller);
		}
		rig_shut(&rig);
	}
}

/* ---- E12 to E14: many sources on one poller ---- */

void herd_open(struct herd *herd, unsigned count, iosrc_bits interest)
{
	unsigned i;
	iosrc_handle fds[2];

	memset(herd, 0, sizeof(*herd));
	herd->poller = contract_poller(0);
	herd->count = count;
	for (i = 0; i < count; i++) {
		contract_pair(IOSRC_TYPE_STREAM, fds);
		herd->sources[i] = rig_watch(herd->poller, fds[0], i, interest);
		herd->peers[i] = fds[1];
	}
}

void herd_close(struct herd *herd)
{
	unsigned i;

	for (i = 0; i < herd->count; i++) {
		assert_ok(iosrc_close(herd->sources[i]));
		system_close(herd->peers[i]);
	}
	assert_ok(iosrc_poller_release(herd->poller));
}

/* In edge mode the flood writes before every wait and is drained at every
 * event, in level mode it is never drained: ready in each wait either way.
 * The ideal for capacity 8 is 15 waits, 99 over the 7 places that are left,
 * for capacity 1 it is 198: every other place. */
static void flood_round(struct herd *herd, unsigned flood, iosrc_bits mode,
    size_t capacity)
{
	unsigned limit = capacity == 1 ? 400 : 32;
	iosrc_event events[8];
	unsigned served = 0;
	unsigned i;

	for (i = 0; i < HERD; i++)
		if (i != flood)
			contract_write(herd->peers[i], "s", 1);
	while (served < HERD - 1) {
		int64_t count;

		if (mode != IOSRC_LEVEL)
			contract_write(herd->peers[flood], "flood", 5);
		count = rig_wait(herd->poller, events, capacity, 5000);
		assert_in_range(count, 1, capacity);
		for (i = 0; i < (unsigned)count; i++) {
			uint64_t token = events[i].token;

			if (token != flood || mode != IOSRC_LEVEL)
				rig_drain(herd->sources[token]);
			served += token != flood;
		}
		assert_true(limit-- > 0);
	}
}

static void flood_and_slow(iosrc_bits mode)
{
	static const unsigned floods[] = { 0, HERD / 2, HERD - 1 };
	uint64_t rounds = contract_scale(10);
	struct herd herd;
	uint64_t round;
	size_t i;

	for (i = 0; i < 3; i++) {
		herd_open(&herd, HERD, IOSRC_READABLE | mode);
		contract_write(herd.peers[floods[i]], "flood", 5);
		for (round = 0; round < rounds; round++) {
			flood_round(&herd, floods[i], mode, 8);
			flood_round(&herd, floods[i], mode, 1);
		}
		herd_close(&herd);
	}
}

void contract_E12_flood_does_not_starve_slow_sources_edge(void **state)
{
	(void)state;
	flood_and_slow(0);
}

void contract_E12_flood_does_not_starve_slow_sources_level(void **state)
{
	(void)state;
	flood_and_slow(IOSRC_LEVEL);
}

static const size_t capacities[] = { 1, 3, 7, MANY - 1, MANY, 1 };
#define CAPACITIES (sizeof(capacities) / sizeof(capacities[0]))

/* Waits of that capacity until one is empty; level sources are drained, for
 * they would never end. */
static void herd_gather(struct herd *herd, size_t capacity, iosrc_bits mode)
{
	iosrc_event events[MANY];
	unsigned waits;
	int64_t count;
	int64_t i;

	memset(herd->seen, 0, sizeof(herd->seen));
	for (waits = 0; waits < 4 * MANY; waits++) {
		count = iosrc_poller_wait(herd->poller, events, capacity, 0);
		assert_in_range(count, 0, capacity);
		if (count == 0)
			break;
		for (i = 0; i < count; i++) {
			assert_in_range(events[i].token, 0, herd->count - 1);
			herd->seen[events[i].token]++;
			if (mode == IOSRC_LEVEL)
				rig_drain(herd->sources[events[i].token]);
		}
	}
	for (i = 0; i < (int64_t)herd->count; i++)
		assert_int_equal(herd->seen[i], 1);
	contract_expect_quiet(herd->poller);
}

static void herd_write(struct herd *herd)
{
	unsigned i;

	for (i = 0; i < herd->count; i++)
		contract_write(herd->peers[i], "h", 1);
}

static void small_capacity(iosrc_bits interest)
{
	iosrc_bits mode = interest & (IOSRC_LEVEL | IOSRC_ONESHOT);
	struct herd herd;
	unsigned i;
	size_t k;

	herd_open(&herd, MANY, interest);
	for (k = 0; k < CAPACITIES; k++) {
		herd_write(&herd);
		herd_gather(&herd, capacities[k], mode);
		for (i = 0; i < MANY; i++) {
			rig_drain(herd.sources[i]);
			if (mode == IOSRC_ONESHOT)
				assert_ok(iosrc_reregister(herd.sources[i],
				    herd.poller, i, interest));
		}
	}
	herd_close(&herd);
}

void contract_E13_small_capacity_edge_none_twice_none_lost(void **state)
{
	(void)state;
	small_capacity(IOSRC_READABLE);
	/* Writable is reported once too, in the same event the first time. */
	small_capacity(RIG_BOTH);
}

void contract_E13_small_capacity_oneshot_none_twice_none_lost(void **state)
{
	(void)state;
	small_capacity(IOSRC_READABLE | IOSRC_ONESHOT);
	small_capacity(RIG_BOTH | IOSRC_ONESHOT);
}

void contract_E13_small_capacity_level_none_lost(void **state)
{
	(void)state;
	small_capacity(IOSRC_READABLE | IOSRC_LEVEL);
}

void contract_E13_new_activity_between_small_waits_is_kept(void **state)
{
	struct herd herd;
	iosrc_event event;
	unsigned round;
	unsigned i;

	(void)state;
	herd_open(&herd, 10, IOSRC_READABLE);
	for (round = 0; round < 20; round++) {
		herd_write(&herd);
		assert_int_equal(rig_wait(herd.poller, &event, 1, 5000), 1);
		assert_int_equal(rig_drain(herd.sources[event.token]), 1);
		/* News for the one that was served and for all that were
		 * not: each is due exactly once. */
		herd_write(&herd);
		herd_gather(&herd, 1, 0);
		for (i = 0; i < herd.count; i++)
			assert_in_range(rig_drain(herd.sources[i]), 1, 2);
	}
	herd_close(&herd);
}

#define MIXED 16

struct mixture {
	struct herd herd;
	iosrc_bits interest[MIXED];
	uint64_t seed;
};

static void mixture_change(struct mixture *mixture, unsigned i)
{
	static const iosrc_bits modes[] = { 0, IOSRC_LEVEL, IOSRC_ONESHOT, 0 };
	iosrc_bits interest = (iosrc_bits)(rig_random(&mixture->seed) % 4);

	interest |= modes[rig_random(&mixture->seed) % 4];
	assert_ok(iosrc_reregister(mixture->herd.sources[i],
	    mixture->herd.poller, i, interest));
	mixture->interest[i] = interest;
}

static void mixture_act(struct mixture *mixture)
{
	unsigned i = (unsigned)(rig_random(&mixture->seed) % MIXED);
	struct herd *herd = &mixture->herd;

	switch (rig_random(&mixture->seed) % 6) {
	case 0:
	case 1:
		/* A peer that is full has news enough. */
		(void)!system_send(herd->peers[i], "act", 3, 0);
		break;
	case 2:
		rig_drain(herd->sources[i]);
		break;
	case 3:
		if (rig_random(&mixture->seed) % 8 == 0)
			contract_stuff(iosrc_source_handle(herd->sources[i]));
		contract_drain(herd->peers[i]);
		break;
	case 4:
		assert_ok(iosrc_rearm(herd->sources[i],
		    (iosrc_bits)(rig_random(&mixture->seed) % 4)));
		break;
	default:
		mixture_change(mixture, i);
	}
}

static void mixture_check(struct mixture *mixture)
{
	size_t capacity = 1 + rig_random(&mixture->seed) % (2 * MIXED);
	struct herd *herd = &mixture->herd;
	iosrc_event events[2 * MIXED];
	int64_t count;
	int64_t i;

	memset(herd->seen, 0, sizeof(herd->seen));
	count = iosrc_poller_wait(herd->poller, events, capacity, 0);
	assert_in_range(count, 0, capacity);
	for (i = 0; i < count; i++) {
		uint64_t token = events[i].token;
		iosrc_bits interest;

		assert_in_range(token, 0, MIXED - 1);
		interest = mixture->interest[token];
		assert_int_equal(++herd->seen[token], 1);
		assert_int_equal(events[i].registration,
		    iosrc_source_registration(herd->sources[token]));
		assert_int_equal(events[i].reserved, 0);
		/* Nobody hangs up here: directions of the interest only. */
		assert_true(events[i].ready != 0);
		assert_no_bits(events[i].ready, ~(interest & RIG_BOTH));
	}
}

void contract_E14_random_activity_one_event_per_registration(void **state)
{
	uint64_t steps = contract_scale(20000);
	struct mixture mixture;
	uint64_t step;
	unsigned i;

	(void)state;
	memset(&mixture, 0, sizeof(mixture));
	mixture.seed = UINT64_C(0x2545f4914f6cdd1d);
	herd_open(&mixture.herd, MIXED, RIG_BOTH);
	for (i = 0; i < MIXED; i++)
		mixture.interest[i] = RIG_BOTH;
	for (step = 0; step < steps; step++) {
		for (i = 0; i < 4; i++)
			mixture_act(&mixture);
		mixture_check(&mixture);
	}
	herd_close(&mixture.herd);
}
