/* SPDX-License-Identifier: MIT
 *
 * ffi_cases_core.c: a valid call of each function for the library itself,
 * statuses, sources and direct I/O.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ffi_system.h"
#include "ffi_world.h"

#define ARGUMENT(index) (world->arguments[index])

/* ---- library ---- */

static void prepare_nothing(struct world *world)
{
	(void)world;
}

static void check_version(struct world *world, struct ffi_answer answer)
{
	(void)world;
	assert_true(answer.number >= IOSRC_VERSION);
}

static void check_version_string(struct world *world, struct ffi_answer answer)
{
	(void)world;
	assert_string_equal(answer.text, iosrc_version_string());
}

static void check_abi(struct world *world, struct ffi_answer answer)
{
	(void)world;
	assert_int_equal(answer.number, IOSRC_ABI);
}

static void prepare_backend_name(struct world *world)
{
	ARGUMENT(0).u32 = world->backend;
}

static void check_backend_name(struct world *world, struct ffi_answer answer)
{
	assert_non_null(answer.text);
	assert_string_equal(answer.text, iosrc_backend_name(world->backend));
}

/* ---- statuses ---- */

static void prepare_status(struct world *world)
{
	ARGUMENT(0).i32 = IOSRC_E_WOULD_BLOCK;
}

static void check_kind(struct world *world, struct ffi_answer answer)
{
	(void)world;
	assert_int_equal(answer.number, IOSRC_KIND_WOULD_BLOCK);
}

static void check_os(struct world *world, struct ffi_answer answer)
{
	(void)world;
	assert_int_equal(answer.number, system_would_block);
}

static void check_name(struct world *world, struct ffi_answer answer)
{
	(void)world;
	assert_string_equal(answer.text, "IOSRC_E_WOULD_BLOCK");
}

static void prepare_message(struct world *world)
{
	ARGUMENT(0).i32 = IOSRC_E_INVALID;
	ARGUMENT(1).pointer = world->out.text;
	ARGUMENT(2).size = sizeof world->out.text;
}

static void check_message(struct world *world, struct ffi_answer answer)
{
	assert_in_range(answer.number, 1, IOSRC_MESSAGE_SIZE - 1);
	assert_int_equal(strlen(world->out.text), answer.number);
}

static void prepare_from_os(struct world *world)
{
	ARGUMENT(0).i32 = system_refused;
}

static void check_from_os(struct world *world, struct ffi_answer answer)
{
	iosrc_status status = (iosrc_status)answer.number;

	(void)world;
	assert_true(status < 0);
	assert_int_equal(iosrc_status_os(status), system_refused);
}

static void prepare_last_os(struct world *world)
{
	(void)world;
	system_set_last(system_broken);
}

static void check_last_os(struct world *world, struct ffi_answer answer)
{
	(void)world;
	assert_int_equal(answer.number, iosrc_status_from_os(system_broken));
}

/* ---- sources ---- */

static void prepare_create(struct world *world)
{
	if (world->handle < 0)
		world->handle = system_open();
	ARGUMENT(0).handle = world->handle;
	ARGUMENT(1).u32 = IOSRC_HANDLE_DEFAULT;
	ARGUMENT(2).pointer = &world->out.sources[0];
}

static void check_create(struct world *world, struct ffi_answer answer)
{
	assert_int_equal(answer.number, IOSRC_OK);
	assert_int_equal(iosrc_source_handle(world->out.sources[0]),
	    world->handle);
	assert_int_equal(iosrc_close(world->out.sources[0]), IOSRC_OK);
	assert_false(system_is_open(world->handle));
	world->handle = -1;
}

static void prepare_near(struct world *world)
{
	ARGUMENT(0).pointer = world->near;
}

static void check_handle(struct world *world, struct ffi_answer answer)
{
	assert_true(answer.number >= 0);
	assert_int_equal(answer.number, iosrc_source_handle(world->near));
	assert_true(system_is_open((iosrc_handle)answer.number));
}

