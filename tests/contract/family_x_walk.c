/* SPDX-License-Identifier: MIT
 *
 * family_x_walk.c: every entry point with NULL and with each argument out of
 * range, one at a time. After each group the objects are as they were: same
 * registrations, same descriptors, nothing pending, and all of them work.
 */
#include "family_rig.h"

#include "family_x.h"
#include "family_x_answers.h"

#include <iosrc_plugin.h>

#include <string.h>

/* ---- what must not change ---- */

struct field {
	struct rig rig;     /* registered, nothing to read */
	iosrc_source *free; /* not registered */
	iosrc_handle free_peer;
	iosrc_waker *waker;
	uint64_t registration;
	size_t handles;
};

static void field_open(struct field *field)
{
	iosrc_handle fds[2];

	rig_open(&field->rig, RIG_UNIX, IOSRC_READABLE);
	contract_pair(IOSRC_TYPE_STREAM, fds);
	field->free = contract_source(fds[0]);
	field->free_peer = fds[1];
	assert_ok(iosrc_waker_create(field->rig.poller, 3, &field->waker));
	field->registration = iosrc_source_registration(field->rig.source);
	field->handles = contract_open_handles();
}

static void field_unchanged(struct field *field)
{
	iosrc_poller *poller = field->rig.poller;

	assert_int_equal(contract_open_handles(), field->handles);
	assert_true(iosrc_source_registration(field->rig.source) ==
	    field->registration);
	assert_int_equal(iosrc_is_current(poller, field->registration), 1);
	assert_int_equal(iosrc_source_registration(field->free), 0);
	contract_expect_quiet(poller);
	assert_int_equal(contract_drain(field->rig.peer), 0);
	contract_write(field->rig.peer, "x", 1);
	rig_expect(&field->rig);
	assert_int_equal(rig_drain(field->rig.source), 1);
	assert_ok(iosrc_waker_wake(field->waker));
	contract_expect(poller, 3);
	contract_expect_quiet(poller);
}

static void field_close(struct field *field)
{
	field_unchanged(field);
	assert_ok(iosrc_close(field->free));
	system_close(field->free_peer);
	assert_ok(iosrc_waker_release(field->waker));
	rig_shut(&field->rig);
}

/* ---- sources ---- */

static int64_t IOSRC_CALL never_called(iosrc_handle handle, void *user)
{
	(void)handle;
	(void)user;
	fail_msg("the callback was called");
	return 0;
}

void contract_X1_source_calls(void **state)
{
	struct field field;
	iosrc_source *out = NOBODY, *source;
	iosrc_poller *poller;
	iosrc_handle handle;

	(void)state;
	field_open(&field);
	source = field.rig.source;
	poller = field.rig.poller;
	handle = iosrc_source_handle(field.free);
	const struct answer answers[] = { INVALID(
		                              iosrc_create(handle, 0, NULL)),
		INVALID(iosrc_create(-1, 0, &out)),
		UNSUPPORTED(iosrc_create(handle, 4, &out)),
		UNSUPPORTED(iosrc_create(handle, UINT32_MAX, &out)),
		INVALID(iosrc_register(NULL, poller, 1, 1)),
		INVALID(iosrc_register(field.free, NULL, 1, 1)),
		INVALID(iosrc_register(NULL, NULL, 1, 1)),
		INVALID(iosrc_reregister(NULL, poller, 1, 1)),
		INVALID(iosrc_reregister(source, NULL, 1, 1)),
		INVALID(iosrc_deregister(NULL, poller)),
		INVALID(iosrc_deregister(source, NULL)),
		INVALID(iosrc_do_io(NULL, 1, never_called, NULL)),
		INVALID(iosrc_do_io(source, 1, NULL, NULL)),
		INVALID(iosrc_rearm(NULL, 1)),
		INVALID(iosrc_into_inner(NULL, NULL)),
		INVALID(iosrc_into_inner(NULL, &handle)) };
	CHECK(answers);
	assert_true(out == NOBODY);
	assert_true(handle == iosrc_source_handle(field.free));
	field_close(&field);
}

