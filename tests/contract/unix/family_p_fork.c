/* SPDX-License-Identifier: MIT
 *
 * family_p_fork.c: forked children. A child may do what it likes with what it
 * inherited; afterwards the parent's registrations must deliver as before. A
 * child that hangs, on a lock that was held at the fork, is ended by its own
 * alarm and fails the test.
 */
#include "family_rig.h"

#include "family_p.h"

#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define WAKE UINT64_C(0x77)

/* ---- children ---- */

void child_check_at(int condition, const char *text, int line)
{
	if (condition)
		return;
	dprintf(STDERR_FILENO, "forked child, line %d: %s\n", line, text);
	_exit(1);
}

void child_run(void (*body)(void *user), void *user)
{
	pid_t child = fork();
	int status = -1;

	assert_true(child >= 0);
	if (child == 0) {
		alarm(10 * (unsigned)contract_slowness());
		body(user);
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

/* ---- what is inherited ---- */

enum { EDGE, LEVEL, SPENT, PAUSED, FREE, SOURCES };

/* Every source has a byte to read; FREE is not registered. */
struct family {
	iosrc_poller *poller;
	iosrc_waker *waker;
	iosrc_source *sources[SOURCES];
	iosrc_handle peers[SOURCES];
	uint64_t registration;  /* of EDGE */
	size_t handles_without; /* open before the poller was made */
	size_t handles;
};

static const iosrc_bits interests[SOURCES] = { IOSRC_READABLE,
	IOSRC_READABLE | IOSRC_LEVEL, IOSRC_READABLE | IOSRC_ONESHOT, 0, 0 };

static void family_open(struct family *family)
{
	unsigned i;
	iosrc_handle fds[SOURCES][2];

	for (i = 0; i < SOURCES; i++)
		contract_pair(IOSRC_TYPE_STREAM, fds[i]);
	family->handles_without = contract_open_handles();
	family->poller = contract_poller(0);
	for (i = 0; i < SOURCES; i++) {
		family->peers[i] = fds[i][1];
		family->sources[i] = contract_source(fds[i][0]);
		contract_write(fds[i][1], "x", 1);
	}
	assert_ok(iosrc_register(family->sources[SPENT], family->poller, SPENT,
	    interests[SPENT]));
	contract_expect(family->poller, SPENT);
	for (i = 0; i < FREE; i++)
		if (i != SPENT)
			assert_ok(iosrc_register(family->sources[i],
			    family->poller, i, interests[i]));
	family->registration = iosrc_source_registration(family->sources[EDGE]);
	assert_ok(iosrc_waker_create(family->poller, WAKE, &family->waker));
	family->handles = contract_open_handles();
}

/* Collects until edge, level and waker came; level may come more often. */
static void family_collect(struct family *family)
{
	iosrc_event events[8];
	unsigned seen[SOURCES] = { 0 }, woken = 0, waits;
	int64_t got, n;

	for (waits = 0; waits < 4; waits++) {
		got = iosrc_poller_wait(family->poller, events, 8, 0);
		assert_true(got >= 0);
		for (n = 0; n < got; n++) {
			if (events[n].token == WAKE) {
				woken++;
				continue;
			}
			assert_true(events[n].token <= LEVEL);
			seen[events[n].token]++;
		}
	}
	assert_int_equal(woken, 1);
	assert_int_equal(seen[EDGE], 1);
	assert_true(seen[LEVEL] >= 1);
}

/* Everything of before the fork delivers, and goes on to. */
static void family_still_works(struct family *family)
{
	unsigned i;

	assert_int_equal(contract_open_handles(), family->handles);
	assert_ok(iosrc_waker_wake(family->waker));
	for (i = 0; i < SOURCES; i++)
		contract_write(family->peers[i], "y", 1);
	family_collect(family);
	for (i = 0; i < SOURCES; i++)
		assert_true(rig_drain(family->sources[i]) <= 3);
	assert_int_equal(iosrc_is_current(family->poller, family->registration),
	    1);
	for (i = 0; i < FREE; i++) {
		assert_ok(iosrc_reregister(family->sources[i], family->poller,
		    10 + i, IOSRC_READABLE));
		contract_write(family->peers[i], "z", 1);
		contract_expect(family->poller, 10 + i);
		assert_int_equal(rig_drain(family->sources[i]), 1);
		assert_ok(iosrc_deregister(family->sources[i], family->poller));
	}
	contract_expect_quiet(family->poller);
}

static void family_close(struct family *family)
{
	unsigned i;

	for (i = 0; i < SOURCES; i++) {
		assert_ok(iosrc_close(family->sources[i]));
		system_close(family->peers[i]);
	}
	assert_ok(iosrc_waker_release(family->waker));
	assert_ok(iosrc_poller_release(family->poller));
}

static void family_forks(void (*body)(void *user))
{
	struct family family;

	family_open(&family);
	child_run(body, &family);
	family_still_works(&family);
	family_close(&family);
}

/* ---- what a child may try ---- */

static void try_source_calls(struct family *family)
{
	unsigned i;

	for (i = 0; i < FREE; i++) {
		iosrc_source *source = family->sources[i];

		child_check(iosrc_register(source, family->poller, 1,
		                IOSRC_READABLE) == IOSRC_E_FORKED);
		child_check(iosrc_reregister(source, family->poller, 1,
		                IOSRC_READABLE) == IOSRC_E_FORKED);
		child_check(
		    iosrc_deregister(source, family->poller) == IOSRC_E_FORKED);
		child_check(
		    iosrc_rearm(source, IOSRC_READABLE) == IOSRC_E_FORKED);
		child_check(iosrc_source_registration(source) == 0);
		child_check(iosrc_source_handle(source) >= 0);
	}
	child_check(iosrc_register(family->sources[FREE], family->poller, 1,
	                IOSRC_READABLE) == IOSRC_E_FORKED);
	child_check(
	    iosrc_is_current(family->poller, family->registration) == 0);
}

static void try_poller_calls(struct family *family)
{
	iosrc_poller *poller = family->poller;
	iosrc_poller_counters counters;
	iosrc_waker *waker = NULL;
	iosrc_handle handle = -7;
	iosrc_event event;

	child_check(iosrc_poller_wait(poller, &event, 1, -1) == IOSRC_E_FORKED);
	child_check(iosrc_poller_wait(poller, &event, 1, 0) == IOSRC_E_FORKED);
	child_check(iosrc_poller_retain(poller) == IOSRC_E_FORKED);
	child_check(iosrc_poller_stats(poller, &counters, sizeof(counters)) ==
	    IOSRC_E_FORKED);
	child_check(iosrc_poller_expose(poller, &handle) ==
	    (iosrc_poller_capabilities(poller) & IOSRC_CAN_EXPOSE
	            ? IOSRC_E_FORKED
	            : IOSRC_E_UNSUPPORTED));
	child_check(handle == -7);
	child_check(iosrc_waker_create(poller, 1, &waker) == IOSRC_E_FORKED);
	child_check(waker == NULL);
	child_check(iosrc_waker_wake(family->waker) == IOSRC_E_FORKED);
	child_check(iosrc_waker_retain(family->waker) == IOSRC_E_FORKED);
	child_check(iosrc_poller_backend(poller) == contract_backend());
	child_check(iosrc_poller_capabilities(poller) != 0);
}

static void try_batches(struct family *family)
{
	char room[4];
	iosrc_register_item item = { .token = 1,
		.interest = IOSRC_READABLE,
		.source = family->sources[FREE] };
	iosrc_io_item io = { .registration = family->registration,
		.size = sizeof(room),
		.opcode = IOSRC_OP_READ };

	child_check(iosrc_register_many(family->poller, &item, 1,
	                sizeof(item)) == IOSRC_E_FORKED);
	child_check(iosrc_io_many(family->poller, &io, 1, sizeof(io), room,
	                sizeof(room)) == IOSRC_E_FORKED);
}

static void try_everything(void *user)
{
	try_source_calls(user);
	try_poller_calls(user);
	try_batches(user);
}

/* Ends part `part` of the family, as the sources' order has it, then waker
 * and poller. */
static void child_end(struct family *family, unsigned part)
{
	if (part == SOURCES) {
		child_check(iosrc_waker_release(family->waker) == IOSRC_OK);
	} else if (part == SOURCES + 1) {
		child_check(iosrc_poller_release(family->poller) == IOSRC_OK);
	} else if (part % 2) {
		iosrc_handle handle = -1;

		child_check(iosrc_into_inner(family->sources[part], &handle) ==
		    IOSRC_OK);
		child_check(system_close(handle) == 0);
	} else {
		child_check(iosrc_close(family->sources[part]) == IOSRC_OK);
	}
}

#define PARTS (SOURCES + 2)

/* In an order that begins at `first` and goes up or down. */
static void child_end_all(struct family *family, unsigned first, int down)
{
	size_t before = contract_open_handles();
	unsigned i;

	for (i = 0; i < PARTS; i++)
		child_end(family, (first + (down ? PARTS - i : i)) % PARTS);
	/* The poller's own handles are gone too. */
	child_check(contract_open_handles() ==
	    before - SOURCES - (family->handles - family->handles_without));
}

/* ---- P5 ---- */

static void try_then_end(void *user)
{
	size_t live = contract_allocations_live();

	try_everything(user);
	child_end_all(user, 0, 0);
	child_check(contract_allocations_live() < live ||
	    contract_is_watched() || !contract_allocations_counted());
}

void contract_P5_every_call_of_a_child_answers_forked(void **state)
{
	(void)state;
	family_forks(try_everything);
	family_forks(try_then_end);
}

static void io_in_child(void *user)
{
	struct family *family = user;
	char data[8];
	struct rig_io io = { data, sizeof(data), 0 };
	iosrc_buffer buffer = { data, 1 };
	unsigned i;

	for (i = 0; i < SOURCES; i++) {
		iosrc_source *source = family->sources[i];

		child_check(iosrc_read(source, data, 8) == 1);
		child_check(data[0] == 'x');
		child_check(iosrc_read(source, data, 8) == IOSRC_E_WOULD_BLOCK);
		child_check(
		    iosrc_readv(source, &buffer, 1) == IOSRC_E_WOULD_BLOCK);
		child_check(iosrc_do_io(source, IOSRC_READABLE, rig_io_read,
		                &io) == IOSRC_E_WOULD_BLOCK);
		data[0] = (char)('a' + i);
		child_check(iosrc_write(source, data, 1) == 1);
		child_check(iosrc_writev(source, &buffer, 1) == 1);
	}
}

void contract_P5_io_through_an_inherited_source_works(void **state)
{
	struct family family;
	char data[4];
	unsigned i;

	(void)state;
	family_open(&family);
	child_run(io_in_child, &family);
	for (i = 0; i < SOURCES; i++) {
		assert_int_equal(system_read(family.peers[i], data, 4), 2);
		assert_int_equal(data[0], 'a' + (int)i);
		assert_int_equal(data[1], 'a' + (int)i);
	}
	family_still_works(&family);
	family_close(&family);
}

static unsigned order_first;
static int order_down;

static void end_in_order(void *user)
{
	child_end_all(user, order_first, order_down);
}

void contract_P5_child_ends_everything_in_any_order(void **state)
{
	(void)state;
	for (order_first = 0; order_first < PARTS; order_first++) {
		order_down = 0;
		family_forks(end_in_order);
		order_down = 1;
		family_forks(end_in_order);
	}
}

static void only_exit(void *user)
{
	(void)user;
}

static void close_one_and_exit(void *user)
{
	struct family *family = user;

	child_check(iosrc_close(family->sources[EDGE]) == IOSRC_OK);
	child_check(iosrc_into_inner(family->sources[LEVEL], NULL) == IOSRC_OK);
}

static void release_poller_and_exit(void *user)
{
	struct family *family = user;

	child_check(iosrc_poller_release(family->poller) == IOSRC_OK);
	child_check(iosrc_source_registration(family->sources[EDGE]) == 0);
	child_check(iosrc_waker_wake(family->waker) == IOSRC_E_FORKED);
	child_check(iosrc_rearm(family->sources[EDGE], IOSRC_READABLE) ==
	    IOSRC_E_FORKED);
}

void contract_P5_child_exits_and_leaves_everything(void **state)
{
	(void)state;
	family_forks(only_exit);
	family_forks(close_one_and_exit);
	family_forks(release_poller_and_exit);
}

static iosrc_poller *child_poller(void)
{
	iosrc_poller_options options = { 0, contract_backend() };
	iosrc_poller *poller = NULL;

	child_check(iosrc_poller_create(&options, sizeof(options), &poller) ==
	    IOSRC_OK);
	return poller;
}

static void child_delivers(iosrc_poller *poller, iosrc_source *source)
{
	iosrc_event event = { 0 };

	child_check(
	    iosrc_register(source, poller, 5, IOSRC_READABLE) == IOSRC_OK);
	child_check(iosrc_poller_wait(poller, &event, 1, CONTRACT_SOON) == 1);
	child_check(event.token == 5);
	child_check(iosrc_is_current(poller, event.registration) == 1);
	child_check(iosrc_deregister(source, poller) == IOSRC_OK);
}

/* A source that was registered can only end; its handle can begin again. */
static void own_poller(void *user)
{
	struct family *family = user;
	iosrc_poller *poller = child_poller();
	iosrc_source *source = NULL;
	iosrc_waker *waker = NULL;
	iosrc_handle handle = -1;
	iosrc_event event;

	child_delivers(poller, family->sources[FREE]);
	child_check(iosrc_register(family->sources[EDGE], poller, 1,
	                IOSRC_READABLE) == IOSRC_E_FORKED);
	child_check(
	    iosrc_into_inner(family->sources[EDGE], &handle) == IOSRC_OK);
	child_check(iosrc_create(handle, 0, &source) == IOSRC_OK);
	child_delivers(poller, source);
	child_check(iosrc_waker_create(poller, 6, &waker) == IOSRC_OK);
	child_check(iosrc_waker_wake(waker) == IOSRC_OK);
	child_check(iosrc_poller_wait(poller, &event, 1, CONTRACT_SOON) == 1);
	child_check(iosrc_waker_release(waker) == IOSRC_OK);
	child_check(iosrc_close(source) == IOSRC_OK);
	child_check(iosrc_poller_release(poller) == IOSRC_OK);
}

void contract_P5_child_makes_a_poller_of_its_own(void **state)
{
	(void)state;
	family_forks(own_poller);
}

static void grandchild(void *user)
{
	int status = -1;
	pid_t child = fork();

	child_check(child >= 0);
	if (child == 0) {
		try_then_end(user);
		_exit(0);
	}
	child_check(waitpid(child, &status, 0) == child);
	child_check(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	try_then_end(user);
}

void contract_P5_grandchild_of_a_child(void **state)
{
	(void)state;
	family_forks(grandchild);
}

/* ---- beside other threads of the parent ---- */

static void *one_wait_run(void *user)
{
	struct family *family = user;
	iosrc_event event = { 0 };

	if (iosrc_poller_wait(family->poller, &event, 1, -1) != 1)
		return NULL;
	return (void *)(uintptr_t)event.token;
}

/* Drains what family_open left, so that the thread does block. */
static void family_quiet(struct family *family)
{
	iosrc_event events[4];
	unsigned i;

	for (i = 0; i < SOURCES; i++)
		assert_int_equal(rig_drain(family->sources[i]), 1);
	assert_true(iosrc_poller_wait(family->poller, events, 4, 0) >= 0);
	contract_expect_quiet(family->poller);
}

void contract_P5_fork_while_a_thread_waits(void **state)
{
	static void (*const bodies[])(
	    void *user) = { try_everything, try_then_end, only_exit };
	struct family family;
	unsigned i;
	system_thread thread;
	void *token;

	(void)state;
	for (i = 0; i < 3; i++) {
		family_open(&family);
		family_quiet(&family);
		rig_start(&thread, one_wait_run, &family);
		system_sleep(20 * CONTRACT_MS);
		child_run(bodies[i], &family);
		assert_ok(iosrc_waker_wake(family.waker));
		system_thread_result(thread, &token);
		assert_int_equal((uintptr_t)token, WAKE);
		family_still_works(&family);
		family_close(&family);
	}
}

/* A source and a waker that come and go all the time. */
struct churn {
	struct family family;
	iosrc_source *source; /* in every state when the fork comes */
	iosrc_waker *waker;
	iosrc_handle peer;
	_Atomic unsigned quit;
	_Atomic unsigned errors;
};

/* Not under tools: a child has no thread that could free what this one made,
 * and they would call it lost. */
static unsigned churn_waker(iosrc_poller *poller)
{
	iosrc_waker *waker = NULL;
	unsigned failed = 0;

	if (contract_is_watched())
		return 0;
	failed += iosrc_waker_create(poller, 102, &waker) != IOSRC_OK;
	failed += iosrc_waker_wake(waker) != IOSRC_OK;
	failed += iosrc_waker_release(waker) != IOSRC_OK;
	return failed;
}

static void churn_once(struct churn *churn, unsigned round)
{
	iosrc_poller *poller = churn->family.poller;
	iosrc_bits mode = round % 2 ? IOSRC_LEVEL : 0;
	unsigned failed = 0;

	failed += iosrc_register(churn->source, poller, 100, IOSRC_READABLE) !=
	    IOSRC_OK;
	failed += iosrc_reregister(churn->source, poller, 101,
	              IOSRC_WRITABLE | mode) != IOSRC_OK;
	failed += iosrc_rearm(churn->source, IOSRC_WRITABLE) != IOSRC_OK;
	failed += churn_waker(poller);
	failed += iosrc_deregister(churn->source, poller) != IOSRC_OK;
	if (failed)
		atomic_fetch_add(&churn->errors, 1);
}

static void *churn_run(void *user)
{
	struct churn *churn = user;
	unsigned round;

	for (round = 0; !atomic_load(&churn->quit); round++)
		churn_once(churn, round);
	return NULL;
}

static void *waits_run(void *user)
{
	struct churn *churn = user;
	iosrc_event events[4];

	while (!atomic_load(&churn->quit))
		if (iosrc_poller_wait(churn->family.poller, events, 4,
		        CONTRACT_MS) < 0)
			atomic_fetch_add(&churn->errors, 1);
	return NULL;
}

/* The churned source may have been caught at any moment, so its answers may
 * be those of a registered or of a free source; it must end. */
static void child_of_churn(void *user)
{
	struct churn *churn = user;
	iosrc_status status;

	try_everything(&churn->family);
	status = iosrc_rearm(churn->source, IOSRC_READABLE);
	child_check(status == IOSRC_OK || status == IOSRC_E_FORKED);
	child_check(iosrc_source_registration(churn->source) == 0);
	child_check(iosrc_register(churn->source, churn->family.poller, 1,
	                IOSRC_READABLE) == IOSRC_E_FORKED);
	child_check(iosrc_deregister(churn->source, churn->family.poller) ==
	    IOSRC_E_FORKED);
	child_check(iosrc_write(churn->source, "c", 1) == 1);
	child_check(iosrc_close(churn->source) == IOSRC_OK);
	child_check(iosrc_waker_release(churn->waker) == IOSRC_OK);
	child_check(iosrc_poller_release(churn->family.poller) == IOSRC_OK);
	for (unsigned i = 0; i < SOURCES; i++)
		child_check(iosrc_close(churn->family.sources[i]) == IOSRC_OK);
	child_check(iosrc_waker_release(churn->family.waker) == IOSRC_OK);
}

static void churn_forks(struct churn *churn, uint64_t forks)
{
	system_thread threads[2];
	uint64_t i;

	rig_start(&threads[0], churn_run, churn);
	rig_start(&threads[1], waits_run, churn);
	for (i = 0; i < forks; i++) {
		system_sleep((int64_t)(i % 7) * 20000);
		child_run(child_of_churn, churn);
		assert_int_equal(contract_drain(churn->peer), 1);
	}
	atomic_store(&churn->quit, 1);
	system_thread_join(threads[0]);
	system_thread_join(threads[1]);
	assert_int_equal(atomic_load(&churn->errors), 0);
}

void contract_P5_fork_in_the_middle_of_churn(void **state)
{
	struct churn churn;
	iosrc_handle fds[2];

	(void)state;
	memset(&churn, 0, sizeof(churn));
	family_open(&churn.family);
	contract_pair(IOSRC_TYPE_STREAM, fds);
	churn.source = contract_source(fds[0]);
	churn.peer = fds[1];
	assert_ok(iosrc_waker_create(churn.family.poller, 9, &churn.waker));
	churn.family.handles = contract_open_handles();
	churn_forks(&churn, contract_scale(500));
	for (unsigned i = EDGE; i <= LEVEL; i++)
		rig_drain(churn.family.sources[i]);
	family_still_works(&churn.family);
	assert_ok(iosrc_close(churn.source));
	system_close(churn.peer);
	assert_ok(iosrc_waker_release(churn.waker));
	family_close(&churn.family);
}