/* The next wait must answer one event, and this. */
static iosrc_event only_event(struct world *world, uint64_t token)
{
	iosrc_event events[8];

	assert_int_equal(
	    iosrc_poller_wait(world->poller, events, 8, WORLD_LONGEST), 1);
	if (events[0].token != token)
		fail_msg("the event has another token");
	return events[0];
}

static void check_registration(struct world *world, struct ffi_answer answer)
{
	world_send_text(world->far, world->near);
	assert_true((uint64_t)answer.number ==
	    only_event(world, WORLD_TOKEN).registration);
}

static void prepare_register(struct world *world)
{
	ARGUMENT(0).pointer = world->spare;
	ARGUMENT(1).pointer = world->poller;
	ARGUMENT(2).u64 = UINT64_MAX - 1;
	ARGUMENT(3).u32 = IOSRC_READABLE;
}

static void check_register(struct world *world, struct ffi_answer answer)
{
	assert_int_equal(answer.number, IOSRC_OK);
	world_send_text(world->beyond, world->spare);
	assert_int_equal(only_event(world, UINT64_MAX - 1).ready,
	    IOSRC_READABLE);
}

static void prepare_reregister(struct world *world)
{
	ARGUMENT(0).pointer = world->near;
	ARGUMENT(1).pointer = world->poller;
	ARGUMENT(2).u64 = UINT64_C(1) << 63;
	ARGUMENT(3).u32 = IOSRC_WRITABLE;
}

static void check_reregister(struct world *world, struct ffi_answer answer)
{
	assert_int_equal(answer.number, IOSRC_OK);
	assert_int_equal(only_event(world, UINT64_C(1) << 63).ready,
	    IOSRC_WRITABLE);
}

static void prepare_deregister(struct world *world)
{
	ARGUMENT(0).pointer = world->near;
	ARGUMENT(1).pointer = world->poller;
}

static void check_deregister(struct world *world, struct ffi_answer answer)
{
	iosrc_event event;

	assert_int_equal(answer.number, IOSRC_OK);
	world_send_text(world->far, world->near);
	assert_int_equal(iosrc_poller_wait(world->poller, &event, 1, 0), 0);
	assert_true(iosrc_source_registration(world->near) == 0);
}

/* user may be NULL: then the call counts for nobody. */
static int64_t IOSRC_CALL count_call(iosrc_handle handle, void *user)
{
	struct world *world = user;

	if (world) {
		world->given = handle;
		world->calls++;
	}
	return INT64_C(0x123456789abcdef0);
}

static void prepare_do_io(struct world *world)
{
	ARGUMENT(0).pointer = world->near;
	ARGUMENT(1).u32 = IOSRC_READABLE;
	ARGUMENT(2).function = (void (*)(void))count_call;
	ARGUMENT(3).pointer = world;
}

static void check_do_io(struct world *world, struct ffi_answer answer)
{
	assert_true(answer.number == INT64_C(0x123456789abcdef0));
	if (!ARGUMENT(3).pointer)
		return;
	assert_int_equal(world->calls, 1);
	assert_int_equal(world->given, iosrc_source_handle(world->near));
}

static void prepare_rearm(struct world *world)
{
	ARGUMENT(0).pointer = world->near;
	ARGUMENT(1).u32 = IOSRC_READABLE;
}

static void check_rearm(struct world *world, struct ffi_answer answer)
{
	assert_int_equal(answer.number, IOSRC_OK);
	world_send_text(world->far, world->near);
	only_event(world, WORLD_TOKEN);
}

static void prepare_into_inner(struct world *world)
{
	world->given = iosrc_source_handle(world->spare);
	ARGUMENT(0).pointer = world->spare;
	ARGUMENT(1).pointer = &world->out.handle;
}

