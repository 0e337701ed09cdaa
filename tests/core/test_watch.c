/* SPDX-License-Identifier: MIT
 *
 * test_watch.c: the state machine of what is watched on Windows, driven through
 * every state that it can reach by any order of what its callers do and of what
 * the system answers: pending, ready at once, ready later, cancelled, ended
 * before the cancel, closed, refused. In each state it is asked for what is
 * owed, and ended.
 *
 * A state is reached again by its steps, for records cannot be copied.
 */
#include "tests/core/watch_double.h"

#include <stdio.h>
#include <string.h>

/* What tells one state from another. Generations and file numbers do so only
 * as far as they agree. */
struct key {
	uint8_t record, state, armed, asked, hidden, closed, queued;
	uint8_t asked_by, known, out, out_asked, outcome, ready, told_by;
	uint8_t out_file, registered_file, system, refuse, registration;
	uint8_t interest, owed, owed_hidden, owed_closed, cancelled;
};

struct node {
	struct key key;
	uint32_t from; /* the node before */
	uint8_t step;  /* that led here from it */
	uint32_t next; /* of its bucket, + 1 */
};

enum { NODES_MOST = 1 << 20, BUCKETS = 1 << 18, PATH_MOST = 256, GONE = 6 };

struct walk {
	iosrc_poller *poller;
	uint32_t slot;
	bool cancels_at_once;
	struct node *nodes;
	uint32_t *buckets;
	uint32_t count;
	uint32_t states_seen[GONE + 1]; /* bits: states that follow each */
};

/* READABLE, WRITABLE, and the bits that come unasked, in a byte. */
static uint8_t packed(iosrc_bits bits)
{
	return (uint8_t)((bits & 0xff) | bits >> 4);
}

static void key_record(struct key *key, const struct watch_double *world)
{
	const struct watch_record *record = world->record;

	key->record = 1;
	key->state = (uint8_t)record->watch.state;
	key->armed = packed(record->watch.armed);
	key->asked = packed(record->watch.asked);
	key->hidden = packed(record->watch.hidden);
	key->closed = packed(record->watch.closed);
	key->queued = record->watch.behind != NULL;
	key->asked_by = record->watch.asked_by == record->watch.registration;
	key->known = record->watch.registration == world->known;
	key->out = (uint8_t)record->out;
	key->cancelled = (uint8_t)world->set.cancelled;
	if (record->out == OUT_NONE)
		return;
	if (record->told_by) {
		key->told_by = record->told_by == world->live ? 1 : 2;
		return;
	}
	key->out_asked = packed(record->asked);
	key->out_file = record->file == world->file;
	key->registered_file = record->file >= world->added_file;
	if (record->out == OUT_DONE) {
		key->outcome = (uint8_t)record->answer.outcome;
		key->ready = packed(record->answer.ready);
	}
}

static struct key key_of(const struct watch_double *world)
{
	struct key key;

	memset(&key, 0, sizeof(key));
	if (world->record)
		key_record(&key, world);
	key.system = (uint8_t)(world->open | world->readable << 1 |
	    world->writable << 2 | world->hung_up << 3);
	key.refuse = (uint8_t)(world->refuse_ask | world->refuse_tell << 1);
	if (!world->registered)
		return key;
	key.registration = (uint8_t)(1 | world->ahead << 1 | world->ended << 2 |
	    world->level << 3 | world->oneshot << 4 |
	    (world->registered_file == world->file) << 5);
	key.interest = packed(world->interest);
	key.owed = packed(world->owed);
	key.owed_hidden = packed(world->hidden);
	key.owed_closed = packed(world->closed);
	return key;
}

/* ---- the states found ---- */

static uint32_t bucket_of(const struct key *key)
{
	const unsigned char *bytes = (const unsigned char *)key;
	uint32_t hash = 2166136261u;

	for (size_t i = 0; i < sizeof(*key); i++)
		hash = (hash ^ bytes[i]) * 16777619u;
	return (hash ^ hash >> 15) & (BUCKETS - 1);
}

/* Keeps a state that was not met before. */
static void keep(struct walk *walk, struct key key, uint32_t from,
    enum watch_step step)
{
	uint32_t *bucket = &walk->buckets[bucket_of(&key)];

	for (uint32_t at = *bucket; at; at = walk->nodes[at - 1].next)
		if (memcmp(&walk->nodes[at - 1].key, &key, sizeof(key)) == 0)
			return;
	assert_true(walk->count < NODES_MOST);
	walk->nodes[walk->count] = (struct node){ key, from, (uint8_t)step,
		*bucket };
	*bucket = ++walk->count;
}

