/* SPDX-License-Identifier: MIT
 *
 * test_equal.c: contract B2 and B3: random batches through a ring and through
 * the loop give equal results and leave equal worlds behind.
 */
#include "tests/uring/world.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "backend.h"
#include "tests/uring/calls.h"

static const struct iosrc__backend *backend; /* under test */
static struct world ring, loop;
static volatile sig_atomic_t broken_pipes;

static void count_broken_pipe(int number)
{
	(void)number;
	broken_pipes++;
}

static void open_both(void)
{
	calls_reset();
	world_open(&ring, backend->id, IOSRC_POLLER_IO_URING);
	world_open(&loop, backend->id, 0);
}

static void close_both(void)
{
	world_close(&ring);
	world_close(&loop);
}

/* The same numbers everywhere. */
static uint32_t next(uint32_t *seed)
{
	*seed = *seed * 1664525 + 1013904223;
	return *seed >> 8;
}

/* Mostly connections that a ring takes, and each other sort now and then. */
static enum sort random_sort(uint32_t *seed)
{
	uint32_t number = next(seed);

	return number % 8
	    ? (enum sort)(TCP + number / 8 % (TCP_LAST + 1))
	    : (enum sort)(TCP_LAST + 1 + number / 8 % (SORTS - TCP_LAST - 1));
}

static void random_item(unsigned n, uint32_t *seed, bool twice)
{
	enum sort sort = twice ? random_sort(seed)
	                       : (enum sort)(n % (TCP_LAST + 1));
	uint32_t opcode = next(seed) % 2 ? IOSRC_OP_READ : IOSRC_OP_WRITE;
	uint32_t number = next(seed);
	uint64_t size = number % 16 == 0 ? 0 : 1 + number / 16 % ROOM;

	/* A second write finds out whether the reset came back already; a
	 * counter takes eight bytes, and the closed one blocks on them. */
	if (sort >= ENDED && sort <= EVENTS)
		opcode = IOSRC_OP_READ;
	if (sort == CLOSED || sort == EVENTS)
		size = sort == CLOSED ? 1 : 8;
	world_item(&ring, n, sort, opcode, size);
	world_item(&loop, n, sort, opcode, size);
	if (number % 61 == 1)
		ring.items[n].flags = loop.items[n].flags = 1;
	if (number % 61 == 2)
		ring.items[n].data = loop.items[n].data = UINT64_MAX;
	if (number % 61 == 3)
		ring.items[n].registration = loop.items[n].registration = 5;
	if (number % 61 == 4)
		ring.items[n].opcode = loop.items[n].opcode = 99;
}

static void random_feed(uint32_t *seed)
{
	for (unsigned i = 0; i < 30; i++) {
		enum sort sort = random_sort(seed);
		unsigned size = 1 + next(seed) % 300, with = next(seed);

		if (sort > UDP)
			continue;
		world_feed(&ring, sort, size, with);
		world_feed(&loop, sort, size, with);
	}
}

static void expect_equal_peers(void)
{
	static unsigned char a[65536], b[65536];

	for (unsigned sort = 0; sort < SORTS; sort++) {
		long size, other;

		if (sort == FULL)
			continue;
		size = world_drain(&ring, (enum sort)sort, a, sizeof(a));
		other = world_drain(&loop, (enum sort)sort, b, sizeof(b));
		if (size != other)
			print_error("sort %u\n", sort);
		assert_int_equal(size, other);
		assert_memory_equal(a, b, (size_t)size);
	}
}

/* In both worlds the same sources are ready afterwards: what was armed again
 * was armed in both. */
static void expect_equal_events(void)
{
	uint32_t ready[2][SORTS];
	struct world *worlds[2] = { &ring, &loop };

	memset(ready, 0, sizeof(ready));
	for (unsigned k = 0; k < 2; k++) {
		iosrc_event events[2 * SORTS];
		int64_t got = iosrc_poller_wait(worlds[k]->poller, events,
		    2 * SORTS, 0);

		assert_true(got >= 0);
		for (int64_t i = 0; i < got; i++)
			ready[k][events[i].token] |= events[i].ready;
	}
	for (unsigned sort = 0; sort < SORTS; sort++)
		if (sort != CLOSED)
			assert_int_equal(ready[0][sort], ready[1][sort]);
}

static void settle(void)
{
	usleep(2000); /* what TCP has still to deliver */
}

/* What the connections sent and got must have arrived before it is read, so
 * each round ends with a pause. */
static void random_rounds(uint32_t seed, bool twice)
{
	unsigned rounds = test_rounds(40);

	open_both();
	for (unsigned round = 0; round < rounds; round++) {
		unsigned count = twice ? 1 + next(&seed) % BATCH_MOST
		                       : TCP_LAST + 1;
		int64_t good;

		random_feed(&seed);
		settle();
		for (unsigned i = 0; i < count; i++)
			random_item(i, &seed, twice);
		good = world_run(&ring, count);
		assert_int_equal(world_run(&loop, count), good);
		world_expect_equal(&ring, &loop, count);
		settle();
		expect_equal_events();
		expect_equal_peers();
	}
	if (world_has_ring(&ring) && !twice)
		assert_true(calls_submitted() > 0);
	close_both();
}

static void contract_B3_random_batches(void **state)
{
	(void)state;
	for (uint32_t seed = 1; seed <= 4; seed++)
		random_rounds(seed, true);
}

static void contract_B3_random_batches_of_connections(void **state)
{
	(void)state;
	for (uint32_t seed = 11; seed <= 14; seed++)
		random_rounds(seed, false);
}

