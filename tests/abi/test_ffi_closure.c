/* SPDX-License-Identifier: MIT
 *
 * test_ffi_closure.c: closures of libffi, which is how other languages make
 * callbacks, as the operation of iosrc_do_io: called once, with handle and
 * user as they are, its answer whole, and a would-block arms again.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ffi_call.h"
#include "ffi_system.h"

#define LENGTH(array) (sizeof(array) / sizeof *(array))
#define TOKEN 77

/* A closure, what it was called with, and what it answers. */
struct closure {
	ffi_closure *memory;
	iosrc_io_fn call;
	ffi_cif cif;
	ffi_type *types[2];
	int64_t (*work)(struct closure *closure);
	int64_t answer;
	unsigned calls;
	iosrc_handle handle;
	void *user;
};

static uint32_t backend;

static void enter(ffi_cif *cif, void *out_answer, void **arguments, void *data)
{
	struct closure *closure = data;

	(void)cif;
	closure->calls++;
	closure->handle = *(iosrc_handle *)arguments[0];
	closure->user = *(void **)arguments[1];
	if (closure->work)
		closure->answer = closure->work(closure);
	*(int64_t *)out_answer = closure->answer;
}

static void closure_make(struct closure *closure)
{
	void *code = NULL;

	memset(closure, 0, sizeof *closure);
	closure->types[0] = FFI_HANDLE_TYPE;
	closure->types[1] = &ffi_type_pointer;
	assert_int_equal(ffi_prep_cif(&closure->cif, FFI_DEFAULT_ABI, 2,
	                     &ffi_type_sint64, closure->types),
	    FFI_OK);
	closure->memory = ffi_closure_alloc(sizeof *closure->memory, &code);
	assert_non_null(closure->memory);
	assert_int_equal(ffi_prep_closure_loc(closure->memory, &closure->cif,
	                     enter, closure, code),
	    FFI_OK);
	memcpy(&closure->call, &code, sizeof code);
}

static void closure_end(struct closure *closure)
{
	ffi_closure_free(closure->memory);
}

static int64_t do_io(iosrc_source *source, iosrc_bits directions,
    struct closure *closure, void *user)
{
	union ffi_argument arguments[FFI_MOST];

	memset(arguments, 0, sizeof arguments);
	arguments[0].pointer = source;
	arguments[1].u32 = directions;
	memcpy(&arguments[2], &closure->call, sizeof closure->call);
	arguments[3].pointer = user;
	return ffi_do(&ffi_functions[ffi_index("iosrc_do_io")], arguments)
	    .number;
}

/* A pair, of which one end is registered. */
struct rig {
	iosrc_poller *poller;
	iosrc_source *near, *far;
};

static void rig_make(struct rig *rig, iosrc_bits interest)
{
	iosrc_poller_options options = { .backend = backend };

	assert_int_equal(
	    iosrc_poller_create(&options, sizeof options, &rig->poller),
	    IOSRC_OK);
	assert_int_equal(iosrc_pair(IOSRC_TYPE_STREAM, &rig->near, &rig->far),
	    IOSRC_OK);
	assert_int_equal(
	    iosrc_register(rig->near, rig->poller, TOKEN, interest), IOSRC_OK);
}

static void rig_end(struct rig *rig)
{
	assert_int_equal(iosrc_close(rig->near), IOSRC_OK);
	assert_int_equal(iosrc_close(rig->far), IOSRC_OK);
	assert_int_equal(iosrc_poller_release(rig->poller), IOSRC_OK);
}

/* Until it has come: TCP takes its time even on the loopback. */
static void say(struct rig *rig, const char *text)
{
	int64_t size = (int64_t)strlen(text);

	assert_int_equal(iosrc_write(rig->far, text, (size_t)size), size);
	system_await(iosrc_source_handle(rig->near));
}

static int64_t events_now(struct rig *rig)
{
	iosrc_event event;

	return iosrc_poller_wait(rig->poller, &event, 1, 0);
}

static void test_called_once_with_handle_and_user(void **state)
{
	void *const users[] = { NULL, &backend, (void *)UINTPTR_MAX,
		(void *)(uintptr_t)1 };
	struct closure closure;
	struct rig rig;

	(void)state;
	rig_make(&rig, IOSRC_READABLE);
	closure_make(&closure);
	for (size_t i = 0; i < LENGTH(users); i++) {
		closure.calls = 0;
		assert_int_equal(
		    do_io(rig.near, IOSRC_READABLE, &closure, users[i]), 0);
		assert_int_equal(closure.calls, 1);
		assert_int_equal(closure.handle, iosrc_source_handle(rig.near));
		assert_ptr_equal(closure.user, users[i]);
	}
	closure_end(&closure);
	rig_end(&rig);
}

static void test_every_bit_of_the_answer_comes_back(void **state)
{
	const int64_t answers[] = { 0, 1, -1, INT64_MAX, INT64_MIN,
		INT64_C(0x123456789abcdef0), -INT64_C(0x123456789abcdef0),
		(int64_t)1 << 32, INT32_MIN, IOSRC_E_WOULD_BLOCK,
		IOSRC_E_INVALID };
	struct closure closure;
	struct rig rig;

	(void)state;
	rig_make(&rig, IOSRC_READABLE);
	closure_make(&closure);
	for (size_t i = 0; i < LENGTH(answers); i++) {
		closure.answer = answers[i];
		assert_true(do_io(rig.near, IOSRC_READABLE, &closure, NULL) ==
		    answers[i]);
	}
	for (unsigned bit = 0; bit < 64; bit++) {
		closure.answer = (int64_t)(UINT64_C(1) << bit);
		assert_true(do_io(rig.near, IOSRC_READABLE, &closure, NULL) ==
		    closure.answer);
	}
	assert_int_equal(closure.calls, LENGTH(answers) + 64);
	closure_end(&closure);
	rig_end(&rig);
}