/* ---- reaching a state, and leaving it ---- */

static void reach(struct walk *walk, uint32_t node, struct watch_double *world)
{
	uint8_t path[PATH_MOST];
	size_t length = 0;

	for (; node != 0; node = walk->nodes[node].from) {
		assert_true(length < PATH_MOST);
		path[length++] = walk->nodes[node].step;
	}
	watch_double_begin(world, walk->poller, walk->slot,
	    walk->cancels_at_once);
	while (length)
		watch_double_do(world, (enum watch_step)path[--length]);
}

static unsigned state_of(const struct watch_double *world)
{
	return world->record ? (unsigned)world->record->watch.state : GONE;
}

/* Waits go on until nothing more comes. Answers what was due and has not been
 * reported. */
static iosrc_bits lost(struct watch_double *world)
{
	enum { ROUNDS = 5 };
	iosrc_bits reported = 0, due;
	unsigned round;

	world->refuse_ask = world->refuse_tell = false;
	due = watch_double_due(world);
	for (round = 0; round < ROUNDS; round++) {
		watch_double_do(world, STEP_FLUSH);
		if (!watch_double_can(world, STEP_COME))
			break;
		watch_double_do(world, STEP_COME);
		reported |= world->reported;
	}
	/* Nothing fires without end. */
	assert_true(
	    round < ROUNDS || world->level || world->ahead || world->ended);
	/* A oneshot's one event, and a hang-up, put an end to what is owed. */
	return due & ~reported & watch_double_due(world);
}

static void print_path(const struct walk *walk, uint32_t node)
{
	for (; node != 0; node = walk->nodes[node].from)
		print_error("after step %d\n", walk->nodes[node].step);
}

/* Every step from one state. Answers false when none is possible. */
static void leave(struct walk *walk, uint32_t node)
{
	struct watch_double world;

	reach(walk, node, &world);
	if (lost(&world)) {
		print_path(walk, node);
		fail_msg("readiness was lost");
	}
	watch_double_end(&world);
	for (unsigned step = 0; step < STEPS; step++) {
		unsigned before;

		reach(walk, node, &world);
		before = state_of(&world);
		if (watch_double_can(&world, (enum watch_step)step)) {
			watch_double_do(&world, (enum watch_step)step);
			walk->states_seen[before] |= 1u << state_of(&world);
			keep(walk, key_of(&world), node, (enum watch_step)step);
		}
		watch_double_end(&world);
	}
}

static void walk_begin(struct walk *walk, bool cancels_at_once)
{
	struct watch_double world;

	memset(walk, 0, sizeof(*walk));
	walk->cancels_at_once = cancels_at_once;
	walk->poller = core_poller();
	assert_true(iosrc__registration_alloc(&walk->poller->registrations,
	    &walk->slot, false));
	walk->nodes = calloc(NODES_MOST, sizeof(*walk->nodes));
	walk->buckets = calloc(BUCKETS, sizeof(*walk->buckets));
	assert_true(walk->nodes && walk->buckets);
	watch_double_begin(&world, walk->poller, walk->slot, cancels_at_once);
	keep(walk, key_of(&world), 0, STEPS);
	watch_double_end(&world);
}

static void walk_end(struct walk *walk)
{
	free(walk->nodes);
	free(walk->buckets);
	core_release(walk->poller);
}

/* ---- the tests ---- */

#define TO(state) (1u << IOSRC__WATCH_##state)

/* The table of watch.h: what may follow each state, its own self included. All
 * of it happens, and nothing else. */
static const uint32_t followers[GONE + 1] = {
	[IOSRC__WATCH_IDLE] = TO(IDLE) | TO(ASKED) | TO(TOLD) | TO(CLOSED) |
	    1u << GONE,
	[IOSRC__WATCH_ASKED] = TO(ASKED) | TO(IDLE) | TO(CANCELLED) |
	    TO(LEAVING) | TO(CLOSED),
	[IOSRC__WATCH_CANCELLED] = TO(CANCELLED) | TO(IDLE) | TO(LEAVING) |
	    TO(CLOSED),
	[IOSRC__WATCH_TOLD] = TO(TOLD) | TO(IDLE) | TO(LEAVING),
	[IOSRC__WATCH_LEAVING] = TO(LEAVING) | TO(CANCELLED) | 1u << GONE,
	[IOSRC__WATCH_CLOSED] = TO(CLOSED) | TO(IDLE) | 1u << GONE,
	[GONE] = TO(IDLE) | 1u << GONE,
};