/* Every sort beside enough others for a run, read and written. */
static void contract_B3_every_sort_once(void **state)
{
	(void)state;
	for (unsigned sort = 0; sort < SORTS; sort++) {
		for (unsigned kind = 0; kind < 4; kind++) {
			struct world *worlds[2] = { &ring, &loop };

			open_both();
			for (unsigned k = 0; k < 2; k++) {
				for (unsigned i = 0; i < 24; i++)
					world_item(worlds[k], i, (enum sort)i,
					    IOSRC_OP_READ, 1);
				world_item(worlds[k], 12, (enum sort)sort,
				    kind % 2 ? IOSRC_OP_WRITE : IOSRC_OP_READ,
				    kind / 2             ? 0
				        : sort == EVENTS ? 8
				                         : 5);
				world_run(worlds[k], 24);
			}
			world_expect_equal(&ring, &loop, 24);
			/* Old kernels have no way but for sockets. */
			assert_true(sort == DEAF || broken_pipes == 0);
			broken_pipes = 0;
			close_both();
		}
		if (sort == TCP)
			sort = TCP_LAST - 1;
	}
}

/* Larger than a ring: in runs. */
static void contract_B3_more_than_a_ring_holds(void **state)
{
	enum { SOURCES = 300 };
	static iosrc_io_item items[SOURCES];
	static char memory[SOURCES];
	static iosrc_source *sources[SOURCES];
	static int peers[SOURCES];
	const iosrc_poller_options options = { IOSRC_POLLER_IO_URING,
		backend->id };
	iosrc_poller *poller = NULL;
	unsigned i;

	(void)state;
	calls_reset();
	assert_int_equal(
	    iosrc_poller_create(&options, sizeof(options), &poller), 0);
	for (i = 0; i < SOURCES; i++) {
		int fds[2];

		assert_int_equal(
		    socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds),
		    0);
		peers[i] = fds[1];
		assert_int_equal(iosrc_create(fds[0], 0, &sources[i]), 0);
		assert_int_equal(
		    iosrc_register(sources[i], poller, i, IOSRC_READABLE), 0);
		memory[i] = (char)i;
		items[i] = (iosrc_io_item){
			.registration = iosrc_source_registration(sources[i]),
			.data = i,
			.size = 1,
			.opcode = IOSRC_OP_WRITE
		};
	}
	assert_int_equal(iosrc_io_many(poller, items, SOURCES, sizeof(items[0]),
	                     memory, sizeof(memory)),
	    SOURCES);
	if (iosrc_poller_capabilities(poller) & IOSRC_CAN_IO_URING) {
		assert_int_equal(calls_submitted(), SOURCES);
		assert_int_equal(calls_enters(), 3);
	}
	for (i = 0; i < SOURCES; i++) {
		char byte = 0;

		assert_int_equal(read(peers[i], &byte, 1), 1);
		assert_int_equal(byte, (char)i);
		iosrc_close(sources[i]);
		close(peers[i]);
	}
	assert_int_equal(iosrc_poller_release(poller), 0);
}

/* A batch that is too small never enters, one of twins never runs them
 * together, one that is large enough enters once. */
static void contract_B3_when_the_ring_is_taken(void **state)
{
	(void)state;
	open_both();
	world_need_ring(&ring);
	for (unsigned i = 0; i < 39; i++)
		world_item(&ring, i, (enum sort)(TCP + i), IOSRC_OP_WRITE, 1);
	assert_int_equal(world_run(&ring, 4), 4);
	assert_int_equal(calls_enters(), 0);
	assert_int_equal(world_run(&ring, 39), 39);
	assert_int_equal(calls_enters(), 1);
	assert_int_equal(calls_submitted(), 39);
	for (unsigned i = 0; i < 39; i++)
		world_item(&ring, i, (enum sort)(TCP + i % 4), IOSRC_OP_WRITE,
		    1);
	assert_int_equal(world_run(&ring, 39), 39);
	assert_int_equal(calls_enters(), 1);
	close_both();
}

/* A handle that blocks is never handed over: it has to block. */
static void contract_B3_blocking_handles_stay_out(void **state)
{
	(void)state;
	open_both();
	world_need_ring(&ring);
	for (unsigned i = 0; i < 20; i++) {
		int fd = (int)iosrc_source_handle(ring.sources[TCP + i]);

		fcntl(fd, F_SETFL, i % 10 ? O_NONBLOCK : 0);
		world_feed(&ring, (enum sort)(TCP + i), 3, i);
		world_item(&ring, i, (enum sort)(TCP + i), IOSRC_OP_READ, 3);
	}
	settle();
	assert_int_equal(world_run(&ring, 20), 20);
	assert_int_equal(calls_submitted(), 18);
	close_both();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(contract_B3_random_batches),
		cmocka_unit_test(contract_B3_random_batches_of_connections),
		cmocka_unit_test(contract_B3_every_sort_once),
		cmocka_unit_test(contract_B3_more_than_a_ring_holds),
		cmocka_unit_test(contract_B3_when_the_ring_is_taken),
		cmocka_unit_test(contract_B3_blocking_handles_stay_out),
	};
	int failed = 0;

	signal(SIGPIPE, count_broken_pipe);
	alarm(120 * test_slowness());
	for (unsigned i = 0; iosrc__backends[i]; i++) {
		backend = iosrc__backends[i];
		failed += cmocka_run_group_tests_name(backend->name, tests,
		    NULL, NULL);
	}
	return failed;
}
