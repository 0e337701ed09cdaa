/* SPDX-License-Identifier: MIT
 *
 * test_fork.c: what an inherited object does in a forked child: contract P5.
 * Everything runs twice: with the page that the kernel wipes, and with the
 * comparison of process ids that stands in for it.
 */
#include "tests/core/core.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sys/fork.h"

#define BOTH (IOSRC_READABLE | IOSRC_WRITABLE)

/* ---- a kernel that does not wipe, or has no memory ---- */

static bool no_wipe;    /* madvise refuses all advice */
static bool any_advice; /* it takes all, as qemu-user does */
static bool no_page;

int __real_madvise(void *page, size_t size, int advice);
int __wrap_madvise(void *page, size_t size, int advice);
void *__real_mmap(void *page, size_t size, int protection, int flags, int fd,
    off_t offset);
void *__wrap_mmap(void *page, size_t size, int protection, int flags, int fd,
    off_t offset);

int __wrap_madvise(void *page, size_t size, int advice)
{
	if (any_advice)
		return 0;
	if (no_wipe) {
		errno = EINVAL;
		return -1;
	}
	return __real_madvise(page, size, advice);
}

void *__wrap_mmap(void *page, size_t size, int protection, int flags, int fd,
    off_t offset)
{
	if (no_page)
		return MAP_FAILED;
	return __real_mmap(page, size, protection, flags, fd, offset);
}

static int with_page(void **state)
{
	no_wipe = false;
	return core_setup(state);
}

static int without_page(void **state)
{
	no_wipe = true;
	return core_setup(state);
}

/* ---- children ---- */

/* In a child: answers the line that does not hold. */
#define HOLDS(condition) \
	do { \
		if (!(condition)) \
			return __LINE__; \
	} while (0)

/* Runs it in a child; answers the line that did not hold there, or 0. */
static int in_child(int (*run)(void *user), void *user)
{
	int fds[2], line = -1, status;
	pid_t child;

	assert_int_equal(pipe(fds), 0);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		alarm(60);
		line = run(user);
		_exit(write(fds[1], &line, sizeof(line)) != sizeof(line));
	}
	close(fds[1]);
	assert_int_equal(waitpid(child, &status, 0), child);
	if (read(fds[0], &line, sizeof(line)) != sizeof(line))
		line = -1;
	close(fds[0]);
	assert_int_equal(status, 0);
	return line;
}

static void expect_in_child(int (*run)(void *user), void *user)
{
	assert_int_equal(in_child(run, user), 0);
}

/* ---- the mark ---- */

static int mark_says_forked(void *user)
{
	HOLDS(iosrc__fork_happened(user));
	return 0;
}

static void test_the_mark_tells_a_child(void **state)
{
	struct iosrc__fork_mark mark;

	(void)state;
	iosrc__fork_mark_set(&mark);
	assert_false(iosrc__fork_happened(&mark));
	expect_in_child(mark_says_forked, &mark);
	assert_false(iosrc__fork_happened(&mark));
	iosrc__fork_mark_free(&mark);
}

static void test_advice_that_is_always_taken_is_not_believed(void **state)
{
	struct iosrc__fork_mark mark;

	(void)state;
	any_advice = true;
	iosrc__fork_mark_set(&mark);
	any_advice = false;
	assert_int_equal(mark.page_size, 0);
	assert_false(iosrc__fork_surely_not(&mark));
	expect_in_child(mark_says_forked, &mark);
	iosrc__fork_mark_free(&mark);
}

static void test_without_memory_for_the_page_the_id_tells(void **state)
{
	struct iosrc__fork_mark mark;

	(void)state;
	no_page = true;
	iosrc__fork_mark_set(&mark);
	no_page = false;
	assert_int_equal(mark.page_size, 0);
	assert_false(iosrc__fork_surely_not(&mark));
	assert_false(iosrc__fork_happened(&mark));
	expect_in_child(mark_says_forked, &mark);
	iosrc__fork_mark_free(&mark);
}

/* ---- a family of objects ---- */

struct family {
	iosrc_poller *poller;
	iosrc_source *source;
	iosrc_source *file;
	iosrc_source *alone; /* never registered */
	iosrc_waker *waker;
	size_t live_before;
	uint64_t registration;
	int fds[2];
};

static int64_t would_block(iosrc_handle handle, void *user)
{
	(void)handle;
	++*(unsigned *)user;
	return IOSRC_E_WOULD_BLOCK;
}