static void test_not_called_when_the_call_is_refused(void **state)
{
	struct closure closure;
	struct rig rig;

	(void)state;
	rig_make(&rig, IOSRC_READABLE);
	closure_make(&closure);
	assert_int_equal(do_io(NULL, IOSRC_READABLE, &closure, NULL),
	    IOSRC_E_INVALID);
	assert_int_equal(do_io(rig.near, IOSRC_LEVEL, &closure, NULL),
	    IOSRC_E_INVALID);
	assert_int_equal(do_io(rig.near, IOSRC_ERROR, &closure, NULL),
	    IOSRC_E_INVALID);
	assert_int_equal(do_io(rig.near, 1u << 31, &closure, NULL),
	    IOSRC_E_UNSUPPORTED);
	assert_int_equal(closure.calls, 0);
	closure_end(&closure);
	rig_end(&rig);
}

static int64_t drain(struct closure *closure)
{
	char data[16];

	return system_receive(closure->handle, data, sizeof data);
}

/* An edge, drained by a closure until it would block, comes again with new
 * data, time after time. */
static void test_a_would_block_arms_again(void **state)
{
	struct closure closure;
	struct rig rig;

	(void)state;
	rig_make(&rig, IOSRC_READABLE);
	closure_make(&closure);
	closure.work = drain;
	for (unsigned i = 0; i < 100; i++) {
		assert_int_equal(events_now(&rig), 0);
		say(&rig, "abc");
		assert_int_equal(events_now(&rig), 1);
		assert_int_equal(
		    do_io(rig.near, IOSRC_READABLE, &closure, NULL), 3);
		assert_int_equal(
		    do_io(rig.near, IOSRC_READABLE, &closure, NULL),
		    IOSRC_E_WOULD_BLOCK);
	}
	closure_end(&closure);
	rig_end(&rig);
}

/* Where edges are made by the library, it is the answer that arms: the
 * would-block alone, and in the directions that were named. On other kernels
 * an edge that was not drained may come again or not. */
static void test_nothing_but_a_would_block_arms(void **state)
{
	struct closure closure;
	struct rig rig;

	(void)state;
	if (backend != IOSRC_BACKEND_POLL && backend != IOSRC_BACKEND_AFD) {
		print_message("SKIP: the kernel makes the edges of %s\n",
		    iosrc_backend_name(backend));
		skip();
	}
	rig_make(&rig, IOSRC_READABLE);
	closure_make(&closure);
	say(&rig, "abc");
	assert_int_equal(events_now(&rig), 1);
	assert_int_equal(events_now(&rig), 0);
	closure.answer = 3;
	do_io(rig.near, IOSRC_READABLE, &closure, NULL);
	assert_int_equal(events_now(&rig), 0);
	closure.answer = IOSRC_E_WOULD_BLOCK;
	do_io(rig.near, IOSRC_WRITABLE, &closure, NULL);
	assert_int_equal(events_now(&rig), 0);
	do_io(rig.near, 0, &closure, NULL);
	assert_int_equal(events_now(&rig), 0);
	/* The low half alone would be one. */
	closure.answer = (int64_t)(uint32_t)IOSRC_E_WOULD_BLOCK;
	do_io(rig.near, IOSRC_READABLE, &closure, NULL);
	assert_int_equal(events_now(&rig), 0);
	closure.answer = IOSRC_E_WOULD_BLOCK;
	do_io(rig.near, IOSRC_READABLE, &closure, NULL);
	assert_int_equal(events_now(&rig), 1);
	closure_end(&closure);
	rig_end(&rig);
}

/* A closure may call the library, on its own source too. */
static int64_t read_within(struct closure *closure)
{
	char data[16];

	return iosrc_read(closure->user, data, sizeof data);
}

static void test_a_closure_may_call_back(void **state)
{
	struct closure closure;
	struct rig rig;

	(void)state;
	rig_make(&rig, IOSRC_READABLE);
	closure_make(&closure);
	closure.work = read_within;
	assert_int_equal(do_io(rig.near, IOSRC_READABLE, &closure, rig.near),
	    IOSRC_E_WOULD_BLOCK);
	say(&rig, "abcd");
	assert_int_equal(do_io(rig.near, IOSRC_READABLE, &closure, rig.near),
	    4);
	closure_end(&closure);
	rig_end(&rig);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_called_once_with_handle_and_user),
		cmocka_unit_test(test_every_bit_of_the_answer_comes_back),
		cmocka_unit_test(test_not_called_when_the_call_is_refused),
		cmocka_unit_test(test_a_would_block_arms_again),
		cmocka_unit_test(test_nothing_but_a_would_block_arms),
		cmocka_unit_test(test_a_closure_may_call_back),
	};
	int failed = 0;

	for (uint32_t i = 1; i < 32; i++) {
		const char *name = iosrc_backend_name(i);

		if (!name)
			continue;
		backend = i;
		failed += cmocka_run_group_tests_name(name, tests, NULL, NULL);
	}
	return failed;
}
