/* SPDX-License-Identifier: MIT
 *
 * watch_double.c: the double of the calls, and what is owed.
 */
#include "tests/core/watch_double.h"

#define READ IOSRC_READABLE
#define WRITE IOSRC_WRITABLE
#define BOTH (READ | WRITE)
#define HUNG_UP (WRITE | IOSRC_ERROR | IOSRC_WRITE_CLOSED)
#define TOKEN 7

/* ---- the system ---- */

static struct watch_record *record_of(struct iosrc__watch *watch)
{
	return (struct watch_record *)watch;
}

static iosrc_bits ready_now(const struct watch_double *world)
{
	return (world->hung_up ? HUNG_UP : 0) | (world->readable ? READ : 0) |
	    (world->writable ? WRITE : 0);
}

static void answer(struct watch_record *record,
    enum iosrc__watch_outcome outcome, iosrc_bits ready)
{
	record->out = OUT_DONE;
	record->answer = (struct iosrc__watch_answer){ outcome, ready, false };
}

/* A pending request ends as soon as what it asked for is there. */
static void system_settles(struct watch_double *world)
{
	struct watch_record *record = world->record;

	if (!record || record->out != OUT_PENDING ||
	    record->file != world->file)
		return;
	if (!world->open)
		answer(record, IOSRC__ANSWER_CLOSED, 0);
	else if (ready_now(world) & (record->asked | IOSRC_ERROR))
		answer(record, IOSRC__ANSWER_READY,
		    ready_now(world) &
		        (record->asked | (world->hung_up ? HUNG_UP : 0)));
}

static enum iosrc__watch_asked double_ask(struct iosrc__watch *watch,
    iosrc_bits directions)
{
	struct watch_record *record = record_of(watch);
	struct watch_double *world = record->world;

	assert_int_equal(record->out, OUT_NONE);
	assert_true(directions && world->registered);
	if (world->refuse_ask) {
		world->refuse_ask = false;
		return IOSRC__ASK_REFUSED;
	}
	if (!world->open)
		return IOSRC__ASK_CLOSED;
	record->out = OUT_PENDING;
	record->told_by = 0;
	record->asked = directions;
	record->file = world->file;
	system_settles(world);
	return IOSRC__ASK_OUT;
}

static bool double_cancel(struct iosrc__watch *watch)
{
	struct watch_record *record = record_of(watch);

	assert_int_not_equal(record->out, OUT_NONE);
	if (record->out == OUT_DONE)
		return false;
	if (record->world->cancels_at_once) {
		record->out = OUT_NONE;
		return true;
	}
	answer(record, IOSRC__ANSWER_CANCELLED, 0);
	return false;
}

static bool double_tell(struct iosrc__watch *watch)
{
	struct watch_record *record = record_of(watch);

	assert_int_equal(record->out, OUT_NONE);
	if (record->world->refuse_tell) {
		record->world->refuse_tell = false;
		return false;
	}
	answer(record, IOSRC__ANSWER_FAILED, 0);
	record->told_by = watch->registration;
	return true;
}

static void double_free(struct iosrc__watch *watch)
{
	struct watch_record *record = record_of(watch);
	struct watch_double *world = record->world;

	assert_int_equal(record->out, OUT_NONE);
	assert_ptr_equal(world->record, record);
	world->record = NULL;
	free(record);
}

static const struct iosrc__watch_calls double_calls = {
	.directions = BOTH,
	.ask = double_ask,
	.cancel = double_cancel,
	.tell = double_tell,
	.free = double_free,
};

/* ---- the core: what comes before and after a backend's call ---- */

static uint64_t publish(struct watch_double *world, iosrc_bits interest)
{
	struct iosrc__registered what = { TOKEN, interest, NULL };

	return iosrc__registration_publish(&world->poller->registrations,
	    world->slot, &what);
}

static void owe(struct watch_double *world, uint64_t registration,
    iosrc_bits interest)
{
	world->registered = true;
	world->ahead = false;
	world->ended = false;
	world->live = registration;
	world->known = registration;
	world->interest = interest & BOTH;
	world->level = (interest & IOSRC_LEVEL) != 0;
	world->oneshot = (interest & IOSRC_ONESHOT) != 0;
	world->owed = world->interest;
	world->hidden = 0;
	world->closed = 0;
	world->registered_file = world->file;
}