static void family_make(struct family *family)
{
	family->live_before = allocations_live();
	assert_int_equal(pipe(family->fds), 0);
	family->poller = core_poller();
	family->source = core_registered(family->poller, family->fds[0], 1,
	    BOTH);
	family->registration = iosrc_source_registration(family->source);
	fake_set_file(family->poller, 1000, true);
	family->file = core_registered(family->poller, 1000, 2,
	    BOTH | IOSRC_LEVEL);
	family->alone = core_source(family->fds[1]);
	family->waker = core_waker(family->poller, 3);
}

static int family_end_in_child(struct family *family)
{
	HOLDS(iosrc_close(family->source) == IOSRC_OK);
	HOLDS(fcntl(family->fds[0], F_GETFD) < 0);
	HOLDS(iosrc_waker_release(family->waker) == IOSRC_OK);
	HOLDS(iosrc_poller_release(family->poller) == IOSRC_OK);
	HOLDS(iosrc_into_inner(family->file, NULL) == IOSRC_OK);
	HOLDS(iosrc_into_inner(family->alone, NULL) == IOSRC_OK);
	HOLDS(allocations_live() == family->live_before);
	return 0;
}

static int calls_answer_forked(void *user)
{
	struct family *family = user;
	iosrc_poller *poller = family->poller;
	iosrc_source *source = family->source;
	iosrc_register_item item = { .source = family->alone };
	iosrc_io_item io = { .opcode = IOSRC_OP_READ };
	iosrc_poller_counters counters;
	iosrc_handle handle;
	iosrc_waker *waker;
	iosrc_event event;
	unsigned calls = 0;

	HOLDS(iosrc_poller_wait(poller, &event, 1, 0) == IOSRC_E_FORKED);
	HOLDS(iosrc_poller_retain(poller) == IOSRC_E_FORKED);
	HOLDS(iosrc_poller_expose(poller, &handle) == IOSRC_E_FORKED);
	HOLDS(iosrc_poller_stats(poller, &counters, sizeof(counters)) ==
	    IOSRC_E_FORKED);
	HOLDS(iosrc_is_current(poller, family->registration) == 0);
	HOLDS(iosrc_poller_backend(poller) == IOSRC_BACKEND_FAKE);
	HOLDS(iosrc_poller_capabilities(poller) & IOSRC_CAN_EXPOSE);
	HOLDS(iosrc_waker_create(poller, 1, &waker) == IOSRC_E_FORKED);
	HOLDS(iosrc_waker_wake(family->waker) == IOSRC_E_FORKED);
	HOLDS(iosrc_waker_retain(family->waker) == IOSRC_E_FORKED);
	HOLDS(iosrc_register(family->alone, poller, 1, BOTH) == IOSRC_E_FORKED);
	HOLDS(iosrc_register(source, poller, 1, BOTH) == IOSRC_E_FORKED);
	HOLDS(iosrc_reregister(source, poller, 1, BOTH) == IOSRC_E_FORKED);
	HOLDS(iosrc_deregister(source, poller) == IOSRC_E_FORKED);
	HOLDS(iosrc_rearm(source, BOTH) == IOSRC_E_FORKED);
	HOLDS(iosrc_rearm(family->alone, BOTH) == IOSRC_OK);
	HOLDS(iosrc_source_registration(source) == 0);
	HOLDS(iosrc_source_handle(source) == family->fds[0]);
	HOLDS(iosrc_do_io(source, BOTH, would_block, &calls) ==
	    IOSRC_E_WOULD_BLOCK);
	HOLDS(calls == 1);
	HOLDS(iosrc_register_many(poller, &item, 1, sizeof(item)) ==
	    IOSRC_E_FORKED);
	HOLDS(iosrc_io_many(poller, &io, 1, sizeof(io), NULL, 0) ==
	    IOSRC_E_FORKED);
	return family_end_in_child(family);
}

/* The parent's objects are as they were. */
static void family_works(struct family *family)
{
	iosrc_event events[4];
	uint64_t tokens = 0;

	assert_true(
	    iosrc_source_registration(family->source) == family->registration);
	assert_true(fake_registration(family->poller, family->fds[0]) ==
	    family->registration);
	fake_set_ready(family->poller, family->fds[0], IOSRC_READABLE);
	assert_int_equal(iosrc_waker_wake(family->waker), IOSRC_OK);
	assert_int_equal(iosrc_poller_wait(family->poller, events, 4, 0), 3);
	for (unsigned i = 0; i < 3; i++)
		tokens += events[i].token;
	assert_int_equal(tokens, 1 + 2 + 3);
	assert_int_equal(fake_count(family->poller, FAKE_REMOVE), 0);
}

