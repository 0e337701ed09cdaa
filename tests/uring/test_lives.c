/* SPDX-License-Identifier: MIT
 *
 * test_lives.c: a ring between threads, in forked children, under signals,
 * without locked memory; and that nothing of it outlives its poller.
 */
#include "tests/uring/world.h"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "backend.h"
#include "tests/support/allocations.h"
#include "tests/uring/calls.h"

#define COUNT 40

static struct world world;

static void open_world(void)
{
	calls_reset();
	world_open(&world, iosrc__backends[0]->id, IOSRC_POLLER_IO_URING);
	if (world_has_ring(&world))
		return;
	world_close(&world);
	print_message("SKIP: no io_uring here, or it is switched off\n");
	skip();
}

/* Each of `count` connections from `first` on says a byte to its peer. */
static bool says_good_batch(iosrc_io_item *items, unsigned first,
    unsigned count)
{
	int64_t good;

	for (unsigned i = 0; i < count; i++)
		items[i] = (iosrc_io_item){
			.registration = world.registrations[TCP + first + i],
			.data = first + i,
			.size = 1,
			.opcode = IOSRC_OP_WRITE,
		};
	good = iosrc_io_many(world.poller, items, count, sizeof(*items),
	    world.memory, sizeof(world.memory));
	return good == count;
}

/* TCP may keep some back till the peer has read. */
static long drained(enum sort sort, long bytes)
{
	static char out[100000];
	struct pollfd peer = { world.peers[sort], POLLIN, 0 };
	long got = world_drain(&world, sort, out, sizeof(out));

	while (got < bytes && poll(&peer, 1, 5000 * (int)test_slowness()) == 1)
		got += world_drain(&world, sort, out, sizeof(out));
	return got;
}

static void expect_bytes(unsigned first, unsigned count, long bytes)
{
	for (unsigned i = first; i < first + count; i++)
		assert_int_equal(drained((enum sort)(TCP + i), bytes), bytes);
}

static void expect_good_batch(void)
{
	assert_true(says_good_batch(world.items, 0, COUNT));
	expect_bytes(0, COUNT, 1);
}

/* ---- lazily made, wholly gone ---- */

static void contract_P2_nothing_outlives_the_poller(void **state)
{
	unsigned descriptors = open_count(), mappings = mapping_count();
	size_t live = allocations_live();

	(void)state;
	for (unsigned round = 0; round < 20; round++) {
		open_world();
		assert_int_equal(mapping_count(), mappings + 2);
		expect_good_batch();
		world_close(&world);
		assert_int_equal(open_count(), descriptors);
		assert_int_equal(mapping_count(), mappings);
		assert_int_equal(allocations_live(), live);
	}
}

static void contract_B3_the_ring_is_made_by_the_first_large_batch(void **state)
{
	unsigned mappings = mapping_count();

	(void)state;
	open_world();
	world_close(&world);
	world_open(&world, iosrc__backends[0]->id, IOSRC_POLLER_IO_URING);
	assert_int_equal(mapping_count(), mappings);
	assert_true(says_good_batch(world.items, 0, 2));
	assert_int_equal(mapping_count(), mappings);
	assert_true(says_good_batch(world.items, 0, COUNT));
	assert_int_equal(mapping_count(), mappings + 2);
	world_close(&world);
}

static void contract_P4_the_ring_is_close_on_exec(void **state)
{
	unsigned before = open_count();
	unsigned leaking = 0;

	(void)state;
	open_world();
	for (int fd = 3; fd < 1024; fd++) {
		char name[64], link[64] = "";

		snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
		if (readlink(name, link, sizeof(link) - 1) > 0 &&
		    strstr(link, "io_uring"))
			leaking += !(fcntl(fd, F_GETFD) & FD_CLOEXEC);
	}
	assert_int_equal(leaking, 0);
	world_close(&world);
	assert_int_equal(open_count(), before);
}

/* ---- threads ---- */

#define THREADS 4
#define SHARE (COUNT / THREADS)

struct sayer {
	pthread_t thread;
	unsigned first;
	unsigned rounds;
	unsigned failed;
};

static void *say(void *user)
{
	struct sayer *sayer = user;
	iosrc_io_item items[SHARE];

	for (unsigned i = 0; i < sayer->rounds; i++)
		sayer->failed += !says_good_batch(items, sayer->first, SHARE);
	return NULL;
}

static void start_sayer(struct sayer *sayer, unsigned first, unsigned rounds)
{
	*sayer = (struct sayer){ .first = first, .rounds = rounds };
	assert_int_equal(pthread_create(&sayer->thread, NULL, say, sayer), 0);
}

static void contract_P1_many_threads_one_ring(void **state)
{
	unsigned rounds = test_rounds(1000);
	struct sayer sayers[THREADS];

	(void)state;
	open_world();
	for (unsigned i = 0; i < THREADS; i++)
		start_sayer(&sayers[i], i * SHARE, rounds);
	for (unsigned i = 0; i < THREADS; i++) {
		pthread_join(sayers[i].thread, NULL);
		assert_int_equal(sayers[i].failed, 0);
	}
	assert_true(calls_enters() > 0);
	expect_bytes(0, COUNT, (long)rounds);
	world_close(&world);
}