static void add(struct watch_double *world, iosrc_bits interest)
{
	struct iosrc__change change = { 0, publish(world, interest), interest,
		0, NULL, false };
	struct iosrc__watch *found = iosrc__watches_find(&world->set, 3,
	    &double_calls);

	if (!found) {
		assert_null(world->record);
		world->record = calloc(1, sizeof(*world->record));
		assert_non_null(world->record);
		world->record->world = world;
		world->record->watch.calls = &double_calls;
		world->record->watch.number = 3;
		assert_true(
		    iosrc__watches_insert(&world->set, &world->record->watch));
	}
	iosrc__watch_add(&world->set, &world->record->watch, &change);
	owe(world, change.registration, interest);
	world->added_file = world->file;
}

static void modify(struct watch_double *world, iosrc_bits interest)
{
	struct iosrc__change change = { 0,
		world->ahead ? world->live : publish(world, interest), interest,
		0, NULL, false };

	iosrc__watch_modify(&world->set, &world->record->watch, &change);
	owe(world, change.registration, interest);
}

static void unpublish(struct watch_double *world)
{
	struct iosrc__registered what = { TOKEN, world->interest, NULL };

	iosrc__registration_restore(&world->poller->registrations, world->known,
	    &what);
	world->live = world->known;
	world->ahead = false;
}

static void end(struct watch_double *world)
{
	iosrc__registration_end(&world->poller->registrations, world->live);
	world->ended = true;
	world->owed = 0;
}

static void unregister(struct watch_double *world)
{
	if (!world->ended)
		end(world);
	world->registered = false;
	world->ended = false;
	iosrc__watch_remove(&world->set, &world->record->watch);
}

static void rearm(struct watch_double *world, iosrc_bits direction,
    enum iosrc__rearm why)
{
	struct iosrc__change change = { 0, world->live, world->interest, 0,
		NULL, false };

	iosrc__watch_rearm(&world->set, &world->record->watch, &change,
	    direction & world->interest, why);
	if (world->level || world->oneshot)
		return;
	if (why == IOSRC__REARM_FAILED)
		direction &= ~world->closed;
	direction = (direction | world->hidden) & world->interest;
	if (!(direction & ~world->owed))
		return;
	world->owed |= direction;
	world->hidden = 0;
}

/* ---- what is reported ---- */

static void settle_account(struct watch_double *world, iosrc_bits ready)
{
	if (ready & IOSRC_READ_CLOSED)
		world->closed |= READ;
	if (ready & IOSRC_WRITE_CLOSED)
		world->closed |= WRITE;
	if (world->level)
		return;
	world->owed = world->oneshot ? 0 : world->owed & ~ready;
	if (ready & (IOSRC_ERROR | IOSRC_WRITE_CLOSED)) {
		world->hidden |= world->owed;
		world->owed = 0;
	}
}

static void check_event(struct watch_double *world,
    const struct watch_record *record, const iosrc_event *event)
{
	iosrc_bits directions = event->ready & BOTH;

	assert_true(world->registered && !world->ahead && !world->ended);
	assert_true(event->registration == world->live);
	assert_int_equal(event->token, TOKEN);
	assert_int_not_equal(world->owed, 0); /* not while it is paused */
	assert_int_equal(directions & ~world->owed, 0);
	if (record->told_by) {
		assert_true(event->registration == record->told_by);
	} else {
		assert_int_equal(event->ready & ~record->answer.ready, 0);
		/* A reregister keeps what is out: if the number changed
		 * files behind our back, the event may be the old one's. */
		assert_true(record->file >= world->added_file);
	}
	world->reported |= event->ready;
	settle_account(world, event->ready);
}

static void come(struct watch_double *world)
{
	struct watch_record *record = world->record;
	struct watch_record copy = *record;
	iosrc_event event;

	record->out = OUT_NONE;
	if (iosrc__watch_come(&world->set, world->poller, &record->watch,
	        copy.answer, &event) == IOSRC__CAME_EVENT)
		check_event(world, &copy, &event);
}

/* ---- the steps ---- */

void watch_double_begin(struct watch_double *world, iosrc_poller *poller,
    uint32_t slot, bool cancels_at_once)
{
	*world = (struct watch_double){ .poller = poller,
		.slot = slot,
		.open = true,
		.cancels_at_once = cancels_at_once };
	iosrc__watches_init(&world->set);
}

void watch_double_end(struct watch_double *world)
{
	if (world->registered)
		unregister(world);
	if (world->record) {
		assert_int_equal(world->record->out, OUT_DONE);
		come(world);
	}
	assert_null(world->record);
	assert_int_equal(world->set.count, 0);
	assert_int_equal(world->set.under_way, 0);
	assert_int_equal(world->set.cancelled, 0);
	assert_false(iosrc__watches_are_queued(&world->set));
	iosrc__watches_destroy(&world->set);
}