/* Bits that must not be in an interest, in each call that takes one. */
static void bad_interest(struct field *field, iosrc_bits interest,
    iosrc_status wanted)
{
	iosrc_poller *poller = field->rig.poller;
	iosrc_register_item item = { .token = 9,
		.interest = interest,
		.source = field->free };
	const struct answer answers[] = {
		ANSWER(iosrc_register(field->free, poller, 9, interest),
		    wanted),
		ANSWER(iosrc_reregister(field->rig.source, poller, 9, interest),
		    wanted),
		ANSWER(iosrc_register_many(poller, &item, 1, sizeof(item)), 0)
	};

	CHECK(answers);
	assert_int_equal(item.out_status, wanted);
}

static void bad_directions(struct field *field, iosrc_bits directions,
    iosrc_status wanted)
{
	const struct answer answers[] = { ANSWER(iosrc_do_io(field->rig.source,
		                                     directions, never_called,
		                                     NULL),
		                              wanted),
		ANSWER(iosrc_do_io(field->free, directions, never_called, NULL),
		    wanted),
		ANSWER(iosrc_rearm(field->rig.source, directions), wanted),
		ANSWER(iosrc_rearm(field->free, directions), wanted) };

	CHECK(answers);
}

void contract_X1_interests_and_directions(void **state)
{
	const iosrc_bits modes = IOSRC_LEVEL | IOSRC_ONESHOT | IOSRC_EXCLUSIVE;
	struct field field;
	uint64_t can;
	unsigned i;

	(void)state;
	field_open(&field);
	can = iosrc_poller_capabilities(field.rig.poller);
	for (i = 0; i < 32; i++) {
		iosrc_bits bit = (iosrc_bits)1 << i;
		int ready_only = i >= 8 && i <= 15;

		if (ready_only || !(can & bit))
			bad_interest(&field, IOSRC_READABLE | bit,
			    ready_only ? IOSRC_E_INVALID : IOSRC_E_UNSUPPORTED);
		if (bit & modes || ready_only)
			bad_directions(&field, IOSRC_READABLE | bit,
			    IOSRC_E_INVALID);
		else if (bit > IOSRC_PRIORITY)
			bad_directions(&field, IOSRC_READABLE | bit,
			    IOSRC_E_UNSUPPORTED);
	}
	bad_interest(&field, UINT32_MAX, IOSRC_E_INVALID);
	bad_interest(&field, IOSRC_LEVEL | IOSRC_ONESHOT, IOSRC_E_INVALID);
	bad_interest(&field, IOSRC_EXCLUSIVE | IOSRC_ONESHOT,
	    IOSRC_E_UNSUPPORTED);
	bad_interest(&field, IOSRC_EXCLUSIVE | IOSRC_PRIORITY,
	    IOSRC_E_UNSUPPORTED);
	bad_directions(&field, UINT32_MAX, IOSRC_E_INVALID);
	field_close(&field);
}

/* ---- direct I/O ---- */

static void direct_io_sizes(iosrc_source *source)
{
	char data[4];
	const struct answer answers[] = { INVALID(iosrc_read(NULL, data, 4)),
		INVALID(iosrc_read(NULL, NULL, 0)),
		INVALID(iosrc_read(source, NULL, 1)),
		INVALID(iosrc_read(source, data, TOO_LARGE)),
		INVALID(iosrc_read(source, data, SIZE_MAX)),
		INVALID(iosrc_write(NULL, data, 4)),
		INVALID(iosrc_write(NULL, NULL, 0)),
		INVALID(iosrc_write(source, NULL, 1)),
		INVALID(iosrc_write(source, data, TOO_LARGE)),
		INVALID(iosrc_write(source, data, SIZE_MAX)) };

	CHECK(answers);
}

