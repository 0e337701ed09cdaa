/* SPDX-License-Identifier: MIT
 *
 * ffi_cases_poller.c: a valid call of each function for pollers, wakers and
 * batches, and of the entry of the plugin table.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ffi_world.h"

#define ARGUMENT(index) (world->arguments[index])

/* ---- pollers ---- */

static void prepare_create(struct world *world)
{
	ARGUMENT(0).pointer = &world->poller_options;
	ARGUMENT(1).size = sizeof world->poller_options;
	ARGUMENT(2).pointer = &world->out.poller;
}

static void check_create(struct world *world, struct ffi_answer answer)
{
	assert_int_equal(answer.number, IOSRC_OK);
	assert_int_equal(iosrc_poller_backend(world->out.poller),
	    world->backend);
	assert_int_equal(iosrc_poller_release(world->out.poller), IOSRC_OK);
}

static void prepare_poller(struct world *world)
{
	ARGUMENT(0).pointer = world->poller;
}

static void check_retain(struct world *world, struct ffi_answer answer)
{
	iosrc_event event;

	assert_int_equal(answer.number, IOSRC_OK);
	assert_int_equal(iosrc_poller_release(world->poller), IOSRC_OK);
	assert_int_equal(iosrc_poller_wait(world->poller, &event, 1, 0), 0);
}

static void prepare_release(struct world *world)
{
	ARGUMENT(0).pointer = world->poller;
	assert_int_equal(iosrc_poller_retain(world->poller), IOSRC_OK);
}

static void check_release(struct world *world, struct ffi_answer answer)
{
	iosrc_event event;

	assert_int_equal(answer.number, IOSRC_OK);
	assert_int_equal(iosrc_poller_wait(world->poller, &event, 1, 0), 0);
}

static void prepare_wait(struct world *world)
{
	world_send_text(world->far, world->near);
	ARGUMENT(0).pointer = world->poller;
	ARGUMENT(1).pointer = world->out.events;
	ARGUMENT(2).size = 8;
	ARGUMENT(3).i64 = -1;
}

static void check_wait(struct world *world, struct ffi_answer answer)
{
	const iosrc_event *event = world->out.events;

	assert_int_equal(answer.number, 1);
	assert_true(event->token == WORLD_TOKEN);
	assert_true(
	    event->registration == iosrc_source_registration(world->near));
	assert_int_equal(event->ready, IOSRC_READABLE);
	assert_int_equal(event->reserved, 0);
}

static void prepare_is_current(struct world *world)
{
	ARGUMENT(0).pointer = world->poller;
	ARGUMENT(1).u64 = iosrc_source_registration(world->near);
}

static void check_is_current(struct world *world, struct ffi_answer answer)
{
	(void)world;
	assert_int_equal(answer.number, 1);
}

static void prepare_expose(struct world *world)
{
	ARGUMENT(0).pointer = world->poller;
	ARGUMENT(1).pointer = &world->out.handle;
}

static void check_expose(struct world *world, struct ffi_answer answer)
{
	if (!(iosrc_poller_capabilities(world->poller) & IOSRC_CAN_EXPOSE)) {
		assert_int_equal(answer.number, IOSRC_E_UNSUPPORTED);
		return;
	}
	assert_int_equal(answer.number, IOSRC_OK);
	assert_true(world->out.handle >= 0);
}

static void check_backend(struct world *world, struct ffi_answer answer)
{
	assert_int_equal(answer.number, world->backend);
}

static void check_capabilities(struct world *world, struct ffi_answer answer)
{
	uint64_t least = IOSRC_READABLE | IOSRC_WRITABLE;

	assert_true(((uint64_t)answer.number & least) == least);
	assert_true((uint64_t)answer.number ==
	    iosrc_poller_capabilities(world->poller));
}

static void prepare_stats(struct world *world)
{
	ARGUMENT(0).pointer = world->poller;
	ARGUMENT(1).pointer = &world->out.counters;
	ARGUMENT(2).size = sizeof world->out.counters;
}

static void check_stats(struct world *world, struct ffi_answer answer)
{
	iosrc_event event;

	assert_int_equal(answer.number, IOSRC_OK);
	assert_true(world->out.counters.waits == 0);
	iosrc_poller_wait(world->poller, &event, 1, 0);
	assert_int_equal(ffi_do(world->function, world->arguments).number,
	    IOSRC_OK);
	assert_true(world->out.counters.waits == 1);
}

/* ---- wakers ---- */

static int64_t wait_for_waker(struct world *world)
{
	iosrc_event event;
	int64_t count = iosrc_poller_wait(world->poller, &event, 1, 0);

	if (count == 1)
		assert_true(event.token == WORLD_WAKER_TOKEN);
	return count;
}

static void prepare_waker_create(struct world *world)
{
	ARGUMENT(0).pointer = world->poller;
	ARGUMENT(1).u64 = WORLD_WAKER_TOKEN;
	ARGUMENT(2).pointer = &world->out.waker;
}

static void check_waker_create(struct world *world, struct ffi_answer answer)
{
	assert_int_equal(answer.number, IOSRC_OK);
	assert_int_equal(iosrc_waker_wake(world->out.waker), IOSRC_OK);
	assert_int_equal(wait_for_waker(world), 1);
	assert_int_equal(iosrc_waker_release(world->out.waker), IOSRC_OK);
}