static void family_end(struct family *family)
{
	iosrc_waker_release(family->waker);
	assert_int_equal(iosrc_close(family->source), IOSRC_OK);
	core_end(family->file);
	assert_int_equal(iosrc_close(family->alone), IOSRC_OK);
	core_release(family->poller);
}

static void contract_P5_inherited_objects_answer_forked(void **state)
{
	struct family family;

	(void)state;
	family_make(&family);
	expect_in_child(calls_answer_forked, &family);
	family_works(&family);
	family_end(&family);
}

static int child_has_its_own(void *user)
{
	struct family *family = user;
	iosrc_poller_options options = { 0, IOSRC_BACKEND_FAKE };
	iosrc_poller *own;
	iosrc_event event;

	HOLDS(iosrc_poller_create(&options, sizeof(options), &own) == IOSRC_OK);
	HOLDS(iosrc_register(family->source, own, 1, BOTH) == IOSRC_E_FORKED);
	HOLDS(iosrc_reregister(family->source, own, 1, BOTH) == IOSRC_E_FORKED);
	HOLDS(iosrc_deregister(family->source, own) == IOSRC_E_FORKED);
	HOLDS(iosrc_register(family->alone, own, 7, BOTH) == IOSRC_OK);
	fake_set_ready(own, family->fds[1], IOSRC_WRITABLE);
	HOLDS(iosrc_poller_wait(own, &event, 1, 0) == 1);
	HOLDS(event.token == 7);
	HOLDS(iosrc_rearm(family->alone, BOTH) == IOSRC_OK);
	HOLDS(iosrc_poller_wait(own, &event, 1, 0) == 1);
	HOLDS(iosrc_deregister(family->alone, own) == IOSRC_OK);
	HOLDS(iosrc_poller_release(own) == IOSRC_OK);
	return family_end_in_child(family);
}

static void contract_P5_a_source_never_registered_is_the_childs(void **state)
{
	struct family family;

	(void)state;
	family_make(&family);
	expect_in_child(child_has_its_own, &family);
	family_works(&family);
	family_end(&family);
}

/* Registered once and deregistered before the fork: nobody's. */
static void contract_P5_a_source_deregistered_is_the_childs(void **state)
{
	struct family family;

	(void)state;
	family_make(&family);
	assert_int_equal(iosrc_register(family.alone, family.poller, 1, BOTH),
	    IOSRC_OK);
	assert_int_equal(iosrc_deregister(family.alone, family.poller),
	    IOSRC_OK);
	expect_in_child(child_has_its_own, &family);
	family_end(&family);
}

static int grandchild_answers(void *user)
{
	struct family *family = user;
	int line = in_child(calls_answer_forked, user);

	return line ? line : family_end_in_child(family);
}

static void contract_P5_grandchildren_too(void **state)
{
	struct family family;

	(void)state;
	family_make(&family);
	expect_in_child(grandchild_answers, &family);
	family_works(&family);
	family_end(&family);
}

/* ---- locks whose thread the child does not have ---- */

static int end_with_every_lock_held(void *user)
{
	struct family *family = user;
	unsigned calls = 0;

	/* 10 ms of patience, each. */
	HOLDS(iosrc_source_registration(family->source) == 0);
	HOLDS(iosrc_rearm(family->source, BOTH) == IOSRC_E_FORKED);
	HOLDS(iosrc_do_io(family->source, BOTH, would_block, &calls) ==
	    IOSRC_E_WOULD_BLOCK);
	return family_end_in_child(family);
}

static void contract_P5_every_lock_of_the_parent_may_be_held(void **state)
{
	struct family family;
	uint32_t named;

	(void)state;
	family_make(&family);
	assert_true(
	    iosrc__lock_acquire_as(&family.source->lock, (uint32_t)getpid()));
	iosrc__lock_acquire(&family.poller->latch.lock);
	iosrc__lock_acquire(&family.poller->registrations.lock);
	iosrc__lock_acquire(&iosrc__post_at(family.file->post)->lock);
	named = iosrc__handle_map_hold(family.source->entry, false);
	assert_true(iosrc__poller_enter(family.poller));
	expect_in_child(end_with_every_lock_held, &family);
	iosrc__poller_leave(family.poller);
	iosrc__handle_map_let_go(family.source->entry, named);
	iosrc__lock_release(&iosrc__post_at(family.file->post)->lock);
	iosrc__lock_release(&family.poller->registrations.lock);
	iosrc__lock_release(&family.poller->latch.lock);
	iosrc__lock_release(&family.source->lock);
	family_works(&family);
	family_end(&family);
}

