/* SPDX-License-Identifier: MIT
 *
 * family_r_storm.c: R9 and S9 at length: four threads register, change, end
 * and close sources of their own in random order, while two others wait. Each
 * registration has a token of its own, so an event that comes after its end
 * was told shows.
 */
#include "family_r_storm.h"

#include "family_r.h"
#include "family_sr.h"

#include <string.h>

#define WORKERS 4
#define WAITERS 2
#define SLOTS 6 /* sources of a worker */
#define ALL (WORKERS * SLOTS)

static struct {
	iosrc_poller *poller;
	/* Of each source: the highest number of its registrations that ended. */
	_Atomic uint64_t ended[ALL];
	_Atomic uint64_t events, stale, trouble;
	_Atomic int stop;
} storm;

struct slot {
	const struct storm_sort *sort;
	iosrc_source *source;
	iosrc_handle peer;
	uint64_t number; /* of its registration; 0: none */
	uint64_t last;
};

struct worker {
	unsigned first; /* of its slots among all */
	uint64_t seed, rounds;
	struct slot slots[SLOTS];
	system_thread thread;
};

static void must_be(iosrc_status got, iosrc_status wanted)
{
	if (got != wanted)
		atomic_fetch_add(&storm.trouble, 1);
}

static uint64_t token_of(unsigned at, uint64_t number)
{
	return (uint64_t)at << 48 | number;
}

/* ---- who waits ---- */

static void *storm_wait(void *user)
{
	uint64_t ended[ALL];
	iosrc_event events[4];
	int64_t count;
	unsigned i;

	(void)user;
	while (!atomic_load(&storm.stop)) {
		for (i = 0; i < ALL; i++)
			ended[i] = atomic_load(&storm.ended[i]);
		count = iosrc_poller_wait(storm.poller, events, 4,
		    10 * CONTRACT_MS);
		if (count < 0)
			atomic_fetch_add(&storm.trouble, 1);
		while (count-- > 0) {
			uint64_t at = events[count].token >> 48;
			uint64_t number = events[count].token << 16 >> 16;

			atomic_fetch_add(&storm.events, 1);
			if (at >= ALL || number <= ended[at])
				atomic_fetch_add(&storm.stale, 1);
		}
	}
	return NULL;
}

/* ---- sorts of sources ---- */

static void open_socket(iosrc_source **out_source, iosrc_handle *out_peer)
{
	iosrc_handle pair[2];

	contract_pair(IOSRC_TYPE_STREAM, pair);
	*out_source = contract_source(pair[0]);
	*out_peer = pair[1];
}

static void open_reader(iosrc_source **out_source, iosrc_handle *out_peer)
{
	iosrc_handle pipe[2];

	contract_pipe(pipe);
	*out_source = contract_source(pipe[0]);
	*out_peer = pipe[1];
}

static void open_writer(iosrc_source **out_source, iosrc_handle *out_peer)
{
	iosrc_handle pipe[2];

	contract_pipe(pipe);
	*out_source = contract_source(pipe[1]);
	*out_peer = pipe[0];
}

static void send_words(iosrc_source *source, iosrc_handle peer)
{
	(void)source;
	system_send(peer, "storm", 5, 0);
}

static void write_words(iosrc_source *source, iosrc_handle peer)
{
	(void)source;
	system_write(peer, "storm", 5);
}

static void read_peer(iosrc_source *source, iosrc_handle peer)
{
	char data[4096];

	(void)source;
	while (system_read(peer, data, sizeof(data)) > 0)
		continue;
}

static void read_all(iosrc_source *source)
{
	char data[256];

	while (iosrc_read(source, data, sizeof(data)) > 0)
		continue;
}

static void write_all(iosrc_source *source)
{
	static const char data[16384];

	while (iosrc_write(source, data, sizeof(data)) > 0)
		continue;
}

const struct storm_sort storm_socket = { open_socket, send_words, read_all };
const struct storm_sort storm_pipe_reader = { open_reader, write_words,
	read_all };
const struct storm_sort storm_pipe_writer = { open_writer, read_peer,
	write_all };

/* ---- who works ---- */

static void slot_open(struct slot *slot)
{
	slot->sort->open(&slot->source, &slot->peer);
	slot->number = 0;
}

static void slot_ended(struct worker *worker, unsigned which)
{
	struct slot *slot = &worker->slots[which];

	if (slot->number)
		atomic_store(&storm.ended[worker->first + which], slot->number);
	slot->number = 0;
}

