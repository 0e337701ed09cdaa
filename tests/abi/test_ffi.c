/* SPDX-License-Identifier: MIT
 *
 * test_ffi.c: the generated signatures, as libffi takes them: they are those
 * of the plugin table, and calls with nothing but zeroes are answered. What
 * each function does through libffi is in test_ffi_walk.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "exported.h"
#include "ffi_call.h"

#define COUNT FFI_COUNT_OF_FUNCTIONS

/* Calls with arguments of which each byte is zero. */
static struct ffi_answer call_with_zeros(const struct ffi_function *function)
{
	union ffi_argument zeros[FFI_MOST];

	memset(zeros, 0, sizeof zeros);
	return ffi_do(function, zeros);
}

/* Whether there is a pointer that may not be NULL. */
static int wants_a_pointer(const struct ffi_function *function)
{
	for (unsigned i = 0; i < function->count; i++)
		if (function->parameters[i].pointers &&
		    !function->parameters[i].nullable)
			return 1;
	return 0;
}

static void test_every_signature_is_one(void **state)
{
	ffi_type *types[FFI_MOST];
	ffi_cif cif;

	(void)state;
	for (size_t i = 0; i < COUNT; i++)
		ffi_prepare(&ffi_functions[i], &cif, types);
}

static void test_slots_of_the_table_are_the_functions(void **state)
{
	size_t slots = 0;
	iosrc_api api;

	(void)state;
	assert_int_equal(iosrc_api_get(IOSRC_ABI, &api, sizeof api), IOSRC_OK);
	for (size_t i = 0; i < COUNT; i++) {
		const struct ffi_function *function = &ffi_functions[i];
		void (*call)(void);

		if (function->slot < 0)
			continue;
		memcpy(&call,
		    (char *)&api + offsetof(iosrc_api, library_version) +
		        (size_t)function->slot * sizeof call,
		    sizeof call);
		if (call != exported_function(function->name, function->call))
			fail_msg("slot %d is not %s", function->slot,
			    function->name);
		slots++;
	}
	assert_int_equal(sizeof api,
	    offsetof(iosrc_api, library_version) + slots * sizeof(void *));
}

static void test_null_is_invalid_wherever_it_is_not_allowed(void **state)
{
	unsigned refused = 0;

	(void)state;
	for (size_t i = 0; i < COUNT; i++) {
		const struct ffi_function *function = &ffi_functions[i];

		if (function->kind != FFI_STATUS && function->kind != FFI_COUNT)
			continue;
		if (!wants_a_pointer(function))
			continue;
		if (call_with_zeros(function).number != IOSRC_E_INVALID)
			fail_msg("%s does not refuse NULL", function->name);
		refused++;
	}
	assert_true(refused > COUNT / 2);
}

static void test_where_null_is_allowed_it_is_answered(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT; i++) {
		const struct ffi_function *function = &ffi_functions[i];
		int64_t expected = function->kind == FFI_HANDLE ? -1 : 0;

		if (function->kind == FFI_TEXT || !function->count ||
		    !function->parameters[0].nullable ||
		    wants_a_pointer(function))
			continue;
		assert_int_equal(call_with_zeros(function).number, expected);
	}
}

static void test_answers_come_through_whole(void **state)
{
	const struct ffi_function *version =
	    &ffi_functions[ffi_index("iosrc_version")];
	const struct ffi_function *text =
	    &ffi_functions[ffi_index("iosrc_version_string")];

	(void)state;
	assert_int_equal(call_with_zeros(version).number, IOSRC_VERSION);
	assert_string_equal(call_with_zeros(text).text, iosrc_version_string());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_signature_is_one),
		cmocka_unit_test(test_slots_of_the_table_are_the_functions),
		cmocka_unit_test(
		    test_null_is_invalid_wherever_it_is_not_allowed),
		cmocka_unit_test(test_where_null_is_allowed_it_is_answered),
		cmocka_unit_test(test_answers_come_through_whole),
	};

	return cmocka_run_group_tests_name("ffi", tests, NULL, NULL);
}