static void vectors(iosrc_source *source, const iosrc_buffer *buffers,
    size_t count)
{
	const struct answer answers[] = { INVALID(iosrc_readv(source, buffers,
		                              count)),
		INVALID(iosrc_writev(source, buffers, count)) };

	CHECK(answers);
}

void contract_X1_direct_io(void **state)
{
	static iosrc_buffer many[1025];
	struct field field;
	iosrc_source *source;
	char byte = 'x';
	iosrc_buffer good = { &byte, 1 };
	iosrc_buffer null_data[2] = { { &byte, 1 }, { NULL, 1 } };
	iosrc_buffer large[2] = { { &byte, 1 }, { &byte, TOO_LARGE } };
	iosrc_buffer sum[2] = { { &byte, INT_MAX }, { &byte, 1 } };
	iosrc_buffer wraps[2] = { { &byte, 2 }, { &byte, SIZE_MAX } };

	(void)state;
	field_open(&field);
	source = field.rig.source;
	direct_io_sizes(source);
	direct_io_sizes(field.free);
	vectors(NULL, &good, 1);
	vectors(source, NULL, 1);
	vectors(source, NULL, 0);
	vectors(source, &good, 0);
	vectors(source, many, 1025);
	vectors(source, &good, SIZE_MAX);
	vectors(source, null_data, 2);
	vectors(source, large, 2);
	vectors(source, sum, 2);
	vectors(source, wraps, 2);
	field_close(&field);
}

/* ---- pollers ---- */

static void poller_options(void)
{
	static const char junk[16] = { [8] = 1 };
	iosrc_poller_options known = { 0, contract_backend() };
	iosrc_poller_options flag = { 4, 0 }, high = { 0x80000000, 0 };
	iosrc_poller_options other = { 0, 1000 }, fake = { 0, 7 };
	iosrc_poller *out = NOBODY;
	const struct answer answers[] = {
		INVALID(iosrc_poller_create(NULL, 0, NULL)),
		INVALID(iosrc_poller_create(&known, sizeof(known), NULL)),
		INVALID(iosrc_poller_create(NULL, 1, &out)),
		INVALID(iosrc_poller_create(NULL, sizeof(known), &out)),
		INVALID(iosrc_poller_create(&known, TOO_LARGE, &out)),
		INVALID(iosrc_poller_create(&known, SIZE_MAX, &out)),
		UNSUPPORTED(iosrc_poller_create(&flag, sizeof(flag), &out)),
		UNSUPPORTED(iosrc_poller_create(&high, sizeof(high), &out)),
		UNSUPPORTED(iosrc_poller_create(&other, sizeof(other), &out)),
		UNSUPPORTED(iosrc_poller_create(&fake, sizeof(fake), &out)),
		UNSUPPORTED(
		    iosrc_poller_create((const void *)junk, sizeof(junk), &out))
	};

	CHECK(answers);
	assert_true(out == NOBODY);
}