static void slot_close(struct worker *worker, unsigned which)
{
	struct slot *slot = &worker->slots[which];

	must_be(iosrc_close(slot->source), IOSRC_OK);
	slot_ended(worker, which);
	if (slot->peer >= 0)
		system_close(slot->peer);
}

static void slot_change(struct worker *worker, unsigned which, uint64_t random)
{
	struct slot *slot = &worker->slots[which];
	iosrc_bits interest = (iosrc_bits)(random % 4) |
	    sr_modes[random / 4 % SR_MODES];
	uint64_t number = ++slot->last;
	uint64_t token = token_of(worker->first + which, number);

	if (slot->number)
		must_be(iosrc_reregister(slot->source, storm.poller, token,
		            interest),
		    IOSRC_OK);
	else
		must_be(
		    iosrc_register(slot->source, storm.poller, token, interest),
		    IOSRC_OK);
	slot_ended(worker, which);
	slot->number = number;
}

static void slot_act(struct worker *worker, unsigned which, uint64_t random)
{
	struct slot *slot = &worker->slots[which];

	switch (random % 16) {
	case 0:
	case 1:
	case 2:
		must_be(iosrc_deregister(slot->source, storm.poller),
		    slot->number ? IOSRC_OK : IOSRC_E_NOT_REGISTERED);
		slot_ended(worker, which);
		break;
	case 3:
		slot_close(worker, which);
		slot_open(slot);
		break;
	case 4:
	case 5:
		slot->sort->stir(slot->source, slot->peer);
		break;
	case 6:
		slot->sort->use(slot->source);
		break;
	case 7:
		must_be(iosrc_rearm(slot->source, RIG_BOTH), IOSRC_OK);
		break;
	default:
		slot_change(worker, which, random >> 8);
		break;
	}
}

static void *work(void *user)
{
	struct worker *worker = user;
	int64_t began = contract_now();
	uint64_t round;

	for (round = 0;
	     round < worker->rounds || rig_is_untouched(&storm.events, began);
	     round++) {
		uint64_t random = rig_random(&worker->seed);

		slot_act(worker, (unsigned)(random >> 40) % SLOTS, random);
	}
	return NULL;
}

static void worker_start(struct worker *worker, unsigned nth, uint64_t rounds,
    const struct storm_sort *const *sorts, size_t count)
{
	unsigned i;

	memset(worker, 0, sizeof(*worker));
	worker->first = nth * SLOTS;
	worker->seed = UINT64_C(0x2545f4914f6cdd1d) + nth;
	worker->rounds = rounds;
	for (i = 0; i < SLOTS; i++) {
		worker->slots[i].sort = sorts[i % count];
		slot_open(&worker->slots[i]);
	}
	rig_start(&worker->thread, work, worker);
}

void storm_run(const struct storm_sort *const *sorts, size_t count)
{
	static struct worker workers[WORKERS];
	system_thread waiters[WAITERS];
	uint64_t rounds = contract_scale(20000) / WORKERS + 1;
	unsigned i, k;

	memset(&storm, 0, sizeof(storm));
	storm.poller = contract_poller(0);
	for (i = 0; i < WAITERS; i++)
		rig_start(&waiters[i], storm_wait, NULL);
	for (i = 0; i < WORKERS; i++)
		worker_start(&workers[i], i, rounds, sorts, count);
	for (i = 0; i < WORKERS; i++) {
		assert_int_equal(system_thread_join(workers[i].thread), 0);
		for (k = 0; k < SLOTS; k++)
			slot_close(&workers[i], k);
	}
	system_sleep(20 * CONTRACT_MS);
	atomic_store(&storm.stop, 1);
	for (i = 0; i < WAITERS; i++)
		assert_int_equal(system_thread_join(waiters[i]), 0);
	assert_int_equal(atomic_load(&storm.trouble), 0);
	assert_int_equal(atomic_load(&storm.stale), 0);
	assert_true(atomic_load(&storm.events) > 0);
	contract_expect_quiet(storm.poller);
	assert_ok(iosrc_poller_release(storm.poller));
}

void contract_R9_S9_rounds_of_four_threads_in_random_order(void **state)
{
	static const struct storm_sort *const sockets[] = { &storm_socket };

	(void)state;
	storm_run(sockets, 1);
}

void contract_R9_S9_rounds_of_pipes_and_sockets(void **state)
{
	static const struct storm_sort *const both[] = { &storm_pipe_reader,
		&storm_pipe_writer, &storm_socket };

	(void)state;
	storm_run(both, 3);
}