/* The ring does not go with the thread that made it or used it last. */
static void contract_P1_a_thread_that_ends(void **state)
{
	unsigned rounds = test_rounds(200);

	(void)state;
	open_world();
	for (unsigned i = 0; i < rounds; i++) {
		struct sayer sayer;

		start_sayer(&sayer, i % THREADS * SHARE, 1);
		pthread_join(sayer.thread, NULL);
		assert_int_equal(sayer.failed, 0);
		expect_bytes(sayer.first, SHARE, 1);
	}
	assert_int_equal(calls_enters(), rounds);
	expect_good_batch();
	world_close(&world);
}

/* ---- fork ---- */

static int exit_status(pid_t child)
{
	int status = 0;

	assert_true(child > 0);
	assert_int_equal(waitpid(child, &status, 0), child);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1000;
}

static int child_of_ring(void)
{
	unsigned enters = calls_enters(), descriptors = open_count();

	if (mapping_count() != 0)
		return 1;
	if (world_run(&world, COUNT) != IOSRC_E_FORKED)
		return 2;
	if (!world_has_ring(&world)) /* it still answers */
		return 3;
	if (iosrc_poller_release(world.poller) != IOSRC_OK)
		return 4;
	if (calls_enters() != enters || open_count() >= descriptors)
		return 5;
	for (unsigned sort = 0; sort < SORTS; sort++)
		if (iosrc_close(world.sources[sort]) != IOSRC_OK)
			return 6;
	return 0;
}

static void contract_P5_a_forked_child_never_touches_the_ring(void **state)
{
	pid_t child;

	(void)state;
	open_world();
	expect_good_batch();
	child = fork();
	if (child == 0)
		_exit(child_of_ring());
	assert_int_equal(exit_status(child), 0);
	expect_good_batch();
	assert_int_equal(calls_submitted(), 2 * COUNT);
	world_close(&world);
}

/* A child asks for a capability that its parent had not asked for: no ring is
 * made on a poller that is not its own. */
static void contract_P5_a_forked_child_makes_no_ring(void **state)
{
	pid_t child;

	(void)state;
	open_world();
	world_close(&world);
	world_open(&world, iosrc__backends[0]->id, IOSRC_POLLER_IO_URING);
	child = fork();
	if (child == 0)
		_exit(world_has_ring(&world) || mapping_count() != 0);
	assert_int_equal(exit_status(child), 0);
	assert_true(world_has_ring(&world));
	world_close(&world);
}

/* Parents fork while another thread is inside a batch. */
static void contract_P5_forks_beside_batches(void **state)
{
	struct sayer sayer;

	(void)state;
	if (threads_are_watched()) {
		print_message("SKIP: this sanitizer keeps a child's threads\n");
		skip();
	}
	open_world();
	start_sayer(&sayer, 0, test_rounds(2000));
	for (unsigned i = 0; i < test_rounds(50); i++) {
		pid_t child = fork();

		if (child == 0)
			_exit(iosrc_poller_release(world.poller) != IOSRC_OK);
		assert_int_equal(exit_status(child), 0);
	}
	pthread_join(sayer.thread, NULL);
	assert_int_equal(sayer.failed, 0);
	expect_bytes(0, SHARE, (long)sayer.rounds);
	world_close(&world);
}

/* ---- signals and limits ---- */

static void ignore(int number)
{
	(void)number;
}

struct nuisance {
	pthread_t victim;
	atomic_bool ends;
};

static void *pester(void *user)
{
	struct nuisance *nuisance = user;

	while (!nuisance->ends) {
		pthread_kill(nuisance->victim, SIGUSR1);
		usleep(100);
	}
	return NULL;
}

static void contract_X3_batches_under_signals(void **state)
{
	struct nuisance nuisance = { .victim = pthread_self() };
	pthread_t thread;

	(void)state;
	signal(SIGUSR1, ignore);
	open_world();
	assert_int_equal(pthread_create(&thread, NULL, pester, &nuisance), 0);
	for (unsigned i = 0; i < test_rounds(2000); i++)
		expect_good_batch();
	nuisance.ends = true;
	pthread_join(thread, NULL);
	assert_true(world_has_ring(&world));
	world_close(&world);
}

/* In a child, as a user whom limits bind where there is one. */
static int without_locked_memory(void)
{
	const struct rlimit none = { 0, 0 };

	if (setrlimit(RLIMIT_MEMLOCK, &none) != 0)
		return 1;
	if (getuid() == 0 && setuid(65534) != 0)
		return 2;
	world_open(&world, iosrc__backends[0]->id, IOSRC_POLLER_IO_URING);
	for (unsigned i = 0; i < 3; i++)
		expect_good_batch();
	world_close(&world);
	return 0;
}

static void contract_X4_out_of_locked_memory(void **state)
{
	pid_t child;

	(void)state;
	child = fork();
	if (child == 0)
		_exit(without_locked_memory());
	assert_int_equal(exit_status(child), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(contract_P2_nothing_outlives_the_poller),
		cmocka_unit_test(
		    contract_B3_the_ring_is_made_by_the_first_large_batch),
		cmocka_unit_test(contract_P4_the_ring_is_close_on_exec),
		cmocka_unit_test(contract_P1_many_threads_one_ring),
		cmocka_unit_test(contract_P1_a_thread_that_ends),
		cmocka_unit_test(
		    contract_P5_a_forked_child_never_touches_the_ring),
		cmocka_unit_test(contract_P5_a_forked_child_makes_no_ring),
		cmocka_unit_test(contract_P5_forks_beside_batches),
		cmocka_unit_test(contract_X3_batches_under_signals),
		cmocka_unit_test(contract_X4_out_of_locked_memory),
	};

	alarm(60 * test_slowness());
	return cmocka_run_group_tests(tests, NULL, NULL);
}