void contract_X1_poller_calls(void **state)
{
	struct field field;
	iosrc_poller *poller;
	iosrc_poller_counters counters;
	iosrc_event event = { 1, 2, 3, 4 };
	iosrc_handle handle = -7;

	(void)state;
	field_open(&field);
	poller = field.rig.poller;
	poller_options();
	const struct answer answers[] = { INVALID(iosrc_poller_retain(NULL)),
		INVALID(iosrc_poller_wait(NULL, &event, 1, 0)),
		INVALID(iosrc_poller_wait(poller, NULL, 1, 0)),
		INVALID(iosrc_poller_wait(poller, &event, 0, 0)),
		INVALID(iosrc_poller_wait(poller, &event, TOO_LARGE, 0)),
		INVALID(iosrc_poller_wait(poller, &event, SIZE_MAX, 0)),
		INVALID(iosrc_poller_wait(poller, &event, 1, -2)),
		INVALID(iosrc_poller_wait(poller, &event, 1, INT64_MIN)),
		INVALID(iosrc_poller_expose(NULL, &handle)),
		INVALID(iosrc_poller_expose(poller, NULL)),
		INVALID(iosrc_poller_stats(NULL, &counters, sizeof(counters))),
		INVALID(iosrc_poller_stats(poller, NULL, sizeof(counters))),
		INVALID(iosrc_poller_stats(poller, NULL, 0)),
		INVALID(iosrc_poller_stats(poller, &counters, 0)),
		INVALID(iosrc_poller_stats(poller, &counters, TOO_LARGE)),
		INVALID(iosrc_poller_stats(poller, &counters, SIZE_MAX)) };
	CHECK(answers);
	assert_int_equal(handle, -7);
	assert_true(event.token == 1 && event.registration == 2 &&
	    event.ready == 3 && event.reserved == 4);
	field_close(&field);
}

/* ---- wakers ---- */

void contract_X1_waker_calls(void **state)
{
	struct field field;
	iosrc_waker *out = NOBODY;

	(void)state;
	field_open(&field);
	const struct answer answers[] = { INVALID(iosrc_waker_create(NULL, 1,
		                              &out)),
		INVALID(iosrc_waker_create(field.rig.poller, 1, NULL)),
		INVALID(iosrc_waker_create(NULL, 1, NULL)),
		INVALID(iosrc_waker_wake(NULL)),
		INVALID(iosrc_waker_retain(NULL)) };
	CHECK(answers);
	assert_true(out == NOBODY);
	field_close(&field);
}

/* ---- batches ---- */

void contract_X1_batches(void **state)
{
	struct field field;
	iosrc_poller *poller;
	iosrc_register_item item = { .interest = IOSRC_READABLE,
		.out_status = 77 };
	iosrc_io_item io = { .size = 1,
		.opcode = IOSRC_OP_WRITE,
		.out_result = 77 };
	size_t one = sizeof(item), big = sizeof(io);
	char memory[4] = "";

	(void)state;
	field_open(&field);
	poller = field.rig.poller;
	item.source = field.free;
	io.registration = field.registration;
	const struct answer answers[] = { INVALID(iosrc_register_many(NULL,
		                              &item, 1, one)),
		INVALID(iosrc_register_many(poller, NULL, 1, one)),
		INVALID(iosrc_register_many(poller, NULL, 0, one)),
		INVALID(iosrc_register_many(poller, &item, 0, one)),
		INVALID(iosrc_register_many(poller, &item, TOO_LARGE, one)),
		INVALID(iosrc_register_many(poller, &item, SIZE_MAX, one)),
		INVALID(iosrc_register_many(poller, &item, 1, one - 1)),
		INVALID(iosrc_register_many(poller, &item, 1, TOO_LARGE)),
		INVALID(iosrc_io_many(NULL, &io, 1, big, memory, 4)),
		INVALID(iosrc_io_many(poller, NULL, 1, big, memory, 4)),
		INVALID(iosrc_io_many(poller, &io, 0, big, memory, 4)),
		INVALID(iosrc_io_many(poller, &io, TOO_LARGE, big, memory, 4)),
		INVALID(iosrc_io_many(poller, &io, SIZE_MAX, big, memory, 4)),
		INVALID(iosrc_io_many(poller, &io, 1, big - 1, memory, 4)),
		INVALID(iosrc_io_many(poller, &io, 1, TOO_LARGE, memory, 4)),
		INVALID(iosrc_io_many(poller, &io, 1, big, NULL, 4)),
		INVALID(iosrc_io_many(poller, &io, 1, big, memory, TOO_LARGE)),
		INVALID(iosrc_io_many(poller, &io, 1, big, memory, SIZE_MAX)) };
	CHECK(answers);
	assert_int_equal(item.out_status, 77);
	assert_int_equal(io.out_result, 77);
	field_close(&field);
}