struct change {
	iosrc_source *source;
	iosrc_poller *poller;
};

static void *register_in_thread(void *user)
{
	struct change *change = user;

	iosrc_register(change->source, change->poller, 1, BOTH);
	return NULL;
}

static int source_is_orphaned(void *user)
{
	struct change *change = user;
	iosrc_poller_options options = { 0, IOSRC_BACKEND_FAKE };
	iosrc_poller *own;

	HOLDS(iosrc_poller_create(&options, sizeof(options), &own) == IOSRC_OK);
	HOLDS(iosrc_register(change->source, own, 1, BOTH) == IOSRC_E_FORKED);
	HOLDS(iosrc_reregister(change->source, own, 1, BOTH) == IOSRC_E_FORKED);
	HOLDS(iosrc_deregister(change->source, own) == IOSRC_E_FORKED);
	HOLDS(iosrc_source_registration(change->source) == 0);
	HOLDS(iosrc_poller_release(own) == IOSRC_OK);
	HOLDS(iosrc_into_inner(change->source, NULL) == IOSRC_OK);
	return 0;
}

/* The fork comes while a thread of the parent registers the source. */
static void contract_P5_a_source_whose_lock_is_orphaned(void **state)
{
	iosrc_poller *poller = core_poller();
	struct change change = { core_source(9), poller };
	pthread_t thread;

	(void)state;
	fake_hold(poller, FAKE_ADD);
	pthread_create(&thread, NULL, register_in_thread, &change);
	fake_await_held(poller);
	expect_in_child(source_is_orphaned, &change);
	fake_let_go(poller);
	pthread_join(thread, NULL);
	assert_true(iosrc_source_registration(change.source) != 0);
	core_end(change.source);
	core_release(poller);
}

/* ---- forks in the middle of things ---- */

struct churn {
	struct change change;
	_Atomic bool over;
};

static void *churn_on(void *user)
{
	struct churn *churn = user;

	while (!atomic_load(&churn->over)) {
		iosrc_register(churn->change.source, churn->change.poller, 1,
		    BOTH);
		iosrc_deregister(churn->change.source, churn->change.poller);
	}
	return NULL;
}

static int end_what_was_caught(void *user)
{
	struct churn *churn = user;

	/* Else the poller would be gone before its last reference. */
	HOLDS(!churn->change.source->poller ||
	    atomic_load(&churn->change.poller->holders) >= 2);
	HOLDS(iosrc_into_inner(churn->change.source, NULL) == IOSRC_OK);
	HOLDS(iosrc_poller_release(churn->change.poller) == IOSRC_OK);
	return 0;
}

static void contract_P5_a_fork_at_any_moment_of_a_change(void **state)
{
	struct churn churn = { .change = { core_source(9), core_poller() } };
	unsigned rounds = core_rounds(1500);
	pthread_t thread;
	int line = 0;

	(void)state;
	pthread_create(&thread, NULL, churn_on, &churn);
	for (unsigned i = 0; i < rounds && line == 0; i++)
		line = in_child(end_what_was_caught, &churn);
	atomic_store(&churn.over, true);
	pthread_join(thread, NULL);
	core_end(churn.change.source);
	core_release(churn.change.poller);
	assert_int_equal(line, 0);
}

#define BOTH_WAYS(name) \
	{ #name, name, with_page, core_teardown, NULL }, \
	{ \
#name " (by id)", name, without_page, core_teardown, NULL \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BOTH_WAYS(test_the_mark_tells_a_child),
		CORE_TEST(test_advice_that_is_always_taken_is_not_believed),
		CORE_TEST(test_without_memory_for_the_page_the_id_tells),
		BOTH_WAYS(contract_P5_inherited_objects_answer_forked),
		BOTH_WAYS(contract_P5_a_source_never_registered_is_the_childs),
		BOTH_WAYS(contract_P5_a_source_deregistered_is_the_childs),
		BOTH_WAYS(contract_P5_grandchildren_too),
		BOTH_WAYS(contract_P5_every_lock_of_the_parent_may_be_held),
		BOTH_WAYS(contract_P5_a_source_whose_lock_is_orphaned),
		BOTH_WAYS(contract_P5_a_fork_at_any_moment_of_a_change),
	};

	return CORE_RUN(tests);
}
