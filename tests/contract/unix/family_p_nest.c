/* SPDX-License-Identifier: MIT
 *
 * family_p_nest.c: a poller whose exposed handle another one watches. The
 * handle stays the inner poller's, so the outer source ends by into_inner.
 */
#include "family_rig.h"

#include "family_p.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/epoll.h>
#include <unistd.h>

#define OUTER UINT64_C(2)
#define WAKE UINT64_C(3)

struct nest {
	struct rig inner;
	iosrc_waker *waker;
	iosrc_poller *outer;
	iosrc_source *source; /* the inner poller in the outer one */
	iosrc_handle handle;
};

static void nest_open(struct nest *nest, iosrc_poller *outer, iosrc_bits mode)
{
	rig_open(&nest->inner, RIG_UNIX, IOSRC_READABLE);
	assert_ok(iosrc_waker_create(nest->inner.poller, WAKE, &nest->waker));
	assert_ok(iosrc_poller_expose(nest->inner.poller, &nest->handle));
	assert_true(nest->handle >= 0);
	nest->outer = outer;
	nest->source = rig_watch(outer, nest->handle, OUTER,
	    IOSRC_READABLE | mode);
}

static void nest_close(struct nest *nest)
{
	iosrc_handle handle;

	assert_ok(iosrc_into_inner(nest->source, &handle));
	assert_int_equal(handle, nest->handle);
	assert_ok(iosrc_waker_release(nest->waker));
	rig_shut(&nest->inner);
	assert_ok(iosrc_poller_release(nest->outer));
}

/* Edge: wait with timeout 0 until fewer than capacity come, then report the
 * would-block; spurious outer events are allowed. */
static void nest_settle(struct nest *nest)
{
	iosrc_event event;
	unsigned i;

	for (i = 0; i < 10; i++) {
		assert_int_equal(
		    iosrc_poller_wait(nest->inner.poller, &event, 1, 0), 0);
		assert_ok(iosrc_rearm(nest->source, IOSRC_READABLE));
		if (iosrc_poller_wait(nest->outer, &event, 1, CONTRACT_QUIET) ==
		    0)
			return;
	}
	fail_msg("the outer poller does not come to rest");
}

static void nest_delivers(iosrc_poller *outer, iosrc_bits mode)
{
	struct nest nest;
	iosrc_event event;
	unsigned round;

	nest_open(&nest, outer, mode);
	nest_settle(&nest);
	for (round = 0; round < 10; round++) {
		contract_write(nest.inner.peer, "x", 1);
		event = contract_expect(outer, OUTER);
		assert_bits(event.ready, IOSRC_READABLE);
		contract_expect(nest.inner.poller, RIG_TOKEN);
		assert_int_equal(rig_drain(nest.inner.source), 1);
		nest_settle(&nest);
		assert_ok(iosrc_waker_wake(nest.waker));
		contract_expect(outer, OUTER);
		contract_expect(nest.inner.poller, WAKE);
		nest_settle(&nest);
	}
	nest_close(&nest);
}

static void need_expose(void)
{
	if (!contract_can(IOSRC_CAN_EXPOSE))
		contract_skip("this backend has no handle to expose");
}

void contract_P4_exposed_poller_in_another_poller(void **state)
{
	(void)state;
	need_expose();
	nest_delivers(contract_poller(0), IOSRC_LEVEL);
	nest_delivers(contract_poller(0), 0);
}

void contract_P4_exposed_poller_in_a_poll_poller(void **state)
{
	iosrc_poller_options options = { 0, IOSRC_BACKEND_POLL };
	iosrc_poller *outer = NULL;

	(void)state;
	need_expose();
	if (!iosrc_backend_name(IOSRC_BACKEND_POLL))
		contract_skip("the poll backend is not linked in");
	assert_ok(iosrc_poller_create(&options, sizeof(options), &outer));
	nest_delivers(outer, IOSRC_LEVEL);
	assert_ok(iosrc_poller_create(&options, sizeof(options), &outer));
	nest_delivers(outer, 0);
}

void contract_P4_exposed_poller_in_a_foreign_loop(void **state)
{
	struct epoll_event watch = { .events = EPOLLIN }, got;
	struct pollfd item = { .fd = -1, .events = POLLIN };
	struct nest nest;
	unsigned round;
	int epoll;

	(void)state;
	need_expose();
	nest_open(&nest, contract_poller(0), IOSRC_LEVEL);
	epoll = epoll_create1(EPOLL_CLOEXEC);
	item.fd = nest.handle;
	assert_int_equal(epoll_ctl(epoll, EPOLL_CTL_ADD, item.fd, &watch), 0);
	assert_int_equal(poll(&item, 1, 0), 0);
	assert_int_equal(epoll_wait(epoll, &got, 1, 0), 0);
	for (round = 0; round < 100; round++) {
		contract_write(nest.inner.peer, "x", 1);
		assert_int_equal(epoll_wait(epoll, &got, 1, 5000), 1);
		assert_int_equal(poll(&item, 1, 0), 1);
		contract_expect(nest.inner.poller, RIG_TOKEN);
		assert_int_equal(rig_drain(nest.inner.source), 1);
		assert_int_equal(iosrc_poller_wait(nest.inner.poller,
		                     &(iosrc_event){ 0 }, 1, 0),
		    0);
		assert_int_equal(poll(&item, 1, 0), 0);
	}
	system_close(epoll);
	nest_close(&nest);
}

void contract_P4_exposed_handle_is_close_on_exec(void **state)
{
	struct nest nest;
	int flags;

	(void)state;
	need_expose();
	nest_open(&nest, contract_poller(0), 0);
	flags = fcntl(nest.handle, F_GETFD);
	assert_true(flags >= 0);
	assert_bits(flags, FD_CLOEXEC);
	nest_close(&nest);
}

/* The inner poller goes first, while the outer one watches its handle. */
void contract_P4_nested_pollers_end_in_any_order(void **state)
{
	struct nest nest;
	iosrc_event event;

	(void)state;
	need_expose();
	nest_open(&nest, contract_poller(0), IOSRC_LEVEL);
	assert_ok(iosrc_waker_wake(nest.waker));
	contract_expect(nest.outer, OUTER);
	rig_shut(&nest.inner);
	assert_status(iosrc_waker_wake(nest.waker), IOSRC_E_CLOSED);
	assert_int_equal(iosrc_poller_wait(nest.outer, &event, 1, 0), 0);
	assert_ok(iosrc_into_inner(nest.source, NULL));
	assert_ok(iosrc_poller_release(nest.outer));
	assert_ok(iosrc_waker_release(nest.waker));

	nest_open(&nest, contract_poller(0), 0);
	assert_ok(iosrc_poller_release(nest.outer));
	assert_ok(iosrc_into_inner(nest.source, NULL));
	assert_ok(iosrc_waker_wake(nest.waker));
	contract_expect(nest.inner.poller, WAKE);
	assert_ok(iosrc_waker_release(nest.waker));
	rig_shut(&nest.inner);
}