/* ---- statuses and the table ---- */

void contract_X1_statuses_and_library(void **state)
{
	char text[8] = "unmoved";
	iosrc_api api;
	const struct answer answers[] = { INVALID(
		                              iosrc_status_message(0, NULL, 1)),
		INVALID(iosrc_status_message(0, text, TOO_LARGE)),
		INVALID(iosrc_status_message(0, text, SIZE_MAX)),
		ANSWER(iosrc_status_message(0, NULL, 0), 0),
		ANSWER(iosrc_status_message(0, text, 0), 0),
		ANSWER(iosrc_status_from_os(0), IOSRC_E_UNKNOWN),
		ANSWER(iosrc_status_from_os(-1), IOSRC_E_UNKNOWN),
		ANSWER(iosrc_status_from_os(INT32_MIN), IOSRC_E_UNKNOWN),
		ANSWER(iosrc_status_from_os(0x40000000), IOSRC_E_UNKNOWN),
		ANSWER(iosrc_status_from_os(INT32_MAX), IOSRC_E_UNKNOWN),
		ANSWER(iosrc_status_kind(1), IOSRC_KIND_OTHER),
		ANSWER(iosrc_status_kind(INT32_MAX), IOSRC_KIND_OTHER),
		ANSWER(iosrc_status_kind(-1), IOSRC_KIND_OTHER),
		ANSWER(iosrc_status_os(1), 0), ANSWER(iosrc_status_os(-1), 0),
		ANSWER(iosrc_backend_name(0) == NULL, 1),
		ANSWER(iosrc_backend_name(UINT32_MAX) == NULL, 1),
		INVALID(iosrc_api_get(IOSRC_ABI, NULL, sizeof(api))),
		INVALID(iosrc_api_get(IOSRC_ABI, &api, 0)),
		INVALID(iosrc_api_get(IOSRC_ABI, &api, TOO_LARGE)),
		UNSUPPORTED(iosrc_api_get(0, &api, sizeof(api))),
		UNSUPPORTED(iosrc_api_get(IOSRC_ABI + 1, &api, sizeof(api))) };

	(void)state;
	CHECK(answers);
	assert_string_equal(text, "unmoved");
	assert_string_equal(iosrc_status_name(1), "IOSRC_UNKNOWN_STATUS");
	assert_string_equal(iosrc_status_name(-1), "IOSRC_UNKNOWN_STATUS");
}

/* ---- NULL that is welcome ---- */

void contract_X1_what_null_may_be_given_to(void **state)
{
	struct field field;
	char byte = 'x';
	iosrc_buffer empty[2] = { { NULL, 0 }, { &byte, 0 } };
	iosrc_handle handle;

	(void)state;
	field_open(&field);
	const struct answer answers[] = { ANSWER(iosrc_close(NULL), IOSRC_OK),
		ANSWER(iosrc_poller_release(NULL), IOSRC_OK),
		ANSWER(iosrc_waker_release(NULL), IOSRC_OK),
		ANSWER(iosrc_source_handle(NULL), -1),
		ANSWER(iosrc_source_registration(NULL), 0),
		ANSWER(iosrc_is_current(NULL, field.registration), 0),
		ANSWER(iosrc_poller_backend(NULL), 0),
		ANSWER(iosrc_poller_capabilities(NULL), 0),
		ANSWER(iosrc_read(field.rig.source, NULL, 0), 0),
		ANSWER(iosrc_write(field.rig.source, NULL, 0), 0),
		ANSWER(iosrc_readv(field.rig.source, empty, 2), 0),
		ANSWER(iosrc_writev(field.rig.source, empty, 2), 0) };
	CHECK(answers);
	handle = iosrc_source_handle(field.free);
	assert_ok(iosrc_into_inner(field.free, NULL));
	field.free = contract_source(handle);
	field_close(&field);
}