static void check_into_inner(struct world *world, struct ffi_answer answer)
{
	assert_int_equal(answer.number, IOSRC_OK);
	world->spare = NULL;
	if (ARGUMENT(1).pointer)
		assert_int_equal(world->out.handle, world->given);
	system_close(world->given);
}

static void prepare_close(struct world *world)
{
	world->given = iosrc_source_handle(world->spare);
	ARGUMENT(0).pointer = world->spare;
}

static void check_close(struct world *world, struct ffi_answer answer)
{
	assert_int_equal(answer.number, IOSRC_OK);
	world->spare = NULL;
	assert_false(system_is_open(world->given));
}

/* ---- direct I/O ---- */

static void prepare_read(struct world *world)
{
	world_send_text(world->far, world->near);
	ARGUMENT(0).pointer = world->near;
	ARGUMENT(1).pointer = world->out.data;
	ARGUMENT(2).size = sizeof world->out.data;
}

static void check_read(struct world *world, struct ffi_answer answer)
{
	assert_int_equal(answer.number, WORLD_TEXT_SIZE);
	assert_memory_equal(world->out.data, WORLD_TEXT, WORLD_TEXT_SIZE);
}

static void prepare_write(struct world *world)
{
	strcpy(world->text_in, WORLD_TEXT);
	ARGUMENT(0).pointer = world->near;
	ARGUMENT(1).pointer = world->text_in;
	ARGUMENT(2).size = WORLD_TEXT_SIZE;
}

static void check_write(struct world *world, struct ffi_answer answer)
{
	assert_int_equal(answer.number, WORLD_TEXT_SIZE);
	world_expect_text(world->far);
}

static void prepare_readv(struct world *world)
{
	prepare_read(world);
	world->buffers[0] = (iosrc_buffer){ world->out.data, 2 };
	world->buffers[1] = (iosrc_buffer){ world->out.data + 2, 8 };
	ARGUMENT(1).pointer = world->buffers;
	ARGUMENT(2).size = 2;
}

static void prepare_writev(struct world *world)
{
	prepare_write(world);
	world->buffers[0] = (iosrc_buffer){ world->text_in, 3 };
	world->buffers[1] = (iosrc_buffer){ world->text_in + 3,
		WORLD_TEXT_SIZE - 3 };
	ARGUMENT(1).pointer = world->buffers;
	ARGUMENT(2).size = 2;
}

const struct ffi_case ffi_core_cases[] = {
	{ "iosrc_version", prepare_nothing, check_version },
	{ "iosrc_version_string", prepare_nothing, check_version_string },
	{ "iosrc_abi", prepare_nothing, check_abi },
	{ "iosrc_backend_name", prepare_backend_name, check_backend_name },
	{ "iosrc_status_kind", prepare_status, check_kind },
	{ "iosrc_status_os", prepare_status, check_os },
	{ "iosrc_status_name", prepare_status, check_name },
	{ "iosrc_status_message", prepare_message, check_message },
	{ "iosrc_status_from_os", prepare_from_os, check_from_os },
	{ "iosrc_status_last_os", prepare_last_os, check_last_os },
	{ "iosrc_create", prepare_create, check_create },
	{ "iosrc_source_handle", prepare_near, check_handle },
	{ "iosrc_source_registration", prepare_near, check_registration },
	{ "iosrc_register", prepare_register, check_register },
	{ "iosrc_reregister", prepare_reregister, check_reregister },
	{ "iosrc_deregister", prepare_deregister, check_deregister },
	{ "iosrc_do_io", prepare_do_io, check_do_io },
	{ "iosrc_rearm", prepare_rearm, check_rearm },
	{ "iosrc_into_inner", prepare_into_inner, check_into_inner },
	{ "iosrc_close", prepare_close, check_close },
	{ "iosrc_read", prepare_read, check_read },
	{ "iosrc_write", prepare_write, check_write },
	{ "iosrc_readv", prepare_readv, check_read },
	{ "iosrc_writev", prepare_writev, check_write },
	{ NULL, NULL, NULL },
};