static void prepare_waker(struct world *world)
{
	ARGUMENT(0).pointer = world->waker;
}

static void check_wake(struct world *world, struct ffi_answer answer)
{
	assert_int_equal(answer.number, IOSRC_OK);
	assert_int_equal(wait_for_waker(world), 1);
}

static void check_waker_retain(struct world *world, struct ffi_answer answer)
{
	assert_int_equal(answer.number, IOSRC_OK);
	assert_int_equal(iosrc_waker_release(world->waker), IOSRC_OK);
	assert_int_equal(iosrc_waker_wake(world->waker), IOSRC_OK);
	assert_int_equal(wait_for_waker(world), 1);
}

static void check_waker_release(struct world *world, struct ffi_answer answer)
{
	assert_int_equal(answer.number, IOSRC_OK);
	world->waker = NULL;
	assert_int_equal(wait_for_waker(world), 0);
}

/* A wake that was not reported goes with its waker. */
static void prepare_waker_release(struct world *world)
{
	assert_int_equal(iosrc_waker_wake(world->waker), IOSRC_OK);
	ARGUMENT(0).pointer = world->waker;
}

/* ---- batches ---- */

static void prepare_register_many(struct world *world)
{
	world->register_items[0] = (iosrc_register_item){
		.token = 1,
		.interest = IOSRC_WRITABLE,
		.source = world->spare,
	};
	world->register_items[1] = world->register_items[0];
	world->register_items[1].source = world->near;
	ARGUMENT(0).pointer = world->poller;
	ARGUMENT(1).pointer = world->register_items;
	ARGUMENT(2).size = 2;
	ARGUMENT(3).size = sizeof *world->register_items;
}

static void check_register_many(struct world *world, struct ffi_answer answer)
{
	assert_int_equal(answer.number, 1);
	assert_int_equal(world->register_items[0].out_status, IOSRC_OK);
	assert_int_equal(world->register_items[1].out_status,
	    IOSRC_E_ALREADY_REGISTERED);
	assert_true(iosrc_source_registration(world->spare) != 0);
}

/* One item reads what came, the other writes it back. */
static void prepare_io_many(struct world *world)
{
	uint64_t registration = iosrc_source_registration(world->near);

	world_send_text(world->far, world->near);
	world->io_items[0] = (iosrc_io_item){
		.registration = registration,
		.data = 0,
		.size = WORLD_TEXT_SIZE,
		.opcode = IOSRC_OP_READ,
	};
	world->io_items[1] = world->io_items[0];
	world->io_items[1].opcode = IOSRC_OP_WRITE;
	ARGUMENT(0).pointer = world->poller;
	ARGUMENT(1).pointer = world->io_items;
	ARGUMENT(2).size = 2;
	ARGUMENT(3).size = sizeof *world->io_items;
	ARGUMENT(4).pointer = world->out.data;
	ARGUMENT(5).size = sizeof world->out.data;
}

static void check_io_many(struct world *world, struct ffi_answer answer)
{
	assert_int_equal(answer.number, 2);
	assert_true(world->io_items[0].out_result == WORLD_TEXT_SIZE);
	assert_true(world->io_items[1].out_result == WORLD_TEXT_SIZE);
	world_expect_text(world->far);
}

/* ---- plugin ---- */

static void prepare_api_get(struct world *world)
{
	ARGUMENT(0).u32 = IOSRC_ABI;
	ARGUMENT(1).pointer = &world->out.api;
	ARGUMENT(2).size = sizeof world->out.api;
}

static void check_api_get(struct world *world, struct ffi_answer answer)
{
	assert_int_equal(answer.number, IOSRC_OK);
	assert_int_equal(world->out.api.size, sizeof world->out.api);
	assert_int_equal(world->out.api.library_version(), iosrc_version());
}

const struct ffi_case ffi_poller_cases[] = {
	{ "iosrc_poller_create", prepare_create, check_create },
	{ "iosrc_poller_retain", prepare_poller, check_retain },
	{ "iosrc_poller_release", prepare_release, check_release },
	{ "iosrc_poller_wait", prepare_wait, check_wait },
	{ "iosrc_is_current", prepare_is_current, check_is_current },
	{ "iosrc_poller_expose", prepare_expose, check_expose },
	{ "iosrc_poller_backend", prepare_poller, check_backend },
	{ "iosrc_poller_capabilities", prepare_poller, check_capabilities },
	{ "iosrc_poller_stats", prepare_stats, check_stats },
	{ "iosrc_waker_create", prepare_waker_create, check_waker_create },
	{ "iosrc_waker_wake", prepare_waker, check_wake },
	{ "iosrc_waker_retain", prepare_waker, check_waker_retain },
	{ "iosrc_waker_release", prepare_waker_release, check_waker_release },
	{ "iosrc_register_many", prepare_register_many, check_register_many },
	{ "iosrc_io_many", prepare_io_many, check_io_many },
	{ "iosrc_api_get", prepare_api_get, check_api_get },
	{ NULL, NULL, NULL },
};