bool watch_double_can(const struct watch_double *world, enum watch_step step)
{
	bool quiet = world->registered && !world->ahead && !world->ended;

	switch (step) {
	case STEP_ADD_READ:
	case STEP_ADD_BOTH:
	case STEP_ADD_LEVEL:
	case STEP_ADD_ONESHOT:
	case STEP_ADD_PAUSED:
		return world->open && !world->ahead && !world->ended;
	case STEP_MODIFY_BOTH:
		return world->open && world->registered && !world->ended;
	case STEP_MODIFY_READ:
	case STEP_MODIFY_WRITE:
	case STEP_MODIFY_LEVEL:
	case STEP_MODIFY_ONESHOT:
	case STEP_MODIFY_PAUSED:
		return world->open && quiet;
	case STEP_UNPUBLISH:
		return world->ahead;
	case STEP_REMOVE:
		return world->registered && !world->ahead;
	case STEP_PUBLISH:
	case STEP_END:
	case STEP_REARM_READ:
	case STEP_REARM_WRITE:
	case STEP_FAIL_WRITE:
		return quiet;
	case STEP_COME:
		return world->record && world->record->out == OUT_DONE;
	case STEP_READABLE:
		return world->open && !world->readable;
	case STEP_DRAINED:
		return world->open && world->readable;
	case STEP_WRITABLE:
		return world->open && !world->writable;
	case STEP_FULL:
		return world->open && world->writable;
	case STEP_HANG_UP:
		return world->open && !world->hung_up;
	case STEP_CLOSE:
		return world->open;
	case STEP_REOPEN:
		return !world->open;
	case STEP_SYSTEM_CANCELS:
		return world->record && world->record->out == OUT_PENDING;
	case STEP_REFUSE_ASK:
		return !world->refuse_ask;
	case STEP_REFUSE_ALL:
		return !world->refuse_ask && !world->refuse_tell;
	case STEP_FLUSH:
	case STEPS:
		break;
	}
	return step == STEP_FLUSH;
}

static void change_system(struct watch_double *world, enum watch_step step)
{
	if (step == STEP_READABLE || step == STEP_DRAINED)
		world->readable = step == STEP_READABLE;
	else if (step == STEP_WRITABLE || step == STEP_FULL)
		world->writable = step == STEP_WRITABLE;
	else if (step == STEP_HANG_UP)
		world->hung_up = true;
	else if (step == STEP_CLOSE)
		world->open = world->readable = world->writable =
		    world->hung_up = false;
	system_settles(world);
	if (step == STEP_REOPEN) {
		world->open = true;
		world->file++;
	}
}

void watch_double_do(struct watch_double *world, enum watch_step step)
{
	static const iosrc_bits added[] = { READ, BOTH, BOTH | IOSRC_LEVEL,
		BOTH | IOSRC_ONESHOT, 0 };
	static const iosrc_bits modified[] = { READ, WRITE, BOTH,
		BOTH | IOSRC_LEVEL, BOTH | IOSRC_ONESHOT, 0 };

	world->reported = 0;
	if (step <= STEP_ADD_PAUSED) {
		add(world, added[step]);
		return;
	}
	if (step <= STEP_MODIFY_PAUSED) {
		modify(world, modified[step - STEP_MODIFY_READ]);
		return;
	}
	switch (step) {
	case STEP_PUBLISH:
		world->live = publish(world, BOTH);
		world->ahead = true;
		break;
	case STEP_UNPUBLISH:
		unpublish(world);
		break;
	case STEP_END:
		end(world);
		break;
	case STEP_REMOVE:
		unregister(world);
		break;
	case STEP_REARM_READ:
		rearm(world, READ, IOSRC__REARM_BLOCKED);
		break;
	case STEP_REARM_WRITE:
		rearm(world, WRITE, IOSRC__REARM_BLOCKED);
		break;
	case STEP_FAIL_WRITE:
		rearm(world, WRITE, IOSRC__REARM_FAILED);
		break;
	case STEP_FLUSH:
		iosrc__watches_flush(&world->set);
		/* A hang-up of one that is paused costs nothing. */
		if (world->registered && !world->ahead && !world->interest)
			assert_int_not_equal(world->record->out, OUT_PENDING);
		break;
	case STEP_COME:
		come(world);
		break;
	case STEP_SYSTEM_CANCELS:
		answer(world->record, IOSRC__ANSWER_CANCELLED, 0);
		break;
	case STEP_REFUSE_ASK:
		world->refuse_ask = true;
		break;
	case STEP_REFUSE_ALL:
		world->refuse_ask = world->refuse_tell = true;
		break;
	default:
		change_system(world, step);
		break;
	}
}

iosrc_bits watch_double_due(const struct watch_double *world)
{
	if (!world->registered || world->ahead || world->ended ||
	    !world->open || world->registered_file != world->file)
		return 0;
	return world->owed & ready_now(world);
}