static void walk_all(bool cancels_at_once)
{
	struct walk walk;
	uint32_t most = core_rounds(NODES_MOST);
	uint32_t node;

	walk_begin(&walk, cancels_at_once);
	for (node = 0; node < walk.count && node < most; node++)
		leave(&walk, node);
	print_message("[          ] %u states, left %u of them\n",
	    (unsigned)walk.count, (unsigned)node);
	for (unsigned from = 0; from <= GONE; from++) {
		uint32_t seen = walk.states_seen[from];
		uint32_t more = cancels_at_once && from == IOSRC__WATCH_ASKED
		    ? TO(TOLD) | 1u << GONE
		    : 0;

		assert_int_equal(seen & ~(followers[from] | more), 0);
		if (node == walk.count)
			assert_int_equal(seen, followers[from] | more);
	}
	walk_end(&walk);
}

static void test_every_order_of_steps_and_answers(void **state)
{
	(void)state;
	walk_all(false);
}

/* The same where what is pending is cancelled without a packet. */
static void test_every_order_without_packets_of_cancels(void **state)
{
	(void)state;
	walk_all(true);
}

/* ---- the table ---- */

static enum iosrc__watch_asked never_ask(struct iosrc__watch *watch,
    iosrc_bits directions)
{
	(void)watch;
	(void)directions;
	return IOSRC__ASK_CLOSED;
}

static void free_watch(struct iosrc__watch *watch)
{
	free(watch);
}

static const struct iosrc__watch_calls table_calls = {
	.ask = never_ask,
	.free = free_watch,
};

static const struct iosrc__watch_calls other_calls = {
	.ask = never_ask,
	.free = free_watch,
};

static struct iosrc__watch *insert(struct iosrc__watches *set, uint32_t number,
    const struct iosrc__watch_calls *calls)
{
	struct iosrc__watch *watch = calloc(1, sizeof(*watch));

	assert_non_null(watch);
	watch->number = number;
	watch->calls = calls;
	if (iosrc__watches_insert(set, watch))
		return watch;
	free(watch);
	return NULL;
}

static void test_a_record_is_found_by_number_and_sort(void **state)
{
	enum { COUNT = 1000 };
	struct iosrc__watches set;

	(void)state;
	iosrc__watches_init(&set);
	assert_null(iosrc__watches_find(&set, 0, &table_calls));
	for (uint32_t i = 0; i < COUNT; i++) {
		assert_non_null(insert(&set, i * 5, &table_calls));
		if (i % 2)
			assert_non_null(insert(&set, i * 5, &other_calls));
	}
	for (uint32_t i = 0; i < COUNT * 5; i++) {
		const struct iosrc__watch *one = iosrc__watches_find(&set, i,
		    &table_calls);
		const struct iosrc__watch *other = iosrc__watches_find(&set, i,
		    &other_calls);

		assert_true((one != NULL) == (i % 5 == 0));
		assert_true((other != NULL) == (i % 10 == 5));
		assert_true(!one || one->number == i);
		assert_true(!other || other->calls == &other_calls);
	}
	iosrc__watches_remove_all(&set);
	assert_int_equal(set.count, 0);
	iosrc__watches_destroy(&set);
}

static void contract_X2_a_table_that_cannot_grow(void **state)
{
	enum { COUNT = 17 }; /* one more than the table begins with */
	struct iosrc__watches set;

	(void)state;
	iosrc__watches_init(&set);
	allocations_fail(2);
	assert_null(insert(&set, 0, &table_calls));
	for (uint32_t i = 0; i < COUNT; i++) {
		if (i == COUNT - 1)
			allocations_fail(2);
		assert_non_null(insert(&set, i, &table_calls));
	}
	for (uint32_t i = 0; i < COUNT; i++)
		assert_non_null(iosrc__watches_find(&set, i, &table_calls));
	iosrc__watches_remove_all(&set);
	iosrc__watches_destroy(&set);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CORE_TEST(test_a_record_is_found_by_number_and_sort),
		CORE_TEST(contract_X2_a_table_that_cannot_grow),
		CORE_TEST(test_every_order_of_steps_and_answers),
		CORE_TEST(test_every_order_without_packets_of_cancels),
	};

	return CORE_RUN(tests);
}
